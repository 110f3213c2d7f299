// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <math.h>

#include "base/memory.h"
#include "wire/payloads.h"
#include "wire/plan_steps.h"
#include "wire/words.h"

enum { PATCH_MAX = 1 << 20, DEPENDENTS_MAX = 10000 };

// ---- what is asked for

static const struct wire_field params_fields[] = {
	{ "verb", WIRE_KIND_WORD, WIRE_AT(struct operation_params, verb), .words = &wire_verbs, .is_needed = true },
	{ "version", WIRE_KIND_TEXT, WIRE_AT(struct operation_params, version) },
	{ "patch", WIRE_KIND_TEXT, WIRE_AT(struct operation_params, patch), .size = PATCH_MAX },
	{ "reason", WIRE_KIND_TEXT, WIRE_AT(struct operation_params, reason) },
	{ "is_forced", WIRE_KIND_BOOL, WIRE_AT(struct operation_params, is_forced) },
};

static const struct wire_field rollout_fields[] = {
	{ "kind", WIRE_KIND_WORD, WIRE_AT(struct rollout, kind), .words = &wire_rollouts, .is_needed = true },
	{ "batch", WIRE_KIND_U16, WIRE_AT(struct rollout, batch) },
	{ "max_unavailable", WIRE_KIND_U16, WIRE_AT(struct rollout, max_unavailable) },
	{ "wait_ms", WIRE_KIND_U32, WIRE_AT(struct rollout, wait_ms) },
	{ "min_healthy_ms", WIRE_KIND_U32, WIRE_AT(struct rollout, min_healthy_ms) },
	{ "verify_ms", WIRE_KIND_U32, WIRE_AT(struct rollout, verify_ms) },
	{ "max_error_share", WIRE_KIND_DOUBLE, WIRE_AT(struct rollout, max_error_share) },
	{ "max_latency_growth", WIRE_KIND_DOUBLE, WIRE_AT(struct rollout, max_latency_growth) },
	{ "rolls_back", WIRE_KIND_BOOL, WIRE_AT(struct rollout, rolls_back) },
};

void wire_params_write(struct json_writer *w, const struct operation_params *params)
{
	wire_fields_write(w, params_fields, WIRE_COUNT(params_fields), params);
	json_open(w, "rollout", '{');
	wire_fields_write(w, rollout_fields, WIRE_COUNT(rollout_fields), &params->rollout);
	json_open(w, "canary_percent", '[');
	for (size_t i = 0; i < CANARY_PHASES_MAX && params->rollout.canary_percent[i]; i++)
		json_int(w, NULL, params->rollout.canary_percent[i]);
	json_close(w, ']');
	json_close(w, '}');
	wire_set_write(w, "unsaid", params->unsaid, &wire_rollout_figures);
}

static int read_phases(struct wire_scan *scan, const struct json_node *object, struct rollout *out)
{
	static const struct wire_field field = { "canary_percent", WIRE_KIND_U8, 0 };
	const struct json_node *value;
	struct node_walk walk;
	size_t n = 0;
	int r = 0;

	node_walk_array(&walk, node_member(object, field.name));
	while (r == 0 && (value = node_walk_next(&walk, NULL))) {
		if (n == CANARY_PHASES_MAX)
			return wire_bad(scan, field.name, "too many");
		r = wire_field_read(scan, value, &field, &out->canary_percent[n++]);
	}
	return r;
}

int wire_params_read(struct wire_scan *scan, const struct json_node *object, struct operation_params *out)
{
	const struct json_node *rollout = node_member(object, "rollout");
	int r = wire_fields_read(scan, object, params_fields, WIRE_COUNT(params_fields), out);

	if (r == 0)
		r = wire_fields_read(scan, rollout, rollout_fields, WIRE_COUNT(rollout_fields), &out->rollout);
	if (r == 0)
		r = read_phases(scan, rollout, &out->rollout);
	if (r == 0)
		r = wire_set_read(scan, object, "unsaid", &wire_rollout_figures, &out->unsaid);
	if (r == 0 && (!isfinite(out->rollout.max_error_share) || !isfinite(out->rollout.max_latency_growth)))
		return wire_bad(scan, "rollout", "out of range");
	return r;
}

// ---- targets

