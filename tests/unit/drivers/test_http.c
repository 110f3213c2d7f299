// SPDX-License-Identifier: Apache-2.0
/* The driver against a scripted agent: one rule an address, so what a verb is answered depends on its path. */
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "drivers/http.h"
#include "drivers/http_recipe.h"
#include "poll/http.h"
#include "tests/support/http_server.h"

#define ANSWER(status, headers, length, body)                                                                          \
	"HTTP/1.1 " status "\r\n" headers "Content-Type: application/json\r\nContent-Length: " length "\r\n\r\n" body
#define STATE "{\"state\":\"running\",\"version\":\"1.4.2\",\"previous\":\"1.4.1\",\"instance\":\"a\"}" // 71 bytes
#define LOOK ANSWER("200 OK", "ETag: \"a.1\"\r\n", "71", STATE)
#define ACCEPTED(where) "HTTP/1.1 202 Accepted\r\nLocation: " where "\r\nContent-Length: 0\r\n\r\n"

struct fixture {
	uv_loop_t loop;
	struct http_server server;
	struct http_client *client;
	struct driver *driver;
	struct agent agent;
	char url[128];
	struct driver_answer answer;
	int n_answers;
	bool is_done, is_closed;
	char output[2000];
	const char *until;          // when this is said,
	struct server_rule *change; // the rule answers with these
	const char *changed;
	struct driver_run *cancelled; // or this is cancelled
};

static void done_cb(void *ctx, const struct driver_answer *answer)
{
	struct fixture *f = ctx;

	f->answer = *answer;
	f->n_answers++;
	f->is_done = true;
}

static void output_cb(void *ctx, const char *line)
{
	struct fixture *f = ctx;
	size_t n = strlen(f->output);

	snprintf(f->output + n, sizeof f->output - n, "%s\n", line);
	if (!f->until || !strstr(line, f->until))
		return;
	if (f->change)
		f->change->bytes = f->changed;
	else
		f->driver->class->cancel(f->cancelled);
	f->is_done |= f->cancelled != NULL;
}

static void set_up(struct fixture *f, const struct server_rule *rules, size_t n_rules)
{
	struct driver_options options = { .loop = &f->loop };

	*f = (struct fixture){ .n_answers = 0 };
	options.loop = &f->loop;
	ck_assert_int_eq(uv_loop_init(&f->loop), 0);
	http_server_start(&f->server, &f->loop, rules, n_rules);
	ck_assert_int_eq(http_client_create(&f->loop, NULL, &f->client), 0);
	options.client = f->client;
	ck_assert_int_eq(http_driver_create(&options, &f->driver), 0);
	f->agent.control_url = http_server_url(&f->server, "/control", f->url, sizeof f->url);
}

static void closed_cb(void *ctx)
{
	struct fixture *f = ctx;

	f->is_closed = true;
	http_client_close(f->client, NULL, NULL);
}

static void tear_down(struct fixture *f)
{
	f->driver->class->close(f->driver, closed_cb, f);
	loop_run_until(&f->loop, &f->is_closed);
	http_server_stop(&f->server);
	loop_finish(&f->loop);
}

struct step {
	uint16_t primitive;
	enum verb verb;
	const char *expected; // NULL: any instance
	uint32_t timeout_ms;  // 0: 10 s
};

static struct operation_params params;
static struct plan_step plan_step;

static int begin(struct fixture *f, const struct step *step, struct driver_run **run)
{
	const struct driver_listener listener = { done_cb, output_cb, f };
	const struct driver_request request = { .agent = &f->agent,
						.params = &params,
						.step = &plan_step,
						.idempotency_key = "op-7.3.1",
						.expected_instance = step->expected ? step->expected : "" };
	int r;

	params = (struct operation_params){
		.verb = step->verb, .version = "1.5.0", .patch = "{\"level\":1}", .reason = "because"
	};
	plan_step = (struct plan_step){
		.primitive = step->primitive ? step->primitive : http_primitive(step->verb),
		.timeout_ms = step->timeout_ms ? step->timeout_ms : 10000,
	};
	f->is_done = false;
	f->output[0] = '\0';
	r = f->driver->class->begin(f->driver, &request, &listener, run);
	ck_assert_msg(!f->is_done, "no answer comes from begin()");
	return r;
}

