// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fleet_fixture.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "model/agent.h"
#include "tests/support/suite.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

void fleet_fixture_init(struct fleet_fixture *f)
{
	memset(f, 0, sizeof *f);
	ck_assert_int_eq(fleet_create(NULL, &f->fleet), 0);
}

void fleet_fixture_finish(struct fleet_fixture *f)
{
	fleet_destroy(f->fleet);
	mem_free(f->ids);
	memset(f, 0, sizeof *f);
}

void fleet_fixture_apply(struct fleet_fixture *f, struct event *event)
{
	ck_assert_ptr_nonnull(event);
	event->seq = ++f->seq[event->channel];
	ck_assert_int_eq(fleet_apply(f->fleet, event), 0);
	event_unref(event);
}

static struct event *make(enum event_type type, int64_t age_ms, uint32_t agent)
{
	struct event *event = event_new(type, FIXTURE_NOW_MS - age_ms, agent);

	ck_assert_ptr_nonnull(event);
	return event;
}

static const char *make_url(const char *name, const char *path)
{
	char text[600];

	snprintf(text, sizeof text, "http://%s.coe.example:8080%s", name, path);
	for (char *c = text; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return mem_strdup(text);
}

static struct agent *make_agent(uint32_t id, const char *name, const char *tier, const char *env)
{
	struct agent *agent = mem_calloc(1, sizeof *agent);

	ck_assert_ptr_nonnull(agent);
	agent->id = id;
	agent->refs = 1;
	agent->key = mem_strdup(name);
	agent->name = mem_strdup(name);
	agent->url = make_url(name, "");
	agent->health_url = make_url(name, "/health");
	agent->metrics_url = make_url(name, "/metrics");
	agent->source = mem_strdup("config");
	agent->interval_ms = 5000;
	agent->timeout_ms = 2000;
	agent->fall = 3;
	agent->rise = 2;
	if (*tier)
		ck_assert_int_eq(labels_set(&agent->labels, "tier", tier), 0);
	if (*env)
		ck_assert_int_eq(labels_set(&agent->labels, "env", env), 0);
	ck_assert_int_eq(labels_set(&agent->labels, "version", "0.4.2"), 0);
	return agent;
}

static uint32_t add(struct fleet_fixture *f, struct agent *agent)
{
	uint32_t id = agent->id;
	struct event *event = make(EVENT_AGENT_ADDED, 2 * HOUR_MS, id);

	event->u.agent = agent;
	fleet_fixture_apply(f, event);
	f->ids = mem_realloc(f->ids, f->n_agents * sizeof *f->ids);
	ck_assert_ptr_nonnull(f->ids);
	f->ids[f->n_agents - 1] = id;
	return id;
}

uint32_t fleet_fixture_add(struct fleet_fixture *f, const char *name, const char *tier, const char *env)
{
	return add(f, make_agent(++f->n_agents, name, tier, env));
}

uint32_t fleet_fixture_add_paused(struct fleet_fixture *f, const char *name, const char *tier)
{
	struct agent *agent = make_agent(++f->n_agents, name, tier, "");

	agent->is_paused = true;
	return add(f, agent);
}

struct health fleet_fixture_healthy(int64_t age_ms)
{
	return (struct health){
		.observed = OBSERVED_UP,
		.toward = OBSERVED_UP,
		.attempt_of = 3,
		.http_status = 200,
		.since_ms = FIXTURE_NOW_MS - age_ms,
		.last_probe_ms = FIXTURE_NOW_MS - 2 * SECOND_MS,
		.last_success_ms = FIXTURE_NOW_MS - 2 * SECOND_MS,
	};
}

void fleet_fixture_health_event(struct fleet_fixture *f, uint32_t id, const struct health *health)
{
	struct event *event = make(EVENT_AGENT_HEALTH, 0, id);

	event->at_ms = health->since_ms ? health->since_ms : FIXTURE_NOW_MS;
	event->u.health = *health;
	fleet_fixture_apply(f, event);
}

void fleet_fixture_health(struct fleet_fixture *f, uint32_t id, enum observed observed, enum reason reason,
			  int64_t age_ms)
{
	struct health health = fleet_fixture_healthy(age_ms);

	health.observed = health.toward = observed;
	health.reason = reason;
	if (observed == OBSERVED_DOWN) {
		health.http_status = 0;
		health.last_success_ms = FIXTURE_NOW_MS - age_ms - 15 * SECOND_MS;
		health.last_failure_ms = health.last_probe_ms;
		health.consecutive_failures = (uint32_t)(age_ms / (5 * SECOND_MS)) + 3;
	}
	if (observed == OBSERVED_NEVER)
		health = (struct health){ .attempt_of = 3 };
	fleet_fixture_health_event(f, id, &health);
}

void fleet_fixture_probed(struct fleet_fixture *f, uint32_t id, enum reason reason, int http_status, int32_t total_us)
{
	struct event *event = make(EVENT_AGENT_PROBED, 2 * SECOND_MS, id);
	struct event_probed *probed = &event->u.probed;
	const struct fleet_agent *agent = fleet_agent(f->fleet, id);

	ck_assert_ptr_nonnull(agent);
	probed->kind = PROBE_HEALTH;
	probed->reason = reason;
	probed->http_status = http_status;
	probed->dialect = DIALECT_HEALTH_JSON;
	probed->timing = (struct probe_timing){ total_us / 4, -1, -1, -1, total_us };
	if (http_status)
		probed->timing =
			(struct probe_timing){ total_us / 10, total_us / 4, total_us / 2, total_us * 9 / 10, total_us };
	probed->body_bytes = http_status ? 35 : 0;
	probed->next_due_ms = FIXTURE_NOW_MS + 3 * SECOND_MS;
	probed->excerpt = mem_strdup(http_status ? "{\"status\":\"pass\",\"version\":\"0.4.2\"}" : "");
	probed->health = agent->health;
	fleet_fixture_apply(f, event);
}

void fleet_fixture_point(struct fleet_fixture *f, uint32_t id, uint16_t series, int64_t age_ms, double value)
{
	struct event *event = make(EVENT_METRICS, age_ms, id);

	event->u.metrics.items = mem_calloc(1, sizeof *event->u.metrics.items);
	ck_assert_ptr_nonnull(event->u.metrics.items);
	event->u.metrics.items[0] = (struct metric_reading){ .series = series, .value = value };
	event->u.metrics.n = 1;
	fleet_fixture_apply(f, event);
}

void fleet_fixture_wave(struct fleet_fixture *f, uint32_t id, uint16_t series, size_t n, double low, double high)
{
	for (size_t i = 0; i < n; i++) {
		double phase = (double)(i * 7 + id * 3) / 24.0;

		fleet_fixture_point(f, id, series, (int64_t)(n - 1 - i) * 5 * SECOND_MS,
				    low + (high - low) * (0.5 + 0.5 * sin(phase)));
	}
}

void fleet_fixture_series(struct fleet_fixture *f)
{
	static const struct series_def defs[FIXTURE_SERIES_COUNT] = {
		[FIXTURE_CPU] = { FIXTURE_CPU, "cpu", "CPU busy", UNIT_PERCENT, BETTER_LOWER, 80, 95, "" },
		[FIXTURE_MEMORY] = { FIXTURE_MEMORY, "memory", "Memory used", UNIT_PERCENT, BETTER_LOWER, 85, 95, "" },
		[FIXTURE_RATE] = { FIXTURE_RATE, "http_rate", "Requests", UNIT_PER_SECOND, BETTER_NEITHER, NAN, NAN,
				   "" },
		[FIXTURE_ERRORS] = { FIXTURE_ERRORS, "http_errors", "Error share", UNIT_PERCENT, BETTER_LOWER, 1, 5,
				     "" },
		[FIXTURE_LATENCY] = { FIXTURE_LATENCY, "latency", "Probe latency", UNIT_MILLISECONDS, BETTER_LOWER, NAN,
				      NAN, "" },
	};

	for (size_t i = 0; i < COUNT(defs); i++) {
		struct event *event = make(EVENT_SERIES_DEFINED, 2 * HOUR_MS, 0);

		event->u.series = defs[i];
		event->u.series.id = mem_strdup(defs[i].id);
		event->u.series.title = mem_strdup(defs[i].title);
		event->u.series.expr = mem_strdup("");
		fleet_fixture_apply(f, event);
	}
}

uint32_t fleet_fixture_alert(struct fleet_fixture *f, uint32_t agent, enum severity severity, enum alert_state state,
			     const char *rule, const char *summary, int64_t age_ms)
{
	struct event *event = make(EVENT_ALERT, age_ms, agent);
	struct alert *alert = &event->u.alert;
	bool is_touched = state == ALERT_ACKNOWLEDGED || state == ALERT_SNOOZED;
	uint32_t id = ++f->n_alerts;

	alert->id = id;
	alert->agent = agent;
	alert->n_agents = 1;
	alert->rule = mem_strdup(rule);
	alert->summary = mem_strdup(summary);
	alert->severity = severity;
	alert->state = state;
	alert->value = NAN;
	alert->since_ms = alert->updated_ms = FIXTURE_NOW_MS - age_ms;
	alert->resolved_ms = state == ALERT_RESOLVED ? FIXTURE_NOW_MS - age_ms / 2 : 0;
	alert->snoozed_until_ms = state == ALERT_SNOOZED ? FIXTURE_NOW_MS + 25 * MINUTE_MS : 0;
	alert->by = mem_strdup(is_touched ? "maria" : "");
	alert->note = mem_strdup(is_touched ? "rack move, CHG-1207" : "");
	fleet_fixture_apply(f, event);
	return id;
}

void fleet_fixture_notice(struct fleet_fixture *f, uint32_t agent, enum severity severity, enum action_type type,
			  const char *title, const char *text, int64_t age_ms)
{
	struct event *event = make(EVENT_NOTICE, age_ms, agent);

	event->u.notice.severity = severity;
	event->u.notice.type = type;
	event->u.notice.title = mem_strdup(title);
	event->u.notice.text = mem_strdup(text);
	fleet_fixture_apply(f, event);
}

void fleet_fixture_action(struct fleet_fixture *f, uint32_t agent, const char *who, const char *title, const char *text,
			  int64_t age_ms)
{
	struct event *event = make(EVENT_ACTION, age_ms, agent);

	event->u.action.type = ACTION_UPDATE;
	event->u.action.who = mem_strdup(who);
	event->u.action.title = mem_strdup(title);
	event->u.action.text = mem_strdup(text);
	fleet_fixture_apply(f, event);
}

void fleet_fixture_feed(struct fleet_fixture *f, enum feed_state state, int64_t age_ms, int64_t answer_age_ms,
			int64_t retry_in_ms, const char *detail)
{
	struct event *event = make(EVENT_FEED, 0, 0);

	event->u.feed.state = state;
	event->u.feed.since_ms = FIXTURE_NOW_MS - age_ms;
	event->u.feed.last_answer_ms = answer_age_ms < 0 ? 0 : FIXTURE_NOW_MS - answer_age_ms;
	event->u.feed.retry_ms = retry_in_ms ? FIXTURE_NOW_MS + retry_in_ms : 0;
	event->u.feed.detail = mem_strdup(detail);
	event->u.feed.lag_ms = 1;
	fleet_fixture_apply(f, event);
}

void fleet_fixture_source(struct fleet_fixture *f, const char *name, const char *why, int64_t age_ms)
{
	struct event *event = make(EVENT_SOURCE, age_ms, 0);

	event->u.source.name = mem_strdup(name);
	event->u.source.why = mem_strdup(why);
	event->u.source.is_recording = strncmp(name, "recording:", 10) == 0;
	fleet_fixture_apply(f, event);
}
