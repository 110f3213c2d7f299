// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "audit/record.h"
#include "audit/segment.h"
#include "base/memory.h"
#include "tests/unit/audit/trail.h"

static const char first_name[] = "audit-000001.jsonl", second_name[] = "audit-000002.jsonl";

static size_t n_lines(const struct trail *trail, const char *name)
{
	size_t n, lines = 0;
	char *text = trail_read(trail, name, &n);

	for (size_t i = 0; i < n; i++)
		lines += text[i] == '\n';
	free(text);
	return lines;
}

static bool holds(const struct trail *trail, const char *name, const char *part)
{
	size_t n;
	char *text = trail_read(trail, name, &n);
	bool is_there = strstr(text, part) != NULL;

	free(text);
	return is_there;
}

static void assert_sound(const struct trail *trail, uint64_t n)
{
	struct audit_verdict verdict = trail_verify(trail);

	ck_assert_msg(verdict.finding == AUDIT_SOUND, "%s", verdict.text);
	ck_assert_uint_eq(verdict.chained, n);
}

START_TEST(a_trail_begins_closed_to_others)
{
	static const char *const names[] = { "audit-000001.jsonl", "checkpoints", "key", "lock" };
	struct trail trail;
	struct stat status;
	char path[160];

	trail_init(&trail);
	trail_fill(&trail, 3);
	ck_assert_int_eq(stat(trail.dir, &status), 0);
	ck_assert_int_eq(status.st_mode & 0777, 0700);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		trail_path(&trail, names[i], path, sizeof path);
		ck_assert_int_eq(stat(path, &status), 0);
		ck_assert_int_eq(status.st_mode & 0777, 0600);
	}
	ck_assert_uint_eq(n_lines(&trail, first_name), 4);
	assert_sound(&trail, 4);
	trail_finish(&trail);
}
END_TEST

START_TEST(it_goes_on_where_it_ended)
{
	struct trail trail;

	trail_init(&trail);
	trail_fill(&trail, 3);
	trail_fill(&trail, 3);
	ck_assert(!trail_has(&trail, second_name));
	assert_sound(&trail, 7);
	trail_finish(&trail);
}
END_TEST

START_TEST(every_hundredth_record_is_signed)
{
	struct trail trail;

	trail_init(&trail);
	ck_assert_int_eq(trail_open(&trail), 0);
	ck_assert_uint_eq(audit_store_n(trail.store), 1);
	ck_assert_uint_eq(audit_store_n_signed(trail.store), 1);
	for (int i = 0; i < 120; i++)
		ck_assert_int_eq(trail_add(&trail, "a"), 0);
	ck_assert_int_eq(audit_store_sync(trail.store), 0);
	ck_assert_uint_eq(audit_store_n_signed(trail.store), 100);
	ck_assert(holds(&trail, "checkpoints", "\n100\n"));
	ck_assert_int_eq(audit_store_checkpoint(trail.store), 0);
	ck_assert_int_eq(audit_store_checkpoint(trail.store), 0); // there is nothing more to sign
	ck_assert_int_eq(audit_store_sync(trail.store), 0);
	ck_assert_uint_eq(audit_store_n_signed(trail.store), 121);
	trail_finish(&trail);
}
END_TEST

START_TEST(segments_end_at_their_size_and_name_the_one_before)
{
	struct audit_segment_head head;
	struct trail trail;
	struct stat status;
	char path[160], *text;
	size_t n;

	trail_init(&trail);
	trail.options.segment_bytes = 20000;
	trail_fill(&trail, 150);
	trail_path(&trail, first_name, path, sizeof path);
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_int_le(status.st_size, 20000);
	ck_assert_int_gt(status.st_size, 19000);
	text = trail_read(&trail, second_name, &n);
	ck_assert_int_eq(audit_segment_read(text, (size_t)(strchr(text, '\n') - text), &head), 0);
	ck_assert_uint_eq(head.number, 2);
	ck_assert_uint_eq(head.first, n_lines(&trail, first_name) + 1);
	free(text);
	trail_fill(&trail, 1); // in the middle of a later one
	assert_sound(&trail, trail_verify(&trail).chained);
	trail_finish(&trail);
}
END_TEST

