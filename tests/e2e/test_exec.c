// SPDX-License-Identifier: Apache-2.0
/* opscon op on agents that commands operate: a supervisor in small, whose units are real agents. */
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/e2e/scene.h"

enum { ARGS = 16 };

// One process a unit, its id in a file; what is to go wrong is in a file as well.
static const char supervisor[] =
	"#!/bin/sh\n"
	"d=\"${0%/*}\"\n"
	"start() {\n"
	"  " OPSCON " simulate --agents 1 --listen \"127.0.0.1:$(cat \"$d/port\")\" >/dev/null 2>&1 </dev/null &\n"
	"  echo $! > \"$d/pid\"\n"
	"  echo \"started $1\"\n"
	"}\n"
	"stop() {\n"
	"  [ ! -e \"$d/pid\" ] || kill -KILL \"$(cat \"$d/pid\")\"\n"
	"  rm -f \"$d/pid\"\n"
	"}\n"
	"case $1 in\n"
	"show) if [ -e \"$d/pid\" ]; then echo \"active $(cat \"$d/pid\")\"; else echo inactive; fi; exit 0 ;;\n"
	"esac\n"
	"[ ! -e \"$d/fault\" ] || . \"$d/fault\"\n"
	"case $1 in\n"
	"start) start \"$2\" ;;\n"
	"stop) stop \"$2\" ;;\n"
	"restart) stop \"$2\"; start \"$2\" ;;\n"
	"esac\n";

static const char config[] = "defaults: {interval: 1s, timeout: 500ms, fall: 1}\n"
			     "operations: {wait: 100ms, min_healthy: 500ms, verify: 10s}\n"
			     "drivers:\n"
			     "  exec:\n"
			     "    allow_exec_from_discovery: %s\n"
			     "    profiles:\n"
			     "    - {name: small, observe: [%s/supervise, show, '{unit}'], words: [state, instance],\n"
			     "       start: [%s/supervise, start, '{unit}'], stop: [%s/supervise, stop, '{unit}'],\n"
			     "       restart: [%s/supervise, restart, '{unit}'], refused_exits: [64], timeout: 2s}\n"
			     "    - {name: blind, restart: [%s/supervise, restart, '{unit}'], timeout: 2s}\n";

static void write_config(const struct scene *s, bool is_allowed, const char *rest)
{
	char text[4096];
	int n = snprintf(text, sizeof text, config, is_allowed ? "true" : "false", s->dir, s->dir, s->dir, s->dir,
			 s->dir);

	snprintf(text + n, sizeof text - (size_t)n, "%s", rest);
	scene_write("opscon.yml", text);
}

// An agent of the configuration, with that profile and unit.
static void configure(const struct scene *s, int port, const char *profile, const char *unit)
{
	char text[512];

	snprintf(
		text, sizeof text,
		"agents:\n- {url: 'http://127.0.0.1:%d', name: web, health: /health, exec: %s, labels: {unit: '%s'}}\n",
		port, profile, unit);
	write_config(s, false, text);
}

static void supervise(const struct scene *s, const char *verb)
{
	char path[128];
	struct process_result result;

	snprintf(path, sizeof path, "%s/supervise", s->dir);
	result = process_run((const char *[]){ path, verb, "web", NULL }, NULL);
	ck_assert_int_eq(result.status, 0);
	process_result_finish(&result);
}

static int set_up(struct scene *s)
{
	int port = process_free_port();
	char text[16];

	scene_open(s);
	snprintf(text, sizeof text, "%d\n", port);
	scene_write("port", text);
	scene_write("supervise", supervisor);
	ck_assert_int_eq(chmod("supervise", 0700), 0);
	configure(s, port, "small", "web");
	supervise(s, "start");
	process_await_port(port, SCENE_MS);
	return port;
}

static void tear_down(struct scene *s)
{
	remove("fault");
	supervise(s, "stop");
	scene_close(s);
}

// Runs `opscon op ARGS...` on the one agent; free() what it says.
static char *op(const struct scene *s, int status, const char *verb)
{
	struct process_result result = scene_run(s, (const char *[]){ "op", verb, "--yes", "--reason", "a test",
								      "--config", "opscon.yml", "name=web", NULL });
	char *text;

	ck_assert_int_ge(asprintf(&text, "%s%s", result.out, result.err), 0);
	ck_assert_msg(result.status == status, "%d: %s", result.status, text);
	process_result_finish(&result);
	return text;
}

static void expect(char *text, const char *part)
{
	ck_assert_msg(strstr(text, part) != NULL, "%s is not in:\n%s", part, text);
	free(text);
}

START_TEST(a_unit_is_restarted_stopped_and_started)
{
	char *before, *after;
	struct scene s;

	set_up(&s);
	before = scene_read("pid");
	expect(op(&s, 0, "restart"), "web: done");
	after = scene_read("pid");
	ck_assert_str_ne(before, after);
	free(before);
	free(after);
	expect(op(&s, 0, "stop"), "web: done");
	expect(op(&s, 6, "stop"), "it is stopped");
	expect(op(&s, 0, "start"), "web: done");
	tear_down(&s);
}
END_TEST

START_TEST(a_command_that_fails_says_why)
{
	struct scene s;

	set_up(&s);
	scene_write("fault", "echo 'no disk' >&2; exit 3\n");
	expect(op(&s, 4, "restart"), "exit 3: no disk");
	scene_write("fault", "echo 'what is web?' >&2; exit 64\n");
	expect(op(&s, 4, "restart"), "exit 64: what is web?");
	tear_down(&s);
}
END_TEST

// Where it can be looked, looking shows it; where it cannot, nobody knows.
START_TEST(a_command_that_does_not_end_is_no_answer)
{
	struct scene s;
	int port = set_up(&s);

	scene_write("fault", "exec sleep 1000\n");
	expect(op(&s, 4, "restart"), "looking shows that it has not happened");
	configure(&s, port, "blind", "web");
	expect(op(&s, 8, "restart"), "nobody knows what became of it");
	tear_down(&s);
}
END_TEST

// faults.md 31: what a list from elsewhere says reaches no command.
START_TEST(a_list_from_elsewhere_operates_nothing_unless_it_may)
{
	static const char list[] = "[{\"targets\": [\"127.0.0.1:%d\"], \"labels\": {\"__agent_name__\": \"web\", "
				   "\"__health_path__\": \"/health\", \"__driver__\": \"exec\", "
				   "\"__control_target__\": \"small\", \"unit\": \"%s\"}}]\n";
	static const char from_list[] = "discovery: {file_sd: [{files: [targets.json]}]}\n";
	char text[512];
	struct scene s;
	int port = set_up(&s);

	snprintf(text, sizeof text, list, port, "web");
	scene_write("targets.json", text);
	write_config(&s, false, from_list);
	expect(op(&s, 6, "restart"), "cannot do that");
	write_config(&s, true, from_list);
	expect(op(&s, 0, "restart"), "web: done");
	snprintf(text, sizeof text, list, port, "web; touch pwned");
	scene_write("targets.json", text);
	expect(op(&s, 6, "restart"), "{unit}: ; in its value");
	configure(&s, port, "small", "-rf");
	expect(op(&s, 2, "restart"), "{unit}: a value that begins with -");
	tear_down(&s);
}
END_TEST

SUITE("exec", a_unit_is_restarted_stopped_and_started, a_command_that_fails_says_why,
      a_command_that_does_not_end_is_no_answer, a_list_from_elsewhere_operates_nothing_unless_it_may)
