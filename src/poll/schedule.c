// SPDX-License-Identifier: Apache-2.0
#include "poll/schedule.h"

#include <errno.h>

#include "base/hash.h"
#include "base/memory.h"

uint64_t schedule_phase(uint64_t n)
{
	return n * UINT64_C(0x9e3779b97f4a7c15); // 2^64 / 1.618...
}

uint32_t schedule_slot(uint64_t phase, uint32_t interval_ms)
{
	return (uint32_t)((phase >> 32) * interval_ms >> 32);
}

int64_t schedule_next(int64_t after_ms, uint32_t interval_ms, uint32_t slot)
{
	int64_t interval = interval_ms ? interval_ms : 1;
	int64_t since = (after_ms - (int64_t)slot) % interval;

	if (since < 0)
		since += interval;
	return after_ms - since + interval;
}

static uint32_t fast_ms(uint32_t interval_ms)
{
	uint32_t fast = interval_ms / 4;

	if (fast > SCHEDULE_FAST_MS)
		fast = SCHEDULE_FAST_MS;
	return fast < SCHEDULE_INTERVAL_MIN_MS ? SCHEDULE_INTERVAL_MIN_MS : fast;
}

int64_t schedule_period_ms(uint32_t interval_ms, enum pace pace, uint64_t phase, uint32_t n_backoffs)
{
	uint64_t period;

	switch (pace) {
	case PACE_FAST:
		return fast_ms(interval_ms);
	case PACE_BACKOFF:
		if (n_backoffs < SCHEDULE_BACKOFF_AFTER)
			break;
		// Jitter is only ever taken off: the longest distance is a promise that freshness is judged by.
		period = (uint64_t)interval_ms * (n_backoffs < 2 * SCHEDULE_BACKOFF_AFTER ? 2 : SCHEDULE_BACKOFF_MAX);
		return (int64_t)(period - hash_mix(phase + n_backoffs) % (period / 4 + 1));
	case PACE_NORMAL:
		break;
	}
	return interval_ms;
}

int64_t schedule_longest_ms(uint32_t interval_ms, enum pace pace)
{
	if (pace == PACE_BACKOFF)
		return (int64_t)interval_ms * SCHEDULE_BACKOFF_MAX;
	return schedule_period_ms(interval_ms, pace, 0, 0);
}

static bool is_before(const struct schedule_entry *a, const struct schedule_entry *b)
{
	return a->due_ms < b->due_ms;
}

static void put(struct schedule *schedule, size_t position, struct schedule_entry *entry)
{
	schedule->heap[position] = entry;
	entry->position = position;
}

