// SPDX-License-Identifier: Apache-2.0
/* The steps of the driver against a scripted Engine: what is done about what was seen. */
#include "tests/support/suite.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "tests/unit/drivers/docker_script.h"

#define IMAGE "GET /v1.41/images/web:2/json"
#define OLD_IMAGE "GET /v1.41/images/sha256:1111111111111111/json"
#define HAS_IMAGE "{\"Id\":\"" IMAGE_2 "\"}"

START_TEST(a_second_one_is_made_by_the_id_of_its_image)
{
	struct script f;

	script_set_up(&f);
	f.params.verb = VERB_UPGRADE;
	f.params.version = "2";
	script_append(&f, (const struct line[]){ { LOOK, 200, RUNNING },
						 { LOOK_NEXT, 404, "" },
						 { IMAGE, 200, HAS_IMAGE },
						 { OLD_IMAGE, 404, "" },
						 { "POST /v1.41/containers/create?name=web.opscon-new ", 201, "{}" },
						 { LOOK, 200, RUNNING },
						 { LOOK_KEPT, 404, "" },
						 { NULL } });
	script_take(&f, &(struct script_step){ DOCKER_CREATE_NEXT, "web:2 is " IMAGE_2, INSTANCE });
	script_assert_answer(&f, DRIVER_DONE, "");
	ck_assert_str_eq(f.said, "its image is gone: settings that came from it are taken over too|");
	script_tear_down(&f);
}
END_TEST

