// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fleet_story.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "model/agent.h"

static const char *const tiers[] = { "guardian", "pillar", "scale", "security", "intelligence", "communication" };

static void need(const void *memory)
{
	if (memory)
		return;
	fputs("fleet_story: out of memory\n", stderr);
	abort();
}

static uint64_t draw(struct fleet_story *story, uint64_t below)
{
	story->random = hash_mix(story->random + 1);
	return story->random % below;
}

static struct event *make(struct fleet_story *story, enum event_type type, enum channel channel, uint32_t agent)
{
	struct event *event = event_new(type, story->now_ms, agent);

	need(event);
	event->channel = channel;
	return event;
}

static void emit(struct fleet_story *story, struct event *event)
{
	story->n_events++;
	event_emit(&story->sink, event);
}

// "Agent0012" between two texts.
static const char *text_of(const char *before, unsigned long n, const char *after)
{
	char text[160];

	snprintf(text, sizeof text, "%s%04lu%s", before, n, after);
	return mem_strdup(text);
}

static void add_agent(struct fleet_story *story, uint32_t id)
{
	struct event *event = make(story, EVENT_AGENT_ADDED, CHANNEL_AGENTS, id);
	struct agent *agent = mem_calloc(1, sizeof *agent);
	uint32_t no = id + story->shift;

	need(agent);
	agent->id = id;
	agent->refs = 1;
	agent->key = text_of("agent-", no, "");
	agent->name = text_of("Agent", no, "");
	agent->url = text_of("http://agent-", no, ".coe.example:8080");
	agent->health_url = text_of("http://agent-", no, ".coe.example:8080/health");
	agent->metrics_url = text_of("http://agent-", no, ".coe.example:8080/metrics");
	agent->source = mem_strdup("config");
	agent->driver = mem_strdup("http");
	agent->control_url = text_of("http://agent-", no, ".coe.example:8080/control");
	agent->interval_ms = story->interval_ms;
	agent->timeout_ms = 5000;
	agent->fall = STORY_FALL;
	agent->rise = 1;
	if (labels_set(&agent->labels, "tier", tiers[id % 6]) < 0 || labels_set(&agent->labels, "env", "prod") < 0)
		need(NULL);
	event->u.agent = agent;
	emit(story, event);
}

static void define_series(struct fleet_story *story)
{
	static const char *const ids[STORY_SERIES] = { "latency", "cpu", "memory", "rate", "errors", "p95" };

	for (uint16_t i = 0; i < STORY_SERIES; i++) {
		struct event *event = make(story, EVENT_SERIES_DEFINED, CHANNEL_METRICS, 0);

		event->u.series = (struct series_def){
			.no = i,
			.id = mem_strdup(ids[i]),
			.title = mem_strdup(ids[i]),
			.expr = mem_strdup(i ? "rate(x)" : ""),
			.warn = NAN,
			.critical = NAN,
		};
		emit(story, event);
	}
}

void fleet_story_init(struct fleet_story *story, size_t n_agents, uint32_t interval_ms, uint64_t seed,
		      const struct event_sink *sink)
{
	fleet_story_init_shifted(story, n_agents, interval_ms, seed, 0, sink);
}

void fleet_story_init_shifted(struct fleet_story *story, size_t n_agents, uint32_t interval_ms, uint64_t seed,
			      uint32_t shift, const struct event_sink *sink)
{
	*story = (struct fleet_story){
		.sink = *sink,
		.n_agents = n_agents,
		.interval_ms = interval_ms,
		.random = seed,
		.shift = shift,
		.now_ms = FLEET_STORY_BEGIN_MS,
	};
	story->agents = mem_calloc(n_agents, sizeof *story->agents);
	need(story->agents);
	define_series(story);
	for (uint32_t i = 0; i < n_agents; i++) {
		add_agent(story, i + 1);
		story->agents[i].health = (struct health){ .attempt_of = STORY_FALL };
		for (int k = 0; k < STORY_SERIES; k++)
			story->agents[i].values[k] = 10.0 + (double)draw(story, 5000) / 100.0;
	}
}

void fleet_story_finish(struct fleet_story *story)
{
	mem_free(story->agents);
}

// ---- what happens

static void tell_alert(struct fleet_story *story, uint32_t id, enum alert_state state)
{
	struct story_agent *agent = &story->agents[id - 1];
	struct event *event = make(story, EVENT_ALERT, CHANNEL_ALERTS, id);
	bool is_over = state == ALERT_RESOLVED;

	if (!agent->alert)
		agent->alert = ++story->n_alerts;
	event->u.alert = (struct alert){
		.id = agent->alert,
		.agent = id,
		.n_agents = 1,
		.rule = mem_strdup("agent_down"),
		.summary = text_of("Agent", id, " is down"),
		.severity = SEVERITY_CRITICAL,
		.state = state,
		.value = NAN,
		.since_ms = agent->health.since_ms,
		.updated_ms = story->now_ms,
		.resolved_ms = is_over ? story->now_ms : 0,
		.by = mem_strdup(state == ALERT_ACKNOWLEDGED ? "alice" : ""),
		.note = mem_strdup(""),
	};
	emit(story, event);
	if (is_over)
		agent->alert = 0;
}

static void tell_action(struct fleet_story *story, uint32_t id)
{
	struct event *event = make(story, EVENT_ACTION, CHANNEL_AUDIT, id);

	event->u.action.type = ACTION_INFO;
	event->u.action.alert = story->agents[id - 1].alert;
	event->u.action.who = mem_strdup("alice");
	event->u.action.title = mem_strdup("acknowledged agent_down");
	event->u.action.text = mem_strdup("looking into it, see http://bob:hunter2@wiki.example/runbook?token=s3cret");
	emit(story, event);
}

