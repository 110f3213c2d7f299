// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/drivers/docker_script.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void script_append(struct script *f, const struct line *lines)
{
	for (; lines->request; lines++)
		f->lines[f->n_lines++] = *lines;
}

const struct server_rule *script_choose(void *ctx, const char *request)
{
	struct script *f = ctx;
	const struct line *line = &f->lines[f->at++];

	ck_assert_msg(f->at <= f->n_lines, "one too many: %s", request);
	ck_assert_msg(strncmp(request, line->request, strlen(line->request)) == 0, "%s instead of %s", request,
		      line->request);
	if (line->status)
		snprintf(f->bytes, sizeof f->bytes, "HTTP/1.1 %d X\r\nContent-Length: %zu\r\n\r\n%s", line->status,
			 strlen(line->json), line->json);
	else
		snprintf(f->bytes, sizeof f->bytes, "%s", line->json);
	f->rule = (struct server_rule){ .path = "", .bytes = f->bytes, .then = line->then };
	if (line->goes_away)
		unlink(f->socket);
	return &f->rule;
}

void script_set_up(struct script *f)
{
	*f = (struct script){ .dir = "/tmp/opscon-dockerd-XXXXXX" };
	f->agent = (struct agent){ .key = "key", .name = "web", .driver = "docker", .control_target = "web" };
	f->params = (struct operation_params){ .version = "", .patch = "", .reason = "" };
	ck_assert_ptr_nonnull(mkdtemp(f->dir));
	snprintf(f->socket, sizeof f->socket, "%s/sock", f->dir);
	ck_assert_int_eq(uv_loop_init(&f->loop), 0);
	http_server_start_at(&f->server, &f->loop, f->socket, NULL, 0);
	f->server.choose = script_choose;
	f->server.choose_ctx = f;
	f->config.drivers.docker_socket = f->socket;
	ck_assert_int_eq(http_client_create(&f->loop, NULL, &f->client), 0);
	ck_assert_int_eq(
		docker_driver_create(
			&(struct driver_options){ .loop = &f->loop, .client = f->client, .config = &f->config },
			&f->driver),
		0);
	script_append(f, (const struct line[]){ { "GET /version", 200, VERSION }, { NULL } });
}

void script_closed_cb(void *ctx)
{
	struct script *f = ctx;

	f->is_done = true;
	http_client_close(f->client, NULL, NULL);
}

void script_tear_down(struct script *f)
{
	f->is_done = false;
	f->driver->class->close(f->driver, script_closed_cb, f);
	f->driver->class->close(f->driver, script_closed_cb, f); // once is enough
	loop_run_until(&f->loop, &f->is_done);
	http_server_stop(&f->server);
	loop_finish(&f->loop);
	unlink(f->socket);
	ck_assert_int_eq(rmdir(f->dir), 0);
}

static void done_cb(void *ctx, const struct driver_answer *answer)
{
	struct script *f = ctx;

	f->answer = *answer;
	f->n_answers++;
	f->is_done = true;
}

static void output_cb(void *ctx, const char *line)
{
	struct script *f = ctx;
	size_t n = strlen(f->said);

	snprintf(f->said + n, sizeof f->said - n, "%s|", line);
	if (f->cancelled) {
		f->driver->class->cancel(f->cancelled);
		f->is_done = true;
	}
}

static struct plan_step plan_step;

int script_begin(struct script *f, const struct script_step *step, struct driver_run **run)
{
	const struct driver_listener listener = { .done = done_cb, .output = output_cb, .ctx = f };
	const struct driver_request request = {
		.agent = &f->agent,
		.params = &f->params,
		.step = &plan_step,
		.idempotency_key = "op-0-2-1",
		.expected_instance = step->expected ? step->expected : "",
	};
	int r;

	plan_step = (struct plan_step){
		.label = "",
		.precondition = step->precondition ? step->precondition : "",
		.action = "",
		.postcondition = "",
		.timeout_ms = step->timeout_ms ? step->timeout_ms : 10000,
		.primitive = (uint16_t)step->primitive,
	};
	f->is_done = false;
	f->said[0] = '\0';
	r = f->driver->class->begin(f->driver, &request, &listener, run);
	ck_assert_msg(!f->is_done, "no answer comes from script_begin()");
	return r;
}

void script_take(struct script *f, const struct script_step *step)
{
	struct driver_run *run;

	ck_assert_int_eq(script_begin(f, step, &run), 0);
	loop_run_until(&f->loop, &f->is_done);
	ck_assert_msg(strlen(f->answer.detail) < sizeof f->answer.detail, "terminated");
}

// The whole script was gone through.
void script_assert_answer(const struct script *f, enum driver_outcome outcome, const char *detail)
{
	ck_assert_msg(f->at == f->n_lines, "%zu of %zu were asked", f->at, f->n_lines);
	ck_assert_msg(f->answer.outcome == outcome, "%s: %s", driver_outcome_name(f->answer.outcome), f->answer.detail);
	ck_assert_str_eq(f->answer.detail, detail);
}
