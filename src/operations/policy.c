// SPDX-License-Identifier: Apache-2.0
#include "operations/policy.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/glob.h"
#include "text/text.h"

static bool is_among(const char *const *globs, size_t n, const char *environment)
{
	for (size_t i = 0; i < n; i++)
		if (glob_matches(globs[i], environment))
			return true;
	return false;
}

bool policy_is_production(const struct operations_config *config, const char *environment)
{
	return is_among(config->production, config->n_production, environment);
}

static const struct guard_rule *find_rule(const struct operations_config *config, enum verb verb,
					  const char *environment)
{
	for (size_t i = 0; i < config->n_guards; i++) {
		const struct guard_rule *rule = &config->guards[i];

		if ((!rule->verbs || rule->verbs & 1U << verb) &&
		    (!rule->environment || glob_matches(rule->environment, environment)))
			return rule;
	}
	return NULL;
}

const char *policy_refusal(const struct operations_config *config, enum verb verb, const char *environment,
			   char out[POLICY_REFUSAL_MAX])
{
	const struct guard_rule *rule = find_rule(config, verb, environment);

	out[0] = '\0';
	if (config->is_read_only)
		snprintf(out, POLICY_REFUSAL_MAX, "read-only");
	else if (is_among(config->read_only, config->n_read_only, environment))
		snprintf(out, POLICY_REFUSAL_MAX, "%s is read-only", environment[0] ? environment : "it");
	else if (rule && rule->is_refused && rule->why)
		snprintf(out, POLICY_REFUSAL_MAX, "%s", rule->why);
	else if (rule && rule->is_refused)
		snprintf(out, POLICY_REFUSAL_MAX, "the configuration rules out %s%s%s", verb_name(verb),
			 environment[0] ? " in " : "", environment);
	return text_trim(out);
}

enum guard policy_guard(const struct operations_config *config, enum verb verb, const char *environment,
			bool is_last_healthy, size_t n_targets)
{
	const struct guard_rule *rule = find_rule(config, verb, environment);
	bool is_production = policy_is_production(config, environment);

	if (rule && !rule->is_refused)
		return rule->guard;
	if (is_production && (verb == VERB_UPGRADE || verb == VERB_ROLLBACK))
		return GUARD_REASON;
	if (is_production || is_last_healthy || n_targets > 1)
		return GUARD_TYPE_NAME;
	return verb == VERB_START || verb == VERB_RESUME ? GUARD_REVERSIBLE : GUARD_CONFIRM;
}

struct rollout policy_rollout(const struct operations_config *config, const struct operation_params *params)
{
	const struct rollout *said = &params->rollout;
	const unsigned unsaid = params->unsaid;
	struct rollout rollout = operations_rollout(
		config, unsaid & 1U << ROLLOUT_FIGURE_KIND ? operations_kind(config, params->verb) : said->kind);

	if (!(unsaid & 1U << ROLLOUT_FIGURE_BATCH))
		rollout.batch = said->batch;
	if (!(unsaid & 1U << ROLLOUT_FIGURE_MAX_UNAVAILABLE))
		rollout.max_unavailable = said->max_unavailable;
	if (!(unsaid & 1U << ROLLOUT_FIGURE_WAIT))
		rollout.wait_ms = said->wait_ms;
	if (!(unsaid & 1U << ROLLOUT_FIGURE_MIN_HEALTHY))
		rollout.min_healthy_ms = said->min_healthy_ms;
	if (!(unsaid & 1U << ROLLOUT_FIGURE_VERIFY))
		rollout.verify_ms = said->verify_ms;
	if (!(unsaid & 1U << ROLLOUT_FIGURE_CANARY))
		memcpy(rollout.canary_percent, said->canary_percent, sizeof rollout.canary_percent);
	if (!(unsaid & 1U << ROLLOUT_FIGURE_ERROR_SHARE))
		rollout.max_error_share = said->max_error_share;
	if (!(unsaid & 1U << ROLLOUT_FIGURE_LATENCY_GROWTH))
		rollout.max_latency_growth = said->max_latency_growth;
	if (!(unsaid & 1U << ROLLOUT_FIGURE_ROLLS_BACK))
		rollout.rolls_back = said->rolls_back;
	return rollout;
}

bool policy_wants_approval(const struct approval_rule *rules, size_t n, enum verb verb, const char *environment)
{
	for (size_t i = 0; i < n; i++)
		if ((!rules[i].verbs || rules[i].verbs & 1U << verb) &&
		    (!rules[i].environment || glob_matches(rules[i].environment, environment)))
			return rules[i].is_needed;
	return false;
}

// ---- the name that is typed

static bool is_same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

const char *policy_typed(const struct plan_target *targets, size_t n, enum verb verb, char out[POLICY_TYPED_MAX])
{
	const struct plan_target *first = NULL;
	bool same_service = true, same_environment = true;
	size_t n_able = 0;

	for (size_t i = 0; i < n; i++) {
		const struct plan_target *target = &targets[i];

		if (target->refusal[0])
			continue;
		if (!first)
			first = target;
		same_service &= is_same(target->service, first->service);
		same_environment &= is_same(target->environment, first->environment);
		n_able++;
	}
	if (first && same_service && first->service[0])
		snprintf(out, POLICY_TYPED_MAX, "%s", first->service);
	else if (n_able == 1)
		snprintf(out, POLICY_TYPED_MAX, "%s", first->name);
	else if (first && same_environment && first->environment[0])
		snprintf(out, POLICY_TYPED_MAX, "%s", first->environment);
	else
		snprintf(out, POLICY_TYPED_MAX, "%s %zu", verb_name(verb), n_able);
	return text_trim(out);
}

int policy_check(const struct plan *plan, const char *typed, const char *reason, char *why, size_t why_size)
{
	if (plan->refusal[0]) {
		snprintf(why, why_size, "%s", plan->refusal);
		return -EPERM;
	}
	if (plan->guard >= GUARD_TYPE_NAME && (!typed || !is_same(typed, plan->typed))) {
		snprintf(why, why_size, "\"%s\" must be typed to confirm it", plan->typed);
		return -EPERM;
	}
	if (plan->guard >= GUARD_REASON && (!reason || !reason[strspn(reason, " \t")])) {
		snprintf(why, why_size, "a reason must be given");
		return -EPERM;
	}
	return 0;
}
