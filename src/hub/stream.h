#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The one stream of a hub: each event encoded once and shared by all who get it, and a ring of the last ones for who
 * comes back. Pure.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "opscon/event.h"
#include "wire/shared_text.h"

// An event on its way. Immutable, counted.
struct stream_item {
	uint32_t refs;
	enum event_type type;
	enum channel channel;
	uint64_t seq;           // 0: for one client alone
	uint32_t subject, part; // what a newer one of the same type stands for: an agent, an operation; and which of it
	uint32_t operation;     // EVENT_OPERATION: its number
	bool is_replaceable;    // a newer one of the same type, subject and part makes it superfluous
	bool has_plan;          // of an operation: it brings the plan along
	bool is_private;        // not for all: no snapshot tells it anew. Set before it is given to anybody
	struct shared_text *text; // a reference: the event, and what ends its frame
};

struct stream_item *stream_item_new(const struct event *event, bool has_plan, struct shared_text *text); // or NULL
struct stream_item *stream_item_ref(struct stream_item *item);
void stream_item_unref(struct stream_item *item);         // NULL is fine
size_t stream_item_bytes(const struct stream_item *item); // what it counts for in a queue

struct stream {
	struct stream_item **items; // owned, of cap: references
	size_t head, n, cap;        // the oldest, how many, a power of two
	size_t n_bytes, bytes_max;
	uint64_t last[CHANNEL_COUNT];  // number of the newest event, kept or not
	uint64_t first[CHANNEL_COUNT]; // every event that went to all is kept from this number on
};

void stream_init(struct stream *stream, size_t bytes_max, const uint64_t last[CHANNEL_COUNT]);
void stream_finish(struct stream *stream);

// The next of its channel. Keeps a reference; the oldest go to make room. Without memory it is as if skipped.
void stream_add(struct stream *stream, struct stream_item *item);
void stream_pass(struct stream *stream, enum channel channel, uint64_t seq); // an event that is not for all
void stream_skip(struct stream *stream, enum channel channel, uint64_t seq); // one that was not kept
void stream_clear(struct stream *stream);                                    // of what nobody will ask for

/* Whether all that came after `last` on these channels is here; then *n_bytes is what it amounts to. Numbers that are
 * not of this stream are never here.
 */
bool stream_holds(const struct stream *stream, const uint64_t last[CHANNEL_COUNT], unsigned channels, size_t *n_bytes);
struct stream_item *stream_at(const struct stream *stream, size_t i); // 0 is the oldest; borrowed
