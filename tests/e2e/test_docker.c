// SPDX-License-Identifier: Apache-2.0
/* The driver "docker" on a real Engine: every verb, the ways back, and what goes wrong with real containers. */
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/docker.h"
#include "opscon/config.h"
#include "poll/http.h"
#include "tests/support/docker_daemon.h"
#include "tests/support/http_server.h"

// Ends at once when it is asked to, as the first process of a container must see to itself.
#define WELL "trap 'exit 0' TERM; sleep 1000 & wait"

struct scene {
	struct docker_daemon daemon;
	uv_loop_t loop;
	struct http_client *client;
	struct config config;
	struct driver *driver;
	struct agent agent;
	struct driver_sight sight; // as it was seen last
	struct driver_recipe recipe, undo;
	char said[4096]; // what the driver had to say
	int n_steps;     // ever, for the keys
};

struct pending {
	bool is_done;
	struct driver_answer answer;
	struct scene *scene;
};

static bool set_up(struct scene *scene)
{
	const char *why;

	*scene = (struct scene){
		.agent = { .key = "web-key", .name = "web", .driver = "docker", .control_target = "web" }
	};
	why = docker_daemon_start(&scene->daemon);
	if (why) {
		suite_skip(why);
		return false;
	}
	docker_daemon_image(&scene->daemon, "opscon-test:1", "MADE=first", WELL);
	docker_daemon_image(&scene->daemon, "opscon-test:2", "MADE=second", WELL);
	docker_daemon_image(&scene->daemon, "opscon-test:bad", "MADE=badly",
			    "echo no configuration; echo gave up >&2; exit 3");
	config_defaults(&scene->config);
	scene->config.drivers.docker_socket = scene->daemon.socket;
	ck_assert_int_eq(uv_loop_init(&scene->loop), 0);
	ck_assert_int_eq(http_client_create(&scene->loop, NULL, &scene->client), 0);
	ck_assert_int_eq(docker_driver_create(&(struct driver_options){ .loop = &scene->loop,
									.client = scene->client,
									.config = &scene->config },
					      &scene->driver),
			 0);
	return true;
}

static void tear_down(struct scene *scene)
{
	scene->driver->class->close(scene->driver, NULL, NULL);
	http_client_close(scene->client, NULL, NULL);
	loop_finish(&scene->loop);
	config_finish(&scene->config);
	docker_daemon_stop(&scene->daemon);
}

static void done_cb(void *ctx, const struct driver_answer *answer)
{
	struct pending *pending = ctx;

	pending->answer = *answer;
	pending->is_done = true;
}

static void output_cb(void *ctx, const char *line)
{
	struct pending *pending = ctx;
	size_t n = strlen(pending->scene->said);

	snprintf(pending->scene->said + n, sizeof pending->scene->said - n, "%s\n", line);
}

static struct driver_answer take_step(struct scene *scene, const struct operation_params *params,
				      const struct plan_step *step, const char *expected)
{
	struct pending pending = { .scene = scene };
	const struct driver_listener listener = { .done = done_cb, .output = output_cb, .ctx = &pending };
	struct driver_request request = { .agent = &scene->agent, .params = params, .step = step };
	struct driver_run *run;
	char key[64];

	snprintf(key, sizeof key, "20261125-abc-0-7-%d", ++scene->n_steps);
	request.idempotency_key = key;
	request.expected_instance = expected;
	ck_assert_int_eq(scene->driver->class->begin(scene->driver, &request, &listener, &run), 0);
	ck_assert(!pending.is_done);
	while (!pending.is_done)
		uv_run(&scene->loop, UV_RUN_ONCE);
	if (pending.answer.has_sight)
		scene->sight = pending.answer.sight;
	return pending.answer;
}

static void look(struct scene *scene, const struct operation_params *params)
{
	const struct plan_step observe = {
		.label = "Observe",
		.precondition = "",
		.action = "",
		.postcondition = "",
		.timeout_ms = 5000,
		.primitive = PRIMITIVE_OBSERVE,
	};
	struct driver_answer answer = take_step(scene, params, &observe, "");

	ck_assert_msg(answer.outcome == DRIVER_DONE, "%s", answer.detail);
	ck_assert(answer.has_sight);
}

