// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include "feeds/hub_state.h"

enum { SECOND = 1000 };

static struct hub_state s;
static struct instant now;

static void begin(void)
{
	now = (struct instant){ 1000000, 1795446245000 };
	hub_state_init(&s, &(struct hub_state_options){ 0 }, now);
}

static void pass(int64_t ms)
{
	now = instant_add(now, ms);
}

static struct hub_feed shown(void)
{
	struct hub_feed feed;

	hub_state_show(&s, &feed);
	return feed;
}

static void connect_it(void)
{
	ck_assert_int_eq(hub_state_tick(&s, now), HUB_ACT_CONNECT);
	hub_state_hello(&s, false, now);
	hub_state_whole(&s, now);
}

START_TEST(connects_at_once_and_is_live_when_all_was_told)
{
	begin();
	ck_assert_int_eq(hub_state_due_ms(&s), now.mono_ms);
	ck_assert_int_eq(shown().state, FEED_STARTING);
	ck_assert_int_eq(hub_state_tick(&s, now), HUB_ACT_CONNECT);
	ck_assert_int_eq(hub_state_tick(&s, now), HUB_ACT_NONE);
	ck_assert_int_eq(shown().state, FEED_STARTING);
	pass(30);
	hub_state_hello(&s, false, now);
	ck_assert_int_eq(shown().state, FEED_STARTING);
	pass(200);
	hub_state_whole(&s, now);
	ck_assert_int_eq(shown().state, FEED_LIVE);
	ck_assert_int_eq(shown().since_ms, now.wall_ms);
	hub_state_whole(&s, now); // told anew while it is live
	ck_assert_int_eq(shown().state, FEED_LIVE);
}
END_TEST

START_TEST(a_lost_one_is_told_with_why_and_when)
{
	int64_t lost_ms;

	begin();
	connect_it();
	pass(2 * SECOND);
	hub_state_heard(&s, now);
	lost_ms = now.wall_ms;
	hub_state_lost(&s, HUB_LOST, "the connection broke", 4000, now);
	ck_assert_int_eq(shown().state, FEED_RECONNECTING);
	ck_assert_str_eq(shown().detail, "the connection broke");
	ck_assert_int_eq(shown().since_ms, lost_ms);
	ck_assert_int_eq(shown().retry_ms, now.wall_ms + 4000);
	ck_assert_int_eq(hub_state_due_ms(&s), now.mono_ms + 4000);
	pass(3999);
	ck_assert_int_eq(hub_state_tick(&s, now), HUB_ACT_NONE);
	pass(1);
	ck_assert_int_eq(hub_state_tick(&s, now), HUB_ACT_CONNECT);
	ck_assert_int_eq(shown().retry_ms, 0); // now
	hub_state_lost(&s, HUB_LOST, "connection refused", 9000, now);
	ck_assert_int_eq(shown().since_ms, lost_ms); // it has not been back
	ck_assert_int_eq(shown().retry_ms, now.wall_ms + 9000);
	hub_state_retry(&s, now);
	ck_assert_int_eq(hub_state_tick(&s, now), HUB_ACT_CONNECT);
	hub_state_hello(&s, true, now); // nothing is missing
	ck_assert_int_eq(shown().state, FEED_LIVE);
}
END_TEST

START_TEST(until_all_was_told_it_is_as_it_was)
{
	begin();
	connect_it();
	hub_state_lost(&s, HUB_LOST, "the hub has ended", 0, now);
	ck_assert_int_eq(hub_state_tick(&s, now), HUB_ACT_CONNECT);
	hub_state_hello(&s, false, now);
	ck_assert_int_eq(shown().state, FEED_RECONNECTING);
	hub_state_whole(&s, now);
	ck_assert_int_eq(shown().state, FEED_LIVE);
}
END_TEST

START_TEST(a_refusal_is_no_loss)
{
	begin();
	ck_assert_int_eq(hub_state_tick(&s, now), HUB_ACT_CONNECT);
	hub_state_lost(&s, HUB_REFUSED, "401 it wants a token", 100, now);
	ck_assert_int_eq(shown().state, FEED_REFUSED);
	ck_assert_str_eq(shown().detail, "401 it wants a token");
	pass(100);
	ck_assert_int_eq(hub_state_tick(&s, now), HUB_ACT_CONNECT); // it may be let in meanwhile
	ck_assert_int_eq(shown().state, FEED_REFUSED);
	hub_state_hello(&s, false, now);
	hub_state_whole(&s, now);
	ck_assert_int_eq(shown().state, FEED_LIVE);
	ck_assert_str_eq(shown().detail, "");
}
END_TEST

