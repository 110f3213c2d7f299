#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What an event says, by its type: the member `data` of its object. Used inside wire/ only. */
#include "opscon/event.h"
#include "wire/fields.h"

struct wire_payload {
	void (*write)(struct json_writer *w, const struct event *event, unsigned flags);
	// Fills the payload of a zeroed event, whose agent is set. 0; an outcome; -EINVAL with why; -ENOMEM.
	int (*read)(struct wire_scan *scan, const struct json_node *data, struct event *event);
	bool is_of_agent; // it means nothing without its agent
};

extern const struct wire_payload wire_payload_agent, wire_payload_health, wire_payload_probed, wire_payload_series,
	wire_payload_metrics, wire_payload_scrape, wire_payload_points, wire_payload_alert, wire_payload_progress,
	wire_payload_lifecycle, wire_payload_plan, wire_payload_operation, wire_payload_action, wire_payload_notice,
	wire_payload_feed, wire_payload_source, wire_payload_audit_list, wire_payload_audit_check,
	wire_payload_snapshot, wire_payload_timeline, wire_payload_presence, wire_payload_lease, wire_payload_approval,
	wire_payload_audit_head;

// A plan as a member (flags: enum event_json_flag). Read: one reference, with its number and its agents' mapped.
void wire_plan_write(struct json_writer *w, const char *key, const struct plan *plan, unsigned flags);
int wire_plan_read(struct wire_scan *scan, const struct json_node *object, struct plan **out);

// What is asked for with a plan, as members of the object that is written or read.
void wire_params_write(struct json_writer *w, const struct operation_params *params);
int wire_params_read(struct wire_scan *scan, const struct json_node *object, struct operation_params *out);
