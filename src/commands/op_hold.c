// SPDX-License-Identifier: Apache-2.0
/* --wait: while somebody operates on one of the targets, is being asked whether to, or nothing can be put on record. */
#include <stdio.h>
#include <string.h>

#include "commands/op_run.h"
#include "text/text.h"

enum { HOLDER_MAX = 128, DOING_MAX = 16, NAME_MAX_BYTES = 64 };

void op_cli_hold(struct op_run *run, const char *holder)
{
	if (strcmp(run->holder, holder) != 0) {
		fprintf(stderr, "opscon op: waiting for %s\n", holder);
		snprintf(run->holder, sizeof run->holder, "%s", holder);
	}
	op_cli_enter(run, OP_HELD);
}

// In words; "": nobody has it.
static void who_has(const struct op_run *run, const struct plan_target *target, char *out, size_t size)
{
	const struct fleet_agent *agent = fleet_agent(run->session.fleet, target->agent);
	const struct fleet_lease *lease = fleet_lease(run->session.fleet, target->agent);
	const char *doing;

	out[0] = '\0';
	if (agent && agent->lifecycle && agent->lifecycle->holder[0] && !agent->lifecycle->is_interrupted) {
		snprintf(out, size, "%s", agent->lifecycle->holder);
	} else if (lease && !lease->is_own) {
		doing = lease->doing[0] ? lease->doing : "operate on";
		snprintf(out, size, "%.*s, who is about to %.*s %.*s", text_fit(lease->holder, HOLDER_MAX),
			 lease->holder, text_fit(doing, DOING_MAX), doing, text_fit(target->name, NAME_MAX_BYTES),
			 target->name);
	}
}

// Who has one of the targets that are refused. Returns whether one is refused at all.
static bool find_holder(const struct op_run *run, char *out, size_t size)
{
	bool is_refused = run->plan->refusal[0];

	out[0] = '\0';
	for (size_t i = 0; i < run->plan->n_targets && !out[0]; i++) {
		if (!run->plan->targets[i].refusal[0])
			continue;
		is_refused = true;
		who_has(run, &run->plan->targets[i], out, size);
	}
	if (!out[0] && run->session.trail.banner[0])
		snprintf(out, size, "the audit trail");
	return is_refused;
}

bool op_cli_is_busy(const struct op_run *run)
{
	char holder[sizeof run->holder];

	return find_holder(run, holder, sizeof holder) && holder[0];
}

bool op_cli_is_held(struct op_run *run)
{
	const struct request drop = { .type = REQUEST_PLAN_DROP, .operation = run->plan->no, .who = run->who };
	char holder[sizeof run->holder];
	bool is_refused = find_holder(run, holder, sizeof holder);

	// They may have let it go right after it was planned.
	if (!holder[0] && (!is_refused || !run->holder[0] || run->was_doubted))
		return false;
	run->was_doubted = !holder[0];
	if (holder[0])
		op_cli_hold(run, holder);
	else
		op_cli_enter(run, OP_HELD);
	feed_request(run->session.feed, &drop);
	return true;
}