static void tell_health(struct fleet_story *story, uint32_t id)
{
	struct event *event = make(story, EVENT_AGENT_HEALTH, CHANNEL_AGENTS, id);

	event->u.health = story->agents[id - 1].health;
	emit(story, event);
}

// The verdict of one probe; says whether anything but the times changed.
static bool judge(struct fleet_story *story, struct story_agent *agent, bool is_bad)
{
	struct health *health = &agent->health;
	enum observed result = is_bad ? OBSERVED_DOWN : OBSERVED_UP, before = health->observed;
	bool was_soft = health->attempt_n > 0;

	health->last_probe_ms = story->now_ms;
	health->http_status = is_bad ? 503 : 200;
	if (is_bad)
		health->last_failure_ms = story->now_ms;
	else
		health->last_success_ms = story->now_ms;
	health->consecutive_failures = is_bad ? health->consecutive_failures + 1 : 0;
	health_recent_push(health, result);
	health->toward = result;
	health->reason = is_bad ? REASON_HTTP_STATUS : REASON_NONE;
	snprintf(health->detail, sizeof health->detail, "%s", is_bad ? "HTTP 503: says unhealthy" : "");
	health->attempt_n = is_bad && before == OBSERVED_UP && health->consecutive_failures < STORY_FALL
				    ? (uint16_t)health->consecutive_failures
				    : 0;
	if (health->attempt_n == 0 && before != result) {
		health->observed = result;
		health->since_ms = story->now_ms;
	}
	return before != health->observed || was_soft != (health->attempt_n > 0);
}

static void tell_probed(struct fleet_story *story, uint32_t id, enum probe_kind kind, bool is_bad)
{
	struct event *event = make(story, EVENT_AGENT_PROBED, CHANNEL_METRICS, id);
	struct event_probed *probed = &event->u.probed;
	char excerpt[200];

	probed->kind = kind;
	probed->reason = is_bad ? REASON_HTTP_STATUS : REASON_NONE;
	probed->http_status = is_bad ? 503 : 200;
	probed->timing = (struct probe_timing){ .first_byte_us = 300 + (int32_t)draw(story, 900) };
	probed->timing.total_us = probed->timing.first_byte_us + 20 + (int32_t)draw(story, 50);
	probed->wire_bytes = kind == PROBE_HEALTH ? 310 : 4100 + draw(story, 300);
	probed->body_bytes = probed->wire_bytes - 180;
	probed->next_due_ms = story->now_ms + story->interval_ms;
	probed->dialect = kind == PROBE_HEALTH ? DIALECT_HEALTH_JSON : DIALECT_METRICS;
	snprintf(excerpt, sizeof excerpt,
		 "{\"status\":\"%s\",\"version\":\"1.4.2\",\"checks\":{\"db\":[{\"status\":\"pass\",\"observedValue\":%"
		 "u}]}}",
		 is_bad ? "fail" : "pass", (unsigned)draw(story, 40));
	probed->excerpt = mem_strdup(kind == PROBE_HEALTH ? excerpt : "");
	probed->health = story->agents[id - 1].health;
	emit(story, event);
}

static void tell_metrics(struct fleet_story *story, uint32_t id)
{
	struct event *event = make(story, EVENT_METRICS, CHANNEL_METRICS, id);
	struct story_agent *agent = &story->agents[id - 1];

	event->u.metrics.items = mem_calloc(STORY_SERIES, sizeof(struct metric_reading));
	need(event->u.metrics.items);
	event->u.metrics.n = STORY_SERIES;
	for (uint16_t i = 0; i < STORY_SERIES; i++) {
		agent->values[i] = fabs(agent->values[i] + (double)draw(story, 200) / 100.0 - 1.0);
		event->u.metrics.items[i] = (struct metric_reading){ .series = i, .value = agent->values[i] };
	}
	emit(story, event);
}

// Twelve agents go bad in an hour, of a large fleet one in twenty, and stay so for some turns.
static bool is_bad_now(struct fleet_story *story, struct story_agent *agent)
{
	uint64_t turns = 3600000 / story->interval_ms * story->n_agents + 1;
	uint64_t incidents = story->n_agents > 240 ? story->n_agents / 20 : 12;

	if (!agent->n_bad_left && agent->health.observed == OBSERVED_UP && draw(story, turns) < incidents)
		agent->n_bad_left = 2 + (uint32_t)draw(story, 12);
	if (!agent->n_bad_left)
		return false;
	agent->n_bad_left--;
	return true;
}

void fleet_story_step(struct fleet_story *story)
{
	uint32_t id = (uint32_t)story->next + 1;
	struct story_agent *agent = &story->agents[story->next];
	enum observed before = agent->health.observed;
	bool is_bad = is_bad_now(story, agent);

	if (judge(story, agent, is_bad))
		tell_health(story, id);
	tell_probed(story, id, PROBE_HEALTH, is_bad);
	tell_probed(story, id, PROBE_METRICS, false);
	tell_metrics(story, id);
	if (before != agent->health.observed && agent->health.observed == OBSERVED_DOWN) {
		tell_alert(story, id, ALERT_ACTIVE);
		if (draw(story, 2)) {
			tell_alert(story, id, ALERT_ACKNOWLEDGED);
			tell_action(story, id);
		}
	} else if (agent->alert && agent->health.observed == OBSERVED_UP) {
		tell_alert(story, id, ALERT_RESOLVED);
	}
	story->next = (story->next + 1) % story->n_agents;
	story->now_ms += (int64_t)(story->interval_ms / story->n_agents) +
			 (draw(story, story->n_agents) < story->interval_ms % story->n_agents);
}
