// SPDX-License-Identifier: Apache-2.0
/* What is only said to who comes late: where a snapshot begins and ends, what the timeline has; and who is there. */
#include <errno.h>

#include "base/memory.h"
#include "wire/payloads.h"
#include "wire/words.h"

#define IN_EVENT(member) WIRE_AT(struct event, u.member)

// ---- begin and end

static const struct wire_field snapshot_fields[] = {
	{ "is_end", WIRE_KIND_BOOL, IN_EVENT(snapshot.is_end) },
	{ "overall_since_ms", WIRE_KIND_I64, IN_EVENT(snapshot.overall_since_ms) },
};

static const struct wire_field fold_fields[] = {
	{ "no", WIRE_KIND_U64, WIRE_AT(struct timeline_fold, no) },
	{ "second", WIRE_KIND_I64, WIRE_AT(struct timeline_fold, second) },
	{ "n", WIRE_KIND_U64, WIRE_AT(struct timeline_fold, n) },
};

static void write_snapshot(struct json_writer *w, const struct event *event, unsigned flags)
{
	(void)flags;
	wire_fields_write(w, snapshot_fields, WIRE_COUNT(snapshot_fields), event);
	if (!event->u.snapshot.is_end)
		return;
	json_open(w, "folds", '{');
	for (unsigned kind = TIMELINE_SINGLE + 1; kind < TIMELINE_KIND_COUNT; kind++) {
		json_open(w, timeline_kind_name((enum timeline_kind)kind), '{');
		wire_fields_write(w, fold_fields, WIRE_COUNT(fold_fields), &event->u.snapshot.folds[kind]);
		json_close(w, '}');
	}
	json_close(w, '}');
}

static int read_snapshot(struct wire_scan *scan, const struct json_node *data, struct event *event)
{
	const struct json_node *folds = node_member(data, "folds");
	int r = wire_fields_read(scan, data, snapshot_fields, WIRE_COUNT(snapshot_fields), event);

	for (unsigned kind = TIMELINE_SINGLE + 1; r == 0 && kind < TIMELINE_KIND_COUNT; kind++) {
		const struct json_node *fold = node_member(folds, timeline_kind_name((enum timeline_kind)kind));

		if (node_kind(fold) != JSON_NULL)
			r = wire_fields_read(scan, fold, fold_fields, WIRE_COUNT(fold_fields),
					     &event->u.snapshot.folds[kind]);
	}
	return r;
}

const struct wire_payload wire_payload_snapshot = { write_snapshot, read_snapshot, false };

// ---- the timeline

static const struct wire_field timeline_fields[] = {
	{ "no", WIRE_KIND_U64, IN_EVENT(timeline.no) },
	{ "type", WIRE_KIND_WORD, IN_EVENT(timeline.type), .words = &wire_action_types, .is_needed = true },
	{ "severity", WIRE_KIND_WORD, IN_EVENT(timeline.severity), .words = &wire_severities, .is_needed = true },
	{ "source", WIRE_KIND_WORD, IN_EVENT(timeline.source), .words = &wire_event_types, .is_needed = true },
	{ "agent_name", WIRE_KIND_TEXT, IN_EVENT(timeline.agent_name) },
	{ "who", WIRE_KIND_TEXT, IN_EVENT(timeline.who) },
	{ "title", WIRE_KIND_TEXT, IN_EVENT(timeline.title) },
	{ "description", WIRE_KIND_TEXT, IN_EVENT(timeline.description) },
	{ "kind", WIRE_KIND_WORD, IN_EVENT(timeline.kind), .words = &wire_timeline_kinds },
};

static void write_timeline(struct json_writer *w, const struct event *event, unsigned flags)
{
	(void)flags;
	wire_fields_write(w, timeline_fields, WIRE_COUNT(timeline_fields), event);
	if (!event->u.timeline.n_agents)
		return;
	json_open(w, "agents", '[');
	for (size_t i = 0; i < event->u.timeline.n_agents; i++)
		json_int(w, NULL, event->u.timeline.agents[i]);
	json_close(w, ']');
}

static int read_timeline(struct wire_scan *scan, const struct json_node *data, struct event *event)
{
	static const struct wire_field agent = { "agents", WIRE_KIND_U32, 0 };
	const struct json_node *source = node_member(data, "source");
	struct wire_scan quiet = { 0 };
	struct node_walk walk;
	unsigned type;
	int r;

	// Of an event that this version passes over, it passes over the item, too.
	if (node_kind(source) == JSON_STRING && wire_read_word(&quiet, source, "source", &wire_event_types, &type) < 0)
		return EVENT_JSON_NEWER;
	r = wire_fields_read(scan, data, timeline_fields, WIRE_COUNT(timeline_fields), event);

	if (r == 0)
		r = wire_array_begin(scan, data, agent.name, EVENT_JSON_AGENTS_MAX, sizeof(uint32_t), &walk,
				     &event->u.timeline.agents, &event->u.timeline.n_agents);
	for (size_t i = 0; r == 0 && i < event->u.timeline.n_agents; i++) {
		uint32_t *to = &event->u.timeline.agents[i];

		r = wire_field_read(scan, node_walk_next(&walk, NULL), &agent, to);
		*to = wire_map_mention(scan, WIRE_ID_AGENT, *to);
	}
	return r;
}

const struct wire_payload wire_payload_timeline = { write_timeline, read_timeline, false };

// ---- who is there

static const struct wire_field presence_fields[] = {
	{ "session", WIRE_KIND_U32, IN_EVENT(presence.session) },
	{ "who", WIRE_KIND_TEXT, IN_EVENT(presence.who) },
	{ "origin", WIRE_KIND_TEXT, IN_EVENT(presence.origin) },
	{ "role", WIRE_KIND_TEXT, IN_EVENT(presence.role) },
	{ "doing", WIRE_KIND_TEXT, IN_EVENT(presence.doing) },
	{ "since_ms", WIRE_KIND_I64, IN_EVENT(presence.since_ms) },
	{ "is_gone", WIRE_KIND_BOOL, IN_EVENT(presence.is_gone) },
};

static void write_presence(struct json_writer *w, const struct event *event, unsigned flags)
{
	(void)flags;
	wire_fields_write(w, presence_fields, WIRE_COUNT(presence_fields), event);
}

static int read_presence(struct wire_scan *scan, const struct json_node *data, struct event *event)
{
	int r = wire_fields_read(scan, data, presence_fields, WIRE_COUNT(presence_fields), event);

	if (r == 0 && !event->u.presence.session)
		return wire_bad(scan, "session", "missing");
	event->u.presence.session = wire_map(scan, WIRE_ID_SESSION, event->u.presence.session, NULL);
	return r;
}

const struct wire_payload wire_payload_presence = { write_presence, read_presence, false };
