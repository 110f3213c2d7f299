// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "drivers/exec_output.h"
#include "drivers/exec_run.h"
#include "drivers/exec_sight.h"
#include "tests/unit/drivers/exec_fixture.h"

static struct exec_fixture f;
static const char *arguments[8];

// The command of a verb is that script, with these arguments.
static void set_command(unsigned verb, const char *text, const char *first, const char *second)
{
	arguments[0] = exec_script(&f, "command", text);
	arguments[1] = first;
	arguments[2] = first ? second : NULL;
	arguments[3] = NULL;
	f.profile.verbs[verb] = arguments;
}

START_TEST(a_command_is_run_as_it_stands)
{
	exec_set_up(&f);
	set_command(VERB_RESTART, "printf '%s,' \"$0\" \"$@\" >&2; echo; echo \"$#\"", "--unit={unit}", "$HOME; 'x' *");
	exec_ask(&f, VERB_RESTART, 10000, "");
	ck_assert_int_eq((int)f.answer.outcome, DRIVER_DONE);
	ck_assert(!f.answer.has_sight);
	ck_assert_ptr_nonnull(strstr(f.lines, "--unit=web.service,$HOME; 'x' *,"));
	ck_assert_ptr_nonnull(strstr(f.lines, "2\n"));
	exec_tear_down(&f);
}
END_TEST

START_TEST(exit_codes_say_how_it_went)
{
	static const uint8_t refused[] = { 5, 9 };
	static const struct {
		const char *text;
		enum driver_outcome outcome;
		const char *detail;
	} table[] = {
		{ "exit 0", DRIVER_DONE, "" },
		{ "echo restarted; exit 0", DRIVER_DONE, "restarted" },
		{ "exit 1", DRIVER_FAILED, "exit 1" },
		{ "echo out; echo 'no disk' >&2; exit 3", DRIVER_FAILED, "exit 3: no disk" },
		{ "exit 255", DRIVER_FAILED, "exit 255" },
		{ "echo 'no such unit'; exit 5", DRIVER_REFUSED, "exit 5: no such unit" },
		{ "exit 9", DRIVER_REFUSED, "exit 9" },
		{ "kill -KILL $$", DRIVER_UNKNOWN, "killed by SIGKILL" },
		{ "echo half-way; kill -TERM $$", DRIVER_UNKNOWN, "killed by SIGTERM: half-way" },
		{ "kill -40 $$", DRIVER_UNKNOWN, "killed by signal 40" },
	};

	exec_set_up(&f);
	f.profile.refused_exits = refused;
	f.profile.n_refused_exits = 2;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		set_command(VERB_STOP, table[i].text, NULL, NULL);
		exec_ask(&f, VERB_STOP, 10000, "");
		ck_assert_str_eq(f.answer.detail, table[i].detail);
		ck_assert_int_eq((int)f.answer.outcome, (int)table[i].outcome);
	}
	exec_tear_down(&f);
}
END_TEST

START_TEST(observing_tells_state_and_version)
{
	const char *observe[] = { NULL, "{unit}", NULL };

	exec_set_up(&f);
	observe[0] = exec_script(&f, "look", "echo active 2.0 >&1; echo noise >&2; test \"$1\" = web.service");
	f.profile.observe = observe;
	exec_ask(&f, -1, 10000, "");
	ck_assert_int_eq((int)f.answer.outcome, DRIVER_DONE);
	ck_assert(f.answer.has_sight && f.answer.sight.exists);
	ck_assert_int_eq((int)f.answer.sight.state, LIFECYCLE_RUNNING);
	ck_assert_str_eq(f.answer.sight.version, "2.0");
	ck_assert_str_eq(f.answer.sight.instance, "");
	exec_script(&f, "look", "exit 4");
	exec_ask(&f, -1, 10000, "");
	ck_assert_int_eq((int)f.answer.outcome, DRIVER_DONE);
	ck_assert(f.answer.has_sight && !f.answer.sight.exists);
	exec_script(&f, "look", "echo reloading");
	exec_ask(&f, -1, 10000, "");
	ck_assert_int_eq((int)f.answer.outcome, DRIVER_FAILED);
	ck_assert(!f.answer.has_sight);
	ck_assert_str_eq(f.answer.detail, "\"reloading\" is no state that profile test knows");
	exec_script(&f, "look", "echo 'no bus' >&2; exit 1");
	exec_ask(&f, -1, 10000, "");
	ck_assert_int_eq((int)f.answer.outcome, DRIVER_FAILED);
	ck_assert_str_eq(f.answer.detail, "exit 1: no bus");
	exec_script(&f, "look", "echo active; kill -KILL $$");
	exec_ask(&f, -1, 10000, "");
	ck_assert_int_eq((int)f.answer.outcome, DRIVER_UNKNOWN);
	ck_assert(!f.answer.has_sight);
	exec_tear_down(&f);
}
END_TEST