// Looks and makes the recipes, as a plan does. 0 or what recipe() says.
static int plan(struct scene *scene, const struct operation_params *params)
{
	const struct driver_class *class = scene->driver->class;
	int r;

	look(scene, params);
	scene->recipe = scene->undo = (struct driver_recipe){ .n = 0 };
	r = class->recipe(scene->driver, &scene->agent, params, &scene->sight, false, &scene->recipe);
	if (r == 0)
		(void)class->recipe(scene->driver, &scene->agent, params, &scene->sight, true, &scene->undo);
	ck_assert(!scene->recipe.is_short && !scene->undo.is_short);
	return r;
}

static struct driver_answer take_steps(struct scene *scene, const struct operation_params *params,
				       const struct driver_recipe *recipe, bool is_undo)
{
	struct driver_answer answer = { .outcome = DRIVER_DONE };

	for (size_t i = 0; i < recipe->n && answer.outcome == DRIVER_DONE; i++) {
		answer = take_step(scene, params, &recipe->steps[i], is_undo ? "" : scene->sight.instance);
		printf("%s: %s %s\n", recipe->steps[i].label, driver_outcome_name(answer.outcome), answer.detail);
	}
	return answer;
}

static struct driver_answer operate(struct scene *scene, const struct operation_params *params)
{
	int r = plan(scene, params);

	ck_assert_msg(r == 0, "%s: %s", verb_name(params->verb), scene->recipe.why);
	return take_steps(scene, params, &scene->recipe, false);
}

static struct operation_params verb_of(enum verb verb, const char *version)
{
	return (struct operation_params){
		.verb = verb,
		.version = version,
		.patch = "",
		.reason = "",
		.rollout = { .kind = ROLLOUT_ROLLING, .min_healthy_ms = 500 },
	};
}

static void succeed(struct scene *scene, enum verb verb, const char *version)
{
	struct operation_params params = verb_of(verb, version);
	struct driver_answer answer = operate(scene, &params);

	ck_assert_msg(answer.outcome == DRIVER_DONE, "%s: %s", verb_name(verb), answer.detail);
	ck_assert(answer.has_sight);
}

static void assert_stands(const struct scene *scene, enum lifecycle state, const char *version, const char *previous)
{
	ck_assert(scene->sight.exists);
	ck_assert_msg(scene->sight.state == state, "it is %s", lifecycle_name(scene->sight.state));
	ck_assert_msg(strncmp(scene->sight.version, version, strlen(version)) == 0, "%s", scene->sight.version);
	ck_assert_msg(strncmp(scene->sight.previous, previous, strlen(previous)) == 0, "%s", scene->sight.previous);
	ck_assert_msg(previous[0] || !scene->sight.previous[0], "%s", scene->sight.previous);
}

static size_t count_containers(struct scene *scene)
{
	char *list = docker_daemon_get(&scene->daemon, "/containers/json?all=1");
	size_t n = 0;

	ck_assert_ptr_nonnull(list);
	for (const char *at = list; (at = strstr(at, "\"Id\":")); at++)
		n++;
	free(list);
	return n;
}

static void make_web(struct scene *scene)
{
	succeed(scene, VERB_CREATE, "opscon-test:1");
	succeed(scene, VERB_START, "");
}

// One that the Engine starts by itself, whoever has stopped it.
static void make_tenacious_web(struct scene *scene)
{
	static const char settings[] = "{\"Image\":\"opscon-test:1\",\"HostConfig\":{\"NetworkMode\":\"none\","
				       "\"RestartPolicy\":{\"Name\":\"always\"}}}";

	ck_assert_int_eq(docker_daemon_ask(&scene->daemon, "POST", "/containers/create?name=web", settings), 201);
	succeed(scene, VERB_START, "");
}

static void assert_policy(struct scene *scene, const char *name, const char *policy)
{
	char path[100], words[60], *said;

	snprintf(path, sizeof path, "/containers/%s/json", name);
	snprintf(words, sizeof words, "\"RestartPolicy\":{\"Name\":\"%s\"", policy);
	said = docker_daemon_get(&scene->daemon, path);
	ck_assert_ptr_nonnull(said);
	ck_assert_msg(strstr(said, words), "%s is not restarted like that: %s", name, policy);
	free(said);
}

