// SPDX-License-Identifier: Apache-2.0
/* The driver against a scripted Engine: what is said to it, and what it makes of the answers. */
#include "tests/support/suite.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/drivers/docker_script.h"

START_TEST(a_container_is_seen)
{
	struct script f;

	script_set_up(&f);
	script_append(&f, (const struct line[]){ { LOOK, 200, RUNNING },
						 { LOOK_KEPT, 200, CONTAINER("web.opscon-previous", NEW, "") },
						 { NULL } });
	script_take(&f, &(struct script_step){ PRIMITIVE_OBSERVE });
	script_assert_answer(&f, DRIVER_DONE, "");
	ck_assert(f.answer.has_sight && f.answer.sight.exists);
	ck_assert_int_eq(f.answer.sight.state, LIFECYCLE_RUNNING);
	ck_assert_str_eq(f.answer.sight.version, "web:1@sha256:111111111111");
	ck_assert_str_eq(f.answer.sight.previous, "web:1@sha256:111111111111");
	ck_assert_str_eq(f.answer.sight.instance, INSTANCE);
	// The second time it is known what the Engine speaks; and another one of that id is none.
	script_append(&f, (const struct line[]){ { LOOK, 200, CONTAINER("other", OLD, "") },
						 { LOOK_KEPT, 404, SAYS("no") },
						 { NULL } });
	script_take(&f, &(struct script_step){ PRIMITIVE_OBSERVE });
	script_assert_answer(&f, DRIVER_DONE, "");
	ck_assert(f.answer.has_sight && !f.answer.sight.exists);
	ck_assert_msg(f.server.n_accepted == 1, "looks share a connection");
	script_tear_down(&f);
}
END_TEST

START_TEST(what_the_engine_speaks_is_spoken)
{
	static const struct {
		const char *said, *path; // NULL: none
	} table[] = {
		{ VERSION, "GET /v1.41/" },
		{ "{\"ApiVersion\":\"1.51\",\"MinAPIVersion\":\"1.24\"}", "GET /v1.44/" },
		{ "{\"ApiVersion\":\"1.52\",\"MinAPIVersion\":\"1.50\"}", "GET /v1.50/" },
		{ "{\"ApiVersion\":\"1.40\"}", "GET /v1.40/" },
		{ "{\"ApiVersion\":\"1\"}", NULL },
		{ "{\"ApiVersion\":\"1.x\"}", NULL },
		{ "{\"ApiVersion\":\"1.4.1\"}", NULL },
		{ "{\"ApiVersion\":\".41\"}", NULL },
		{ "{\"ApiVersion\":\"1.99999999999\"}", NULL },
		{ "{\"ApiVersion\":\"1.20\",\"MinAPIVersion\":\"1.30\"}", NULL },
		{ "{}", NULL },
		{ "<html>", NULL },
		{ "", NULL },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct script f;

		script_set_up(&f);
		f.lines[0].json = table[i].said;
		if (table[i].path)
			script_append(&f, (const struct line[]){ { table[i].path, 404, SAYS("no") },
								 { table[i].path, 404, SAYS("no") },
								 { NULL } });
		script_take(&f, &(struct script_step){ PRIMITIVE_OBSERVE });
		ck_assert_msg(f.answer.outcome == (table[i].path ? DRIVER_DONE : DRIVER_REFUSED), "%s", table[i].said);
		ck_assert_uint_eq(f.at, f.n_lines);
		if (!table[i].path)
			ck_assert_ptr_nonnull(strstr(f.answer.detail, "/sock: no Docker Engine answers there"));
		script_tear_down(&f);
	}
}
END_TEST

