// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "tests/support/fleet_fixture.h"

static const struct timeline_item *newest(const struct fleet_fixture *f)
{
	ck_assert_uint_ge(fleet_n_timeline(f->fleet), 1);
	return fleet_timeline_at(f->fleet, 0);
}

START_TEST(a_turn_is_told_with_its_reason)
{
	static const struct {
		enum observed observed;
		enum reason reason;
		const char *title;
		enum action_type type;
		enum severity severity;
	} table[] = {
		{ OBSERVED_UP, REASON_NONE, "a is up", ACTION_START, SEVERITY_INFO },
		{ OBSERVED_DOWN, REASON_CONNECT_REFUSED, "a is down: connection refused", ACTION_ERROR,
		  SEVERITY_CRITICAL },
		{ OBSERVED_DEGRADED, REASON_WARN, "a is degraded: reports a warning", ACTION_UPDATE, SEVERITY_WARNING },
		{ OBSERVED_UP, REASON_NONE, "a is up", ACTION_START, SEVERITY_INFO },
	};
	struct fleet_fixture f;

	fleet_fixture_init(&f);
	fleet_fixture_add(&f, "a", "", "");
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		fleet_fixture_health(&f, 1, table[i].observed, table[i].reason, 100000 - (int64_t)i * 10000);
		ck_assert_str_eq(newest(&f)->title, table[i].title);
		ck_assert_int_eq(newest(&f)->type, table[i].type);
		ck_assert_int_eq(newest(&f)->severity, table[i].severity);
		ck_assert_uint_eq(newest(&f)->agent, 1);
		ck_assert_str_eq(newest(&f)->agent_name, "a");
	}
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(what_is_unknown_says_why)
{
	struct fleet_fixture f;
	struct health health = fleet_fixture_healthy(5000);

	fleet_fixture_init(&f);
	fleet_fixture_add(&f, "a", "", "");
	fleet_fixture_health_event(&f, 1, &health);
	health.freshness = FRESHNESS_STALE;
	fleet_fixture_health_event(&f, 1, &health);
	ck_assert_str_eq(newest(&f)->title, "a is unknown: stale");
	ck_assert_int_eq(newest(&f)->type, ACTION_STOP);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(flapping_is_told_when_it_begins_and_ends)
{
	struct fleet_fixture f;
	struct health health = fleet_fixture_healthy(5000);

	fleet_fixture_init(&f);
	fleet_fixture_add(&f, "a", "", "");
	fleet_fixture_health_event(&f, 1, &health);
	health.is_flapping = true;
	fleet_fixture_health_event(&f, 1, &health);
	ck_assert_str_eq(newest(&f)->title, "a is flapping");
	health.is_flapping = false;
	fleet_fixture_health_event(&f, 1, &health);
	ck_assert_str_eq(newest(&f)->title, "a has stopped flapping");
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(a_fleet_found_in_one_second_is_one_item)
{
	struct fleet_fixture f;
	char name[32];

	fleet_fixture_init(&f);
	for (int i = 0; i < 500; i++) {
		snprintf(name, sizeof name, "agent-%03d", i);
		fleet_fixture_add(&f, name, "", "");
		if (i == 0) {
			ck_assert_str_eq(newest(&f)->title, "agent-000 was added");
			ck_assert_str_eq(newest(&f)->description, "config");
			ck_assert_uint_eq(newest(&f)->agent, 1);
		}
		fleet_fixture_feed(&f, i % 2 ? FEED_LIVE : FEED_STARTING, 0, 0, 0, ""); // in between
	}
	const struct timeline_item *oldest = fleet_timeline_at(f.fleet, fleet_n_timeline(f.fleet) - 1);

	ck_assert_str_eq(oldest->title, "500 agents were added");
	ck_assert_uint_eq(oldest->agent, 0);
	ck_assert_ptr_nonnull(strstr(oldest->description, "agent-000, agent-001, "));
	ck_assert_str_eq(oldest->description + strlen(oldest->description) - 5, ", ...");
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(another_second_is_another_item)
{
	struct fleet_fixture f;

	fleet_fixture_init(&f);
	for (int i = 0; i < 3; i++)
		fleet_fixture_add(&f, (const char *[]){ "a", "b", "c" }[i], "", "");
	for (uint32_t id = 1; id < 4; id++)
		fleet_fixture_apply(&f, event_new(EVENT_AGENT_REMOVED, FIXTURE_NOW_MS + id / 3 * 1000, id));
	ck_assert_str_eq(newest(&f)->title, "c was removed");
	ck_assert_str_eq(fleet_timeline_at(f.fleet, 1)->title, "2 agents were removed");
	ck_assert_str_eq(fleet_timeline_at(f.fleet, 1)->description, "a, b");
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(first_answers_are_folded_and_recoveries_are_not)
{
	struct fleet_fixture f;

	fleet_fixture_init(&f);
	for (uint32_t id = 1; id < 4; id++) {
		fleet_fixture_add(&f, (const char *[]){ "", "a", "b", "c" }[id], "", "");
		fleet_fixture_health(&f, id, OBSERVED_UP, REASON_NONE, 60000);
	}
	ck_assert_str_eq(newest(&f)->title, "3 agents are up");
	fleet_fixture_health(&f, 1, OBSERVED_DOWN, REASON_RESET, 5000);
	fleet_fixture_health(&f, 1, OBSERVED_UP, REASON_NONE, 4000);
	ck_assert_str_eq(newest(&f)->title, "a is up");
	fleet_fixture_finish(&f);
}
END_TEST

// Each of the first with why; then a number, which stands in each one's own timeline all the same.
START_TEST(a_crowd_that_goes_down_is_told_as_one)
{
	struct fleet_fixture f;
	size_t n;

	fleet_fixture_init(&f);
	for (uint32_t id = 1; id <= 30; id++) {
		char name[16];

		snprintf(name, sizeof name, "a%u", id);
		fleet_fixture_add(&f, name, "", "");
		fleet_fixture_health(&f, id, OBSERVED_UP, REASON_NONE, 100000);
	}
	n = fleet_n_timeline(f.fleet);
	for (uint32_t id = 1; id <= 5; id++)
		fleet_fixture_health(&f, id, OBSERVED_DOWN, REASON_CONNECT_REFUSED, 90000 - id);
	ck_assert_uint_eq(fleet_n_timeline(f.fleet), n + 5);
	ck_assert_str_eq(fleet_timeline_at(f.fleet, 1)->title, "a4 is down: connection refused");
	ck_assert_str_eq(newest(&f)->title, "1 more agent is down");
	ck_assert_str_eq(newest(&f)->description, "a5");
	for (uint32_t id = 6; id <= 30; id++)
		fleet_fixture_health(&f, id, OBSERVED_DOWN, REASON_CONNECT_REFUSED, 90000 - id);
	ck_assert_uint_eq(fleet_n_timeline(f.fleet), n + 5);
	ck_assert_str_eq(newest(&f)->title, "26 more agents are down");
	ck_assert_int_eq(newest(&f)->severity, SEVERITY_CRITICAL);
	ck_assert(strncmp(newest(&f)->description, "a5, a6, a7", 10) == 0);
	for (uint32_t id = 1; id <= 30; id++)
		ck_assert_int_eq(fleet_timeline_is_about(f.fleet, newest(&f), id), id >= 5);
	ck_assert(fleet_timeline_is_about(f.fleet, fleet_timeline_at(f.fleet, n + 4), 7)); // those added
	ck_assert(!fleet_timeline_is_about(f.fleet, newest(&f), 99));
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(the_oldest_items_are_dropped)
{
	const struct fleet_limits limits = { .n_timeline = 3 };
	struct fleet_fixture f;
	char title[16];

	fleet_fixture_init(&f);
	fleet_destroy(f.fleet);
	ck_assert_int_eq(fleet_create(&limits, &f.fleet), 0);
	for (int i = 0; i < 10; i++) {
		snprintf(title, sizeof title, "n%d", i);
		fleet_fixture_notice(&f, 0, SEVERITY_INFO, ACTION_INFO, title, "", 0);
	}
	ck_assert_uint_eq(fleet_n_timeline(f.fleet), 3);
	for (size_t i = 0; i < 3; i++)
		ck_assert_uint_eq(fleet_timeline_at(f.fleet, i)->no, 10 - i);
	ck_assert_str_eq(newest(&f)->title, "n9");
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(a_question_waits_for_its_answer)
{
	struct fleet_fixture f;
	struct event *event = event_new(EVENT_NOTICE, FIXTURE_NOW_MS, 0);

	fleet_fixture_init(&f);
	ck_assert_ptr_null(fleet_question(f.fleet));
	event->u.notice.title = mem_strdup("12 of 22 agents are no longer listed");
	event->u.notice.needs_answer = true;
	fleet_fixture_apply(&f, event);
	ck_assert_str_eq(fleet_question(f.fleet)->title, "12 of 22 agents are no longer listed");
	fleet_fixture_action(&f, 0, "maria", "something else", "", 0);
	ck_assert_ptr_nonnull(fleet_question(f.fleet));
	event = event_new(EVENT_ACTION, FIXTURE_NOW_MS, 0);
	event->u.action.who = mem_strdup("maria");
	event->u.action.title = mem_strdup("kept them");
	event->u.action.is_answer = true;
	fleet_fixture_apply(&f, event);
	ck_assert_ptr_null(fleet_question(f.fleet));
	ck_assert_str_eq(newest(&f)->who, "maria");
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(the_feed_tells_its_turns_only)
{
	struct fleet_fixture f;
	size_t n;

	fleet_fixture_init(&f);
	fleet_fixture_feed(&f, FEED_LIVE, 1000, 500, 0, "");
	ck_assert_str_eq(newest(&f)->title, "the feed is live");
	n = fleet_n_timeline(f.fleet);
	fleet_fixture_feed(&f, FEED_LIVE, 1000, 100, 0, "");
	ck_assert_uint_eq(fleet_n_timeline(f.fleet), n);
	fleet_fixture_feed(&f, FEED_OFFLINE, 0, 100, 0, "no route anywhere");
	ck_assert_str_eq(newest(&f)->title, "we are offline");
	ck_assert_str_eq(newest(&f)->description, "no route anywhere");
	ck_assert_int_eq(fleet_feed(f.fleet)->state, FEED_OFFLINE);
	fleet_fixture_finish(&f);
}
END_TEST

static void progress(struct fleet_fixture *f, uint32_t id, bool has_ended)
{
	struct event *event = event_new(EVENT_PROGRESS, FIXTURE_NOW_MS, 0);

	event->u.progress.id = id;
	event->u.progress.title = mem_strdup("discovery");
	event->u.progress.ended_ms = has_ended ? FIXTURE_NOW_MS : 0;
	fleet_fixture_apply(f, event);
}

START_TEST(progress_keeps_what_is_still_under_way)
{
	struct fleet_fixture f;

	fleet_fixture_init(&f);
	progress(&f, 1, false);
	for (uint32_t id = 2; id < 60; id++)
		progress(&f, id, true);
	progress(&f, 59, true); // the same again
	ck_assert_uint_eq(fleet_n_progress(f.fleet), 32);
	ck_assert_uint_eq(fleet_progress_at(f.fleet, 0)->id, 59);
	ck_assert_uint_eq(fleet_progress_at(f.fleet, 31)->id, 1);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(what_an_event_leaves_out_is_empty)
{
	struct fleet_fixture f;

	fleet_fixture_init(&f);
	for (int i = 0; i < 2; i++) {
		fleet_fixture_apply(&f, event_new(i ? EVENT_ACTION : EVENT_NOTICE, FIXTURE_NOW_MS, 0));
		ck_assert_str_eq(newest(&f)->title, "");
		ck_assert_str_eq(newest(&f)->description, "");
		ck_assert_str_eq(newest(&f)->who, "");
		ck_assert_str_eq(newest(&f)->agent_name, "");
	}
	fleet_fixture_finish(&f);
}
END_TEST

SUITE("fleet timeline", what_an_event_leaves_out_is_empty, a_turn_is_told_with_its_reason, what_is_unknown_says_why,
      flapping_is_told_when_it_begins_and_ends, a_fleet_found_in_one_second_is_one_item, another_second_is_another_item,
      first_answers_are_folded_and_recoveries_are_not, a_crowd_that_goes_down_is_told_as_one,
      the_oldest_items_are_dropped, a_question_waits_for_its_answer, the_feed_tells_its_turns_only,
      progress_keeps_what_is_still_under_way)
