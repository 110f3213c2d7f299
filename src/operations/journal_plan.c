// SPDX-License-Identifier: Apache-2.0
#include "operations/journal_plan.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "base/strbuf.h"
#include "formats/json.h"
#include "formats/json_writer.h"
#include "operations/journal_record.h"
#include "operations/json_fields.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { STEPS_MAX = 64, DEPENDENTS_MAX = 10000 };

// ---- words

static const char *name_of_verb(unsigned value)
{
	return verb_name((enum verb)value);
}

static const char *name_of_rollout(unsigned value)
{
	return rollout_kind_name((enum rollout_kind)value);
}

static const char *name_of_guard(unsigned value)
{
	return guard_name((enum guard)value);
}

static const char *name_of_health(unsigned value)
{
	return health_state_name((enum health_state)value);
}

static const char *name_of_lifecycle(unsigned value)
{
	return lifecycle_name((enum lifecycle)value);
}

static const struct json_words verbs = { name_of_verb, VERB_COUNT };
static const struct json_words rollouts = { name_of_rollout, ROLLOUT_KIND_COUNT };
static const struct json_words guards = { name_of_guard, GUARD_COUNT };
static const struct json_words healths = { name_of_health, HEALTH_STATE_COUNT };
static const struct json_words lifecycles = { name_of_lifecycle, LIFECYCLE_COUNT };

// ---- fields

#define AT(type, member) offsetof(struct type, member)

static const struct json_field head_fields[] = {
	{ "id", FIELD_TEXT, AT(journal_head, id) },
	{ "holder", FIELD_TEXT, AT(journal_head, holder) },
	{ "estimated_ms", FIELD_I64, AT(journal_head, estimated_ms) },
};

static const struct json_field plan_fields[] = {
	{ "who", FIELD_TEXT, AT(plan, who) },
	{ "planned_ms", FIELD_I64, AT(plan, at_ms) },
	{ "waves", FIELD_U16, AT(plan, n_waves) },
	{ "guard", FIELD_WORD, AT(plan, guard), .words = &guards },
	{ "typed", FIELD_TEXT, AT(plan, typed) },
	{ "refusal", FIELD_TEXT, AT(plan, refusal) },
	{ "hash", FIELD_CHARS, AT(plan, hash), .size = PLAN_HASH_HEX + 1 },
};

static const struct json_field params_fields[] = {
	{ "verb", FIELD_WORD, AT(operation_params, verb), .words = &verbs },
	{ "version", FIELD_TEXT, AT(operation_params, version) },
	{ "patch", FIELD_TEXT, AT(operation_params, patch) },
	{ "reason", FIELD_TEXT, AT(operation_params, reason) },
	{ "is_forced", FIELD_BOOL, AT(operation_params, is_forced) },
};

static const struct json_field rollout_fields[] = {
	{ "kind", FIELD_WORD, AT(rollout, kind), .words = &rollouts },
	{ "batch", FIELD_U16, AT(rollout, batch) },
	{ "max_unavailable", FIELD_U16, AT(rollout, max_unavailable) },
	{ "wait_ms", FIELD_U32, AT(rollout, wait_ms) },
	{ "min_healthy_ms", FIELD_U32, AT(rollout, min_healthy_ms) },
	{ "verify_ms", FIELD_U32, AT(rollout, verify_ms) },
	{ "max_error_share", FIELD_DOUBLE, AT(rollout, max_error_share) },
	{ "max_latency_growth", FIELD_DOUBLE, AT(rollout, max_latency_growth) },
	{ "rolls_back", FIELD_BOOL, AT(rollout, rolls_back) },
};

