// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <string.h>

#include "base/memory.h"
#include "poll/http_intake.h"

static const struct http_limits limits = {
	.max_body_bytes = 100000,
	.max_wire_bytes = 5000,
	.max_header_bytes = 400,
	.max_headers = 5,
};

// Feeds text line by line.
static bool take_headers(struct http_intake *intake, const char *text)
{
	while (*text) {
		const char *end = strchr(text, '\n');
		size_t n = end ? (size_t)(end + 1 - text) : strlen(text);

		if (!http_intake_header(intake, text, n))
			return false;
		text += n;
	}
	return true;
}

START_TEST(headers_are_judged)
{
	static const struct {
		const char *text;
		enum reason reason;
		bool has_headers;
		int status;
	} rows[] = {
		{ "HTTP/1.1 200 OK\r\nA: b\r\n\r\n", REASON_NONE, true, 200 },
		{ "HTTP/1.1 503\r\n\r\n", REASON_NONE, true, 503 },
		{ "HTTP/1.1 200 OK\r\nA: b\r\n", REASON_NONE, false, 200 },
		{ "HTTP/1.1 100 Continue\r\n\r\n", REASON_NONE, false, 100 },
		{ "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\n\r\n", REASON_NONE, true, 204 },
		{ "HTTP/1.1 200 OK\nContent-Encoding: gzip\n\n", REASON_NONE, true, 200 },
		{ "HTTP/1.1 200 OK\r\ncontent-encoding:  X-GZIP , identity \r\n\r\n", REASON_NONE, true, 200 },
		{ "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n", REASON_BAD_ENCODING, false, 200 },
		{ "HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\n", REASON_BAD_ENCODING, false, 200 },
		{ "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Encoding: gzip\r\n", REASON_BAD_ENCODING, false,
		  200 },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", REASON_NONE, true, 200 },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n", REASON_BAD_ENCODING, false, 200 },
		{ "HTTP/1.1 200 OK\r\nA:\r\nA:\r\nA:\r\nA:\r\nA:\r\n\r\n", REASON_NONE, true, 200 },
		{ "HTTP/1.1 200 OK\r\nA:\r\nA:\r\nA:\r\nA:\r\nA:\r\nA:\r\n\r\n", REASON_TOO_MANY_HEADERS, false, 200 },
		{ "HTTP/1.1 x\r\n\r\n", REASON_NONE, false, 0 },
	};
	struct http_intake intake;

	http_intake_init(&intake);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		http_intake_start(&intake, &limits);
		ck_assert_int_eq(take_headers(&intake, rows[i].text), rows[i].reason == REASON_NONE);
		ck_assert_msg(intake.reason == rows[i].reason, "row %zu: %s", i, reason_name(intake.reason));
		ck_assert_msg(intake.has_headers == rows[i].has_headers, "row %zu", i);
		ck_assert_int_eq(intake.status, rows[i].status);
		ck_assert_int_eq(http_intake_end(&intake), rows[i].has_headers);
	}
	http_intake_finish(&intake);
}
END_TEST

START_TEST(header_bytes_count_over_all_blocks)
{
	struct http_intake intake;
	int n = 0;

	http_intake_init(&intake);
	http_intake_start(&intake, &limits);
	while (take_headers(&intake, "HTTP/1.1 100 Continue\r\n\r\n"))
		ck_assert_int_lt(n++, 100);
	ck_assert_int_eq(intake.reason, REASON_TOO_MANY_HEADERS);
	ck_assert_int_eq(n, 400 / 25);
	http_intake_finish(&intake);
}
END_TEST

