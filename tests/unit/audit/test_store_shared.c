// SPDX-License-Identifier: Apache-2.0
/* Two stores on one directory, as two processes would have them. */
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "tests/unit/audit/trail.h"

enum { SMALL = 2000, RUNS_MAX = 200 };

static const char first_name[] = "audit-000001.jsonl", second_name[] = "audit-000002.jsonl";

struct pair {
	struct trail a, b; // b borrows what a owns
};

static void pair_open(struct pair *pair)
{
	ck_assert_msg(trail_open(&pair->a) == 0, "%s", pair->a.trouble.text);
	pair->b = pair->a;
	ck_assert_msg(trail_open(&pair->b) == 0, "%s", pair->b.trouble.text);
}

static void pair_finish(struct pair *pair)
{
	trail_close(&pair->b);
	trail_finish(&pair->a);
}

static int put(struct trail *trail, const char *id)
{
	int r = trail_add(trail, id);

	return r ? r : audit_store_sync(trail->store);
}

static void expect_put(struct trail *trail)
{
	int r = put(trail, "x");

	ck_assert_msg(r == 0, "%s", audit_store_trouble(trail->store)->text);
}

// Closes both.
static void assert_sound(struct pair *pair, uint64_t n)
{
	struct audit_verdict verdict;

	trail_close(&pair->a);
	trail_close(&pair->b);
	verdict = trail_verify(&pair->a);
	ck_assert_msg(verdict.finding == AUDIT_SOUND, "%s", verdict.text);
	if (n)
		ck_assert_uint_eq(verdict.chained, n);
}

static bool holds(const struct trail *trail, const char *name, const char *part)
{
	size_t n;
	char *text = trail_read(trail, name, &n);
	bool is_there = strstr(text, part) != NULL;

	free(text);
	return is_there;
}

