// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "audit/identity.h"
#include "audit/verify.h"
#include "base/ofd_lock.h"
#include "services/audit_logger.h"

enum { PATIENCE_S = 30 };

// As a loop would: woken from the writer's thread, it dispatches on this one.
static struct {
	pthread_mutex_t mutex;
	pthread_cond_t woken;
	unsigned long n_wakes;
} loop = { .mutex = PTHREAD_MUTEX_INITIALIZER, .woken = PTHREAD_COND_INITIALIZER };

static void wake(void *ctx)
{
	(void)ctx;
	pthread_mutex_lock(&loop.mutex);
	loop.n_wakes++;
	pthread_cond_signal(&loop.woken);
	pthread_mutex_unlock(&loop.mutex);
}

static char root[64], dir[96], log_path[96];
static struct audit_identity who;
static struct audit_logger_options options;
static struct audit_logger *logger;
static struct instant now;

static uint64_t tickets[100];
static int errors[100];
static size_t n_done;

static void on_done(void *ctx, uint64_t ticket, int error)
{
	ck_assert_ptr_eq(ctx, &n_done);
	tickets[n_done] = ticket;
	errors[n_done++] = error;
}

// Dispatches until `is_so`; what happened between looks is not missed.
static void wait_until(bool (*is_so)(size_t n), size_t n)
{
	unsigned long seen = 0;
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PATIENCE_S;
	for (;;) {
		audit_logger_dispatch(logger);
		if (is_so(n))
			return;
		pthread_mutex_lock(&loop.mutex);
		while (loop.n_wakes == seen)
			ck_assert_int_eq(pthread_cond_timedwait(&loop.woken, &loop.mutex, &until), 0);
		seen = loop.n_wakes;
		pthread_mutex_unlock(&loop.mutex);
	}
}

static bool has_done(size_t n)
{
	return n_done >= n;
}

static bool has_status(size_t status)
{
	return audit_logger_state(logger)->status == status;
}

static bool has_signed(size_t n)
{
	return audit_logger_state(logger)->n_signed >= n;
}

