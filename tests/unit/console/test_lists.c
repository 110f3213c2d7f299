// SPDX-License-Identifier: Apache-2.0
/* What is kept agent by agent, against what a walk over the fleet finds. */
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "console/agent_order.h"
#include "console/peers.h"
#include "console/scope.h"
#include "model/agent.h"
#include "tests/unit/console/console_fixture.h"

enum { MANY = 10000 };

static bool lists_even(void *ctx, const struct fleet_agent *agent)
{
	(void)ctx;
	return agent->agent->id % 2 == 0;
}

static bool lists_all(void *ctx, const struct fleet_agent *agent)
{
	(void)ctx;
	(void)agent;
	return true;
}

static uint64_t roll(uint64_t *dice, uint64_t n)
{
	return hash_mix(++*dice) % n;
}

static void same_rows(struct agent_order *kept, struct agent_order *fresh)
{
	size_t n, n_fresh;
	const uint32_t *ids = agent_order_ids(kept, &n), *fresh_ids = agent_order_ids(fresh, &n_fresh);

	ck_assert_uint_eq(n, n_fresh);
	ck_assert_mem_eq(ids, fresh_ids, n * sizeof *ids);
	for (size_t i = 0; i < n; i++) {
		size_t row;

		ck_assert(agent_order_find(kept, ids[i], &row));
		ck_assert_uint_eq(row, i);
	}
}

START_TEST(rows_moved_one_by_one_are_those_sorted_anew)
{
	for (int column = 0; column < COLUMN_COUNT; column++) {
		struct fleet_fixture f;
		struct agent_order *kept, *fresh;
		struct agent_order_touch touch;
		uint64_t dice = (uint64_t)column;

		fleet_fixture_init(&f);
		fleet_fixture_platform(&f);
		ck_assert_int_eq(agent_order_create(f.fleet, lists_even, NULL, &kept), 0);
		agent_order_choose(kept, (enum agent_column)column, column % 2);
		ck_assert_int_eq(agent_order_rebuild(kept), 0);
		for (int step = 0; step < 120; step++) {
			uint32_t id = 1 + (uint32_t)roll(&dice, 22);
			enum observed observed = (enum observed)roll(&dice, 4);

			if (step == 60)
				fleet_fixture_apply(&f, event_new(EVENT_AGENT_REMOVED, FIXTURE_NOW_MS, 2));
			if (step == 60)
				agent_order_update(kept, 2, true, &touch);
			if (!fleet_agent(f.fleet, id))
				continue;
			int64_t age_ms = (int64_t)roll(&dice, 100000);

			fleet_fixture_health(&f, id, observed, (enum reason)roll(&dice, REASON_COUNT), age_ms);
			fleet_fixture_probed(&f, id, REASON_NONE, 200, (int32_t)roll(&dice, 90000));
			fleet_fixture_point(&f, id, (uint16_t)(age_ms % 4), 0, (double)roll(&dice, 9));
			agent_order_update(kept, id, false, &touch);
		}
		ck_assert_int_eq(agent_order_create(f.fleet, lists_even, NULL, &fresh), 0);
		agent_order_choose(fresh, (enum agent_column)column, column % 2);
		ck_assert_int_eq(agent_order_rebuild(fresh), 0);
		same_rows(kept, fresh);
		agent_order_destroy(kept);
		agent_order_destroy(fresh);
		fleet_fixture_finish(&f);
	}
	agent_order_destroy(NULL);
}
END_TEST

