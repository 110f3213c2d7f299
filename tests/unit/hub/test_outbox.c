// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "hub/outbox.h"

// An item of that type about that agent, numbered, whose text is its number.
static struct stream_item *item(enum event_type type, uint32_t agent, uint64_t seq)
{
	struct event *event = event_new(type, 1000, agent);
	char text[24];
	struct shared_text *shared;
	struct stream_item *made;

	snprintf(text, sizeof text, "%llu", (unsigned long long)seq);
	shared = shared_text_new(text, strlen(text));
	event->seq = seq;
	made = stream_item_new(event, false, shared);
	shared_text_unref(shared);
	event_unref(event);
	return made;
}

static int push(struct outbox *outbox, struct stream_item *made, bool conflates)
{
	int r = outbox_push(outbox, made, conflates);

	stream_item_unref(made);
	return r;
}

static void expect(struct outbox *outbox, const char *numbers)
{
	char all[200] = "";
	struct stream_item *popped;

	while ((popped = outbox_pop(outbox))) {
		strncat(all, popped->text->text, sizeof all - strlen(all) - 2);
		strcat(all, " ");
		stream_item_unref(popped);
	}
	ck_assert_str_eq(all, numbers);
	ck_assert_uint_eq(outbox->n, 0);
	ck_assert_uint_eq(outbox->n_bytes, 0);
}

START_TEST(keeps_the_order_of_the_stream)
{
	struct outbox outbox;

	outbox_init(&outbox, 1 << 20);
	ck_assert_ptr_null(outbox_pop(&outbox));
	for (uint64_t seq = 1; seq <= 5; seq++)
		ck_assert_int_eq(push(&outbox, item(EVENT_AGENT_HEALTH, 1, seq), false), 0);
	ck_assert_uint_eq(outbox.n_conflated, 0);
	expect(&outbox, "1 2 3 4 5 ");
}
END_TEST

// Numbers only ever rise: the newer one stands where it came, and the older one is gone.
START_TEST(who_is_behind_gets_the_newest_of_each)
{
	struct outbox outbox;

	outbox_init(&outbox, 1 << 20);
	push(&outbox, item(EVENT_AGENT_HEALTH, 1, 1), true);
	push(&outbox, item(EVENT_AGENT_HEALTH, 2, 2), true);
	push(&outbox, item(EVENT_LIFECYCLE, 1, 3), true);
	push(&outbox, item(EVENT_AGENT_HEALTH, 1, 4), true);
	push(&outbox, item(EVENT_FEED, 0, 5), true);
	push(&outbox, item(EVENT_FEED, 0, 6), true);
	push(&outbox, item(EVENT_AGENT_HEALTH, 1, 7), true);
	ck_assert_uint_eq(outbox.n, 4);
	ck_assert_uint_eq(outbox.n_conflated, 3);
	expect(&outbox, "2 3 6 7 ");
}
END_TEST

// Only states may be left out: an action, an alert, who came and went are told, each of them.
START_TEST(what_is_no_state_is_never_left_out)
{
	static const enum event_type types[] = { EVENT_AGENT_ADDED, EVENT_AGENT_REMOVED, EVENT_ALERT,  EVENT_ACTION,
						 EVENT_NOTICE,      EVENT_PRESENCE,      EVENT_LEASE,  EVENT_PLAN,
						 EVENT_APPROVAL,    EVENT_PROGRESS,      EVENT_SOURCE, EVENT_SCRAPE };

	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		struct outbox outbox;

		outbox_init(&outbox, 1 << 20);
		push(&outbox, item(types[i], 1, 1), true);
		push(&outbox, item(types[i], 1, 2), true);
		expect(&outbox, "1 2 ");
	}
}
END_TEST

static struct stream_item *probe(enum probe_kind kind, uint64_t seq)
{
	struct event *event = event_new(EVENT_AGENT_PROBED, 1000, 1);
	struct shared_text *shared = shared_text_new("p", 1);
	struct stream_item *made;

	event->seq = seq;
	event->u.probed.kind = kind;
	made = stream_item_new(event, false, shared);
	shared_text_unref(shared);
	event_unref(event);
	return made;
}

START_TEST(both_probes_of_an_agent_are_told_apart)
{
	struct outbox outbox;

	outbox_init(&outbox, 1 << 20);
	push(&outbox, probe(PROBE_HEALTH, 1), true);
	push(&outbox, probe(PROBE_METRICS, 2), true);
	push(&outbox, probe(PROBE_HEALTH, 3), true);
	ck_assert_uint_eq(outbox.n, 2);
	outbox_clear(&outbox);
}
END_TEST

static struct stream_item *readings(uint16_t series, size_t n, uint64_t seq)
{
	struct event *event = event_new(EVENT_METRICS, 1000, 1);
	struct shared_text *shared = shared_text_new("m", 1);
	struct stream_item *made;

	event->seq = seq;
	event->u.metrics.n = n;
	event->u.metrics.items = n ? mem_calloc(n, sizeof(struct metric_reading)) : NULL;
	if (n)
		event->u.metrics.items[0].series = series;
	made = stream_item_new(event, false, shared);
	shared_text_unref(shared);
	event_unref(event);
	return made;
}

START_TEST(readings_of_other_series_stay)
{
	struct outbox outbox;

	outbox_init(&outbox, 1 << 20);
	push(&outbox, readings(1, 3, 1), true);
	push(&outbox, readings(9, 1, 2), true); // the latency of a health probe
	push(&outbox, readings(1, 3, 3), true);
	push(&outbox, readings(0, 0, 4), true);
	push(&outbox, readings(0, 0, 5), true);
	ck_assert_uint_eq(outbox.n, 4);
	ck_assert_uint_eq(outbox.n_conflated, 1);
	outbox_clear(&outbox);
}
END_TEST

