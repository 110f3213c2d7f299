// SPDX-License-Identifier: Apache-2.0
/* The control endpoint of simulated agents, asked by plain requests and by the driver that is made for it. */
#include "tests/support/suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "drivers/http.h"
#include "drivers/http_recipe.h"
#include "poll/http.h"
#include "simulator/control.h"
#include "tests/support/http_server.h"

struct fixture {
	uv_loop_t loop;
	struct http_client *client;
	struct driver *driver;
	struct simulator *sim;
	bool is_done, is_closed;
	enum reason reason;
	int status;
	char body[4096], etag[64], location[64];
	struct driver_answer answer;
	char output[1000];
};

static void set_up(struct fixture *f, struct simulator_options options)
{
	struct driver_options driver = { .loop = &f->loop };

	memset(f, 0, sizeof *f);
	ck_assert_int_eq(uv_loop_init(&f->loop), 0);
	ck_assert_int_eq(http_client_create(&f->loop, NULL, &f->client), 0);
	driver.client = f->client;
	ck_assert_int_eq(http_driver_create(&driver, &f->driver), 0);
	options.n_agents = options.n_agents ? options.n_agents : 2;
	options.boot_ms = options.boot_ms ? options.boot_ms : 60;
	options.pull_ms = 40;
	options.slow_ms = 60;
	ck_assert_int_eq(simulator_start(&f->loop, &options, &f->sim), 0);
}

static void closed_cb(void *ctx)
{
	*(bool *)ctx = true;
}

static void tear_down(struct fixture *f)
{
	f->driver->class->close(f->driver, closed_cb, &f->is_closed);
	loop_run_until(&f->loop, &f->is_closed);
	http_client_close(f->client, NULL, NULL);
	simulator_stop(f->sim);
	loop_finish(&f->loop);
}

// ---- plain requests

static void response_cb(const struct http_response *response, void *ctx)
{
	struct fixture *f = ctx;

	f->reason = response->reason;
	f->status = response->status;
	snprintf(f->body, sizeof f->body, "%.*s", (int)response->body_len, response->body ? response->body : "");
	snprintf(f->etag, sizeof f->etag, "%s", response->etag ? response->etag : "");
	snprintf(f->location, sizeof f->location, "%s", response->location ? response->location : "");
	f->is_done = true;
}

struct asked {
	const char *method, *path, *key, *if_match, *body;
	uint32_t timeout_ms;
};

static void begin_to_ask(struct fixture *f, size_t agent, struct asked asked)
{
	struct simulator_target target;
	struct http_header headers[2];
	struct http_transfer *transfer;
	struct http_request request = { .method = asked.method, .headers = headers, .is_fresh = true };
	char url[200];

	simulator_target_get(f->sim, agent, &target);
	snprintf(url, sizeof url, "%s%s", target.url, asked.path);
	request.url = url;
	request.timeout_ms = asked.timeout_ms;
	request.body = asked.body;
	request.body_len = asked.body ? strlen(asked.body) : 0;
	if (asked.key)
		headers[request.n_headers++] = (struct http_header){ "Idempotency-Key", asked.key };
	if (asked.if_match)
		headers[request.n_headers++] = (struct http_header){ "If-Match", asked.if_match };
	f->is_done = false;
	ck_assert_int_eq(http_request_start(f->client, &request, response_cb, f, &transfer), 0);
}

static int ask(struct fixture *f, size_t agent, struct asked asked)
{
	begin_to_ask(f, agent, asked);
	loop_run_until(&f->loop, &f->is_done);
	return f->status;
}

static int get(struct fixture *f, size_t agent, const char *path)
{
	return ask(f, agent, (struct asked){ .path = path, .timeout_ms = 2000 });
}

static int post(struct fixture *f, size_t agent, const char *path, const char *body)
{
	return ask(f, agent, (struct asked){ .method = "POST", .path = path, .body = body });
}

// Asks for the operation until it is over.
static void follow(struct fixture *f, size_t agent)
{
	char path[64];

	snprintf(path, sizeof path, "%s", f->location);
	do
		ck_assert_int_eq(get(f, agent, path), 200);
	while (strstr(f->body, "\"status\":\"running\""));
}

