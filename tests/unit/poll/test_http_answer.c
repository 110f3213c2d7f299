// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <string.h>

#include "base/memory.h"
#include "poll/http_answer.h"

static const struct http_limits limits = {
	.max_body_bytes = 1000,
	.max_wire_bytes = 500,
	.max_header_bytes = 200,
	.max_headers = 5,
};

#define HEAD "HTTP/1.1 200 OK\r\n"
#define CHUNKED HEAD "Transfer-Encoding: chunked\r\n\r\n"

static const struct {
	const char *text;
	enum http_answer_state state;
	const char *body;
	size_t n_over; // bytes behind the answer
} rows[] = {
	{ HEAD "Content-Length: 2\r\n\r\nok", ANSWER_DONE, "ok", 0 },
	{ HEAD "Content-Length: 2\r\n\r\nokHTTP", ANSWER_DONE, "ok", 4 },
	{ HEAD "Content-Length: 0\r\n\r\n", ANSWER_DONE, "", 0 },
	{ HEAD "content-length:2 \t\r\nConnection: Keep-Alive\r\n\r\nok", ANSWER_DONE, "ok", 0 },
	{ "HTTP/1.1 503\r\nContent-Length: 2\r\n\r\nno", ANSWER_DONE, "no", 0 },
	{ "HTTP/1.1 204 No Content\r\n\r\n", ANSWER_DONE, "", 0 },
	{ "HTTP/1.1 304 Not Modified\r\nContent-Length: 0\r\n\r\n", ANSWER_DONE, "", 0 },
	{ CHUNKED "2\r\nok\r\n0\r\n\r\n", ANSWER_DONE, "ok", 0 },
	{ CHUNKED "1\r\no\r\n01;x=y\r\nk\r\n000\r\nTrailer: 1\r\n\r\n!", ANSWER_DONE, "ok", 1 },
	{ CHUNKED "A\r\n0123456789\r\n0\r\n\r\n", ANSWER_DONE, "0123456789", 0 },
	{ HEAD "Content-Length: 3\r\n\r\nok", ANSWER_MORE, "ok", 0 },
	{ HEAD "Content-Length: 3\r\n", ANSWER_MORE, "", 0 },
	{ CHUNKED "2\r\nok\r\n", ANSWER_MORE, "ok", 0 },
	{ CHUNKED "2\r\nok\r\n0\r\nTrailer: 1\r\n", ANSWER_MORE, "ok", 0 },
	{ "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", ANSWER_UNUSUAL, NULL, 0 },
	{ "HTTP/1.1 100 Continue\r\n\r\n", ANSWER_UNUSUAL, NULL, 0 },
	{ "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n", ANSWER_UNUSUAL, NULL, 0 },
	{ "HTTP/1.1 2000\r\n\r\n", ANSWER_UNUSUAL, NULL, 0 },
	{ "HTTP/1.1 2x0 OK\r\n\r\n", ANSWER_UNUSUAL, NULL, 0 },
	{ "HTTP/1.1 200 OK\nContent-Length: 0\n\n", ANSWER_UNUSUAL, NULL, 0 },
	{ "garbage\r\n", ANSWER_UNUSUAL, NULL, 0 },
	{ "garbage", ANSWER_UNUSUAL, NULL, 0 },
	{ "HTTP/1.", ANSWER_MORE, "", 0 },
	{ "\r\n", ANSWER_UNUSUAL, NULL, 0 },
	{ HEAD "\r\n", ANSWER_UNUSUAL, NULL, 0 },
	{ HEAD "Content-Length: 2\r\nContent-Length: 2\r\n\r\nok", ANSWER_UNUSUAL, NULL, 0 },
	{ HEAD "Content-Length: +2\r\n\r\nok", ANSWER_UNUSUAL, NULL, 0 },
	{ HEAD "Content-Length: \r\n\r\nok", ANSWER_UNUSUAL, NULL, 0 },
	{ HEAD "Content-Length: 1000000000000000\r\n\r\nok", ANSWER_UNUSUAL, NULL, 0 },
	{ HEAD "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n", ANSWER_UNUSUAL, NULL, 0 },
	{ HEAD "Transfer-Encoding: identity\r\n\r\n", ANSWER_UNUSUAL, NULL, 0 },
	{ HEAD "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", ANSWER_UNUSUAL, NULL, 0 },
	{ HEAD "Connection: upgrade\r\n\r\n", ANSWER_UNUSUAL, NULL, 0 },
	{ HEAD "Content-Type: a\r\nContent-Type: b\r\n\r\n", ANSWER_UNUSUAL, NULL, 0 },
	{ HEAD "A : b\r\n\r\n", ANSWER_UNUSUAL, NULL, 0 },
	{ HEAD "A: b\r\n folded\r\n\r\n", ANSWER_UNUSUAL, NULL, 0 },
	{ HEAD "no colon\r\n\r\n", ANSWER_UNUSUAL, NULL, 0 },
	{ HEAD "HTTP/a: b\r\nContent-Length: 0\r\n\r\n", ANSWER_UNUSUAL, NULL, 0 },
	{ HEAD ": b\r\n\r\n", ANSWER_UNUSUAL, NULL, 0 },
	{ HEAD "A: b\rc\r\n\r\n", ANSWER_UNUSUAL, NULL, 0 },
	{ "HTTP/1.1 302 Go\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", ANSWER_UNUSUAL, NULL, 0 },
	{ "HTTP/1.1 204 No\r\nContent-Length: 2\r\n\r\nok", ANSWER_UNUSUAL, NULL, 0 },
	{ CHUNKED "x\r\n", ANSWER_UNUSUAL, NULL, 0 },
	{ CHUNKED "\r\n", ANSWER_UNUSUAL, NULL, 0 },
	{ CHUNKED "2 \r\nok\r\n0\r\n\r\n", ANSWER_UNUSUAL, NULL, 0 },
	{ CHUNKED "2\nok\r\n0\r\n\r\n", ANSWER_UNUSUAL, NULL, 0 },
	{ CHUNKED "2\r\nokay\r\n", ANSWER_UNUSUAL, NULL, 0 },
	{ CHUNKED "0\r\nHTTP/1.1 500 No: x\r\n\r\n", ANSWER_UNUSUAL, NULL, 0 },
	{ CHUNKED "FFFFFFFFFFFFFFFF\r\nok\r\n", ANSWER_UNUSUAL, NULL, 0 },
	{ CHUNKED "2\r\nok\r\n0\r\nTrailer: 1\n\r\n", ANSWER_UNUSUAL, NULL, 0 },
	{ HEAD "A:\r\nA:\r\nA:\r\nA:\r\nA:\r\nA:\r\n", ANSWER_REFUSED, NULL, 0 },
	{ HEAD "Content-Encoding: br\r\n", ANSWER_REFUSED, NULL, 0 },
	{ CHUNKED "0\r\nA:\r\nA:\r\nA:\r\nA:\r\nA:\r\n", ANSWER_REFUSED, NULL, 0 },
};

