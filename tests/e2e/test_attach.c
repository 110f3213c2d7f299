// SPDX-License-Identifier: Apache-2.0
/* Consoles attached to a hub: what they show while it is there, while it is not, and when it is back. */
#include "tests/support/suite.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "console/key_guard.h"
#include "tests/e2e/scene.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { OPERATION_MS = 60000 };

static struct scene s;
static pid_t hub;
static char address[128];
static int port; // of its network side

static void start_hub(void)
{
	char listen[32];

	unlink("hub.sock");
	snprintf(listen, sizeof listen, "127.0.0.1:%d", port);
	hub = process_start((const char *[]){ OPSCON, "hub", "--config", "opscon.yml", "--socket", address + 5,
					      "--listen", listen, NULL });
	scene_await_socket("hub.sock");
}

static const char hurried[] = "defaults: {interval: 1s, timeout: 500ms, fall: 2}\n"
			      "discovery:\n"
			      "  file_sd:\n"
			      "    - files: [targets.json]\n"
			      "operations: {wait: 200ms, min_healthy: 1s, verify: 6s}\n";

static void begin(const char *const simulated[])
{
	scene_open(&s);
	putenv(s.state);
	snprintf(address, sizeof address, "unix:%s/hub.sock", s.dir);
	port = process_free_port();
	scene_simulate(&s, simulated);
	scene_write("opscon.yml", hurried);
	start_hub();
}

static void end(void)
{
	process_end(hub);
	hub = 0;
	scene_close(&s);
}

// Impatient, so that a test need not wait as long as a person would.
static struct term *attach(const char *to)
{
	return scene_start(&s, (const char *[]){ "attach", "--no-state", "--ping", "1s", "--retry", "200ms", to, NULL },
			   NULL, 130, 40);
}

static struct process_result once(const char *to)
{
	return scene_run(&s, (const char *[]){ "attach", "--no-state", "--once", "--format", "json", to, NULL });
}

// As many agents are up as `--once` says now.
static void expect_once(const char *text, int status)
{
	struct process_result result = once(address);

	ck_assert_msg(result.status == status && strstr(result.out, text), "%d %s%s", result.status, result.out,
		      result.err);
	process_result_finish(&result);
}

START_TEST(consoles_show_the_hubs_fleet_and_act_on_it)
{
	struct term *one, *other;

	begin((const char *[]){ "--agents", "4", "--fault", "error500=1", NULL });
	one = attach(address);
	other = attach(address);
	term_wait_for(one, "@hub.sock", SCENE_MS);
	term_wait_for(one, "● live", SCENE_MS);
	term_wait_for(one, "1 of 4 agents down", SCENE_MS);
	term_wait_for(other, "1 of 4 agents down", SCENE_MS);
	scene_take_care(one); // acknowledged, noted, snoozed on the one ...
	term_send(other, "A");
	term_wait_row(other, "agent_down", "snoozed", SCENE_MS); // ... is seen on the other
	scene_quit(one);
	scene_quit(other);
	end();
}
END_TEST

// As far as the question.
static void plan_restart(struct term *t)
{
	term_send(t, ".");
	term_wait_for(t, "Act on ", SCENE_MS);
	term_listen(t, KEY_GUARD_MS + 100);
	term_send(t, "text:restart");
	term_wait_for(t, "1 of 11", SCENE_MS);
	term_send(t, "Enter");
}

START_TEST(of_two_operators_one_has_an_agent_and_the_other_sees_who)
{
	struct term *one, *other;

	begin((const char *[]){ "--agents", "1", NULL });
	one = attach(address);
	other = attach(address);
	term_wait_for(one, "1 of 1 agent up", SCENE_MS);
	term_wait_for(other, "1 of 1 agent up", SCENE_MS);
	plan_restart(one);
	term_wait_for(one, "> Cancel <", SCENE_MS);
	plan_restart(other);
	term_wait_for(other, " is about to restart it", SCENE_MS);
	ck_assert(!term_has(other, "> Cancel <"));
	term_send(other, "Esc");
	term_wait_gone(other, "> Close <", SCENE_MS);
	term_send(other, "Enter");
	term_wait_for(other, " is about to restart it (", SCENE_MS);
	kill(term_pid(one), SIGKILL); // its leases end with it
	term_wait_gone(other, " is about to restart it", SCENE_MS);
	plan_restart(other);
	term_wait_for(other, "> Cancel <", SCENE_MS);
	term_send(other, "Esc");
	term_wait_gone(other, "> Cancel <", SCENE_MS);
	term_listen(other, KEY_GUARD_MS);
	scene_quit(other);
	term_finish(one);
	end();
}
END_TEST

