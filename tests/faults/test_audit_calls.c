// SPDX-License-Identifier: Apache-2.0
/* The audit trail where calls fail that hardly ever do: looks at files, randomness, threads, memory of libraries. */
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/identity.h"
#include "audit/key.h"
#include "audit/syslog.h"
#include "audit/writer.h"
#include "base/memory.h"
#include "tests/faults/audit_life.h"
#include "tests/faults/bad_calls.h"
#include "tests/faults/bad_disk.h"

enum { RUNS_MAX = 400, RECORDS = 8 };

static void short_life_prepare(struct life *life)
{
	life_prepare(life);
	life->trail.options.segment_bytes = 1500;
	life->trail.options.n_records = 3;
}

static int short_life(struct life *life)
{
	int r = trail_open(&life->trail);

	for (int i = 0; i < RECORDS && r == 0; i++) {
		r = trail_add(&life->trail, "a");
		r = r ? r : audit_store_sync(life->trail.store);
	}
	trail_close(&life->trail);
	return r;
}

// What is seen again afterwards is whole; the answer is an error, or that nothing was the matter.
static void break_each(unsigned calls, int error, bool goes_on)
{
	bool was_met = true;
	long n = 0;

	for (; was_met; n++) {
		struct life life;
		int r;

		ck_assert_int_lt(n, RUNS_MAX);
		short_life_prepare(&life);
		calls_break(calls, n, error, goes_on);
		r = short_life(&life);
		was_met = calls_mend();
		ck_assert_msg(r == 0 || (was_met && r < 0 && *life.trail.trouble.text) || life.trail.trouble.error == 0,
			      "%ld: %d", n, r);
		ck_assert(was_met || r == 0);
		life_assert_mends(&life, NULL);
		trail_finish(&life.trail);
	}
	ck_assert_int_gt(n, 10);
}

START_TEST(each_look_that_fails_is_said_and_mends)
{
	break_each(CALLS_THAT_LOOK, EIO, false);
	break_each(CALLS_THAT_LOOK, EINTR, false);
}
END_TEST

START_TEST(names_that_are_all_taken_are_said)
{
	break_each(CALL_OPENAT, EEXIST, true);
}
END_TEST

START_TEST(each_look_that_fails_while_reading_is_said)
{
	static const int errors[] = { EIO, ENOENT };
	struct life life;

	life_prepare(&life);
	ck_assert_int_eq(life_live(&life, -1), 0);
	for (size_t i = 0; i < 2; i++) {
		long n = 0;
		int r;

		do {
			ck_assert_int_lt(n, RUNS_MAX);
			calls_break(CALLS_THAT_LOOK, n++, errors[i], false);
			r = life_read_all(&life.trail);
			ck_assert_msg(r == 0 || r == -errors[i], "%ld: %d", n, r);
		} while (calls_mend());
		ck_assert_int_gt(n, 8);
	}
	trail_finish(&life.trail);
}
END_TEST

// ---- catching up with another process

struct pair {
	struct trail a, b; // b borrows what a owns
};

static int put(struct trail *trail)
{
	int r = trail_add(trail, "x");

	return r ? r : audit_store_sync(trail->store);
}

static void pair_init(struct pair *pair)
{
	trail_init(&pair->a);
	pair->a.options.segment_bytes = 2000;
	pair->a.options.n_records = 10;
	ck_assert_int_eq(trail_open(&pair->a), 0);
	pair->b = pair->a;
	ck_assert_int_eq(trail_open(&pair->b), 0);
}

static void pair_finish(struct pair *pair)
{
	struct audit_verdict verdict;

	trail_close(&pair->b);
	trail_close(&pair->a);
	trail_fill(&pair->a, 1);
	verdict = trail_verify(&pair->a);
	ck_assert_msg(verdict.finding == AUDIT_SOUND, "%s", verdict.text);
	trail_finish(&pair->a);
}

// The other one has ended segments, dropped some, and was killed while it signed.
static void go_ahead(struct pair *pair)
{
	char path[160];
	FILE *file;

	for (int i = 0; i < 25; i++)
		ck_assert_int_eq(put(&pair->a), 0);
	trail_path(&pair->a, "checkpoints", path, sizeof path);
	file = fopen(path, "a");
	fputs("opscon", file);
	fclose(file);
}

static void go_ahead_a_little(struct pair *pair)
{
	ck_assert_int_eq(put(&pair->a), 0);
}

// The segment at hand is another file with the same in it.
static void copy_segment(struct pair *pair)
{
	static const char name[] = "audit-000001.jsonl";
	char path[160], *text;
	size_t n;

	text = trail_read(&pair->a, name, &n);
	trail_path(&pair->a, name, path, sizeof path);
	ck_assert_int_eq(unlink(path), 0);
	trail_write(&pair->a, name, text, n);
	free(text);
}

