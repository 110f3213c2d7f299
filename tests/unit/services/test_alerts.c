// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "model/agent.h"
#include "services/alerts.h"

// What was told, as lines of "RULE STATE" and "WHO TITLE".
struct bench {
	struct alerts *alerts;
	struct instant now;
	char told[8000];
	uint32_t last_id;
	char summary[700];
};

static void take(void *ctx, struct event *event)
{
	struct bench *bench = ctx;
	size_t at = strlen(bench->told);

	if (event->type == EVENT_ALERT) {
		snprintf(bench->told + at, sizeof bench->told - at, "%s %s;", event->u.alert.rule,
			 alert_state_name(event->u.alert.state));
		snprintf(bench->summary, sizeof bench->summary, "%s", event->u.alert.summary);
		bench->last_id = event->u.alert.id;
	} else {
		ck_assert_int_eq(event->type, EVENT_ACTION);
		snprintf(bench->told + at, sizeof bench->told - at, "%s %s;", event->u.action.who,
			 event->u.action.title);
	}
	event_unref(event);
}

static void begin(struct bench *bench, const struct rule_config *config)
{
	struct event_sink sink = { .emit = take, .ctx = bench };
	struct rule rule;

	*bench = (struct bench){ .now = { .mono_ms = 1000, .wall_ms = 1700000000000 } };
	if (config)
		ck_assert_int_eq(rule_init(&rule, config, 7), 0);
	ck_assert_int_eq(alerts_create(&rule, config ? 1 : 0, &sink, &bench->alerts), 0);
}

static void add(struct bench *bench, uint32_t id)
{
	struct agent *agent = mem_calloc(1, sizeof *agent);

	agent->refs = 1;
	agent->id = id;
	agent->name = mem_strdup("web");
	ck_assert_int_eq(alerts_agent(bench->alerts, agent, bench->now), 0);
	agent_unref(agent);
}

static struct health hard(enum observed observed)
{
	return (struct health){ .observed = observed,
				.toward = observed,
				.last_probe_ms = 1,
				.reason = observed == OBSERVED_UP ? REASON_NONE : REASON_CONNECT_REFUSED };
}

static void turn(struct bench *bench, uint32_t id, enum observed observed)
{
	struct health health = hard(observed);

	alerts_health(bench->alerts, id, &health, bench->now);
}

static void expect(struct bench *bench, const char *told)
{
	ck_assert_str_eq(bench->told, told);
	bench->told[0] = '\0';
}

static int ask(struct bench *bench, enum request_type type, uint32_t alert, int64_t until_ms, const char *text)
{
	struct request request = { .type = type, .alert = alert, .until_ms = until_ms, .who = "ann", .text = text };

	return alerts_request(bench->alerts, &request, bench->now);
}

START_TEST(states_raise_and_resolve_their_alerts)
{
	struct bench bench;

	begin(&bench, NULL);
	add(&bench, 1);
	turn(&bench, 1, OBSERVED_UP);
	expect(&bench, "");
	turn(&bench, 1, OBSERVED_DOWN);
	ck_assert_str_eq(bench.summary, "web is down: connection refused");
	expect(&bench, "agent_down active;");
	ck_assert_int_eq(alerts_get(bench.alerts, 1)->severity, SEVERITY_CRITICAL);
	turn(&bench, 1, OBSERVED_DOWN);
	expect(&bench, "");
	turn(&bench, 1, OBSERVED_DEGRADED);
	expect(&bench, "agent_down resolved;agent_degraded active;");
	turn(&bench, 1, OBSERVED_UP);
	expect(&bench, "agent_degraded resolved;");
	turn(&bench, 1, OBSERVED_DOWN);
	ck_assert_uint_eq(bench.last_id, 3); // an id is never used again
	ck_assert_uint_eq(alerts_n_open(bench.alerts), 1);
	turn(&bench, 99, OBSERVED_DOWN);
	alerts_destroy(bench.alerts);
	alerts_destroy(NULL);
}
END_TEST

