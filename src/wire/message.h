#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The messages of a hub and its clients: JSON objects, one a text frame (opscon-protocol(7)).
 *
 * A message has a `type` and members; those that are not known are passed over. An event is written once for all
 * clients (event_json.h); a frame is its prefix, that text and "}".
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "opscon/event.h"
#include "wire/event_json.h"
#include "wire/request_json.h"

enum {
	WIRE_PROTOCOL = 1,
	WIRE_CLIENT_MESSAGE_MAX = REQUEST_JSON_MAX + 1024, // bytes of a message to a hub
	WIRE_HUB_MESSAGE_MAX = EVENT_JSON_MAX + 1024,      // bytes of one from it
	WIRE_BOOT_HEX = 32,
	WIRE_HEAD_HEX = 64,
	WIRE_NAME_MAX = 128, // bytes of a name, terminator included
	WIRE_WHY_MAX = 320,
	WIRE_CHANNELS_ALL = (1 << CHANNEL_COUNT) - 1,
};

enum wire_side { WIRE_CLIENT, WIRE_HUB }; // who has written it

enum wire_type {
	WIRE_HELLO,       // u.hello of a client, u.welcome of a hub
	WIRE_SUBSCRIBE,   // client: u.channels
	WIRE_UNSUBSCRIBE, // client: u.channels
	WIRE_REQUEST,     // client: u.request
	WIRE_PING,        // client: id; either side may send one
	WIRE_PONG,        // id, as in the ping
	WIRE_EVENT,       // hub: u.event
	WIRE_ANSWER,      // hub: u.answer
	WIRE_RESYNC,      // hub: u.why; a snapshot follows
	WIRE_ERROR,       // hub: u.error; it closes then
	WIRE_LIMITS,      // hub: u.limits; after its hello, and whenever they change
	WIRE_TYPE_COUNT,
};

const char *wire_type_name(enum wire_type type); // "hello" ...

// Texts are clean, terminated, "" where there is none.
struct wire_hello {
	unsigned protocol;                                  // the greatest that it speaks
	char client[WIRE_NAME_MAX], version[WIRE_NAME_MAX]; // "opscon", "0.2.0"
	char who[WIRE_NAME_MAX], host[WIRE_NAME_MAX], tty[WIRE_NAME_MAX];
	char boot[WIRE_BOOT_HEX + 1]; // of the hub's start that `last` is of; "" none: a snapshot is due
	uint64_t last[CHANNEL_COUNT]; // seq; 0 none
	unsigned channels;            // bit = 1 << channel; all when it does not say
};

enum { WIRE_ENVIRONMENTS_MAX = 256, WIRE_COLOUR_MAX = 16 };

struct wire_environment {
	char name[WIRE_NAME_MAX]; // with is_production a glob of names
	char colour[WIRE_COLOUR_MAX];
	bool is_production;
};

struct wire_welcome {
	unsigned protocol; // the greatest that both speak
	char version[WIRE_NAME_MAX], fleet[WIRE_NAME_MAX];
	char boot[WIRE_BOOT_HEX + 1]; // random, of this start
	uint32_t session;             // of this connection; never 0
	char you[WIRE_NAME_MAX], role[WIRE_NAME_MAX];
	char shard[WIRE_NAME_MAX];              // "2/4": it watches that part of the fleet alone; "" all of it
	bool is_demo, is_read_only, is_resumed; // resumed: no snapshot, only what is missing
	int64_t at_ms;                          // wall
	uint64_t last[CHANNEL_COUNT];
	bool has_audit;
	uint64_t n_audit_records;
	char audit_head[WIRE_HEAD_HEX + 1];    // hash of the newest record
	char audit_key[WIRE_HEAD_HEX + 1];     // that signs checkpoints; "" none
	char strategy[WIRE_COLOUR_MAX];        // of rollouts, unless another is asked for: "rolling"; "" not said
	struct wire_environment *environments; // borrowed when it is written, owned by the message that was read
	size_t n_environments;                 // up to WIRE_ENVIRONMENTS_MAX
};

