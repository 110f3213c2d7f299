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

// ---- what is not told again

static struct event *of_hub(struct event *event, uint8_t origin)
{
	event->origin = origin;
	return event;
}

static void apply(struct fleet *fleet, struct event *event)
{
	ck_assert_int_eq(fleet_apply(fleet, event), 0);
	event_unref(event);
}

static struct event *added(uint32_t id)
{
	struct event *event = event_new(EVENT_AGENT_ADDED, NOW_MS + 1000 * (int64_t)id, id);
	struct agent *agent = mem_calloc(1, sizeof *agent);
	char name[16];

	snprintf(name, sizeof name, "agent%u", id);
	agent->id = id;
	agent->refs = 1;
	agent->key = mem_strdup(name);
	agent->name = mem_strdup(name);
	agent->url = mem_strdup("http://x");
	agent->source = mem_strdup("config");
	event->u.agent = agent;
	return event;
}

static struct event *item(uint64_t no, const char *title, int64_t at_ms)
{
	struct event *event = event_new(EVENT_TIMELINE, at_ms, 0);

	event->u.timeline.no = no;
	event->u.timeline.title = mem_strdup(title);
	return event;
}

static struct event *bound(bool is_end)
{
	struct event *event = event_new(EVENT_SNAPSHOT, NOW_MS + 60000, 0);

	event->u.snapshot.is_end = is_end;
	return event;
}

static struct event *notice(const char *title, int64_t at_ms)
{
	struct event *event = event_new(EVENT_NOTICE, at_ms, 0);

	event->u.notice.type = ACTION_INFO;
	event->u.notice.title = mem_strdup(title);
	event->u.notice.text = mem_strdup("");
	return event;
}

START_TEST(what_another_hub_has_said_stays)
{
	struct fleet *fleet = new_fleet();

	apply(fleet, of_hub(added(1), 1));
	apply(fleet, of_hub(added(2), 2));
	apply(fleet, of_hub(added(3), 1));
	apply(fleet, of_hub(bound(false), 1));
	apply(fleet, of_hub(added(3), 1));
	apply(fleet, of_hub(bound(true), 1));
	ck_assert_uint_eq(fleet_n_agents(fleet), 2);
	ck_assert_ptr_null(fleet_agent(fleet, 1));
	ck_assert_ptr_nonnull(fleet_agent(fleet, 2));
	ck_assert_ptr_nonnull(fleet_agent(fleet, 3));
	ck_assert_uint_eq(fleet_n_timeline(fleet), 1); // that of the other hub
	ck_assert_str_eq(fleet_timeline_at(fleet, 0)->title, "agent2 was added");
	fleet_destroy(fleet);
}
END_TEST

START_TEST(an_item_that_was_there_keeps_its_number)
{
	struct fleet *fleet = new_fleet();
	uint64_t no;

	apply(fleet, of_hub(notice("one", NOW_MS), 1));
	apply(fleet, of_hub(notice("two", NOW_MS + 1), 1));
	no = fleet_timeline_at(fleet, 0)->no;
	apply(fleet, notice("of our own", NOW_MS + 2));
	apply(fleet, of_hub(bound(false), 1));
	apply(fleet, of_hub(notice("said meanwhile", NOW_MS + 3), 1));
	ck_assert_uint_eq(fleet_n_timeline(fleet), 3);
	for (uint64_t i = 1; i <= 3; i++) {
		static const char *const titles[] = { "one", "two", "three" };
		struct event *told = item(70 + i, titles[i - 1], NOW_MS + (i == 3 ? 9 : (int64_t)i - 1));

		told->u.timeline.source = EVENT_NOTICE;
		told->u.timeline.description = mem_strdup("");
		apply(fleet, of_hub(told, 1));
	}
	apply(fleet, of_hub(bound(true), 1));
	ck_assert_uint_eq(fleet_n_timeline(fleet), 4);
	ck_assert_str_eq(fleet_timeline_at(fleet, 0)->title, "three");
	ck_assert_str_eq(fleet_timeline_at(fleet, 1)->title, "of our own");
	ck_assert_str_eq(fleet_timeline_at(fleet, 2)->title, "two");
	ck_assert_uint_eq(fleet_timeline_at(fleet, 2)->no, no);
	ck_assert_uint_gt(fleet_timeline_at(fleet, 0)->no, fleet_timeline_at(fleet, 1)->no);
	fleet_destroy(fleet);
}
END_TEST

