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
						 { LOOK_NEXT, 404, "" },
						 { LOOK_KEPT, 404, "" },
						 { IMAGE, 500, SAYS("ill") }, // no reason not to see the container
						 { LOOK, 200, RUNNING },
						 { LOOK_NEXT, 404, "" },
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
	script_append(&f, (const struct line[]){
				  { LOOK, 200, RUNNING }, { LOOK_NEXT, 404, "" }, { LOOK_KEPT, 404, "" }, { NULL } });
	script_take(&f, &(struct script_step){ PRIMITIVE_OBSERVE });
	script_assert_answer(&f, DRIVER_DONE, "");
	script_tear_down(&f);
}
END_TEST

#define KEPT CONTAINER("web.opscon-previous", NEW, STARTED("0"))

START_TEST(what_an_upgrade_has_left_behind_is_seen_before_the_next)
{
	static const enum verb verbs[] = { VERB_UPGRADE, VERB_ROLLBACK };
	struct driver_recipe recipe = { .n = 0 };
	struct script f;

	script_set_up(&f);
	f.params.version = "a b"; // no image to look for
	for (size_t i = 0; i < 2; i++) {
		f.params.verb = verbs[i];
		script_append(&f, (const struct line[]){ { LOOK, 200, RUNNING },
							 { LOOK_NEXT, 200, NEXT },
							 { LOOK_KEPT, 200, KEPT },
							 { NULL } });
		script_take(&f, &(struct script_step){ PRIMITIVE_OBSERVE });
		script_assert_answer(&f, DRIVER_DONE, "");
		f.params.version = "web:2";
		ck_assert_int_eq(
			f.driver->class->recipe(f.driver, &f.agent, &f.params, &f.answer.sight, false, &recipe),
			-ENOTSUP);
		ck_assert_str_eq(recipe.why, "there is a container web.opscon-new already: remove it first");
		f.params.version = "a b";
	}
	// Somebody has removed it.
	script_append(&f, (const struct line[]){
				  { LOOK, 200, RUNNING }, { LOOK_NEXT, 404, "" }, { LOOK_KEPT, 200, KEPT }, { NULL } });
	script_take(&f, &(struct script_step){ PRIMITIVE_OBSERVE });
	ck_assert_int_eq(f.driver->class->recipe(f.driver, &f.agent, &f.params, &f.answer.sight, false, &recipe), 0);
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
		  "the new one does not stay up: running, unhealthy; its log ends: oh" },
		{ { CHECKED("\"Status\":\"restarting\",\"ExitCode\":1") },
		  DRIVER_FAILED,
		  "the new one does not stay up: restarting, code 1; its log ends: oh" },
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
		{ DOCKER_RELEASE, VERB_ROLLBACK, { { LOOK, 404, "" } }, "", "the container to go back to is gone" },
		{ DOCKER_UNDO_RELEASE,
		  VERB_UPGRADE,
		  { { LOOK, 200, CONTAINER("web", NEW, STARTED("1")) } },
		  old,
		  "the old container is not back" },
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

#define OLD_AS(name, state) CONTAINER(name, OLD, state)
#define NEW_AS(name, state)                                                                                            \
	"{\"Id\":\"" NEW "\",\"Name\":\"/" name "\",\"State\":{" state "},\"Config\":{\"Labels\":{"                    \
	"\"org.opscon.managed\":\"true\"}}}"
#define UP "\"Status\":\"running\""
#define ENDED "\"Status\":\"exited\",\"ExitCode\":7"
#define RENAME(id, to) "POST /v1.41/containers/" id "/rename?name=" to " "

// One step: what is seen before it (NULL: not asked for; "": there is none), what is sent (NULL: nothing), and how it
// ends.
struct way {
	int primitive;
	enum verb verb;
	const char *current, *next, *kept, *sent, *detail;
};

static void add_look(struct script *f, const char *request, const char *container)
{
	if (container)
		script_append(f, (const struct line[]){ { request, container[0] ? 200 : 404, container }, { NULL } });
}

