// SPDX-License-Identifier: Apache-2.0
/* What several consoles share: an operation that outlives its hub, agreement on a plan, a fleet in several hubs. */
#include "tests/support/suite.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "console/key_guard.h"
#include "tests/e2e/scene.h"

enum { OPERATION_MS = 60000, COLS = 140, ROWS = 40 };

static struct scene s;
static pid_t hub;
static char address[128];

static const char hurried[] = "defaults: {interval: 1s, timeout: 500ms, fall: 2}\n"
			      "discovery:\n"
			      "  file_sd:\n"
			      "    - files: [targets.json]\n"
			      "operations: {wait: 200ms, min_healthy: 1s, verify: 6s}\n";

static int port; // of its network side
static const char *shard = "1/1";

static void start_hub(void)
{
	char listen[32];

	snprintf(listen, sizeof listen, "127.0.0.1:%d", port);
	hub = process_start((const char *[]){ OPSCON, "hub", "--config", "opscon.yml", "--socket", address + 5,
					      "--listen", listen, "--shard", shard, NULL });
	process_await_port(port, SCENE_MS); // which it listens on after the socket
}

static void begin(const char *agents, const char *section)
{
	char config[1000];

	scene_open(&s);
	port = process_free_port();
	putenv(s.state);
	snprintf(address, sizeof address, "unix:%s/hub.sock", s.dir);
	scene_simulate(&s, (const char *[]){ "--agents", agents, NULL });
	snprintf(config, sizeof config, "%s%s", hurried, section);
	scene_write("opscon.yml", config);
	start_hub();
}

static void end(void)
{
	process_stop(hub);
	hub = 0;
	scene_close(&s);
}

static struct term *attach(void)
{
	return scene_start(&s,
			   (const char *[]){ "attach", "--no-state", "--config", "opscon.yml", "--ping", "1s",
					     "--retry", "200ms", address, NULL },
			   NULL, COLS, ROWS);
}

// ---- a hub that ends in the middle of a rollout

// From the list of operations: goes on with the one under the cursor.
static void go_on(struct term *t, const char *button)
{
	char focused[80];

	term_send(t, "P");
	term_wait_for(t, "> Cancel <", SCENE_MS);
	term_listen(t, KEY_GUARD_MS + 100);
	term_send(t, "Tab");
	snprintf(focused, sizeof focused, "> %s <", button);
	term_wait_for(t, focused, SCENE_MS);
	term_send(t, "Enter");
}

START_TEST(a_rollout_is_paused_when_its_hub_comes_back)
{
	struct term *consoles[2], *op;

	begin("2", "");
	for (int i = 0; i < 2; i++) {
		consoles[i] = attach();
		term_wait_for(consoles[i], "2 of 2 agents up", SCENE_MS);
	}
	op = scene_start(&s,
			 (const char *[]){ "op", "restart", "--config", "opscon.yml", "--hub", address, "--yes",
					   "--between", "3s", "name=~*", NULL },
			 NULL, COLS, ROWS);
	term_wait_for(consoles[1], "1 operation (O)", SCENE_MS);
	term_send(consoles[0], "O");
	term_wait_row(consoles[0], "running", "1 of 2 done", OPERATION_MS);
	process_stop(hub); // SIGKILL
	term_wait_for(consoles[0], "reconnecting", SCENE_MS);
	term_wait_for(consoles[1], "reconnecting", SCENE_MS);
	start_hub();
	term_wait_for(consoles[1], "1 operation paused (O)", SCENE_MS); // whatever is looked at
	term_send(consoles[1], "O");
	for (int i = 0; i < 2; i++) {
		term_wait_for(consoles[i], "● live", SCENE_MS);
		term_wait_row(consoles[i], "▲ paused", "1 of 2 done", SCENE_MS);
		term_wait_for(consoles[i], "opscon ended ", SCENE_MS); // and while what
	}
	go_on(consoles[1], "Go on with 1 agent");
	for (int i = 0; i < 2; i++) {
		term_wait_row(consoles[i], "succeeded", "2 of 2 done", OPERATION_MS);
		ck_assert(!term_has(consoles[i], "1 operation"));
		scene_quit(consoles[i]);
	}
	term_finish(op);
	end();
}
END_TEST

// ---- a second person

static void make_token(const char *name)
{
	struct process_result result = scene_run(
		&s, (const char *[]){ "token", "create", name, "--role", "admin", "--config", "opscon.yml", NULL });

	ck_assert_msg(result.status == 0, "%s", result.err);
	scene_write(name, result.out);
	ck_assert_int_eq(chmod(name, 0600), 0);
	process_result_finish(&result);
}

// Somebody's console, by their token.
static struct term *attach_as(const char *name, const char *url)
{
	return scene_start(
		&s,
		(const char *[]){ "attach", "--no-state", "--config", "opscon.yml", "--token-file", name, url, NULL },
		NULL, COLS, ROWS);
}

