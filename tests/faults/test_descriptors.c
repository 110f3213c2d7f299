// SPDX-License-Identifier: Apache-2.0
/* Fault 32: each call that makes a descriptor fails in turn, alone or with all that follow, until a run completes
 * without. The calls go through this program's own.
 */
#include "tests/support/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "commands/exit_code.h"
#include "commands/session.h"
#include "feeds/direct_internal.h"
#include "tests/faults/stage.h"

#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

enum { RUNS_MAX = 2000 }; // a loop that does not come to its end is a failure

static struct {
	long n_left; // calls before the fault; negative: off
	bool is_lasting;
	unsigned long n_failed;
} table = { .n_left = -1 };

static bool is_full(void)
{
	if (table.n_left < 0 || table.n_left-- > 0)
		return false;
	if (table.is_lasting)
		table.n_left = 0;
	table.n_failed++;
	errno = EMFILE;
	return true;
}

static void fill_after(long n, bool is_lasting)
{
	table.n_left = n;
	table.is_lasting = is_lasting;
	table.n_failed = 0;
}

// Whether nothing had to fail.
static bool empty_again(void)
{
	table.n_left = -1;
	return table.n_failed == 0;
}

#define EXPORTED __attribute__((visibility("default")))

EXPORTED int socket(int domain, int type, int protocol)
{
	return is_full() ? -1 : (int)syscall(SYS_socket, domain, type, protocol);
}

EXPORTED int socketpair(int domain, int type, int protocol, int ends[2])
{
	return is_full() ? -1 : (int)syscall(SYS_socketpair, domain, type, protocol, ends);
}

EXPORTED int pipe2(int ends[2], int flags)
{
	return is_full() ? -1 : (int)syscall(SYS_pipe2, ends, flags);
}

EXPORTED int eventfd(unsigned count, int flags)
{
	return is_full() ? -1 : (int)syscall(SYS_eventfd2, count, flags);
}

EXPORTED int epoll_create1(int flags)
{
	return is_full() ? -1 : (int)syscall(SYS_epoll_create1, flags);
}

EXPORTED int inotify_init1(int flags)
{
	return is_full() ? -1 : (int)syscall(SYS_inotify_init1, flags);
}

EXPORTED int open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list args;

	if (flags & O_CREAT) {
		va_start(args, flags);
		mode = va_arg(args, mode_t);
		va_end(args);
	}
	return is_full() ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

// ---- the start

static int start_and_stop(void)
{
	struct fleet_options options;
	struct session session;
	int r;

	fleet_options_init(&options);
	config_defaults(&options.config);
	r = session_start(&session, &options, 0);
	session_stop(&session);
	config_finish(&options.config);
	return r;
}

START_TEST(a_start_without_descriptors_leaves_nothing)
{
	ck_assert_int_eq(start_and_stop(), 0); // what the libraries make once and for all is made
	for (int is_lasting = 0; is_lasting < 2; is_lasting++) {
		long n = 0;
		int r;

		do {
			ck_assert_int_lt(n, RUNS_MAX);
			fill_after(n++, is_lasting);
			r = start_and_stop();
			ck_assert(r == 0 || r == EXIT_OURS);
		} while (!empty_again());
		ck_assert_int_eq(r, 0);
		ck_assert_int_gt(n, 2);
	}
}
END_TEST

// ---- a poll cycle

static const struct server_rule closing[] = {
	{ .path = "", .bytes = HEAD "Connection: close\r\n\r\n{\"status\":\"pass\"}", .then = SERVER_CLOSE },
};

// Without a descriptor there is no judgement: the agent keeps the state it had.
static void probe_once(struct stage *s)
{
	int64_t before = stage_bad(s, 0)->probed_at_ms[PROBE_HEALTH];

	live_request(&s->live, REQUEST_PROBE_NOW, stage_bad(s, 0)->agent->id, 0, NULL);
	while (stage_bad(s, 0)->probed_at_ms[PROBE_HEALTH] == before)
		uv_run(&s->live.loop, UV_RUN_ONCE);
	ck_assert_int_ne(stage_bad(s, 0)->state, HEALTH_DOWN);
	ck_assert_int_ne(stage_bad(s, 0)->state, HEALTH_DEGRADED);
}

START_TEST(a_poll_cycle_without_descriptors_blames_nobody)
{
	struct stage s;

	stage_start(&s, closing, 1);
	s.allows_doubt = true;
	stage_add(&s, "/health", NULL)->timeout_ms = STAGE_WELL_TIMEOUT_MS; // needs a new connection for each probe
	stage_begin(&s);
	stage_expect(&s, 0, HEALTH_UP, REASON_NONE);
	for (int is_lasting = 0; is_lasting < 2; is_lasting++) {
		long n = 0;

		do {
			ck_assert_int_lt(n, RUNS_MAX);
			fill_after(n++, is_lasting);
			probe_once(&s);
		} while (!empty_again());
		ck_assert_int_gt(n, 1);
		stage_expect(&s, 0, HEALTH_UP, REASON_NONE);
	}
	ck_assert_uint_eq(fleet_n_alerts(s.live.fleet), 0);
	stage_finish(&s);
}
END_TEST

SUITE("descriptors", a_start_without_descriptors_leaves_nothing, a_poll_cycle_without_descriptors_blames_nobody)
