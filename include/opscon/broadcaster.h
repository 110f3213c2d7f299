#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The broadcaster: channels, sequence numbers, a bounded replay buffer a channel, sinks that come and go at any time.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "opscon/event.h"

enum { BROADCASTER_BUFFER_DEFAULT = 100 }; // events kept a channel

struct broadcaster;

// buffer_size: events kept a channel, at least 1. 0 or -ENOMEM.
int broadcaster_create(size_t buffer_size, struct broadcaster **out);
void broadcaster_destroy(struct broadcaster *broadcaster);

typedef void (*broadcaster_cb)(void *ctx, const struct event *event);

/* Subscribes to the channels in `mask` (bit = 1 << channel). What is still buffered is replayed first, each event once;
 * a second subscription of the same sink replays only what it has not been given. Returns the sink's number (> 0), or
 * -ENOMEM. May be called from inside a callback.
 */
int broadcaster_subscribe(struct broadcaster *broadcaster, unsigned mask, broadcaster_cb cb, void *ctx);
int broadcaster_resubscribe(struct broadcaster *broadcaster, int sink, unsigned mask); // 0, -ENOENT
void broadcaster_unsubscribe(struct broadcaster *broadcaster, int sink);               // unknown numbers are ignored

// Takes the reference over. Numbers the event, buffers it, gives it to every sink; returns its sequence number.
uint64_t broadcaster_publish(struct broadcaster *broadcaster, struct event *event);

struct event_sink broadcaster_sink(struct broadcaster *broadcaster); // for services to emit into

struct channel_stats {
	uint64_t published; // also the last sequence number
	size_t buffered;
	size_t sinks;
};
void broadcaster_stats(const struct broadcaster *broadcaster, enum channel channel, struct channel_stats *out);