static void add_bytes(const struct trail *trail, const char *name, const char *text)
{
	char path[160];
	FILE *file;

	trail_path(trail, name, path, sizeof path);
	file = fopen(path, "a");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

// ---- what goes well

START_TEST(both_write_one_trail_in_turn)
{
	struct pair pair;

	trail_init(&pair.a);
	pair_open(&pair);
	for (int i = 0; i < 120; i++) {
		expect_put(&pair.a);
		for (int k = 0; k < i % 4; k++)
			expect_put(&pair.b);
	}
	ck_assert_uint_eq(audit_store_n(pair.b.store), 1 + 120 + 30 * 6);
	ck_assert_uint_ge(audit_store_n_signed(pair.b.store), 300); // whoever wrote the hundredth signed it
	assert_sound(&pair, 1 + 120 + 30 * 6);
	pair_finish(&pair);
}
END_TEST

START_TEST(either_ends_a_segment_and_the_other_goes_on_in_the_next)
{
	struct pair pair;

	trail_init(&pair.a);
	pair.a.options.segment_bytes = SMALL;
	pair_open(&pair);
	for (int i = 0; i < 60; i++)
		for (int k = 0; k < 1 + i % 7; k++)
			expect_put(i % 2 ? &pair.a : &pair.b);
	ck_assert(trail_has(&pair.a, "audit-000020.jsonl"));
	assert_sound(&pair, 0);
	pair_finish(&pair);
}
END_TEST

START_TEST(who_slept_while_segments_were_dropped_goes_on)
{
	struct pair pair;

	trail_init(&pair.a);
	pair.a.options.segment_bytes = SMALL;
	pair.a.options.n_records = 10;
	pair_open(&pair);
	expect_put(&pair.b);
	for (int i = 0; i < 100; i++)
		expect_put(&pair.a);
	ck_assert(!trail_has(&pair.a, second_name));
	expect_put(&pair.b);
	ck_assert_uint_eq(audit_store_n(pair.b.store), audit_store_n(pair.a.store) + 1);
	for (int i = 0; i < 100; i++)
		expect_put(&pair.b);
	expect_put(&pair.a);
	assert_sound(&pair, 0);
	pair_finish(&pair);
}
END_TEST

START_TEST(the_next_that_signs_signs_what_the_other_wrote)
{
	struct pair pair;

	trail_init(&pair.a);
	pair_open(&pair);
	expect_put(&pair.a);
	ck_assert_uint_eq(audit_store_n_signed(pair.a.store), 1);
	ck_assert_int_eq(audit_store_checkpoint(pair.b.store), 0);
	ck_assert_int_eq(audit_store_sync(pair.b.store), 0);
	ck_assert_uint_eq(audit_store_n_signed(pair.b.store), 2);
	ck_assert_int_eq(audit_store_checkpoint(pair.a.store), 0); // there is nothing left to sign
	ck_assert_int_eq(audit_store_sync(pair.a.store), 0);
	ck_assert_uint_eq(audit_store_n_signed(pair.a.store), 2);
	assert_sound(&pair, 2);
	ck_assert_uint_eq(trail_verify(&pair.a).n_checkpoints, 2);
	pair_finish(&pair);
}
END_TEST

START_TEST(who_is_kept_out_says_by_whom_and_tries_again)
{
	struct pair pair;
	struct trail third;
	char wanted[80];

	trail_init(&pair.a);
	pair.a.options.lock_ms = 1;
	pair_open(&pair);
	ck_assert_int_eq(trail_add(&pair.a, "x"), 0); // holds it up to its sync
	snprintf(wanted, sizeof wanted, "another process holds the audit trail: pid %d alice", getpid());
	ck_assert_int_eq(trail_add(&pair.b, "x"), -EBUSY);
	ck_assert_int_eq(trail_add(&pair.b, "y"), -EBUSY);
	ck_assert_int_eq(audit_store_checkpoint(pair.b.store), -EBUSY);
	ck_assert_str_eq(audit_store_trouble(pair.b.store)->text, wanted);
	ck_assert(!audit_store_is_broken(pair.b.store));
	third = pair.a;
	ck_assert_int_eq(trail_open(&third), -EBUSY);
	ck_assert_str_eq(third.trouble.text, wanted);
	ck_assert_int_eq(audit_store_sync(pair.a.store), 0);
	ck_assert_int_eq(trail_add(&pair.b, "z"), -EBUSY); // not before its own sync
	ck_assert_int_eq(audit_store_sync(pair.b.store), -EBUSY);
	expect_put(&pair.b);
	ck_assert_int_eq(audit_store_trouble(pair.b.store)->error, 0);
	assert_sound(&pair, 3);
	pair_finish(&pair);
}
END_TEST

START_TEST(who_is_kept_out_at_its_end_leaves_the_signing_to_the_other)
{
	struct pair pair;

	trail_init(&pair.a);
	pair.a.options.lock_ms = 1;
	pair_open(&pair);
	expect_put(&pair.b);
	ck_assert_int_eq(audit_store_enter(pair.a.store), 0);
	ck_assert_int_eq(put(&pair.b, "x"), -EBUSY);
	trail_close(&pair.b);
	assert_sound(&pair, 2);
	ck_assert_uint_eq(trail_verify(&pair.a).n_signed, 2);
	pair_finish(&pair);
}
END_TEST

START_TEST(a_lock_file_that_was_taken_away_is_made_again)
{
	struct pair pair;
	char path[160];

	trail_init(&pair.a);
	pair.a.options.lock_ms = 50;
	pair_open(&pair);
	trail_path(&pair.a, "lock", path, sizeof path);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(trail_add(&pair.a, "x"), 0);
	ck_assert_int_eq(put(&pair.b, "x"), -EBUSY); // it is the same for both
	ck_assert_int_eq(audit_store_sync(pair.b.store), -EBUSY);
	ck_assert_int_eq(audit_store_sync(pair.a.store), 0);
	expect_put(&pair.b);
	assert_sound(&pair, 3);
	pair_finish(&pair);
}
END_TEST

// Of another name, longer: nothing of it is left.
START_TEST(the_lock_names_who_wrote_last)
{
	struct pair pair;
	char wanted[64], *text;
	size_t n;

	trail_init(&pair.a);
	pair_open(&pair);
	trail_close(&pair.b);
	pair.b.options.holder = "somebody with a longer name";
	ck_assert_int_eq(trail_open(&pair.b), 0);
	ck_assert(holds(&pair.a, "lock", " somebody with a longer name\n"));
	expect_put(&pair.a);
	snprintf(wanted, sizeof wanted, "%d alice\n", getpid());
	text = trail_read(&pair.a, "lock", &n);
	ck_assert_str_eq(text, wanted);
	free(text);
	pair_finish(&pair);
}
END_TEST

START_TEST(one_that_was_begun_anew_is_gone_on_with_by_the_other)
{
	struct pair pair;

	trail_init(&pair.a);
	pair_open(&pair);
	expect_put(&pair.b);
	trail_close(&pair.a);
	pair.a.options.broken = "the disk was full";
	ck_assert_int_eq(trail_open(&pair.a), 0);
	expect_put(&pair.b);
	ck_assert(trail_has(&pair.a, second_name));
	expect_put(&pair.a);
	assert_sound(&pair, 0);
	pair_finish(&pair);
}
END_TEST

// As by one that ended right after it had put the copy in its place.
START_TEST(a_copy_of_the_segment_in_its_place_is_gone_on_with)
{
	struct pair pair;
	char path[160], *text;
	size_t n;

	trail_init(&pair.a);
	pair_open(&pair);
	expect_put(&pair.a);
	text = trail_read(&pair.a, first_name, &n);
	trail_path(&pair.a, first_name, path, sizeof path);
	ck_assert_int_eq(unlink(path), 0);
	trail_write(&pair.a, first_name, text, n);
	free(text);
	expect_put(&pair.a);
	expect_put(&pair.b);
	assert_sound(&pair, 4);
	pair_finish(&pair);
}
END_TEST

// ---- what one that crashed leaves

START_TEST(a_torn_end_of_the_other_is_moved_aside_and_told)
{
	struct pair pair;

	trail_init(&pair.a);
	pair_open(&pair);
	expect_put(&pair.a);
	add_bytes(&pair.a, first_name, "{\"seq\":3,\"prev\":\"");
	expect_put(&pair.b);
	ck_assert(holds(&pair.a, "torn-000001", "{\"seq\":3,\"prev\":\""));
	ck_assert(holds(&pair.a, first_name, "\"reason\":\"a torn end was moved aside\""));
	expect_put(&pair.a);
	assert_sound(&pair, 5);
	pair_finish(&pair);
}
END_TEST

START_TEST(a_segment_that_the_other_only_began_is_begun_again)
{
	static const char *const rows[] = { "", "{\"seq\":3,\"pr" };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct pair pair;

		trail_init(&pair.a);
		pair_open(&pair);
		expect_put(&pair.a);
		add_bytes(&pair.a, second_name, rows[i]);
		expect_put(&pair.b);
		ck_assert(trail_has(&pair.a, "torn-000001") == (*rows[i] != '\0'));
		expect_put(&pair.a);
		assert_sound(&pair, 5 + i);
		pair_finish(&pair);
	}
}
END_TEST

