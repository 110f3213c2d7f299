// SPDX-License-Identifier: Apache-2.0
#include "screen/frame_pace.h"

#include "tests/support/suite.h"

enum { START_MS = 100000, SECOND_MS = 1000 };

static bool may_draw(const struct frame_pace *pace, int64_t now_ms, bool is_keyed)
{
	return frame_pace_wait_ms(pace, now_ms, is_keyed) == 0;
}

START_TEST(the_first_frame_is_drawn_at_once)
{
	struct frame_pace pace;

	frame_pace_init(&pace);
	ck_assert(may_draw(&pace, 0, false));
	ck_assert(may_draw(&pace, INT64_MAX / 4, false));
}
END_TEST

START_TEST(a_change_after_a_quiet_time_is_drawn_at_once_and_so_are_the_few_behind_it)
{
	struct frame_pace pace;
	int64_t now_ms = START_MS;

	frame_pace_init(&pace);
	for (int i = 0; i < FRAME_AHEAD; i++, now_ms += FRAME_CLOSE_MS) {
		ck_assert(may_draw(&pace, now_ms, false));
		frame_pace_drew(&pace, now_ms);
		ck_assert_int_eq(frame_pace_wait_ms(&pace, now_ms + 1, false) >= FRAME_CLOSE_MS - 1, true);
	}
	ck_assert_int_eq(frame_pace_wait_ms(&pace, now_ms, false), FRAME_MS - FRAME_AHEAD * FRAME_CLOSE_MS);
}
END_TEST

START_TEST(however_much_happens_there_are_thirty_frames_a_second)
{
	struct frame_pace pace;
	int n = 0;

	frame_pace_init(&pace);
	for (int64_t now_ms = START_MS; now_ms < START_MS + 10 * SECOND_MS; now_ms++)
		if (may_draw(&pace, now_ms, false)) {
			frame_pace_drew(&pace, now_ms);
			n++;
		}
	ck_assert_int_ge(n, 300);
	ck_assert_int_le(n, 10 * SECOND_MS / FRAME_MS + FRAME_AHEAD);
}
END_TEST

START_TEST(a_wait_that_was_told_is_over_when_it_is_over)
{
	struct frame_pace pace;
	int64_t now_ms = START_MS;

	frame_pace_init(&pace);
	for (int i = 0; i < 50; i++) {
		now_ms += frame_pace_wait_ms(&pace, now_ms, i % 7 == 0);
		ck_assert(may_draw(&pace, now_ms, i % 7 == 0));
		frame_pace_drew(&pace, now_ms);
	}
}
END_TEST

START_TEST(what_a_key_changed_waits_for_no_frame_of_something_else)
{
	struct frame_pace pace;

	frame_pace_init(&pace);
	for (int64_t now_ms = START_MS; now_ms < START_MS + SECOND_MS; now_ms++)
		if (may_draw(&pace, now_ms, false))
			frame_pace_drew(&pace, now_ms);
	ck_assert_int_le(frame_pace_wait_ms(&pace, START_MS + SECOND_MS, true), FRAME_CLOSE_MS);
}
END_TEST

START_TEST(a_key_that_is_held_does_not_hold_up_what_comes_by_itself)
{
	struct frame_pace pace;
	int64_t now_ms = START_MS;

	frame_pace_init(&pace);
	for (int i = 0; i < 500; i++, now_ms += FRAME_CLOSE_MS)
		frame_pace_drew(&pace, now_ms);
	ck_assert_int_le(frame_pace_wait_ms(&pace, now_ms, false), FRAME_MS);
}
END_TEST

SUITE("frame pace", the_first_frame_is_drawn_at_once,
      a_change_after_a_quiet_time_is_drawn_at_once_and_so_are_the_few_behind_it,
      however_much_happens_there_are_thirty_frames_a_second, a_wait_that_was_told_is_over_when_it_is_over,
      what_a_key_changed_waits_for_no_frame_of_something_else, a_key_that_is_held_does_not_hold_up_what_comes_by_itself)
