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

// How many words it is as an option of this command, of every command or of the console; 0: it is none.
static int option_words(const struct subcommand *command, const char *word)
{
	int n = options_n_words(command->options, word);

	n = n ? n : options_n_words(fleet_option_lists, word);
	return n ? n : options_n_words(command_console.options, word);
}

// Whether all before it are such options.
static bool is_behind_options(const struct subcommand *command, int at, char **argv)
{
	int i = 1, n;

	while (i < at && (n = option_words(command, argv[i])))
		i += n;
	return i == at;
}

// "opscon --read-only op ...": what a command takes may stand before it as well.
static void put_command_first(int argc, char **argv)
{
	for (int at = 2; at < argc; at++) {
		const struct subcommand *command = command_find(argv[at]);
		char *word = argv[at];

		if (!command || !is_behind_options(command, at, argv))
			continue;
		memmove(argv + 2, argv + 1, (size_t)(at - 1) * sizeof *argv);
		argv[1] = word;
		return;
	}
}

static int run(int argc, char **argv)
{
	const struct subcommand *command;
	int r;

	put_command_first(argc, argv);
	command = argc > 1 ? command_find(argv[1]) : NULL;
	if (!command && argc > 1) {
		if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
			command_print_usage(stdout);
			return EXIT_WELL;
		}
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
