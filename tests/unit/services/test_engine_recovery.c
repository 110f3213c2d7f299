// SPDX-License-Identifier: Apache-2.0
/* A process is killed at each record of its journal in turn, and another one takes its operation over: nothing that was
 * sent is sent again, what has no answer is looked at, and a person says how it goes on.
 */
#include "tests/support/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "tests/unit/services/engine_bench.h"

static struct engine_bench b;
static unsigned n_until_killed;
static size_t n_targets = 2;
static struct bench_row row; // of the last target

static void kill_in_time(void *ctx)
{
	(void)ctx;
	if (--n_until_killed == 0)
		kill(getpid(), SIGKILL);
}

static _Noreturn void live(enum verb verb)
{
	suite_hush();
	b.after_record = kill_in_time;
	bench_start(&b);
	if (row.step)
		bench_script(&b, n_targets - 1, row);
	bench_do(&b, verb, n_targets);
	_exit(0);
}

// True: it was killed at its n-th record.
static bool die_at(enum verb verb, unsigned n)
{
	int status;
	pid_t child;

	bench_prepare(&b, n_targets, false);
	b.mirror = mmap(NULL, sizeof *b.mirror, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(b.mirror, MAP_FAILED);
	for (size_t i = 0; i < b.n_agents; i++) {
		b.mirror->sights[i] = b.agents[i].sight;
		b.mirror->n_started[i] = b.agents[i].n_started;
	}
	n_until_killed = n;
	child = fork();
	if (child == 0)
		live(verb);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	for (size_t i = 0; i < b.n_agents; i++) {
		b.agents[i].sight = b.mirror->sights[i];
		b.agents[i].n_started = b.mirror->n_started[i];
	}
	b.now = instant_add(b.now, 600000);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static void check_sent_once(unsigned n)
{
	for (size_t i = 0; i < b.n_agents; i++)
		for (size_t k = 0; k < 3; k++)
			ck_assert_msg(b.mirror->n_sent[i][k] <= 1, "record %u: step %zu of agent %zu was sent again", n,
				      k, i);
}

static bool is_settled(struct engine_bench *bench)
{
	const struct op *op = bench->engine->ops;
	bool is_quiet = true;

	for (size_t i = 0; op && i < op->plan->n_targets; i++)
		is_quiet = is_quiet && op->targets[i].phase == PHASE_IDLE;
	return !op || is_quiet;
}

static bool is_hasty; // the person does not wait until all that was in doubt was looked at

static void settle(unsigned n)
{
	bench_until(&b, is_settled, 120000);
	check_sent_once(n);
	bench_advance(&b, 2 * ENGINE_LOOK_EVERY_MS); // what needs no person ends by itself
	bench_until(&b, is_settled, 120000);
}

// What the one that comes after finds, and what a person makes of it.
static enum operation_state go_on(enum request_type wish, unsigned n)
{
	int r;

	bench_start(&b);
	if (!is_hasty)
		settle(n);
	if (b.engine->ops) {
		ck_assert_msg(b.operation && b.operation->state == OPERATION_PAUSED, "record %u: %s", n, b.states);
		r = bench_ask(&b, wish);
		if (r == -ENOTSUP) // there is nothing to take back
			r = bench_ask(&b, REQUEST_OPERATION_ABORT);
		ck_assert_int_eq(r, 0);
		bench_until(&b, bench_is_over, 3600000);
	}
	check_sent_once(n);
	ck_assert(!b.operation || operation_is_over(b.operation->state));
	return b.operation ? b.operation->state : OPERATION_QUEUED;
}

static bool is_torn; // the record at which it was killed did not get to the disk

static void tear(void)
{
	char pattern[160];
	glob_t found;

	snprintf(pattern, sizeof pattern, "%s/operations/*.journal", b.state_dir);
	if (glob(pattern, 0, NULL, &found) == 0) {
		FILE *file = fopen(found.gl_pathv[0], "re");
		long n_kept = 0;
		int c;

		for (long at = 0; (c = fgetc(file)) != EOF; at++)
			if (c == '\n' && (c = fgetc(file)) != EOF) {
				n_kept = ++at;
			}
		fclose(file);
		ck_assert_int_eq(truncate(found.gl_pathv[0], n_kept), 0);
		globfree(&found);
	}
}

// How often each end was come to, over all records.
static void kill_at_each_record(enum verb verb, enum request_type wish, unsigned n_by_state[OPERATION_STATE_COUNT])
{
	bool was_killed = true;

	for (unsigned n = 1; was_killed; n++) {
		was_killed = die_at(verb, n);
		if (is_torn && was_killed)
			tear();
		n_by_state[go_on(wish, n)]++;
		munmap(b.mirror, sizeof *b.mirror);
		b.mirror = NULL;
		bench_finish(&b);
	}
}

START_TEST(goes_on_with_a_restart_after_a_kill_at_each_record)
{
	unsigned n_by_state[OPERATION_STATE_COUNT] = { 0 };

	kill_at_each_record(VERB_RESTART, REQUEST_OPERATION_RESUME, n_by_state);
	ck_assert_uint_ge(n_by_state[OPERATION_SUCCEEDED], 10);
	ck_assert_uint_ge(n_by_state[OPERATION_QUEUED], 2); // before its plan was whole: nothing has begun
	ck_assert_uint_eq(n_by_state[OPERATION_ROLLED_BACK] + n_by_state[OPERATION_ABORTED], 0);
}
END_TEST

START_TEST(goes_on_when_asked_before_all_doubt_is_settled)
{
	unsigned n_by_state[OPERATION_STATE_COUNT] = { 0 };

	is_hasty = true;
	kill_at_each_record(VERB_RESTART, REQUEST_OPERATION_RESUME, n_by_state);
	ck_assert_uint_ge(n_by_state[OPERATION_SUCCEEDED], 10);
	ck_assert_uint_eq(n_by_state[OPERATION_ROLLED_BACK] + n_by_state[OPERATION_ABORTED], 0);
}
END_TEST

START_TEST(goes_on_when_asked_before_it_is_known_that_it_has_happened)
{
	unsigned n_by_state[OPERATION_STATE_COUNT] = { 0 };

	is_hasty = is_torn = true;
	kill_at_each_record(VERB_RESTART, REQUEST_OPERATION_RESUME, n_by_state);
	ck_assert_uint_ge(n_by_state[OPERATION_SUCCEEDED], 10);
}
END_TEST

START_TEST(takes_back_when_asked_before_it_is_known_that_it_has_happened)
{
	unsigned n_by_state[OPERATION_STATE_COUNT] = { 0 };

	is_hasty = is_torn = true;
	kill_at_each_record(VERB_UPGRADE, REQUEST_OPERATION_ROLLBACK, n_by_state);
	ck_assert_uint_ge(n_by_state[OPERATION_ROLLED_BACK], 3);
}
END_TEST

START_TEST(ends_when_asked_before_all_doubt_is_settled)
{
	unsigned n_by_state[OPERATION_STATE_COUNT] = { 0 };

	is_hasty = true;
	kill_at_each_record(VERB_RESTART, REQUEST_OPERATION_ABORT, n_by_state);
	ck_assert_uint_ge(n_by_state[OPERATION_ABORTED], 10);
}
END_TEST

START_TEST(takes_back_when_asked_before_all_doubt_is_settled)
{
	unsigned n_by_state[OPERATION_STATE_COUNT] = { 0 };

	is_hasty = true;
	kill_at_each_record(VERB_UPGRADE, REQUEST_OPERATION_ROLLBACK, n_by_state);
	ck_assert_uint_ge(n_by_state[OPERATION_ROLLED_BACK], 3);
}
END_TEST

START_TEST(ends_a_restart_after_a_kill_at_each_record)
{
	unsigned n_by_state[OPERATION_STATE_COUNT] = { 0 };

	kill_at_each_record(VERB_RESTART, REQUEST_OPERATION_ABORT, n_by_state);
	ck_assert_uint_ge(n_by_state[OPERATION_ABORTED], 10);
}
END_TEST

START_TEST(goes_on_taking_back_after_a_kill_at_each_record)
{
	unsigned n_by_state[OPERATION_STATE_COUNT] = { 0 };

	// The second one fails, and both are taken back.
	row = (struct bench_row){ .step = BENCH_SECOND, .outcome = DRIVER_FAILED };
	kill_at_each_record(VERB_UPGRADE, REQUEST_OPERATION_RESUME, n_by_state);
	ck_assert_uint_ge(n_by_state[OPERATION_ROLLED_BACK], 3);
}
END_TEST

START_TEST(takes_back_after_a_kill_at_each_record_when_asked)
{
	unsigned n_by_state[OPERATION_STATE_COUNT] = { 0 };

	kill_at_each_record(VERB_UPGRADE, REQUEST_OPERATION_ROLLBACK, n_by_state);
	ck_assert_uint_ge(n_by_state[OPERATION_ROLLED_BACK], 3);
}
END_TEST

START_TEST(takes_nothing_back_where_nothing_was_done)
{
	unsigned n_by_state[OPERATION_STATE_COUNT] = { 0 };

	n_targets = 1;
	row = (struct bench_row){ .step = BENCH_FIRST, .outcome = DRIVER_REFUSED, .is_lasting = true };
	kill_at_each_record(VERB_UPGRADE, REQUEST_OPERATION_RESUME, n_by_state);
	ck_assert_str_eq(b.agents[0].sight.version, "1.0");
	ck_assert_uint_eq(b.agents[0].n_started, 1);
}
END_TEST

START_TEST(takes_back_what_was_done_before_a_step_was_refused)
{
	unsigned n_by_state[OPERATION_STATE_COUNT] = { 0 };

	n_targets = 1;
	row = (struct bench_row){ .step = BENCH_SECOND, .outcome = DRIVER_REFUSED };
	kill_at_each_record(VERB_UPGRADE, REQUEST_OPERATION_RESUME, n_by_state);
	ck_assert_str_eq(b.agents[0].sight.version, "1.0");
	ck_assert_uint_ge(n_by_state[OPERATION_ROLLED_BACK], 3);
}
END_TEST

enum { MIDWAY = 12 }; // a record between two steps of the first of two targets

START_TEST(goes_on_only_with_all_of_its_locks)
{
	struct lock lock = { 0 };
	char other[LOCK_HOLDER_MAX], dir[160];

	ck_assert(die_at(VERB_RESTART, MIDWAY));
	snprintf(dir, sizeof dir, "%s/locks", b.state_dir);
	ck_assert_int_eq(lock_take(dir, b.agents[1].key, "bob, pid 2", &lock, other), 0);
	bench_start(&b);
	bench_until(&b, is_settled, 120000);
	ck_assert_int_eq(bench_ask(&b, REQUEST_OPERATION_RESUME), -EBUSY);
	ck_assert_str_eq(b.notice, "refused: a1 is being operated on by bob, pid 2");
	lock_release(&lock);
	ck_assert_int_eq(bench_ask(&b, REQUEST_OPERATION_RESUME), 0);
	bench_until(&b, bench_is_over, 120000);
	ck_assert_int_eq(b.operation->state, OPERATION_SUCCEEDED);
	munmap(b.mirror, sizeof *b.mirror);
	bench_finish(&b);
}
END_TEST

START_TEST(says_which_operation_was_interrupted_until_somebody_goes_on_with_it)
{
	struct operation_params params = bench_params(VERB_RESTART);
	char words[VERB_REFUSAL_MAX];

	ck_assert(die_at(VERB_RESTART, MIDWAY));
	bench_start(&b);
	bench_until(&b, is_settled, 120000);
	ck_assert_int_eq(bench_plan(&b, &params, 1), 0);
	snprintf(words, sizeof words, "operation %s was interrupted: opscon op resume %s, or abort %s", b.operation->id,
		 b.operation->id, b.operation->id);
	ck_assert_str_eq(b.plan->targets[0].refusal, words);
	ck_assert(b.lives[0].is_interrupted);
	ck_assert(!b.agents[0].is_operated && !b.agents[1].is_operated); // it waits, and so nobody is at them
	ck_assert_int_eq(bench_ask(&b, REQUEST_OPERATION_RESUME), 0);
	bench_advance(&b, 1);
	ck_assert(!b.lives[0].is_interrupted);
	ck_assert_int_eq(bench_plan(&b, &params, 1), 0);
	ck_assert_ptr_nonnull(strstr(b.plan->targets[0].refusal, " is operating on it"));
	bench_until(&b, bench_is_over, 120000);
	munmap(b.mirror, sizeof *b.mirror);
	bench_finish(&b);
}
END_TEST

START_TEST(ends_while_it_takes_over)
{
	ck_assert(die_at(VERB_RESTART, MIDWAY));
	b.is_in_haste = true;
	bench_start(&b);
	while (!b.engine->has_learned)
		journal_watch_dispatch(b.watch);
	ck_assert_ptr_nonnull(b.engine->recovering);
	bench_kill(&b);
	b.is_in_haste = false;
	bench_start(&b); // and the next one finds it as it was
	bench_until(&b, is_settled, 120000);
	ck_assert_int_eq(b.operation->state, OPERATION_PAUSED);
	munmap(b.mirror, sizeof *b.mirror);
	bench_finish(&b);
}
END_TEST

START_TEST(takes_over_without_memory_or_leaves_it_to_the_next)
{
	unsigned long before;
	bool has_failed = true;

	for (long n = 1; has_failed; n++) {
		ck_assert(die_at(VERB_RESTART, MIDWAY));
		b.fail_at = n;
		before = mem_n_failed();
		bench_start(&b);
		has_failed = mem_n_failed() > before;
		bench_until(&b, is_settled, 120000);
		bench_kill(&b);
		b.fail_at = 0;
		bench_start(&b);
		bench_until(&b, is_settled, 120000);
		ck_assert(b.engine->ops && b.engine->ops->state == OPERATION_PAUSED);
		munmap(b.mirror, sizeof *b.mirror);
		b.mirror = NULL;
		bench_finish(&b);
	}
}
END_TEST

START_TEST(says_that_it_cannot_read_what_was_left)
{
	char path[200];

	bench_prepare(&b, 1, false);
	snprintf(path, sizeof path, "%s/operations", b.state_dir);
	close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	bench_start(&b);
	ck_assert_ptr_nonnull(strstr(b.notice, "what was left by others cannot be read"));
	bench_finish(&b);
}
END_TEST

START_TEST(says_that_nobody_knows_what_cannot_be_seen)
{
	unsigned n_by_state[OPERATION_STATE_COUNT] = { 0 };

	n_targets = 1; // so that nothing is left for a person to decide
	kill_at_each_record(VERB_CONFIGURE, REQUEST_OPERATION_RESUME, n_by_state);
	ck_assert_uint_ge(n_by_state[OPERATION_INDETERMINATE], 1);
	ck_assert_uint_ge(n_by_state[OPERATION_SUCCEEDED], 2);
}
END_TEST

SUITE("provisioning_engine: recovery", goes_on_with_a_restart_after_a_kill_at_each_record,
      goes_on_when_asked_before_all_doubt_is_settled, ends_when_asked_before_all_doubt_is_settled,
      goes_on_when_asked_before_it_is_known_that_it_has_happened,
      takes_back_when_asked_before_it_is_known_that_it_has_happened, takes_back_when_asked_before_all_doubt_is_settled,
      ends_a_restart_after_a_kill_at_each_record, goes_on_taking_back_after_a_kill_at_each_record,
      takes_back_after_a_kill_at_each_record_when_asked, takes_nothing_back_where_nothing_was_done,
      says_that_nobody_knows_what_cannot_be_seen, takes_back_what_was_done_before_a_step_was_refused,
      goes_on_only_with_all_of_its_locks, says_which_operation_was_interrupted_until_somebody_goes_on_with_it,
      ends_while_it_takes_over, takes_over_without_memory_or_leaves_it_to_the_next,
      says_that_it_cannot_read_what_was_left)
