// SPDX-License-Identifier: Apache-2.0
/* What is never run, and that it says why: before a plan is made of it, and again before it is run. */
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "drivers/exec_run.h"
#include "tests/unit/drivers/exec_fixture.h"
#include "text/text.h"

static struct exec_fixture f;
static const char *arguments[8];

static void set_argument(const char *argument)
{
	static char path[128];

	snprintf(path, sizeof path, "%s", exec_script(&f, "command", "echo \"$@\" > \"${0%/*}/acted\""));
	arguments[0] = path;
	arguments[1] = argument;
	arguments[2] = NULL;
	f.profile.verbs[VERB_RESTART] = f.profile.verbs[VERB_UPGRADE] = arguments;
}

static int recipe(enum verb verb, bool is_undo, struct driver_recipe *out)
{
	struct driver_sight sight = { .exists = true, .state = LIFECYCLE_RUNNING };

	*out = (struct driver_recipe){ 0 };
	f.params.verb = verb;
	return f.driver->class->recipe(f.driver, &f.agent, &f.params, &sight, is_undo, out);
}

START_TEST(what_cannot_be_started_has_not_happened)
{
	exec_set_up(&f);
	f.profile.verbs[VERB_RESTART] = arguments;
	arguments[1] = NULL;
	arguments[0] = "opscon-no-such-program";
	exec_ask(&f, VERB_RESTART, 1000, "");
	ck_assert_int_eq((int)f.answer.outcome, DRIVER_REFUSED);
	ck_assert_str_eq(f.answer.detail, "cannot run opscon-no-such-program: No such file or directory");
	arguments[0] = f.dir;
	exec_ask(&f, VERB_RESTART, 1000, "");
	ck_assert_int_eq((int)f.answer.outcome, DRIVER_REFUSED);
	ck_assert_ptr_nonnull(strstr(f.answer.detail, ": Permission denied"));
	arguments[0] = exec_script(&f, "command", "exit 0");
	ck_assert_int_eq(chmod(arguments[0], 0600), 0);
	exec_ask(&f, VERB_RESTART, 1000, "");
	ck_assert_int_eq((int)f.answer.outcome, DRIVER_REFUSED);
	ck_assert_ptr_nonnull(strstr(f.answer.detail, ": Permission denied"));
	exec_script(&f, "command", "exit 0");
	exec_ask(&f, VERB_RESTART, 10000, "");
	ck_assert_int_eq((int)f.answer.outcome, DRIVER_DONE);
	exec_tear_down(&f);
}
END_TEST

// faults.md 32, at each descriptor in turn.
START_TEST(without_descriptors_nothing_happens)
{
	struct rlimit old, none;
	int n_refused = 0;

	exec_set_up(&f);
	set_argument("x");
	exec_ask(&f, VERB_RESTART, 10000, ""); // the loop has made its own descriptors
	ck_assert_int_eq(remove(exec_path(&f, "acted")), 0);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &old), 0);
	for (rlim_t limit = 3; limit < 64; limit++) {
		none = (struct rlimit){ limit, old.rlim_max };
		ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
		exec_begin(&f, VERB_RESTART, 10000, "");
		ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &old), 0);
		exec_wait_answer(&f);
		if (f.answer.outcome != DRIVER_REFUSED)
			break; // it runs, and makes do with as many
		n_refused++;
		ck_assert(!exec_exists(&f, "acted"));
		ck_assert_ptr_nonnull(strstr(f.answer.detail, "Too many open files"));
	}
	ck_assert_int_gt(n_refused, 5);
	exec_ask(&f, VERB_RESTART, 10000, "");
	ck_assert_int_eq((int)f.answer.outcome, DRIVER_DONE);
	exec_tear_down(&f);
}
END_TEST