static bool says(const struct fixture *f, const char *text)
{
	return strstr(f->body, text) != NULL;
}

START_TEST(requests_that_make_no_sense_are_refused)
{
	static const struct {
		const char *method, *path, *body;
		int status;
	} table[] = {
		{ "GET", "/control", NULL, 200 },
		{ "HEAD", "/control", NULL, 200 },
		{ "DELETE", "/control", NULL, 405 },
		{ "POST", "/control", "{}", 405 },
		{ "GET", "/controls", NULL, 404 },
		{ "GET", "/control/", NULL, 404 },
		{ "GET", "/control/restart", NULL, 405 },
		{ "POST", "/control/configure", "{}", 404 },
		{ "POST", "/control/fly", "{}", 404 },
		{ "POST", "/control/config", "{}", 405 },
		{ "PATCH", "/control/restart", "{}", 405 },
		{ "PATCH", "/control/config", "{\"level\":2}", 200 },
		{ "PATCH", "/control/config", "[]", 400 },
		{ "POST", "/control/restart", "{", 400 },
		{ "POST", "/control/restart", "7", 400 },
		{ "POST", "/control/upgrade", "{}", 409 },
		{ "POST", "/control/upgrade", "{\"version\":\"1 2\"}", 422 },
		{ "POST", "/control/upgrade", "{\"version\":\"\"}", 422 },
		{ "POST", "/control/start", "{}", 409 },
		{ "GET", "/control/operations/1", NULL, 404 }, // it was over at once
		{ "GET", "/control/operations/99", NULL, 404 },
		{ "GET", "/control/operations/x", NULL, 404 },
		{ "POST", "/control/operations/1", "{}", 405 },
		{ "POST", "/health", "{}", 405 },
	};
	struct fixture f;

	set_up(&f, (struct simulator_options){ .seed = 1 });
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		ask(&f, 0, (struct asked){ .method = table[i].method, .path = table[i].path, .body = table[i].body });
		ck_assert_msg(f.status == table[i].status, "%s %s: %d", table[i].method, table[i].path, f.status);
	}
	tear_down(&f);
}
END_TEST

START_TEST(a_stopped_agent_answers_for_control_alone)
{
	static const char *const paths[] = { "/health", "/ready", "/metrics" };
	struct fixture f;

	set_up(&f, (struct simulator_options){ .seed = 1 });
	ck_assert_int_eq(post(&f, 0, "/control/stop", "{}"), 200);
	ck_assert(says(&f, "\"state\":\"stopped\""));
	for (size_t i = 0; i < 3; i++) {
		ck_assert_int_eq(get(&f, 0, paths[i]), 503);
		ck_assert_str_eq(f.body, "{\"status\":\"stopped\"}\n");
		ck_assert_int_eq(get(&f, 1, paths[i]), 200);
	}
	ck_assert_int_eq(post(&f, 0, "/control/start", ""), 202);
	follow(&f, 0);
	ck_assert(says(&f, "\"status\":\"succeeded\"") && says(&f, "\"state\":\"running\""));
	ck_assert_int_eq(get(&f, 0, "/health"), 200);
	ck_assert_int_eq(post(&f, 0, "/control/delete", "{}"), 200);
	ck_assert_int_eq(get(&f, 0, "/control"), 410);
	ck_assert_int_eq(get(&f, 0, "/health"), 503);
	ck_assert_int_eq(post(&f, 0, "/control/create", "{\"version\":\"2.0\"}"), 202);
	follow(&f, 0);
	ck_assert_int_eq(get(&f, 0, "/health"), 200);
	ck_assert(says(&f, "\"releaseId\":\"2.0\""));
	tear_down(&f);
}
END_TEST

