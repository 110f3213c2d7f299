// SPDX-License-Identifier: Apache-2.0
/* A trail that finds something in its way, or too little memory. */
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "tests/unit/audit/trail.h"

enum { SMALL = 2000, RUNS_MAX = 2000 };

static void expect_refused(struct trail *trail, int error, const char *text)
{
	ck_assert_int_eq(trail_open(trail), error);
	ck_assert_msg(strstr(trail->trouble.text, text) != NULL, "%s: %s", text, trail->trouble.text);
}

static void replace_by_link(const struct trail *trail, const char *name)
{
	char path[160];

	trail_path(trail, name, path, sizeof path);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(symlink("key", path), 0);
}

static void make_folder(const struct trail *trail, const char *name)
{
	char path[160];

	trail_path(trail, name, path, sizeof path);
	unlink(path);
	ck_assert_int_eq(mkdir(path, 0700), 0);
}

static void remove_folder(const struct trail *trail, const char *name)
{
	char path[160];

	trail_path(trail, name, path, sizeof path);
	ck_assert_int_eq(rmdir(path), 0);
}

START_TEST(a_link_in_the_place_of_a_segment_is_not_followed)
{
	struct trail trail;

	trail_init(&trail);
	trail_fill(&trail, 3);
	replace_by_link(&trail, "audit-000001.jsonl");
	expect_refused(&trail, -ELOOP, "audit-000001.jsonl: ");
	trail_finish(&trail);
}
END_TEST

// Of the newest not even its first line was written: the one before is asked where the trail ended.
START_TEST(a_link_in_the_place_of_the_segment_before_is_not_followed)
{
	struct trail trail;

	trail_init(&trail);
	trail_fill(&trail, 3);
	trail_write(&trail, "audit-000002.jsonl", "", 0);
	replace_by_link(&trail, "audit-000001.jsonl");
	expect_refused(&trail, -ELOOP, "audit-000001.jsonl: ");
	trail_finish(&trail);
}
END_TEST

// Behind a segment's last record, and before its newline.
static void add_bytes(const struct trail *trail, const char *name, char byte, size_t n)
{
	char path[160];
	FILE *file;

	trail_path(trail, name, path, sizeof path);
	file = fopen(path, "a");
	ck_assert_ptr_nonnull(file);
	while (n--)
		fputc(byte, file);
	fputc('\n', file);
	fclose(file);
}

START_TEST(a_segment_that_ends_in_much_else_is_not_gone_on_with)
{
	struct trail trail;

	trail_init(&trail);
	trail_fill(&trail, 3);
	add_bytes(&trail, "audit-000001.jsonl", 'x', 300000);
	expect_refused(&trail, -EINVAL, "audit-000001.jsonl has no record at its end");
	trail_finish(&trail);
}
END_TEST

START_TEST(a_segment_before_that_does_not_begin_as_one_is_said)
{
#define LINK "{\"seq\":1,\"prev\":\"0000000000000000000000000000000000000000000000000000000000000000\","
	static const char *const firsts[] = {
		"{}\n",
		LINK "\"phase\":\"event\"}\n",
		LINK "\"phase\":\"segment\",\"at\":5}\n",
		LINK "\"phase\":\"segment\",\"at\":\"2026-11-25T10:00:00.000Z\",\"details\":{\"trail\":\"a\","
		     "\"segment\":0}}\n",
	};

	for (size_t i = 0; i < sizeof firsts / sizeof firsts[0]; i++) {
		struct trail trail;

		trail_init(&trail);
		trail_fill(&trail, 2);
		trail.options.broken = "a bad disk";
		trail_fill(&trail, 1); // begins another one
		trail.options.broken = NULL;
		trail_write(&trail, "audit-000001.jsonl", firsts[i], strlen(firsts[i]));
		expect_refused(&trail, -EINVAL, "audit-000001.jsonl does not begin as a segment does");
		trail_finish(&trail);
	}
}
END_TEST

START_TEST(a_key_whose_path_is_too_long_is_said)
{
	char path[1200];
	struct trail trail;

	memset(path, 'k', sizeof path);
	path[sizeof path - 1] = '\0';
	trail_init(&trail);
	trail.options.key = path;
	expect_refused(&trail, -ENAMETOOLONG, "the key's path is too long");
	trail.options.key = NULL;
	trail_finish(&trail);
}
END_TEST

