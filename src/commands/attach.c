// SPDX-License-Identifier: Apache-2.0
#include "commands/attach.h"

#include <stdio.h>
#include <unistd.h>

#include "commands/app.h"
#include "commands/commands.h"
#include "commands/exit_code.h"
#include "report/report.h"

static const struct option attach_long_options[] = { ATTACH_LONG_OPTIONS,
						     { "format", required_argument, NULL, 'f' },
						     { 0 } };

struct attach_run {
	struct app_options app;
	struct attach_options attach;
};

static int take(void *ctx, int option, const char *value)
{
	struct attach_run *run = ctx;

	if (option != 'f')
		return attach_options_take(&run->attach, option, value);
	run->app.format = value;
	if (report_writer_find(value))
		return 0;
	fprintf(stderr, "opscon: --format %s: expected %s\n", value, report_formats());
	return EXIT_USAGE;
}

static void print_help(void)
{
	app_options_print_help("opscon attach [--once] [OPTION ...] [ADDRESS ...]\n\n"
			       "The console on the fleet of a hub, or of several: unix:PATH, ws://HOST:PORT or\n"
			       "wss://HOST:PORT; without one the hub of this machine. --once: its status.",
			       fleet_options_help_attached());
	printf("\n%s  --format FORMAT       of --once: %s\n", attach_options_help(), report_formats());
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

int command_attach(int argc, char **argv)
{
	struct attach_run run = { 0 };
	int r;

	app_options_init(&run.app);
	run.app.attach = &run.attach;
	r = app_options_parse_more(&run.app, argc, argv, attach_long_options, take, &run);
	if (r == 0 && run.app.wants_help) {
		print_help();
	} else if (r == 0 && run.app.format && !run.app.is_once) {
		fputs("opscon: --format is for --once\n", stderr);
		r = EXIT_USAGE;
	} else if (r == 0 && !run.app.script && !run.app.is_once && !has_terminal()) {
		fputs("opscon: the console needs a terminal; without one: opscon attach --once\n", stderr);
		r = EXIT_USAGE;
	} else if (r == 0) {
		r = resolve(&run, argv + optind);
		r = r ? r : app_run(&run.app);
	}
	fleet_options_finish(&run.app.fleet);
	return r;
}
