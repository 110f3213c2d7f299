// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "drivers/docker_recipe.h"

#define DIGITS "22222222222222222222222222222222222222222222222222222222222222aa"

struct fixture {
	struct docker_memory memory;
	struct agent agent;
	struct operation_params params;
	struct driver_sight sight;
	struct driver_recipe recipe;
	char text[4096];
};

static void set_up(struct fixture *f, enum verb verb)
{
	*f = (struct fixture){
		.agent = { .control_target = "web" },
		.params = { .verb = verb, .version = "", .patch = "", .reason = "" },
		.sight = { .exists = verb != VERB_CREATE,
			   .state = LIFECYCLE_RUNNING,
			   .version = "web:1@sha256:111111111111",
			   .instance = "0123456789ab/2026-01-01T00:00:00Z" },
	};
}

static int make(struct fixture *f, bool is_undo)
{
	int r;

	f->recipe.n = f->recipe.used = 0;
	r = docker_recipe(&f->memory, &f->agent, &f->params, &f->sight, is_undo, &f->recipe);
	ck_assert(!f->recipe.is_short);
	return r;
}

// "Stop, Start": the steps' labels; or why not.
static const char *labels_of(struct fixture *f, bool is_undo)
{
	int r = make(f, is_undo);

	f->text[0] = '\0';
	if (r < 0) {
		ck_assert_int_eq(r, -ENOTSUP);
		return f->recipe.why;
	}
	for (size_t i = 0; i < f->recipe.n; i++) {
		strcat(f->text, i ? ", " : "");
		strcat(f->text, f->recipe.steps[i].label);
		ck_assert_uint_gt(f->recipe.steps[i].timeout_ms, 0);
	}
	return f->text;
}