START_TEST(who_never_answers_is_dropped)
{
	begin();
	ck_assert_int_eq(hub_state_tick(&s, now), HUB_ACT_CONNECT);
	ck_assert_int_eq(hub_state_due_ms(&s), now.mono_ms + HUB_STATE_CONNECT_MS);
	pass(HUB_STATE_CONNECT_MS - 1);
	ck_assert_int_eq(hub_state_tick(&s, now), HUB_ACT_NONE);
	pass(1);
	ck_assert_int_eq(hub_state_tick(&s, now), HUB_ACT_DROP);
}
END_TEST

START_TEST(a_quiet_hub_is_pinged_and_stays)
{
	int n_pings = 0;

	begin();
	connect_it();
	for (int i = 0; i < 600; i++) {
		pass(SECOND);
		switch (hub_state_tick(&s, now)) {
		case HUB_ACT_PING:
			n_pings++;
			hub_state_heard(&s, instant_add(now, 20)); // its pong
			break;
		case HUB_ACT_NONE:
			break;
		default:
			ck_abort_msg("dropped after %d s", i);
		}
		ck_assert_int_eq(shown().state, FEED_LIVE);
	}
	ck_assert_int_ge(n_pings, 30); // each 20 s at least
	ck_assert_int_le(n_pings, 120);
}
END_TEST

START_TEST(a_talking_hub_is_pinged_each_twenty_seconds)
{
	int n_pings = 0;

	begin();
	connect_it();
	for (int i = 0; i < 600; i++) {
		pass(SECOND);
		hub_state_heard(&s, now);
		n_pings += hub_state_tick(&s, now) == HUB_ACT_PING;
	}
	ck_assert_int_ge(n_pings, 29);
	ck_assert_int_le(n_pings, 31);
}
END_TEST

START_TEST(a_silent_hub_is_late_and_then_gone)
{
	int64_t late_ms = 0, gone_ms = 0, heard_ms;

	begin();
	connect_it();
	pass(90 * SECOND);
	hub_state_heard(&s, now);
	(void)hub_state_tick(&s, now);
	hub_state_heard(&s, instant_add(now, 1));
	heard_ms = now.mono_ms + 1;
	while (!gone_ms) {
		int64_t due_ms = hub_state_due_ms(&s);

		ck_assert_int_gt(due_ms, now.mono_ms); // it does not spin
		pass(due_ms - now.mono_ms);
		switch (hub_state_tick(&s, now)) {
		case HUB_ACT_DROP:
			gone_ms = now.mono_ms;
			break;
		default:
			if (shown().state == FEED_LATE && !late_ms)
				late_ms = now.mono_ms;
		}
	}
	ck_assert_int_le(late_ms - heard_ms, 15 * SECOND + 2);
	ck_assert_int_gt(late_ms, heard_ms);
	ck_assert_int_eq(gone_ms - heard_ms, 40 * SECOND); // two pings
	ck_assert_str_eq(shown().detail, "the hub does not answer");
}
END_TEST

// Asking once more is no news of it: it is late until it is given up, however often it was asked.
START_TEST(a_late_hub_stays_late_until_it_is_heard)
{
	bool was_late = false;
	int n_pings = 0;

	begin();
	connect_it();
	for (enum hub_act act = HUB_ACT_NONE; act != HUB_ACT_DROP; act = hub_state_tick(&s, now)) {
		n_pings += act == HUB_ACT_PING;
		was_late |= shown().state == FEED_LATE;
		ck_assert_int_eq(shown().state, was_late ? FEED_LATE : FEED_LIVE);
		pass(100);
	}
	ck_assert(was_late);
	ck_assert_int_ge(n_pings, 2);
	hub_state_heard(&s, now);
	ck_assert_int_eq(shown().state, FEED_LIVE);
}
END_TEST

START_TEST(a_lost_hub_is_as_old_as_what_was_heard_last)
{
	int64_t heard_ms;

	begin();
	connect_it();
	pass(5 * SECOND);
	hub_state_heard(&s, now);
	heard_ms = now.wall_ms;
	pass(40 * SECOND);
	ck_assert_int_eq(hub_state_tick(&s, now), HUB_ACT_DROP);
	hub_state_lost(&s, HUB_LOST, "it does not answer any more", 1000, now);
	ck_assert_int_eq(shown().state, FEED_RECONNECTING);
	ck_assert_int_eq(shown().since_ms, heard_ms);
	pass(SECOND);
	ck_assert_int_eq(hub_state_tick(&s, now), HUB_ACT_CONNECT);
	hub_state_lost(&s, HUB_REFUSED, "401 it wants a token", 1000, now);
	ck_assert_int_eq(shown().since_ms, heard_ms); // what is shown is no newer
}
END_TEST

