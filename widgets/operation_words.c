// SPDX-License-Identifier: Apache-2.0
#include "widgets/operation_words.h"

#include <stdio.h>

#include "base/human.h"
#include "base/strbuf.h"
#include "text/text.h"

struct operation_look operation_look(enum operation_state state)
{
	static const struct operation_look looks[OPERATION_STATE_COUNT] = {
		[OPERATION_QUEUED] = { GLYPH_PENDING, STYLE_MUTED },
		[OPERATION_RUNNING] = { GLYPH_CURRENT, STYLE_PRIMARY },
		[OPERATION_PAUSED] = { GLYPH_WARN, STYLE_WARN },
		[OPERATION_ROLLING_BACK] = { GLYPH_CURRENT, STYLE_WARN },
		[OPERATION_SUCCEEDED] = { GLYPH_DONE, STYLE_OK },
		[OPERATION_FAILED] = { GLYPH_ERROR, STYLE_BAD },
		[OPERATION_ROLLED_BACK] = { GLYPH_WARN, STYLE_WARN },
		[OPERATION_ABORTED] = { GLYPH_SKIPPED, STYLE_MUTED },
		[OPERATION_INDETERMINATE] = { GLYPH_BAD, STYLE_BAD },
	};

	return (unsigned)state < OPERATION_STATE_COUNT ? looks[state]
						       : (struct operation_look){ GLYPH_UNRECOGNISED, STYLE_UNKNOWN };
}

struct operation_look target_look(enum target_state state)
{
	static const struct operation_look looks[TARGET_STATE_COUNT] = {
		[TARGET_PENDING] = { GLYPH_PENDING, STYLE_MUTED },
		[TARGET_RUNNING] = { GLYPH_CURRENT, STYLE_PRIMARY },
		[TARGET_VERIFYING] = { GLYPH_CURRENT, STYLE_PRIMARY },
		[TARGET_DONE] = { GLYPH_DONE, STYLE_OK },
		[TARGET_FAILED] = { GLYPH_ERROR, STYLE_BAD },
		[TARGET_SKIPPED] = { GLYPH_SKIPPED, STYLE_MUTED },
		[TARGET_ROLLING_BACK] = { GLYPH_CURRENT, STYLE_WARN },
		[TARGET_ROLLED_BACK] = { GLYPH_WARN, STYLE_WARN },
		[TARGET_INDETERMINATE] = { GLYPH_BAD, STYLE_BAD },
	};

	return (unsigned)state < TARGET_STATE_COUNT ? looks[state]
						    : (struct operation_look){ GLYPH_UNRECOGNISED, STYLE_UNKNOWN };
}

char *operation_title(const struct plan *plan, char *out, size_t size)
{
	const struct operation_params *params = &plan->params;
	bool has_version =
		(params->verb == VERB_UPGRADE || params->verb == VERB_CREATE) && params->version && *params->version;
	struct strbuf text;

	strbuf_init(&text, out, size);
	strbuf_addf(&text, "%s%s of ", params->verb == VERB_STOP && params->is_forced ? "forced " : "",
		    verb_name(params->verb));
	if (plan->n_targets == 1)
		strbuf_addf(&text, "%s", plan->targets[0].name);
	else
		strbuf_addf(&text, "%zu agents", plan->n_targets);
	if (has_version)
		strbuf_addf(&text, " to %s", params->version);
	return text_trim(out);
}

static void add_percents(struct strbuf *text, const struct rollout *rollout)
{
	for (size_t i = 0; i < CANARY_PHASES_MAX && rollout->canary_percent[i]; i++)
		strbuf_addf(text, "%s %u", i ? "," : "", rollout->canary_percent[i]);
	if (rollout->canary_percent[0])
		strbuf_add(text, " %");
}

char *operation_rollout_text(const struct plan *plan, char *out, size_t size)
{
	const struct rollout *rollout = &plan->params.rollout;
	struct strbuf text;

	strbuf_init(&text, out, size);
	if (plan->n_targets < 2)
		return out;
	strbuf_add(&text, rollout_kind_name(rollout->kind));
	if (rollout->kind == ROLLOUT_CANARY)
		add_percents(&text, rollout);
	else if (rollout->kind == ROLLOUT_ROLLING && rollout->batch)
		strbuf_addf(&text, ", %u at a time", rollout->batch);
	return out;
}

char *operation_wave_text(const struct operation *operation, char *out, size_t size)
{
	const struct plan *plan = operation->plan;
	const char *noun = plan->params.rollout.kind == ROLLOUT_CANARY ? "canary" : "batch";

	out[0] = '\0';
	if (plan->n_waves > 1 && operation->state != OPERATION_QUEUED)
		snprintf(out, size, "%s %u of %u", noun, operation->wave + 1U, plan->n_waves);
	return out;
}

bool target_is_settled(enum target_state state)
{
	switch (state) {
	case TARGET_DONE:
	case TARGET_FAILED:
	case TARGET_SKIPPED:
	case TARGET_ROLLED_BACK:
	case TARGET_INDETERMINATE:
		return true;
	default:
		return false;
	}
}

size_t operation_n_settled(const struct operation *operation)
{
	size_t n = 0;

	for (int state = 0; state < TARGET_STATE_COUNT; state++)
		if (target_is_settled((enum target_state)state))
			n += operation->n_by_state[state];
	return n;
}

char *operation_done_text(const struct operation *operation, char out[OPERATION_DONE_MAX])
{
	snprintf(out, OPERATION_DONE_MAX, "%zu/%zu", operation->n_by_state[TARGET_DONE], operation->plan->n_targets);
	return out;
}

size_t plan_target_n_steps(const struct plan_target *target)
{
	return target->n_steps + target->n_undo;
}

struct target_step operation_target_step(const struct operation *operation, size_t i)
{
	static const enum step_state order[] = { STEP_CURRENT, STEP_ERROR };
	const struct plan_target *plan = &operation->plan->targets[i];
	const struct operation_target *target = &operation->targets[i];

	for (size_t k = 0; k < sizeof order / sizeof order[0]; k++)
		for (size_t no = 0; target->steps && no < plan_target_n_steps(plan); no++)
			if (target->steps[no].state == order[k])
				return (struct target_step){ no,
							     no < plan->n_steps ? &plan->steps[no]
										: &plan->undo[no - plan->n_steps],
							     &target->steps[no] };
	return (struct target_step){ 0, NULL, NULL };
}

int64_t operation_shown_ms(const struct fleet *fleet, const struct operation *operation, const struct view *view)
{
	int64_t as_of_ms = fleet_operation_as_of_ms(fleet, operation);

	return as_of_ms ? as_of_ms : view->now.wall_ms;
}

char *operation_as_of_text(const struct fleet *fleet, const struct operation *operation, const struct view *view,
			   char out[OPERATION_DONE_MAX])
{
	int64_t as_of_ms = fleet_operation_as_of_ms(fleet, operation);
	char time[HUMAN_MAX];

	out[0] = '\0';
	if (as_of_ms)
		snprintf(out, OPERATION_DONE_MAX, "as of %s", human_time_of_day(as_of_ms, view->utc_offset_s, time));
	return out;
}