static void break_catching_up(void (*before)(struct pair *pair), unsigned calls, int error)
{
	bool was_met = true;

	for (long n = 0; was_met; n++) {
		struct pair pair;
		int r;

		ck_assert_int_lt(n, RUNS_MAX);
		pair_init(&pair);
		before(&pair);
		calls_break(calls, n, error, false);
		r = put(&pair.b);
		was_met = calls_mend();
		ck_assert_msg(r == 0 || (was_met && r < 0), "%ld: %d", n, r);
		pair_finish(&pair);
	}
}

START_TEST(each_look_at_what_others_wrote_that_fails_is_said)
{
	break_catching_up(go_ahead, CALLS_THAT_LOOK, EIO);
	break_catching_up(go_ahead_a_little, CALLS_THAT_LOOK, EIO);
	break_catching_up(copy_segment, CALLS_THAT_LOOK, EIO);
	break_catching_up(go_ahead, CALL_JSON, ENOMEM);
}
END_TEST

// ---- what is there in part

START_TEST(a_segment_that_was_only_begun_and_cannot_be_removed_is_said)
{
	bool was_bad = true;

	for (long n = 0; was_bad; n++) {
		struct trail trail;
		int r;

		ck_assert_int_lt(n, RUNS_MAX);
		trail_init(&trail);
		trail_fill(&trail, 3);
		trail_write(&trail, "audit-000002.jsonl", "", 0);
		disk_break(n, EIO, false);
		r = trail_open(&trail);
		trail_close(&trail);
		was_bad = disk_was_bad();
		disk_mend();
		ck_assert_msg(r == 0 || (was_bad && r == -EIO), "%ld: %d", n, r);
		trail_fill(&trail, 1);
		ck_assert_int_eq(trail_verify(&trail).finding, AUDIT_SOUND);
		trail_finish(&trail);
	}
}
END_TEST

// Before a new segment is begun what is there is signed.
START_TEST(each_allocation_of_signing_anew_that_fails_is_said)
{
	unsigned long n_failed = 1;

	for (long n = 0; n_failed; n++) {
		struct trail trail;
		char path[160];
		int r;

		ck_assert_int_lt(n, RUNS_MAX);
		trail_init(&trail);
		trail_fill(&trail, 3);
		trail_path(&trail, "checkpoints", path, sizeof path);
		ck_assert_int_eq(unlink(path), 0);
		trail.options.broken = "a bad disk";
		n_failed = mem_n_failed();
		mem_fail_once(n);
		r = trail_open(&trail);
		mem_fail_after(-1);
		n_failed = mem_n_failed() - n_failed;
		ck_assert_int_eq(r, n_failed ? -ENOMEM : 0);
		trail_close(&trail);
		trail_finish(&trail);
	}
}
END_TEST

// ---- libraries

START_TEST(without_randomness_nothing_is_begun)
{
	struct audit_identity who;
	struct audit_key key;
	struct trail trail;

	trail_init(&trail);
	calls_break(CALL_SODIUM, 0, EIO, false);
	ck_assert_int_eq(trail_open(&trail), -EIO);
	ck_assert_str_eq(trail.trouble.text, "there is no source of random numbers");
	calls_break(CALL_SODIUM, 1, EIO, false); // when the key is made
	ck_assert_int_eq(trail_open(&trail), -EIO);
	ck_assert_ptr_nonnull(strstr(trail.trouble.text, "the key key: "));
	calls_break(CALL_SODIUM, 0, EIO, false);
	ck_assert_int_eq(audit_key_make("opscon", &key), -EIO);
	calls_break(CALL_SODIUM, 0, EIO, false);
	audit_identity_here(&who); // who it is has nothing to do with it
	ck_assert(calls_mend());
	ck_assert_str_ne(who.host, "");
	trail_finish(&trail);
}
END_TEST

START_TEST(without_a_thread_signatures_are_verified_all_the_same)
{
	struct audit_verdict verdict;
	struct life life;

	life_prepare(&life);
	ck_assert_int_eq(life_live(&life, -1), 0);
	calls_break(CALL_THREAD, 0, EAGAIN, false);
	verdict = trail_verify(&life.trail);
	ck_assert(calls_mend());
	ck_assert_msg(verdict.finding == AUDIT_SOUND, "%s", verdict.text);
	trail_finish(&life.trail);
}
END_TEST

START_TEST(want_of_memory_in_a_library_is_no_finding)
{
	struct life life;
	long n = 0;
	int r;

	life_prepare(&life);
	ck_assert_int_eq(life_live(&life, -1), 0);
	do {
		calls_break(CALL_JSON, n++, ENOMEM, false);
		r = life_read_all(&life.trail);
		ck_assert_msg(r == 0 || r == -ENOMEM, "%ld: %d", n, r);
	} while (calls_mend());
	ck_assert_int_gt(n, 2);
	trail_finish(&life.trail);
}
END_TEST

