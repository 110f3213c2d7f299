// SPDX-License-Identifier: Apache-2.0
#include "commands/attach.h"

#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "commands/app.h"
#include "commands/exit_code.h"
#include "commands/options.h"
#include "report/report.h"

enum { OPTION_FORMAT = 'f' };

static const struct command_option format_option[] = {
	{ "format", "FORMAT", "of --once:", OPTION_FORMAT, .word = report_format_name },
	{ 0 },
};

struct attach_run {
	struct app_options app;
	struct attach_options attach;
};

static int take(void *ctx, int option, const char *value)
{
	struct attach_run *run = ctx;

	if (option != OPTION_FORMAT)
		return attach_options_take(&run->attach, option, value);
	run->app.format = value;
	if (report_writer_find(value))
		return 0;
	fprintf(stderr, "opscon: --format %s: expected %s\n", value, report_formats());
	return EXIT_USAGE;
}

static bool has_terminal(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

// Keys, colours and the like are as configured, if anything is.
static int resolve(struct attach_run *run, char **addresses)
{
	struct fleet_options *fleet = &run->app.fleet;
	char path[1024], *nobody[] = { NULL };
	int r = attach_check_polling(fleet);

	if (r == 0)
		r = fleet_options_resolve(fleet, nobody, config_find(NULL, path, sizeof path) == 0);
	if (r == 0)
		r = attach_options_resolve(&run->attach, addresses, &fleet->config.attach);
	return r;
}

static int run_command(int argc, char **argv)
{
	struct attach_run run = { 0 };
	int r;

	app_options_init(&run.app);
	run.app.attach = &run.attach;
	r = app_options_parse(&run.app, &command_attach, argc, argv, take, &run);
	if (r == 0 && run.app.format && !run.app.is_once) {
		fputs("opscon: --format is for --once\n", stderr);
		r = EXIT_USAGE;
	}
	if (r == 0)
		r = resolve(&run, argv + optind);
	if (r == 0 && !run.app.script && !run.app.is_once && !has_terminal()) {
		fputs("opscon: the console needs a terminal; without one: opscon attach --once\n", stderr);
		r = EXIT_USAGE;
	}
	if (r == 0)
		r = app_run(&run.app);
	fleet_options_finish(&run.app.fleet);
	return r;
}

const struct subcommand command_attach = {
	.name = "attach",
	.run = run_command,
	.summary = "the console on the fleet of a hub, or of several",
	.usage = "opscon attach [--once] [OPTION ...] [ADDRESS ...]\n\n"
		 "The console on the fleet of a hub, or of several: unix:PATH, ws://HOST:PORT or\n"
		 "wss://HOST:PORT; without one the hub of this machine. --once: its status.",
	.options = { app_once_options, format_option, attach_hub_options, app_console_options, fleet_state_options,
		     fleet_file_options, help_option },
	.elsewhere = { fleet_timeout_options, fleet_polling_options },
};