static const struct wire_field target_fields[] = {
	{ "key", WIRE_KIND_TEXT, WIRE_AT(struct plan_target, key) },
	{ "name", WIRE_KIND_TEXT, WIRE_AT(struct plan_target, name) },
	{ "environment", WIRE_KIND_TEXT, WIRE_AT(struct plan_target, environment) },
	{ "service", WIRE_KIND_TEXT, WIRE_AT(struct plan_target, service) },
	{ "driver", WIRE_KIND_TEXT, WIRE_AT(struct plan_target, driver) },
	{ "health", WIRE_KIND_WORD, WIRE_AT(struct plan_target, health), .words = &wire_health_states,
	  .is_needed = true },
	{ "is_lifecycle_known", WIRE_KIND_BOOL, WIRE_AT(struct plan_target, is_lifecycle_known) },
	{ "lifecycle", WIRE_KIND_WORD, WIRE_AT(struct plan_target, lifecycle), .words = &wire_lifecycles },
	{ "version", WIRE_KIND_TEXT, WIRE_AT(struct plan_target, version) },
	{ "previous", WIRE_KIND_TEXT, WIRE_AT(struct plan_target, previous) },
	{ "instance", WIRE_KIND_TEXT, WIRE_AT(struct plan_target, instance) },
	{ "is_hidden", WIRE_KIND_BOOL, WIRE_AT(struct plan_target, is_hidden) },
	{ "is_last_healthy", WIRE_KIND_BOOL, WIRE_AT(struct plan_target, is_last_healthy) },
	{ "refusal", WIRE_KIND_TEXT, WIRE_AT(struct plan_target, refusal) },
	{ "wave", WIRE_KIND_U16, WIRE_AT(struct plan_target, wave) },
};

static void put_numbers(struct json_writer *w, const char *key, struct step_numbers *numbers,
			const struct plan_step *steps, size_t n)
{
	if (!n)
		return;
	json_open(w, key, '[');
	for (size_t i = 0; i < n; i++)
		json_int(w, NULL, step_number(numbers, &steps[i]));
	json_close(w, ']');
}

// numbers may be NULL: without its steps.
static void put_target(struct json_writer *w, const struct plan_target *target, struct step_numbers *numbers)
{
	json_open(w, NULL, '{');
	json_int(w, "agent", target->agent);
	wire_fields_write(w, target_fields, WIRE_COUNT(target_fields), target);
	if (target->n_dependents) {
		json_open(w, "dependents", '[');
		for (size_t i = 0; i < target->n_dependents; i++)
			json_text(w, NULL, target->dependents[i]);
		json_close(w, ']');
	}
	if (numbers) {
		put_numbers(w, "steps", numbers, target->steps, target->n_steps);
		put_numbers(w, "undo", numbers, target->undo, target->n_undo);
	}
	json_close(w, '}');
}

static int read_dependents(struct wire_scan *scan, const struct json_node *object, struct plan_target *out)
{
	static const struct wire_field name = { "dependents", WIRE_KIND_TEXT, 0 };
	struct node_walk walk;
	int r = wire_array_begin(scan, object, name.name, DEPENDENTS_MAX, sizeof *out->dependents, &walk,
				 &out->dependents, &out->n_dependents);

	for (size_t i = 0; r == 0 && i < out->n_dependents; i++)
		r = wire_field_read(scan, node_walk_next(&walk, NULL), &name, &out->dependents[i]);
	return r;
}

static int read_target(struct wire_scan *scan, const struct json_node *object, struct step_list *list,
		       struct plan_target *out)
{
	static const struct wire_field agent = { "agent", WIRE_KIND_U32, WIRE_AT(struct plan_target, agent) };
	bool is_no_one = scan->is_no_one;
	int r = wire_fields_read(scan, object, &agent, 1, out);

	if (r == 0)
		r = wire_fields_read(scan, object, target_fields, WIRE_COUNT(target_fields), out);
	if (r == 0)
		r = read_dependents(scan, object, out);
	if (r == 0)
		r = step_list_copy(scan, list, object, "steps", &out->steps, &out->n_steps);
	if (r == 0)
		r = step_list_copy(scan, list, object, "undo", &out->undo, &out->n_undo);
	if (r < 0)
		return r;
	out->agent = wire_map(scan, WIRE_ID_AGENT, out->agent, out->key);
	scan->is_no_one = is_no_one; // a plan about somebody who is gone is still that plan
	return 0;
}

