// SPDX-License-Identifier: Apache-2.0
/* The journal of an operation on a bad disk, without memory, and killed at every record and every call: 33, 34, 36 and
 * 37 of the list.
 */
#include "tests/support/suite.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "operations/journal_file.h"
#include "operations/locks.h"
#include "tests/faults/bad_disk.h"
#include "tests/unit/operations/journal_bench.h"

enum { N_PLAN = 1 + JOURNAL_BENCH_TARGETS, ROWS_MAX = 64 };

// What the process that carries the script out says, right after it happened.
enum said { ACTION, SHOWN }; // a step was carried out; a record is known to be on the disk

struct word {
	enum said what;
	size_t row;
};

static void say(int fd, enum said what, size_t row)
{
	const struct word word = { what, row };

	if (fd >= 0 && syscall(SYS_write, fd, &word, sizeof word) != sizeof word)
		_exit(100);
}

// ---- a life: an operation from its beginning to its end, as an engine has it

static int live_on(struct journal_bench *bench, struct journal *journal, size_t from, int told_fd, size_t *n_durable)
{
	const struct script_row *rows;
	size_t n = journal_script(&rows);
	int r = 0;

	for (size_t i = from; i < n && r == 0; i++) {
		r = journal_bench_append(bench, journal, &rows[i].record);
		if (r < 0)
			break;
		*n_durable = i + 1;
		if (rows[i].record.kind == JOURNAL_INTENT)
			say(told_fd, ACTION, i);
		say(told_fd, SHOWN, i);
	}
	return r;
}

static int live(struct journal_bench *bench, int told_fd, size_t *n_durable)
{
	struct journal *journal;
	int r = journal_bench_create(bench, JOURNAL_BENCH_ID, &journal);

	*n_durable = 0;
	if (r == 0)
		r = live_on(bench, journal, 0, told_fd, n_durable);
	if (r < 0 && journal) { // it is final, and it is told
		ck_assert_str_ne(journal_trouble(journal), "");
		ck_assert_int_eq(journal_bench_append(bench, journal, &(struct journal_record){ JOURNAL_STATE }), r);
	}
	journal_close(journal);
	return r;
}

// How many records of the script are there; -1: there is no operation, and so nothing of it may have happened.
static long records_of(const struct journal_bench *bench)
{
	struct journal_story story;
	int r = journal_read(bench->dir, JOURNAL_BENCH_ID, 1, &story);
	long n = r == 0 ? (long)story.n_records - N_PLAN : -1;

	ck_assert_msg(r == 0 || r == -ENODATA || r == -ENOENT, "%s", story.trouble);
	ck_assert(!story.is_held);
	journal_story_finish(&story);
	return n;
}

static void assert_recovers(struct journal_bench *bench, long n)
{
	const struct script_row *rows;
	struct journal_story *story;
	struct journal *journal;
	struct recovery recovery;

	journal_script(&rows);
	journal_bench_start(bench, NULL, NULL);
	ck_assert_int_eq(journal_bench_resume(bench, JOURNAL_BENCH_ID, &journal, &story), 0);
	recovery_decide(story, &recovery);
	ck_assert_int_eq(recovery.kind, n ? rows[n - 1].kind : RECOVERY_ASK);
	for (size_t i = 0; n && i < JOURNAL_BENCH_TARGETS; i++)
		ck_assert_int_eq(recovery_of_target(story, i, NULL), rows[n - 1].targets[i].is);
	journal_bench_free_story(story);
	journal_close(journal);
	journal_bench_stop(bench);
}

// ---- a bad disk

static void fail_each(int error, bool goes_on)
{
	const struct script_row *rows;
	size_t n_rows = journal_script(&rows), n_durable;
	bool was_met = true;
	long n = 0;

	for (; was_met; n++) {
		struct journal_bench bench;
		long n_there;
		int r;

		journal_bench_init(&bench);
		journal_bench_start(&bench, NULL, NULL);
		disk_break(n, error, goes_on);
		r = live(&bench, -1, &n_durable);
		journal_bench_stop(&bench);
		was_met = disk_was_bad();
		disk_mend();
		ck_assert_int_eq(r, was_met ? -error : 0);
		ck_assert((n_durable == n_rows) == !was_met);
		n_there = records_of(&bench);
		ck_assert_int_ge(n_there + 1, (long)n_durable);
		ck_assert(n_there >= (long)n_durable || !n_durable);
		if (n_there >= 0)
			assert_recovers(&bench, n_there);
		else if (!goes_on)
			ck_assert_int_lt(access(bench.path, F_OK), 0); // what was not begun leaves nothing behind
		journal_bench_finish(&bench);
	}
	ck_assert_int_gt(n, 2 * (long)n_rows); // a write and a sync each
}

