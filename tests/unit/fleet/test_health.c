// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include "base/memory.h"
#include "model/agent.h"
#include "tests/support/fleet_fixture.h"

START_TEST(the_worst_agent_is_the_fleets_state)
{
	static const struct {
		enum observed a, b;
		enum health_state overall;
	} table[] = {
		{ OBSERVED_UP, OBSERVED_UP, HEALTH_UP },
		{ OBSERVED_UP, OBSERVED_NEVER, HEALTH_UNKNOWN },
		{ OBSERVED_DEGRADED, OBSERVED_NEVER, HEALTH_DEGRADED }, // unknown hides no known-bad one
		{ OBSERVED_DEGRADED, OBSERVED_UP, HEALTH_DEGRADED },
		{ OBSERVED_DEGRADED, OBSERVED_DOWN, HEALTH_DOWN },
		{ OBSERVED_DOWN, OBSERVED_NEVER, HEALTH_DOWN },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct fleet_fixture f;

		fleet_fixture_init(&f);
		ck_assert_int_eq(fleet_overall(f.fleet), HEALTH_UNKNOWN); // nobody is not "well"
		fleet_fixture_add(&f, "a", "one", "");
		fleet_fixture_add(&f, "b", "two", "");
		fleet_fixture_health(&f, 1, table[i].a, REASON_WARN, 1000);
		fleet_fixture_health(&f, 2, table[i].b, REASON_WARN, 1000);
		ck_assert_int_eq(fleet_overall(f.fleet), table[i].overall);
		fleet_fixture_finish(&f);
	}
}
END_TEST

START_TEST(the_verdict_says_since_when)
{
	struct fleet_fixture f;

	fleet_fixture_init(&f);
	fleet_fixture_add(&f, "a", "", "");
	fleet_fixture_add(&f, "b", "", "");
	fleet_fixture_health(&f, 1, OBSERVED_UP, REASON_NONE, 900000);
	fleet_fixture_health(&f, 2, OBSERVED_UP, REASON_NONE, 800000);
	ck_assert_int_eq(fleet_overall_since_ms(f.fleet), FIXTURE_NOW_MS - 800000);
	fleet_fixture_health(&f, 1, OBSERVED_DOWN, REASON_RESET, 60000);
	fleet_fixture_health(&f, 2, OBSERVED_DOWN, REASON_RESET, 30000); // nothing new for the fleet
	ck_assert_int_eq(fleet_overall_since_ms(f.fleet), FIXTURE_NOW_MS - 60000);
	ck_assert_int_eq(fleet_agent(f.fleet, 2)->state_since_ms, FIXTURE_NOW_MS - 30000);
	fleet_fixture_finish(&f);
}
END_TEST

static void newly_bad_are(struct fleet_fixture *f, size_t n, const uint32_t *expected)
{
	uint32_t ids[8] = { 0 };

	ck_assert_uint_eq(fleet_newly_bad(f->fleet, ids, 8), n);
	for (size_t i = 0; i < n; i++)
		ck_assert_uint_eq(ids[i], expected[i]);
}

