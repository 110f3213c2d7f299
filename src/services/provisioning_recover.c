// SPDX-License-Identifier: Apache-2.0
/* What other processes left: from the journals it is learnt how agents were left, and operations that are not over are
 * taken over. They are paused, and a person says how it goes on; what was sent without an answer is looked at first.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "services/provisioning_internal.h"

// A journal on its way; the engine may go before it comes.
struct recovering {
	struct provisioning_engine *engine; // NULL: it is gone
	struct recovering *next;            // provisioning_engine::recovering
	char id[OPERATION_ID_MAX];
	uint32_t no;
	struct journal *journal; // owned
};

// ---- what is learnt of agents

static void learn_target(struct provisioning_engine *engine, const struct operation *operation, size_t i)
{
	const struct plan_target *plan = &operation->plan->targets[i];
	const struct operation_target *target = &operation->targets[i];
	struct life *life = life_of_key(engine, plan->key);
	const struct driver_sight nothing = { .exists = false };
	enum lifecycle state;

	if (!life || life->public.is_recorded)
		return; // a newer operation has said it
	if (target->state == TARGET_DONE)
		state = proof_state_after(operation->plan->params.verb, &nothing, plan->lifecycle);
	else if (target->state == TARGET_ROLLED_BACK)
		state = plan->lifecycle;
	else
		return;
	life_recorded(life, state, proof_provisioning_after(state));
}

static void learn(struct provisioning_engine *engine, const struct journal_story *story)
{
	for (size_t i = 0; story->operation && i < story->operation->plan->n_targets; i++)
		learn_target(engine, story->operation, i);
}

// ---- an operation as its journal tells it

// The plan is of another process: agents have other numbers here. Nobody has seen it yet.
void recover_renumber(struct provisioning_engine *engine, const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_targets; i++) {
		const struct agent *agent = engine->world.agent_by_key(engine->world.ctx, plan->targets[i].key);

		plan->targets[i].agent = agent ? agent->id : 0;
	}
}

static bool is_first_change(const struct plan_target *plan, uint16_t step)
{
	for (size_t i = 0; i < step && i < plan->n_steps; i++)
		if (plan->steps[i].is_mutating)
			return false;
	return true;
}

static void put_step(struct target *target, uint16_t number)
{
	const struct plan_target *plan = op_target_plan(target);

	target->is_undoing = target->is_undoing || number > plan->n_steps;
	target->step = (uint16_t)(target->is_undoing ? number - plan->n_steps : number);
}

static void put_progress(struct target *target, const struct journal_progress *progress)
{
	const struct driver_answer *answer = &progress->answer;
	bool was_refused = progress->has_answer && answer->outcome == DRIVER_REFUSED;

	target->attempt = progress->attempt;
	target->was_changed =
		progress->was_sent && !(was_refused && is_first_change(op_target_plan(target), progress->step));
	if (progress->has_answer && answer->has_sight)
		target->was = target->sight = answer->sight;
}

static void put_target(struct target *target, const struct journal_story *story, struct instant now)
{
	size_t i = target->index;
	const struct operation_target *from = &story->operation->targets[i];
	const struct plan_target *plan = op_target_plan(target);
	uint16_t next = 0;

	memcpy(target->steps, from->steps, (plan->n_steps + plan->n_undo) * sizeof *from->steps);
	target->state = from->state;
	target->started_ms = from->started_ms;
	target->ended_ms = from->ended_ms;
	target->is_undoing = from->state == TARGET_ROLLING_BACK || from->state == TARGET_ROLLED_BACK ||
			     story->targets[i].step >= plan->n_steps;
	if (from->error)
		op_target_set_error(target, from->error);
	if (from->version)
		snprintf(target->version, sizeof target->version, "%s", from->version);
	put_progress(target, &story->targets[i]);
	switch (recovery_of_target(story, i, &next)) {
	case RECOVERY_KEEP:
		break;
	case RECOVERY_RESET:
		target->state = TARGET_PENDING;
		break;
	case RECOVERY_FAILED:
		target->state = TARGET_FAILED;
		op_target_set_error(target, story->targets[i].answer.detail);
		break;
	case RECOVERY_GO_ON:
		target->goes_on = true;
		put_step(target, next);
		break;
	case RECOVERY_DOUBT:
		target->is_recovered = true;
		put_step(target, story->targets[i].step);
		target->state = target->is_undoing ? TARGET_ROLLING_BACK : TARGET_RUNNING;
		target->sent_ms = now.mono_ms;
		doubt_begin(target, now);
		break;
	}
}

// Going back it may be that all that is left to take back is under way: so it is told which way first.
static void tell_rollout(struct op *op, const struct recovery *recovery, struct instant now)
{
	for (size_t i = 0; i < op->plan->n_targets && recovery->was_rolling_back; i++)
		if (op->targets[i].was_changed)
			rollout_tell(op->rollout, i, TARGET_FAILED, now.mono_ms);
	if (recovery->was_rolling_back)
		rollout_roll_back(op->rollout, recovery->why);
	for (size_t i = 0; i < op->plan->n_targets; i++) {
		enum target_state state = op->targets[i].state;

		if (state == TARGET_VERIFYING) // it is verified anew by whoever goes on
			state = TARGET_RUNNING;
		if (state == TARGET_FAILED && !op->targets[i].was_changed)
			rollout_tell_unchanged(op->rollout, i, now.mono_ms);
		else if (state != TARGET_PENDING || op->targets[i].was_changed)
			rollout_tell(op->rollout, i, state, now.mono_ms);
	}
	rollout_pause(op->rollout, recovery->why);
}

static void write_records(struct op *op, const struct journal_story *story, const struct recovery *recovery,
			  struct instant now)
{
	struct journal_record record;
	size_t at = 0;

	while (recovery_next_record(story, recovery, &at, now.wall_ms, &record))
		writ_journal(op, NULL, &record);
	audit_recovered(op, recovery->why, now);
}

static void take_over(struct op *op, const struct journal_story *story, const struct recovery *recovery,
		      struct instant now)
{
	char why[ENGINE_ERROR_MAX];

	op->is_opening = false;
	op->is_recovered = op->is_left = true;
	memcpy(op->id, story->id, sizeof op->id);
	op->started_ms = story->operation->started_ms;
	op->idle_ms = story->idle_ms;
	op->idle_since_ms = story->idle_since_ms;
	op->look_at_ms = now.mono_ms + ENGINE_LOOK_EVERY_MS;
	op->state = OPERATION_PAUSED;
	snprintf(op->why, sizeof op->why, "%s", recovery->why);
	write_records(op, story, recovery, now);
	op_hold(op);
	op_leases_recover(op, now);
	op_lock(op, why, sizeof why); // who goes on with it needs them all: it is tried again then
	for (size_t i = 0; i < op->plan->n_targets; i++)
		put_target(&op->targets[i], story, now);
	tell_rollout(op, recovery, now);
	op_touch(op, true);
}

// ---- journals that come

static void drop(struct recovering *r)
{
	if (r->engine)
		LL_DELETE(r->engine->recovering, r);
	journal_close(r->journal);
	mem_free(r);
}

static void on_resumed(void *ctx, int error, struct journal_story *story)
{
	struct recovering *r = ctx;
	struct provisioning_engine *engine = r->engine;
	struct instant now;
	struct recovery recovery;
	struct op *op;

	if (engine)
		now = engine_now(engine);
	if (engine && error == 0) {
		recovery_decide(story, &recovery);
		recover_renumber(engine, story->operation->plan);
		if (recovery.kind != RECOVERY_NOTHING && op_create(engine, story->operation->plan, &op) == 0) {
			op->journal = r->journal;
			r->journal = NULL;
			others_forget(engine, r->id);
			take_over(op, story, &recovery, now);
		}
	}
	if (story)
		journal_story_finish(story);
	drop(r);
	if (engine) {
		recover_go_on(engine, now);
		engine_settle(engine, now);
	}
}

// One that was another process' keeps the number that it was told with.
static void resume(struct provisioning_engine *engine, const struct journal_story *story, struct instant now)
{
	uint32_t no = others_no(engine, story->id);
	struct recovering *r = mem_calloc(1, sizeof *r);
	struct journal_resume resume = {
		.dir = engine->operations_dir,
		.id = story->id,
		.holder = engine->holder,
		.at_ms = now.wall_ms,
	};

	if (!r)
		return; // the next start finds it
	r->engine = engine;
	snprintf(r->id, sizeof r->id, "%s", story->id);
	resume.no = no ? no : ++engine->last_no;
	LL_PREPEND(engine->recovering, r);
	if (journal_resume(engine->journal, &resume, on_resumed, r, &r->journal) < 0)
		drop(r);
}

static bool is_resuming(const struct provisioning_engine *engine, const char *id)
{
	const struct recovering *r;

	LL_FOREACH(engine->recovering, r)
		if (strcmp(r->id, id) == 0)
			return true;
	return false;
}

// What runs here, or ran here and could not be recorded to its end. At the start nothing of us is there yet.
static bool is_own(const struct provisioning_engine *engine, const struct journal_story *story, bool is_first)
{
	const struct op *op;

	DL_FOREACH(engine->ops, op)
		if (strcmp(op->id, story->id) == 0)
			return true;
	return !is_first && story->operation && strcmp(story->operation->holder, engine->holder) == 0;
}

void recover_story(struct provisioning_engine *engine, struct journal_story *story, bool is_first, struct instant now)
{
	struct recovery recovery;

	if (is_resuming(engine, story->id) || is_own(engine, story, is_first))
		return;
	if (is_first)
		learn(engine, story);
	recovery_decide(story, &recovery);
	if (recovery.kind == RECOVERY_DAMAGED && !operation_is_over(story->operation->state))
		engine_notice(engine, 0, SEVERITY_WARNING, "an operation was left whose journal is damaged",
			      story->trouble);
	else if (recovery.kind == RECOVERY_ASK || recovery.kind == RECOVERY_LOOK || recovery.kind == RECOVERY_PAUSE)
		resume(engine, story, now);
	else
		others_take(engine, story, is_first, now);
}

bool recover_is_under_way(const struct provisioning_engine *engine)
{
	return engine->watch && (!engine->has_learned || engine->recovering);
}

void recover_go_on(struct provisioning_engine *engine, struct instant now)
{
	if (!recover_is_under_way(engine))
		plans_go_on(engine, now);
}

void recover_finish(struct provisioning_engine *engine)
{
	struct recovering *r;

	while ((r = engine->recovering)) {
		engine->recovering = r->next;
		r->engine = NULL; // it goes when its journal comes
		journal_close(r->journal);
		r->journal = NULL;
	}
}
