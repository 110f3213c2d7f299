// SPDX-License-Identifier: Apache-2.0
/* Alerts, progress, and what people and the program have to say. */
#include <errno.h>

#include "base/memory.h"
#include "wire/payloads.h"
#include "wire/words.h"

#define IN_EVENT(member) WIRE_AT(struct event, u.member)

// ---- alerts

static const struct wire_field alert_fields[] = {
	{ "id", WIRE_KIND_U32, IN_EVENT(alert.id) },
	{ "agent", WIRE_KIND_U32, IN_EVENT(alert.agent) },
	{ "n_agents", WIRE_KIND_U32, IN_EVENT(alert.n_agents) },
	{ "rule", WIRE_KIND_TEXT, IN_EVENT(alert.rule) },
	{ "summary", WIRE_KIND_TEXT, IN_EVENT(alert.summary) },
	{ "severity", WIRE_KIND_WORD, IN_EVENT(alert.severity), .words = &wire_severities, .is_needed = true },
	{ "state", WIRE_KIND_WORD, IN_EVENT(alert.state), .words = &wire_alert_states, .is_needed = true },
	{ "value", WIRE_KIND_DOUBLE, IN_EVENT(alert.value) },
	{ "since_ms", WIRE_KIND_I64, IN_EVENT(alert.since_ms) },
	{ "updated_ms", WIRE_KIND_I64, IN_EVENT(alert.updated_ms) },
	{ "resolved_ms", WIRE_KIND_I64, IN_EVENT(alert.resolved_ms) },
	{ "snoozed_until_ms", WIRE_KIND_I64, IN_EVENT(alert.snoozed_until_ms) },
	{ "by", WIRE_KIND_TEXT, IN_EVENT(alert.by) },
	{ "note", WIRE_KIND_TEXT, IN_EVENT(alert.note) },
};

static void write_alert(struct json_writer *w, const struct event *event, unsigned flags)
{
	(void)flags;
	wire_fields_write(w, alert_fields, WIRE_COUNT(alert_fields), event);
}

static int read_alert(struct wire_scan *scan, const struct json_node *data, struct event *event)
{
	int r = wire_fields_read(scan, data, alert_fields, WIRE_COUNT(alert_fields), event);

	if (r == 0 && !event->u.alert.id)
		return wire_bad(scan, "id", "missing");
	event->u.alert.id = wire_map(scan, WIRE_ID_ALERT, event->u.alert.id, NULL);
	event->u.alert.agent = wire_map_mention(scan, WIRE_ID_AGENT, event->u.alert.agent);
	return r;
}

const struct wire_payload wire_payload_alert = { write_alert, read_alert, false };

// ---- progress

static const struct wire_field progress_fields[] = {
	{ "id", WIRE_KIND_U32, WIRE_AT(struct progress, id) },
	{ "title", WIRE_KIND_TEXT, WIRE_AT(struct progress, title) },
	{ "percent", WIRE_KIND_U16, WIRE_AT(struct progress, percent) },
	{ "started_ms", WIRE_KIND_I64, WIRE_AT(struct progress, started_ms) },
	{ "ended_ms", WIRE_KIND_I64, WIRE_AT(struct progress, ended_ms) },
	{ "estimated_ms", WIRE_KIND_I64, WIRE_AT(struct progress, estimated_ms) },
	{ "is_paused", WIRE_KIND_BOOL, WIRE_AT(struct progress, is_paused) },
};

static const struct wire_field step_fields[] = {
	{ "label", WIRE_KIND_TEXT, WIRE_AT(struct progress_step, label) },
	{ "description", WIRE_KIND_TEXT, WIRE_AT(struct progress_step, description) },
	{ "error", WIRE_KIND_TEXT, WIRE_AT(struct progress_step, error) },
	{ "state", WIRE_KIND_WORD, WIRE_AT(struct progress_step, state), .words = &wire_step_states },
	{ "started_ms", WIRE_KIND_I64, WIRE_AT(struct progress_step, started_ms) },
	{ "ended_ms", WIRE_KIND_I64, WIRE_AT(struct progress_step, ended_ms) },
};