START_TEST(newly_bad_are_those_that_turned_latest_first)
{
	struct fleet_fixture f;
	struct health stale = fleet_fixture_healthy(10000);

	fleet_fixture_init(&f);
	for (int i = 0; i < 4; i++)
		fleet_fixture_add(&f, (const char *[]){ "a", "b", "c", "d" }[i], "", "");
	newly_bad_are(&f, 0, NULL); // never known: not newly bad
	fleet_fixture_health(&f, 1, OBSERVED_DOWN, REASON_RESET, 50000);
	fleet_fixture_health(&f, 2, OBSERVED_UP, REASON_NONE, 40000);
	fleet_fixture_health(&f, 2, OBSERVED_DEGRADED, REASON_WARN, 30000);
	stale.freshness = FRESHNESS_STALE;
	fleet_fixture_health(&f, 3, OBSERVED_UP, REASON_NONE, 20000);
	fleet_fixture_health_event(&f, 3, &stale);
	newly_bad_are(&f, 3, (const uint32_t[]){ 3, 2, 1 });
	fleet_fixture_health(&f, 1, OBSERVED_DEGRADED, REASON_WARN, 5000); // turns anew
	newly_bad_are(&f, 3, (const uint32_t[]){ 1, 3, 2 });
	fleet_fixture_health(&f, 3, OBSERVED_UP, REASON_NONE, 4000);
	newly_bad_are(&f, 2, (const uint32_t[]){ 1, 2 });
	fleet_fixture_apply(&f, event_new(EVENT_AGENT_REMOVED, FIXTURE_NOW_MS, 1));
	newly_bad_are(&f, 1, (const uint32_t[]){ 2 });
	ck_assert_uint_eq(fleet_newly_bad(f.fleet, NULL, 0), 1);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(who_is_in_maintenance_is_bad_on_purpose)
{
	struct health health = fleet_fixture_healthy(10000);
	const struct fleet_counts *counts;
	struct fleet_fixture f;

	fleet_fixture_init(&f);
	counts = fleet_counts(f.fleet);
	fleet_fixture_add(&f, "a", "db", "");
	fleet_fixture_add(&f, "b", "", "");
	fleet_fixture_health(&f, 2, OBSERVED_UP, REASON_NONE, 10000);
	health.observed = health.toward = OBSERVED_DOWN;
	fleet_fixture_health_event(&f, 1, &health);
	newly_bad_are(&f, 1, (const uint32_t[]){ 1 });
	health.overlays = OVERLAY_MAINTENANCE;
	fleet_fixture_health_event(&f, 1, &health);
	newly_bad_are(&f, 0, NULL);
	ck_assert_int_eq(fleet_agent(f.fleet, 1)->state, HEALTH_DOWN);
	ck_assert_int_eq(fleet_overall(f.fleet), HEALTH_UP);
	ck_assert_uint_eq(counts->n_maintenance, 1);
	ck_assert_uint_eq(counts->by_state[HEALTH_DOWN], 0);
	ck_assert_uint_eq(fleet_counts_judged(counts), 1);
	ck_assert_uint_eq(fleet_tiers(f.fleet, &(const struct fleet_tier *){ NULL }), 1);
	health.observed = health.toward = OBSERVED_UP;
	fleet_fixture_health_event(&f, 1, &health);
	health.observed = health.toward = OBSERVED_DOWN;
	fleet_fixture_health_event(&f, 1, &health);
	newly_bad_are(&f, 0, NULL);
	health.overlays = 0;
	fleet_fixture_health_event(&f, 1, &health);
	newly_bad_are(&f, 1, (const uint32_t[]){ 1 });
	ck_assert_int_eq(fleet_overall(f.fleet), HEALTH_DOWN);
	ck_assert_uint_eq(counts->n_maintenance, 0);
	fleet_fixture_apply(&f, event_new(EVENT_AGENT_REMOVED, FIXTURE_NOW_MS, 1));
	ck_assert_uint_eq(counts->total, 1);
	fleet_fixture_finish(&f);
}
END_TEST

static void answer(struct fleet_fixture *f, enum probe_kind kind, int http_status, int32_t total_us)
{
	struct event *event = event_new(EVENT_AGENT_PROBED, FIXTURE_NOW_MS, 1);

	event->u.probed.kind = kind;
	event->u.probed.http_status = http_status;
	event->u.probed.timing.total_us = total_us;
	fleet_fixture_apply(f, event);
}

START_TEST(without_a_health_endpoint_the_scrape_is_what_is_judged)
{
	const struct fleet_agent *agent;
	struct fleet_fixture f;
	struct event *event;
	struct agent *bare;

	fleet_fixture_init(&f);
	fleet_fixture_add(&f, "a", "", "");
	agent = fleet_agent(f.fleet, 1);
	ck_assert_ptr_null(fleet_agent_judged(agent));
	ck_assert_int_eq(fleet_agent_latency_us(agent), -1);
	answer(&f, PROBE_HEALTH, 200, 700);
	answer(&f, PROBE_METRICS, 200, 900);
	ck_assert_int_eq(fleet_agent_latency_us(agent), 700);
	event = event_new(EVENT_AGENT_CHANGED, FIXTURE_NOW_MS, 1);
	bare = agent_copy(agent->agent);
	mem_free((char *)bare->health_url);
	bare->health_url = NULL;
	event->u.agent = bare;
	fleet_fixture_apply(&f, event);
	ck_assert_int_eq(fleet_agent_judged(agent)->kind, PROBE_METRICS);
	ck_assert_int_eq(fleet_agent_latency_us(agent), 900);
	answer(&f, PROBE_METRICS, 0, 5000000);
	ck_assert_int_eq(fleet_agent_latency_us(agent), -1); // how long we waited is not how long it took
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(a_probe_carries_health_too)
{
	struct fleet_fixture f;
	struct event *event;

	fleet_fixture_init(&f);
	fleet_fixture_add(&f, "a", "", "");
	event = event_new(EVENT_AGENT_PROBED, FIXTURE_NOW_MS, 1);
	event->u.probed.kind = PROBE_HEALTH;
	event->u.probed.http_status = 200;
	event->u.probed.excerpt = mem_strdup("");
	event->u.probed.health = fleet_fixture_healthy(0);
	fleet_fixture_apply(&f, event);
	ck_assert_int_eq(fleet_agent(f.fleet, 1)->state, HEALTH_UP);
	ck_assert_str_eq(fleet_agent(f.fleet, 1)->probed[PROBE_HEALTH]->excerpt, "");
	ck_assert_int_eq(fleet_agent(f.fleet, 1)->probed_at_ms[PROBE_HEALTH], FIXTURE_NOW_MS);
	ck_assert_int_eq(fleet_agent(f.fleet, 1)->probed_at_ms[PROBE_METRICS], 0);
	ck_assert_int_eq(fleet_feed(f.fleet)->last_answer_ms, FIXTURE_NOW_MS);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(tiers_count_their_own)
{
	struct fleet_fixture f;
	const struct fleet_tier *tiers;
	size_t total = 0;

	fleet_fixture_init(&f);
	fleet_fixture_platform(&f);
	ck_assert_uint_eq(fleet_counts(f.fleet)->total, 22);
	ck_assert_uint_eq(fleet_counts(f.fleet)->by_state[HEALTH_DOWN], 2);
	for (size_t i = 0; i < fleet_tiers(f.fleet, &tiers); i++) {
		total += tiers[i].counts.total;
		if (i)
			ck_assert_str_lt(tiers[i - 1].name, tiers[i].name);
	}
	ck_assert_uint_eq(total, 22);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(who_is_paused_is_no_doubt_about_the_rest)
{
	struct fleet_fixture f;
	const struct fleet_tier *tiers;
	uint32_t id;

	fleet_fixture_init(&f);
	id = fleet_fixture_add_paused(&f, "old", "scale");
	ck_assert_int_eq(fleet_overall(f.fleet), HEALTH_UNKNOWN); // of nobody else nothing is known
	ck_assert_uint_eq(fleet_tiers(f.fleet, &tiers), 0);
	fleet_fixture_health(&f, fleet_fixture_add(&f, "a", "scale", ""), OBSERVED_UP, REASON_NONE, 1000);
	fleet_fixture_health(&f, id, OBSERVED_NEVER, REASON_NONE, 500);
	ck_assert_int_eq(fleet_overall(f.fleet), HEALTH_UP);
	ck_assert_uint_eq(fleet_counts(f.fleet)->total, 2);
	ck_assert_uint_eq(fleet_counts(f.fleet)->n_paused, 1);
	ck_assert_uint_eq(fleet_counts(f.fleet)->by_state[HEALTH_UNKNOWN], 0);
	ck_assert_uint_eq(fleet_tiers(f.fleet, &tiers), 1);
	ck_assert_uint_eq(tiers[0].counts.total, 1);
	fleet_fixture_apply(&f, event_new(EVENT_AGENT_REMOVED, FIXTURE_NOW_MS, id));
	ck_assert_uint_eq(fleet_counts(f.fleet)->total, 1);
	ck_assert_uint_eq(fleet_counts(f.fleet)->n_paused, 0);
	fleet_fixture_finish(&f);
}
END_TEST

static void hear_now(struct fleet_fixture *f, uint32_t id, enum observed observed, int64_t since_ms)
{
	struct event *event = event_new(EVENT_AGENT_HEALTH, FIXTURE_NOW_MS, id);

	event->u.health = fleet_fixture_healthy(0);
	event->u.health.observed = event->u.health.toward = observed;
	event->u.health.since_ms = since_ms;
	fleet_fixture_apply(f, event);
}

// A hub that was restarted says at once since when who is down.
START_TEST(what_is_heard_of_first_may_be_older_than_the_news)
{
	struct fleet_fixture f;

	fleet_fixture_init(&f);
	for (int i = 0; i < 3; i++)
		fleet_fixture_add(&f, (const char *[]){ "a", "b", "c" }[i], "", "");
	hear_now(&f, 1, OBSERVED_UP, FIXTURE_NOW_MS - 3600000);
	ck_assert_int_eq(fleet_agent(f.fleet, 1)->state_since_ms, FIXTURE_NOW_MS - 3600000);
	hear_now(&f, 2, OBSERVED_DOWN, FIXTURE_NOW_MS - 60000);
	ck_assert_int_eq(fleet_agent(f.fleet, 2)->state_since_ms, FIXTURE_NOW_MS - 60000);
	ck_assert_int_eq(fleet_overall_since_ms(f.fleet), FIXTURE_NOW_MS - 60000);
	hear_now(&f, 3, OBSERVED_DOWN, FIXTURE_NOW_MS - 120000);
	ck_assert_int_eq(fleet_overall_since_ms(f.fleet), FIXTURE_NOW_MS - 120000);
	hear_now(&f, 1, OBSERVED_DOWN, FIXTURE_NOW_MS - 900000); // known before: it has turned now, whatever it says
	ck_assert_int_eq(fleet_agent(f.fleet, 1)->state_since_ms, FIXTURE_NOW_MS);
	ck_assert_int_eq(fleet_overall_since_ms(f.fleet), FIXTURE_NOW_MS - 120000);
	fleet_fixture_finish(&f);
}
END_TEST

// Whoever is heard of last says since when it is well, and not since when all are.
START_TEST(all_are_well_since_the_last_of_them_is)
{
	struct fleet_fixture f;

	fleet_fixture_init(&f);
	for (int i = 0; i < 3; i++)
		fleet_fixture_add(&f, (const char *[]){ "a", "b", "c" }[i], "", "");
	hear_now(&f, 1, OBSERVED_UP, FIXTURE_NOW_MS - 3600000);
	hear_now(&f, 2, OBSERVED_UP, FIXTURE_NOW_MS - 60000);
	hear_now(&f, 3, OBSERVED_UP, FIXTURE_NOW_MS - 7200000);
	ck_assert_uint_eq(fleet_counts(f.fleet)->by_state[HEALTH_UP], 3);
	ck_assert_int_eq(fleet_agent(f.fleet, 3)->state_since_ms, FIXTURE_NOW_MS - 7200000);
	ck_assert_int_eq(fleet_overall_since_ms(f.fleet), FIXTURE_NOW_MS - 60000);
	fleet_fixture_finish(&f);
}
END_TEST

static void hear(struct fleet_fixture *f, uint32_t id, enum observed observed, bool is_stale, int64_t at_ms)
{
	struct event *event = event_new(EVENT_AGENT_HEALTH, at_ms, id);

	event->u.health = fleet_fixture_healthy(0);
	event->u.health.observed = event->u.health.toward = observed;
	event->u.health.freshness = is_stale ? FRESHNESS_STALE : FRESHNESS_FRESH;
	event->u.health.since_ms = FIXTURE_NOW_MS;
	fleet_fixture_apply(f, event);
}

// The hub was stopped for a while: nobody has changed for it.
START_TEST(after_a_moment_of_doubt_everybody_is_as_before)
{
	struct fleet_fixture f;
	uint32_t bad[4];

	fleet_fixture_init(&f);
	for (int i = 0; i < 4; i++)
		fleet_fixture_add(&f, (const char *[]){ "a", "b", "c", "d" }[i], "", "");
	for (uint32_t id = 1; id <= 4; id++)
		hear(&f, id, id > 2 ? OBSERVED_DOWN : OBSERVED_UP, false, FIXTURE_NOW_MS);
	for (uint32_t id = 1; id <= 4; id++)
		hear(&f, id, id > 2 ? OBSERVED_DOWN : OBSERVED_UP, true, FIXTURE_NOW_MS + 50000);
	ck_assert_int_eq(fleet_agent(f.fleet, 1)->state, HEALTH_UNKNOWN);
	ck_assert_int_eq(fleet_agent(f.fleet, 1)->state_since_ms, FIXTURE_NOW_MS + 50000);
	ck_assert_str_eq(fleet_timeline_at(f.fleet, 0)->title, "4 agents are unknown: stale");
	ck_assert_str_eq(fleet_timeline_at(f.fleet, 0)->description, "a, b, c, d");
	for (uint32_t id = 1; id <= 4; id++)
		hear(&f, id, id > 2 ? OBSERVED_DOWN : OBSERVED_UP, false, FIXTURE_NOW_MS + 52000);
	ck_assert_str_eq(fleet_timeline_at(f.fleet, 0)->title, "4 agents are heard again, as they were");
	ck_assert_int_eq(fleet_agent(f.fleet, 1)->state_since_ms, FIXTURE_NOW_MS);
	ck_assert_int_eq(fleet_agent(f.fleet, 3)->state_since_ms, FIXTURE_NOW_MS);
	ck_assert_int_eq(fleet_overall_since_ms(f.fleet), FIXTURE_NOW_MS);
	ck_assert_uint_eq(fleet_newly_bad(f.fleet, bad, 4), 2);
	ck_assert_uint_eq(bad[0], 4); // as they had turned
	ck_assert_uint_eq(bad[1], 3);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(who_was_unknown_for_long_is_new_again)
{
	struct fleet_fixture f;

	fleet_fixture_init(&f);
	fleet_fixture_add(&f, "a", "", "");
	hear(&f, 1, OBSERVED_UP, false, FIXTURE_NOW_MS);
	hear(&f, 1, OBSERVED_UP, true, FIXTURE_NOW_MS + 50000);
	hear(&f, 1, OBSERVED_UP, false, FIXTURE_NOW_MS + 110000);
	ck_assert_int_eq(fleet_agent(f.fleet, 1)->state_since_ms, FIXTURE_NOW_MS + 110000);
	ck_assert_str_eq(fleet_timeline_at(f.fleet, 0)->title, "a is up");
	fleet_fixture_finish(&f);
}
END_TEST

SUITE("fleet health", who_is_in_maintenance_is_bad_on_purpose, who_is_paused_is_no_doubt_about_the_rest,
      all_are_well_since_the_last_of_them_is, the_worst_agent_is_the_fleets_state, the_verdict_says_since_when,
      newly_bad_are_those_that_turned_latest_first, without_a_health_endpoint_the_scrape_is_what_is_judged,
      a_probe_carries_health_too, what_is_heard_of_first_may_be_older_than_the_news, tiers_count_their_own,
      after_a_moment_of_doubt_everybody_is_as_before, who_was_unknown_for_long_is_new_again)
