// SPDX-License-Identifier: Apache-2.0
/* Operations as they stand. A target of which nothing has begun is left out, and so are a target's steps from the last
 * one that has begun on: what crosses grows with what was done.
 */
#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "wire/payloads.h"
#include "wire/words.h"

static const struct wire_field operation_fields[] = {
	{ "no", WIRE_KIND_U32, WIRE_AT(struct operation, no) },
	{ "id", WIRE_KIND_CHARS, WIRE_AT(struct operation, id), .size = OPERATION_ID_MAX },
	{ "state", WIRE_KIND_WORD, WIRE_AT(struct operation, state), .words = &wire_operation_states,
	  .is_needed = true },
	{ "why", WIRE_KIND_TEXT, WIRE_AT(struct operation, why) },
	{ "holder", WIRE_KIND_TEXT, WIRE_AT(struct operation, holder) },
	{ "started_ms", WIRE_KIND_I64, WIRE_AT(struct operation, started_ms) },
	{ "ended_ms", WIRE_KIND_I64, WIRE_AT(struct operation, ended_ms) },
	{ "estimated_ms", WIRE_KIND_I64, WIRE_AT(struct operation, estimated_ms) },
	{ "wave", WIRE_KIND_U16, WIRE_AT(struct operation, wave) },
	{ "output", WIRE_KIND_LINES, WIRE_AT(struct operation, output) },
};

static const struct wire_field target_fields[] = {
	{ "state", WIRE_KIND_WORD, WIRE_AT(struct operation_target, state), .words = &wire_target_states },
	{ "started_ms", WIRE_KIND_I64, WIRE_AT(struct operation_target, started_ms) },
	{ "ended_ms", WIRE_KIND_I64, WIRE_AT(struct operation_target, ended_ms) },
	{ "error", WIRE_KIND_OPTIONAL, WIRE_AT(struct operation_target, error) },
	{ "version", WIRE_KIND_OPTIONAL, WIRE_AT(struct operation_target, version) },
};

// Of a step one letter, and when it began and ended, since the target did (since 1970 when it did not); null: not yet.
static const char letters[STEP_STATE_COUNT + 1] = {
	[STEP_PENDING] = 'p', [STEP_CURRENT] = 'c', [STEP_COMPLETED] = 'd', [STEP_ERROR] = 'e', [STEP_SKIPPED] = 's'
};

static size_t n_steps_of(const struct plan_target *planned)
{
	return planned->n_steps + planned->n_undo;
}

// ---- writing

static bool has_begun(const struct operation_step *step)
{
	return step->state != STEP_PENDING || step->started_ms || step->ended_ms;
}

static void put_time(struct json_writer *w, int64_t at_ms, int64_t since_ms)
{
	if (at_ms)
		json_int(w, NULL, at_ms - since_ms);
	else
		json_null(w, NULL);
}

static void put_steps(struct json_writer *w, const struct operation_target *target, size_t n)
{
	char states[2 * EVENT_JSON_STEPS_MAX + 1] = "";

	for (size_t i = 0; i < n; i++)
		states[i] = letters[target->steps[i].state];
	json_text(w, "steps", states);
	json_open(w, "times", '[');
	for (size_t i = 0; i < n; i++) {
		put_time(w, target->steps[i].started_ms, target->started_ms);
		put_time(w, target->steps[i].ended_ms, target->started_ms);
	}
	json_close(w, ']');
}

static void put_target(struct json_writer *w, size_t i, const struct operation_target *target, size_t n_steps)
{
	if (n_steps > 2 * EVENT_JSON_STEPS_MAX)
		n_steps = 2 * EVENT_JSON_STEPS_MAX;
	while (n_steps && !has_begun(&target->steps[n_steps - 1]))
		n_steps--;
	if (target->state == TARGET_PENDING && !n_steps && !target->started_ms && !target->ended_ms && !target->error &&
	    !target->version)
		return;
	json_open(w, NULL, '{');
	json_int(w, "i", (int64_t)i);
	wire_fields_write(w, target_fields, WIRE_COUNT(target_fields), target);
	if (n_steps)
		put_steps(w, target, n_steps);
	json_close(w, '}');
}

