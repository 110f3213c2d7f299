// SPDX-License-Identifier: Apache-2.0
/* The steps of one target, one after the other: an intent on the disk, the driver, a result on the disk, the next one.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/container_of.h"
#include "base/memory.h"
#include "model/verb_refusal.h"
#include "operations/plan.h"
#include "services/provisioning_internal.h"
#include "text/text.h"

// ---- which one

const struct plan_target *op_target_plan(const struct target *target)
{
	return &target->op->plan->targets[target->index];
}

const struct plan_step *op_target_plan_step(const struct target *target)
{
	const struct plan_target *plan = op_target_plan(target);
	size_t n = target->is_undoing ? plan->n_undo : plan->n_steps;

	if (target->step >= n)
		return NULL;
	return target->is_undoing ? &plan->undo[target->step] : &plan->steps[target->step];
}

// As journal and snapshots number them: the plan's steps, then those that undo it.
static uint16_t number_of(const struct target *target)
{
	return (uint16_t)(target->step + (target->is_undoing ? op_target_plan(target)->n_steps : 0));
}

struct operation_step *op_target_step(struct target *target)
{
	return &target->steps[number_of(target)];
}

const struct agent *op_target_agent(const struct target *target)
{
	const struct engine_world *world = &target->op->engine->world;

	return target->life->id ? world->agent(world->ctx, target->life->id) : NULL;
}

bool op_target_is_last_change(const struct target *target)
{
	const struct plan_target *plan = op_target_plan(target);
	const struct plan_step *steps = target->is_undoing ? plan->undo : plan->steps;
	size_t n = target->is_undoing ? plan->n_undo : plan->n_steps;

	for (size_t i = target->step + 1u; i < n; i++)
		if (steps[i].is_mutating)
			return false;
	return true;
}

void op_target_set_error(struct target *target, const char *error)
{
	char text[ENGINE_ERROR_MAX];

	snprintf(text, sizeof text, "%s", error ? error : "");
	mem_free(target->error);
	target->error = error ? mem_strdup(text_trim(text)) : NULL; // short of memory the state still says it
}

// ---- how it ends

// Whatever of its steps did not come to its turn never will.
static void close_steps(struct target *target, enum step_state current, int64_t wall_ms)
{
	const struct plan_target *plan = op_target_plan(target);
	size_t from = target->is_undoing ? plan->n_steps : 0;
	size_t until = from + (target->is_undoing ? plan->n_undo : plan->n_steps);

	for (size_t i = from; i < until; i++) {
		struct operation_step *step = &target->steps[i];

		if (step->state == STEP_CURRENT) {
			step->state = current;
			step->ended_ms = step->ended_ms ? step->ended_ms : wall_ms;
		} else if (step->state == STEP_PENDING) {
			step->state = STEP_SKIPPED;
		}
	}
}

// What our own operations say of the agent from now on.
static void record_life(struct target *target)
{
	struct life *life = target->life;
	enum lifecycle was = life->public.is_recorded ? life->public.recorded : target->before.state;
	enum lifecycle is;

	if (target->state == TARGET_DONE) {
		is = proof_state_after(target->op->plan->params.verb, &target->sight, was);
		life_recorded(life, is, proof_provisioning_after(is));
	} else if (target->state == TARGET_ROLLED_BACK) {
		life_recorded(life, target->before.state, proof_provisioning_after(target->before.state));
	} else if (target->is_unverified) { // it has come to what was asked for, as far as was seen
		is = target->is_undoing ? target->before.state
					: proof_state_after(target->op->plan->params.verb, &target->sight, was);
		life_recorded(life, is, proof_provisioning_after(is));
	} else if (target->was_changed) {
		life_recorded(life, LIFECYCLE_ERRORED, PROVISIONING_FAILED);
	} else {
		life->public.provisioning = PROVISIONING_FAILED;
	}
	life_touch(life);
}

static void on_ended(struct writ *writ, int error)
{
	struct target *target = container_of(writ, struct target, writ);
	struct instant now = engine_now(target->op->engine);
	bool is_well = target->ending == TARGET_DONE || target->ending == TARGET_ROLLED_BACK;
	char text[ENGINE_ERROR_MAX];

	target->phase = PHASE_IDLE;
	target->state = target->ending;
	if (error < 0 && is_well) { // nothing is shown as done that is not on the disk as done
		snprintf(text, sizeof text, "it is well, but that could not be recorded: %s",
			 audit_why(target->op->engine, error));
		op_target_set_error(target, text);
		target->state = TARGET_INDETERMINATE;
	}
	target->ended_ms = target->record_ms; // as its journal has it
	close_steps(target, is_well ? STEP_COMPLETED : STEP_ERROR, target->record_ms);
	record_life(target);
	life_worked(target->life, false);
	op_touch(target->op, true);
	if (target->wants_undo) { // which the rollout has asked for meanwhile
		target->wants_undo = false;
		op_target_begin(target, true, now);
		return;
	}
	if (target->state == TARGET_FAILED && !target->was_changed)
		rollout_tell_unchanged(target->op->rollout, target->index, now.mono_ms);
	else
		rollout_tell(target->op->rollout, target->index, target->state, now.mono_ms);
	op_pump(target->op, now);
}

static void record_verification(struct target *target, enum target_state state, const char *error, struct instant now)
{
	bool is_well = state == TARGET_DONE || state == TARGET_ROLLED_BACK;
	struct driver_answer answer = {
		.outcome = is_well ? DRIVER_DONE : DRIVER_FAILED,
		.has_sight = target->is_reached,
		.sight = target->sight,
	};
	const struct journal_record record = {
		.kind = JOURNAL_RESULT,
		.at_ms = now.wall_ms,
		.u.result = { target->index, number_of(target), &answer },
	};

	snprintf(answer.detail, sizeof answer.detail, "%s", error ? error : "");
	text_trim(answer.detail);
	writ_journal(target->op, NULL, &record);
}

// What went wrong on the way back does not hide why it was taken back.
static const char *whole_error(const struct target *target, const char *error, char out[ENGINE_ERROR_MAX])
{
	const char *before = target->error;

	if (!error || !target->is_undoing || !before || !*before)
		return error;
	snprintf(out, ENGINE_ERROR_MAX, "%.*s; %s", text_fit(before, ENGINE_ERROR_MAX / 2), before, error);
	return text_trim(out);
}

void op_target_end(struct target *target, enum target_state state, const char *error, struct instant now)
{
	char text[ENGINE_ERROR_MAX];
	const char *whole = whole_error(target, error, text);
	const struct journal_record record = {
		.kind = JOURNAL_TARGET,
		.at_ms = now.wall_ms,
		.u.target = { target->index, state, whole, target->version[0] ? target->version : NULL },
	};

	call_cancel(&target->call);
	target->is_unverified = target->phase == PHASE_VERIFYING && target->op->is_aborting && target->is_reached &&
				state == TARGET_FAILED;
	if (target->phase == PHASE_VERIFYING)
		record_verification(target, state, error, now);
	target->phase = PHASE_ENDING;
	target->ending = state;
	target->record_ms = now.wall_ms;
	if (error || state == TARGET_DONE)
		op_target_set_error(target, whole);
	writ_begin(&target->writ, on_ended);
	writ_journal(target->op, &target->writ, &record);
	audit_ended(target, &target->writ, now);
	writ_end(&target->writ);
}

static void fail(struct target *target, enum target_state state, const char *what, const char *detail,
		 struct instant now)
{
	const struct plan_step *step = op_target_plan_step(target);
	char text[ENGINE_ERROR_MAX];

	snprintf(text, sizeof text, "%s%s%s%s%s", target->is_undoing ? "could not be taken back: " : "",
		 step ? step->label : "", step ? ": " : "", what, detail);
	op_target_end(target, state, text_trim(text), now);
}

// ---- results

static void begin_step(struct target *target, struct instant now);

static void tell_journal(struct target *target, struct instant now)
{
	const struct journal_record record = {
		.kind = JOURNAL_TARGET,
		.at_ms = now.wall_ms,
		.u.target = { target->index, target->state, NULL, NULL },
	};

	writ_journal(target->op, NULL, &record);
}

// It has happened after all; the process that began it has ended, so somebody has to say that it goes on.
static void wait_for_person(struct target *target, struct instant now)
{
	op_target_step(target)->state = STEP_COMPLETED;
	target->step++;
	target->is_recovered = false;
	target->goes_on = true;
	target->phase = PHASE_IDLE;
	tell_journal(target, now);
	rollout_tell(target->op->rollout, target->index, target->state, now.mono_ms);
	op_touch(target->op, true);
	op_go_on(target->op, now); // somebody has said so already
}

static void go_on(struct target *target, struct instant now)
{
	struct operation_step *step = op_target_step(target);
	const struct plan_step *planned = op_target_plan_step(target);
	// Nothing is changed by asking, so of a question without an answer nothing is left to know.
	bool is_unknown = target->answer.outcome == DRIVER_UNKNOWN && planned && planned->is_mutating;

	step->ended_ms = target->record_ms; // as its journal has it
	if (target->answer.outcome == DRIVER_DONE && target->is_recovered) {
		wait_for_person(target, now);
		return;
	}
	if (target->answer.outcome == DRIVER_DONE) {
		step->state = STEP_COMPLETED;
		target->step++;
		op_touch(target->op, false);
		begin_step(target, now);
		return;
	}
	fail(target, is_unknown ? TARGET_INDETERMINATE : TARGET_FAILED, "", target->answer.detail, now);
}

static void on_result(struct writ *writ, int error)
{
	struct target *target = container_of(writ, struct target, writ);
	struct instant now = engine_now(target->op->engine);

	if (error < 0)
		fail(target, TARGET_INDETERMINATE,
		     "what became of it could not be recorded: ", audit_why(target->op->engine, error), now);
	else
		go_on(target, now);
}

void op_target_resolve(struct target *target, struct instant now)
{
	const struct plan_step *step = op_target_plan_step(target);
	bool is_mutating = step && step->is_mutating;
	const struct journal_record record = {
		.kind = JOURNAL_RESULT,
		.at_ms = now.wall_ms,
		.u.result = { target->index, number_of(target), &target->answer },
	};

	target->phase = PHASE_RESULT;
	target->record_ms = now.wall_ms;
	if (is_mutating && target->answer.outcome != DRIVER_REFUSED && !target->is_undoing)
		target->was_changed = true;
	if (!is_mutating) {
		writ_journal(target->op, NULL, &record);
		go_on(target, now);
		return;
	}
	writ_begin(&target->writ, on_result);
	writ_journal(target->op, &target->writ, &record);
	audit_result(target, &target->writ, now);
	writ_end(&target->writ);
}

static void refuse(struct driver_answer *answer, const char *what, const char *text)
{
	answer->outcome = DRIVER_REFUSED;
	snprintf(answer->detail, sizeof answer->detail, "%s%s", what, text);
	text_trim(answer->detail);
}

// The target is not what the plan was made for: nothing is done to it.
static void check_seen(struct target *target)
{
	const struct plan_target *plan = op_target_plan(target);
	const struct driver_sight *sight = &target->answer.sight;
	struct agent_lifecycle seen = target->life->public;
	char why[VERB_REFUSAL_MAX];

	seen.holder = ""; // we are
	if (plan->instance[0] && sight->instance[0] && strcmp(plan->instance, sight->instance) != 0)
		refuse(&target->answer, "it was replaced since the plan was made: instance ", sight->instance);
	else if (verb_refusal_of(op_target_agent(target), &seen, target->op->plan->params.verb, why)[0])
		refuse(&target->answer, "", why);
	else
		target->before = *sight;
}

void op_target_seen(struct target *target, const struct driver_sight *sight, struct instant now)
{
	target->sight = *sight;
	memcpy(target->version, sight->version, sizeof target->version);
	life_seen(target->life, sight, now);
}

static void on_answer(struct call *call, const struct driver_answer *answer)
{
	struct target *target = container_of(call, struct target, call);
	struct provisioning_engine *engine = target->op->engine;
	struct instant now = engine_now(engine);
	const struct plan_step *step = op_target_plan_step(target);

	target->answer = *answer;
	if (answer->has_sight)
		op_target_seen(target, &answer->sight, now);
	else if (step->is_mutating)
		target->sight.instance[0] = '\0'; // it may be another one now
	if (step->primitive == PRIMITIVE_OBSERVE && answer->outcome == DRIVER_DONE && answer->has_sight &&
	    !target->is_undoing)
		check_seen(target);
	if (answer->outcome == DRIVER_UNKNOWN && step->is_mutating)
		doubt_begin(target, now);
	else
		op_target_resolve(target, now);
	engine_settle(engine, now);
}

static void on_output(struct call *call, const char *line)
{
	struct target *target = container_of(call, struct target, call);
	struct provisioning_engine *engine = target->op->engine;

	op_output(target->op, target, line);
	engine_settle(engine, engine_now(engine));
}

// ---- beginning

static void key_of(const struct target *target, char out[CALL_KEY_MAX])
{
	snprintf(out, CALL_KEY_MAX, "%s-%u-%u-%u", target->op->id, (unsigned)target->index, (unsigned)number_of(target),
		 (unsigned)target->attempt);
}

static void dispatch(struct target *target, struct instant now)
{
	struct provisioning_engine *engine = target->op->engine;
	const struct agent *agent = op_target_agent(target);
	const struct plan_step *step = op_target_plan_step(target);
	char key[CALL_KEY_MAX], why[LEASE_HOLDER_MAX + 40];
	struct call_request request = {
		.agent = agent,
		.params = &target->op->plan->params,
		.step = step,
		.key = key,
		.instance = target->sight.instance,
		.done = on_answer,
		.output = on_output,
	};
	int r;

	key_of(target, key);
	target->phase = PHASE_SENT;
	target->sent_ms = now.mono_ms;
	target->was = target->sight;
	target->answer = (struct driver_answer){ 0 };
	if (op_target_is_fenced(target, why, sizeof why)) {
		refuse(&target->answer, "", why);
		op_target_resolve(target, now);
		return;
	}
	r = agent ? call_begin(&engine->calls, &target->call, &request, now) : -ENOENT;
	if (r == 0)
		return;
	refuse(&target->answer, "", agent ? strerrordesc_np(-r) : "the agent is not listed any more");
	op_target_resolve(target, now);
}

static void on_intent(struct writ *writ, int error)
{
	struct target *target = container_of(writ, struct target, writ);
	struct instant now = engine_now(target->op->engine);

	if (error < 0)
		fail(target, TARGET_FAILED,
		     audit_is_broken(target->op->engine) ? "nothing was done: the audit trail cannot be written: "
							 : "nothing was done: its intent could not be recorded: ",
		     audit_why(target->op->engine, error), now);
	else
		dispatch(target, now);
}

// Between two steps somebody aborted it, or it is to be taken back. Where there is no way back it goes on to the end.
static bool is_stopped(const struct target *target, const struct plan_step *step)
{
	const struct op *op = target->op;

	if (target->is_undoing || step->primitive == PRIMITIVE_VERIFY)
		return false;
	return op->is_aborting || (op->state == OPERATION_ROLLING_BACK && plan_has_undo(op_target_plan(target)));
}

static void begin_step(struct target *target, struct instant now)
{
	const struct plan_step *step = op_target_plan_step(target);
	struct journal_record record = { .kind = JOURNAL_INTENT, .at_ms = now.wall_ms };
	char key[CALL_KEY_MAX];

	if (!step) { // all are through: only its end was not recorded
		op_target_end(target, target->is_undoing ? TARGET_ROLLED_BACK : TARGET_DONE, NULL, now);
		return;
	}
	if (is_stopped(target, step)) {
		fail(target, TARGET_FAILED, "not begun: ", target->op->why, now);
		return;
	}
	*op_target_step(target) = (struct operation_step){ .state = STEP_CURRENT, .started_ms = now.wall_ms };
	target->attempt++;
	key_of(target, key);
	record.u.intent.target = target->index;
	record.u.intent.step = number_of(target);
	record.u.intent.attempt = target->attempt;
	record.u.intent.idempotency_key = key;
	op_touch(target->op, false);
	if (!step->is_mutating) {
		writ_journal(target->op, NULL, &record);
		if (step->primitive == PRIMITIVE_VERIFY) {
			verify_begin(target, now);
			tell_journal(target, now);
		} else {
			dispatch(target, now);
		}
		return;
	}
	target->phase = PHASE_INTENT;
	writ_begin(&target->writ, on_intent);
	writ_journal(target->op, &target->writ, &record);
	audit_intent(target, &target->writ, now);
	writ_end(&target->writ);
}

void op_target_begin(struct target *target, bool is_undoing, struct instant now)
{
	struct provisioning_engine *engine = target->op->engine;

	if (target->phase == PHASE_ENDING) {
		target->wants_undo = true;
		return;
	}
	call_cancel(&target->call);
	if (is_undoing) // whoever is verified then is not any more
		close_steps(target, STEP_SKIPPED, now.wall_ms);
	target->phase = PHASE_IDLE;
	target->is_undoing = is_undoing;
	target->step = 0;
	target->state = is_undoing ? TARGET_ROLLING_BACK : TARGET_RUNNING;
	target->ended_ms = 0;
	if (!is_undoing) {
		target->started_ms = now.wall_ms;
		engine->world.vitals(engine->world.ctx, target->life->id, 0, &target->vitals_before);
	}
	life_operated(target->life, target->op,
		      is_undoing ? PROVISIONING_UPGRADING : proof_provisioning_during(target->op->plan->params.verb));
	life_worked(target->life, true);
	tell_journal(target, now);
	op_touch(target->op, true);
	begin_step(target, now);
}

void op_target_go_on(struct target *target, struct instant now)
{
	life_worked(target->life, true);
	begin_step(target, now);
}

// ---- letting go

void op_target_release(struct target *target)
{
	call_cancel(&target->call);
	writ_forget(&target->writ, target->op->engine);
	lock_release(&target->lock);
	if (target->lease)
		leases_release(target->op->engine->leases, target->lease, target->op->no);
	if (target->life && target->life->op == target->op) {
		life_worked(target->life, false);
		life_operated(target->life, NULL,
			      target->started_ms ? target->life->public.provisioning : target->provisioning_before);
	}
	target->phase = PHASE_IDLE;
}
