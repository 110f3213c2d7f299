// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <string.h>

#include "base/memory.h"
#include "hub/stream.h"

enum { TEXT_BYTES = 100 };

static const uint64_t none[CHANNEL_COUNT];

static void add(struct stream *stream, enum event_type type, uint64_t seq)
{
	char text[TEXT_BYTES];
	struct event *event = event_new(type, 1000, 1);
	struct shared_text *shared;
	struct stream_item *item;

	memset(text, '.', sizeof text);
	shared = shared_text_new(text, sizeof text);
	event->seq = seq;
	item = stream_item_new(event, false, shared);
	stream_add(stream, item);
	stream_item_unref(item);
	shared_text_unref(shared);
	event_unref(event);
}

static size_t one_item(void)
{
	return sizeof(struct stream_item) + TEXT_BYTES;
}

// Whether all is there after these numbers of the channels of agents and metrics.
static bool holds(const struct stream *stream, uint64_t agents, uint64_t metrics)
{
	const uint64_t last[CHANNEL_COUNT] = { [CHANNEL_AGENTS] = agents, [CHANNEL_METRICS] = metrics };
	size_t n;

	return stream_holds(stream, last, 1 << CHANNEL_AGENTS | 1 << CHANNEL_METRICS, &n);
}

START_TEST(holds_what_came_after_any_number_it_has_seen)
{
	uint64_t last[CHANNEL_COUNT] = { [CHANNEL_AGENTS] = 1 };
	struct stream stream;
	size_t n;

	stream_init(&stream, 1 << 20, none);
	ck_assert(holds(&stream, 0, 0));
	add(&stream, EVENT_AGENT_HEALTH, 1);
	add(&stream, EVENT_AGENT_PROBED, 1);
	add(&stream, EVENT_AGENT_HEALTH, 2);
	for (uint64_t i = 0; i <= 2; i++)
		for (uint64_t j = 0; j <= 1; j++)
			ck_assert(holds(&stream, i, j));
	ck_assert(stream_holds(&stream, last, 1 << CHANNEL_AGENTS | 1 << CHANNEL_METRICS, &n));
	ck_assert_uint_eq(n, 2 * one_item());
	ck_assert(stream_holds(&stream, last, 1 << CHANNEL_AGENTS, &n));
	ck_assert_uint_eq(n, one_item());
	stream_finish(&stream);
}
END_TEST

START_TEST(holds_nothing_of_numbers_that_are_still_to_come)
{
	struct stream stream;

	stream_init(&stream, 1 << 20, none);
	add(&stream, EVENT_AGENT_HEALTH, 1);
	ck_assert(!holds(&stream, 2, 0));
	ck_assert(!holds(&stream, 1, 1));
	ck_assert(!holds(&stream, UINT64_MAX, 0));
	stream_finish(&stream);
}
END_TEST

START_TEST(begins_where_the_channels_stood)
{
	const uint64_t last[CHANNEL_COUNT] = { [CHANNEL_AGENTS] = 10, [CHANNEL_METRICS] = 20 };
	struct stream stream;

	stream_init(&stream, 1 << 20, last);
	add(&stream, EVENT_AGENT_HEALTH, 11);
	ck_assert(holds(&stream, 10, 20));
	ck_assert(holds(&stream, 11, 20));
	ck_assert(!holds(&stream, 9, 20));
	ck_assert(!holds(&stream, 10, 19));
	stream_finish(&stream);
}
END_TEST

START_TEST(forgets_the_oldest_past_its_bytes)
{
	struct stream stream;

	stream_init(&stream, 3 * one_item(), none);
	add(&stream, EVENT_AGENT_PROBED, 1);
	for (uint64_t seq = 1; seq <= 4; seq++)
		add(&stream, EVENT_AGENT_HEALTH, seq);
	ck_assert_uint_eq(stream.n, 3);
	ck_assert_uint_le(stream.n_bytes, stream.bytes_max);
	ck_assert_uint_eq(stream_at(&stream, 0)->seq, 2);
	ck_assert(holds(&stream, 1, 1));
	ck_assert(!holds(&stream, 0, 1));
	ck_assert(!holds(&stream, 1, 0)); // the only one of that channel went first
	stream_finish(&stream);
}
END_TEST

