// SPDX-License-Identifier: Apache-2.0
/* What RFC 6455 wants of an endpoint, in the order in which conformance suites ask for it: framing, pings, reserved
 * bits, opcodes, fragments, UTF-8, closing, limits. The websocket under test answers each message with itself; every
 * table is gone through with what comes cut in different ways.
 */
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "tests/unit/wire/frames.h"
#include "wire/websocket.h"

enum { FRAMES_MAX = 8, LIMIT = 1 << 20 };

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

struct end {
	struct websocket *ws;
	struct bytes told; // what it got, as text
	size_t n_pongs;
	bool is_silent; // does not answer
};

static void on_message(void *ctx, const char *bytes, size_t n, bool is_text)
{
	struct end *end = ctx;

	if (!is_text)
		ck_assert_int_eq(bytes_addf(&end->told, "binary:[%zu] ", n), 0);
	else if (n > 40)
		ck_assert_int_eq(bytes_addf(&end->told, "text:[%zu] ", n), 0);
	else
		ck_assert_int_eq(bytes_addf(&end->told, "text:%.*s ", (int)n, bytes), 0);
	if (!end->is_silent)
		ck_assert_int_eq(websocket_send(end->ws, is_text ? bytes : "", is_text ? n : 0), 0);
}

static void on_pong(void *ctx)
{
	struct end *end = ctx;

	end->n_pongs++;
}

static void take_mask(void *out, size_t n)
{
	memset(out, 0x5a, n);
}

static const struct websocket_class class = { .message = on_message, .pong = on_pong, .random = take_mask };

static void begin(struct end *end, enum websocket_role role)
{
	const struct websocket_options options = {
		.role = role, .message_bytes_max = LIMIT, .class = &class, .ctx = end
	};

	*end = (struct end){ 0 };
	bytes_init(&end->told, LIMIT);
	ck_assert_int_eq(websocket_create(&options, &end->ws), 0);
}

static void finish(struct end *end)
{
	websocket_destroy(end->ws);
	bytes_finish(&end->told);
}

// Takes all output, at most `step` bytes at a time.
static void drain(struct websocket *ws, size_t step, struct bytes *out)
{
	struct iovec parts[3];
	size_t n;

	while ((n = websocket_output(ws, parts, COUNT(parts)))) {
		size_t left = step;

		for (size_t i = 0; i < n && left; i++) {
			size_t some = parts[i].iov_len < left ? parts[i].iov_len : left;

			ck_assert_int_eq(bytes_add(out, parts[i].iov_base, some), 0);
			left -= some;
		}
		websocket_written(ws, step - left);
	}
	ck_assert_uint_eq(websocket_pending(ws), 0);
}

struct row {
	struct frame frames[FRAMES_MAX]; // ends with one whose payload is NULL
	const char *told;                // what the application got
	const char *answer;              // what went back
};

static void give(struct websocket *ws, const struct bytes *in, size_t step)
{
	for (size_t at = 0; at < in->len; at += step) {
		int r = websocket_take(ws, in->data + at, in->len - at < step ? in->len - at : step);

		ck_assert(r == 0 || r == -EPROTO);
	}
}

static void check_row(const struct row *row, size_t step)
{
	struct bytes in, out, answer;
	struct end end;

	begin(&end, WEBSOCKET_SERVER);
	bytes_init(&in, 4 * LIMIT);
	bytes_init(&out, 4 * LIMIT);
	bytes_init(&answer, LIMIT);
	for (size_t i = 0; i < FRAMES_MAX && row->frames[i].payload; i++)
		frame_write(&in, &row->frames[i], true);
	give(end.ws, &in, step);
	drain(end.ws, step, &out);
	frames_tell(out.data, out.len, false, &answer);
	ck_assert_str_eq(end.told.data ? end.told.data : "", row->told);
	ck_assert_str_eq(answer.data ? answer.data : "", row->answer);
	ck_assert_int_eq(websocket_is_over(end.ws), strstr(row->answer, "close") != NULL);
	bytes_finish(&in);
	bytes_finish(&out);
	bytes_finish(&answer);
	finish(&end);
}

static void check_rows(const struct row *rows, size_t n)
{
	static const size_t steps[] = { 1, 2, 3, 7, 1 << 16 };

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < COUNT(steps); j++)
			check_row(&rows[i], steps[j]);
}

// ---- framing

