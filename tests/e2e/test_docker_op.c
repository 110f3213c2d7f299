// SPDX-License-Identifier: Apache-2.0
/* Operations from the command line on real containers that serve real health. */
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/support/docker_daemon.h"
#include "tests/support/process.h"

struct scene {
	struct docker_daemon daemon;
	char config[128], state[128];
	int port;
	bool is_beside; // upgrades are blue-green
};

static void make_image(struct scene *scene, const char *name, const char *variable, const char *folder)
{
	char command[200];

	// The first process of a container ends by a signal only when it says so itself.
	snprintf(command, sizeof command, "trap 'exit 0' TERM; httpd -f -p 127.0.0.1:%d -h %s & wait", scene->port,
		 folder);
	docker_daemon_image(&scene->daemon, name, variable, command);
}

static bool set_up(struct scene *scene)
{
	const char *why = docker_daemon_start(&scene->daemon);
	FILE *file;

	if (why) {
		suite_skip(why);
		return false;
	}
	scene->port = process_free_port();
	scene->is_beside = false;
	make_image(scene, "opscon-test:1", "MADE=first", "/www");
	make_image(scene, "opscon-test:2", "MADE=second", "/www");
	make_image(scene, "opscon-test:ill", "MADE=ill", "/bin"); // it runs, and has no health
	snprintf(scene->config, sizeof scene->config, "%s/opscon.yml", scene->daemon.dir);
	snprintf(scene->state, sizeof scene->state, "XDG_STATE_HOME=%s/state", scene->daemon.dir);
	file = fopen(scene->config, "w");
	ck_assert_ptr_nonnull(file);
	fprintf(file,
		"agents: [{name: web, url: 'http://127.0.0.1:%d', health: /health, docker: web}]\n"
		"operations: {verify: 15s, min_healthy: 1s}\n"
		"defaults: {interval: 1s}\n"
		"drivers: {docker: {socket: %s, network: host}}\n",
		scene->port, scene->daemon.socket);
	ck_assert_int_eq(fclose(file), 0);
	return true;
}

// `opscon op VERB ...` on the one agent. Its output, to be freed.
static char *op(struct scene *scene, const char *verb, const char *version, int status)
{
	const char *argv[] = { OPSCON,     "op", verb, "--config", scene->config, "--yes",
			       "name=web", NULL, NULL, NULL,       NULL };
	struct process_result result;

	if (version) {
		argv[7] = "--version";
		argv[8] = version;
		argv[9] = scene->is_beside ? "--blue-green" : NULL;
	}
	result = process_run(argv, (const char *const[]){ scene->state, NULL });
	printf("%s\n", result.out);
	ck_assert_msg(result.status == status, "%s: %d: %s", verb, result.status, result.err);
	free(result.err);
	return result.out;
}

static char *op_on(struct scene *scene, const char *verb, const char *id)
{
	struct process_result result =
		process_run((const char *[]){ OPSCON, "op", verb, id, "--config", scene->config, NULL },
			    (const char *const[]){ scene->state, NULL });

	printf("%s\n", result.out);
	ck_assert_msg(result.status == 0, "%s: %d: %s", verb, result.status, result.err);
	free(result.err);
	return result.out;
}

static void assert_made(struct scene *scene, const char *name, const char *variable, bool is_running)
{
	char path[100], *said;

	snprintf(path, sizeof path, "/containers/%s/json", name);
	said = docker_daemon_get(&scene->daemon, path);
	ck_assert_msg(said, "%s is not there", name);
	ck_assert_ptr_nonnull(strstr(said, variable));
	ck_assert_int_eq(strstr(said, "\"Running\":true") != NULL, is_running);
	free(said);
}

START_TEST(containers_are_operated_from_the_command_line)
{
	struct scene scene;
	char *out;

	if (!set_up(&scene))
		return;
	free(op(&scene, "create", "opscon-test:1", 0));
	free(op(&scene, "start", NULL, 0));
	assert_made(&scene, "web", "MADE=first", true);
	free(op(&scene, "restart", NULL, 0));
	free(op(&scene, "upgrade", "2", 0));
	assert_made(&scene, "web", "MADE=second", true);
	assert_made(&scene, "web.opscon-previous", "MADE=first", false);
	free(op(&scene, "rollback", NULL, 0));
	assert_made(&scene, "web", "MADE=first", true);
	assert_made(&scene, "web.opscon-previous", "MADE=second", false);

	out = op(&scene, "upgrade", "9", 6);
	ck_assert_ptr_nonnull(strstr(out, "there is no image opscon-test:9: pull it first"));
	free(out);
	assert_made(&scene, "web", "MADE=first", true);
	free(op(&scene, "delete", NULL, 0));
	ck_assert_ptr_null(docker_daemon_get(&scene.daemon, "/containers/web/json"));
	docker_daemon_stop(&scene.daemon);
}
END_TEST

START_TEST(an_upgrade_to_what_is_not_well_is_taken_back)
{
	struct scene scene;
	char *out;

	if (!set_up(&scene))
		return;
	free(op(&scene, "create", "opscon-test:1", 0));
	free(op(&scene, "start", NULL, 0));
	out = op(&scene, "upgrade", "ill", 3);
	ck_assert_ptr_nonnull(strstr(out, "rolled back"));
	free(out);
	assert_made(&scene, "web", "MADE=first", true);
	ck_assert_ptr_null(docker_daemon_get(&scene.daemon, "/containers/web.opscon-new/json"));
	ck_assert_ptr_null(docker_daemon_get(&scene.daemon, "/containers/web.opscon-previous/json"));
	docker_daemon_stop(&scene.daemon);
}
END_TEST

