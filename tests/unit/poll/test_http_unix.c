// SPDX-License-Identifier: Apache-2.0
/* Requests over sockets in the file system. */
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "poll/http.h"
#include "tests/support/http_server.h"

#define OK(body) "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" body

static const struct server_rule here_rules[] = { { .path = "", .bytes = OK("here") } };
static const struct server_rule there_rules[] = { { .path = "", .bytes = OK("ther") } };
static const struct server_rule tcp_rules[] = {
	{ .path = "/503", .bytes = "HTTP/1.1 503 No\r\nContent-Length: 4\r\n\r\nbusy" },
	{ .path = "/hang", .bytes = "" },
	{ .path = "/cut", .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", .then = SERVER_CLOSE },
	{ .path = "", .bytes = OK("port") },
};

struct outcome {
	bool is_done;
	struct http_response response;
	char body[64];
};

struct fixture {
	uv_loop_t loop;
	struct http_client *client;
	struct http_server here, there, tcp;
	char dir[64], here_path[96], there_path[96];
};

static void set_up(struct fixture *f, const struct http_options *options)
{
	*f = (struct fixture){ .dir = "/tmp/opscon-unix-XXXXXX" };
	ck_assert_ptr_nonnull(mkdtemp(f->dir));
	snprintf(f->here_path, sizeof f->here_path, "%s/here", f->dir);
	snprintf(f->there_path, sizeof f->there_path, "%s/there", f->dir);
	ck_assert_int_eq(uv_loop_init(&f->loop), 0);
	http_server_start_at(&f->here, &f->loop, f->here_path, here_rules, 1);
	http_server_start_at(&f->there, &f->loop, f->there_path, there_rules, 1);
	http_server_start(&f->tcp, &f->loop, tcp_rules, sizeof tcp_rules / sizeof tcp_rules[0]);
	ck_assert_int_eq(http_client_create(&f->loop, options, &f->client), 0);
}

static void tear_down(struct fixture *f)
{
	http_client_close(f->client, NULL, NULL);
	http_server_stop(&f->here);
	http_server_stop(&f->there);
	http_server_stop(&f->tcp);
	loop_finish(&f->loop);
	ck_assert_int_eq(rmdir(f->dir), 0); // the sockets went with their servers
}

static void done_cb(const struct http_response *response, void *ctx)
{
	struct outcome *outcome = ctx;

	outcome->response = *response;
	snprintf(outcome->body, sizeof outcome->body, "%.*s", (int)response->body_len,
		 response->body ? response->body : "");
	outcome->is_done = true;
}

static struct outcome ask(struct fixture *f, const struct http_request *request)
{
	struct outcome outcome = { 0 };
	struct http_transfer *transfer;

	ck_assert_int_eq(http_request_start(f->client, request, done_cb, &outcome, &transfer), 0);
	loop_run_until(&f->loop, &outcome.is_done);
	return outcome;
}

static struct outcome ask_at(struct fixture *f, const char *path)
{
	return ask(f, &(struct http_request){ .url = "http://daemon/x", .unix_socket = path });
}

START_TEST(an_answer_comes_over_a_socket)
{
	struct fixture f;
	struct outcome outcome;

	set_up(&f, NULL);
	outcome = ask_at(&f, f.here_path);
	ck_assert_int_eq(outcome.response.reason, REASON_NONE);
	ck_assert_int_eq(outcome.response.status, 200);
	ck_assert_str_eq(outcome.body, "here");
	ck_assert(outcome.response.is_sent);
	ck_assert_ptr_nonnull(strstr(f.here.last_request, "GET /x HTTP/1.1\r\nHost: daemon\r\n"));
	tear_down(&f);
}
END_TEST

START_TEST(a_kept_connection_is_of_its_socket_alone)
{
	struct fixture f;
	char url[64];
	struct http_request to_port = { 0 };

	set_up(&f, NULL);
	// The same URL each time: what differs is the way.
	to_port.url = http_server_url(&f.tcp, "/x", url, sizeof url);
	for (int i = 0; i < 3; i++) {
		struct http_request here = { .url = url, .unix_socket = f.here_path };
		struct http_request there = { .url = url, .unix_socket = f.there_path };
		struct outcome outcome = ask(&f, &here);

		ck_assert_str_eq(outcome.body, "here");
		ck_assert_int_eq(outcome.response.is_reused, i > 0);
		outcome = ask(&f, &there);
		ck_assert_str_eq(outcome.body, "ther");
		ck_assert_int_eq(outcome.response.is_reused, i > 0);
		ck_assert_str_eq(ask(&f, &to_port).body, "port");
	}
	ck_assert_uint_eq(f.here.n_accepted, 1);
	ck_assert_uint_eq(f.there.n_accepted, 1);
	tear_down(&f);
}
END_TEST

START_TEST(a_fresh_request_has_a_connection_of_its_own)
{
	struct fixture f;
	struct http_request fresh = { .url = "http://daemon/x", .method = "POST", .is_fresh = true };
	struct outcome outcome;

	set_up(&f, NULL);
	fresh.unix_socket = f.here_path;
	ask_at(&f, f.here_path);
	for (int i = 0; i < 2; i++) {
		outcome = ask(&f, &fresh);
		ck_assert_str_eq(outcome.body, "here");
		ck_assert(!outcome.response.is_reused);
	}
	ck_assert(ask_at(&f, f.here_path).response.is_reused);
	ck_assert_uint_eq(f.here.n_accepted, 3);
	tear_down(&f);
}
END_TEST

START_TEST(nothing_was_sent_where_nobody_listens)
{
	struct fixture f;
	struct outcome outcome;
	char path[128];

	set_up(&f, NULL);
	snprintf(path, sizeof path, "%s/nobody", f.dir);
	outcome = ask_at(&f, path);
	ck_assert_int_eq(outcome.response.reason, REASON_CONNECT_REFUSED);
	ck_assert(!outcome.response.is_sent);
	ck_assert_str_eq(outcome.response.detail, "No such file or directory");
	tear_down(&f);
}
END_TEST

START_TEST(faults_have_their_reasons)
{
	static const struct {
		const char *path;
		enum reason reason;
		int status;
	} table[] = {
		{ "/503", REASON_NONE, 503 },
		{ "/hang", REASON_TIMEOUT_HEADERS, 0 },
		{ "/cut", REASON_TRUNCATED, 200 },
	};
	struct fixture f;

	set_up(&f, NULL);
	f.here.rules = tcp_rules;
	f.here.n_rules = sizeof tcp_rules / sizeof tcp_rules[0];
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct http_request request = { .unix_socket = f.here_path };
		struct outcome outcome;
		char url[64];

		snprintf(url, sizeof url, "http://daemon%s", table[i].path);
		request.url = url;
		request.timeout_ms = table[i].reason == REASON_TIMEOUT_HEADERS ? 200 : 5000;
		outcome = ask(&f, &request);
		ck_assert_int_eq(outcome.response.reason, table[i].reason);
		ck_assert_int_eq(outcome.response.status, table[i].status);
		ck_assert(outcome.response.is_sent);
	}
	tear_down(&f);
}
END_TEST

