// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include "base/memory.h"
#include "tests/support/fleet_fixture.h"

static void again(struct fleet_fixture *f, uint32_t id, uint32_t agent, enum alert_state state, int64_t since_ms)
{
	struct event *event = event_new(EVENT_ALERT, FIXTURE_NOW_MS, agent);

	event->u.alert = (struct alert){ .id = id, .agent = agent, .state = state, .since_ms = since_ms };
	event->u.alert.rule = mem_strdup("r");
	fleet_fixture_apply(f, event);
}

START_TEST(alerts_stand_newest_first)
{
	struct fleet_fixture f;
	static const int64_t ages[] = { 5000, 1000, 9000, 5000, 3000 };

	fleet_fixture_init(&f);
	for (size_t i = 0; i < 5; i++)
		fleet_fixture_alert(&f, 0, SEVERITY_WARNING, ALERT_ACTIVE, "r", "s", ages[i]);
	again(&f, 3, 0, ALERT_ACTIVE, FIXTURE_NOW_MS); // fired anew: to the front
	static const uint32_t expected[] = { 3, 2, 5, 4, 1 };

	for (size_t i = 0; i < 5; i++)
		ck_assert_uint_eq(fleet_alert_at(f.fleet, i)->id, expected[i]);
	ck_assert_ptr_null(fleet_alert(f.fleet, 6));
	ck_assert_str_eq(fleet_alert(f.fleet, 3)->note, "");
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(an_agent_counts_its_open_alerts)
{
	struct fleet_fixture f;

	fleet_fixture_init(&f);
	fleet_fixture_add(&f, "a", "", "");
	again(&f, 1, 1, ALERT_ACTIVE, 1);
	again(&f, 2, 1, ALERT_ACTIVE, 2);
	ck_assert_uint_eq(fleet_agent(f.fleet, 1)->n_alerts, 2);
	again(&f, 1, 1, ALERT_ACKNOWLEDGED, 1);
	ck_assert_uint_eq(fleet_agent(f.fleet, 1)->n_alerts, 2);
	again(&f, 1, 1, ALERT_RESOLVED, 1);
	ck_assert_uint_eq(fleet_agent(f.fleet, 1)->n_alerts, 1);
	ck_assert_uint_eq(fleet_n_alerts_in(f.fleet, ALERT_ACTIVE), 1);
	ck_assert_uint_eq(fleet_n_alerts_in(f.fleet, ALERT_ACKNOWLEDGED), 0);
	ck_assert_uint_eq(fleet_n_alerts_in(f.fleet, ALERT_RESOLVED), 1);
	ck_assert_uint_eq(fleet_n_alerts_in(f.fleet, ALERT_STATE_COUNT), 0);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(firing_and_resolving_are_told_once)
{
	struct fleet_fixture f;
	static const struct {
		enum alert_state state;
		const char *title; // NULL: nothing new is told
	} table[] = {
		{ ALERT_ACTIVE, "alert r on a fired" },
		{ ALERT_ACTIVE, NULL },
		{ ALERT_ACKNOWLEDGED, NULL },
		{ ALERT_RESOLVED, "alert r on a resolved" },
		{ ALERT_ACTIVE, "alert r on a fired again" },
		{ ALERT_SNOOZED, NULL },
		{ ALERT_ACTIVE, "alert r on a is active again" },
	};

	fleet_fixture_init(&f);
	fleet_fixture_add(&f, "a", "", "");
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		size_t n = fleet_n_timeline(f.fleet);

		again(&f, 1, 1, table[i].state, 1);
		ck_assert_uint_eq(fleet_n_timeline(f.fleet), n + (table[i].title != NULL));
		if (table[i].title)
			ck_assert_str_eq(fleet_timeline_at(f.fleet, 0)->title, table[i].title);
	}
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(only_old_resolved_ones_are_dropped)
{
	struct fleet_fixture f;

	fleet_fixture_init(&f);
	again(&f, 1, 0, ALERT_ACTIVE, 1);
	for (uint32_t id = 2; id < 1103; id++)
		again(&f, id, 0, ALERT_RESOLVED, id);
	ck_assert_uint_eq(fleet_n_alerts(f.fleet), 1001);
	ck_assert_ptr_nonnull(fleet_alert(f.fleet, 1));
	ck_assert_ptr_null(fleet_alert(f.fleet, 102));
	ck_assert_ptr_nonnull(fleet_alert(f.fleet, 103));
	fleet_fixture_finish(&f);
}
END_TEST

SUITE("fleet alerts", alerts_stand_newest_first, an_agent_counts_its_open_alerts, firing_and_resolving_are_told_once,
      only_old_resolved_ones_are_dropped)