START_TEST(a_container_is_made_started_stopped_and_deleted)
{
	struct scene scene;
	char first[DRIVER_INSTANCE_MAX], *said;

	if (!set_up(&scene))
		return;
	look(&scene, NULL);
	ck_assert(!scene.sight.exists);
	succeed(&scene, VERB_CREATE, "opscon-test:1");
	assert_stands(&scene, LIFECYCLE_DEPLOYED, "opscon-test:1@sha256:", "");
	succeed(&scene, VERB_START, "");
	assert_stands(&scene, LIFECYCLE_RUNNING, "opscon-test:1@sha256:", "");
	succeed(&scene, VERB_SUSPEND, "");
	assert_stands(&scene, LIFECYCLE_SUSPENDED, "opscon-test:1", "");
	succeed(&scene, VERB_RESUME, "");
	assert_stands(&scene, LIFECYCLE_RUNNING, "opscon-test:1", "");
	memcpy(first, scene.sight.instance, sizeof first);
	succeed(&scene, VERB_RESTART, "");
	assert_stands(&scene, LIFECYCLE_RUNNING, "opscon-test:1", "");
	ck_assert_msg(strcmp(first, scene.sight.instance) != 0, "another start is another instance");
	ck_assert_int_eq(memcmp(first, scene.sight.instance, 12), 0);
	succeed(&scene, VERB_STOP, "");
	assert_stands(&scene, LIFECYCLE_STOPPED, "opscon-test:1", "");
	succeed(&scene, VERB_START, "");
	succeed(&scene, VERB_DELETE, "");
	ck_assert(!scene.sight.exists);
	ck_assert_uint_eq(count_containers(&scene), 0);
	said = docker_daemon_get(&scene.daemon, "/images/opscon-test:1/json");
	ck_assert_msg(said, "the image stays");
	free(said);
	tear_down(&scene);
}
END_TEST

START_TEST(an_upgrade_keeps_settings_and_the_old_one_and_a_rollback_goes_back_to_it)
{
	static const char settings[] =
		"{\"Image\":\"opscon-test:1\",\"Env\":[\"MINE=kept\"],\"Labels\":{\"team\":\"ops\"},"
		"\"WorkingDir\":\"/bin\",\"Volumes\":{\"/data\":{}},"
		"\"HostConfig\":{\"NetworkMode\":\"none\",\"Memory\":67108864,\"RestartPolicy\":{\"Name\":\"always\"}}"
		"}";
	struct scene scene;
	char *before, *said, *volume, *end;

	if (!set_up(&scene))
		return;
	ck_assert_int_eq(docker_daemon_ask(&scene.daemon, "POST", "/containers/create?name=web", settings), 201);
	ck_assert_int_eq(docker_daemon_ask(&scene.daemon, "POST", "/containers/web/start", NULL), 204);
	before = docker_daemon_get(&scene.daemon, "/containers/web/json");
	volume = strstr(before, "\"Type\":\"volume\",\"Name\":\"") + strlen("\"Type\":\"volume\",\"Name\":\"");
	end = strchr(volume, '"');
	ck_assert_ptr_nonnull(end);
	*end = '\0';
	succeed(&scene, VERB_UPGRADE, "2"); // the tag alone
	assert_stands(&scene, LIFECYCLE_RUNNING, "opscon-test:2@sha256:", "opscon-test:1@sha256:");
	free(said = docker_daemon_get(&scene.daemon, "/containers/web.opscon-previous/json"));
	ck_assert_ptr_nonnull(said);
	said = docker_daemon_get(&scene.daemon, "/containers/web/json");
	ck_assert_ptr_nonnull(strstr(said, "\"MINE=kept\""));
	ck_assert_ptr_nonnull(strstr(said, "\"MADE=second\"")); // the new image's own
	ck_assert_ptr_null(strstr(said, "\"MADE=first\""));
	ck_assert_ptr_nonnull(strstr(said, "\"team\":\"ops\""));
	ck_assert_ptr_nonnull(strstr(said, "\"org.opscon.managed\":\"true\""));
	ck_assert_ptr_nonnull(strstr(said, "\"org.opscon.agent\":\"web-key\""));
	ck_assert_ptr_nonnull(strstr(said, "\"org.opscon.operation\":\"20261125-abc-0-"));
	ck_assert_ptr_nonnull(strstr(said, "\"Memory\":67108864"));
	ck_assert_ptr_nonnull(strstr(said, "\"WorkingDir\":\"/bin\""));
	ck_assert_msg(strstr(said, volume), "what is in the volume without a name goes over");
	free(before);
	free(said);
	assert_policy(&scene, "web", "always");
	assert_policy(&scene, "web.opscon-previous", "no"); // it must not come up with the Engine's next start

	succeed(&scene, VERB_ROLLBACK, "");
	assert_stands(&scene, LIFECYCLE_RUNNING, "opscon-test:1@sha256:", "opscon-test:2@sha256:");
	assert_policy(&scene, "web", "always");
	assert_policy(&scene, "web.opscon-previous", "no");
	succeed(&scene, VERB_ROLLBACK, ""); // and forth
	assert_stands(&scene, LIFECYCLE_RUNNING, "opscon-test:2@sha256:", "opscon-test:1@sha256:");
	succeed(&scene, VERB_UPGRADE, "opscon-test:1");
	assert_stands(&scene, LIFECYCLE_RUNNING, "opscon-test:1@sha256:", "opscon-test:2@sha256:");
	ck_assert_uint_eq(count_containers(&scene), 2);
	succeed(&scene, VERB_DELETE, "");
	ck_assert_uint_eq(count_containers(&scene), 0);
	tear_down(&scene);
}
END_TEST

