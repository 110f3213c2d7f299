// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "drivers/control_answer.h"
#include "drivers/http_recipe.h"

static const struct agent agent = { .control_url = "http://h:9/control" };

static const struct driver_sight sight = {
	.exists = true,
	.state = LIFECYCLE_RUNNING,
	.version = "1.4.2",
	.previous = "1.4.1",
	.instance = "3f2a",
};

static struct operation_params params_of(enum verb verb)
{
	return (struct operation_params){ .verb = verb, .version = "", .patch = "", .reason = "" };
}

START_TEST(every_verb_is_one_step_that_changes_something)
{
	for (int verb = 0; verb < VERB_COUNT; verb++) {
		struct operation_params params = params_of((enum verb)verb);
		struct driver_recipe recipe = { 0 };
		enum verb back;

		params.version = verb == VERB_UPGRADE ? "1.5.0" : "";
		params.patch = verb == VERB_CONFIGURE ? "{}" : "";
		ck_assert_int_eq(http_recipe(NULL, &agent, &params, &sight, false, &recipe), 0);
		ck_assert_uint_eq(recipe.n, 1);
		ck_assert(!recipe.is_short && recipe.steps[0].is_mutating);
		ck_assert_str_ne(recipe.steps[0].label, "");
		ck_assert_str_eq(recipe.steps[0].precondition, "it is instance 3f2a");
		ck_assert_uint_ge(recipe.steps[0].timeout_ms, 60000);
		ck_assert_int_eq(http_primitive_verb(recipe.steps[0].primitive, &back), 0);
		ck_assert_int_eq(back, verb);
	}
}
END_TEST

START_TEST(the_action_says_what_is_sent)
{
	struct operation_params params = params_of(VERB_UPGRADE);
	struct driver_recipe recipe = { 0 };

	params.version = "1.5.0";
	ck_assert_int_eq(http_recipe(NULL, &agent, &params, NULL, false, &recipe), 0);
	ck_assert_str_eq(recipe.steps[0].action, "POST http://h:9/control/upgrade, version 1.5.0");
	ck_assert_str_eq(recipe.steps[0].precondition, "");
}
END_TEST

START_TEST(some_verbs_can_be_taken_back)
{
	static const struct {
		enum verb verb;
		const char *action; // NULL: there is no way back
	} table[] = {
		{ VERB_CREATE, NULL },
		{ VERB_START, "POST http://h:9/control/stop" },
		{ VERB_STOP, "POST http://h:9/control/start" },
		{ VERB_RESTART, NULL },
		{ VERB_SUSPEND, "POST http://h:9/control/resume" },
		{ VERB_RESUME, "POST http://h:9/control/suspend" },
		{ VERB_UPGRADE, "POST http://h:9/control/rollback" },
		{ VERB_ROLLBACK, NULL },
		{ VERB_DELETE, NULL },
		{ VERB_CONFIGURE, NULL },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct operation_params params = params_of(table[i].verb);
		struct driver_recipe recipe = { 0 };
		int r;

		params.version = "2";
		r = http_recipe(NULL, &agent, &params, NULL, true, &recipe);
		ck_assert_int_eq(r, table[i].action ? 0 : -ENOTSUP);
		if (table[i].action)
			ck_assert_str_eq(recipe.steps[0].action, table[i].action);
		else
			ck_assert_str_eq(recipe.why, "nothing takes that back");
	}
}
END_TEST

START_TEST(what_cannot_be_is_not_planned)
{
	struct driver_sight first = sight;
	struct agent bare = { .control_url = NULL };
	struct operation_params params = params_of(VERB_ROLLBACK);
	struct driver_recipe recipe = { 0 };
	char longer[2 * CONTROL_URL_MAX] = "";

	memset(longer, 'x', sizeof longer - 1);
	first.previous[0] = '\0';
	ck_assert_int_eq(http_recipe(NULL, &agent, &params, &first, false, &recipe), -ENOTSUP);
	ck_assert_str_eq(recipe.why, "there is no version to go back to");
	ck_assert_int_eq(http_recipe(NULL, &bare, &params, &sight, false, &recipe), -ENOTSUP);
	params.verb = VERB_UPGRADE; // to no version
	ck_assert_int_eq(http_recipe(NULL, &agent, &params, &sight, false, &recipe), -ENOTSUP);
	params.version = "2"; // and back from a first version: it will be there then
	ck_assert_int_eq(http_recipe(NULL, &agent, &params, &first, true, &recipe), 0);
	params.verb = VERB_CONFIGURE;
	params.patch = "[1]";
	ck_assert_int_eq(http_recipe(NULL, &agent, &params, &sight, false, &recipe), -ENOTSUP);
	ck_assert_str_eq(recipe.why, "the patch is no JSON object");
	bare.control_url = longer;
	params.verb = VERB_START;
	ck_assert_int_eq(http_recipe(NULL, &bare, &params, &sight, false, &recipe), -ENOTSUP);
	params.verb = VERB_COUNT;
	ck_assert_int_eq(http_recipe(NULL, &agent, &params, &sight, false, &recipe), -ENOTSUP);
}
END_TEST

START_TEST(the_body_says_what_the_verb_needs)
{
	static const struct {
		enum verb verb, asked;
		const char *body;
	} table[] = {
		{ VERB_UPGRADE, VERB_UPGRADE, "{\"version\":\"1.5 \\\"x\\\"\",\"reason\":\"why\"}" },
		{ VERB_ROLLBACK, VERB_UPGRADE, "{\"reason\":\"why\"}" },
		{ VERB_STOP, VERB_STOP, "{\"version\":\"1.5 \\\"x\\\"\",\"force\":true,\"reason\":\"why\"}" },
		{ VERB_RESTART, VERB_UPGRADE, "{\"reason\":\"why\"}" },
		{ VERB_CONFIGURE, VERB_CONFIGURE, "{\"a\": 1}" },
	};
	struct bytes body;
	struct operation_params params;
	enum verb verb;

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		params = (struct operation_params){ .verb = table[i].asked,
						    .version = "1.5 \"x\"",
						    .reason = "why",
						    .patch = "{\"a\": 1}",
						    .is_forced = true };
		bytes_init(&body, 1000);
		ck_assert_int_eq(http_verb_body(table[i].verb, &params, &body), 0);
		ck_assert_str_eq(body.data, table[i].body);
		bytes_finish(&body);
	}
	params = params_of(VERB_CONFIGURE);
	bytes_init(&body, 1000);
	ck_assert_int_eq(http_verb_body(VERB_CONFIGURE, &params, &body), -EINVAL);
	bytes_finish(&body);
	ck_assert_str_eq(http_verb_method(VERB_CONFIGURE), "PATCH");
	ck_assert_str_eq(http_verb_path(VERB_CONFIGURE), "config");
	ck_assert_int_eq(http_primitive_verb(PRIMITIVE_VERIFY, &verb), -EINVAL);
	ck_assert_int_eq(http_primitive_verb(PRIMITIVE_DRIVER + VERB_COUNT, &verb), -EINVAL);
}
END_TEST

SUITE("http recipe", every_verb_is_one_step_that_changes_something, the_action_says_what_is_sent,
      some_verbs_can_be_taken_back, what_cannot_be_is_not_planned, the_body_says_what_the_verb_needs)