static void sift_up(struct schedule *schedule, struct schedule_entry *entry)
{
	size_t at = entry->position;

	while (at > 0 && is_before(entry, schedule->heap[(at - 1) / 2])) {
		put(schedule, at, schedule->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	put(schedule, at, entry);
}

static void sift_down(struct schedule *schedule, struct schedule_entry *entry)
{
	size_t at = entry->position, child;

	while ((child = 2 * at + 1) < schedule->n) {
		if (child + 1 < schedule->n && is_before(schedule->heap[child + 1], schedule->heap[child]))
			child++;
		if (!is_before(schedule->heap[child], entry))
			break;
		put(schedule, at, schedule->heap[child]);
		at = child;
	}
	put(schedule, at, entry);
}

static void move_to(struct schedule *schedule, struct schedule_entry *entry, int64_t due_ms)
{
	entry->due_ms = due_ms;
	sift_up(schedule, entry);
	sift_down(schedule, entry);
}

void schedule_init(struct schedule *schedule)
{
	*schedule = (struct schedule){ 0 };
}

void schedule_finish(struct schedule *schedule)
{
	for (size_t i = 0; i < schedule->n; i++)
		schedule->heap[i]->is_queued = false;
	mem_free(schedule->heap);
	schedule_init(schedule);
}

static int reserve(struct schedule *schedule)
{
	size_t cap = schedule->cap ? schedule->cap * 2 : 64;
	struct schedule_entry **heap;

	if (schedule->n < schedule->cap)
		return 0;
	heap = mem_realloc(schedule->heap, cap * sizeof(struct schedule_entry *));
	if (!heap)
		return -ENOMEM;
	schedule->heap = heap;
	schedule->cap = cap;
	return 0;
}

// The first round keeps the order of the slots, pressed into a short time.
static int64_t first_due(uint64_t phase, uint32_t interval_ms, int64_t now_ms)
{
	uint64_t spread = interval_ms < SCHEDULE_FIRST_SPREAD_MS ? interval_ms : SCHEDULE_FIRST_SPREAD_MS;

	return now_ms + schedule_slot(phase, (uint32_t)spread);
}

int schedule_add(struct schedule *schedule, struct schedule_entry *entry, uint64_t phase, uint32_t interval_ms,
		 int64_t now_ms)
{
	uint32_t interval = interval_ms < SCHEDULE_INTERVAL_MIN_MS ? SCHEDULE_INTERVAL_MIN_MS : interval_ms;
	int r = reserve(schedule);

	if (r < 0)
		return r;
	*entry = (struct schedule_entry){
		.due_ms = first_due(phase, interval, now_ms),
		.phase = phase,
		.interval_ms = interval,
		.pace = PACE_NORMAL,
		.is_queued = true,
		.is_urgent = true,
	};
	put(schedule, schedule->n++, entry);
	sift_up(schedule, entry);
	return 0;
}

void schedule_remove(struct schedule *schedule, struct schedule_entry *entry)
{
	struct schedule_entry *last;

	if (!entry->is_queued)
		return;
	entry->is_queued = false;
	last = schedule->heap[--schedule->n];
	if (last == entry)
		return;
	put(schedule, entry->position, last);
	move_to(schedule, last, last->due_ms);
}

static int64_t next_due(const struct schedule_entry *entry, int64_t now_ms)
{
	int64_t period = schedule_period_ms(entry->interval_ms, entry->pace, entry->phase, entry->n_backoffs);
	int64_t gap = period / 8 < 1000 ? period / 8 : 1000;

	if (entry->pace == PACE_BACKOFF && entry->n_backoffs >= SCHEDULE_BACKOFF_AFTER)
		return now_ms + period;
	// The gap keeps a first round, or one that was asked for, from being doubled by the slot right behind it.
	return schedule_next(now_ms + gap, (uint32_t)period, schedule_slot(entry->phase, (uint32_t)period));
}

void schedule_set_pace(struct schedule *schedule, struct schedule_entry *entry, enum pace pace, int64_t now_ms)
{
	if (entry->pace == pace)
		return;
	entry->pace = pace;
	entry->n_backoffs = 0;
	if (entry->is_queued && !entry->is_urgent)
		move_to(schedule, entry, next_due(entry, now_ms));
}

void schedule_hurry(struct schedule *schedule, struct schedule_entry *entry, int64_t now_ms)
{
	if (!entry->is_queued)
		return;
	entry->is_urgent = true;
	if (entry->due_ms > now_ms)
		move_to(schedule, entry, now_ms);
}

int64_t schedule_due_ms(const struct schedule *schedule)
{
	return schedule->n ? schedule->heap[0]->due_ms : INT64_MAX;
}

struct schedule_entry *schedule_take(struct schedule *schedule, int64_t now_ms, bool *is_late)
{
	struct schedule_entry *entry = schedule->n ? schedule->heap[0] : NULL;
	int64_t period;

	if (!entry || entry->due_ms > now_ms)
		return NULL;
	period = schedule_period_ms(entry->interval_ms, entry->pace == PACE_FAST ? PACE_FAST : PACE_NORMAL, 0, 0);
	*is_late = !entry->is_urgent && now_ms - entry->due_ms > period / 2;
	entry->is_urgent = false;
	if (entry->pace == PACE_BACKOFF)
		entry->n_backoffs++;
	move_to(schedule, entry, next_due(entry, now_ms));
	return entry;
}
