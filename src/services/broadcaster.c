// SPDX-License-Identifier: Apache-2.0
/* Each sink remembers the last sequence number it was given of every channel; whatever the way an event comes to it,
 * by replay, by dispatch or by both at once, an older number is not given again. An event published from inside a
 * callback is numbered and buffered at once but waits its turn, so every sink sees the same order.
 */
#include "opscon/broadcaster.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/ring.h"

struct sink {
	int number; // never used again: the sink's generation
	unsigned mask;
	broadcaster_cb cb;
	void *ctx; // borrowed
	uint64_t given[CHANNEL_COUNT];
	bool is_dead; // taken out when no dispatch is under way
};

struct slot {
	struct event *event; // a reference
	uint64_t order;      // over all channels
};

struct replay {
	struct ring ring;
	struct slot *slots; // owned, ring.cap of them
	uint64_t last_seq;
};

struct broadcaster {
	struct replay channels[CHANNEL_COUNT];
	struct sink **sinks; // owned
	size_t n_sinks, cap_sinks;
	struct event **waiting; // references: published while a callback runs
	size_t n_waiting, cap_waiting;
	uint64_t order;
	int last_number;
	unsigned depth; // of callbacks
	bool is_dispatching;
};

int broadcaster_create(size_t buffer_size, struct broadcaster **out)
{
	struct broadcaster *broadcaster = mem_calloc(1, sizeof *broadcaster);

	if (!broadcaster)
		return -ENOMEM;
	for (int i = 0; i < CHANNEL_COUNT; i++) {
		struct replay *replay = &broadcaster->channels[i];

		ring_init(&replay->ring, buffer_size ? buffer_size : 1);
		replay->slots = mem_calloc(replay->ring.cap, sizeof *replay->slots);
		if (!replay->slots) {
			broadcaster_destroy(broadcaster);
			return -ENOMEM;
		}
	}
	*out = broadcaster;
	return 0;
}

void broadcaster_destroy(struct broadcaster *broadcaster)
{
	if (!broadcaster)
		return;
	for (int i = 0; i < CHANNEL_COUNT; i++) {
		struct replay *replay = &broadcaster->channels[i];

		while (replay->ring.count)
			event_unref(replay->slots[ring_pop(&replay->ring)].event);
		mem_free(replay->slots);
	}
	for (size_t i = 0; i < broadcaster->n_waiting; i++)
		event_unref(broadcaster->waiting[i]);
	for (size_t i = 0; i < broadcaster->n_sinks; i++)
		mem_free(broadcaster->sinks[i]);
	mem_free(broadcaster->waiting);
	mem_free(broadcaster->sinks);
	mem_free(broadcaster);
}

static struct sink *find_sink(const struct broadcaster *broadcaster, int number)
{
	for (size_t i = 0; i < broadcaster->n_sinks; i++)
		if (broadcaster->sinks[i]->number == number && !broadcaster->sinks[i]->is_dead)
			return broadcaster->sinks[i];
	return NULL;
}

static void sweep(struct broadcaster *broadcaster)
{
	size_t kept = 0;

	if (broadcaster->depth)
		return;
	for (size_t i = 0; i < broadcaster->n_sinks; i++) {
		if (broadcaster->sinks[i]->is_dead)
			mem_free(broadcaster->sinks[i]);
		else
			broadcaster->sinks[kept++] = broadcaster->sinks[i];
	}
	broadcaster->n_sinks = kept;
}

static void give(struct broadcaster *broadcaster, struct sink *sink, struct event *event)
{
	if (sink->is_dead || !(sink->mask & (1U << event->channel)) || sink->given[event->channel] >= event->seq)
		return;
	sink->given[event->channel] = event->seq;
	broadcaster->depth++;
	sink->cb(sink->ctx, event);
	broadcaster->depth--;
}

// The oldest buffered event that the sink has not been given, of the channels in the mask; NULL when it has all.
static struct event *next_replay(const struct broadcaster *broadcaster, const struct sink *sink, unsigned mask)
{
	const struct slot *oldest = NULL;

	for (int c = 0; c < CHANNEL_COUNT; c++) {
		const struct replay *replay = &broadcaster->channels[c];
		uint64_t first = replay->last_seq - replay->ring.count + 1;
		uint64_t next = sink->given[c] + 1 > first ? sink->given[c] + 1 : first;
		const struct slot *slot;

		if (!(mask & (1U << c)) || next > replay->last_seq)
			continue;
		slot = &replay->slots[ring_at(&replay->ring, (size_t)(next - first))];
		if (!oldest || slot->order < oldest->order)
			oldest = slot;
	}
	return oldest ? oldest->event : NULL;
}

/* Channels that the sink had before are left out: what it lacks of them is waiting to be dispatched. The events are
 * looked up one by one, since callbacks may publish into the very buffers that are being replayed.
 */
static void replay_to(struct broadcaster *broadcaster, struct sink *sink, unsigned mask)
{
	struct event *event;

	while (!sink->is_dead && (event = next_replay(broadcaster, sink, mask & sink->mask))) {
		event_ref(event);
		give(broadcaster, sink, event);
		event_unref(event);
	}
}