START_TEST(without_memory_nothing_happens)
{
	const struct driver_options options = { .loop = &f.loop, .config = &f.config };
	const struct plan_step step = { .primitive = PRIMITIVE_DRIVER + VERB_RESTART, .timeout_ms = 1000 };
	const struct driver_listener listener = { 0 };
	struct driver_request request;
	struct driver *driver;
	struct driver_run *run;
	int r = -ENOMEM;
	long n;

	exec_set_up(&f);
	set_argument("x");
	for (n = 0; r == -ENOMEM; n++) {
		mem_fail_after(n);
		r = exec_driver_create(&options, &driver);
		mem_fail_after(-1);
		ck_assert(r == 0 || !driver);
	}
	ck_assert_int_eq(r, 0);
	ck_assert_int_ge(n, 5);
	driver->class->close(driver, NULL, NULL);

	request = (struct driver_request){ &f.agent, &f.params, &step, "k", "" };
	mem_fail_after(0);
	ck_assert_int_eq(f.driver->class->begin(f.driver, &request, &listener, &run), -ENOMEM);
	ck_assert_ptr_null(run);
	mem_fail_after(1);
	exec_begin(&f, VERB_RESTART, 1000, "");
	mem_fail_after(-1);
	exec_wait_answer(&f);
	ck_assert_int_eq((int)f.answer.outcome, DRIVER_REFUSED);
	ck_assert_str_eq(f.answer.detail, "out of memory");
	f.profile.observe = arguments;
	mem_fail_after(1);
	exec_begin(&f, -1, 1000, "");
	mem_fail_after(-1);
	exec_wait_answer(&f);
	ck_assert_int_eq((int)f.answer.outcome, DRIVER_REFUSED);
	ck_assert(!exec_exists(&f, "acted"));
	exec_tear_down(&f);
}
END_TEST

// faults.md 31: shell metacharacters, options, ways up, ends of lines, controls and what is no ASCII, wherever a
// placeholder may stand.
START_TEST(nothing_hostile_reaches_a_command)
{
	static const char *const hostile[] = {
		";rm -rf /",
		"$(id)",
		"`id`",
		"a|b",
		"a&&b",
		"a>x",
		"*",
		"-rf",
		"--kubeconfig=/tmp/x",
		"../x",
		"a/../../b",
		"a\nb",
		"a b",
		"a\tb",
		"^[[2J",
		"\x1b]52;c;x\a",
		"<U+202E>",
		"na\xc3\xafve",
		"\xe2\x80\xae",
		"",
	};
	static const char *const placeholders[] = { "{name}", "{key}",      "{env}",     "{service}",
						    "{unit}", "{url_host}", "{version}", "{label:any}" };
	static const char *const labels[] = { "any", "env", "service", "unit" };

	exec_set_up(&f);
	f.agent.labels.n = 4;
	for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
		char url[64];

		snprintf(url, sizeof url, "http://%s", hostile[i]);
		f.agent.name = f.agent.key = f.params.version = hostile[i];
		f.agent.url = url;
		for (size_t k = 0; k < 4; k++)
			f.labels[k] = (struct label){ labels[k], hostile[i] };
		for (size_t k = 0; k < sizeof placeholders / sizeof placeholders[0]; k++) {
			struct driver_recipe made;
			char argument[64];

			if (strcmp(placeholders[k], "{url_host}") == 0 && strchr(hostile[i], '/'))
				continue; // the host ends there
			snprintf(argument, sizeof argument, "--x=%s", placeholders[k]);
			set_argument(i % 2 ? argument : placeholders[k]);
			ck_assert_int_eq(recipe(VERB_UPGRADE, false, &made), -ENOTSUP);
			ck_assert_msg(strncmp(made.why, placeholders[k], strlen(placeholders[k])) == 0, "%s", made.why);
			ck_assert(text_is_clean(made.why));
			ck_assert_uint_eq(made.n, 0);
			exec_ask(&f, VERB_UPGRADE, 1000, "");
			ck_assert_int_eq((int)f.answer.outcome, DRIVER_REFUSED);
			ck_assert_str_eq(f.answer.detail, made.why);
			f.profile.observe = arguments;
			exec_ask(&f, -1, 1000, "");
			ck_assert_int_eq((int)f.answer.outcome, DRIVER_REFUSED);
			f.profile.observe = NULL;
		}
	}
	ck_assert(!exec_exists(&f, "acted"));
	exec_tear_down(&f);
}
END_TEST

