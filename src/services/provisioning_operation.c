// SPDX-License-Identifier: Apache-2.0
/* An operation: its rollout says which target is next and when it is over, the targets say what has become of them. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/container_of.h"
#include "base/memory.h"
#include "services/provisioning_internal.h"
#include "text/text.h"

// ---- lifetime

static void seen_by_plan(struct target *target)
{
	const struct plan_target *plan = op_target_plan(target);
	struct driver_sight *sight = &target->before;

	sight->exists = plan->is_lifecycle_known && plan->lifecycle != LIFECYCLE_DRAFT;
	sight->state = plan->lifecycle;
	snprintf(sight->version, sizeof sight->version, "%s", plan->version);
	snprintf(sight->previous, sizeof sight->previous, "%s", plan->previous);
	snprintf(sight->instance, sizeof sight->instance, "%s", plan->instance);
	target->was = target->sight = *sight;
}

static int init_targets(struct op *op)
{
	struct operation_step *steps = op->all_steps;

	for (size_t i = 0; i < op->plan->n_targets; i++) {
		const struct plan_target *plan = &op->plan->targets[i];
		struct target *target = &op->targets[i];

		*target = (struct target){
			.op = op,
			.index = (uint32_t)i,
			.steps = steps,
			.up_since_ms = -1,
			.vitals_before = { NAN, NAN, NAN, NAN, NAN, 0 },
			.life = life_of_key(op->engine, plan->key),
		};
		if (!target->life)
			return -ENOMEM;
		seen_by_plan(target);
		if (plan->refusal[0]) {
			target->state = TARGET_SKIPPED;
			op_target_set_error(target, plan->refusal);
		}
		steps += plan->n_steps + plan->n_undo;
	}
	return 0;
}

static size_t n_all_steps(const struct plan *plan)
{
	size_t n = 1; // never nothing

	for (size_t i = 0; i < plan->n_targets; i++)
		n += plan->targets[i].n_steps + plan->targets[i].n_undo;
	return n;
}

int op_create(struct provisioning_engine *engine, const struct plan *plan, struct op **out)
{
	struct op *op = mem_calloc(1, sizeof *op);
	int r;

	*out = NULL;
	if (!op)
		return -ENOMEM;
	op->engine = engine;
	op->no = plan->no;
	op->plan = plan_ref(plan);
	op->state = OPERATION_QUEUED;
	op->is_queued = op->is_opening = true;
	op->rollout_at_ms = INT64_MAX;
	memcpy(op->holder, engine->holder, sizeof op->holder);
	DL_APPEND(engine->ops, op);
	engine->n_ops++;
	op->all_steps = mem_calloc(n_all_steps(plan), sizeof *op->all_steps);
	op->targets = mem_calloc(plan->n_targets, sizeof *op->targets);
	r = op->all_steps && op->targets ? init_targets(op) : -ENOMEM;
	if (r == 0)
		r = rollout_create(plan, engine->config->n_concurrent, &op->rollout);
	if (r < 0) {
		op_destroy(op);
		return r;
	}
	*out = op;
	return 0;
}

static void release(struct op *op)
{
	for (size_t i = 0; op->targets && i < op->plan->n_targets; i++)
		if (op->targets[i].op)
			op_target_release(&op->targets[i]);
	journal_close(op->journal);
	op->journal = NULL;
}

void op_destroy(struct op *op)
{
	struct provisioning_engine *engine = op->engine;

	release(op);
	writ_forget(&op->writ, engine);
	for (size_t i = 0; op->targets && i < op->plan->n_targets; i++)
		mem_free(op->targets[i].error);
	DL_DELETE(engine->ops, op);
	engine->n_ops--;
	rollout_destroy(op->rollout);
	mem_free(op->all_steps);
	mem_free(op->targets);
	plan_unref(op->plan);
	mem_free(op);
}

struct op *op_of(struct provisioning_engine *engine, uint32_t no)
{
	struct op *op;

	DL_FOREACH(engine->ops, op)
		if (op->no == no && !op->is_over)
			return op;
	return NULL;
}

void op_hold(struct op *op)
{
	for (size_t i = 0; i < op->plan->n_targets; i++) {
		struct target *target = &op->targets[i];

		// One that was left may name an agent that somebody has begun to operate on since.
		if (op->plan->targets[i].refusal[0] || target->life->op)
			continue;
		target->provisioning_before = target->life->public.provisioning;
		life_operated(target->life, op, PROVISIONING_PENDING);
	}
}

// ---- its state

static void set_why(struct op *op, const char *why)
{
	snprintf(op->why, sizeof op->why, "%.*s", text_fit(why, sizeof op->why - 1), why);
}

static void tell_journal(struct op *op, struct writ *writ, enum operation_state state, struct instant now)
{
	const struct journal_record record = {
		.kind = JOURNAL_STATE,
		.at_ms = now.wall_ms,
		.u.state = { state, rollout_wave(op->rollout), op->why },
	};

	writ_journal(op, writ, &record);
}

// What goes on in a pause, or before there is a place again, says nothing of how long the rest takes.
static void note_idle(struct op *op, bool is_idle, struct instant now)
{
	if (!op->started_ms)
		return;
	if (!is_idle && op->idle_since_ms)
		op->idle_ms += now.wall_ms - op->idle_since_ms;
	op->idle_since_ms = !is_idle ? 0 : op->idle_since_ms ? op->idle_since_ms : now.wall_ms;
}

// What the rollout has come to say of itself. How it ends is told once that is on the disk.
static void follow(struct op *op, struct instant now)
{
	enum operation_state state = op->is_queued ? OPERATION_QUEUED : rollout_state(op->rollout);

	if (op->is_queued && rollout_state(op->rollout) == OPERATION_PAUSED)
		state = OPERATION_PAUSED;
	if (state == op->state || operation_is_over(state))
		return;
	note_idle(op, state == OPERATION_PAUSED || state == OPERATION_QUEUED, now);
	op->state = state;
	set_why(op, rollout_why(op->rollout));
	tell_journal(op, NULL, state, now);
	if (state == OPERATION_ROLLING_BACK || state == OPERATION_PAUSED)
		audit_turned(op, now);
	op_touch(op, true);
	op->is_urgent = true;
}

static bool has_place(const struct op *op)
{
	return !op->is_queued && !op->is_over &&
	       (op->state == OPERATION_RUNNING || op->state == OPERATION_ROLLING_BACK);
}

// Those that were half-way when their process ended.
static void go_on(struct op *op, struct instant now)
{
	for (size_t i = 0; i < op->plan->n_targets; i++) {
		if (!op->targets[i].goes_on)
			continue;
		op->targets[i].goes_on = false;
		op_target_go_on(&op->targets[i], now);
	}
}

void op_go_on(struct op *op, struct instant now)
{
	if (!op->is_queued && op->state != OPERATION_PAUSED)
		go_on(op, now);
}

static void start(struct op *op, struct instant now)
{
	op->is_queued = false;
	if (!op->started_ms)
		op->started_ms = now.wall_ms;
	op->look_at_ms = now.mono_ms + ENGINE_LOOK_EVERY_MS;
	follow(op, now);
	go_on(op, now);
	op_pump(op, now);
}

void ops_fill_places(struct provisioning_engine *engine, struct instant now)
{
	size_t n = 0;
	struct op *op;

	DL_FOREACH(engine->ops, op)
		n += has_place(op);
	DL_FOREACH(engine->ops, op) {
		if (n >= OPERATION_CONCURRENT_MAX)
			return;
		if (op->is_opening || !op->is_queued || op->state != OPERATION_QUEUED)
			continue;
		start(op, now);
		n += has_place(op);
	}
}

void op_begin(struct op *op, struct instant now)
{
	op->is_opening = false;
	op_touch(op, true);
	ops_fill_places(op->engine, now);
	op_pump(op, now); // somebody ended it before it began
}

// ---- its end

static void finish(struct op *op, enum operation_state state, struct instant now)
{
	op->state = state;
	op->is_over = true;
	op->is_queued = op->is_opening = false;
	op->ended_ms = op->is_ending ? op->record_ms : now.wall_ms; // as its journal has it
	release(op);
	op_touch(op, true);
	op->is_urgent = true;
	ops_fill_places(op->engine, now);
}

static void on_over(struct writ *writ, int error)
{
	struct op *op = container_of(writ, struct op, writ);
	char text[ROLLOUT_WHY_MAX + 80];

	if (error < 0) {
		snprintf(text, sizeof text, "%s%sits end could not be recorded: %s", op->why, op->why[0] ? "; " : "",
			 audit_why(op->engine, error));
		set_why(op, text);
	}
	finish(op, op->end, engine_now(op->engine));
}

static bool was_changed(const struct op *op)
{
	for (size_t i = 0; i < op->plan->n_targets; i++)
		if (op->targets[i].was_changed)
			return true;
	return false;
}

static void set_end_why(struct op *op, enum operation_state state)
{
	char why[ROLLOUT_WHY_MAX + 32];

	snprintf(why, sizeof why, "%s%s", rollout_why(op->rollout),
		 state == OPERATION_FAILED && !was_changed(op) ? "; nothing was changed" : "");
	set_why(op, why[0] == ';' ? why + 2 : why);
}

static void end(struct op *op, enum operation_state state, struct instant now)
{
	op->is_ending = true;
	op->end = state;
	op->record_ms = now.wall_ms;
	set_end_why(op, state);
	writ_begin(&op->writ, on_over);
	tell_journal(op, &op->writ, state, now);
	audit_over(op, &op->writ, now);
	writ_end(&op->writ);
}

// ---- what is next

static void skip(struct target *target, struct instant now)
{
	const struct journal_record record = {
		.kind = JOURNAL_TARGET,
		.at_ms = now.wall_ms,
		.u.target = { target->index, TARGET_SKIPPED, NULL, NULL },
	};

	target->state = TARGET_SKIPPED;
	for (size_t i = 0; i < op_target_plan(target)->n_steps; i++)
		target->steps[i].state = STEP_SKIPPED;
	writ_journal(target->op, NULL, &record);
	op_touch(target->op, true);
}

void op_fail(struct op *op, const char *why, struct instant now)
{
	for (size_t i = 0; i < op->plan->n_targets; i++)
		skip(&op->targets[i], now);
	set_why(op, why);
	tell_journal(op, NULL, OPERATION_FAILED, now); // where it can: nobody takes it for one that was left
	finish(op, OPERATION_FAILED, now);
}

static void act(struct op *op, const struct rollout_next *next, struct instant now)
{
	struct target *target = &op->targets[next->target];

	switch (next->what) {
	case ROLLOUT_DO_BEGIN:
		op_target_begin(target, false, now);
		break;
	case ROLLOUT_DO_UNDO:
		op_target_begin(target, true, now);
		break;
	case ROLLOUT_DO_FINISH:
		op_target_end(target, target->is_undoing ? TARGET_ROLLED_BACK : TARGET_DONE, NULL, now);
		break;
	case ROLLOUT_DO_FAIL:
		op_target_end(target, TARGET_FAILED, next->why, now);
		break;
	case ROLLOUT_DO_SKIP:
		skip(target, now);
		break;
	case ROLLOUT_DO_TRIP:
		set_why(op, next->why);
		op_touch(op, true);
		break;
	case ROLLOUT_DO_WAIT:
	case ROLLOUT_DO_END:
		break;
	}
}

// Everything of every target is on the disk.
static bool is_quiet(const struct op *op)
{
	for (size_t i = 0; i < op->plan->n_targets; i++)
		if (op->targets[i].phase != PHASE_IDLE)
			return false;
	return true;
}

// What was done, and could not be recorded, the rollout does not know of.
static bool has_doubt(const struct op *op)
{
	for (size_t i = 0; i < op->plan->n_targets; i++)
		if (op->targets[i].state == TARGET_INDETERMINATE)
			return true;
	return false;
}

static void ask(struct op *op, struct instant now)
{
	struct rollout_next next;

	do {
		next = rollout_ask(op->rollout, now.mono_ms);
		follow(op, now);
		act(op, &next, now);
	} while (next.what != ROLLOUT_DO_WAIT && next.what != ROLLOUT_DO_END);
	op->rollout_at_ms = next.until_ms;
	if (next.what == ROLLOUT_DO_END && is_quiet(op))
		end(op, has_doubt(op) ? OPERATION_INDETERMINATE : next.state, now);
}

void op_pump(struct op *op, struct instant now)
{
	if (op->is_opening || op->is_queued || op->is_ending || op->is_over)
		return;
	op->is_pumped_again = true;
	if (op->is_pumping) // it is asked again by whoever does
		return;
	op->is_pumping = true;
	while (op->is_pumped_again && !op->is_ending) {
		op->is_pumped_again = false;
		ask(op, now);
	}
	op->is_pumping = false;
}

// ---- time

int64_t op_deadline(const struct op *op)
{
	int64_t at_ms = op_tell_at(op);

	if (op->is_opening || op->is_ending || op->is_over)
		return at_ms;
	if (op->look_at_ms < at_ms)
		at_ms = op->look_at_ms;
	return !op->is_queued && op->rollout_at_ms < at_ms ? op->rollout_at_ms : at_ms;
}

// Of an operation that was left nothing remains but to say how it ended: that needs no person.
static void end_what_is_settled(struct op *op, struct instant now)
{
	if (!op->is_recovered || op->state != OPERATION_PAUSED || !is_quiet(op))
		return;
	for (size_t i = 0; i < op->plan->n_targets; i++)
		if (op->targets[i].state == TARGET_PENDING || op->targets[i].goes_on)
			return;
	rollout_resume(op->rollout);
	op->is_queued = false;
	op_pump(op, now);
}

void op_tick(struct op *op, struct instant now)
{
	if (!op->is_over && now.mono_ms >= op->keep_at_ms)
		op_leases_keep(op, now);
	if (op->is_opening || op->is_ending || op->is_over)
		return;
	if (now.mono_ms >= op->look_at_ms) {
		op->look_at_ms = now.mono_ms + ENGINE_LOOK_EVERY_MS;
		for (size_t i = 0; i < op->plan->n_targets; i++) {
			doubt_tick(&op->targets[i], now);
			verify_tick(&op->targets[i], now);
		}
		control_look(op, now);
		end_what_is_settled(op, now);
	}
	op_pump(op, now);
}

// ---- what a person wants

static int resume(struct op *op)
{
	int r = rollout_resume(op->rollout);

	if (r == 0 && !op->is_opening)
		op->is_queued = true;
	return r;
}

static int apply(struct op *op, enum journal_control what, const char *why)
{
	if (what == JOURNAL_PAUSE)
		return rollout_pause(op->rollout, why);
	if (what == JOURNAL_RESUME)
		return resume(op);
	if (what == JOURNAL_ABORT)
		return rollout_abort(op->rollout, why);
	return rollout_roll_back(op->rollout, why);
}

// Another process may have taken agents of an operation that was left; nobody goes on without all of its locks.
static int relock(struct op *op, enum journal_control what)
{
	char why[ENGINE_ERROR_MAX];
	int r = 0;

	if (op->is_recovered && (what == JOURNAL_RESUME || what == JOURNAL_ROLLBACK))
		r = op_lock(op, why, sizeof why);
	if (r < 0)
		engine_notice(op->engine, 0, SEVERITY_WARNING, "refused", why);
	return r;
}

// Who has said how it goes on runs it.
static void take_on(struct op *op)
{
	op->is_left = false;
	for (size_t i = 0; i < op->plan->n_targets; i++)
		if (op->targets[i].life->op == op)
			life_name_holder(op->targets[i].life);
}

int op_control(struct op *op, enum journal_control what, const char *who, struct instant now)
{
	static const char *const words[JOURNAL_CONTROL_COUNT] = {
		[JOURNAL_PAUSE] = "paused",
		[JOURNAL_RESUME] = "resumed",
		[JOURNAL_ABORT] = "aborted",
		[JOURNAL_ROLLBACK] = "rolled back",
	};
	const struct journal_record record = {
		.kind = JOURNAL_CONTROL,
		.at_ms = now.wall_ms,
		.u.control = { what, who },
	};
	char why[ROLLOUT_WHY_MAX];
	int r = op->is_ending || op->is_over ? -EPERM : relock(op, what);

	snprintf(why, sizeof why, "%s by %s", words[what], who);
	if (r == 0)
		r = apply(op, what, text_trim(why));
	audit_control(op, what, who, r, now);
	if (r < 0)
		return r;
	writ_journal(op, NULL, &record);
	take_on(op);
	if (what == JOURNAL_ABORT) {
		op->is_aborting = true;
		set_why(op, why);
	}
	if (what == JOURNAL_ABORT || what == JOURNAL_ROLLBACK)
		op->is_queued = false;
	follow(op, now);
	op_touch(op, true);
	op->is_urgent = true;
	ops_fill_places(op->engine, now);
	op_go_on(op, now);
	op_pump(op, now);
	return 0;
}