START_TEST(an_upgrade_that_does_not_start_goes_back_and_says_why)
{
	struct operation_params params = verb_of(VERB_UPGRADE, "opscon-test:bad");
	struct driver_answer answer;
	struct scene scene;

	if (!set_up(&scene))
		return;
	make_web(&scene);
	answer = operate(&scene, &params);
	ck_assert_int_eq(answer.outcome, DRIVER_FAILED);
	ck_assert_ptr_nonnull(strstr(answer.detail, "it does not stay up: exited, code 3; its log ends: "));
	ck_assert_ptr_nonnull(strstr(scene.said, "no configuration\n"));
	ck_assert_ptr_nonnull(strstr(scene.said, "gave up\n"));
	answer = take_steps(&scene, &params, &scene.undo, true);
	ck_assert_msg(answer.outcome == DRIVER_DONE, "%s", answer.detail);
	look(&scene, NULL);
	assert_stands(&scene, LIFECYCLE_RUNNING, "opscon-test:1@sha256:", "");
	ck_assert_uint_eq(count_containers(&scene), 1);
	tear_down(&scene);
}
END_TEST

// Takes the first n steps of an upgrade or a rollback, and goes back.
static void go_back_after(struct scene *scene, enum verb verb, enum rollout_kind kind, size_t n)
{
	struct operation_params params = verb_of(verb, verb == VERB_UPGRADE ? "opscon-test:2" : "");
	struct driver_answer answer;

	params.rollout.kind = kind;
	ck_assert_int_eq(plan(scene, &params), 0);
	ck_assert_uint_le(n, scene->recipe.n);
	scene->recipe.n = n;
	answer = take_steps(scene, &params, &scene->recipe, false);
	ck_assert_msg(answer.outcome == DRIVER_DONE, "%s", answer.detail);
	answer = take_steps(scene, &params, &scene->undo, true);
	ck_assert_msg(answer.outcome == DRIVER_DONE, "after %zu: %s", n, answer.detail);
	look(scene, NULL);
}

