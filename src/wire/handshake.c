// SPDX-License-Identifier: Apache-2.0
#include "wire/handshake.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"
#include "base/strbuf.h"
#include "wire/sha1.h"

static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455, 1.3
static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void base64(const uint8_t *in, size_t n, char *out)
{
	for (; n; in += 3, n = n > 3 ? n - 3 : 0) {
		uint32_t three = (uint32_t)in[0] << 16 | (n > 1 ? (uint32_t)in[1] << 8 : 0) | (n > 2 ? in[2] : 0);

		*out++ = alphabet[three >> 18];
		*out++ = alphabet[three >> 12 & 63];
		*out++ = n > 1 ? alphabet[three >> 6 & 63] : '=';
		*out++ = n > 2 ? alphabet[three & 63] : '=';
	}
	*out = '\0';
}

void handshake_key(const uint8_t nonce[HANDSHAKE_NONCE_BYTES], char out[HANDSHAKE_KEY_SIZE])
{
	base64(nonce, HANDSHAKE_NONCE_BYTES, out);
}

// 16 bytes are 22 characters, of the last of which only two bits count, and two signs of equality.
static bool is_key(const char *key)
{
	const char *last;

	if (strlen(key) != HANDSHAKE_KEY_SIZE - 1 || strspn(key, alphabet) != HANDSHAKE_KEY_SIZE - 3)
		return false;
	last = strchr(alphabet, key[HANDSHAKE_KEY_SIZE - 4]);
	return last && (last - alphabet) % 16 == 0 && strcmp(key + HANDSHAKE_KEY_SIZE - 3, "==") == 0;
}

int handshake_accept(const char *key, char out[HANDSHAKE_ACCEPT_SIZE])
{
	char text[HANDSHAKE_KEY_SIZE + sizeof guid];
	uint8_t digest[SHA1_BYTES];

	if (!is_key(key))
		return -EINVAL;
	snprintf(text, sizeof text, "%s%s", key, guid);
	sha1(text, strlen(text), digest);
	base64(digest, sizeof digest, out);
	return 0;
}

// ---- what both ends read

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

// Whether a comma-separated list has a word, in any case.
static bool has_token(const char *list, const char *word)
{
	size_t n_word = strlen(word);

	while (list && *list) {
		size_t n = strcspn(list, ",");
		const char *begin = list, *end = list + n;

		while (begin < end && is_space(*begin))
			begin++;
		while (end > begin && is_space(end[-1]))
			end--;
		if ((size_t)(end - begin) == n_word && strncasecmp(begin, word, n_word) == 0)
			return true;
		list += n + (list[n] == ',');
	}
	return false;
}

// ---- the server's side

static bool is_http_1_1(const char *version)
{
	return version && strncmp(version, "HTTP/1.", 7) == 0 && isdigit((unsigned char)version[7]) &&
	       version[7] != '0' && !version[8];
}

unsigned handshake_judge(const struct handshake_request *request, char accept[HANDSHAKE_ACCEPT_SIZE], const char **why)
{
	*why = "";
	if (!request->method || strcmp(request->method, "GET") != 0) {
		*why = "expected GET";
		return 405;
	}
	if (!has_token(request->upgrade, "websocket") || !has_token(request->connection, "upgrade")) {
		*why = "expected Upgrade: websocket and Connection: Upgrade";
		return 426;
	}
	if (!is_http_1_1(request->http_version)) {
		*why = "expected HTTP/1.1";
		return 400;
	}
	if (!request->version || strcmp(request->version, "13") != 0) {
		*why = "expected Sec-WebSocket-Version: 13";
		return 426;
	}
	if (!request->key || handshake_accept(request->key, accept) < 0) {
		*why = "expected Sec-WebSocket-Key: the base64 of 16 bytes";
		return 400;
	}
	return 101;
}

// ---- the client's side

static bool is_value(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == '\x7f')
			return false;
	return true;
}

int handshake_call_write(const struct handshake_call *call, struct bytes *out)
{
	struct {
		const char *name, *value;
	} optional[] = { { "Authorization", call->authorization }, { "User-Agent", call->user_agent } };
	size_t before = out->len;
	int r;

	if (!is_value(call->host) || !is_value(call->path) || strchr(call->path, ' ') || strchr(call->host, ' '))
		return -EINVAL;
	r = bytes_addf(out,
		       "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		       "Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n",
		       call->path, call->host, call->key);
	for (size_t i = 0; r == 0 && i < sizeof optional / sizeof optional[0]; i++) {
		if (optional[i].value && !is_value(optional[i].value))
			r = -EINVAL;
		else if (optional[i].value)
			r = bytes_addf(out, "%s: %s\r\n", optional[i].name, optional[i].value);
	}
	if (r == 0)
		r = bytes_add(out, "\r\n", 2);
	if (r < 0 && out->data) {
		out->len = before;
		out->data[before] = '\0';
	}
	return r;
}

// What an answer says of an upgrade.
struct upgrade_said {
	bool has_upgrade, has_connection, has_accept, has_extension;
	char accept[HANDSHAKE_ACCEPT_SIZE];
};

