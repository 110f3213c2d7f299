#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What the polling programs have in common: whom to poll, at which instants, and the window that is measured.
 *
 * Every program polls http://127.x.y.z:PORT/PATH, each once an interval, in the slot that opscon's own schedule gives
 * it, so that all have the same polls to make at the same distances.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PACE_URL_MAX = 64 };

struct pace_options {
	uint16_t port;
	size_t n; // targets
	uint32_t interval_ms;
	uint32_t seconds; // of the window
	const char *path; // borrowed from argv: "health", "metrics"
};

// PORT TARGETS INTERVAL_MS SECONDS PATH; ends the program when they are not that. Raises the limit of open files.
struct pace_options pace_options_read(int argc, char **argv);

void pace_address(const struct pace_options *options, size_t i, char *out, size_t size); // "127.1.2.3"
void pace_url(const struct pace_options *options, size_t i, char out[PACE_URL_MAX]);

struct rounds {
	struct pace_slot *slots; // owned, ascending
	size_t n, at;
	uint32_t interval_ms;
	int64_t round_ms; // when the round at hand began
};

void rounds_start(struct rounds *rounds, const struct pace_options *options, int64_t now_ms);
void rounds_finish(struct rounds *rounds);
int64_t rounds_due_ms(const struct rounds *rounds);           // when the next is due
ptrdiff_t rounds_take(struct rounds *rounds, int64_t now_ms); // who is due; -1: nobody yet

int64_t pace_now_ms(void); // CLOCK_MONOTONIC

// The window begins an interval and a second after everybody has answered at least once: what was hurried at the start,
// or was late for it, is over then. It lasts options->seconds.
struct window {
	const struct pace_options *options;         // borrowed
	int64_t started_ms, answered_ms, opened_ms; // 0: not yet
	uint64_t n_answered;                        // targets that have answered; counted by the program, as are
	uint64_t n_polls, n_failed;
	uint64_t n_polls_before, n_failed_before;
	int64_t cpu_before_ns;
};

void window_start(struct window *window, const struct pace_options *options);
// True when the window is over: `polls`, `failed` and `cpu_ns` (user and system, of the process) were printed.
bool window_is_over(struct window *window);
