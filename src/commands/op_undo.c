// SPDX-License-Identifier: Apache-2.0
/* opscon op rollback of an upgrade that is over: those that it has upgraded go back to the version before, by a plan of
 * its own, which is asked about like any other. Who runs something else by now is not taken back from there.
 */
#include <stdio.h>
#include <string.h>

#include "commands/exit_code.h"
#include "commands/op_run.h"

bool op_cli_can_undo(const struct operation *operation)
{
	return operation_is_over(operation->state) && operation->plan->params.verb == VERB_UPGRADE &&
	       operation->n_by_state[TARGET_DONE];
}

size_t op_cli_n_undone(const struct op_run *run)
{
	return run->undone->plan->n_targets;
}

const struct fleet_agent *op_cli_undone(const struct op_run *run, size_t i)
{
	const struct operation *operation = run->undone;

	if (operation->targets[i].state != TARGET_DONE)
		return NULL;
	return fleet_agent_by_key(run->session.fleet, operation->plan->targets[i].key);
}

static const struct operation_target *find(const struct operation *operation, const char *key)
{
	for (size_t i = 0; i < operation->plan->n_targets; i++)
		if (strcmp(operation->plan->targets[i].key, key) == 0)
			return &operation->targets[i];
	return NULL;
}

// What it runs is what the upgrade has brought, and what it would go back to is what it ran before that.
static bool is_undone(const struct operation *operation, const struct plan_target *target, char *why, size_t size)
{
	const struct operation_target *was = find(operation, target->key);
	const char *left = was && was->version ? was->version : operation->plan->params.version;
	const char *before = was ? operation->plan->targets[was - operation->targets].version : "";

	if (target->version[0] && strcmp(target->version, left) != 0) {
		snprintf(why, size, "%s runs %s by now, and not %s", target->name, target->version, left);
		return false;
	}
	if (target->previous[0] && before[0] && strcmp(target->previous, before) != 0) {
		snprintf(why, size, "%s would go back to %s, and not to %s, which it ran before", target->name,
			 target->previous, before);
		return false;
	}
	return true;
}

bool op_cli_is_still_undone(const struct op_run *run, char *why, size_t size)
{
	for (size_t i = 0; run->undone && i < run->plan->n_targets; i++)
		if (!run->plan->targets[i].refusal[0] && !is_undone(run->undone, &run->plan->targets[i], why, size))
			return false;
	return true;
}
