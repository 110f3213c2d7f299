// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/human.h"
#include "commands/exit_code.h"
#include "commands/options.h"
#include "commands/recorded.h"
#include "commands/session.h"
#include "feeds/record_sink.h"

enum { N_SIGNALS = 3 };

struct record_command {
	struct fleet_options fleet;
	const char *from, *to;
	int64_t for_ms; // 0: until it is ended
	bool is_export, is_info, is_utc;

	struct session session;
	struct record_sink *sink;
	uv_signal_t signals[N_SIGNALS];
	uv_timer_t timer;
	uv_check_t check;
	bool is_over;
};

static const struct command_option own_options[] = {
	{ "for", "DURATION", "ends by itself, like 10m", 'f' },
	{ "export", NULL, "a part of a recording, without what could be a secret", 'e' },
	{ "from", "TIME", "which part, like 02:15, 2026-11-26T02:15:30Z, +10m or -10m", 'b' },
	{ "to", "TIME", "up to where, the same", 't' },
	{ "utc", NULL, "times of day are UTC", 'u' },
	{ "info", NULL, "what a recording is of", 'i' },
	{ 0 },
};

static int take(void *ctx, int option, const char *value)
{
	struct record_command *command = ctx;

	switch (option) {
	case 'b':
		command->from = value;
		break;
	case 't':
		command->to = value;
		break;
	case 'e':
		command->is_export = true;
		break;
	case 'i':
		command->is_info = true;
		break;
	case 'u':
		command->is_utc = true;
		break;
	case 'f':
		if (human_parse_duration(value, &command->for_ms) == 0 && command->for_ms > 0)
			break;
		fprintf(stderr, "opscon: --for %s: expected a duration, like 10m\n", value);
		return EXIT_USAGE;
	default:
		break;
	}
	return 0;
}

// ---- recording

static void on_signal(uv_signal_t *handle, int number)
{
	struct record_command *command = handle->data;

	(void)number;
	command->is_over = true;
}

static void on_timer(uv_timer_t *timer)
{
	struct record_command *command = timer->data;

	command->is_over = true;
}

// A recording that has stopped is no reason to go on watching.
static void on_check(uv_check_t *check)
{
	struct record_command *command = check->data;

	if (record_sink_look(command->sink)->error)
		command->is_over = true;
}

// Before there is a file: whoever sees it may end us.
static void open_handles(struct record_command *command)
{
	static const int numbers[N_SIGNALS] = { SIGINT, SIGTERM, SIGHUP };
	uv_loop_t *loop = &command->session.loop;

	for (int i = 0; i < N_SIGNALS; i++) {
		uv_signal_init(loop, &command->signals[i]);
		command->signals[i].data = command;
		uv_signal_start(&command->signals[i], on_signal, numbers[i]);
	}
	uv_timer_init(loop, &command->timer);
	uv_check_init(loop, &command->check);
	command->timer.data = command->check.data = command;
}

static void close_handles(struct record_command *command)
{
	for (int i = 0; i < N_SIGNALS; i++)
		uv_close((uv_handle_t *)&command->signals[i], NULL);
	uv_close((uv_handle_t *)&command->timer, NULL);
	uv_close((uv_handle_t *)&command->check, NULL);
}

static void go(struct record_command *command)
{
	uv_check_start(&command->check, on_check);
	if (command->for_ms)
		uv_timer_start(&command->timer, on_timer, (uint64_t)command->for_ms, 0);
	while (!command->is_over)
		uv_run(&command->session.loop, UV_RUN_ONCE);
}

static int finish(struct record_command *command, const char *path)
{
	struct recorder_state state;
	char size[HUMAN_MAX];
	int r = recorder_detach(command->sink, &state);

	fprintf(stderr, "opscon record: %s: %llu events, %s\n", path, (unsigned long long)state.n_records,
		human_bytes((double)state.n_bytes, size));
	if (state.n_lost && r == 0)
		fprintf(stderr, "opscon record: %llu events are missing: the disk did not keep up\n",
			(unsigned long long)state.n_lost);
	if (r < 0)
		fprintf(stderr, "opscon record: %s: it ends early: %s\n", path, strerror(-r));
	return r < 0 ? EXIT_OURS : EXIT_WELL;
}

static int attach(struct record_command *command, const char *path)
{
	const struct recorder_options options = { .path = path, .fleet_name = command->fleet.config.fleet_name };
	struct session *session = &command->session;
	char why[512];
	int r = recorder_attach(&session->loop, session->broadcaster, session->fleet, &options, &command->sink, why,
				sizeof why);

	if (r < 0)
		fprintf(stderr, "opscon record: %s\n", why);
	return r == 0 ? 0 : r == -EEXIST ? EXIT_USAGE : EXIT_OURS;
}

static int record(struct record_command *command, char **operands)
{
	const char *path = operands[0];
	int r = fleet_options_resolve(&command->fleet, operands + 1, true);

	if (r)
		return r;
	r = session_start(&command->session, &command->fleet, 0);
	if (r == 0) {
		open_handles(command);
		r = attach(command, path);
		if (r == 0) {
			go(command);
			r = finish(command, path);
		}
		close_handles(command);
	}
	session_stop(&command->session);
	return r;
}

// ---- which of them

// Where other commands have verbs.
static bool is_option(const char *word)
{
	return strcmp(word, "info") == 0 || strcmp(word, "export") == 0;
}

static int run_command(struct record_command *command, char **operands, int n)
{
	int wanted = command->is_export ? 2 : 1;

	if (n < wanted || ((command->is_export || command->is_info) && n != wanted)) {
		fprintf(stderr, "opscon record: expected %s; see opscon record --help\n",
			command->is_export ? "a recording and a new file"
			: command->is_info ? "a recording"
					   : "a file");
		return EXIT_USAGE;
	}
	if (!command->is_export && !command->is_info && is_option(operands[0])) {
		fprintf(stderr, "opscon record: %s: did you mean --%s? A file of that name is ./%s\n", operands[0],
			operands[0], operands[0]);
		return EXIT_USAGE;
	}
	if ((command->from || command->to) && !command->is_export) {
		fputs("opscon record: --from and --to are for --export\n", stderr);
		return EXIT_USAGE;
	}
	if (command->is_info)
		return recorded_info(operands[0]);
	if (command->is_export)
		return recorded_export(operands[0], operands[1], command->from, command->to, command->is_utc);
	return record(command, operands);
}

static int run(int argc, char **argv)
{
	struct record_command command = { 0 };
	int r;

	fleet_options_init(&command.fleet);
	r = fleet_options_parse(&command.fleet, &command_record, argc, argv, take, &command);
	if (r == 0)
		r = run_command(&command, argv + optind, argc - optind);
	fleet_options_finish(&command.fleet);
	return r;
}

const struct subcommand command_record = {
	.name = "record",
	.run = run,
	.summary = "write what happens to a file; cut a part out of one",
	.usage = "opscon record [OPTION ...] FILE [URL ... | SELECTOR]\n"
		 "       opscon record --export [--from TIME] [--to TIME] RECORDING FILE\n"
		 "       opscon record --info RECORDING\n\n"
		 "Watches the fleet and writes what happens to FILE, until it is ended (C-c).",
	.options = { own_options, fleet_timeout_options, fleet_polling_options, fleet_state_options, fleet_file_options,
		     help_option },
	.operands = COMPLETES_FILES,
};