static void take_way(const struct way *way)
{
	const bool is_stop = way->primitive == DOCKER_UNDO_STOP;
	struct script f;

	script_set_up(&f);
	f.params.verb = way->verb;
	add_look(&f, LOOK, way->current);
	add_look(&f, LOOK_NEXT, way->next);
	add_look(&f, LOOK_KEPT, way->kept);
	if (way->sent)
		script_append(&f, (const struct line[]){ { way->sent, 204, "" }, { NULL } });
	add_look(&f, LOOK, RUNNING);
	if (is_stop || way->primitive == DOCKER_START_NEXT)
		add_look(&f, LOOK_NEXT, NEW_AS("web.opscon-new", UP));
	add_look(&f, LOOK_KEPT, "");
	if (way->detail && strstr(way->detail, "code 7") && way->verb == VERB_UPGRADE)
		script_append(&f,
			      (const struct line[]){ { "GET /v1.41/containers/" NEW "/logs", 200, "oh" }, { NULL } });
	script_take(&f, &(struct script_step){ way->primitive, "the old one is 0123456789ab", .timeout_ms = 60000 });
	script_assert_answer(&f, DRIVER_DONE, way->detail ? way->detail : "");
	ck_assert(f.answer.has_sight);
	ck_assert_str_eq(f.answer.sight.instance, INSTANCE);
	script_tear_down(&f);
}

#define POLICY(name, id, word)                                                                                         \
	"{\"Id\":\"" id "\",\"Name\":\"/" name "\",\"State\":{" ENDED                                                  \
	",\"StartedAt\":\"2026-01-01T00:00:01Z\"},\"HostConfig\":{\"RestartPolicy\":{\"Name\":\"" word "\"}}}"
#define UPDATE(id) "POST /v1.41/containers/" id "/update "

START_TEST(a_restart_policy_goes_and_comes_back)
{
	static const struct way ways[] = {
		{ DOCKER_HOLD, VERB_UPGRADE, POLICY("web", OLD, "always"), NULL, NULL, UPDATE(OLD), NULL },
		{ DOCKER_HOLD, VERB_UPGRADE, POLICY("web", OLD, "no"), NULL, NULL, NULL, "it was so already" },
		{ DOCKER_RELEASE, VERB_ROLLBACK, POLICY("web", OLD, "no"), NULL, NULL, UPDATE(OLD), NULL },
		{ DOCKER_RELEASE, VERB_ROLLBACK, POLICY("web", OLD, "always"), NULL, NULL, NULL, "it was so already" },
		{ DOCKER_UNDO_RELEASE, VERB_UPGRADE, POLICY("web", OLD, "no"), NULL, NULL, UPDATE(OLD), NULL },
		{ DOCKER_UNDO_HOLD, VERB_ROLLBACK, RUNNING, POLICY("web.opscon-new", NEW, "always"), "", UPDATE(NEW),
		  NULL },
		{ DOCKER_UNDO_HOLD, VERB_ROLLBACK, RUNNING, "", POLICY("web.opscon-previous", NEW, "no"), NULL,
		  "it was so already" },
		{ DOCKER_UNDO_HOLD, VERB_ROLLBACK, RUNNING, "", "", NULL, "there is none" },
	};

	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
		take_way(&ways[i]);
}
END_TEST

START_TEST(an_upgrade_goes_step_by_step)
{
	static const struct way ways[] = {
		{ DOCKER_REMOVE_KEPT, VERB_UPGRADE, RUNNING, NULL, OLD_AS("web.opscon-previous", ENDED),
		  "DELETE /v1.41/containers/" OLD " HTTP", NULL },
		{ DOCKER_REMOVE_KEPT, VERB_UPGRADE, RUNNING, NULL, "", NULL, "there is none" },
		{ DOCKER_KEEP, VERB_UPGRADE, EXITED, NEXT, NULL, RENAME(OLD, "web.opscon-previous"), NULL },
		{ DOCKER_PROMOTE, VERB_UPGRADE, "", NEXT, NULL, RENAME(NEW, "web"), NULL },
		{ DOCKER_START_NEXT, VERB_UPGRADE, RUNNING, NEXT, NULL, "POST /v1.41/containers/" NEW "/start", NULL },
	};

	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
		take_way(&ways[i]);
}
END_TEST