static const struct driver_answer *carry_out(struct fixture *f, const struct step *step)
{
	struct driver_run *run;

	ck_assert_int_eq(begin(f, step, &run), 0);
	loop_run_until(&f->loop, &f->is_done);
	ck_assert_msg(strlen(f->answer.detail) < sizeof f->answer.detail, "terminated");
	return &f->answer;
}

START_TEST(an_agent_is_seen)
{
	static const struct server_rule rules[] = { { .path = "/control", .bytes = LOOK } };
	struct fixture f;
	const struct driver_answer *answer;

	set_up(&f, rules, 1);
	f.agent.authorization = "Bearer token";
	answer = carry_out(&f, &(struct step){ .primitive = PRIMITIVE_OBSERVE });
	ck_assert_int_eq(answer->outcome, DRIVER_DONE);
	ck_assert(answer->has_sight && answer->sight.exists);
	ck_assert_int_eq(answer->sight.state, LIFECYCLE_RUNNING);
	ck_assert_str_eq(answer->sight.version, "1.4.2");
	ck_assert_str_eq(answer->sight.previous, "1.4.1");
	ck_assert_str_eq(answer->sight.instance, "a");
	ck_assert_ptr_nonnull(strstr(f.server.last_request, "GET /control HTTP/1.1\r\n"));
	ck_assert_ptr_nonnull(strstr(f.server.last_request, "Authorization: Bearer token\r\n"));
	tear_down(&f);
}
END_TEST

// What stands in the way of looking; then nothing else is sent either.
static const struct {
	struct server_rule rule;
	const char *detail;
} blind[] = {
	{ { .bytes = ANSWER("401 No", "", "20", "{\"detail\":\"who now\"}") },
	  "its state cannot be asked for: HTTP 401: who now" },
	{ { .bytes = ANSWER("404 Not Found", "", "0", "") }, "its state cannot be asked for: HTTP 404" },
	{ { .bytes = ANSWER("503 No", "", "0", "") }, "its state cannot be asked for: HTTP 503" },
	{ { .bytes = ANSWER("302 Go", "Location: http://h/\r\n", "0", "") },
	  "its state cannot be asked for: HTTP 302" },
	{ { .bytes = ANSWER("200 OK", "", "2", "{}") },
	  "its state cannot be read: state is missing; expected running, stopped, ..." },
	{ { .bytes = ANSWER("200 OK", "", "6", "<html>") }, "its state cannot be read: it is no JSON: " },
	{ { .bytes = ANSWER("200 OK", "", "99", "{"), .then = SERVER_CLOSE }, "its state cannot be asked for: " },
	{ { .bytes = "", .then = SERVER_RESET }, "its state cannot be asked for: connection reset" },
	{ { .bytes = "HTTP/1.1 200 OK\r\n\r\n", .filler = STATE, .then = SERVER_FLOOD },
	  "its state cannot be asked for: " },
	{ { .bytes = "" }, "its state cannot be asked for: " }, // times out
};