START_TEST(without_a_command_to_observe_nothing_is_known)
{
	exec_set_up(&f);
	exec_ask(&f, -1, 10000, "");
	ck_assert_int_eq((int)f.answer.outcome, DRIVER_DONE);
	ck_assert(!f.answer.has_sight);
	ck_assert_str_eq(f.answer.detail, "profile test has no command to observe with");
	exec_tear_down(&f);
}
END_TEST

// faults.md 48: the target is replaced between plan and step.
START_TEST(another_instance_is_left_alone)
{
	const char *observe[] = { NULL, NULL };

	exec_set_up(&f);
	observe[0] = exec_script(&f, "look", "echo active 2.0 3f2a; echo noise");
	set_command(VERB_RESTART, "echo acting; touch \"${0%/*}/acted\"", NULL, NULL);
	f.profile.observe = observe;
	f.profile.n_words = 3;
	exec_ask(&f, VERB_RESTART, 10000, "beef");
	ck_assert_int_eq((int)f.answer.outcome, DRIVER_REFUSED);
	ck_assert_str_eq(f.answer.detail, "it is another one now: 3f2a, not beef");
	ck_assert(f.answer.has_sight);
	exec_script(&f, "look", "echo inactive 2.0");
	exec_ask(&f, VERB_RESTART, 10000, "beef");
	ck_assert_str_eq(f.answer.detail, "it is another one now: none, not beef");
	exec_script(&f, "look", "echo 'no bus' >&2; exit 1");
	exec_ask(&f, VERB_RESTART, 10000, "beef");
	ck_assert_int_eq((int)f.answer.outcome, DRIVER_REFUSED);
	ck_assert_str_eq(f.answer.detail, "cannot see whether it still is the same: exit 1: no bus");
	ck_assert(!exec_exists(&f, "acted"));
	exec_script(&f, "look", "echo active 2.0 beef; echo noise");
	exec_ask(&f, VERB_RESTART, 10000, "beef");
	ck_assert_int_eq((int)f.answer.outcome, DRIVER_DONE);
	ck_assert(!f.answer.has_sight); // what was seen was before
	ck_assert_str_eq(f.lines, "acting\n");
	ck_assert(exec_exists(&f, "acted"));
	exec_tear_down(&f);
}
END_TEST

START_TEST(where_no_instance_is_told_none_is_looked_for)
{
	const char *observe[] = { NULL, NULL };

	exec_set_up(&f);
	observe[0] = exec_script(&f, "look", "touch \"${0%/*}/looked\"");
	set_command(VERB_RESTART, "exit 0", NULL, NULL);
	f.profile.observe = observe;
	exec_ask(&f, VERB_RESTART, 10000, "beef");
	ck_assert_int_eq((int)f.answer.outcome, DRIVER_DONE);
	ck_assert(!exec_exists(&f, "looked"));
	exec_tear_down(&f);
}
END_TEST

// What a command is given of ours: its output, and nothing else.
START_TEST(a_command_has_a_life_of_its_own)
{
	static const char *const ls[] = { "ls", "/proc/self/fd", NULL };
	int open_fd;

	exec_set_up(&f);
	open_fd = dup(STDERR_FILENO); // as given to us by a shell: not marked
	ck_assert_int_ge(open_fd, 3);
	signal(SIGPIPE, SIG_IGN);
	set_command(VERB_RESTART,
		    "echo cwd $(pwd); echo in $(readlink /proc/$$/fd/0)\n"
		    "grep -E 'SigBlk|SigIgn' /proc/$$/status | tr -d '\\t'\n"
		    "set -- $(cat /proc/$$/stat); echo group $(($5 - $$)) session $(($6 - $$)) tty $7\n"
		    "echo again > /dev/stderr\n",
		    NULL, NULL);
	exec_ask(&f, VERB_RESTART, 10000, "");
	ck_assert_int_eq((int)f.answer.outcome, DRIVER_DONE);
	ck_assert_ptr_nonnull(strstr(f.lines, "cwd /\n"));
	ck_assert_ptr_nonnull(strstr(f.lines, "in /dev/null\n"));
	ck_assert_ptr_nonnull(strstr(f.lines, "SigBlk:0000000000000000\nSigIgn:0000000000000000\n"));
	ck_assert_ptr_nonnull(strstr(f.lines, "group 0 session 0 tty 0\n"));
	ck_assert_ptr_nonnull(strstr(f.lines, "again\n"));
	f.profile.verbs[VERB_RESTART] = ls;
	exec_ask(&f, VERB_RESTART, 10000, "");
	ck_assert_str_eq(f.lines, "0\n1\n2\n3\n"); // the last is the listing's own
	close(open_fd);
	exec_tear_down(&f);
}
END_TEST

