// SPDX-License-Identifier: Apache-2.0
#include "operations/plan.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "operations/plan_internal.h"
#include "operations/policy.h"
#include "text/text.h"

const char *plan_keep(struct plan_maker *maker, const char *text)
{
	const char *copy = maker->error ? NULL : mem_strdup(text ? text : "");

	if (!copy)
		maker->error = -ENOMEM;
	return copy;
}

size_t plan_n_able(const struct plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n_targets; i++)
		n += !plan->targets[i].refusal[0];
	return n;
}

// ---- targets

static void keep_dependents(struct plan_maker *maker, const struct plan_subject *subject, struct plan_target *target)
{
	if (maker->error || subject->n_dependents == 0)
		return;
	target->dependents = mem_calloc(subject->n_dependents, sizeof *target->dependents);
	if (!target->dependents) {
		maker->error = -ENOMEM;
		return;
	}
	target->n_dependents = subject->n_dependents;
	for (size_t i = 0; i < subject->n_dependents; i++)
		target->dependents[i] = plan_keep(maker, subject->dependents[i]);
}

static void add_target(struct plan_maker *maker, const struct plan_subject *subject, struct plan_target *target)
{
	const struct agent *agent = subject->agent;
	const struct agent_lifecycle *lifecycle = subject->lifecycle;

	*target = (struct plan_target){
		.agent = agent->id,
		.key = plan_keep(maker, agent->key),
		.name = plan_keep(maker, agent->name),
		.environment = plan_keep(maker, agent_label(agent, "env")),
		.service = plan_keep(maker, agent_label(agent, "service")),
		.driver = plan_keep(maker, lifecycle->driver),
		.health = subject->health,
		.is_lifecycle_known = lifecycle->is_observed || lifecycle->is_recorded,
		.lifecycle = lifecycle->is_observed ? lifecycle->observed : lifecycle->recorded,
		.version = plan_keep(maker, lifecycle->version),
		.previous = plan_keep(maker, lifecycle->previous),
		.instance = plan_keep(maker, lifecycle->instance),
		.is_hidden = subject->is_hidden,
		.is_last_healthy = subject->is_last_healthy,
	};
	keep_dependents(maker, subject, target);
	plan_target_compile(maker, subject, target);
}

// ---- waves

// How many of n are through at the end of a phase; at least one more than before it.
static size_t canary_until(uint8_t percent, size_t n, size_t before)
{
	size_t until = (percent * n + 99) / 100;

	return until > before ? until : before + 1;
}

static void set_canary_waves(struct plan *plan, size_t n_able)
{
	const uint8_t *percent = plan->params.rollout.canary_percent;
	size_t phase = 0, n = 0, until = canary_until(percent[0], n_able, 0);

	for (size_t i = 0; i < plan->n_targets; i++) {
		if (plan->targets[i].refusal[0])
			continue;
		if (n == until) {
			phase++;
			plan->n_waves++;
			until = canary_until(percent[phase], n_able, n);
		}
		plan->targets[i].wave = plan->n_waves;
		n++;
	}
}

static void set_waves(struct plan *plan, size_t n_able)
{
	size_t n = 0;

	plan->n_waves = 0;
	if (n_able == 0)
		return;
	if (plan->params.rollout.kind == ROLLOUT_CANARY) {
		set_canary_waves(plan, n_able);
	} else {
		for (size_t i = 0; i < plan->n_targets; i++)
			if (!plan->targets[i].refusal[0])
				plan->n_waves = plan->targets[i].wave = (uint16_t)(n++ / plan->params.rollout.batch);
	}
	plan->n_waves++;
}

// ---- the whole

static void set_guard(struct plan_maker *maker, size_t n_able)
{
	struct plan *plan = maker->plan;
	char typed[POLICY_TYPED_MAX] = "";

	plan->guard = GUARD_VIEW;
	for (size_t i = 0; i < plan->n_targets; i++) {
		const struct plan_target *target = &plan->targets[i];
		enum guard guard;

		if (target->refusal[0])
			continue;
		guard = policy_guard(maker->question->config, plan->params.verb, target->environment,
				     target->is_last_healthy, n_able);
		if (guard > plan->guard)
			plan->guard = guard;
	}
	if (plan->guard >= GUARD_TYPE_NAME)
		policy_typed(plan->targets, plan->n_targets, plan->params.verb, typed);
	plan->typed = plan_keep(maker, typed);
}

static void set_refusal(struct plan_maker *maker, size_t n_able)
{
	const struct plan *plan = maker->plan;
	const char *refusal = n_able ? "" : plan->targets[0].refusal;

	for (size_t i = 1; i < plan->n_targets && n_able == 0; i++)
		if (strcmp(plan->targets[i].refusal, refusal) != 0)
			refusal = "nothing can be done to any of them";
	maker->plan->refusal = plan_keep(maker, refusal);
}

static const char *keep_clean(struct plan_maker *maker, const char *text)
{
	mem_auto char *clean = text ? text_clean_dup(text, strlen(text), TEXT_ONE_LINE, TEXT_FIELD_MAX) : NULL;

	if (text && !clean)
		maker->error = -ENOMEM;
	return plan_keep(maker, clean);
}

static void fill(struct plan_maker *maker)
{
	const struct plan_question *question = maker->question;
	struct plan *plan = maker->plan;
	size_t n_able;

	plan->who = keep_clean(maker, question->who);
	plan->params = *question->params;
	plan->params.version = plan_keep(maker, question->params->version);
	plan->params.patch = plan_keep(maker, question->params->patch);
	plan->params.reason = keep_clean(maker, question->params->reason);
	plan->targets = maker->error ? NULL : mem_calloc(question->n_subjects, sizeof *plan->targets);
	if (!plan->targets) {
		maker->error = -ENOMEM;
		return;
	}
	for (size_t i = 0; i < question->n_subjects && maker->error == 0; i++) {
		add_target(maker, &question->subjects[i], &plan->targets[i]);
		plan->n_targets++;
	}
	if (maker->error)
		return;
	n_able = plan_n_able(plan);
	set_waves(plan, n_able);
	set_guard(maker, n_able);
	set_refusal(maker, n_able);
}

static const char *text_or_none(const char *text)
{
	return text ? text : "";
}

int plan_make(const struct plan_question *asked, struct plan **out, char *why, size_t why_size)
{
	struct operation_params params = *asked->params;
	struct plan_question question = *asked;
	struct plan_maker maker = { .question = &question };
	int r;

	*out = NULL;
	params.version = text_or_none(params.version);
	params.patch = text_or_none(params.patch);
	question.params = &params;
	r = plan_question_check(&question, why, why_size);
	if (r < 0)
		return r;
	maker.plan = mem_calloc(1, sizeof *maker.plan);
	if (!maker.plan)
		return -ENOMEM;
	*maker.plan = (struct plan){
		.refs = 1,
		.no = question.no,
		.token = question.token,
		.at_ms = question.at_ms,
	};
	fill(&maker);
	if (maker.error == 0)
		maker.error = plan_hash(maker.plan);
	if (maker.error == 0)
		*out = maker.plan;
	else
		plan_unref(maker.plan);
	return maker.error;
}