START_TEST(each_verb_has_its_steps_and_its_way_back)
{
	static const struct {
		enum verb verb;
		const char *steps, *undo;
	} table[] = {
		{ VERB_CREATE, "Create", "Remove" },
		{ VERB_START, "Start", "Stop" },
		{ VERB_STOP, "Stop", "Start" },
		{ VERB_RESTART, "Stop, Start", "" },
		{ VERB_SUSPEND, "Pause", "Unpause" },
		{ VERB_RESUME, "Unpause", "Pause" },
		{ VERB_UPGRADE, "Create new, Stop, Keep old, Name new, Start new",
		  "Set aside, Stop it, Bring back, Start old, Remove new" },
		{ VERB_ROLLBACK, "Stop, Set aside, Bring back, Keep newer, Start new",
		  "Set aside, Stop it, Bring back, Start old, Keep again" },
		{ VERB_DELETE, "Stop, Remove", "" },
		{ VERB_CONFIGURE, "a container has no such thing", "a container has no such thing" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct fixture f;

		set_up(&f, table[i].verb);
		f.params.version = table[i].verb == VERB_CREATE || table[i].verb == VERB_UPGRADE ? "web:2" : "";
		strcpy(f.sight.previous, table[i].verb == VERB_ROLLBACK ? "web:0" : "");
		ck_assert_str_eq(labels_of(&f, false), table[i].steps);
		ck_assert_str_eq(labels_of(&f, true), table[i].undo);
	}
}
END_TEST

START_TEST(steps_say_exactly_what_is_done)
{
	struct fixture f;
	const struct plan_step *steps = f.recipe.steps;

	set_up(&f, VERB_UPGRADE);
	f.params.version = "2";
	strcpy(f.sight.previous, "web:0@sha256:000000000000");
	docker_remember_image(&f.memory, "web:2", "sha256:" DIGITS);
	ck_assert_str_eq(labels_of(&f, false), "Create new, Stop, Drop older, Keep old, Name new, Start new");
	ck_assert_str_eq(steps[0].action, "POST /containers/create?name=web.opscon-new, image web:2, settings of web");
	ck_assert_str_eq(steps[0].precondition,
			 "it is instance 0123456789ab/2026-01-01T00:00:00Z, web:2 is sha256:" DIGITS);
	ck_assert(docker_step_has_image(&steps[0]));
	ck_assert(docker_step_names_image(&steps[0], "sha256:" DIGITS));
	ck_assert(!docker_step_names_image(&steps[0], "sha256:22"));
	ck_assert(!docker_step_names_image(&steps[0], ""));
	ck_assert_str_eq(steps[1].action, "POST /containers/web/stop, killed after 10 s or its own stop timeout");
	ck_assert_str_eq(steps[2].action, "DELETE /containers/web.opscon-previous");
	ck_assert_str_eq(steps[3].action, "POST /containers/web/rename?name=web.opscon-previous");
	ck_assert_str_eq(steps[4].action, "POST /containers/web.opscon-new/rename?name=web");
	ck_assert_str_eq(steps[5].action, "POST /containers/web/start");
	for (size_t i = 0; i < f.recipe.n; i++)
		ck_assert(steps[i].is_mutating);
	ck_assert_int_eq(make(&f, true), 0);
	for (size_t i = 0; i < f.recipe.n; i++) {
		ck_assert_str_eq(steps[i].precondition, "the old one is 0123456789ab");
		ck_assert(docker_step_names(&steps[i], "0123456789abcdef"));
		ck_assert(!docker_step_names(&steps[i], "9123456789abcdef"));
		ck_assert(!docker_step_names(&steps[i], "0123"));
	}
	docker_memory_finish(&f.memory);
}
END_TEST

START_TEST(who_is_always_restarted_is_not_while_it_is_kept)
{
	static const struct {
		enum verb verb;
		enum rollout_kind kind;
		const char *steps, *undo;
	} table[] = {
		{ VERB_UPGRADE, ROLLOUT_ROLLING, "Create new, Stop, No restart, Keep old, Name new, Start new",
		  "Set aside, Stop it, Bring back, Restart on, Start old, Remove new" },
		{ VERB_UPGRADE, ROLLOUT_BLUE_GREEN,
		  "Create new, Start new, Check new, Stop, No restart, Keep old, Name new",
		  "Set aside, Bring back, Restart on, Start old, Stop it, Remove new" },
		{ VERB_ROLLBACK, ROLLOUT_ROLLING,
		  "Stop, No restart, Set aside, Bring back, Restart on, Keep newer, Start new",
		  "Set aside, Stop it, Bring back, Restart on, Start old, No restart, Keep again" },
		{ VERB_STOP, ROLLOUT_ROLLING, "Stop", "Start" },
	};
	const struct docker_container container = { .exists = true, .is_always_restarted = true };

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct fixture f;

		set_up(&f, table[i].verb);
		docker_remember(&f.memory, "web", &container);
		f.params.version = table[i].verb == VERB_UPGRADE ? "web:2" : "";
		f.params.rollout.kind = table[i].kind;
		strcpy(f.sight.previous, table[i].verb == VERB_ROLLBACK ? "web:0" : "");
		ck_assert_str_eq(labels_of(&f, false), table[i].steps);
		ck_assert_str_eq(labels_of(&f, true), table[i].undo);
		docker_memory_finish(&f.memory);
	}
}
END_TEST

START_TEST(the_longest_names_have_room)
{
	const struct docker_container container = { .exists = true, .is_always_restarted = true };
	char name[DOCKER_TARGET_MAX];
	struct fixture f;

	set_up(&f, VERB_UPGRADE);
	memset(name, 'a', sizeof name);
	name[sizeof name - 1] = '\0';
	f.agent.control_target = name;
	f.params.version = "web:2";
	strcpy(f.sight.previous, "web:0");
	docker_remember(&f.memory, name, &container);
	docker_remember_image(&f.memory, "web:2", "sha256:" DIGITS);
	ck_assert_int_eq(make(&f, false), 0);
	ck_assert_int_eq(make(&f, true), 0);
	docker_memory_finish(&f.memory);
}
END_TEST

START_TEST(beside_the_old_one_the_new_one_is_checked_first)
{
	struct fixture f;

	set_up(&f, VERB_UPGRADE);
	f.params.version = "web:2";
	f.params.rollout.kind = ROLLOUT_BLUE_GREEN;
	ck_assert_str_eq(labels_of(&f, false), "Create new, Start new, Check new, Stop, Keep old, Name new");
	ck_assert(!f.recipe.steps[2].is_mutating);
	ck_assert_str_eq(labels_of(&f, true), "Set aside, Bring back, Start old, Stop it, Remove new");
}
END_TEST