START_TEST(every_answer_to_a_change_has_its_outcome)
{
	static const struct {
		struct line answer;
		const char *after; // what is seen then; NULL: nobody looks
		enum driver_outcome outcome;
		const char *detail;
	} table[] = {
		{ { STOP, 204, "" }, EXITED, DRIVER_DONE, "" },
		{ { STOP, 304, "" }, EXITED, DRIVER_DONE, "" },
		{ { STOP, 404, SAYS("No such container") }, RUNNING, DRIVER_REFUSED, "HTTP 404: No such container" },
		{ { STOP, 409, SAYS("is being removed") }, RUNNING, DRIVER_REFUSED, "HTTP 409: is being removed" },
		{ { STOP, 409, SAYS("is not running") }, EXITED, DRIVER_DONE, "it was so already" },
		{ { STOP, 400, "" }, RUNNING, DRIVER_REFUSED, "HTTP 400" },
		{ { STOP, 500, SAYS("cannot\\u001b[2J") }, RUNNING, DRIVER_FAILED, "HTTP 500: cannot^[[2J" },
		{ { STOP, 500, SAYS("cannot") }, EXITED, DRIVER_DONE, "it was so already" },
		{ { STOP, 500, "<html>" }, NULL, DRIVER_UNKNOWN, "HTTP 500" },
		{ { STOP, 502, "{\"error\":1}" }, NULL, DRIVER_UNKNOWN, "HTTP 502" },
		{ { STOP, 301, "" }, NULL, DRIVER_UNKNOWN, "HTTP 301" },
		{ { STOP, 0, "", SERVER_CLOSE }, NULL, DRIVER_UNKNOWN, NULL },
		{ { STOP, 0, "HTTP/1.1 20", SERVER_CLOSE }, NULL, DRIVER_UNKNOWN, NULL },
		{ { STOP, 0, "HTTP/1.1 500 X\r\nContent-Length: 99\r\n\r\n{\"mess", SERVER_CLOSE },
		  NULL,
		  DRIVER_UNKNOWN,
		  NULL },
		{ { STOP, 0, "HTTP/1.1 200 X\r\nContent-Length: 99\r\n\r\n{\"mess", SERVER_CLOSE },
		  EXITED,
		  DRIVER_DONE,
		  "" },
		{ { STOP, 0, "not http\r\n\r\n", SERVER_CLOSE }, NULL, DRIVER_UNKNOWN, NULL },
		{ { STOP, 0, "HTTP/1.1 500 X\r\n\r\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
		    SERVER_FLOOD },
		  NULL,
		  DRIVER_UNKNOWN,
		  NULL },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct script f;

		script_set_up(&f);
		script_append(&f, (const struct line[]){ { LOOK, 200, RUNNING }, table[i].answer, { NULL } });
		if (table[i].after)
			script_append(&f, (const struct line[]){
						  { LOOK, 200, table[i].after }, { LOOK_KEPT, 404, "" }, { NULL } });
		script_take(&f, &(struct script_step){ DOCKER_STOP, NULL, INSTANCE });
		script_assert_answer(&f, table[i].outcome, table[i].detail ? table[i].detail : f.answer.detail);
		ck_assert_int_eq(f.answer.has_sight, table[i].after != NULL);
		ck_assert_msg(f.server.n_accepted == 2, "it goes out on a connection of its own, and once");
		script_tear_down(&f);
	}
}
END_TEST

START_TEST(no_answer_in_time_is_unknown_and_nothing_is_said_twice)
{
	struct script f;

	script_set_up(&f);
	script_append(&f, (const struct line[]){ { LOOK, 200, RUNNING }, { STOP, 0, "" }, { NULL } });
	script_take(&f, &(struct script_step){ DOCKER_STOP, .timeout_ms = 300 });
	ck_assert_int_eq(f.answer.outcome, DRIVER_UNKNOWN);
	ck_assert_ptr_nonnull(strstr(f.answer.detail, "no answer in time"));
	ck_assert(!f.answer.has_sight);
	ck_assert_uint_eq(f.at, f.n_lines);
	script_tear_down(&f);
}
END_TEST

