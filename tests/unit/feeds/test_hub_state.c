// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <string.h>

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
			pass(20); // its pong
			hub_state_heard(&s, now);
			hub_state_answered(&s, now);
			break;
		case HUB_ACT_NONE:
			break;
		default:
			ck_abort_msg("dropped after %d s", i);
		}
		ck_assert_int_eq(shown().state, FEED_LIVE);
	}
	ck_assert_int_ge(n_pings, 100);
	ck_assert_int_le(n_pings, 200); // each three seconds at most
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
		if (hub_state_tick(&s, now) != HUB_ACT_PING)
			continue;
		n_pings++;
		hub_state_heard(&s, instant_add(now, 20));
		hub_state_answered(&s, instant_add(now, 20));
	}
	ck_assert_int_ge(n_pings, 29);
	ck_assert_int_le(n_pings, 31);
}
END_TEST

// What becomes of one that says nothing any more: how long after it was heard last each is seen. 0: it is not.
static struct silence {
	int64_t late_ms, stale_ms, gone_ms;
	int n_pings;
} silence;

static void fall_silent(void)
{
	int64_t heard_ms = s.heard_ms;

	silence = (struct silence){ 0 };
	while (!silence.gone_ms) {
		int64_t due_ms = hub_state_due_ms(&s), since_ms;
		enum hub_act act;

		ck_assert_int_gt(due_ms, now.mono_ms); // it does not spin
		pass(due_ms - now.mono_ms);
		since_ms = now.mono_ms - heard_ms;
		act = hub_state_tick(&s, now);
		silence.n_pings += act == HUB_ACT_PING;
		if (shown().state == FEED_LATE && !silence.late_ms)
			silence.late_ms = since_ms;
		if (shown().state == FEED_STALE && !silence.stale_ms)
			silence.stale_ms = since_ms;
		if (act == HUB_ACT_DROP)
			silence.gone_ms = since_ms;
	}
}

START_TEST(a_silent_hub_is_late_then_stale_and_then_gone)
{
	begin();
	connect_it();
	pass(2 * SECOND);
	hub_state_heard(&s, now);
	ck_assert(!hub_state_is_stale(&s));
	fall_silent();
	ck_assert_int_eq(silence.late_ms, 5 * SECOND);
	ck_assert_int_eq(silence.stale_ms, 10 * SECOND);
	ck_assert_int_eq(silence.gone_ms, 40 * SECOND); // two pings
	ck_assert_int_eq(silence.n_pings, 2);
	ck_assert(hub_state_is_stale(&s));
	ck_assert_str_eq(shown().detail, "the hub does not answer");
	ck_assert_int_eq(shown().since_ms, now.wall_ms - 40 * SECOND); // as old as what was heard
}
END_TEST

// It was asked, has told something since, and its pong never comes: the ping that is out is the one that counts.
START_TEST(one_that_stops_after_it_was_asked_is_missed_as_soon)
{
	begin();
	connect_it();
	for (int i = 0; i < 21; i++) {
		pass(SECOND);
		hub_state_heard(&s, now);
		(void)hub_state_tick(&s, now);
	}
	ck_assert(s.is_asked);
	fall_silent();
	ck_assert_int_eq(silence.late_ms, 5 * SECOND);
	ck_assert_int_eq(silence.stale_ms, 10 * SECOND);
}
END_TEST

START_TEST(with_another_ping_everything_is_as_much_sooner)
{
	begin();
	hub_state_init(&s, &(struct hub_state_options){ .ping_ms = 60 * SECOND }, now);
	connect_it();
	fall_silent();
	ck_assert_int_eq(silence.late_ms, 15 * SECOND);
	ck_assert_int_eq(silence.stale_ms, 30 * SECOND);
	ck_assert_int_eq(silence.gone_ms, 120 * SECOND);
	hub_state_init(&s, &(struct hub_state_options){ .ping_ms = 2 * SECOND }, now);
	connect_it();
	fall_silent();
	ck_assert_int_eq(silence.late_ms, SECOND / 2);
	ck_assert_int_eq(silence.stale_ms, SECOND);
	ck_assert_int_eq(silence.gone_ms, 4 * SECOND);
}
END_TEST

