// SPDX-License-Identifier: Apache-2.0
/* opscon op against a simulated fleet: from the plan to the end, at a terminal and without one. */
#include "tests/support/suite.h"

#include <ctype.h>
#include <dirent.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/e2e/scene.h"

enum { ID_SIZE = 64, ARGS = 24 };

static const char hurried[] = "defaults: {interval: 1s, timeout: 500ms, fall: 2}\n"
			      "discovery:\n"
			      "  file_sd:\n"
			      "    - files: [targets.json]\n"
			      "operations: {wait: 200ms, canary_wait: 200ms, min_healthy: 1s, verify: 6s}\n";

// As that, but whoever is verified must be well for long enough to press a key.
static const char patient[] = "defaults: {interval: 1s, timeout: 500ms, fall: 2}\n"
			      "discovery:\n"
			      "  file_sd:\n"
			      "    - files: [targets.json]\n"
			      "operations: {min_healthy: 60s, verify: 120s}\n";

static void open_scene(struct scene *s)
{
	scene_open(s);
	scene_simulate(s, (const char *[]){ "--agents", "6", NULL });
	scene_write("opscon.yml", hurried);
}

static void fill(const char *args[ARGS], const char *const more[])
{
	int n = 0;

	args[n++] = "op";
	for (; *more; more++)
		args[n++] = *more;
	args[n++] = "--config";
	args[n++] = "opscon.yml";
	args[n] = NULL;
}

// Without a terminal. The text is standard output and what follows it, standard error; free() it.
static char *run(const struct scene *s, int status, const char *const more[])
{
	const char *args[ARGS];
	struct process_result result;
	char *text;

	fill(args, more);
	result = scene_run(s, args);
	ck_assert_int_ge(asprintf(&text, "%s%s", result.out, result.err), 0);
	ck_assert_msg(result.status == status, "%d: %s", result.status, text);
	process_result_finish(&result);
	return text;
}

#define RUN(s, status, ...) run(s, status, (const char *const[]){ __VA_ARGS__, NULL })

// What the trail has to say; free() it.
static char *audit(const struct scene *s, const char *const more[])
{
	const char *args[ARGS] = { "audit", "--config", "opscon.yml" };
	struct process_result result;

	for (int n = 3; *more; more++)
		args[n++] = *more;
	result = scene_run(s, args);
	ck_assert_msg(result.status == 0, "%d: %s", result.status, result.err);
	free(result.err);
	return result.out;
}

#define RUN_AUDIT(s, ...) audit(s, (const char *const[]){ __VA_ARGS__, NULL })

static struct term *start(const struct scene *s, const char *const more[])
{
	const char *args[ARGS];

	fill(args, more);
	return scene_start(s, args, NULL, 100, 50);
}

#define START(s, ...) start(s, (const char *const[]){ __VA_ARGS__, NULL })

static void assert_holds(const char *text, const char *part)
{
	ck_assert_msg(strstr(text, part) != NULL, "%s is not in:\n%s", part, text);
}

// Runs to the end; frees the text.
static void expect(char *text, const char *const parts[])
{
	for (; *parts; parts++)
		assert_holds(text, *parts);
	free(text);
}

#define EXPECT(text, ...) expect(text, (const char *const[]){ __VA_ARGS__, NULL })

static char *run_audit(const struct scene *s)
{
	struct process_result result =
		scene_run(s, (const char *[]){ "audit", "verify", "--config", "opscon.yml", NULL });
	char *text = strdup(result.out);

	ck_assert_msg(result.status == 0, "%d: %s", result.status, text);
	process_result_finish(&result);
	return text;
}

// The name of the one operation there is.
static void find_id(char out[ID_SIZE])
{
	DIR *dir = opendir("state/opscon/operations");
	struct dirent *entry;

	ck_assert_ptr_nonnull(dir);
	out[0] = '\0';
	while ((entry = readdir(dir))) {
		char *end = strstr(entry->d_name, ".journal");

		if (end && isdigit((unsigned char)entry->d_name[0]))
			snprintf(out, ID_SIZE, "%.*s", (int)(end - entry->d_name), entry->d_name);
	}
	closedir(dir);
	ck_assert_str_ne(out, "");
}