START_TEST(messages_of_every_length_come_through)
{
	static const size_t lengths[] = { 0, 1, 125, 126, 127, 128, 1000, 65535, 65536, 70000, LIMIT };
	static char text[LIMIT];

	memset(text, '*', sizeof text);
	for (size_t i = 0; i < COUNT(lengths); i++) {
		struct end client, server;
		struct bytes there, back;

		begin(&client, WEBSOCKET_CLIENT);
		begin(&server, WEBSOCKET_SERVER);
		client.is_silent = true;
		bytes_init(&there, 2 * LIMIT);
		bytes_init(&back, 2 * LIMIT);
		ck_assert_int_eq(websocket_send(client.ws, text, lengths[i]), 0);
		drain(client.ws, 4096, &there);
		give(server.ws, &there, 997);
		drain(server.ws, 4096, &back);
		give(client.ws, &back, 1009);
		ck_assert_str_eq(client.told.data, server.told.data);
		if (lengths[i] > 40)
			ck_assert_int_eq(atoi(client.told.data + strlen("text:[")), (int)lengths[i]);
		bytes_finish(&there);
		bytes_finish(&back);
		finish(&client);
		finish(&server);
	}
}
END_TEST

START_TEST(binary_messages_are_told_apart)
{
	static const struct row rows[] = {
		{ { WHOLE(OP_BINARY, "") }, "binary:[0] ", "text: " },
		{ { WHOLE(OP_BINARY, "\xff\x00\xfe") }, "binary:[3] ", "text: " },
		{ { PART(OP_BINARY, "ab"), LAST("c") }, "binary:[3] ", "text: " },
	};

	check_rows(rows, COUNT(rows));
}
END_TEST

START_TEST(a_server_refuses_frames_without_a_mask)
{
	const struct frame frame = WHOLE(OP_TEXT, "Hello");
	struct bytes in, out, answer;
	struct end end;

	begin(&end, WEBSOCKET_SERVER);
	bytes_init(&in, 100);
	bytes_init(&out, 100);
	bytes_init(&answer, 100);
	frame_write(&in, &frame, false);
	ck_assert_int_eq(websocket_take(end.ws, in.data, in.len), -EPROTO);
	drain(end.ws, 100, &out);
	frames_tell(out.data, out.len, false, &answer);
	ck_assert_str_eq(answer.data, "close:1002: ");
	ck_assert_uint_eq(websocket_sent_code(end.ws), WEBSOCKET_PROTOCOL);
	ck_assert(websocket_is_over(end.ws));
	ck_assert_int_eq(websocket_take(end.ws, in.data, in.len), 0); // nothing is heard any more
	ck_assert_ptr_null(end.told.data);
	bytes_finish(&in);
	bytes_finish(&out);
	bytes_finish(&answer);
	finish(&end);
}
END_TEST

START_TEST(a_client_refuses_frames_with_a_mask)
{
	const struct frame frame = WHOLE(OP_TEXT, "Hello");
	struct bytes in, out, answer;
	struct end end;

	begin(&end, WEBSOCKET_CLIENT);
	bytes_init(&in, 100);
	bytes_init(&out, 100);
	bytes_init(&answer, 100);
	frame_write(&in, &frame, true);
	ck_assert_int_eq(websocket_take(end.ws, in.data, in.len), -EPROTO);
	drain(end.ws, 100, &out);
	frames_tell(out.data, out.len, true, &answer);
	ck_assert_str_eq(answer.data, "close:1002: ");
	ck_assert_ptr_null(end.told.data);
	bytes_finish(&in);
	bytes_finish(&out);
	bytes_finish(&answer);
	finish(&end);
}
END_TEST

