// SPDX-License-Identifier: Apache-2.0
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/human.h"
#include "commands/exit_code.h"
#include "commands/options.h"
#include "commands/session.h"
#include "commands/words.h"
#include "feeds/direct.h"
#include "report/report.h"

enum { WATCH_DEFAULT_MS = 5 * 60 * 1000, WATCH_INTERVAL_MS = 2000, N_SIGNALS = 2 };

struct watch {
	enum health_state until; // HEALTH_UP: everybody; DEGRADED, DOWN: somebody at least that bad
	int64_t timeout_ms;
	bool is_quiet;

	struct session *session;
	uv_check_t check;
	uv_timer_t timer;
	uv_signal_t signals[N_SIGNALS];
	size_t told[HEALTH_STATE_COUNT]; // counts last printed
	size_t n_unread;                 // lists, as told
	bool is_done, is_over, is_cancelled;
};

static const struct command_option own_options[] = {
	{ "until", "STATE",
	  "healthy (default): every agent, by a hard verdict; degraded or down: at least one agent is that bad", 'u',
	  .word = words_until },
	{ "timeout", "DURATION", "how long to wait; default 5m", 't' },
	{ "quiet", NULL, "print nothing but errors", 'q', .letter = 'q' },
	{ 0 },
};

static int take(void *ctx, int option, const char *value)
{
	struct watch *watch = ctx;

	switch (option) {
	case 'q':
		watch->is_quiet = true;
		return 0;
	case 't':
		if (human_parse_duration(value, &watch->timeout_ms) == 0 && watch->timeout_ms > 0)
			return 0;
		fprintf(stderr, "opscon: --timeout %s: expected a duration, like 30s or 5m\n", value);
		return EXIT_USAGE;
	case 'u':
		if (strcmp(value, "healthy") == 0)
			value = "up";
		if (health_state_from_name(value, &watch->until) == 0 && watch->until != HEALTH_UNKNOWN)
			return 0;
		fprintf(stderr, "opscon: --until %s: expected healthy, degraded or down\n", value);
		return EXIT_USAGE;
	default:
		return EXIT_USAGE;
	}
}

static bool is_reached(const struct watch *watch, const struct fleet_counts *counts)
{
	if (watch->until == HEALTH_DOWN)
		return counts->by_state[HEALTH_DOWN] > 0;
	if (watch->until == HEALTH_DEGRADED)
		return counts->by_state[HEALTH_DEGRADED] + counts->by_state[HEALTH_DOWN] > 0;
	// Nobody knows of those whose list could not be read.
	return counts->by_state[HEALTH_UP] > 0 && !fleet_sources_failed(watch->session->fleet, NULL, 0) &&
	       counts->by_state[HEALTH_UP] == fleet_counts_judged(counts) &&
	       direct_feed_is_settled(watch->session->feed);
}

// One line whenever the counts have changed: a deployment's log shows how it went.
static void print_progress(struct watch *watch, const struct fleet_counts *counts)
{
	char at[HUMAN_MAX];

	if (watch->is_quiet || memcmp(watch->told, counts->by_state, sizeof watch->told) == 0)
		return;
	memcpy(watch->told, counts->by_state, sizeof watch->told);
	printf("%s %zu up, %zu degraded, %zu down, %zu unknown of %zu\n", human_rfc3339(clock_now().wall_ms, at),
	       counts->by_state[HEALTH_UP], counts->by_state[HEALTH_DEGRADED], counts->by_state[HEALTH_DOWN],
	       counts->by_state[HEALTH_UNKNOWN], fleet_counts_judged(counts));
	fflush(stdout);
}

// An error, so it is told even to whoever wants quiet; once a change.
static void print_unread(struct watch *watch)
{
	struct fleet_source failed[8];
	size_t n = fleet_sources_failed(watch->session->fleet, failed, 8);

	if (n > watch->n_unread)
		for (size_t i = watch->n_unread; i < n && i < 8; i++)
			fprintf(stderr, "opscon: %s cannot be read: %s\n", failed[i].name, failed[i].why);
	watch->n_unread = n;
}

static void on_check(uv_check_t *check)
{
	struct watch *watch = check->data;
	const struct fleet_counts *counts = fleet_counts(watch->session->fleet);

	if (direct_feed_is_settled(watch->session->feed))
		print_unread(watch); // not before: a pattern that matches nothing may be one of many
	print_progress(watch, counts);
	watch->is_done = watch->is_done || is_reached(watch, counts);
}

static void on_timer(uv_timer_t *timer)
{
	struct watch *watch = timer->data;

	watch->is_over = true;
}

static void on_signal(uv_signal_t *signal, int number)
{
	struct watch *watch = signal->data;

	(void)number;
	watch->is_cancelled = true;
}

static int run(struct watch *watch)
{
	static const int numbers[N_SIGNALS] = { SIGINT, SIGTERM };
	uv_loop_t *loop = &watch->session->loop;

	uv_check_init(loop, &watch->check);
	uv_timer_init(loop, &watch->timer);
	watch->check.data = watch->timer.data = watch;
	uv_check_start(&watch->check, on_check);
	uv_timer_start(&watch->timer, on_timer, (uint64_t)watch->timeout_ms, 0);
	for (int i = 0; i < N_SIGNALS; i++) {
		uv_signal_init(loop, &watch->signals[i]);
		watch->signals[i].data = watch;
		uv_signal_start(&watch->signals[i], on_signal, numbers[i]);
	}
	while (!watch->is_done && !watch->is_over && !watch->is_cancelled)
		uv_run(loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&watch->check, NULL);
	uv_close((uv_handle_t *)&watch->timer, NULL);
	for (int i = 0; i < N_SIGNALS; i++)
		uv_close((uv_handle_t *)&watch->signals[i], NULL);
	if (watch->is_done)
		return EXIT_WELL;
	return watch->is_cancelled ? EXIT_CANCELLED : EXIT_INDETERMINATE;
}

static int run_command(int argc, char **argv)
{
	struct watch watch = { .until = HEALTH_UP, .timeout_ms = WATCH_DEFAULT_MS, .told = { SIZE_MAX } };
	struct fleet_options options;
	struct session session = { 0 };
	int r;

	fleet_options_init(&options);
	r = fleet_options_parse(&options, &command_watch, argc, argv, take, &watch);
	if (r == 0)
		r = fleet_options_resolve(&options, argv + optind, true);
	if (r == 0 && !options.interval_ms && options.config.probe.interval_ms > WATCH_INTERVAL_MS)
		options.config.probe.interval_ms = WATCH_INTERVAL_MS; // somebody is waiting
	if (r == 0) {
		watch.session = &session;
		r = session_start(&session, &options, 0);
		if (r == 0)
			r = run(&watch);
		session_stop(&session);
	}
	fleet_options_finish(&options);
	return r;
}

const struct subcommand command_watch = {
	.name = "watch",
	.run = run_command,
	.summary = "wait until the agents are healthy, or bad, or a time is over",
	.usage = "opscon watch [--until STATE] [--timeout DURATION] [OPTION ...] [URL ... | SELECTOR]\n\n"
		 "Waits for the fleet, for scripts that deploy. Exit codes: 0 it came to pass,\n"
		 "8 the time is over.",
	.options = { own_options, fleet_polling_options, fleet_state_options, fleet_file_options, help_option },
};
