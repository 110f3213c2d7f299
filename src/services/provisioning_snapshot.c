// SPDX-License-Identifier: Apache-2.0
/* What is told of an operation: an immutable snapshot when something has changed, at most so often. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "services/provisioning_internal.h"
#include "text/text.h"

enum { TARGETS_A_MS = 10, URGENT_TARGETS = 50 };

void op_output(struct op *op, const struct target *target, const char *line)
{
	char *to = op->output[op->n_output++ % ENGINE_OUTPUT_LINES];
	const char *name = op->plan->n_targets > 1 ? op->plan->targets[target->index].name : "";

	snprintf(to, ENGINE_OUTPUT_BYTES, "%s%s%s", name, *name ? ": " : "", line);
	text_trim(to);
	op_touch(op, false);
}

static char *output_text(const struct op *op)
{
	size_t n = op->n_output < ENGINE_OUTPUT_LINES ? op->n_output : ENGINE_OUTPUT_LINES;
	char *text = mem_alloc((size_t)ENGINE_OUTPUT_LINES * (ENGINE_OUTPUT_BYTES + 1));
	size_t used = 0;

	if (!text)
		return NULL;
	text[0] = '\0';
	for (size_t i = op->n_output - n; i < op->n_output; i++)
		used += (size_t)snprintf(text + used, ENGINE_OUTPUT_BYTES + 1, "%s%s", used ? "\n" : "",
					 op->output[i % ENGINE_OUTPUT_LINES]);
	return text;
}

// As its journal has it, and so the command line: of what another process sent and left nobody knows yet.
static bool is_left_in_doubt(const struct target *target)
{
	return target->is_recovered && target->phase == PHASE_DOUBT;
}

static enum target_state shown_state(const struct target *target)
{
	return is_left_in_doubt(target) ? TARGET_INDETERMINATE : target->state;
}

static bool copy_target(const struct target *target, struct operation_target *to)
{
	const struct plan_target *plan = &target->op->plan->targets[target->index];
	size_t n = plan->n_steps + plan->n_undo;
	const char *error = is_left_in_doubt(target) ? recovery_no_answer : target->error;

	*to = (struct operation_target){
		.state = shown_state(target),
		.started_ms = target->started_ms,
		.ended_ms = target->ended_ms,
		.error = mem_strdup(error),
		.version = mem_strdup(target->version[0] ? target->version : NULL),
		.steps = mem_calloc(n ? n : 1, sizeof *to->steps),
	};
	if (!to->steps)
		return false;
	if (n)
		memcpy(to->steps, target->steps, n * sizeof *to->steps);
	return (!error || to->error) && (!target->version[0] || to->version);
}

static bool is_over(enum target_state state)
{
	return state == TARGET_DONE || state == TARGET_FAILED || state == TARGET_ROLLED_BACK ||
	       state == TARGET_INDETERMINATE;
}

// As long for the rest as for what is over, pauses left out; nothing is said before something is.
static int64_t estimate(const struct op *op, struct instant now)
{
	size_t n_over = 0, n_able = 0;
	int64_t idle_ms;

	for (size_t i = 0; i < op->plan->n_targets; i++) {
		n_able += !op->plan->targets[i].refusal[0];
		n_over += is_over(op->targets[i].state);
	}
	if (n_over == 0 || n_over == n_able || !op->started_ms || op->ended_ms)
		return 0;
	idle_ms = op->idle_ms + (op->idle_since_ms ? now.wall_ms - op->idle_since_ms : 0);
	return idle_ms + (now.wall_ms - op->started_ms - idle_ms) * (int64_t)n_able / (int64_t)n_over;
}

static struct operation *snapshot(const struct op *op, struct instant now)
{
	struct operation *to = mem_calloc(1, sizeof *to);
	bool is_whole;

	if (!to)
		return NULL;
	to->refs = 1;
	to->no = op->no;
	memcpy(to->id, op->id, sizeof to->id);
	to->plan = plan_ref(op->plan);
	to->state = op->state;
	to->why = mem_strdup(op->why);
	to->holder = mem_strdup(op->holder);
	to->output = output_text(op);
	to->started_ms = op->started_ms;
	to->ended_ms = op->ended_ms;
	to->estimated_ms = estimate(op, now);
	to->wave = rollout_wave(op->rollout);
	to->targets = mem_calloc(op->plan->n_targets, sizeof *to->targets);
	is_whole = to->why && to->holder && to->output && to->targets;
	for (size_t i = 0; is_whole && i < op->plan->n_targets; i++) {
		is_whole = copy_target(&op->targets[i], &to->targets[i]);
		to->n_by_state[shown_state(&op->targets[i])]++;
	}
	if (!is_whole) {
		operation_unref(to);
		return NULL;
	}
	return to;
}

void op_touch(struct op *op, bool is_urgent)
{
	op->is_dirty = true;
	op->is_urgent = op->is_urgent || (is_urgent && op->plan->n_targets <= URGENT_TARGETS);
}

int64_t op_tell_at(const struct op *op)
{
	if (!op->is_dirty)
		return INT64_MAX;
	return op->is_urgent ? op->told_ms : op->told_ms + ENGINE_TELL_MS + (int64_t)op->plan->n_targets / TARGETS_A_MS;
}

void op_tell(struct op *op, struct instant now)
{
	struct event *event;

	if (now.mono_ms < op_tell_at(op))
		return;
	op->told_ms = now.mono_ms; // also when it fails: then it is tried again as late as any other
	op->is_urgent = false;
	event = event_new(EVENT_OPERATION, now.wall_ms, 0);
	if (!event)
		return;
	event->u.operation = snapshot(op, now);
	if (event->u.operation) {
		op->is_dirty = false;
		event_emit(&op->engine->sink, event);
	} else {
		event_unref(event);
	}
}
