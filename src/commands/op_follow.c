// SPDX-License-Identifier: Apache-2.0
/* Tells how an operation goes, a line for whatever changes, until it is over. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/human.h"
#include "commands/exit_code.h"
#include "commands/op_run.h"

enum { KNOWN_WITHIN_MS = 10000 };

// The title of the notice that comes instead of a plan.
#define UNPLANNED "the plan could not be made"
// That of the one that says why something was not done begins with it, and ends with it or with ": ".
#define REFUSED "refused"

// A hub's clock may be another: what it tells later than all that it told at first is of now.
void op_cli_hear_old(struct op_run *run)
{
	const struct fleet *fleet = run->session.fleet;

	if (run->has_heard || !run->session.is_attached || !session_is_settled(&run->session))
		return;
	run->has_heard = true;
	for (size_t i = 0; i < fleet_n_timeline(fleet); i++) {
		int64_t at_ms = fleet_timeline_at(fleet, i)->at_ms;

		if (at_ms < run->begun_ms && at_ms > run->old_ms)
			run->old_ms = at_ms;
	}
}

static bool is_old(const struct op_run *run, const struct timeline_item *item)
{
	return run->session.is_attached && item->at_ms < run->begun_ms &&
	       (!run->has_heard || item->at_ms <= run->old_ms);
}

static bool is_refusal(const char *title)
{
	const size_t n = strlen(REFUSED);

	return strncmp(title, REFUSED, n) == 0 && (title[n] == ':' || !title[n]);
}

// "refused: things are not as they were" and what is not, as one.
static void keep_refused(struct op_run *run, const struct timeline_item *item)
{
	const char *more = item->title + strlen(REFUSED);

	op_cli_tell_refused(run);
	more += *more == ':' ? 1 + (more[1] == ' ') : 0;
	snprintf(run->refused, sizeof run->refused, "%s%s%s", more, *more && *item->description ? ": " : "",
		 item->description);
}

void op_cli_tell_refused(struct op_run *run)
{
	const char *why = op_cli_why_refused(run);

	if (*why)
		fprintf(stderr, "opscon op: refused: %s\n", why);
}

const char *op_cli_why_refused(struct op_run *run)
{
	static char why[OP_REFUSED_MAX];

	memcpy(why, run->refused, sizeof why);
	run->refused[0] = '\0';
	return why;
}

void op_cli_tell_notices(struct op_run *run)
{
	const struct fleet *fleet = run->session.fleet;
	size_t n = fleet_n_timeline(fleet), i = 0;

	while (i < n && fleet_timeline_at(fleet, i)->no > run->told_no)
		i++;
	while (i-- > 0) {
		const struct timeline_item *item = fleet_timeline_at(fleet, i);

		run->told_no = item->no;
		if (is_old(run, item))
			continue;
		run->is_unplanned |= strcmp(item->title, UNPLANNED) == 0;
		if (item->source == EVENT_NOTICE && is_refusal(item->title)) {
			keep_refused(run, item);
			continue;
		}
		if (item->source == EVENT_NOTICE && item->severity >= SEVERITY_WARNING)
			fprintf(stderr, "opscon: %s%s%s\n", item->title, item->description[0] ? ": " : "",
				item->description);
	}
}

static void stamp(struct op_run *run)
{
	char at[HUMAN_MAX];

	fprintf(run->to, "%s ", human_rfc3339(clock_now().wall_ms, at));
}

// The step under way; NULL: none. Of a target that is taken back it is one of its undo.
static const struct plan_step *current_step(const struct operation *operation, size_t i)
{
	const struct plan_target *planned = &operation->plan->targets[i];

	for (size_t k = 0; k < planned->n_steps + planned->n_undo; k++)
		if (operation->targets[i].steps[k].state == STEP_CURRENT)
			return k < planned->n_steps ? &planned->steps[k] : &planned->undo[k - planned->n_steps];
	return NULL;
}

static void tell_target(struct op_run *run, const struct operation *now, size_t i)
{
	const struct operation_target *target = &now->targets[i], *before = run->seen ? &run->seen->targets[i] : NULL;
	const struct plan_step *step = current_step(now, i),
			       *step_before = run->seen ? current_step(run->seen, i) : NULL;
	const char *name = now->plan->targets[i].name;

	if (target->state != (before ? before->state : TARGET_PENDING)) {
		stamp(run);
		fprintf(run->to, "%s: %s%s%s\n", name, target_state_name(target->state), target->error ? ": " : "",
			target->error ? target->error : "");
	}
	if (step && step->primitive >= PRIMITIVE_DRIVER && step != step_before) {
		stamp(run);
		fprintf(run->to, "%s: %s\n", name, step->label);
	}
}

static void tell_state(struct op_run *run, const struct operation *now)
{
	enum operation_state before = run->seen ? run->seen->state : OPERATION_QUEUED;

	if (now->state == before && run->seen)
		return;
	stamp(run);
	fprintf(run->to, "%s: %s%s%s\n", now->id, operation_state_name(now->state), now->why[0] ? ": " : "", now->why);
	if (now->state == OPERATION_PAUSED)
		fprintf(run->to, "  go on with it: opscon op resume %s%s\n  or end it:     opscon op abort %s%s\n",
			now->id, run->session.is_attached ? " --hub ..." : "", now->id,
			run->session.is_attached ? " --hub ..." : "");
}

static void tell_summary(struct op_run *run, const struct operation *now)
{
	char age[HUMAN_MAX];
	bool is_first = true;

	if (now->started_ms)
		fprintf(run->to, "%s: %s after %s: ", now->id, operation_state_name(now->state),
			human_duration(now->ended_ms - now->started_ms, age));
	else
		fprintf(run->to, "%s: %s before it began: ", now->id, operation_state_name(now->state));
	for (int i = 0; i < TARGET_STATE_COUNT; i++) {
		if (now->n_by_state[i])
			fprintf(run->to, "%s%zu %s", is_first ? "" : ", ", now->n_by_state[i],
				target_state_name((enum target_state)i));
		is_first &= !now->n_by_state[i];
	}
	fprintf(run->to, " of %zu\n", now->plan->n_targets);
}

// Of the command: who asks for an abort wants it to be aborted.
static int code_of(const struct op_run *run, const struct operation *now)
{
	bool was_asked = run->request->kind == OP_CONTROL && run->request->control == JOURNAL_ABORT;

	return was_asked && now->state == OPERATION_ABORTED ? EXIT_WELL : op_cli_exit_code(now->state);
}

static void tell_end(struct op_run *run, const struct operation *now)
{
	const size_t *n = now->n_by_state;

	op_cli_tell_notices(run);
	if (run->request->is_json) {
		op_cli_end(run, op_cli_print(now, now->state, now->why, true) ? EXIT_OURS : code_of(run, now));
		return;
	}
	if (now->output[0] && (n[TARGET_FAILED] || n[TARGET_INDETERMINATE] || n[TARGET_ROLLED_BACK]))
		fprintf(run->to, "%s\n", now->output);
	tell_summary(run, now);
	op_cli_end(run, code_of(run, now));
}

// A hub that was started anew has another number for it. It reads its journals first, and then knows or does not.
static const struct operation *find_again(struct op_run *run)
{
	const struct fleet *fleet = run->session.fleet;
	const struct operation *now = fleet_operation(fleet, run->no);

	for (size_t i = 0; !now && run->seen && i < fleet_n_operations(fleet); i++)
		if (strcmp(fleet_operation_at(fleet, i)->id, run->seen->id) == 0)
			now = fleet_operation_at(fleet, i);
	if (now || !run->seen || run->is_away_told) {
		run->lost_ms = 0;
	} else if (!run->lost_ms) {
		run->lost_ms = clock_now().mono_ms;
	} else if (clock_now().mono_ms - run->lost_ms >= KNOWN_WITHIN_MS) {
		fprintf(stderr, "opscon op: the hub is there again and does not know %s any more\n", run->seen->id);
		op_cli_end(run, EXIT_INDETERMINATE);
	}
	if (now)
		run->no = now->no;
	return now;
}

void op_cli_follow(struct op_run *run)
{
	const struct operation *now = find_again(run);

	op_cli_tell_notices(run);
	if (!now || now == run->seen)
		return;
	tell_state(run, now);
	for (size_t i = 0; i < now->plan->n_targets; i++)
		tell_target(run, now, i);
	fflush(run->to);
	operation_unref((struct operation *)run->seen);
	run->seen = operation_ref(now);
	if (operation_is_over(now->state))
		tell_end(run, now);
}

void op_cli_interrupt(struct op_run *run)
{
	const struct request request = {
		.type = REQUEST_OPERATION_ABORT,
		.operation = run->no,
		.who = run->who,
	};

	if (run->phase != OP_FOLLOWING) {
		fputs(run->phase == OP_ASKING ? "\nopscon op: nothing was done\n" : "opscon op: nothing was done\n",
		      stderr);
		op_cli_end(run, EXIT_CANCELLED);
		return;
	}
	if (run->n_interrupts++ > 0) {
		fputs("opscon op: left as it is; 'opscon op list' shows it, resume, abort and rollback go on with it\n",
		      stderr);
		op_cli_end(run, EXIT_CANCELLED);
		return;
	}
	fputs("opscon op: it ends after the step under way; once more leaves it as it is\n", stderr);
	if (feed_request(run->session.feed, &request) < 0)
		op_cli_tell_notices(run);
}
