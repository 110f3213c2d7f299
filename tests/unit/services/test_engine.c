// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/services/engine_bench.h"

static struct engine_bench b;

// ---- what goes well

START_TEST(restarts_one_agent_and_says_each_step)
{
	bench_init(&b, 3, false);
	bench_do(&b, VERB_RESTART, 1);
	ck_assert_str_eq(b.states, "queued running succeeded ");
	ck_assert_int_eq(bench_target(&b, 0)->state, TARGET_DONE);
	for (size_t i = 0; i < b.operation->plan->targets[0].n_steps; i++) {
		ck_assert_int_eq(bench_target(&b, 0)->steps[i].state, STEP_COMPLETED);
		ck_assert_int_ge(bench_target(&b, 0)->steps[i].ended_ms, bench_target(&b, 0)->steps[i].started_ms);
	}
	ck_assert_str_eq(b.agents[0].sight.instance, "a0-2");
	ck_assert_str_eq(b.operation->output, "a line\na line\na line");
	ck_assert(b.lives[0].is_recorded && b.lives[0].recorded == LIFECYCLE_RUNNING);
	ck_assert_int_eq(b.lives[0].provisioning, PROVISIONING_RUNNING);
	ck_assert(!b.agents[0].is_operated);
	bench_finish(&b);
}
END_TEST

START_TEST(who_was_degraded_is_as_good_as_before_when_it_is_so_again)
{
	struct operation_params params = bench_params(VERB_RESTART);

	bench_init(&b, 2, false);
	b.agents[0].is_warning = true;
	b.agents[0].health.observed = b.agents[0].health.toward = OBSERVED_DEGRADED;
	bench_do(&b, VERB_RESTART, 1);
	ck_assert_str_eq(b.states, "queued running succeeded ");
	bench_finish(&b);
	bench_init(&b, 2, false); // one that was up is worse for it
	ck_assert_int_eq(bench_plan(&b, &params, 1), 0);
	ck_assert_int_eq(bench_submit(&b), 0);
	b.agents[0].is_warning = true;
	bench_until(&b, bench_is_over, 3600000);
	ck_assert_str_eq(b.states, "queued running failed ");
	bench_finish(&b);
}
END_TEST

// Each verb that the driver knows, and what is recorded after it.
static const struct {
	enum verb verb;
	enum lifecycle from, recorded;
	enum provisioning provisioning;
} verb_rows[] = {
	{ VERB_START, LIFECYCLE_STOPPED, LIFECYCLE_RUNNING, PROVISIONING_RUNNING },
	{ VERB_STOP, LIFECYCLE_RUNNING, LIFECYCLE_STOPPED, PROVISIONING_STOPPED },
	{ VERB_RESTART, LIFECYCLE_RUNNING, LIFECYCLE_RUNNING, PROVISIONING_RUNNING },
	{ VERB_RESUME, LIFECYCLE_SUSPENDED, LIFECYCLE_RUNNING, PROVISIONING_RUNNING },
	{ VERB_UPGRADE, LIFECYCLE_RUNNING, LIFECYCLE_RUNNING, PROVISIONING_RUNNING },
	{ VERB_ROLLBACK, LIFECYCLE_RUNNING, LIFECYCLE_RUNNING, PROVISIONING_RUNNING },
	{ VERB_DELETE, LIFECYCLE_STOPPED, LIFECYCLE_REVOKED, PROVISIONING_DELETED },
	{ VERB_CONFIGURE, LIFECYCLE_RUNNING, LIFECYCLE_RUNNING, PROVISIONING_RUNNING },
	{ VERB_CREATE, LIFECYCLE_DRAFT, LIFECYCLE_DEPLOYED, PROVISIONING_STOPPED },
};

START_TEST(carries_out_each_verb)
{
	for (size_t i = 0; i < sizeof verb_rows / sizeof verb_rows[0]; i++) {
		bench_init(&b, 1, true);
		b.agents[0].sight.state = verb_rows[i].from;
		b.agents[0].sight.exists = verb_rows[i].from != LIFECYCLE_DRAFT;
		strcpy(b.agents[0].sight.previous, "0.9");
		bench_do(&b, verb_rows[i].verb, 1);
		ck_assert_msg(strcmp(b.states, "running succeeded ") == 0, "%s: %s: %s", verb_name(verb_rows[i].verb),
			      b.states, b.operation->why);
		ck_assert_int_eq(b.lives[0].recorded, verb_rows[i].recorded);
		ck_assert_int_eq(b.lives[0].provisioning, verb_rows[i].provisioning);
		ck_assert_uint_eq(b.lives[0].operation, 0);
		bench_finish(&b);
	}
}
END_TEST