START_TEST(an_unknown_state_leaves_alerts_as_they_are)
{
	struct bench bench;
	struct health health = hard(OBSERVED_DOWN);

	begin(&bench, NULL);
	add(&bench, 1);
	turn(&bench, 1, OBSERVED_DOWN);
	expect(&bench, "agent_down active;");
	health.quality = PROBE_SUSPECT;
	alerts_health(bench.alerts, 1, &health, bench.now);
	expect(&bench, "");
	health.quality = PROBE_OK;
	health.freshness = FRESHNESS_STALE;
	alerts_health(bench.alerts, 1, &health, bench.now);
	expect(&bench, "agent_stale active;");
	health = hard(OBSERVED_UP); // taken back: it was us
	health.quality = PROBE_OFFLINE;
	alerts_health(bench.alerts, 1, &health, bench.now);
	expect(&bench, "agent_down resolved;agent_stale resolved;");
	health.freshness = FRESHNESS_STALE; // nobody is heard from while we are offline
	alerts_health(bench.alerts, 1, &health, bench.now);
	expect(&bench, "");
	alerts_destroy(bench.alerts);
}
END_TEST

START_TEST(an_agent_never_probed_is_not_stale)
{
	struct bench bench;
	struct health health = { .freshness = FRESHNESS_STALE };

	begin(&bench, NULL);
	add(&bench, 1);
	alerts_health(bench.alerts, 1, &health, bench.now);
	expect(&bench, "");
	alerts_destroy(bench.alerts);
}
END_TEST

START_TEST(who_is_operated_on_raises_nothing_new_and_is_judged_anew)
{
	struct bench bench;
	struct health down = hard(OBSERVED_DOWN), up = hard(OBSERVED_UP);

	begin(&bench, NULL);
	add(&bench, 1);
	down.overlays = up.overlays = OVERLAY_OPERATION;
	alerts_health(bench.alerts, 1, &down, bench.now);
	alerts_health(bench.alerts, 1, &up, bench.now);
	turn(&bench, 1, OBSERVED_UP);
	expect(&bench, "");
	alerts_health(bench.alerts, 1, &down, bench.now);
	expect(&bench, "");
	turn(&bench, 1, OBSERVED_DOWN); // nobody is at it any more, and it is down
	expect(&bench, "agent_down active;");
	alerts_health(bench.alerts, 1, &down, bench.now); // what was told before stays
	expect(&bench, "");
	alerts_health(bench.alerts, 1, &up, bench.now);
	expect(&bench, "agent_down resolved;");
	alerts_destroy(bench.alerts);
}
END_TEST

START_TEST(maintenance_and_flapping_raise_nothing_new)
{
	struct bench bench;
	struct health health = hard(OBSERVED_DOWN);

	begin(&bench, NULL);
	add(&bench, 1);
	health.overlays = OVERLAY_MAINTENANCE;
	alerts_health(bench.alerts, 1, &health, bench.now);
	expect(&bench, "");
	health.overlays = 0;
	alerts_health(bench.alerts, 1, &health, bench.now);
	expect(&bench, "agent_down active;");
	health = hard(OBSERVED_UP);
	health.is_flapping = true;
	alerts_health(bench.alerts, 1, &health, bench.now);
	expect(&bench, "agent_down resolved;agent_flapping active;");
	health.observed = OBSERVED_DOWN;
	alerts_health(bench.alerts, 1, &health, bench.now);
	expect(&bench, "");
	health.is_flapping = false;
	alerts_health(bench.alerts, 1, &health, bench.now);
	expect(&bench, "agent_flapping resolved;agent_down active;");
	alerts_destroy(bench.alerts);
}
END_TEST

