// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "drivers/control_answer.h"

static int read_state(const char *body, struct control_state *out, char *why)
{
	return control_read_state(body, strlen(body), out, why);
}

static int read_operation(const char *body, struct control_operation *out, char *why)
{
	return control_read_operation(body, strlen(body), out, why);
}

START_TEST(a_state_is_read_whole)
{
	struct control_state state;
	char why[CONTROL_WHY_MAX];

	ck_assert_int_eq(
		read_state("{\"state\":\"Running\",\"version\":\"1.4.2\",\"previous\":\"1.4.1\",\"instance\":"
			   "\"3f2a\",\"started_at\":\"2026-11-25T10:00:00Z\",\"verbs\":[\"start\",\"Stop\",\"fly\"]}",
			   &state, why),
		0);
	ck_assert(state.sight.exists);
	ck_assert_int_eq(state.sight.state, LIFECYCLE_RUNNING);
	ck_assert_str_eq(state.sight.version, "1.4.2");
	ck_assert_str_eq(state.sight.previous, "1.4.1");
	ck_assert_str_eq(state.sight.instance, "3f2a");
	ck_assert(state.has_verbs);
	ck_assert_uint_eq(state.verbs, 1U << VERB_START | 1U << VERB_STOP);
	ck_assert_str_eq(why, "");
}
END_TEST

START_TEST(what_is_not_said_is_not_known)
{
	struct control_state state;
	char why[CONTROL_WHY_MAX];

	ck_assert_int_eq(read_state("{\"state\":\"stopped\",\"version\":null}", &state, why), 0);
	ck_assert(state.sight.exists && !state.has_verbs);
	ck_assert_str_eq(state.sight.version, "");
	ck_assert_str_eq(state.sight.instance, "");
	ck_assert_int_eq(read_state("{\"state\":\"revoked\"}", &state, why), 0);
	ck_assert(!state.sight.exists);
}
END_TEST

START_TEST(what_is_half_understood_is_refused)
{
	static const struct {
		const char *body, *why;
	} table[] = {
		{ "", "it is no JSON: " },
		{ "<html>", "it is no JSON: " },
		{ "{\"state\":\"running\"} x", "it is no JSON: " },
		{ "[]", "it is a list; expected an object" },
		{ "null", "it is null; expected an object" },
		{ "{}", "state is missing; expected running" },
		{ "{\"state\":1}", "state is a number; expected a string" },
		{ "{\"state\":\"flying\"}", "state is an unknown word" },
		{ "{\"state\":\"running\",\"version\":2}", "version is a number; expected a string" },
		{ "{\"state\":\"running\",\"instance\":\"a\\u001bb\"}", "instance is too long or not displayable" },
		{ "{\"state\":\"running\",\"instance\":\"a\\u0000\"}", "instance is too long or not displayable" },
		{ "{\"state\":\"running\",\"verbs\":\"start\"}", "verbs is a string; expected a list" },
		{ "{\"state\":\"running\",\"verbs\":[1]}", "one of verbs is a number; expected a string" },
	};
	struct control_state state;
	char why[CONTROL_WHY_MAX], longer[400];

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		ck_assert_int_eq(read_state(table[i].body, &state, why), -EINVAL);
		ck_assert_msg(strncmp(why, table[i].why, strlen(table[i].why)) == 0, "%s: %s", table[i].body, why);
	}
	snprintf(longer, sizeof longer, "{\"state\":\"running\",\"instance\":\"%0130d\"}", 0);
	ck_assert_int_eq(read_state(longer, &state, why), -EINVAL);
	ck_assert_int_eq(control_read_state(NULL, 0, &state, why), -EINVAL);
}
END_TEST

START_TEST(an_answer_over_the_limit_is_not_read)
{
	static char body[CONTROL_BODY_MAX + 2];
	struct control_state state;
	char why[CONTROL_WHY_MAX], said[CONTROL_MESSAGE_MAX];

	memset(body, ' ', sizeof body - 1);
	memcpy(body, "{\"state\":\"running\"}", 19);
	ck_assert_int_eq(control_read_state(body, sizeof body - 1, &state, why), -EINVAL);
	ck_assert_str_eq(why, "it is no JSON: too long");
	ck_assert_int_eq(control_read_state(body, sizeof body - 2, &state, why), 0);
	ck_assert(!control_read_problem(body, sizeof body - 1, said));
	ck_assert_str_eq(said, "");
}
END_TEST

START_TEST(an_operation_is_read_whole)
{
	struct control_operation op;
	char why[CONTROL_WHY_MAX];

	ck_assert_int_eq(
		read_operation("{\"status\":\"running\",\"progress\":40.5,\"message\":\"pulling\\nit\"}", &op, why), 0);
	ck_assert_int_eq(op.status, CONTROL_RUNNING);
	ck_assert_int_eq(op.percent, 40);
	ck_assert_str_eq(op.message, "pulling it");
	ck_assert(!op.has_state);
	ck_assert_int_eq(
		read_operation("{\"status\":\"SUCCEEDED\",\"agent\":{\"state\":\"running\",\"version\":\"2\"}}", &op,
			       why),
		0);
	ck_assert_int_eq(op.status, CONTROL_SUCCEEDED);
	ck_assert_int_eq(op.percent, -1);
	ck_assert(op.has_state);
	ck_assert_str_eq(op.state.sight.version, "2");
	ck_assert_int_eq(read_operation("{\"status\":\"failed\",\"error\":\"no such image\"}", &op, why), 0);
	ck_assert_int_eq(op.status, CONTROL_FAILED);
	ck_assert_str_eq(op.error, "no such image");
}
END_TEST

