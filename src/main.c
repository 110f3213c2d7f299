// SPDX-License-Identifier: Apache-2.0
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/user_locale.h"
#include "commands/commands.h"
#include "commands/exit_code.h"
#include "commands/fleet_options.h"
#include "commands/options.h"

static void print_usage(FILE *to)
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

// "opscon --read-only op ...": what every command has may stand before it as well.
static void put_command_first(int argc, char **argv)
{
	int at = 1, n;

	while (at < argc && (n = options_n_words(fleet_option_lists, argv[at])))
		at += n;
	if (at > 1 && at < argc && command_find(argv[at])) {
		char *command = argv[at];

		memmove(argv + 2, argv + 1, (size_t)(at - 1) * sizeof *argv);
		argv[1] = command;
	}
}

// "opscon help", "opscon help status".
static int help(int argc, char **argv)
{
	const struct subcommand *command = argc > 2 ? command_find(argv[2]) : NULL;

	if (argc > 2 && !command)
		return command_say_unknown(argv[2]);
	if (command)
		options_print_help(command, stdout);
	else
		print_usage(stdout);
	return EXIT_WELL;
}

static int run(int argc, char **argv)
{
	const struct subcommand *command;
	int r;

	put_command_first(argc, argv);
	command = argc > 1 ? command_find(argv[1]) : NULL;
	if (!command && argc > 1) {
		if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)
			return help(argc, argv);
		r = command_check_word(argc, argv);
		if (r)
			return r;
	}
	r = command ? command->run(argc - 1, argv + 1) : command_console.run(argc, argv);
	return r == COMMAND_HELPED ? EXIT_WELL : r;
}

// As with "| head": whoever read has had enough.
static bool has_reader_left(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return poll(&out, 1, 0) > 0 && (out.revents & (POLLERR | POLLHUP));
}

int main(int argc, char **argv)
{
	int r;

	locale_settle();
	signal(SIGPIPE, SIG_IGN); // a closed connection is an error code, never the end
	r = run(argc, argv);
	// What stdio still holds is lost without a word otherwise: on a full disk, or when nobody reads: the exit code
	// tells of either.
	if ((fflush(stdout) != 0 || ferror(stdout)) && r == EXIT_WELL) {
		if (!has_reader_left())
			fputs("opscon: cannot write the output\n", stderr);
		return EXIT_OURS;
	}
	return r;
}
