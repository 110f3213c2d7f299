// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/strbuf.h"
#include "wire/handshake.h"
#include "wire/sha1.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define KEY "dGhlIHNhbXBsZSBub25jZQ=="

static void hex(const uint8_t *digest, char out[2 * SHA1_BYTES + 1])
{
	for (size_t i = 0; i < SHA1_BYTES; i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

// RFC 3174, 7.3, and FIPS 180's million of the letter a.
START_TEST(sha1_gives_the_digests_of_its_standard)
{
	static const struct {
		const char *text;
		size_t times;
		const char *digest;
	} rows[] = {
		{ "", 1, "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
		{ "abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
		  "84983e441c3bd26ebaae4aa1f95129e5e54670f1" },
		{ "a", 1000000, "34aa973cd4c4daa4f61eeb2bdbad27316534016f" },
		{ "0123456701234567012345670123456701234567012345670123456701234567", 10,
		  "dea356a2cddd90c7a7ecedc5ebb563934f460452" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t n = strlen(rows[i].text);
		char *text = mem_alloc(n * rows[i].times + 1), digest[2 * SHA1_BYTES + 1];
		uint8_t out[SHA1_BYTES];

		for (size_t j = 0; j < rows[i].times; j++)
			memcpy(text + j * n, rows[i].text, n);
		sha1(text, n * rows[i].times, out);
		hex(out, digest);
		ck_assert_str_eq(digest, rows[i].digest);
		mem_free(text);
	}
}
END_TEST

// RFC 6455, 1.3.
START_TEST(the_key_of_the_standard_gets_its_answer)
{
	char accept[HANDSHAKE_ACCEPT_SIZE], key[HANDSHAKE_KEY_SIZE];

	handshake_key((const uint8_t *)"the sample nonce", key);
	ck_assert_str_eq(key, KEY);
	ck_assert_int_eq(handshake_accept(key, accept), 0);
	ck_assert_str_eq(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}
END_TEST

START_TEST(keys_are_the_base64_of_16_bytes)
{
	static const char *const bad[] = {
		"",
		"dGhlIHNhbXBsZSBub25jZQ",
		"dGhlIHNhbXBsZSBub25jZQ=",
		"dGhlIHNhbXBsZSBub25jZQ===",
		"dGhlIHNhbXBsZSBub25jZQ==\n",
		"dGhlIHNhbXBsZSBub25jZR==", // bits that belong to nothing
		"dGhlIHNhbXBsZSBub25j====",
		"dGhlIHNhbXBsZSBub25jZWX=",
		"dGhlIHNhbXBsZSBub25jZWVl",
		"dGhl HNhbXBsZSBub25jZQ==",
		"dGhl-HNhbXBsZSBub25jZQ==",
	};
	char accept[HANDSHAKE_ACCEPT_SIZE];

	for (size_t i = 0; i < COUNT(bad); i++)
		ck_assert_int_eq(handshake_accept(bad[i], accept), -EINVAL);
}
END_TEST

START_TEST(a_server_judges_what_it_is_asked)
{
	static const struct {
		struct handshake_request request;
		unsigned status;
	} rows[] = {
		{ { "GET", "HTTP/1.1", "websocket", "Upgrade", KEY, "13" }, 101 },
		{ { "GET", "HTTP/1.1", "WebSocket", "keep-alive, Upgrade", KEY, "13" }, 101 },
		{ { "GET", "HTTP/1.1", "h2c , websocket", "upgrade,", KEY, "13" }, 101 },
		{ { "POST", "HTTP/1.1", "websocket", "Upgrade", KEY, "13" }, 405 },
		{ { NULL, "HTTP/1.1", "websocket", "Upgrade", KEY, "13" }, 405 },
		{ { "GET", "HTTP/1.0", "websocket", "Upgrade", KEY, "13" }, 400 },
		{ { "GET", "HTTP/1.11", "websocket", "Upgrade", KEY, "13" }, 400 },
		{ { "GET", "HTTP/2", "websocket", "Upgrade", KEY, "13" }, 400 },
		{ { "GET", NULL, "websocket", "Upgrade", KEY, "13" }, 400 },
		{ { "GET", "HTTP/1.1", NULL, "Upgrade", KEY, "13" }, 426 },
		{ { "GET", "HTTP/1.1", "websockets", "Upgrade", KEY, "13" }, 426 },
		{ { "GET", "HTTP/1.1", "web socket", "Upgrade", KEY, "13" }, 426 },
		{ { "GET", "HTTP/1.1", "websocket", NULL, KEY, "13" }, 426 },
		{ { "GET", "HTTP/1.1", "websocket", "keep-alive", KEY, "13" }, 426 },
		{ { "GET", "HTTP/1.1", "websocket", "Upgrade", KEY, NULL }, 426 },
		{ { "GET", "HTTP/1.1", "websocket", "Upgrade", KEY, "8" }, 426 },
		{ { "GET", "HTTP/1.1", "websocket", "Upgrade", KEY, "013" }, 426 },
		{ { "GET", "HTTP/1.1", "websocket", "Upgrade", NULL, "13" }, 400 },
		{ { "GET", "HTTP/1.1", "websocket", "Upgrade", "AAAA", "13" }, 400 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char accept[HANDSHAKE_ACCEPT_SIZE] = "";
		const char *why;

		ck_assert_uint_eq(handshake_judge(&rows[i].request, accept, &why), rows[i].status);
		ck_assert_int_eq(*why == '\0', rows[i].status == 101);
		ck_assert_int_eq(*accept != '\0', rows[i].status == 101);
	}
}
END_TEST

START_TEST(a_call_is_written_as_the_standard_has_it)
{
	const struct handshake_call call = { .host = "ops1:8430",
					     .path = "/v1/events",
					     .key = KEY,
					     .authorization = "Bearer x",
					     .user_agent = "opscon/1" };
	struct bytes out;

	bytes_init(&out, 1000);
	ck_assert_int_eq(handshake_call_write(&call, &out), 0);
	ck_assert_str_eq(out.data,
			 "GET /v1/events HTTP/1.1\r\nHost: ops1:8430\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
			 "Sec-WebSocket-Key: " KEY "\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer x\r\n"
			 "User-Agent: opscon/1\r\n\r\n");
	bytes_finish(&out);
}
END_TEST

START_TEST(nothing_smuggles_a_header_into_a_call)
{
	static const struct handshake_call calls[] = {
		{ .host = "h\r\nX: y", .path = "/", .key = KEY },
		{ .host = "h y", .path = "/", .key = KEY },
		{ .host = "h", .path = "/ HTTP/1.1\r\nX: y", .key = KEY },
		{ .host = "h", .path = "/a b", .key = KEY },
		{ .host = "h", .path = "/", .key = KEY, .authorization = "Bearer x\nX: y" },
		{ .host = "h", .path = "/", .key = KEY, .user_agent = "a\x7f" },
	};
	struct bytes out;

	bytes_init(&out, 1000);
	bytes_add(&out, "before", 6);
	for (size_t i = 0; i < COUNT(calls); i++) {
		ck_assert_int_eq(handshake_call_write(&calls[i], &out), -EINVAL);
		ck_assert_str_eq(out.data, "before");
	}
	out.max = 40;
	ck_assert_int_eq(handshake_call_write(&(struct handshake_call){ .host = "h", .path = "/", .key = KEY }, &out),
			 -EMSGSIZE);
	ck_assert_str_eq(out.data, "before");
	bytes_finish(&out);
}
END_TEST

#define GOOD_LINES                                                                                                     \
	"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"                            \
	"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"

START_TEST(an_answer_is_read_when_its_head_is_whole)
{
	static const char text[] = GOOD_LINES "Server: opscon/1 \t\r\n\r\n\x81\x02hi";
	size_t n_head = sizeof text - 1 - 4;
	struct handshake_answer answer;

	for (size_t n = 0; n < sizeof text; n++) {
		ck_assert_int_eq(handshake_answer_read(text, n, KEY, &answer), n >= n_head);
		ck_assert_int_eq(answer.is_upgraded, n >= n_head);
	}
	ck_assert_uint_eq(answer.n_head, n_head);
	ck_assert_uint_eq(answer.http_status, 101);
	ck_assert_str_eq(answer.phrase, "Switching Protocols");
	ck_assert_str_eq(answer.server, "opscon/1");
	ck_assert_ptr_null(answer.why);
}
END_TEST

START_TEST(a_switch_that_is_not_ours_is_none)
{
	static const char *const texts[] = {
		"HTTP/1.1 101 x\r\n\r\n",
		"HTTP/1.1 101 x\r\nUpgrade: h2c\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
		"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
		"HTTP/1.1 101 x\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
		"HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
		"HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
		"S3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
		GOOD_LINES "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
		GOOD_LINES "Sec-WebSocket-Protocol: chat\r\n\r\n",
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct handshake_answer answer;

		ck_assert_int_eq(handshake_answer_read(texts[i], strlen(texts[i]), KEY, &answer), 1);
		ck_assert(!answer.is_upgraded);
		ck_assert_ptr_nonnull(answer.why);
	}
}
END_TEST

START_TEST(a_refusal_says_what_there_is_to_say)
{
	static const char text[] = "HTTP/1.1 503 Service Unavailable\r\nServer: proxy\r\nContent-Type: text/html\r\n"
				   "Content-Length: 12\r\nRetry-After: 5\r\n\r\n<html>";
	struct handshake_answer answer;

	ck_assert_int_eq(handshake_answer_read(text, sizeof text - 1, KEY, &answer), 1);
	ck_assert(!answer.is_upgraded);
	ck_assert_uint_eq(answer.http_status, 503);
	ck_assert_str_eq(answer.phrase, "Service Unavailable");
	ck_assert_str_eq(answer.server, "proxy");
	ck_assert_str_eq(answer.content_type, "text/html");
	ck_assert_str_eq(answer.retry_after, "5");
	ck_assert_int_eq(answer.content_length, 12);
	ck_assert_ptr_null(answer.why);
}
END_TEST

START_TEST(what_is_no_http_is_refused)
{
	static const char *const texts[] = {
		"SSH-2.0-OpenSSH_9.2\r\n",
		"HTTP/2 101\r\n\r\n",
		"HTTP/1.1 10\r\n\r\n",
		"HTTP/1.1 abc x\r\n\r\n",
		"HTTP/1.1 099 x\r\n\r\n",
		"HTTP/1.1 1011 x\r\n\r\n",
		"HTTP/1.x 101 x\r\n\r\n",
		"HTTP/1.1 101 x\r\nno colon\r\n\r\n",
		"HTTP/1.1 101 x\r\n: no name\r\n\r\n",
		"HTTP/1.1 101 x\r\nName : space\r\n\r\n",
		"HTTP/1.1 101 x\r\nA: b\r\n folded\r\n\r\n",
	};
	struct handshake_answer answer;
	char *text = mem_alloc(2 * HANDSHAKE_HEAD_BYTES_MAX);

	for (size_t i = 0; i < COUNT(texts); i++)
		ck_assert_int_eq(handshake_answer_read(texts[i], strlen(texts[i]), KEY, &answer), -EPROTO);
	ck_assert_int_eq(handshake_answer_read("HTTP/1.1 101 x\r\nA: \0\r\n\r\n", 24, KEY, &answer), -EPROTO);
	memset(text, 'a', 2 * HANDSHAKE_HEAD_BYTES_MAX);
	memcpy(text, "HTTP/1.1 101 x\r\nA: ", 19);
	ck_assert_int_eq(handshake_answer_read(text, HANDSHAKE_HEAD_BYTES_MAX - 1, KEY, &answer), 0);
	ck_assert_int_eq(handshake_answer_read(text, HANDSHAKE_HEAD_BYTES_MAX, KEY, &answer), -EPROTO);
	memcpy(text + HANDSHAKE_HEAD_BYTES_MAX, "\r\n\r\n", 4);
	ck_assert_int_eq(handshake_answer_read(text, HANDSHAKE_HEAD_BYTES_MAX + 4, KEY, &answer), -EPROTO);
	mem_free(text);
}
END_TEST

SUITE("handshake", sha1_gives_the_digests_of_its_standard, the_key_of_the_standard_gets_its_answer,
      keys_are_the_base64_of_16_bytes, a_server_judges_what_it_is_asked, a_call_is_written_as_the_standard_has_it,
      nothing_smuggles_a_header_into_a_call, an_answer_is_read_when_its_head_is_whole,
      a_switch_that_is_not_ours_is_none, a_refusal_says_what_there_is_to_say, what_is_no_http_is_refused)
