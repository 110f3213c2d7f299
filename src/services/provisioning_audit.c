// SPDX-License-Identifier: Apache-2.0
/* What is on record of an operation: who asked, what was decided and why, each intent and its result, and the end. All
 * records of one operation have its name; those of a target have the agent's key, which nothing changes.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "formats/json.h"
#include "services/provisioning_internal.h"
#include "text/text.h"

enum { NAMES_MAX = 400, PATCH_NAME_MAX = 64 };

struct fields {
	struct audit_field items[AUDIT_FIELDS_MAX];
	size_t n;
};

static void add(struct fields *fields, const char *name, struct audit_value value)
{
	if (fields->n < AUDIT_FIELDS_MAX)
		fields->items[fields->n++] = (struct audit_field){ name, value };
}

static void add_text(struct fields *fields, const char *name, const char *text)
{
	if (text && text[0])
		add(fields, name, audit_text(text));
}

static struct audit_fields as_fields(const struct fields *fields)
{
	return (struct audit_fields){ fields->items, fields->n };
}

enum audit_action audit_action_of(enum verb verb)
{
	static const enum audit_action actions[VERB_COUNT] = {
		[VERB_CREATE] = AUDIT_CREATE,           [VERB_START] = AUDIT_START,     [VERB_STOP] = AUDIT_STOP,
		[VERB_RESTART] = AUDIT_RESTART,         [VERB_SUSPEND] = AUDIT_STOP,    [VERB_RESUME] = AUDIT_START,
		[VERB_UPGRADE] = AUDIT_UPDATE,          [VERB_ROLLBACK] = AUDIT_UPDATE, [VERB_DELETE] = AUDIT_DELETE,
		[VERB_CONFIGURE] = AUDIT_MODIFY_CONFIG,
	};

	return (size_t)verb < VERB_COUNT ? actions[verb] : AUDIT_ACCESS;
}

bool audit_is_broken(const struct provisioning_engine *engine)
{
	return engine->audit && audit_logger_state(engine->audit)->status == AUDIT_LOGGER_BROKEN;
}

const char *audit_why(const struct provisioning_engine *engine, int error)
{
	return audit_is_broken(engine) ? audit_logger_state(engine->audit)->why : strerrordesc_np(-error);
}

// ---- whose doing it is

// From now on that of whoever asks, when they do it through a hub.
static void take_person(struct op *op)
{
	const struct audit_person *asking = op->engine->asking;
	struct op_person *person = &op->person;

	person->is_there = asking != NULL;
	if (!asking)
		return;
	snprintf(person->user, sizeof person->user, "%s", asking->user);
	snprintf(person->origin, sizeof person->origin, "%s", asking->origin);
	snprintf(person->role, sizeof person->role, "%s", asking->role ? asking->role : "");
	person->public = *asking;
	person->public.user = text_trim(person->user);
	person->public.origin = text_trim(person->origin);
	person->public.role = text_trim(person->role);
}

// NULL: of this process's own person.
static const struct audit_person *person_of(const struct op *op)
{
	return op->person.is_there ? &op->person.public : NULL;
}

// ---- the whole

/* A plan of one agent is about that agent; of more it is about the operation, and its targets follow one by one. The
 * key of an agent is for good, its name is what people know it by. What was asked for has the same word in each record,
 * whichever of the ten actions it counts as.
 */
static void put_resource(const struct plan *plan, const char *id, struct audit_record *record, struct fields *details)
{
	bool is_one = plan && plan->n_targets == 1;

	record->resource_kind = is_one ? "agent" : "operation";
	record->resource_id = is_one ? plan->targets[0].key : id;
	if (plan)
		add(details, "request", audit_text(verb_name(plan->params.verb)));
	if (is_one)
		add_text(details, "name", plan->targets[0].name);
}

static void list_names(const struct plan *plan, char out[NAMES_MAX])
{
	struct strbuf names;

	strbuf_init(&names, out, NAMES_MAX);
	for (size_t i = 0; i < plan->n_targets && !names.truncated; i++)
		strbuf_addf(&names, "%s%s", i ? ", " : "", plan->targets[i].name);
	text_trim(out);
}

/* A patch may hold secrets, and nothing says which of its texts are: that one is given is put on record, not which.
 * Numbers and truths are none.
 */
struct patch {
	struct json_value *document;
	char names[AUDIT_FIELDS_MAX][PATCH_NAME_MAX];
};

static struct audit_value patch_value(const struct json_value *value)
{
	double number = 0;
	bool truth = false;

