// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

#include "poll/http.h"
#include "tests/support/http_server.h"

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static const struct server_rule rules[] = {
	{ .path = "/ok", .bytes = OK },
	{ .path = "/ok?a=b&c=%20", .bytes = OK },
	{ .path = "/slow", .bytes = OK, .delay_ms = 200 },
	{ .path = "/hang", .bytes = "" },
	{ .path = "/late", .bytes = OK, .delay_ms = 100, .then = SERVER_CLOSE },
	{ .path = "/more", .bytes = OK "more" },
	{ .path = "/204", .bytes = "HTTP/1.1 204 No\r\n\r\n" },
	{ .path = "/odd", .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok" },
	{ .path = "/late-odd",
	  .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
	  .delay_ms = 100 },
	{ .path = "/folded", .bytes = "HTTP/1.1 200 OK\r\n folded: x\r\nContent-Length: 2\r\n\r\nok" },
	{ .path = "/die", .bytes = "", .then = SERVER_RESET },
};

struct outcome {
	bool is_done, is_reused;
	int status;
	enum reason reason;
	char detail[REASON_DETAIL_MAX];
	int32_t total_us;
};

struct fixture {
	uv_loop_t loop;
	struct http_server server;
	struct http_client *client;
};

static void done_cb(const struct http_response *response, void *ctx)
{
	struct outcome *outcome = ctx;

	outcome->is_reused = response->is_reused;
	outcome->status = response->status;
	outcome->reason = response->reason;
	memcpy(outcome->detail, response->detail, sizeof outcome->detail);
	outcome->total_us = response->timing.total_us;
	outcome->is_done = true;
}

static void set_up(struct fixture *f, const struct http_options *options)
{
	ck_assert_int_eq(uv_loop_init(&f->loop), 0);
	http_server_start(&f->server, &f->loop, rules, sizeof rules / sizeof rules[0]);
	ck_assert_int_eq(http_client_create(&f->loop, options, &f->client), 0);
}

static void tear_down(struct fixture *f)
{
	http_client_close(f->client, NULL, NULL);
	http_server_stop(&f->server);
	loop_finish(&f->loop);
}

static struct http_transfer *start(struct fixture *f, const char *path, struct http_request request,
				   struct outcome *outcome)
{
	struct http_transfer *transfer;
	char url[128];

	*outcome = (struct outcome){ 0 };
	request.url = http_server_url(&f->server, path, url, sizeof url);
	ck_assert_int_eq(http_request_start(f->client, &request, done_cb, outcome, &transfer), 0);
	ck_assert(!outcome->is_done);
	return transfer;
}

static void fetch(struct fixture *f, const char *path, struct outcome *outcome)
{
	start(f, path, (struct http_request){ 0 }, outcome);
	loop_run_until(&f->loop, &outcome->is_done);
}

static void settle(struct fixture *f)
{
	for (int i = 0; i < 5; i++)
		uv_run(&f->loop, UV_RUN_NOWAIT);
}

START_TEST(several_at_once_each_have_a_connection_and_keep_it)
{
	struct fixture f;
	struct outcome outcomes[4];

	set_up(&f, NULL);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 4; i++)
			start(&f, "/slow", (struct http_request){ 0 }, &outcomes[i]);
		ck_assert_uint_eq(http_client_in_flight(f.client), 4);
		for (int i = 0; i < 4; i++) {
			loop_run_until(&f.loop, &outcomes[i].is_done);
			ck_assert_int_eq(outcomes[i].status, 200);
			ck_assert_int_eq(outcomes[i].is_reused, round > 0);
		}
	}
	ck_assert_uint_eq(f.server.n_accepted, 4);
	tear_down(&f);
}
END_TEST

// More at once than are laid aside for the next time.
START_TEST(a_burst_leaves_nothing_behind_that_is_used_again)
{
	static const struct http_options options = { .max_kept = 100 };
	static struct outcome outcomes[80];
	struct fixture f;

	set_up(&f, &options);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 80; i++)
			start(&f, "/ok", (struct http_request){ 0 }, &outcomes[i]);
		for (int i = 0; i < 80; i++) {
			loop_run_until(&f.loop, &outcomes[i].is_done);
			ck_assert_int_eq(outcomes[i].status, 200);
		}
	}
	ck_assert_uint_eq(f.server.n_accepted, 80);
	tear_down(&f);
}
END_TEST