START_TEST(a_rollback_goes_step_by_step)
{
	static const struct way ways[] = {
		{ DOCKER_ASIDE, VERB_ROLLBACK, EXITED, NULL, NEW_AS("web.opscon-previous", ENDED),
		  RENAME(OLD, "web.opscon-new"), NULL },
		{ DOCKER_SHELVE, VERB_ROLLBACK, RUNNING, NEXT, "", RENAME(NEW, "web.opscon-previous"), NULL },
		{ DOCKER_SHELVE, VERB_ROLLBACK, RUNNING, "", "", NULL, "there is none" },
	};

	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
		take_way(&ways[i]);
}
END_TEST

START_TEST(the_way_back_goes_by_who_is_who)
{
	static const struct way ways[] = {
		// It had not come to anything.
		{ DOCKER_UNDO_ASIDE, VERB_UPGRADE, RUNNING, "", "", NULL, "it was never replaced" },
		{ DOCKER_UNDO_STOP, VERB_UPGRADE, RUNNING, "", NEW_AS("web.opscon-previous", UP), NULL,
		  "there is none" },
		{ DOCKER_UNDO_RESTORE, VERB_UPGRADE, RUNNING, "", "", NULL, "it was never replaced" },
		{ DOCKER_UNDO_REMOVE, VERB_UPGRADE, RUNNING, "", NULL, NULL, "there is none" },
		{ DOCKER_UNDO_SHELVE, VERB_ROLLBACK, RUNNING, "", NEW_AS("web.opscon-previous", ENDED), NULL,
		  "it was never taken" },
		// It had.
		{ DOCKER_UNDO_ASIDE, VERB_UPGRADE, NEW_AS("web", UP), "", OLD_AS("web.opscon-previous", ENDED),
		  RENAME(NEW, "web.opscon-new"), NULL },
		{ DOCKER_UNDO_STOP, VERB_UPGRADE, "", NEW_AS("web.opscon-new", UP),
		  OLD_AS("web.opscon-previous", ENDED), "POST /v1.41/containers/" NEW "/stop?t=10 ", NULL },
		{ DOCKER_UNDO_STOP, VERB_UPGRADE, "", NEW_AS("web.opscon-new", ENDED),
		  OLD_AS("web.opscon-previous", ENDED), NULL, "exited, code 7" },
		{ DOCKER_UNDO_RESTORE, VERB_UPGRADE, "", NEXT, OLD_AS("web.opscon-previous", ENDED), RENAME(OLD, "web"),
		  NULL },
		{ DOCKER_UNDO_START, VERB_UPGRADE, EXITED, NULL, NULL, START, NULL },
		{ DOCKER_UNDO_REMOVE, VERB_UPGRADE, RUNNING, NEXT, NULL, "DELETE /v1.41/containers/" NEW " HTTP",
		  NULL },
		// Of a rollback: the two have changed places, half or whole.
		{ DOCKER_UNDO_ASIDE, VERB_ROLLBACK, NEW_AS("web", UP), OLD_AS("web.opscon-new", ENDED), "",
		  RENAME(NEW, "web.opscon-previous"), NULL },
		{ DOCKER_UNDO_ASIDE, VERB_ROLLBACK, NEW_AS("web", UP), "", OLD_AS("web.opscon-previous", ENDED),
		  RENAME(NEW, "web.opscon-new"), NULL },
		{ DOCKER_UNDO_STOP, VERB_ROLLBACK, "", OLD_AS("web.opscon-new", ENDED),
		  NEW_AS("web.opscon-previous", UP), "POST /v1.41/containers/" NEW "/stop?t=10 ", NULL },
		{ DOCKER_UNDO_STOP, VERB_ROLLBACK, "", OLD_AS("web.opscon-new", ENDED),
		  NEW_AS("web.opscon-previous", ENDED), NULL, "exited, code 7" },
		{ DOCKER_UNDO_RESTORE, VERB_ROLLBACK, "", OLD_AS("web.opscon-new", ENDED),
		  NEW_AS("web.opscon-previous", ENDED), RENAME(OLD, "web"), NULL },
		{ DOCKER_UNDO_SHELVE, VERB_ROLLBACK, RUNNING, NEXT, "", RENAME(NEW, "web.opscon-previous"), NULL },
	};

	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
		take_way(&ways[i]);
}
END_TEST