START_TEST(a_forced_stop_kills)
{
	struct fixture f;

	set_up(&f, VERB_STOP);
	f.params.is_forced = true;
	ck_assert_str_eq(labels_of(&f, false), "Kill");
	ck_assert_str_eq(f.recipe.steps[0].action, "POST /containers/web/kill");
	ck_assert_str_eq(labels_of(&f, true), "Start");
	set_up(&f, VERB_DELETE);
	f.params.is_forced = true;
	strcpy(f.sight.previous, "web:0");
	ck_assert_str_eq(labels_of(&f, false), "Kill, Remove, Drop older");
}
END_TEST

START_TEST(who_was_stopped_is_not_started_on_the_way_back)
{
	struct fixture f;

	set_up(&f, VERB_UPGRADE);
	f.params.version = "web:2";
	f.sight.state = LIFECYCLE_STOPPED;
	ck_assert_str_eq(labels_of(&f, true), "Set aside, Stop it, Bring back, Remove new");
}
END_TEST

START_TEST(without_a_look_there_is_no_way_back)
{
	struct fixture f;

	set_up(&f, VERB_UPGRADE);
	f.params.version = "web:2";
	f.recipe.n = f.recipe.used = 0;
	ck_assert_int_eq(docker_recipe(&f.memory, &f.agent, &f.params, NULL, false, &f.recipe), 0);
	ck_assert_uint_eq(f.recipe.n, 6); // what may be there is removed
	ck_assert_int_eq(docker_recipe(&f.memory, &f.agent, &f.params, NULL, true, &f.recipe), -ENOTSUP);
}
END_TEST

START_TEST(what_cannot_be_done_has_a_reason)
{
	static const struct {
		enum verb verb;
		const char *version, *why;
	} table[] = {
		{ VERB_UPGRADE, "", "no image was named" },
		{ VERB_UPGRADE, "a b", "a b is no image" },
		{ VERB_UPGRADE, "web:9", "there is no image web:9: pull it first" },
		{ VERB_UPGRADE, "9", "there is no image web:9: pull it first" },
		{ VERB_UPGRADE, "web:1", "it has that image already" },
		{ VERB_UPGRADE, "web:2", "it cannot be replaced: of this" },
		{ VERB_CREATE, "web:9", "there is no image web:9: pull it first" },
		{ VERB_ROLLBACK, "", "there is no container web.opscon-previous to go back to" },
	};
	struct docker_container container = { .exists = true };

	strcpy(container.why_not_copied, "of this");
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct fixture f;

		set_up(&f, table[i].verb);
		f.params.version = table[i].version;
		docker_remember(&f.memory, "web", &container);
		docker_remember_image(&f.memory, "web:9", "");
		docker_remember_image(&f.memory, "web:1", "sha256:1111111111112222");
		ck_assert_str_eq(labels_of(&f, false), table[i].why);
		docker_memory_finish(&f.memory);
	}
}
END_TEST

START_TEST(who_goes_when_it_stops_does_not_come_back)
{
	static const enum verb verbs[] = { VERB_RESTART, VERB_ROLLBACK };
	const struct docker_container container = { .exists = true, .is_self_removing = true };

	for (size_t i = 0; i < 2; i++) {
		struct fixture f;

		set_up(&f, verbs[i]);
		strcpy(f.sight.previous, "web:0");
		docker_remember(&f.memory, "web", &container);
		ck_assert_str_eq(labels_of(&f, false), "it removes itself when it stops");
		f.params.verb = VERB_STOP;
		ck_assert_str_eq(labels_of(&f, false), "Stop");
		docker_memory_finish(&f.memory);
	}
}
END_TEST