START_TEST(no_more_connections_are_kept_than_allowed)
{
	static const struct http_options options = { .max_kept = 2 };
	struct fixture f;
	struct outcome outcomes[5];

	set_up(&f, &options);
	for (int i = 0; i < 5; i++)
		start(&f, "/slow", (struct http_request){ 0 }, &outcomes[i]);
	for (int i = 0; i < 5; i++)
		loop_run_until(&f.loop, &outcomes[i].is_done);
	for (int i = 0; i < 5; i++)
		start(&f, "/slow", (struct http_request){ 0 }, &outcomes[i]);
	for (int i = 0; i < 5; i++)
		loop_run_until(&f.loop, &outcomes[i].is_done);
	ck_assert_uint_eq(f.server.n_accepted, 8);
	http_client_set_max_kept(f.client, 1);
	for (int i = 0; i < 2; i++)
		start(&f, "/ok", (struct http_request){ 0 }, &outcomes[i]);
	for (int i = 0; i < 2; i++)
		loop_run_until(&f.loop, &outcomes[i].is_done);
	ck_assert_uint_eq(f.server.n_accepted, 9);
	tear_down(&f);
}
END_TEST

START_TEST(the_request_is_the_one_that_libcurl_sends)
{
	static const struct http_request request = { .accept = "text/plain;q=0.5", .authorization = "Bearer secret" };
	struct fixture f;
	struct outcome outcome;
	char first[4096];

	set_up(&f, NULL);
	start(&f, "/ok?a=b&c=%20", request, &outcome);
	loop_run_until(&f.loop, &outcome.is_done);
	memcpy(first, f.server.last_request, sizeof first);
	start(&f, "/ok?a=b&c=%20", request, &outcome);
	loop_run_until(&f.loop, &outcome.is_done);
	ck_assert(outcome.is_reused);
	for (char *line = strtok(first, "\r\n"); line; line = strtok(NULL, "\r\n"))
		ck_assert_msg(strstr(f.server.last_request, line) != NULL, "%s in %s", line, f.server.last_request);
	ck_assert_uint_eq(f.server.n_accepted, 1);
	tear_down(&f);
}
END_TEST

START_TEST(what_is_unusual_is_asked_again_on_a_new_connection)
{
	struct fixture f;
	struct outcome outcome;

	set_up(&f, NULL);
	fetch(&f, "/ok", &outcome);
	fetch(&f, "/odd", &outcome);
	ck_assert_int_eq(outcome.status, 200);
	ck_assert(!outcome.is_reused);
	ck_assert_uint_eq(f.server.n_requests, 3);
	// Whoever answers so is libcurl's from then on.
	fetch(&f, "/odd", &outcome);
	ck_assert_uint_eq(f.server.n_requests, 4);
	tear_down(&f);
}
END_TEST

START_TEST(the_time_of_both_askings_counts)
{
	struct fixture f;
	struct outcome outcome;

	set_up(&f, NULL);
	fetch(&f, "/ok", &outcome);
	fetch(&f, "/late-odd", &outcome);
	ck_assert_int_eq(outcome.status, 200);
	ck_assert_int_ge(outcome.total_us, 180000); // 100 ms each; the loop's clock counts whole ones
	tear_down(&f);
}
END_TEST

// libcurl 7.88 keeps a pointer to the last header of the answer before: a sanitizer sees it followed.
START_TEST(a_header_that_begins_with_a_blank_follows_nothing_stale)
{
	struct fixture f;
	struct outcome outcome;

	set_up(&f, NULL);
	for (int i = 0; i < 3; i++) {
		fetch(&f, "/ok", &outcome);
		ck_assert_int_eq(outcome.status, 200);
		http_server_drop_all(&f.server);
		settle(&f);
		fetch(&f, "/folded", &outcome);
	}
	tear_down(&f);
}
END_TEST

START_TEST(a_peer_that_dies_under_a_request_is_asked_once_more)
{
	struct fixture f;
	struct outcome outcome;

	set_up(&f, NULL);
	fetch(&f, "/ok", &outcome);
	fetch(&f, "/die", &outcome);
	ck_assert_int_eq(outcome.reason, REASON_RESET);
	ck_assert_uint_eq(f.server.n_requests, 3);
	tear_down(&f);
}
END_TEST