START_TEST(a_checkpoint_longer_than_any_is_none)
{
	struct audit_verdict verdict;
	struct trail trail;

	trail_init(&trail);
	trail_fill(&trail, 3);
	add_bytes(&trail, "checkpoints", 'x', 5000);
	verdict = trail_verify(&trail);
	ck_assert_int_ne(verdict.finding, AUDIT_SOUND);
	ck_assert_msg(strstr(verdict.text, "checkpoint") != NULL, "%s", verdict.text);
	trail_finish(&trail);
}
END_TEST

START_TEST(checkpoints_that_are_no_file_are_said)
{
	struct trail trail;

	trail_init(&trail);
	trail_fill(&trail, 3);
	make_folder(&trail, "checkpoints");
	expect_refused(&trail, -EISDIR, "checkpoints: ");
	remove_folder(&trail, "checkpoints");
	trail_finish(&trail);
}
END_TEST

START_TEST(what_is_there_already_is_no_new_segment)
{
	struct trail trail;
	int r = 0;

	trail_init(&trail);
	trail.options.segment_bytes = SMALL;
	ck_assert_int_eq(trail_open(&trail), 0);
	ck_assert_int_eq(audit_store_enter(trail.store), 0);
	make_folder(&trail, "audit-000002.jsonl");
	for (int i = 0; r == 0 && i < 100; i++)
		r = trail_add(&trail, "a");
	ck_assert_int_eq(r, -EEXIST);
	ck_assert_ptr_nonnull(strstr(audit_store_trouble(trail.store)->text, "audit-000002.jsonl: File exists"));
	ck_assert_int_eq(trail_add(&trail, "a"), -EEXIST); // for good
	trail_close(&trail);
	remove_folder(&trail, "audit-000002.jsonl");
	trail_finish(&trail);
}
END_TEST

// Without anybody asking for it.
START_TEST(what_is_there_already_is_no_segment_of_another_process)
{
	struct trail trail;

	trail_init(&trail);
	ck_assert_int_eq(trail_open(&trail), 0);
	make_folder(&trail, "audit-000002.jsonl");
	ck_assert_int_eq(trail_add(&trail, "a"), -EISDIR);
	ck_assert_ptr_nonnull(strstr(audit_store_trouble(trail.store)->text, "audit-000002.jsonl: Is a directory"));
	trail_close(&trail);
	remove_folder(&trail, "audit-000002.jsonl");
	trail_finish(&trail);
}
END_TEST

START_TEST(much_that_waits_is_written)
{
	static char reason[4000];
	const struct audit_record record = {
		.phase = AUDIT_EVENT, .action = AUDIT_UPDATE, .resource_kind = "agent", .reason = reason
	};
	struct trail trail;
	struct stat status;
	char path[160];

	memset(reason, 'r', sizeof reason - 1);
	trail_init(&trail);
	ck_assert_int_eq(trail_open(&trail), 0);
	for (int i = 0; i < 1500; i++)
		ck_assert_int_eq(trail_put(&trail, &record), 0);
	trail_path(&trail, "audit-000001.jsonl", path, sizeof path);
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_int_gt(status.st_size, 1000000);
	trail_close(&trail);
	ck_assert_int_eq(trail_verify(&trail).finding, AUDIT_SOUND);
	trail_finish(&trail);
}
END_TEST

static int put_much(struct trail *trail)
{
	static char reason[4000];
	const struct audit_record record = {
		.phase = AUDIT_EVENT, .action = AUDIT_UPDATE, .resource_kind = "agent", .reason = reason
	};
	int r = 0;

	memset(reason, 'r', sizeof reason - 1);
	for (int i = 0; r == 0 && i < 1500; i++) // more than a megabyte: it is written
		r = trail_put(trail, &record);
	return r;
}

static void remove_segment(const struct trail *trail)
{
	char path[160];

	trail_path(trail, "audit-000001.jsonl", path, sizeof path);
	ck_assert_int_eq(unlink(path), 0);
}

static void replace_segment(const struct trail *trail)
{
	remove_segment(trail);
	trail_write(trail, "audit-000001.jsonl", "", 0);
}