START_TEST(an_agent_that_cannot_be_seen_is_not_touched)
{
	for (size_t i = 0; i < sizeof blind / sizeof blind[0]; i++) {
		struct server_rule rules[] = { blind[i].rule };
		struct step look = { .primitive = PRIMITIVE_OBSERVE,
				     .timeout_ms = i + 1 == sizeof blind / sizeof blind[0] ? 100 : 0 };
		struct step stop = { .verb = VERB_STOP, .timeout_ms = look.timeout_ms };
		struct fixture f;
		const struct driver_answer *answer;

		rules[0].path = "/control"; // a POST to /control/stop would end the test: it has no rule
		set_up(&f, rules, 1);
		answer = carry_out(&f, &look);
		ck_assert_int_eq(answer->outcome, DRIVER_REFUSED);
		ck_assert_msg(strncmp(answer->detail, blind[i].detail, strlen(blind[i].detail)) == 0, "%s",
			      answer->detail);
		ck_assert(!answer->has_sight);
		ck_assert_int_eq(carry_out(&f, &stop)->outcome, DRIVER_REFUSED);
		ck_assert_uint_eq(f.server.n_requests, 2);
		tear_down(&f);
	}
}
END_TEST

START_TEST(what_is_gone_is_seen_to_be_gone)
{
	static const struct server_rule rules[] = {
		{ .path = "/control", .bytes = ANSWER("410 Gone", "", "0", "") },
		{ .path = "/control/create", .bytes = ANSWER("201 Created", "", "71", STATE) },
	};
	struct fixture f;
	const struct driver_answer *answer;

	set_up(&f, rules, 2);
	answer = carry_out(&f, &(struct step){ .primitive = PRIMITIVE_OBSERVE });
	ck_assert_int_eq(answer->outcome, DRIVER_DONE);
	ck_assert(answer->has_sight && !answer->sight.exists);
	answer = carry_out(&f, &(struct step){ .verb = VERB_START });
	ck_assert_int_eq(answer->outcome, DRIVER_REFUSED);
	ck_assert_str_eq(answer->detail, "it is gone");
	answer = carry_out(&f, &(struct step){ .verb = VERB_CREATE });
	ck_assert_int_eq(answer->outcome, DRIVER_DONE);
	ck_assert(answer->sight.exists);
	ck_assert_ptr_null(strstr(f.server.last_request, "If-Match"));
	tear_down(&f);
}
END_TEST

START_TEST(a_verb_is_asked_once_with_key_tag_and_body)
{
	static const struct server_rule rules[] = {
		{ .path = "/control", .bytes = LOOK },
		{ .path = "/control/upgrade", .bytes = ANSWER("200 OK", "", "71", STATE) },
		{ .path = "/control/config", .bytes = "HTTP/1.1 204 No Content\r\n\r\n" },
	};
	struct fixture f;
	const struct driver_answer *answer;

	set_up(&f, rules, 3);
	f.agent.authorization = "Bearer token";
	answer = carry_out(&f, &(struct step){ .verb = VERB_UPGRADE, .expected = "a" });
	ck_assert_int_eq(answer->outcome, DRIVER_DONE);
	ck_assert(answer->has_sight);
	ck_assert_ptr_nonnull(strstr(f.server.last_request, "POST /control/upgrade HTTP/1.1\r\n"));
	ck_assert_ptr_nonnull(strstr(f.server.last_request, "Idempotency-Key: op-7.3.1\r\n"));
	ck_assert_ptr_nonnull(strstr(f.server.last_request, "If-Match: \"a.1\"\r\n"));
	ck_assert_ptr_nonnull(strstr(f.server.last_request, "Authorization: Bearer token\r\n"));
	ck_assert_ptr_nonnull(strstr(f.server.last_request, "Content-Type: application/json\r\n"));
	ck_assert_ptr_nonnull(strstr(f.server.last_request, "\r\n\r\n{\"version\":\"1.5.0\",\"reason\":\"because\"}"));
	ck_assert_uint_eq(f.server.n_accepted, 2); // each on a connection of its own
	answer = carry_out(&f, &(struct step){ .verb = VERB_CONFIGURE });
	ck_assert_int_eq(answer->outcome, DRIVER_DONE);
	ck_assert(!answer->has_sight);
	ck_assert_ptr_nonnull(strstr(f.server.last_request, "PATCH /control/config HTTP/1.1\r\n"));
	ck_assert_ptr_nonnull(strstr(f.server.last_request, "Content-Type: application/merge-patch+json\r\n"));
	ck_assert_ptr_nonnull(strstr(f.server.last_request, "\r\n\r\n{\"level\":1}"));
	ck_assert_uint_eq(f.server.n_requests, 4);
	tear_down(&f);
}
END_TEST

