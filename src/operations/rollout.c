// SPDX-License-Identifier: Apache-2.0
#include "operations/rollout.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "operations/plan.h"
#include "operations/rollout_internal.h"
#include "text/text.h"

static uint16_t limit_of(uint16_t n)
{
	if (n == 0)
		return 1;
	return n < OPERATION_CONCURRENT_MAX ? n : OPERATION_CONCURRENT_MAX;
}

int rollout_create(const struct plan *plan, uint16_t n_concurrent, struct rollout_run **out)
{
	size_t n = plan->n_targets;
	struct rollout_run *run = mem_calloc(1, sizeof *run);

	*out = NULL;
	if (!run)
		return -ENOMEM;
	*run = (struct rollout_run){ .plan = plan, .limit = limit_of(n_concurrent), .wave = -1 };
	run->targets = mem_calloc(n, sizeof *run->targets);
	run->active = mem_calloc(n, sizeof *run->active);
	if (!run->targets || !run->active) {
		rollout_destroy(run);
		return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++) {
		run->targets[i].over_since_ms = -1;
		run->targets[i].state = plan->targets[i].refusal[0] ? TARGET_SKIPPED : TARGET_PENDING;
		run->n_by_state[run->targets[i].state]++;
	}
	*out = run;
	return 0;
}

void rollout_destroy(struct rollout_run *run)
{
	if (!run)
		return;
	mem_free(run->targets);
	mem_free(run->active);
	mem_free(run);
}

// ---- targets

static bool is_active(enum target_state state)
{
	return state == TARGET_RUNNING || state == TARGET_VERIFYING || state == TARGET_ROLLING_BACK;
}

static void remove_active(struct rollout_run *run, size_t i)
{
	for (size_t k = 0; k < run->n_active; k++) {
		if (run->active[k] == i) {
			run->active[k] = run->active[--run->n_active];
			return;
		}
	}
}

void rollout_set(struct rollout_run *run, size_t i, enum target_state state)
{
	struct rollout_target *target = &run->targets[i];
	bool was_active = is_active(target->state);

	run->n_by_state[target->state]--;
	run->n_by_state[state]++;
	target->state = state;
	if (is_active(state) && !was_active)
		run->active[run->n_active++] = i;
	else if (!is_active(state) && was_active)
		remove_active(run, i);
	rollout_reckon(run, i);
}

static void begin_verifying(struct rollout_run *run, size_t i, int64_t now_ms)
{
	struct rollout_target *target = &run->targets[i];

	target->is_verifying = true;
	target->verify_from_ms = now_ms;
	target->over_since_ms = -1;
	target->measure = rollout_nothing_known;
	if (target->state != TARGET_ROLLING_BACK)
		rollout_set(run, i, TARGET_VERIFYING);
}

void rollout_tell(struct rollout_run *run, size_t i, enum target_state state, int64_t now_ms)
{
	struct rollout_target *target = &run->targets[i];

	if (run->is_over)
		return;
	if (plan_wave(run, i) > run->wave && state != TARGET_PENDING && state != TARGET_SKIPPED)
		run->wave = plan_wave(run, i);
	target->is_verifying = false;
	if (state == TARGET_ROLLING_BACK || state == TARGET_ROLLED_BACK)
		target->is_undone = true;
	if (state == TARGET_VERIFYING) {
		begin_verifying(run, i, now_ms);
		return;
	}
	rollout_set(run, i, state);
	if (!is_active(state))
		run->settled_ms = now_ms;
}

void rollout_tell_unchanged(struct rollout_run *run, size_t i, int64_t now_ms)
{
	run->targets[i].is_unchanged = true;
	rollout_tell(run, i, TARGET_FAILED, now_ms);
}

void rollout_measured(struct rollout_run *run, size_t i, const struct rollout_measure *measure)
{
	run->targets[i].measure = *measure;
	rollout_reckon(run, i);
}

// ---- what a person wants

void rollout_say(struct rollout_run *run, const char *why)
{
	snprintf(run->why, sizeof run->why, "%s", why);
	text_trim(run->why);
}

int rollout_pause(struct rollout_run *run, const char *why)
{
	if (run->is_over || run->mode == ROLLOUT_STOPPING)
		return -EPERM;
	if (run->is_paused)
		return -EALREADY;
	run->is_paused = true;
	rollout_say(run, why);
	return 0;
}

// A person has seen what it tripped over, and of whom nothing is known.
static void accept(struct rollout_run *run, size_t i)
{
	struct rollout_target *target = &run->targets[i];
	bool is_trouble = target->is_bad || target->is_over_limit;

	target->is_accepted |= target->is_unknown || (run->is_tripped && is_trouble);
	rollout_reckon(run, i);
}

int rollout_resume(struct rollout_run *run)
{
	if (run->is_over)
		return -EPERM;
	if (!run->is_paused)
		return -EALREADY;
	for (size_t i = 0; i < run->plan->n_targets; i++)
		accept(run, i);
	run->is_paused = run->is_tripped = false;
	rollout_say(run, "");
	return 0;
}

int rollout_abort(struct rollout_run *run, const char *why)
{
	if (run->is_over)
		return -EPERM;
	if (run->mode == ROLLOUT_STOPPING)
		return -EALREADY;
	run->mode = ROLLOUT_STOPPING;
	run->end = OPERATION_ABORTED;
	run->is_paused = false;
	run->is_hasty = true;
	rollout_say(run, why);
	return 0;
}

int rollout_roll_back(struct rollout_run *run, const char *why)
{
	if (run->is_over || run->mode == ROLLOUT_STOPPING)
		return -EPERM;
	if (run->mode == ROLLOUT_BACK)
		return -EALREADY;
	if (!rollout_can_go_back(run))
		return -ENOTSUP;
	run->mode = ROLLOUT_BACK;
	run->is_paused = false;
	rollout_say(run, why);
	return 0;
}

// ---- how it stands

enum operation_state rollout_state(const struct rollout_run *run)
{
	if (run->is_over)
		return run->end;
	if (run->is_paused)
		return OPERATION_PAUSED;
	return run->mode == ROLLOUT_BACK ? OPERATION_ROLLING_BACK : OPERATION_RUNNING;
}

const char *rollout_why(const struct rollout_run *run)
{
	return run->why;
}

enum target_state rollout_target_state(const struct rollout_run *run, size_t i)
{
	return run->targets[i].state;
}

uint16_t rollout_wave(const struct rollout_run *run)
{
	return (uint16_t)(run->wave < 0 ? 0 : run->wave);
}

size_t rollout_n_at_once(const struct rollout_run *run)
{
	return run->n_active;
}