// ---- slow links

enum { PONGS_MAX = 8, STEP_MS = 50 };

// A way to the hub and back, which gives what it was given later, in order.
static struct {
	int64_t arrive_ms[PONGS_MAX];
	size_t n;
	int n_turns[FEED_REFUSED + 1]; // how often each state was come to
	enum feed_state state;
} way;

static void begin_slow(int64_t delay_ms)
{
	memset(&way, 0, sizeof way);
	begin();
	ck_assert_int_eq(hub_state_tick(&s, now), HUB_ACT_CONNECT);
	pass(2 * delay_ms);
	hub_state_greeted(&s, now);
	pass(delay_ms);
	hub_state_hello(&s, true, now);
	way.state = FEED_LIVE;
}

static void look(void)
{
	enum feed_state state = shown().state;

	if (state != way.state)
		way.n_turns[state]++;
	way.state = state;
}

// A step in time on a way that takes so long there and back; an event may come at its end.
static void step(int64_t delay_ms, bool is_event)
{
	enum hub_act act;

	pass(STEP_MS);
	while (way.n && way.arrive_ms[0] <= now.mono_ms) {
		hub_state_heard(&s, now);
		hub_state_answered(&s, now);
		memmove(way.arrive_ms, way.arrive_ms + 1, --way.n * sizeof way.arrive_ms[0]);
	}
	if (is_event)
		hub_state_heard(&s, now);
	look();
	while ((act = hub_state_tick(&s, now)) == HUB_ACT_PING) {
		int64_t at_ms = now.mono_ms + delay_ms;

		ck_assert_uint_lt(way.n, PONGS_MAX);
		if (way.n && way.arrive_ms[way.n - 1] > at_ms)
			at_ms = way.arrive_ms[way.n - 1];
		way.arrive_ms[way.n++] = at_ms;
	}
	ck_assert_int_eq(act, HUB_ACT_NONE);
	look();
}

// Answers that take one to two seconds, as over a bad radio link, and nothing else to hear.
START_TEST(a_slow_link_is_no_silent_hub)
{
	begin_slow(1200);
	for (int i = 0; i < 10 * 60 * SECOND / STEP_MS; i++)
		step(1000 + i * 7919LL % 1000, false);
	ck_assert_int_eq(way.n_turns[FEED_LATE], 0);
	ck_assert_int_eq(way.n_turns[FEED_STALE], 0);
}
END_TEST

// Somebody copies a file over the same line: everything waits behind it, for longer and longer, and comes at once.
START_TEST(a_line_that_is_full_is_late_once_and_never_stale)
{
	begin_slow(50);
	for (int round = 0; round < 30; round++) {
		for (int i = 0; i < 6 * SECOND / STEP_MS; i++) // what was sent meanwhile stands in the way
			step(6 * SECOND - i * STEP_MS, false);
		for (int i = 0; i < 10 * SECOND / STEP_MS; i++)
			step(50, i % 4 == 0);
	}
	ck_assert_int_le(way.n_turns[FEED_LATE], 1);
	ck_assert_int_eq(way.n_turns[FEED_STALE], 0);
}
END_TEST

START_TEST(what_was_slow_is_forgotten)
{
	begin_slow(3 * SECOND);
	fall_silent();
	ck_assert_int_eq(silence.late_ms, 8 * SECOND);
	ck_assert_int_eq(silence.stale_ms, 13 * SECOND);
	begin_slow(3 * SECOND);
	for (int i = 0; i < 2 * (HUB_STATE_LATELY_MS + 30 * SECOND) / STEP_MS; i++)
		step(0, i % 10 == 0);
	fall_silent();
	ck_assert_int_le(silence.late_ms, 5 * SECOND + STEP_MS);
	ck_assert_int_le(silence.stale_ms, 10 * SECOND + STEP_MS);
}
END_TEST

