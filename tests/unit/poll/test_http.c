// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/poll/http_fixture.h"

#define OK "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"
#define STACK "gzip, gzip, gzip, gzip, gzip, gzip"

// `printf '' | gzip -n`, then cut: ten bytes of head, a stored block, eight bytes of tail
#define GZIP_HEAD "\x1f\x8b\x08\0\0\0\0\0\0\x03"
static const char gzip_ok[] = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 22\r\n\r\n" GZIP_HEAD
			      "\xcb\xcf\x06\0\x47\xdd\xdc\x79\x02\0\0\0";
static const char gzip_cut[] =
	"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 14\r\n\r\n" GZIP_HEAD "\xcb\xcf\x06\0";

static const char thousand[] =
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

static const struct server_rule rules[] = {
	{ .path = "/ok", .bytes = OK },
	{ .path = "/503", .bytes = "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n" },
	{ .path = "/hang", .bytes = "" },
	{ .path = "/half-headers", .bytes = "HTTP/1.1 200 OK\r\nA: b\r\n" },
	{ .path = "/drip", .bytes = OK, .then = SERVER_DRIP },
	{ .path = "/hang-body", .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf" },
	{ .path = "/reset", .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", .then = SERVER_RESET },
	{ .path = "/reset-at-once", .bytes = "", .then = SERVER_RESET },
	{ .path = "/empty", .bytes = "", .then = SERVER_CLOSE },
	{ .path = "/short", .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", .then = SERVER_CLOSE },
	{ .path = "/until-close", .bytes = "HTTP/1.1 200 OK\r\n\r\nall of it", .then = SERVER_CLOSE },
	{ .path = "/302", .bytes = "HTTP/1.1 302 Go\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n" },
	{ .path = "/flood", .bytes = "HTTP/1.1 200 OK\r\n\r\n", .filler = thousand, .then = SERVER_FLOOD },
	{ .path = "/headers", .bytes = "HTTP/1.1 200 OK\r\n", .filler = "Another: one\r\n", .then = SERVER_FLOOD },
	{ .path = "/long-header", .bytes = "HTTP/1.1 200 OK\r\nA: ", .filler = thousand, .then = SERVER_FLOOD },
	{ .path = "/continue", .bytes = "HTTP/1.1 100 Continue\r\n\r\n", .then = SERVER_FLOOD },
	{ .path = "/gzip", .bytes = gzip_ok, .n_bytes = sizeof gzip_ok - 1 },
	{ .path = "/gzip-cut", .bytes = gzip_cut, .n_bytes = sizeof gzip_cut - 1 },
	{ .path = "/chunks",
	  .bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1;a=b\r\nk\r\n0\r\nA: b\r\n\r\n" },
	{ .path = "/204", .bytes = "HTTP/1.1 204 No Content\r\n\r\n" },
	{ .path = "/1.0", .bytes = "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", .then = SERVER_CLOSE },
	{ .path = "/tagged",
	  .bytes = "HTTP/1.1 103 Hints\r\nETag: \"early\"\r\n\r\nHTTP/1.1 202 Accepted\r\nETag: \"a-1\" \r\n"
		   "Location: /control/operations/7\r\nContent-Length: 0\r\n\r\n" },
	{ .path = "/tagged-badly",
	  .bytes = "HTTP/1.1 200 OK\r\nETag: \"a\tb\"\r\nLocation: /a\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n" },
	{ .path = "/last", .bytes = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok" },
	{ .path = "/too-much", .bytes = OK "HTTP/1.1 200 OK\r\n" },
	{ .path = "/half-chunk", .bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf" },
	{ .path = "/short-chunk",
	  .bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf",
	  .then = SERVER_CLOSE },
	{ .path = "/short-headers", .bytes = "HTTP/1.1 200 OK\r\nA: b\r\n", .then = SERVER_CLOSE },
	{ .path = "/br", .bytes = "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\nok" },
	{ .path = "/stack", .bytes = "HTTP/1.1 200 OK\r\nContent-Encoding: " STACK "\r\nContent-Length: 2\r\n\r\nok" },
	{ .path = "/garbage", .bytes = "\x01\x02 not http at all", .then = SERVER_CLOSE },
	{ .path = "/chunk", .bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nok\r\n0\r\n\r\n" },
	{ .path = "/huge-chunk",
	  .bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nok\r\n" },
	{ .path = "/both",
	  .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 90\r\nTransfer-Encoding: chunked\r\n\r\n"
		   "2\r\nok\r\n0\r\n\r\n" },
	{ .path = "/minus", .bytes = "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nok", .then = SERVER_CLOSE },
};

static void set_up(struct http_fixture *f, const struct http_options *options)
{
	http_fixture_start(f, rules, sizeof rules / sizeof rules[0], options);
}

// A short time only where it is meant to run out: machines are busy.
static uint32_t timeout_of(const char *path)
{
	return strstr(path, "hang") || strstr(path, "half") || strstr(path, "drip") ? 300 : 5000;
}

static void fetch(struct http_fixture *f, const char *path, struct outcome *outcome)
{
	http_fixture_fetch(f, path, timeout_of(path), outcome);
}

struct fault_row {
	const char *path;
	enum reason reason;
	int status;
	const char *body;
};

static const struct fault_row fault_rows[] = {
	{ "/ok", REASON_NONE, 200, "ok" },
	{ "/503", REASON_NONE, 503, "" },
	{ "/hang", REASON_TIMEOUT_HEADERS, 0, "" },
	{ "/half-headers", REASON_TIMEOUT_HEADERS, 0, "" },
	{ "/drip", REASON_TIMEOUT_HEADERS, 0, "" },
	{ "/hang-body", REASON_TIMEOUT_BODY, 200, "half" },
	{ "/reset", REASON_RESET, -1, NULL },
	{ "/reset-at-once", REASON_RESET, 0, "" },
	{ "/empty", REASON_RESET, 0, "" },
	{ "/short", REASON_TRUNCATED, 200, "half" },
	{ "/until-close", REASON_NONE, 200, "all of it" },
	{ "/302", REASON_NONE, 302, "" },
	{ "/flood", REASON_TOO_LARGE, 200, NULL },
	{ "/headers", REASON_TOO_MANY_HEADERS, 0, "" },
	{ "/long-header", REASON_TOO_MANY_HEADERS, 0, "" },
	{ "/continue", REASON_TOO_MANY_HEADERS, 0, "" },
	{ "/gzip", REASON_NONE, 200, "ok" },
	{ "/gzip-cut", REASON_TRUNCATED, 200, NULL },
	{ "/br", REASON_BAD_ENCODING, 0, "" },
	{ "/stack", REASON_BAD_ENCODING, 0, "" },
	{ "/garbage", REASON_PARSE, 0, "" },
	{ "/chunk", REASON_BAD_BODY, 200, "" },
	{ "/huge-chunk", REASON_BAD_BODY, 200, "" },
	{ "/both", REASON_NONE, 200, "ok" },
	{ "/minus", REASON_PARSE, 0, NULL },
	{ "/chunks", REASON_NONE, 200, "ok" },
	{ "/204", REASON_NONE, 204, "" },
	{ "/1.0", REASON_NONE, 200, "ok" },
	{ "/last", REASON_NONE, 200, "ok" },
	{ "/too-much", REASON_NONE, 200, "ok" },
	{ "/half-chunk", REASON_TIMEOUT_BODY, 200, "half" },
	{ "/short-chunk", REASON_TRUNCATED, 200, "half" },
	{ "/short-headers", REASON_TRUNCATED, 0, "" },
};

enum { FAULT_ROWS = sizeof fault_rows / sizeof fault_rows[0] };

static const struct http_options narrow_options = {
	.limits = { .max_body_bytes = 50000, .max_wire_bytes = 20000 },
};

static void check_fault(const struct fault_row *row, const struct outcome *outcome)
{
	ck_assert_msg(outcome->response.reason == row->reason, "%s: %s (%s), not %s", row->path,
		      reason_name(outcome->response.reason), outcome->response.detail, reason_name(row->reason));
	ck_assert_msg(row->status < 0 || outcome->response.status == row->status, "%s: %d", row->path,
		      outcome->response.status);
	if (row->body)
		ck_assert_str_eq(outcome->body, row->body);
	ck_assert_msg(row->reason == REASON_NONE || outcome->response.detail[0], "%s has a detail", row->path);
}

START_TEST(every_fault_has_its_reason)
{
	struct http_fixture f;
	struct outcome outcome;

	set_up(&f, &narrow_options);
	for (size_t i = 0; i < FAULT_ROWS; i++) {
		fetch(&f, fault_rows[i].path, &outcome);
		check_fault(&fault_rows[i], &outcome);
	}
	http_fixture_finish(&f);
}
END_TEST

// On a kept connection answers are read by our own reader, on a new one by libcurl: nobody can tell from what is told.
START_TEST(a_fault_is_told_alike_on_new_and_kept_connections)
{
	struct http_fixture f;
	struct outcome kept, fresh, before;

	set_up(&f, &narrow_options);
	for (size_t i = 0; i < FAULT_ROWS; i++) {
		http_server_drop_all(&f.server);
		http_fixture_settle(&f);
		fetch(&f, fault_rows[i].path, &fresh);
		ck_assert(!fresh.response.is_reused);
		fetch(&f, "/ok", &before);
		fetch(&f, fault_rows[i].path, &kept);
		check_fault(&fault_rows[i], &kept);
		if (fault_rows[i].status >= 0) { // a reset may take along what came before it
			ck_assert_str_eq(kept.response.detail, fresh.response.detail);
			ck_assert_int_eq(kept.response.status, fresh.response.status);
			ck_assert_str_eq(kept.content_type, fresh.content_type);
			ck_assert_int_eq(kept.response.timing.first_byte_us < 0,
					 fresh.response.timing.first_byte_us < 0);
		}
		if (kept.response.reason == REASON_NONE)
			ck_assert_uint_eq(kept.response.wire_bytes, fresh.response.wire_bytes);
		ck_assert_int_ge(kept.response.timing.total_us, kept.response.timing.first_byte_us);
	}
	http_fixture_finish(&f);
}
END_TEST

START_TEST(a_redirect_is_told_and_not_followed)
{
	struct http_fixture f;
	struct outcome outcome;

	set_up(&f, NULL);
	fetch(&f, "/302", &outcome);
	ck_assert_int_eq(outcome.response.status, 302);
	ck_assert_str_eq(outcome.response.detail, "file:///etc/passwd");
	ck_assert_uint_eq(f.server.n_requests, 1);
	http_fixture_finish(&f);
}
END_TEST

START_TEST(a_kept_connection_has_no_connect_phase)
{
	struct http_fixture f;
	struct outcome outcome;

	set_up(&f, NULL);
	fetch(&f, "/ok", &outcome);
	ck_assert(!outcome.response.is_reused);
	ck_assert_int_gt(outcome.response.timing.connect_us, 0);
	ck_assert_int_gt(outcome.response.timing.first_byte_us, 0);
	ck_assert_int_eq(outcome.response.timing.tls_us, 0);
	ck_assert_str_eq(outcome.content_type, "text/plain");
	for (int i = 0; i < 20; i++) {
		fetch(&f, i % 2 ? "/503" : "/ok", &outcome);
		ck_assert(outcome.response.is_reused);
		ck_assert_int_eq(outcome.response.timing.dns_us, 0);
		ck_assert_int_eq(outcome.response.timing.connect_us, 0);
		ck_assert_int_gt(outcome.response.timing.total_us, 0);
	}
	ck_assert_uint_eq(f.server.n_accepted, 1);
	http_fixture_finish(&f);
}
END_TEST

START_TEST(a_connection_that_the_peer_dropped_is_made_anew)
{
	struct http_fixture f;
	struct outcome outcome;

	set_up(&f, NULL);
	for (int i = 0; i < 3; i++) {
		fetch(&f, "/ok", &outcome);
		ck_assert_int_eq(outcome.response.reason, REASON_NONE);
		ck_assert(!outcome.response.is_reused);
		http_server_drop_all(&f.server);
		http_fixture_settle(&f);
	}
	ck_assert_uint_eq(f.server.n_accepted, 3);
	http_fixture_finish(&f);
}
END_TEST

START_TEST(a_fresh_request_is_never_on_a_kept_connection)
{
	struct http_fixture f;
	struct outcome outcome;
	char url[128];
	struct http_header header = { "X-Operation", "7" };
	struct http_request request = {
		.method = "POST",
		.body = "{\"a\":1}",
		.body_len = 7,
		.headers = &header,
		.n_headers = 1,
		.is_fresh = true,
		.authorization = "Bearer secret",
		.accept = "application/json",
		.is_patient = true,
	};

	set_up(&f, NULL);
	request.url = http_server_url(&f.server, "/ok", url, sizeof url);
	fetch(&f, "/ok", &outcome);
	http_fixture_begin(&f, &request, &outcome);
	loop_run_until(&f.loop, &outcome.is_done);
	ck_assert_int_eq(outcome.response.status, 200);
	ck_assert(!outcome.response.is_reused);
	ck_assert_ptr_nonnull(strstr(f.server.last_request, "POST /ok HTTP/1.1\r\n"));
	ck_assert_ptr_nonnull(strstr(f.server.last_request, "X-Operation: 7\r\n"));
	ck_assert_ptr_nonnull(strstr(f.server.last_request, "Authorization: Bearer secret\r\n"));
	ck_assert_ptr_nonnull(strstr(f.server.last_request, "\r\n\r\n{\"a\":1}"));
	fetch(&f, "/ok", &outcome);
	ck_assert_msg(outcome.response.is_reused, "the first connection is still kept");
	ck_assert_uint_eq(f.server.n_accepted, 2);
	http_fixture_finish(&f);
}
END_TEST

START_TEST(a_fresh_request_is_told_tag_and_location)
{
	static const struct {
		const char *path;
		bool is_fresh;
		const char *etag, *location;
	} table[] = {
		{ "/tagged", true, "\"a-1\"", "/control/operations/7" },
		{ "/tagged", false, "none", "none" },
		{ "/tagged-badly", true, "none", "none" },
		{ "/ok", true, "none", "none" },
	};
	struct http_fixture f;

	set_up(&f, NULL);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct http_request request = { .is_fresh = table[i].is_fresh };
		struct outcome outcome;
		char url[128];

		request.url = http_server_url(&f.server, table[i].path, url, sizeof url);
		http_fixture_begin(&f, &request, &outcome);
		loop_run_until(&f.loop, &outcome.is_done);
		ck_assert_str_eq(outcome.etag, table[i].etag);
		ck_assert_str_eq(outcome.location, table[i].location);
	}
	http_fixture_finish(&f);
}
END_TEST

START_TEST(it_is_known_whether_anything_was_sent)
{
	static const char *const sent[] = { "/ok", "/503", "/hang", "/reset-at-once", "/empty", "/garbage" };
	struct http_fixture f;
	struct outcome outcome;

	set_up(&f, NULL);
	for (size_t i = 0; i < sizeof sent / sizeof sent[0]; i++) {
		fetch(&f, sent[i], &outcome);
		ck_assert_msg(outcome.response.is_sent, "%s", sent[i]);
		fetch(&f, "/ok", &outcome); // so that the next one is on a kept connection
	}
	http_fixture_begin(&f, &(struct http_request){ .url = "http://127.0.0.1:1/", .is_fresh = true }, &outcome);
	loop_run_until(&f.loop, &outcome.is_done);
	ck_assert(!outcome.response.is_sent);
	http_fixture_begin(&f, &(struct http_request){ .url = "http://nobody.invalid/" }, &outcome);
	loop_run_until(&f.loop, &outcome.is_done);
	ck_assert(!outcome.response.is_sent);
	http_fixture_finish(&f);
}
END_TEST

START_TEST(a_reused_handle_keeps_nothing_of_the_request_before)
{
	struct http_fixture f;
	struct outcome outcome;
	char url[128];
	struct http_request request = { .method = "PUT", .body = "x", .body_len = 1, .authorization = "Basic Zm9v" };

	set_up(&f, NULL);
	request.url = http_server_url(&f.server, "/ok", url, sizeof url);
	http_fixture_begin(&f, &request, &outcome);
	loop_run_until(&f.loop, &outcome.is_done);
	ck_assert_ptr_nonnull(strstr(f.server.last_request, "PUT /ok"));
	fetch(&f, "/ok", &outcome);
	ck_assert_ptr_nonnull(strstr(f.server.last_request, "GET /ok HTTP/1.1\r\n"));
	ck_assert_ptr_nonnull(strstr(f.server.last_request, "Accept-Encoding: gzip\r\n"));
	ck_assert_ptr_nonnull(strstr(f.server.last_request, "User-Agent: opscon/"));
	ck_assert_ptr_null(strstr(f.server.last_request, "Authorization"));
	ck_assert_ptr_null(strstr(f.server.last_request, "Content-Length"));
	request = (struct http_request){ .url = url, .method = "HEAD" };
	http_fixture_begin(&f, &request, &outcome);
	loop_run_until(&f.loop, &outcome.is_done);
	ck_assert_ptr_nonnull(strstr(f.server.last_request, "HEAD /ok"));
	ck_assert_uint_eq(outcome.response.body_len, 0);
	request = (struct http_request){ .url = url, .method = "DELETE" };
	http_fixture_begin(&f, &request, &outcome);
	loop_run_until(&f.loop, &outcome.is_done);
	ck_assert_ptr_nonnull(strstr(f.server.last_request, "DELETE /ok"));
	http_fixture_finish(&f);
}
END_TEST

START_TEST(what_could_split_a_request_is_refused)
{
	static const struct http_header bad_name = { "A: b\r\nC", "d" }, bad_value = { "A", "b\r\nC: d" };
	static const struct http_request rows[] = {
		{ .url = NULL },
		{ .url = "" },
		{ .url = "http://127.0.0.1/\r\nX: y" },
		{ .url = "http://127.0.0.1/", .method = "GET /x" },
		{ .url = "http://127.0.0.1/", .method = "" },
		{ .url = "http://127.0.0.1/", .authorization = "a\nb" },
		{ .url = "http://127.0.0.1/", .accept = "a\rb" },
		{ .url = "http://127.0.0.1/", .headers = &bad_name, .n_headers = 1 },
		{ .url = "http://127.0.0.1/", .headers = &bad_value, .n_headers = 1 },
	};
	struct http_fixture f;
	struct outcome outcome = { 0 };
	struct http_transfer *transfer;

	set_up(&f, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		ck_assert_int_eq(http_request_start(f.client, &rows[i], outcome_take, &outcome, &transfer), UV_EINVAL);
	ck_assert_uint_eq(http_client_in_flight(f.client), 0);
	http_fixture_finish(&f);
}
END_TEST

static int closed_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t n = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, n), 0);
	getsockname(fd, (struct sockaddr *)&address, &n);
	close(fd);
	return ntohs(address.sin_port);
}

static enum reason reason_of(struct http_fixture *f, const char *url, struct outcome *outcome)
{
	struct http_request request = { .url = url, .timeout_ms = 5000 };

	http_fixture_begin(f, &request, outcome);
	loop_run_until(&f->loop, &outcome->is_done);
	return outcome->response.reason;
}

START_TEST(connections_that_fail_have_their_reasons)
{
	struct http_fixture f;
	struct outcome outcome;
	char url[64];

	set_up(&f, NULL);
	snprintf(url, sizeof url, "http://127.0.0.1:%d/", closed_port());
	ck_assert_int_eq(reason_of(&f, url, &outcome), REASON_CONNECT_REFUSED);
	ck_assert_str_eq(outcome.response.detail, "");
	ck_assert_int_eq(outcome.response.timing.connect_us, -1);
	ck_assert_int_eq(outcome.response.timing.first_byte_us, -1);
	ck_assert_int_eq(reason_of(&f, "file:///etc/passwd", &outcome), REASON_PARSE);
	ck_assert_int_eq(reason_of(&f, "gopher://127.0.0.1/", &outcome), REASON_PARSE);
	ck_assert_int_eq(reason_of(&f, "http://", &outcome), REASON_PARSE);
	http_server_url(&f.server, "/ok", url, sizeof url);
	memcpy(url, "ftps", 4);
	ck_assert_int_eq(reason_of(&f, url, &outcome), REASON_PARSE);
	http_fixture_finish(&f);
}
END_TEST

START_TEST(the_address_that_answers_is_found)
{
	struct http_fixture f;
	struct outcome outcome;
	char url[64];

	set_up(&f, NULL);
	snprintf(url, sizeof url, "http://localhost:%d/ok", f.server.port); // [::1] refuses, as a rule
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(reason_of(&f, url, &outcome), REASON_NONE);
		ck_assert_int_lt(outcome.response.timing.total_us, 1500000);
	}
	ck_assert(outcome.response.is_reused);
	http_fixture_finish(&f);
}
END_TEST

START_TEST(a_full_backlog_is_a_connect_timeout)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t n = sizeof address;
	int listener = socket(AF_INET, SOCK_STREAM, 0), fillers[4];
	struct http_fixture f;
	struct outcome outcome;
	char url[64];

	set_up(&f, &(struct http_options){ .connect_timeout_ms = 100 });
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, n), 0);
	ck_assert_int_eq(listen(listener, 0), 0);
	getsockname(listener, (struct sockaddr *)&address, &n);
	for (int i = 0; i < 4; i++) {
		fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(fillers[i], (struct sockaddr *)&address, n);
	}
	snprintf(url, sizeof url, "http://127.0.0.1:%d/", ntohs(address.sin_port));
	ck_assert_int_eq(reason_of(&f, url, &outcome), REASON_CONNECT_TIMEOUT);
	ck_assert_int_lt(outcome.response.timing.total_us, 1500000);
	for (int i = 0; i < 4; i++)
		close(fillers[i]);
	close(listener);
	http_fixture_finish(&f);
}
END_TEST

START_TEST(a_lack_of_descriptors_is_our_own_fault)
{
	struct http_fixture f;
	struct outcome outcome;
	struct rlimit files;

	set_up(&f, NULL);
	reason_of(&f, "http://127.0.0.1:1/", &outcome); // libcurl is there
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &files), 0);
	files.rlim_cur = 3;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &files), 0);
	fetch(&f, "/ok", &outcome);
	ck_assert_int_eq(outcome.response.reason, REASON_PROBER_OVERLOAD);
	ck_assert_int_eq(reason_of(&f, "http://a-name.invalid/", &outcome), REASON_PROBER_OVERLOAD);
	files.rlim_cur = files.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &files), 0);
	fetch(&f, "/ok", &outcome);
	ck_assert_int_eq(outcome.response.reason, REASON_NONE);
	http_fixture_finish(&f);
}
END_TEST