// The new one is up beside the old one before that is stopped; one that does not stay up takes nobody's place. Without
// a network there is nothing that only one of them could have.
START_TEST(the_new_one_runs_beside_the_old_one_first)
{
	static const char stays[] = "trap 'exit 0' TERM; while true; do sleep 1 & wait; done";
	struct scene scene;
	FILE *file;
	char *out;

	if (!set_up(&scene))
		return;
	file = fopen(scene.config, "w");
	ck_assert_ptr_nonnull(file);
	fprintf(file,
		"agents: [{name: web, url: 'http://127.0.0.1:%d', health: /health, docker: web, paused: true}]\n"
		"operations: {verify: 15s, min_healthy: 1s}\n"
		"drivers: {docker: {socket: %s}}\n",
		scene.port, scene.daemon.socket);
	ck_assert_int_eq(fclose(file), 0);
	docker_daemon_image(&scene.daemon, "opscon-test:1", "MADE=first", stays);
	docker_daemon_image(&scene.daemon, "opscon-test:2", "MADE=second", stays);
	docker_daemon_image(&scene.daemon, "opscon-test:dead", "MADE=dead", "echo no settings; echo gave up; exit 3");
	free(op(&scene, "create", "opscon-test:1", 0));
	free(op(&scene, "start", NULL, 0));
	scene.is_beside = true;
	out = op(&scene, "upgrade", "2", 0);
	ck_assert(strstr(out, ": Check new") < strstr(out, ": Stop"));
	free(out);
	assert_made(&scene, "web", "MADE=second", true);
	assert_made(&scene, "web.opscon-previous", "MADE=first", false);
	out = op(&scene, "upgrade", "dead", 3);
	ck_assert_ptr_nonnull(strstr(out, "does not stay up: exited, code 3; its log ends: gave up"));
	ck_assert_ptr_nonnull(strstr(out, "no settings\ngave up\n")); // all of it is shown too
	ck_assert_ptr_null(strstr(out, ": Stop\n"));                  // the old one ran all the while
	free(out);
	assert_made(&scene, "web", "MADE=second", true);
	ck_assert_int_eq(docker_daemon_ask(&scene.daemon, "DELETE", "/containers/web?force=1", NULL), 204);
	out = op(&scene, "stop", NULL, 6);
	ck_assert_ptr_nonnull(strstr(out, "there is no container web"));
	free(out);
	docker_daemon_stop(&scene.daemon);
}
END_TEST

// Asks again and again, at most half a minute, until the answer has that in it. NOW in the path is the time.
static void await(struct scene *scene, const char *format, const char *text)
{
	bool is_there = false;

	for (int i = 0; i < 300 && !is_there; i++) {
		char path[200], *said, *until;

		snprintf(path, sizeof path, "%s", format);
		until = strstr(path, "NOW");
		if (until)
			snprintf(until, sizeof path - (size_t)(until - path), "%lld%s", (long long)time(NULL),
				 strstr(format, "NOW") + 3);
		said = docker_daemon_get(&scene->daemon, path);
		is_there = said && strstr(said, text);
		free(said);
		if (!is_there)
			nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
	}
	ck_assert_msg(is_there, "%s: %s", format, text);
}

// The one operation that is not over. Not to be freed.
static const char *find_paused(struct scene *scene)
{
	static char id[64];
	struct process_result result =
		process_run((const char *[]){ OPSCON, "op", "list", "--config", scene->config, NULL },
			    (const char *const[]){ scene->state, NULL });
	const char *at = strstr(result.out, "-upgrade-");

	ck_assert_msg(at && strstr(result.out, "paused"), "%s", result.out);
	while (at > result.out && at[-1] != '\n')
		at--;
	ck_assert_int_eq(sscanf(at, "%63s", id), 1);
	process_result_finish(&result);
	return id;
}

START_TEST(an_upgrade_whose_process_is_killed_goes_on_where_it_was)
{
	static const char signals[] = "/events?since=0&until=NOW&filters=%7B%22event%22%3A%5B%22kill%22%5D%7D";
	struct scene scene;
	char command[200];
	pid_t pid;

	if (!set_up(&scene))
		return;
	// One that does not end at once, so that there is time while it is stopped.
	snprintf(command, sizeof command, "trap 'sleep 5; exit 0' TERM; httpd -f -p 127.0.0.1:%d -h /www & wait",
		 scene.port);
	docker_daemon_image(&scene.daemon, "opscon-test:slow", "MADE=slowly", command);
	free(op(&scene, "create", "opscon-test:slow", 0));
	free(op(&scene, "start", NULL, 0));
	ck_assert_int_eq(putenv(scene.state), 0); // of the one in the background
	pid = process_start((const char *[]){ OPSCON, "op", "upgrade", "--config", scene.config, "--yes", "name=web",
					      "--version", "2", NULL });
	await(&scene, signals, "\"signal\":\"15\"");
	process_stop(pid);
	await(&scene, "/containers/web/json", "\"Running\":false");
	assert_made(&scene, "web.opscon-new", "MADE=second", false);
	free(op_on(&scene, "resume", find_paused(&scene)));
	assert_made(&scene, "web", "MADE=second", true);
	assert_made(&scene, "web.opscon-previous", "MADE=slowly", false);
	docker_daemon_stop(&scene.daemon);
}
END_TEST

SUITE("docker by command", containers_are_operated_from_the_command_line, an_upgrade_to_what_is_not_well_is_taken_back,
      the_new_one_runs_beside_the_old_one_first, an_upgrade_whose_process_is_killed_goes_on_where_it_was)