START_TEST(another_instance_is_not_touched)
{
	static const struct server_rule rules[] = { { .path = "/control", .bytes = LOOK } };
	struct fixture f;
	const struct driver_answer *answer;

	set_up(&f, rules, 1);
	answer = carry_out(&f, &(struct step){ .verb = VERB_STOP, .expected = "b" });
	ck_assert_int_eq(answer->outcome, DRIVER_REFUSED);
	ck_assert_str_eq(answer->detail, "it is another one now: instance a instead of b");
	tear_down(&f);
}
END_TEST

START_TEST(a_weak_tag_is_no_precondition)
{
	static const struct server_rule rules[] = {
		{ .path = "/control", .bytes = ANSWER("200 OK", "ETag: W/\"a.1\"\r\n", "71", STATE) },
		{ .path = "/control/stop", .bytes = "HTTP/1.1 204 No Content\r\n\r\n" },
	};
	struct fixture f;

	set_up(&f, rules, 2);
	ck_assert_int_eq(carry_out(&f, &(struct step){ .verb = VERB_STOP })->outcome, DRIVER_DONE);
	ck_assert_ptr_null(strstr(f.server.last_request, "If-Match"));
	tear_down(&f);
}
END_TEST

START_TEST(what_it_does_not_offer_is_not_asked)
{
	static const struct server_rule rules[] = {
		{ .path = "/control",
		  .bytes = ANSWER("200 OK", "", "37", "{\"state\":\"running\",\"verbs\":[\"start\"]}") },
		{ .path = "/control/start", .bytes = "HTTP/1.1 204 No Content\r\n\r\n" },
	};
	struct fixture f;
	const struct driver_answer *answer;

	set_up(&f, rules, 2);
	answer = carry_out(&f, &(struct step){ .verb = VERB_SUSPEND });
	ck_assert_int_eq(answer->outcome, DRIVER_REFUSED);
	ck_assert_str_eq(answer->detail, "it does not offer to suspend");
	ck_assert_int_eq(carry_out(&f, &(struct step){ .verb = VERB_START })->outcome, DRIVER_DONE);
	tear_down(&f);
}
END_TEST

