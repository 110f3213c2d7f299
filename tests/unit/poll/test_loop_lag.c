// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include "poll/loop_lag.h"

static struct instant at(int64_t mono_ms)
{
	return (struct instant){ .mono_ms = mono_ms, .wall_ms = 1700000000000 + mono_ms };
}

START_TEST(a_late_beat_is_a_standstill)
{
	struct loop_lag lag;

	loop_lag_init(&lag, at(1000));
	loop_lag_beat(&lag, at(1250));
	ck_assert_int_eq(lag.last_ms, 0);
	loop_lag_beat(&lag, at(4500));
	ck_assert_int_eq(lag.last_ms, 3000);
	ck_assert_int_eq(lag.worst_ms, 3000);
	loop_lag_beat(&lag, at(4750));
	ck_assert_int_eq(lag.last_ms, 0);
	ck_assert_int_eq(lag.worst_ms, 3000);
}
END_TEST

START_TEST(a_probe_sees_what_it_was_out_for)
{
	static const struct {
		int64_t since_ms, now_ms, seen_ms;
	} rows[] = {
		{ 1200, 4600, 3000 }, // before the standstill
		{ 3500, 4600, 1000 }, // began in the middle of it
		{ 4500, 4600, 0 },    // after it
		{ 4500, 9750, 5000 }, // one that no beat has told yet
	};
	struct loop_lag lag;

	loop_lag_init(&lag, at(1000));
	loop_lag_beat(&lag, at(1250));
	loop_lag_beat(&lag, at(4500));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		ck_assert_int_eq(loop_lag_since(&lag, at(rows[i].since_ms), at(rows[i].now_ms)), rows[i].seen_ms);
}
END_TEST

START_TEST(old_standstills_are_forgotten)
{
	struct loop_lag lag;
	int64_t now = 0;

	loop_lag_init(&lag, at(now));
	loop_lag_beat(&lag, at(now += LOOP_BEAT_MS + 900));
	for (int i = 0; i < LOOP_LAGS; i++)
		loop_lag_beat(&lag, at(now += LOOP_BEAT_MS + 20));
	ck_assert_int_eq(loop_lag_since(&lag, at(0), at(now)), 20);
}
END_TEST

START_TEST(steps_of_the_wall_clock_are_seen)
{
	static const struct {
		int64_t step_ms;
		bool is_step;
	} rows[] = { { 0, false }, { 900, false }, { -900, false }, { 3600000, true }, { -3600000, true } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct instant now = at(5000);

		now.wall_ms += rows[i].step_ms;
		ck_assert_int_eq(loop_lag_is_step(at(1000), now), rows[i].is_step);
	}
}
END_TEST

SUITE("loop_lag", a_late_beat_is_a_standstill, a_probe_sees_what_it_was_out_for, old_standstills_are_forgotten,
      steps_of_the_wall_clock_are_seen)
