// SPDX-License-Identifier: Apache-2.0
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "commands/app.h"
#include "commands/exit_code.h"
#include "commands/options.h"

enum { DEMO_SLOW_MS = 1000 }; // the demo's slow agents answer later than that

static bool has_terminal(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

static const struct command_option version_option[] = {
	{ "version", NULL, "which opscon this is", 'V', .letter = 'V' },
	{ 0 },
};

static int take(void *ctx, int code, const char *value)
{
	(void)ctx;
	(void)code; // there is but one
	(void)value;
	puts("opscon " OPSCON_VERSION);
	return COMMAND_HELPED;
}

static int run_console(int argc, char **argv)
{
	struct app_options options;
	int r;

	app_options_init(&options);
	r = app_options_parse(&options, &command_console, argc, argv, take, NULL);
	if (r == 0)
		r = fleet_options_resolve(&options.fleet, argv + optind, true);
	if (r == 0 && !options.script && !has_terminal()) {
		fputs("opscon: the console needs a terminal; without one: opscon status\n", stderr);
		r = EXIT_USAGE;
	}
	if (r == 0)
		r = app_run(&options);
	fleet_options_finish(&options.fleet);
	return r;
}

const struct subcommand command_console = {
	.name = "console",
	.run = run_console,
	.summary = "the console (also what opscon does without a command)",
	.usage = "opscon [console] [OPTION ...] [URL ... | SELECTOR]\n\n"
		 "The console on the configured fleet, on a part of it, or on these URLs. A selector is\n"
		 "like env=prod,name=~web*; a bare word is a part of the name.",
	.options = { app_console_options, fleet_timeout_options, fleet_polling_options, fleet_state_options,
		     fleet_file_options, version_option, help_option },
};

static int start_demo(struct app_options *options, char **operands)
{
	struct fleet_options *fleet = &options->fleet;
	int r;

	options->is_once = options->is_once || (!options->script && !has_terminal());
	fleet->interval_ms = fleet->interval_ms ? fleet->interval_ms : FAST_INTERVAL_MS;
	r = fleet_options_resolve(fleet, operands, false);
	if (r == 0 && (fleet->config_path || fleet->n_urls)) {
		fputs("opscon demo: it has a fleet of its own; leave out --config and URLs\n", stderr);
		return EXIT_USAGE;
	}
	fleet->config.probe.slow_ms = DEMO_SLOW_MS;
	config_hurry(&fleet->config);
	return r ? r : app_run(options);
}

static int run_demo(int argc, char **argv)
{
	struct app_options options;
	int r;

	app_options_init(&options);
	options.is_demo = true;
	r = app_options_parse(&options, &command_demo, argc, argv, NULL, NULL);
	if (r == 0)
		r = start_demo(&options, argv + optind);
	fleet_options_finish(&options.fleet);
	return r;
}

const struct subcommand command_demo = {
	.name = "demo",
	.run = run_demo,
	.summary = "the console on a simulated fleet",
	.usage = "opscon demo [--once] [OPTION ...] [SELECTOR]\n\n"
		 "The console on a simulated fleet of 22 agents; --once (or no terminal): its status.",
	.options = { app_once_options, app_console_options, fleet_timeout_options, fleet_polling_options,
		     fleet_state_options, fleet_file_options, help_option },
};