START_TEST(what_people_do_is_told_with_their_name)
{
	struct bench bench;

	begin(&bench, NULL);
	add(&bench, 1);
	turn(&bench, 1, OBSERVED_DOWN);
	expect(&bench, "agent_down active;");
	ck_assert_uint_eq(alerts_overlays(bench.alerts, 1), 0);
	ck_assert_int_eq(ask(&bench, REQUEST_ALERT_ACK, 1, 0, "looking"), 0);
	expect(&bench, "agent_down acknowledged;ann acknowledged agent_down;");
	ck_assert_str_eq(alerts_get(bench.alerts, 1)->by, "ann");
	ck_assert_str_eq(alerts_get(bench.alerts, 1)->note, "looking");
	ck_assert_uint_eq(alerts_overlays(bench.alerts, 1), OVERLAY_ACKNOWLEDGED);
	ck_assert_int_eq(ask(&bench, REQUEST_ALERT_ACK, 1, 0, ""), -EALREADY);
	ck_assert_int_eq(ask(&bench, REQUEST_ALERT_UNACK, 1, 0, NULL), 0);
	expect(&bench, "agent_down active;ann reopened agent_down;");
	ck_assert_str_eq(alerts_get(bench.alerts, 1)->by, "");
	ck_assert_int_eq(ask(&bench, REQUEST_ALERT_UNACK, 1, 0, NULL), -EALREADY);
	ck_assert_int_eq(ask(&bench, REQUEST_ALERT_NOTE, 1, 0, "disk"), 0);
	expect(&bench, "agent_down active;ann noted on agent_down;");
	ck_assert_int_eq(ask(&bench, REQUEST_PIN, 1, 0, NULL), -EINVAL);
	ck_assert_int_eq(ask(&bench, REQUEST_ALERT_ACK, 9, 0, NULL), -ENOENT);
	turn(&bench, 1, OBSERVED_UP);
	expect(&bench, "agent_down resolved;");
	ck_assert_int_eq(ask(&bench, REQUEST_ALERT_ACK, 1, 0, NULL), -ESTALE);
	ck_assert_int_eq(ask(&bench, REQUEST_ALERT_NOTE, 1, 0, "post-mortem"), 0);
	ck_assert_str_eq(alerts_get(bench.alerts, 1)->note, "post-mortem");
	alerts_destroy(bench.alerts);
}
END_TEST

START_TEST(a_snooze_ends_in_time)
{
	struct bench bench;

	begin(&bench, NULL);
	add(&bench, 1);
	turn(&bench, 1, OBSERVED_DOWN);
	ck_assert_int_eq(ask(&bench, REQUEST_ALERT_SNOOZE, 1, bench.now.wall_ms, ""), -EINVAL);
	ck_assert_int_eq(ask(&bench, REQUEST_ALERT_SNOOZE, 1, bench.now.wall_ms + 5000, ""), 0);
	expect(&bench, "agent_down active;agent_down snoozed;ann snoozed agent_down;");
	ck_assert_uint_eq(alerts_overlays(bench.alerts, 1), OVERLAY_SILENCED);
	ck_assert_int_eq(alerts_deadline(bench.alerts), bench.now.mono_ms + 5000);
	alerts_tick(bench.alerts, instant_add(bench.now, 4999));
	expect(&bench, "");
	ck_assert_int_eq(alerts_tick(bench.alerts, instant_add(bench.now, 5000)), INT64_MAX);
	expect(&bench, "agent_down active;");
	ask(&bench, REQUEST_ALERT_SNOOZE, 1, bench.now.wall_ms + 5000, "");
	turn(&bench, 1, OBSERVED_UP);
	ck_assert_int_eq(alerts_deadline(bench.alerts), INT64_MAX);
	alerts_destroy(bench.alerts);
}
END_TEST

static void read_value(struct bench *bench, double value)
{
	struct metric_reading readings[] = { { .series = 3, .value = 1e9 }, { .series = 7, .value = value } };

	alerts_readings(bench->alerts, 1, readings, 2, bench->now);
}

START_TEST(metric_rules_raise_and_clear)
{
	struct bench bench;
	struct rule_config config = { .name = "hot", .series = "cpu", .threshold = 90, .for_ms = 20000 };

	begin(&bench, &config);
	add(&bench, 1);
	read_value(&bench, 95);
	bench.now = instant_add(bench.now, 20000);
	read_value(&bench, NAN);
	expect(&bench, "");
	read_value(&bench, 96);
	expect(&bench, "hot active;");
	ck_assert_str_eq(bench.summary, "web: cpu > 90");
	ck_assert_double_eq(alerts_get(bench.alerts, 1)->value, 96);
	read_value(&bench, NAN);
	read_value(&bench, 97);
	expect(&bench, "");
	ck_assert_double_eq(alerts_get(bench.alerts, 1)->value, 97);
	ask(&bench, REQUEST_ALERT_ACK, 1, 0, NULL);
	ck_assert_uint_eq(alerts_overlays(bench.alerts, 1), OVERLAY_ACKNOWLEDGED);
	bench.told[0] = '\0';
	read_value(&bench, 10);
	expect(&bench, "hot resolved;");
	alerts_destroy(bench.alerts);
}
END_TEST

