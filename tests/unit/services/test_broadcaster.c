// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "opscon/broadcaster.h"

enum { ALL = (1 << CHANNEL_COUNT) - 1 };

struct seen {
	struct broadcaster *broadcaster;
	uint64_t seqs[400];
	enum channel channels[400];
	size_t n;
	int unsubscribe_at, unsubscribe; // at the n-th event, that sink
	int publish_at, n_publish;       // at the n-th event, so many more
	int subscribe_at;
	struct seen *other;
	int number;
};

static void publish(struct broadcaster *broadcaster, enum event_type type)
{
	broadcaster_publish(broadcaster, event_new(type, 0, 1));
}

static void see(void *ctx, const struct event *event)
{
	struct seen *seen = ctx;

	seen->seqs[seen->n] = event->seq;
	seen->channels[seen->n++] = event->channel;
	if (seen->unsubscribe_at == (int)seen->n)
		broadcaster_unsubscribe(seen->broadcaster, seen->unsubscribe);
	for (int i = 0; seen->publish_at == (int)seen->n && i < seen->n_publish; i++)
		publish(seen->broadcaster, EVENT_ALERT);
	if (seen->subscribe_at == (int)seen->n)
		seen->other->number = broadcaster_subscribe(seen->broadcaster, ALL, see, seen->other);
}

static void assert_each_once_in_order(const struct seen *seen, enum channel channel, uint64_t first, uint64_t last)
{
	uint64_t next = first;

	for (size_t i = 0; i < seen->n; i++)
		if (seen->channels[i] == channel)
			ck_assert_uint_eq(seen->seqs[i], next++);
	ck_assert_uint_eq(next, last + 1);
}

static struct broadcaster *make(size_t size)
{
	struct broadcaster *broadcaster;

	ck_assert_int_eq(broadcaster_create(size, &broadcaster), 0);
	return broadcaster;
}

START_TEST(fans_out_to_every_sink_of_the_channel)
{
	struct broadcaster *b = make(BROADCASTER_BUFFER_DEFAULT);
	struct seen agents = { 0 }, all = { 0 };
	struct channel_stats stats;

	broadcaster_subscribe(b, 1 << CHANNEL_AGENTS, see, &agents);
	broadcaster_subscribe(b, ALL, see, &all);
	publish(b, EVENT_AGENT_REMOVED);
	ck_assert_uint_eq(broadcaster_publish(b, event_new(EVENT_ALERT, 0, 0)), 1);
	publish(b, EVENT_AGENT_REMOVED);
	ck_assert_uint_eq(agents.n, 2);
	ck_assert_uint_eq(all.n, 3);
	ck_assert_uint_eq(all.seqs[2], 2); // numbered by channel
	broadcaster_stats(b, CHANNEL_AGENTS, &stats);
	ck_assert_uint_eq(stats.published, 2);
	ck_assert_uint_eq(stats.buffered, 2);
	ck_assert_uint_eq(stats.sinks, 2);
	broadcaster_stats(b, CHANNEL_ALERTS, &stats);
	ck_assert_uint_eq(stats.sinks, 1);
	broadcaster_destroy(b);
	broadcaster_destroy(NULL);
}
END_TEST

START_TEST(keeps_the_last_hundred_of_a_channel_and_replays_them)
{
	struct broadcaster *b = make(BROADCASTER_BUFFER_DEFAULT);
	struct seen seen = { 0 };
	struct channel_stats stats;

	for (int i = 0; i < 150; i++)
		publish(b, EVENT_ALERT);
	broadcaster_subscribe(b, ALL, see, &seen);
	assert_each_once_in_order(&seen, CHANNEL_ALERTS, 51, 150);
	broadcaster_stats(b, CHANNEL_ALERTS, &stats);
	ck_assert_uint_eq(stats.buffered, 100);
	ck_assert_uint_eq(stats.published, 150);
	broadcaster_destroy(b);
}
END_TEST

