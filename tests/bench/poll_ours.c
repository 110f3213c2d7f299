// SPDX-License-Identifier: Apache-2.0
/* The same polls by opscon's engine. poll_ours PORT TARGETS INTERVAL_MS SECONDS PATH
 *
 * Besides what the others print: `lag_p99_us` of the loop (how late a timer of 10 ms fires), and `fullest`, the most
 * probes that any 10 ms of the interval have due, by the schedule that the events tell.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/pace.h"
#include "tests/bench/watching.h"

enum { BEAT_MS = 10, LAGS_MAX = 1 << 16, WINDOW_MS = 10 };

struct ours {
	struct pace_options options;
	struct window window;
	struct watching watching;
	uv_timer_t beat;
	uint64_t beat_due_ns;
	uint32_t lags_us[LAGS_MAX];
	size_t n_lags;
	int64_t *due_ms; // by agent, owned: when it is probed next
};

static void event_cb(void *ctx, const struct event *event)
{
	struct ours *ours = ctx;

	if (event->type != EVENT_AGENT_PROBED)
		return;
	ours->window.n_polls++;
	if (event->agent <= ours->options.n)
		ours->window.n_answered += !ours->due_ms[event->agent - 1];
	ours->window.n_failed += event->u.probed.reason != REASON_NONE;
	if (event->agent <= ours->options.n)
		ours->due_ms[event->agent - 1] = event->u.probed.next_due_ms;
}

static int compare_lags(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return left < right ? -1 : left > right;
}

static void print_lag(struct ours *ours)
{
	qsort(ours->lags_us, ours->n_lags, sizeof *ours->lags_us, compare_lags);
	printf("lag_p99_us %u\n", ours->lags_us[ours->n_lags * 99 / 100]);
}

static void print_fullest(const struct ours *ours)
{
	size_t interval_ms = ours->options.interval_ms;
	unsigned *by_ms = calloc(interval_ms, sizeof *by_ms), n = 0, fullest = 0;

	for (size_t i = 0; i < ours->options.n; i++)
		by_ms[(size_t)ours->due_ms[i] % interval_ms]++;
	for (size_t i = 0; i < interval_ms + WINDOW_MS; i++) {
		n += by_ms[i % interval_ms];
		n -= i >= WINDOW_MS ? by_ms[(i - WINDOW_MS) % interval_ms] : 0;
		fullest = n > fullest ? n : fullest;
	}
	free(by_ms);
	printf("fullest %u\n", fullest);
}

static void beat_cb(uv_timer_t *beat)
{
	struct ours *ours = beat->data;
	uint64_t now_ns = uv_hrtime();

	if (ours->window.opened_ms && ours->n_lags < LAGS_MAX)
		ours->lags_us[ours->n_lags++] =
			now_ns > ours->beat_due_ns ? (uint32_t)((now_ns - ours->beat_due_ns) / 1000) : 0;
	if (window_is_over(&ours->window)) {
		print_lag(ours);
		print_fullest(ours);
		fflush(stdout);
		_Exit(0); // what a stop costs is not asked
	}
	uv_update_time(&ours->watching.loop);
	ours->beat_due_ns = uv_hrtime() + BEAT_MS * UINT64_C(1000000);
	uv_timer_start(beat, beat_cb, BEAT_MS, 0);
}

int main(int argc, char **argv)
{
	static struct ours ours;

	ours.options = pace_options_read(argc, argv);
	ours.due_ms = calloc(ours.options.n, sizeof *ours.due_ms);
	window_start(&ours.window, &ours.options);
	watching_start(&ours.watching, &ours.options,
		       strcmp(ours.options.path, "metrics") == 0 ? WATCH_METRICS : WATCH_HEALTH, event_cb, &ours);
	uv_timer_init(&ours.watching.loop, &ours.beat);
	ours.beat.data = &ours;
	ours.beat_due_ns = uv_hrtime();
	uv_timer_start(&ours.beat, beat_cb, 0, 0);
	return uv_run(&ours.watching.loop, UV_RUN_DEFAULT);
}