struct wire_event {
	enum channel channel;
	uint64_t seq;        // 0: of a snapshot, or for this client alone
	uint64_t prev;       // seq of the last event of the channel that was sent on this connection; before the first,
			     // what the client said in `last` when it resumed, else 0
	int outcome;         // enum event_json_outcome
	struct event *event; // owned; NULL unless it was taken. Its seq is set
};

struct wire_answer {
	int error; // 0, or negative errno as in opscon/feed.h
	char why[WIRE_WHY_MAX];
};

/* To whom of the fleet this session's rights are limited: what is asked must satisfy every `allow` and no `deny`. Only
 * so that nobody tries in vain: the hub decides, and leaves out here what is too long or too much.
 */
enum { WIRE_SCOPES_MAX = 16, WIRE_SCOPE_MAX = 256 };
struct wire_limits {
	size_t n;
	char scopes[WIRE_SCOPES_MAX][WIRE_SCOPE_MAX]; // "allow env=dev", "deny tier=data"
};

// Why a hub closes.
enum wire_error_code {
	WIRE_ERROR_PROTOCOL, // a message that is none, or not now
	WIRE_ERROR_VERSION,  // no version of the protocol in common
	WIRE_ERROR_AUTH,     // not known, expired, revoked
	WIRE_ERROR_DENIED,   // known, and not allowed
	WIRE_ERROR_LIMIT,    // too many connections, requests or bytes
	WIRE_ERROR_SLOW,     // it did not take what was sent
	WIRE_ERROR_IDLE,     // nothing came for too long
	WIRE_ERROR_SHUTDOWN, // the hub ends; it may come back
	WIRE_ERROR_INTERNAL,
	WIRE_ERROR_COUNT,
};

const char *wire_error_name(enum wire_error_code code); // "protocol" ...

struct wire_message {
	enum wire_type type;
	enum wire_side from;
	uint64_t id; // of a request or ping, and of what answers it
	union {
		struct wire_hello hello;
		struct wire_welcome welcome;
		unsigned channels;
		struct request_text request; // owned
		struct wire_event event;     // event owned
		struct wire_answer answer;
		char why[WIRE_WHY_MAX];
		struct wire_limits limits;
		struct {
			enum wire_error_code code; // WIRE_ERROR_COUNT: one of a newer version
			char why[WIRE_WHY_MAX];
		} error;
	} u;
};

// ---- writing: appends one message. 0, -ENOMEM, -EMSGSIZE, and then nothing was added.

int wire_hello_write(const struct wire_hello *hello, struct bytes *out);
int wire_welcome_write(const struct wire_welcome *welcome, struct bytes *out);
int wire_channels_write(enum wire_type type, unsigned channels, struct bytes *out); // subscribe, unsubscribe
// Also what request_json_write() says.
int wire_request_write(uint64_t id, const struct request *request, const struct request_ids *ids, struct bytes *out);
int wire_ping_write(enum wire_type type, uint64_t id, struct bytes *out); // ping, pong
int wire_answer_write(uint64_t id, int error, const char *why, struct bytes *out);
int wire_resync_write(const char *why, struct bytes *out);
int wire_limits_write(const struct wire_limits *limits, struct bytes *out);
int wire_error_write(enum wire_error_code code, const char *why, struct bytes *out);

// What stands before an event's text in its frame; what stands behind it is WIRE_EVENT_END. Returns the length.
enum { WIRE_PREFIX_MAX = 112 };
#define WIRE_EVENT_END "}"
size_t wire_event_prefix(enum channel channel, uint64_t seq, uint64_t prev, char out[WIRE_PREFIX_MAX]);

/* ---- reading
 *
 * All of text[0..n), written by `from`. `reader` is for events: only a client needs one. 0; -EINVAL with why (clean);
 * -ENOTSUP: of a type that this version does not know, with why, to be passed over; -ENOMEM. A request of an unknown
 * type is -ENOTSUP as well, and then type and id are set, so that it can be answered. Finish it in each case.
 */
int wire_message_read(enum wire_side from, struct event_reader *reader, const char *text, size_t n,
		      struct wire_message *out, char why[EVENT_JSON_WHY_MAX]);
void wire_message_finish(struct wire_message *message); // zeroed is fine