START_TEST(retention_drops_whole_segments_and_the_rest_verifies)
{
	struct audit_verdict verdict;
	struct trail trail;

	trail_init(&trail);
	trail.options.segment_bytes = 20000;
	trail.options.n_records = 100;
	trail_fill(&trail, 400);
	ck_assert(!trail_has(&trail, first_name));
	verdict = trail_verify(&trail);
	ck_assert_msg(verdict.finding == AUDIT_SOUND, "%s", verdict.text);
	ck_assert_uint_gt(verdict.first, 200);
	ck_assert_uint_ge(verdict.chained - verdict.first + 1, 100);
	ck_assert_uint_le(verdict.chained - verdict.first + 1, 200);
	ck_assert_uint_gt(verdict.n_checkpoints, 1);
	trail_finish(&trail);
}
END_TEST

static size_t count_notes(const struct trail *trail)
{
	size_t n, count = 0;
	char *text = trail_read(trail, "checkpoints", &n);

	for (const char *at = text; (at = strstr(at, "opscon audit chain v1 ")); at++)
		count++;
	free(text);
	return count;
}

// Else their file would grow for ever.
START_TEST(retention_drops_checkpoints_of_what_is_gone)
{
	struct audit_verdict verdict;
	struct trail trail;
	char *text;
	size_t n;

	trail_init(&trail);
	trail.options.segment_bytes = 20000;
	trail.options.n_records = 100;
	trail_fill(&trail, 400);
	ck_assert_uint_le(count_notes(&trail), 8); // and were some fifteen
	for (int i = 0; i < 30; i++)
		trail_fill(&trail, 20);
	ck_assert_uint_le(count_notes(&trail), 20);
	verdict = trail_verify(&trail);
	ck_assert_msg(verdict.finding == AUDIT_SOUND, "%s", verdict.text);
	ck_assert_uint_gt(verdict.first, 500);
	// One that cannot be read is nobody's to take away.
	text = trail_read(&trail, "checkpoints", &n);
	text[0] = 'O';
	trail_write(&trail, "checkpoints", text, n);
	free(text);
	for (int i = 0; i < 10; i++)
		trail_fill(&trail, 20);
	text = trail_read(&trail, "checkpoints", &n);
	ck_assert_int_eq(text[0], 'O');
	free(text);
	ck_assert_int_eq(trail_verify(&trail).finding, AUDIT_TAMPERED);
	trail_finish(&trail);
}
END_TEST

START_TEST(retention_drops_what_is_too_old)
{
	struct trail trail;

	trail_init(&trail);
	trail.options.segment_bytes = 20000;
	trail_fill(&trail, 100);
	trail.options.retention_ms = 3600000;
	trail.now_ms += 3000000;
	trail_fill(&trail, 1);
	ck_assert(trail_has(&trail, first_name));
	trail.now_ms += 600000;
	trail_fill(&trail, 1);
	ck_assert(!trail_has(&trail, first_name));
	ck_assert(trail_has(&trail, "audit-000003.jsonl")); // it is written to
	ck_assert_int_eq(trail_verify(&trail).finding, AUDIT_SOUND);
	ck_assert(holds(&trail, "audit-000003.jsonl", "\"reason\":\"retention\""));
	trail_finish(&trail);
}
END_TEST

START_TEST(a_torn_end_is_moved_aside_wherever_it_is_torn)
{
	struct trail trail;
	size_t n, n_last;
	char *text;

	trail_init(&trail);
	trail_fill(&trail, 2);
	text = trail_read(&trail, first_name, &n);
	for (n_last = 1; text[n - n_last - 1] != '\n';)
		n_last++;
	for (size_t kept = 1; kept < n_last; kept++) {
		char path[160], *torn;
		size_t n_torn;

		trail_write(&trail, first_name, text, n - n_last + kept);
		ck_assert_msg(trail_open(&trail) == 0, "%zu: %s", kept, trail.trouble.text);
		trail_close(&trail);
		torn = trail_read(&trail, "torn-000001", &n_torn);
		ck_assert_uint_eq(n_torn, kept);
		ck_assert(memcmp(torn, text + n - n_last, kept) == 0);
		free(torn);
		ck_assert(holds(&trail, first_name, "\"reason\":\"a torn end was moved aside\""));
		ck_assert(holds(&trail, first_name, "\"reason\":\"records that a checkpoint counts are missing\""));
		trail_path(&trail, "torn-000001", path, sizeof path);
		ck_assert_int_eq(unlink(path), 0);
	}
	free(text);
	trail_finish(&trail);
}
END_TEST

