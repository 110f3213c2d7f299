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
	double floor = measure->latency_floor_ms > 0 ? measure->latency_floor_ms : ROLLOUT_LATENCY_FLOOR_MS;

	return more > floor && more > limits->max_latency_growth * measure->latency_before_ms;
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

// Who was not well before and still is not says nothing about the others, unless the operation brings something new.
static bool is_no_worse(const struct plan *plan, size_t i)
{
	return plan->targets[i].health != HEALTH_UP && !plan_brings_new(plan);
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
	target->is_bad =
		counts && !is_no_worse(run->plan, i) && (is_failed || (is_watched && target->measure.up_since_ms < 0));
	target->is_over_limit =
		counts && is_watched && rollout_is_over_limit(&run->plan->params.rollout, &target->measure);
	target->is_unknown = counts && target->state == TARGET_INDETERMINATE;
	if (target->state == TARGET_DONE && !target->is_over_limit)
		target->over_since_ms = -1;
	run->n_bad += target->is_bad;
	run->n_over_limit += target->is_over_limit;
	run->n_unknown += target->is_unknown;
}

// The last one that is bad.
static const char *name_of_bad(const struct rollout_run *run, const char **word)
{
	size_t i = run->plan->n_targets;

	while (!run->targets[--i].is_bad)
		;
	*word = run->targets[i].state == TARGET_FAILED ? "has failed" : "is not up any more";
	return run->plan->targets[i].name;
}

int64_t rollout_trouble_ms(const struct rollout_run *run)
{
	int64_t healthy_ms = run->plan->params.rollout.min_healthy_ms;

	return healthy_ms > ROLLOUT_TROUBLE_MS ? healthy_ms : ROLLOUT_TROUBLE_MS;
}

bool rollout_is_over_for_long(const struct rollout_run *run, struct rollout_target *target, int64_t now_ms)
{
	const struct rollout *limits = &run->plan->params.rollout;
	bool is_over = target->measure.up_since_ms >= 0 && target->state != TARGET_ROLLING_BACK &&
		       rollout_is_over_limit(limits, &target->measure);

	if (!is_over)
		target->over_since_ms = -1;
	else if (target->over_since_ms < 0)
		target->over_since_ms = now_ms;
	return is_over && now_ms - target->over_since_ms >= rollout_trouble_ms(run);
}

int64_t rollout_trouble_at(const struct rollout_run *run)
{
	int64_t at_ms = INT64_MAX;

	for (size_t i = 0; run->n_over_limit && i < run->plan->n_targets; i++) {
		const struct rollout_target *target = &run->targets[i];

		if (target->is_over_limit && target->over_since_ms >= 0 && target->over_since_ms < at_ms)
			at_ms = target->over_since_ms;
	}
	return at_ms == INT64_MAX ? at_ms : at_ms + rollout_trouble_ms(run);
}

// The first that is past a limit for too long; one that has failed for it is.
static bool is_over_limit(struct rollout_run *run, int64_t now_ms, char why[ROLLOUT_WHY_MAX])
{
	char limit[ROLLOUT_WHY_MAX];
	const char *name = NULL;

	for (size_t i = 0; run->n_over_limit && i < run->plan->n_targets; i++) {
		struct rollout_target *target = &run->targets[i];

		if (!target->is_over_limit || !rollout_is_over_for_long(run, target, now_ms) || name)
			continue;
		name = run->plan->targets[i].name;
		rollout_limit_text(&run->plan->params.rollout, &target->measure, limit);
		snprintf(why, ROLLOUT_WHY_MAX, "%.*s: %.100s", text_fit(name, 80), name, limit);
	}
	return name;
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

bool rollout_finds_trouble(struct rollout_run *run, int64_t now_ms, char why[ROLLOUT_WHY_MAX])
{
	if (is_over_limit(run, now_ms, why))
		return true;
	if (run->n_bad < run->plan->params.rollout.max_unavailable)
		return false;
	bad_text(run, why);
	return true;
}

bool rollout_can_go_back(const struct rollout_run *run)
{
	for (size_t i = 0; i < run->plan->n_targets; i++) {
		const struct rollout_target *target = &run->targets[i];
		enum target_state state = target->state;

		if (state != TARGET_PENDING && state != TARGET_SKIPPED && state != TARGET_INDETERMINATE &&
		    !target->is_undone && !target->is_unchanged && plan_has_undo(&run->plan->targets[i]))
			return true;
	}
	return false;
}