START_TEST(a_rule_without_values_clears_by_its_deadline)
{
	struct bench bench;
	struct rule_config config = { .name = "hot", .series = "cpu", .threshold = 90 };

	begin(&bench, &config);
	add(&bench, 1);
	read_value(&bench, 95);
	ck_assert_int_eq(alerts_deadline(bench.alerts), bench.now.mono_ms + RULE_STALE_MS);
	bench.now = instant_add(bench.now, RULE_STALE_MS);
	alerts_tick(bench.alerts, bench.now);
	expect(&bench, "hot active;hot resolved;");
	alerts_destroy(bench.alerts);
}
END_TEST

START_TEST(a_rule_muted_by_maintenance_is_heard_after_it)
{
	struct bench bench;
	struct rule_config config = { .name = "hot", .series = "cpu", .threshold = 90 };
	struct health health = hard(OBSERVED_UP);

	begin(&bench, &config);
	add(&bench, 1);
	health.overlays = OVERLAY_MAINTENANCE;
	alerts_health(bench.alerts, 1, &health, bench.now);
	read_value(&bench, 95);
	expect(&bench, "");
	turn(&bench, 1, OBSERVED_UP);
	read_value(&bench, 95);
	expect(&bench, "hot active;");
	alerts_agent_removed(bench.alerts, 1, bench.now);
	expect(&bench, "hot resolved;");
	alerts_agent_removed(bench.alerts, 1, bench.now);
	read_value(&bench, 95);
	expect(&bench, "");
	alerts_destroy(bench.alerts);
}
END_TEST

START_TEST(a_rule_is_only_for_the_agents_of_its_selector)
{
	struct bench bench;
	struct rule_config config = { .name = "hot", .series = "cpu", .threshold = 90, .selector = "tier=core" };
	struct agent *agent = mem_calloc(1, sizeof *agent);

	begin(&bench, &config);
	add(&bench, 1);
	read_value(&bench, 95);
	expect(&bench, "");
	agent->refs = 1;
	agent->id = 1;
	ck_assert_int_eq(labels_set(&agent->labels, "tier", "core"), 0);
	alerts_agent(bench.alerts, agent, bench.now);
	read_value(&bench, 95);
	expect(&bench, "hot active;");
	add(&bench, 1); // without the label again
	expect(&bench, "hot resolved;");
	agent_unref(agent);
	alerts_destroy(bench.alerts);
}
END_TEST

START_TEST(a_mass_outage_is_one_alert)
{
	struct bench bench;

	begin(&bench, NULL);
	for (uint32_t id = 1; id <= 12; id++)
		add(&bench, id);
	turn(&bench, 1, OBSERVED_DOWN); // before it was known
	expect(&bench, "agent_down active;");
	alerts_outage(bench.alerts, OUTAGE_TESTING, bench.now);
	for (uint32_t id = 2; id <= 8; id++)
		turn(&bench, id, OBSERVED_DOWN);
	turn(&bench, 8, OBSERVED_UP);
	expect(&bench, "");
	alerts_outage(bench.alerts, OUTAGE_GROUPED, bench.now);
	expect(&bench, "agent_down resolved;fleet_outage active;");
	ck_assert_str_eq(bench.summary, "7 agents went down together");
	turn(&bench, 9, OBSERVED_DOWN);
	bench.now = instant_add(bench.now, 1000);
	alerts_tick(bench.alerts, bench.now);
	expect(&bench, "fleet_outage active;");
	ck_assert_str_eq(bench.summary, "8 agents went down together");
	ck_assert_uint_eq(alerts_get(bench.alerts, bench.last_id)->n_agents, 8);
	ck_assert_uint_eq(alerts_get(bench.alerts, bench.last_id)->agent, 0);
	alerts_outage(bench.alerts, OUTAGE_NONE, bench.now);
	turn(&bench, 10, OBSERVED_DOWN);
	expect(&bench, "agent_down active;");
	turn(&bench, 10, OBSERVED_UP);
	for (uint32_t id = 1; id <= 8; id++)
		turn(&bench, id, OBSERVED_UP);
	expect(&bench, "agent_down resolved;");
	alerts_agent_removed(bench.alerts, 9, bench.now);
	expect(&bench, "fleet_outage resolved;");
	alerts_destroy(bench.alerts);
}
END_TEST

