// SPDX-License-Identifier: Apache-2.0
#include "hub/stream.h"

#include "base/memory.h"

enum { STREAM_FIRST_CAP = 256, STREAM_ITEMS_MAX = 1 << 20 };

// ---- items

static void describe(struct stream_item *item, const struct event *event)
{
	item->subject = event->agent;
	switch (event->type) {
	case EVENT_AGENT_HEALTH:
	case EVENT_LIFECYCLE:
	case EVENT_FEED:
		item->is_replaceable = true;
		break;
	case EVENT_AGENT_PROBED:
		item->is_replaceable = true;
		item->part = (uint32_t)event->u.probed.kind;
		break;
	case EVENT_METRICS: // those of a scrape and the latency of a health probe are told apart
		item->is_replaceable = event->u.metrics.n > 0;
		item->part = event->u.metrics.n ? event->u.metrics.items[0].series : 0;
		break;
	case EVENT_OPERATION:
		item->subject = item->operation = event->u.operation->no;
		item->is_replaceable = !item->has_plan;
		break;
	default:
		break;
	}
}

struct stream_item *stream_item_new(const struct event *event, bool has_plan, struct shared_text *text)
{
	struct stream_item *item = mem_calloc(1, sizeof *item);

	if (!item)
		return NULL;
	item->refs = 1;
	item->type = event->type;
	item->channel = event->channel;
	item->seq = event->seq;
	item->has_plan = has_plan;
	item->text = shared_text_ref(text);
	describe(item, event);
	return item;
}

struct stream_item *stream_item_ref(struct stream_item *item)
{
	item->refs++;
	return item;
}

void stream_item_unref(struct stream_item *item)
{
	if (!item || --item->refs)
		return;
	shared_text_unref(item->text);
	mem_free(item);
}

size_t stream_item_bytes(const struct stream_item *item)
{
	return sizeof *item + item->text->n;
}

// ---- the ring

void stream_init(struct stream *stream, size_t bytes_max, const uint64_t last[CHANNEL_COUNT])
{
	*stream = (struct stream){ .bytes_max = bytes_max };
	for (int c = 0; c < CHANNEL_COUNT; c++) {
		stream->last[c] = last[c];
		stream->first[c] = last[c] + 1;
	}
}

struct stream_item *stream_at(const struct stream *stream, size_t i)
{
	return stream->items[(stream->head + i) & (stream->cap - 1)];
}

// The oldest goes; what its channel has from now on begins after it.
static void drop_oldest(struct stream *stream)
{
	struct stream_item *item = stream_at(stream, 0);

	if (stream->first[item->channel] <= item->seq)
		stream->first[item->channel] = item->seq + 1;
	stream->n_bytes -= stream_item_bytes(item);
	stream->head++;
	stream->n--;
	stream_item_unref(item);
}

void stream_clear(struct stream *stream)
{
	while (stream->n)
		drop_oldest(stream);
	mem_free(stream->items);
	stream->items = NULL;
	stream->cap = stream->head = 0;
}

void stream_finish(struct stream *stream)
{
	stream_clear(stream);
}

static bool grow(struct stream *stream)
{
	size_t cap = stream->cap ? 2 * stream->cap : STREAM_FIRST_CAP;
	struct stream_item **items;

	if (stream->n < stream->cap)
		return true;
	items = cap <= STREAM_ITEMS_MAX ? mem_calloc(cap, sizeof(struct stream_item *)) : NULL;
	if (!items)
		return false;
	for (size_t i = 0; i < stream->n; i++)
		items[i] = stream_at(stream, i);
	mem_free(stream->items);
	stream->items = items;
	stream->cap = cap;
	stream->head = 0;
	return true;
}

void stream_add(struct stream *stream, struct stream_item *item)
{
	size_t n = stream_item_bytes(item);

	while (stream->n && stream->n_bytes + n > stream->bytes_max)
		drop_oldest(stream);
	if (n > stream->bytes_max || !grow(stream)) {
		stream_skip(stream, item->channel, item->seq);
		return;
	}
	stream->items[(stream->head + stream->n++) & (stream->cap - 1)] = stream_item_ref(item);
	stream->n_bytes += n;
	stream->last[item->channel] = item->seq;
}

void stream_pass(struct stream *stream, enum channel channel, uint64_t seq)
{
	stream->last[channel] = seq;
}

void stream_skip(struct stream *stream, enum channel channel, uint64_t seq)
{
	stream->last[channel] = seq;
	stream->first[channel] = seq + 1;
}

bool stream_holds(const struct stream *stream, const uint64_t last[CHANNEL_COUNT], unsigned channels, size_t *n_bytes)
{
	*n_bytes = 0;
	for (int c = 0; c < CHANNEL_COUNT; c++)
		if (channels & (1U << c) && (last[c] > stream->last[c] || last[c] + 1 < stream->first[c]))
			return false;
	for (size_t i = 0; i < stream->n; i++) {
		const struct stream_item *item = stream_at(stream, i);

		if (channels & (1U << item->channel) && item->seq > last[item->channel])
			*n_bytes += stream_item_bytes(item);
	}
	return true;
}