static void wait_exit(struct term *t, int status)
{
	ck_assert_int_eq(term_wait_exit(t, SCENE_MS), status);
	term_assert_restored(t);
	term_finish(t);
}

// ---- without a terminal

START_TEST(a_dry_run_shows_the_plan_and_does_nothing)
{
	struct scene s;
	char *text;

	open_scene(&s);
	text = RUN(&s, 0, "restart", "name=WowDomain", "--dry-run");
	ck_assert_ptr_null(strstr(text, "to confirm it")); // nobody is asked
	EXPECT(text, "restart WowDomain\n", "running      prod", "the last healthy one of wow-domain",
	       "/control/restart (at most");
	EXPECT(RUN(&s, 0, "upgrade", "env=prod", "--version", "2.0", "--canary", "--dry-run", "--format", "json"),
	       "{\"schema_version\":1,\"verb\":\"upgrade\",", "\"kind\":\"canary\"", "\"guard\":\"reason\"",
	       "\"name\":\"WowDomain\"");
	EXPECT(RUN(&s, 0, "list"), "there was no operation yet");
	scene_close(&s);
}
END_TEST

START_TEST(an_operation_is_carried_out_and_is_on_record)
{
	struct scene s;
	char id[ID_SIZE];

	open_scene(&s);
	EXPECT(RUN(&s, 0, "restart", "name=WowDomain", "--yes", "--reason", "a leak"), "WowDomain: verifying\n",
	       "WowDomain: done\n", ": succeeded after ", ": 1 done of 1\n");
	find_id(id);
	EXPECT(RUN(&s, 0, "list"), id, "succeeded", "1/1");
	EXPECT(RUN(&s, 0, "list", "--format", "json"), "{\"schema_version\":1,\"operations\":[{\"id\":", id,
	       "\"state\":\"succeeded\"");
	EXPECT(RUN(&s, 0, "show", id), "reason: a leak", "WowDomain  done", "Restart           completed");
	EXPECT(RUN(&s, 0, "show", id, "--format", "json"), "\"reason\":\"a leak\"", "\"plan\":{\"verb\":\"restart\"");
	EXPECT(RUN(&s, 6, "abort", id), "it is over: succeeded");
	scene_close(&s);
}
END_TEST

START_TEST(an_operation_is_carried_out_while_a_console_is_open)
{
	struct scene s;
	struct term *t;

	open_scene(&s);
	t = scene_console(&s, NULL, 130, 36);
	term_wait_for(t, "6 agents", SCENE_MS);
	EXPECT(RUN(&s, 0, "restart", "name=WowDomain", "--yes", "--reason", "a leak"), ": succeeded after ");
	ck_assert(!term_has(t, "nothing is audited"));
	scene_quit(t);
	EXPECT(run_audit(&s), "sound");
	scene_close(&s);
}
END_TEST

START_TEST(what_cannot_be_recorded_is_not_done_and_says_why)
{
	struct scene s;
	char *text;
	int fd;

	open_scene(&s);
	free(RUN(&s, 0, "restart", "name=WowDomain", "--yes", "--reason", "a leak"));
	fd = scene_hold_trail();
	text = RUN(&s, 4, "restart", "name=WowDomain", "--yes", "--reason", "again");
	assert_holds(text, "nothing was done: the audit trail cannot be written: another process holds the audit "
			   "trail: pid ");
	assert_holds(text, ": failed before it began: ");
	ck_assert_ptr_null(strstr(text, "Input/output error"));
	free(text);
	close(fd);
	free(RUN(&s, 0, "restart", "name=WowDomain", "--yes", "--reason", "again"));
	EXPECT(run_audit(&s), "sound");
	scene_close(&s);
}
END_TEST

