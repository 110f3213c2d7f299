// SPDX-License-Identifier: Apache-2.0
/* The connection of one hub: made when its state says so, dropped when it is silent, and what becomes of it told. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/memory.h"
#include "feeds/websocket_manager_internal.h"
#include "opscon/broadcaster.h"
#include "poll/http.h"

bool attached_is_live(const struct attached *hub)
{
	return hub->state.phase == HUB_LIVE && !hub_state_is_stale(&hub->state);
}

static uint64_t chance(void)
{
	uint64_t number = 0;

	if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
		number = (uint64_t)uv_hrtime();
	return number;
}

// ---- what it is like, told

// With several hubs, which of them it is about.
static void show(const struct attached *hub, struct hub_feed *feed, char *detail, size_t size)
{
	hub_state_show(&hub->state, feed);
	if (hub->state.trouble == HUB_BLOCKED && hub->state.phase != HUB_LIVE)
		snprintf(detail, size, "%s%spolling (no WebSocket): %s",
			 hub->manager->n_hubs > 1 ? hub->address.name : "", hub->manager->n_hubs > 1 ? ": " : "",
			 feed->detail);
	else if (hub->manager->n_hubs > 1 && *feed->detail)
		snprintf(detail, size, "%s: %s", hub->address.name, feed->detail);
	else
		snprintf(detail, size, "%s", feed->detail);
	feed->detail = detail;
}

static void tell(struct attached *hub, struct instant now)
{
	char detail[sizeof hub->told_detail];
	struct hub_feed feed;
	struct event *event;

	show(hub, &feed, detail, sizeof detail);
	if (hub->has_told && feed.state == hub->told.state && feed.since_ms == hub->told.since_ms &&
	    feed.retry_ms == hub->told.retry_ms && strcmp(detail, hub->told_detail) == 0)
		return;
	event = event_new(EVENT_FEED, now.wall_ms, 0);
	if (!event)
		return; // told with the next change
	event->channel = CHANNEL_SYSTEM;
	event->origin = hub->no;
	event->u.feed.is_link = true;
	event->u.feed.state = feed.state;
	event->u.feed.since_ms = feed.since_ms;
	event->u.feed.retry_ms = feed.retry_ms;
	event->u.feed.detail = mem_strdup(detail);
	hub->told = feed;
	hub->told.detail = NULL;
	snprintf(hub->told_detail, sizeof hub->told_detail, "%s", detail);
	hub->has_told = true;
	broadcaster_publish(hub->manager->broadcaster, event);
}

// ---- the connection

int attached_send(struct attached *hub, struct bytes *message)
{
	int r = hub->link ? hub_link_send(hub->link, message->data, message->len) : -ENOTCONN;

	bytes_finish(message);
	return r == -EPIPE ? -ENOTCONN : r;
}

static void on_opened(void *ctx)
{
	struct attached *hub = ctx;
	const struct websocket_manager_options *options = &hub->manager->options;
	struct wire_hello hello = { .protocol = WIRE_PROTOCOL, .channels = WIRE_CHANNELS_ALL };
	struct bytes message;

	snprintf(hello.client, sizeof hello.client, "opscon");
	snprintf(hello.version, sizeof hello.version, "%s", OPSCON_VERSION);
	snprintf(hello.who, sizeof hello.who, "%s", options->who);
	snprintf(hello.host, sizeof hello.host, "%s", options->host);
	snprintf(hello.tty, sizeof hello.tty, "%s", options->tty);
	if (hub->is_whole && !hub->unsure) {
		memcpy(hello.boot, hub->welcome.boot, sizeof hello.boot);
		memcpy(hello.last, hub->last, sizeof hello.last);
	}
	memset(hub->prev, 0, sizeof hub->prev);
	bytes_init(&message, WIRE_CLIENT_MESSAGE_MAX);
	hub_state_greeted(&hub->state, clock_now());
	if (wire_hello_write(&hello, &message) < 0 || attached_send(hub, &message) < 0)
		attached_drop(hub, HUB_LOST, "out of memory");
}

static bool was_silent(const struct attached *hub)
{
	return hub->has_told && (hub->told.state == FEED_LATE || hub->told.state == FEED_STALE);
}

static void on_heard(void *ctx)
{
	struct attached *hub = ctx;
	struct instant now = clock_now();

	hub_state_heard(&hub->state, now);
	if (was_silent(hub))
		attached_settle(hub, now);
}

static void on_answered(void *ctx)
{
	struct attached *hub = ctx;
	struct instant now = clock_now();

	hub_state_answered(&hub->state, now);
	attached_settle(hub, now);
}

static void on_message(void *ctx, const char *text, size_t n)
{
	attached_take_message(ctx, text, n);
}

static void on_failed(void *ctx, enum hub_trouble trouble, const char *why)
{
	struct attached *hub = ctx;

	// What it said before it closed is the better reason.
	if (hub->farewell.trouble != HUB_WELL)
		attached_drop(hub, hub->farewell.trouble, hub->farewell.why);
	else
		attached_drop(hub, trouble, why);
}

static void on_link_closed(void *ctx)
{
	manager_part_closed(ctx);
}

static void close_link(struct attached *hub)
{
	struct hub_link *link = hub->link;

	hub->link = NULL;
	hub->farewell.trouble = HUB_WELL;
	hub_link_close(link, on_link_closed, hub->manager);
}

// Agents that another hub knows too are heard of there from now on.
static void hand_over(struct attached *hub)
{
	struct websocket_manager *manager = hub->manager;
	unsigned others = 0;

	for (size_t i = 0; i < manager->n_hubs; i++)
		if (&manager->hubs[i] != hub && attached_is_live(&manager->hubs[i]))
			others |= 1u << manager->hubs[i].no;
	if (others)
		attached_pass_on(hub, hub_ids_pass_on(manager->ids, hub->no, others));
}

static void lose(struct attached *hub, enum hub_trouble trouble, const char *why)
{
	struct instant now = clock_now();
	char words[HUB_STATE_WHY_MAX];

	snprintf(words, sizeof words, "%s", why); // it may be the farewell, which goes
	if (hub->link)
		close_link(hub);
	if (hub->is_telling)
		hub->is_whole = hub->is_telling = false;
	hub->was_tried = true;
	hub_state_lost(&hub->state, trouble, words, chance(), now);
	attached_settle(hub, now);
	attached_forget_pending(hub);
}

void attached_drop(struct attached *hub, enum hub_trouble trouble, const char *why)
{
	if (hub->manager->is_stopping)
		return;
	lose(hub, trouble, why);
	hand_over(hub);
}

void attached_ask_anew(struct attached *hub, const char *why)
{
	hub->is_whole = false;
	lose(hub, HUB_LOST, why); // it is back in a moment: nobody else takes its agents over
	hub_state_anew(&hub->state, clock_now());
	attached_settle(hub, clock_now());
}

static void connect_to(struct attached *hub)
{
	static const struct hub_link_class class = { on_opened, on_heard, on_answered, on_message, on_failed };
	mem_auto char *token = manager_token(hub->manager);
	const struct hub_link_options options = { .address = &hub->address,
						  .token = token,
						  .has_token_file = hub->manager->options.token_file != NULL,
						  .tls = hub->manager->options.tls,
						  .timeout_ms = hub->state.options.connect_ms };
	int r = hub_link_open(hub->manager->client, hub->manager->loop, &options, &class, hub, &hub->link);

	if (r == 0)
		hub->manager->n_open++;
	else if (r == -ELIBACC)
		attached_drop(hub, HUB_LOST, http_client_trouble(hub->manager->client));
	else
		attached_drop(hub, HUB_LOST, strerror(-r));
}

static void act(struct attached *hub, enum hub_act act)
{
	switch (act) {
	case HUB_ACT_CONNECT:
		connect_to(hub);
		break;
	case HUB_ACT_PING:
		if (hub->link)
			hub_link_ping(hub->link); // if that fails, silence will tell
		break;
	case HUB_ACT_DROP:
		attached_drop(hub, HUB_LOST,
			      hub->state.phase == HUB_CONNECTING ? "no answer in time" : "it does not answer any more");
		break;
	case HUB_ACT_POLL:
		attached_poll(hub);
		break;
	case HUB_ACT_NONE:
		break;
	}
}

static void on_timer(uv_timer_t *timer)
{
	attached_settle(timer->data, clock_now());
}

// Nobody knows how its agents are. That it is back is no reason to take them from who is heard of them by then.
static void note_stale(struct attached *hub)
{
	bool was_stale = hub->was_stale;

	hub->was_stale = hub_state_is_stale(&hub->state);
	if (hub->was_stale && !was_stale)
		hand_over(hub);
}

void attached_settle(struct attached *hub, struct instant now)
{
	enum hub_act due;
	int64_t due_ms;

	if (hub->manager->is_stopping)
		return;
	while ((due = hub_state_tick(&hub->state, now)) != HUB_ACT_NONE)
		act(hub, due);
	tell(hub, now);
	note_stale(hub);
	due_ms = hub_state_due_ms(&hub->state);
	if (due_ms == INT64_MAX)
		uv_timer_stop(&hub->timer);
	else
		uv_timer_start(&hub->timer, on_timer, due_ms > now.mono_ms ? (uint64_t)(due_ms - now.mono_ms) : 0, 0);
}

static void on_begin(uv_timer_t *timer)
{
	struct attached *hub = timer->data;

	if (hub->no == 1)
		manager_greet(hub->manager);
	on_timer(timer);
}

int attached_start(struct attached *hub)
{
	event_reader_init(&hub->reader, hub->no);
	hub->reader.id = attached_local_id;
	hub->reader.ctx = hub;
	hub_state_init(&hub->state, &hub->manager->options.state, clock_now());
	uv_timer_init(hub->manager->loop, &hub->timer);
	hub->timer.data = hub;
	hub->manager->n_open++;
	return uv_timer_start(&hub->timer, on_begin, 0, 0);
}

static void on_timer_closed(uv_handle_t *handle)
{
	struct attached *hub = handle->data;

	manager_part_closed(hub->manager);
}

void attached_stop(struct attached *hub)
{
	if (hub->poll)
		http_request_cancel(hub->poll);
	hub->poll = NULL;
	if (hub->link)
		close_link(hub);
	uv_close((uv_handle_t *)&hub->timer, on_timer_closed);
}

void attached_finish(struct attached *hub)
{
	event_reader_finish(&hub->reader);
	mem_free(hub->welcome.environments);
}
