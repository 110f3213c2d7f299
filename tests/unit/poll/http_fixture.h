#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A client of HTTP against a scripted server, on a loop of the test's own.
 *
 *   http_fixture_start(&f, rules, n, NULL);
 *   http_fixture_fetch(&f, "/ok", 0, &outcome);
 *   http_fixture_finish(&f);
 */
#include <stdbool.h>
#include <stdint.h>

#include "poll/http.h"
#include "tests/support/http_server.h"

struct outcome {
	bool is_done;
	int n_calls;
	struct http_response response; // its pointers are dead by then: what they pointed to is below
	char body[256];
	char content_type[64], etag[64], location[64]; // the last two "none" for NULL
};

struct http_fixture {
	uv_loop_t loop;
	struct http_server server;
	struct http_client *client;
};

void http_fixture_start(struct http_fixture *f, const struct server_rule *rules, size_t n_rules,
			const struct http_options *options);
void http_fixture_finish(struct http_fixture *f);

void outcome_take(const struct http_response *response, void *outcome); // the callback of both below

// Begins a request; its callback has not run yet.
struct http_transfer *http_fixture_begin(struct http_fixture *f, const struct http_request *request,
					 struct outcome *outcome);
// A GET of a path of the server, to its end; 0: the client's own time limit.
void http_fixture_fetch(struct http_fixture *f, const char *path, uint32_t timeout_ms, struct outcome *outcome);
void http_fixture_settle(struct http_fixture *f); // what has happened on the connections is noticed
