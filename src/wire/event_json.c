// SPDX-License-Identifier: Apache-2.0
#include "wire/event_json.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "wire/event_scan.h"
#include "wire/payloads.h"
#include "wire/words.h"

static const struct wire_payload *const payloads[EVENT_TYPE_COUNT] = {
	[EVENT_AGENT_ADDED] = &wire_payload_agent,
	[EVENT_AGENT_CHANGED] = &wire_payload_agent,
	[EVENT_AGENT_HEALTH] = &wire_payload_health,
	[EVENT_AGENT_PROBED] = &wire_payload_probed,
	[EVENT_SERIES_DEFINED] = &wire_payload_series,
	[EVENT_METRICS] = &wire_payload_metrics,
	[EVENT_SCRAPE] = &wire_payload_scrape,
	[EVENT_ALERT] = &wire_payload_alert,
	[EVENT_PROGRESS] = &wire_payload_progress,
	[EVENT_LIFECYCLE] = &wire_payload_lifecycle,
	[EVENT_PLAN] = &wire_payload_plan,
	[EVENT_OPERATION] = &wire_payload_operation,
	[EVENT_ACTION] = &wire_payload_action,
	[EVENT_NOTICE] = &wire_payload_notice,
	[EVENT_FEED] = &wire_payload_feed,
	[EVENT_SOURCE] = &wire_payload_source,
	[EVENT_AUDIT_LIST] = &wire_payload_audit_list,
	[EVENT_AUDIT_CHECK] = &wire_payload_audit_check,
	[EVENT_SNAPSHOT] = &wire_payload_snapshot,
	[EVENT_TIMELINE] = &wire_payload_timeline,
	[EVENT_POINTS] = &wire_payload_points,
	[EVENT_PRESENCE] = &wire_payload_presence,
	[EVENT_LEASE] = &wire_payload_lease,
	[EVENT_APPROVAL] = &wire_payload_approval,
	[EVENT_AUDIT_HEAD] = &wire_payload_audit_head,
};

static const struct wire_field fields[] = {
	{ "at_ms", WIRE_KIND_I64, WIRE_AT(struct event, at_ms) },
	{ "agent", WIRE_KIND_U32, WIRE_AT(struct event, agent) },
	{ "is_restated", WIRE_KIND_BOOL, WIRE_AT(struct event, is_restated) },
	{ "was_known", WIRE_KIND_BOOL, WIRE_AT(struct event, was_known) },
};

// ---- writing

static bool is_whole(const struct event *event)
{
	switch (event->type) {
	case EVENT_AGENT_ADDED:
	case EVENT_AGENT_CHANGED:
		return event->u.agent;
	case EVENT_PLAN:
		return event->u.plan;
	case EVENT_OPERATION:
		return event->u.operation;
	default:
		return true;
	}
}

int event_json_write(const struct event *event, unsigned flags, struct bytes *out)
{
	size_t was = out->len;
	struct json_writer w;

	if ((size_t)event->type >= EVENT_TYPE_COUNT || !is_whole(event))
		return -EINVAL;
	json_writer_init(&w, out);
	json_open(&w, NULL, '{');
	json_text(&w, "type", event_type_name(event->type));
	wire_fields_write(&w, fields, WIRE_COUNT(fields), event);
	if (payloads[event->type]) {
		json_open(&w, "data", '{');
		payloads[event->type]->write(&w, event, flags);
		json_close(&w, '}');
	}
	json_close(&w, '}');
	if (w.error && out->data)
		out->data[out->len = was] = '\0';
	return w.error;
}

// ---- reading

void event_reader_init(struct event_reader *reader, uint8_t origin)
{
	*reader = (struct event_reader){ .origin = origin };
}

void event_reader_finish(struct event_reader *reader)
{
	wire_plans_finish(&reader->plans);
}

void event_reader_forget(struct event_reader *reader)
{
	wire_plans_finish(&reader->plans);
}

static int fill(struct wire_scan *scan, const struct json_node *object, struct event *event)
{
	const struct wire_payload *payload = payloads[event->type];
	int r = wire_fields_read(scan, object, fields, WIRE_COUNT(fields), event);

	if (r < 0)
		return r;
	if (payload != &wire_payload_agent) { // of those, the key is wanted
		bool is_of_agent = !payload || payload->is_of_agent;

		if (is_of_agent && !event->agent)
			return wire_bad(scan, "agent", "missing");
		event->agent = is_of_agent ? wire_map(scan, WIRE_ID_AGENT, event->agent, NULL)
					   : wire_map_mention(scan, WIRE_ID_AGENT, event->agent);
	}
	r = payload ? payload->read(scan, node_member(object, "data"), event) : 0;
	return r == 0 && scan->is_no_one ? EVENT_JSON_NO_ONE : r;
}

int event_scan(struct wire_scan *scan, const struct json_node *object, struct event **out)
{
	struct wire_scan quiet = { 0 };
	const struct json_node *name = node_member(object, "type");
	unsigned type = 0;
	int r;

	*out = NULL;
	if (node_kind(name) != JSON_STRING)
		return wire_bad(scan, "event", "expected an object with a type");
	if (wire_read_word(&quiet, name, "type", &wire_event_types, &type) < 0)
		return EVENT_JSON_NEWER;
	*out = event_new((enum event_type)type, 0, 0);
	if (!*out)
		return -ENOMEM;
	(*out)->origin = scan->reader ? scan->reader->origin : 0;
	r = fill(scan, object, *out);
	if (r != EVENT_JSON_TAKEN) {
		event_unref(*out);
		*out = NULL;
	}
	return r;
}

int event_json_read(struct event_reader *reader, const char *text, size_t n, struct event **out,
		    char why[EVENT_JSON_WHY_MAX])
{
	struct wire_scan scan = { .reader = reader, .why = why };
	struct json_tape tape;
	int r;

	*out = NULL;
	if (n > EVENT_JSON_MAX)
		return wire_bad(&scan, "event", "too large");
	r = wire_parse(&scan, "event", text, n, &tape);
	if (r == 0)
		r = event_scan(&scan, tape.nodes, out);
	json_tape_finish(&tape);
	return r;
}