struct reader {
	struct http_answer answer;
	struct http_intake intake;
};

static void reader_init(struct reader *reader)
{
	http_answer_init(&reader->answer);
	http_intake_init(&reader->intake);
}

static void reader_finish(struct reader *reader)
{
	http_answer_finish(&reader->answer);
	http_intake_finish(&reader->intake);
}

// So many bytes at a time.
static enum http_answer_state read_text(struct reader *reader, const char *text, size_t n, size_t at_once,
					size_t *n_read)
{
	enum http_answer_state state = ANSWER_MORE;
	size_t n_used;

	http_answer_start(&reader->answer);
	http_intake_start(&reader->intake, &limits);
	for (*n_read = 0; state == ANSWER_MORE && *n_read < n; *n_read += n_used) {
		size_t n_given = n - *n_read < at_once ? n - *n_read : at_once;

		state = http_answer_take(&reader->answer, &reader->intake, text + *n_read, n_given, &n_used);
		ck_assert(n_used == n_given || state != ANSWER_MORE);
	}
	return state;
}

START_TEST(plain_answers_are_read_and_others_left)
{
	struct reader reader;

	reader_init(&reader);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t n = strlen(rows[i].text), n_read;

		for (size_t at_once = 1; at_once <= n; at_once++) {
			enum http_answer_state state = read_text(&reader, rows[i].text, n, at_once, &n_read);

			ck_assert_msg(state == rows[i].state, "%s by %zu: %d", rows[i].text, at_once, (int)state);
			if (!rows[i].body)
				continue;
			ck_assert_uint_eq(reader.intake.body.len, strlen(rows[i].body));
			ck_assert(memcmp(reader.intake.body.data ? reader.intake.body.data : "", rows[i].body,
					 strlen(rows[i].body)) == 0);
			if (state == ANSWER_DONE)
				ck_assert_uint_eq(n - n_read, rows[i].n_over);
		}
	}
	reader_finish(&reader);
}
END_TEST

