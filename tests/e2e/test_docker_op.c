// SPDX-License-Identifier: Apache-2.0
/* Operations from the command line on real containers that serve real health. */
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/docker_daemon.h"
#include "tests/support/process.h"

struct scene {
	struct docker_daemon daemon;
	char config[128], state[128];
	int port;
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
	const char *argv[] = { OPSCON, "op", verb, "--config", scene->config, "--yes", "name=web", NULL, NULL, NULL };
	struct process_result result;

	if (version) {
		argv[7] = "--version";
		argv[8] = version;
	}
	result = process_run(argv, (const char *const[]){ scene->state, NULL });
	printf("%s\n", result.out);
	ck_assert_msg(result.status == status, "%s: %d: %s", verb, result.status, result.err);
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

SUITE("docker by command", containers_are_operated_from_the_command_line, an_upgrade_to_what_is_not_well_is_taken_back)