START_TEST(a_directory_open_to_others_is_closed_or_not_used)
{
	struct trail trail;
	struct stat status;

	trail_init(&trail);
	trail_fill(&trail, 1);
	ck_assert_int_eq(chmod(trail.dir, 0755), 0);
	calls_break(CALL_FCHMOD, 0, EPERM, false);
	ck_assert_int_eq(trail_open(&trail), -EPERM);
	ck_assert(calls_mend());
	ck_assert_ptr_nonnull(strstr(trail.trouble.text, "is open to others, and cannot be closed"));
	trail_fill(&trail, 1);
	ck_assert_int_eq(stat(trail.dir, &status), 0);
	ck_assert_uint_eq(status.st_mode & 0777, 0700);
	trail_finish(&trail);
}
END_TEST

// ---- the machine's log

START_TEST(a_log_that_cannot_be_reached_is_counted)
{
	char path[300];
	struct audit_syslog log;

	memset(path, 'a', sizeof path);
	path[sizeof path - 1] = '\0';
	audit_syslog_init(&log, path, "my host\x01");
	ck_assert_str_eq(log.host, "my-host-");
	audit_syslog_send(&log, "{}", 2, AUDIT_INFO, 0);
	ck_assert_uint_eq(log.n_failed, 1);
	audit_syslog_init(&log, "/nowhere", "");
	ck_assert_str_eq(log.host, "-");
	calls_break(CALL_SOCKET, 0, EMFILE, false);
	audit_syslog_send(&log, "{}", 2, AUDIT_INFO, 0);
	ck_assert(calls_mend());
	ck_assert_uint_eq(log.n_failed, 1);
	audit_syslog_finish(&log);
}
END_TEST

// ---- the writer

static void wake(void *ctx)
{
	(void)ctx;
}

static struct audit_writer_options options_of(const struct trail *trail, const struct audit_identity *who)
{
	struct audit_writer_options options = {
		.store = trail->options, .who = who, .syslog = "/nowhere", .wake = wake
	};

	options.store.holder = "1 alice";
	options.store.key_name = "opscon";
	return options;
}

START_TEST(each_allocation_of_a_writer_that_fails_is_said)
{
	const struct audit_record record = { .phase = AUDIT_EVENT, .resource_kind = "test" };
	struct audit_writer_options options;
	struct audit_writer *writer = NULL;
	struct audit_identity who;
	struct trail trail;
	uint64_t ticket;

	audit_identity_here(&who);
	trail_init(&trail);
	options = options_of(&trail, &who);
	for (long n = 0; !writer; n++) {
		mem_fail_after(n);
		ck_assert_int_eq(audit_writer_create(&options, trail.now_ms, &writer), writer ? 0 : -ENOMEM);
		mem_fail_after(-1);
		ck_assert_int_lt(n, RUNS_MAX);
	}
	mem_fail_after(0);
	ck_assert_int_eq(audit_writer_put(writer, &record, trail.now_ms, NULL, NULL, &ticket), -ENOMEM);
	ck_assert_int_eq(audit_writer_checkpoint(writer), -ENOMEM);
	ck_assert_int_eq(audit_writer_reopen(writer, trail.now_ms), -ENOMEM);
	mem_fail_after(-1);
	ck_assert_int_eq(audit_writer_destroy(writer, 60000), 0);
	ck_assert_int_eq(audit_writer_destroy(NULL, 0), 0);
	trail_finish(&trail);
}
END_TEST

// Another process has the trail for long.
START_TEST(what_waits_too_long_is_refused_and_left)
{
	const struct audit_record record = { .phase = AUDIT_EVENT, .resource_kind = "test" };
	static struct audit_writer *writer; // its memory is left to the end of the process
	struct audit_writer_options options;
	struct audit_identity who;
	struct trail trail;
	uint64_t ticket, n = 0;
	int r;

	audit_identity_here(&who);
	trail_init(&trail);
	ck_assert_int_eq(trail_open(&trail), 0);
	ck_assert_int_eq(audit_store_enter(trail.store), 0);
	trail.options.lock_ms = 60000;
	options = options_of(&trail, &who);
	ck_assert_int_eq(audit_writer_create(&options, trail.now_ms, &writer), 0);
	while ((r = audit_writer_put(writer, &record, trail.now_ms, NULL, NULL, &ticket)) == 0)
		n++;
	ck_assert_int_eq(r, -ENOBUFS);
	ck_assert_uint_ge(n, AUDIT_WAITING_MAX);
	ck_assert_int_eq(audit_writer_checkpoint(writer), -ENOBUFS);
	ck_assert_int_eq(audit_writer_destroy(writer, 1), -ETIMEDOUT);
	trail_finish(&trail);
}
END_TEST

SUITE("audit calls", each_look_that_fails_is_said_and_mends, names_that_are_all_taken_are_said,
      each_look_that_fails_while_reading_is_said, each_look_at_what_others_wrote_that_fails_is_said,
      a_segment_that_was_only_begun_and_cannot_be_removed_is_said, each_allocation_of_signing_anew_that_fails_is_said,
      without_randomness_nothing_is_begun, without_a_thread_signatures_are_verified_all_the_same,
      want_of_memory_in_a_library_is_no_finding, a_directory_open_to_others_is_closed_or_not_used,
      a_log_that_cannot_be_reached_is_counted, each_allocation_of_a_writer_that_fails_is_said,
      what_waits_too_long_is_refused_and_left)