START_TEST(problems_come_first_and_the_latest_of_them)
{
	static const char *const expected[] = { "WowEvent",  "WowCache",    "WowAnalytics",
						"WowSearch", "WowReserved", "WowAgentFactory" };
	struct fleet_fixture f;
	struct agent_order *order;
	const uint32_t *ids;
	size_t n;

	fleet_fixture_init(&f);
	fleet_fixture_platform(&f);
	ck_assert_int_eq(agent_order_create(f.fleet, lists_all, NULL, &order), 0);
	ids = agent_order_ids(order, &n);
	for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
		ck_assert_str_eq(fleet_agent(f.fleet, ids[i])->agent->name, expected[i]);
	agent_order_destroy(order);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(who_flaps_keeps_its_place_while_it_turns)
{
	struct health health = fleet_fixture_healthy(HOUR_MS);
	struct agent_order_touch touch;
	struct fleet_fixture f;
	struct agent_order *order;
	size_t row;

	fleet_fixture_init(&f);
	for (uint32_t id = 1; id <= 4; id++) {
		static const enum observed observed[] = { OBSERVED_UP, OBSERVED_DOWN, OBSERVED_DEGRADED, OBSERVED_UP };

		fleet_fixture_add(&f, &"abcd"[id - 1], "", "");
		fleet_fixture_health(&f, id, observed[id - 1], REASON_NONE, 2 * HOUR_MS);
	}
	ck_assert_int_eq(agent_order_create(f.fleet, lists_all, NULL, &order), 0);
	health.is_flapping = true;
	for (int turn = 0; turn < 4; turn++) { // below who is down, above who is degraded
		health.observed = turn % 2 ? OBSERVED_DOWN : OBSERVED_UP;
		fleet_fixture_health_event(&f, 4, &health);
		ck_assert(agent_order_update(order, 4, false, &touch));
		ck_assert(agent_order_find(order, 4, &row));
		ck_assert_uint_eq(row, 1);
	}
	health.is_flapping = false;
	fleet_fixture_health_event(&f, 4, &health);
	agent_order_update(order, 4, false, &touch);
	ck_assert(agent_order_find(order, 4, &row));
	ck_assert_uint_eq(row, 0); // down, and the latest
	agent_order_destroy(order);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(what_is_not_known_comes_last_both_ways)
{
	for (int is_descending = 0; is_descending < 2; is_descending++) {
		struct fleet_fixture f;
		struct agent_order *order;
		const uint32_t *ids;
		size_t n;

		fleet_fixture_init(&f);
		fleet_fixture_series(&f);
		for (int i = 0; i < 3; i++)
			fleet_fixture_add(&f, (const char *[]){ "a", "b", "c" }[i], "", "");
		fleet_fixture_point(&f, 2, FIXTURE_CPU, 0, 5);
		fleet_fixture_point(&f, 3, FIXTURE_CPU, 0, 7);
		ck_assert_int_eq(agent_order_create(f.fleet, lists_all, NULL, &order), 0);
		agent_order_choose(order, COLUMN_CPU, is_descending);
		ck_assert_int_eq(agent_order_rebuild(order), 0);
		ids = agent_order_ids(order, &n);
		ck_assert_uint_eq(ids[2], 1);
		ck_assert_uint_eq(ids[0], is_descending ? 3 : 2);
		agent_order_destroy(order);
		fleet_fixture_finish(&f);
	}
}
END_TEST

START_TEST(ten_thousand_agents_are_not_walked_for_one_event)
{
	struct console_fixture f;
	uint64_t before;
	size_t n;
	char name[32];

	console_fixture_empty(&f);
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof name, "agent-%05d", i);
		fleet_fixture_add(&f.fleet, name, i % 2 ? "odd" : "even", "prod");
	}
	for (uint32_t id = 1; id <= MANY; id++)
		fleet_fixture_health(&f.fleet, id, OBSERVED_UP, REASON_NONE, 100000 + id);
	console_fixture_draw(&f, 120, 36);
	before = agent_order_comparisons(f.console->order);
	fleet_fixture_health(&f.fleet, 5000, OBSERVED_DOWN, REASON_RESET, 0);
	fleet_fixture_probed(&f.fleet, 6000, REASON_NONE, 200, 1000);
	fleet_fixture_point(&f.fleet, 7000, 0, 0, 1);
	console_fixture_draw(&f, 120, 36);
	n = (size_t)(agent_order_comparisons(f.console->order) - before);
	ck_assert_uint_gt(n, 0);
	ck_assert_uint_lt(n, 120); // a few binary searches among 10,000
	ck_assert_str_eq(console_fixture_selected(&f), "agent-04999");
	ck_assert(console_fixture_shows(&f, "DOWN"));
	console_fixture_finish(&f);
}
END_TEST