START_TEST(replays_channels_in_the_order_in_which_things_happened)
{
	struct broadcaster *b = make(10);
	struct seen seen = { 0 };

	publish(b, EVENT_ALERT);
	publish(b, EVENT_AGENT_REMOVED);
	publish(b, EVENT_ALERT);
	broadcaster_subscribe(b, ALL, see, &seen);
	ck_assert_int_eq(seen.channels[0], CHANNEL_ALERTS);
	ck_assert_int_eq(seen.channels[1], CHANNEL_AGENTS);
	ck_assert_int_eq(seen.channels[2], CHANNEL_ALERTS);
	broadcaster_destroy(b);
}
END_TEST

START_TEST(subscribing_again_replays_nothing_twice)
{
	// The portal replayed the whole buffer at each subscription: 100 became 200.
	struct broadcaster *b = make(10);
	struct seen seen = { 0 };
	int number;

	publish(b, EVENT_ALERT);
	publish(b, EVENT_AGENT_REMOVED);
	number = broadcaster_subscribe(b, 1 << CHANNEL_ALERTS, see, &seen);
	ck_assert_uint_eq(seen.n, 1);
	ck_assert_int_eq(broadcaster_resubscribe(b, number, 1 << CHANNEL_ALERTS), 0);
	ck_assert_uint_eq(seen.n, 1);
	ck_assert_int_eq(broadcaster_resubscribe(b, number, ALL), 0);
	ck_assert_uint_eq(seen.n, 2);
	ck_assert_int_eq(broadcaster_resubscribe(b, number, 1 << CHANNEL_AGENTS), 0);
	publish(b, EVENT_ALERT);
	ck_assert_uint_eq(seen.n, 2);
	broadcaster_resubscribe(b, number, ALL); // what was missed meanwhile
	assert_each_once_in_order(&seen, CHANNEL_ALERTS, 1, 2);
	broadcaster_destroy(b);
}
END_TEST

START_TEST(unknown_numbers_do_nothing)
{
	struct broadcaster *b = make(1);
	struct seen seen = { 0 };
	int number = broadcaster_subscribe(b, ALL, see, &seen);

	broadcaster_unsubscribe(b, number + 1);
	ck_assert_int_eq(broadcaster_resubscribe(b, number + 1, ALL), -ENOENT);
	broadcaster_unsubscribe(b, number);
	broadcaster_unsubscribe(b, number);
	ck_assert_int_eq(broadcaster_resubscribe(b, number, ALL), -ENOENT);
	publish(b, EVENT_ALERT);
	ck_assert_uint_eq(seen.n, 0);
	ck_assert_int_gt(broadcaster_subscribe(b, ALL, see, &seen), number); // numbers are not used again
	broadcaster_destroy(b);
}
END_TEST

START_TEST(a_sink_may_leave_or_send_another_away_during_dispatch)
{
	struct broadcaster *b = make(10);
	struct seen first = { .broadcaster = b, .unsubscribe_at = 1 };
	struct seen second = { .broadcaster = b, .unsubscribe_at = 1 };
	struct seen third = { 0 };

	broadcaster_subscribe(b, ALL, see, &first);
	second.unsubscribe = broadcaster_subscribe(b, ALL, see, &second); // itself
	first.unsubscribe = broadcaster_subscribe(b, ALL, see, &third);
	publish(b, EVENT_ALERT);
	publish(b, EVENT_ALERT);
	ck_assert_uint_eq(first.n, 2);
	ck_assert_uint_eq(second.n, 1);
	ck_assert_uint_eq(third.n, 0);
	broadcaster_destroy(b);
}
END_TEST

START_TEST(a_sink_that_joins_during_dispatch_gets_each_event_once)
{
	struct broadcaster *b = make(10);
	struct seen late = { .broadcaster = b };
	struct seen first = { .broadcaster = b, .subscribe_at = 2, .other = &late };

	broadcaster_subscribe(b, ALL, see, &first);
	for (int i = 0; i < 4; i++)
		publish(b, EVENT_ALERT);
	assert_each_once_in_order(&first, CHANNEL_ALERTS, 1, 4);
	assert_each_once_in_order(&late, CHANNEL_ALERTS, 1, 4);
	broadcaster_destroy(b);
}
END_TEST