START_TEST(items_are_merged_by_time)
{
	struct fleet *fleet = new_fleet();

	apply(fleet, notice("late", NOW_MS + 50));
	apply(fleet, of_hub(bound(false), 1));
	apply(fleet, of_hub(item(2, "early", NOW_MS), 1));
	apply(fleet, of_hub(item(3, "later", NOW_MS + 90), 1));
	apply(fleet, of_hub(item(2, "early, as it was meant", NOW_MS), 1));
	apply(fleet, of_hub(bound(true), 1));
	ck_assert_uint_eq(fleet_n_timeline(fleet), 3);
	ck_assert_str_eq(fleet_timeline_at(fleet, 0)->title, "later");
	ck_assert_str_eq(fleet_timeline_at(fleet, 1)->title, "late");
	ck_assert_str_eq(fleet_timeline_at(fleet, 2)->title, "early, as it was meant");
	for (size_t i = 0; i < 2; i++)
		ck_assert_uint_gt(fleet_timeline_at(fleet, i)->no, fleet_timeline_at(fleet, i + 1)->no);
	fleet_destroy(fleet);
}
END_TEST

START_TEST(a_snapshot_that_breaks_off_is_begun_again)
{
	struct event_dice dice = { .state = 4 };
	struct fleet *live = new_fleet(), *to = new_fleet();
	struct fleet_snapshot *snapshot;
	struct event *event;
	int64_t now_ms = NOW_MS;

	stream(&dice, live, NULL, STEPS, &now_ms);
	ck_assert_int_eq(fleet_snapshot_create(live, &snapshot), 0);
	for (int i = 0; i < 30; i++) {
		ck_assert_int_eq(fleet_snapshot_next(snapshot, now_ms, &event), 0);
		apply(to, event);
	}
	fleet_snapshot_destroy(snapshot);
	stream(&dice, live, NULL, STEPS, &now_ms);
	restore(&dice, live, to, 0, &now_ms);
	check_same(live, to, "after the second", 4);
	fleet_destroy(live);
	fleet_destroy(to);
	event_dice_finish(&dice);
}
END_TEST

// ---- points

static void reading(struct fleet *fleet, uint32_t agent, int64_t at_ms, double value)
{
	struct event *event = event_new(EVENT_METRICS, at_ms, agent);

	event->u.metrics.items = mem_calloc(1, sizeof *event->u.metrics.items);
	event->u.metrics.items[0] = (struct metric_reading){ 3, value };
	event->u.metrics.n = 1;
	apply(fleet, event);
}

START_TEST(points_take_the_place_of_those_there)
{
	struct fleet *live = new_fleet(), *to = new_fleet();
	struct metric_point points[20];
	struct event *event;

	apply(live, added(1));
	apply(to, added(1));
	for (int i = 0; i < 10; i++)
		reading(live, 1, NOW_MS + 1000 * i, i == 4 ? (double)NAN : i);
	reading(to, 1, NOW_MS + 9000, 9); // as a snapshot brings it
	ck_assert_int_eq(fleet_points_event(live, 1, 3, NOW_MS, &event), 0);
	ck_assert_uint_eq(event->u.points.n, 10);
	apply(to, event);
	ck_assert_uint_eq(fleet_points(to, 1, 3, 0, INT64_MAX, points, 20), 10);
	ck_assert_int_eq(points[0].at_ms, NOW_MS);
	ck_assert(isnan(points[4].value));
	ck_assert(points[9].value == 9);
	reading(to, 1, NOW_MS + 10000, 10);
	ck_assert_uint_eq(fleet_points(to, 1, 3, 0, INT64_MAX, points, 20), 11);
	ck_assert_int_eq(fleet_points_event(live, 1, 4, NOW_MS, &event), 0);
	ck_assert_ptr_null(event);
	ck_assert_int_eq(fleet_points_event(live, 2, 3, NOW_MS, &event), 0);
	ck_assert_ptr_null(event);
	fleet_destroy(live);
	fleet_destroy(to);
}
END_TEST

static struct event *restated(struct event *event)
{
	event->is_restated = true;
	return event;
}

static void defined(struct fleet *fleet)
{
	struct event *event = event_new(EVENT_SERIES_DEFINED, NOW_MS, 0);

	event->u.series.no = 3;
	event->u.series.id = mem_strdup("cpu");
	apply(fleet, event);
}

