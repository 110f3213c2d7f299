// SPDX-License-Identifier: Apache-2.0
/* What others do to real containers, as an attached console shows it: the Engine tells a hub, and the hub everybody. */
#include "tests/support/suite.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/scene.h"
#include "tests/support/docker_daemon.h"

enum { TIMELY_MS = 5000 }; // a second is meant, on a machine that has one to spare

static struct docker_daemon engine;
static struct scene s;
static pid_t hub;
static struct term *t;

static void create(const char *name, const char *network, const char *policy)
{
	char path[80], settings[300];

	snprintf(path, sizeof path, "/containers/create?name=%s", name);
	snprintf(settings, sizeof settings,
		 "{\"Image\":\"opscon-test:1\",\"HostConfig\":{\"NetworkMode\":\"%s\",\"RestartPolicy\":{\"Name\":"
		 "\"%s\"}}}",
		 network, policy);
	ck_assert_int_eq(docker_daemon_ask(&engine, "POST", path, settings), 201);
}

static void ask(const char *method, const char *path, int status)
{
	ck_assert_int_eq(docker_daemon_ask(&engine, method, path, NULL), status);
}

// The first process of a container, as the host knows it.
static pid_t pid_of(const char *name)
{
	char path[80], *said;
	const char *at;
	int pid = 0;

	snprintf(path, sizeof path, "/containers/%s/json", name);
	said = docker_daemon_get(&engine, path);
	ck_assert_ptr_nonnull(said);
	at = strstr(said, "\"Pid\":");
	ck_assert(at && sscanf(at, "\"Pid\":%d", &pid) == 1 && pid > 1);
	free(said);
	return (pid_t)pid;
}

static bool set_up(void)
{
	const char *why = docker_daemon_start(&engine);
	const int port = process_free_port();
	char text[600], address[160];

	if (why) {
		suite_skip(why);
		return false;
	}
	snprintf(text, sizeof text, "trap 'exit 0' TERM; httpd -f -p 127.0.0.1:%d -h /www & wait", port);
	docker_daemon_image(&engine, "opscon-test:1", "MADE=first", text);
	create("api", "none", "always");
	create("db", "host", "no");
	ask("POST", "/containers/api/start", 204);
	ask("POST", "/containers/db/start", 204);
	scene_open(&s);
	putenv(s.state);
	// Probed so seldom that nobody would hear of it by that alone.
	snprintf(text, sizeof text,
		 "defaults: {interval: 1h, fall: 1, rise: 1}\n"
		 "agents:\n"
		 "  - {name: api, url: 'http://127.0.0.1:1', docker: api, paused: true}\n"
		 "  - {name: db, url: 'http://127.0.0.1:%d', health: /health, docker: db}\n"
		 "drivers: {docker: {socket: %s}}\n",
		 port, engine.socket);
	scene_write("opscon.yml", text);
	snprintf(address, sizeof address, "unix:%s/hub.sock", s.dir);
	hub = process_start((const char *[]){ OPSCON, "hub", "--config", "opscon.yml", "--socket", address + 5, NULL });
	scene_await_socket("hub.sock");
	t = scene_start(&s, (const char *[]){ "attach", "--no-state", address, NULL }, NULL, 130, 40);
	term_wait_for(t, "1 of 1 agent up", SCENE_MS);
	return true;
}

static void tear_down(void)
{
	scene_quit(t);
	process_end(hub);
	scene_close(&s);
	docker_daemon_stop(&engine);
}

START_TEST(what_others_do_to_containers_is_on_the_timeline)
{
	if (!set_up())
		return;
	term_send(t, "5");
	kill(pid_of("api"), SIGKILL);
	// On a busy machine its start comes too late to belong to it.
	term_wait_row(t, "api died", ": exit code 137", TIMELY_MS);
	kill(pid_of("db"), SIGKILL);
	term_wait_for(t, "db died: exit code 137", TIMELY_MS);
	term_wait_for(t, "db is down: connection refused", TIMELY_MS); // it was probed at once
	ask("POST", "/containers/db/start", 204);
	term_wait_for(t, "db was started", TIMELY_MS);
	ask("POST", "/containers/api/restart", 204);
	term_wait_for(t, "api was restarted from outside", TIMELY_MS);
	ask("POST", "/containers/api/pause", 204);
	term_wait_for(t, "api was paused from outside", TIMELY_MS);
	ask("POST", "/containers/api/unpause", 204);

	docker_daemon_restart(&engine); // too short, as a rule, to be told
	ask("DELETE", "/containers/db?force=1", 204);
	term_wait_for(t, "db was removed from outside", TIMELY_MS);
	tear_down();
}
END_TEST

// What opscon does itself is told as its operation, and nothing of it as somebody else's.
START_TEST(what_we_do_ourselves_is_nobody_elses_doing)
{
	struct process_result result;

	if (!set_up())
		return;
	term_send(t, "5");
	result = scene_run(&s, (const char *[]){ "op", "stop", "--config", "opscon.yml", "--yes", "name=db", NULL });
	ck_assert_msg(result.status == 0, "%s%s", result.out, result.err);
	process_result_finish(&result);
	ask("POST", "/containers/api/pause", 204);
	term_wait_for(t, "api was paused from outside", TIMELY_MS);
	ck_assert(!term_has(t, "db was") && !term_has(t, "db died") && !term_has(t, "db ended"));
	tear_down();
}
END_TEST

SUITE("docker events", what_others_do_to_containers_is_on_the_timeline, what_we_do_ourselves_is_nobody_elses_doing)
