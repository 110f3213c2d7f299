// SPDX-License-Identifier: Apache-2.0
#include "operations/journal_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "tests/support/suite.h"
#include "tests/unit/operations/journal_bench.h"

#define SECOND_ID "20261125-225131-restart-00000002"

static struct bench {
	struct journal_bench journals;
	struct journal_watch *watch;
	pthread_mutex_t mutex;
	pthread_cond_t woken;
	unsigned long n_wakes, n_taken;
	long fails_at; // of the thread's allocations in the next job; -1: none

	// What came last.
	int error, n_looks;
	size_t n;
	bool is_first, is_held;
	char ids[8][OPERATION_ID_MAX];
	enum operation_state state;
	char said[200];
} b;

static void wake(void *ctx)
{
	(void)ctx;
	pthread_mutex_lock(&b.mutex);
	mem_fail_once(b.fails_at); // on this thread
	b.n_wakes++;
	pthread_cond_signal(&b.woken);
	pthread_mutex_unlock(&b.mutex);
}

static void wait_for_wake(void)
{
	pthread_mutex_lock(&b.mutex);
	while (b.n_wakes == b.n_taken)
		pthread_cond_wait(&b.woken, &b.mutex);
	b.n_taken++;
	pthread_mutex_unlock(&b.mutex);
	journal_watch_dispatch(b.watch);
}

static void begin(void)
{
	struct journal_watch_options options = { .wake = wake };

	b = (struct bench){ .mutex = PTHREAD_MUTEX_INITIALIZER, .woken = PTHREAD_COND_INITIALIZER, .fails_at = -1 };
	journal_bench_init(&b.journals);
	options.dir = b.journals.dir;
	ck_assert_int_eq(journal_watch_create(&options, &b.watch), 0);
	wait_for_wake(); // the thread says so once when it begins
}

static void end(void)
{
	ck_assert_int_eq(journal_watch_destroy(b.watch, 60000), 0);
	journal_bench_finish(&b.journals);
}

static void on_seen(void *ctx, int error, struct journal_list *list, bool is_first)
{
	(void)ctx;
	b.n_looks++;
	b.error = error;
	b.is_first = is_first;
	b.n = list->n;
	for (size_t i = 0; i < list->n; i++)
		snprintf(b.ids[i], sizeof b.ids[i], "%s", list->stories[i].id);
	if (list->n && list->stories[0].operation) {
		b.state = list->stories[0].operation->state;
		b.is_held = list->stories[0].is_held;
	}
}

static void on_taken(void *ctx, const char *id, int error)
{
	(void)ctx;
	snprintf(b.said, sizeof b.said, "%s %d", id, error);
}

static void look(void)
{
	int n = b.n_looks;

	ck_assert_int_eq(journal_watch_look(b.watch, journal_bench_now, on_seen, NULL), 0);
	ck_assert(journal_watch_is_looking(b.watch));
	ck_assert_int_eq(journal_watch_look(b.watch, journal_bench_now, on_seen, NULL), -EALREADY);
	while (b.n_looks == n)
		wait_for_wake();
}

START_TEST(only_what_has_changed_is_read_again)
{
	const struct script_row *rows;
	size_t n_rows = journal_script(&rows);
	struct journal *journal;

	begin();
	look();
	ck_assert_int_eq(b.error, 0); // there is no directory yet
	ck_assert(b.is_first && b.n == 0);
	journal_bench_start(&b.journals, NULL, NULL);
	ck_assert_int_eq(journal_bench_create(&b.journals, JOURNAL_BENCH_ID, &journal), 0);
	look();
	ck_assert(!b.is_first && b.n == 1 && b.is_held);
	ck_assert_str_eq(b.ids[0], JOURNAL_BENCH_ID);
	ck_assert_int_eq(b.state, OPERATION_QUEUED);
	look();
	ck_assert_uint_eq(b.n, 0);
	ck_assert_int_eq(journal_bench_append(&b.journals, journal, &rows[0].record), 0);
	journal_bench_write(&b.journals, SECOND_ID, n_rows); // that is over
	look();
	ck_assert_uint_eq(b.n, 2);
	ck_assert_str_eq(b.ids[0], SECOND_ID); // the newest first
	journal_close(journal);
	journal_bench_stop(&b.journals);
	look();
	ck_assert_uint_eq(b.n, 1); // nobody holds it any more, and it says what it said
	ck_assert(!b.is_held);
	ck_assert_int_eq(b.state, OPERATION_RUNNING);
	look();
	ck_assert_uint_eq(b.n, 0);
	end();
}
END_TEST