static void upgrade_and_go_back(enum rollout_kind kind, size_t n_steps)
{
	struct scene scene;
	char first[DRIVER_INSTANCE_MAX];

	if (!set_up(&scene))
		return;
	make_tenacious_web(&scene);
	memcpy(first, scene.sight.instance, sizeof first);
	for (size_t n = 0; n <= n_steps; n++) {
		go_back_after(&scene, VERB_UPGRADE, kind, n);
		assert_stands(&scene, LIFECYCLE_RUNNING, "opscon-test:1@sha256:", "");
		ck_assert_int_eq(strncmp(scene.sight.instance, first, 12), 0);
		ck_assert_uint_eq(count_containers(&scene), 1);
		assert_policy(&scene, "web", "always");
	}
	tear_down(&scene);
}

START_TEST(an_upgrade_goes_back_from_wherever_it_has_come_to)
{
	upgrade_and_go_back(ROLLOUT_ROLLING, 6);
}
END_TEST

START_TEST(an_upgrade_beside_the_old_one_goes_back_from_wherever_it_has_come_to)
{
	upgrade_and_go_back(ROLLOUT_BLUE_GREEN, 7);
}
END_TEST

START_TEST(a_rollback_goes_back_from_wherever_it_has_come_to)
{
	struct scene scene;

	if (!set_up(&scene))
		return;
	make_tenacious_web(&scene);
	succeed(&scene, VERB_UPGRADE, "opscon-test:2");
	for (size_t n = 0; n <= 7; n++) {
		go_back_after(&scene, VERB_ROLLBACK, ROLLOUT_ROLLING, n);
		assert_policy(&scene, "web", "always");
		assert_policy(&scene, "web.opscon-previous", "no");
		assert_stands(&scene, LIFECYCLE_RUNNING, "opscon-test:2@sha256:", "opscon-test:1@sha256:");
		ck_assert_uint_eq(count_containers(&scene), 2);
	}
	tear_down(&scene);
}
END_TEST

START_TEST(a_new_one_beside_the_old_one_is_checked_before_the_old_one_goes)
{
	struct operation_params params = verb_of(VERB_UPGRADE, "opscon-test:2");
	struct driver_answer answer;
	struct scene scene;

	if (!set_up(&scene))
		return;
	make_web(&scene);
	params.rollout.kind = ROLLOUT_BLUE_GREEN;
	answer = operate(&scene, &params);
	ck_assert_msg(answer.outcome == DRIVER_DONE, "%s", answer.detail);
	assert_stands(&scene, LIFECYCLE_RUNNING, "opscon-test:2@sha256:", "opscon-test:1@sha256:");

	params.version = "opscon-test:bad";
	answer = operate(&scene, &params);
	ck_assert_int_eq(answer.outcome, DRIVER_FAILED);
	look(&scene, NULL);
	assert_stands(&scene, LIFECYCLE_RUNNING, "opscon-test:2@sha256:", "opscon-test:1@sha256:");
	answer = take_steps(&scene, &params, &scene.undo, true);
	ck_assert_msg(answer.outcome == DRIVER_DONE, "%s", answer.detail);
	ck_assert_uint_eq(count_containers(&scene), 2);
	tear_down(&scene);
}
END_TEST