	if (json_kind(value) == JSON_NULL)
		return audit_text("null");
	if (json_read_bool(value, &truth) == 0)
		return audit_truth(truth);
	if (json_read_number(value, &number) == 0)
		return audit_number((int64_t)number);
	return audit_secret();
}

static void add_patch(struct fields *fields, struct patch *patch, const char *text)
{
	struct json_members members;
	const struct json_value *value;
	struct json_text name;

	json_parse(text, strlen(text), &patch->document, NULL); // the plan was made of it; without memory it has none
	json_members_init(&members, patch->document);
	for (size_t i = 0; i < AUDIT_FIELDS_MAX && json_members_next(&members, &name, &value); i++) {
		snprintf(patch->names[i], PATCH_NAME_MAX, "patch.%.*s", (int)(name.n < 50 ? name.n : 50), name.bytes);
		add(fields, text_trim(patch->names[i]), patch_value(value));
	}
}

static void put_params(struct fields *fields, const struct plan *plan, char names[NAMES_MAX])
{
	const struct operation_params *params = &plan->params;

	add_text(fields, "version", params->version);
	if (params->is_forced)
		add(fields, "forced", audit_truth(true));
	if (plan->n_targets == 1)
		return;
	list_names(plan, names);
	add(fields, "rollout", audit_text(rollout_kind_name(params->rollout.kind)));
	add(fields, "targets", audit_number((int64_t)plan->n_targets));
	add(fields, "agents", audit_text(names));
}

void audit_asked(struct op *op, struct writ *writ, const char *who, struct instant now)
{
	struct fields details = { .n = 0 }, decided = { .n = 0 };
	char names[NAMES_MAX];
	struct patch patch = { .document = NULL };
	struct audit_record record = {
		.phase = AUDIT_REQUEST,
		.action = audit_action_of(op->plan->params.verb),
		.result = AUDIT_PENDING,
		.reason = op->plan->params.reason,
		.correlation = op->id,
	};

	take_person(op);
	record.by = person_of(op);
	put_resource(op->plan, op->id, &record, &details);
	add_text(&details, "who", who);
	put_params(&details, op->plan, names);
	add_text(&details, "plan", op->plan->hash);
	if (op->plan->params.verb == VERB_CONFIGURE)
		add_patch(&details, &patch, op->plan->params.patch);
	record.details = as_fields(&details);
	writ_audit(op->engine, writ, &record, now);
	json_free(patch.document);
	put_resource(op->plan, op->id, &record, &decided);
	add(&decided, "decision", audit_text("allowed"));
	add(&decided, "guard", audit_text(guard_name(op->plan->guard)));
	record.phase = AUDIT_DECISION;
	record.result = AUDIT_SUCCESS;
	record.details = as_fields(&decided);
	writ_audit(op->engine, writ, &record, now);
}

void audit_refused(struct provisioning_engine *engine, const struct request *request, const struct plan *plan,
		   int error, const char *why, struct instant now)
{
	struct fields details = { .n = 0 };
	char names[NAMES_MAX], no[32];
	struct audit_record record = {
		.by = request->person,
		.phase = AUDIT_REQUEST,
		.action = plan ? audit_action_of(plan->params.verb) : AUDIT_ACCESS,
		.result = AUDIT_PENDING,
		.reason = request->reason,
	};

	snprintf(no, sizeof no, "%u", (unsigned)request->operation);
	put_resource(plan, no, &record, &details);
	add_text(&details, "who", request->who);
	if (plan)
		put_params(&details, plan, names);
	record.details = as_fields(&details);
	writ_audit(engine, NULL, &record, now);
	record.phase = AUDIT_DECISION;
	record.level = AUDIT_WARNING;
	record.result = AUDIT_REFUSED;
	record.error = why[0] ? why : strerrordesc_np(-error);
	writ_audit(engine, NULL, &record, now);
}

void audit_control(struct op *op, enum journal_control what, const char *who, int error, struct instant now)
{
	struct fields details = { .n = 0 };
	struct audit_record record = {
		.by = op->engine->asking,
		.phase = AUDIT_DECISION,
		.action = audit_action_of(op->plan->params.verb),
		.level = AUDIT_WARNING,
		.result = error < 0 ? AUDIT_REFUSED : AUDIT_SUCCESS,
		.error = error < 0 ? strerrordesc_np(-error) : NULL,
		.correlation = op->id,
	};

	// Of what another process left half done nobody here has asked for; whoever lets it go on, does.
	if (error == 0 && op->is_recovered && (what == JOURNAL_RESUME || what == JOURNAL_ROLLBACK))
		take_person(op);
	put_resource(op->plan, op->id, &record, &details);
	add(&details, "control", audit_text(journal_control_name(what)));
	add_text(&details, "who", who);
	record.details = as_fields(&details);
	writ_audit(op->engine, NULL, &record, now);
}