START_TEST(a_list_from_elsewhere_chooses_no_command)
{
	static const char *const sources[] = { "file_sd:/etc/targets.json", "http_sd:http://inventory/" };
	struct driver_recipe made;

	exec_set_up(&f);
	set_argument("x");
	for (size_t i = 0; i < 2; i++) {
		f.agent.source = sources[i];
		f.config.drivers.exec.is_allowed_from_discovery = false;
		ck_assert_uint_eq(f.driver->class->verbs(f.driver, &f.agent), 0);
		ck_assert_int_eq(recipe(VERB_RESTART, false, &made), -ENOTSUP);
		ck_assert_ptr_nonnull(strstr(made.why, "allow_exec_from_discovery is not set"));
		exec_ask(&f, VERB_RESTART, 1000, "");
		ck_assert_int_eq((int)f.answer.outcome, DRIVER_REFUSED);
		exec_ask(&f, -1, 1000, "");
		ck_assert_int_eq((int)f.answer.outcome, DRIVER_REFUSED);
		ck_assert(!exec_exists(&f, "acted"));
		f.config.drivers.exec.is_allowed_from_discovery = true;
		ck_assert_uint_eq(f.driver->class->verbs(f.driver, &f.agent), 1U << VERB_RESTART | 1U << VERB_UPGRADE);
		ck_assert_int_eq(recipe(VERB_RESTART, false, &made), 0);
	}
	exec_ask(&f, VERB_RESTART, 10000, "");
	ck_assert_int_eq((int)f.answer.outcome, DRIVER_DONE);
	exec_tear_down(&f);
}
END_TEST

START_TEST(who_has_no_profile_has_no_verbs)
{
	struct driver_recipe made;

	exec_set_up(&f);
	set_argument("x");
	f.agent.control_target = "other";
	ck_assert_uint_eq(f.driver->class->verbs(f.driver, &f.agent), 0);
	ck_assert_int_eq(recipe(VERB_RESTART, false, &made), -ENOTSUP);
	ck_assert_str_eq(made.why, "there is no profile other");
	exec_ask(&f, VERB_RESTART, 1000, "");
	ck_assert_str_eq(f.answer.detail, "there is no profile other");
	f.agent.control_target = NULL;
	ck_assert_uint_eq(f.driver->class->verbs(f.driver, &f.agent), 0);
	f.agent.control_target = "test";
	f.agent.driver = "docker";
	ck_assert_uint_eq(f.driver->class->verbs(f.driver, &f.agent), 0);
	f.agent.driver = NULL;
	ck_assert_int_eq(recipe(VERB_RESTART, false, &made), -ENOTSUP);
	ck_assert_str_eq(made.why, "no command operates it");
	exec_tear_down(&f);
}
END_TEST

START_TEST(without_a_configuration_there_is_no_command)
{
	const struct driver_options options = { .loop = &f.loop };
	struct driver *driver;

	exec_set_up(&f);
	ck_assert_int_eq(exec_driver_create(&options, &driver), 0);
	ck_assert_str_eq(driver->class->name, "exec");
	ck_assert_uint_eq(driver->class->verbs(driver, &f.agent), 0);
	driver->class->close(driver, NULL, NULL);
	exec_tear_down(&f);
}
END_TEST