// ---- the plan

static const struct wire_field plan_fields[] = {
	{ "no", WIRE_KIND_U32, WIRE_AT(struct plan, no) },
	{ "token", WIRE_KIND_U32, WIRE_AT(struct plan, token) },
	{ "who", WIRE_KIND_TEXT, WIRE_AT(struct plan, who) },
	{ "at_ms", WIRE_KIND_I64, WIRE_AT(struct plan, at_ms) },
	{ "waves", WIRE_KIND_U16, WIRE_AT(struct plan, n_waves) },
	{ "guard", WIRE_KIND_WORD, WIRE_AT(struct plan, guard), .words = &wire_guards, .is_needed = true },
	{ "typed", WIRE_KIND_TEXT, WIRE_AT(struct plan, typed) },
	{ "refusal", WIRE_KIND_TEXT, WIRE_AT(struct plan, refusal) },
	{ "hash", WIRE_KIND_CHARS, WIRE_AT(struct plan, hash), .size = PLAN_HASH_HEX + 1 },
};

void wire_plan_write(struct json_writer *w, const char *key, const struct plan *plan, unsigned flags)
{
	bool is_short = flags & EVENT_JSON_SHORT;
	struct step_numbers numbers = { 0 };
	int r = is_short ? 0 : step_numbers_init(&numbers, plan);

	if (r < 0 && !w->error)
		w->error = r;
	json_open(w, key, '{');
	if (r == 0) {
		wire_fields_write(w, plan_fields, WIRE_COUNT(plan_fields), plan);
		wire_params_write(w, &plan->params);
		step_numbers_write(w, &numbers);
		json_open(w, "targets", '[');
		for (size_t i = 0; i < plan->n_targets; i++)
			put_target(w, &plan->targets[i], is_short ? NULL : &numbers);
		json_close(w, ']');
	}
	json_close(w, '}');
	step_numbers_finish(&numbers);
}

static int read_targets(struct wire_scan *scan, const struct json_node *object, struct step_list *list,
			struct plan *plan)
{
	struct node_walk walk;
	int r = step_list_read(scan, object, list);

	if (r == 0)
		r = wire_array_begin(scan, object, "targets", OPERATION_TARGETS_MAX, sizeof *plan->targets, &walk,
				     &plan->targets, &plan->n_targets);
	for (size_t i = 0; r == 0 && i < plan->n_targets; i++)
		r = read_target(scan, node_walk_next(&walk, NULL), list, &plan->targets[i]);
	return r;
}

static int read_plan(struct wire_scan *scan, const struct json_node *object, struct plan *plan)
{
	struct step_list list;
	int r = wire_fields_read(scan, object, plan_fields, WIRE_COUNT(plan_fields), plan);

	if (r == 0 && !plan->no)
		r = wire_bad(scan, "no", "missing");
	if (r == 0)
		r = wire_params_read(scan, object, &plan->params);
	if (r < 0)
		return r;
	r = read_targets(scan, object, &list, plan);
	step_list_finish(&list);
	plan->no = wire_map(scan, WIRE_ID_OPERATION, plan->no, NULL);
	return r;
}

int wire_plan_read(struct wire_scan *scan, const struct json_node *object, struct plan **out)
{
	struct plan *plan = mem_calloc(1, sizeof *plan);
	int r;

	*out = NULL;
	if (!plan)
		return -ENOMEM;
	plan->refs = 1;
	r = read_plan(scan, object, plan);
	if (r < 0)
		plan_unref(plan);
	else
		*out = plan;
	return r;
}

static void write_plan(struct json_writer *w, const struct event *event, unsigned flags)
{
	wire_plan_write(w, "plan", event->u.plan, flags);
}

static int read_plan_event(struct wire_scan *scan, const struct json_node *data, struct event *event)
{
	struct plan *plan;
	int r = wire_plan_read(scan, node_member(data, "plan"), &plan);

	event->u.plan = plan;
	return r;
}

const struct wire_payload wire_payload_plan = { write_plan, read_plan_event, false };