void audit_turned(struct op *op, struct instant now)
{
	struct fields details = { .n = 0 };
	struct audit_record record = {
		.by = op->engine->asking ? op->engine->asking : person_of(op),
		.phase = AUDIT_DECISION,
		.action = audit_action_of(op->plan->params.verb),
		.level = AUDIT_WARNING,
		.result = AUDIT_SUCCESS,
		.error = op->why,
		.correlation = op->id,
	};

	put_resource(op->plan, op->id, &record, &details);
	add(&details, "decision", audit_text(operation_state_name(op->state)));
	record.details = as_fields(&details);
	writ_audit(op->engine, NULL, &record, now);
}

static enum audit_result result_of(enum operation_state state)
{
	if (state == OPERATION_SUCCEEDED)
		return AUDIT_SUCCESS;
	return state == OPERATION_INDETERMINATE ? AUDIT_INDETERMINATE : AUDIT_FAILURE;
}

static void count_targets(const struct op *op, struct fields *fields)
{
	size_t n[TARGET_STATE_COUNT] = { 0 };

	for (size_t i = 0; i < op->plan->n_targets; i++)
		n[op->targets[i].phase == PHASE_ENDING ? op->targets[i].ending : op->targets[i].state]++;
	for (int state = 0; state < TARGET_STATE_COUNT; state++)
		if (n[state])
			add(fields, target_state_name((enum target_state)state), audit_number((int64_t)n[state]));
}

void audit_over(struct op *op, struct writ *writ, struct instant now)
{
	struct fields details = { .n = 0 };
	struct audit_record record = {
		.by = person_of(op),
		.phase = AUDIT_END,
		.action = audit_action_of(op->plan->params.verb),
		.level = op->end == OPERATION_SUCCEEDED       ? AUDIT_INFO
			 : op->end == OPERATION_INDETERMINATE ? AUDIT_CRITICAL
							      : AUDIT_ERROR,
		.result = result_of(op->end),
		.reason = op->plan->params.reason,
		.error = op->why,
		.correlation = op->id,
	};

	put_resource(op->plan, op->id, &record, &details);
	add(&details, "state", audit_text(operation_state_name(op->end)));
	count_targets(op, &details);
	record.details = as_fields(&details);
	writ_audit(op->engine, writ, &record, now);
}

void audit_recovered(struct op *op, const char *why, struct instant now)
{
	struct fields details = { .n = 0 };
	struct audit_record record = {
		.by = person_of(op),
		.phase = AUDIT_EVENT,
		.action = audit_action_of(op->plan->params.verb),
		.level = AUDIT_WARNING,
		.result = AUDIT_SUCCESS,
		.correlation = op->id,
	};

	put_resource(op->plan, op->id, &record, &details);
	add(&details, "recovered", audit_text(why));
	record.details = as_fields(&details);
	writ_audit(op->engine, NULL, &record, now);
}

void audit_approval(struct provisioning_engine *engine, const struct kept_plan *kept, const struct request *request,
		    int error, const char *why, struct instant now)
{
	const struct plan *plan = kept ? kept->plan : NULL;
	struct fields details = { .n = 0 };
	char names[NAMES_MAX], no[32];
	struct audit_record record = {
		.by = request ? request->person : NULL,
		.phase = AUDIT_DECISION,
		.action = plan ? audit_action_of(plan->params.verb) : AUDIT_ACCESS,
		.level = error < 0 ? AUDIT_WARNING : AUDIT_INFO,
		.result = error < 0 ? AUDIT_REFUSED : AUDIT_SUCCESS,
		.reason = request ? request->text
			  : kept  ? kept->approval.reason
				  : NULL,
		.error = error < 0 ? why : NULL,
	};

	snprintf(no, sizeof no, "%u", (unsigned)(plan ? plan->no : request ? request->operation : 0));
	put_resource(plan, no, &record, &details);
	if (request)
		add(&details, "request", audit_text(request_type_name(request->type)));
	else if (kept)
		add(&details, "approval", audit_text(approval_state_name(kept->approval.state)));
	if (request)
		add_text(&details, "who", request->who);
	if (plan) {
		add_text(&details, "asker", kept->asker);
		put_params(&details, plan, names);
		add_text(&details, "plan", plan->hash);
	}
	record.details = as_fields(&details);
	writ_audit(engine, NULL, &record, now);
}