START_TEST(what_was_not_sent_is_refused)
{
	static const struct line lines[][4] = {
		{ { LOOK, 0, "" } }, // hangs
		{ { LOOK, 500, SAYS("ill") } },
		{ { LOOK, 200, "<html>" } },
		{ { LOOK, 200, "{}" } },
		{ { LOOK, 0, "HTTP/1.1 200 X\r\n\r\n{", SERVER_CLOSE } },
		{ { LOOK, 0, "HTTP/1.1 200 X\r\n\r\n [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", SERVER_FLOOD } }, // huge
		{ { LOOK, 404, SAYS("No such container") } },
		{ { LOOK, 200, CONTAINER("web", NEW, STARTED("1")) } }, // another one
		{ { LOOK, 200, CONTAINER("web", OLD, STARTED("2")) } }, // started again
		{ { LOOK, 200, RUNNING, SERVER_KEEP, true } },          // and then the Engine is gone
	};
	static const char *const details[] = {
		"no answer in time",
		"HTTP 500: ill",
		"its answer cannot be read",
		"its answer about the container",
		"cannot be read",
		"too large",
		"there is no container web",
		"it is another one now: instance fedcba987654/2026-01-01T00:00:01Z instead of " INSTANCE,
		"it is another one now: instance 0123456789ab/2026-01-01T00:00:02Z instead of " INSTANCE,
		"No such file or directory",
	};

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct script f;

		script_set_up(&f);
		script_append(&f, lines[i]);
		script_take(&f, &(struct script_step){ DOCKER_STOP, NULL, INSTANCE, i ? 0 : 300 });
		ck_assert_msg(f.answer.outcome == DRIVER_REFUSED, "%zu: %s", i, f.answer.detail);
		ck_assert_msg(strstr(f.answer.detail, details[i]), "%s", f.answer.detail);
		ck_assert_uint_eq(f.at, f.n_lines);
		script_tear_down(&f);
	}
}
END_TEST

START_TEST(an_engine_that_is_not_there_is_said)
{
	struct script f;

	script_set_up(&f);
	f.n_lines = 0;
	unlink(f.socket);
	script_take(&f, &(struct script_step){ PRIMITIVE_OBSERVE });
	ck_assert_int_eq(f.answer.outcome, DRIVER_REFUSED);
	ck_assert_ptr_nonnull(strstr(f.answer.detail, "/sock: connection refused: No such file or directory"));
	script_tear_down(&f);
}
END_TEST

START_TEST(another_engine_may_come_after_it)
{
	struct script f;

	script_set_up(&f);
	script_append(&f, (const struct line[]){
				  { LOOK, 400, SAYS("client version 1.41 is too old") },
				  { "GET /version", 200, "{\"ApiVersion\":\"1.50\",\"MinAPIVersion\":\"1.44\"}" },
				  { "GET /v1.44/containers/web/json", 200, RUNNING },
				  { "GET /v1.44/containers/web.opscon-previous/json", 404, "" },
				  { NULL } });
	script_take(&f, &(struct script_step){ PRIMITIVE_OBSERVE });
	ck_assert_int_eq(f.answer.outcome, DRIVER_REFUSED);
	script_take(&f, &(struct script_step){ PRIMITIVE_OBSERVE });
	script_assert_answer(&f, DRIVER_DONE, "");
	script_tear_down(&f);
}
END_TEST

START_TEST(what_was_done_is_done_though_nobody_sees_it)
{
	struct script f;

	script_set_up(&f);
	script_append(&f,
		      (const struct line[]){ { LOOK, 200, RUNNING }, { STOP, 204, "" }, { LOOK, 500, "" }, { NULL } });
	script_take(&f, &(struct script_step){ DOCKER_STOP });
	script_assert_answer(&f, DRIVER_DONE, "");
	ck_assert(!f.answer.has_sight);
	script_tear_down(&f);
}
END_TEST

START_TEST(each_change_is_its_own_request)
{
	static const struct {
		int primitive;
		const char *before, *request, *after;
	} table[] = {
		{ DOCKER_START, CREATED, START, RUNNING },
		{ DOCKER_START_NEW, CREATED, START, RUNNING },
		{ DOCKER_KILL, RUNNING, "POST /v1.41/containers/" OLD "/kill", EXITED },
		{ DOCKER_PAUSE, RUNNING, "POST /v1.41/containers/" OLD "/pause", PAUSED },
		{ DOCKER_UNPAUSE, PAUSED, "POST /v1.41/containers/" OLD "/unpause", RUNNING },
		{ DOCKER_REMOVE, EXITED, "DELETE /v1.41/containers/" OLD " HTTP", NULL },
		{ DOCKER_STOP, RUNNING, STOP "10 ", EXITED },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct script f;

		script_set_up(&f);
		script_append(&f, (const struct line[]){
					  { LOOK, 200, table[i].before },
					  { table[i].request, 204, "" },
					  { LOOK, table[i].after ? 200 : 404, table[i].after ? table[i].after : "" },
					  { LOOK_KEPT, 404, "" },
					  { NULL } });
		script_take(&f, &(struct script_step){ table[i].primitive, .timeout_ms = 60000 });
		script_assert_answer(&f, DRIVER_DONE, "");
		ck_assert(f.answer.has_sight);
		ck_assert_int_eq(f.answer.sight.exists, table[i].after != NULL);
		script_tear_down(&f);
	}
}
END_TEST