START_TEST(a_verb_is_one_command)
{
	struct driver_recipe made;
	struct driver_sight sight = { .exists = true, .state = LIFECYCLE_ERRORED, .instance = "3f2a" };

	exec_set_up(&f);
	set_argument("{unit}");
	f.profile.timeout_ms = 1234;
	ck_assert_int_eq(recipe(VERB_RESTART, false, &made), 0);
	ck_assert_uint_eq(made.n, 1);
	ck_assert_str_eq(made.steps[0].label, "Restart");
	ck_assert_str_eq(made.steps[0].precondition, "it is running");
	ck_assert_ptr_nonnull(strstr(made.steps[0].action, "/command web.service"));
	ck_assert_str_eq(made.steps[0].postcondition, "exit code 0");
	ck_assert_uint_eq(made.steps[0].timeout_ms, 1234);
	ck_assert_uint_eq(made.steps[0].primitive, PRIMITIVE_DRIVER + VERB_RESTART);
	ck_assert(made.steps[0].is_mutating && !made.is_short);
	made = (struct driver_recipe){ 0 };
	ck_assert_int_eq(f.driver->class->recipe(f.driver, &f.agent, &f.params, &sight, false, &made), 0);
	ck_assert_str_eq(made.steps[0].precondition, "it is errored, instance 3f2a");
	made = (struct driver_recipe){ 0 };
	ck_assert_int_eq(f.driver->class->recipe(f.driver, &f.agent, &f.params, NULL, false, &made), 0);
	ck_assert_str_eq(made.steps[0].precondition, "");
	ck_assert_int_eq(recipe(VERB_STOP, false, &made), -ENOTSUP);
	ck_assert_str_eq(made.why, "profile test has no command for it: Stop");
	f.profile.force_stop = arguments;
	ck_assert_int_eq(recipe(VERB_STOP, false, &made), -ENOTSUP); // gracefully it cannot
	f.params.is_forced = true;
	ck_assert_int_eq(recipe(VERB_STOP, false, &made), 0);
	ck_assert_str_eq(made.steps[0].label, "Stop by force");
	ck_assert_uint_eq(made.steps[0].primitive, PRIMITIVE_DRIVER + EXEC_FORCE_STOP);
	ck_assert_uint_ne(f.driver->class->verbs(f.driver, &f.agent) & 1U << VERB_STOP, 0);
	exec_ask(&f, EXEC_FORCE_STOP, 10000, "");
	ck_assert_int_eq((int)f.answer.outcome, DRIVER_DONE);
	exec_ask(&f, VERB_STOP, 10000, "");
	ck_assert_int_eq((int)f.answer.outcome, DRIVER_REFUSED);
	ck_assert_str_eq(f.answer.detail, "profile test has no command for that");
	exec_ask(&f, 99, 10000, ""); // a step of another driver
	ck_assert_int_eq((int)f.answer.outcome, DRIVER_REFUSED);
	exec_tear_down(&f);
}
END_TEST

START_TEST(some_verbs_can_be_taken_back)
{
	static const struct {
		enum verb verb, back;
	} table[] = {
		{ VERB_UPGRADE, VERB_ROLLBACK }, { VERB_START, VERB_STOP },     { VERB_STOP, VERB_START },
		{ VERB_SUSPEND, VERB_RESUME },   { VERB_RESUME, VERB_SUSPEND },
	};
	static const enum verb for_good[] = { VERB_CREATE, VERB_RESTART, VERB_ROLLBACK, VERB_DELETE, VERB_CONFIGURE };
	struct driver_recipe made;

	exec_set_up(&f);
	set_argument("x");
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		memset(f.profile.verbs, 0, sizeof f.profile.verbs);
		f.params.is_forced = table[i].verb == VERB_START; // of no account to an undo
		ck_assert_int_eq(recipe(table[i].verb, true, &made), -ENOTSUP);
		ck_assert_ptr_nonnull(strstr(made.why, "profile test has no command for it"));
		f.profile.verbs[table[i].back] = arguments;
		ck_assert_int_eq(recipe(table[i].verb, true, &made), 0);
		ck_assert_uint_eq(made.steps[0].primitive, PRIMITIVE_DRIVER + table[i].back);
		ck_assert_str_eq(made.steps[0].precondition, "");
	}
	for (size_t i = 0; i < VERB_COUNT; i++)
		f.profile.verbs[i] = arguments;
	for (size_t i = 0; i < sizeof for_good / sizeof for_good[0]; i++) {
		ck_assert_int_eq(recipe(for_good[i], true, &made), -ENOTSUP);
		ck_assert_ptr_nonnull(strstr(made.why, "nothing takes back to "));
	}
	exec_tear_down(&f);
}
END_TEST

START_TEST(a_version_is_known_where_one_was_given)
{
	struct driver_recipe made;

	exec_set_up(&f);
	set_argument("app@{version}");
	f.params.version = "sha256:12ab";
	ck_assert_int_eq(recipe(VERB_UPGRADE, false, &made), 0);
	ck_assert_ptr_nonnull(strstr(made.steps[0].action, "app@sha256:12ab"));
	ck_assert_int_eq(recipe(VERB_RESTART, false, &made), -ENOTSUP);
	ck_assert_str_eq(made.why, "{version}: no value; expected one");
	exec_tear_down(&f);
}
END_TEST

SUITE("exec refusals", what_cannot_be_started_has_not_happened, without_descriptors_nothing_happens,
      without_memory_nothing_happens, nothing_hostile_reaches_a_command, a_list_from_elsewhere_chooses_no_command,
      who_has_no_profile_has_no_verbs, without_a_configuration_there_is_no_command, a_verb_is_one_command,
      some_verbs_can_be_taken_back, a_version_is_known_where_one_was_given)
