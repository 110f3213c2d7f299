// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/poll/http_fixture.h"

#define FAREWELL "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
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
	{ .path = "/408", .bytes = FAREWELL },
	{ .path = "/slow-odd",
	  .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
	  .delay_ms = 2500 },
	{ .path = "/die", .bytes = "", .then = SERVER_RESET },
};

static void set_up(struct http_fixture *f, const struct http_options *options)
{
	http_fixture_start(f, rules, sizeof rules / sizeof rules[0], options);
}

static struct http_transfer *start(struct http_fixture *f, const char *path, struct http_request request,
				   struct outcome *outcome)
{
	char url[128];

	request.url = http_server_url(&f->server, path, url, sizeof url);
	return http_fixture_begin(f, &request, outcome);
}

static void fetch(struct http_fixture *f, const char *path, struct outcome *outcome)
{
	http_fixture_fetch(f, path, 0, outcome);
}

START_TEST(several_at_once_each_have_a_connection_and_keep_it)
{
	struct http_fixture f;
	struct outcome outcomes[4];

	set_up(&f, NULL);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 4; i++)
			start(&f, "/slow", (struct http_request){ 0 }, &outcomes[i]);
		ck_assert_uint_eq(http_client_in_flight(f.client), 4);
		for (int i = 0; i < 4; i++) {
			loop_run_until(&f.loop, &outcomes[i].is_done);
			ck_assert_int_eq(outcomes[i].response.status, 200);
			ck_assert_int_eq(outcomes[i].response.is_reused, round > 0);
		}
	}
	ck_assert_uint_eq(f.server.n_accepted, 4);
	http_fixture_finish(&f);
}
END_TEST

// More at once than are laid aside for the next time.
START_TEST(a_burst_leaves_nothing_behind_that_is_used_again)
{
	static const struct http_options options = { .max_kept = 100 };
	static struct outcome outcomes[80];
	struct http_fixture f;

	set_up(&f, &options);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 80; i++)
			start(&f, "/ok", (struct http_request){ 0 }, &outcomes[i]);
		for (int i = 0; i < 80; i++) {
			loop_run_until(&f.loop, &outcomes[i].is_done);
			ck_assert_int_eq(outcomes[i].response.status, 200);
		}
	}
	ck_assert_uint_eq(f.server.n_accepted, 80);
	http_fixture_finish(&f);
}
END_TEST

START_TEST(no_more_connections_are_kept_than_allowed)
{
	static const struct http_options options = { .max_kept = 2 };
	struct http_fixture f;
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
	http_fixture_finish(&f);
}
END_TEST

START_TEST(the_request_is_the_one_that_libcurl_sends)
{
	static const struct http_request request = { .accept = "text/plain;q=0.5", .authorization = "Bearer secret" };
	struct http_fixture f;
	struct outcome outcome;
	char first[4096];

	set_up(&f, NULL);
	start(&f, "/ok?a=b&c=%20", request, &outcome);
	loop_run_until(&f.loop, &outcome.is_done);
	memcpy(first, f.server.last_request, sizeof first);
	start(&f, "/ok?a=b&c=%20", request, &outcome);
	loop_run_until(&f.loop, &outcome.is_done);
	ck_assert(outcome.response.is_reused);
	for (char *line = strtok(first, "\r\n"); line; line = strtok(NULL, "\r\n"))
		ck_assert_msg(strstr(f.server.last_request, line) != NULL, "%s in %s", line, f.server.last_request);
	ck_assert_uint_eq(f.server.n_accepted, 1);
	http_fixture_finish(&f);
}
END_TEST

START_TEST(what_is_unusual_is_asked_again_on_a_new_connection)
{
	struct http_fixture f;
	struct outcome outcome;

	set_up(&f, NULL);
	fetch(&f, "/ok", &outcome);
	fetch(&f, "/odd", &outcome);
	ck_assert_int_eq(outcome.response.status, 200);
	ck_assert(!outcome.response.is_reused);
	ck_assert_uint_eq(f.server.n_requests, 3);
	// Whoever answers so is libcurl's from then on.
	fetch(&f, "/odd", &outcome);
	ck_assert_uint_eq(f.server.n_requests, 4);
	http_fixture_finish(&f);
}
END_TEST

START_TEST(the_time_of_both_askings_counts)
{
	struct http_fixture f;
	struct outcome outcome;

	set_up(&f, NULL);
	fetch(&f, "/ok", &outcome);
	fetch(&f, "/late-odd", &outcome);
	ck_assert_int_eq(outcome.response.status, 200);
	ck_assert_int_ge(outcome.response.timing.total_us, 180000); // 100 ms each; the loop's clock counts whole ones
	http_fixture_finish(&f);
}
END_TEST

// libcurl 7.88 keeps a pointer to the last header of the answer before: a sanitizer sees it followed.
START_TEST(a_header_that_begins_with_a_blank_follows_nothing_stale)
{
	struct http_fixture f;
	struct outcome outcome;

	set_up(&f, NULL);
	for (int i = 0; i < 3; i++) {
		fetch(&f, "/ok", &outcome);
		ck_assert_int_eq(outcome.response.status, 200);
		http_server_drop_all(&f.server);
		http_fixture_settle(&f);
		fetch(&f, "/folded", &outcome);
	}
	http_fixture_finish(&f);
}
END_TEST