// While the first of many reach their third failure nobody is down yet.
START_TEST(a_mass_outage_is_told_when_its_members_are_counted)
{
	struct bench bench;

	begin(&bench, NULL);
	for (uint32_t id = 1; id <= 12; id++)
		add(&bench, id);
	alerts_outage(bench.alerts, OUTAGE_TESTING, bench.now);
	alerts_outage(bench.alerts, OUTAGE_GROUPED, bench.now);
	for (uint32_t id = 1; id <= 5; id++)
		turn(&bench, id, OBSERVED_DOWN);
	expect(&bench, "");
	ck_assert_int_eq(alerts_deadline(bench.alerts), bench.now.mono_ms + 1000);
	bench.now = instant_add(bench.now, 1000);
	alerts_tick(bench.alerts, bench.now);
	expect(&bench, "fleet_outage active;");
	ck_assert_str_eq(bench.summary, "5 agents went down together");
	ck_assert_uint_eq(alerts_get(bench.alerts, bench.last_id)->n_agents, 5);
	alerts_destroy(bench.alerts);
}
END_TEST

START_TEST(who_recovers_before_a_mass_outage_is_told_leaves_none)
{
	struct bench bench;

	begin(&bench, NULL);
	for (uint32_t id = 1; id <= 6; id++)
		add(&bench, id);
	alerts_outage(bench.alerts, OUTAGE_GROUPED, bench.now);
	turn(&bench, 1, OBSERVED_DOWN);
	turn(&bench, 1, OBSERVED_UP);
	bench.now = instant_add(bench.now, 1000);
	alerts_tick(bench.alerts, bench.now);
	expect(&bench, "");
	turn(&bench, 2, OBSERVED_DOWN);
	bench.now = instant_add(bench.now, 1000);
	alerts_tick(bench.alerts, bench.now);
	expect(&bench, "fleet_outage active;");
	ck_assert_str_eq(bench.summary, "1 agent is down, others are failing");
	alerts_destroy(bench.alerts);
}
END_TEST

START_TEST(when_we_are_offline_nothing_is_raised)
{
	struct bench bench;
	struct health health = hard(OBSERVED_UP);

	begin(&bench, NULL);
	for (uint32_t id = 1; id <= 6; id++)
		add(&bench, id);
	alerts_outage(bench.alerts, OUTAGE_TESTING, bench.now);
	for (uint32_t id = 1; id <= 6; id++)
		turn(&bench, id, OBSERVED_DOWN);
	health.quality = PROBE_OFFLINE;
	for (uint32_t id = 1; id <= 5; id++)
		alerts_health(bench.alerts, id, &health, bench.now);
	expect(&bench, "");
	alerts_outage(bench.alerts, OUTAGE_OFFLINE, bench.now);
	expect(&bench, "agent_down active;"); // the sixth was down on its own
	alerts_destroy(bench.alerts);
}
END_TEST

START_TEST(events_do_the_same_as_calls)
{
	struct bench bench;
	struct rule_config config = { .name = "hot", .series = "cpu", .threshold = 90 };
	struct agent *agent = mem_calloc(1, sizeof *agent);
	struct event *added = event_new(EVENT_AGENT_ADDED, 0, 1);
	struct event *health = event_new(EVENT_AGENT_HEALTH, 0, 1);
	struct event *metrics = event_new(EVENT_METRICS, 0, 1);
	struct event *removed = event_new(EVENT_AGENT_REMOVED, 0, 1);

	begin(&bench, &config);
	agent->refs = 1;
	agent->id = 1;
	added->u.agent = agent;
	health->u.health = hard(OBSERVED_DOWN);
	metrics->u.metrics.items = mem_calloc(1, sizeof(struct metric_reading));
	metrics->u.metrics.items[0] = (struct metric_reading){ .series = 7, .value = 99 };
	metrics->u.metrics.n = 1;
	alerts_observe(bench.alerts, added, bench.now);
	alerts_observe(bench.alerts, health, bench.now);
	alerts_observe(bench.alerts, metrics, bench.now);
	alerts_observe(bench.alerts, removed, bench.now);
	expect(&bench, "agent_down active;hot active;agent_down resolved;hot resolved;");
	event_unref(added);
	added = event_new(EVENT_NOTICE, 0, 1);
	alerts_observe(bench.alerts, added, bench.now);
	event_unref(added);
	event_unref(health);
	event_unref(metrics);
	event_unref(removed);
	alerts_destroy(bench.alerts);
}
END_TEST

static void take_and_answer(void *ctx, struct event *event)
{
	struct bench *bench = ctx;
	struct health health = hard(OBSERVED_DOWN);
	uint32_t agent = event->agent;

	take(ctx, event);
	health.overlays = OVERLAY_ACKNOWLEDGED; // the agent's overlays follow its alerts
	if (strlen(bench->told) < 500)
		alerts_health(bench->alerts, agent, &health, bench->now);
}

