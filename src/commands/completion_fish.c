// SPDX-License-Identifier: Apache-2.0
/* For fish: a line for each command and for each of its options. */
#include <string.h>

#include "commands/completion.h"
#include "commands/options.h"

static const char head[] = "# fish completion for opscon; 'opscon completion fish' prints it anew.\n"
			   "\n"
			   "# The words before the cursor, from the command on; none while there is no command.\n"
			   "function __opscon_words\n"
			   "    set -l words (commandline -opc)\n"
			   "    set -e words[1]\n"
			   "    while set -q words[1]\n"
			   "        switch $words[1]\n"
			   "            case";

static const char middle[] = "\n"
			     "                printf '%s\\n' $words\n"
			     "                return\n"
			     "        end\n"
			     "        set -e words[1]\n"
			     "    end\n"
			     "end\n"
			     "\n"
			     "function __opscon_none\n"
			     "    set -l words (__opscon_words)\n"
			     "    not set -q words[1]\n"
			     "end\n"
			     "\n"
			     "function __opscon_in # COMMAND\n"
			     "    set -l words (__opscon_words)\n"
			     "    set -q words[1]; and test $words[1] = $argv[1]\n"
			     "end\n"
			     "\n"
			     "# The command, and none of the verbs yet.\n"
			     "function __opscon_before # COMMAND VERB...\n"
			     "    set -l words (__opscon_words)\n"
			     "    __opscon_in $argv[1]; or return 1\n"
			     "    set -e argv[1]\n"
			     "    for word in $words\n"
			     "        contains -- $word $argv; and return 1\n"
			     "    end\n"
			     "    return 0\n"
			     "end\n"
			     "\n"
			     "complete -c opscon -f\n";

static const char quote[] = "\\'";

static void print_text(FILE *to, const char *text, size_t n)
{
	fputs(" -d '", to);
	completion_quoted(to, text, n, quote, "\\");
	fputs("'\n", to);
}

static void print_option(FILE *to, const char *condition, const struct command_option *option)
{
	fprintf(to, "complete -c opscon -n '%s' -l %s", condition, option->name);
	if (option->letter)
		fprintf(to, " -s %c", option->letter);
	if (option->word) {
		fputs(" -x -a '", to);
		completion_words(to, option->word);
		fputc('\'', to);
	} else if (option->completes == COMPLETES_DIRECTORIES) {
		fputs(" -x -a '(__fish_complete_directories)'", to);
	} else if (option->value) {
		fputs(option->completes ? " -r -F" : " -x", to);
	}
	print_text(to, option->help, (size_t)completion_text_len(option));
}

static void print_options(FILE *to, const char *condition, const struct subcommand *command)
{
	const struct command_option *option;

	for (size_t i = 0; (option = options_at(command, i)); i++)
		print_option(to, condition, option);
}

static void print_command(FILE *to, const struct subcommand *command)
{
	char condition[64];

	snprintf(condition, sizeof condition, "__opscon_in %s", command->name);
	if (command->verb) {
		fprintf(to, "complete -c opscon -n '__opscon_before %s ", command->name);
		completion_words(to, command->verb);
		fputs("' -a '", to);
		completion_words(to, command->verb);
		fputs("'\n", to);
	}
	if (command->operands)
		fprintf(to, "complete -c opscon -n '%s' -F\n", condition);
	print_options(to, condition, command);
}

void completion_fish(FILE *to)
{
	fputs(head, to);
	for (size_t i = 0; i < n_commands; i++)
		fprintf(to, " %s", commands[i]->name);
	fputs(middle, to);
	for (size_t i = 0; i < n_commands; i++) {
		fprintf(to, "complete -c opscon -n __opscon_none -a %s", commands[i]->name);
		print_text(to, commands[i]->summary, strlen(commands[i]->summary));
	}
	print_options(to, "__opscon_none", &command_console);
	for (size_t i = 0; i < n_commands; i++)
		print_command(to, commands[i]);
}