static const struct {
	struct server_rule rule;
	enum driver_outcome outcome;
	const char *detail;
	uint32_t timeout_ms;
} answers[] = {
	{ { .bytes = ANSWER("200 OK", "", "0", "") }, DRIVER_DONE, "" },
	{ { .bytes = ANSWER("200 OK", "", "6", "<html>") },
	  DRIVER_UNKNOWN,
	  "its answer cannot be read: it is no JSON" },
	{ { .bytes = ANSWER("200 OK", "", "11", "{\"state\":1}") },
	  DRIVER_UNKNOWN,
	  "its answer cannot be read: state is a number" },
	{ { .bytes = ANSWER("400 No", "", "0", "") }, DRIVER_REFUSED, "HTTP 400" },
	{ { .bytes = ANSWER("401 No", "", "0", "") }, DRIVER_REFUSED, "HTTP 401" },
	{ { .bytes = ANSWER("403 No", "", "0", "") }, DRIVER_REFUSED, "HTTP 403" },
	{ { .bytes = ANSWER("404 No", "", "0", "") }, DRIVER_REFUSED, "HTTP 404" },
	{ { .bytes = ANSWER("405 No", "", "0", "") }, DRIVER_REFUSED, "HTTP 405" },
	{ { .bytes = ANSWER("409 No", "", "28", "{\"detail\":\"it is stopping\" }") },
	  DRIVER_REFUSED,
	  "HTTP 409: it is stopping" },
	{ { .bytes = ANSWER("412 No", "", "0", "") },
	  DRIVER_REFUSED,
	  "it is another one now than when it was looked at" },
	{ { .bytes = ANSWER("422 No", "", "3", "no\n") }, DRIVER_REFUSED, "HTTP 422: no" },
	{ { .bytes = ANSWER("429 No", "", "0", "") }, DRIVER_REFUSED, "HTTP 429" },
	{ { .bytes = ANSWER("501 No", "", "0", "") }, DRIVER_REFUSED, "HTTP 501" },
	{ { .bytes = ANSWER("500 No", "", "0", "") }, DRIVER_UNKNOWN, "HTTP 500" },
	{ { .bytes = ANSWER("503 No", "", "37", "{\"status\":\"failed\",\"error\":\"no disk\"}") },
	  DRIVER_FAILED,
	  "HTTP 503: no disk" },
	{ { .bytes = ANSWER("303 See", "Location: /x\r\n", "0", "") }, DRIVER_UNKNOWN, "HTTP 303" },
	{ { .bytes = "", .then = SERVER_RESET }, DRIVER_UNKNOWN, "connection reset" },
	{ { .bytes = "", .then = SERVER_CLOSE }, DRIVER_UNKNOWN, "connection reset: closed without an answer" },
	{ { .bytes = ANSWER("200 OK", "", "99", "{"), .then = SERVER_CLOSE }, DRIVER_UNKNOWN, "cut short" },
	{ { .bytes = "HTTP/1.1 200 OK\r\n\r\n", .filler = STATE, .then = SERVER_FLOOD }, DRIVER_UNKNOWN, "too large" },
	{ { .bytes = "nonsense\r\n\r\n", .then = SERVER_CLOSE }, DRIVER_UNKNOWN, "" },
	{ { .bytes = LOOK, .then = SERVER_DRIP }, DRIVER_UNKNOWN, "no answer in time", 500 },
	{ { .bytes = "" }, DRIVER_UNKNOWN, "no answer in time", 500 },
	{ { .bytes = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n" },
	  DRIVER_UNKNOWN,
	  "it has accepted, and names no operation" },
	{ { .bytes = ACCEPTED("http://127.0.0.1:1/o") }, DRIVER_UNKNOWN, "it has accepted, and names no operation" },
	{ { .bytes = ACCEPTED("//evil/o") }, DRIVER_UNKNOWN, "it has accepted, and names no operation" },
};

START_TEST(every_answer_has_its_outcome)
{
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
		struct server_rule rules[] = { { .path = "/control", .bytes = LOOK }, answers[i].rule };
		struct fixture f;
		const struct driver_answer *answer;

		rules[1].path = "/control/restart";
		set_up(&f, rules, 2);
		answer = carry_out(&f, &(struct step){ .verb = VERB_RESTART, .timeout_ms = answers[i].timeout_ms });
		ck_assert_msg(answer->outcome == answers[i].outcome, "%zu: %s %s", i,
			      driver_outcome_name(answer->outcome), answer->detail);
		ck_assert_msg(strstr(answer->detail, answers[i].detail) != NULL, "%zu: %s", i, answer->detail);
		ck_assert_uint_eq(f.server.n_requests, 2); // nothing is repeated
		ck_assert_int_eq(f.n_answers, 1);
		tear_down(&f);
	}
}
END_TEST

START_TEST(who_is_not_there_was_sent_nothing)
{
	static const char *const nowhere[] = { "http://127.0.0.1:1/control", "http://nobody.invalid/control" };
	struct fixture f;
	const struct driver_answer *answer;

	set_up(&f, NULL, 0);
	for (size_t i = 0; i < 2; i++) {
		f.agent.control_url = nowhere[i];
		answer = carry_out(&f, &(struct step){ .verb = VERB_START });
		ck_assert_int_eq(answer->outcome, DRIVER_REFUSED);
		ck_assert_str_ne(answer->detail, "");
	}
	tear_down(&f);
}
END_TEST

