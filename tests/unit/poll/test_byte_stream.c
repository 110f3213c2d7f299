// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/strbuf.h"
#include "poll/byte_stream.h"
#include "poll/http.h"
#include "tests/support/http_server.h"
#include "tests/unit/poll/tls_peer.h"

static const char question[] = "GET /answer HTTP/1.1\r\nHost: x\r\n\r\n";

struct talk {
	uv_loop_t loop;
	struct http_client *client;
	struct byte_stream *stream;
	struct bytes got;
	const char *to_send;
	size_t n_to_send, n_wanted;
	ssize_t last;
	enum reason reason;
	char detail[REASON_DETAIL_MAX];
	bool is_opened, is_done, is_closed;
};

static void send_more(struct talk *talk)
{
	while (talk->n_to_send) {
		ssize_t n = byte_stream_write(talk->stream, talk->to_send, talk->n_to_send);

		if (n == -EAGAIN) {
			byte_stream_await_room(talk->stream);
			return;
		}
		if (n < 0)
			return; // reading tells
		talk->to_send += n;
		talk->n_to_send -= (size_t)n;
	}
}

static void on_opened(void *ctx, enum reason reason, const char *detail)
{
	struct talk *talk = ctx;

	ck_assert(!talk->is_opened);
	talk->is_opened = true;
	talk->reason = reason;
	snprintf(talk->detail, sizeof talk->detail, "%s", detail);
	if (reason == REASON_NONE)
		send_more(talk);
	else
		talk->is_done = true;
}

static void on_readable(void *ctx)
{
	struct talk *talk = ctx;
	char bytes[4096];

	while ((talk->last = byte_stream_read(talk->stream, bytes, sizeof bytes)) > 0)
		ck_assert_int_eq(bytes_add(&talk->got, bytes, (size_t)talk->last), 0);
	talk->is_done = talk->last != -EAGAIN || (talk->n_wanted && talk->got.len >= talk->n_wanted);
}

static void on_writable(void *ctx)
{
	send_more(ctx);
}

static const struct byte_stream_class class = { on_opened, on_readable, on_writable };

static void on_closed(void *ctx)
{
	struct talk *talk = ctx;

	talk->is_closed = true;
}

static void begin(struct talk *talk, const struct http_options *options)
{
	*talk = (struct talk){ .to_send = question, .n_to_send = sizeof question - 1 };
	bytes_init(&talk->got, 64 << 20);
	uv_loop_init(&talk->loop);
	ck_assert_int_eq(http_client_create(&talk->loop, options, &talk->client), 0);
}

static int open_to(struct talk *talk, const struct byte_stream_options *options)
{
	return byte_stream_open(talk->client, options, &class, talk, &talk->stream);
}

static void finish(struct talk *talk)
{
	byte_stream_close(talk->stream, on_closed, talk);
	if (talk->stream)
		loop_run_until(&talk->loop, &talk->is_closed);
	http_client_close(talk->client, NULL, NULL);
	loop_finish(&talk->loop);
	bytes_finish(&talk->got);
}

START_TEST(bytes_go_both_ways)
{
	static const struct server_rule rules[] = { { "/answer", "HTTP/1.1 101 x\r\n\r\nhello", 0, SERVER_KEEP, 0 } };
	struct http_server server;
	struct talk talk;
	char url[128];

	begin(&talk, NULL);
	http_server_start(&server, &talk.loop, rules, 1);
	talk.n_wanted = strlen(rules[0].bytes);
	ck_assert_int_eq(
		open_to(&talk, &(struct byte_stream_options){ .url = http_server_url(&server, "", url, sizeof url) }),
		0);
	ck_assert_int_eq(byte_stream_read(talk.stream, url, 1), -EAGAIN); // not yet
	ck_assert_int_eq(byte_stream_write(talk.stream, "x", 1), -EAGAIN);
	loop_run_until(&talk.loop, &talk.is_done);
	ck_assert_int_eq(talk.reason, REASON_NONE);
	ck_assert_str_eq(talk.got.data, rules[0].bytes);
	ck_assert_str_eq(server.last_request, question);
	talk.is_done = false; // and the end of it
	http_server_drop_all(&server);
	loop_run_until(&talk.loop, &talk.is_done);
	ck_assert_int_eq(talk.last, -EPIPE);
	http_server_stop(&server);
	finish(&talk);
}
END_TEST

START_TEST(a_socket_in_the_file_system_will_do)
{
	static const struct server_rule rules[] = { { "/answer", "yes", 0, SERVER_RESET, 0 } };
	struct http_server server;
	struct talk talk;
	char path[64];

	snprintf(path, sizeof path, "/tmp/opscon-stream-%d.sock", (int)getpid());
	begin(&talk, NULL);
	http_server_start_at(&server, &talk.loop, path, rules, 1);
	ck_assert_int_eq(
		open_to(&talk, &(struct byte_stream_options){ .url = "http://localhost", .unix_socket = path }), 0);
	loop_run_until(&talk.loop, &talk.is_done);
	ck_assert_int_eq(talk.reason, REASON_NONE);
	ck_assert(talk.last == -EPIPE || talk.last == -ECONNRESET);
	http_server_stop(&server);
	finish(&talk);
}
END_TEST