// As far as the question, with its button in focus.
static void ask_restart(struct term *t)
{
	term_send(t, ".");
	term_wait_for(t, "Act on ", SCENE_MS);
	term_listen(t, KEY_GUARD_MS + 100);
	term_send(t, "text:restart");
	term_wait_for(t, "1 of 11", SCENE_MS);
	term_send(t, "Enter");
	term_wait_for(t, "> Cancel <", SCENE_MS);
	term_listen(t, KEY_GUARD_MS + 100);
}

static void expect_audit(const char *user, const char *outcome, const char *text)
{
	struct process_result result = scene_run(
		&s, (const char *[]){ "audit", "--config", "opscon.yml", "--user", user, "--result", outcome, NULL });

	ck_assert_msg(result.status == 0 && strstr(result.out, text), "%s %s: %s%s", user, outcome, result.out,
		      result.err);
	process_result_finish(&result);
}

START_TEST(a_second_person_agrees_before_it_is_done)
{
	struct process_result result;
	struct term *alice, *bob;
	char url[64];

	begin("1", "hub:\n  approval:\n    - {action: restart}\n");
	snprintf(url, sizeof url, "ws://127.0.0.1:%d", port);
	make_token("alice");
	make_token("bob");
	process_stop(hub); // it looks for new tokens now
	start_hub();
	alice = attach_as("alice", url);
	bob = attach_as("bob", url);
	term_wait_for(alice, "1 of 1 agent up", SCENE_MS);
	term_wait_for(bob, "1 of 1 agent up", SCENE_MS);
	result = scene_run(&s, (const char *[]){ "op", "restart", "--hub", url, "--token-file", "alice", "--yes",
						 "name=WowVisionPrime", NULL });
	ck_assert_msg(result.status == 6 && strstr(result.err, "not done: a second person has to agree to it: plan ") &&
			      strstr(result.err, ", restart WowVisionPrime") && strstr(result.err, "--wait") &&
			      !strstr(result.err, "refused"), // once is enough
		      "%d %s%s", result.status, result.out, result.err);
	process_result_finish(&result);
	ask_restart(alice);
	term_wait_for(alice, "A second person has to agree, and is asked when you confirm it.", SCENE_MS);
	term_send(alice, "text:wow-vision-prime");
	ck_assert(!term_has(bob, "to agree to"));
	term_send(alice, "Tab Enter");
	term_wait_for(alice, "It waits for a second person.", SCENE_MS);
	term_wait_for(bob, "1 to agree to (Y)", SCENE_MS);
	term_send(bob, "Y");
	term_wait_for(bob, " asks: Restart WowVisionPrime?", SCENE_MS);
	term_wait_for(bob, "No reason is given.", SCENE_MS);
	term_listen(bob, KEY_GUARD_MS + 100);
	term_send(bob, "Tab Tab");
	term_wait_for(bob, "> Agree <", SCENE_MS);
	term_send(bob, "Enter");
	term_wait_row(alice, "bob", " has agreed: it can go on.", SCENE_MS);
	term_send(alice, "Enter");
	term_wait_for(alice, " has begun: O shows it", SCENE_MS);
	term_send(alice, "O");
	term_wait_row(alice, "succeeded", "1 of 1 done", OPERATION_MS);
	scene_quit(alice);
	scene_quit(bob);
	expect_audit("bob", "success", " approve ");
	expect_audit("alice", "refused", "a second person has to agree to it");
	expect_audit("alice", "success", "  end       restart ");
	end();
}
END_TEST

// In their console, where one plan of somebody else waits.
static void answer(struct term *t, bool agrees)
{
	term_wait_for(t, "1 to agree to (Y)", SCENE_MS);
	term_send(t, "Y");
	term_wait_for(t, " asks: Restart WowVisionPrime?", SCENE_MS);
	term_wait_for(t, "Why: it leaks", SCENE_MS);
	term_listen(t, KEY_GUARD_MS + 100);
	term_send(t, agrees ? "Tab Tab" : "Tab");
	term_wait_for(t, agrees ? "> Agree <" : "> Do not agree <", SCENE_MS);
	term_send(t, "Enter");
}

static struct term *wait_for_second(const char *url)
{
	struct term *t = scene_start(&s,
				     (const char *[]){ "op", "restart", "--hub", url, "--token-file", "alice", "--yes",
						       "--wait", "--reason", "it leaks", "name=WowVisionPrime", NULL },
				     NULL, COLS, ROWS);

	term_wait_for(t, "waiting for a second person to agree to plan ", SCENE_MS);
	return t;
}

