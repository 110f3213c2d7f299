// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/frame_fleet.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/agent.h"
#include "opscon/view.h"

enum { SECOND_MS = 1000, HOUR_MS = 3600 * SECOND_MS, N_SERIES = 3, N_POINTS = 60, N_MEASURED = 100 };

static void must(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "frame: %s\n", what);
	exit(1);
}

static struct event *make(const struct frame_fleet *f, enum event_type type, int64_t age_ms, uint32_t agent)
{
	struct event *event = event_new(type, f->now.wall_ms - age_ms, agent);

	must(event != NULL, "no memory");
	return event;
}

static void apply(struct frame_fleet *f, struct event *event)
{
	event->seq = ++f->seq[event->channel];
	must(fleet_apply(f->fleet, event) == 0, "an event was not taken");
	event_unref(event);
}

static void add_agent(struct frame_fleet *f, uint32_t id)
{
	static const char *const tiers[] = { "edge", "web", "queue", "data", "search", "batch" };
	struct event *event = make(f, EVENT_AGENT_ADDED, HOUR_MS, id);
	struct agent *agent = mem_calloc(1, sizeof *agent);
	char name[40], url[80];

	must(agent != NULL, "no memory");
	snprintf(name, sizeof name, "agent-%05u", (unsigned)id);
	snprintf(url, sizeof url, "http://%s.example:8080", name);
	agent->id = id;
	agent->refs = 1;
	agent->key = mem_strdup(name);
	agent->name = mem_strdup(name);
	agent->url = mem_strdup(url);
	agent->health_url = mem_strdup(url);
	agent->source = mem_strdup("config");
	agent->interval_ms = 5000;
	agent->timeout_ms = 2000;
	agent->fall = 3;
	agent->rise = 2;
	must(labels_set(&agent->labels, "tier", tiers[id % 6]) == 0, "no memory");
	event->u.agent = agent;
	apply(f, event);
}

static struct health healthy(const struct frame_fleet *f)
{
	return (struct health){ .observed = OBSERVED_UP,
				.toward = OBSERVED_UP,
				.attempt_of = 3,
				.http_status = 200,
				.since_ms = f->now.wall_ms - HOUR_MS,
				.last_probe_ms = f->now.wall_ms,
				.last_success_ms = f->now.wall_ms };
}

static void set_health(struct frame_fleet *f, uint32_t id)
{
	struct event *event = make(f, EVENT_AGENT_HEALTH, HOUR_MS, id);

	event->u.health = healthy(f);
	if (id % 97 == 5) {
		event->u.health.observed = event->u.health.toward = OBSERVED_DOWN;
		event->u.health.reason = REASON_CONNECT_REFUSED;
		event->u.health.last_success_ms = 0;
	}
	apply(f, event);
}

void frame_fleet_probed(struct frame_fleet *f, uint32_t agent, int32_t total_us)
{
	struct event *event = make(f, EVENT_AGENT_PROBED, 0, agent);
	struct event_probed *probed = &event->u.probed;

	probed->kind = PROBE_HEALTH;
	probed->http_status = 200;
	probed->dialect = DIALECT_HEALTH_JSON;
	probed->timing = (struct probe_timing){ 0, 0, 0, total_us - 1, total_us };
	probed->body_bytes = 60;
	probed->next_due_ms = f->now.wall_ms + 5 * SECOND_MS;
	probed->excerpt = mem_strdup("{\"status\":\"pass\"}");
	probed->health = fleet_agent(f->fleet, agent)->health;
	probed->health.last_probe_ms = f->now.wall_ms;
	apply(f, event);
}

static void define_series(struct frame_fleet *f)
{
	static const struct series_def defs[N_SERIES] = {
		{ 0, "latency", "Latency", UNIT_MILLISECONDS, BETTER_LOWER, NAN, NAN, "" },
		{ 1, "cpu", "CPU busy", UNIT_PERCENT, BETTER_LOWER, 80, 95, "" },
		{ 2, "memory", "Memory used", UNIT_PERCENT, BETTER_LOWER, 85, 95, "" },
	};

	for (size_t i = 0; i < N_SERIES; i++) {
		struct event *event = make(f, EVENT_SERIES_DEFINED, HOUR_MS, 0);

		event->u.series = defs[i];
		event->u.series.id = mem_strdup(defs[i].id);
		event->u.series.title = mem_strdup(defs[i].title);
		event->u.series.expr = mem_strdup("");
		apply(f, event);
	}
}

static void add_points(struct frame_fleet *f, uint32_t id)
{
	for (int i = N_POINTS; i > 0; i--) {
		struct event *event = make(f, EVENT_METRICS, (int64_t)i * 5 * SECOND_MS, id);

		event->u.metrics.items = mem_calloc(N_SERIES, sizeof *event->u.metrics.items);
		must(event->u.metrics.items != NULL, "no memory");
		event->u.metrics.n = N_SERIES;
		for (uint16_t no = 0; no < N_SERIES; no++)
			event->u.metrics.items[no] =
				(struct metric_reading){ .series = no,
							 .value = 30 + 20 * sin((i + (int)id * 3 + no) / 7.0) };
		apply(f, event);
	}
}

static void go_live(struct frame_fleet *f)
{
	struct event *event = make(f, EVENT_FEED, 0, 0);

	event->u.feed.state = FEED_LIVE;
	event->u.feed.since_ms = f->now.wall_ms - HOUR_MS;
	event->u.feed.last_answer_ms = f->now.wall_ms;
	event->u.feed.detail = mem_strdup("");
	apply(f, event);
}

void frame_fleet_init(struct frame_fleet *f, uint32_t n_agents)
{
	struct console_options options = { .has_unicode = true };

	*f = (struct frame_fleet){ .now = { .mono_ms = HOUR_MS, .wall_ms = INT64_C(1795446245000) } };
	f->n_agents = n_agents;
	must(fleet_create(NULL, &f->fleet) == 0, "no memory");
	go_live(f);
	define_series(f);
	for (uint32_t id = 1; id <= n_agents; id++) {
		add_agent(f, id);
		set_health(f, id);
		frame_fleet_probed(f, id, 2000 + (int32_t)(id % 100) * 10);
		if (id <= N_MEASURED)
			add_points(f, id);
	}
	options.fleet = f->fleet;
	must(console_create(&options, f->now, &f->console) == 0, "no console");
}

uint32_t frame_fleet_row(const struct frame_fleet *f, size_t row)
{
	const struct view *view = console_view(f->console);

	return view->table.ids[row % view->table.n_ids];
}

void frame_fleet_finish(struct frame_fleet *f)
{
	console_destroy(f->console);
	fleet_destroy(f->fleet);
}