// ---- one target

static void put_sight(struct fields *fields, const struct driver_sight *sight)
{
	add(fields, "state", audit_text(sight->exists ? lifecycle_name(sight->state) : "not there"));
	add_text(fields, "version", sight->version);
	add_text(fields, "instance", sight->instance);
}

static void put_target(const struct target *target, struct fields *fields)
{
	add(fields, "request", audit_text(verb_name(target->op->plan->params.verb)));
	add_text(fields, "name", op_target_plan(target)->name);
}

static void put_step(const struct target *target, struct fields *fields)
{
	const struct plan_step *step = op_target_plan_step(target);

	add(fields, "step", audit_text(step->label));
	add_text(fields, "action", step->action);
	if (target->is_undoing)
		add(fields, "undoing", audit_truth(true));
}

static struct audit_record record_of(const struct target *target, enum audit_phase phase)
{
	return (struct audit_record){
		.by = person_of(target->op),
		.phase = phase,
		.action = audit_action_of(target->op->plan->params.verb),
		.resource_kind = "agent",
		.resource_id = op_target_plan(target)->key,
		.reason = target->op->plan->params.reason,
		.correlation = target->op->id,
	};
}

void audit_intent(struct target *target, struct writ *writ, struct instant now)
{
	struct audit_record record = record_of(target, AUDIT_INTENT);
	struct fields details = { .n = 0 }, before = { .n = 0 };

	put_target(target, &details);
	put_step(target, &details);
	put_sight(&before, &target->sight);
	record.result = AUDIT_PENDING;
	record.before = as_fields(&before);
	record.details = as_fields(&details);
	writ_audit(target->op->engine, writ, &record, now);
}

void audit_result(struct target *target, struct writ *writ, struct instant now)
{
	static const enum audit_result results[] = {
		[DRIVER_DONE] = AUDIT_SUCCESS,
		[DRIVER_REFUSED] = AUDIT_REFUSED,
		[DRIVER_FAILED] = AUDIT_FAILURE,
		[DRIVER_UNKNOWN] = AUDIT_INDETERMINATE,
	};
	static const enum audit_level levels[] = {
		[DRIVER_DONE] = AUDIT_INFO,
		[DRIVER_REFUSED] = AUDIT_WARNING,
		[DRIVER_FAILED] = AUDIT_ERROR,
		[DRIVER_UNKNOWN] = AUDIT_CRITICAL,
	};
	struct audit_record record = record_of(target, AUDIT_RESULT);
	struct fields details = { .n = 0 }, before = { .n = 0 }, after = { .n = 0 };
	bool is_done = target->answer.outcome == DRIVER_DONE;

	put_target(target, &details);
	put_step(target, &details);
	if (is_done)
		add_text(&details, "answer", target->answer.detail);
	put_sight(&before, &target->was);
	if (target->answer.has_sight)
		put_sight(&after, &target->answer.sight);
	record.level = levels[target->answer.outcome];
	record.result = results[target->answer.outcome];
	record.error = is_done ? NULL : target->answer.detail;
	record.before = as_fields(&before);
	record.after = as_fields(&after);
	record.details = as_fields(&details);
	writ_audit(target->op->engine, writ, &record, now);
}

void audit_ended(struct target *target, struct writ *writ, struct instant now)
{
	struct audit_record record = record_of(target, AUDIT_RESULT);
	struct fields details = { .n = 0 }, before = { .n = 0 }, after = { .n = 0 };
	enum target_state state = target->ending;

	put_target(target, &details);
	add(&details, "target", audit_text(target_state_name(state)));
	put_sight(&before, &target->before);
	put_sight(&after, &target->sight);
	record.result = state == TARGET_DONE || state == TARGET_ROLLED_BACK ? AUDIT_SUCCESS
			: state == TARGET_INDETERMINATE                     ? AUDIT_INDETERMINATE
									    : AUDIT_FAILURE;
	record.level = record.result == AUDIT_SUCCESS         ? AUDIT_INFO
		       : record.result == AUDIT_INDETERMINATE ? AUDIT_CRITICAL
							      : AUDIT_ERROR;
	record.error = target->error;
	record.before = as_fields(&before);
	record.after = as_fields(&after);
	record.details = as_fields(&details);
	writ_audit(target->op->engine, writ, &record, now);
}
