// SPDX-License-Identifier: Apache-2.0
#include "opscon/operation.h"

#include "base/memory.h"

static void free_text(const char *text)
{
	mem_free((char *)text);
}

static void free_steps(struct plan_step *steps, size_t n)
{
	for (size_t i = 0; steps && i < n; i++) {
		free_text(steps[i].label);
		free_text(steps[i].precondition);
		free_text(steps[i].action);
		free_text(steps[i].postcondition);
	}
	mem_free(steps);
}

static void free_plan_target(struct plan_target *target)
{
	free_text(target->key);
	free_text(target->name);
	free_text(target->environment);
	free_text(target->service);
	free_text(target->driver);
	free_text(target->version);
	free_text(target->previous);
	free_text(target->instance);
	free_text(target->refusal);
	for (size_t i = 0; target->dependents && i < target->n_dependents; i++)
		free_text(target->dependents[i]);
	mem_free(target->dependents);
	free_steps(target->steps, target->n_steps);
	free_steps(target->undo, target->n_undo);
}

struct plan *plan_ref(const struct plan *plan)
{
	struct plan *counted = (struct plan *)plan; // the count is the one thing about a plan that changes

	counted->refs++;
	return counted;
}

void plan_unref(struct plan *plan)
{
	if (!plan || --plan->refs)
		return;
	for (size_t i = 0; plan->targets && i < plan->n_targets; i++)
		free_plan_target(&plan->targets[i]);
	mem_free(plan->targets);
	free_text(plan->who);
	free_text(plan->typed);
	free_text(plan->refusal);
	free_text(plan->params.version);
	free_text(plan->params.patch);
	free_text(plan->params.reason);
	mem_free(plan);
}

struct operation *operation_ref(const struct operation *operation)
{
	struct operation *counted = (struct operation *)operation;

	counted->refs++;
	return counted;
}

void operation_unref(struct operation *operation)
{
	if (!operation || --operation->refs)
		return;
	for (size_t i = 0; operation->targets && i < operation->plan->n_targets; i++) {
		mem_free(operation->targets[i].steps);
		free_text(operation->targets[i].error);
		free_text(operation->targets[i].version);
	}
	mem_free(operation->targets);
	free_text(operation->why);
	free_text(operation->holder);
	free_text(operation->output);
	plan_unref((struct plan *)operation->plan);
	mem_free(operation);
}