START_TEST(each_allocation_that_fails_is_said_and_the_next_look_brings_it)
{
	long n = 0;

	do {
		begin();
		journal_bench_write(&b.journals, JOURNAL_BENCH_ID, 5);
		b.fails_at = n++;
		ck_assert_int_eq(journal_watch_say(b.watch, JOURNAL_BENCH_ID, JOURNAL_PAUSE, "bob", on_taken, NULL), 0);
		wait_for_wake(); // what the thread asks for next fails
		b.fails_at = -1;
		look();
		ck_assert_msg(b.error == 0 || b.error == -ENOMEM, "%ld: %d", n, b.error);
		if (b.error < 0) {
			ck_assert_uint_eq(b.n, 0);
			look();
		}
		ck_assert_int_eq(b.error, 0);
		ck_assert_uint_eq(b.n, 1);
		ck_assert_int_eq(b.state, OPERATION_RUNNING);
		end();
	} while (n < 400 && b.n_looks > 1);
	ck_assert_int_gt(n, 10);
	ck_assert_int_lt(n, 400);
}
END_TEST

START_TEST(a_directory_that_is_none_is_said)
{
	begin();
	close(open(b.journals.dir, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	look();
	ck_assert_int_eq(b.error, -ENOTDIR);
	ck_assert_int_eq(unlink(b.journals.dir), 0);
	look();
	ck_assert_int_eq(b.error, 0);
	ck_assert(b.is_first);
	end();
}
END_TEST

START_TEST(a_journal_that_cannot_be_opened_is_passed_over)
{
	char path[240];

	begin();
	journal_bench_write(&b.journals, JOURNAL_BENCH_ID, 5);
	snprintf(path, sizeof path, "%s/%s.journal", b.journals.dir, SECOND_ID);
	ck_assert_int_eq(symlink("nowhere", path), 0);
	look();
	ck_assert_int_eq(b.error, 0);
	ck_assert_uint_eq(b.n, 1);
	ck_assert_int_eq(unlink(path), 0);
	end();
}
END_TEST

START_TEST(a_word_is_put_beside_it_and_taken)
{
	struct journal_word word;
	char long_dir[2000];

	begin();
	ck_assert_int_eq(journal_watch_say(b.watch, JOURNAL_BENCH_ID, JOURNAL_PAUSE, "bob", on_taken, NULL), 0);
	wait_for_wake();
	ck_assert_str_ne(b.said, ""); // there is no directory
	journal_bench_write(&b.journals, JOURNAL_BENCH_ID, 5);
	b.said[0] = '\0';
	ck_assert_int_eq(journal_watch_say(b.watch, JOURNAL_BENCH_ID, JOURNAL_PAUSE, "bob\x1b[2J", on_taken, NULL), 0);
	wait_for_wake();
	ck_assert_str_eq(b.said, "");
	ck_assert_int_eq(journal_control_take(b.journals.dir, JOURNAL_BENCH_ID, &word), 1);
	ck_assert_int_eq(word.what, JOURNAL_PAUSE);
	ck_assert_ptr_null(strchr(word.who, '\x1b'));
	ck_assert_int_eq(strncmp(word.who, "bob", 3), 0);
	ck_assert_int_eq(journal_control_take(b.journals.dir, JOURNAL_BENCH_ID, &word), 0);
	ck_assert_int_eq(journal_watch_unsay(b.watch, JOURNAL_BENCH_ID, on_taken, NULL), 0);
	wait_for_wake();
	ck_assert_str_eq(b.said, JOURNAL_BENCH_ID " 0"); // it was taken
	ck_assert_int_eq(journal_watch_say(b.watch, JOURNAL_BENCH_ID, JOURNAL_ABORT, "bob", on_taken, NULL), 0);
	wait_for_wake();
	ck_assert_int_eq(journal_watch_unsay(b.watch, JOURNAL_BENCH_ID, on_taken, NULL), 0);
	wait_for_wake();
	snprintf(long_dir, sizeof long_dir, "%s %d", JOURNAL_BENCH_ID, -ETIMEDOUT);
	ck_assert_str_eq(b.said, long_dir);
	memset(long_dir, 'a', sizeof long_dir);
	long_dir[sizeof long_dir - 1] = '\0';
	ck_assert_int_eq(journal_control_put(long_dir, JOURNAL_BENCH_ID, JOURNAL_PAUSE, "bob"), -ENAMETOOLONG);
	ck_assert_int_eq(journal_control_take(long_dir, JOURNAL_BENCH_ID, &word), 0);
	end();
}
END_TEST

START_TEST(a_word_that_is_none_and_one_that_cannot_be_removed)
{
	struct journal_word word;
	char path[240];

	begin();
	journal_bench_write(&b.journals, JOURNAL_BENCH_ID, 1);
	snprintf(path, sizeof path, "%s/%s.control", b.journals.dir, JOURNAL_BENCH_ID);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(journal_control_take(b.journals.dir, JOURNAL_BENCH_ID, &word), 0); // it would be done for ever
	ck_assert_int_eq(rmdir(path), 0);
	close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	ck_assert_int_eq(journal_control_take(b.journals.dir, JOURNAL_BENCH_ID, &word), 1);
	ck_assert_int_eq(word.what, JOURNAL_CONTROL_COUNT);
	ck_assert_str_eq(word.who, "the command line");
	end();
}
END_TEST

START_TEST(without_memory_nothing_is_asked)
{
	const struct journal_watch_options options = { .dir = "/nowhere", .wake = wake };
	struct journal_watch *none;

	for (long n = 0; n < 2; n++) {
		mem_fail_after(n);
		ck_assert_int_eq(journal_watch_create(&options, &none), -ENOMEM);
		mem_fail_after(-1);
		ck_assert_ptr_null(none);
	}
	begin();
	mem_fail_after(0);
	ck_assert_int_eq(journal_watch_look(b.watch, 0, on_seen, NULL), -ENOMEM);
	ck_assert_int_eq(journal_watch_say(b.watch, JOURNAL_BENCH_ID, JOURNAL_PAUSE, "bob", on_taken, NULL), -ENOMEM);
	mem_fail_after(-1);
	end();
	ck_assert_int_eq(journal_watch_destroy(NULL, 0), 0);
}
END_TEST

START_TEST(who_forgets_is_told_nothing)
{
	begin();
	ck_assert_int_eq(journal_watch_look(b.watch, 0, on_seen, NULL), 0);
	ck_assert_int_eq(journal_watch_unsay(b.watch, JOURNAL_BENCH_ID, on_taken, NULL), 0);
	journal_watch_forget(b.watch);
	end();
	ck_assert_int_eq(b.n_looks, 0);
	ck_assert_str_eq(b.said, "");
}
END_TEST

SUITE("journal watch", only_what_has_changed_is_read_again,
      each_allocation_that_fails_is_said_and_the_next_look_brings_it, a_directory_that_is_none_is_said,
      a_journal_that_cannot_be_opened_is_passed_over, a_word_is_put_beside_it_and_taken,
      a_word_that_is_none_and_one_that_cannot_be_removed, without_memory_nothing_is_asked, who_forgets_is_told_nothing)