START_TEST(what_is_out_of_sight_is_not_drawn)
{
	struct console_fixture f;
	char name[32];

	console_fixture_empty(&f);
	for (int i = 0; i < 500; i++) {
		snprintf(name, sizeof name, "agent-%05d", i);
		fleet_fixture_add(&f.fleet, name, "t", "prod");
	}
	for (uint32_t id = 1; id <= 500; id++)
		fleet_fixture_health(&f.fleet, id, OBSERVED_UP, REASON_NONE, 100000);
	console_fixture_draw(&f, 120, 36);
	fleet_fixture_probed(&f.fleet, 400, REASON_NONE, 200, 1000);
	ck_assert(!console_is_dirty(f.console));
	fleet_fixture_probed(&f.fleet, 3, REASON_NONE, 200, 1000);
	ck_assert(console_is_dirty(f.console));
	console_fixture_draw(&f, 120, 36);
	fleet_fixture_health(&f.fleet, 400, OBSERVED_DOWN, REASON_RESET, 0);
	ck_assert(console_is_dirty(f.console)); // the counts
	console_fixture_finish(&f);
}
END_TEST

static void same_scope(struct scope *kept, struct scope *fresh)
{
	struct fleet_scope a, b;

	scope_show(kept, &a);
	scope_show(fresh, &b);
	ck_assert_mem_eq(a.by_state, b.by_state, sizeof a.by_state);
	ck_assert_uint_eq(a.total, b.total);
	ck_assert_int_eq(a.overall, b.overall);
	ck_assert_uint_eq(a.n_bad, b.n_bad);
	ck_assert_mem_eq(a.newly_bad, b.newly_bad, a.n_newly_bad * sizeof *a.newly_bad);
	ck_assert_uint_eq(a.n_tiers, b.n_tiers);
	for (size_t i = 0; i < a.n_tiers; i++) {
		ck_assert_str_eq(a.tiers[i].name, b.tiers[i].name);
		ck_assert_mem_eq(&a.tiers[i].counts, &b.tiers[i].counts, sizeof a.tiers[i].counts);
	}
	ck_assert_str_eq(scope_environment(kept), scope_environment(fresh));
}

START_TEST(a_scope_kept_is_a_scope_recounted)
{
	struct fleet_fixture f;
	struct context context;
	struct scope kept, fresh;
	uint64_t dice = 7;

	fleet_fixture_init(&f);
	fleet_fixture_platform(&f);
	context_init(&context);
	context_add(&context, PICK_TIERS, "intelligence");
	context_add(&context, PICK_TIERS, "scale");
	scope_init(&kept, f.fleet, &context);
	ck_assert_int_eq(scope_rebuild(&kept), 0);
	ck_assert_int_eq(kept.overall, HEALTH_DOWN);
	ck_assert_int_eq(kept.overall_since_ms, FIXTURE_NOW_MS - 14 * MINUTE_MS); // since WowCache is down
	for (int step = 0; step < 200; step++) {
		uint32_t id = 1 + (uint32_t)roll(&dice, 22);

		if (step % 50 == 49) {
			scope_update(&kept, id, true);
			fleet_fixture_apply(&f, event_new(EVENT_AGENT_REMOVED, FIXTURE_NOW_MS, id));
		}
		if (!fleet_agent(f.fleet, id))
			continue;
		fleet_fixture_health(&f, id, (enum observed)roll(&dice, 4), REASON_RESET, 0);
		scope_update(&kept, id, false);
	}
	scope_init(&fresh, f.fleet, &context);
	ck_assert_int_eq(scope_rebuild(&fresh), 0);
	same_scope(&kept, &fresh);
	scope_finish(&kept);
	scope_finish(&fresh);
	context_finish(&context);
	fleet_fixture_finish(&f);
}
END_TEST

static void relabel(struct fleet_fixture *f, uint32_t id, const char *name, const char *value)
{
	struct event *event = event_new(EVENT_AGENT_CHANGED, FIXTURE_NOW_MS, id);
	struct agent *agent = agent_copy(fleet_agent(f->fleet, id)->agent);

	ck_assert_int_eq(labels_set(&agent->labels, name, value), 0);
	event->u.agent = agent;
	fleet_fixture_apply(f, event);
}