START_TEST(a_series_without_a_newest_reading_has_a_gap)
{
	struct fleet *fleet = new_fleet();
	struct metric_point points[4];

	defined(fleet);
	apply(fleet, added(1));
	reading(fleet, 1, NOW_MS, 5);
	apply(fleet, bound(false)); // of a hub that has started anew
	defined(fleet);
	apply(fleet, restated(added(1)));
	apply(fleet, bound(true));
	ck_assert(isnan(fleet_last(fleet, 1, 3)));
	ck_assert_uint_eq(fleet_points(fleet, 1, 3, 0, INT64_MAX, points, 4), 2);
	ck_assert(points[0].value == 5 && isnan(points[1].value));
	apply(fleet, bound(false)); // which does not know it any more
	apply(fleet, restated(added(1)));
	apply(fleet, bound(true));
	ck_assert_uint_eq(fleet_points(fleet, 1, 3, 0, INT64_MAX, points, 4), 0);
	fleet_destroy(fleet);
}
END_TEST

// ---- want of memory

// Whatever one allocation fails, what is asked for again comes.
START_TEST(the_cursor_goes_on_when_there_is_memory_again)
{
	struct event_dice dice = { .state = 6 };
	struct fleet *live = new_fleet(), *to = new_fleet();
	struct fleet_snapshot *snapshot = NULL;
	struct event *event = NULL;
	int64_t now_ms = NOW_MS;
	long n = 0;

	stream(&dice, live, NULL, STEPS, &now_ms);
	mem_fail_after(0);
	ck_assert_int_eq(fleet_snapshot_create(live, &snapshot), -ENOMEM);
	mem_fail_after(-1);
	ck_assert_int_eq(fleet_snapshot_create(live, &snapshot), 0);
	do {
		int r;

		mem_fail_once(n = (n + 1) % 5);
		r = fleet_snapshot_next(snapshot, now_ms, &event);
		mem_fail_after(-1);
		ck_assert(r == 0 || (r == -ENOMEM && !event));
		if (r == -ENOMEM)
			ck_assert_int_eq(fleet_snapshot_next(snapshot, now_ms, &event), 0);
		if (event)
			ck_assert_int_eq(fleet_apply(to, event), 0);
		event_unref(event);
	} while (event);
	check_same(live, to, "without memory at times", 6);
	fleet_snapshot_destroy(snapshot);
	fleet_destroy(live);
	fleet_destroy(to);
	event_dice_finish(&dice);
}
END_TEST

START_TEST(without_memory_a_fleet_says_that_it_is_incomplete)
{
	struct event_dice dice = { .state = 8 };
	struct fleet *live = new_fleet();
	int64_t now_ms = NOW_MS;

	stream(&dice, live, NULL, STEPS, &now_ms);
	for (long n = 0; n < 400; n += 7) {
		struct fleet *to = new_fleet();
		struct fleet_snapshot *snapshot;
		struct event *event;

		stream(&dice, to, NULL, 40, &now_ms);
		ck_assert_int_eq(fleet_snapshot_create(live, &snapshot), 0);
		for (long asked = 0;; asked++) {
			ck_assert_int_eq(fleet_snapshot_next(snapshot, now_ms, &event), 0);
			if (!event)
				break;
			mem_fail_once(asked % 4 == 0 ? n % 5 : -1);
			if (event->type == EVENT_SNAPSHOT && event->u.snapshot.is_end)
				mem_fail_once(n);
			if (fleet_apply(to, event) < 0)
				ck_assert(fleet_is_incomplete(to));
			mem_fail_after(-1);
			event_unref(event);
		}
		if (!fleet_is_incomplete(to))
			check_same(live, to, "complete", 8);
		fleet_snapshot_destroy(snapshot);
		fleet_destroy(to);
	}
	fleet_destroy(live);
	event_dice_finish(&dice);
}
END_TEST

SUITE("fleet snapshot", an_empty_fleet_becomes_the_same, live_events_may_come_between,
      a_fleet_of_before_becomes_the_same, a_fleet_of_before_hears_live_events_between, what_another_hub_has_said_stays,
      an_item_that_was_there_keeps_its_number, items_are_merged_by_time, a_snapshot_that_breaks_off_is_begun_again,
      points_take_the_place_of_those_there, a_series_without_a_newest_reading_has_a_gap,
      the_cursor_goes_on_when_there_is_memory_again, without_memory_a_fleet_says_that_it_is_incomplete)