START_TEST(an_audit_trail_that_is_another_is_seen_by_who_was_there)
{
	struct process_result result;
	bool is_seen = false;
	char said[1000];
	struct term *t;

	begin((const char *[]){ "--agents", "1", NULL });
	for (int i = 0; i < 400 && access("state/opscon/witness", F_OK) < 0; i++) { // as soon as there is a trail
		result = scene_run(&s, (const char *[]){ "attach", "--once", "--format", "json", address, NULL });
		process_result_finish(&result);
	}
	ck_assert_int_eq(access("state/opscon/witness", F_OK), 0);
	process_stop(hub);
	ck_assert_int_eq(system("rm -r state/opscon/audit"), 0);
	start_hub();
	for (int i = 0; i < 400 && !is_seen; i++) { // as soon as the hub answers
		result = scene_run(&s, (const char *[]){ "attach", "--once", "--format", "json", address, NULL });
		is_seen = strstr(result.err, ": its audit trail is ") != NULL;
		snprintf(said, sizeof said, "%d: %s", result.status, result.err);
		process_result_finish(&result);
	}
	ck_assert_msg(is_seen, "%s, beside %s", said, scene_read("state/opscon/witness"));
	t = scene_start(&s, (const char *[]){ "attach", address, NULL }, NULL, 130, 40);
	term_wait_for(t, "audit: unix:", SCENE_MS);
	term_send(t, "A");
	term_wait_for(t, "Alerts", SCENE_MS);
	ck_assert(term_has(t, "audit: unix:")); // it stays
	scene_quit(t);
	end();
}
END_TEST

START_TEST(a_killed_hub_leaves_no_green_and_comes_back)
{
	struct term *t;

	begin((const char *[]){ "--agents", "4", NULL });
	t = attach(address);
	term_wait_for(t, "4 of 4 agents up", SCENE_MS);
	term_send(t, "j");
	process_stop(hub); // SIGKILL
	term_wait_for(t, "reconnecting", SCENE_MS);
	term_wait_for(t, "stale since ", SCENE_MS);
	term_wait_for(t, "○ 4 unknown", SCENE_MS);
	ck_assert(!term_has(t, "● up"));
	ck_assert(term_has(t, "○ stale"));
	term_send(t, "Enter"); // it works on, with what is known
	term_wait_for(t, "Timeline", SCENE_MS);
	term_send(t, "Esc");
	start_hub();
	term_wait_for(t, "4 of 4 agents up", SCENE_MS);
	term_wait_for(t, "● live", SCENE_MS);
	ck_assert(!term_has(t, "stale"));
	expect_once("\"overall\":\"up\"", 0);
	scene_quit(t);
	end();
}
END_TEST

START_TEST(a_stopped_hub_is_missed_and_goes_on)
{
	struct term *t;

	begin((const char *[]){ "--agents", "3", NULL });
	t = attach(address);
	term_wait_for(t, "3 of 3 agents up", SCENE_MS);
	kill(hub, SIGSTOP);
	term_wait_for(t, "stale since ", SCENE_MS);
	term_wait_for(t, "the hub does not answer", SCENE_MS);
	term_wait_for(t, "○ 3 unknown", SCENE_MS);
	kill(hub, SIGCONT); // on the connection that stands still
	term_wait_for(t, "3 of 3 agents up", SCENE_MS);
	term_wait_for(t, "● live", SCENE_MS);
	kill(hub, SIGSTOP);
	term_wait_for(t, "reconnecting", SCENE_MS); // it is given up
	term_wait_for(t, "○ 3 unknown", SCENE_MS);
	kill(hub, SIGCONT);
	term_wait_for(t, "3 of 3 agents up", SCENE_MS);
	term_wait_for(t, "● live", SCENE_MS);
	scene_quit(t);
	end();
}
END_TEST

