// SPDX-License-Identifier: Apache-2.0
#include "simulator/answer.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "simulator/exposition.h"
#include "simulator/health_body.h"

enum { HUGE_BYTES = 50000000, HUGE_BLOCK_BYTES = 65536 };
enum { FLAP_WELL = 2, FLAP_BAD = 3 }; // with the defaults, fall 3 and rise 2, every run becomes a hard state

static const char login_page[] = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><h1>Sign in</h1>"
				 "<form method=\"post\" action=\"/login\"><input name=\"user\"><input name=\"password\""
				 " type=\"password\"><button>Sign in</button></form></body></html>\n";
static const char index_text[] = "simulated agent: /health /ready /metrics /control\n";
static const char filler_line[] = "simulated_filler_total{part=\"abcdefghijklmnop\"} 1\n";

static int set_text(struct answer *out, unsigned http_status, const char *content_type, const char *text)
{
	// Not copied: every text given here is static.
	out->response = MHD_create_response_from_buffer(strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT);
	out->http_status = http_status;
	if (!out->response)
		return -ENOMEM;
	(void)MHD_add_response_header(out->response, "Content-Type", content_type);
	return 0;
}

int answer_set_body(struct answer *out, unsigned http_status, const char *content_type, struct bytes *body)
{
	out->response = MHD_create_response_from_buffer_with_free_callback(body->len, body->data, mem_free);
	out->http_status = http_status;
	if (!out->response)
		return -ENOMEM;
	*body = (struct bytes){ 0 }; // the response frees it
	(void)MHD_add_response_header(out->response, "Content-Type", content_type);
	return 0;
}

static ssize_t filler_cb(void *data, uint64_t at, char *out, size_t size)
{
	size_t line = sizeof filler_line - 1, n = 0;

	(void)data;
	if (at >= HUGE_BYTES)
		return MHD_CONTENT_READER_END_OF_STREAM;
	while (n < size) {
		size_t from = (size_t)((at + n) % line);
		size_t part = line - from < size - n ? line - from : size - n;

		memcpy(out + n, filler_line + from, part);
		n += part;
	}
	return (ssize_t)n;
}

static int set_huge(struct answer *out)
{
	out->response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, HUGE_BLOCK_BYTES, filler_cb, NULL, NULL);
	out->http_status = MHD_HTTP_OK;
	if (!out->response)
		return -ENOMEM;
	(void)MHD_add_response_header(out->response, "Content-Type", "text/plain; version=0.0.4");
	return 0;
}

static int set_unauthorized(struct answer *out)
{
	int r = set_text(out, MHD_HTTP_UNAUTHORIZED, "application/json", "{\"error\":\"authentication required\"}\n");

	if (!r)
		(void)MHD_add_response_header(out->response, "WWW-Authenticate", "Bearer realm=\"agents\"");
	return r;
}

static enum verdict_level level_now(const struct sim_agent *agent)
{
	if (agent->fault == SIMULATOR_FAULT_DEGRADED)
		return VERDICT_WARN;
	if (life_is_bad(&agent->life))
		return VERDICT_FAIL;
	if (agent->fault == SIMULATOR_FAULT_FLAPPING && agent->n_health % (FLAP_WELL + FLAP_BAD) >= FLAP_WELL)
		return VERDICT_FAIL;
	return VERDICT_PASS;
}

static int set_health(struct sim_agent *agent, struct answer *out)
{
	struct health_answer health;
	struct bytes body;
	int r;

	bytes_init(&body, HEALTH_BODY_MAX);
	r = health_body_write(&agent->who, level_now(agent), &body, &health);
	if (!r)
		r = answer_set_body(out, health.http_status, health.content_type, &body);
	bytes_finish(&body);
	agent->n_health++;
	return r;
}

static int set_ready(const struct sim_agent *agent, struct answer *out)
{
	bool is_ready = level_now(agent) != VERDICT_FAIL;

	return set_text(out, is_ready ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE, "application/json",
			is_ready ? "{\"status\":\"ok\"}\n" : "{\"status\":\"fail\"}\n");
}

static int set_metrics(const struct sim_agent *agent, int64_t wall_ms, struct answer *out)
{
	struct bytes body;
	int r;

	bytes_init(&body, EXPOSITION_BODY_MAX);
	r = exposition_write(&agent->model, &agent->who, agent->sim->body_kb, wall_ms, &body);
	if (!r)
		r = answer_set_body(out, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8", &body);
	bytes_finish(&body);
	return r;
}

// It is not up: its port is, since whoever operates it answers there.
static int set_absent(const struct sim_agent *agent, struct answer *out)
{
	struct bytes body;
	int r;

	bytes_init(&body, HEALTH_BODY_MAX);
	r = bytes_addf(&body, "{\"status\":\"%s\"}\n", life_health_name(agent->life.state));
	if (!r)
		r = answer_set_body(out, MHD_HTTP_SERVICE_UNAVAILABLE, "application/json", &body);
	bytes_finish(&body);
	return r;
}

static int set_page(struct sim_agent *agent, const char *url, int64_t wall_ms, struct answer *out)
{
	if (strcmp(url, "/health") == 0 || strcmp(url, health_body_path(agent->who.dialect)) == 0)
		return set_health(agent, out);
	if (strcmp(url, "/metrics") == 0)
		return set_metrics(agent, wall_ms, out);
	if (strcmp(url, "/ready") == 0)
		return set_ready(agent, out);
	if (strcmp(url, "/") == 0)
		return set_text(out, MHD_HTTP_OK, "text/plain", index_text);
	return set_text(out, MHD_HTTP_NOT_FOUND, "text/plain", "not found\n");
}

int answer_make(struct sim_agent *agent, const char *method, const char *url, int64_t wall_ms, struct answer *out)
{
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
		return set_text(out, MHD_HTTP_METHOD_NOT_ALLOWED, "text/plain", "only GET and HEAD\n");
	if (agent->life.state != LIFE_RUNNING)
		return set_absent(agent, out);
	if (agent->fault == SIMULATOR_FAULT_AUTH401)
		return set_unauthorized(out);
	if (agent->fault == SIMULATOR_FAULT_ERROR500)
		return set_text(out, MHD_HTTP_INTERNAL_SERVER_ERROR, "application/json",
				"{\"error\":\"internal error\"}\n");
	if (agent->fault == SIMULATOR_FAULT_HTML)
		return set_text(out, MHD_HTTP_OK, "text/html; charset=utf-8", login_page);
	if (agent->fault == SIMULATOR_FAULT_HUGE)
		return set_huge(out);
	return set_page(agent, url, wall_ms, out);
}
