#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The opening handshake of WebSocket (RFC 6455, section 4), both ends: text in, text out. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes;

enum {
	HANDSHAKE_NONCE_BYTES = 16,
	HANDSHAKE_KEY_SIZE = 25,          // with its NUL
	HANDSHAKE_ACCEPT_SIZE = 29,       // with its NUL
	HANDSHAKE_HEAD_BYTES_MAX = 16384, // of an answer's head
	HANDSHAKE_TEXT_MAX = 256,         // of a status phrase or a word of explanation that is kept of an answer
};

void handshake_key(const uint8_t nonce[HANDSHAKE_NONCE_BYTES], char out[HANDSHAKE_KEY_SIZE]);
// What a server answers to a key. 0; -EINVAL: it is not the base64 of 16 bytes.
int handshake_accept(const char *key, char out[HANDSHAKE_ACCEPT_SIZE]);

// ---- the server's side: headers as they were sent, NULL where there is none

struct handshake_request {
	const char *method, *http_version; // "GET", "HTTP/1.1"
	const char *upgrade, *connection, *key, *version;
};

// The HTTP status to answer with: 101 with what accepts it, or 400, 405, 426 (which names the version) with why.
unsigned handshake_judge(const struct handshake_request *request, char accept[HANDSHAKE_ACCEPT_SIZE], const char **why);

// ---- the client's side

struct handshake_call {
	const char *host;          // as in the URL, with its port where that is not the usual one
	const char *path;          // "/v1/events"
	const char *key;           // handshake_key()
	const char *authorization; // value of the header; NULL: none
	const char *user_agent;    // NULL: none
};

// Appends the request. 0; -EINVAL: a value that is no header's (a control, a space in the path); -ENOMEM, -EMSGSIZE.
int handshake_call_write(const struct handshake_call *call, struct bytes *out);

struct handshake_answer {
	unsigned http_status;
	char phrase[HANDSHAKE_TEXT_MAX]; // as it came: clean it before it is shown
	char server[HANDSHAKE_TEXT_MAX]; // the header, "" none
	char content_type[HANDSHAKE_TEXT_MAX];
	char retry_after[32];
	int64_t content_length; // -1: not said
	size_t n_head;          // bytes of the head, its empty line included: what follows is the body, or frames
	bool is_upgraded;       // 101, and everything that RFC 6455 wants checked is right
	const char *why;        // static: what of a 101 is not; NULL
};

/* Reads the head of an answer from all that has come of it. 1: it is whole; 0: more is needed; -EPROTO: it is no answer
 * of HTTP/1.1, or its head is longer than HANDSHAKE_HEAD_BYTES_MAX.
 */
int handshake_answer_read(const char *text, size_t n, const char *key, struct handshake_answer *out);