static void add_to_segment(const struct trail *trail)
{
	char path[160];
	FILE *file;

	trail_path(trail, "audit-000001.jsonl", path, sizeof path);
	file = fopen(path, "a");
	fputs("x", file);
	fclose(file);
}

// By something that does not ask for the lock.
START_TEST(what_is_done_to_it_while_it_is_written_is_said)
{
	static const struct {
		void (*harm)(const struct trail *trail);
		int error;
		const char *text;
	} rows[] = {
		{ remove_segment, -ENOENT, "audit-000001.jsonl: No such file or directory" },
		{ replace_segment, -ESTALE, "audit-000001.jsonl was replaced" },
		{ add_to_segment, -ESTALE, "audit-000001.jsonl was written to by somebody else" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct trail trail;

		trail_init(&trail);
		ck_assert_int_eq(trail_open(&trail), 0);
		ck_assert_int_eq(put_much(&trail), 0);
		rows[i].harm(&trail);
		ck_assert_int_eq(put_much(&trail), rows[i].error);
		ck_assert_msg(strstr(audit_store_trouble(trail.store)->text, rows[i].text) != NULL, "%s",
			      audit_store_trouble(trail.store)->text);
		ck_assert_int_eq(audit_store_sync(trail.store), rows[i].error);
		trail_finish(&trail);
	}
}
END_TEST

START_TEST(a_lock_that_is_no_file_is_said)
{
	struct trail trail;

	trail_init(&trail);
	ck_assert_int_eq(trail_open(&trail), 0);
	make_folder(&trail, "lock");
	ck_assert_int_eq(trail_add(&trail, "a"), -EISDIR);
	ck_assert_ptr_nonnull(strstr(audit_store_trouble(trail.store)->text, "audit/lock: Is a directory"));
	ck_assert(audit_store_is_broken(trail.store));
	trail_close(&trail);
	expect_refused(&trail, -EISDIR, "lock: Is a directory");
	remove_folder(&trail, "lock");
	ck_assert_int_eq(trail_verify(&trail).finding, AUDIT_SOUND); // nobody needs one to read
	trail_finish(&trail);
}
END_TEST

// Whatever fails, what is on the disk verifies and can be gone on with. `broken`: it is begun again after a failure.
static void begin_segments(const char *broken)
{
	unsigned long n_failed;
	bool was_failed;
	long n = 0;

	do {
		struct trail trail;
		int r;

		ck_assert_int_lt(n, RUNS_MAX);
		trail_init(&trail);
		trail.options.segment_bytes = SMALL;
		trail_fill(&trail, 2);
		trail.options.broken = broken;
		n_failed = mem_n_failed();
		mem_fail_once(n++);
		r = trail_open(&trail);
		for (int i = 0; r == 0 && i < 8; i++)
			r = trail_add(&trail, "a");
		mem_fail_after(-1);
		was_failed = mem_n_failed() != n_failed;
		ck_assert_msg(r == (was_failed ? -ENOMEM : 0), "allocation %ld: %d", n - 1, r);
		trail_close(&trail);
		trail.options.broken = NULL;
		trail_fill(&trail, 1);
		ck_assert_int_eq(trail_verify(&trail).finding, AUDIT_SOUND);
		trail_finish(&trail);
	} while (was_failed);
	ck_assert_int_gt(n, 20);
}

START_TEST(each_allocation_of_a_new_segment_that_fails_is_said)
{
	begin_segments(NULL);
	begin_segments("the disk was full");
}
END_TEST

SUITE("audit store troubles", a_link_in_the_place_of_a_segment_is_not_followed,
      a_link_in_the_place_of_the_segment_before_is_not_followed, a_segment_that_ends_in_much_else_is_not_gone_on_with,
      a_segment_before_that_does_not_begin_as_one_is_said, a_key_whose_path_is_too_long_is_said,
      a_checkpoint_longer_than_any_is_none, checkpoints_that_are_no_file_are_said,
      what_is_there_already_is_no_new_segment, what_is_there_already_is_no_segment_of_another_process,
      much_that_waits_is_written, what_is_done_to_it_while_it_is_written_is_said, a_lock_that_is_no_file_is_said,
      each_allocation_of_a_new_segment_that_fails_is_said)
