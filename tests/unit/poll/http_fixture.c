// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/poll/http_fixture.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/suite.h"

void outcome_take(const struct http_response *response, void *ctx)
{
	struct outcome *outcome = ctx;
	size_t n = response->body_len < sizeof outcome->body - 1 ? response->body_len : sizeof outcome->body - 1;

	outcome->response = *response;
	if (n)
		memcpy(outcome->body, response->body, n);
	outcome->body[n] = '\0';
	strncpy(outcome->content_type, response->content_type ? response->content_type : "",
		sizeof outcome->content_type - 1);
	snprintf(outcome->etag, sizeof outcome->etag, "%s", response->etag ? response->etag : "none");
	snprintf(outcome->location, sizeof outcome->location, "%s", response->location ? response->location : "none");
	outcome->n_calls++;
	outcome->is_done = true;
}

void http_fixture_start(struct http_fixture *f, const struct server_rule *rules, size_t n_rules,
			const struct http_options *options)
{
	ck_assert_int_eq(uv_loop_init(&f->loop), 0);
	http_server_start(&f->server, &f->loop, rules, n_rules);
	ck_assert_int_eq(http_client_create(&f->loop, options, &f->client), 0);
}

void http_fixture_finish(struct http_fixture *f)
{
	http_client_close(f->client, NULL, NULL);
	http_server_stop(&f->server);
	loop_finish(&f->loop);
}

struct http_transfer *http_fixture_begin(struct http_fixture *f, const struct http_request *request,
					 struct outcome *outcome)
{
	struct http_transfer *transfer;

	*outcome = (struct outcome){ 0 };
	ck_assert_int_eq(http_request_start(f->client, request, outcome_take, outcome, &transfer), 0);
	ck_assert_msg(!outcome->is_done, "the callback never runs inside the start");
	return transfer;
}

void http_fixture_fetch(struct http_fixture *f, const char *path, uint32_t timeout_ms, struct outcome *outcome)
{
	char url[128];

	http_fixture_begin(f,
			   &(struct http_request){ .url = http_server_url(&f->server, path, url, sizeof url),
						   .timeout_ms = timeout_ms },
			   outcome);
	loop_run_until(&f->loop, &outcome->is_done);
}

void http_fixture_settle(struct http_fixture *f)
{
	for (int i = 0; i < 5; i++)
		uv_run(&f->loop, UV_RUN_NOWAIT);
}
