// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <unistd.h>

#include "commands/app.h"
#include "commands/commands.h"
#include "commands/exit_code.h"

enum { DEMO_SLOW_MS = 1000 }; // the demo's slow agents answer later than that

static bool has_terminal(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

int command_console(int argc, char **argv)
{
	struct app_options options;
	int r;

	app_options_init(&options);
	r = app_options_parse(&options, argc, argv);
	if (r == 0 && options.wants_help) {
		app_options_print_help("opscon [console] [OPTION ...] [URL ... | SELECTOR]", fleet_options_help(true));
	} else if (r == 0 && !options.script && !has_terminal()) {
		fputs("opscon: the console needs a terminal; without one: opscon status\n", stderr);
		r = EXIT_USAGE;
	} else if (r == 0) {
		r = fleet_options_resolve(&options.fleet, argv + optind, true);
		r = r ? r : app_run(&options);
	}
	fleet_options_finish(&options.fleet);
	return r;
}

static int run_demo(struct app_options *options, char **operands)
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

int command_demo(int argc, char **argv)
{
	struct app_options options;
	int r;

	app_options_init(&options);
	options.is_demo = true;
	r = app_options_parse(&options, argc, argv);
	if (r == 0 && options.wants_help) {
		app_options_print_help(
			"opscon demo [--once] [OPTION ...] [SELECTOR]\n\n"
			"The console on a simulated fleet of 22 agents; --once (or no terminal): its status.",
			fleet_options_help(true));
	} else if (r == 0) {
		r = run_demo(&options, argv + optind);
	}
	fleet_options_finish(&options.fleet);
	return r;
}
