// SPDX-License-Identifier: Apache-2.0
/* Where a second person has to agree: who does not wait for them is told how it is done, who does keeps the plan until
 * they have answered. A plan ends with the command that asked for it, and so does what was agreed to.
 */
#include <stdio.h>

#include "base/clock.h"
#include "commands/exit_code.h"
#include "commands/op_run.h"
#include "text/text.h"

enum { KEEP_EVERY_MS = 10000, HASH_SHOWN = 12, WHAT_MAX = 160, BY_MAX = 60 };

static const struct fleet_approval *approval_of(const struct op_run *run)
{
	return run->plan ? fleet_approval(run->session.fleet, run->plan->no) : NULL;
}

bool op_cli_wants_agreement(const struct op_run *run)
{
	const struct fleet_approval *approval = approval_of(run);

	return approval && approval->state == APPROVAL_WANTED;
}

bool op_cli_is_unasked(const struct op_run *run)
{
	const struct fleet_approval *approval = approval_of(run);

	return approval && approval->is_unasked;
}

static void tell(const struct op_run *run, const char *before, const char *after)
{
	const struct fleet_approval *approval = approval_of(run);
	const char *what = approval ? approval->what : "";

	fprintf(stderr, "opscon op: %s plan %.*s, %.*s\n  %s, at a console on the same hub (opscon attach, key Y)\n",
		before, HASH_SHOWN, run->plan->hash, text_fit(what, WHAT_MAX), what, after);
}

void op_cli_tell_agreement(const struct op_run *run)
{
	tell(run, "not done: a second person has to agree to it:", "with --wait it waits until somebody else does");
}

void op_cli_tell_asked(const struct op_run *run)
{
	tell(run, "waiting for a second person to agree to", "somebody else does that");
}

void op_cli_await_agreement(struct op_run *run)
{
	if (!op_cli_is_unasked(run)) // a hub that asks as soon as there is a plan
		op_cli_tell_asked(run);
	run->kept_ms = clock_now().mono_ms;
	op_cli_enter(run, OP_AGREEING);
}

// Its agents are ours for 30 s at a time.
static void keep(struct op_run *run)
{
	const struct request request = { .type = REQUEST_PLAN_KEEP, .operation = run->plan->no, .who = run->who };
	int64_t now_ms = clock_now().mono_ms;

	if (now_ms - run->kept_ms < KEEP_EVERY_MS)
		return;
	run->kept_ms = now_ms;
	feed_request(run->session.feed, &request); // who had an agent of it since is told when it is submitted
}

void op_cli_look_for_agreement(struct op_run *run)
{
	const struct fleet_approval *approval = approval_of(run);

	op_cli_tell_notices(run);
	if (approval && approval->state == APPROVAL_WANTED) {
		keep(run);
		return;
	}
	if (approval && approval->state == APPROVAL_GIVEN) {
		fprintf(stderr, "opscon op: %.*s has agreed\n", text_fit(approval->by, BY_MAX), approval->by);
		op_cli_submit(run, run->plan->typed);
		return;
	}
	if (approval)
		fprintf(stderr, "opscon op: nothing was done: %.*s does not agree to it\n",
			text_fit(approval->by, BY_MAX), approval->by);
	else
		fputs("opscon op: nothing was done: nobody has agreed to it, and the plan is gone\n", stderr);
	op_cli_end(run, EXIT_DENIED);
}
