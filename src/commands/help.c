// SPDX-License-Identifier: Apache-2.0
/* opscon help: which commands there are, and what one of them takes. */
#include <getopt.h>

#include "commands/commands.h"
#include "commands/exit_code.h"
#include "commands/options.h"

void command_print_usage(FILE *to)
{
	fputs("opscon watches a fleet of HTTP agents.\n\n"
	      "usage: opscon [OPTION ...]            the console on the configured fleet\n"
	      "       opscon [OPTION ...] URL ...    the console on these URLs, without configuration\n"
	      "       opscon COMMAND [OPTION ...]\n\n",
	      to);
	for (size_t i = 0; i < n_commands; i++)
		fprintf(to, "  %-14s%s\n", commands[i]->name, commands[i]->summary);
	fputs("\n'opscon COMMAND --help' tells a command's options, 'opscon console --help' those of the console.\n"
	      "opscon(1), opscon.yml(5), opscon-agent(7), opscon-audit(7) and opscon-protocol(7) tell it all.\n",
	      to);
}

static const char *command_name(size_t i)
{
	return i < n_commands ? commands[i]->name : NULL;
}

static int take(void *ctx, int option, const char *value)
{
	(void)ctx;
	(void)option;
	(void)value;
	return EXIT_USAGE; // there is none but --help
}

static int run_command(int argc, char **argv)
{
	int r = options_parse(&command_help, argc, argv, take, NULL);
	const struct subcommand *command;

	if (r)
		return r;
	if (optind == argc) {
		command_print_usage(stdout);
		return EXIT_WELL;
	}
	command = command_find(argv[optind]);
	if (!command)
		return command_say_unknown(argv[optind]);
	options_print_help(command, stdout);
	return EXIT_WELL;
}

const struct subcommand command_help = {
	.name = "help",
	.run = run_command,
	.summary = "the commands there are; 'help COMMAND' what one takes",
	.usage = "opscon help [COMMAND]",
	.options = { help_option },
	.verb = command_name,
};
