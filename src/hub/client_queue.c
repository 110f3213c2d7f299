// SPDX-License-Identifier: Apache-2.0
/* What a client is sent: the events that wait for it, then a snapshot or points that it has asked for, each made when
 * the socket has room for it. Whatever is made from the fleet is so newer than all that was sent before.
 */
#include "hub/internal.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "fleet/snapshot.h"

void hub_client_queue_finish(struct hub_client *client)
{
	outbox_clear(&client->outbox);
	fleet_snapshot_destroy(client->snapshot);
	client->snapshot = NULL;
	mem_free(client->restated);
	client->restated = NULL;
	client->n_restated = client->cap_restated = 0;
	client->n_history = 0;
}

int hub_client_send(struct hub_client *client, const struct bytes *message)
{
	int r = websocket_send(client->ws, message->data, message->len);

	if (r == 0) {
		client->moved_ms = hub_now().mono_ms;
		hub_client_touch(client);
	}
	return r;
}

// ---- framing

static void frame(struct hub_client *client, const struct stream_item *item)
{
	char head[WIRE_PREFIX_MAX];
	size_t n = wire_event_prefix(item->channel, item->seq, client->sent[item->channel], head);

	if (websocket_send_shared(client->ws, head, n, item->text) < 0) {
		hub_client_close(client, WIRE_ERROR_INTERNAL, "out of memory");
		return;
	}
	client->moved_ms = hub_now().mono_ms;
	if (item->seq)
		client->sent[item->channel] = item->seq;
}

// Takes the event over.
static void frame_event(struct hub_client *client, struct event *event, unsigned flags)
{
	struct stream_item *item;
	int r = hub_encode(client->hub, event, flags, &item);

	event_unref(event);
	if (r == 0)
		frame(client, item);
	else if (r != -EMSGSIZE) // else another snapshot would not bring it either
		hub_client_close(client, WIRE_ERROR_INTERNAL, "out of memory");
	stream_item_unref(item);
}

// ---- the snapshot

static bool was_restated(const struct hub_client *client, uint32_t operation)
{
	for (size_t i = 0; i < client->n_restated; i++)
		if (client->restated[i] == operation)
			return true;
	return false;
}

static int note_restated(struct hub_client *client, uint32_t operation)
{
	if (client->n_restated == client->cap_restated) {
		size_t cap = client->cap_restated ? 2 * client->cap_restated : 16;
		uint32_t *restated = mem_realloc(client->restated, cap * sizeof *restated);

		if (!restated)
			return -ENOMEM;
		client->restated = restated;
		client->cap_restated = cap;
	}
	client->restated[client->n_restated++] = operation;
	return 0;
}

static void end_snapshot(struct hub_client *client)
{
	fleet_snapshot_destroy(client->snapshot);
	client->snapshot = NULL;
	client->state = CLIENT_LIVE;
}

static bool is_wanted(const struct hub_client *client, const struct event *event)
{
	return event->type == EVENT_SNAPSHOT || client->channels & (1U << event->channel);
}

// false: nothing could be made just now.
static bool step_snapshot(struct hub_client *client)
{
	struct event *event;

	if (fleet_snapshot_next(client->snapshot, hub_now().wall_ms, &event) < 0)
		return false;
	if (!event) {
		end_snapshot(client);
		return true;
	}
	if (!is_wanted(client, event)) {
		event_unref(event);
		return true;
	}
	if (event->type == EVENT_OPERATION && note_restated(client, event->u.operation->no) < 0) {
		event_unref(event);
		hub_client_close(client, WIRE_ERROR_INTERNAL, "out of memory");
		return true;
	}
	// It stands for what was left out, and has its number: who comes back is not told that as news.
	if (event->type == EVENT_OPERATION && client->left_out > client->sent[event->channel])
		event->seq = client->left_out;
	frame_event(client, event, wire_restated_flags(&client->hub->told, event));
	return true;
}

void hub_client_snapshot(struct hub_client *client)
{
	fleet_snapshot_destroy(client->snapshot);
	client->snapshot = NULL;
	client->n_restated = 0;
	client->hub->counters.n_snapshots++;
	if (fleet_snapshot_create(client->hub->fleet, &client->snapshot) < 0) {
		hub_client_close(client, WIRE_ERROR_INTERNAL, "out of memory");
		return;
	}
	client->state = CLIENT_SNAPSHOT;
	hub_client_touch(client);
}

// ---- points