START_TEST(what_changed_meanwhile_is_known_when_it_is_back)
{
	struct term *t;

	begin((const char *[]){ "--agents", "3", NULL });
	t = attach(address);
	term_wait_for(t, "3 of 3 agents up", SCENE_MS);
	process_stop(hub);
	term_wait_for(t, "reconnecting", SCENE_MS);
	scene_simulate(&s, (const char *[]){ "--agents", "5", "--fault", "error500=2", NULL });
	start_hub();
	term_wait_for(t, "2 of 5 agents down", SCENE_MS);
	scene_quit(t);
	end();
}
END_TEST

// The first of them, one a line; the file is put in place whole.
static void list_first(const char *all, int n)
{
	char *list = strdup(all), *at = list;

	for (int line = 0; line <= n; line++)
		at = strchr(at, '\n') + 1;
	snprintf(at - 2, 4, "\n]\n"); // over the comma
	scene_write("new.json", list);
	ck_assert_int_eq(rename("new.json", "targets.json"), 0);
	free(list);
}

START_TEST(a_question_that_is_settled_is_not_told_as_open)
{
	struct process_result result;
	struct term *t;
	char *all;

	begin((const char *[]){ "--agents", "8", NULL });
	t = attach(address);
	term_wait_for(t, "8 of 8 agents up", SCENE_MS);
	all = scene_read("targets.json");
	list_first(all, 3);
	term_wait_for(t, "no longer lists 5 of 8 agents", SCENE_MS);
	result = once(address);
	ck_assert_msg(result.status == 0 && strstr(result.err, "no longer lists 5 of 8 agents"), "%d %s", result.status,
		      result.err);
	process_result_finish(&result);
	scene_write("new.json", all);
	ck_assert_int_eq(rename("new.json", "targets.json"), 0);
	free(all);
	term_wait_gone(t, "no longer lists 5 of 8 agents", SCENE_MS);
	result = once(address);
	ck_assert_msg(result.status == 0 && !*result.err, "%d %s", result.status, result.err);
	process_result_finish(&result);
	scene_quit(t);
	end();
}
END_TEST

// What the other one tells is not all there is.
static void expect_incomplete(const char *second)
{
	static const struct {
		const char *format, *text;
		int status;
	} rows[] = {
		{ "json", "\"overall\":\"unknown\"", 5 },
		{ "json", "\"hubs_away\":[{\"hub\":\"unix:", 5 },
		{ "nagios", "OPSCON UNKNOWN - 3 of 3 up, 0 degraded, 0 down, 0 unknown; 1 of 2 hubs away |", 3 },
	};
	char why[200];

	snprintf(why, sizeof why, "opscon: the hub is away: %s: ", address);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct process_result result =
			scene_run(&s, (const char *[]){ "attach", "--no-state", "--once", "--format", rows[i].format,
							address, second, NULL });

		ck_assert_msg(result.status == rows[i].status && strstr(result.out, rows[i].text) &&
				      strstr(result.err, why),
			      "%d %s%s", result.status, result.out, result.err);
		process_result_finish(&result);
	}
}

START_TEST(several_hubs_are_one_fleet)
{
	char second[160], *config;
	struct term *t;
	pid_t other;

	begin((const char *[]){ "--agents", "3", NULL });
	config = scene_read("opscon.yml");
	scene_write("other.yml", config);
	free(config);
	snprintf(second, sizeof second, "unix:%s/other.sock", s.dir);
	other = process_start(
		(const char *[]){ OPSCON, "hub", "--config", "other.yml", "--no-state", "--socket", second + 5, NULL });
	scene_await_socket("other.sock");
	t = scene_start(
		&s,
		(const char *[]){ "attach", "--no-state", "--ping", "1s", "--retry", "200ms", address, second, NULL },
		NULL, 130, 40);
	term_wait_for(t, "@hub.sock, other.sock", SCENE_MS);
	term_wait_for(t, "3 of 3 agents up", SCENE_MS); // the same agents: each once
	term_wait_for(t, "● live", SCENE_MS);
	process_stop(hub); // the other one is heard of them now
	hub = 0;
	term_wait_for(t, "(1 of 2 hubs)", SCENE_MS);
	term_wait_for(t, "2 hubs, 1 away: hub.sock", SCENE_MS);
	expect_incomplete(second);
	term_wait_for(t, "3 of 3 agents up", SCENE_MS);
	process_stop(other);
	term_wait_for(t, "(2 of 2 hubs)", SCENE_MS);
	term_wait_for(t, "2 of 2 hubs are away: hub.sock since ", SCENE_MS);
	term_wait_for(t, "○ 3 unknown", SCENE_MS);
	scene_quit(t);
	end();
}
END_TEST

