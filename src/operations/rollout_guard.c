// SPDX-License-Identifier: Apache-2.0
/* What makes a rollout stop: who is bad, who is past a limit, and in which words. */
#include <math.h>
#include <stdio.h>

#include "base/human.h"
#include "operations/plan.h"
#include "operations/rollout_internal.h"
#include "text/text.h"

const struct rollout_measure rollout_nothing_known = {
	.up_since_ms = -1,
	.error_share = NAN,
	.latency_before_ms = NAN,
	.latency_ms = NAN,
};

static bool has_too_many_errors(const struct rollout *limits, const struct rollout_measure *measure)
{
	return measure->error_share > limits->max_error_share;
}

static bool is_too_slow(const struct rollout *limits, const struct rollout_measure *measure)
{
	double more = measure->latency_ms - measure->latency_before_ms;

	return more > ROLLOUT_LATENCY_FLOOR_MS && more > limits->max_latency_growth * measure->latency_before_ms;
}

bool rollout_is_over_limit(const struct rollout *limits, const struct rollout_measure *measure)
{
	return has_too_many_errors(limits, measure) || is_too_slow(limits, measure);
}

void rollout_limit_text(const struct rollout *limits, const struct rollout_measure *measure, char out[ROLLOUT_WHY_MAX])
{
	char before[HUMAN_MAX], now[HUMAN_MAX];

	if (has_too_many_errors(limits, measure)) {
		snprintf(out, ROLLOUT_WHY_MAX, "errors %s %%, more than %s %%",
			 human_fixed(measure->error_share * 100, 1, now),
			 human_fixed(limits->max_error_share * 100, 1, before));
		return;
	}
	human_latency((int64_t)(measure->latency_before_ms * 1000), before);
	human_latency((int64_t)(measure->latency_ms * 1000), now);
	snprintf(out, ROLLOUT_WHY_MAX, "latency %s -> %s, more than +%.0f %%", before, now,
		 limits->max_latency_growth * 100);
}

void rollout_reckon(struct rollout_run *run, size_t i)
{
	struct rollout_target *target = &run->targets[i];
	bool is_failed = target->state == TARGET_FAILED;
	bool is_watched = target->is_watched && (target->state == TARGET_DONE || is_failed);
	bool counts = !target->is_accepted;

	run->n_bad -= target->is_bad;
	run->n_over_limit -= target->is_over_limit;
	run->n_unknown -= target->is_unknown;
	target->is_bad = counts && (is_failed || (is_watched && target->measure.up_since_ms < 0));
	target->is_over_limit =
		counts && is_watched && rollout_is_over_limit(&run->plan->params.rollout, &target->measure);
	target->is_unknown = counts && target->state == TARGET_INDETERMINATE;
	run->n_bad += target->is_bad;
	run->n_over_limit += target->is_over_limit;
	run->n_unknown += target->is_unknown;
}

// The last one that is bad; for one past a limit the first.
static const char *name_of_bad(const struct rollout_run *run, const char **word)
{
	size_t i = run->plan->n_targets;

	while (!run->targets[--i].is_bad)
		;
	*word = run->targets[i].state == TARGET_FAILED ? "has failed" : "is not up any more";
	return run->plan->targets[i].name;
}

static void over_limit_text(const struct rollout_run *run, char why[ROLLOUT_WHY_MAX])
{
	char limit[ROLLOUT_WHY_MAX];
	size_t i = 0;

	while (!run->targets[i].is_over_limit)
		i++;
	rollout_limit_text(&run->plan->params.rollout, &run->targets[i].measure, limit);
	snprintf(why, ROLLOUT_WHY_MAX, "%.*s: %.100s", text_fit(run->plan->targets[i].name, 80),
		 run->plan->targets[i].name, limit);
}

static void bad_text(const struct rollout_run *run, char why[ROLLOUT_WHY_MAX])
{
	const char *word, *name = name_of_bad(run, &word);

	if (run->n_bad == 1)
		snprintf(why, ROLLOUT_WHY_MAX, "%.*s %s", text_fit(name, 120), name, word);
	else
		snprintf(why, ROLLOUT_WHY_MAX, "%zu are bad at once, %.*s %s", run->n_bad, text_fit(name, 120), name,
			 word);
}

void rollout_unknown_text(const struct rollout_run *run, char why[ROLLOUT_WHY_MAX])
{
	const char *name;
	size_t i = 0;

	while (!run->targets[i].is_unknown)
		i++;
	name = run->plan->targets[i].name;
	snprintf(why, ROLLOUT_WHY_MAX, "%.*s: nobody knows what became of it", text_fit(name, 120), name);
}

bool rollout_finds_trouble(const struct rollout_run *run, char why[ROLLOUT_WHY_MAX])
{
	if (run->n_over_limit)
		over_limit_text(run, why);
	else if (run->n_bad >= run->plan->params.rollout.max_unavailable)
		bad_text(run, why);
	else
		return false;
	return true;
}

bool rollout_can_go_back(const struct rollout_run *run)
{
	for (size_t i = 0; i < run->plan->n_targets; i++) {
		enum target_state state = run->targets[i].state;

		if (state != TARGET_PENDING && state != TARGET_SKIPPED && state != TARGET_INDETERMINATE &&
		    !run->targets[i].is_undone && plan_has_undo(&run->plan->targets[i]))
			return true;
	}
	return false;
}
