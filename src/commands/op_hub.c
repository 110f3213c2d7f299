// SPDX-License-Identifier: Apache-2.0
/* A hub that does not answer: said once for each turn, waited for, and given up in time. Whoever only reads what comes
 * would else not know silence from an operation that takes its time.
 */
#include <stdio.h>

#include "base/clock.h"
#include "base/human.h"
#include "commands/exit_code.h"
#include "commands/op_run.h"

// Something is to come from the hub.
static bool is_waiting(const struct op_run *run)
{
	return run->phase == OP_PLANNING || run->phase == OP_HELD || run->phase == OP_AGREEING ||
	       run->phase == OP_FOLLOWING;
}

// Since when, wall; 0: it answers. Of several hubs the one that runs the operation counts.
static int64_t away_since(const struct op_run *run, struct websocket_manager_summary *summary)
{
	const struct fleet *fleet = run->session.fleet;
	const struct operation *operation =
		run->phase == OP_FOLLOWING && run->no ? fleet_operation(fleet, run->no) : NULL;

	websocket_manager_summary(run->session.feed, summary);
	if (summary->state == FEED_LIVE)
		return 0;
	return operation ? fleet_operation_as_of_ms(fleet, operation) : summary->since_ms;
}

static const char *what_of_it(const struct op_run *run)
{
	return run->phase == OP_FOLLOWING ? "the operation goes on there as long as the hub runs" : "nothing was begun";
}

static void tell_away(struct op_run *run, const struct websocket_manager_summary *summary, int64_t since_ms)
{
	char since[HUMAN_MAX], age[HUMAN_MAX];
	int64_t now_ms = clock_now().wall_ms;

	if (run->is_away_told && run->away_state == summary->state)
		return;
	if (!run->is_away_told)
		run->away_ms = clock_now().mono_ms;
	run->is_away_told = true;
	run->away_state = summary->state;
	human_time_of_day(since_ms, 0, since);
	human_duration(now_ms > since_ms ? now_ms - since_ms : 0, age);
	if (summary->state == FEED_LATE)
		fprintf(stderr, "opscon op: the hub has not answered for %s, since %s UTC: waiting; %s\n", age, since,
			what_of_it(run));
	else
		fprintf(stderr, "opscon op: the hub is away since %s UTC (%s): waiting; %s\n", since, summary->why,
			what_of_it(run));
}

static void tell_back(struct op_run *run)
{
	char age[HUMAN_MAX];

	if (run->is_away_told)
		fprintf(stderr, "opscon op: the hub is back after %s\n",
			human_duration(clock_now().mono_ms - run->away_ms, age));
	run->is_away_told = false;
}

static void give_up(struct op_run *run)
{
	char age[HUMAN_MAX];

	human_duration(run->request->give_up_ms, age);
	if (run->phase != OP_FOLLOWING) {
		fprintf(stderr, "opscon op: the hub was waited for %s: nothing was done\n", age);
		op_cli_end(run, EXIT_UNREACHABLE);
		return;
	}
	fprintf(stderr, "opscon op: the hub was waited for %s: how it goes on is not known here", age);
	if (run->seen)
		fprintf(stderr, "; opscon op show %s --hub ... tells", run->seen->id);
	fputc('\n', stderr);
	op_cli_end(run, EXIT_INDETERMINATE);
}

void op_cli_watch_hub(struct op_run *run)
{
	struct websocket_manager_summary summary;
	int64_t since_ms;

	if (!run->session.is_attached || !is_waiting(run))
		return;
	since_ms = away_since(run, &summary);
	if (!since_ms) {
		tell_back(run);
		return;
	}
	tell_away(run, &summary, since_ms);
	if (clock_now().mono_ms - run->away_ms >= run->request->give_up_ms)
		give_up(run);
}