static const struct json_field target_fields[] = {
	{ "key", FIELD_TEXT, AT(plan_target, key) },
	{ "name", FIELD_TEXT, AT(plan_target, name) },
	{ "environment", FIELD_TEXT, AT(plan_target, environment) },
	{ "service", FIELD_TEXT, AT(plan_target, service) },
	{ "driver", FIELD_TEXT, AT(plan_target, driver) },
	{ "health", FIELD_WORD, AT(plan_target, health), .words = &healths },
	{ "is_lifecycle_known", FIELD_BOOL, AT(plan_target, is_lifecycle_known) },
	{ "lifecycle", FIELD_WORD, AT(plan_target, lifecycle), .words = &lifecycles },
	{ "version", FIELD_TEXT, AT(plan_target, version) },
	{ "previous", FIELD_TEXT, AT(plan_target, previous) },
	{ "instance", FIELD_TEXT, AT(plan_target, instance) },
	{ "is_hidden", FIELD_BOOL, AT(plan_target, is_hidden) },
	{ "is_last_healthy", FIELD_BOOL, AT(plan_target, is_last_healthy) },
	{ "refusal", FIELD_TEXT, AT(plan_target, refusal) },
	{ "wave", FIELD_U16, AT(plan_target, wave) },
};

static const struct json_field step_fields[] = {
	{ "label", FIELD_TEXT, AT(plan_step, label) },
	{ "precondition", FIELD_TEXT, AT(plan_step, precondition) },
	{ "action", FIELD_TEXT, AT(plan_step, action) },
	{ "postcondition", FIELD_TEXT, AT(plan_step, postcondition) },
	{ "timeout_ms", FIELD_U32, AT(plan_step, timeout_ms) },
	{ "primitive", FIELD_U16, AT(plan_step, primitive) },
	{ "is_mutating", FIELD_BOOL, AT(plan_step, is_mutating) },
};

static const struct json_field percent_field = { NULL, FIELD_U8, 0 }; // of an array

// ---- writing

// The brackets of a line are the chain's business: it begins with a member.
static int end_body(struct json_writer *w, size_t was)
{
	json_close(w, '}');
	if (w->error && w->out->data)
		w->out->data[w->out->len = was] = '\0';
	return w->error;
}

static void begin_body(struct json_writer *w, struct bytes *out, enum journal_kind kind, int64_t at_ms)
{
	json_writer_init(w, out);
	json_text(w, "kind", journal_kind_name(kind));
	json_int(w, "at_ms", at_ms);
}

static void put_rollout(struct json_writer *w, const struct rollout *rollout)
{
	json_open(w, "rollout", '{');
	json_fields_write(w, rollout_fields, COUNT(rollout_fields), rollout);
	json_open(w, "canary_percent", '[');
	for (size_t i = 0; i < CANARY_PHASES_MAX && rollout->canary_percent[i]; i++)
		json_fields_write(w, &percent_field, 1, &rollout->canary_percent[i]);
	json_close(w, ']');
	json_close(w, '}');
}

int journal_plan_encode(const struct journal_head *head, const struct plan *plan, struct bytes *out)
{
	size_t was = out->len;
	struct json_writer w;

	begin_body(&w, out, JOURNAL_PLAN, head->at_ms);
	json_int(&w, "format", JOURNAL_FORMAT);
	json_fields_write(&w, head_fields, COUNT(head_fields), head);
	json_fields_write(&w, plan_fields, COUNT(plan_fields), plan);
	json_fields_write(&w, params_fields, COUNT(params_fields), &plan->params);
	put_rollout(&w, &plan->params.rollout);
	json_int(&w, "targets", (int64_t)plan->n_targets);
	return end_body(&w, was);
}

static void put_steps(struct json_writer *w, const char *key, const struct plan_step *steps, size_t n)
{
	json_open(w, key, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(w, NULL, '{');
		json_fields_write(w, step_fields, COUNT(step_fields), &steps[i]);
		json_close(w, '}');
	}
	json_close(w, ']');
}

int journal_member_encode(const struct plan_target *target, int64_t at_ms, struct bytes *out)
{
	size_t was = out->len;
	struct json_writer w;

	begin_body(&w, out, JOURNAL_MEMBER, at_ms);
	json_fields_write(&w, target_fields, COUNT(target_fields), target);
	json_open(&w, "dependents", '[');
	for (size_t i = 0; i < target->n_dependents; i++)
		json_text(&w, NULL, target->dependents[i]);
	json_close(&w, ']');
	put_steps(&w, "steps", target->steps, target->n_steps);
	put_steps(&w, "undo", target->undo, target->n_undo);
	return end_body(&w, was);
}

