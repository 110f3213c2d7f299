// SPDX-License-Identifier: Apache-2.0
/* Random streams of events against a model that recounts everything, and against another fleet. */
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/strbuf.h"
#include "model/agent.h"
#include "tests/support/fleet_fixture.h"

enum { AGENTS = 40, STEPS = 3000 };

struct dice {
	uint64_t state;
};

static uint32_t roll(struct dice *dice, uint32_t n)
{
	dice->state += UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)(hash_mix(dice->state) % n);
}

static const char *const tiers[] = { "", "guardian", "scale" };

static struct event *added(uint32_t id, int64_t at_ms, const char *tier, enum event_type type)
{
	struct event *event = event_new(type, at_ms, id);
	struct agent *agent = mem_calloc(1, sizeof *agent);
	char name[16];

	snprintf(name, sizeof name, "agent%u", id);
	agent->id = id;
	agent->refs = 1;
	agent->key = mem_strdup(name);
	agent->name = mem_strdup(name);
	agent->url = mem_strdup("http://x");
	agent->source = mem_strdup("config");
	if (*tier)
		labels_set(&agent->labels, "tier", tier);
	event->u.agent = agent;
	return event;
}

static struct event *health(struct dice *dice, uint32_t id, int64_t at_ms)
{
	struct event *event = event_new(EVENT_AGENT_HEALTH, at_ms, id);
	struct health *h = &event->u.health;

	h->observed = h->toward = (enum observed)roll(dice, 4);
	h->freshness = roll(dice, 6) ? FRESHNESS_FRESH : FRESHNESS_STALE;
	h->reason = h->observed == OBSERVED_UP ? REASON_NONE : REASON_RESET;
	h->since_ms = at_ms;
	return event;
}

static struct event *next_event(struct dice *dice, int64_t at_ms)
{
	uint32_t id = 1 + roll(dice, AGENTS);
	struct event *event;

	switch (roll(dice, 10)) {
	case 0:
	case 1:
		return added(id, at_ms, tiers[roll(dice, 3)], EVENT_AGENT_ADDED);
	case 2:
		return added(id, at_ms, tiers[roll(dice, 3)], EVENT_AGENT_CHANGED);
	case 3:
		return event_new(EVENT_AGENT_REMOVED, at_ms, id);
	case 4:
		event = event_new(EVENT_ALERT, at_ms, id);
		event->u.alert = (struct alert){ .id = 100 * id + roll(dice, 3),
						 .agent = id,
						 .state = (enum alert_state)roll(dice, ALERT_STATE_COUNT),
						 .since_ms = at_ms - roll(dice, 5000) };
		return event;
	default:
		return health(dice, id, at_ms);
	}
}

