#pragma once
// SPDX-License-Identifier: Apache-2.0
/* WebSocket after its handshake (RFC 6455), both ends, over wslay: bytes in, messages out; messages in, bytes out. It
 * knows no socket and no clock: who owns those gives what came, and writes what is to go when there is room for it.
 *
 * Strict: frames of a client must be masked and those of a server must not be; reserved bits and opcodes, fragmented
 * or long control frames, lengths in more bytes than they need, text that is not UTF-8, close codes that nobody may
 * send and messages over the limit, of bytes or of fragments, end the connection with the code that the RFC names for
 * it. Pings are answered.
 * No extension is spoken. wslay takes its own memory, which is bounded by the limits here.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "wire/shared_text.h"

enum websocket_role { WEBSOCKET_SERVER, WEBSOCKET_CLIENT };

enum websocket_code { // RFC 6455, 7.4.1: those that are used here
	WEBSOCKET_NORMAL = 1000,
	WEBSOCKET_GOING_AWAY = 1001,
	WEBSOCKET_PROTOCOL = 1002,
	WEBSOCKET_UNSUPPORTED = 1003,
	WEBSOCKET_NO_CODE = 1005,  // never sent: the close frame had none
	WEBSOCKET_ABNORMAL = 1006, // never sent: there was no close frame
	WEBSOCKET_BAD_DATA = 1007,
	WEBSOCKET_POLICY = 1008,
	WEBSOCKET_TOO_BIG = 1009,
	WEBSOCKET_INTERNAL = 1011,
};

enum {
	WEBSOCKET_REASON_MAX = 123,       // bytes of a close frame's reason
	WEBSOCKET_PENDING_MAX = 64 << 20, // bytes that may wait to be written: a caller who looks never gets there
	WEBSOCKET_HEAD_MAX = 10,          // bytes of a server's frame header
	WEBSOCKET_FRAGMENTS_MAX = 4096,   // of a message that comes: each costs much more memory than a byte
};

struct websocket;

/* None may destroy the websocket; closing and sending are fine. */
struct websocket_class {
	// A whole message, borrowed for the call; text is valid UTF-8 and n may be 0.
	void (*message)(void *ctx, const char *bytes, size_t n, bool is_text);
	void (*pong)(void *ctx);             // may be NULL
	void (*random)(void *out, size_t n); // for masks: a client must have one, a server needs none
};

struct websocket_options {
	enum websocket_role role;
	size_t message_bytes_max; // of what comes, over all fragments of a message; at least 125
	const struct websocket_class *class;
	void *ctx; // borrowed
};

int websocket_create(const struct websocket_options *options, struct websocket **out); // 0 or -ENOMEM
void websocket_destroy(struct websocket *ws);                                          // NULL is fine
// Instead of the limit of before: from the next frame on that comes.
void websocket_limit(struct websocket *ws, size_t message_bytes_max);

/* Gives it what came. 0; -EPROTO: the other side broke a rule, and the close frame that says so is to be written, after
 * which the connection ends; -ENOMEM. What comes after a close frame is ignored.
 */
int websocket_take(struct websocket *ws, const void *bytes, size_t n);

/* A text message, which must be UTF-8. 0; -EPIPE: a close frame has been queued, nothing goes out any more; -ENOBUFS:
 * WEBSOCKET_PENDING_MAX; -ENOMEM. On error nothing was queued.
 */
int websocket_send(struct websocket *ws, const char *text, size_t n);
// The same of a server, whose text is a beginning of its own and a rest that it shares with others (takes a reference).
int websocket_send_shared(struct websocket *ws, const char *head, size_t n_head, struct shared_text *rest);
int websocket_ping(struct websocket *ws); // its pong calls class->pong

/* Queues a close frame: nothing else is sent after it. The reason is UTF-8 and cut at a character to what fits; NULL or
 * "": none. 0, also when there is one already; -ENOMEM.
 */
int websocket_close(struct websocket *ws, uint16_t code, const char *reason);

// What is to be written next, borrowed until websocket_written(): the number of parts filled, 0 when nothing waits.
size_t websocket_output(const struct websocket *ws, struct iovec *parts, size_t n_parts);
void websocket_written(struct websocket *ws, size_t n_bytes); // at most what was given out
size_t websocket_pending(const struct websocket *ws);         // bytes

bool websocket_is_closing(const struct websocket *ws); // a close frame was queued or sent
/* Nothing is left to do: both have said that they close and ours is written, or it was broken and told so. Who has
 * closed gives the other side a moment to be so, and then leaves without it.
 */
bool websocket_is_over(const struct websocket *ws);
uint16_t websocket_close_code(const struct websocket *ws);      // theirs; WEBSOCKET_NO_CODE, WEBSOCKET_ABNORMAL
const char *websocket_close_reason(const struct websocket *ws); // theirs, as it came; "" none
uint16_t websocket_sent_code(const struct websocket *ws);       // ours; WEBSOCKET_ABNORMAL: none queued