static size_t compress_zeros(unsigned char *out, size_t size, size_t n)
{
	static unsigned char zeros[4096];
	z_stream z = { 0 };

	ck_assert_int_eq(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_out = out;
	z.avail_out = (unsigned)size;
	while (n > 0) {
		z.next_in = zeros;
		z.avail_in = (unsigned)(n < sizeof zeros ? n : sizeof zeros);
		n -= z.avail_in;
		ck_assert_int_ne(deflate(&z, n ? Z_NO_FLUSH : Z_FINISH), Z_STREAM_ERROR);
	}
	size -= z.avail_out;
	deflateEnd(&z);
	return size;
}

static void start_gzip(struct http_intake *intake)
{
	http_intake_start(intake, &limits);
	ck_assert(take_headers(intake, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"));
}

START_TEST(gzip_is_undone_in_any_pieces)
{
	static unsigned char data[4096];
	size_t n = compress_zeros(data, sizeof data, 50000);
	struct http_intake intake;

	http_intake_init(&intake);
	for (size_t piece = 1; piece <= n; piece += 7) {
		start_gzip(&intake);
		for (size_t at = 0; at < n; at += piece)
			ck_assert(http_intake_body(&intake, (char *)data + at, piece < n - at ? piece : n - at));
		ck_assert(http_intake_end(&intake));
		ck_assert_uint_eq(intake.body.len, 50000);
		ck_assert_uint_eq(intake.wire_bytes, n);
	}
	http_intake_finish(&intake);
}
END_TEST

START_TEST(gzip_members_follow_each_other)
{
	static unsigned char data[4096];
	size_t n = compress_zeros(data, 2048, 10);
	struct http_intake intake;

	memcpy(data + n, data, n);
	http_intake_init(&intake);
	start_gzip(&intake);
	ck_assert(http_intake_body(&intake, (char *)data, 2 * n));
	ck_assert(http_intake_end(&intake));
	ck_assert_uint_eq(intake.body.len, 20);
	http_intake_finish(&intake);
}
END_TEST

START_TEST(bad_gzip_has_its_reason)
{
	static unsigned char bomb[100000];
	size_t n_bomb = compress_zeros(bomb, sizeof bomb, 200000), n_whole;
	static unsigned char whole[4096];
	struct http_intake intake;

	n_whole = compress_zeros(whole, sizeof whole, 1000);
	http_intake_init(&intake);
	start_gzip(&intake);
	ck_assert(!http_intake_body(&intake, (char *)bomb, n_bomb));
	ck_assert_int_eq(intake.reason, REASON_TOO_LARGE);
	ck_assert_uint_le(intake.body.len, 100000);

	start_gzip(&intake);
	ck_assert(http_intake_body(&intake, (char *)whole, n_whole - 5));
	ck_assert(!http_intake_end(&intake));
	ck_assert_int_eq(intake.reason, REASON_TRUNCATED);

	start_gzip(&intake);
	ck_assert(!http_intake_body(&intake, "this is not gzip", 16));
	ck_assert_int_eq(intake.reason, REASON_BAD_ENCODING);

	start_gzip(&intake);
	ck_assert_msg(http_intake_end(&intake), "an empty body is whole");
	http_intake_finish(&intake);
}
END_TEST

START_TEST(bodies_are_limited_on_the_wire)
{
	static char data[5000];
	struct http_intake intake;

	http_intake_init(&intake);
	http_intake_start(&intake, &limits);
	ck_assert(http_intake_body(&intake, data, 5000));
	ck_assert(!http_intake_body(&intake, data, 1));
	ck_assert_int_eq(intake.reason, REASON_TOO_LARGE);
	ck_assert(!http_intake_end(&intake));
	http_intake_finish(&intake);
}
END_TEST

START_TEST(without_memory_it_is_our_fault)
{
	static unsigned char whole[4096];
	size_t n = compress_zeros(whole, sizeof whole, 1000);
	struct http_intake intake;
	int n_failures = 0;

	http_intake_init(&intake);
	for (bool is_done = false; !is_done; n_failures++) {
		start_gzip(&intake);
		mem_fail_after(n_failures);
		is_done = http_intake_body(&intake, (char *)whole, n);
		mem_fail_after(-1);
		ck_assert_int_eq(intake.reason, is_done ? REASON_NONE : REASON_PROBER_OVERLOAD);
		http_intake_finish(&intake);
	}
	ck_assert_int_ge(n_failures, 3);
	http_intake_start(&intake, &limits);
	mem_fail_after(0);
	ck_assert(!http_intake_body(&intake, "x", 1));
	mem_fail_after(-1);
	ck_assert_int_eq(intake.reason, REASON_PROBER_OVERLOAD);
	http_intake_finish(&intake);
}
END_TEST

START_TEST(a_large_buffer_is_let_go)
{
	static char data[4096];
	const struct http_limits wide = { 1 << 20, 1 << 20, 400, 5 };
	struct http_intake intake;

	http_intake_init(&intake);
	http_intake_start(&intake, &wide);
	for (int i = 0; i < 100; i++)
		ck_assert(http_intake_body(&intake, data, sizeof data));
	http_intake_trim(&intake);
	ck_assert_uint_eq(intake.body.cap, 0);
	http_intake_start(&intake, &wide);
	ck_assert(http_intake_body(&intake, data, 10));
	http_intake_trim(&intake);
	ck_assert_uint_gt(intake.body.cap, 0);
	http_intake_finish(&intake);
}
END_TEST

SUITE("http_intake", headers_are_judged, header_bytes_count_over_all_blocks, gzip_is_undone_in_any_pieces,
      gzip_members_follow_each_other, bad_gzip_has_its_reason, bodies_are_limited_on_the_wire,
      without_memory_it_is_our_fault, a_large_buffer_is_let_go)
