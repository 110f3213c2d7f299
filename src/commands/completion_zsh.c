// SPDX-License-Identifier: Apache-2.0
/* For zsh: what _arguments wants, command by command. */
#include <string.h>

#include "commands/completion.h"
#include "commands/options.h"

static const char head[] = "#compdef opscon\n"
			   "# zsh completion for opscon; 'opscon completion zsh' prints it anew.\n"
			   "\n"
			   "_opscon() {\n"
			   "    local curcontext=$curcontext context state state_descr line ret=1\n"
			   "    typeset -A opt_args\n"
			   "    local -a commands=(\n";

static const char middle[] = "    )\n"
			     "\n"
			     "    _arguments -C \\\n";

static const char tail[] = "    esac\n"
			   "    return ret\n"
			   "}\n"
			   "\n"
			   "if [[ ${funcstack[1]} == _opscon ]]; then # loaded by the name of its file\n"
			   "    _opscon \"$@\"\n"
			   "else\n"
			   "    compdef _opscon opscon\n"
			   "fi\n";

static const char quote[] = "'\\''";

static void print_action(FILE *to, const struct command_option *option)
{
	bool is_joined = option->word && strchr(option->word(0), '='); // something follows at once

	if (option->word) {
		fputs(is_joined ? "{compadd -S \"\" - " : "(", to);
		completion_words(to, option->word);
		fputs(is_joined ? "}" : ")", to);
	} else {
		fputs(option->completes == COMPLETES_FILES         ? "_files"
		      : option->completes == COMPLETES_DIRECTORIES ? "_files -/"
								   : " ",
		      to);
	}
}

// "[what it is]:VALUE:what it may be'".
static void print_rest(FILE *to, const struct command_option *option)
{
	fputc('[', to);
	completion_quoted(to, option->help, (size_t)completion_text_len(option), quote, "[]:\\");
	fputc(']', to);
	if (option->value) {
		fputc(':', to);
		completion_quoted(to, option->value, strlen(option->value), quote, ":\\");
		fputc(':', to);
		print_action(to, option);
	}
	fputc('\'', to);
}

static void print_option(FILE *to, const char *indent, const struct command_option *option)
{
	fprintf(to, "%s", indent);
	if (option->letter)
		fprintf(to, "'(-%c --%s)'{-%c%s,--%s%s}'", option->letter, option->name, option->letter,
			option->value ? "+" : "", option->name, option->value ? "=" : "");
	else
		fprintf(to, "'%s--%s%s", option->repeats ? "*" : "", option->name, option->value ? "=" : "");
	print_rest(to, option);
	fputs(" \\\n", to);
}

static void print_options(FILE *to, const char *indent, const struct subcommand *command)
{
	const struct command_option *option;

	for (size_t i = 0; (option = options_at(command, i)); i++)
		print_option(to, indent, option);
}

static void print_command(FILE *to, const struct subcommand *command)
{
	static const char indent[] = "            ";

	fprintf(to, "    %s)\n        _arguments \\\n", command->name);
	print_options(to, indent, command);
	if (command->verb) {
		fprintf(to, "%s'1:verb:(", indent);
		completion_words(to, command->verb);
		fputs(")' \\\n", to);
	}
	fprintf(to, "%s'*:%s' && ret=0\n        ;;\n", indent, command->operands ? "file:_files" : "operand:()");
}

void completion_zsh(FILE *to)
{
	fputs(head, to);
	for (size_t i = 0; i < n_commands; i++) {
		fprintf(to, "        '%s:", commands[i]->name);
		completion_quoted(to, commands[i]->summary, strlen(commands[i]->summary), quote, ":\\");
		fputs("'\n", to);
	}
	fputs(middle, to);
	print_options(to, "        ", &command_console);
	fputs("        '1: :->first' \\\n"
	      "        '*:: :->rest' && ret=0\n"
	      "    if [[ $state == first ]]; then\n"
	      "        _describe -t commands command commands && ret=0\n"
	      "        return ret\n"
	      "    fi\n"
	      "    [[ $state == rest ]] || return ret\n"
	      "    curcontext=${curcontext%:*:*}:opscon-$words[1]:\n"
	      "    case $words[1] in\n",
	      to);
	for (size_t i = 0; i < n_commands; i++)
		print_command(to, commands[i]);
	fputs(tail, to);
}
