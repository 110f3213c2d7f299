// SPDX-License-Identifier: Apache-2.0
#include "operations/journal.h"
#include "operations/journal_file.h"

#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "tests/support/suite.h"
#include "tests/unit/operations/journal_bench.h"

static const struct journal_record state = {
	.kind = JOURNAL_STATE,
	.at_ms = 1764100000000,
	.u.state = { .state = OPERATION_RUNNING, .why = "" },
};

START_TEST(names_sort_by_time_and_are_no_paths)
{
	static const char *const bad[] = {
		"", "a/b", "A", "..", "a b", "a\n", "0123456789012345678901234567890123456789"
	};
	char id[OPERATION_ID_MAX], name[JOURNAL_NAME_MAX], again[OPERATION_ID_MAX];

	journal_id_make(VERB_RESTART, 1764111090000, 0x1a2b3c4d, id);
	ck_assert_str_eq(id, "20251125-225130-restart-1a2b3c4d");
	for (unsigned i = 0; i < VERB_COUNT; i++) {
		journal_id_make((enum verb)i, INT64_MAX, 7, id);
		ck_assert_msg(journal_id_is_valid(id), "%s", id);
		journal_name(id, name);
		ck_assert(journal_id_of(name, again));
		ck_assert_str_eq(again, id);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ck_assert_msg(!journal_id_is_valid(bad[i]), "%s", bad[i]);
	ck_assert(!journal_id_of(".journal", again));
	ck_assert(!journal_id_of("a.journal.new", again));
	ck_assert(!journal_id_of("a/b.journal", again));
	ck_assert(!journal_id_of("x", again));
}
END_TEST

START_TEST(words_are_read_back)
{
	enum journal_control control;

	for (unsigned i = 0; i < JOURNAL_CONTROL_COUNT; i++) {
		ck_assert_int_eq(journal_control_from_name(journal_control_name((enum journal_control)i), &control), 0);
		ck_assert_uint_eq(control, i);
	}
	ck_assert_int_eq(journal_control_from_name("fly", &control), -EINVAL);
	ck_assert_str_eq(journal_control_name(JOURNAL_CONTROL_COUNT), "?");
	ck_assert_str_eq(journal_kind_name(JOURNAL_KIND_COUNT), "?");
}
END_TEST

START_TEST(it_is_closed_to_others_and_held)
{
	struct journal_bench bench;
	struct journal_story story;
	struct journal *journal;
	struct stat status;

	journal_bench_init(&bench);
	journal_bench_start(&bench, NULL, NULL);
	ck_assert_int_eq(journal_bench_create(&bench, JOURNAL_BENCH_ID, &journal), 0);
	ck_assert_str_eq(journal_trouble(journal), "");
	ck_assert_int_eq(stat(bench.dir, &status), 0);
	ck_assert_int_eq(status.st_mode & 0777, 0700);
	ck_assert_int_eq(stat(bench.path, &status), 0);
	ck_assert_int_eq(status.st_mode & 0777, 0600);
	ck_assert_int_eq(journal_read(bench.dir, JOURNAL_BENCH_ID, 1, &story), 0);
	ck_assert(story.is_held);
	journal_story_finish(&story);
	journal_close(journal);
	journal_bench_stop(&bench);
	ck_assert_int_eq(journal_read(bench.dir, JOURNAL_BENCH_ID, 1, &story), 0);
	ck_assert(!story.is_held);
	journal_story_finish(&story);
	journal_bench_finish(&bench);
}
END_TEST

START_TEST(a_name_that_is_taken_is_left_alone)
{
	struct journal_bench bench;
	struct journal_story story;
	struct journal *journal;

	journal_bench_init(&bench);
	journal_bench_write(&bench, JOURNAL_BENCH_ID, 5);
	journal_bench_start(&bench, NULL, NULL);
	ck_assert_int_eq(journal_bench_create(&bench, JOURNAL_BENCH_ID, &journal), -EEXIST);
	ck_assert_ptr_nonnull(strstr(journal_trouble(journal), JOURNAL_BENCH_ID ".journal: File exists"));
	ck_assert_int_eq(journal_append(journal, &state, NULL, NULL), -EEXIST);
	journal_close(journal);
	ck_assert_int_eq(journal_bench_create(&bench, "no/path", &journal), -EINVAL);
	ck_assert_ptr_null(journal);
	journal_bench_stop(&bench);
	ck_assert_int_eq(journal_read(bench.dir, JOURNAL_BENCH_ID, 1, &story), 0);
	ck_assert_uint_eq(story.n_records, 9);
	journal_story_finish(&story);
	journal_bench_finish(&bench);
}
END_TEST

// ---- in order

struct order {
	int n_done;
	int errors;
};

struct one {
	struct order *order;
	int number;
};

static void on_one(void *ctx, int error)
{
	struct one *one = ctx;

	ck_assert_int_eq(one->number, one->order->n_done);
	one->order->n_done++;
	one->order->errors += error < 0;
}

START_TEST(many_come_back_in_order)
{
	enum { N = 500 };
	struct order order = { 0 };
	struct journal_bench bench;
	struct journal_story story;
	struct journal *journal;
	static struct one ones[N];

	journal_bench_init(&bench);
	journal_bench_start(&bench, NULL, NULL);
	ck_assert_int_eq(journal_bench_create(&bench, JOURNAL_BENCH_ID, &journal), 0);
	for (int i = 0; i < N; i++) {
		ones[i] = (struct one){ &order, i };
		ck_assert_int_eq(journal_append(journal, &state, on_one, &ones[i]), 0);
	}
	journal_close(journal); // what waits is written
	journal_bench_stop(&bench);
	ck_assert_int_eq(order.n_done, N);
	ck_assert_int_eq(order.errors, 0);
	ck_assert_int_eq(journal_read(bench.dir, JOURNAL_BENCH_ID, 1, &story), 0);
	ck_assert_uint_eq(story.n_records, 4 + N);
	journal_story_finish(&story);
	journal_bench_finish(&bench);
}
END_TEST

// A disk that does not answer.
struct stuck {
	sem_t has_come, may_go;
};

static void hang(void *ctx)
{
	struct stuck *stuck = ctx;

	sem_post(&stuck->has_come);
	sem_wait(&stuck->may_go);
}

START_TEST(who_waits_for_the_disk_holds_nobody_up)
{
	static struct stuck stuck;
	struct journal_bench bench;
	struct journal *journal, *another;
	struct journal_start start = { .id = "b", .holder = "alice" };
	int r = 0, n = 0;

	journal_bench_init(&bench);
	sem_init(&stuck.has_come, 0, 0);
	sem_init(&stuck.may_go, 0, 0);
	journal_bench_start(&bench, hang, &stuck);
	start.dir = bench.dir;
	start.plan = bench.plan;
	start.id = JOURNAL_BENCH_ID;
	ck_assert_int_eq(journal_create(bench.writer, &start, journal_bench_done, &bench, &journal), 0);
	sem_wait(&stuck.has_come);
	while ((r = journal_append(journal, &state, NULL, NULL)) == 0)
		n++;
	ck_assert_int_eq(r, -ENOBUFS);
	ck_assert_int_eq(n, JOURNAL_WAITING_MAX - 1);
	ck_assert_int_eq(journal_bench_create(&bench, "another", &another), -ENOBUFS);
	journal_dispatch(bench.writer);
	ck_assert(!bench.is_done);
	for (int i = 0; i < JOURNAL_WAITING_MAX + 4; i++)
		sem_post(&stuck.may_go);
	journal_bench_wait(&bench);
	ck_assert_int_eq(bench.error, 0);
	journal_close(journal);
	journal_bench_finish(&bench);
}
END_TEST

START_TEST(who_hangs_for_ever_is_left)
{
	static struct journal_writer *left; // with its memory, to the end of the process
	static struct stuck stuck;
	static struct journal_bench bench;
	struct journal *journal;
	struct journal_start start = { .id = JOURNAL_BENCH_ID, .holder = "alice" };

	journal_bench_init(&bench);
	sem_init(&stuck.has_come, 0, 0);
	sem_init(&stuck.may_go, 0, 0);
	journal_bench_start(&bench, hang, &stuck);
	start.dir = bench.dir;
	start.plan = bench.plan;
	ck_assert_int_eq(journal_create(bench.writer, &start, NULL, NULL, &journal), 0);
	sem_wait(&stuck.has_come);
	ck_assert_int_eq(journal_writer_destroy(bench.writer, 10), -ETIMEDOUT);
	left = bench.writer;
	bench.writer = NULL;
	ck_assert_ptr_nonnull(left);
	ck_assert_int_eq(journal_writer_destroy(NULL, 1), 0);
	journal_close(NULL);
	journal_bench_finish(&bench);
}
END_TEST

// ---- what cannot be written

static void lose_file(const struct journal_bench *bench)
{
	ck_assert_int_eq(unlink(bench->path), 0);
}

static void lose_directory(const struct journal_bench *bench)
{
	char command[128];

	snprintf(command, sizeof command, "rm -r %s", bench->dir);
	ck_assert_int_eq(system(command), 0);
}

static void replace_directory(const struct journal_bench *bench)
{
	char aside[128];

	snprintf(aside, sizeof aside, "%s.aside", bench->dir);
	ck_assert_int_eq(rename(bench->dir, aside), 0);
	ck_assert_int_eq(mkdir(bench->dir, 0700), 0);
}

static void write_to_file(const struct journal_bench *bench)
{
	FILE *file = fopen(bench->path, "a");

	fputs("x", file);
	fclose(file);
}

START_TEST(what_is_done_to_the_file_meanwhile_is_said_and_final)
{
	static const struct {
		void (*harm)(const struct journal_bench *bench);
		const char *text;
	} rows[] = {
		{ lose_file, ".journal was removed or replaced" },
		{ lose_directory, ".journal was removed or replaced" },
		{ replace_directory, ".journal was removed or replaced" },
		{ write_to_file, ".journal was written to by somebody else" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct journal_bench bench;
		struct journal *journal;

		journal_bench_init(&bench);
		journal_bench_start(&bench, NULL, NULL);
		ck_assert_int_eq(journal_bench_create(&bench, JOURNAL_BENCH_ID, &journal), 0);
		rows[i].harm(&bench);
		ck_assert_int_eq(journal_append(journal, &state, NULL, NULL), 0);
		ck_assert_int_eq(journal_bench_append(&bench, journal, &state), -ESTALE);
		ck_assert_msg(strstr(journal_trouble(journal), rows[i].text) != NULL, "%s", journal_trouble(journal));
		ck_assert_int_eq(journal_bench_append(&bench, journal, &state), -ESTALE);
		journal_bench_finish(&bench); // closes what is open
	}
}
END_TEST

START_TEST(a_file_in_trouble_takes_nothing_more)
{
	static const char body[] = "\"x\":1}";
	struct journal_bench bench;
	struct journal_file file;

	journal_bench_init(&bench);
	(void)mkdir(bench.dir, 0700);
	ck_assert_int_eq(journal_file_init(&file, bench.dir, JOURNAL_BENCH_ID), 0);
	ck_assert_int_eq(journal_file_create(&file), 0);
	ck_assert_int_eq(journal_file_add(&file, body, sizeof body - 1), 0);
	lose_file(&bench);
	ck_assert_int_eq(journal_file_sync(&file), -ESTALE);
	ck_assert_int_eq(journal_file_add(&file, body, sizeof body - 1), -ESTALE);
	ck_assert_int_eq(journal_file_sync(&file), -ESTALE);
	journal_file_close(&file);
	journal_file_finish(&file);
	journal_bench_finish(&bench);
}
END_TEST

// Where root may look anywhere, it is nobody for a while.
static void be_nobody(bool is_nobody)
{
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(is_nobody ? 65534 : 0), 0);
}

START_TEST(a_place_that_cannot_be_looked_at_is_said)
{
	struct journal_bench bench;
	struct journal *journal;
	int r;

	journal_bench_init(&bench);
	journal_bench_start(&bench, NULL, NULL);
	ck_assert_int_eq(journal_bench_create(&bench, JOURNAL_BENCH_ID, &journal), 0);
	ck_assert_int_eq(chmod(bench.dir, 0), 0);
	be_nobody(true);
	r = journal_bench_append(&bench, journal, &state);
	be_nobody(false);
	ck_assert_int_eq(chmod(bench.dir, 0700), 0);
	ck_assert_int_eq(r, -EACCES);
	ck_assert_ptr_nonnull(strstr(journal_trouble(journal), ".journal: Permission denied"));
	journal_bench_finish(&bench);
}
END_TEST

// Only who is not root can be kept from having a thread.
START_TEST(without_a_thread_there_is_no_writer)
{
	const struct journal_writer_options options = { .wake = journal_bench_wake };
	struct journal_writer *writer;
	struct rlimit was, none;
	bool is_root = getuid() == 0;
	int r;

	ck_assert_int_eq(getrlimit(RLIMIT_NPROC, &was), 0);
	none = (struct rlimit){ 0, was.rlim_max };
	ck_assert_int_eq(setrlimit(RLIMIT_NPROC, &none), 0);
	if (is_root)
		ck_assert_int_eq(setresuid(65534, 65534, 0), 0);
	r = journal_writer_create(&options, &writer);
	if (is_root)
		ck_assert_int_eq(setresuid(0, 0, 0), 0);
	ck_assert_int_eq(setrlimit(RLIMIT_NPROC, &was), 0);
	ck_assert_int_eq(r, -EAGAIN);
	ck_assert_ptr_null(writer);
}
END_TEST

START_TEST(a_directory_that_is_none_is_said)
{
	struct journal_bench bench;
	struct journal_story *story;
	struct journal *journal;

	journal_bench_init(&bench);
	ck_assert_int_eq(symlink("/tmp", bench.dir), 0);
	journal_bench_start(&bench, NULL, NULL);
	ck_assert_int_eq(journal_bench_create(&bench, JOURNAL_BENCH_ID, &journal), -ENOTDIR);
	ck_assert_ptr_nonnull(strstr(journal_trouble(journal), "is a link, or no directory"));
	journal_close(journal);
	ck_assert_int_eq(journal_bench_resume(&bench, JOURNAL_BENCH_ID, &journal, &story), -ENOTDIR);
	ck_assert_ptr_null(story);
	journal_bench_finish(&bench);
}
END_TEST

START_TEST(what_is_too_long_is_refused_at_once)
{
	struct journal_record record = state;
	struct journal_bench bench;
	struct journal *journal;
	char *why = malloc(JOURNAL_LINE_MAX + 1);

	memset(why, 'y', JOURNAL_LINE_MAX);
	why[JOURNAL_LINE_MAX] = '\0';
	journal_bench_init(&bench);
	journal_bench_start(&bench, NULL, NULL);
	ck_assert_int_eq(journal_bench_create(&bench, JOURNAL_BENCH_ID, &journal), 0);
	record.u.state.why = why;
	ck_assert_int_eq(journal_append(journal, &record, NULL, NULL), -EMSGSIZE);
	record.kind = JOURNAL_PLAN;
	ck_assert_int_eq(journal_append(journal, &record, NULL, NULL), -EINVAL);
	record.kind = JOURNAL_KIND_COUNT;
	ck_assert_int_eq(journal_append(journal, &record, NULL, NULL), -EINVAL);
	ck_assert_int_eq(journal_bench_append(&bench, journal, &state), 0); // nothing is broken by that
	mem_free((char *)bench.plan->params.reason);
	bench.plan->params.reason = why;
	ck_assert_int_eq(journal_bench_create(&bench, "too-long", &journal), -EMSGSIZE);
	ck_assert_ptr_null(journal);
	bench.plan->params.reason = NULL;
	free(why);
	journal_bench_finish(&bench);
}
END_TEST

// ---- going on

static void count(void *ctx)
{
	++*(int *)ctx;
}

START_TEST(another_goes_on_where_it_ended)
{
	int n_written = 0;
	struct journal_bench bench;
	struct journal_story story, *taken;
	struct journal *journal;
	struct stat status;

	journal_bench_init(&bench);
	journal_bench_write(&bench, JOURNAL_BENCH_ID, 11);
	journal_bench_start(&bench, count, &n_written);
	ck_assert_int_eq(journal_bench_resume(&bench, JOURNAL_BENCH_ID, &journal, &taken), 0);
	ck_assert_str_eq(taken->operation->holder, "bob, pid 4712");
	ck_assert_uint_eq(taken->operation->no, 7);
	ck_assert_uint_eq(taken->n_records, 16);
	ck_assert_int_eq(taken->targets[0].answer.outcome, DRIVER_DONE);
	ck_assert_int_eq(journal_bench_append(&bench, journal, &state), 0);
	ck_assert_int_eq(journal_read(bench.dir, JOURNAL_BENCH_ID, 1, &story), 0);
	ck_assert(story.is_held);
	ck_assert_uint_eq(story.n_records, 17);
	ck_assert_int_eq(n_written, 2); // it was taken, and it runs
	ck_assert_str_eq(story.operation->holder, "bob, pid 4712");
	ck_assert_int_eq(stat(bench.path, &status), 0);
	ck_assert_int_eq(status.st_mode & 0777, 0600);
	journal_story_finish(&story);
	journal_bench_free_story(taken);
	journal_bench_finish(&bench);
}
END_TEST

START_TEST(a_torn_end_is_cut_off_and_said)
{
	struct journal_bench bench;
	struct journal_story story, *taken;
	struct journal *journal;
	size_t n;
	char *data, *last;

	journal_bench_init(&bench);
	journal_bench_write(&bench, JOURNAL_BENCH_ID, 4);
	data = journal_bench_load(&bench, &n);
	last = (char *)memrchr(data, '\n', n - 1) + 1;
	journal_bench_store(&bench, data, n - 5);
	journal_bench_start(&bench, NULL, NULL);
	ck_assert_int_eq(journal_bench_resume(&bench, JOURNAL_BENCH_ID, &journal, &taken), 0);
	ck_assert_uint_eq(taken->n_torn, 0);
	ck_assert(!taken->targets[0].is_intent_open);
	journal_bench_free_story(taken);
	ck_assert_int_eq(journal_bench_append(&bench, journal, &state), 0);
	journal_bench_stop(&bench);
	ck_assert_int_eq(journal_read(bench.dir, JOURNAL_BENCH_ID, 1, &story), 0);
	ck_assert_uint_eq(story.n_records, 4 + 3 + 2);
	journal_story_finish(&story);
	n = (size_t)(data + n - 5 - last);
	free(data);
	data = journal_bench_load(&bench, &(size_t){ 0 });
	last = malloc(64);
	snprintf(last, 64, "\"holder\":\"bob, pid 4712\",\"torn_bytes\":%zu}", n);
	ck_assert_msg(strstr(data, last) != NULL, "%s", last);
	free(last);
	free(data);
	journal_bench_finish(&bench);
}
END_TEST

START_TEST(what_nobody_may_go_on_with_is_said)
{
	struct journal_bench bench;
	struct journal_story *story;
	struct journal *journal, *held;
	size_t n;
	char *data;

	journal_bench_init(&bench);
	journal_bench_start(&bench, NULL, NULL);
	ck_assert_int_eq(journal_bench_resume(&bench, JOURNAL_BENCH_ID, &journal, &story), -ENOENT);
	journal_close(journal);
	ck_assert_int_eq(journal_bench_resume(&bench, "../x", &journal, &story), -EINVAL);
	ck_assert_int_eq(journal_bench_create(&bench, JOURNAL_BENCH_ID, &held), 0);
	ck_assert_int_eq(journal_bench_resume(&bench, JOURNAL_BENCH_ID, &journal, &story), -EBUSY);
	ck_assert_ptr_nonnull(strstr(journal_trouble(journal), "another process holds it"));
	journal_close(journal);
	journal_close(held);
	data = journal_bench_load(&bench, &n);
	journal_bench_stop(&bench);
	journal_bench_start(&bench, NULL, NULL);
	journal_bench_store(&bench, data, n / 2);
	ck_assert_int_eq(journal_bench_resume(&bench, JOURNAL_BENCH_ID, &journal, &story), -ENODATA);
	ck_assert_ptr_nonnull(strstr(journal_trouble(journal), "nothing was begun"));
	journal_close(journal);
	data[200] ^= 1;
	journal_bench_store(&bench, data, n);
	ck_assert_int_eq(journal_bench_resume(&bench, JOURNAL_BENCH_ID, &journal, &story), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(journal_trouble(journal), "record 1 is not as it was written"));
	journal_close(journal);
	free(data);
	ck_assert_int_eq(truncate(bench.path, (off_t)JOURNAL_BYTES_MAX + 1), 0);
	ck_assert_int_eq(journal_bench_resume(&bench, JOURNAL_BENCH_ID, &journal, &story), -EFBIG);
	journal_bench_finish(&bench);
}
END_TEST

START_TEST(a_crash_lets_go_of_it)
{
	struct journal_bench bench;
	struct journal_story story;
	struct journal *journal;
	char byte;
	int ready[2], status;
	pid_t pid;

	journal_bench_init(&bench);
	ck_assert_int_eq(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		journal_bench_start(&bench, NULL, NULL);
		if (journal_bench_create(&bench, JOURNAL_BENCH_ID, &journal) < 0 || write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	ck_assert_int_eq(journal_read(bench.dir, JOURNAL_BENCH_ID, 1, &story), 0);
	ck_assert(story.is_held);
	journal_story_finish(&story);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(journal_read(bench.dir, JOURNAL_BENCH_ID, 1, &story), 0);
	ck_assert(!story.is_held);
	journal_story_finish(&story);
	close(ready[0]);
	close(ready[1]);
	journal_bench_finish(&bench);
}
END_TEST

SUITE("journal", names_sort_by_time_and_are_no_paths, words_are_read_back, it_is_closed_to_others_and_held,
      a_name_that_is_taken_is_left_alone, many_come_back_in_order, who_waits_for_the_disk_holds_nobody_up,
      who_hangs_for_ever_is_left, what_is_done_to_the_file_meanwhile_is_said_and_final,
      a_file_in_trouble_takes_nothing_more, a_place_that_cannot_be_looked_at_is_said,
      without_a_thread_there_is_no_writer, a_directory_that_is_none_is_said, what_is_too_long_is_refused_at_once,
      another_goes_on_where_it_ended, a_torn_end_is_cut_off_and_said, what_nobody_may_go_on_with_is_said,
      a_crash_lets_go_of_it)
