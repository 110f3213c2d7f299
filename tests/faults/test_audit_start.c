// SPDX-License-Identifier: Apache-2.0
/* Fault 33 for the audit trail of a console: each allocation of its start fails in turn, alone or with all that follow.
 * Nothing is left behind, and what did not reach the trail is said.
 */
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/query.h"
#include "base/log.h"
#include "base/memory.h"
#include "commands/audit_trail.h"
#include "commands/fleet_options.h"
#include "opscon/broadcaster.h"
#include "opscon/fleet.h"

enum { RUNS_MAX = 2000 };

struct run {
	char root[64];
	uv_loop_t loop;
	struct broadcaster *broadcaster;
	struct fleet *fleet;
	struct fleet_options options;
	struct audit_trail trail;
};

static void on_event(void *ctx, const struct event *event)
{
	fleet_apply(ctx, event);
}

static void set_up(struct run *run)
{
	memset(run, 0, sizeof *run);
	snprintf(run->root, sizeof run->root, "/tmp/opscon-start-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(run->root));
	ck_assert_int_eq(uv_loop_init(&run->loop), 0);
	ck_assert_int_eq(broadcaster_create(10, &run->broadcaster), 0);
	ck_assert_int_eq(fleet_create(NULL, &run->fleet), 0);
	ck_assert_int_gt(broadcaster_subscribe(run->broadcaster, ~0u, on_event, run->fleet), 0);
	fleet_options_init(&run->options);
	config_defaults(&run->options.config);
	snprintf(run->options.state_dir, sizeof run->options.state_dir, "%s", run->root);
}

static void tear_down(struct run *run)
{
	char command[100];

	ck_assert_int_eq(uv_run(&run->loop, UV_RUN_DEFAULT), 0);
	ck_assert_int_eq(uv_loop_close(&run->loop), 0);
	fleet_destroy(run->fleet);
	broadcaster_destroy(run->broadcaster);
	config_finish(&run->options.config);
	snprintf(command, sizeof command, "rm -r %s", run->root);
	ck_assert_int_eq(system(command), 0);
}

static bool is_said(const struct run *run)
{
	for (size_t i = 0; i < fleet_n_timeline(run->fleet); i++)
		if (fleet_timeline_at(run->fleet, i)->severity == SEVERITY_CRITICAL)
			return true;
	return run->trail.banner[0] != '\0';
}

// Of the three that a session leaves: login, configuration, logout.
static size_t count_records(const struct run *run)
{
	const struct audit_filter all = { .action = -1, .level = -1, .result = -1, .limit = 10 };
	struct audit_trouble trouble = { 0 };
	struct audit_found found;
	char dir[100];
	size_t n;

	snprintf(dir, sizeof dir, "%s/audit", run->root);
	audit_query(dir, &all, &found, &trouble);
	n = found.n;
	audit_found_finish(&found);
	return n;
}

static void on_late(uv_timer_t *timer)
{
	(void)timer;
	ck_abort_msg("the trail neither began nor broke within ten seconds");
}

// Until the trail is open or broken, and everything that has to be said of it has been.
static void settle(struct run *run)
{
	uv_timer_t timer;

	uv_timer_init(&run->loop, &timer);
	uv_timer_start(&timer, on_late, 10000, 0);
	while (run->trail.logger && run->trail.status == AUDIT_LOGGER_OPENING)
		uv_run(&run->loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&timer, NULL);
	uv_run(&run->loop, UV_RUN_NOWAIT); // it lives in this frame
}

static void try_starts(void (*break_at)(long n))
{
	unsigned long n_failed;
	bool was_failed;
	long n = 0;

	do {
		struct run run;

		ck_assert_int_lt(n, RUNS_MAX);
		set_up(&run);
		n_failed = mem_n_failed();
		break_at(n++);
		audit_trail_start(&run.trail, &run.loop, &run.options, run.broadcaster, false);
		mem_fail_after(-1);
		was_failed = mem_n_failed() != n_failed;
		settle(&run);
		audit_trail_stop(&run.trail);
		ck_assert_msg(is_said(&run) || count_records(&run) == 3, "allocation %ld: %zu records and not a word",
			      n - 1, count_records(&run));
		ck_assert_msg(was_failed || !is_said(&run), "allocation %ld", n - 1);
		tear_down(&run);
	} while (was_failed);
	ck_assert_int_gt(n, 10);
}

START_TEST(each_allocation_of_a_start_that_fails_is_said)
{
	log_open("/dev/null");
	try_starts(mem_fail_once);
	try_starts(mem_fail_after);
}
END_TEST

SUITE("audit start", each_allocation_of_a_start_that_fails_is_said)
