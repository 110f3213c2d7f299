// SPDX-License-Identifier: Apache-2.0
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"
#include "commands/app.h"
#include "commands/exit_code.h"
#include "commands/options.h"
#include "commands/recorded.h"
#include "feeds/replay_player.h"

static const struct command_option own_options[] = {
	{ "at", "TIME", "begin there, like 02:15, 2026-11-26T02:15:30Z, +10m or -10m (before its end)", 'A' },
	{ "speed", "N", "0.25 to 1000 times as fast as it went; default 1", 'S' },
	{ 0 },
};

struct replay_command {
	struct app_options options;
	const char *at; // NULL: from the beginning
};

static int take(void *ctx, int option, const char *value)
{
	struct replay_command *command = ctx;
	double *speed = &command->options.speed;

	if (option == 'A') {
		command->at = value;
		return 0;
	}
	if (number_parse(value, strlen(value), speed) == 0 && *speed >= REPLAY_SPEED_MIN && *speed <= REPLAY_SPEED_MAX)
		return 0;
	fprintf(stderr, "opscon: --speed %s: expected a number from 0.25 to 1000\n", value);
	return EXIT_USAGE;
}

static bool has_terminal(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

static int run(struct replay_command *command, const char *path)
{
	struct app_options *options = &command->options;
	struct tape_facts facts;
	char why[512];
	int r = tape_open(path, &options->tape, why, sizeof why);

	if (r < 0) {
		fprintf(stderr, "opscon replay: %s\n", why);
		return EXIT_USAGE;
	}
	tape_look(options->tape, &facts);
	options->is_demo = facts.about->is_demo;
	options->fleet.config.fleet_name = facts.about->fleet; // as long as it is looked at
	if (!facts.n_blocks) {
		fprintf(stderr, "opscon replay: %s: nothing is recorded in it\n", path);
		r = EXIT_USAGE;
	} else if (command->at) {
		r = recorded_time(&facts, "at", command->at, options->is_utc, &options->at_ms);
	}
	if (r == 0 && !options->script && !has_terminal()) {
		fputs("opscon replay: it needs a terminal; without one: opscon record --info FILE\n", stderr);
		r = EXIT_USAGE;
	}
	if (r) {
		tape_close(options->tape);
		return r;
	}
	return app_run(options);
}

static int run_command(int argc, char **argv)
{
	struct replay_command command = { 0 };
	struct app_options *options = &command.options;
	char *none[] = { NULL };
	int r;

	app_options_init(options);
	options->is_replay = true;
	options->speed = 1;
	r = app_options_parse(options, &command_replay, argc, argv, take, &command);
	if (r == 0 && (!argv[optind] || argv[optind + 1])) {
		fputs("opscon replay: expected one recording; see opscon replay --help\n", stderr);
		r = EXIT_USAGE;
	}
	if (r == 0)
		r = fleet_options_resolve(&options->fleet, none, false);
	if (r == 0)
		r = run(&command, argv[optind]);
	fleet_options_finish(&options->fleet);
	return r;
}

const struct subcommand command_replay = {
	.name = "replay",
	.run = run_command,
	.summary = "the console on a recording, with a clock: pause, step, go to a time",
	.usage = "opscon replay [OPTION ...] FILE\n\n"
		 "The console on a recording (of opscon record, or a hub's directory), with a clock.\n"
		 "A configuration is for its keys, theme and panels.",
	.options = { own_options, app_console_options, fleet_file_options, help_option },
	.elsewhere = { fleet_state_options },
	.operands = COMPLETES_FILES,
};