START_TEST(a_version_that_is_unwell_is_rolled_back)
{
	struct scene s;

	open_scene(&s);
	EXPECT(RUN(&s, 3, "upgrade", "env=prod", "--image", "2.0-bad", "--canary", "--yes", "--reason", "new"),
	       ": rolling back: ", "WowVisionPrime: rolled back", "4 skipped, 1 rolled back of 5\n");
	EXPECT(RUN(&s, 0, "restart", "env=prod", "--dry-run"), "running");
	scene_close(&s);
}
END_TEST

START_TEST(what_is_refused_says_why_and_changes_nothing)
{
	struct process_result result;
	struct scene s;

	open_scene(&s);
	EXPECT(RUN(&s, 6, "start", "name=WowDomain", "--yes"), "cannot be done: it is running");
	EXPECT(RUN(&s, 7, "restart", "name=WowDomain"),
	       "there is no terminal to confirm it at; --yes confirms the plan");
	EXPECT(RUN(&s, 6, "upgrade", "name=WowDomain", "--version", "2", "--yes"), "a reason must be given: --reason");
	EXPECT(RUN(&s, 6, "restart", "name=WowDomain", "--yes", "--no-state"), "nothing was done");
	result = scene_run(&s, (const char *[]){ "--config", "opscon.yml", "--read-only", "op", "restart",
						 "name=WowDomain", "--yes", NULL }); // what all have may stand first
	ck_assert_int_eq(result.status, 6);
	assert_holds(result.out, "read-only");
	process_result_finish(&result);
	EXPECT(RUN(&s, 2, "restart", "nobody", "--yes"), "no agent matches");
	EXPECT(RUN_AUDIT(&s, "--result", "refused", "--format", "json"), "it is running", "--yes confirms the plan",
	       "a reason must be given", "\"request\":\"upgrade\",\"name\":\"WowDomain\"");
	scene_write("opscon.yml", "discovery: {file_sd: [{files: [targets.json]}]}\n"
				  "operations: {read_only_environments: [prod], min_healthy: 1s}\n");
	EXPECT(RUN(&s, 6, "restart", "name=WowDomain", "--yes"), "prod is read-only");
	EXPECT(RUN(&s, 0, "list"), "there was no operation yet");
	EXPECT(RUN(&s, 0, "restart", "name=~*", "--yes"), "prod is read-only", ": 1 done, 5 skipped of 6\n");
	scene_close(&s);
}
END_TEST

START_TEST(a_command_line_that_makes_no_sense_is_refused)
{
	struct scene s;

	open_scene(&s);
	EXPECT(RUN(&s, 2, "restart"), "expected a selector or URLs");
	EXPECT(RUN(&s, 2, "frobnicate", "x"), "frobnicate: expected a verb, or list");
	EXPECT(RUN(&s, 2, "show", "x"), "expected the name of an operation");
	EXPECT(RUN(&s, 2, "list", "x"), "expected nothing more");
	EXPECT(RUN(&s, 2, "upgrade", "x"), "an upgrade needs a version");
	EXPECT(RUN(&s, 2, "configure", "x", "--patch", "[]"), "the patch is not a JSON object");
	EXPECT(RUN(&s, 2, "restart", "x", "--batch", "0"), "--batch 0: expected a number from 1 to 10000");
	EXPECT(RUN(&s, 2, "restart", "x", "--format", "xml"), "--format xml: expected table or json");
	EXPECT(RUN(&s, 2, "restart", "x", "--between", "soon"), "--between soon: expected a duration");
	EXPECT(RUN(&s, 2, "restart", "x", "--canary", "--blue-green"), "one of --canary and --blue-green");
	EXPECT(RUN(&s, 2, "--dry-run"), "expected a verb");
	EXPECT(RUN(&s, 1, "show", "20260101-000000-stop-00000000"), "stop-00000000: there is no such operation");
	EXPECT(RUN(&s, 1, "pause", "20260101-000000-stop-00000000"), "op pause: 20260101-", "no such operation");
	EXPECT(RUN(&s, 1, "rollback", "20260101-0000"), "20260101-0000: there is no such operation"); // cut
	EXPECT(RUN(&s, 1, "abort", "20260101-/../x"), "there is no such operation");
	EXPECT(RUN(&s, 0, "--help"), "usage: opscon op VERB", "--max-unavailable");
	scene_close(&s);
}
END_TEST