static void write_operation(struct json_writer *w, const struct event *event, unsigned flags)
{
	const struct operation *operation = event->u.operation;
	const struct plan *plan = operation->plan;

	wire_fields_write(w, operation_fields, WIRE_COUNT(operation_fields), operation);
	json_text(w, "hash", plan->hash);
	json_open(w, "targets", '[');
	for (size_t i = 0; i < plan->n_targets; i++)
		put_target(w, i, &operation->targets[i], flags & EVENT_JSON_SHORT ? 0 : n_steps_of(&plan->targets[i]));
	json_close(w, ']');
	if (flags & EVENT_JSON_PLAN)
		wire_plan_write(w, "plan", plan, flags);
}

// ---- reading

static int read_time(struct wire_scan *scan, struct node_walk *walk, int64_t since_ms, int64_t *out)
{
	const struct json_node *value = node_walk_next(walk, NULL);

	if (node_kind(value) == JSON_NULL)
		return 0;
	return wire_read_ms(value, since_ms, out) < 0 ? wire_bad(scan, "times", "expected milliseconds") : 0;
}

static int read_steps(struct wire_scan *scan, const struct json_node *object, struct operation_target *target, size_t n)
{
	struct json_text states = { "", 0 };
	struct node_walk walk;
	int r = 0;

	node_read_text(node_member(object, "steps"), &states);
	if (states.n > n)
		return wire_bad(scan, "steps", "more than the plan has");
	node_walk_array(&walk, node_member(object, "times"));
	for (size_t i = 0; r == 0 && i < states.n; i++) {
		const char *letter = memchr(letters, states.bytes[i], STEP_STATE_COUNT);

		if (!letter)
			return wire_bad(scan, "steps", "not one of its letters");
		target->steps[i].state = (enum step_state)(letter - letters);
		r = read_time(scan, &walk, target->started_ms, &target->steps[i].started_ms);
		if (r == 0)
			r = read_time(scan, &walk, target->started_ms, &target->steps[i].ended_ms);
	}
	return r;
}

static int read_targets(struct wire_scan *scan, const struct json_node *data, struct operation *operation)
{
	const struct json_node *value;
	struct node_walk walk;
	int64_t last = -1;
	int r = 0;

	node_walk_array(&walk, node_member(data, "targets"));
	while (r == 0 && (value = node_walk_next(&walk, NULL))) {
		struct operation_target *target;
		int64_t i;

		if (wire_read_int(node_member(value, "i"), &i) < 0 || i <= last ||
		    i >= (int64_t)operation->plan->n_targets)
			return wire_bad(scan, "i", "expected the targets in their order");
		last = i;
		target = &operation->targets[i];
		r = wire_fields_read(scan, value, target_fields, WIRE_COUNT(target_fields), target);
		if (r == 0)
			r = read_steps(scan, value, target, n_steps_of(&operation->plan->targets[i]));
	}
	return r;
}

static int make_targets(struct operation *operation)
{
	const struct plan *plan = operation->plan;

	operation->targets = mem_calloc(plan->n_targets ? plan->n_targets : 1, sizeof *operation->targets);
	if (!operation->targets)
		return -ENOMEM;
	for (size_t i = 0; i < plan->n_targets; i++) {
		size_t n = n_steps_of(&plan->targets[i]);

		operation->targets[i].steps = mem_calloc(n ? n : 1, sizeof *operation->targets[i].steps);
		if (!operation->targets[i].steps)
			return -ENOMEM;
	}
	return 0;
}

