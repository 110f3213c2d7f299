// SPDX-License-Identifier: Apache-2.0
#include "services/rules.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "text/text.h"

static const char *const signs[] = {
	[COMPARE_GT] = ">",  [COMPARE_GE] = ">=", [COMPARE_LT] = "<",
	[COMPARE_LE] = "<=", [COMPARE_EQ] = "=",  [COMPARE_NE] = "!=",
};

// "cpu > 90"
static char *made_summary(const struct rule_config *config)
{
	char threshold[40];
	char text[400];

	number_format(config->threshold, threshold, sizeof threshold);
	snprintf(text, sizeof text, "%s %s %s", config->series ? config->series : config->expr,
		 signs[config->comparison], threshold);
	return mem_strdup(text_trim(text));
}

int rule_init(struct rule *rule, const struct rule_config *config, uint16_t series)
{
	char why[128];
	int error = 0;

	*rule = (struct rule){
		.series = series,
		.comparison = config->comparison,
		.threshold = config->threshold,
		.for_ms = config->for_ms,
		.keep_firing_for_ms = config->keep_firing_for_ms,
		.severity = config->severity,
	};
	rule->name = mem_strdup(config->name);
	rule->summary = config->summary ? mem_strdup(config->summary) : made_summary(config);
	if (config->selector)
		error = selector_parse(config->selector, &rule->selector, why, sizeof why);
	if (!rule->name || !rule->summary)
		error = -ENOMEM;
	if (error < 0)
		rule_finish(rule);
	return error;
}

void rule_finish(struct rule *rule)
{
	mem_free((char *)rule->name);
	mem_free((char *)rule->summary);
	selector_free(rule->selector);
	*rule = (struct rule){ 0 };
}

bool rule_holds(const struct rule *rule, double value)
{
	if (isnan(value))
		return false;
	switch (rule->comparison) {
	case COMPARE_GT:
		return value > rule->threshold;
	case COMPARE_GE:
		return value >= rule->threshold;
	case COMPARE_LT:
		return value < rule->threshold;
	case COMPARE_LE:
		return value <= rule->threshold;
	case COMPARE_EQ:
		return value == rule->threshold;
	case COMPARE_NE:
		break;
	}
	return value != rule->threshold;
}

static enum rule_change clear(struct rule_state *state)
{
	bool was_firing = state->phase == RULE_FIRING;

	state->phase = RULE_QUIET;
	return was_firing ? RULE_CLEARS : RULE_SAME;
}

static enum rule_change hold(const struct rule *rule, struct rule_state *state, struct instant now)
{
	state->last_true_ms = now.mono_ms;
	if (state->phase == RULE_QUIET) {
		state->phase = RULE_PENDING;
		state->since_ms = now.mono_ms;
	}
	if (state->phase == RULE_FIRING || now.mono_ms - state->since_ms < rule->for_ms)
		return RULE_SAME;
	state->phase = RULE_FIRING;
	return RULE_FIRES;
}

enum rule_change rule_reading(const struct rule *rule, struct rule_state *state, double value, struct instant now)
{
	if (isnan(value))
		return rule_tick(rule, state, now);
	state->value = value;
	state->last_seen_ms = now.mono_ms;
	if (rule_holds(rule, value))
		return hold(rule, state, now);
	if (state->phase == RULE_FIRING && now.mono_ms - state->last_true_ms < rule->keep_firing_for_ms)
		return RULE_SAME;
	return clear(state);
}

int64_t rule_deadline(const struct rule *rule, const struct rule_state *state)
{
	int64_t stale_ms = rule->keep_firing_for_ms > RULE_STALE_MS ? rule->keep_firing_for_ms : RULE_STALE_MS;

	if (state->phase == RULE_QUIET)
		return INT64_MAX;
	if (state->phase == RULE_FIRING && state->last_seen_ms > state->last_true_ms)
		return state->last_true_ms + rule->keep_firing_for_ms;
	return state->last_seen_ms + stale_ms;
}

enum rule_change rule_tick(const struct rule *rule, struct rule_state *state, struct instant now)
{
	return now.mono_ms >= rule_deadline(rule, state) ? clear(state) : RULE_SAME;
}