// ---- at a terminal

START_TEST(at_a_terminal_the_name_is_typed_and_the_reason_given)
{
	struct scene s;
	struct term *t;

	open_scene(&s);
	t = START(&s, "upgrade", "name=WowDomain", "--version", "2.0");
	term_wait_for(t, "type \"wow-domain\" to go on:", SCENE_MS);
	term_send(t, "text:wow-domain");
	term_send(t, "Enter");
	term_wait_for(t, "reason:", SCENE_MS);
	term_send(t, "text:CVE-2026-1");
	term_send(t, "Enter");
	term_wait_for(t, "WowDomain: verifying", SCENE_MS);
	term_wait_for(t, "1 done", SCENE_MS);
	wait_exit(t, 0);
	EXPECT(RUN(&s, 0, "restart", "name=WowDomain", "--dry-run"), "prod  2.0");
	scene_close(&s);
}
END_TEST

START_TEST(whatever_else_is_typed_changes_nothing)
{
	struct scene s;
	struct term *t;

	open_scene(&s);
	t = START(&s, "restart", "name=WowDomain");
	term_wait_for(t, "type \"wow-domain\" to go on:", SCENE_MS);
	term_send(t, "text:yes");
	term_send(t, "Enter");
	term_wait_for(t, "nothing was done: that is not what was asked for", SCENE_MS);
	wait_exit(t, 7);
	t = START(&s, "restart", "name=WowDomain");
	term_wait_for(t, "to go on:", SCENE_MS);
	term_send_bytes(t, "\004", 1); // end of input
	wait_exit(t, 7);
	t = START(&s, "restart", "name=WowDomain");
	term_wait_for(t, "to go on:", SCENE_MS);
	term_send_bytes(t, "\003", 1);
	term_wait_for(t, "nothing was done", SCENE_MS);
	wait_exit(t, 7);
	t = START(&s, "upgrade", "name=WowDomain", "--version", "2");
	term_wait_for(t, "to go on:", SCENE_MS);
	term_send(t, "text:wow-domain");
	term_send(t, "Enter");
	term_wait_for(t, "reason:", SCENE_MS);
	term_send(t, "Enter");
	term_wait_for(t, "no reason was given", SCENE_MS);
	wait_exit(t, 7);
	EXPECT(RUN(&s, 0, "list"), "there was no operation yet");
	scene_close(&s);
}
END_TEST

START_TEST(what_is_typed_before_the_question_is_no_answer)
{
	struct scene s;
	struct term *t;

	open_scene(&s);
	t = START(&s, "restart", "name=WowDomain");
	term_send_bytes(t, "wow-domain\nwow-domain\n", 22);
	term_wait_for(t, "type \"wow-domain\" to go on:", SCENE_MS);
	ck_assert(!term_await(t, "queued", true, 1000));
	term_send_bytes(t, "\003", 1);
	wait_exit(t, 7);
	EXPECT(RUN(&s, 0, "list"), "there was no operation yet");
	scene_close(&s);
}
END_TEST

// ---- between processes

// A rollout that waits a minute after its first target.
static struct term *start_long(const struct scene *s)
{
	struct term *t = START(s, "restart", "env=prod", "--yes", "--between", "60s");

	term_wait_for(t, ": done", SCENE_MS);
	return t;
}

