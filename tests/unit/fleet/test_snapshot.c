// SPDX-License-Identifier: Apache-2.0
/* A snapshot makes the same fleet: of an empty one, and of one that knew an earlier time. Random streams of events of
 * all types, with live ones between those of a snapshot.
 */
#include "fleet/snapshot.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "model/agent.h"
#include "tests/support/event_dice.h"
#include "tests/support/suite.h"

enum { STEPS = 500, T0_MS = 1795446245, SEEDS = 20 };

#define NOW_MS (INT64_C(1000) * T0_MS)

static struct fleet *new_fleet(void)
{
	struct fleet_limits limits = { .n_timeline = 60 };
	struct fleet *fleet;

	ck_assert_int_eq(fleet_create(&limits, &fleet), 0);
	return fleet;
}

static char *dump_of(const struct fleet *fleet)
{
	struct bytes out;

	bytes_init(&out, 64 << 20);
	ck_assert_int_eq(fleet_dump(fleet, 0, &out), 0);
	ck_assert_ptr_nonnull(out.data);
	return out.data;
}

// Where two texts differ, with what stands around it: whole they would fill the screen.
static void check_same(const struct fleet *a, const struct fleet *b, const char *what, uint64_t seed)
{
	mem_auto char *left = dump_of(a);
	mem_auto char *right = dump_of(b);
	size_t at = 0, from;

	while (left[at] && left[at] == right[at])
		at++;
	from = at > 200 ? at - 200 : 0;
	ck_assert_msg(left[at] == right[at], "%s, seed %lu: live\n...%.400s\n---- restored\n...%.400s", what,
		      (unsigned long)seed, left + from, right + from);
}

static const enum event_type streamed[] = {
	EVENT_AGENT_ADDED,    EVENT_AGENT_ADDED,  EVENT_AGENT_CHANGED, EVENT_AGENT_REMOVED, EVENT_AGENT_HEALTH,
	EVENT_AGENT_HEALTH,   EVENT_AGENT_HEALTH, EVENT_AGENT_HEALTH,  EVENT_AGENT_PROBED,  EVENT_AGENT_PROBED,
	EVENT_SERIES_DEFINED, EVENT_METRICS,      EVENT_METRICS,       EVENT_SCRAPE,        EVENT_ALERT,
	EVENT_ALERT,          EVENT_PROGRESS,     EVENT_LIFECYCLE,     EVENT_PLAN,          EVENT_OPERATION,
	EVENT_ACTION,         EVENT_NOTICE,       EVENT_FEED,          EVENT_SOURCE,        EVENT_AUDIT_LIST,
	EVENT_AUDIT_CHECK,    EVENT_PRESENCE,     EVENT_LEASE,         EVENT_APPROVAL,
};

// Nobody is told of an agent that is not there.
static bool makes_sense(const struct fleet *live, const struct event *event)
{
	switch (event->type) {
	case EVENT_AGENT_CHANGED:
	case EVENT_AGENT_HEALTH:
	case EVENT_AGENT_PROBED:
	case EVENT_METRICS:
	case EVENT_LIFECYCLE:
	case EVENT_LEASE:
		return fleet_agent(live, event->agent);
	default:
		return true;
	}
}

static struct event *next_event(struct event_dice *dice, const struct fleet *live, int64_t *now_ms)
{
	for (;;) {
		enum event_type type = streamed[dice_roll(dice, sizeof streamed / sizeof streamed[0])];
		struct event *event = dice_event(dice, type, *now_ms);

		*now_ms += dice_roll(dice, 400); // several in a second, so that they are folded
		if (makes_sense(live, event))
			return event;
		event_unref(event);
	}
}

static void apply_both(struct fleet *live, struct fleet *other, struct event *event)
{
	ck_assert_int_eq(fleet_apply(live, event), 0);
	if (other)
		ck_assert_int_eq(fleet_apply(other, event), 0);
	event_unref(event);
}

static void stream(struct event_dice *dice, struct fleet *live, struct fleet *other, int n, int64_t *now_ms)
{
	for (int i = 0; i < n; i++)
		apply_both(live, other, next_event(dice, live, now_ms));
}

// Gives `to` a snapshot of `live`, with live events between, so many to a hundred of the snapshot's.
static void restore(struct event_dice *dice, struct fleet *live, struct fleet *to, unsigned per_cent, int64_t *now_ms)
{
	struct fleet_snapshot *snapshot;
	struct event *event;
	bool is_end;

	ck_assert_int_eq(fleet_snapshot_create(live, &snapshot), 0);
	for (;;) {
		ck_assert_int_eq(fleet_snapshot_next(snapshot, *now_ms, &event), 0);
		if (!event)
			break;
		ck_assert_uint_eq(event->seq, 0);
		ck_assert_int_eq(fleet_apply(to, event), 0);
		is_end = event->type == EVENT_SNAPSHOT && event->u.snapshot.is_end;
		event_unref(event);
		if (!is_end && dice_roll(dice, 100) < per_cent)
			apply_both(live, to, next_event(dice, live, now_ms));
	}
	fleet_snapshot_destroy(snapshot);
}

static void check_stream(uint64_t seed, unsigned per_cent, bool knew_before)
{
	struct event_dice dice = { .state = seed };
	struct fleet *live = new_fleet(), *to = new_fleet();
	int64_t now_ms = NOW_MS;

	stream(&dice, live, knew_before ? to : NULL, STEPS, &now_ms);
	if (knew_before) // what it misses
		stream(&dice, live, NULL, STEPS / 4, &now_ms);
	restore(&dice, live, to, per_cent, &now_ms);
	check_same(live, to, "after the snapshot", seed);
	stream(&dice, live, to, STEPS / 2, &now_ms);
	check_same(live, to, "later", seed);
	ck_assert(!fleet_is_incomplete(to));
	fleet_destroy(live);
	fleet_destroy(to);
	event_dice_finish(&dice);
}

START_TEST(an_empty_fleet_becomes_the_same)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		check_stream(seed, 0, false);
}
END_TEST

START_TEST(live_events_may_come_between)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		check_stream(1000 + seed, 15, false);
}
END_TEST

START_TEST(a_fleet_of_before_becomes_the_same)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		check_stream(2000 + seed, 0, true);
}
END_TEST

START_TEST(a_fleet_of_before_hears_live_events_between)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		check_stream(3000 + seed, 15, true);
}
END_TEST

SUITE("fleet snapshot", an_empty_fleet_becomes_the_same, live_events_may_come_between,
      a_fleet_of_before_becomes_the_same, a_fleet_of_before_hears_live_events_between)