// Where and with what to attach may stand in the configuration; the token is not for any other hub.
static void expect_configured(const char *url)
{
	char config[200];
	struct process_result result;

	snprintf(config, sizeof config, "attach: {hubs: ['%s'], token_file: token}\n", url);
	scene_write("attach.yml", config);
	result = scene_run(&s, (const char *[]){ "attach", "--no-state", "--once", "--config", "attach.yml", NULL });
	ck_assert_msg(result.status == 0 && strstr(result.out, "3 in all"), "%d %s%s", result.status, result.out,
		      result.err);
	process_result_finish(&result);
	snprintf(config, sizeof config, "attach: {hubs: ['ws://127.0.0.1:1'], token_file: token}\n");
	scene_write("attach.yml", config);
	result = scene_run(&s,
			   (const char *[]){ "attach", "--no-state", "--once", "--config", "attach.yml", url, NULL });
	ck_assert_msg(result.status == 6, "%d %s%s", result.status, result.out, result.err);
	process_result_finish(&result);
}

START_TEST(a_viewer_by_token_only_looks)
{
	struct process_result result;
	char url[64];
	struct term *t;

	begin((const char *[]){ "--agents", "3", NULL });
	snprintf(url, sizeof url, "ws://127.0.0.1:%d", port);
	result = once(url);
	ck_assert_msg(result.status == 6 && strstr(result.err, "401 no token was given: --token-file"), "%d %s",
		      result.status, result.err);
	process_result_finish(&result);
	result = scene_run(&s, (const char *[]){ "token", "create", "kim", "--role", "viewer", NULL });
	ck_assert_msg(result.status == 0, "%s", result.err);
	scene_write("token", result.out);
	ck_assert_int_eq(chmod("token", 0600), 0);
	process_result_finish(&result);
	t = scene_start(
		&s, (const char *[]){ "attach", "--no-state", "--retry", "200ms", "--token-file", "token", url, NULL },
		NULL, 130, 40);
	term_wait_for(t, "3 of 3 agents up", SCENE_MS);
	term_wait_for(t, "@127.0.0.1", SCENE_MS);
	term_send(t, "r");
	term_wait_for(t, "not done: ", SCENE_MS);
	scene_quit(t);
	expect_configured(url);
	result = scene_run(&s, (const char *[]){ "op", "restart", "--hub", url, "--token-file", "token", "--yes",
						 "name=~*", NULL });
	ck_assert_msg(result.status == 6, "%d %s%s", result.status, result.out, result.err);
	process_result_finish(&result);
	end();
}
END_TEST

// Whoever asks has no configuration, or another one: what they do not say is as the hub has it.
static void expect_figures(void)
{
	struct process_result result;

	scene_write("own.yml", "operations: {batch: 4, wait: 1h, verify: 2h, auto_rollback: false}\n");
	result = scene_run(&s, (const char *[]){ "op", "restart", "--config", "own.yml", "--hub", address, "--dry-run",
						 "--format", "json", "--max-unavailable", "3", "name=~*", NULL });
	ck_assert_msg(result.status == 0 && strstr(result.out, "\"batch\":1,") &&
			      strstr(result.out, "\"max_unavailable\":3,\"wait_ms\":200,\"min_healthy_ms\":1000,") &&
			      strstr(result.out, "\"rolls_back\":true"),
		      "%d %s%s", result.status, result.out, result.err);
	process_result_finish(&result);
}