// Lengths in more bytes than they need, and one with the highest bit.
START_TEST(lengths_are_as_short_as_they_can_be)
{
	static const struct {
		const char *bytes;
		size_t n;
	} rows[] = {
		{ "\x81\xfe\x00\x05"
		  "mask"
		  "Hello",
		  13 },
		{ "\x81\xfe\x00\x7d"
		  "mask",
		  8 },
		{ "\x81\xff\x00\x00\x00\x00\x00\x00\xff\xff"
		  "mask",
		  14 },
		{ "\x81\xff\x80\x00\x00\x00\x00\x00\x00\x00"
		  "mask",
		  14 },
		{ "\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff"
		  "mask",
		  14 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes out, answer;
		struct end end;

		begin(&end, WEBSOCKET_SERVER);
		bytes_init(&out, 100);
		bytes_init(&answer, 100);
		ck_assert_int_eq(websocket_take(end.ws, rows[i].bytes, rows[i].n), -EPROTO);
		drain(end.ws, 100, &out);
		frames_tell(out.data, out.len, false, &answer);
		ck_assert_str_eq(answer.data, "close:1002: ");
		bytes_finish(&out);
		bytes_finish(&answer);
		finish(&end);
	}
}
END_TEST

// ---- pings and pongs

static const char full[125] = "..............................................................................."
			      ".............................................";

START_TEST(pings_are_answered_with_what_they_say)
{
	static const struct row rows[] = {
		{ { WHOLE(OP_PING, "") }, "", "pong: " },
		{ { WHOLE(OP_PING, "Hello, world!") }, "", "pong:Hello, world! " },
		{ { WHOLE(OP_PING, "\xff\xfe\xfd") }, "", "pong:\xff\xfe\xfd " },
		{ { { OP_PING, true, 0, full, sizeof full } }, "", "pong:[125] " },
		{ { WHOLE(OP_PONG, "nobody asked") }, "", "" },
		{ { WHOLE(OP_PONG, "nobody asked"), WHOLE(OP_PING, "x") }, "", "pong:x " },
		{ { WHOLE(OP_PING, "1"), WHOLE(OP_PING, "2"), WHOLE(OP_PING, "3"), WHOLE(OP_PING, "4") },
		  "",
		  "pong:1 pong:2 pong:3 pong:4 " },
	};

	check_rows(rows, COUNT(rows));
}
END_TEST

START_TEST(control_frames_are_short_and_whole)
{
	static const char long_text[126] = { 0 };
	static const struct row rows[] = {
		{ { { OP_PING, true, 0, long_text, sizeof long_text } }, "", "close:1002: " },
		{ { { OP_PONG, true, 0, long_text, sizeof long_text } }, "", "close:1002: " },
		{ { { OP_CLOSE, true, 0, long_text, sizeof long_text } }, "", "close:1002: " },
		{ { PART(OP_PING, "a"), LAST("b") }, "", "close:1002: " },
		{ { PART(OP_PONG, "a"), LAST("b") }, "", "close:1002: " },
		{ { PART(OP_CLOSE, "\x03\xe8"), LAST("b") }, "", "close:1002: " },
	};

	check_rows(rows, COUNT(rows));
}
END_TEST

START_TEST(its_own_pings_are_heard_back)
{
	struct end client, server;
	struct bytes there, back;

	begin(&client, WEBSOCKET_CLIENT);
	begin(&server, WEBSOCKET_SERVER);
	bytes_init(&there, 100);
	bytes_init(&back, 100);
	ck_assert_int_eq(websocket_ping(server.ws), 0);
	drain(server.ws, 1, &there);
	give(client.ws, &there, 1);
	drain(client.ws, 1, &back);
	give(server.ws, &back, 1);
	ck_assert_uint_eq(server.n_pongs, 1);
	ck_assert_uint_eq(client.n_pongs, 0);
	bytes_finish(&there);
	bytes_finish(&back);
	finish(&client);
	finish(&server);
}
END_TEST

// ---- what is reserved

START_TEST(reserved_bits_end_the_connection)
{
	for (uint8_t rsv = 1; rsv < 8; rsv++) {
		const struct row rows[] = {
			{ { { OP_TEXT, true, rsv, "", 0 } }, "", "close:1002: " },
			{ { WHOLE(OP_TEXT, "well"), { OP_TEXT, true, rsv, "Hello", 5 }, WHOLE(OP_PING, "") },
			  "text:well ",
			  "text:well close:1002: " },
			{ { { OP_BINARY, true, rsv, "Hello", 5 } }, "", "close:1002: " },
			{ { { OP_PING, true, rsv, "Hello", 5 } }, "", "close:1002: " },
			{ { { OP_CLOSE, true, rsv, "\x03\xe8", 2 } }, "", "close:1002: " },
			{ { PART(OP_TEXT, "a"), { OP_CONTINUATION, true, rsv, "b", 1 } }, "", "close:1002: " },
		};

		check_rows(rows, COUNT(rows));
	}
}
END_TEST

START_TEST(reserved_opcodes_end_the_connection)
{
	static const uint8_t opcodes[] = { 3, 4, 5, 6, 7, 11, 12, 13, 14, 15 };

	for (size_t i = 0; i < COUNT(opcodes); i++) {
		const struct row rows[] = {
			{ { { opcodes[i], true, 0, "", 0 } }, "", "close:1002: " },
			{ { { opcodes[i], true, 0, "reserved", 8 } }, "", "close:1002: " },
			{ { WHOLE(OP_TEXT, "well"), { opcodes[i], true, 0, "x", 1 }, WHOLE(OP_PING, "") },
			  "text:well ",
			  "text:well close:1002: " },
			{ { PART(OP_TEXT, "a"), { opcodes[i], true, 0, "x", 1 } }, "", "close:1002: " },
		};

		check_rows(rows, COUNT(rows));
	}
}
END_TEST

// ---- fragments

START_TEST(fragments_become_one_message)
{
	static const struct row rows[] = {
		{ { PART(OP_TEXT, "Hel"), LAST("lo") }, "text:Hello ", "text:Hello " },
		{ { PART(OP_TEXT, "H"), PART(OP_CONTINUATION, "el"), PART(OP_CONTINUATION, "l"), LAST("o") },
		  "text:Hello ",
		  "text:Hello " },
		{ { PART(OP_TEXT, ""), PART(OP_CONTINUATION, ""), LAST("") }, "text: ", "text: " },
		{ { PART(OP_TEXT, ""), PART(OP_CONTINUATION, "middle"), LAST("") }, "text:middle ", "text:middle " },
		{ { PART(OP_TEXT, "a"), LAST("b"), WHOLE(OP_TEXT, "c") }, "text:ab text:c ", "text:ab text:c " },
	};

	check_rows(rows, COUNT(rows));
}
END_TEST

START_TEST(control_frames_come_between_fragments)
{
	static const struct row rows[] = {
		{ { PART(OP_TEXT, "Hel"), WHOLE(OP_PING, "1"), LAST("lo") }, "text:Hello ", "pong:1 text:Hello " },
		{ { PART(OP_TEXT, "Hel"), WHOLE(OP_PING, "1"), PART(OP_CONTINUATION, "l"), WHOLE(OP_PING, "2"),
		    LAST("o") },
		  "text:Hello ",
		  "pong:1 pong:2 text:Hello " },
		{ { PART(OP_TEXT, "Hel"), WHOLE(OP_PONG, "1"), LAST("lo") }, "text:Hello ", "text:Hello " },
		{ { PART(OP_TEXT, "Hel"), WHOLE(OP_CLOSE, "\x03\xe8"), LAST("lo") }, "", "close:1000: " },
	};

	check_rows(rows, COUNT(rows));
}
END_TEST

START_TEST(fragments_out_of_order_end_the_connection)
{
	static const struct row rows[] = {
		{ { LAST("nothing was begun") }, "", "close:1002: " },
		{ { PART(OP_CONTINUATION, "nothing was begun"), LAST("") }, "", "close:1002: " },
		{ { WHOLE(OP_TEXT, "a"), LAST("b") }, "text:a ", "text:a close:1002: " },
		{ { PART(OP_TEXT, "a"), WHOLE(OP_TEXT, "b") }, "", "close:1002: " },
		{ { PART(OP_TEXT, "a"), PART(OP_TEXT, "b"), LAST("c") }, "", "close:1002: " },
		{ { PART(OP_TEXT, "a"), LAST("b"), LAST("c") }, "text:ab ", "text:ab close:1002: " },
		{ { PART(OP_BINARY, "a"), WHOLE(OP_BINARY, "b") }, "", "close:1002: " },
	};

	check_rows(rows, COUNT(rows));
}
END_TEST

// As many as there may be, and one more; then another message, which is nobody's business any more.
START_TEST(fragments_have_a_limit)
{
	static const struct frame first = PART(OP_TEXT, "a"), next = PART(OP_CONTINUATION, "b"), last = LAST("c");

	for (size_t more = 0; more < 2; more++) {
		struct bytes in, out, answer;
		struct end end;

		begin(&end, WEBSOCKET_SERVER);
		bytes_init(&in, 4 * LIMIT);
		bytes_init(&out, 4 * LIMIT);
		bytes_init(&answer, LIMIT);
		for (int message = 0; message < 2; message++) {
			frame_write(&in, &first, true);
			for (size_t i = 2; i < WEBSOCKET_FRAGMENTS_MAX + more; i++)
				frame_write(&in, &next, true);
			frame_write(&in, &last, true);
		}
		give(end.ws, &in, 1000);
		drain(end.ws, 1000, &out);
		frames_tell(out.data, out.len, false, &answer);
		ck_assert_str_eq(end.told.data ? end.told.data : "", more ? "" : "text:[4096] text:[4096] ");
		ck_assert_str_eq(answer.data, more ? "close:1009: " : "text:[4096] text:[4096] ");
		ck_assert(websocket_is_over(end.ws) == (more > 0));
		bytes_finish(&in);
		bytes_finish(&out);
		bytes_finish(&answer);
		finish(&end);
	}
}
END_TEST

// ---- UTF-8

START_TEST(text_in_any_script_comes_through)
{
	static const char *const texts[] = {
		"Hello-\xc2\xb5@\xc3\x9f\xc3\xb6\xc3\xa4\xc3\xbc\xc3\xa0\xc3\xa1-UTF-8!!",
		"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5", // as fragments are cut inside of characters
		"\x7f",
		"\xc2\x80",
		"\xdf\xbf",
		"\xe0\xa0\x80",
		"\xed\x9f\xbf",
		"\xee\x80\x80",
		"\xef\xbf\xbd",
		"\xef\xbf\xbf", // a noncharacter is a code point all the same
		"\xf0\x90\x80\x80",
		"\xf4\x8f\xbf\xbf",
		"a\xcc\x80",
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		size_t n = strlen(texts[i]);
		char expected[80];

		snprintf(expected, sizeof expected, "text:%s ", texts[i]);
		for (size_t cut = 0; cut <= n; cut++) {
			const struct row row = {
				{ { OP_TEXT, false, 0, texts[i], cut },
				  { OP_CONTINUATION, true, 0, texts[i] + cut, n - cut } },
				expected,
				expected,
			};

			check_rows(&row, 1);
		}
	}
}
END_TEST

static const char *const bad_texts[] = {
	"\x80",                     // begins in the middle
	"\xbf\xbf",                 //
	"\xc0\xaf",                 // overlong
	"\xc1\xbf",                 //
	"\xe0\x80\xaf",             //
	"\xe0\x9f\xbf",             //
	"\xf0\x80\x80\xaf",         //
	"\xf0\x8f\xbf\xbf",         //
	"\xf8\x88\x80\x80\x80",     // five bytes
	"\xfc\x84\x80\x80\x80\x80", // six
	"\xed\xa0\x80",             // surrogates
	"\xed\xbf\xbf",             //
	"\xf4\x90\x80\x80",         // past U+10FFFF
	"\xf5\x80\x80\x80",         //
	"\xfe",                     // never
	"\xff",                     //
	"\xce",                     // cut short
	"\xce\xba\xe1",             //
	"\xf0\x9f\x98",             //
	"a\xe2\x82z",               //
	"\xc3(",                    //
};

START_TEST(text_that_is_not_utf_8_ends_the_connection)
{
	for (size_t i = 0; i < COUNT(bad_texts); i++) {
		size_t n = strlen(bad_texts[i]);

		for (size_t cut = 0; cut <= n; cut++) {
			const struct row row = {
				{ { OP_TEXT, false, 0, bad_texts[i], cut },
				  { OP_CONTINUATION, true, 0, bad_texts[i] + cut, n - cut } },
				"",
				"close:1007: ",
			};

			check_rows(&row, 1);
		}
	}
}
END_TEST

// It is not read to its end first.
START_TEST(bad_text_is_found_before_the_message_is_whole)
{
	const struct frame frame = PART(OP_TEXT, "\xce\xba\xe1\xbd\xb9\xf4\x90");
	struct bytes in;
	struct end end;

	begin(&end, WEBSOCKET_SERVER);
	bytes_init(&in, 100);
	frame_write(&in, &frame, true);
	ck_assert_int_eq(websocket_take(end.ws, in.data, in.len - 1), 0);
	ck_assert_int_eq(websocket_take(end.ws, in.data + in.len - 1, 1), -EPROTO);
	ck_assert_uint_eq(websocket_sent_code(end.ws), WEBSOCKET_BAD_DATA);
	bytes_finish(&in);
	finish(&end);
}
END_TEST

// ---- closing

START_TEST(a_close_is_answered_with_its_code)
{
	static const char long_reason[125] =
		"\x03\xe8"
		".........................................................................."
		"..............................................";
	static const struct row rows[] = {
		{ { WHOLE(OP_CLOSE, "") }, "", "close: " },
		{ { WHOLE(OP_CLOSE, "\x03\xe8") }, "", "close:1000: " },
		{ { WHOLE(OP_TEXT, "a"), WHOLE(OP_CLOSE, "\x03\xe9"
							 "bye") },
		  "text:a ",
		  "text:a close:1001:bye " },
		// After it nothing counts.
		{ { WHOLE(OP_CLOSE, "\x03\xe8"), WHOLE(OP_CLOSE, "\x03\xe8") }, "", "close:1000: " },
		{ { WHOLE(OP_CLOSE, "\x03\xe8"), WHOLE(OP_PING, "") }, "", "close:1000: " },
		{ { WHOLE(OP_CLOSE, "\x03\xe8"), WHOLE(OP_TEXT, "late") }, "", "close:1000: " },
		{ { WHOLE(OP_CLOSE, "\x03") }, "", "close:1002: " },
		{ { WHOLE(OP_CLOSE, "\x03\xe8"
				    "b\xd2\x88") },
		  "",
		  "close:1000:b\xd2\x88 " },
		{ { { OP_CLOSE, true, 0, long_reason, 122 } },
		  "",
		  "close:1000:........................................................................................"
		  "................................ " },
		{ { WHOLE(OP_CLOSE, "\x03\xe8\xce\xba\xed\xa0\x80") }, "", "close:1007: " },
	};

	check_rows(rows, COUNT(rows));
}
END_TEST

START_TEST(codes_that_nobody_may_send_are_refused)
{
	static const struct {
		uint16_t code;
		bool is_valid;
	} codes[] = {
		{ 1000, true },  { 1001, true },   { 1002, true },  { 1003, true },  { 1007, true },  { 1008, true },
		{ 1009, true },  { 1010, true },   { 1011, true },  { 3000, true },  { 3999, true },  { 4000, true },
		{ 4999, true },  { 0, false },     { 1, false },    { 999, false },  { 1004, false }, { 1005, false },
		{ 1006, false }, { 1015, false },  { 1016, false }, { 1100, false }, { 2000, false }, { 2999, false },
		{ 5000, false }, { 65535, false },
	};

	for (size_t i = 0; i < COUNT(codes); i++) {
		const char payload[] = { (char)(codes[i].code >> 8), (char)(codes[i].code & 0xff) };
		char expected[40];
		const struct row row = { { { OP_CLOSE, true, 0, payload, 2 } }, "", expected };

		snprintf(expected, sizeof expected, "close:%u: ", codes[i].is_valid ? codes[i].code : 1002u);
		check_rows(&row, 1);
	}
}
END_TEST

START_TEST(who_closes_waits_for_the_other)
{
	struct end client, server;
	struct bytes there, back;

	begin(&client, WEBSOCKET_CLIENT);
	begin(&server, WEBSOCKET_SERVER);
	bytes_init(&there, 1000);
	bytes_init(&back, 1000);
	ck_assert_uint_eq(websocket_close_code(server.ws), WEBSOCKET_ABNORMAL);
	ck_assert_uint_eq(websocket_sent_code(server.ws), WEBSOCKET_ABNORMAL);
	ck_assert(!websocket_is_closing(server.ws));
	ck_assert_int_eq(websocket_close(server.ws, WEBSOCKET_GOING_AWAY, "the hub stops"), 0);
	ck_assert_int_eq(websocket_close(server.ws, WEBSOCKET_NORMAL, "again"), 0); // the first one counts
	ck_assert(websocket_is_closing(server.ws));
	ck_assert_int_eq(websocket_send(server.ws, "late", 4), -EPIPE);
	ck_assert_int_eq(websocket_ping(server.ws), -EPIPE);
	drain(server.ws, 100, &there);
	ck_assert(!websocket_is_over(server.ws));
	give(client.ws, &there, 1);
	ck_assert_uint_eq(websocket_close_code(client.ws), WEBSOCKET_GOING_AWAY);
	ck_assert_str_eq(websocket_close_reason(client.ws), "the hub stops");
	ck_assert_uint_eq(websocket_sent_code(client.ws), WEBSOCKET_GOING_AWAY);
	ck_assert(!websocket_is_over(client.ws));
	drain(client.ws, 100, &back);
	ck_assert(websocket_is_over(client.ws));
	give(server.ws, &back, 1);
	ck_assert(websocket_is_over(server.ws));
	ck_assert_uint_eq(websocket_close_code(server.ws), WEBSOCKET_GOING_AWAY);
	bytes_finish(&there);
	bytes_finish(&back);
	finish(&client);
	finish(&server);
}
END_TEST

// What is on its way when we close is not given to anybody any more, and the close that follows is heard.
START_TEST(messages_after_its_own_close_are_dropped)
{
	const struct frame late = WHOLE(OP_TEXT, "late"), close = WHOLE(OP_CLOSE, "\x03\xe8");
	struct bytes in, out;
	struct end end;

	begin(&end, WEBSOCKET_SERVER);
	bytes_init(&in, 100);
	bytes_init(&out, 100);
	ck_assert_int_eq(websocket_close(end.ws, WEBSOCKET_NORMAL, NULL), 0);
	frame_write(&in, &late, true);
	frame_write(&in, &close, true);
	ck_assert_int_eq(websocket_take(end.ws, in.data, in.len), 0);
	drain(end.ws, 100, &out);
	ck_assert_ptr_null(end.told.data);
	ck_assert(websocket_is_over(end.ws));
	bytes_finish(&in);
	bytes_finish(&out);
	finish(&end);
}
END_TEST

START_TEST(a_long_reason_is_cut_at_a_character)
{
	char reason[200];
	struct bytes out, answer;
	struct end end;

	for (size_t i = 0; i + 1 < sizeof reason; i += 2)
		memcpy(reason + i, "\xc3\xa4", 2);
	reason[sizeof reason - 1] = '\0';
	reason[0] = 'x'; // so that the limit falls inside of a character
	memmove(reason + 1, reason + 2, sizeof reason - 2);
	reason[sizeof reason - 2] = '\0';
	begin(&end, WEBSOCKET_SERVER);
	bytes_init(&out, 1000);
	bytes_init(&answer, 1000);
	ck_assert_int_eq(websocket_close(end.ws, WEBSOCKET_POLICY, reason), 0);
	drain(end.ws, 1000, &out);
	frames_tell(out.data, out.len, false, &answer);
	ck_assert_uint_eq(answer.len, strlen("close:1008: ") + 123);
	ck_assert_int_eq(strncmp(answer.data + strlen("close:1008:"), reason, 123), 0);
	bytes_finish(&out);
	bytes_finish(&answer);
	finish(&end);
}
END_TEST

// ---- limits

START_TEST(messages_over_the_limit_end_the_connection)
{
	static char text[LIMIT + 1];
	const struct row rows[] = {
		{ { { OP_TEXT, true, 0, text, LIMIT } }, "text:[1048576] ", "text:[1048576] " },
		{ { { OP_TEXT, true, 0, text, LIMIT + 1 } }, "", "close:1009: " },
		{ { { OP_TEXT, false, 0, text, LIMIT / 2 },
		    { OP_CONTINUATION, false, 0, text, LIMIT / 2 },
		    { OP_CONTINUATION, true, 0, text, 1 } },
		  "",
		  "close:1009: " },
		{ { { OP_BINARY, true, 0, text, LIMIT + 1 } }, "", "close:1009: " },
	};

	memset(text, '.', sizeof text);
	for (size_t i = 0; i < COUNT(rows); i++)
		check_row(&rows[i], 65536);
}
END_TEST

// The length alone is enough, and nothing of it is taken in.
START_TEST(a_length_over_the_limit_is_refused_at_once)
{
	static const char head[] = "\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff"
				   "mask!";
	struct end end;

	begin(&end, WEBSOCKET_SERVER);
	ck_assert_int_eq(websocket_take(end.ws, head, sizeof head - 1), -EPROTO);
	ck_assert_uint_eq(websocket_sent_code(end.ws), WEBSOCKET_TOO_BIG);
	finish(&end);
}
END_TEST

START_TEST(a_shared_text_goes_to_many_without_a_copy)
{
	static const char rest[] = "{\"type\":\"agent_health\"}}";
	struct shared_text *shared = shared_text_new(rest, sizeof rest - 1);
	struct bytes out, answer;
	struct iovec parts[4];
	struct end ends[3];

	for (size_t i = 0; i < COUNT(ends); i++) {
		begin(&ends[i], WEBSOCKET_SERVER);
		ck_assert_int_eq(websocket_send_shared(ends[i].ws, "{\"e\":", 5, shared), 0);
		ck_assert_uint_eq(websocket_output(ends[i].ws, parts, COUNT(parts)), 2);
		ck_assert_ptr_eq(parts[1].iov_base, shared->text);
		ck_assert_uint_eq(websocket_output(ends[i].ws, parts, 1), 1);
	}
	ck_assert_uint_eq(shared->refs, 1 + COUNT(ends));
	for (size_t i = 0; i < COUNT(ends); i++) {
		bytes_init(&out, 1000);
		bytes_init(&answer, 1000);
		drain(ends[i].ws, 1 + i, &out);
		frames_tell(out.data, out.len, false, &answer);
		ck_assert_str_eq(answer.data, "text:{\"e\":{\"type\":\"agent_health\"}} ");
		bytes_finish(&out);
		bytes_finish(&answer);
		finish(&ends[i]);
	}
	ck_assert_uint_eq(shared->refs, 1);
	shared_text_unref(shared);
}
END_TEST

START_TEST(what_waits_is_bounded)
{
	static char text[1 << 20];
	struct end end;

	memset(text, '.', sizeof text);
	begin(&end, WEBSOCKET_SERVER);
	for (size_t n = 0; n + sizeof text + WEBSOCKET_HEAD_MAX <= WEBSOCKET_PENDING_MAX; n += sizeof text)
		ck_assert_int_eq(websocket_send(end.ws, text, sizeof text), 0);
	ck_assert_int_eq(websocket_send(end.ws, text, sizeof text), -ENOBUFS);
	ck_assert_int_eq(websocket_send(end.ws, "small", 5), 0);
	finish(&end);
}
END_TEST

START_TEST(want_of_memory_loses_a_message_and_nothing_else)
{
	struct bytes out, answer;
	struct end end;

	begin(&end, WEBSOCKET_SERVER);
	bytes_init(&out, 1000);
	bytes_init(&answer, 1000);
	mem_fail_after(0);
	ck_assert_int_eq(websocket_send(end.ws, "lost", 4), -ENOMEM);
	mem_fail_after(-1);
	ck_assert_int_eq(websocket_send(end.ws, "sent", 4), 0);
	drain(end.ws, 100, &out);
	frames_tell(out.data, out.len, false, &answer);
	ck_assert_str_eq(answer.data, "text:sent ");
	bytes_finish(&out);
	bytes_finish(&answer);
	finish(&end);
}
END_TEST

START_TEST(want_of_memory_for_a_control_frame_ends_it)
{
	const struct frame ping = WHOLE(OP_PING, "x");
	struct bytes in;
	struct end end;

	begin(&end, WEBSOCKET_SERVER);
	bytes_init(&in, 100);
	frame_write(&in, &ping, true);
	mem_fail_after(0);
	ck_assert_int_eq(websocket_take(end.ws, in.data, in.len), -ENOMEM);
	mem_fail_after(-1);
	ck_assert(websocket_is_over(end.ws));
	ck_assert_int_eq(websocket_send(end.ws, "late", 4), -EPIPE);
	bytes_finish(&in);
	finish(&end);
}
END_TEST

START_TEST(none_is_made_without_memory)
{
	const struct websocket_options options = { .message_bytes_max = 125, .class = &class };
	struct websocket *ws;

	mem_fail_after(0);
	ck_assert_int_eq(websocket_create(&options, &ws), -ENOMEM);
	ck_assert_ptr_null(shared_text_new("x", 1));
	mem_fail_after(-1);
	websocket_destroy(NULL);
	shared_text_unref(NULL);
}
END_TEST

SUITE("websocket", messages_of_every_length_come_through, binary_messages_are_told_apart,
      a_server_refuses_frames_without_a_mask, a_client_refuses_frames_with_a_mask, lengths_are_as_short_as_they_can_be,
      pings_are_answered_with_what_they_say, control_frames_are_short_and_whole, its_own_pings_are_heard_back,
      reserved_bits_end_the_connection, reserved_opcodes_end_the_connection, fragments_become_one_message,
      control_frames_come_between_fragments, fragments_out_of_order_end_the_connection, fragments_have_a_limit,
      text_in_any_script_comes_through, text_that_is_not_utf_8_ends_the_connection,
      bad_text_is_found_before_the_message_is_whole, a_close_is_answered_with_its_code,
      codes_that_nobody_may_send_are_refused, who_closes_waits_for_the_other, messages_after_its_own_close_are_dropped,
      a_long_reason_is_cut_at_a_character, messages_over_the_limit_end_the_connection,
      a_length_over_the_limit_is_refused_at_once, a_shared_text_goes_to_many_without_a_copy, what_waits_is_bounded,
      want_of_memory_loses_a_message_and_nothing_else, want_of_memory_for_a_control_frame_ends_it,
      none_is_made_without_memory)