START_TEST(a_torn_checkpoint_of_the_other_is_moved_aside_and_told)
{
	struct pair pair;

	trail_init(&pair.a);
	pair_open(&pair);
	expect_put(&pair.a);
	add_bytes(&pair.a, "checkpoints", "opscon audit ch");
	expect_put(&pair.b);
	ck_assert(holds(&pair.a, first_name, "a torn checkpoint was moved aside"));
	expect_put(&pair.a);
	assert_sound(&pair, 5);
	pair_finish(&pair);
}
END_TEST

// ---- what breaks it

static void cut(const struct trail *trail, const char *name, long by)
{
	struct stat status;
	char path[160];

	trail_path(trail, name, path, sizeof path);
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_int_eq(truncate(path, status.st_size - by), 0);
}

static void cut_segment(const struct trail *trail)
{
	cut(trail, first_name, 3);
}

static void cut_checkpoints(const struct trail *trail)
{
	cut(trail, "checkpoints", 3);
}

static void add_a_line(const struct trail *trail)
{
	add_bytes(trail, first_name, "mine\n");
}

static void add_much(const struct trail *trail)
{
	for (int i = 0; i < 70000 / 10; i++)
		add_bytes(trail, first_name, "0123456789");
}

static void repeat_a_line(const struct trail *trail)
{
	size_t n;
	char *text = trail_read(trail, first_name, &n);

	add_bytes(trail, first_name, strchr(text, '\n') + 1);
	free(text);
}

