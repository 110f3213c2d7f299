// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "commands/commands.h"
#include "commands/exit_code.h"
#include "commands/session.h"
#include "commands/status_run.h"

static const struct option own_options[] = {
	{ "fail-on", required_argument, NULL, 'F' },
	{ "format", required_argument, NULL, 'f' },
	{ "hard", no_argument, NULL, 'H' },
	{ "help", no_argument, NULL, 'h' },
	{ "nagios", no_argument, NULL, 'N' },
	{ "tmux", no_argument, NULL, 'T' },
	{ 0 },
};

static int print_help(void)
{
	printf("usage: opscon status [OPTION ...] [URL ... | SELECTOR]\n\n"
	       "Probes each agent once and prints the state of the fleet; the exit code says it too.\n\n"
	       "  --format FORMAT       %s\n"
	       "  --fail-on STATE       degraded (default) or down: what is not well\n"
	       "  --hard                retry until every verdict is hard\n"
	       "  --nagios              --format nagios, with a monitoring plugin's exit codes\n"
	       "  --tmux                --format tmux: at most 60 cells for a status line\n%s",
	       report_formats(), fleet_options_help(true));
	return EXIT_WELL;
}

static int take(void *ctx, int option, const char *value)
{
	struct status_run *run = ctx;

	switch (option) {
	case 'f':
		run->format = value;
		break;
	case 'F':
		if (health_state_from_name(value, &run->fail_on) == 0 &&
		    (run->fail_on == HEALTH_DEGRADED || run->fail_on == HEALTH_DOWN))
			break;
		fprintf(stderr, "opscon: --fail-on %s: expected degraded or down\n", value);
		return EXIT_USAGE;
	case 'H':
		run->is_hard = true;
		break;
	case 'N':
		run->format = "nagios";
		break;
	case 'T':
		run->format = "tmux";
		break;
	default:
		run->wants_help = true;
		break;
	}
	return 0;
}

int command_status(int argc, char **argv)
{
	struct status_run run = STATUS_RUN_DEFAULT;
	struct fleet_options options;
	struct session session = { 0 };
	int r;

	fleet_options_init(&options);
	r = fleet_options_parse(&options, argc, argv, "f:h", own_options, take, &run);
	if (r == 0 && run.wants_help) {
		fleet_options_finish(&options);
		return print_help();
	}
	if (r == 0 && !report_writer_find(run.format)) {
		fprintf(stderr, "opscon: --format %s: expected %s\n", run.format, report_formats());
		r = EXIT_USAGE;
	}
	if (r == 0)
		r = fleet_options_resolve(&options, argv + optind, true);
	if (r == 0) {
		r = session_start(&session, &options, run.is_hard ? 0 : SESSION_ONCE);
		if (r == 0)
			r = status_run(&run, &session);
		session_stop(&session);
	}
	fleet_options_finish(&options);
	return r;
}