static void recount(const struct fleet *fleet)
{
	struct fleet_counts counts = { 0 };
	const struct fleet_tier *tier;
	size_t n_tiers = fleet_tiers(fleet, &tier), n_alerts[ALERT_STATE_COUNT] = { 0 };
	uint32_t bad[AGENTS];
	size_t n_bad = fleet_newly_bad(fleet, bad, AGENTS);

	for (size_t i = 0; i < fleet_n_agents(fleet); i++) {
		const struct fleet_agent *agent = fleet_agent_at(fleet, i);

		counts.by_state[agent->state]++;
		counts.n_checking += health_is_checking(&agent->health);
		counts.total++;
		ck_assert_int_eq(agent->state, health_state(&agent->health));
		ck_assert_ptr_eq(fleet_agent(fleet, agent->agent->id), agent);
		ck_assert_ptr_eq(fleet_agent_by_key(fleet, agent->agent->key), agent);
	}
	ck_assert_mem_eq(&counts, fleet_counts(fleet), sizeof counts);
	for (size_t t = 0; t < n_tiers; t++) {
		memset(&counts, 0, sizeof counts);
		for (size_t i = 0; i < fleet_n_agents(fleet); i++) {
			const struct fleet_agent *agent = fleet_agent_at(fleet, i);
			bool is_of_it = strcmp(agent_label(agent->agent, "tier"), tier[t].name) == 0;

			counts.by_state[agent->state] += is_of_it;
			counts.total += is_of_it;
		}
		ck_assert_mem_eq(&counts, &tier[t].counts, sizeof counts);
		ck_assert_uint_gt(counts.total, 0);
	}
	for (size_t i = 0; i < n_bad; i++) {
		ck_assert_int_ne(fleet_agent(fleet, bad[i])->state, HEALTH_UP);
		if (i)
			ck_assert_uint_gt(fleet_agent(fleet, bad[i - 1])->newly_bad,
					  fleet_agent(fleet, bad[i])->newly_bad);
	}
	for (size_t i = 0; i < fleet_n_alerts(fleet); i++) {
		const struct alert *alert = fleet_alert_at(fleet, i);

		n_alerts[alert->state]++;
		if (i)
			ck_assert_int_ge(fleet_alert_at(fleet, i - 1)->since_ms, alert->since_ms);
	}
	for (int state = 0; state < ALERT_STATE_COUNT; state++)
		ck_assert_uint_eq(n_alerts[state], fleet_n_alerts_in(fleet, (enum alert_state)state));
	for (size_t i = 0; i < fleet_n_agents(fleet); i++) {
		const struct fleet_agent *agent = fleet_agent_at(fleet, i);
		size_t n_open = 0;

		for (size_t j = 0; j < fleet_n_alerts(fleet); j++)
			n_open += fleet_alert_at(fleet, j)->agent == agent->agent->id &&
				  fleet_alert_at(fleet, j)->state != ALERT_RESOLVED;
		ck_assert_uint_eq(agent->n_alerts, n_open);
	}
}

static void dump(const struct fleet *fleet, struct bytes *out)
{
	uint32_t bad[AGENTS];
	size_t n_bad = fleet_newly_bad(fleet, bad, AGENTS);

	bytes_init(out, 16 * 1024 * 1024);
	bytes_addf(out, "%d since %ld\n", fleet_overall(fleet), (long)fleet_overall_since_ms(fleet));
	for (size_t i = 0; i < fleet_n_agents(fleet); i++) {
		const struct fleet_agent *agent = fleet_agent_at(fleet, i);

		bytes_addf(out, "%u %d %ld %u\n", agent->agent->id, agent->state, (long)agent->state_since_ms,
			   agent->n_alerts);
	}
	for (size_t i = 0; i < n_bad; i++)
		bytes_addf(out, "bad %u\n", bad[i]);
	for (size_t i = 0; i < fleet_n_timeline(fleet); i++) {
		const struct timeline_item *item = fleet_timeline_at(fleet, i);

		bytes_addf(out, "%lu %ld %s|%s\n", (unsigned long)item->no, (long)item->at_ms, item->title,
			   item->description);
	}
}

START_TEST(a_recount_finds_the_same)
{
	struct dice dice = { 1 };
	struct fleet_fixture f;

	fleet_fixture_init(&f);
	for (int i = 0; i < STEPS; i++) {
		fleet_fixture_apply(&f, next_event(&dice, 1000 + i * 100));
		if (i % 7 == 0)
			recount(f.fleet);
	}
	ck_assert(!fleet_is_incomplete(f.fleet));
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(the_same_events_give_the_same_fleet)
{
	struct dice dice = { 2 };
	struct fleet *twins[2];
	struct bytes dumps[2];

	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(fleet_create(NULL, &twins[i]), 0);
	for (int i = 0; i < STEPS; i++) {
		struct event *event = next_event(&dice, 1000 + i * 50);

		for (int twin = 0; twin < 2; twin++)
			ck_assert_int_eq(fleet_apply(twins[twin], event), 0);
		event_unref(event);
	}
	for (int i = 0; i < 2; i++)
		dump(twins[i], &dumps[i]);
	ck_assert_uint_gt(dumps[0].len, 1000);
	ck_assert_str_eq(dumps[0].data, dumps[1].data);
	for (int i = 0; i < 2; i++) {
		bytes_finish(&dumps[i]);
		fleet_destroy(twins[i]);
	}
}
END_TEST

SUITE("fleet properties", a_recount_finds_the_same, the_same_events_give_the_same_fleet)