// What a hub says of its operations is what its journals say to who sits beside them. `id` NULL: of all.
static void expect_same(const char *what, const char *id)
{
	static const char *const formats[] = { "table", "json" };

	for (size_t i = 0; i < COUNT(formats); i++) {
		struct process_result here, there;

		here = scene_run(
			&s, (const char *[]){ "op", what, "--config", "opscon.yml", "--format", formats[i], id, NULL });
		there = scene_run(&s,
				  (const char *[]){ "op", what, "--hub", address, "--format", formats[i], id, NULL });
		ck_assert_msg(here.status == 0 && strstr(here.out, "-restart-") && strstr(here.out, "succeeded"),
			      "%d %s%s", here.status, here.out, here.err);
		ck_assert_msg(there.status == 0, "%d %s%s", there.status, there.out, there.err);
		ck_assert_str_eq(there.out, here.out);
		process_result_finish(&here);
		process_result_finish(&there);
	}
}

// In the row under the heading.
static void find_id(char id[64])
{
	struct process_result result = scene_run(&s, (const char *[]){ "op", "list", "--hub", address, NULL });
	const char *row = strchr(result.out, '\n');

	ck_assert_ptr_nonnull(row);
	snprintf(id, 64, "%.*s", (int)strcspn(row + 1, " "), row + 1);
	process_result_finish(&result);
}

static void expect_over(const char *id)
{
	struct process_result result = scene_run(&s, (const char *[]){ "op", "rollback", "--hub", address, id, NULL });

	ck_assert_msg(result.status == 6 && strstr(result.err, "it is over: succeeded"), "%d %s%s", result.status,
		      result.out, result.err);
	process_result_finish(&result);
}

// What was over before the hub began is there as before.
static void expect_history(void)
{
	struct process_result result;
	struct term *t;
	char id[64];

	find_id(id);
	for (int i = 0; i < 2; i++) {
		expect_same("list", NULL);
		expect_same("show", id);
		expect_over(id);
		if (i == 0) {
			process_end(hub);
			start_hub();
		}
	}
	t = attach(address);
	term_send(t, "O");
	term_wait_for(t, "restart of WowEvent", SCENE_MS);
	term_wait_for(t, "✓ succeeded", SCENE_MS);
	term_wait_for(t, "a test", SCENE_MS); // why
	scene_quit(t);
	result = scene_run(
		&s, (const char *[]){ "op", "show", "--hub", address, "20261125-225130-restart-1a2b3c4d", NULL });
	ck_assert_msg(result.status == 1 && strstr(result.err, "there is no such operation"), "%d %s%s", result.status,
		      result.out, result.err);
	process_result_finish(&result);
}

// The way back of an upgrade that is over is planned, also by a hub that was started since.
static void expect_way_back(void)
{
	struct process_result result;
	char id[64];

	result = scene_run(&s, (const char *[]){ "op", "upgrade", "--version", "9.9", "--hub", address, "--yes",
						 "--reason", "a test", "name=WowEvent", NULL });
	ck_assert_msg(result.status == 0, "%d %s%s", result.status, result.out, result.err);
	process_result_finish(&result);
	find_id(id);
	process_end(hub);
	start_hub();
	result = scene_run(
		&s, (const char *[]){ "op", "rollback", "--hub", address, "--yes", "--reason", "a test", id, NULL });
	ck_assert_msg(result.status == 0 && strstr(result.out, "-rollback-") && strstr(result.out, "1 done of 1"),
		      "%d %s%s", result.status, result.out, result.err);
	process_result_finish(&result);
	result = scene_run(
		&s, (const char *[]){ "op", "rollback", "--hub", address, "--yes", "--reason", "a test", id, NULL });
	ck_assert_msg(result.status == 6 && strstr(result.out, "there is no version to go back to"), "%d %s%s",
		      result.status, result.out, result.err);
	process_result_finish(&result);
}