START_TEST(a_torn_end_without_a_checkpoint_is_sound_again)
{
	struct trail trail;
	pid_t pid;
	int status;
	size_t n;
	char *text;

	trail_init(&trail);
	pid = fork();
	if (pid == 0) { // dies before it has signed
		if (trail_open(&trail) < 0 || trail_add(&trail, "a") < 0 || audit_store_sync(trail.store) < 0)
			_exit(1);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	text = trail_read(&trail, first_name, &n);
	trail_write(&trail, first_name, text, n - 7);
	free(text);
	ck_assert_int_eq(trail_verify(&trail).finding, AUDIT_TRUNCATED);
	trail_fill(&trail, 1);
	assert_sound(&trail, 3);
	trail_finish(&trail);
}
END_TEST

START_TEST(a_segment_whose_first_line_is_torn_is_begun_again)
{
	struct trail trail;

	trail_init(&trail);
	trail_fill(&trail, 2);
	trail_write(&trail, second_name, "{\"seq\":4", 8);
	ck_assert_int_eq(trail_verify(&trail).finding, AUDIT_TRUNCATED);
	trail_fill(&trail, 1);
	assert_sound(&trail, 6);
	trail_write(&trail, "audit-000003.jsonl", "", 0);
	assert_sound(&trail, 6);
	trail_fill(&trail, 1);
	assert_sound(&trail, 8);
	trail_finish(&trail);
}
END_TEST

START_TEST(a_torn_checkpoint_is_moved_aside)
{
	struct trail trail;
	size_t n;
	char *text;

	trail_init(&trail);
	trail_fill(&trail, 2);
	text = trail_read(&trail, "checkpoints", &n);
	trail_write(&trail, "checkpoints", text, n - 9);
	free(text);
	trail_fill(&trail, 1);
	ck_assert(holds(&trail, first_name, "a torn checkpoint was moved aside"));
	assert_sound(&trail, 5);
	trail_finish(&trail);
}
END_TEST

START_TEST(a_long_file_of_checkpoints_is_read_from_its_end)
{
	struct trail trail;

	trail_init(&trail);
	trail.options.segment_bytes = 2000; // each segment ends signed
	trail_fill(&trail, 2500);
	ck_assert_uint_gt(trail_verify(&trail).n_checkpoints, 800);
	trail_fill(&trail, 1);
	ck_assert(!trail_has(&trail, "torn-000001"));
	ck_assert_int_eq(trail_verify(&trail).finding, AUDIT_SOUND);
	trail_finish(&trail);
}
END_TEST

static void replace_by_link(const struct trail *trail)
{
	char aside[160];

	snprintf(aside, sizeof aside, "%s/aside", trail->root);
	ck_assert_int_eq(rename(trail->dir, aside), 0);
	ck_assert_int_eq(symlink(aside, trail->dir), 0);
}

static void delete (const struct trail *trail)
{
	char command[160];

	snprintf(command, sizeof command, "rm -r %s", trail->dir);
	ck_assert_int_eq(system(command), 0);
}

static void delete_segment(const struct trail *trail)
{
	char path[160];

	trail_path(trail, first_name, path, sizeof path);
	ck_assert_int_eq(unlink(path), 0);
}

static void replace_segment(const struct trail *trail)
{
	delete_segment(trail);
	trail_write(trail, first_name, "", 0);
}

static void write_to_segment(const struct trail *trail)
{
	char path[160];
	FILE *file;

	trail_path(trail, first_name, path, sizeof path);
	file = fopen(path, "a");
	fputs("x\n", file);
	fclose(file);
}

static void cut_segment(const struct trail *trail)
{
	char path[160];

	trail_path(trail, first_name, path, sizeof path);
	ck_assert_int_eq(truncate(path, 20), 0);
}

START_TEST(what_is_done_to_the_directory_meanwhile_is_said)
{
	static const struct {
		void (*harm)(const struct trail *trail);
		int error;
		const char *text;
	} rows[] = {
		{ replace_by_link, -ESTALE, "audit was replaced" },
		{ delete, -ENOENT, "audit: No such file or directory" },
		{ delete_segment, -ENOENT, "audit-000001.jsonl: No such file or directory" },
		{ replace_segment, -ESTALE, "audit-000001.jsonl was replaced" },
		{ write_to_segment, -ESTALE, "was written to by somebody else" },
		{ cut_segment, -ESTALE, "was cut short by somebody else" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct trail trail;

		trail_init(&trail);
		ck_assert_int_eq(trail_open(&trail), 0);
		rows[i].harm(&trail);
		ck_assert_int_eq(trail_add(&trail, "a"), rows[i].error);
		ck_assert_int_eq(audit_store_sync(trail.store), rows[i].error);
		ck_assert_msg(strstr(audit_store_trouble(trail.store)->text, rows[i].text) != NULL, "%s",
			      audit_store_trouble(trail.store)->text);
		// It is final.
		ck_assert_int_eq(trail_add(&trail, "b"), rows[i].error);
		ck_assert_int_eq(audit_store_sync(trail.store), rows[i].error);
		ck_assert_int_eq(audit_store_checkpoint(trail.store), rows[i].error);
		trail_finish(&trail);
	}
}
END_TEST

START_TEST(a_directory_that_is_a_link_is_not_opened)
{
	struct trail trail;

	trail_init(&trail);
	trail_fill(&trail, 1);
	replace_by_link(&trail);
	ck_assert_int_eq(trail_open(&trail), -ENOTDIR);
	ck_assert_ptr_nonnull(strstr(trail.trouble.text, "is a link, or no directory"));
	trail_finish(&trail);
}
END_TEST

START_TEST(a_key_that_is_gone_or_open_to_others_is_not_replaced)
{
	struct trail trail;
	char path[160];

	trail_init(&trail);
	trail_fill(&trail, 1);
	trail_path(&trail, "key", path, sizeof path);
	ck_assert_int_eq(chmod(path, 0644), 0);
	ck_assert_int_eq(trail_open(&trail), -EPERM);
	ck_assert_str_eq(trail.trouble.text, "key can be read by others");
	trail_write(&trail, "key", "no key", 6);
	ck_assert_int_eq(chmod(path, 0600), 0);
	ck_assert_int_eq(trail_open(&trail), -EINVAL);
	ck_assert_str_eq(trail.trouble.text, "key is no signing key");
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(trail_open(&trail), -ENOENT);
	ck_assert_ptr_nonnull(strstr(trail.trouble.text, "is gone, and the trail's checkpoints need it"));
	trail_finish(&trail);
}
END_TEST

START_TEST(what_is_no_trail_is_not_written_to)
{
	struct trail trail;

	trail_init(&trail);
	trail_fill(&trail, 1);
	trail_write(&trail, second_name, "", 0);
	trail_write(&trail, first_name, "mine\n", 5);
	ck_assert_int_eq(trail_open(&trail), -EINVAL);
	ck_assert_ptr_nonnull(strstr(trail.trouble.text, "has no record at its end"));
	trail_finish(&trail);
}
END_TEST

START_TEST(a_key_elsewhere_is_made_and_used)
{
	struct audit_verify_options options = { 0 };
	struct audit_verdict verdict;
	struct trail trail;
	char key[160], public[170];

	trail_init(&trail);
	snprintf(key, sizeof key, "%s/signing", trail.root);
	snprintf(public, sizeof public, "%s.pub", key);
	trail.options.key = key;
	trail_fill(&trail, 1);
	ck_assert(!trail_has(&trail, "key"));
	options.dir = trail.dir;
	options.key = public;
	ck_assert_int_eq(audit_verify(&options, &verdict), 0);
	ck_assert_msg(verdict.finding == AUDIT_SOUND, "%s", verdict.text);
	ck_assert_str_eq(verdict.key_name, "ops1");
	trail_finish(&trail);
}
END_TEST

START_TEST(after_a_failure_a_new_segment_is_begun)
{
	struct trail trail;

	trail_init(&trail);
	trail_fill(&trail, 3);
	trail.options.broken = "the disk was full";
	ck_assert_int_eq(trail_open(&trail), 0);
	trail_close(&trail);
	ck_assert(trail_has(&trail, second_name));
	ck_assert(holds(&trail, second_name, "\"after\":\"the disk was full\""));
	assert_sound(&trail, 6);
	trail_finish(&trail);
}
END_TEST

SUITE("audit store", a_trail_begins_closed_to_others, it_goes_on_where_it_ended, every_hundredth_record_is_signed,
      segments_end_at_their_size_and_name_the_one_before, retention_drops_whole_segments_and_the_rest_verifies,
      retention_drops_checkpoints_of_what_is_gone, retention_drops_what_is_too_old,
      a_torn_end_is_moved_aside_wherever_it_is_torn, a_torn_end_without_a_checkpoint_is_sound_again,
      a_segment_whose_first_line_is_torn_is_begun_again, a_torn_checkpoint_is_moved_aside,
      a_long_file_of_checkpoints_is_read_from_its_end, what_is_done_to_the_directory_meanwhile_is_said,
      a_directory_that_is_a_link_is_not_opened, a_key_that_is_gone_or_open_to_others_is_not_replaced,
      what_is_no_trail_is_not_written_to, a_key_elsewhere_is_made_and_used, after_a_failure_a_new_segment_is_begun)
