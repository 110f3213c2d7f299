// SPDX-License-Identifier: Apache-2.0
/* Time limits, cancelling and closing, with real processes: every wait is for a condition. */
#include "tests/support/suite.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drivers/exec_run.h"
#include "tests/unit/drivers/exec_fixture.h"

static struct exec_fixture f;
static const char *arguments[2], *observe[2];

// The script of a verb; $d is the directory of the test. `done NAME` makes a file that holds its process id, at once.
static void set_command(unsigned verb, const char *text)
{
	char whole[1024];

	snprintf(whole, sizeof whole,
		 "d=\"${0%%/*}\"\nmark() { echo \"${2:-$$}\" > \"$d/$1.new\"; mv \"$d/$1.new\" \"$d/$1\"; }\n%s", text);
	arguments[0] = exec_script(&f, "command", whole);
	f.profile.verbs[verb] = arguments;
}

static pid_t pid_of(const char *name)
{
	FILE *file = fopen(exec_path(&f, name), "r");
	int pid = 0;

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file, "%d", &pid), 1);
	fclose(file);
	return pid;
}

// One that nobody has waited for yet is not alive.
static bool is_alive(pid_t pid)
{
	char path[64], state = 'Z';
	FILE *file;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	file = fopen(path, "r");
	if (!file)
		return false;
	if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = 'Z';
	fclose(file);
	return state != 'Z' && state != 'X';
}

START_TEST(what_does_not_end_is_killed_and_nobody_knows)
{
	exec_set_up(&f);
	set_command(VERB_RESTART, "mark begun; echo half-way; exec sleep 1000");
	exec_begin(&f, VERB_RESTART, 1500, "");
	exec_wait_file(&f, "begun");
	ck_assert(is_alive(pid_of("begun")));
	exec_wait_answer(&f);
	ck_assert_int_eq((int)f.answer.outcome, DRIVER_UNKNOWN);
	ck_assert_str_eq(f.answer.detail, "no end within 1500ms; it was killed: half-way");
	ck_assert(!is_alive(pid_of("begun")));
	exec_tear_down(&f);
}
END_TEST

START_TEST(what_does_not_listen_is_killed_harder)
{
	uint64_t begun;

	exec_set_up(&f);
	set_command(VERB_RESTART, "trap '' TERM; mark begun; exec sleep 1000");
	exec_begin(&f, VERB_RESTART, 2000, "");
	exec_wait_file(&f, "begun");
	begun = uv_hrtime();
	exec_wait_answer(&f);
	ck_assert_int_eq((int)f.answer.outcome, DRIVER_UNKNOWN);
	ck_assert_str_eq(f.answer.detail, "no end within 2s; it was killed");
	ck_assert_uint_gt(uv_hrtime() - begun, UINT64_C(1900000000)); // it was asked first, and had two seconds
	ck_assert(!is_alive(pid_of("begun")));
	exec_tear_down(&f);
}
END_TEST

START_TEST(what_ends_well_when_told_to_is_unknown_as_well)
{
	exec_set_up(&f);
	set_command(VERB_RESTART,
		    "exec 2>/dev/null; trap 'echo bye; exit 0' TERM; mark begun; while :; do sleep 0.05; done");
	exec_ask(&f, VERB_RESTART, 2000, "");
	ck_assert(exec_exists(&f, "begun"));
	ck_assert_int_eq((int)f.answer.outcome, DRIVER_UNKNOWN);
	ck_assert_str_eq(f.answer.detail, "no end within 2s; it was killed: bye");
	exec_tear_down(&f);
}
END_TEST

START_TEST(what_it_has_started_goes_with_it)
{
	exec_set_up(&f);
	set_command(VERB_RESTART, "sh -c 'trap \"\" TERM; exec sleep 1000' & mark child $!; wait");
	exec_begin(&f, VERB_RESTART, 2000, "");
	exec_wait_file(&f, "child");
	exec_wait_answer(&f);
	ck_assert_int_eq((int)f.answer.outcome, DRIVER_UNKNOWN);
	for (int i = 0; i < 1000 && is_alive(pid_of("child")); i++) // the kernel takes its time
		usleep(1000);
	ck_assert(!is_alive(pid_of("child")));
	exec_tear_down(&f);
}
END_TEST

START_TEST(what_it_leaves_behind_does_not_hold_the_answer_up)
{
	exec_set_up(&f);
	set_command(VERB_START, "sleep 1000 & mark child $!; echo started; exit 0"); // holds the output open
	exec_ask(&f, VERB_START, 30000, "");
	ck_assert_int_eq((int)f.answer.outcome, DRIVER_DONE);
	ck_assert_str_eq(f.answer.detail, "started");
	ck_assert(is_alive(pid_of("child")));
	kill(pid_of("child"), SIGKILL);
	exec_tear_down(&f);
}
END_TEST