START_TEST(a_key_that_comes_again_does_nothing)
{
	const struct asked restart = { .method = "POST", .path = "/control/restart", .key = "k-1", .body = "{}" };
	char etag[64], location[64];
	struct fixture f;

	set_up(&f, (struct simulator_options){ .seed = 1 });
	ck_assert_int_eq(ask(&f, 0, restart), 202);
	memcpy(location, f.location, sizeof location);
	follow(&f, 0);
	memcpy(etag, f.etag, sizeof etag);
	ck_assert_int_eq(ask(&f, 0, restart), 202);
	ck_assert_str_eq(f.location, location);
	ck_assert_int_eq(get(&f, 0, "/control"), 200);
	ck_assert_str_eq(f.etag, etag);             // the same instance in the same state
	ck_assert_int_eq(ask(&f, 1, restart), 202); // another agent has not heard of it
	// The oldest are forgotten in the end.
	for (int i = 0; i < CONTROL_RECORDS_MAX; i++)
		ck_assert_int_eq(post(&f, 0, i % 2 ? "/control/resume" : "/control/suspend", "{}"), 200);
	ck_assert_int_eq(ask(&f, 0, restart), 202);
	ck_assert_str_ne(f.location, location);
	ck_assert_int_eq(get(&f, 0, location), 404);
	tear_down(&f);
}
END_TEST

START_TEST(a_tag_of_another_state_is_refused)
{
	struct asked stop = { .method = "POST", .path = "/control/stop", .if_match = "\"0.0\"", .body = "{}" };
	char etag[64];
	struct fixture f;

	set_up(&f, (struct simulator_options){ .seed = 1 });
	ck_assert_int_eq(ask(&f, 0, stop), 412);
	ck_assert_int_eq(get(&f, 0, "/control"), 200);
	memcpy(etag, f.etag, sizeof etag);
	stop.if_match = etag;
	stop.key = "k";
	ck_assert_int_eq(ask(&f, 0, stop), 200);
	ck_assert_int_eq(ask(&f, 0, stop), 200); // the key comes first
	stop.key = "other";
	ck_assert_int_eq(ask(&f, 0, stop), 412);
	stop.if_match = "*";
	ck_assert_int_eq(ask(&f, 0, stop), 409);
	tear_down(&f);
}
END_TEST

START_TEST(one_operation_at_a_time_unless_it_is_forced_to_stop)
{
	struct fixture f;

	set_up(&f, (struct simulator_options){ .boot_ms = 60000 });
	ck_assert_int_eq(post(&f, 0, "/control/restart", "{}"), 202);
	ck_assert_int_eq(get(&f, 0, f.location), 200);
	ck_assert(says(&f, "\"status\":\"running\"") && says(&f, "\"message\":\"starting 0.3.6\""));
	ck_assert_int_eq(get(&f, 0, "/health"), 503);
	ck_assert(says(&f, "starting"));
	ck_assert_int_eq(post(&f, 0, "/control/stop", "{}"), 409);
	ck_assert_int_eq(post(&f, 0, "/control/stop", "{\"force\":true}"), 200);
	ck_assert_int_eq(get(&f, 0, "/control/operations/1"), 200);
	ck_assert(says(&f, "\"status\":\"failed\""));
	tear_down(&f); // with nothing under way
}
END_TEST

START_TEST(versions_come_up_as_their_names_say)
{
	struct fixture f;

	set_up(&f, (struct simulator_options){ .seed = 1 });
	ck_assert_int_eq(post(&f, 0, "/control/upgrade", "{\"version\":\"1.5.0-bad\"}"), 202);
	follow(&f, 0);
	ck_assert_int_eq(get(&f, 0, "/health"), 503);
	ck_assert(f.sim->agents[0].model.is_incident);
	ck_assert_int_eq(get(&f, 0, "/metrics"), 200);
	ck_assert(says(&f, "version=\"1.5.0-bad\""));
	ck_assert_int_eq(post(&f, 0, "/control/rollback", "{}"), 202);
	follow(&f, 0);
	ck_assert_int_eq(get(&f, 0, "/health"), 200);
	ck_assert(!f.sim->agents[0].model.is_incident);
	ck_assert(says(&f, "\"releaseId\":\"0.3.6\""));
	ck_assert_int_eq(post(&f, 0, "/control/upgrade", "{\"version\":\"1.5.0-missing\"}"), 202);
	follow(&f, 0);
	ck_assert(says(&f, "\"status\":\"failed\"") && says(&f, "there is no such version"));
	ck_assert_int_eq(post(&f, 0, "/control/upgrade", "{\"version\":\"1.5.0-slow\"}"), 202);
	follow(&f, 0);
	ck_assert_int_eq(ask(&f, 0, (struct asked){ .path = "/health", .timeout_ms = 30 }), 0);
	ck_assert_int_eq(f.reason, REASON_TIMEOUT_HEADERS);
	ck_assert_int_eq(get(&f, 0, "/control"), 200);
	tear_down(&f);
}
END_TEST