START_TEST(a_proxy_that_is_gone_says_nothing_about_agents)
{
	struct http_fixture f;
	struct outcome outcome;
	char proxy[64];

	snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", closed_port());
	set_up(&f, &(struct http_options){ .proxy = proxy });
	fetch(&f, "/ok", &outcome);
	ck_assert_int_eq(outcome.response.reason, REASON_OFFLINE);
	ck_assert_str_eq(outcome.response.detail, "the proxy does not answer");
	http_fixture_finish(&f);
}
END_TEST

START_TEST(proxies_of_the_environment_are_not_used)
{
	struct http_fixture f;
	struct outcome outcome;

	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	set_up(&f, NULL);
	fetch(&f, "/ok", &outcome);
	ck_assert_int_eq(outcome.response.status, 200);
	http_fixture_finish(&f);
}
END_TEST

START_TEST(a_cancelled_request_is_silent)
{
	struct http_fixture f;
	struct outcome cancelled, other;
	char url[128];
	struct http_request request = { .url = url };
	struct http_transfer *transfer;

	set_up(&f, NULL);
	http_server_url(&f.server, "/hang", url, sizeof url);
	transfer = http_fixture_begin(&f, &request, &cancelled);
	fetch(&f, "/ok", &other);
	ck_assert_uint_eq(http_client_in_flight(f.client), 1);
	http_request_cancel(transfer);
	http_request_cancel(NULL);
	ck_assert_uint_eq(http_client_in_flight(f.client), 0);
	fetch(&f, "/ok", &other);
	ck_assert_int_eq(other.response.reason, REASON_NONE);
	ck_assert_int_eq(cancelled.n_calls, 0);
	http_fixture_finish(&f);
}
END_TEST