START_TEST(events_published_inside_a_callback_come_after_for_everyone)
{
	struct broadcaster *b = make(2); // smaller than what is published in one go
	struct seen first = { .broadcaster = b, .publish_at = 1, .n_publish = 20 };
	struct seen second = { .broadcaster = b };

	broadcaster_subscribe(b, ALL, see, &first);
	broadcaster_subscribe(b, ALL, see, &second);
	publish(b, EVENT_ALERT);
	assert_each_once_in_order(&first, CHANNEL_ALERTS, 1, 21);
	assert_each_once_in_order(&second, CHANNEL_ALERTS, 1, 21);
	broadcaster_destroy(b);
}
END_TEST

START_TEST(events_published_inside_a_replay_come_after_it)
{
	struct broadcaster *b = make(10);
	struct seen old = { 0 };
	struct seen joins = { .broadcaster = b, .publish_at = 1, .n_publish = 3 };

	publish(b, EVENT_ALERT);
	publish(b, EVENT_ALERT);
	broadcaster_subscribe(b, ALL, see, &old);
	broadcaster_subscribe(b, ALL, see, &joins);
	assert_each_once_in_order(&joins, CHANNEL_ALERTS, 1, 5);
	assert_each_once_in_order(&old, CHANNEL_ALERTS, 1, 5);
	broadcaster_destroy(b);
}
END_TEST

START_TEST(a_sink_that_leaves_during_its_replay_hears_no_more)
{
	struct broadcaster *b = make(10);
	struct seen seen = { .broadcaster = b, .unsubscribe_at = 2, .unsubscribe = 1 };

	for (int i = 0; i < 5; i++)
		publish(b, EVENT_ALERT);
	ck_assert_int_eq(broadcaster_subscribe(b, ALL, see, &seen), 1);
	ck_assert_uint_eq(seen.n, 2);
	broadcaster_destroy(b);
}
END_TEST

START_TEST(services_emit_into_it)
{
	struct broadcaster *b = make(0); // at least one is kept
	struct event_sink sink = broadcaster_sink(b);
	struct seen seen = { 0 };

	event_emit(&sink, event_new(EVENT_NOTICE, 0, 0));
	event_emit(&sink, NULL);
	broadcaster_subscribe(b, ALL, see, &seen);
	ck_assert_uint_eq(seen.n, 1);
	broadcaster_destroy(b);
}
END_TEST

START_TEST(without_memory_a_sink_sees_a_gap_in_the_numbers)
{
	struct broadcaster *b;
	struct seen seen = { 0 };
	struct event *event;

	for (long n = 0; n < 3; n++) {
		mem_fail_after(n);
		ck_assert_int_eq(broadcaster_create(4, &b), -ENOMEM);
	}
	mem_fail_after(-1);
	b = make(4);
	mem_fail_after(1);
	ck_assert_int_eq(broadcaster_subscribe(b, ALL, see, &seen), -ENOMEM);
	mem_fail_after(-1);
	broadcaster_subscribe(b, ALL, see, &seen);
	event = event_new(EVENT_ALERT, 0, 0);
	mem_fail_after(0);
	ck_assert_uint_eq(broadcaster_publish(b, event), 1);
	mem_fail_after(-1);
	publish(b, EVENT_ALERT);
	ck_assert_uint_eq(seen.n, 1);
	ck_assert_uint_eq(seen.seqs[0], 2);
	broadcaster_destroy(b);
}
END_TEST

SUITE("broadcaster", fans_out_to_every_sink_of_the_channel, keeps_the_last_hundred_of_a_channel_and_replays_them,
      replays_channels_in_the_order_in_which_things_happened, subscribing_again_replays_nothing_twice,
      unknown_numbers_do_nothing, a_sink_may_leave_or_send_another_away_during_dispatch,
      a_sink_that_joins_during_dispatch_gets_each_event_once,
      events_published_inside_a_callback_come_after_for_everyone, events_published_inside_a_replay_come_after_it,
      a_sink_that_leaves_during_its_replay_hears_no_more, services_emit_into_it,
      without_memory_a_sink_sees_a_gap_in_the_numbers)