START_TEST(goes_round_without_losing_its_order)
{
	struct stream stream;

	stream_init(&stream, 300 * one_item(), none);
	for (uint64_t seq = 1; seq <= 5000; seq++) {
		add(&stream, EVENT_AGENT_HEALTH, seq);
		for (size_t i = 0; i < stream.n; i += 97)
			ck_assert_uint_eq(stream_at(&stream, i)->seq, seq - (stream.n - 1 - i));
	}
	ck_assert_uint_eq(stream.n, 300);
	stream_finish(&stream);
}
END_TEST

// An event that went to somebody alone is nothing that others lack.
START_TEST(what_was_for_one_alone_leaves_no_hole)
{
	struct stream stream;

	stream_init(&stream, 1 << 20, none);
	add(&stream, EVENT_AGENT_HEALTH, 1);
	stream_pass(&stream, CHANNEL_AGENTS, 2);
	add(&stream, EVENT_AGENT_HEALTH, 3);
	ck_assert(holds(&stream, 0, 0));
	ck_assert(holds(&stream, 2, 0));
	stream_finish(&stream);
}
END_TEST

START_TEST(what_was_not_kept_is_a_hole)
{
	struct stream stream;

	stream_init(&stream, 1 << 20, none);
	add(&stream, EVENT_AGENT_HEALTH, 1);
	stream_skip(&stream, CHANNEL_AGENTS, 2);
	ck_assert(!holds(&stream, 0, 0));
	ck_assert(!holds(&stream, 1, 0));
	ck_assert(holds(&stream, 2, 0));
	add(&stream, EVENT_AGENT_HEALTH, 3);
	ck_assert(!holds(&stream, 1, 0));
	ck_assert(holds(&stream, 2, 0));
	stream_clear(&stream);
	ck_assert(!holds(&stream, 2, 0));
	ck_assert(holds(&stream, 3, 0));
	stream_finish(&stream);
}
END_TEST

START_TEST(one_that_is_larger_than_all_is_not_kept)
{
	struct stream stream;

	stream_init(&stream, one_item() - 1, none);
	add(&stream, EVENT_AGENT_HEALTH, 1);
	ck_assert_uint_eq(stream.n, 0);
	ck_assert(!holds(&stream, 0, 0));
	ck_assert(holds(&stream, 1, 0));
	stream_finish(&stream);
}
END_TEST

START_TEST(want_of_memory_is_a_hole)
{
	struct event *event = event_new(EVENT_AGENT_HEALTH, 1000, 1);
	struct shared_text *text = shared_text_new("x", 1);
	struct stream_item *item;
	struct stream stream;

	event->seq = 1;
	stream_init(&stream, 1 << 20, none);
	item = stream_item_new(event, false, text);
	mem_fail_after(0);
	ck_assert_ptr_null(stream_item_new(event, false, text));
	stream_add(&stream, item);
	mem_fail_after(-1);
	ck_assert_uint_eq(stream.n, 0);
	ck_assert(!holds(&stream, 0, 0));
	ck_assert_uint_eq(item->refs, 1);
	stream_item_unref(item);
	stream_item_unref(NULL);
	shared_text_unref(text);
	event_unref(event);
	stream_finish(&stream);
}
END_TEST

SUITE("stream", holds_what_came_after_any_number_it_has_seen, holds_nothing_of_numbers_that_are_still_to_come,
      begins_where_the_channels_stood, forgets_the_oldest_past_its_bytes, goes_round_without_losing_its_order,
      what_was_for_one_alone_leaves_no_hole, what_was_not_kept_is_a_hole, one_that_is_larger_than_all_is_not_kept,
      want_of_memory_is_a_hole)
