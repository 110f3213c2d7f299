// SPDX-License-Identifier: Apache-2.0
/* The audit trail on a bad disk, under a bad hand, and killed at every moment: 33 to 37 and 53 of the list. */
#include "tests/support/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "audit/export.h"
#include "base/memory.h"
#include "tests/faults/bad_disk.h"
#include "tests/unit/audit/trail.h"

enum { N_RECORDS = 30, SMALL = 4000 };

// ---- a life: mends a torn end, makes a few segments, drops one

struct life {
	struct trail trail;
	int n_durable; // records whose sync went well
};

// What there is before: a trail that ends in the middle of a line.
static void prepare(struct life *life)
{
	struct trail *trail = &life->trail;
	char path[160];
	FILE *file;

	*life = (struct life){ .n_durable = 0 };
	trail_init(trail);
	trail->options.segment_bytes = SMALL;
	trail->options.n_records = 10;
	trail_fill(trail, 3);
	trail_path(trail, "audit-000001.jsonl", path, sizeof path);
	file = fopen(path, "a");
	fputs("{\"seq\":5,\"pre", file);
	fclose(file);
}

static int add_some(struct life *life, int told_fd)
{
	char id[32];
	int r = 0;

	for (int i = 0; i < N_RECORDS && r == 0; i++) {
		snprintf(id, sizeof id, "durable-%d", i);
		r = trail_add(&life->trail, id);
		if (r == 0)
			r = audit_store_sync(life->trail.store);
		if (r == 0)
			life->n_durable = i + 1;
		if (r == 0 && told_fd >= 0 && syscall(SYS_write, told_fd, "x", 1) != 1)
			_exit(1);
	}
	return r;
}

static int live(struct life *life, int told_fd)
{
	int r = trail_open(&life->trail);

	if (r == 0) {
		r = add_some(life, told_fd);
		trail_close(&life->trail);
	}
	return r;
}

// Every record that was called durable and is not dropped by retention is there, in its place.
static void assert_kept(const struct life *life)
{
	const struct audit_filter filter = { .action = AUDIT_UPDATE, .level = -1, .result = -1, .limit = 1000 };
	struct audit_trouble trouble = { 0 };
	struct audit_found found;
	char id[32];

	ck_assert_int_eq(audit_query(life->trail.dir, &filter, &found, &trouble), 0);
	for (int i = life->n_durable - 1; i >= 0 && i > life->n_durable - 5; i--) {
		bool is_there = false;

		snprintf(id, sizeof id, "\"durable-%d\"", i);
		for (size_t k = 0; k < found.n; k++)
			is_there |= strstr(found.lines[k].text, id) != NULL;
		ck_assert_msg(is_there, "%s is not there", id);
	}
	audit_found_finish(&found);
}

// After a restart, and with a good disk again.
static void assert_mends(struct life *life, const char *broken)
{
	struct audit_verdict verdict;

	life->trail.options.broken = broken;
	ck_assert_msg(trail_open(&life->trail) == 0, "%s", life->trail.trouble.text);
	trail_close(&life->trail);
	verdict = trail_verify(&life->trail);
	ck_assert_msg(verdict.finding == AUDIT_SOUND, "%s", verdict.text);
	assert_kept(life);
}

static void fail_each(int error, bool goes_on)
{
	bool was_met = true;
	long n = 0;

	for (; was_met; n++) {
		struct life life;
		int r;

		prepare(&life);
		disk_break(n, error, goes_on);
		r = live(&life, -1);
		was_met = disk_was_bad();
		disk_mend();
		if (!was_met)
			ck_assert_int_eq(r, 0);
		else // the end of a life is nobody's to tell
			ck_assert_msg(r == -error || (r == 0 && life.n_durable == N_RECORDS), "%ld: %d", n, r);
		assert_mends(&life, n % 2 ? "a bad disk" : NULL);
		trail_finish(&life.trail);
	}
	ck_assert_int_gt(n, 80);
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

START_TEST(a_failed_sync_is_final_until_it_is_opened_again)
{
	struct life life;

	prepare(&life);
	ck_assert_int_eq(trail_open(&life.trail), 0);
	ck_assert_int_eq(trail_add(&life.trail, "first"), 0);
	disk_break(1, EIO, false); // the write goes well, the sync does not
	ck_assert_int_eq(audit_store_sync(life.trail.store), -EIO);
	ck_assert(disk_was_bad());
	disk_mend();
	ck_assert_ptr_nonnull(strstr(audit_store_trouble(life.trail.store)->text, "Input/output error"));
	ck_assert_int_eq(trail_add(&life.trail, "second"), -EIO);
	ck_assert_int_eq(audit_store_sync(life.trail.store), -EIO);
	trail_close(&life.trail);
	assert_mends(&life, "a failed sync");
	ck_assert(trail_has(&life.trail, "audit-000002.jsonl"));
	trail_finish(&life.trail);
}
END_TEST

static void assert_after_kill(const struct life *life)
{
	struct audit_verdict verdict = trail_verify(&life->trail);

	// Nothing was changed; the end may be cut, or not be signed yet.
	ck_assert_msg(verdict.finding == AUDIT_SOUND || verdict.finding == AUDIT_TRUNCATED, "%d %s", verdict.finding,
		      verdict.text);
}

START_TEST(who_is_killed_at_any_moment_leaves_a_trail_that_mends)
{
	bool was_killed = true;
	long n = 0;

	for (; was_killed; n++) {
		struct life life;
		int told[2], status;
		char one;
		pid_t pid;

		prepare(&life);
		ck_assert_int_eq(pipe(told), 0);
		pid = fork();
		if (pid == 0) {
			disk_break(n, DISK_DIES, false);
			_exit(live(&life, told[1]) < 0);
		}
		close(told[1]);
		while (read(told[0], &one, 1) == 1)
			life.n_durable++;
		close(told[0]);
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		was_killed = WIFSIGNALED(status);
		ck_assert(was_killed || WEXITSTATUS(status) == 0);
		assert_after_kill(&life);
		assert_mends(&life, NULL);
		trail_finish(&life.trail);
	}
	ck_assert_int_gt(n, 80);
}
END_TEST

START_TEST(who_is_killed_at_the_first_use_leaves_what_can_be_begun)
{
	bool was_killed = true;

	for (long n = 0; was_killed; n++) {
		struct life life = { .n_durable = 0 };
		int status;
		pid_t pid;

		trail_init(&life.trail);
		pid = fork();
		if (pid == 0) {
			disk_break(n, DISK_DIES, false);
			_exit(live(&life, -1) < 0);
		}
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		was_killed = WIFSIGNALED(status);
		assert_mends(&life, NULL);
		trail_finish(&life.trail);
	}
}
END_TEST

START_TEST(two_writers_never_mix)
{
	enum { N = 4, TURNS = 20 };
	struct life life;
	struct audit_verdict verdict;
	int status, n_refused = 0, n_written = 0;
	pid_t pids[N];

	prepare(&life);
	life.trail.options.n_records = 0;
	for (int i = 0; i < N; i++) {
		pids[i] = fork();
		if (pids[i] != 0)
			continue;
		for (int k = 0; k < TURNS; k++) {
			int r = live(&life, -1);

			if (r < 0 && r != -EBUSY)
				_exit(100);
			n_written += r == 0;
		}
		_exit(n_written);
	}
	n_written = 0;
	for (int i = 0; i < N; i++) {
		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		ck_assert(WIFEXITED(status));
		ck_assert_int_le(WEXITSTATUS(status), TURNS);
		n_written += WEXITSTATUS(status);
		n_refused += TURNS - WEXITSTATUS(status);
	}
	ck_assert_int_ge(n_written, 1);
	verdict = trail_verify(&life.trail);
	ck_assert_msg(verdict.finding == AUDIT_SOUND, "%s", verdict.text);
	ck_assert_uint_ge(verdict.chained, (uint64_t)n_written * N_RECORDS);
	ck_assert_int_eq(n_written + n_refused, N * TURNS);
	trail_finish(&life.trail);
}
END_TEST

// Where root may write anywhere, it is nobody for a while.
static void be_nobody(bool is_nobody)
{
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(is_nobody ? 65534 : 0), 0);
}

