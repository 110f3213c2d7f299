// SPDX-License-Identifier: Apache-2.0
/* For bash, without the help of the package bash-completion. Bash cuts words at '=' and ':', so that "--format=json"
 * comes as three of them.
 */
#include <string.h>

#include "commands/completion.h"
#include "commands/options.h"

static const char head[] = "# bash completion for opscon; 'opscon completion bash' prints it anew.\n"
			   "\n"
			   "# What comes behind an option of a command: sets kind and words.\n"
			   "_opscon_value() { # COMMAND OPTION\n"
			   "    kind= words=\n"
			   "    case $1,$2 in\n";

static const char middle[] =
	"    esac\n"
	"}\n"
	"\n"
	"# What may stand behind a command: sets options, words (of its first operand) and kind (of the others).\n"
	"_opscon_command() { # COMMAND\n"
	"    options= kind= words=\n"
	"    case $1 in\n";

static const char tail[] =
	"    esac\n"
	"}\n"
	"\n"
	"_opscon() {\n"
	"    local cur=${COMP_WORDS[COMP_CWORD]} command= option= operands=0 prefix= options kind words word i\n"
	"\n"
	"    COMPREPLY=()\n"
	"    for ((i = 1; i < COMP_CWORD; i++)); do\n"
	"        word=${COMP_WORDS[i]}\n"
	"        if [[ -n $option ]]; then\n"
	"            [[ $word == '=' ]] || option=\n"
	"            continue\n"
	"        fi\n"
	"        case $word in\n"
	"        --*=* | '=' | ':') ;;\n"
	"        -*)\n"
	"            _opscon_value \"${command:-console}\" \"$word\"\n"
	"            [[ -z $kind ]] || option=$word\n"
	"            ;;\n"
	"        *)\n"
	"            if [[ -n $command ]]; then\n"
	"                operands=$((operands + 1))\n"
	"            else\n"
	"                _opscon_command \"$word\"\n"
	"                command=console operands=1\n"
	"                [[ -z $options ]] || command=$word operands=0\n"
	"            fi\n"
	"            ;;\n"
	"        esac\n"
	"    done\n"
	"    if [[ -z $option && $cur == --*=* ]]; then\n"
	"        option=${cur%%=*} prefix=${cur%%=*}= cur=${cur#*=}\n"
	"    fi\n"
	"    if [[ -n $option ]]; then\n"
	"        [[ $cur != '=' ]] || cur=\n"
	"        _opscon_value \"${command:-console}\" \"$option\"\n"
	"    elif [[ $cur == -* ]]; then\n"
	"        _opscon_command \"${command:-console}\"\n"
	"        kind=words words=$options\n"
	"    else\n"
	"        _opscon_command \"$command\"\n"
	"        [[ -z $words || $operands != 0 ]] || kind=words\n"
	"    fi\n"
	"    case $kind in\n"
	"    words) mapfile -t COMPREPLY < <(compgen -P \"$prefix\" -W \"$words\" -- \"$cur\") ;;\n"
	"    files) mapfile -t COMPREPLY < <(compgen -P \"$prefix\" -f -- \"$cur\") ;;\n"
	"    directories) mapfile -t COMPREPLY < <(compgen -P \"$prefix\" -d -- \"$cur\") ;;\n"
	"    esac\n"
	"    if [[ $kind == files || $kind == directories ]]; then\n"
	"        compopt -o filenames 2>/dev/null\n"
	"    elif [[ ${COMPREPLY[0]-} == *= ]]; then\n"
	"        compopt -o nospace 2>/dev/null\n"
	"    fi\n"
	"}\n"
	"\n"
	"complete -F _opscon opscon\n";

static const char *kind_name(enum completes completes)
{
	static const char *const names[] = { "any", "files", "directories" };

	return names[completes];
}

static void print_value(FILE *to, const struct subcommand *command, const struct command_option *option)
{
	fprintf(to, "    %s,--%s", command->name, option->name);
	if (option->letter)
		fprintf(to, " | %s,-%c", command->name, option->letter);
	fprintf(to, ") kind=%s", option->word ? "words" : kind_name(option->completes));
	if (option->word) {
		fputs(" words='", to);
		completion_words(to, option->word);
		fputc('\'', to);
	}
	fputs(" ;;\n", to);
}

static void print_command(FILE *to, const struct subcommand *command)
{
	const struct command_option *option;

	fprintf(to, "    %s)\n        options='", command->name);
	for (size_t i = 0; (option = options_at(command, i)); i++)
		fprintf(to, "%s--%s", i ? " " : "", option->name);
	fputs("'\n", to);
	if (command->verb) {
		fputs("        words='", to);
		completion_words(to, command->verb);
		fputs("'\n", to);
	}
	if (command->operands)
		fprintf(to, "        kind=%s\n", kind_name(command->operands));
	fputs("        ;;\n", to);
}

static const char *command_name(size_t i)
{
	return i < n_commands ? commands[i]->name : NULL;
}

void completion_bash(FILE *to)
{
	const struct command_option *option;

	fputs(head, to);
	for (size_t i = 0; i < n_commands; i++)
		for (size_t k = 0; (option = options_at(commands[i], k)); k++)
			if (option->value)
				print_value(to, commands[i], option);
	fputs(middle, to);
	fputs("    '')\n        words='", to);
	completion_words(to, command_name);
	fputs("'\n        ;;\n", to);
	for (size_t i = 0; i < n_commands; i++)
		print_command(to, commands[i]);
	fputs(tail, to);
}
