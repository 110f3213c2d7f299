// SPDX-License-Identifier: Apache-2.0
/* Looking at a target: is it well, and does it stay so; and has a step happened whose answer never came.
 *
 * What its driver sees must be what the verb is for, and where health counts the agent must be up by a probe that was
 * sent after the last step. How long it has to be so, and what its errors and its latency mean, the rollout decides.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/container_of.h"
#include "operations/plan.h"
#include "services/provisioning_internal.h"
#include "text/text.h"

static void look(struct target *target, void (*done)(struct call *call, const struct driver_answer *answer),
		 struct instant now)
{
	struct provisioning_engine *engine = target->op->engine;
	const struct agent *agent = op_target_agent(target);

	if (now.mono_ms < target->look_at_ms || call_is_under_way(&target->call) || !agent)
		return;
	target->look_at_ms = now.mono_ms + ENGINE_LOOK_EVERY_MS;
	call_look(&engine->calls, &target->call, agent, &target->op->plan->params, ENGINE_OBSERVE_MS, done, now);
}

// ---- is it well

static struct plan_expectation expected_of(const struct target *target)
{
	const struct agent *agent = op_target_agent(target);

	return plan_expects(target->op->plan, op_target_plan(target), agent && plan_is_probed(agent),
			    target->is_undoing);
}

static bool is_as_expected(const struct target *target, const struct plan_expectation *expected,
			   const struct driver_sight *sight)
{
	if (expected->has_state && expected->state == LIFECYCLE_REVOKED)
		return !sight->exists || sight->state == LIFECYCLE_REVOKED;
	if (expected->has_state && (!sight->exists || sight->state != expected->state))
		return false;
	return target->is_undoing || proof_is_reached(&target->op->plan->params, &target->before, sight);
}

static void on_seen(struct call *call, const struct driver_answer *answer)
{
	struct target *target = container_of(call, struct target, call);
	struct provisioning_engine *engine = target->op->engine;
	struct instant now = engine_now(engine);
	struct plan_expectation expected = expected_of(target);

	if (answer->has_sight)
		target->is_reached = is_as_expected(target, &expected, &answer->sight);
	else // a driver that has no way to look says so: what it was told to do counts as done
		target->is_reached = answer->outcome == DRIVER_DONE;
	if (answer->has_sight)
		op_target_seen(target, &answer->sight, now);
	verify_tick(target, now);
	op_pump(target->op, now);
	engine_settle(engine, now);
}

// Up; or degraded, where it was no better when the plan was made.
static bool is_as_good(const struct target *target, enum health_state state)
{
	return state == HEALTH_UP ||
	       (state == HEALTH_DEGRADED && target->op->plan->targets[target->index].health != HEALTH_UP);
}

// As good as before, not on its way to be worse, and seen so since it was acted on.
static bool is_healthy(const struct target *target, bool is_done)
{
	const struct engine_world *world = &target->op->engine->world;
	const struct health *health = world->health(world->ctx, target->life->id);

	if (!health) // it is not listed any more: of one that was well nobody knows better
		return is_done;
	if (is_done) // one failure is not the end of what was well
		return health_state(health) != HEALTH_DOWN;
	if (!is_as_good(target, health_state(health)) || health->toward != health->observed)
		return false;
	return health_state(health) == HEALTH_UP ? health->last_success_ms != target->good_mark_ms
						 : health->last_probe_ms != target->probed_mark_ms;
}

// What was measured before it was acted on says nothing; and like is compared with like. It is slower when it is so at
// its best than it was at its worst: with little traffic a p95 is mostly chance, and it is looked at again and again.
static void measure_vitals(const struct target *target, struct rollout_measure *out)
{
	const struct engine_world *world = &target->op->engine->world;
	const struct engine_vitals *before = &target->vitals_before;
	struct engine_vitals now;
	bool has_p95;

	world->vitals(world->ctx, target->life->id, target->vitals_mark, &now);
	has_p95 = !isnan(before->p95_high_ms) && !isnan(now.p95_ms);
	out->error_share = now.error_share;
	out->latency_before_ms = has_p95 ? before->p95_high_ms : before->probe_high_ms;
	out->latency_ms = has_p95 ? now.p95_ms : now.probe_ms;
	out->latency_floor_ms = has_p95 ? 0 : ROLLOUT_PROBE_FLOOR_MS;
}

static void measure(struct target *target, bool is_up, struct instant now)
{
	struct rollout_measure measure = { 0 };

	if (!is_up)
		target->up_since_ms = -1;
	else if (target->up_since_ms < 0)
		target->up_since_ms = now.mono_ms;
	measure_vitals(target, &measure);
	measure.up_since_ms = target->up_since_ms;
	rollout_measured(target->op->rollout, target->index, &measure);
}

void verify_begin(struct target *target, struct instant now)
{
	const struct engine_world *world = &target->op->engine->world;
	const struct health *health = world->health(world->ctx, target->life->id);
	struct engine_vitals vitals;

	target->phase = PHASE_VERIFYING;
	if (!target->is_undoing)
		target->state = TARGET_VERIFYING;
	target->is_reached = false;
	target->up_since_ms = -1;
	target->look_at_ms = now.mono_ms;
	target->good_mark_ms = health ? health->last_success_ms : 0;
	target->probed_mark_ms = health ? health->last_probe_ms : 0;
	world->vitals(world->ctx, target->life->id, 0, &vitals);
	target->vitals_mark = vitals.no;
	world->probe(world->ctx, target->life->id);
	rollout_tell(target->op->rollout, target->index, TARGET_VERIFYING, now.mono_ms);
	op_touch(target->op, true);
	look(target, on_seen, now);
}

void verify_tick(struct target *target, struct instant now)
{
	const struct engine_world *world = &target->op->engine->world;
	struct plan_expectation expected;

	if (target->phase == PHASE_VERIFYING) {
		expected = expected_of(target);
		if (target->is_reached && !expected.is_health) { // what is seen is all there is to it
			op_target_end(target, target->is_undoing ? TARGET_ROLLED_BACK : TARGET_DONE, NULL, now);
			return;
		}
		if (target->is_reached)
			world->probe(world->ctx, target->life->id);
		else
			look(target, on_seen, now);
		measure(target, target->is_reached && is_healthy(target, false), now);
	} else if (target->phase == PHASE_IDLE && target->state == TARGET_DONE) {
		expected = expected_of(target);
		if (expected.is_health)
			measure(target, is_healthy(target, true), now);
	}
}

// ---- has it happened

static void settle(struct target *target, enum driver_outcome outcome, const char *what, struct instant now)
{
	char detail[DRIVER_DETAIL_MAX];

	snprintf(detail, sizeof detail, "%s%s%.*s", what, target->answer.detail[0] ? ": " : "",
		 text_fit(target->answer.detail, (int)(sizeof detail - 3 - strlen(what))), target->answer.detail);
	memcpy(target->answer.detail, text_trim(detail), sizeof detail);
	target->answer.outcome = outcome;
	target->answer.has_sight = target->is_reached; // it was seen since
	target->answer.sight = target->sight;
	op_target_resolve(target, now);
}

// Taking back leads to where the target came from.
static enum proof proof_here(const struct target *target, const struct driver_sight *sight)
{
	const struct operation_params *params = &target->op->plan->params;
	bool is_last = op_target_is_last_change(target);

	if (!target->is_undoing)
		return proof_of(params, is_last, &target->was, sight);
	if (is_last && sight->state != target->before.state)
		return PROOF_NONE;
	return proof_of(params, false, &target->was, sight);
}

// By what was seen last, if it could be seen.
static void decide(struct target *target, struct instant now)
{
	enum proof proof = target->is_reached ? proof_here(target, &target->sight) : PROOF_NONE;

	if (proof == PROOF_DONE)
		settle(target, DRIVER_DONE, "no answer came; looking shows that it has happened", now);
	else if (now.mono_ms < target->doubt_until_ms)
		return;
	else if (proof == PROOF_NOT_DONE)
		settle(target, DRIVER_REFUSED, "no answer came; looking shows that it has not happened", now);
	else
		settle(target, DRIVER_UNKNOWN, "it was sent, and nobody knows what became of it", now);
}

static void on_doubt_seen(struct call *call, const struct driver_answer *answer)
{
	struct target *target = container_of(call, struct target, call);
	struct provisioning_engine *engine = target->op->engine;
	struct instant now = engine_now(engine);

	target->is_reached = answer->has_sight;
	if (answer->has_sight)
		op_target_seen(target, &answer->sight, now);
	decide(target, now);
	engine_settle(engine, now);
}

void doubt_begin(struct target *target, struct instant now)
{
	int64_t limit_ms = target->sent_ms + op_target_plan_step(target)->timeout_ms;

	target->phase = PHASE_DOUBT;
	target->is_reached = false;
	target->look_at_ms = now.mono_ms;
	target->doubt_until_ms = now.mono_ms + ENGINE_LOOK_MS > limit_ms ? now.mono_ms + ENGINE_LOOK_MS : limit_ms;
	op_touch(target->op, false);
	look(target, on_doubt_seen, now);
}

void doubt_tick(struct target *target, struct instant now)
{
	if (target->phase != PHASE_DOUBT)
		return;
	if (!call_is_under_way(&target->call) && now.mono_ms >= target->doubt_until_ms)
		decide(target, now);
	else
		look(target, on_doubt_seen, now);
}