START_TEST(each_call_that_fails_is_said_and_nothing_durable_is_lost)
{
	fail_each(ENOSPC, false);
	fail_each(EIO, false);
}
END_TEST

START_TEST(a_disk_that_stays_bad_is_said_and_nothing_durable_is_lost)
{
	fail_each(ENOSPC, true);
	fail_each(EIO, true);
}
END_TEST

// A journal that ends in the middle of a line after n records of the script.
static void prepare_torn(struct journal_bench *bench, size_t n)
{
	size_t n_bytes;
	char *data;

	journal_bench_init(bench);
	journal_bench_write(bench, JOURNAL_BENCH_ID, n + 1);
	data = journal_bench_load(bench, &n_bytes);
	journal_bench_store(bench, data, n_bytes - 9);
	free(data);
}

START_TEST(who_takes_it_up_on_a_bad_disk_leaves_the_old_one_or_the_new)
{
	enum { N = 10 };
	bool was_met = true;
	long n = 0;

	for (; was_met; n++) {
		struct journal_bench bench;
		struct journal_story *story;
		struct journal *journal;
		int r;

		prepare_torn(&bench, N);
		journal_bench_start(&bench, NULL, NULL);
		disk_break(n, n % 2 ? EIO : ENOSPC, n % 3 == 0);
		r = journal_bench_resume(&bench, JOURNAL_BENCH_ID, &journal, &story);
		was_met = disk_was_bad();
		disk_mend();
		ck_assert((r == 0) == (story != NULL));
		ck_assert(r == 0 || was_met);
		journal_bench_free_story(story);
		journal_bench_stop(&bench);
		ck_assert_int_ge(records_of(&bench), N);
		assert_recovers(&bench, N);
		journal_bench_finish(&bench);
	}
	ck_assert_int_gt(n, 4);
}
END_TEST

// ---- killed

static void die_after(void *ctx)
{
	if (--*(long *)ctx == 0)
		raise(SIGKILL);
}

// Reads what the dead one said and compares it with what is on the disk.
static void assert_said(struct journal_bench *bench, int fd)
{
	long n_there = records_of(bench), n_actions = 0;
	const struct script_row *rows;
	struct word word;

	journal_script(&rows);
	while (read(fd, &word, sizeof word) == sizeof word) {
		ck_assert_msg((long)word.row < n_there, "record %zu was %s and is not on the disk", word.row,
			      word.what == ACTION ? "acted on" : "shown");
		n_actions += word.what == ACTION;
	}
	for (long i = 0; i < n_there; i++)
		n_actions -= rows[i].record.kind == JOURNAL_INTENT;
	ck_assert_int_le(n_actions, 0);  // no action without its intent
	ck_assert_int_ge(n_actions, -1); // one may be written, and not acted on
	if (n_there >= 0)
		assert_recovers(bench, n_there);
}

