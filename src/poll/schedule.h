#pragma once
// SPDX-License-Identifier: Apache-2.0
/* When to probe: pure arithmetic on instants, and a heap of what is due.
 *
 * Every agent owns a slot, a fixed share of its interval, and is due at the instants of the monotonic clock that leave
 * that remainder. The clock is CLOCK_BOOTTIME, which goes on over a restart of the program (and a suspend), so the
 * slots of a fleet stay where they were and no step of the wall clock moves them. The shares are those of a sequence
 * (schedule_phase) that falls into its own widest gaps: chance, as of a hash, would now and then put several times its
 * share into ten milliseconds. Three rules bend the grid:
 *   first round   at start everything is probed once within SCHEDULE_FIRST_SPREAD_MS (or the interval, if shorter),
 *                 in the order of the slots, so that nothing waits a whole interval to be known; then the slots rule
 *   PACE_FAST     a grid of min(2 s, interval/4) while an agent is in transition
 *   PACE_BACKOFF  for an agent that is down hard: on its slots for SCHEDULE_BACKOFF_AFTER probes more, since somebody
 * is likely to be mending it; then 2, and after as many again 4 intervals, less up to a quarter of jitter A probe that
 * comes up more than half a period late is skipped (but for a first round), and one probe never stands for two: after
 * any probe the next instant is computed from now, not from what was missed.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pace { PACE_NORMAL, PACE_FAST, PACE_BACKOFF };

enum {
	SCHEDULE_FIRST_SPREAD_MS = 1000,
	SCHEDULE_FAST_MS = 2000,
	SCHEDULE_BACKOFF_MAX = 4,     // intervals
	SCHEDULE_BACKOFF_AFTER = 12,  // probes: a minute at 5 s
	SCHEDULE_INTERVAL_MIN_MS = 20 // shorter ones are taken as this
};

// Embedded in what is scheduled; all fields belong to the schedule.
struct schedule_entry {
	int64_t due_ms; // mono
	uint64_t phase; // what part of the interval its slot is, of 2^64
	uint32_t interval_ms;
	uint32_t n_backoffs; // probes made since the pace became PACE_BACKOFF
	enum pace pace;
	bool is_queued;
	bool is_urgent;  // a first round, or asked for: not left out for being late
	size_t position; // in the heap
};

struct schedule {
	struct schedule_entry **heap; // owned array of borrowed entries
	size_t n, cap;
};

/* The n-th of the phases that divide an interval evenly, however far they go: multiples of the golden ratio. Between
 * any neighbours of the first n there is no less than 0.44/n and no more than 1.9/n of the interval.
 */
uint64_t schedule_phase(uint64_t n);

// Remainder of the instants at which a phase is due.
uint32_t schedule_slot(uint64_t phase, uint32_t interval_ms);

// The first instant later than after_ms that leaves the slot's remainder.
int64_t schedule_next(int64_t after_ms, uint32_t interval_ms, uint32_t slot);

// Distance of probes in a pace; for PACE_BACKOFF that of the n-th backed-off probe (from 0), jitter taken off.
int64_t schedule_period_ms(uint32_t interval_ms, enum pace pace, uint64_t phase, uint32_t n_backoffs);

// The longest distance that a pace allows: what freshness has to be measured against.
int64_t schedule_longest_ms(uint32_t interval_ms, enum pace pace);

void schedule_init(struct schedule *schedule);
void schedule_finish(struct schedule *schedule); // entries are the caller's

/* Queues an entry for its first round (see above), at the normal pace. The entry must not be queued. 0 or -ENOMEM. */
int schedule_add(struct schedule *schedule, struct schedule_entry *entry, uint64_t phase, uint32_t interval_ms,
		 int64_t now_ms);
void schedule_remove(struct schedule *schedule, struct schedule_entry *entry); // fine when not queued

// Another pace, and the next instant by it. The same pace again changes nothing, so that a hint may be repeated.
void schedule_set_pace(struct schedule *schedule, struct schedule_entry *entry, enum pace pace, int64_t now_ms);

// Due at once; the slot is taken up again afterwards.
void schedule_hurry(struct schedule *schedule, struct schedule_entry *entry, int64_t now_ms);

// When the earliest entry is due; INT64_MAX when there is none.
int64_t schedule_due_ms(const struct schedule *schedule);

/* The next entry that is due, moved on to its next instant; NULL when nothing is due. *is_late says that it came up so
 * late that this round has to be left out.
 */
struct schedule_entry *schedule_take(struct schedule *schedule, int64_t now_ms, bool *is_late);