START_TEST(the_first_interrupt_ends_it_in_good_order)
{
	struct scene s;
	struct term *t;
	char id[ID_SIZE];

	open_scene(&s);
	t = start_long(&s);
	term_send_bytes(t, "\003", 1);
	term_wait_for(t, "it ends after the step under way", SCENE_MS);
	term_wait_for(t, "aborted after ", SCENE_MS);
	term_wait_for(t, "1 done, 4 skipped of 5", SCENE_MS);
	wait_exit(t, 7);
	find_id(id);
	EXPECT(RUN(&s, 0, "show", id), ": aborted\n");
	scene_close(&s);
}
END_TEST

START_TEST(what_an_interrupt_kept_from_being_verified_has_not_succeeded)
{
	struct scene s;
	struct term *t;
	char id[ID_SIZE];

	open_scene(&s);
	scene_write("opscon.yml", patient);
	t = START(&s, "restart", "name=WowDomain", "--yes");
	term_wait_for(t, "WowDomain: verifying", SCENE_MS);
	term_send_bytes(t, "\003", 1);
	term_wait_for(t, "aborted after ", SCENE_MS);
	term_wait_for(t, "1 failed of 1", SCENE_MS);
	wait_exit(t, 7);
	find_id(id);
	EXPECT(RUN(&s, 0, "show", id), ": aborted\n", "the change was made; ");
	EXPECT(RUN(&s, 0, "show", id, "--format", "json"), "\"state\":\"aborted\"", "was not verified: aborted by ");
	EXPECT(RUN(&s, 0, "restart", "name=WowDomain", "--dry-run"), "running"); // as it truly is
	scene_close(&s);
}
END_TEST

// As a list names who asked: at the end of its line, alone.
static const char *who_asks(void)
{
	static char line[160];
	const struct passwd *user = getpwuid(getuid());

	ck_assert_ptr_nonnull(user);
	snprintf(line, sizeof line, "  %s\n", user->pw_name);
	return line;
}

START_TEST(another_process_pauses_it_and_goes_on_with_it)
{
	struct scene s;
	struct term *t;
	char id[ID_SIZE];

	open_scene(&s);
	t = start_long(&s);
	find_id(id);
	EXPECT(RUN(&s, 0, "list"), id, "running", who_asks(), "\n    run by ");
	EXPECT(RUN(&s, 0, "pause", id), ": paused");
	term_wait_for(t, "go on with it: opscon op resume", SCENE_MS);
	EXPECT(RUN(&s, 0, "list"), id, "paused");
	EXPECT(RUN(&s, 0, "resume", id), ": running");
	EXPECT(RUN(&s, 6, "restart", "env=prod", "--yes"), "is operating", "--wait waits for it\n");
	EXPECT(RUN(&s, 0, "rollback", id), id);
	EXPECT(RUN(&s, 0, "abort", id), id);
	term_wait_for(t, "aborted after ", SCENE_MS);
	wait_exit(t, 7);
	scene_close(&s);
}
END_TEST

START_TEST(whoever_waits_has_its_turn)
{
	struct scene s;
	struct term *first, *second;
	char id[ID_SIZE];

	open_scene(&s);
	first = start_long(&s);
	find_id(id);
	second = START(&s, "restart", "name=WowDomain", "--yes", "--wait");
	term_wait_for(second, "waiting for ", SCENE_MS);
	EXPECT(RUN(&s, 0, "restart", "env!=prod", "--yes"), ": succeeded"); // others are not held
	free(RUN(&s, 0, "abort", id));
	wait_exit(first, 7);
	term_wait_for(second, "1 done", SCENE_MS);
	wait_exit(second, 0);
	scene_close(&s);
}
END_TEST

// Until the list of operations has the text.
static void await_listed(const struct scene *s, const char *text)
{
	for (int i = 0; i < 200; i++) {
		char *list = RUN(s, 0, "list");
		bool has_text = strstr(list, text);

		free(list);
		if (has_text)
			return;
	}
	ck_abort_msg("%s is not listed", text);
}

