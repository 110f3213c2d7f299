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

#include "audit/query.h"
#include "base/memory.h"
#include "tests/faults/audit_life.h"
#include "tests/faults/bad_disk.h"

enum { SMALL = LIFE_SEGMENT_BYTES };

static void fail_each(int error, bool goes_on)
{
	bool was_met = true;
	long n = 0;

	for (; was_met; n++) {
		struct life life;
		int r;

		life_prepare(&life);
		disk_break(n, error, goes_on);
		r = life_live(&life, -1);
		was_met = disk_was_bad();
		disk_mend();
		if (!was_met)
			ck_assert_int_eq(r, 0);
		else // the end of a life is nobody's to tell
			ck_assert_msg(r == -error || (r == 0 && life.n_durable == LIFE_RECORDS), "%ld: %d", n, r);
		life_assert_mends(&life, n % 2 ? "a bad disk" : NULL);
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

	life_prepare(&life);
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
	life_assert_mends(&life, "a failed sync");
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

		life_prepare(&life);
		ck_assert_int_eq(pipe(told), 0);
		pid = fork();
		if (pid == 0) {
			disk_break(n, DISK_DIES, false);
			_exit(life_live(&life, told[1]) < 0);
		}
		close(told[1]);
		while (read(told[0], &one, 1) == 1)
			life.n_durable++;
		close(told[0]);
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		was_killed = WIFSIGNALED(status);
		ck_assert(was_killed || WEXITSTATUS(status) == 0);
		assert_after_kill(&life);
		life_assert_mends(&life, NULL);
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
			_exit(life_live(&life, -1) < 0);
		}
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		was_killed = WIFSIGNALED(status);
		life_assert_mends(&life, NULL);
		trail_finish(&life.trail);
	}
}
END_TEST

// ---- several processes on one trail

enum { WRITERS_MAX = 4, EACH = 1000, KILLED_AT_MAX = 120, PATIENCE_MS = 60000, LIMIT = 100000 };

struct crowd {
	struct trail trail;
	int n, n_each;
	pid_t pids[WRITERS_MAX];
	int told[WRITERS_MAX];      // read end: a byte for each record that is durable
	int n_durable[WRITERS_MAX]; // as told
	int n_found[WRITERS_MAX][EACH];
};

static void crowd_init(struct crowd *crowd, int n, int n_each)
{
	memset(crowd, 0, sizeof *crowd);
	crowd->n = n;
	crowd->n_each = n_each;
	trail_init(&crowd->trail);
	crowd->trail.options.segment_bytes = 64 * 1024; // some end a segment for the others
	crowd->trail.options.lock_ms = PATIENCE_MS;
}

// Writes as a console does: some at once, one sync for them.
static void write_all(struct crowd *crowd, int who, int told_fd)
{
	struct trail *trail = &crowd->trail;
	char id[32], bytes[16] = { 0 };

	if (trail_open(trail) < 0)
		_exit(1);
	for (int i = 0; i < crowd->n_each;) {
		int n = 0;

		do {
			snprintf(id, sizeof id, "w%d-%d", who, i + n);
			if (trail_add(trail, id) < 0)
				_exit(2);
			n++;
		} while (n < 1 + i % 16 && i + n < crowd->n_each);
		if (audit_store_sync(trail->store) < 0 || syscall(SYS_write, told_fd, bytes, n) != n)
			_exit(3);
		i += n;
	}
	trail_close(trail);
	_exit(0);
}

static void start_writer(struct crowd *crowd, int who, long dies_at)
{
	int told[2];

	ck_assert_int_eq(pipe(told), 0);
	crowd->told[who] = told[0];
	crowd->pids[who] = fork();
	if (crowd->pids[who] == 0) {
		disk_break(dies_at, DISK_DIES, false);
		write_all(crowd, who, told[1]);
	}
	close(told[1]);
}

// To its end: whether it was killed.
static bool await_writer(struct crowd *crowd, int who)
{
	char bytes[256];
	ssize_t n;
	int status;

	while ((n = read(crowd->told[who], bytes, sizeof bytes)) > 0)
		crowd->n_durable[who] += (int)n;
	close(crowd->told[who]);
	ck_assert_int_eq(waitpid(crowd->pids[who], &status, 0), crowd->pids[who]);
	ck_assert_msg(WIFSIGNALED(status) || WEXITSTATUS(status) == 0, "writer %d: %d", who, WEXITSTATUS(status));
	return WIFSIGNALED(status);
}

static void count_found(struct crowd *crowd)
{
	const struct audit_filter filter = { .action = AUDIT_UPDATE, .level = -1, .result = -1, .limit = LIMIT };
	struct audit_trouble trouble = { 0 };
	struct audit_found found;

	memset(crowd->n_found, 0, sizeof crowd->n_found);
	ck_assert_int_eq(audit_query(crowd->trail.dir, &filter, &found, &trouble), 0);
	for (size_t i = 0; i < found.n; i++) {
		const char *id = strstr(found.lines[i].text, "\"id\":\"w");
		int who, number;

		if (!id)
			continue;
		ck_assert_int_eq(sscanf(id, "\"id\":\"w%d-%d\"", &who, &number), 2);
		ck_assert(who >= 0 && who < crowd->n && number >= 0 && number < crowd->n_each);
		crowd->n_found[who][number]++;
	}
	audit_found_finish(&found);
}