// ---- reading

static int read_rollout(const struct json_value *object, struct rollout *out)
{
	const struct json_value *list = json_member(object, "canary_percent");
	int r = json_fields_read(object, rollout_fields, COUNT(rollout_fields), out);

	if (r == 0 && json_array_length(list) > CANARY_PHASES_MAX)
		return -EINVAL;
	for (size_t i = 0; r == 0 && i < json_array_length(list); i++)
		r = json_field_read(json_array_at(list, i), &percent_field, &out->canary_percent[i]);
	return r;
}

static int read_format(const struct json_value *line)
{
	double format;

	if (json_read_number(json_member(line, "format"), &format) < 0 || !(format >= 1))
		return -EINVAL;
	return format > JOURNAL_FORMAT ? -EPROTO : 0;
}

static int read_plan(const struct json_value *line, struct journal_head *head, struct plan *plan)
{
	static const struct json_field at = { "at_ms", FIELD_I64, 0 };
	double n_targets;
	int r = read_format(line);

	if (r == 0)
		r = json_field_read(json_member(line, "at_ms"), &at, &head->at_ms);
	if (r == 0)
		r = json_fields_read(line, head_fields, COUNT(head_fields), head);
	if (r == 0)
		r = json_fields_read(line, plan_fields, COUNT(plan_fields), plan);
	if (r == 0)
		r = json_fields_read(line, params_fields, COUNT(params_fields), &plan->params);
	if (r == 0)
		r = read_rollout(json_member(line, "rollout"), &plan->params.rollout);
	if (r < 0)
		return r;
	if (json_read_number(json_member(line, "targets"), &n_targets) < 0 ||
	    !(n_targets >= 1 && n_targets <= OPERATION_TARGETS_MAX))
		return -EINVAL;
	plan->n_targets = (size_t)n_targets;
	plan->targets = mem_calloc(plan->n_targets, sizeof *plan->targets);
	return plan->targets ? 0 : -ENOMEM;
}

int journal_plan_decode(const struct json_value *line, struct journal_head *head, struct plan **out)
{
	struct plan *plan = mem_calloc(1, sizeof *plan);
	int r = plan ? 0 : -ENOMEM;

	*head = (struct journal_head){ 0 };
	*out = NULL;
	if (r < 0)
		return r;
	plan->refs = 1;
	r = read_plan(line, head, plan);
	if (r < 0) {
		plan_unref(plan);
		return r;
	}
	*out = plan;
	return 0;
}

static int read_steps(const struct json_value *list, struct plan_step **steps, size_t *n)
{
	size_t length = json_array_length(list);
	int r = 0;

	if (length > STEPS_MAX)
		return -EINVAL;
	*steps = mem_calloc(length, sizeof **steps);
	if (!*steps && length)
		return -ENOMEM;
	*n = length;
	for (size_t i = 0; r == 0 && i < length; i++)
		r = json_fields_read(json_array_at(list, i), step_fields, COUNT(step_fields), &(*steps)[i]);
	return r;
}

static int read_dependents(const struct json_value *list, struct plan_target *out)
{
	static const struct json_field name = { "", FIELD_TEXT, 0 };
	size_t length = json_array_length(list);
	int r = 0;

	if (length > DEPENDENTS_MAX)
		return -EINVAL;
	out->dependents = mem_calloc(length, sizeof *out->dependents);
	if (!out->dependents && length)
		return -ENOMEM;
	out->n_dependents = length;
	for (size_t i = 0; r == 0 && i < length; i++)
		r = json_field_read(json_array_at(list, i), &name, &out->dependents[i]);
	return r;
}

int journal_member_decode(const struct json_value *line, struct plan_target *out)
{
	int r = json_fields_read(line, target_fields, COUNT(target_fields), out);

	if (r == 0)
		r = read_dependents(json_member(line, "dependents"), out);
	if (r == 0)
		r = read_steps(json_member(line, "steps"), &out->steps, &out->n_steps);
	if (r == 0)
		r = read_steps(json_member(line, "undo"), &out->undo, &out->n_undo);
	return r;
}