START_TEST(bytes_behind_an_answer_end_the_connection)
{
	static const char *const paths[] = { "/more", "/late" };
	struct fixture f;
	struct outcome outcome;

	set_up(&f, NULL);
	for (size_t i = 0; i < 2; i++) {
		fetch(&f, "/ok", &outcome);
		fetch(&f, paths[i], &outcome);
		ck_assert(outcome.is_reused && outcome.status == 200);
		settle(&f);
		fetch(&f, "/ok", &outcome);
		ck_assert(!outcome.is_reused && outcome.status == 200);
	}
	tear_down(&f);
}
END_TEST

START_TEST(each_request_has_its_own_deadline)
{
	static const uint32_t timeouts[] = { 3000, 100, 3000, 200, 50 };
	struct fixture f;
	struct outcome outcomes[5], other;

	set_up(&f, NULL);
	for (int i = 0; i < 5; i++)
		start(&f, "/slow", (struct http_request){ 0 }, &outcomes[i]);
	for (int i = 0; i < 5; i++)
		loop_run_until(&f.loop, &outcomes[i].is_done);
	for (int i = 0; i < 5; i++)
		start(&f, "/hang", (struct http_request){ .timeout_ms = timeouts[i] }, &outcomes[i]);
	loop_run_until(&f.loop, &outcomes[3].is_done);
	ck_assert(outcomes[1].is_done && outcomes[4].is_done);
	ck_assert(!outcomes[0].is_done && !outcomes[2].is_done);
	ck_assert_int_eq(outcomes[3].reason, REASON_TIMEOUT_HEADERS);
	ck_assert_str_eq(outcomes[3].detail, outcomes[4].detail);
	ck_assert_uint_eq(http_client_in_flight(f.client), 2);
	fetch(&f, "/ok", &other);
	ck_assert_int_eq(other.status, 200);
	tear_down(&f);
}
END_TEST

START_TEST(a_cancelled_request_takes_its_connection_along)
{
	struct fixture f;
	struct outcome outcome, other;
	struct http_transfer *transfer;

	set_up(&f, NULL);
	fetch(&f, "/ok", &other);
	transfer = start(&f, "/hang", (struct http_request){ 0 }, &outcome);
	http_request_cancel(transfer);
	ck_assert_uint_eq(http_client_in_flight(f.client), 0);
	fetch(&f, "/ok", &other);
	ck_assert(!other.is_reused && !outcome.is_done);
	ck_assert_uint_eq(f.server.n_accepted, 2);
	tear_down(&f);
}
END_TEST

struct chain {
	struct fixture f;
	int n_left;
	bool is_done;
};

static void chain_cb(const struct http_response *response, void *ctx)
{
	struct chain *chain = ctx;
	struct http_transfer *transfer;
	struct http_request request = { 0 };
	char url[128];

	ck_assert_int_eq(response->status, chain->n_left % 2 ? 200 : 204);
	if (--chain->n_left == 0) {
		http_client_close(chain->f.client, NULL, NULL);
		chain->is_done = true;
		return;
	}
	request.url = http_server_url(&chain->f.server, chain->n_left % 2 ? "/ok" : "/204", url, sizeof url);
	ck_assert_int_eq(http_request_start(chain->f.client, &request, chain_cb, chain, &transfer), 0);
}

START_TEST(a_callback_may_ask_on_the_same_connection_and_close)
{
	struct chain chain = { .n_left = 10 };
	struct http_transfer *transfer;
	struct http_request request = { 0 };
	char url[128];

	set_up(&chain.f, NULL);
	request.url = http_server_url(&chain.f.server, "/204", url, sizeof url);
	ck_assert_int_eq(http_request_start(chain.f.client, &request, chain_cb, &chain, &transfer), 0);
	loop_run_until(&chain.f.loop, &chain.is_done);
	ck_assert_uint_eq(chain.f.server.n_accepted, 1);
	http_server_stop(&chain.f.server);
	loop_finish(&chain.f.loop);
}
END_TEST

SUITE("http_lane", several_at_once_each_have_a_connection_and_keep_it, a_burst_leaves_nothing_behind_that_is_used_again,
      no_more_connections_are_kept_than_allowed, the_request_is_the_one_that_libcurl_sends,
      what_is_unusual_is_asked_again_on_a_new_connection, the_time_of_both_askings_counts,
      a_header_that_begins_with_a_blank_follows_nothing_stale, a_peer_that_dies_under_a_request_is_asked_once_more,
      bytes_behind_an_answer_end_the_connection, each_request_has_its_own_deadline,
      a_cancelled_request_takes_its_connection_along, a_callback_may_ask_on_the_same_connection_and_close)