START_TEST(a_start_that_comes_to_nothing_has_failed_and_says_its_last_words)
{
	static const struct {
		struct line answer;
		const char *after, *detail;
	} table[] = {
		{ { START, 204, "" }, EXITED, "it does not stay up: exited, code 3; its log ends: and more" },
		{ { START, 400, SAYS("no such command") },
		  CONTAINER("web", OLD, "\"Status\":\"created\",\"Error\":\"no such command\""),
		  "HTTP 400: no such command" },
		{ { START, 500, SAYS("no such command") }, CREATED, "HTTP 500: no such command" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct script f;

		script_set_up(&f);
		script_append(&f, (const struct line[]){ { LOOK, 200, CREATED },
							 table[i].answer,
							 { LOOK, 200, table[i].after },
							 { LOOK_KEPT, 404, "" },
							 { LOGS, 200, "last words\nand more" },
							 { NULL } });
		script_take(&f, &(struct script_step){ DOCKER_START });
		script_assert_answer(&f, DRIVER_FAILED, table[i].detail);
		ck_assert_str_eq(f.said, "last words|and more|");
		ck_assert(f.answer.has_sight);
		script_tear_down(&f);
	}
}
END_TEST

START_TEST(a_start_that_is_refused_was_not_tried)
{
	struct script f;

	script_set_up(&f);
	script_append(&f, (const struct line[]){ { LOOK, 200, PAUSED },
						 { START, 409, SAYS("cannot start a paused container") },
						 { LOOK, 200, PAUSED },
						 { LOOK_KEPT, 404, "" },
						 { NULL } });
	script_take(&f, &(struct script_step){ DOCKER_START });
	script_assert_answer(&f, DRIVER_REFUSED, "HTTP 409: cannot start a paused container");
	script_tear_down(&f);
}
END_TEST

START_TEST(who_cancels_hears_no_more)
{
	struct driver_run *run;
	struct script f;

	script_set_up(&f);
	f.n_lines = 0;
	ck_assert_int_eq(script_begin(&f, &(struct script_step){ PRIMITIVE_OBSERVE }, &run), 0);
	f.driver->class->cancel(run);
	// And from within what is said.
	script_append(&f, (const struct line[]){ { "GET /version", 200, VERSION },
						 { LOOK, 200, CREATED },
						 { START, 204, "" },
						 { LOOK, 200, EXITED },
						 { LOOK_KEPT, 404, "" },
						 { LOGS, 200, "one\ntwo\n" },
						 { NULL } });
	ck_assert_int_eq(script_begin(&f, &(struct script_step){ DOCKER_START }, &f.cancelled), 0);
	loop_run_until(&f.loop, &f.is_done);
	ck_assert_str_eq(f.said, "one|");
	ck_assert_int_eq(f.n_answers, 0);
	f.cancelled = NULL;
	ck_assert_int_eq(script_begin(&f, &(struct script_step){ DOCKER_START }, &run), 0); // ends with the driver
	script_tear_down(&f);
	ck_assert_int_eq(f.n_answers, 0);
}
END_TEST

START_TEST(what_cannot_begin_says_so)
{
	struct driver_run *run;
	struct script f;

	script_set_up(&f);
	ck_assert_int_eq(script_begin(&f, &(struct script_step){ PRIMITIVE_VERIFY }, &run), -EINVAL);
	ck_assert_int_eq(script_begin(&f, &(struct script_step){ DOCKER_PRIMITIVES_END }, &run), -EINVAL);
	f.agent.control_target = "../web";
	ck_assert_int_eq(script_begin(&f, &(struct script_step){ PRIMITIVE_OBSERVE }, &run), -EINVAL);
	f.agent.control_target = NULL;
	ck_assert_int_eq(script_begin(&f, &(struct script_step){ PRIMITIVE_OBSERVE }, &run), -EINVAL);
	f.agent.control_target = "web";
	f.is_done = false;
	f.driver->class->close(f.driver, script_closed_cb, &f);
	ck_assert_int_eq(script_begin(&f, &(struct script_step){ PRIMITIVE_OBSERVE }, &run), -EINVAL);
	loop_run_until(&f.loop, &f.is_done);
	http_server_stop(&f.server);
	loop_finish(&f.loop);
	ck_assert_int_eq(rmdir(f.dir), 0);
}
END_TEST

START_TEST(a_list_from_elsewhere_names_no_container)
{
	static const char *const sources[] = { "file_sd:/etc/targets.json", "http_sd:http://inventory/" };
	const struct driver_sight sight = { .exists = true, .state = LIFECYCLE_RUNNING };
	struct driver_recipe recipe = { .n = 0 };
	struct driver_options options = { 0 };
	struct driver *trusting;
	struct driver_run *run;
	struct script f;

	script_set_up(&f);
	f.params.verb = VERB_RESTART;
	f.config.drivers.is_docker_from_discovery = true;
	options = (struct driver_options){ .loop = &f.loop, .client = f.client, .config = &f.config };
	ck_assert_int_eq(docker_driver_create(&options, &trusting), 0);
	for (size_t i = 0; i < 2; i++) {
		f.agent.source = sources[i];
		ck_assert_uint_eq(f.driver->class->verbs(f.driver, &f.agent), 0);
		ck_assert_int_eq(f.driver->class->recipe(f.driver, &f.agent, &f.params, &sight, false, &recipe),
				 -ENOTSUP);
		ck_assert_ptr_nonnull(strstr(recipe.why, "allow_docker_from_discovery is not set"));
		ck_assert_int_eq(script_begin(&f, &(struct script_step){ DOCKER_STOP }, &run), -EINVAL);
		ck_assert_uint_ne(trusting->class->verbs(trusting, &f.agent), 0);
		ck_assert_int_eq(trusting->class->recipe(trusting, &f.agent, &f.params, &sight, false, &recipe), 0);
	}
	f.agent.source = "config"; // who writes the configuration may
	ck_assert_uint_ne(f.driver->class->verbs(f.driver, &f.agent), 0);
	trusting->class->close(trusting, NULL, NULL);
	script_tear_down(&f);
}
END_TEST

START_TEST(an_engine_elsewhere_is_reached_by_its_url)
{
	struct config config = { .path = NULL };
	struct driver_options options = { .config = &config };
	struct driver *driver;
	struct script f;
	char url[700];

	script_set_up(&f);
	f.is_done = false;
	f.driver->class->close(f.driver, script_closed_cb, &f);
	loop_run_until(&f.loop, &f.is_done);
	http_server_stop(&f.server);
	ck_assert_int_eq(uv_run(&f.loop, UV_RUN_DEFAULT), 0);

	ck_assert_int_eq(http_client_create(&f.loop, NULL, &f.client), 0);
	options.loop = &f.loop;
	options.client = f.client;
	memset(url, 'a', sizeof url);
	url[sizeof url - 1] = '\0';
	config.drivers.docker_url = url;
	ck_assert_int_eq(docker_driver_create(&options, &driver), -EINVAL);
	ck_assert_ptr_null(driver);
	config.drivers.docker_url = "///";
	ck_assert_int_eq(docker_driver_create(&options, &driver), -EINVAL);

	http_server_start(&f.server, &f.loop, NULL, 0);
	f.server.choose = script_choose;
	f.server.choose_ctx = &f;
	config.drivers.docker_url = http_server_url(&f.server, "//", url, sizeof url);
	ck_assert_int_eq(docker_driver_create(&options, &f.driver), 0);
	script_append(&f, (const struct line[]){ { LOOK, 200, RUNNING }, { LOOK_KEPT, 404, "" }, { NULL } });
	script_take(&f, &(struct script_step){ PRIMITIVE_OBSERVE });
	script_assert_answer(&f, DRIVER_DONE, "");
	script_tear_down(&f);
}
END_TEST

SUITE("docker driver", a_container_is_seen, what_the_engine_speaks_is_spoken, every_answer_to_a_change_has_its_outcome,
      no_answer_in_time_is_unknown_and_nothing_is_said_twice, what_was_not_sent_is_refused,
      an_engine_that_is_not_there_is_said, another_engine_may_come_after_it,
      what_was_done_is_done_though_nobody_sees_it, each_change_is_its_own_request,
      a_start_that_comes_to_nothing_has_failed_and_says_its_last_words, a_start_that_is_refused_was_not_tried,
      who_cancels_hears_no_more, what_cannot_begin_says_so, a_list_from_elsewhere_names_no_container,
      an_engine_elsewhere_is_reached_by_its_url)