// Sound once somebody has opened it, every durable record once, none twice.
static void assert_crowd(struct crowd *crowd)
{
	struct audit_verdict verdict;

	trail_fill(&crowd->trail, 1);
	verdict = trail_verify(&crowd->trail);
	ck_assert_msg(verdict.finding == AUDIT_SOUND, "%s", verdict.text);
	count_found(crowd);
	for (int who = 0; who < crowd->n; who++)
		for (int i = 0; i < crowd->n_each; i++)
			ck_assert_msg(crowd->n_found[who][i] == 1 ||
					      (crowd->n_found[who][i] == 0 && i >= crowd->n_durable[who]),
				      "w%d-%d is there %d times", who, i, crowd->n_found[who][i]);
}

static void write_at_once(int n)
{
	struct crowd *crowd = calloc(1, sizeof *crowd);
	struct audit_verdict verdict;

	ck_assert_ptr_nonnull(crowd);
	crowd_init(crowd, n, EACH);
	for (int who = 0; who < n; who++)
		start_writer(crowd, who, -1);
	for (int who = 0; who < n; who++) {
		ck_assert(!await_writer(crowd, who));
		ck_assert_int_eq(crowd->n_durable[who], EACH);
	}
	verdict = trail_verify(&crowd->trail); // as they left it
	ck_assert_msg(verdict.finding == AUDIT_SOUND, "%s", verdict.text);
	ck_assert_uint_eq(verdict.n_signed, verdict.chained);
	assert_crowd(crowd);
	trail_finish(&crowd->trail);
	free(crowd);
}

START_TEST(two_processes_write_one_trail_at_once)
{
	write_at_once(2);
}
END_TEST

START_TEST(four_processes_write_one_trail_at_once)
{
	write_at_once(4);
}
END_TEST

// In each call that changes a file, while another goes on.
START_TEST(one_that_is_killed_while_another_writes_costs_nothing_durable)
{
	struct crowd *crowd = calloc(1, sizeof *crowd);
	int n_killed = 0;

	ck_assert_ptr_nonnull(crowd);
	for (long at = 0; at < KILLED_AT_MAX; at++) {
		crowd_init(crowd, 2, 40);
		crowd->trail.options.segment_bytes = SMALL;
		start_writer(crowd, 0, at);
		start_writer(crowd, 1, -1);
		n_killed += await_writer(crowd, 0);
		ck_assert(!await_writer(crowd, 1));
		ck_assert_int_eq(crowd->n_durable[1], 40);
		assert_crowd(crowd);
		trail_finish(&crowd->trail);
	}
	free(crowd);
	ck_assert_int_gt(n_killed, 40);
}
END_TEST

// By somebody else, whenever that happens to be.
START_TEST(some_that_are_killed_at_any_time_cost_nothing_durable)
{
	struct crowd *crowd = calloc(1, sizeof *crowd);
	unsigned drawn = 4711;

	ck_assert_ptr_nonnull(crowd);
	for (int turn = 0; turn < 20; turn++) {
		int victim = turn % WRITERS_MAX, n_told;
		bool was_killed;
		char byte;

		crowd_init(crowd, WRITERS_MAX, 200);
		for (int who = 0; who < WRITERS_MAX; who++)
			start_writer(crowd, who, -1);
		drawn = drawn * 1103515245 + 12345;
		for (n_told = (int)(drawn >> 16) % 150; n_told >= 0; n_told--)
			ck_assert_int_eq(read(crowd->told[victim], &byte, 1), 1);
		crowd->n_durable[victim] = 1 + (int)(drawn >> 16) % 150;
		ck_assert_int_eq(kill(crowd->pids[victim], SIGKILL), 0);
		for (int who = 0; who < WRITERS_MAX; who++) {
			was_killed = await_writer(crowd, who);
			ck_assert(who == victim || !was_killed);
		}
		assert_crowd(crowd);
		trail_finish(&crowd->trail);
	}
	free(crowd);
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

	life_prepare(&life);
	ck_assert_int_eq(chmod(life.trail.dir, 0555), 0);
	ck_assert_int_eq(chmod(life.trail.root, 0755), 0);
	be_nobody(true);
	r = trail_open(&life.trail);
	be_nobody(false);
	ck_assert(r == -EACCES || r == -EPERM);
	ck_assert(*life.trail.trouble.text);
	ck_assert_int_eq(chmod(life.trail.dir, 0700), 0);
	life_assert_mends(&life, NULL);
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

		life_prepare(&life);
		mem_fail_once(n++);
		r = life_live(&life, -1);
		mem_fail_after(-1);
		n_failed = mem_n_failed() - before;
		ck_assert_msg(r == 0 || r == -ENOMEM || (n_failed && r < 0), "%ld: %d %s", n, r,
			      life.trail.trouble.text);
		life_assert_mends(&life, NULL);
		trail_finish(&life.trail);
	}
	ck_assert_int_gt(n, 30);
}
END_TEST

START_TEST(each_allocation_that_fails_while_reading_is_said)
{
	struct life life;
	long n = 0;
	int r;

	life_prepare(&life);
	ck_assert_int_eq(life_live(&life, -1), 0);
	do {
		mem_fail_after(n++);
		r = life_read_all(&life.trail);
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
      two_processes_write_one_trail_at_once, four_processes_write_one_trail_at_once,
      one_that_is_killed_while_another_writes_costs_nothing_durable,
      some_that_are_killed_at_any_time_cost_nothing_durable, a_read_only_directory_is_said,
      each_allocation_that_fails_is_said_and_mends, each_allocation_that_fails_while_reading_is_said)