START_TEST(a_peer_that_dies_under_a_request_is_asked_once_more)
{
	struct http_fixture f;
	struct outcome outcome;

	set_up(&f, NULL);
	fetch(&f, "/ok", &outcome);
	fetch(&f, "/die", &outcome);
	ck_assert_int_eq(outcome.response.reason, REASON_RESET);
	ck_assert_uint_eq(f.server.n_requests, 3);
	http_fixture_finish(&f);
}
END_TEST

START_TEST(a_farewell_to_an_idle_connection_answers_nothing)
{
	struct http_fixture f;
	struct outcome outcome;

	set_up(&f, NULL);
	for (int i = 0; i < 3; i++) {
		fetch(&f, "/ok", &outcome);
		ck_assert_int_eq(outcome.response.status, 200);
		http_server_say(&f.server, i ? OK : FAREWELL); // and the client has not looked yet
	}
	ck_assert_uint_eq(f.server.n_accepted, 3);
	ck_assert_uint_eq(f.server.n_requests, 3);
	http_fixture_settle(&f);
	fetch(&f, "/ok", &outcome);
	fetch(&f, "/408", &outcome); // one that crosses the question looks like this
	ck_assert_int_eq(outcome.response.status, 408);
	ck_assert(!outcome.response.is_reused);
	ck_assert_uint_eq(f.server.n_requests, 6);
	http_fixture_finish(&f);
}
END_TEST

START_TEST(who_is_asked_again_has_the_same_patience)
{
	static const struct http_options options = { .low_speed_s = 1 };
	struct http_fixture f;
	struct outcome patient, impatient;

	set_up(&f, &options);
	http_fixture_fetch(&f, "/ok", 1000, &patient); // leaves a connection to be asked on
	start(&f, "/slow-odd", (struct http_request){ .timeout_ms = 30000, .is_patient = true }, &patient);
	start(&f, "/slow-odd", (struct http_request){ .timeout_ms = 30000 }, &impatient);
	loop_run_until(&f.loop, &patient.is_done);
	ck_assert_int_eq(patient.response.reason, REASON_NONE);
	ck_assert_int_ge(patient.response.timing.total_us, 4900000); // it was asked twice
	ck_assert_int_eq(patient.response.status, 200);
	ck_assert(impatient.is_done);
	ck_assert_int_eq(impatient.response.reason, REASON_TIMEOUT_HEADERS);
	http_fixture_finish(&f);
}
END_TEST

START_TEST(bytes_behind_an_answer_end_the_connection)
{
	static const char *const paths[] = { "/more", "/late" };
	struct http_fixture f;
	struct outcome outcome;

	set_up(&f, NULL);
	for (size_t i = 0; i < 2; i++) {
		fetch(&f, "/ok", &outcome);
		fetch(&f, paths[i], &outcome);
		ck_assert(outcome.response.is_reused && outcome.response.status == 200);
		http_fixture_settle(&f);
		fetch(&f, "/ok", &outcome);
		ck_assert(!outcome.response.is_reused && outcome.response.status == 200);
	}
	http_fixture_finish(&f);
}
END_TEST

START_TEST(each_request_has_its_own_deadline)
{
	static const uint32_t timeouts[] = { 3000, 100, 3000, 200, 50 };
	struct http_fixture f;
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
	ck_assert_int_eq(outcomes[3].response.reason, REASON_TIMEOUT_HEADERS);
	ck_assert_str_eq(outcomes[3].response.detail, outcomes[4].response.detail);
	ck_assert_uint_eq(http_client_in_flight(f.client), 2);
	fetch(&f, "/ok", &other);
	ck_assert_int_eq(other.response.status, 200);
	http_fixture_finish(&f);
}
END_TEST

START_TEST(a_cancelled_request_takes_its_connection_along)
{
	struct http_fixture f;
	struct outcome outcome, other;
	struct http_transfer *transfer;

	set_up(&f, NULL);
	fetch(&f, "/ok", &other);
	transfer = start(&f, "/hang", (struct http_request){ 0 }, &outcome);
	http_request_cancel(transfer);
	ck_assert_uint_eq(http_client_in_flight(f.client), 0);
	fetch(&f, "/ok", &other);
	ck_assert(!other.response.is_reused && !outcome.is_done);
	ck_assert_uint_eq(f.server.n_accepted, 2);
	http_fixture_finish(&f);
}
END_TEST

struct chain {
	struct http_fixture f;
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
      a_farewell_to_an_idle_connection_answers_nothing, who_is_asked_again_has_the_same_patience,
      bytes_behind_an_answer_end_the_connection, each_request_has_its_own_deadline,
      a_cancelled_request_takes_its_connection_along, a_callback_may_ask_on_the_same_connection_and_close)