START_TEST(a_doubtful_operation_is_refused)
{
	static const struct {
		const char *body, *why;
	} table[] = {
		{ "{}", "status is missing" },
		{ "{\"status\":true}", "status is a boolean" },
		{ "{\"status\":\"done\"}", "status is an unknown word" },
		{ "{\"status\":\"running\",\"progress\":\"40\"}", "progress is a string" },
		{ "{\"status\":\"running\",\"progress\":101}", "progress is out of range" },
		{ "{\"status\":\"running\",\"progress\":-1}", "progress is out of range" },
		{ "{\"status\":\"failed\",\"error\":{}}", "error is an object" },
		{ "{\"status\":\"succeeded\",\"agent\":[]}", "agent is a list" },
		{ "{\"status\":\"succeeded\",\"agent\":{\"state\":\"x\"}}", "state is an unknown word" },
		{ "7", "it is a number" },
	};
	struct control_operation op;
	char why[CONTROL_WHY_MAX];

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		ck_assert_int_eq(read_operation(table[i].body, &op, why), -EINVAL);
		ck_assert_msg(strncmp(why, table[i].why, strlen(table[i].why)) == 0, "%s: %s", table[i].body, why);
	}
}
END_TEST

START_TEST(a_problem_is_told_in_its_own_words)
{
	static const struct {
		const char *body, *said;
		bool is_failed;
	} table[] = {
		{ "", "", false },
		{ "{\"type\":\"about:blank\",\"title\":\"Conflict\",\"detail\":\"it is stopping\"}", "it is stopping",
		  false },
		{ "{\"title\":\"Conflict\"}", "Conflict", false },
		{ "{\"error\":\"no\",\"status\":\"failed\"}", "no", true },
		{ "{\"detail\":7,\"message\":\"well\"}", "well", false },
		{ "{\"status\":500}", "", false },
		{ "[\"failed\"]", "", false },
		{ "not now\nline two\n", "not now", false },
		{ "no\x1b[2J", "no^[[2J", false },
		{ "<html><body>Bad Gateway</body></html>", "", false },
	};
	char said[CONTROL_MESSAGE_MAX];

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		bool is_failed = control_read_problem(table[i].body, strlen(table[i].body), said);

		ck_assert_str_eq(said, table[i].said);
		ck_assert_msg(is_failed == table[i].is_failed, "%s", table[i].body);
	}
	ck_assert(!control_read_problem(NULL, 0, said));
}
END_TEST

START_TEST(addresses_are_made_below_the_endpoint)
{
	char url[CONTROL_URL_MAX], longer[CONTROL_URL_MAX];

	ck_assert_int_eq(control_url("http://h:1/control", "start", url), 0);
	ck_assert_str_eq(url, "http://h:1/control/start");
	ck_assert_int_eq(control_url("http://h:1/control/", "start", url), 0);
	ck_assert_str_eq(url, "http://h:1/control/start");
	ck_assert_int_eq(control_url("http://h:1/c?unit=x", "config", url), 0);
	ck_assert_str_eq(url, "http://h:1/c/config?unit=x");
	memset(longer, 'x', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	ck_assert_int_eq(control_url(longer, "start", url), -EINVAL);
}
END_TEST

START_TEST(a_location_leads_nowhere_else)
{
	static const struct {
		const char *location, *url; // NULL: refused
	} table[] = {
		{ "/control/operations/7", "http://h:9/control/operations/7" },
		{ "/o?id=7", "http://h:9/o?id=7" },
		{ "http://h:9/o/7", "http://h:9/o/7" },
		{ "HTTP://H:9/o", "http://h:9/o" },
		{ "https://h:9/o", NULL },
		{ "http://h/o", NULL },
		{ "http://h:9@evil/o", NULL },
		{ "http://me:pw@h:9/o", NULL },
		{ "//evil/o", NULL },
		{ "/\\evil", NULL },
		{ "http:\\\\evil", NULL },
		{ "operations/7", NULL },
		{ "file:///etc/passwd", NULL },
		{ "/a b", NULL },
		{ "/a\x80", NULL },
		{ "", NULL },
	};
	char url[CONTROL_URL_MAX];

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		int r = control_follow("http://h:9/control", table[i].location, url);

		ck_assert_msg(r == (table[i].url ? 0 : -EINVAL), "%s", table[i].location);
		if (table[i].url)
			ck_assert_str_eq(url, table[i].url);
	}
	ck_assert_int_eq(control_follow("ftp://h", "/o", url), -EINVAL);
}
END_TEST

SUITE("control answer", a_state_is_read_whole, what_is_not_said_is_not_known, what_is_half_understood_is_refused,
      an_answer_over_the_limit_is_not_read, an_operation_is_read_whole, a_doubtful_operation_is_refused,
      a_problem_is_told_in_its_own_words, addresses_are_made_below_the_endpoint, a_location_leads_nowhere_else)