START_TEST(operations_run_where_the_hub_is)
{
	struct process_result result;
	struct term *t;

	begin((const char *[]){ "--agents", "4", NULL });
	t = attach(address);
	term_wait_for(t, "4 of 4 agents up", SCENE_MS);
	expect_figures();
	result = scene_run(&s, (const char *[]){ "op", "restart", "--config", "opscon.yml", "--hub", address, "--yes",
						 "--reason", "a test", "name=WowEvent", NULL });
	ck_assert_msg(result.status == 0 && strstr(result.out, ": succeeded after "), "%d %s%s", result.status,
		      result.out, result.err);
	process_result_finish(&result);
	term_send(t, "O"); // who looks on sees it, too
	term_wait_for(t, "restart of WowEvent", SCENE_MS);
	term_wait_for(t, "✓ succeeded", SCENE_MS);
	scene_quit(t);
	expect_history();
	expect_way_back();
	result = scene_run(&s, (const char *[]){ "op", "restart", "--config", "opscon.yml", "--hub", address, "--yes",
						 "name=Nobody", NULL });
	ck_assert_msg(result.status == 2 && strstr(result.err, "no agent matches"), "%d %s", result.status, result.err);
	process_result_finish(&result);
	process_stop(hub);
	hub = 0;
	result = scene_run(&s, (const char *[]){ "op", "restart", "--config", "opscon.yml", "--hub", address, "--yes",
						 "name=WowEvent", NULL });
	ck_assert_msg(result.status == 5, "%d %s", result.status, result.err);
	process_result_finish(&result);
	result = scene_run(&s, (const char *[]){ "op", "list", "--hub", address, NULL });
	ck_assert_msg(result.status == 5 && !*result.out, "%d %s%s", result.status, result.out, result.err);
	process_result_finish(&result);
	end();
}
END_TEST

START_TEST(a_command_says_that_it_waits_for_the_hub)
{
	struct term *t;

	begin((const char *[]){ "--agents", "2", NULL });
	t = scene_start(&s,
			(const char *[]){ "op", "restart", "--hub", address, "--yes", "--between", "30s", "--ping",
					  "1s", "--retry", "200ms", "--give-up", "2s", "name=~*", NULL },
			NULL, 160, 40);
	term_wait_for(t, ": done", OPERATION_MS); // the first of the two
	kill(hub, SIGSTOP);
	term_wait_for(t, "the hub has not answered for ", SCENE_MS);
	term_wait_for(t, "the operation goes on there as long as the hub runs", SCENE_MS);
	term_wait_for(t, "the hub is away since ", SCENE_MS);
	kill(hub, SIGCONT);
	term_wait_for(t, "the hub is back after ", SCENE_MS);
	process_stop(hub);
	hub = 0;
	term_wait_for(t, "the hub was waited for 2s: how it goes on is not known here; opscon op show ", SCENE_MS);
	ck_assert_int_eq(term_wait_exit(t, SCENE_MS), 8);
	term_finish(t);
	start_hub();
	t = scene_start(&s, (const char *[]){ "op", "list", "--hub", address, NULL }, NULL, 160, 40);
	term_wait_for(t, "paused", SCENE_MS); // by whoever goes on with it
	term_finish(t);
	end();
}
END_TEST

START_TEST(nobody_there_is_an_exit_code)
{
	static const struct {
		const char *address;
		int status;
		const char *error;
	} rows[] = {
		{ "unix:/tmp/opscon-there-is-no-such.sock", 5, "no hub is there" },
		{ "ws://127.0.0.1:1", 5, "connection refused" },
		{ "hub.example", 2, "expected unix:PATH" },
		{ "ws://alice:secret@h", 2, "a secret has no place in an address" },
	};

	scene_open(&s);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct process_result result = once(rows[i].address);

		ck_assert_msg(result.status == rows[i].status && strstr(result.err, rows[i].error), "%s: %d %s",
			      rows[i].address, result.status, result.err);
		ck_assert_ptr_null(strstr(result.err, "secret@"));
		ck_assert_str_eq(result.out, "");
		process_result_finish(&result);
	}
	scene_close(&s);
}
END_TEST

// The token would go to whoever answers there, and what that says would be shown.
START_TEST(certificates_of_hubs_are_always_verified)
{
	struct process_result result;

	scene_open(&s);
	scene_write("token", "opscon_0123456789\n");
	chmod("token", 0600);
	result = scene_run(&s, (const char *[]){ "attach", "--once", "--insecure", "--token-file", "token",
						 "wss://127.0.0.1:1", NULL });
	ck_assert_int_eq(result.status, 2);
	ck_assert_msg(strstr(result.err, "is always verified; expected --ca"), "%s", result.err);
	process_result_finish(&result);
	result = scene_run(
		&s, (const char *[]){ "op", "restart", "tier=data", "--hub", "wss://127.0.0.1:1", "--insecure", NULL });
	ck_assert_int_eq(result.status, 2);
	ck_assert_msg(strstr(result.err, "is always verified; expected --ca"), "%s", result.err);
	process_result_finish(&result);
	scene_close(&s);
}
END_TEST

