// SPDX-License-Identifier: Apache-2.0
/* Where WebSocket is blocked: the hub's status, polled, told as a snapshot. It knows states and newest values; there
 * are no alerts, no operations and no past in it, and nothing can be asked for.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/human.h"
#include "base/memory.h"
#include "feeds/websocket_manager_internal.h"
#include "formats/json.h"
#include "model/agent.h"
#include "poll/http.h"
#include "text/text.h"

char *manager_token(const struct websocket_manager *manager)
{
	const char *path = manager->options.token_file;
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	struct bytes text;
	char *token = NULL;

	if (fd < 0)
		return NULL;
	bytes_init(&text, HUB_TOKEN_MAX);
	if (file_read_all(fd, &text) == 0 && text.len)
		token = mem_strndup(text.data, strcspn(text.data, "\r\n"));
	close(fd);
	bytes_finish(&text);
	return token;
}

// ---- reading

static char *text_of(const struct json_value *object, const char *name)
{
	struct json_text text = { "", 0 };

	json_read_text(json_member(object, name), &text);
	return text_clean_dup(text.bytes, text.n, TEXT_ONE_LINE, TEXT_FIELD_MAX);
}

static void copy_text(const struct json_value *object, const char *name, char *out, size_t size)
{
	struct json_text text = { "", 0 };

	json_read_text(json_member(object, name), &text);
	text_clean(text.bytes, text.n, TEXT_ONE_LINE, out, size, NULL);
}

static int64_t time_of(const struct json_value *object, const char *name)
{
	char text[HUMAN_MAX];
	int64_t at_ms;

	copy_text(object, name, text, sizeof text);
	return human_parse_rfc3339(text, &at_ms) == 0 ? at_ms : 0;
}

static bool flag_of(const struct json_value *object, const char *name)
{
	bool is_set = false;

	json_read_bool(json_member(object, name), &is_set);
	return is_set;
}

static int read_labels(const struct json_value *object, struct labels *labels)
{
	const struct json_value *value;
	struct json_members members;
	struct json_text name;
	int r = 0;

	json_members_init(&members, json_member(object, "labels"));
	while (r == 0 && json_members_next(&members, &name, &value)) {
		mem_auto char *clean = text_clean_dup(name.bytes, name.n, TEXT_ONE_LINE, TEXT_FIELD_MAX);
		struct json_text text = { "", 0 };
		mem_auto char *content = NULL;

		json_read_text(value, &text);
		content = text_clean_dup(text.bytes, text.n, TEXT_ONE_LINE, TEXT_FIELD_MAX);
		r = clean && content ? labels_set(labels, clean, content) : -ENOMEM;
	}
	return r;
}

static struct agent *read_agent(const struct json_value *object)
{
	struct agent *agent = mem_calloc(1, sizeof *agent);
	const struct json_value *key = json_member(object, "key");

	if (!agent)
		return NULL;
	agent->refs = 1;
	agent->key = text_of(object, key ? "key" : "url");
	agent->name = text_of(object, "name");
	agent->url = text_of(object, "url");
	agent->health_url = text_of(object, "url"); // of what is judged; nobody asks there from here
	agent->source = mem_strdup("hub");
	if (agent->key && agent->name && agent->url && agent->health_url && agent->source &&
	    read_labels(object, &agent->labels) == 0)
		return agent;
	agent_unref(agent);
	return NULL;
}

static enum reason reason_of(const char *name)
{
	for (int reason = 0; reason < REASON_COUNT; reason++)
		if (strcmp(reason_name((enum reason)reason), name) == 0)
			return (enum reason)reason;
	return REASON_NONE;
}

static void read_health(const struct json_value *object, struct health *health)
{
	static const enum observed observed[HEALTH_STATE_COUNT] = {
		[HEALTH_UP] = OBSERVED_UP,
		[HEALTH_DEGRADED] = OBSERVED_DEGRADED,
		[HEALTH_DOWN] = OBSERVED_DOWN,
		[HEALTH_UNKNOWN] = OBSERVED_NEVER,
	};
	enum health_state state = HEALTH_UNKNOWN;
	char word[32];
	int64_t status = 0;

	*health = (struct health){ 0 };
	copy_text(object, "state", word, sizeof word);
	if (health_state_from_name(word, &state) < 0)
		state = HEALTH_UNKNOWN;
	health->observed = health->toward = observed[state];
	copy_text(object, "freshness", word, sizeof word);
	health->freshness = strcmp(word, "stale") == 0  ? FRESHNESS_STALE
			    : strcmp(word, "late") == 0 ? FRESHNESS_LATE
							: FRESHNESS_FRESH;
	copy_text(object, "reason", word, sizeof word);
	health->reason = reason_of(word);
	copy_text(object, "detail", health->detail, sizeof health->detail);
	if (json_read_int(json_member(object, "http_status"), &status) == 0 && status > 0 && status < 1000)
		health->http_status = (int)status;
	copy_text(object, "word", word, sizeof word);
	if (strcmp(word, "paused") == 0)
		health->overlays |= OVERLAY_PAUSED;
	if (strcmp(word, "maintenance") == 0)
		health->overlays |= OVERLAY_MAINTENANCE;
	health->is_flapping = flag_of(object, "flapping");
	health->since_ms = time_of(object, "since");
	health->last_probe_ms = time_of(object, "last_probe");
	health->last_success_ms = time_of(object, "last_success");
}

// ---- the hub itself

static int read_environments(const struct json_value *list, struct wire_welcome *out)
{
	size_t n = json_array_length(list);

	n = n < WIRE_ENVIRONMENTS_MAX ? n : WIRE_ENVIRONMENTS_MAX;
	out->environments = mem_calloc(n + 1, sizeof *out->environments);
	if (!out->environments)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const struct json_value *object = json_array_at(list, i);
		struct wire_environment *to = &out->environments[out->n_environments++];

		copy_text(object, "name", to->name, sizeof to->name);
		copy_text(object, "colour", to->colour, sizeof to->colour);
		to->is_production = flag_of(object, "is_production");
	}
	return 0;
}

static bool is_same(const struct wire_welcome *a, const struct wire_welcome *b)
{
	return strcmp(a->fleet, b->fleet) == 0 && strcmp(a->shard, b->shard) == 0 &&
	       strcmp(a->strategy, b->strategy) == 0 && a->is_demo == b->is_demo &&
	       a->is_read_only == b->is_read_only && a->n_environments == b->n_environments &&
	       memcmp(a->environments, b->environments, a->n_environments * sizeof *a->environments) == 0;
}

// What it says of itself counts as its hello. One of before says nothing, and what is known of it stays.
static int take_about(struct attached *hub, const struct json_value *about)
{
	struct wire_welcome welcome = { 0 };
	int r;

	if (!about)
		return 0;
	copy_text(about, "fleet", welcome.fleet, sizeof welcome.fleet);
	copy_text(about, "shard", welcome.shard, sizeof welcome.shard);
	copy_text(about, "strategy", welcome.strategy, sizeof welcome.strategy);
	welcome.is_demo = flag_of(about, "demo");
	welcome.is_read_only = flag_of(about, "read_only");
	r = read_environments(json_member(about, "environments"), &welcome);
	if (r == 0 && !(hub->has_welcome && hub->is_by_status && is_same(&hub->welcome, &welcome)))
		attached_keep_welcome(hub, &welcome);
	mem_free(welcome.environments);
	return r;
}

// ---- telling

static struct event *restated(enum event_type type, int64_t at_ms, uint32_t agent)
{
	struct event *event = event_new(type, at_ms, agent);

	if (event)
		event->is_restated = true;
	return event;
}

static int tell_agent(struct attached *hub, uint32_t id, const struct agent *named, int64_t at_ms)
{
	struct event *event = restated(EVENT_AGENT_ADDED, at_ms, id);
	struct agent *agent = event ? agent_copy(named) : NULL;

	if (!agent) {
		event_unref(event);
		return -ENOMEM;
	}
	agent->id = id;
	event->u.agent = agent;
	attached_publish(hub, event);
	return 0;
}

static int tell_health(struct attached *hub, uint32_t id, const struct json_value *object)
{
	struct event *event = restated(EVENT_AGENT_HEALTH, time_of(object, "since"), id), *probed;
	double latency_ms = 0;

	if (!event)
		return -ENOMEM;
	read_health(object, &event->u.health);
	event->was_known = event->u.health.observed != OBSERVED_NEVER;
	probed = restated(EVENT_AGENT_PROBED, event->u.health.last_probe_ms, id);
	if (probed) {
		probed->channel = CHANNEL_METRICS;
		probed->u.probed.kind = PROBE_HEALTH;
		probed->u.probed.reason = event->u.health.reason;
		probed->u.probed.http_status = event->u.health.http_status;
		probed->u.probed.health = event->u.health;
		if (json_read_number(json_member(object, "latency_ms"), &latency_ms) == 0 && latency_ms > 0 &&
		    latency_ms < 1e6)
			probed->u.probed.timing.total_us = (int32_t)(latency_ms * 1000);
	}
	attached_publish(hub, event);
	if (!probed)
		return -ENOMEM;
	if (probed->at_ms)
		attached_publish(hub, probed);
	else
		event_unref(probed);
	return 0;
}

// Series have no numbers here: they get them in the order in which they are first seen.
static int series_of(struct attached *hub, const char *id, uint16_t *n_series, int64_t at_ms)
{
	int no = hub_ids_series(hub->manager->ids, hub->no, *n_series, id);
	struct event *event = no < 0 ? NULL : restated(EVENT_SERIES_DEFINED, at_ms, 0);

	if (!event)
		return no < 0 ? no : -ENOMEM;
	++*n_series;
	event->channel = CHANNEL_METRICS;
	event->u.series = (struct series_def){ .no = (uint16_t)no,
					       .id = mem_strdup(id),
					       .title = mem_strdup(id),
					       .expr = mem_strdup(""),
					       .warn = NAN,
					       .critical = NAN };
	if (!event->u.series.id || !event->u.series.title || !event->u.series.expr) {
		event_unref(event);
		return -ENOMEM;
	}
	attached_publish(hub, event);
	return no;
}

static int find_series(struct attached *hub, struct json_text id, uint16_t *n_series, int64_t at_ms)
{
	char name[128];

	text_clean(id.bytes, id.n, TEXT_ONE_LINE, name, sizeof name, NULL);
	for (uint16_t i = 0; i < *n_series; i++) {
		int no = hub_ids_series_is(hub->manager->ids, hub->no, i, name);

		if (no >= 0)
			return no;
	}
	return *n_series < SERIES_MAX ? series_of(hub, name, n_series, at_ms) : -ENOSPC;
}

static int tell_metrics(struct attached *hub, uint32_t id, const struct json_value *object, uint16_t *n_series)
{
	const struct json_value *metrics = json_member(object, "metrics"), *value;
	int64_t at_ms = time_of(object, "last_probe");
	struct metric_reading *items = mem_calloc(SERIES_MAX, sizeof *items);
	struct json_members members;
	struct event *event;
	struct json_text name;
	size_t n = 0;

	json_members_init(&members, metrics);
	while (items && n < SERIES_MAX && json_members_next(&members, &name, &value)) {
		double number = NAN;
		int no = find_series(hub, name, n_series, at_ms);

		json_read_number(value, &number);
		if (no >= 0)
			items[n++] = (struct metric_reading){ (uint16_t)no, number };
	}
	event = items && n ? restated(EVENT_METRICS, at_ms, id) : NULL;
	if (!event) {
		mem_free(items);
		return items && !n ? 0 : -ENOMEM;
	}
	event->channel = CHANNEL_METRICS;
	event->u.metrics.items = items;
	event->u.metrics.n = n;
	attached_publish(hub, event);
	return 0;
}

static int tell_one(struct attached *hub, const struct json_value *object, uint32_t no, uint16_t *n_series,
		    int64_t at_ms)
{
	struct agent *agent = read_agent(object);
	uint32_t id = agent ? hub_ids_agent(hub->manager->ids, hub->no, no, agent->key) : 0;
	int r = id ? tell_agent(hub, id, agent, at_ms) : -ENOMEM;

	agent_unref(agent);
	if (r == 0)
		r = tell_health(hub, id, object);
	return r == 0 ? tell_metrics(hub, id, object, n_series) : r;
}

static int tell_mark(struct attached *hub, bool is_end, int64_t at_ms)
{
	struct event *event = event_new(EVENT_SNAPSHOT, at_ms, 0);

	if (!event)
		return -ENOMEM;
	event->channel = CHANNEL_SYSTEM;
	event->u.snapshot.is_end = is_end;
	attached_publish(hub, event);
	return 0;
}

static int tell_status(struct attached *hub, const struct json_value *status)
{
	const struct json_value *agents = json_member(status, "agents");
	int64_t at_ms = time_of(status, "at");
	uint16_t n_series = 0;
	int r = tell_mark(hub, false, at_ms);

	hub_ids_forget(hub->manager->ids, hub->no);
	hub_ids_begin(hub->manager->ids, hub->no);
	for (size_t i = 0; r == 0 && i < json_array_length(agents); i++)
		r = tell_one(hub, json_array_at(agents, i), (uint32_t)i + 1, &n_series, at_ms);
	if (r == 0)
		r = tell_mark(hub, true, at_ms);
	if (r == 0)
		attached_pass_on(hub, hub_ids_settle(hub->manager->ids, hub->no));
	return r;
}

int attached_take_status(struct attached *hub, const char *text, size_t n, char *why, size_t why_size)
{
	struct json_error error = { .reason = "" };
	struct json_value *status;
	int64_t schema = 0;
	int r = json_parse(text, n, &status, &error);

	if (r < 0) {
		snprintf(why, why_size, "its status is no JSON: %s", error.reason);
		return r;
	}
	if (json_read_int(json_member(status, "schema_version"), &schema) < 0 || schema != 1) {
		snprintf(why, why_size, "its status is none that is known here");
		r = -EINVAL;
	} else {
		r = take_about(hub, json_member(status, "hub"));
		hub->is_by_status = true;
		hub->is_whole = false;
		r = r < 0 ? r : tell_status(hub, status);
		if (r < 0)
			snprintf(why, why_size, "out of memory");
	}
	json_free(status);
	return r;
}

// ---- asking

static void on_status(const struct http_response *response, void *ctx)
{
	struct attached *hub = ctx;
	struct instant now = clock_now();
	char why[HUB_STATE_WHY_MAX] = "";
	bool is_read = false;

	hub->poll = NULL;
	if (hub->state.phase == HUB_LIVE || hub->state.phase == HUB_READING)
		return; // the socket was quicker
	if (response->reason == REASON_NONE && response->status == 200)
		is_read = attached_take_status(hub, response->body ? response->body : "", response->body_len, why,
					       sizeof why) == 0;
	hub_state_polled(&hub->state, is_read, now);
	attached_settle(hub, now);
}

void attached_poll(struct attached *hub)
{
	mem_auto char *token = manager_token(hub->manager);
	char url[HUB_ADDRESS_MAX + 16], authorization[HUB_TOKEN_MAX + 16];
	const struct http_request request = {
		.url = url,
		.authorization = token ? authorization : NULL,
		.accept = "application/json",
		.tls = hub->manager->options.tls,
		.unix_socket = hub->address.socket[0] ? hub->address.socket : NULL,
	};

	if (hub->poll)
		return;
	snprintf(url, sizeof url, "%s/v1/status", hub->address.url);
	snprintf(authorization, sizeof authorization, "Bearer %s", token ? token : "");
	if (http_request_start(hub->manager->client, &request, on_status, hub, &hub->poll) < 0)
		hub_state_polled(&hub->state, false, clock_now());
}