// What a driver cannot tell is not asked for: health decides, and that the command was carried out.
START_TEST(carries_out_each_verb_on_what_cannot_be_seen)
{
	for (size_t i = 0; i < sizeof verb_rows / sizeof verb_rows[0]; i++) {
		bench_init(&b, 1, true);
		b.agents[0].sight.state = verb_rows[i].from;
		b.agents[0].sight.exists = verb_rows[i].from != LIFECYCLE_DRAFT;
		b.agents[0].is_unseen = true;
		bench_do(&b, verb_rows[i].verb, 1);
		ck_assert_msg(strcmp(b.states, "running succeeded ") == 0, "%s: %s: %s", verb_name(verb_rows[i].verb),
			      b.states, b.operation->why);
		bench_finish(&b);
	}
}
END_TEST

START_TEST(a_version_that_is_not_told_is_not_asked_for)
{
	static const enum verb verbs[] = { VERB_UPGRADE, VERB_ROLLBACK };

	for (size_t i = 0; i < 2; i++) {
		bench_init(&b, 1, true);
		b.agents[0].is_nameless = true;
		strcpy(b.agents[0].sight.previous, "the one before");
		bench_do(&b, verbs[i], 1);
		ck_assert_msg(strcmp(b.states, "running succeeded ") == 0, "%s: %s", b.states, b.operation->why);
		bench_finish(&b);
	}
}
END_TEST

// ---- what does not

struct step_row {
	const char *name;
	enum verb verb;
	struct bench_row script[4];
	enum operation_state state;
	enum target_state target;
	const char *error;  // a part of the target's; NULL: none
	unsigned n_changes; // steps begun that change something
};

static const struct step_row step_rows[] = {
	{ "all good", VERB_RESTART, { { 0 } }, OPERATION_SUCCEEDED, TARGET_DONE, NULL, 2 },
	{ "refused",
	  VERB_RESTART,
	  { { .step = BENCH_FIRST, .outcome = DRIVER_REFUSED } },
	  OPERATION_FAILED,
	  TARGET_FAILED,
	  "Stop: as told",
	  1 },
	{ "failed at the second step",
	  VERB_RESTART,
	  { { .step = BENCH_SECOND, .outcome = DRIVER_FAILED } },
	  OPERATION_FAILED,
	  TARGET_FAILED,
	  "Start: as told",
	  2 },
	{ "the driver cannot begin",
	  VERB_RESTART,
	  { { .step = BENCH_FIRST, .begin_error = -EMFILE } },
	  OPERATION_FAILED,
	  TARGET_FAILED,
	  "Stop: Too many open files",
	  1 },
	{ "unknown, and it has happened",
	  VERB_RESTART,
	  { { .step = BENCH_FIRST, .outcome = DRIVER_UNKNOWN, .happens = true } },
	  OPERATION_SUCCEEDED,
	  TARGET_DONE,
	  NULL,
	  2 },
	{ "the last step unknown, and it has happened",
	  VERB_RESTART,
	  { { .step = BENCH_SECOND, .outcome = DRIVER_UNKNOWN, .happens = true } },
	  OPERATION_SUCCEEDED,
	  TARGET_DONE,
	  NULL,
	  2 },
	{ "the last step unknown, and it has not happened",
	  VERB_RESTART,
	  { { .step = BENCH_SECOND, .outcome = DRIVER_UNKNOWN } },
	  OPERATION_FAILED,
	  TARGET_FAILED,
	  "looking shows that it has not happened",
	  2 },
	{ "unknown for good: a step that is not the last",
	  VERB_RESTART,
	  { { .step = BENCH_FIRST, .outcome = DRIVER_UNKNOWN } },
	  OPERATION_INDETERMINATE,
	  TARGET_INDETERMINATE,
	  "nobody knows what became of it",
	  1 },
	{ "unknown for good: it cannot be looked at any more",
	  VERB_RESTART,
	  { { .step = BENCH_SECOND, .outcome = DRIVER_UNKNOWN, .happens = true },
	    { .step = PRIMITIVE_OBSERVE, .outcome = DRIVER_DONE },
	    { .step = PRIMITIVE_OBSERVE, .outcome = DRIVER_DONE },
	    { .step = PRIMITIVE_OBSERVE, .outcome = DRIVER_FAILED, .is_lasting = true } },
	  OPERATION_INDETERMINATE,
	  TARGET_INDETERMINATE,
	  "nobody knows what became of it",
	  2 },
	{ "the driver says nothing any more, and it has not happened",
	  VERB_RESTART,
	  { { .step = BENCH_FIRST, .is_silent = true } },
	  OPERATION_INDETERMINATE,
	  TARGET_INDETERMINATE,
	  "its driver says nothing any more",
	  1 },
	{ "a change that cannot be seen",
	  VERB_CONFIGURE,
	  { { .step = BENCH_FIRST, .outcome = DRIVER_UNKNOWN, .happens = true } },
	  OPERATION_INDETERMINATE,
	  TARGET_INDETERMINATE,
	  "nobody knows",
	  1 },
	{ "it cannot be observed",
	  VERB_RESTART,
	  { { .step = PRIMITIVE_OBSERVE, .outcome = DRIVER_DONE },
	    { .step = PRIMITIVE_OBSERVE, .outcome = DRIVER_UNKNOWN, .is_lasting = true } },
	  OPERATION_FAILED,
	  TARGET_FAILED,
	  "Observe: as told",
	  0 },
	{ "an upgrade fails, and is taken back",
	  VERB_UPGRADE,
	  { { .step = BENCH_SECOND, .outcome = DRIVER_FAILED } },
	  OPERATION_ROLLED_BACK,
	  TARGET_ROLLED_BACK,
	  "Start: as told",
	  3 },
	{ "an upgrade is refused: there is nothing to take back",
	  VERB_UPGRADE,
	  { { .step = BENCH_FIRST, .outcome = DRIVER_REFUSED } },
	  OPERATION_FAILED,
	  TARGET_FAILED,
	  "Install: as told",
	  1 },
	{ "an upgrade cannot be observed: nothing was changed",
	  VERB_UPGRADE,
	  { { .step = PRIMITIVE_OBSERVE, .outcome = DRIVER_DONE },
	    { .step = PRIMITIVE_OBSERVE, .outcome = DRIVER_FAILED, .is_lasting = true } },
	  OPERATION_FAILED,
	  TARGET_FAILED,
	  "Observe: as told",
	  0 },
	{ "taking back fails",
	  VERB_UPGRADE,
	  { { .step = BENCH_SECOND, .outcome = DRIVER_FAILED }, { .step = BENCH_UNDO, .outcome = DRIVER_REFUSED } },
	  OPERATION_FAILED,
	  TARGET_FAILED,
	  "Start: as told; could not be taken back: Restore: as told",
	  3 },
	{ "taking back is unknown, and it has happened",
	  VERB_UPGRADE,
	  { { .step = BENCH_SECOND, .outcome = DRIVER_FAILED },
	    { .step = BENCH_UNDO, .outcome = DRIVER_UNKNOWN, .happens = true } },
	  OPERATION_ROLLED_BACK,
	  TARGET_ROLLED_BACK,
	  "Start: as told",
	  3 },
	{ "taking back is unknown for good",
	  VERB_UPGRADE,
	  { { .step = BENCH_SECOND, .outcome = DRIVER_FAILED }, { .step = BENCH_UNDO, .outcome = DRIVER_UNKNOWN } },
	  OPERATION_INDETERMINATE,
	  TARGET_INDETERMINATE,
	  "could not be taken back",
	  3 },
};

