// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "poll/schedule.h"

enum { FLEET = 10000 };

START_TEST(next_instant_leaves_the_slots_remainder)
{
	static const struct {
		int64_t after_ms;
		uint32_t interval_ms, slot;
		int64_t next_ms;
	} rows[] = {
		{ 0, 1000, 0, 1000 },      { 0, 1000, 1, 1 },
		{ 1, 1000, 1, 1001 },      { 999, 1000, 1, 1001 },
		{ 1500, 1000, 400, 2400 }, { 1500, 1000, 600, 1600 },
		{ 5, 1000, 990, 990 },     { 100000, 60000, 30000, 150000 },
		{ -5, 1000, 0, 0 },        { 7, 0, 0, 8 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		ck_assert_int_eq(schedule_next(rows[i].after_ms, rows[i].interval_ms, rows[i].slot), rows[i].next_ms);
}
END_TEST

START_TEST(paces_have_their_periods)
{
	static const struct {
		uint32_t interval_ms;
		enum pace pace;
		int64_t longest_ms;
	} rows[] = {
		{ 60000, PACE_NORMAL, 60000 }, { 60000, PACE_FAST, 2000 },   { 5000, PACE_FAST, 1250 },
		{ 8000, PACE_FAST, 2000 },     { 20, PACE_FAST, 20 },        { 60000, PACE_BACKOFF, 240000 },
		{ 1000, PACE_NORMAL, 1000 },   { 1000, PACE_BACKOFF, 4000 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		ck_assert_int_eq(schedule_longest_ms(rows[i].interval_ms, rows[i].pace), rows[i].longest_ms);
}
END_TEST

START_TEST(backoff_grows_to_four_intervals_less_jitter)
{
	int64_t least = INT64_MAX, most = 0;

	for (uint64_t phase = 0; phase < 500; phase++) {
		int64_t first = schedule_period_ms(1000, PACE_BACKOFF, phase, SCHEDULE_BACKOFF_AFTER);

		ck_assert(first >= 1500 && first <= 2000);
		for (uint32_t n = 0; n < SCHEDULE_BACKOFF_AFTER; n++)
			ck_assert_int_eq(schedule_period_ms(1000, PACE_BACKOFF, phase, n), 1000);
		for (uint32_t n = 2 * SCHEDULE_BACKOFF_AFTER; n < 2 * SCHEDULE_BACKOFF_AFTER + 6; n++) {
			int64_t period = schedule_period_ms(1000, PACE_BACKOFF, phase, n);

			ck_assert(period >= 3000 && period <= 4000);
			least = period < least ? period : least;
			most = period > most ? period : most;
		}
	}
	ck_assert_msg(least < 3100 && most > 3900, "jitter is used: %ld to %ld", (long)least, (long)most);
}
END_TEST

// The phase of a slot.
static uint64_t phase_of(uint32_t slot, uint32_t interval_ms)
{
	return (((uint64_t)slot << 32) / interval_ms + 1) << 32;
}

START_TEST(a_slot_is_its_share_of_the_interval)
{
	for (uint32_t slot = 0; slot < 60000; slot += 7)
		ck_assert_uint_eq(schedule_slot(phase_of(slot, 60000), 60000), slot);
	ck_assert_uint_eq(schedule_slot(UINT64_MAX, 60000), 59999);
	ck_assert_uint_eq(schedule_slot(UINT64_MAX / 2, 60000), 29999);
	ck_assert_uint_eq(schedule_slot(UINT64_MAX, 0), 0);
}
END_TEST

// The most that any ten milliseconds hold, wherever they begin.
static unsigned fullest_window(uint32_t interval_ms, uint64_t first_id, size_t n_agents)
{
	static unsigned by_ms[60000];
	unsigned n = 0, fullest = 0;

	memset(by_ms, 0, sizeof by_ms);
	for (size_t i = 0; i < n_agents; i++)
		by_ms[schedule_slot(schedule_phase(first_id + i), interval_ms)]++;
	for (uint32_t ms = 0; ms < interval_ms + 10; ms++) {
		n += by_ms[ms % interval_ms];
		n -= ms >= 10 ? by_ms[ms - 10] : 0;
		fullest = n > fullest ? n : fullest;
	}
	return fullest;
}

START_TEST(no_ten_milliseconds_hold_twice_their_share)
{
	static const uint32_t intervals[] = { 1000, 2000, 5000, 15000, 30000, 60000 };

	for (size_t i = 0; i < sizeof intervals / sizeof intervals[0]; i++) {
		for (uint64_t first = 1; first < 100000; first += 9999) {
			double share = FLEET * 10.0 / intervals[i];
			unsigned fullest = fullest_window(intervals[i], first, FLEET);

			ck_assert_msg(fullest <= 2 * share, "%u ms from %lu on: %u, share %.1f", intervals[i],
				      (unsigned long)first, fullest, share);
		}
	}
	// Where the share is less than one, two are next to each other at most.
	for (size_t n = 1; n < 2000; n += 7)
		ck_assert_uint_le(fullest_window(60000, 1, n), 2);
}
END_TEST

START_TEST(first_round_is_done_within_a_second_and_then_slots_rule)
{
	static struct schedule_entry entries[FLEET];
	struct schedule schedule;
	size_t taken = 0;
	bool is_late;

	schedule_init(&schedule);
	for (size_t i = 0; i < FLEET; i++)
		ck_assert_int_eq(schedule_add(&schedule, &entries[i], schedule_phase(i), 60000, 123456), 0);
	for (int64_t now = 123456; now < 123456 + SCHEDULE_FIRST_SPREAD_MS; now += 10) {
		size_t n = 0;

		while (schedule_take(&schedule, now, &is_late))
			n++;
		ck_assert_uint_le(n, 110);
		taken += n;
	}
	ck_assert_uint_ge(taken, FLEET - 150);
	while (schedule_take(&schedule, 123456 + SCHEDULE_FIRST_SPREAD_MS, &is_late))
		taken++;
	ck_assert_uint_eq(taken, FLEET);
	for (size_t i = 0; i < FLEET; i++) {
		ck_assert_uint_eq((uint64_t)entries[i].due_ms % 60000, schedule_slot(schedule_phase(i), 60000));
		ck_assert_int_le(entries[i].due_ms, 123456 + 1000 + 60000 + 1000);
	}
	schedule_finish(&schedule);
}
END_TEST

START_TEST(entries_come_out_in_order_and_can_be_removed)
{
	static struct schedule_entry entries[200];
	struct schedule schedule;
	struct schedule_entry *entry;
	int64_t last = 0;
	size_t n = 0;
	bool is_late;

	schedule_init(&schedule);
	for (size_t i = 0; i < 200; i++)
		ck_assert_int_eq(schedule_add(&schedule, &entries[i], hash_mix(i + 1), 1000000, 0), 0);
	for (size_t i = 0; i < 200; i += 3) {
		schedule_remove(&schedule, &entries[i]);
		schedule_remove(&schedule, &entries[i]);
	}
	while (schedule_due_ms(&schedule) <= 1000) {
		int64_t due = schedule_due_ms(&schedule);

		entry = schedule_take(&schedule, due, &is_late);
		ck_assert_ptr_nonnull(entry);
		ck_assert(due >= last && (entry - entries) % 3 != 0 && !is_late);
		last = due;
		n++;
	}
	ck_assert_uint_eq(n, 133);
	schedule_finish(&schedule);
	ck_assert_int_eq(schedule_due_ms(&schedule), INT64_MAX);
	ck_assert_ptr_null(schedule_take(&schedule, 5, &is_late));
}
END_TEST

// After the first round: due at the instants that leave `slot`.
static void add_settled(struct schedule *schedule, struct schedule_entry *entry, uint32_t slot, uint32_t interval_ms)
{
	bool is_late;

	schedule_init(schedule);
	ck_assert_int_eq(schedule_add(schedule, entry, phase_of(slot, interval_ms), interval_ms, 0), 0);
	ck_assert_ptr_eq(schedule_take(schedule, 1000, &is_late), entry);
}

START_TEST(a_late_probe_is_skipped_and_never_doubled)
{
	static const struct {
		int64_t now_ms;
		bool is_late;
		int64_t next_ms;
	} rows[] = {
		{ 10500, false, 20500 }, { 15500, false, 20500 },      { 15501, true, 20500 },
		{ 20400, true, 30500 },  { 28800000, true, 28810500 }, // a suspend of eight hours
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct schedule schedule;
		struct schedule_entry entry;
		bool is_late = false;

		add_settled(&schedule, &entry, 500, 10000);
		ck_assert_int_eq(entry.due_ms, 10500);
		ck_assert_ptr_nonnull(schedule_take(&schedule, rows[i].now_ms, &is_late));
		ck_assert_int_eq(is_late, rows[i].is_late);
		ck_assert_int_ge(entry.due_ms, rows[i].next_ms - 10000);
		ck_assert_int_eq(entry.due_ms % 10000, 500);
		ck_assert_int_gt(entry.due_ms, rows[i].now_ms);
		ck_assert_ptr_null(schedule_take(&schedule, rows[i].now_ms, &is_late));
		schedule_finish(&schedule);
	}
}
END_TEST

START_TEST(a_restart_keeps_the_slots)
{
	struct schedule before, after;
	struct schedule_entry a, b;
	bool is_late;

	schedule_init(&before);
	schedule_init(&after);
	ck_assert_int_eq(schedule_add(&before, &a, 77777, 60000, 1000), 0);
	ck_assert_int_eq(schedule_add(&after, &b, 77777, 60000, 4012345), 0);
	schedule_take(&before, 2000, &is_late);
	schedule_take(&after, 4013345, &is_late);
	ck_assert_int_eq(a.due_ms % 60000, b.due_ms % 60000);
	schedule_finish(&before);
	schedule_finish(&after);
}
END_TEST

START_TEST(paces_move_the_next_instant)
{
	struct schedule schedule;
	struct schedule_entry entry;
	int64_t taken_ms;
	bool is_late;

	add_settled(&schedule, &entry, 15000, 60000); // a quarter of any period
	ck_assert_int_eq(entry.due_ms, 15000);
	schedule_set_pace(&schedule, &entry, PACE_FAST, 10000);
	ck_assert_int_eq(entry.due_ms, 10500);
	schedule_take(&schedule, 10500, &is_late);
	ck_assert_int_eq(entry.due_ms, 12500);
	schedule_set_pace(&schedule, &entry, PACE_FAST, 11000);
	ck_assert_int_eq(entry.due_ms, 12500);
	schedule_set_pace(&schedule, &entry, PACE_BACKOFF, 12500);
	for (int64_t n = 0; n < SCHEDULE_BACKOFF_AFTER; n++) {
		ck_assert_int_eq(entry.due_ms, 15000 + n * 60000); // still on its slots
		schedule_take(&schedule, entry.due_ms, &is_late);
	}
	taken_ms = 15000 + (SCHEDULE_BACKOFF_AFTER - 1) * (int64_t)60000;
	ck_assert(entry.due_ms >= taken_ms + 90000 && entry.due_ms <= taken_ms + 120000);
	ck_assert_uint_eq(entry.n_backoffs, SCHEDULE_BACKOFF_AFTER);
	schedule_set_pace(&schedule, &entry, PACE_NORMAL, 6000000);
	ck_assert_int_eq(entry.due_ms, 6015000);
	schedule_finish(&schedule);
}
END_TEST

START_TEST(hurry_makes_it_due_now_and_keeps_the_slot)
{
	struct schedule schedule;
	struct schedule_entry entry;
	bool is_late;

	add_settled(&schedule, &entry, 500, 60000);
	schedule_hurry(&schedule, &entry, 30000);
	ck_assert_int_eq(schedule_due_ms(&schedule), 30000);
	ck_assert_ptr_eq(schedule_take(&schedule, 55000, &is_late), &entry);
	ck_assert(!is_late);
	ck_assert_int_eq(entry.due_ms, 60500);
	schedule_remove(&schedule, &entry);
	schedule_hurry(&schedule, &entry, 1);
	ck_assert_int_eq(schedule_due_ms(&schedule), INT64_MAX);
	schedule_finish(&schedule);
}
END_TEST

START_TEST(without_memory_an_entry_is_not_added)
{
	struct schedule schedule;
	struct schedule_entry entry = { 0 };

	schedule_init(&schedule);
	mem_fail_after(0);
	ck_assert_int_eq(schedule_add(&schedule, &entry, 1, 1000, 0), -ENOMEM);
	mem_fail_after(-1);
	ck_assert(!entry.is_queued);
	schedule_finish(&schedule);
}
END_TEST

SUITE("schedule", next_instant_leaves_the_slots_remainder, paces_have_their_periods,
      backoff_grows_to_four_intervals_less_jitter, a_slot_is_its_share_of_the_interval,
      no_ten_milliseconds_hold_twice_their_share, first_round_is_done_within_a_second_and_then_slots_rule,
      entries_come_out_in_order_and_can_be_removed, a_late_probe_is_skipped_and_never_doubled,
      a_restart_keeps_the_slots, paces_move_the_next_instant, hurry_makes_it_due_now_and_keeps_the_slot,
      without_memory_an_entry_is_not_added)