static void write_progress(struct json_writer *w, const struct event *event, unsigned flags)
{
	const struct progress *progress = &event->u.progress;

	(void)flags;
	wire_fields_write(w, progress_fields, WIRE_COUNT(progress_fields), progress);
	json_open(w, "steps", '[');
	for (size_t i = 0; i < progress->n_steps; i++) {
		json_open(w, NULL, '{');
		wire_fields_write(w, step_fields, WIRE_COUNT(step_fields), &progress->steps[i]);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static int read_progress(struct wire_scan *scan, const struct json_node *data, struct event *event)
{
	struct progress *progress = &event->u.progress;
	struct node_walk walk;
	size_t n = 0;
	int r = wire_fields_read(scan, data, progress_fields, WIRE_COUNT(progress_fields), progress);

	if (r == 0 && (!progress->id || progress->percent > 100))
		return wire_bad(scan, progress->id ? "percent" : "id", progress->id ? "out of range" : "missing");
	if (r == 0)
		r = wire_array_begin(scan, data, "steps", PROGRESS_STEPS_MAX, sizeof *progress->steps, &walk,
				     &progress->steps, &n);
	progress->n_steps = (uint16_t)n;
	for (size_t i = 0; r == 0 && i < n; i++)
		r = wire_fields_read(scan, node_walk_next(&walk, NULL), step_fields, WIRE_COUNT(step_fields),
				     &progress->steps[i]);
	progress->id = wire_map(scan, WIRE_ID_PROGRESS, progress->id, NULL);
	return r;
}

const struct wire_payload wire_payload_progress = { write_progress, read_progress, false };

// ---- what was done and said

static const struct wire_field action_fields[] = {
	{ "type", WIRE_KIND_WORD, IN_EVENT(action.type), .words = &wire_action_types, .is_needed = true },
	{ "alert", WIRE_KIND_U32, IN_EVENT(action.alert) },
	{ "who", WIRE_KIND_TEXT, IN_EVENT(action.who) },
	{ "title", WIRE_KIND_TEXT, IN_EVENT(action.title) },
	{ "text", WIRE_KIND_TEXT, IN_EVENT(action.text) },
	{ "is_answer", WIRE_KIND_BOOL, IN_EVENT(action.is_answer) },
};

static void write_action(struct json_writer *w, const struct event *event, unsigned flags)
{
	(void)flags;
	wire_fields_write(w, action_fields, WIRE_COUNT(action_fields), event);
}

static int read_action(struct wire_scan *scan, const struct json_node *data, struct event *event)
{
	int r = wire_fields_read(scan, data, action_fields, WIRE_COUNT(action_fields), event);

	event->u.action.alert = wire_map_mention(scan, WIRE_ID_ALERT, event->u.action.alert);
	return r;
}

const struct wire_payload wire_payload_action = { write_action, read_action, false };

static const struct wire_field notice_fields[] = {
	{ "severity", WIRE_KIND_WORD, IN_EVENT(notice.severity), .words = &wire_severities, .is_needed = true },
	{ "type", WIRE_KIND_WORD, IN_EVENT(notice.type), .words = &wire_action_types, .is_needed = true },
	{ "title", WIRE_KIND_TEXT, IN_EVENT(notice.title) },
	{ "text", WIRE_KIND_TEXT, IN_EVENT(notice.text) },
	{ "needs_answer", WIRE_KIND_BOOL, IN_EVENT(notice.needs_answer) },
};

static void write_notice(struct json_writer *w, const struct event *event, unsigned flags)
{
	(void)flags;
	wire_fields_write(w, notice_fields, WIRE_COUNT(notice_fields), event);
}

static int read_notice(struct wire_scan *scan, const struct json_node *data, struct event *event)
{
	return wire_fields_read(scan, data, notice_fields, WIRE_COUNT(notice_fields), event);
}

const struct wire_payload wire_payload_notice = { write_notice, read_notice, false };

// ---- feed and sources

static const struct wire_field feed_fields[] = {
	{ "state", WIRE_KIND_WORD, IN_EVENT(feed.state), .words = &wire_feed_states, .is_needed = true },
	{ "since_ms", WIRE_KIND_I64, IN_EVENT(feed.since_ms) },
	{ "last_answer_ms", WIRE_KIND_I64, IN_EVENT(feed.last_answer_ms) },
	{ "retry_ms", WIRE_KIND_I64, IN_EVENT(feed.retry_ms) },
	{ "detail", WIRE_KIND_TEXT, IN_EVENT(feed.detail) },
	{ "lag_ms", WIRE_KIND_U32, IN_EVENT(feed.lag_ms) },
	{ "n_in_flight", WIRE_KIND_U32, IN_EVENT(feed.n_in_flight) },
	{ "n_waiting", WIRE_KIND_U32, IN_EVENT(feed.n_waiting) },
};

static void write_feed(struct json_writer *w, const struct event *event, unsigned flags)
{
	(void)flags;
	wire_fields_write(w, feed_fields, WIRE_COUNT(feed_fields), event);
}

static int read_feed(struct wire_scan *scan, const struct json_node *data, struct event *event)
{
	return wire_fields_read(scan, data, feed_fields, WIRE_COUNT(feed_fields), event);
}

const struct wire_payload wire_payload_feed = { write_feed, read_feed, false };

static const struct wire_field source_fields[] = {
	{ "name", WIRE_KIND_TEXT, IN_EVENT(source.name) },
	{ "why", WIRE_KIND_TEXT, IN_EVENT(source.why) },
	{ "is_empty", WIRE_KIND_BOOL, IN_EVENT(source.is_empty) },
	{ "was_read", WIRE_KIND_BOOL, IN_EVENT(source.was_read) },
	{ "is_recording", WIRE_KIND_BOOL, IN_EVENT(source.is_recording) },
};

static void write_source(struct json_writer *w, const struct event *event, unsigned flags)
{
	(void)flags;
	wire_fields_write(w, source_fields, WIRE_COUNT(source_fields), event);
}

static int read_source(struct wire_scan *scan, const struct json_node *data, struct event *event)
{
	return wire_fields_read(scan, data, source_fields, WIRE_COUNT(source_fields), event);
}

const struct wire_payload wire_payload_source = { write_source, read_source, false };