START_TEST(one_is_made_where_there_is_none)
{
	static const struct {
		const char *container, *detail;
		enum driver_outcome outcome;
	} table[] = {
		{ NULL, "", DRIVER_DONE },
		{ RUNNING, "there is a container web already: remove it first", DRIVER_REFUSED },
	};

	for (size_t i = 0; i < 2; i++) {
		struct script f;

		script_set_up(&f);
		f.params.verb = VERB_CREATE;
		f.params.version = "web:2";
		add_look(&f, LOOK, table[i].container ? table[i].container : "");
		add_look(&f, IMAGE, HAS_IMAGE);
		if (table[i].outcome == DRIVER_DONE) {
			script_append(&f, (const struct line[]){
						  { "POST /v1.41/containers/create?name=web ", 201, "{}" }, { NULL } });
			add_look(&f, LOOK, CREATED);
			add_look(&f, LOOK_KEPT, "");
		}
		script_take(&f, &(struct script_step){ DOCKER_CREATE });
		script_assert_answer(&f, table[i].outcome, table[i].detail);
		script_tear_down(&f);
	}
}
END_TEST

START_TEST(who_goes_when_it_stops_is_not_stopped_to_come_back)
{
	static const char leaving[] = "{\"Id\":\"" OLD "\",\"Name\":\"/web\",\"State\":{" UP
				      "},\"HostConfig\":{\"AutoRemove\":true,\"PortBindings\":{\"1/tcp\":[]}}}";
	static const char published[] = "{\"Id\":\"" OLD "\",\"Name\":\"/web\",\"State\":{" UP
					"},\"HostConfig\":{\"PortBindings\":{\"1/tcp\":[]}}}";
	static const struct {
		int primitive;
		enum verb verb;
		const char *container, *detail;
	} table[] = {
		{ DOCKER_STOP, VERB_RESTART, leaving, "it removes itself when it stops" },
		{ DOCKER_CREATE_NEXT, VERB_UPGRADE, leaving, "it cannot be replaced: it removes itself when it stops" },
		{ DOCKER_CREATE_NEXT, VERB_UPGRADE, published,
		  "no second one can run beside it: it publishes port 1/tcp" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct script f;

		script_set_up(&f);
		f.params.verb = table[i].verb;
		f.params.version = "web:2";
		f.params.rollout.kind = ROLLOUT_BLUE_GREEN;
		add_look(&f, LOOK, table[i].container);
		if (table[i].primitive == DOCKER_CREATE_NEXT) {
			add_look(&f, LOOK_NEXT, "");
			add_look(&f, IMAGE, HAS_IMAGE);
		}
		script_take(&f, &(struct script_step){ table[i].primitive });
		script_assert_answer(&f, DRIVER_REFUSED, table[i].detail);
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
      a_plan_is_refused_for_what_was_seen, what_an_upgrade_has_left_behind_is_seen_before_the_next,
      a_new_one_is_looked_at_until_it_is_well_or_is_not, one_that_never_gets_well_has_its_time_limit,
      what_is_none_of_ours_is_left_alone, what_an_operation_has_made_it_takes_away_again,
      a_restart_policy_goes_and_comes_back, an_upgrade_goes_step_by_step, a_rollback_goes_step_by_step,
      the_way_back_goes_by_who_is_who, one_is_made_where_there_is_none,
      who_goes_when_it_stops_is_not_stopped_to_come_back, want_of_memory_is_an_answer_like_any_other)