struct usage {
	const char *const args[8];
	const char *error;
};

// Each ends with 2, at once, and says what was wrong with what.
static void expect_usage(const struct usage *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct process_result result = scene_run(&s, rows[i].args);

		ck_assert_msg(result.status == 2 && strstr(result.err, rows[i].error), "%zu: %d %s", i, result.status,
			      result.err);
		process_result_finish(&result);
	}
}

#define ONCE(...)                                                                                                      \
	{                                                                                                              \
		"attach", "--once", __VA_ARGS__, NULL                                                                  \
	}

START_TEST(a_token_is_not_read_by_others_nor_sent_in_the_clear)
{
	static const struct usage rows[] = {
		{ ONCE("--token-file", "open", "ws://127.0.0.1:1"),
		  "--token-file open: others can read it (mode 0644); expected chmod 600 open" },
		{ ONCE("--token-file", "token", "ws://192.0.2.1:1"), "in the clear" },
		{ ONCE("--token-file", "missing", "ws://127.0.0.1:1"), "--token-file missing: No such file" },
		{ ONCE("--token-file", ".", "ws://127.0.0.1:1"), "--token-file .: Is a directory" },
		{ ONCE("--token-file", "empty", "ws://127.0.0.1:1"),
		  "--token-file empty: it is empty; expected the token" },
		{ ONCE("--token-file", "blank", "ws://127.0.0.1:1"), "--token-file blank: its first line is empty" },
		{ ONCE("--token-file", "words", "ws://127.0.0.1:1"), "--token-file words: its first line is no token" },
		{ ONCE("--token-file", "long", "ws://127.0.0.1:1"), "--token-file long: it holds more than 512 bytes" },
		{ { "op", "restart", "--hub", "ws://127.0.0.1:1", "--token-file", "empty", "name=~*", NULL },
		  "--token-file empty: it is empty" },
		{ ONCE("--config", "attach.yml"), "attach: token_file: " },
	};
	char many[600];

	scene_open(&s);
	memset(many, 'x', sizeof many);
	many[sizeof many - 1] = '\0';
	scene_write("token", "opscon_0123456789\n");
	scene_write("open", "opscon_0123456789\n");
	scene_write("empty", "");
	scene_write("blank", "\nopscon_0123456789\n");
	scene_write("words", "not a token\n");
	scene_write("long", many);
	scene_write("attach.yml", "attach: {hubs: ['ws://127.0.0.1:1'], token_file: empty}\n");
	chmod("open", 0644);
	chmod("token", 0600);
	chmod("empty", 0600);
	chmod("blank", 0600);
	chmod("words", 0600);
	chmod("long", 0600);
	expect_usage(rows, COUNT(rows));
	setenv("OPSCON_TOKEN_FILE", "empty", 1);
	expect_usage(&(const struct usage){ ONCE("ws://127.0.0.1:1"), "$OPSCON_TOKEN_FILE empty: it is empty" }, 1);
	unsetenv("OPSCON_TOKEN_FILE");
	scene_close(&s);
}
END_TEST

START_TEST(an_authority_is_one_before_it_is_trusted)
{
	static const struct usage rows[] = {
		{ ONCE("--ca", "missing", "wss://127.0.0.1:1"), "--ca missing: No such file" },
		{ ONCE("--ca", "text", "wss://127.0.0.1:1"), "--ca text: no certificate is in it" },
		{ ONCE("--ca", "broken", "wss://127.0.0.1:1"), "expected certificates in PEM" },
		{ ONCE("--config", "attach.yml"), "attach: ca: " },
	};

	scene_open(&s);
	scene_write("text", "hello\n");
	scene_write("broken", "-----BEGIN CERTIFICATE-----\nhello\n-----END CERTIFICATE-----\n");
	scene_write("attach.yml", "attach: {hubs: ['wss://127.0.0.1:1'], ca: text}\n");
	expect_usage(rows, COUNT(rows));
	scene_close(&s);
}
END_TEST