START_TEST(who_differs_from_its_peers_is_found)
{
	struct fleet_fixture f;
	struct peers peers = { 0 };
	char name[16];

	fleet_fixture_init(&f);
	for (uint32_t id = 1; id <= 10; id++) {
		snprintf(name, sizeof name, "a%u", id);
		fleet_fixture_add(&f, name, id <= 8 ? "one" : "two", "");
		fleet_fixture_probed(&f, id, REASON_NONE, 200, id == 3 ? 90000 : 10000);
	}
	fleet_fixture_probed(&f, 4, REASON_NONE, 200, 29000); // not three times as slow
	relabel(&f, 5, "version", "9.9");
	relabel(&f, 10, "version", "9.9"); // two have no majority
	ck_assert_int_eq(peers_compute(&peers, f.fleet), 0);
	for (uint32_t id = 1; id <= 10; id++)
		ck_assert_msg(peers_differs(&peers, id) == (id == 3 || id == 5), "agent %u", id);
	relabel(&f, 5, "service", "api"); // a service of its own: no peers
	ck_assert_int_eq(peers_compute(&peers, f.fleet), 0);
	ck_assert(!peers_differs(&peers, 5));
	peers_finish(&peers);
	ck_assert(!peers_differs(&peers, 3));
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(alerts_of_who_is_in_maintenance_or_operated_on_are_muted)
{
	struct health health = fleet_fixture_healthy(HOUR_MS);
	struct fleet_fixture f;
	struct context context;
	struct fleet_scope shown;
	struct scope scope;

	fleet_fixture_init(&f);
	context_init(&context);
	fleet_fixture_add(&f, "a", "", "");
	fleet_fixture_add(&f, "b", "", "");
	fleet_fixture_alert(&f, 1, SEVERITY_CRITICAL, ALERT_ACTIVE, "agent_down", "a is down", HOUR_MS);
	fleet_fixture_alert(&f, 2, SEVERITY_WARNING, ALERT_ACTIVE, "busy", "b is busy", HOUR_MS);
	scope_init(&scope, f.fleet, &context);
	ck_assert_int_eq(scope_rebuild(&scope), 0);
	health.observed = health.toward = OBSERVED_DOWN;
	fleet_fixture_health_event(&f, 1, &health);
	scope_update(&scope, 1, false);
	scope_show(&scope, &shown);
	ck_assert_uint_eq(shown.alerts[ALERT_ACTIVE], 2);
	ck_assert_uint_eq(shown.n_bad, 1);
	health.overlays = OVERLAY_MAINTENANCE;
	fleet_fixture_health_event(&f, 1, &health);
	ck_assert(scope_update(&scope, 1, false));
	scope_show(&scope, &shown);
	ck_assert_uint_eq(shown.alerts[ALERT_ACTIVE], 1);
	ck_assert_uint_eq(shown.n_muted, 1);
	ck_assert_uint_eq(shown.n_maintenance, 1);
	ck_assert_uint_eq(shown.n_bad, 0);
	ck_assert_uint_eq(shown.by_state[HEALTH_DOWN], 0);
	ck_assert_str_eq(fleet_alert_muted(f.fleet, fleet_alert(f.fleet, 1)), "in maintenance");
	health.overlays = OVERLAY_OPERATION; // it is bad, and somebody is at it
	fleet_fixture_health_event(&f, 1, &health);
	ck_assert(scope_update(&scope, 1, false));
	scope_show(&scope, &shown);
	ck_assert_uint_eq(shown.n_muted, 1);
	ck_assert_uint_eq(shown.n_bad, 1);
	ck_assert_str_eq(fleet_alert_muted(f.fleet, fleet_alert(f.fleet, 1)), "operation in progress");
	health.overlays = 0;
	fleet_fixture_health_event(&f, 1, &health);
	ck_assert(scope_update(&scope, 1, false));
	scope_show(&scope, &shown);
	ck_assert_uint_eq(shown.n_muted, 0);
	ck_assert_str_eq(fleet_alert_muted(f.fleet, fleet_alert(f.fleet, 1)), "");
	scope_finish(&scope);
	context_finish(&context);
	fleet_fixture_finish(&f);
}
END_TEST

SUITE("console lists", alerts_of_who_is_in_maintenance_or_operated_on_are_muted,
      rows_moved_one_by_one_are_those_sorted_anew, problems_come_first_and_the_latest_of_them,
      who_flaps_keeps_its_place_while_it_turns, what_is_not_known_comes_last_both_ways,
      ten_thousand_agents_are_not_walked_for_one_event, what_is_out_of_sight_is_not_drawn,
      a_scope_kept_is_a_scope_recounted, who_differs_from_its_peers_is_found)
