// SPDX-License-Identifier: Apache-2.0
/* What is next: whoever is being verified is judged, then it is looked whether it may go on, then somebody is begun,
 * taken back or skipped; and when nothing is left, it is over.
 */
#include <stdio.h>

#include "base/human.h"
#include "operations/plan.h"
#include "operations/rollout_internal.h"
#include "text/text.h"

static struct rollout_next answer(enum rollout_do what, size_t target)
{
	return (struct rollout_next){ .what = what, .target = target, .until_ms = INT64_MAX, .why = "" };
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

// ---- judging

static bool is_well_for_long_enough(const struct rollout *rollout, const struct rollout_target *target, int64_t now_ms)
{
	int64_t since_ms = target->measure.up_since_ms;

	if (since_ms < 0)
		return false;
	if (since_ms < target->verify_from_ms)
		since_ms = target->verify_from_ms;
	return now_ms - since_ms >= rollout->min_healthy_ms;
}

static struct rollout_next fail(struct rollout_run *run, size_t i, int64_t now_ms)
{
	struct rollout_next next = answer(ROLLOUT_DO_FAIL, i);

	run->targets[i].is_verifying = false;
	run->settled_ms = now_ms;
	rollout_set(run, i, TARGET_FAILED);
	next.why = run->answer;
	return next;
}

static struct rollout_next finish(struct rollout_run *run, size_t i, int64_t now_ms)
{
	struct rollout_target *target = &run->targets[i];
	bool is_undo = target->state == TARGET_ROLLING_BACK;

	target->is_verifying = false;
	target->is_watched = !is_undo;
	run->settled_ms = now_ms;
	rollout_set(run, i, is_undo ? TARGET_ROLLED_BACK : TARGET_DONE);
	return answer(ROLLOUT_DO_FINISH, i);
}

// Cut short, it is not known to be well; what was done to it is done all the same.
static void unverified_text(struct rollout_run *run, const struct rollout_target *target)
{
	snprintf(run->answer, sizeof run->answer, "%s; %s: %.*s",
		 target->state == TARGET_ROLLING_BACK ? "it was taken back" : "the change was made",
		 target->measure.up_since_ms >= 0 ? "it is up, that it stays so was not verified"
						  : "its health was not verified",
		 text_fit(run->why, 90), run->why);
}

static struct rollout_next fail_for(struct rollout_run *run, size_t i, int64_t now_ms)
{
	char age[HUMAN_MAX];

	if (run->is_hasty)
		unverified_text(run, &run->targets[i]);
	else
		snprintf(run->answer, sizeof run->answer, "not well after %s",
			 human_duration(run->plan->params.rollout.verify_ms, age));
	return fail(run, i, now_ms);
}

// Whether a target that is verified can be judged now. True: *next says how.
static bool judge(struct rollout_run *run, size_t i, int64_t now_ms, struct rollout_next *next)
{
	const struct rollout *rollout = &run->plan->params.rollout;
	struct rollout_target *target = &run->targets[i];

	if (rollout_is_over_for_long(run, target, now_ms) && !run->is_hasty) {
		rollout_limit_text(rollout, &target->measure, run->answer);
		target->is_watched = true; // past a limit, not only bad: that alone trips
		*next = fail(run, i, now_ms);
	} else if (target->over_since_ms < 0 && is_well_for_long_enough(rollout, target, now_ms)) {
		*next = finish(run, i, now_ms);
	} else if (run->is_hasty || now_ms - target->verify_from_ms >= rollout->verify_ms) {
		*next = fail_for(run, i, now_ms);
	} else {
		return false;
	}
	return true;
}

// One that will be taken back anyway is not waited for.
static bool is_to_be_undone(const struct rollout_run *run, size_t i)
{
	const struct rollout_target *target = &run->targets[i];

	return run->mode == ROLLOUT_BACK && target->state == TARGET_VERIFYING && !target->is_undone &&
	       plan_has_undo(&run->plan->targets[i]);
}

static bool judge_one(struct rollout_run *run, int64_t now_ms, struct rollout_next *next)
{
	for (size_t k = 0; k < run->n_active; k++) {
		size_t i = run->active[k];

		if (run->targets[i].is_verifying && !is_to_be_undone(run, i) && judge(run, i, now_ms, next))
			return true;
	}
	return false;
}

// ---- tripping

static void turn_back(struct rollout_run *run)
{
	run->is_tripped = true;
	if (!run->plan->params.rollout.rolls_back) {
		run->is_paused = true;
	} else if (rollout_can_go_back(run)) {
		run->mode = ROLLOUT_BACK;
	} else {
		run->mode = ROLLOUT_STOPPING;
		run->end = OPERATION_FAILED;
	}
}

static bool trip(struct rollout_run *run, int64_t now_ms, struct rollout_next *next)
{
	if (run->mode != ROLLOUT_FORWARD)
		return false;
	if (run->n_unknown) {
		rollout_unknown_text(run, run->answer);
		run->mode = ROLLOUT_STOPPING;
		run->end = OPERATION_INDETERMINATE;
	} else if (rollout_finds_trouble(run, now_ms, run->answer)) {
		turn_back(run);
	} else {
		return false;
	}
	rollout_say(run, run->answer);
	*next = answer(ROLLOUT_DO_TRIP, 0);
	next->why = run->why;
	return true;
}

// ---- going on

static bool find_pending(struct rollout_run *run, size_t *out)
{
	size_t n = run->plan->n_targets;

	while (run->from < n && run->targets[run->from].state != TARGET_PENDING)
		run->from++;
	*out = run->from;
	return run->from < n;
}

// True: *next is to begin one. Otherwise *until_ms is when it may be.
static bool begin(struct rollout_run *run, int64_t now_ms, struct rollout_next *next, int64_t *until_ms)
{
	size_t i;

	if (run->n_active >= run->limit || !find_pending(run, &i))
		return false;
	if (run->wave >= 0 && plan_wave(run, i) > run->wave) {
		int64_t from_ms = run->settled_ms + run->plan->params.rollout.wait_ms;

		if (run->n_active > 0)
			return false;
		if (now_ms < from_ms) {
			*until_ms = earlier(*until_ms, from_ms);
			return false;
		}
	}
	if (plan_wave(run, i) > run->wave)
		run->wave = plan_wave(run, i);
	rollout_set(run, i, TARGET_RUNNING);
	*next = answer(ROLLOUT_DO_BEGIN, i);
	return true;
}

static bool can_be_undone(const struct rollout_run *run, size_t i)
{
	const struct rollout_target *target = &run->targets[i];
	bool is_settled = target->state == TARGET_DONE || target->state == TARGET_FAILED;

	return !target->is_undone && !target->is_unchanged && plan_has_undo(&run->plan->targets[i]) &&
	       (is_settled ? run->n_active < run->limit : target->state == TARGET_VERIFYING);
}

// The newest first.
static bool undo(struct rollout_run *run, struct rollout_next *next)
{
	for (size_t i = run->plan->n_targets; i-- > 0;) {
		if (!can_be_undone(run, i))
			continue;
		run->targets[i].is_undone = true;
		run->targets[i].is_verifying = false;
		rollout_set(run, i, TARGET_ROLLING_BACK);
		*next = answer(ROLLOUT_DO_UNDO, i);
		return true;
	}
	return false;
}

static bool skip(struct rollout_run *run, struct rollout_next *next)
{
	size_t i;

	if (!find_pending(run, &i))
		return false;
	rollout_set(run, i, TARGET_SKIPPED);
	*next = answer(ROLLOUT_DO_SKIP, i);
	return true;
}

static bool go_on(struct rollout_run *run, int64_t now_ms, struct rollout_next *next, int64_t *until_ms)
{
	switch (run->mode) {
	case ROLLOUT_FORWARD:
		return begin(run, now_ms, next, until_ms);
	case ROLLOUT_BACK:
		return skip(run, next) || undo(run, next);
	case ROLLOUT_STOPPING:
		break;
	}
	return skip(run, next);
}

// ---- waiting, and the end

static int64_t judged_at(const struct rollout_run *run, const struct rollout_target *target)
{
	const struct rollout *rollout = &run->plan->params.rollout;
	int64_t at_ms = target->verify_from_ms + rollout->verify_ms, since_ms = target->measure.up_since_ms;

	if (since_ms < 0)
		return at_ms;
	if (since_ms < target->verify_from_ms)
		since_ms = target->verify_from_ms;
	if (target->over_since_ms >= 0)
		return earlier(at_ms, target->over_since_ms + rollout_trouble_ms(run));
	return earlier(at_ms, since_ms + rollout->min_healthy_ms);
}

static struct rollout_next wait_for(const struct rollout_run *run, int64_t until_ms)
{
	struct rollout_next next = answer(ROLLOUT_DO_WAIT, 0);