START_TEST(a_lost_terminal_ends_it_in_good_order)
{
	struct scene s;
	struct term *t;

	open_scene(&s);
	t = start_long(&s);
	term_hang_up(t);
	await_listed(&s, "aborted");
	term_finish(t);
	scene_close(&s);
}
END_TEST

START_TEST(a_program_reads_how_it_went)
{
	struct process_result result;
	struct scene s;

	open_scene(&s);
	result = scene_run(&s, (const char *const[]){ "op", "stop", "name=WowDomain", "--yes", "--format", "json",
						      "--config", "opscon.yml", NULL });
	ck_assert_msg(result.status == 0, "%s%s", result.out, result.err);
	ck_assert_int_eq(strncmp(result.out, "{\"schema_version\":1,\"id\":\"", 26), 0);
	ck_assert_ptr_eq(strchr(result.out, '\n'), result.out + strlen(result.out) - 1);
	assert_holds(result.out, "\"state\":\"succeeded\"");
	assert_holds(result.out, "\"steps\":[{\"label\":\"Observe\",\"state\":\"completed\"");
	assert_holds(result.err, "WowDomain: done");
	process_result_finish(&result);
	scene_close(&s);
}
END_TEST

START_TEST(what_nobody_runs_any_more_is_ended)
{
	struct scene s;
	struct term *t;
	char id[ID_SIZE];

	open_scene(&s);
	t = start_long(&s);
	kill(term_pid(t), SIGKILL);
	ck_assert_int_eq(term_wait_exit(t, SCENE_MS), -1 - SIGKILL);
	term_finish(t);
	find_id(id);
	EXPECT(RUN(&s, 0, "list"), id, "paused", "1/5");
	EXPECT(RUN(&s, 6, "pause", id), "nobody runs it");
	EXPECT(RUN(&s, 6, "restart", "name=WowDomain", "--yes"), "cannot be done: operation ");
	EXPECT(RUN(&s, 0, "abort", id), "aborted", "1 done", "4 skipped");
	EXPECT(RUN(&s, 0, "list"), "aborted");
	EXPECT(RUN(&s, 6, "pause", id), "it is over: aborted");
	EXPECT(RUN_AUDIT(&s, "--result", "refused"), "nobody runs it", "it is over: aborted");
	scene_close(&s);
}
END_TEST

START_TEST(what_nobody_runs_any_more_is_gone_on_with)
{
	struct scene s;
	struct term *t;
	char id[ID_SIZE];

	open_scene(&s);
	t = START(&s, "restart", "name=~Wow*or*", "--yes", "--between", "2s"); // two of them
	term_wait_for(t, ": done", SCENE_MS);
	kill(term_pid(t), SIGKILL);
	ck_assert_int_eq(term_wait_exit(t, SCENE_MS), -1 - SIGKILL);
	term_finish(t);
	find_id(id);
	EXPECT(RUN(&s, 0, "resume", id), "succeeded", ": 2 done of 2\n");
	EXPECT(RUN(&s, 0, "show", id), ": succeeded\n");
	scene_close(&s);
}
END_TEST

SUITE("op", a_dry_run_shows_the_plan_and_does_nothing, an_operation_is_carried_out_and_is_on_record,
      an_operation_is_carried_out_while_a_console_is_open, what_cannot_be_recorded_is_not_done_and_says_why,
      a_version_that_is_unwell_is_rolled_back, what_is_refused_says_why_and_changes_nothing,
      a_command_line_that_makes_no_sense_is_refused, at_a_terminal_the_name_is_typed_and_the_reason_given,
      whatever_else_is_typed_changes_nothing, what_is_typed_before_the_question_is_no_answer,
      the_first_interrupt_ends_it_in_good_order, what_an_interrupt_kept_from_being_verified_has_not_succeeded,
      another_process_pauses_it_and_goes_on_with_it, whoever_waits_has_its_turn, a_lost_terminal_ends_it_in_good_order,
      a_program_reads_how_it_went, what_nobody_runs_any_more_is_ended, what_nobody_runs_any_more_is_gone_on_with)