static struct stream_item *operation(uint32_t no, bool has_plan, uint64_t seq)
{
	struct event *event = event_new(EVENT_OPERATION, 1000, 0);
	struct operation state = { .no = no };
	struct shared_text *shared = shared_text_new(has_plan ? "P" : "o", 1);
	struct stream_item *made;

	event->seq = seq;
	event->u.operation = &state;
	made = stream_item_new(event, has_plan, shared);
	event->u.operation = NULL;
	shared_text_unref(shared);
	event_unref(event);
	return made;
}

// A plan crosses once: the event that brings it is the only one that does.
START_TEST(the_event_that_brings_a_plan_stays)
{
	struct outbox outbox;

	outbox_init(&outbox, 1 << 20);
	push(&outbox, operation(7, true, 1), true);
	push(&outbox, operation(7, false, 2), true);
	push(&outbox, operation(8, false, 3), true);
	push(&outbox, operation(7, false, 4), true);
	ck_assert_uint_eq(outbox.n, 3);
	ck_assert_uint_eq(outbox.n_conflated, 1);
	expect(&outbox, "P o o ");
}
END_TEST

START_TEST(what_came_before_it_was_behind_stays)
{
	struct outbox outbox;

	outbox_init(&outbox, 1 << 20);
	push(&outbox, item(EVENT_AGENT_HEALTH, 1, 1), false);
	push(&outbox, item(EVENT_AGENT_HEALTH, 1, 2), true);
	push(&outbox, item(EVENT_AGENT_HEALTH, 1, 3), true);
	push(&outbox, item(EVENT_AGENT_HEALTH, 1, 4), false);
	expect(&outbox, "1 3 4 ");
}
END_TEST

START_TEST(is_bounded_in_bytes)
{
	struct outbox outbox;
	uint64_t seq = 0;
	size_t n;

	outbox_init(&outbox, 4096);
	while (push(&outbox, item(EVENT_ALERT, 1, ++seq), true) == 0)
		ck_assert_uint_lt(seq, 100);
	n = outbox.n;
	ck_assert_uint_gt(n, 5);
	ck_assert_uint_le(outbox.n_bytes, 4096);
	ck_assert_int_eq(push(&outbox, item(EVENT_ALERT, 1, ++seq), true), -ENOBUFS);
	ck_assert_uint_eq(outbox.n, n);
	stream_item_unref(outbox_pop(&outbox));
	ck_assert_int_eq(push(&outbox, item(EVENT_ALERT, 1, ++seq), true), 0);
	outbox_clear(&outbox);
	ck_assert_uint_eq(outbox.n_bytes, 0);
}
END_TEST

// An operation of many targets is more than a small queue may hold, and must be told all the same.
START_TEST(what_is_alone_always_fits)
{
	struct outbox outbox;

	outbox_init(&outbox, 8);
	ck_assert_int_eq(push(&outbox, item(EVENT_AGENT_HEALTH, 1, 1), true), 0);
	ck_assert_int_eq(push(&outbox, item(EVENT_AGENT_HEALTH, 1, 2), true), 0); // in its place
	ck_assert_int_eq(push(&outbox, item(EVENT_AGENT_HEALTH, 2, 3), true), -ENOBUFS);
	expect(&outbox, "2 ");
	ck_assert_int_eq(push(&outbox, item(EVENT_AGENT_HEALTH, 2, 3), true), 0);
	expect(&outbox, "3 ");
	outbox_clear(&outbox);
}
END_TEST

// However often an agent changes, a queue that conflates does not grow.
START_TEST(the_same_agent_over_and_over_takes_no_more_room)
{
	struct outbox outbox;

	outbox_init(&outbox, 4096);
	for (uint64_t seq = 1; seq <= 10000; seq++)
		ck_assert_int_eq(push(&outbox, item(EVENT_AGENT_HEALTH, 1 + (uint32_t)(seq % 3), seq), true), 0);
	ck_assert_uint_eq(outbox.n, 3);
	ck_assert_uint_eq(outbox.n_conflated, 9997);
	expect(&outbox, "9998 9999 10000 ");
}
END_TEST

START_TEST(want_of_memory_changes_nothing)
{
	struct outbox outbox;
	struct stream_item *newer = item(EVENT_AGENT_HEALTH, 1, 2), *other = item(EVENT_LIFECYCLE, 5, 3);

	outbox_init(&outbox, 4096);
	push(&outbox, item(EVENT_AGENT_HEALTH, 1, 1), true);
	mem_fail_after(0);
	ck_assert_int_eq(outbox_push(&outbox, newer, true), -ENOMEM);
	mem_fail_after(-1);
	ck_assert_uint_eq(outbox.n, 1);
	ck_assert_uint_eq(newer->refs, 1);
	// One that cannot be found again just stays.
	outbox_clear(&outbox);
	mem_fail_after(1);
	ck_assert_int_eq(push(&outbox, other, true), 0);
	mem_fail_after(-1);
	stream_item_unref(newer);
	expect(&outbox, "3 ");
}
END_TEST

SUITE("outbox", keeps_the_order_of_the_stream, who_is_behind_gets_the_newest_of_each,
      what_is_no_state_is_never_left_out, both_probes_of_an_agent_are_told_apart, readings_of_other_series_stay,
      the_event_that_brings_a_plan_stays, what_came_before_it_was_behind_stays, is_bounded_in_bytes,
      what_is_alone_always_fits, the_same_agent_over_and_over_takes_no_more_room, want_of_memory_changes_nothing)
