// SPDX-License-Identifier: Apache-2.0
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "commands/exit_code.h"
#include "commands/options.h"
#include "commands/session.h"
#include "commands/status_run.h"
#include "commands/words.h"
#include "report/report.h"

static const struct command_option own_options[] = {
	{ "format", "FORMAT", "how it is printed, by default as a table:", 'f', .letter = 'f',
	  .word = report_format_name },
	{ "fail-on", "STATE", "degraded (default) or down: what is not well", 'F', .word = words_bad_state },
	{ "hard", NULL, "retry until every verdict is hard", 'H' },
	{ "nagios", NULL, "--format nagios, with a monitoring plugin's exit codes", 'N' },
	{ "tmux", NULL, "--format tmux: at most 60 cells for a status line", 'T' },
	{ 0 },
};

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
	default:
		run->format = "tmux";
		break;
	}
	return 0;
}

static int run_command(int argc, char **argv)
{
	struct status_run run = STATUS_RUN_DEFAULT;
	struct fleet_options options;
	struct session session = { 0 };
	int r;

	fleet_options_init(&options);
	r = fleet_options_parse(&options, &command_status, argc, argv, take, &run);
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

const struct subcommand command_status = {
	.name = "status",
	.run = run_command,
	.summary = "probe each agent once and print the state of the fleet",
	.usage = "opscon status [OPTION ...] [URL ... | SELECTOR]\n\n"
		 "Probes each agent once and prints the state of the fleet; the exit code says it too:\n"
		 "0 well, 3 degraded, 4 down, 5 something could not be asked, 8 not everything is known.\n"
		 "A selector is like env=prod,name=~web*; a bare word is a part of the name.",
	.options = { own_options, fleet_timeout_options, fleet_polling_options, fleet_state_options, fleet_file_options,
		     help_option },
};
