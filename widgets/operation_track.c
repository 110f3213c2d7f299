// SPDX-License-Identifier: Apache-2.0
#include "widgets/operation_track.h"

#include <stdio.h>

#include "text/text.h"
#include "widgets/operation_words.h"

// How much of a target is done, in thousandths.
static unsigned share_of(const struct operation *operation, size_t i)
{
	const struct operation_target *target = &operation->targets[i];
	size_t n = operation->plan->targets[i].n_steps, done = 0;

	if (target->state == TARGET_DONE)
		return 1000;
	for (size_t no = 0; target->steps && no < n; no++)
		done += target->steps[no].state == STEP_COMPLETED;
	return n ? (unsigned)(done * 1000 / n) : 0;
}

static void begin(const struct operation *operation, struct operation_track *out)
{
	uint64_t sum = 0;

	out->progress = (struct progress){ .id = operation->no,
					   .title = out->title,
					   .steps = out->steps,
					   .started_ms = operation->started_ms,
					   .ended_ms = operation->ended_ms,
					   .estimated_ms = operation->estimated_ms,
					   .is_paused = operation->state == OPERATION_PAUSED };
	for (size_t i = 0; i < operation->plan->n_targets; i++)
		sum += share_of(operation, i);
	if (operation->plan->n_targets)
		out->progress.percent = (uint16_t)(sum / operation->plan->n_targets / 10);
}

static struct progress_step *add(struct operation_track *out, enum step_state state, const char *label)
{
	size_t i = out->progress.n_steps++;

	snprintf(out->memory[i], sizeof out->memory[i], "%s", label);
	out->steps[i] =
		(struct progress_step){ .label = out->memory[i], .description = "", .error = "", .state = state };
	return &out->steps[i];
}

struct wave {
	size_t n, settled, bad, back, begun;
	int64_t started_ms, ended_ms;
};

static void count_wave(const struct operation *operation, unsigned from, unsigned to, struct wave *out)
{
	*out = (struct wave){ 0 };
	for (size_t i = 0; i < operation->plan->n_targets; i++) {
		const struct operation_target *target = &operation->targets[i];
		unsigned no = operation->plan->targets[i].wave;

		if (no < from || no >= to)
			continue;
		out->n++;
		out->settled += target_is_settled(target->state);
		out->bad += target->state == TARGET_FAILED || target->state == TARGET_INDETERMINATE;
		out->back += target->state == TARGET_ROLLED_BACK;
		out->begun += target->state != TARGET_PENDING && target->state != TARGET_SKIPPED;
		if (target->started_ms && (!out->started_ms || target->started_ms < out->started_ms))
			out->started_ms = target->started_ms;
		if (target->ended_ms > out->ended_ms)
			out->ended_ms = target->ended_ms;
	}
}

static enum step_state state_of_wave(const struct operation *operation, const struct wave *wave)
{
	if (wave->bad || (wave->back && wave->settled == wave->n))
		return STEP_ERROR;
	if (wave->settled == wave->n && wave->n)
		return wave->begun ? STEP_COMPLETED : STEP_SKIPPED;
	if (wave->begun && !operation_is_over(operation->state))
		return STEP_CURRENT;
	return operation_is_over(operation->state) ? STEP_SKIPPED : STEP_PENDING;
}

// Waves from..to as one step; their agents done in its description.
static void add_waves(const struct operation *operation, unsigned from, unsigned to, const char *label,
		      struct operation_track *out)
{
	struct progress_step *step;
	struct wave wave;
	size_t at = out->progress.n_steps;

	if (from >= to)
		return;
	count_wave(operation, from, to, &wave);
	step = add(out, state_of_wave(operation, &wave), label);
	step->started_ms = wave.started_ms;
	step->ended_ms = wave.settled == wave.n ? wave.ended_ms : 0;
	if (step->state == STEP_SKIPPED)
		snprintf(out->notes[at], sizeof out->notes[at], "not begun");
	else
		snprintf(out->notes[at], sizeof out->notes[at], "%zu of %zu agent%s", wave.settled, wave.n,
			 wave.n == 1 ? "" : "s");
	step->description = out->notes[at];
	if (step->state != STEP_ERROR)
		return;
	if (wave.bad)
		snprintf(out->notes[at], sizeof out->notes[at], "%zu of %zu failed", wave.bad, wave.n);
	else
		snprintf(out->notes[at], sizeof out->notes[at], "%zu of %zu rolled back", wave.back, wave.n);
	step->error = out->notes[at];
}