START_TEST(what_the_head_tells_is_kept)
{
	static const char text[] =
		HEAD "content-type: text/plain; a=b \r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
	struct reader reader;
	size_t n_read;

	reader_init(&reader);
	ck_assert_int_eq(read_text(&reader, text, sizeof text - 1, 7, &n_read), ANSWER_DONE);
	ck_assert_str_eq(reader.answer.head.content_type, "text/plain; a=b");
	ck_assert(reader.answer.head.is_closing && reader.answer.has_byte);
	ck_assert_int_eq(reader.answer.head.status, 200);
	ck_assert_int_eq(reader.intake.status, 200);
	ck_assert_int_eq(read_text(&reader, HEAD "Content-Length: 0\r\n\r\n", 38, 38, &n_read), ANSWER_DONE);
	ck_assert_str_eq(reader.answer.head.content_type, "");
	ck_assert(!reader.answer.head.is_closing);
	reader_finish(&reader);
}
END_TEST

START_TEST(limits_hold_however_the_bytes_come)
{
	char text[4096] = HEAD "Long: ";
	enum http_answer_state state;
	struct reader reader;
	size_t n_read;

	reader_init(&reader);
	memset(text + strlen(text), 'x', 1000);
	for (size_t at_once = 1; at_once < 500; at_once += 50) {
		ck_assert_int_eq(read_text(&reader, text, strlen(text), at_once, &n_read), ANSWER_UNUSUAL);
		ck_assert_uint_le(n_read, limits.max_header_bytes + 2 + at_once);
	}
	strcpy(text + 500, "\r\n");
	for (size_t at_once = 1; at_once < 600; at_once += 50) {
		state = read_text(&reader, text, strlen(text), at_once, &n_read);
		ck_assert(state == ANSWER_UNUSUAL ||
			  (state == ANSWER_REFUSED && reader.intake.reason == REASON_TOO_MANY_HEADERS));
	}
	strcpy(text, HEAD "Content-Length: 2000\r\n\r\n");
	memset(text + strlen(text), 'x', 2000);
	for (size_t at_once = 1; at_once < 500; at_once += 50) {
		ck_assert_int_eq(read_text(&reader, text, strlen(text), at_once, &n_read), ANSWER_REFUSED);
		ck_assert_int_eq(reader.intake.reason, REASON_TOO_LARGE);
	}
	strcpy(text, CHUNKED "1;");
	memset(text + strlen(text), 'x', 2000);
	ck_assert_int_eq(read_text(&reader, text, strlen(text), 10, &n_read), ANSWER_UNUSUAL);
	reader_finish(&reader);
}
END_TEST

START_TEST(without_memory_a_cut_line_is_left_to_others)
{
	struct reader reader;
	size_t n_read;

	reader_init(&reader);
	mem_fail_after(0);
	ck_assert_int_eq(read_text(&reader, HEAD, 10, 5, &n_read), ANSWER_UNUSUAL);
	mem_fail_after(-1);
	reader_finish(&reader);
}
END_TEST

SUITE("http_answer", plain_answers_are_read_and_others_left, what_the_head_tells_is_kept,
      limits_hold_however_the_bytes_come, without_memory_a_cut_line_is_left_to_others)