static bool step_history(struct hub_client *client)
{
	const struct hub *hub = client->hub;
	uint16_t series[SERIES_MAX];
	size_t n = fleet_agent_series(hub->fleet, client->history[0], series, SERIES_MAX);
	struct event *event = NULL;

	if (client->history_at >= n) {
		client->n_history--;
		client->history_at = 0;
		memmove(client->history, client->history + 1, client->n_history * sizeof client->history[0]);
		return true;
	}
	if (fleet_points_event(hub->fleet, client->history[0], series[client->history_at], hub_now().wall_ms, &event) <
	    0)
		return false;
	client->history_at++;
	if (event)
		frame_event(client, event, 0);
	return true;
}

// ---- what waits

bool hub_client_waits(const struct hub_client *client)
{
	bool is_told = client->state == CLIENT_LIVE || client->state == CLIENT_SNAPSHOT;

	return is_told && (client->outbox.n || client->snapshot || client->n_history);
}

void hub_client_fill(struct hub_client *client)
{
	bool goes_on = true;

	while (goes_on && hub_client_waits(client) && websocket_pending(client->ws) < HUB_FRAMED_MAX) {
		struct stream_item *item = outbox_pop(&client->outbox);

		if (item)
			frame(client, item);
		else if (client->is_draining)
			goes_on = false;
		else
			goes_on = client->snapshot ? step_snapshot(client) : step_history(client);
		stream_item_unref(item);
	}
}

// Whether an event must be left out: an operation whose plan the client lacks, and which a snapshot will restate.
static bool comes_later(const struct hub_client *client, const struct stream_item *item)
{
	return client->snapshot && item->operation && !item->has_plan && !was_restated(client, item->operation);
}

void hub_client_offer(struct hub_client *client, struct stream_item *item)
{
	uint64_t n_conflated = client->outbox.n_conflated;
	bool conflates = client->is_behind || client->snapshot;
	int r;

	if (client->state != CLIENT_LIVE && client->state != CLIENT_SNAPSHOT)
		return;
	if (!(client->channels & (1U << item->channel)))
		return;
	if (comes_later(client, item)) {
		client->left_out = item->seq;
		return;
	}
	r = outbox_push(&client->outbox, item, conflates);
	if (r == -ENOBUFS && hub_client_drain(client))
		r = outbox_push(&client->outbox, item, conflates);
	client->hub->counters.n_conflated += client->outbox.n_conflated - n_conflated;
	if (r == 0) {
		hub_client_touch(client);
		return;
	}
	hub_client_drop(client);
	if (item->is_private)
		frame(client, item);
	hub_client_resync(client, r == -ENOBUFS ? "it takes less than there is to tell" : "out of memory");
}

/* The queue is dropped: a snapshot tells all of it anew, but for what is for its eyes alone, such as a plan that it has
 * asked for. That goes out before it hears that the rest was dropped, so that the numbers it has seen stay true.
 */
void hub_client_drop(struct hub_client *client)
{
	struct stream_item *item;

	while ((item = outbox_pop(&client->outbox))) {
		if (item->is_private)
			frame(client, item);
		else
			client->hub->counters.n_dropped++;
		stream_item_unref(item);
	}
}

// Whether it has had so many within a minute that another one makes no sense.
static bool note_resync(struct hub_client *client, int64_t now_ms)
{
	size_t n = 0;

	for (size_t i = 0; i < client->n_resyncs; i++)
		if (now_ms - client->resyncs_ms[i] < HUB_RESYNC_WINDOW_MS)
			client->resyncs_ms[n++] = client->resyncs_ms[i];
	client->n_resyncs = n;
	if (n + 1 >= HUB_RESYNCS_MAX)
		return true;
	client->resyncs_ms[client->n_resyncs++] = now_ms;
	return false;
}

void hub_client_resync(struct hub_client *client, const char *why)
{
	struct hub *hub = client->hub;
	struct instant now = hub_now();
	struct bytes message;

	hub->counters.n_resyncs++;
	hub_client_drop(client);
	if (client->state == CLIENT_CLOSING) // there was no memory
		return;
	if (note_resync(client, now.mono_ms)) {
		hub->counters.n_disconnected_slow++;
		access_refused(hub->access, &client->identity, "stream", why, now);
		hub_client_close(client, WIRE_ERROR_SLOW, why);
		return;
	}
	bytes_init(&message, WIRE_WHY_MAX * 8);
	if (wire_resync_write(why, &message) == 0)
		(void)hub_client_send(client, &message);
	bytes_finish(&message);
	hub_client_snapshot(client);
}

void hub_client_resume(struct hub_client *client, const uint64_t last[CHANNEL_COUNT])
{
	struct hub *hub = client->hub;

	memcpy(client->sent, last, sizeof client->sent);
	client->state = CLIENT_LIVE;
	hub->counters.n_resumed++;
	for (size_t i = 0; i < hub->stream.n && client->state == CLIENT_LIVE; i++) {
		struct stream_item *item = stream_at(&hub->stream, i);

		if (item->seq > last[item->channel])
			hub_client_offer(client, item);
	}
}