START_TEST(no_proxy_stands_between)
{
	struct fixture f;
	struct http_options options = { .proxy = "http://127.0.0.1:1" };

	set_up(&f, &options);
	ck_assert_str_eq(ask_at(&f, f.here_path).body, "here");
	// And is not forgotten for those after it.
	ck_assert_int_eq(ask(&f, &(struct http_request){ .url = "http://127.0.0.1/" }).response.reason, REASON_OFFLINE);
	tear_down(&f);
}
END_TEST

START_TEST(a_path_that_is_none_is_refused)
{
	char long_path[200];
	const char *paths[] = { "", "here", "/a\nb", long_path };
	struct fixture f;
	struct http_transfer *transfer;

	memset(long_path, 'a', sizeof long_path - 1);
	long_path[0] = '/';
	long_path[sizeof long_path - 1] = '\0';
	set_up(&f, NULL);
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		struct http_request request = { .url = "http://daemon/", .unix_socket = paths[i] };

		ck_assert_int_eq(http_request_start(f.client, &request, done_cb, NULL, &transfer), UV_EINVAL);
	}
	tear_down(&f);
}
END_TEST

SUITE("http over unix sockets", an_answer_comes_over_a_socket, a_kept_connection_is_of_its_socket_alone,
      a_fresh_request_has_a_connection_of_its_own, nothing_was_sent_where_nobody_listens, faults_have_their_reasons,
      no_proxy_stands_between, a_path_that_is_none_is_refused)