static void set_up(void)
{
	strcpy(root, "/tmp/opscon-logger-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	snprintf(dir, sizeof dir, "%s/audit", root);
	snprintf(log_path, sizeof log_path, "%s/log", root);
	audit_identity_here(&who);
	options = (struct audit_logger_options){
		.who = &who,
		.dir = dir,
		.segment_bytes = 16 << 20,
		.wake = wake,
	};
	now = (struct instant){ .mono_ms = 1000, .wall_ms = INT64_C(1764100000000) };
	n_done = 0;
}

static void start(void)
{
	ck_assert_int_eq(audit_logger_create(&options, now, &logger), 0);
}

static void tear_down(void)
{
	char command[128];

	ck_assert_int_eq(audit_logger_destroy(logger), 0);
	logger = NULL;
	snprintf(command, sizeof command, "rm -rf %s", root);
	ck_assert_int_eq(system(command), 0);
}

static int append(const char *reason, uint64_t *ticket)
{
	const struct audit_record record = {
		.phase = AUDIT_EVENT, .action = AUDIT_UPDATE, .level = AUDIT_WARNING, .reason = reason
	};

	return audit_logger_append(logger, &record, now, on_done, &n_done, ticket);
}

static struct audit_verdict verify(void)
{
	const struct audit_verify_options verify_options = { .dir = dir };
	struct audit_verdict verdict;

	ck_assert_int_eq(audit_verify(&verify_options, &verdict), 0);
	return verdict;
}

START_TEST(a_record_is_told_durable_once_it_is_and_in_order)
{
	uint64_t ticket = 0;

	set_up();
	start();
	ck_assert_int_eq(audit_logger_state(logger)->status, AUDIT_LOGGER_OPENING);
	for (uint64_t i = 1; i <= 50; i++) {
		ck_assert_int_eq(append("x", &ticket), 0);
		ck_assert_uint_eq(ticket, i);
	}
	wait_until(has_done, 50);
	for (size_t i = 0; i < 50; i++) {
		ck_assert_uint_eq(tickets[i], i + 1);
		ck_assert_int_eq(errors[i], 0);
	}
	ck_assert_int_eq(audit_logger_state(logger)->status, AUDIT_LOGGER_WELL);
	ck_assert_uint_eq(audit_logger_state(logger)->n_records, 51);
	ck_assert_uint_eq(verify().chained, 51);
	tear_down();
}
END_TEST

START_TEST(the_key_that_signs_is_told_and_another_one_is_seen)
{
	char first[65], command[128];

	set_up();
	start();
	ck_assert_int_eq(append("x", NULL), 0);
	wait_until(has_done, 1);
	snprintf(first, sizeof first, "%s", audit_logger_state(logger)->key);
	ck_assert_uint_eq(strspn(first, "0123456789abcdef"), 64);
	ck_assert_int_eq(audit_logger_destroy(logger), 0);
	start();
	ck_assert_int_eq(append("x", NULL), 0);
	wait_until(has_done, 2);
	ck_assert_str_eq(audit_logger_state(logger)->key, first);
	ck_assert_int_eq(audit_logger_destroy(logger), 0);
	snprintf(command, sizeof command, "rm -r %s", dir);
	ck_assert_int_eq(system(command), 0);
	start();
	ck_assert_int_eq(append("x", NULL), 0);
	wait_until(has_done, 3);
	ck_assert_str_ne(audit_logger_state(logger)->key, first);
	tear_down();
}
END_TEST

START_TEST(what_waits_is_written_and_signed_at_the_end)
{
	struct audit_verdict verdict;

	set_up();
	start();
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(append("x", NULL), 0);
	ck_assert_int_eq(audit_logger_destroy(logger), 0);
	ck_assert_uint_eq(n_done, 20);
	verdict = verify();
	ck_assert_msg(verdict.finding == AUDIT_SOUND, "%s", verdict.text);
	ck_assert_uint_eq(verdict.n_signed, 21);
	start();
	tear_down();
}
END_TEST

START_TEST(what_is_unsigned_is_signed_within_a_minute)
{
	set_up();
	start();
	wait_until(has_status, AUDIT_LOGGER_WELL);
	ck_assert_int_eq(audit_logger_deadline(logger), INT64_MAX);
	ck_assert_int_eq(append("x", NULL), 0);
	ck_assert_int_eq(audit_logger_deadline(logger), 1000 + AUDIT_SIGN_AFTER_MS);
	now = instant_add(now, 5000);
	ck_assert_int_eq(append("x", NULL), 0);
	wait_until(has_done, 2);
	ck_assert_int_eq(audit_logger_deadline(logger), 1000 + AUDIT_SIGN_AFTER_MS);
	ck_assert_uint_eq(audit_logger_state(logger)->n_signed, 1);
	audit_logger_tick(logger, now);
	now = instant_add(now, AUDIT_SIGN_AFTER_MS);
	audit_logger_tick(logger, now);
	wait_until(has_signed, 3);
	ck_assert_int_eq(audit_logger_deadline(logger), INT64_MAX);
	tear_down();
}
END_TEST

START_TEST(a_trail_that_breaks_refuses_and_can_be_opened_again)
{
	char aside[160];

	set_up();
	start();
	ck_assert_int_eq(append("one", NULL), 0);
	wait_until(has_done, 1);
	snprintf(aside, sizeof aside, "%s-aside", dir);
	ck_assert_int_eq(rename(dir, aside), 0);
	ck_assert_int_eq(append("two", NULL), 0);
	wait_until(has_done, 2);
	ck_assert_int_eq(errors[1], -ENOENT);
	ck_assert_int_eq(audit_logger_state(logger)->status, AUDIT_LOGGER_BROKEN);
	ck_assert_ptr_nonnull(strstr(audit_logger_state(logger)->why, "audit: No such file or directory"));
	ck_assert_int_eq(append("three", NULL), -ENOENT);
	ck_assert_uint_eq(audit_logger_state(logger)->n_refused, 2);
	ck_assert_int_eq(audit_logger_deadline(logger), INT64_MAX);
	ck_assert_int_eq(rename(aside, dir), 0);
	ck_assert_int_eq(append("four", NULL), -ENOENT); // not before somebody asks
	ck_assert_int_eq(audit_logger_reopen(logger, now), 0);
	wait_until(has_status, AUDIT_LOGGER_WELL);
	ck_assert_str_eq(audit_logger_state(logger)->why, "");
	ck_assert_int_eq(append("five", NULL), 0);
	wait_until(has_done, 3);
	ck_assert_int_eq(errors[2], 0);
	ck_assert_int_eq(audit_logger_destroy(logger), 0);
	ck_assert_int_eq(verify().finding, AUDIT_SOUND);
	ck_assert_uint_eq(verify().n_segments, 2);
	start();
	tear_down();
}
END_TEST

// As another process that writes the trail; closing the descriptor ends it.
static int hold_trail(void)
{
	char path[160];
	int fd;

	snprintf(path, sizeof path, "%s/lock", dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ofd_lock(fd, 0), 0);
	return fd;
}

START_TEST(what_another_process_holds_is_said_and_tried_again)
{
	int fd;

	set_up();
	options.lock_ms = 10;
	start();
	ck_assert_int_eq(append("one", NULL), 0);
	wait_until(has_done, 1);
	fd = hold_trail();
	ck_assert_int_eq(append("two", NULL), 0);
	wait_until(has_done, 2);
	ck_assert_int_eq(errors[1], -EBUSY);
	wait_until(has_status, AUDIT_LOGGER_BROKEN);
	ck_assert_ptr_nonnull(strstr(audit_logger_state(logger)->why, "another process holds the audit trail: pid "));
	ck_assert_int_eq(append("three", NULL), 0); // each is tried
	wait_until(has_done, 3);
	ck_assert_int_eq(errors[2], -EBUSY);
	ck_assert_uint_eq(audit_logger_state(logger)->n_refused, 2);
	ck_assert_int_eq(audit_logger_reopen(logger, now), 0); // and so is this, in vain
	close(fd);
	ck_assert_int_eq(audit_logger_deadline(logger), now.mono_ms + AUDIT_RETRY_MS);
	now = instant_add(now, AUDIT_RETRY_MS);
	audit_logger_tick(logger, now);
	wait_until(has_status, AUDIT_LOGGER_WELL);
	ck_assert_int_eq(append("four", NULL), 0);
	wait_until(has_done, 4);
	ck_assert_int_eq(errors[3], 0);
	ck_assert_uint_eq(verify().n_segments, 1); // nothing was broken
	ck_assert_uint_eq(verify().chained, 3);
	tear_down();
}
END_TEST

START_TEST(a_trail_that_is_held_at_the_start_is_opened_later)
{
	int fd;

	set_up();
	options.lock_ms = 10;
	ck_assert_int_eq(mkdir(dir, 0700), 0);
	fd = hold_trail();
	start();
	wait_until(has_status, AUDIT_LOGGER_BROKEN);
	ck_assert_int_eq(append("one", NULL), 0);
	wait_until(has_done, 1);
	ck_assert_int_eq(errors[0], -EBUSY);
	ck_assert_int_eq(audit_logger_reopen(logger, now), 0);
	close(fd);
	ck_assert_int_eq(audit_logger_reopen(logger, now), 0);
	wait_until(has_status, AUDIT_LOGGER_WELL);
	ck_assert_int_eq(append("two", NULL), 0);
	wait_until(has_done, 2);
	ck_assert_int_eq(errors[1], 0);
	ck_assert_uint_eq(verify().chained, 2);
	tear_down();
}
END_TEST

START_TEST(what_was_held_is_asked_for_again)
{
	int fd;

	set_up();
	options.lock_ms = 10;
	start();
	wait_until(has_status, AUDIT_LOGGER_WELL);
	fd = hold_trail();
	ck_assert_int_eq(append("one", NULL), 0);
	wait_until(has_status, AUDIT_LOGGER_BROKEN);
	close(fd);
	ck_assert_int_eq(audit_logger_reopen(logger, now), 0);
	wait_until(has_status, AUDIT_LOGGER_WELL);
	ck_assert_uint_eq(verify().n_segments, 1);
	tear_down();
}
END_TEST

START_TEST(opening_again_what_is_well_changes_nothing)
{
	set_up();
	start();
	ck_assert_int_eq(append("one", NULL), 0);
	ck_assert_int_eq(audit_logger_reopen(logger, now), 0);
	ck_assert_int_eq(append("two", NULL), 0);
	wait_until(has_done, 2);
	ck_assert_int_eq(errors[0] | errors[1], 0);
	ck_assert_uint_eq(verify().n_segments, 1);
	tear_down();
}
END_TEST

START_TEST(who_cannot_open_is_broken_from_the_start)
{
	set_up();
	options.dir = "/proc/nothing/audit";
	start();
	ck_assert_int_eq(append("one", NULL), 0); // nobody knows yet
	wait_until(has_status, AUDIT_LOGGER_BROKEN);
	wait_until(has_done, 1);
	ck_assert_int_lt(errors[0], 0);
	ck_assert_int_lt(append("two", NULL), 0);
	ck_assert_int_eq(audit_logger_reopen(logger, now), 0);
	tear_down();
}
END_TEST

static int listen_log(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	strcpy(address.sun_path, log_path);
	unlink(log_path);
	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

START_TEST(a_copy_goes_to_the_machines_log_and_a_missing_log_is_counted)
{
	char text[9000], wanted[300];
	ssize_t n;
	int fd;

	set_up();
	options.syslog = log_path;
	start();
	ck_assert_int_eq(append("lost", NULL), 0);
	wait_until(has_done, 1);
	ck_assert_uint_eq(audit_logger_state(logger)->n_syslog_failed, 1);
	fd = listen_log();
	ck_assert_int_eq(append("told", NULL), 0);
	n = recv(fd, text, sizeof text - 1, 0);
	ck_assert_int_gt(n, 0);
	text[n] = '\0';
	snprintf(wanted, sizeof wanted, "<108>1 2025-11-25T19:46:40.000Z %s opscon %d audit - {\"at\":", who.host,
		 getpid());
	ck_assert_msg(strncmp(text, wanted, strlen(wanted)) == 0, "%s", text);
	ck_assert_ptr_nonnull(strstr(text, "\"reason\":\"told\""));
	wait_until(has_done, 2);
	close(fd);
	fd = listen_log(); // it was restarted
	ck_assert_int_eq(append("again", NULL), 0);
	ck_assert_int_gt(recv(fd, text, sizeof text, 0), 0);
	wait_until(has_done, 3);
	ck_assert_uint_eq(audit_logger_state(logger)->n_syslog_failed, 1);
	close(fd);
	tear_down();
}
END_TEST

START_TEST(a_log_that_takes_nothing_holds_nobody_up)
{
	int fd;

	set_up();
	options.syslog = log_path;
	fd = listen_log(); // nobody reads
	start();
	for (int i = 0; i < 90; i++)
		ck_assert_int_eq(append("x", NULL), 0);
	wait_until(has_done, 90);
	ck_assert_int_eq(append("x", NULL), 0);
	wait_until(has_done, 91);
	ck_assert_uint_gt(audit_logger_state(logger)->n_syslog_failed, 0);
	ck_assert_int_eq(audit_logger_state(logger)->status, AUDIT_LOGGER_WELL);
	close(fd);
	tear_down();
}
END_TEST

START_TEST(nothing_is_needed_to_end_what_never_was)
{
	ck_assert_int_eq(audit_logger_destroy(NULL), 0);
}
END_TEST

SUITE("audit logger", a_record_is_told_durable_once_it_is_and_in_order,
      the_key_that_signs_is_told_and_another_one_is_seen, what_waits_is_written_and_signed_at_the_end,
      what_is_unsigned_is_signed_within_a_minute, a_trail_that_breaks_refuses_and_can_be_opened_again,
      what_another_process_holds_is_said_and_tried_again, a_trail_that_is_held_at_the_start_is_opened_later,
      what_was_held_is_asked_for_again, opening_again_what_is_well_changes_nothing,
      who_cannot_open_is_broken_from_the_start, a_copy_goes_to_the_machines_log_and_a_missing_log_is_counted,
      a_log_that_takes_nothing_holds_nobody_up, nothing_is_needed_to_end_what_never_was)