START_TEST(telling_may_lead_back_without_a_second_alert)
{
	struct bench bench;
	struct event_sink sink = { .emit = take_and_answer, .ctx = &bench };

	bench = (struct bench){ .now = { .mono_ms = 1000 } };
	ck_assert_int_eq(alerts_create(NULL, 0, &sink, &bench.alerts), 0);
	add(&bench, 1);
	turn(&bench, 1, OBSERVED_DOWN);
	expect(&bench, "agent_down active;");
	alerts_destroy(bench.alerts);
}
END_TEST

START_TEST(resolved_alerts_are_forgotten_past_a_thousand)
{
	struct bench bench;

	begin(&bench, NULL);
	add(&bench, 1);
	for (int i = 0; i <= ALERTS_RESOLVED_MAX; i++) {
		turn(&bench, 1, OBSERVED_DOWN);
		turn(&bench, 1, OBSERVED_UP);
		bench.told[0] = '\0';
	}
	ck_assert_ptr_null(alerts_get(bench.alerts, 1));
	ck_assert_ptr_nonnull(alerts_get(bench.alerts, 2));
	ck_assert_uint_eq(alerts_n_open(bench.alerts), 0);
	alerts_destroy(bench.alerts);
}
END_TEST

START_TEST(without_memory_an_alert_is_raised_at_the_next_chance)
{
	struct bench bench;
	struct rule_config config = { .name = "hot", .series = "cpu", .threshold = 90 };
	struct rule rule = { 0 };
	struct agent agent = { .id = 2, .refs = 1 };
	struct event_sink sink = { .emit = take, .ctx = &bench };
	struct alerts *none;

	begin(&bench, &config);
	add(&bench, 1);
	for (long n = 0; n < 12; n++) {
		mem_fail_after(n);
		turn(&bench, 1, OBSERVED_DOWN);
		alerts_agent(bench.alerts, &agent, bench.now);
		ask(&bench, REQUEST_ALERT_ACK, 1, 0, "x");
		ask(&bench, REQUEST_ALERT_SNOOZE, 1, INT64_MAX / 2, "x");
		ask(&bench, REQUEST_ALERT_UNACK, 1, 0, "x");
		mem_fail_after(-1);
	}
	turn(&bench, 1, OBSERVED_DOWN);
	ck_assert_uint_eq(alerts_n_open(bench.alerts), 1);
	for (long n = 0; n < 2; n++) {
		mem_fail_after(n);
		ck_assert_int_eq(alerts_create(&rule, 1, &sink, &none), -ENOMEM);
	}
	mem_fail_after(-1);
	alerts_destroy(bench.alerts);
}
END_TEST

// Of before a restart: what may come back as it was.
static void resume(struct bench *bench, uint32_t agent, const char *rule, enum alert_state state,
		   int64_t snoozed_until_ms)
{
	const struct alert before = { .rule = rule,
				      .state = state,
				      .since_ms = bench->now.wall_ms - 5000,
				      .snoozed_until_ms = snoozed_until_ms,
				      .by = state == ALERT_ACTIVE ? "" : "bo",
				      .note = "disk" };

	ck_assert_int_eq(alerts_resume(bench->alerts, agent, &before, bench->now.wall_ms + 60000), 0);
}

static void count(void *ctx, const struct alert *alert)
{
	ck_assert_ptr_nonnull(alert->rule);
	++*(size_t *)ctx;
}

static size_t n_of(const struct bench *bench, uint32_t agent)
{
	size_t n = 0;

	alerts_each(bench->alerts, agent, bench->now, count, &n);
	return n;
}