START_TEST(a_read_only_directory_is_said)
{
	struct life life;
	int r;

	prepare(&life);
	ck_assert_int_eq(chmod(life.trail.dir, 0555), 0);
	ck_assert_int_eq(chmod(life.trail.root, 0755), 0);
	be_nobody(true);
	r = trail_open(&life.trail);
	be_nobody(false);
	ck_assert(r == -EACCES || r == -EPERM);
	ck_assert(*life.trail.trouble.text);
	ck_assert_int_eq(chmod(life.trail.dir, 0700), 0);
	assert_mends(&life, NULL);
	trail_finish(&life.trail);
}
END_TEST

// ---- memory

START_TEST(each_allocation_that_fails_is_said_and_mends)
{
	long n = 0;

	for (unsigned long n_failed = 1; n_failed;) {
		unsigned long before = mem_n_failed();
		struct life life;
		int r;

		prepare(&life);
		mem_fail_once(n++);
		r = live(&life, -1);
		mem_fail_after(-1);
		n_failed = mem_n_failed() - before;
		ck_assert_msg(r == 0 || r == -ENOMEM || (n_failed && r < 0), "%ld: %d %s", n, r,
			      life.trail.trouble.text);
		assert_mends(&life, NULL);
		trail_finish(&life.trail);
	}
	ck_assert_int_gt(n, 30);
}
END_TEST

static int read_all(const struct trail *trail)
{
	const struct audit_filter filter = { .user = "alice", .action = -1, .level = -1, .result = -1, .limit = 5 };
	const struct audit_verify_options options = { .dir = trail->dir };
	struct audit_trouble trouble = { 0 };
	struct audit_verdict verdict;
	struct audit_found found;
	struct bytes out;
	int r = audit_verify(&options, &verdict);

	if (r < 0)
		return r;
	r = audit_query(trail->dir, &filter, &found, &trouble);
	bytes_init(&out, 1 << 20);
	for (int i = 0; i < AUDIT_FORMAT_COUNT && r == 0; i++)
		r = audit_export(&found, (enum audit_format)i, &out);
	bytes_finish(&out);
	audit_found_finish(&found);
	return r;
}

START_TEST(each_allocation_that_fails_while_reading_is_said)
{
	struct life life;
	long n = 0;
	int r;

	prepare(&life);
	ck_assert_int_eq(live(&life, -1), 0);
	do {
		mem_fail_after(n++);
		r = read_all(&life.trail);
		mem_fail_after(-1);
		ck_assert_msg(r == 0 || r == -ENOMEM, "%ld: %d", n, r);
	} while (r < 0);
	ck_assert_int_gt(n, 20);
	trail_finish(&life.trail);
}
END_TEST

SUITE("audit faults", each_call_that_fails_is_said_and_nothing_durable_is_lost,
      a_disk_that_stays_bad_is_said_and_nothing_durable_is_lost, a_failed_sync_is_final_until_it_is_opened_again,
      who_is_killed_at_any_moment_leaves_a_trail_that_mends, who_is_killed_at_the_first_use_leaves_what_can_be_begun,
      two_writers_never_mix, a_read_only_directory_is_said, each_allocation_that_fails_is_said_and_mends,
      each_allocation_that_fails_while_reading_is_said)
