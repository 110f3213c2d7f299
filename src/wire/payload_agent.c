// SPDX-License-Identifier: Apache-2.0
/* An agent's description. What it is probed and operated with stays where that is done: credentials, and the files of
 * keys and certificates.
 */
#include <errno.h>

#include "base/memory.h"
#include "model/agent.h"
#include "text/text.h"
#include "wire/payloads.h"
#include "wire/words.h"

enum { KEY_MAX = 4096, URL_MAX = 4096 };

static const struct wire_field fields[] = {
	{ "key", WIRE_KIND_TEXT, WIRE_AT(struct agent, key), .size = KEY_MAX, .is_needed = true },
	{ "name", WIRE_KIND_TEXT, WIRE_AT(struct agent, name) },
	{ "url", WIRE_KIND_TEXT, WIRE_AT(struct agent, url), .size = URL_MAX },
	{ "health_url", WIRE_KIND_OPTIONAL, WIRE_AT(struct agent, health_url), .size = URL_MAX },
	{ "metrics_url", WIRE_KIND_OPTIONAL, WIRE_AT(struct agent, metrics_url), .size = URL_MAX },
	{ "driver", WIRE_KIND_OPTIONAL, WIRE_AT(struct agent, driver) },
	{ "control_url", WIRE_KIND_OPTIONAL, WIRE_AT(struct agent, control_url), .size = URL_MAX },
	{ "control_target", WIRE_KIND_OPTIONAL, WIRE_AT(struct agent, control_target) },
	{ "source", WIRE_KIND_TEXT, WIRE_AT(struct agent, source) },
	{ "dialect", WIRE_KIND_WORD, WIRE_AT(struct agent, dialect), .words = &wire_dialects },
	{ "is_discovering", WIRE_KIND_BOOL, WIRE_AT(struct agent, is_discovering) },
	{ "is_paused", WIRE_KIND_BOOL, WIRE_AT(struct agent, is_paused) },
	{ "is_insecure", WIRE_KIND_BOOL, WIRE_AT(struct agent, tls.is_insecure) },
	{ "interval_ms", WIRE_KIND_U32, WIRE_AT(struct agent, interval_ms) },
	{ "timeout_ms", WIRE_KIND_U32, WIRE_AT(struct agent, timeout_ms) },
	{ "slow_ms", WIRE_KIND_U32, WIRE_AT(struct agent, slow_ms) },
	{ "fall", WIRE_KIND_U16, WIRE_AT(struct agent, fall) },
	{ "rise", WIRE_KIND_U16, WIRE_AT(struct agent, rise) },
};

static void write_agent(struct json_writer *w, const struct event *event, unsigned flags)
{
	const struct agent *agent = event->u.agent;

	(void)flags;
	wire_fields_write(w, fields, WIRE_COUNT(fields), agent);
	if (!agent->labels.n)
		return;
	json_open(w, "labels", '{');
	for (size_t i = 0; i < agent->labels.n; i++)
		json_text(w, agent->labels.items[i].name, agent->labels.items[i].value);
	json_close(w, '}');
}

static int read_label(struct wire_scan *scan, const struct json_text *name, const struct json_node *value,
		      struct labels *labels)
{
	mem_auto char *clean_name = text_clean_dup(name->bytes, name->n, TEXT_ONE_LINE, TEXT_FIELD_MAX);
	mem_auto char *clean_value = wire_read_text(value, TEXT_FIELD_MAX);

	if (!clean_name || !clean_value)
		return -ENOMEM;
	if (node_kind(value) != JSON_STRING)
		return wire_bad(scan, "labels", "expected texts");
	if (labels->n == EVENT_JSON_LABELS_MAX && !labels_get(labels, clean_name))
		return wire_bad(scan, "labels", "too many");
	return labels_set(labels, clean_name, clean_value);
}

static int read_labels(struct wire_scan *scan, const struct json_node *object, struct labels *labels)
{
	struct node_walk walk;
	const struct json_node *value;
	struct json_text name;
	int r = 0;

	if (node_kind(object) != JSON_NULL && node_kind(object) != JSON_OBJECT)
		return wire_bad(scan, "labels", "expected an object");
	node_walk_members(&walk, object);
	while (r == 0 && (value = node_walk_next(&walk, &name)))
		r = read_label(scan, &name, value, labels);
	return r;
}

static int read_agent(struct wire_scan *scan, const struct json_node *data, struct event *event)
{
	struct agent *agent = mem_calloc(1, sizeof *agent);
	int r;

	if (!agent)
		return -ENOMEM;
	agent->refs = 1;
	event->u.agent = agent;
	r = wire_fields_read(scan, data, fields, WIRE_COUNT(fields), agent);
	if (r == 0)
		r = read_labels(scan, node_member(data, "labels"), &agent->labels);
	if (r < 0)
		return r;
	if (!event->agent || !*agent->key)
		return wire_bad(scan, event->agent ? "key" : "agent", "missing");
	event->agent = agent->id = wire_map(scan, WIRE_ID_AGENT, event->agent, agent->key);
	return 0;
}

const struct wire_payload wire_payload_agent = { write_agent, read_agent, false };
