// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"
#include "commands/app.h"
#include "commands/commands.h"
#include "commands/exit_code.h"
#include "commands/recorded.h"
#include "feeds/replay_player.h"

static void print_help(void)
{
	puts("usage: opscon replay [OPTION ...] FILE\n\n"
	     "The console on a recording (of opscon record, or a hub's directory), with a clock.\n\n"
	     "  --at TIME             begin there, like 02:15, 2026-11-26T02:15:30Z, +10m or -10m (before its end)\n"
	     "  --speed N             0.25 to 1000 times as fast as it went; default 1\n"
	     "  --ascii               ASCII glyphs only\n"
	     "  --theme NAME          dark (default), light or colourblind\n"
	     "  --utc                 absolute times in UTC\n"
	     "  --mouse               clicks and the wheel are read\n"
	     "  --script FILE         keys from a file, screens to files; see opscon(1)\n"
	     "  --size COLSxROWS      of the script's screen; default 120x36\n"
	     "  --config FILE         a configuration, for its keys, theme and panels\n"
	     "  --log FILE            diagnostics of opscon itself go there\n"
	     "  --help                this text");
}

static const struct option more_options[] = {
	{ "at", required_argument, NULL, 'A' },
	{ "speed", required_argument, NULL, 'S' },
	{ 0 },
};

struct replay_command {
	struct app_options options;
	const char *at; // NULL: from the beginning
};

static int take_more(void *ctx, int option, const char *value)
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
	} else if (!options->script && !has_terminal()) {
		fputs("opscon replay: it needs a terminal; without one: opscon record --info FILE\n", stderr);
		r = EXIT_USAGE;
	} else if (command->at) {
		r = recorded_time(&facts, "at", command->at, options->is_utc, &options->at_ms);
	}
	if (r) {
		tape_close(options->tape);
		return r;
	}
	return app_run(options);
}

int command_replay(int argc, char **argv)
{
	struct replay_command command = { 0 };
	struct app_options *options = &command.options;
	char *none[] = { NULL };
	int r;

	app_options_init(options);
	options->is_replay = true;
	options->speed = 1;
	r = app_options_parse_more(options, argc, argv, more_options, take_more, &command);
	if (r == 0 && options->wants_help) {
		print_help();
	} else if (r == 0 && (!argv[optind] || argv[optind + 1])) {
		fputs("opscon replay: expected one recording; see opscon replay --help\n", stderr);
		r = EXIT_USAGE;
	} else if (r == 0) {
		r = fleet_options_resolve(&options->fleet, none, false);
		r = r ? r : run(&command, argv[optind]);
	}
	fleet_options_finish(&options->fleet);
	return r;
}