static void begin_no_segment(const struct trail *trail)
{
	size_t n;
	char *text = trail_read(trail, first_name, &n);

	trail_write(trail, second_name, text, n);
	free(text);
}

static void begin_after_a_torn_end(const struct trail *trail)
{
	add_bytes(trail, first_name, "{\"seq\"");
	trail_write(trail, second_name, "", 0);
}

static void begin_another_trail(const struct trail *trail)
{
	struct trail other;
	size_t n;
	char *text;

	trail_init(&other);
	other.options.segment_bytes = SMALL;
	trail_fill(&other, 10);
	text = trail_read(&other, second_name, &n);
	trail_write(trail, second_name, text, n);
	free(text);
	trail_finish(&other);
}

static void sign_what_is_gone(const struct trail *trail)
{
	struct trail other = *trail;
	struct stat status;
	char path[160];

	trail_path(trail, first_name, path, sizeof path);
	ck_assert_int_eq(stat(path, &status), 0);
	trail_fill(&other, 2);
	ck_assert_int_eq(truncate(path, status.st_size), 0);
}

static void remove_segments(const struct trail *trail)
{
	char path[160];

	trail_path(trail, first_name, path, sizeof path);
	ck_assert_int_eq(unlink(path), 0);
}

START_TEST(what_does_not_fit_is_said_and_breaks_it)
{
	static const struct {
		void (*harm)(const struct trail *trail);
		const char *text;
	} rows[] = {
		{ cut_segment, "audit-000001.jsonl was cut short by somebody else" },
		{ cut_checkpoints, "checkpoints was cut short by somebody else" },
		{ add_a_line, "audit-000001.jsonl was written to by somebody else" },
		{ add_much, "audit-000001.jsonl was written to by somebody else" },
		{ repeat_a_line, "what came is not chained to what was there" },
		{ begin_no_segment, "audit-000002.jsonl does not begin as a segment does" },
		{ begin_after_a_torn_end, "audit-000001.jsonl is cut short, and another follows it" },
		{ begin_another_trail, "audit-000002.jsonl is of another trail" },
		{ sign_what_is_gone, "a checkpoint counts 5 records, and there are 3" },
		{ remove_segments, "audit-000001.jsonl: No such file or directory" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct pair pair;
		int r;

		trail_init(&pair.a);
		pair_open(&pair);
		expect_put(&pair.a);
		expect_put(&pair.b);
		ck_assert_int_eq(audit_store_checkpoint(pair.a.store), 0);
		ck_assert_int_eq(audit_store_sync(pair.a.store), 0);
		ck_assert_int_eq(audit_store_enter(pair.b.store), 0);
		ck_assert_int_eq(audit_store_sync(pair.b.store), 0);
		rows[i].harm(&pair.a);
		r = put(&pair.b, "x");
		ck_assert_msg(r == -ESTALE || r == -ENOENT, "%zu: %d", i, r);
		ck_assert_msg(strstr(audit_store_trouble(pair.b.store)->text, rows[i].text) != NULL, "%s",
			      audit_store_trouble(pair.b.store)->text);
		ck_assert(audit_store_is_broken(pair.b.store));
		audit_store_sync(pair.b.store);
		ck_assert_int_eq(put(&pair.b, "x"), r); // for good
		pair_finish(&pair);
	}
}
END_TEST

START_TEST(a_segment_that_is_gone_without_a_later_one_breaks_it)
{
	struct pair pair;
	char path[160];

	trail_init(&pair.a);
	pair.a.options.segment_bytes = SMALL;
	pair_open(&pair);
	while (!trail_has(&pair.a, second_name))
		expect_put(&pair.b);
	trail_path(&pair.a, second_name, path, sizeof path);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(put(&pair.b, "x"), -ENOENT);
	ck_assert_ptr_nonnull(strstr(audit_store_trouble(pair.b.store)->text, "audit-000002.jsonl: No such file"));
	pair_finish(&pair);
}
END_TEST

START_TEST(want_of_memory_before_a_copy_of_the_segment_is_said)
{
	for (long n = 0; n < 3; n++) {
		struct pair pair;
		char path[160], *text;
		size_t size;
		int r;

		trail_init(&pair.a);
		pair_open(&pair);
		text = trail_read(&pair.a, first_name, &size);
		trail_path(&pair.a, first_name, path, sizeof path);
		ck_assert_int_eq(unlink(path), 0);
		trail_write(&pair.a, first_name, text, size);
		free(text);
		mem_fail_once(n);
		r = audit_store_enter(pair.b.store);
		mem_fail_after(-1);
		ck_assert_int_eq(r, n == 0 ? -ENOMEM : 0);
		pair_finish(&pair);
	}
}
END_TEST

START_TEST(each_allocation_of_catching_up_that_fails_is_said)
{
	unsigned long n_failed;
	bool was_failed;
	long n = 0;

	do {
		struct pair pair;
		int r;

		ck_assert_int_lt(n, RUNS_MAX);
		trail_init(&pair.a);
		pair.a.options.segment_bytes = SMALL;
		pair.a.options.n_records = 10;
		pair_open(&pair);
		for (int i = 0; i < 40; i++)
			expect_put(&pair.a);
		add_bytes(&pair.a, "checkpoints", "opscon");
		n_failed = mem_n_failed();
		mem_fail_once(n++);
		r = put(&pair.b, "x");
		mem_fail_after(-1);
		was_failed = mem_n_failed() != n_failed;
		ck_assert_msg(r == (was_failed ? -ENOMEM : 0), "allocation %ld: %d", n - 1, r);
		trail_close(&pair.b);
		expect_put(&pair.a);
		assert_sound(&pair, 0);
		pair_finish(&pair);
	} while (was_failed);
	ck_assert_int_gt(n, 8);
}
END_TEST

SUITE("audit store shared", both_write_one_trail_in_turn, either_ends_a_segment_and_the_other_goes_on_in_the_next,
      who_slept_while_segments_were_dropped_goes_on, the_next_that_signs_signs_what_the_other_wrote,
      who_is_kept_out_says_by_whom_and_tries_again, who_is_kept_out_at_its_end_leaves_the_signing_to_the_other,
      a_lock_file_that_was_taken_away_is_made_again, the_lock_names_who_wrote_last,
      one_that_was_begun_anew_is_gone_on_with_by_the_other, a_copy_of_the_segment_in_its_place_is_gone_on_with,
      a_torn_end_of_the_other_is_moved_aside_and_told, a_segment_that_the_other_only_began_is_begun_again,
      a_torn_checkpoint_of_the_other_is_moved_aside_and_told, what_does_not_fit_is_said_and_breaks_it,
      a_segment_that_is_gone_without_a_later_one_breaks_it, want_of_memory_before_a_copy_of_the_segment_is_said,
      each_allocation_of_catching_up_that_fails_is_said)