static void dispatch_one(struct broadcaster *broadcaster, struct event *event)
{
	// By index and to the present end: a callback may add sinks and move the array. New ones had this by replay.
	for (size_t i = 0; i < broadcaster->n_sinks; i++)
		give(broadcaster, broadcaster->sinks[i], event);
}

static void dispatch_waiting(struct broadcaster *broadcaster)
{
	if (broadcaster->depth || broadcaster->is_dispatching)
		return;
	broadcaster->is_dispatching = true;
	for (size_t i = 0; i < broadcaster->n_waiting; i++) {
		struct event *event = broadcaster->waiting[i];

		dispatch_one(broadcaster, event);
		event_unref(event);
	}
	broadcaster->n_waiting = 0;
	broadcaster->is_dispatching = false;
	sweep(broadcaster);
}

static int add_sink(struct broadcaster *broadcaster, struct sink *sink)
{
	if (broadcaster->n_sinks == broadcaster->cap_sinks) {
		size_t cap = broadcaster->cap_sinks ? broadcaster->cap_sinks * 2 : 4;
		struct sink **sinks = mem_realloc(broadcaster->sinks, cap * sizeof(struct sink *));

		if (!sinks)
			return -ENOMEM;
		broadcaster->sinks = sinks;
		broadcaster->cap_sinks = cap;
	}
	broadcaster->sinks[broadcaster->n_sinks++] = sink;
	return 0;
}

int broadcaster_subscribe(struct broadcaster *broadcaster, unsigned mask, broadcaster_cb cb, void *ctx)
{
	struct sink *sink = mem_calloc(1, sizeof *sink);
	int number;

	if (!sink || add_sink(broadcaster, sink) < 0) {
		mem_free(sink);
		return -ENOMEM;
	}
	number = ++broadcaster->last_number;
	*sink = (struct sink){ .number = number, .mask = mask, .cb = cb, .ctx = ctx };
	replay_to(broadcaster, sink, mask);
	dispatch_waiting(broadcaster);
	sweep(broadcaster);
	return number;
}

int broadcaster_resubscribe(struct broadcaster *broadcaster, int number, unsigned mask)
{
	struct sink *sink = find_sink(broadcaster, number);
	unsigned before;

	if (!sink)
		return -ENOENT;
	before = sink->mask;
	sink->mask = mask;
	replay_to(broadcaster, sink, mask & ~before);
	dispatch_waiting(broadcaster);
	sweep(broadcaster);
	return 0;
}

void broadcaster_unsubscribe(struct broadcaster *broadcaster, int number)
{
	struct sink *sink = find_sink(broadcaster, number);

	if (!sink)
		return;
	sink->is_dead = true;
	sweep(broadcaster);
}

static void buffer(struct broadcaster *broadcaster, struct event *event)
{
	struct replay *replay = &broadcaster->channels[event->channel];
	bool was_full = ring_is_full(&replay->ring);
	struct slot *slot = &replay->slots[ring_push(&replay->ring)];

	event->seq = ++replay->last_seq;
	if (was_full)
		event_unref(slot->event);
	*slot = (struct slot){ .event = event_ref(event), .order = ++broadcaster->order };
}

static int enqueue(struct broadcaster *broadcaster, struct event *event)
{
	if (broadcaster->n_waiting == broadcaster->cap_waiting) {
		size_t cap = broadcaster->cap_waiting ? broadcaster->cap_waiting * 2 : 16;
		struct event **waiting = mem_realloc(broadcaster->waiting, cap * sizeof(struct event *));

		if (!waiting)
			return -ENOMEM;
		broadcaster->waiting = waiting;
		broadcaster->cap_waiting = cap;
	}
	broadcaster->waiting[broadcaster->n_waiting++] = event;
	return 0;
}

uint64_t broadcaster_publish(struct broadcaster *broadcaster, struct event *event)
{
	uint64_t seq;

	buffer(broadcaster, event);
	seq = event->seq;
	if (enqueue(broadcaster, event) < 0) {
		// The number is spent and the buffer has the event: a sink sees the gap.
		log_line(LOG_ERROR, "no memory to dispatch %s %llu", channel_name(event->channel),
			 (unsigned long long)seq);
		event_unref(event);
		return seq;
	}
	dispatch_waiting(broadcaster);
	return seq;
}

static void emit(void *ctx, struct event *event)
{
	broadcaster_publish(ctx, event);
}

struct event_sink broadcaster_sink(struct broadcaster *broadcaster)
{
	return (struct event_sink){ .emit = emit, .ctx = broadcaster };
}

void broadcaster_stats(const struct broadcaster *broadcaster, enum channel channel, struct channel_stats *out)
{
	*out = (struct channel_stats){
		.published = broadcaster->channels[channel].last_seq,
		.buffered = broadcaster->channels[channel].ring.count,
	};
	for (size_t i = 0; i < broadcaster->n_sinks; i++)
		if (!broadcaster->sinks[i]->is_dead && broadcaster->sinks[i]->mask & (1U << channel))
			out->sinks++;
}