START_TEST(a_command_that_waits_is_carried_out_once_a_second_person_has_agreed)
{
	struct term *bob, *op;
	char url[64];

	begin("1", "hub:\n  approval:\n    - {action: restart}\n");
	snprintf(url, sizeof url, "ws://127.0.0.1:%d", port);
	make_token("alice");
	make_token("bob");
	process_stop(hub);
	start_hub();
	bob = attach_as("bob", url);
	term_wait_for(bob, "1 of 1 agent up", SCENE_MS);
	op = wait_for_second(url);
	answer(bob, false);
	term_wait_row(op, "nothing was done: bob", "does not agree to it", SCENE_MS);
	ck_assert_int_eq(term_wait_exit(op, SCENE_MS), 6);
	term_finish(op);
	term_wait_gone(bob, " asks: Restart", SCENE_MS); // of the first one nothing is left
	term_wait_gone(bob, "to agree to", SCENE_MS);
	op = wait_for_second(url);
	answer(bob, true);
	term_wait_for(op, "bob has agreed", SCENE_MS);
	term_wait_for(op, "1 done of 1", OPERATION_MS);
	ck_assert_int_eq(term_wait_exit(op, SCENE_MS), 0);
	term_finish(op);
	scene_quit(bob);
	expect_audit("alice", "success", "  end       restart ");
	end();
}
END_TEST

// ---- one fleet in two hubs

static int count_in(const char *to)
{
	struct process_result result =
		scene_run(&s, (const char *[]){ "attach", "--no-state", "--once", "--format", "json", to, NULL });
	int n = 0;

	for (const char *at = result.out; (at = strstr(at, "{\"name\":")); at++)
		n++;
	ck_assert_msg(strstr(result.out, "\"schema_version\":1"), "%d %s%s", result.status, result.out, result.err);
	process_result_finish(&result);
	return n;
}

START_TEST(shards_are_one_fleet_together)
{
	char second[160], shown[40];
	struct term *t;
	pid_t other;
	int n;

	shard = "1/2";
	begin("20", "");
	snprintf(second, sizeof second, "unix:%s/other.sock", s.dir);
	other = process_start((const char *[]){ OPSCON, "hub", "--config", "opscon.yml", "--no-state", "--shard", "2/2",
						"--socket", second + 5, NULL });
	scene_await_socket("other.sock");
	t = attach();
	term_wait_for(t, "@hub.sock (shard 1/2)", SCENE_MS);
	term_wait_for(t, "● live", SCENE_MS);
	n = count_in(address);
	ck_assert_int_eq(count_in(second), 20 - n);
	scene_quit(t);
	t = scene_start(&s, (const char *[]){ "attach", "--no-state", address, second, NULL }, NULL, COLS, ROWS);
	term_wait_for(t, "20 of 20 agents up", SCENE_MS);
	term_wait_for(t, "@hub.sock, other.sock  ", SCENE_MS); // none is missing
	process_stop(other);
	snprintf(shown, sizeof shown, "○ %d unknown", 20 - n);
	term_wait_for(t, shown, SCENE_MS);
	scene_quit(t);
	shard = "1/1";
	end();
}
END_TEST

// ---- a question that somebody has open

// What the hub had to say before there was the command is no word of it.
static void expect_no_old_news(struct process_result *result)
{
	ck_assert_msg(!strstr(result->err, "record"), "%s", result->err);
	process_result_finish(result);
}

START_TEST(a_command_that_waits_has_its_turn_after_a_question)
{
	struct process_result result;
	struct term *t, *op;

	begin("1", "hub: {record: {dir: opscon.yml}}\n"); // that is no directory
	t = attach();
	term_wait_for(t, "1 of 1 agent up", SCENE_MS);
	term_wait_for(t, "not recorded", SCENE_MS);
	result = scene_run(&s, (const char *[]){ "op", "abort", "--hub", address, "20260101-0000", NULL });
	ck_assert_msg(result.status == 1 &&
			      strcmp(result.err, "opscon op abort: 20260101-0000: there is no such operation\n") == 0,
		      "%d %s", result.status, result.err);
	expect_no_old_news(&result);
	ask_restart(t);
	result = scene_run(&s, (const char *[]){ "op", "restart", "--hub", address, "--yes", "name=~*", NULL });
	ck_assert_msg(result.status == 6 && strstr(result.out, "is about to restart it"), "%d %s%s", result.status,
		      result.out, result.err);
	expect_no_old_news(&result);
	op = scene_start(&s, (const char *[]){ "op", "restart", "--hub", address, "--yes", "--wait", "name=~*", NULL },
			 NULL, COLS, ROWS);
	term_wait_for(op, ", who is about to restart WowVisionPrime", SCENE_MS);
	term_send(t, "Esc");
	term_wait_for(op, "1 done of 1", OPERATION_MS);
	ck_assert_int_eq(term_wait_exit(op, SCENE_MS), 0);
	term_finish(op);
	scene_quit(t);
	end();
}
END_TEST

SUITE("shared", a_rollout_is_paused_when_its_hub_comes_back, a_second_person_agrees_before_it_is_done,
      a_command_that_waits_is_carried_out_once_a_second_person_has_agreed, shards_are_one_fleet_together,
      a_command_that_waits_has_its_turn_after_a_question)