START_TEST(a_blocked_one_is_polled_and_asked_again)
{
	int n_polls = 0, n_tries = 0;

	begin();
	ck_assert_int_eq(hub_state_tick(&s, now), HUB_ACT_CONNECT);
	hub_state_lost(&s, HUB_BLOCKED, "502 Bad Gateway", 5000, now);
	ck_assert_int_eq(shown().state, FEED_RECONNECTING);
	for (int i = 0; i < 60; i++) {
		enum hub_act act;

		pass(SECOND);
		while ((act = hub_state_tick(&s, now)) != HUB_ACT_NONE) {
			if (act == HUB_ACT_POLL) {
				n_polls++;
				hub_state_polled(&s, true, now);
			} else {
				ck_assert_int_eq(act, HUB_ACT_CONNECT);
				n_tries++;
				hub_state_lost(&s, HUB_BLOCKED, "502 Bad Gateway", 20000, now);
			}
		}
		ck_assert_int_eq(shown().state, FEED_LATE);
		ck_assert_int_gt(hub_state_due_ms(&s), now.mono_ms);
	}
	ck_assert_int_eq(n_polls, 12);
	ck_assert_int_ge(n_tries, 2);
	hub_state_polled(&s, false, now);
	ck_assert_int_eq(shown().state, FEED_RECONNECTING);
	hub_state_polled(&s, true, now);
	hub_state_lost(&s, HUB_LOST, "connection refused", 0, now);
	ck_assert_int_eq(shown().state, FEED_RECONNECTING);
}
END_TEST

START_TEST(a_connection_that_lasted_begins_the_waits_anew)
{
	begin();
	for (int i = 0; i < 10; i++) {
		pass(70 * SECOND);
		(void)hub_state_tick(&s, now);
		hub_state_lost(&s, HUB_LOST, "", UINT64_MAX / 2, now);
	}
	ck_assert_uint_eq(backoff_bound_ms(&s.backoff), BACKOFF_CAP_MS);
	pass(70 * SECOND);
	connect_it();
	pass(BACKOFF_LASTING_MS);
	hub_state_lost(&s, HUB_LOST, "", BACKOFF_BASE_MS, now);
	ck_assert_int_eq(s.retry_ms - now.mono_ms, BACKOFF_BASE_MS);
}
END_TEST

START_TEST(after_a_goodbye_it_is_tried_as_if_nothing_had_failed)
{
	begin();
	for (int i = 0; i < 10; i++) {
		pass(70 * SECOND);
		(void)hub_state_tick(&s, now);
		hub_state_lost(&s, HUB_LOST, "connection refused", UINT64_MAX / 2, now);
	}
	pass(70 * SECOND);
	connect_it();
	pass(SECOND); // not for long
	hub_state_ending(&s);
	hub_state_lost(&s, HUB_LOST, "the hub ends", BACKOFF_BASE_MS, now);
	ck_assert_int_eq(s.retry_ms - now.mono_ms, BACKOFF_BASE_MS);
	pass(BACKOFF_BASE_MS);
	connect_it();
	hub_state_lost(&s, HUB_LOST, "the connection broke", BACKOFF_BASE_MS * 2, now);
	ck_assert_int_eq(s.retry_ms - now.mono_ms, BACKOFF_BASE_MS * 2); // that was one goodbye
}
END_TEST

// A hub that never tells all would else be asked for all of it without a pause.
START_TEST(what_does_not_help_is_not_done_at_once_again)
{
	begin();
	connect_it();
	pass(SECOND);
	hub_state_lost(&s, HUB_LOST, "something it said did not arrive", 4000, now);
	hub_state_anew(&s, now);
	ck_assert_int_eq(hub_state_due_ms(&s), now.mono_ms);
	connect_it();
	pass(SECOND);
	hub_state_lost(&s, HUB_LOST, "something it said did not arrive", 4000, now);
	hub_state_anew(&s, now);
	ck_assert_int_eq(hub_state_due_ms(&s), now.mono_ms + 4000);
	pass(4000);
	connect_it();
	pass(HUB_STATE_ANEW_MS - 4000);
	hub_state_lost(&s, HUB_LOST, "something it said did not arrive", 4000, now);
	hub_state_anew(&s, now);
	ck_assert_int_eq(hub_state_due_ms(&s), now.mono_ms);
}
END_TEST

SUITE("hub_state", connects_at_once_and_is_live_when_all_was_told, a_lost_one_is_told_with_why_and_when,
      until_all_was_told_it_is_as_it_was, a_refusal_is_no_loss, who_never_answers_is_dropped,
      a_quiet_hub_is_pinged_and_stays, a_talking_hub_is_pinged_each_twenty_seconds, a_silent_hub_is_late_and_then_gone,
      a_late_hub_stays_late_until_it_is_heard, a_lost_hub_is_as_old_as_what_was_heard_last,
      a_blocked_one_is_polled_and_asked_again, a_connection_that_lasted_begins_the_waits_anew,
      after_a_goodbye_it_is_tried_as_if_nothing_had_failed, what_does_not_help_is_not_done_at_once_again)