START_TEST(a_restart_cures_what_a_restart_can)
{
	struct fixture f;

	set_up(&f, (struct simulator_options){ .seed = 1 });
	for (int i = SIMULATOR_FAULT_NONE; i < SIMULATOR_FAULT_COUNT; i++) {
		enum simulator_fault fault = (enum simulator_fault)i;
		struct simulator_target target;

		if (fault == SIMULATOR_FAULT_AUTH401 || strncmp(simulator_fault_name(fault), "control_", 8) == 0)
			continue;
		simulator_set_fault(f.sim, 1, fault);
		ck_assert_msg(get(&f, 1, "/control") == 200, "%s", simulator_fault_name(fault));
		ck_assert_int_eq(post(&f, 1, "/control/restart", "{}"), 202);
		follow(&f, 1);
		simulator_target_get(f.sim, 1, &target);
		ck_assert_int_eq(target.fault, fault == SIMULATOR_FAULT_RESTARTING ? fault : SIMULATOR_FAULT_NONE);
		ck_assert_int_eq(get(&f, 1, "/actuator/health"), 200);
	}
	simulator_set_fault(f.sim, 1, SIMULATOR_FAULT_AUTH401);
	ck_assert_int_eq(post(&f, 1, "/control/restart", "{}"), 401);
	tear_down(&f);
}
END_TEST

// A connection that came for /control says nothing else of an agent that hangs; one that hangs goes with a stop.
START_TEST(a_hanging_agent_hangs_but_for_control)
{
	struct fixture f;

	set_up(&f, (struct simulator_options){ .seed = 1 });
	simulator_set_fault(f.sim, 0, SIMULATOR_FAULT_HANG);
	ck_assert_int_eq(ask(&f, 0, (struct asked){ .path = "/health", .timeout_ms = 50 }), 0);
	ck_assert_int_eq(f.reason, REASON_TIMEOUT_HEADERS);
	ck_assert_int_eq(post(&f, 0, "/control/stop", "{}"), 200);
	ck_assert_ptr_null(f.sim->agents[0].raw_conns);
	ck_assert_int_eq(get(&f, 0, "/health"), 503);
	tear_down(&f);
}
END_TEST

START_TEST(a_body_past_the_limit_ends_the_connection)
{
	static char body[CONTROL_REQUEST_MAX + 2];
	struct fixture f;

	set_up(&f, (struct simulator_options){ .seed = 1 });
	memset(body, ' ', sizeof body - 1);
	ck_assert_int_eq(post(&f, 0, "/control/stop", body), 0);
	ck_assert_int_eq(get(&f, 0, "/health"), 200);
	tear_down(&f);
}
END_TEST

START_TEST(the_target_list_names_the_endpoint)
{
	char path[] = "/tmp/opscon-control-XXXXXX", text[1000] = "";
	int fd = mkstemp(path);
	struct fixture f;
	ssize_t n;

	set_up(&f, (struct simulator_options){ .seed = 1 });
	ck_assert_int_eq(simulator_write_targets(f.sim, path), 0);
	close(fd);
	fd = open(path, O_RDONLY);
	n = read(fd, text, sizeof text - 1);
	ck_assert_int_gt((int)n, 0);
	ck_assert_ptr_nonnull(strstr(text, "\"__control_path__\": \"/control\""));
	close(fd);
	unlink(path);
	tear_down(&f);
}
END_TEST

