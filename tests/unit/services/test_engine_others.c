// SPDX-License-Identifier: Apache-2.0
/* Two processes on one state directory: what one of them runs the other shows, and pauses; what it leaves the other
 * takes over.
 */
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "operations/plan_internal.h"
#include "tests/unit/services/engine_bench.h"

static struct engine_bench b, other;

static void begin(void)
{
	bench_init(&b, 2, false);
	bench_prepare(&other, 2, true);
	other.is_demo = false;
	other.holder = "bob, pid 2";
	strcpy(other.state_dir, b.state_dir);
	snprintf(other.audit_dir, sizeof other.audit_dir, "%s/audit2", b.root);
	strcpy(other.root, "/tmp/opscon-engine-none");
	bench_start(&other);
}

static void end(void)
{
	bench_finish(&other);
	bench_finish(&b);
}

static bool is_running(struct engine_bench *bench)
{
	return bench->operation && bench->operation->state == OPERATION_RUNNING;
}

static void run(void)
{
	struct operation_params params = bench_params(VERB_RESTART);

	ck_assert_int_eq(bench_plan(&b, &params, 2), 0);
	ck_assert_int_eq(bench_submit(&b), 0);
	bench_until(&b, is_running, 10000);
}

// How soon the disk has it is not for a clock to say.
static void until_seen(void)
{
	for (int i = 0; !is_running(&other) && i < 100; i++)
		bench_advance(&other, 2000);
	ck_assert(is_running(&other));
}

// The other one looks, and what it has said is looked at.
static void pass(void)
{
	bench_advance(&other, 2000);
	for (int i = 0; i < 4; i++)
		bench_advance(&b, 500);
	bench_advance(&other, 2000);
}

START_TEST(shows_what_another_process_runs_and_speaks_to_it)
{
	uint32_t no;

	begin();
	ck_assert_uint_eq(other.n_operations, 0);
	run();
	until_seen();
	ck_assert_ptr_nonnull(other.operation);
	ck_assert_str_eq(other.operation->id, b.operation->id);
	ck_assert_str_eq(other.operation->holder, "alice, pid 1");
	ck_assert_int_eq(other.operation->state, OPERATION_RUNNING);
	ck_assert_uint_eq(other.operation->plan->targets[1].agent, 2);
	no = other.operation->no;
	ck_assert_uint_ne(no, 0);
	ck_assert_uint_eq(other.operation->plan->no, no);
	ck_assert_ptr_null(other.engine->ops);
	ck_assert_int_eq(bench_ask(&other, REQUEST_OPERATION_PAUSE), 0);
	pass();
	ck_assert_int_eq(b.operation->state, OPERATION_PAUSED);
	ck_assert_str_eq(b.operation->why, "paused by bob");
	ck_assert_int_eq(other.operation->state, OPERATION_PAUSED);
	ck_assert_int_eq(bench_ask(&other, REQUEST_PAUSE_ALL), -EALREADY);
	for (int i = 0; i < 6; i++)
		bench_advance(&other, 2000); // what was taken is not asked about again
	ck_assert_ptr_null(strstr(other.notice, "does not answer"));
	ck_assert_int_eq(bench_ask(&other, REQUEST_OPERATION_RESUME), 0);
	pass();
	ck_assert_int_eq(b.operation->state, OPERATION_RUNNING);
	ck_assert_int_eq(bench_ask(&other, REQUEST_PAUSE_ALL), 0);
	pass();
	ck_assert_int_eq(b.operation->state, OPERATION_PAUSED);
	ck_assert_int_eq(bench_ask(&other, REQUEST_OPERATION_RESUME), 0);
	pass();
	bench_until(&b, bench_is_over, 120000);
	bench_advance(&other, 2000);
	ck_assert_int_eq(other.operation->state, OPERATION_SUCCEEDED);
	ck_assert_uint_eq(other.operation->no, no);
	ck_assert_ptr_null(other.engine->others);
	ck_assert_int_eq(bench_ask(&other, REQUEST_OPERATION_PAUSE), -ENOENT);
	end();
}
END_TEST

static void come_back(void)
{
	bench_kill(&b);
	operation_unref(b.history);
	b.history = NULL;
	b.n_history = b.n_operations = 0;
	b.holder = "carol, pid 3";
	bench_start(&b);
}

static void check_as_it_was(const struct operation *was, const struct operation *now)
{
	ck_assert_str_eq(now->id, was->id);
	ck_assert_int_eq(now->state, was->state);
	ck_assert_str_eq(now->why, was->why);
	ck_assert_str_eq(now->holder, was->holder);
	ck_assert_int_eq(now->started_ms, was->started_ms);
	ck_assert_int_eq(now->ended_ms, was->ended_ms);
	ck_assert_str_eq(now->plan->who, was->plan->who);
	ck_assert_str_eq(now->plan->params.reason, was->plan->params.reason);
	ck_assert_str_eq(now->plan->hash, was->plan->hash);
	for (size_t i = 0; i < was->plan->n_targets; i++) {
		ck_assert_uint_eq(now->plan->targets[i].agent, was->plan->targets[i].agent);
		ck_assert_int_eq(now->targets[i].state, was->targets[i].state);
		ck_assert_int_eq(now->targets[i].started_ms, was->targets[i].started_ms);
		ck_assert_int_eq(now->targets[i].ended_ms, was->targets[i].ended_ms);
		ck_assert_str_eq(now->targets[i].error ? now->targets[i].error : "",
				 was->targets[i].error ? was->targets[i].error : "");
	}
}