// A hub that was stopped for a while and went on is no slow link: stopped again it is missed as soon.
START_TEST(a_hub_that_stops_again_is_missed_as_soon)
{
	begin_slow(50);
	for (int i = 0; i < 30 * SECOND / STEP_MS; i++)
		step(30 * SECOND, false);
	ck_assert_int_eq(shown().state, FEED_STALE);
	for (int i = 0; i < 30 * SECOND / STEP_MS; i++)
		step(0, true);
	ck_assert_int_eq(way.n_turns[FEED_LATE], 1);
	ck_assert_int_eq(way.n_turns[FEED_STALE], 1);
	ck_assert_int_eq(way.n_turns[FEED_LIVE], 1);
	fall_silent();
	ck_assert_int_le(silence.late_ms, 5 * SECOND + 100);
	ck_assert_int_le(silence.stale_ms, 10 * SECOND + 100);
}
END_TEST

// A console that was stopped itself finds that nothing was read for long, and cannot know why.
START_TEST(who_has_slept_blames_nobody)
{
	begin();
	connect_it();
	pass(60 * SECOND);
	ck_assert_int_eq(hub_state_tick(&s, now), HUB_ACT_PING);
	ck_assert_int_eq(shown().state, FEED_LIVE);
	pass(20);
	hub_state_heard(&s, now);
	hub_state_answered(&s, now);
	pass(3 * SECOND);
	ck_assert_int_eq(hub_state_tick(&s, now), HUB_ACT_PING); // it is out,
	pass(60 * SECOND);                                       // and nobody listens to its answer
	ck_assert_int_ne(hub_state_tick(&s, now), HUB_ACT_DROP);
	ck_assert_int_eq(shown().state, FEED_LIVE);
	pass(2 * SECOND + 100);
	ck_assert_int_eq(hub_state_tick(&s, now), HUB_ACT_NONE);
	ck_assert_int_eq(shown().state, FEED_LATE); // it does not answer
	pass(5 * SECOND);
	ck_assert_int_eq(hub_state_tick(&s, now), HUB_ACT_NONE);
	ck_assert_int_eq(shown().state, FEED_STALE);
}
END_TEST

// Asking once more is no news of it: it is late until it is given up, however often it was asked.
START_TEST(a_late_hub_stays_late_until_it_is_heard)
{
	enum feed_state was = FEED_LIVE;
	int n_pings = 0;

	begin();
	connect_it();
	for (enum hub_act act = HUB_ACT_NONE; act != HUB_ACT_DROP; act = hub_state_tick(&s, now)) {
		n_pings += act == HUB_ACT_PING;
		ck_assert_int_ge(shown().state, was); // live, late, stale
		was = shown().state;
		pass(100);
	}
	ck_assert_int_eq(was, FEED_STALE);
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
	fall_silent();
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
      a_quiet_hub_is_pinged_and_stays, a_talking_hub_is_pinged_each_twenty_seconds,
      a_silent_hub_is_late_then_stale_and_then_gone, one_that_stops_after_it_was_asked_is_missed_as_soon,
      with_another_ping_everything_is_as_much_sooner, a_slow_link_is_no_silent_hub,
      a_line_that_is_full_is_late_once_and_never_stale, what_was_slow_is_forgotten,
      a_hub_that_stops_again_is_missed_as_soon, who_has_slept_blames_nobody, a_late_hub_stays_late_until_it_is_heard,
      a_lost_hub_is_as_old_as_what_was_heard_last, a_blocked_one_is_polled_and_asked_again,
      a_connection_that_lasted_begins_the_waits_anew, after_a_goodbye_it_is_tried_as_if_nothing_had_failed,
      what_does_not_help_is_not_done_at_once_again)