START_TEST(want_of_memory_does_nothing)
{
	struct fixture f;

	set_up(&f, (struct simulator_options){ .seed = 1 });
	get(&f, 0, "/control");
	for (long n = 0; n < 40; n++) {
		uint32_t revision = f.sim->agents[0].life.revision;

		begin_to_ask(&f, 0, (struct asked){ .method = "POST", .path = "/control/suspend", .body = "{}" });
		mem_fail_once(n);
		loop_run_until(&f.loop, &f.is_done);
		mem_fail_after(-1);
		if (f.status == 200)
			break;
		ck_assert_int_eq(f.status, 0);
		if (f.sim->agents[0].life.revision != revision) // done, and the answer was lost
			post(&f, 0, "/control/resume", "{}");
	}
	ck_assert_int_eq(f.sim->agents[0].life.state, LIFE_SUSPENDED);
	tear_down(&f);
}
END_TEST

// ---- the driver

static struct operation_params params;
static struct plan_step step;

static void done_cb(void *ctx, const struct driver_answer *answer)
{
	struct fixture *f = ctx;

	f->answer = *answer;
	f->is_done = true;
}

static void output_cb(void *ctx, const char *line)
{
	struct fixture *f = ctx;
	size_t n = strlen(f->output);

	snprintf(f->output + n, sizeof f->output - n, "%s\n", line);
}

static const struct driver_answer *carry_out(struct fixture *f, size_t i, uint16_t primitive, const char *version,
					     uint32_t timeout_ms)
{
	const struct driver_listener listener = { done_cb, output_cb, f };
	struct driver_request request = { .params = &params, .step = &step, .idempotency_key = "k" };
	struct simulator_target target;
	struct driver_run *run;
	struct agent agent = { .refs = 1 };
	char url[100], instance[DRIVER_INSTANCE_MAX];

	simulator_target_get(f->sim, i, &target);
	snprintf(url, sizeof url, "%s/control", target.url);
	snprintf(instance, sizeof instance, "%s", f->answer.has_sight ? f->answer.sight.instance : "");
	agent.control_url = url;
	params = (struct operation_params){ .version = version, .patch = "{}", .reason = "" };
	(void)http_primitive_verb(primitive, &params.verb);
	step = (struct plan_step){ .primitive = primitive, .timeout_ms = timeout_ms ? timeout_ms : 10000 };
	request.agent = &agent;
	request.expected_instance = instance;
	f->is_done = false;
	f->output[0] = '\0';
	ck_assert_int_eq(f->driver->class->begin(f->driver, &request, &listener, &run), 0);
	loop_run_until(&f->loop, &f->is_done);
	return &f->answer;
}

START_TEST(the_driver_upgrades_and_rolls_back)
{
	const struct driver_answer *answer;
	char first[DRIVER_INSTANCE_MAX];
	struct fixture f;

	set_up(&f, (struct simulator_options){ .seed = 1 });
	answer = carry_out(&f, 0, PRIMITIVE_OBSERVE, "", 0);
	ck_assert_int_eq(answer->outcome, DRIVER_DONE);
	ck_assert_str_eq(answer->sight.version, "0.3.6");
	memcpy(first, answer->sight.instance, sizeof first);
	answer = carry_out(&f, 0, http_primitive(VERB_UPGRADE), "0.4.0", 0);
	ck_assert_msg(answer->outcome == DRIVER_DONE, "%s", answer->detail);
	ck_assert_str_eq(answer->sight.version, "0.4.0");
	ck_assert_str_eq(answer->sight.previous, "0.3.6");
	ck_assert_str_ne(answer->sight.instance, first);
	ck_assert_ptr_nonnull(strstr(f.output, "accepted: http://127.0.0."));
	f.answer.has_sight = false;
	answer = carry_out(&f, 0, http_primitive(VERB_UPGRADE), "9-missing", 0);
	ck_assert_int_eq(answer->outcome, DRIVER_DONE); // of the key before: the fixture has but one
	f.sim->agents[0].n_records = 0;
	answer = carry_out(&f, 0, http_primitive(VERB_UPGRADE), "9-missing", 0);
	ck_assert_int_eq(answer->outcome, DRIVER_FAILED);
	ck_assert_str_eq(answer->detail, "there is no such version");
	f.sim->agents[0].n_records = 0;
	answer = carry_out(&f, 0, http_primitive(VERB_ROLLBACK), "", 0);
	ck_assert_int_eq(answer->outcome, DRIVER_DONE);
	ck_assert_str_eq(answer->sight.version, "0.3.6");
	tear_down(&f);
}
END_TEST