static void check_row(const struct step_row *row, bool is_demo)
{
	const struct operation_target *target;

	bench_init(&b, 2, is_demo);
	for (size_t i = 0; i < 4 && row->script[i].step; i++)
		bench_script(&b, 0, row->script[i]);
	bench_do(&b, row->verb, 1);
	target = bench_target(&b, 0);
	ck_assert_msg(b.operation->state == row->state && target->state == row->target, "%s: %s, %s, %s, %s", row->name,
		      operation_state_name(b.operation->state), target_state_name(target->state),
		      target->error ? target->error : "-", b.operation->why);
	ck_assert_msg(row->error ? target->error && strstr(target->error, row->error) : !target->error, "%s: %s",
		      row->name, target->error ? target->error : "-");
	ck_assert_msg((row->state == OPERATION_FAILED && row->n_changes < 2) ==
			      (strstr(b.operation->why, "nothing was changed") != NULL),
		      "%s: %s", row->name, b.operation->why);
	ck_assert_msg(b.agents[0].n_changes == row->n_changes, "%s: %u", row->name, b.agents[0].n_changes);
	ck_assert_int_ge(b.operation->ended_ms, b.operation->started_ms);
	ck_assert(!b.agents[0].is_operated);
	ck_assert_uint_eq(b.operation->n_by_state[row->target], 1);
	bench_finish(&b);
}

START_TEST(ends_each_script_as_it_must)
{
	for (size_t i = 0; i < sizeof step_rows / sizeof step_rows[0]; i++)
		check_row(&step_rows[i], true);
}
END_TEST

START_TEST(ends_each_script_the_same_on_record)
{
	for (size_t i = 0; i < sizeof step_rows / sizeof step_rows[0]; i++)
		check_row(&step_rows[i], false);
}
END_TEST

SUITE("provisioning_engine", restarts_one_agent_and_says_each_step,
      who_was_degraded_is_as_good_as_before_when_it_is_so_again, carries_out_each_verb,
      carries_out_each_verb_on_what_cannot_be_seen, a_version_that_is_not_told_is_not_asked_for,
      ends_each_script_as_it_must, ends_each_script_the_same_on_record)