	next.until_ms = run->is_paused ? until_ms : earlier(until_ms, rollout_trouble_at(run));
	for (size_t k = 0; k < run->n_active; k++) {
		const struct rollout_target *target = &run->targets[run->active[k]];

		if (target->is_verifying)
			next.until_ms = earlier(next.until_ms, judged_at(run, target));
	}
	return next;
}

static bool is_all_done(const struct rollout_run *run)
{
	for (size_t i = 0; i < run->plan->n_targets; i++)
		if (run->targets[i].state != TARGET_DONE && !run->plan->targets[i].refusal[0])
			return false;
	return true;
}

// Whether all that was changed is back; what has no way back stays.
static bool is_all_back(const struct rollout_run *run)
{
	if (run->n_by_state[TARGET_DONE] || !run->n_by_state[TARGET_ROLLED_BACK])
		return false;
	for (size_t i = 0; i < run->plan->n_targets; i++)
		if (run->targets[i].state == TARGET_FAILED && !run->targets[i].is_unchanged)
			return false;
	return true;
}

// As what it ends, nothing being under way or left to begin.
static enum operation_state find_end(const struct rollout_run *run)
{
	if (run->n_by_state[TARGET_INDETERMINATE])
		return OPERATION_INDETERMINATE;
	if (run->mode == ROLLOUT_BACK)
		return is_all_back(run) ? OPERATION_ROLLED_BACK : OPERATION_FAILED;
	if (run->mode == ROLLOUT_STOPPING)
		return run->end == OPERATION_ABORTED && is_all_done(run) ? OPERATION_SUCCEEDED : run->end;
	return run->n_by_state[TARGET_FAILED] ? OPERATION_FAILED : OPERATION_SUCCEEDED;
}

static struct rollout_next end(const struct rollout_run *run)
{
	struct rollout_next next = answer(ROLLOUT_DO_END, 0);

	next.state = run->end;
	next.why = run->why;
	return next;
}

struct rollout_next rollout_ask(struct rollout_run *run, int64_t now_ms)
{
	struct rollout_next next;
	int64_t until_ms = INT64_MAX;

	if (run->is_over)
		return end(run);
	if (judge_one(run, now_ms, &next))
		return next;
	if (run->is_paused)
		return wait_for(run, until_ms);
	if (trip(run, now_ms, &next))
		return next;
	if (go_on(run, now_ms, &next, &until_ms))
		return next;
	if (run->n_active || run->n_by_state[TARGET_PENDING])
		return wait_for(run, until_ms);
	run->end = find_end(run);
	run->is_over = true;
	if (run->end == OPERATION_SUCCEEDED) // who aborted it came too late
		rollout_say(run, "");
	return end(run);
}
