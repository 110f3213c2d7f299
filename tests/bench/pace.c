// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/pace.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "poll/schedule.h"

enum { SETTLE_MS = 1000, GIVE_UP_MS = 60000 };

struct pace_slot {
	uint32_t slot_ms;
	uint32_t index;
};

struct pace_options pace_options_read(int argc, char **argv)
{
	struct pace_options options = { 0 };
	struct rlimit files;

	if (argc != 6) {
		fprintf(stderr, "usage: %s PORT TARGETS INTERVAL_MS SECONDS PATH\n", argv[0]);
		exit(2);
	}
	options.port = (uint16_t)strtoul(argv[1], NULL, 10);
	options.n = strtoul(argv[2], NULL, 10);
	options.interval_ms = (uint32_t)strtoul(argv[3], NULL, 10);
	options.seconds = (uint32_t)strtoul(argv[4], NULL, 10);
	options.path = argv[5];
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	return options;
}

void pace_address(const struct pace_options *options, size_t i, char *out, size_t size)
{
	(void)options;
	snprintf(out, size, "127.1.%zu.%zu", i / 250, i % 250 + 1);
}

void pace_url(const struct pace_options *options, size_t i, char out[PACE_URL_MAX])
{
	char address[32];

	pace_address(options, i, address, sizeof address);
	snprintf(out, PACE_URL_MAX, "http://%s:%u/%s", address, options->port, options->path);
}

static int compare_slots(const void *a, const void *b)
{
	const struct pace_slot *left = a, *right = b;

	return left->slot_ms < right->slot_ms ? -1 : left->slot_ms > right->slot_ms;
}

void rounds_start(struct rounds *rounds, const struct pace_options *options, int64_t now_ms)
{
	*rounds = (struct rounds){ .n = options->n, .interval_ms = options->interval_ms, .round_ms = now_ms };
	rounds->slots = calloc(options->n, sizeof *rounds->slots);
	for (size_t i = 0; i < options->n; i++) {
		rounds->slots[i].slot_ms = schedule_slot(schedule_phase(i + 1), options->interval_ms);
		rounds->slots[i].index = (uint32_t)i;
	}
	qsort(rounds->slots, rounds->n, sizeof *rounds->slots, compare_slots);
}

void rounds_finish(struct rounds *rounds)
{
	free(rounds->slots);
}

int64_t rounds_due_ms(const struct rounds *rounds)
{
	return rounds->round_ms + rounds->slots[rounds->at].slot_ms;
}

ptrdiff_t rounds_take(struct rounds *rounds, int64_t now_ms)
{
	uint32_t index = rounds->slots[rounds->at].index;

	if (rounds_due_ms(rounds) > now_ms)
		return -1;
	if (++rounds->at == rounds->n) {
		rounds->at = 0;
		rounds->round_ms += rounds->interval_ms;
	}
	return (ptrdiff_t)index;
}

static int64_t read_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

int64_t pace_now_ms(void)
{
	return read_ns(CLOCK_MONOTONIC) / 1000000;
}

void window_start(struct window *window, const struct pace_options *options)
{
	*window = (struct window){ .options = options, .started_ms = pace_now_ms() };
}

bool window_is_over(struct window *window)
{
	int64_t now_ms = pace_now_ms();

	if (!window->opened_ms) {
		if (!window->answered_ms && window->n_answered >= window->options->n)
			window->answered_ms = now_ms;
		if (!window->answered_ms && now_ms - window->started_ms > GIVE_UP_MS) {
			fprintf(stderr, "only %llu of %zu targets answer\n", (unsigned long long)window->n_answered,
				window->options->n);
			exit(1);
		}
		if (!window->answered_ms || now_ms - window->answered_ms < SETTLE_MS + window->options->interval_ms)
			return false;
		window->opened_ms = now_ms;
		window->n_polls_before = window->n_polls;
		window->n_failed_before = window->n_failed;
		window->cpu_before_ns = read_ns(CLOCK_PROCESS_CPUTIME_ID);
		return false;
	}
	if (now_ms - window->opened_ms < window->options->seconds * INT64_C(1000))
		return false;
	printf("cpu_ns %lld\npolls %llu\nfailed %llu\n",
	       (long long)(read_ns(CLOCK_PROCESS_CPUTIME_ID) - window->cpu_before_ns),
	       (unsigned long long)(window->n_polls - window->n_polls_before),
	       (unsigned long long)(window->n_failed - window->n_failed_before));
	return true;
}
