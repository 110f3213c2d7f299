// SPDX-License-Identifier: Apache-2.0
#include "operations/journal_fold.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"

// ---- the beginning

static struct operation *make_operation(struct plan *plan)
{
	struct operation *operation = mem_calloc(1, sizeof *operation);

	if (!operation) {
		plan_unref(plan);
		return NULL;
	}
	operation->refs = 1;
	operation->no = plan->no;
	operation->plan = plan;
	operation->state = OPERATION_QUEUED;
	return operation;
}

static int fill_operation(struct operation *operation, const char *holder)
{
	const struct plan *plan = operation->plan;

	operation->why = mem_strdup("");
	operation->holder = mem_strdup(holder);
	operation->output = mem_strdup("");
	operation->targets = mem_calloc(plan->n_targets, sizeof *operation->targets);
	if (!operation->why || !operation->holder || !operation->output || !operation->targets)
		return -ENOMEM;
	operation->n_by_state[TARGET_PENDING] = plan->n_targets;
	for (size_t i = 0; i < plan->n_targets; i++) {
		size_t n = plan->targets[i].n_steps + plan->targets[i].n_undo;

		operation->targets[i].steps = mem_calloc(n, sizeof(struct operation_step));
		if (n && !operation->targets[i].steps)
			return -ENOMEM;
	}
	return 0;
}

int journal_fold_begin(struct journal_story *story, struct plan *plan, const char *holder, int64_t estimated_ms)
{
	story->operation = make_operation(plan);
	if (!story->operation)
		return -ENOMEM;
	memcpy(story->operation->id, story->id, sizeof story->id);
	story->operation->estimated_ms = estimated_ms;
	story->before_pause = OPERATION_QUEUED;
	story->targets = mem_calloc(plan->n_targets, sizeof *story->targets);
	return story->targets ? fill_operation(story->operation, holder) : -ENOMEM;
}

// ---- what follows

static int set_text(const char **text, const char *to)
{
	char *copy = mem_strdup(to);

	if (to && !copy)
		return -ENOMEM;
	mem_free((char *)*text);
	*text = copy;
	return 0;
}

// What goes on in a pause, or while no process runs it, says nothing of how long the rest takes.
static void fold_idle(struct journal_story *story, bool is_idle, int64_t at_ms)
{
	if (!story->operation->started_ms)
		return;
	if (!is_idle && story->idle_since_ms)
		story->idle_ms += at_ms - story->idle_since_ms;
	story->idle_since_ms = !is_idle ? 0 : story->idle_since_ms ? story->idle_since_ms : at_ms;
}

static int fold_state(struct journal_story *story, const struct journal_record *record)
{
	struct operation *operation = story->operation;
	enum operation_state state = record->u.state.state;

	operation->state = state;
	operation->wave = record->u.state.wave;
	if (state != OPERATION_PAUSED)
		story->before_pause = state;
	fold_idle(story, state == OPERATION_PAUSED || state == OPERATION_QUEUED, record->at_ms);
	if (state == OPERATION_RUNNING && !operation->started_ms)
		operation->started_ms = record->at_ms;
	operation->ended_ms = operation_is_over(state) ? record->at_ms : 0;
	return set_text(&operation->why, record->u.state.why);
}

static bool is_under_way(enum target_state state)
{
	return state == TARGET_RUNNING || state == TARGET_VERIFYING || state == TARGET_ROLLING_BACK;
}

static int fold_target(struct journal_story *story, const struct journal_record *record)
{
	struct operation *operation = story->operation;
	struct operation_target *target = &operation->targets[record->u.target.target];
	enum target_state state = record->u.target.state;
	bool is_back = state == TARGET_ROLLING_BACK || state == TARGET_ROLLED_BACK;
	int r = 0;

	if (record->u.target.error || !is_back) // why it is taken back stays with it
		r = set_text(&target->error, record->u.target.error);
	if (r == 0 && record->u.target.version)
		r = set_text(&target->version, record->u.target.version);
	operation->n_by_state[target->state]--;
	operation->n_by_state[state]++;
	target->state = state;
	if (is_under_way(state) && !target->started_ms)
		target->started_ms = record->at_ms;
	target->ended_ms = is_under_way(state) || state == TARGET_PENDING ? 0 : record->at_ms;
	return r;
}

static bool changes_something(const struct plan_target *target, uint16_t step)
{
	return step < target->n_steps ? target->steps[step].is_mutating
				      : target->undo[step - target->n_steps].is_mutating;
}

// Who begins a step knows what became of the one before it. A look that changes nothing says nothing of that.
static void fold_intent(struct journal_story *story, const struct journal_record *record)
{
	uint32_t i = record->u.intent.target;
	uint16_t number = record->u.intent.step;
	struct journal_progress *progress = &story->targets[i];
	struct operation_step *step = &story->operation->targets[i].steps[number];

	*step = (struct operation_step){ .state = STEP_CURRENT, .started_ms = record->at_ms };
	if (!changes_something(&story->operation->plan->targets[i], number) && number < progress->step)
		return;
	progress->step = number;
	progress->attempt = record->u.intent.attempt;
	progress->has_answer = false;
	snprintf(progress->idempotency_key, sizeof progress->idempotency_key, "%s", record->u.intent.idempotency_key);
	progress->is_intent_open = changes_something(&story->operation->plan->targets[i], number);
	progress->was_sent |= progress->is_intent_open;
}

static int fold_result(struct journal_story *story, const struct journal_record *record)
{
	uint32_t i = record->u.result.target;
	uint16_t number = record->u.result.step;
	const struct driver_answer *answer = record->u.result.answer;
	struct journal_progress *progress = &story->targets[i];
	struct operation_step *step = &story->operation->targets[i].steps[number];

	step->state = answer->outcome == DRIVER_DONE ? STEP_COMPLETED : STEP_ERROR;
	step->started_ms = step->started_ms ? step->started_ms : record->at_ms;
	step->ended_ms = record->at_ms;
	if (number == progress->step || (number > progress->step && !progress->is_intent_open)) {
		// An answer that knows nothing answers nothing.
		progress->is_intent_open = progress->is_intent_open && answer->outcome == DRIVER_UNKNOWN;
		progress->step = number;
		progress->has_answer = true;
		progress->answer = *answer;
	}
	if (answer->has_sight && *answer->sight.version)
		return set_text(&story->operation->targets[i].version, answer->sight.version);
	return 0;
}

int journal_fold(struct journal_story *story, const struct journal_record *record)
{
	switch (record->kind) {
	case JOURNAL_STATE:
		return fold_state(story, record);
	case JOURNAL_TARGET:
		return fold_target(story, record);
	case JOURNAL_INTENT:
		fold_intent(story, record);
		return 0;
	case JOURNAL_RESULT:
		return fold_result(story, record);
	case JOURNAL_CONTROL:
		story->has_control = true;
		story->control = record->u.control.what;
		return 0;
	case JOURNAL_TAKEN:
		fold_idle(story, true, story->at_ms); // since the last word of the process before
		return set_text(&story->operation->holder, record->u.taken.holder);
	default:
		return -EINVAL;
	}
}