START_TEST(no_second_one_is_made_of_what_was_not_meant)
{
	static const struct {
		struct line lines[5];
		const char *version, *detail;
	} table[] = {
		{ { { LOOK, 200, RUNNING }, { LOOK_NEXT, 404, "" }, { IMAGE, 404, "" }, { OLD_IMAGE, 200, "{}" } },
		  "2",
		  "there is no image web:2: pull it first" },
		{ { { LOOK, 200, RUNNING },
		    { LOOK_NEXT, 404, "" },
		    { IMAGE, 200,
		      "{\"Id\":\"sha256:3333333333333333333333333333333333333333333333333333333333333333\"}" },
		    { OLD_IMAGE, 200, "{}" } },
		  "2",
		  "web:2 is another image now: sha256:33333333333333333" },
		{ { { LOOK, 200, RUNNING },
		    { LOOK_NEXT, 200, NEXT },
		    { IMAGE, 200, HAS_IMAGE },
		    { OLD_IMAGE, 200, "{}" } },
		  "2",
		  "there is a container web.opscon-new already: remove it first" },
		{ { { LOOK, 404, "" }, { LOOK_NEXT, 404, "" }, { "GET /v1.41/images/2/json", 200, HAS_IMAGE } },
		  "2",
		  "there is no container web" },
		{ { { LOOK, 200, RUNNING }, { LOOK_NEXT, 404, "" }, { IMAGE, 200, "{\"Id\":\"7\"}" } },
		  "2",
		  "its answer about the image cannot be read" },
		{ { { LOOK, 200, RUNNING }, { LOOK_NEXT, 404, "" }, { IMAGE, 400, SAYS("invalid reference") } },
		  "2",
		  "HTTP 400: invalid reference" },
		{ { { LOOK, 200, RUNNING }, { LOOK_NEXT, 404, "" } }, "a b", "it cannot be asked: Invalid argument" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct script f;

		script_set_up(&f);
		f.params.verb = VERB_UPGRADE;
		f.params.version = table[i].version;
		script_append(&f, table[i].lines);
		script_take(&f, &(struct script_step){ DOCKER_CREATE_NEXT, "web:2 is " IMAGE_2 });
		script_assert_answer(&f, DRIVER_REFUSED, table[i].detail);
		script_tear_down(&f);
	}
}
END_TEST

START_TEST(a_plan_is_refused_for_what_was_seen)
{
	struct driver_recipe recipe = { .n = 0 };
	struct script f;

	script_set_up(&f);
	f.params.verb = VERB_UPGRADE;
	f.params.version = "web:2";
	script_append(&f, (const struct line[]){ { LOOK, 200, RUNNING },
						 { LOOK_KEPT, 404, "" },
						 { IMAGE, 500, SAYS("ill") }, // no reason not to see the container
						 { LOOK, 200, RUNNING },
						 { LOOK_KEPT, 404, "" },
						 { IMAGE, 404, SAYS("no such image") },
						 { NULL } });
	script_take(&f, &(struct script_step){ PRIMITIVE_OBSERVE });
	ck_assert_int_eq(f.answer.outcome, DRIVER_DONE);
	ck_assert_int_eq(f.driver->class->recipe(f.driver, &f.agent, &f.params, &f.answer.sight, false, &recipe), 0);
	script_take(&f, &(struct script_step){ PRIMITIVE_OBSERVE });
	script_assert_answer(&f, DRIVER_DONE, "");
	ck_assert_int_eq(f.driver->class->recipe(f.driver, &f.agent, &f.params, &f.answer.sight, false, &recipe),
			 -ENOTSUP);
	ck_assert_str_eq(recipe.why, "there is no image web:2: pull it first");
	f.params.version = "a b"; // no image to look for
	script_append(&f, (const struct line[]){ { LOOK, 200, RUNNING }, { LOOK_KEPT, 404, "" }, { NULL } });
	script_take(&f, &(struct script_step){ PRIMITIVE_OBSERVE });
	script_assert_answer(&f, DRIVER_DONE, "");
	script_tear_down(&f);
}
END_TEST

#define CHECKED(state) "{\"Id\":\"" NEW "\",\"Name\":\"/web.opscon-new\",\"State\":{" state "}}"

START_TEST(a_new_one_is_looked_at_until_it_is_well_or_is_not)
{
	static const struct {
		const char *states[3];
		enum driver_outcome outcome;
		const char *detail;
	} table[] = {
		{ { CHECKED(STARTED("1") ",\"Health\":{\"Status\":\"starting\"}"),
		    CHECKED(STARTED("1") ",\"Health\":{\"Status\":\"healthy\"}") },
		  DRIVER_DONE,
		  "" },
		{ { CHECKED(STARTED("1") ",\"Health\":{\"Status\":\"starting\"}"),
		    CHECKED(STARTED("1") ",\"Health\":{\"Status\":\"unhealthy\"}") },
		  DRIVER_FAILED,
		  "the new one does not stay up: running, unhealthy" },
		{ { CHECKED("\"Status\":\"restarting\",\"ExitCode\":1") },
		  DRIVER_FAILED,
		  "the new one does not stay up: restarting, code 1" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct script f;

		script_set_up(&f);
		script_append(&f, (const struct line[]){ { LOOK, 200, RUNNING }, { NULL } });
		for (const char *const *state = table[i].states; *state; state++)
			script_append(&f, (const struct line[]){ { LOOK_NEXT, 200, *state }, { NULL } });
		if (table[i].outcome == DRIVER_DONE)
			script_append(
				&f, (const struct line[]){ { LOOK, 200, RUNNING }, { LOOK_KEPT, 404, "" }, { NULL } });
		else
			script_append(&f, (const struct line[]){ { "GET /v1.41/containers/" NEW "/logs", 200, "oh" },
								 { NULL } });
		script_take(&f, &(struct script_step){ DOCKER_CHECK_NEXT });
		script_assert_answer(&f, table[i].outcome, table[i].detail);
		ck_assert_str_eq(f.said, table[i].outcome == DRIVER_DONE ? "" : "oh|");
		script_tear_down(&f);
	}
}
END_TEST

START_TEST(one_that_never_gets_well_has_its_time_limit)
{
	struct script f;

	script_set_up(&f);
	script_append(&f, (const struct line[]){ { LOOK, 200, RUNNING }, { NULL } });
	for (int i = 0; i < 3; i++)
		script_append(&f,
			      (const struct line[]){
				      { LOOK_NEXT, 200, CHECKED(STARTED("1") ",\"Health\":{\"Status\":\"starting\"}") },
				      { NULL } });
	script_append(&f, (const struct line[]){ { "GET /v1.41/containers/" NEW "/logs", 404, "" }, { NULL } });
	script_take(&f, &(struct script_step){ DOCKER_CHECK_NEXT, .timeout_ms = 750 });
	ck_assert_int_eq(f.answer.outcome, DRIVER_FAILED);
	ck_assert_str_eq(f.answer.detail, "the new one does not stay up: running, starting");
	script_tear_down(&f);
}
END_TEST

START_TEST(what_is_none_of_ours_is_left_alone)
{
	static const char old[] = "the old one is 0123456789ab";
	static const struct {
		int primitive;
		enum verb verb;
		struct line lines[4];
		const char *precondition, *detail;
	} table[] = {
		{ DOCKER_KEEP,
		  VERB_UPGRADE,
		  { { LOOK, 200, RUNNING }, { LOOK_NEXT, 404, "" } },
		  "",
		  "the new container is gone" },
		{ DOCKER_PROMOTE,
		  VERB_UPGRADE,
		  { { LOOK, 404, "" }, { LOOK_NEXT, 200, CONTAINER("web.opscon-new", NEW, "") } },
		  "",
		  "the new container is gone" },
		{ DOCKER_START_NEXT,
		  VERB_UPGRADE,
		  { { LOOK, 200, RUNNING }, { LOOK_NEXT, 404, "" } },
		  "",
		  "the new container is gone" },
		{ DOCKER_START_NEW, VERB_UPGRADE, { { LOOK, 404, "" } }, "", "the new container is gone" },
		{ DOCKER_ASIDE,
		  VERB_ROLLBACK,
		  { { LOOK, 200, RUNNING }, { LOOK_KEPT, 404, "" } },
		  "",
		  "the container to go back to is gone" },
		{ DOCKER_RESTORE,
		  VERB_ROLLBACK,
		  { { LOOK, 404, "" }, { LOOK_NEXT, 200, NEXT }, { LOOK_KEPT, 404, "" } },
		  "",
		  "the container to go back to is gone" },
		{ DOCKER_RESTORE,
		  VERB_ROLLBACK,
		  { { LOOK, 404, "" },
		    { LOOK_NEXT, 200, NEXT },
		    { LOOK_KEPT, 200, CONTAINER("web.opscon-previous", NEW, "") } },
		  "the one kept is web:0",
		  "the container to go back to is another one now: web:1@sha256:111111111111" },
		{ DOCKER_UNDO_ASIDE,
		  VERB_UPGRADE,
		  { { LOOK, 200, CONTAINER("web", NEW, STARTED("1")) },
		    { LOOK_NEXT, 404, "" },
		    { LOOK_KEPT, 404, "" } },
		  old,
		  "the old container is gone" },
		{ DOCKER_UNDO_ASIDE,
		  VERB_UPGRADE,
		  { { LOOK, 200, CONTAINER("web", NEW, STARTED("1")) },
		    { LOOK_NEXT, 200, NEXT },
		    { LOOK_KEPT, 200, CONTAINER("web.opscon-previous", OLD, "") } },
		  old,
		  "there is no room for it: three containers have its names" },
		{ DOCKER_UNDO_RESTORE,
		  VERB_UPGRADE,
		  { { LOOK, 404, "" }, { LOOK_NEXT, 200, NEXT }, { LOOK_KEPT, 404, "" } },
		  old,
		  "the old container is gone" },
		{ DOCKER_UNDO_RESTORE,
		  VERB_UPGRADE,
		  { { LOOK, 200, CONTAINER("web", NEW, STARTED("1")) },
		    { LOOK_NEXT, 404, "" },
		    { LOOK_KEPT, 200, CONTAINER("web.opscon-previous", OLD, "") } },
		  old,
		  "another container has its name" },
		{ DOCKER_UNDO_START,
		  VERB_UPGRADE,
		  { { LOOK, 200, CONTAINER("web", NEW, STARTED("1")) } },
		  old,
		  "the old container is not back" },
		{ DOCKER_UNDO_REMOVE,
		  VERB_UPGRADE,
		  { { LOOK, 200, RUNNING }, { LOOK_NEXT, 200, CONTAINER("web.opscon-new", NEW, "") } },
		  old,
		  "it is none that an upgrade has made" },
		{ DOCKER_UNDO_CREATE,
		  VERB_CREATE,
		  { { LOOK, 200, RUNNING } },
		  "",
		  "it was not made by this operation" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct script f;

		script_set_up(&f);
		f.params.verb = table[i].verb;
		script_append(&f, table[i].lines);
		script_take(&f, &(struct script_step){ table[i].primitive, table[i].precondition });
		script_assert_answer(&f, DRIVER_REFUSED, table[i].detail);
		script_tear_down(&f);
	}
}
END_TEST

#define MADE_BY(key)                                                                                                   \
	"{\"Id\":\"" OLD "\",\"Name\":\"/web\",\"State\":{\"Status\":\"created\"},\"Config\":{\"Labels\":{"            \
	"\"org.opscon.managed\":\"true\",\"org.opscon.operation\":\"" key "\"}}}"

START_TEST(what_an_operation_has_made_it_takes_away_again)
{
	static const struct {
		const char *container;
		bool is_ours;
	} table[] = {
		{ MADE_BY("op-0-1-1"), true },  { MADE_BY("op-0-1-17"), true },
		{ MADE_BY("op-1-1-1"), false }, { MADE_BY("other-0-1-1"), false },
		{ MADE_BY("op"), false },       { MADE_BY("1-1"), false },
		{ MADE_BY(""), false },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct script f;

		script_set_up(&f);
		script_append(&f, (const struct line[]){ { LOOK, 200, table[i].container }, { NULL } });
		if (table[i].is_ours)
			script_append(&f, (const struct line[]){ { "DELETE /v1.41/containers/" OLD " HTTP", 204, "" },
								 { LOOK, 404, "" },
								 { LOOK_KEPT, 404, "" },
								 { NULL } });
		script_take(&f, &(struct script_step){ DOCKER_UNDO_CREATE });
		ck_assert_msg(f.answer.outcome == (table[i].is_ours ? DRIVER_DONE : DRIVER_REFUSED), "%s",
			      table[i].container);
		ck_assert_uint_eq(f.at, f.n_lines);
		script_tear_down(&f);
	}
}
END_TEST

START_TEST(want_of_memory_is_an_answer_like_any_other)
{
	for (long n = 0; n < 40; n++) {
		struct driver_run *run;
		struct script f;
		int r;

		script_set_up(&f);
		f.params.verb = VERB_UPGRADE;
		f.params.version = "2";
		script_append(
			&f, (const struct line[]){ { LOOK, 200, RUNNING },
						   { LOOK_NEXT, 404, "" },
						   { IMAGE, 200, HAS_IMAGE },
						   { OLD_IMAGE, 200, "{\"Config\":{}}" },
						   { "POST /v1.41/containers/create?name=web.opscon-new ", 201, "{}" },
						   { LOOK, 200, RUNNING },
						   { LOOK_KEPT, 404, "" },
						   { NULL } });
		mem_fail_once(n);
		r = script_begin(&f, &(struct script_step){ DOCKER_CREATE_NEXT }, &run);
		if (r == 0)
			loop_run_until(&f.loop, &f.is_done);
		else
			ck_assert_int_eq(r, -ENOMEM);
		mem_fail_after(-1);
		if (r == 0 && f.answer.outcome != DRIVER_DONE)
			ck_assert_msg(f.answer.outcome == DRIVER_REFUSED || f.at >= 6, "%s", f.answer.detail);
		script_tear_down(&f);
	}
}
END_TEST

SUITE("docker steps", a_second_one_is_made_by_the_id_of_its_image, no_second_one_is_made_of_what_was_not_meant,
      a_plan_is_refused_for_what_was_seen, a_new_one_is_looked_at_until_it_is_well_or_is_not,
      one_that_never_gets_well_has_its_time_limit, what_is_none_of_ours_is_left_alone,
      what_an_operation_has_made_it_takes_away_again, want_of_memory_is_an_answer_like_any_other)