START_TEST(what_cannot_be_done_is_refused_before_anything_is_done)
{
	static const char published[] =
		"{\"Image\":\"opscon-test:1\",\"HostConfig\":{\"NetworkMode\":\"none\",\"PortBindings\":{\"80/tcp\":"
		"[{\"HostPort\":\"8080\"}]}}}";
	static const char leaving[] =
		"{\"Image\":\"opscon-test:1\",\"HostConfig\":{\"NetworkMode\":\"none\",\"AutoRemove\":true}}";
	struct operation_params params = verb_of(VERB_UPGRADE, "opscon-test:9");
	struct driver_answer answer;
	struct scene scene;

	if (!set_up(&scene))
		return;
	make_web(&scene);
	ck_assert_int_eq(plan(&scene, &params), -ENOTSUP);
	ck_assert_str_eq(scene.recipe.why, "there is no image opscon-test:9: pull it first");
	params.version = "1";
	ck_assert_int_eq(plan(&scene, &params), -ENOTSUP);
	ck_assert_str_eq(scene.recipe.why, "it has that image already");
	params.version = "2";
	ck_assert_int_eq(plan(&scene, &params), 0);
	succeed(&scene, VERB_RESTART, "");
	// The plan was made for the container as it ran before.
	answer = take_step(&scene, &params, &scene.recipe.steps[0], "0123456789ab/2026-01-01T00:00:00Z");
	ck_assert_int_eq(answer.outcome, DRIVER_REFUSED);
	ck_assert_ptr_nonnull(strstr(answer.detail, "it is another one now"));
	// The name stands for another image by now.
	ck_assert_int_eq(plan(&scene, &params), 0);
	docker_daemon_image(&scene.daemon, "opscon-test:2", "MADE=anew", WELL);
	answer = take_step(&scene, &params, &scene.recipe.steps[0], scene.sight.instance);
	ck_assert_int_eq(answer.outcome, DRIVER_REFUSED);
	ck_assert_ptr_nonnull(strstr(answer.detail, "is another image now"));
	succeed(&scene, VERB_DELETE, "");

	ck_assert_int_eq(docker_daemon_ask(&scene.daemon, "POST", "/containers/create?name=web", published), 201);
	params.rollout.kind = ROLLOUT_BLUE_GREEN;
	ck_assert_int_eq(plan(&scene, &params), -ENOTSUP);
	ck_assert_str_eq(scene.recipe.why, "no second one can run beside it: it publishes port 80/tcp");
	params.rollout.kind = ROLLOUT_ROLLING;
	ck_assert_int_eq(plan(&scene, &params), 0);
	succeed(&scene, VERB_DELETE, "");
	ck_assert_int_eq(docker_daemon_ask(&scene.daemon, "POST", "/containers/create?name=web", leaving), 201);
	ck_assert_int_eq(plan(&scene, &params), -ENOTSUP);
	ck_assert_str_eq(scene.recipe.why, "it cannot be replaced: it removes itself when it stops");
	ck_assert_int_eq(docker_daemon_ask(&scene.daemon, "DELETE", "/containers/web", NULL), 204);
	tear_down(&scene);
}
END_TEST

START_TEST(one_that_does_not_listen_is_killed_when_it_is_forced)
{
	static const char deaf[] = "{\"Image\":\"opscon-test:1\",\"Cmd\":[\"/bin/sleep\",\"1000\"],\"StopTimeout\":1,"
				   "\"HostConfig\":{\"NetworkMode\":\"none\"}}";
	struct operation_params params = verb_of(VERB_STOP, "");
	struct driver_answer answer;
	struct scene scene;

	if (!set_up(&scene))
		return;
	ck_assert_int_eq(docker_daemon_ask(&scene.daemon, "POST", "/containers/create?name=web", deaf), 201);
	succeed(&scene, VERB_START, "");
	params.is_forced = true;
	answer = operate(&scene, &params);
	ck_assert_msg(answer.outcome == DRIVER_DONE, "%s", answer.detail);
	assert_stands(&scene, LIFECYCLE_STOPPED, "opscon-test:1", "");
	// Killed again: it is so already.
	answer = take_steps(&scene, &params, &scene.recipe, false);
	ck_assert_int_eq(answer.outcome, DRIVER_DONE);
	ck_assert_str_eq(answer.detail, "it was so already");
	succeed(&scene, VERB_START, "");
	succeed(&scene, VERB_STOP, ""); // after its own second, not after ten
	assert_stands(&scene, LIFECYCLE_STOPPED, "opscon-test:1", "");
	tear_down(&scene);
}
END_TEST

SUITE("docker", a_container_is_made_started_stopped_and_deleted,
      an_upgrade_keeps_settings_and_the_old_one_and_a_rollback_goes_back_to_it,
      an_upgrade_that_does_not_start_goes_back_and_says_why, an_upgrade_goes_back_from_wherever_it_has_come_to,
      an_upgrade_beside_the_old_one_goes_back_from_wherever_it_has_come_to,
      a_rollback_goes_back_from_wherever_it_has_come_to,
      a_new_one_beside_the_old_one_is_checked_before_the_old_one_goes,
      what_cannot_be_done_is_refused_before_anything_is_done, one_that_does_not_listen_is_killed_when_it_is_forced)