START_TEST(a_cancelled_command_goes_on_without_an_answer)
{
	struct driver_run *run;

	exec_set_up(&f);
	set_command(VERB_RESTART, "mark begun; until [ -e \"$d/go\" ]; do sleep 0.01; done; echo on; mark finished");
	run = exec_begin(&f, VERB_RESTART, 30000, "");
	exec_wait_file(&f, "begun");
	f.driver->class->cancel(run);
	ck_assert(is_alive(pid_of("begun")));
	exec_script(&f, "go", "");
	exec_wait_file(&f, "finished");
	while (f.driver && ((struct exec_driver *)f.driver)->runs)
		uv_run(&f.loop, UV_RUN_ONCE);
	ck_assert_uint_eq(f.n_answers, 0);
	ck_assert_str_eq(f.lines, "");
	exec_tear_down(&f);
}
END_TEST

START_TEST(cancelled_while_it_looks_nothing_is_done)
{
	struct driver_run *run;

	exec_set_up(&f);
	set_command(VERB_RESTART, "mark acted");
	observe[0] = exec_script(&f, "look", "touch \"${0%/*}/looking\"; exec sleep 1000");
	f.profile.observe = observe;
	f.profile.n_words = 3;
	run = exec_begin(&f, VERB_RESTART, 30000, "3f2a");
	exec_wait_file(&f, "looking");
	f.driver->class->cancel(run);
	while (((struct exec_driver *)f.driver)->runs)
		uv_run(&f.loop, UV_RUN_ONCE);
	ck_assert_uint_eq(f.n_answers, 0);
	ck_assert(!exec_exists(&f, "acted"));
	exec_tear_down(&f);
}
END_TEST

START_TEST(a_look_that_does_not_end_means_that_nothing_is_done)
{
	exec_set_up(&f);
	set_command(VERB_RESTART, "mark acted");
	observe[0] = exec_script(&f, "look", "exec sleep 1000");
	f.profile.observe = observe;
	f.profile.n_words = 3;
	exec_ask(&f, VERB_RESTART, 500, "3f2a");
	ck_assert_int_eq((int)f.answer.outcome, DRIVER_REFUSED);
	ck_assert_str_eq(f.answer.detail,
			 "cannot see whether it still is the same: no end within 500ms; it was killed");
	exec_ask(&f, -1, 500, "");
	ck_assert_int_eq((int)f.answer.outcome, DRIVER_UNKNOWN);
	ck_assert(!exec_exists(&f, "acted"));
	exec_tear_down(&f);
}
END_TEST

START_TEST(closing_ends_what_runs_without_answers)
{
	exec_set_up(&f);
	set_command(VERB_RESTART, "mark begun; exec sleep 1000");
	exec_begin(&f, VERB_RESTART, 600000, "");
	exec_wait_file(&f, "begun");
	exec_begin(&f, VERB_DELETE, 600000, ""); // an answer that is on its way
	f.profile.name = "test";
	f.driver->class->close(f.driver, NULL, NULL);
	uv_run(&f.loop, UV_RUN_DEFAULT);
	ck_assert_uint_eq(f.n_answers, 0);
	ck_assert(!is_alive(pid_of("begun")));
	ck_assert_int_eq(uv_loop_close(&f.loop), 0);
}
END_TEST

START_TEST(a_driver_that_closes_begins_nothing)
{
	const struct plan_step step = { .primitive = PRIMITIVE_OBSERVE, .timeout_ms = 1000 };
	const struct driver_listener listener = { 0 };
	struct driver_request request;
	struct driver_run *run;

	exec_set_up(&f);
	request = (struct driver_request){ &f.agent, &f.params, &step, "k", "" };
	f.driver->class->close(f.driver, NULL, NULL);
	f.driver->class->close(f.driver, NULL, NULL); // twice is once
	ck_assert_int_eq(f.driver->class->begin(f.driver, &request, &listener, &run), -ECANCELED);
	ck_assert_ptr_null(run);
	uv_run(&f.loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&f.loop), 0);
}
END_TEST

SUITE("exec limits", what_does_not_end_is_killed_and_nobody_knows, what_does_not_listen_is_killed_harder,
      what_ends_well_when_told_to_is_unknown_as_well, what_it_has_started_goes_with_it,
      what_it_leaves_behind_does_not_hold_the_answer_up, a_cancelled_command_goes_on_without_an_answer,
      cancelled_while_it_looks_nothing_is_done, a_look_that_does_not_end_means_that_nothing_is_done,
      closing_ends_what_runs_without_answers, a_driver_that_closes_begins_nothing)