// The plan that came with it, which is kept, or the one that came before. EVENT_JSON_NO_PLAN: there is none.
static int find_plan(struct wire_scan *scan, const struct json_node *data, struct operation *operation)
{
	const struct json_node *own = node_member(data, "plan");
	struct json_text hash = { "", 0 };
	const struct plan *kept;
	struct plan *plan;
	int r;

	if (node_kind(own) != JSON_NULL) {
		r = wire_plan_read(scan, own, &plan);
		operation->plan = plan;
		if (r < 0)
			return r;
		if (plan->no != operation->no)
			return wire_bad(scan, "plan", "of another operation");
		return scan->reader && !scan->is_no_one ? wire_plans_keep(&scan->reader->plans, plan) : 0;
	}
	node_read_text(node_member(data, "hash"), &hash);
	kept = scan->reader ? wire_plans_find(&scan->reader->plans, operation->no) : NULL;
	if (!kept || strlen(kept->hash) != hash.n || memcmp(kept->hash, hash.bytes, hash.n) != 0)
		return EVENT_JSON_NO_PLAN;
	operation->plan = plan_ref(kept);
	return 0;
}

static int read_operation(struct wire_scan *scan, const struct json_node *data, struct event *event)
{
	struct operation *operation = mem_calloc(1, sizeof *operation);
	int r;

	if (!operation)
		return -ENOMEM;
	operation->refs = 1;
	event->u.operation = operation;
	r = wire_fields_read(scan, data, operation_fields, WIRE_COUNT(operation_fields), operation);
	if (r == 0 && !operation->no)
		r = wire_bad(scan, "no", "missing");
	if (r < 0)
		return r;
	operation->no = wire_map(scan, WIRE_ID_OPERATION, operation->no, NULL);
	r = find_plan(scan, data, operation);
	if (r == 0)
		r = make_targets(operation);
	if (r == 0)
		r = read_targets(scan, data, operation);
	for (size_t i = 0; r == 0 && i < operation->plan->n_targets; i++)
		operation->n_by_state[operation->targets[i].state]++;
	return r;
}

const struct wire_payload wire_payload_operation = { write_operation, read_operation, false };

// ---- an agent's life

static const struct wire_field lifecycle_fields[] = {
	{ "is_recorded", WIRE_KIND_BOOL, WIRE_AT(struct agent_lifecycle, is_recorded) },
	{ "is_observed", WIRE_KIND_BOOL, WIRE_AT(struct agent_lifecycle, is_observed) },
	{ "recorded", WIRE_KIND_WORD, WIRE_AT(struct agent_lifecycle, recorded), .words = &wire_lifecycles },
	{ "observed", WIRE_KIND_WORD, WIRE_AT(struct agent_lifecycle, observed), .words = &wire_lifecycles },
	{ "observed_at_ms", WIRE_KIND_I64, WIRE_AT(struct agent_lifecycle, observed_at_ms) },
	{ "provisioning", WIRE_KIND_WORD, WIRE_AT(struct agent_lifecycle, provisioning), .words = &wire_provisionings },
	{ "driver", WIRE_KIND_TEXT, WIRE_AT(struct agent_lifecycle, driver) },
	{ "version", WIRE_KIND_TEXT, WIRE_AT(struct agent_lifecycle, version) },
	{ "previous", WIRE_KIND_TEXT, WIRE_AT(struct agent_lifecycle, previous) },
	{ "instance", WIRE_KIND_TEXT, WIRE_AT(struct agent_lifecycle, instance) },
	{ "holder", WIRE_KIND_TEXT, WIRE_AT(struct agent_lifecycle, holder) },
	{ "operation", WIRE_KIND_U32, WIRE_AT(struct agent_lifecycle, operation) },
	{ "is_interrupted", WIRE_KIND_BOOL, WIRE_AT(struct agent_lifecycle, is_interrupted) },
};

static void write_lifecycle(struct json_writer *w, const struct event *event, unsigned flags)
{
	(void)flags;
	wire_fields_write(w, lifecycle_fields, WIRE_COUNT(lifecycle_fields), &event->u.lifecycle);
	wire_set_write(w, "verbs", event->u.lifecycle.verbs, &wire_verbs);
}