START_TEST(the_environment_is_what_is_configured)
{
	static const char *const handed_on[] = { "KUBECONFIG", "NOT_SET" };
	const struct driver_options options = { .loop = &f.loop, .config = &f.config };
	struct driver *first;

	setenv("KUBECONFIG", "/etc/kube", 1);
	setenv("SECRET", "hunter2", 1);
	setenv("LC_ALL", "de_DE.UTF-8", 1);
	unsetenv("NOT_SET");
	exec_set_up(&f);
	set_command(VERB_RESTART, "exec env", NULL, NULL);
	exec_ask(&f, VERB_RESTART, 10000, "");
	ck_assert_ptr_nonnull(strstr(f.lines, "PATH=" EXEC_PATH_DEFAULT "\n"));
	ck_assert_ptr_nonnull(strstr(f.lines, "LANG=C\n"));
	ck_assert_ptr_nonnull(strstr(f.lines, "HOME="));
	ck_assert_ptr_null(strstr(f.lines, "KUBECONFIG"));
	ck_assert_ptr_null(strstr(f.lines, "hunter2"));
	ck_assert_ptr_null(strstr(f.lines, "LC_ALL"));

	f.config.drivers.exec.environment = handed_on;
	f.config.drivers.exec.n_environment = 2;
	f.config.drivers.exec.path = f.dir;
	unsetenv("HOME");
	first = f.driver;
	ck_assert_int_eq(exec_driver_create(&options, &f.driver), 0);
	arguments[0] = "command"; // found by the configured PATH
	exec_script(&f, "command", "exec /usr/bin/env");
	exec_ask(&f, VERB_RESTART, 10000, "");
	ck_assert_int_eq((int)f.answer.outcome, DRIVER_DONE);
	ck_assert_ptr_nonnull(strstr(f.lines, "KUBECONFIG=/etc/kube\n"));
	ck_assert_ptr_nonnull(strstr(f.lines, "HOME=/\n"));
	ck_assert_ptr_nonnull(strstr(f.lines, f.dir));
	ck_assert_ptr_null(strstr(f.lines, "NOT_SET"));
	first->class->close(first, NULL, NULL);
	exec_tear_down(&f);
}
END_TEST

START_TEST(much_output_is_cut_and_counted)
{
	exec_set_up(&f);
	set_command(VERB_RESTART,
		    "i=0; while [ $i -lt 3000 ]; do echo 0123456789012345678901234567890; i=$((i+1)); done\n"
		    "echo why >&2; exit 1",
		    NULL, NULL);
	exec_ask(&f, VERB_RESTART, 60000, "");
	ck_assert_str_eq(f.answer.detail, "exit 1: why");
	ck_assert_uint_eq(f.n_lines, EXEC_OUTPUT_MAX / 32 + 1);
	ck_assert_str_eq(f.last_line, "(96004 bytes in all, the rest is left out)");
	exec_tear_down(&f);
}
END_TEST

START_TEST(many_commands_run_side_by_side)
{
	exec_set_up(&f);
	set_command(VERB_RESTART, "exit 0", NULL, NULL);
	for (int i = 0; i < OPERATION_CONCURRENT_MAX; i++)
		exec_begin(&f, VERB_RESTART, 30000, "");
	while (f.n_answers < OPERATION_CONCURRENT_MAX && uv_run(&f.loop, UV_RUN_ONCE))
		;
	ck_assert_uint_eq(f.n_answers, OPERATION_CONCURRENT_MAX);
	exec_tear_down(&f);
}
END_TEST

SUITE("exec", a_command_is_run_as_it_stands, exit_codes_say_how_it_went, observing_tells_state_and_version,
      without_a_command_to_observe_nothing_is_known, another_instance_is_left_alone,
      where_no_instance_is_told_none_is_looked_for, a_command_has_a_life_of_its_own,
      the_environment_is_what_is_configured, much_output_is_cut_and_counted, many_commands_run_side_by_side)