// It goes between the look and the request.
START_TEST(who_goes_away_in_between_was_sent_nothing)
{
	static const struct server_rule rules[] = { { .path = "/control", .bytes = LOOK, .then = SERVER_CLOSE } };
	struct driver_run *run;
	struct fixture f;

	set_up(&f, rules, 1);
	ck_assert_int_eq(begin(&f, &(struct step){ .verb = VERB_START }, &run), 0);
	while (!f.server.n_requests)
		uv_run(&f.loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&f.server.listener, NULL);
	f.server.is_closing = true;
	loop_run_until(&f.loop, &f.is_done);
	ck_assert_int_eq(f.answer.outcome, DRIVER_REFUSED);
	ck_assert_ptr_nonnull(strstr(f.answer.detail, "connection refused"));
	tear_down(&f);
}
END_TEST

#define OPERATION(length, body) ANSWER("200 OK", "", length, body)

START_TEST(an_operation_is_followed_to_its_end)
{
	struct server_rule rules[] = {
		{ .path = "/control", .bytes = LOOK },
		{ .path = "/control/upgrade", .bytes = ACCEPTED("/control/operations/7") },
		{ .path = "/control/operations/7",
		  .bytes = OPERATION("55", "{\"status\":\"running\",\"progress\":40,\"message\":\"pulling\"} ") },
	};
	struct fixture f;
	const struct driver_answer *answer;

	set_up(&f, rules, 3);
	f.until = "40 %";
	f.change = &rules[2];
	f.changed = OPERATION("121",
			      "{\"status\":\"succeeded\",\"progress\":100,\"agent\":{\"state\":\"running\",\"version\":"
			      "\"1.5.0\",\"previous\":\"1.4.2\",\"instance\":\"b\"}}    ");
	answer = carry_out(&f, &(struct step){ .verb = VERB_UPGRADE });
	ck_assert_msg(answer->outcome == DRIVER_DONE, "%s", answer->detail);
	ck_assert(answer->has_sight);
	ck_assert_str_eq(answer->sight.version, "1.5.0");
	ck_assert_ptr_nonnull(strstr(f.output, "/control/upgrade\n"));
	ck_assert_ptr_nonnull(strstr(f.output, "accepted: http://127.0.0.1:"));
	ck_assert_ptr_nonnull(strstr(f.output, "40 %: pulling\n100 %\n"));
	tear_down(&f);
}
END_TEST

static const struct {
	const char *bytes;
	enum server_then then;
	enum driver_outcome outcome;
	const char *detail;
} ends[] = {
	{ OPERATION("22", "{\"status\":\"succeeded\"}"), SERVER_KEEP, DRIVER_DONE, "" },
	{ OPERATION("42", "{\"status\":\"succeeded\",\"message\":\"it is\" } "), SERVER_KEEP, DRIVER_DONE, "it is" },
	{ OPERATION("38", "{\"status\":\"failed\",\"error\":\"no disk\"} "), SERVER_KEEP, DRIVER_FAILED, "no disk" },
	{ OPERATION("19", "{\"status\":\"failed\"}"), SERVER_KEEP, DRIVER_FAILED, "it says that it has failed" },
	{ OPERATION("2", "{}"), SERVER_KEEP, DRIVER_UNKNOWN, "its operation cannot be read: status is missing" },
	{ OPERATION("6", "<html>"), SERVER_KEEP, DRIVER_UNKNOWN, "its operation cannot be read: it is no JSON" },
	{ ANSWER("404 No", "", "0", ""), SERVER_KEEP, DRIVER_UNKNOWN, "its operation cannot be followed: HTTP 404" },
	{ ANSWER("401 No", "", "0", ""), SERVER_KEEP, DRIVER_UNKNOWN, "its operation cannot be followed: HTTP 401" },
	{ ANSWER("302 No", "Location: /x\r\n", "0", ""), SERVER_KEEP, DRIVER_UNKNOWN,
	  "its operation cannot be followed" },
	{ OPERATION("20", "{\"status\":\"running\"}"), SERVER_KEEP, DRIVER_UNKNOWN,
	  "its operation is not over after 1 s" },
	{ ANSWER("503 No", "", "0", ""), SERVER_KEEP, DRIVER_UNKNOWN, "its operation is not over after 1 s" },
	{ "", SERVER_RESET, DRIVER_UNKNOWN, "its operation is not over after 1 s" },
	{ "", SERVER_KEEP, DRIVER_UNKNOWN, "its operation is not over after 1 s" },
};