START_TEST(no_second_one_beside_what_cannot_be_shared)
{
	struct docker_container container = { .exists = true };
	struct fixture f;

	strcpy(container.why_not_beside, "it publishes port 80/tcp");
	set_up(&f, VERB_UPGRADE);
	f.params.version = "web:2";
	docker_remember(&f.memory, "web", &container);
	ck_assert_str_eq(labels_of(&f, false), "Create new, Stop, Keep old, Name new, Start new");
	f.params.rollout.kind = ROLLOUT_BLUE_GREEN;
	ck_assert_str_eq(labels_of(&f, false), "no second one can run beside it: it publishes port 80/tcp");
	docker_memory_finish(&f.memory);
}
END_TEST

START_TEST(what_is_there_or_not_there_decides)
{
	struct fixture f;

	set_up(&f, VERB_CREATE);
	f.params.version = "web:2";
	f.sight.exists = true;
	ck_assert_str_eq(labels_of(&f, false), "there is already a container web");
	set_up(&f, VERB_STOP);
	f.sight.exists = false;
	ck_assert_str_eq(labels_of(&f, false), "there is no container web");
	f.agent.control_target = NULL;
	ck_assert_str_eq(labels_of(&f, false), "no container is named for it");
	f.agent.control_target = "-x";
	ck_assert_uint_eq(docker_verbs(&f.agent), 0);
	f.agent.control_target = "web";
	ck_assert_uint_eq(docker_verbs(&f.agent), ((1U << VERB_COUNT) - 1) & ~(1U << VERB_CONFIGURE));
	f.params.verb = VERB_COUNT;
	ck_assert_str_eq(labels_of(&f, false), "a container has no such thing");
}
END_TEST

START_TEST(what_was_seen_last_is_remembered)
{
	struct docker_container container = { .exists = true, .is_self_removing = true };
	struct docker_memory memory = { 0 };
	char name[20];

	ck_assert_ptr_null(docker_recall(&memory, "web"));
	ck_assert_ptr_null(docker_recall_image(&memory, "web:1"));
	docker_remember(&memory, "web", &container);
	ck_assert(docker_recall(&memory, "web")->is_self_removing);
	container.is_self_removing = false;
	docker_remember(&memory, "web", &container);
	ck_assert(!docker_recall(&memory, "web")->is_self_removing);
	container.exists = false;
	docker_remember(&memory, "web", &container);
	docker_remember(&memory, "web", &container);
	ck_assert_ptr_null(docker_recall(&memory, "web"));
	for (int i = 0; i <= DOCKER_IMAGES_MAX; i++) {
		snprintf(name, sizeof name, "image:%d", i);
		docker_remember_image(&memory, name, "sha256:1");
	}
	docker_remember_image(&memory, "image:7", "");
	ck_assert_str_eq(docker_recall_image(&memory, "image:7"), "");
	ck_assert_ptr_null(docker_recall_image(&memory, "image:0")); // the oldest has made room
	ck_assert_str_eq(docker_recall_image(&memory, name), "sha256:1");
	docker_memory_finish(&memory);
}
END_TEST

START_TEST(what_cannot_be_kept_is_not_known)
{
	const struct docker_container container = { .exists = true };

	for (long n = 0; n < 5; n++) {
		struct docker_memory memory = { 0 };

		mem_fail_after(n);
		docker_remember(&memory, "web", &container);
		mem_fail_after(0);
		docker_remember_image(&memory, "web:1", "sha256:1");
		mem_fail_after(-1);
		ck_assert_ptr_null(docker_recall_image(&memory, "web:1"));
		docker_memory_finish(&memory);
	}
}
END_TEST

SUITE("docker recipes", each_verb_has_its_steps_and_its_way_back, steps_say_exactly_what_is_done,
      who_is_always_restarted_is_not_while_it_is_kept, the_longest_names_have_room,
      beside_the_old_one_the_new_one_is_checked_first, a_forced_stop_kills,
      who_was_stopped_is_not_started_on_the_way_back, without_a_look_there_is_no_way_back,
      what_cannot_be_done_has_a_reason, who_goes_when_it_stops_does_not_come_back,
      no_second_one_beside_what_cannot_be_shared, what_is_there_or_not_there_decides, what_was_seen_last_is_remembered,
      what_cannot_be_kept_is_not_known)