START_TEST(an_alert_of_before_goes_on_with_what_was_done_about_it)
{
	struct bench bench;

	begin(&bench, NULL);
	add(&bench, 1);
	resume(&bench, 1, "agent_down", ALERT_ACKNOWLEDGED, 0);
	ck_assert_uint_eq(n_of(&bench, 1), 1);
	turn(&bench, 1, OBSERVED_NEVER);
	expect(&bench, "");
	ck_assert_uint_eq(n_of(&bench, 1), 1);
	turn(&bench, 1, OBSERVED_DOWN);
	expect(&bench, "agent_down acknowledged;");
	ck_assert_str_eq(alerts_get(bench.alerts, 1)->by, "bo");
	ck_assert_str_eq(alerts_get(bench.alerts, 1)->note, "disk");
	ck_assert_int_eq(alerts_get(bench.alerts, 1)->since_ms, bench.now.wall_ms - 5000);
	ck_assert_uint_eq(alerts_overlays(bench.alerts, 1), OVERLAY_ACKNOWLEDGED);
	ck_assert_uint_eq(n_of(&bench, 1), 1);
	turn(&bench, 1, OBSERVED_UP);
	turn(&bench, 1, OBSERVED_DOWN);
	expect(&bench, "agent_down resolved;agent_down active;"); // that is another one
	ck_assert_int_eq(alerts_resume(bench.alerts, 9, &(struct alert){ .rule = "", .by = "", .note = "" }, 0),
			 -ENOENT);
	alerts_destroy(bench.alerts);
}
END_TEST

START_TEST(who_is_well_after_the_restart_has_no_alert_of_before)
{
	struct bench bench;

	begin(&bench, NULL);
	add(&bench, 1);
	resume(&bench, 1, "agent_down", ALERT_ACKNOWLEDGED, 0);
	turn(&bench, 1, OBSERVED_UP);
	ck_assert_uint_eq(n_of(&bench, 1), 0);
	turn(&bench, 1, OBSERVED_DOWN);
	expect(&bench, "agent_down active;");
	alerts_destroy(bench.alerts);
}
END_TEST

START_TEST(too_late_it_is_another_alert)
{
	struct bench bench;

	begin(&bench, NULL);
	add(&bench, 1);
	resume(&bench, 1, "agent_down", ALERT_ACKNOWLEDGED, 0);
	bench.now = instant_add(bench.now, 60000);
	ck_assert_uint_eq(n_of(&bench, 1), 1);
	bench.now = instant_add(bench.now, 1);
	ck_assert_uint_eq(n_of(&bench, 1), 0); // else the next restart would take it up once more
	turn(&bench, 1, OBSERVED_DOWN);
	expect(&bench, "agent_down active;");
	ck_assert_uint_eq(n_of(&bench, 1), 1);
	alerts_destroy(bench.alerts);
}
END_TEST

START_TEST(a_snooze_of_before_ends_when_it_was_to_end)
{
	struct bench bench;

	begin(&bench, NULL);
	add(&bench, 1);
	resume(&bench, 1, "agent_down", ALERT_SNOOZED, bench.now.wall_ms + 10000);
	turn(&bench, 1, OBSERVED_DOWN);
	expect(&bench, "agent_down snoozed;");
	ck_assert_int_eq(alerts_tick(bench.alerts, bench.now), bench.now.mono_ms + 10000);
	bench.now = instant_add(bench.now, 10000);
	alerts_tick(bench.alerts, bench.now);
	expect(&bench, "agent_down active;");
	add(&bench, 2);
	resume(&bench, 2, "agent_down", ALERT_SNOOZED, bench.now.wall_ms + 10000);
	bench.now = instant_add(bench.now, 10000); // over before it is known to be down
	turn(&bench, 2, OBSERVED_DOWN);
	expect(&bench, "agent_down active;");
	alerts_destroy(bench.alerts);
}
END_TEST

START_TEST(rules_of_metrics_go_on_or_are_let_go_by_their_readings)
{
	struct rule_config config = { .name = "hot", .series = "cpu", .threshold = 90, .for_ms = 20000 };
	struct bench bench;

	begin(&bench, &config);
	add(&bench, 1);
	resume(&bench, 1, "hot", ALERT_ACKNOWLEDGED, 0);
	turn(&bench, 1, OBSERVED_UP); // that says nothing of it
	read_value(&bench, NAN);      // nor does this
	read_value(&bench, 95);
	expect(&bench, "");
	ck_assert_uint_eq(n_of(&bench, 1), 1);
	bench.now = instant_add(bench.now, 20000);
	read_value(&bench, 96);
	expect(&bench, "hot acknowledged;");
	ck_assert_uint_eq(n_of(&bench, 1), 1);
	alerts_destroy(bench.alerts);
	begin(&bench, &config);
	add(&bench, 1);
	resume(&bench, 1, "hot", ALERT_ACKNOWLEDGED, 0);
	read_value(&bench, 5);
	ck_assert_uint_eq(n_of(&bench, 1), 0);
	alerts_destroy(bench.alerts);
}
END_TEST