START_TEST(every_end_of_an_operation_has_its_outcome)
{
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		const struct server_rule rules[] = {
			{ .path = "/control", .bytes = LOOK },
			{ .path = "/control/stop", .bytes = ACCEPTED("/o") },
			{ .path = "/o", .bytes = ends[i].bytes, .then = ends[i].then },
		};
		struct fixture f;
		const struct driver_answer *answer;

		set_up(&f, rules, 3);
		answer = carry_out(&f, &(struct step){ .verb = VERB_STOP,
						       .timeout_ms = strstr(ends[i].detail, "after") ? 1000 : 0 });
		ck_assert_msg(answer->outcome == ends[i].outcome, "%zu: %s %s", i, driver_outcome_name(answer->outcome),
			      answer->detail);
		ck_assert_msg(strncmp(answer->detail, ends[i].detail, strlen(ends[i].detail)) == 0, "%s",
			      answer->detail);
		tear_down(&f);
	}
}
END_TEST

START_TEST(an_operation_is_followed_across_a_restart)
{
	struct server_rule rules[] = {
		{ .path = "/control", .bytes = LOOK },
		{ .path = "/control/restart", .bytes = ACCEPTED("/o") },
		{ .path = "/o", .bytes = ANSWER("503 No", "", "0", "") },
	};
	struct fixture f;

	set_up(&f, rules, 3);
	f.until = "does not answer: HTTP 503";
	f.change = &rules[2];
	f.changed = OPERATION("22", "{\"status\":\"succeeded\"}");
	ck_assert_int_eq(carry_out(&f, &(struct step){ .verb = VERB_RESTART })->outcome, DRIVER_DONE);
	tear_down(&f);
}
END_TEST

START_TEST(a_cancelled_run_is_silent)
{
	static const struct server_rule rules[] = {
		{ .path = "/control", .bytes = LOOK },
		{ .path = "/control/stop", .bytes = ACCEPTED("/o") },
		{ .path = "/o", .bytes = OPERATION("35", "{\"status\":\"running\",\"progress\":40} ") },
	};
	static const char *const moments[] = { "POST", "accepted", "40 %" };
	struct driver_run *run;
	struct fixture f;

	for (size_t i = 0; i < 3; i++) { // out of its own output
		set_up(&f, rules, 3);
		f.until = moments[i];
		ck_assert_int_eq(begin(&f, &(struct step){ .verb = VERB_STOP }, &f.cancelled), 0);
		loop_run_until(&f.loop, &f.is_done);
		tear_down(&f);
		ck_assert_int_eq(f.n_answers, 0);
	}
	set_up(&f, rules, 3); // while the first request is out
	ck_assert_int_eq(begin(&f, &(struct step){ .verb = VERB_STOP }, &run), 0);
	f.driver->class->cancel(run);
	f.driver->class->cancel(NULL);
	tear_down(&f);
	ck_assert_int_eq(f.n_answers, 0);
	ck_assert_uint_eq(f.server.n_requests, 0);
}
END_TEST