START_TEST(what_is_the_hubs_to_say_is_refused)
{
	static const struct usage rows[] = {
		{ ONCE("--interval", "5s", "ws://127.0.0.1:1"), "--interval is for who polls, and that is the hub" },
		{ ONCE("--timeout", "5s", "ws://127.0.0.1:1"), "defaults: {timeout: DURATION}" },
		{ ONCE("--shard", "1/2", "ws://127.0.0.1:1"), "opscon hub --shard" },
		{ ONCE("--insecure", "ws://127.0.0.1:1"), "tls: {insecure: true}" },
		{ { "op", "restart", "--hub", "ws://127.0.0.1:1", "--interval", "5s", "name=~*", NULL },
		  "is for who polls" },
		{ { "attach", "--format", "json", "ws://127.0.0.1:1", NULL }, "--format is for --once" },
		{ ONCE("http://127.0.0.1:1"), "that of a hub begins with ws://" },
		{ ONCE("https://127.0.0.1:1"), "that of a hub begins with wss://" },
	};
	struct process_result result;

	scene_open(&s);
	expect_usage(rows, COUNT(rows));
	result = scene_run(&s, (const char *[]){ "op", "restart", "--hub", "ws://127.0.0.1:1", "--read-only", "--yes",
						 "name=~*", NULL });
	ck_assert_msg(result.status == 6 && strstr(result.err, "opscon op: not done: "), "%d %s", result.status,
		      result.err);
	process_result_finish(&result);
	scene_close(&s);
}
END_TEST

static void expect_unreachable(const char *url, const char *error)
{
	struct process_result result = url ? once(url) : scene_run(&s, (const char *[]){ "attach", "--once", NULL });

	ck_assert_msg(result.status == 5 && strstr(result.err, error), "%s: %d %s", url ? url : "", result.status,
		      result.err);
	process_result_finish(&result);
}

START_TEST(the_other_scheme_is_hinted_at)
{
	char url[64], accept[16];
	struct process_result result;
	pid_t server;
	int tls_port = process_free_port();

	begin((const char *[]){ "--agents", "1", NULL });
	snprintf(url, sizeof url, "wss://127.0.0.1:%d", port);
	expect_unreachable(url, "; a port that speaks no TLS is ws://");
	result = process_run((const char *[]){ "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
					       "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
					       "/CN=localhost", "-keyout", "key", "-out", "cert", NULL },
			     NULL);
	ck_assert_msg(result.status == 0, "%s", result.err);
	process_result_finish(&result);
	snprintf(accept, sizeof accept, "%d", tls_port);
	server = process_start((const char *[]){ "openssl", "s_server", "-accept", accept, "-key", "key", "-cert",
						 "cert", "-quiet", NULL });
	process_await_port(tls_port, SCENE_MS);
	snprintf(url, sizeof url, "ws://127.0.0.1:%d", tls_port);
	expect_unreachable(url, "wss://"); // it says so, or only closes
	process_stop(server);
	end();
}
END_TEST

START_TEST(without_an_address_it_says_where_it_has_looked)
{
	scene_open(&s);
	setenv("XDG_RUNTIME_DIR", "/nowhere", 1);
	expect_unreachable(NULL,
			   "no address was given, so this was the hub of this machine (/nowhere/opscon/hub.sock is not "
			   "there); start one with: opscon hub; or name one");
	scene_close(&s);
}
END_TEST

SUITE("attach", consoles_show_the_hubs_fleet_and_act_on_it, of_two_operators_one_has_an_agent_and_the_other_sees_who,
      an_audit_trail_that_is_another_is_seen_by_who_was_there, a_killed_hub_leaves_no_green_and_comes_back,
      a_stopped_hub_is_missed_and_goes_on, what_changed_meanwhile_is_known_when_it_is_back,
      a_question_that_is_settled_is_not_told_as_open, several_hubs_are_one_fleet, a_viewer_by_token_only_looks,
      operations_run_where_the_hub_is, a_command_says_that_it_waits_for_the_hub, nobody_there_is_an_exit_code,
      certificates_of_hubs_are_always_verified, a_token_is_not_read_by_others_nor_sent_in_the_clear,
      an_authority_is_one_before_it_is_trusted, what_is_the_hubs_to_say_is_refused, the_other_scheme_is_hinted_at,
      without_an_address_it_says_where_it_has_looked)