static void wave_label(const struct plan *plan, unsigned no, char *out, size_t size)
{
	const struct rollout *rollout = &plan->params.rollout;

	if (rollout->kind == ROLLOUT_CANARY && no < CANARY_PHASES_MAX && rollout->canary_percent[no])
		snprintf(out, size, "canary %u %%", rollout->canary_percent[no]);
	else
		snprintf(out, size, "batch %u", no + 1);
}

// More than the tracker holds: what is over and what is to come are one step each.
static void add_many_waves(const struct operation *operation, struct operation_track *out)
{
	unsigned n = operation->plan->n_waves, at = operation->wave < n ? operation->wave : n - 1;
	char label[TRACK_TEXT_MAX];

	snprintf(label, sizeof label, "%u batch%s before", at, at == 1 ? "" : "es");
	add_waves(operation, 0, at, label, out);
	wave_label(operation->plan, at, label, sizeof label);
	add_waves(operation, at, at + 1, label, out);
	snprintf(label, sizeof label, "%u more", n - at - 1);
	add_waves(operation, at + 1, n, label, out);
}

void operation_track_waves(const struct operation *operation, unsigned most, struct operation_track *out)
{
	const struct plan *plan = operation->plan;

	if (plan->n_targets == 1) {
		operation_track_target(operation, 0, out);
		return;
	}
	begin(operation, out);
	snprintf(out->title, sizeof out->title, "Progress");
	if (plan->n_waves > most) {
		add_many_waves(operation, out);
		return;
	}
	for (unsigned no = 0; no < plan->n_waves; no++) {
		char label[TRACK_TEXT_MAX];

		wave_label(plan, no, label, sizeof label);
		add_waves(operation, no, no + 1, label, out);
	}
}

// The way back is shown once it is gone.
static size_t n_shown(const struct operation *operation, size_t i)
{
	const struct plan_target *plan = &operation->plan->targets[i];
	const struct operation_target *target = &operation->targets[i];
	size_t n = plan->n_steps;

	for (size_t no = plan->n_steps; target->steps && no < plan_target_n_steps(plan); no++)
		if (target->steps[no].state != STEP_PENDING && target->steps[no].state != STEP_SKIPPED)
			n = plan_target_n_steps(plan);
	return n < PROGRESS_STEPS_MAX ? n : PROGRESS_STEPS_MAX;
}

void operation_track_target(const struct operation *operation, size_t i, struct operation_track *out)
{
	const struct plan_target *plan = &operation->plan->targets[i];
	const struct operation_target *target = &operation->targets[i];
	size_t n = n_shown(operation, i);

	begin(operation, out);
	snprintf(out->title, sizeof out->title, "%s", operation->plan->n_targets == 1 ? "Progress" : plan->name);
	text_trim(out->title);
	if (operation->plan->n_targets > 1) {
		out->progress.percent = (uint16_t)(share_of(operation, i) / 10);
		out->progress.started_ms = target->started_ms;
		out->progress.ended_ms = target->ended_ms;
		out->progress.estimated_ms = 0;
		out->progress.is_paused = false; // what it is at goes on to its end
	}
	for (size_t no = 0; target->steps && no < n; no++) {
		const struct plan_step *planned =
			no < plan->n_steps ? &plan->steps[no] : &plan->undo[no - plan->n_steps];
		struct progress_step *step = add(out, target->steps[no].state, planned->label);

		text_trim(out->memory[no]);
		step->description = planned->action ? planned->action : "";
		step->error = step->state == STEP_ERROR && target->error ? target->error : "";
		step->started_ms = target->steps[no].started_ms;
		step->ended_ms = target->steps[no].ended_ms;
	}
}