START_TEST(closing_ends_what_runs_without_answers)
{
	static const struct server_rule rules[] = { { .path = "/control", .bytes = "" } };
	struct driver_run *run;
	struct fixture f;

	set_up(&f, rules, 1);
	ck_assert_int_eq(begin(&f, &(struct step){ .verb = VERB_STOP }, &run), 0);
	ck_assert_int_eq(begin(&f, &(struct step){ .primitive = PRIMITIVE_OBSERVE }, &run), 0);
	f.driver->class->close(f.driver, closed_cb, &f);
	ck_assert_msg(!f.is_closed, "it is told from the loop");
	ck_assert_int_eq(begin(&f, &(struct step){ .verb = VERB_STOP }, &run), -EINVAL);
	ck_assert_ptr_null(run);
	tear_down(&f); // closes again
	ck_assert_int_eq(f.n_answers, 0);
}
END_TEST

START_TEST(what_cannot_begin_is_refused_at_once)
{
	static const struct server_rule rules[] = { { .path = "/control", .bytes = LOOK } };
	struct driver_run *run;
	struct fixture f;
	int r = -ENOMEM;

	set_up(&f, rules, 1);
	ck_assert_int_eq(begin(&f, &(struct step){ .primitive = PRIMITIVE_VERIFY }, &run), -EINVAL);
	ck_assert_int_eq(begin(&f, &(struct step){ .primitive = PRIMITIVE_DRIVER + VERB_COUNT }, &run), -EINVAL);
	ck_assert_int_eq(carry_out(&f, &(struct step){ .primitive = PRIMITIVE_OBSERVE })->outcome, DRIVER_DONE);
	for (long n = 0; r < 0; n++) {
		mem_fail_after(n);
		r = begin(&f, &(struct step){ .primitive = PRIMITIVE_OBSERVE }, &run);
		mem_fail_after(-1);
		ck_assert(r == 0 || (r == -ENOMEM && !run));
	}
	f.agent.control_url = NULL;
	ck_assert_int_eq(begin(&f, &(struct step){ .verb = VERB_STOP }, &run), -EINVAL);
	tear_down(&f);
}
END_TEST

// Whatever fails for want of memory after the beginning is an answer, and never a wrong one.
START_TEST(want_of_memory_on_the_way_is_an_answer)
{
	static const struct server_rule rules[] = {
		{ .path = "/control", .bytes = LOOK },
		{ .path = "/control/stop", .bytes = ACCEPTED("/o") },
		{ .path = "/o", .bytes = OPERATION("22", "{\"status\":\"succeeded\"}") },
	};
	struct driver_run *run;
	struct fixture f;
	int n_done = 0;

	set_up(&f, rules, 3);
	for (long n = 0; n < 400 && !n_done; n++) {
		size_t n_requests = f.server.n_requests;

		ck_assert_int_eq(begin(&f, &(struct step){ .verb = VERB_STOP, .timeout_ms = 1000 }, &run), 0);
		mem_fail_once(n);
		loop_run_until(&f.loop, &f.is_done);
		mem_fail_after(-1);
		n_done += f.answer.outcome == DRIVER_DONE && n > 20;
		if (f.answer.outcome == DRIVER_REFUSED)
			ck_assert_uint_le(f.server.n_requests, n_requests + 1);
		else
			ck_assert(f.answer.outcome == DRIVER_DONE || f.answer.outcome == DRIVER_UNKNOWN);
	}
	ck_assert_int_gt(n_done, 0);
	tear_down(&f);
}
END_TEST

SUITE("http driver", an_agent_is_seen, an_agent_that_cannot_be_seen_is_not_touched, what_is_gone_is_seen_to_be_gone,
      a_verb_is_asked_once_with_key_tag_and_body, another_instance_is_not_touched, a_weak_tag_is_no_precondition,
      what_it_does_not_offer_is_not_asked, every_answer_has_its_outcome, who_is_not_there_was_sent_nothing,
      who_goes_away_in_between_was_sent_nothing, an_operation_is_followed_to_its_end,
      every_end_of_an_operation_has_its_outcome, an_operation_is_followed_across_a_restart, a_cancelled_run_is_silent,
      closing_ends_what_runs_without_answers, what_cannot_begin_is_refused_at_once,
      want_of_memory_on_the_way_is_an_answer)