START_TEST(closing_drops_what_is_in_flight)
{
	struct http_fixture f;
	struct outcome outcomes[4], other;
	char url[128];
	struct http_request request = { .url = url };

	set_up(&f, NULL);
	http_server_url(&f.server, "/hang", url, sizeof url);
	for (int i = 0; i < 4; i++)
		http_fixture_begin(&f, &request, &outcomes[i]);
	fetch(&f, "/ok", &other);
	http_client_close(f.client, NULL, NULL);
	http_client_close(NULL, NULL, NULL);
	http_server_stop(&f.server);
	loop_finish(&f.loop);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(outcomes[i].n_calls, 0);
}
END_TEST

struct closer {
	struct http_client *client;
	bool is_closed;
};

static void closed_cb(void *ctx)
{
	*(bool *)ctx = true;
}

static void close_in_callback(const struct http_response *response, void *ctx)
{
	struct closer *closer = ctx;

	(void)response;
	http_client_close(closer->client, closed_cb, &closer->is_closed);
}

START_TEST(closing_from_a_callback_is_fine)
{
	struct http_fixture f;
	struct closer closer = { 0 };
	struct http_transfer *transfer;
	struct http_request request = { 0 };
	char url[128];

	set_up(&f, NULL);
	closer.client = f.client;
	request.url = http_server_url(&f.server, "/ok", url, sizeof url);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(http_request_start(f.client, &request, close_in_callback, &closer, &transfer), 0);
	loop_run_until(&f.loop, &closer.is_closed);
	http_server_stop(&f.server);
	loop_finish(&f.loop);
}
END_TEST

SUITE("http", every_fault_has_its_reason, a_fault_is_told_alike_on_new_and_kept_connections,
      a_redirect_is_told_and_not_followed, a_kept_connection_has_no_connect_phase,
      a_connection_that_the_peer_dropped_is_made_anew, a_fresh_request_is_never_on_a_kept_connection,
      a_fresh_request_is_told_tag_and_location, it_is_known_whether_anything_was_sent,
      a_reused_handle_keeps_nothing_of_the_request_before, what_could_split_a_request_is_refused,
      connections_that_fail_have_their_reasons, the_address_that_answers_is_found, a_full_backlog_is_a_connect_timeout,
      a_lack_of_descriptors_is_our_own_fault, a_proxy_that_is_gone_says_nothing_about_agents,
      proxies_of_the_environment_are_not_used, a_cancelled_request_is_silent, closing_drops_what_is_in_flight,
      closing_from_a_callback_is_fine)