START_TEST(the_driver_leaves_another_instance_alone)
{
	struct fixture f;

	set_up(&f, (struct simulator_options){ .seed = 1 });
	carry_out(&f, 0, PRIMITIVE_OBSERVE, "", 0);
	ck_assert_int_eq(post(&f, 0, "/control/restart", "{}"), 202);
	follow(&f, 0);
	ck_assert_int_eq(carry_out(&f, 0, http_primitive(VERB_STOP), "", 0)->outcome, DRIVER_REFUSED);
	ck_assert_ptr_nonnull(strstr(f.answer.detail, "it is another one now"));
	ck_assert_int_eq(get(&f, 0, "/health"), 200);
	tear_down(&f);
}
END_TEST

// What became of it can be seen afterwards, by another instance.
START_TEST(answers_that_do_not_come_are_unknown)
{
	static const struct {
		enum simulator_fault fault;
		bool is_done;
	} table[] = {
		{ SIMULATOR_FAULT_CONTROL_HANG, false },
		{ SIMULATOR_FAULT_CONTROL_LATE, true },
		{ SIMULATOR_FAULT_CONTROL_LOST, true },
	};
	struct fixture f;

	set_up(&f, (struct simulator_options){ .n_agents = 3 });
	for (size_t i = 0; i < 3; i++) {
		char before[DRIVER_INSTANCE_MAX];

		simulator_set_fault(f.sim, i, table[i].fault);
		f.answer.has_sight = false;
		carry_out(&f, i, PRIMITIVE_OBSERVE, "", 0);
		memcpy(before, f.answer.sight.instance, sizeof before);
		carry_out(&f, i, http_primitive(VERB_RESTART), "", 500);
		ck_assert_int_eq(f.answer.outcome, DRIVER_UNKNOWN);
		carry_out(&f, i, PRIMITIVE_OBSERVE, "", 0);
		ck_assert_int_eq(f.answer.outcome, DRIVER_DONE);
		ck_assert_int_eq(strcmp(f.answer.sight.instance, before) != 0, table[i].is_done);
		ck_assert_uint_eq(f.sim->agents[i].life.n_boots, table[i].is_done); // once
	}
	simulator_set_fault(f.sim, 0, SIMULATOR_FAULT_NONE); // what hung is let go
	while (f.sim->agents[0].http_conns)
		uv_run(&f.loop, UV_RUN_ONCE);
	tear_down(&f); // with a late answer still owed
}
END_TEST

START_TEST(a_late_answer_comes)
{
	struct fixture f;

	set_up(&f, (struct simulator_options){ .late_ms = 150 });
	simulator_set_fault(f.sim, 0, SIMULATOR_FAULT_CONTROL_LATE);
	ck_assert_int_eq(carry_out(&f, 0, http_primitive(VERB_RESTART), "", 0)->outcome, DRIVER_DONE);
	tear_down(&f);
}
END_TEST

SUITE("simulator/control", requests_that_make_no_sense_are_refused, a_stopped_agent_answers_for_control_alone,
      a_key_that_comes_again_does_nothing, a_tag_of_another_state_is_refused,
      one_operation_at_a_time_unless_it_is_forced_to_stop, versions_come_up_as_their_names_say,
      a_restart_cures_what_a_restart_can, a_hanging_agent_hangs_but_for_control,
      a_body_past_the_limit_ends_the_connection, the_target_list_names_the_endpoint, want_of_memory_does_nothing,
      the_driver_upgrades_and_rolls_back, the_driver_leaves_another_instance_alone,
      answers_that_do_not_come_are_unknown, a_late_answer_comes)
