// SPDX-License-Identifier: Apache-2.0
#include "operations/recovery.h"

#include <string.h>

#include "operations/journal_fold.h"

static const char before_it_began[] = "opscon ended before it began";
const char recovery_no_answer[] = "opscon ended before an answer came";
static const char while_it_ran[] = "opscon ended while it ran";
static const char while_taken_back[] = "opscon ended while it was rolled back";
static const char is_damaged[] = "its journal is damaged";

// ---- a target

static bool is_settled(enum target_state state)
{
	return state == TARGET_DONE || state == TARGET_FAILED || state == TARGET_SKIPPED || state == TARGET_ROLLED_BACK;
}

static bool is_undone(const struct journal_story *story, size_t i)
{
	return story->operation->targets[i].state == TARGET_ROLLING_BACK;
}

// The furthest step has an answer that ends it badly; when that is being undone, one of the undoing.
static bool has_failed(const struct journal_story *story, size_t i)
{
	const struct journal_progress *progress = &story->targets[i];

	return progress->has_answer && progress->answer.outcome != DRIVER_DONE &&
	       (!is_undone(story, i) || progress->step >= story->operation->plan->targets[i].n_steps);
}

static uint16_t step_after(const struct journal_story *story, size_t i)
{
	size_t n_steps = story->operation->plan->targets[i].n_steps;
	uint16_t step = story->targets[i].step;

	if (is_undone(story, i) && step < n_steps)
		return (uint16_t)n_steps;
	return story->targets[i].has_answer ? (uint16_t)(step + 1) : step;
}

enum recovery_target recovery_of_target(const struct journal_story *story, size_t i, uint16_t *next_step)
{
	const struct journal_progress *progress = &story->targets[i];
	enum target_state state = story->operation->targets[i].state;

	if (is_settled(state))
		return RECOVERY_KEEP;
	if (progress->is_intent_open)
		return RECOVERY_DOUBT;
	if (!progress->was_sent)
		return state == TARGET_PENDING ? RECOVERY_KEEP : RECOVERY_RESET;
	if (has_failed(story, i))
		return RECOVERY_FAILED;
	if (next_step)
		*next_step = step_after(story, i);
	return RECOVERY_GO_ON;
}

// ---- the operation

static bool was_anything_sent(const struct journal_story *story)
{
	for (size_t i = 0; i < story->operation->plan->n_targets; i++)
		if (story->targets[i].was_sent)
			return true;
	return false;
}

static size_t count_doubts(const struct journal_story *story)
{
	size_t n = 0;

	for (size_t i = 0; i < story->operation->plan->n_targets; i++)
		n += recovery_of_target(story, i, NULL) == RECOVERY_DOUBT;
	return n;
}

static void decide_open(const struct journal_story *story, struct recovery *out)
{
	const struct operation *operation = story->operation;

	out->was_rolling_back = story->before_pause == OPERATION_ROLLING_BACK;
	out->n_in_doubt = count_doubts(story);
	out->state = OPERATION_PAUSED;
	if (!was_anything_sent(story)) {
		out->kind = RECOVERY_ASK;
		out->why = before_it_began;
	} else if (out->n_in_doubt) {
		out->kind = RECOVERY_LOOK;
		out->why = recovery_no_answer;
	} else {
		out->kind = RECOVERY_PAUSE;
		out->why = operation->state == OPERATION_PAUSED ? operation->why
			   : out->was_rolling_back              ? while_taken_back
								: while_it_ran;
	}
}

void recovery_decide(const struct journal_story *story, struct recovery *out)
{
	const struct operation *operation = story->operation;

	*out = (struct recovery){ .kind = RECOVERY_NOTHING, .why = "" };
	if (!operation || story->is_held)
		return;
	out->state = operation->state;
	if (story->error) {
		out->kind = RECOVERY_DAMAGED;
		out->state = operation_is_over(operation->state) ? operation->state : OPERATION_INDETERMINATE;
		out->why = is_damaged;
	} else if (!operation_is_over(operation->state)) {
		decide_open(story, out);
	}
}

// ---- what is to be written

static bool target_record(const struct journal_story *story, size_t i, int64_t now_ms, struct journal_record *out)
{
	enum target_state is = story->operation->targets[i].state, to;
	const char *error = NULL;

	switch (recovery_of_target(story, i, NULL)) {
	case RECOVERY_DOUBT:
		to = TARGET_INDETERMINATE;
		error = recovery_no_answer;
		break;
	case RECOVERY_RESET:
		to = TARGET_PENDING;
		break;
	case RECOVERY_FAILED:
		to = TARGET_FAILED;
		error = story->targets[i].answer.detail;
		break;
	default:
		return false;
	}
	*out = (struct journal_record){ .kind = JOURNAL_TARGET, .at_ms = now_ms };
	out->u.target.target = (uint32_t)i;
	out->u.target.state = to;
	out->u.target.error = error;
	return is != to;
}

bool recovery_next_record(const struct journal_story *story, const struct recovery *recovery, size_t *at,
			  int64_t now_ms, struct journal_record *out)
{
	const struct operation *operation = story->operation;

	if (recovery->kind == RECOVERY_NOTHING || recovery->kind == RECOVERY_DAMAGED)
		return false;
	while (*at < operation->plan->n_targets)
		if (target_record(story, (*at)++, now_ms, out))
			return true;
	if ((*at)++ > operation->plan->n_targets ||
	    (operation->state == recovery->state && strcmp(operation->why, recovery->why) == 0))
		return false;
	*out = (struct journal_record){ .kind = JOURNAL_STATE, .at_ms = now_ms };
	out->u.state.state = recovery->state;
	out->u.state.why = recovery->why;
	out->u.state.wave = operation->wave;
	return true;
}

int recovery_apply(struct journal_story *story, int64_t now_ms)
{
	struct recovery recovery;
	struct journal_record record;
	size_t at = 0;
	int r = 0;

	recovery_decide(story, &recovery);
	while (r == 0 && recovery_next_record(story, &recovery, &at, now_ms, &record))
		r = journal_fold(story, &record);
	return r;
}