START_TEST(what_was_over_before_is_told_once_as_it_was)
{
	struct operation *was;

	bench_init(&b, 2, false);
	b.agents[1].is_sick = true; // one of the two fails
	bench_do(&b, VERB_UPGRADE, 2);
	was = operation_ref(b.operation);
	come_back();
	bench_advance(&b, 5000);
	ck_assert_uint_eq(b.n_history, 1);
	ck_assert_uint_eq(b.n_operations, 0);
	check_as_it_was(was, b.history);
	ck_assert_uint_ne(b.history->no, 0);
	ck_assert_ptr_null(b.engine->others); // nobody speaks to it
	operation_unref(was);
	bench_do(&b, VERB_RESTART, 1); // what comes now has a number of its own
	ck_assert_uint_gt(b.operation->no, b.history->no);
	ck_assert_uint_eq(b.n_history, 1);
	bench_finish(&b);
}
END_TEST

// A journal of an operation that is over, `at_s` after the others.
static void leave_one(struct journal_writer *writer, const struct plan *plan, unsigned at_s)
{
	const struct journal_record record = {
		.kind = JOURNAL_STATE,
		.at_ms = b.now.wall_ms,
		.u.state = { OPERATION_ABORTED, 0, "aborted by alice" },
	};
	char dir[120], id[OPERATION_ID_MAX];
	const struct journal_start start = {
		.dir = dir, .id = id, .plan = plan, .holder = "x", .at_ms = b.now.wall_ms
	};
	struct journal *journal;

	snprintf(dir, sizeof dir, "%s/operations", b.state_dir);
	journal_id_make(VERB_RESTART, b.now.wall_ms + INT64_C(1000) * at_s, at_s, id);
	ck_assert_int_eq(journal_create(writer, &start, NULL, NULL, &journal), 0);
	ck_assert_int_eq(journal_append(journal, &record, NULL, NULL), 0);
	journal_close(journal);
}

static void wake_nobody(void *ctx)
{
	(void)ctx;
}

static void leave_many(size_t n, size_t n_targets)
{
	const struct journal_writer_options options = { .wake = wake_nobody };
	struct operation_params params = bench_params(VERB_RESTART);
	struct journal_writer *writer;

	ck_assert_int_eq(bench_plan(&b, &params, n_targets), 0);
	ck_assert_int_eq(journal_writer_create(&options, &writer), 0);
	for (unsigned i = 0; i < n; i++)
		leave_one(writer, b.plan, i);
	ck_assert_int_eq(journal_writer_destroy(writer, JOURNAL_CLOSE_MS), 0);
}

START_TEST(of_many_that_were_over_the_newest_are_told)
{
	char newest[OPERATION_ID_MAX];

	bench_init(&b, 2, false);
	leave_many(ENGINE_HISTORY + 3, 1);
	journal_id_make(VERB_RESTART, b.now.wall_ms + INT64_C(1000) * (ENGINE_HISTORY + 2), ENGINE_HISTORY + 2, newest);
	come_back();
	ck_assert_uint_eq(b.n_history, ENGINE_HISTORY);
	ck_assert_str_eq(b.history->id, newest);
	ck_assert_uint_eq(b.engine->last_no, ENGINE_HISTORY);
	bench_finish(&b);
}
END_TEST

// Of plans this large three are left, of which two are as many targets as are told.
static void leave_large(size_t n_targets)
{
	const struct journal_writer_options options = { .wake = wake_nobody };
	struct operation_params params = bench_params(VERB_RESTART);
	struct journal_writer *writer;
	struct plan_target *one, *many;

	ck_assert_int_eq(bench_plan(&b, &params, 1), 0);
	one = b.plan->targets;
	many = mem_calloc(n_targets, sizeof *many);
	for (size_t i = 0; i < n_targets; i++)
		many[i] = one[0];
	b.plan->targets = many;
	b.plan->n_targets = n_targets;
	ck_assert_int_eq(plan_hash(b.plan), 0);
	ck_assert_int_eq(journal_writer_create(&options, &writer), 0);
	for (unsigned i = 0; i < 3; i++)
		leave_one(writer, b.plan, i);
	ck_assert_int_eq(journal_writer_destroy(writer, JOURNAL_CLOSE_MS), 0);
	b.plan->targets = one;
	b.plan->n_targets = 1;
	mem_free(many);
}

