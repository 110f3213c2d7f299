// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>

#include "base/memory.h"
#include "model/agent.h"
#include "tests/support/fleet_fixture.h"

static void remove_agent(struct fleet_fixture *f, uint32_t id)
{
	fleet_fixture_apply(f, event_new(EVENT_AGENT_REMOVED, FIXTURE_NOW_MS, id));
}

static void change_agent(struct fleet_fixture *f, uint32_t id, const char *key, const char *tier)
{
	struct event *event = event_new(EVENT_AGENT_CHANGED, FIXTURE_NOW_MS, id);
	struct agent *agent = agent_copy(fleet_agent(f->fleet, id)->agent);

	mem_free((char *)agent->key);
	agent->key = mem_strdup(key);
	ck_assert_int_eq(labels_set(&agent->labels, "tier", tier), 0);
	event->u.agent = agent;
	fleet_fixture_apply(f, event);
}

START_TEST(agents_stand_in_the_order_of_arrival)
{
	struct fleet_fixture f;
	uint32_t ids[5];

	fleet_fixture_init(&f);
	for (int i = 0; i < 5; i++)
		ids[i] = fleet_fixture_add(&f, (const char *[]){ "e", "d", "c", "b", "a" }[i], "t", "prod");
	remove_agent(&f, ids[1]);
	remove_agent(&f, ids[4]);
	remove_agent(&f, ids[4]); // gone already
	ck_assert_uint_eq(fleet_n_agents(f.fleet), 3);
	ck_assert_uint_eq(fleet_agent_at(f.fleet, 0)->agent->id, ids[0]);
	ck_assert_uint_eq(fleet_agent_at(f.fleet, 1)->agent->id, ids[2]);
	ck_assert_uint_eq(fleet_agent_at(f.fleet, 2)->agent->id, ids[3]);
	ck_assert_ptr_null(fleet_agent(f.fleet, ids[1]));
	ck_assert_ptr_null(fleet_agent_by_key(f.fleet, "d"));
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(a_new_description_moves_key_and_tier)
{
	struct fleet_fixture f;
	const struct fleet_tier *tiers;
	uint32_t id;

	fleet_fixture_init(&f);
	id = fleet_fixture_add(&f, "a", "old", "prod");
	fleet_fixture_health(&f, id, OBSERVED_UP, REASON_NONE, 0);
	change_agent(&f, id, "a2", "new");
	ck_assert_ptr_null(fleet_agent_by_key(f.fleet, "a"));
	ck_assert_uint_eq(fleet_agent_by_key(f.fleet, "a2")->agent->id, id);
	ck_assert_uint_eq(fleet_tiers(f.fleet, &tiers), 1);
	ck_assert_str_eq(tiers[0].name, "new");
	ck_assert_uint_eq(tiers[0].counts.by_state[HEALTH_UP], 1);
	change_agent(&f, id, "a2", "new"); // the same key: still found
	ck_assert_ptr_nonnull(fleet_agent_by_key(f.fleet, "a2"));
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(an_event_is_applied_once)
{
	struct fleet_fixture f;
	struct event *event;
	uint32_t id;

	fleet_fixture_init(&f);
	id = fleet_fixture_add(&f, "a", "t", "");
	event = event_new(EVENT_AGENT_REMOVED, 0, id);
	event->seq = 1; // the number of the event that added it
	ck_assert_int_eq(fleet_apply(f.fleet, event), 0);
	ck_assert_uint_eq(fleet_n_agents(f.fleet), 1);
	event->seq = 2;
	ck_assert_int_eq(fleet_apply(f.fleet, event), 0);
	ck_assert_uint_eq(fleet_n_agents(f.fleet), 0);
	event_unref(event);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(a_feed_that_starts_again_changes_nobody)
{
	struct fleet_fixture f;
	struct event *event = event_new(EVENT_AGENT_ADDED, 0, 1);

	fleet_fixture_init(&f);
	fleet_fixture_add(&f, "a", "t", "");
	event->u.agent = agent_ref(fleet_agent_at(f.fleet, 0)->agent);
	fleet_fixture_apply(&f, event);
	ck_assert_uint_eq(fleet_n_agents(f.fleet), 1);
	ck_assert_uint_eq(fleet_counts(f.fleet)->total, 1);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(events_about_nobody_are_ignored)
{
	static const enum event_type types[] = { EVENT_AGENT_REMOVED, EVENT_AGENT_HEALTH, EVENT_AGENT_PROBED,
						 EVENT_METRICS, EVENT_SCRAPE };
	struct fleet_fixture f;

	fleet_fixture_init(&f);
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		fleet_fixture_apply(&f, event_new(types[i], 0, 77));
	ck_assert_uint_eq(fleet_n_agents(f.fleet), 0);
	ck_assert_uint_eq(fleet_n_timeline(f.fleet), 0);
	fleet_fixture_finish(&f);
}
END_TEST

struct witness {
	struct fleet *fleet;
	int n;
	enum fleet_change last;
	bool was_readable;
};

static void watch(void *ctx, enum fleet_change change, uint32_t agent)
{
	struct witness *witness = ctx;

	witness->n++;
	if (change == FLEET_TIMELINE)
		return;
	witness->last = change;
	witness->was_readable = fleet_agent(witness->fleet, agent) != NULL;
}

static void leave(void *ctx, enum fleet_change change, uint32_t agent)
{
	struct witness *witness = ctx;

	(void)change;
	(void)agent;
	witness->n++;
	fleet_unlisten(witness->fleet, leave, ctx);
}

START_TEST(listeners_come_go_and_read_what_leaves)
{
	struct fleet_fixture f;
	struct witness stays = { 0 }, leaves = { 0 };
	uint32_t id;

	fleet_fixture_init(&f);
	stays.fleet = leaves.fleet = f.fleet;
	ck_assert_int_eq(fleet_listen(f.fleet, leave, &leaves), 0);
	ck_assert_int_eq(fleet_listen(f.fleet, watch, &stays), 0);
	id = fleet_fixture_add(&f, "a", "t", "");
	ck_assert_int_eq(leaves.n, 1);
	ck_assert_int_eq(stays.n, 2); // the timeline's item, and the agent
	ck_assert_int_eq(stays.last, FLEET_AGENT_ADDED);
	remove_agent(&f, id);
	ck_assert_int_eq(stays.last, FLEET_AGENT_REMOVED);
	ck_assert(stays.was_readable);
	fleet_unlisten(f.fleet, watch, &stays);
	fleet_fixture_add(&f, "b", "t", "");
	ck_assert_int_eq(stays.n, 4);
	fleet_fixture_finish(&f);
}
END_TEST

static void apply_all(struct fleet *fleet, struct event *const *events, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fleet_apply(fleet, events[i]);
}

START_TEST(want_of_memory_is_said_and_harms_nothing)
{
	struct fleet_fixture f;
	struct event *events[8];
	size_t n = 0;

	fleet_fixture_init(&f);
	fleet_fixture_add(&f, "first", "old", "");
	for (uint32_t id = 2; id < 5; id++) {
		struct agent *agent = agent_copy(fleet_agent_at(f.fleet, 0)->agent);

		agent->id = id;
		labels_set(&agent->labels, "tier", id % 2 ? "odd" : "even");
		events[n] = event_new(EVENT_AGENT_ADDED, id, id);
		events[n++]->u.agent = agent;
	}
	events[n] = event_new(EVENT_AGENT_CHANGED, 9, 2);
	events[n++]->u.agent = agent_ref(events[1]->u.agent);
	events[n] = event_new(EVENT_ALERT, 9, 2);
	events[n++]->u.alert = (struct alert){ .id = 1, .agent = 2 };
	events[n] = event_new(EVENT_AGENT_REMOVED, 9, 3);
	n++;
	for (long allocations = 0; allocations < 60; allocations++) {
		struct fleet *fleet = NULL;
		int r;

		mem_fail_after(allocations);
		r = fleet_create(NULL, &fleet);
		if (r == 0)
			apply_all(fleet, events, n);
		mem_fail_after(-1);
		ck_assert(r == 0 || r == -ENOMEM);
		ck_assert(r < 0 || fleet_is_incomplete(fleet) || fleet_n_agents(fleet) == 2);
		if (r == 0)
			ck_assert_uint_eq(fleet_counts(fleet)->total, fleet_n_agents(fleet));
		fleet_destroy(fleet);
	}
	for (size_t i = 0; i < n; i++)
		event_unref(events[i]);
	fleet_fixture_finish(&f);
	fleet_destroy(NULL);
}
END_TEST

SUITE("fleet agents", agents_stand_in_the_order_of_arrival, a_new_description_moves_key_and_tier,
      an_event_is_applied_once, a_feed_that_starts_again_changes_nobody, events_about_nobody_are_ignored,
      listeners_come_go_and_read_what_leaves, want_of_memory_is_said_and_harms_nothing)