static void copy(char *out, size_t size, const char *text, size_t n)
{
	n = n < size ? n : size - 1;
	memcpy(out, text, n);
	out[n] = '\0';
}

static void take_header(struct handshake_answer *out, struct upgrade_said *said, const char *name, const char *value)
{
	uint64_t number;

	if (strcasecmp(name, "Upgrade") == 0) {
		said->has_upgrade |= has_token(value, "websocket");
	} else if (strcasecmp(name, "Connection") == 0) {
		said->has_connection |= has_token(value, "upgrade");
	} else if (strcasecmp(name, "Sec-WebSocket-Accept") == 0) {
		said->has_accept = true;
		copy(said->accept, sizeof said->accept, value, strlen(value));
	} else if (strcasecmp(name, "Sec-WebSocket-Extensions") == 0 ||
		   strcasecmp(name, "Sec-WebSocket-Protocol") == 0) {
		said->has_extension = true; // nobody asked for one
	} else if (strcasecmp(name, "Server") == 0) {
		copy(out->server, sizeof out->server, value, strlen(value));
	} else if (strcasecmp(name, "Content-Type") == 0) {
		copy(out->content_type, sizeof out->content_type, value, strlen(value));
	} else if (strcasecmp(name, "Retry-After") == 0) {
		copy(out->retry_after, sizeof out->retry_after, value, strlen(value));
	} else if (strcasecmp(name, "Content-Length") == 0 &&
		   number_parse_u64(value, strlen(value), INT64_MAX, &number) == 0) {
		out->content_length = (int64_t)number;
	}
}

// "HTTP/1.1 101 Switching Protocols"
static int read_status(const char *line, size_t n, struct handshake_answer *out)
{
	unsigned status = 0;

	if (n < 12 || strncmp(line, "HTTP/1.", 7) != 0 || !isdigit((unsigned char)line[7]) || line[8] != ' ')
		return -EPROTO;
	for (size_t i = 9; i < 12; i++) {
		if (!isdigit((unsigned char)line[i]))
			return -EPROTO;
		status = status * 10 + (unsigned)(line[i] - '0');
	}
	if (status < 100 || (n > 12 && line[12] != ' '))
		return -EPROTO;
	out->http_status = status;
	copy(out->phrase, sizeof out->phrase, line + 13, n > 13 ? n - 13 : 0);
	return 0;
}

static int read_header(const char *line, size_t n, struct handshake_answer *out, struct upgrade_said *said)
{
	char name[64], value[1024];
	const char *colon = memchr(line, ':', n), *end = line + n;

	if (!colon || colon == line || is_space(line[0]) || is_space(colon[-1]))
		return -EPROTO;
	copy(name, sizeof name, line, (size_t)(colon - line));
	for (colon++; colon < end && is_space(*colon); colon++)
		;
	while (end > colon && is_space(end[-1]))
		end--;
	copy(value, sizeof value, colon, (size_t)(end - colon));
	take_header(out, said, name, value);
	return 0;
}

static const char *judge_upgrade(const struct upgrade_said *said, const char *key)
{
	char expected[HANDSHAKE_ACCEPT_SIZE];

	if (!said->has_upgrade || !said->has_connection)
		return "it switches to something else";
	if (!said->has_accept || handshake_accept(key, expected) < 0 || strcmp(said->accept, expected) != 0)
		return "it does not answer to the key";
	return said->has_extension ? "it wants an extension" : NULL;
}

// Bytes of the head, its empty line included; 0: it is not whole.
static size_t find_end(const char *text, size_t n)
{
	const char *end = n > HANDSHAKE_HEAD_BYTES_MAX ? memmem(text, HANDSHAKE_HEAD_BYTES_MAX, "\r\n\r\n", 4)
						       : memmem(text, n, "\r\n\r\n", 4);

	return end ? (size_t)(end - text) + 4 : 0;
}

int handshake_answer_read(const char *text, size_t n, const char *key, struct handshake_answer *out)
{
	struct upgrade_said said = { 0 };
	size_t n_head = find_end(text, n);
	int r = 0;

	*out = (struct handshake_answer){ .content_length = -1 };
	if (!n_head)
		return n >= HANDSHAKE_HEAD_BYTES_MAX || strncmp(text, "HTTP/1.", n < 7 ? n : 7) != 0 ? -EPROTO : 0;
	for (size_t at = 0; r == 0 && at + 2 < n_head;) {
		size_t n_line = (size_t)((const char *)memmem(text + at, n_head - at, "\r\n", 2) - text) - at;

		if (memchr(text + at, '\0', n_line))
			return -EPROTO;
		r = at == 0 ? read_status(text, n_line, out) : read_header(text + at, n_line, out, &said);
		at += n_line + 2;
	}
	if (r < 0)
		return r;
	out->n_head = n_head;
	if (out->http_status == 101)
		out->why = judge_upgrade(&said, key);
	out->is_upgraded = out->http_status == 101 && !out->why;
	return 1;
}