START_TEST(of_those_that_were_over_no_more_are_told_than_so_many_targets)
{
	static const struct {
		size_t n_targets, n_told;
	} rows[] = { { ENGINE_HISTORY_TARGETS / 2, 2 }, { ENGINE_HISTORY_TARGETS / 2 + 1, 1 } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		bench_init(&b, 2, false);
		leave_large(rows[i].n_targets);
		come_back();
		ck_assert_uint_eq(b.n_history, rows[i].n_told);
		ck_assert_uint_eq(b.history->plan->n_targets, rows[i].n_targets);
		bench_finish(&b);
	}
}
END_TEST

START_TEST(takes_over_what_another_process_leaves)
{
	struct operation_params params = bench_params(VERB_RESTART);
	uint32_t no;

	begin();
	ck_assert_int_eq(bench_plan(&other, &params, 1), 0); // while nobody operates on it
	run();
	until_seen();
	no = other.operation->no;
	bench_kill(&b);
	bench_advance(&other, 2000);
	ck_assert_ptr_nonnull(other.engine->ops);
	ck_assert_uint_eq(other.operation->no, no); // nobody sees it twice
	ck_assert_int_eq(other.operation->state, OPERATION_PAUSED);
	ck_assert(other.lives[0].is_interrupted);
	ck_assert_int_eq(bench_submit(&other), -EBUSY);
	ck_assert_msg(strstr(other.notice, " was interrupted: opscon op resume ") != NULL, "%s", other.notice);
	ck_assert_int_eq(bench_ask(&other, REQUEST_OPERATION_RESUME), 0);
	bench_until(&other, bench_is_over, 120000);
	end();
}
END_TEST

START_TEST(says_that_nobody_answers)
{
	char path[300];
	struct stat found;

	begin();
	run();
	until_seen();
	ck_assert_int_eq(bench_ask(&other, REQUEST_OPERATION_ABORT), 0);
	for (int i = 0; i < 6; i++)
		bench_advance(&other, 2000); // and the other process hangs
	ck_assert_msg(strstr(other.notice, "the process that runs it does not answer") != NULL, "%s", other.notice);
	snprintf(path, sizeof path, "%s/operations/%s.control", b.state_dir, b.operation->id);
	ck_assert_int_eq(stat(path, &found), -1); // nobody finds it later
	bench_until(&b, bench_is_over, 120000);
	ck_assert_int_eq(b.operation->state, OPERATION_SUCCEEDED);
	end();
}
END_TEST

START_TEST(says_that_nothing_can_be_said)
{
	char from[300], to[300];

	begin();
	run();
	until_seen();
	snprintf(from, sizeof from, "%s/operations", b.state_dir);
	snprintf(to, sizeof to, "%s/away", b.state_dir);
	ck_assert_int_eq(rename(from, to), 0);
	ck_assert_int_eq(bench_ask(&other, REQUEST_OPERATION_PAUSE), 0);
	while (!strstr(other.notice, "No such file or directory"))
		bench_advance(&other, 100);
	ck_assert_int_eq(rename(to, from), 0);
	bench_until(&b, bench_is_over, 120000);
	end();
}
END_TEST

START_TEST(tells_as_soon_as_there_is_memory)
{
	begin();
	run();
	for (long n = 0; n < 12; n++) {
		mem_fail_once(n);
		bench_advance(&other, 2000);
		mem_fail_after(-1);
		bench_advance(&b, 200);
	}
	bench_until(&b, bench_is_over, 120000);
	bench_advance(&other, 2000);
	bench_advance(&other, 2000);
	ck_assert_int_eq(other.operation->state, OPERATION_SUCCEEDED);
	ck_assert_ptr_null(other.engine->others);
	end();
}
END_TEST

START_TEST(takes_over_once_what_is_seen_twice)
{
	struct journal_story story;
	char dir[160];

	begin();
	run();
	snprintf(dir, sizeof dir, "%s/operations", b.state_dir);
	bench_kill(&b);
	ck_assert_int_eq(journal_read(dir, b.operation->id, 1, &story), 0);
	recover_story(other.engine, &story, false, other.now);
	ck_assert_ptr_nonnull(other.engine->recovering);
	recover_story(other.engine, &story, false, other.now);
	journal_story_finish(&story);
	bench_settle(&other);
	ck_assert_ptr_nonnull(other.engine->ops);
	ck_assert_ptr_null(other.engine->ops->next);
	end();
}
END_TEST

START_TEST(plans_once_it_is_known_what_was_left)
{
	struct operation_params params = bench_params(VERB_RESTART);

	bench_prepare(&b, 2, false);
	b.is_in_haste = true;
	bench_start(&b);
	ck_assert(!bench_plan_quietly(&b, &params, 1) || b.engine->has_learned);
	bench_settle(&b);
	bench_until(&b, bench_has_plan, 10000);
	bench_finish(&b);
}
END_TEST

SUITE("provisioning_engine: others", shows_what_another_process_runs_and_speaks_to_it,
      what_was_over_before_is_told_once_as_it_was, of_many_that_were_over_the_newest_are_told,
      of_those_that_were_over_no_more_are_told_than_so_many_targets, takes_over_what_another_process_leaves,
      says_that_nobody_answers, says_that_nothing_can_be_said, tells_as_soon_as_there_is_memory,
      takes_over_once_what_is_seen_twice, plans_once_it_is_known_what_was_left)