START_TEST(who_is_not_there_is_told_with_why)
{
	static const struct {
		const char *url, *socket;
		enum reason reason;
	} rows[] = {
		{ "http://127.0.0.1:1", NULL, REASON_CONNECT_REFUSED },
		{ "http://localhost", "/tmp/opscon-there-is-no-such.sock", REASON_CONNECT_REFUSED },
		{ "http://no-such-host.invalid", NULL, REASON_DNS_NXDOMAIN },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct talk talk;

		begin(&talk, NULL);
		ck_assert_int_eq(open_to(&talk, &(struct byte_stream_options){ .url = rows[i].url,
									       .unix_socket = rows[i].socket }),
				 0);
		loop_run_until(&talk.loop, &talk.is_done);
		ck_assert_msg(talk.reason == rows[i].reason ||
				      (rows[i].reason == REASON_DNS_NXDOMAIN && talk.reason == REASON_DNS_TIMEOUT),
			      "%s: %s", rows[i].url, reason_name(talk.reason));
		finish(&talk);
	}
}
END_TEST

START_TEST(a_proxy_has_to_let_it_through)
{
	static const struct server_rule rules[] = { { "", "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", 0,
						      SERVER_CLOSE, 0 } };
	struct http_server server;
	struct talk talk;
	char url[128];

	begin(&talk, NULL);
	http_server_start(&server, &talk.loop, rules, 1);
	http_client_close(talk.client, NULL, NULL);
	ck_assert_int_eq(
		http_client_create(&talk.loop,
				   &(struct http_options){ .proxy = http_server_url(&server, "", url, sizeof url) },
				   &talk.client),
		0);
	ck_assert_int_eq(open_to(&talk, &(struct byte_stream_options){ .url = "http://192.0.2.1:80" }), 0);
	loop_run_until(&talk.loop, &talk.is_done);
	ck_assert_int_ne(talk.reason, REASON_NONE);
	ck_assert_ptr_nonnull(strstr(server.last_request, "CONNECT 192.0.2.1:80"));
	http_server_stop(&server);
	finish(&talk);
}
END_TEST

START_TEST(what_is_no_address_is_refused)
{
	struct talk talk;

	begin(&talk, NULL);
	ck_assert_int_eq(open_to(&talk, &(struct byte_stream_options){ .url = "" }), -EINVAL);
	ck_assert_int_eq(open_to(&talk, &(struct byte_stream_options){ .url = "http://a\r\nb" }), -EINVAL);
	ck_assert_int_eq(open_to(&talk, &(struct byte_stream_options){ .url = "http://a", .unix_socket = "here" }),
			 -EINVAL);
	ck_assert_ptr_null(talk.stream);
	byte_stream_close(NULL, NULL, NULL);
	finish(&talk);
}
END_TEST

START_TEST(can_be_closed_at_any_time)
{
	struct talk talk;

	begin(&talk, NULL); // while a name is looked up, and while it connects
	ck_assert_int_eq(open_to(&talk, &(struct byte_stream_options){ .url = "http://no-such-host.invalid" }), 0);
	finish(&talk);
	begin(&talk, NULL);
	ck_assert_int_eq(open_to(&talk, &(struct byte_stream_options){ .url = "http://192.0.2.1:80" }), 0);
	uv_run(&talk.loop, UV_RUN_NOWAIT);
	finish(&talk);
	ck_assert(!talk.is_opened || talk.reason != REASON_NONE);
}
END_TEST

START_TEST(short_of_memory_nothing_stays_behind)
{
	for (long n = 0; n < 3; n++) {
		struct talk talk;
		int r;

		begin(&talk, NULL);
		mem_fail_once(n);
		r = open_to(&talk, &(struct byte_stream_options){ .url = "http://127.0.0.1:1", .timeout_ms = 200 });
		ck_assert(r == 0 || r == -ENOMEM);
		if (r == 0)
			loop_run_until(&talk.loop, &talk.is_done);
		mem_fail_after(-1);
		finish(&talk);
	}
}
END_TEST

START_TEST(certificates_are_looked_at)
{
	static const struct {
		const char *certificate;
		bool has_ca, is_insecure;
		enum reason reason;
	} rows[] = {
		{ "self", true, false, REASON_NONE },
		{ "self", false, false, REASON_TLS_UNTRUSTED },
		{ "other", false, true, REASON_NONE },
		{ "old", false, true, REASON_NONE },
		{ "other", false, false, REASON_TLS_UNTRUSTED },
	};
	struct tls_peer peer = { 0 };
	char url[64], ca[96];

	if (!tls_peer_is_there()) {
		suite_skip("no openssl");
		return;
	}
	tls_peer_prepare(&peer);
	snprintf(ca, sizeof ca, "%s/self.pem", peer.folder);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct talk talk;

		tls_peer_serve(&peer, rows[i].certificate, "");
		snprintf(url, sizeof url, "https://127.0.0.1:%d", peer.port);
		begin(&talk, NULL);
		talk.to_send = "GET / HTTP/1.0\r\n\r\n";
		talk.n_to_send = strlen(talk.to_send);
		ck_assert_int_eq(
			open_to(&talk, &(struct byte_stream_options){ .url = url,
								      .tls = { .ca_file = rows[i].has_ca ? ca : NULL,
									       .is_insecure = rows[i].is_insecure } }),
			0);
		loop_run_until(&talk.loop, &talk.is_done);
		ck_assert_msg(talk.reason == rows[i].reason, "%s: %s %s", rows[i].certificate, reason_name(talk.reason),
			      talk.detail);
		if (talk.reason == REASON_NONE)
			ck_assert_ptr_nonnull(strstr(talk.got.data, "200 ok"));
		finish(&talk);
		tls_peer_stop(&peer);
	}
	tls_peer_finish(&peer);
}
END_TEST

SUITE("byte_stream", bytes_go_both_ways, a_socket_in_the_file_system_will_do, who_is_not_there_is_told_with_why,
      a_proxy_has_to_let_it_through, what_is_no_address_is_refused, can_be_closed_at_any_time,
      short_of_memory_nothing_stays_behind, certificates_are_looked_at)