// Lives in a process of its own, until it is killed or over. Whether it was killed.
static bool live_apart(struct journal_bench *bench, long n_records, long n_calls)
{
	int told[2], status;
	size_t n_durable;
	bool was_killed;
	pid_t pid;

	ck_assert_int_eq(pipe(told), 0);
	pid = fork();
	if (pid == 0) {
		suite_hush();
		if (n_calls >= 0)
			disk_break(n_calls, DISK_DIES, false);
		journal_bench_start(bench, n_records ? die_after : NULL, &n_records);
		if (live(bench, told[1], &n_durable) < 0)
			_exit(101);
		journal_bench_stop(bench);
		_exit(0);
	}
	close(told[1]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	was_killed = WIFSIGNALED(status);
	ck_assert_msg(was_killed || WEXITSTATUS(status) == 0, "%d", status);
	assert_said(bench, told[0]);
	close(told[0]);
	return was_killed;
}

START_TEST(who_is_killed_after_any_record_has_acted_on_none_that_is_lost)
{
	const struct script_row *rows;
	long n_records = N_PLAN + (long)journal_script(&rows);

	for (long n = 1; n <= n_records + 1; n++) {
		struct journal_bench bench;

		journal_bench_init(&bench);
		ck_assert(live_apart(&bench, n, -1) == (n <= n_records));
		if (n <= n_records) // what was written is there, to the last record; the resumed one has one more
			ck_assert_int_eq(records_of(&bench), n < N_PLAN ? -1 : n - N_PLAN + 1);
		journal_bench_finish(&bench);
	}
}
END_TEST

START_TEST(who_is_killed_in_any_call_leaves_what_can_be_gone_on_with)
{
	bool was_killed = true;
	long n = 0;

	for (; was_killed; n++) {
		struct journal_bench bench;

		journal_bench_init(&bench);
		was_killed = live_apart(&bench, 0, n);
		journal_bench_finish(&bench);
	}
	ck_assert_int_gt(n, 2 * 36);
}
END_TEST

START_TEST(who_is_killed_while_taking_it_up_leaves_the_old_one_or_the_new)
{
	enum { N = 10 };
	bool was_killed = true;
	long n = 0;

	for (; was_killed; n++) {
		struct journal_bench bench;
		struct journal_story *story;
		struct journal *journal;
		int status;
		pid_t pid;

		prepare_torn(&bench, N);
		pid = fork();
		if (pid == 0) {
			suite_hush();
			disk_break(n, DISK_DIES, false);
			journal_bench_start(&bench, NULL, NULL);
			_exit(journal_bench_resume(&bench, JOURNAL_BENCH_ID, &journal, &story) < 0);
		}
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		was_killed = WIFSIGNALED(status);
		ck_assert(was_killed || WEXITSTATUS(status) == 0);
		ck_assert_int_ge(records_of(&bench), N);
		assert_recovers(&bench, N);
		journal_bench_finish(&bench);
	}
	ck_assert_int_gt(n, 4);
}
END_TEST

// ---- two at once

START_TEST(of_many_who_take_it_up_one_at_a_time_has_it)
{
	enum { N = 4, TURNS = 25 };
	struct journal_bench bench;
	int status, n_taken = 0;
	pid_t pids[N];

	journal_bench_init(&bench);
	journal_bench_write(&bench, JOURNAL_BENCH_ID, 0);
	for (int i = 0; i < N; i++) {
		pids[i] = fork();
		if (pids[i] != 0)
			continue;
		journal_bench_start(&bench, NULL, NULL);
		for (int turn = 0; turn < TURNS; turn++) {
			struct journal_story *story;
			struct journal *journal;
			int r = journal_bench_resume(&bench, JOURNAL_BENCH_ID, &journal, &story);

			if (r < 0 && r != -EBUSY)
				_exit(100);
			n_taken += r == 0;
			journal_bench_free_story(story);
			journal_close(journal);
		}
		journal_bench_stop(&bench);
		_exit(n_taken);
	}
	for (int i = 0; i < N; i++) {
		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		ck_assert(WIFEXITED(status));
		ck_assert_int_le(WEXITSTATUS(status), TURNS);
		n_taken += WEXITSTATUS(status);
	}
	ck_assert_int_ge(n_taken, 1);
	ck_assert_int_eq(records_of(&bench), n_taken); // each has said so, after all before
	journal_bench_finish(&bench);
}
END_TEST

// ---- between opening a file and locking it

static void take_and_leave(void *ctx)
{
	struct journal_bench *bench = ctx;
	struct journal_story story;
	struct journal_file file;

	ck_assert_int_eq(journal_file_init(&file, bench->dir, JOURNAL_BENCH_ID), 0);
	ck_assert_int_eq(journal_file_resume(&file, "eve", journal_bench_now, 1, &story), 0);
	journal_story_finish(&story);
	journal_file_finish(&file);
}

START_TEST(who_locks_a_file_that_was_replaced_just_then_has_nothing)
{
	struct journal_bench bench;
	struct journal_story story;
	struct journal_file file;

	journal_bench_init(&bench);
	journal_bench_write(&bench, JOURNAL_BENCH_ID, 5);
	ck_assert_int_eq(journal_file_init(&file, bench.dir, JOURNAL_BENCH_ID), 0);
	disk_meanwhile(take_and_leave, &bench);
	ck_assert_int_eq(journal_file_resume(&file, "bob", journal_bench_now, 1, &story), -EBUSY);
	journal_story_finish(&story);
	journal_file_finish(&file);
	ck_assert_int_eq(records_of(&bench), 6); // what the other one wrote is there
	journal_bench_finish(&bench);
}
END_TEST

static void clean_up(void *ctx)
{
	char command[128];

	snprintf(command, sizeof command, "rm %s/*", (char *)ctx);
	ck_assert_int_eq(system(command), 0);
}

START_TEST(who_locks_a_file_that_was_removed_just_then_locks_another)
{
	char dir[96], other[LOCK_HOLDER_MAX];
	struct journal_bench bench;
	struct lock lock;

	journal_bench_init(&bench);
	snprintf(dir, sizeof dir, "%s/locks", bench.root);
	disk_meanwhile(clean_up, dir);
	ck_assert_int_eq(lock_take(dir, "web-1", "alice", &lock, other), 0);
	ck_assert_int_eq(lock_look(dir, "web-1", other), 1);
	ck_assert_str_eq(other, "alice");
	lock_release(&lock);
	journal_bench_finish(&bench);
}
END_TEST

// ---- locks

START_TEST(a_lock_whose_holder_cannot_be_written_is_not_taken)
{
	char dir[96], other[LOCK_HOLDER_MAX];
	struct journal_bench bench;
	bool was_met = true;
	long n = 0;

	journal_bench_init(&bench);
	snprintf(dir, sizeof dir, "%s/locks", bench.root);
	for (; was_met; n++) {
		struct lock lock;
		int r;

		disk_break(n, ENOSPC, false);
		r = lock_take(dir, "web-1", "alice", &lock, other);
		was_met = disk_was_bad();
		disk_mend();
		ck_assert_int_eq(r, was_met ? -ENOSPC : 0);
		ck_assert_int_eq(lock_look(dir, "web-1", other), !was_met);
		lock_release(&lock);
	}
	ck_assert_int_gt(n, 2);
	journal_bench_finish(&bench);
}
END_TEST

// ---- memory

// The owner's side: what there is no memory for is refused at once, and breaks nothing.
static int live_short(struct journal_bench *bench, size_t *n_durable)
{
	const struct journal_writer_options options = { .wake = journal_bench_wake, .ctx = bench };
	struct journal *journal = NULL;
	int r = journal_writer_create(&options, &bench->writer);

	*n_durable = 0;
	if (r == 0)
		r = journal_bench_create(bench, JOURNAL_BENCH_ID, &journal);
	if (r == 0)
		r = live_on(bench, journal, 0, -1, n_durable);
	if (r < 0 && journal) {
		mem_fail_after(-1);
		ck_assert_str_eq(journal_trouble(journal), "");
		r = live_on(bench, journal, *n_durable, -1, n_durable);
	}
	journal_close(journal);
	return r;
}

START_TEST(each_allocation_that_fails_is_refused_and_breaks_nothing)
{
	const struct script_row *rows;
	size_t n_rows = journal_script(&rows), n_durable;
	long n = 0;

	for (unsigned long n_failed = 1; n_failed; n++) {
		unsigned long before = mem_n_failed();
		struct journal_bench bench;
		int r;

		journal_bench_init(&bench);
		mem_fail_once(n);
		r = live_short(&bench, &n_durable);
		mem_fail_after(-1);
		n_failed = mem_n_failed() - before;
		ck_assert_msg(r == 0 || (r == -ENOMEM && n_failed), "%ld: %d", n, r);
		journal_bench_stop(&bench);
		ck_assert((r == 0) == (n_durable == n_rows));
		ck_assert_int_eq(records_of(&bench), r == 0 ? (long)n_rows : -1);
		journal_bench_finish(&bench);
	}
	ck_assert_int_gt(n, (long)n_rows);
}
END_TEST

START_TEST(each_allocation_that_fails_before_taking_it_up_is_refused)
{
	struct journal_bench bench;
	struct journal_story *story;
	struct journal *journal;
	long n = 0;
	int r;

	journal_bench_init(&bench);
	journal_bench_write(&bench, JOURNAL_BENCH_ID, 3);
	journal_bench_start(&bench, NULL, NULL);
	do {
		mem_fail_once(n++);
		r = journal_bench_resume(&bench, JOURNAL_BENCH_ID, &journal, &story);
		mem_fail_after(-1);
		ck_assert(r == 0 || r == -ENOMEM);
		ck_assert((r == 0) == (journal != NULL));
		journal_bench_free_story(story);
	} while (r < 0);
	ck_assert_int_gt(n, 4);
	journal_bench_finish(&bench);
}
END_TEST

// The thread's side, on this one.
static int take_up(struct journal_bench *bench)
{
	struct journal_story story = { .error = 0 };
	struct journal_file file;
	int r = journal_file_init(&file, bench->dir, JOURNAL_BENCH_ID);

	if (r == 0) {
		r = journal_file_resume(&file, "bob", journal_bench_now, 1, &story);
		ck_assert((r < 0) == (file.trouble.error < 0));
	}
	if (r == 0)
		r = journal_file_add(&file, "\"kind\":\"state\"}", 15);
	if (r == 0)
		r = journal_file_sync(&file);
	journal_story_finish(&story);
	journal_file_finish(&file);
	return r;
}

START_TEST(each_allocation_that_fails_while_taking_it_up_is_said)
{
	long n = 0;

	for (unsigned long n_failed = 1; n_failed; n++) {
		unsigned long before = mem_n_failed();
		struct journal_bench bench;
		int r;

		prepare_torn(&bench, 20);
		mem_fail_once(n);
		r = take_up(&bench);
		mem_fail_after(-1);
		n_failed = mem_n_failed() - before;
		ck_assert_msg(r == 0 || (r == -ENOMEM && n_failed), "%ld: %d", n, r);
		if (r < 0)
			assert_recovers(&bench, 20);
		journal_bench_finish(&bench);
	}
	ck_assert_int_gt(n, 100);
}
END_TEST

START_TEST(each_allocation_that_fails_while_reading_is_said)
{
	struct journal_bench bench;
	struct journal_list list;
	long n = 0;

	journal_bench_init(&bench);
	journal_bench_write(&bench, JOURNAL_BENCH_ID, 36);
	journal_bench_write(&bench, "another", 12);
	for (unsigned long n_failed = 1; n_failed; n++) {
		unsigned long before = mem_n_failed();
		int r;

		mem_fail_once(n);
		r = journal_list(bench.dir, JOURNAL_LIST_MAX, 1, &list);
		mem_fail_after(-1);
		n_failed = mem_n_failed() - before;
		ck_assert_msg(r == 0 || (r == -ENOMEM && n_failed), "%ld: %d", n, r);
		for (size_t i = 0; i < list.n; i++)
			ck_assert_int_eq(list.stories[i].error, 0);
		journal_list_finish(&list);
	}
	ck_assert_int_gt(n, 200);
	journal_bench_finish(&bench);
}
END_TEST

SUITE("journal faults", each_call_that_fails_is_said_and_nothing_durable_is_lost,
      a_disk_that_stays_bad_is_said_and_nothing_durable_is_lost,
      who_takes_it_up_on_a_bad_disk_leaves_the_old_one_or_the_new,
      who_is_killed_after_any_record_has_acted_on_none_that_is_lost,
      who_is_killed_in_any_call_leaves_what_can_be_gone_on_with,
      who_is_killed_while_taking_it_up_leaves_the_old_one_or_the_new, of_many_who_take_it_up_one_at_a_time_has_it,
      who_locks_a_file_that_was_replaced_just_then_has_nothing,
      who_locks_a_file_that_was_removed_just_then_locks_another, a_lock_whose_holder_cannot_be_written_is_not_taken,
      each_allocation_that_fails_is_refused_and_breaks_nothing,
      each_allocation_that_fails_before_taking_it_up_is_refused, each_allocation_that_fails_while_taking_it_up_is_said,
      each_allocation_that_fails_while_reading_is_said)