static int read_lifecycle(struct wire_scan *scan, const struct json_node *data, struct event *event)
{
	struct agent_lifecycle *to = &event->u.lifecycle;
	int r = wire_fields_read(scan, data, lifecycle_fields, WIRE_COUNT(lifecycle_fields), to);

	to->operation = wire_map_mention(scan, WIRE_ID_OPERATION, to->operation);
	return r < 0 ? r : wire_set_read(scan, data, "verbs", &wire_verbs, &to->verbs);
}

const struct wire_payload wire_payload_lifecycle = { write_lifecycle, read_lifecycle, true };

// ---- leases and approvals

static const struct wire_field lease_fields[] = {
	{ "epoch", WIRE_KIND_U64, WIRE_AT(struct event, u.lease.epoch) },
	{ "holder", WIRE_KIND_TEXT, WIRE_AT(struct event, u.lease.holder) },
	{ "doing", WIRE_KIND_TEXT, WIRE_AT(struct event, u.lease.doing) },
	{ "session", WIRE_KIND_U32, WIRE_AT(struct event, u.lease.session) },
	{ "until_ms", WIRE_KIND_I64, WIRE_AT(struct event, u.lease.until_ms) },
};

static void write_lease(struct json_writer *w, const struct event *event, unsigned flags)
{
	(void)flags;
	wire_fields_write(w, lease_fields, WIRE_COUNT(lease_fields), event);
}

static int read_lease(struct wire_scan *scan, const struct json_node *data, struct event *event)
{
	int r = wire_fields_read(scan, data, lease_fields, WIRE_COUNT(lease_fields), event);

	event->u.lease.session = wire_map_mention(scan, WIRE_ID_SESSION, event->u.lease.session);
	return r;
}

const struct wire_payload wire_payload_lease = { write_lease, read_lease, true };

static const struct wire_field approval_fields[] = {
	{ "plan", WIRE_KIND_U32, WIRE_AT(struct event, u.approval.plan) },
	{ "state", WIRE_KIND_WORD, WIRE_AT(struct event, u.approval.state), .words = &wire_approval_states,
	  .is_needed = true },
	{ "asker", WIRE_KIND_TEXT, WIRE_AT(struct event, u.approval.asker) },
	{ "by", WIRE_KIND_TEXT, WIRE_AT(struct event, u.approval.by) },
	{ "what", WIRE_KIND_TEXT, WIRE_AT(struct event, u.approval.what) },
	{ "reason", WIRE_KIND_TEXT, WIRE_AT(struct event, u.approval.reason) },
	{ "is_unasked", WIRE_KIND_BOOL, WIRE_AT(struct event, u.approval.is_unasked) },
	{ "hash", WIRE_KIND_CHARS, WIRE_AT(struct event, u.approval.hash), .size = PLAN_HASH_HEX + 1 },
	{ "until_ms", WIRE_KIND_I64, WIRE_AT(struct event, u.approval.until_ms) },
};

static void write_approval(struct json_writer *w, const struct event *event, unsigned flags)
{
	wire_fields_write(w, approval_fields, WIRE_COUNT(approval_fields), event);
	if (event->u.approval.whole)
		wire_plan_write(w, "whole", event->u.approval.whole, flags);
}

static int read_approval(struct wire_scan *scan, const struct json_node *data, struct event *event)
{
	const struct json_node *whole = node_member(data, "whole");
	struct plan *plan = NULL;
	int r = wire_fields_read(scan, data, approval_fields, WIRE_COUNT(approval_fields), event);

	if (r == 0 && !event->u.approval.plan)
		r = wire_bad(scan, "plan", "missing");
	if (r == 0 && node_kind(whole) != JSON_NULL)
		r = wire_plan_read(scan, whole, &plan);
	event->u.approval.whole = plan;
	event->u.approval.plan = wire_map(scan, WIRE_ID_OPERATION, event->u.approval.plan, NULL);
	return r;
}

const struct wire_payload wire_payload_approval = { write_approval, read_approval, false };