START_TEST(a_rule_that_is_not_for_the_agent_any_more_has_no_alert_of_before)
{
	struct rule_config config = { .name = "hot", .series = "cpu", .threshold = 90, .selector = "tier=core" };
	struct agent *agent = mem_calloc(1, sizeof *agent);
	struct bench bench;

	begin(&bench, &config);
	agent->refs = 1;
	agent->id = 1;
	ck_assert_int_eq(labels_set(&agent->labels, "tier", "core"), 0);
	ck_assert_int_eq(alerts_agent(bench.alerts, agent, bench.now), 0);
	resume(&bench, 1, "hot", ALERT_ACKNOWLEDGED, 0);
	ck_assert_int_eq(alerts_agent(bench.alerts, agent, bench.now), 0);
	ck_assert_uint_eq(n_of(&bench, 1), 1);
	add(&bench, 1); // without the label
	ck_assert_uint_eq(n_of(&bench, 1), 0);
	ck_assert_int_eq(alerts_agent(bench.alerts, agent, bench.now), 0);
	read_value(&bench, 95);
	expect(&bench, "hot active;");
	agent_unref(agent);
	alerts_destroy(bench.alerts);
}
END_TEST

START_TEST(the_fleets_alert_of_before_goes_on)
{
	struct bench bench;

	begin(&bench, NULL);
	resume(&bench, 0, "fleet_outage", ALERT_ACKNOWLEDGED, 0);
	resume(&bench, 0, "fleet_outage", ALERT_ACKNOWLEDGED, 0); // in its place
	ck_assert_uint_eq(n_of(&bench, 0), 1);
	alerts_outage(bench.alerts, OUTAGE_TESTING, bench.now);
	add(&bench, 1);
	turn(&bench, 1, OBSERVED_DOWN);
	alerts_outage(bench.alerts, OUTAGE_GROUPED, bench.now);
	expect(&bench, "fleet_outage acknowledged;");
	ck_assert_uint_eq(n_of(&bench, 0), 1);
	alerts_destroy(bench.alerts);
}
END_TEST

START_TEST(without_memory_nothing_is_taken_up)
{
	const struct alert before = {
		.rule = "agent_down", .state = ALERT_ACKNOWLEDGED, .since_ms = 1, .by = "bo", .note = ""
	};
	struct bench bench;
	int r = -ENOMEM;

	begin(&bench, NULL);
	add(&bench, 1);
	for (int i = 0; r == -ENOMEM && i < 100; i++) {
		mem_fail_after(i);
		r = alerts_resume(bench.alerts, 1, &before, bench.now.wall_ms);
		mem_fail_after(-1);
		ck_assert_uint_eq(n_of(&bench, 1), r == 0);
	}
	ck_assert_int_eq(r, 0);
	alerts_destroy(bench.alerts);
}
END_TEST

SUITE("alerts", states_raise_and_resolve_their_alerts, an_unknown_state_leaves_alerts_as_they_are,
      an_agent_never_probed_is_not_stale, who_is_operated_on_raises_nothing_new_and_is_judged_anew,
      maintenance_and_flapping_raise_nothing_new, what_people_do_is_told_with_their_name, a_snooze_ends_in_time,
      metric_rules_raise_and_clear, a_rule_without_values_clears_by_its_deadline,
      a_rule_muted_by_maintenance_is_heard_after_it, a_rule_is_only_for_the_agents_of_its_selector,
      a_mass_outage_is_one_alert, a_mass_outage_is_told_when_its_members_are_counted,
      who_recovers_before_a_mass_outage_is_told_leaves_none, when_we_are_offline_nothing_is_raised,
      events_do_the_same_as_calls, telling_may_lead_back_without_a_second_alert,
      resolved_alerts_are_forgotten_past_a_thousand, without_memory_an_alert_is_raised_at_the_next_chance,
      an_alert_of_before_goes_on_with_what_was_done_about_it, who_is_well_after_the_restart_has_no_alert_of_before,
      too_late_it_is_another_alert, a_snooze_of_before_ends_when_it_was_to_end,
      rules_of_metrics_go_on_or_are_let_go_by_their_readings,
      a_rule_that_is_not_for_the_agent_any_more_has_no_alert_of_before, the_fleets_alert_of_before_goes_on,
      without_memory_nothing_is_taken_up)
