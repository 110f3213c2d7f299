// SPDX-License-Identifier: Apache-2.0
/* What a hub says: numbers become ours, gaps and duplicates are found, and the rest is published. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "feeds/websocket_manager_internal.h"
#include "opscon/broadcaster.h"

int64_t attached_local_id(void *ctx, enum wire_id kind, uint32_t remote, const char *key)
{
	struct attached *hub = ctx;

	if (hub->state.phase == HUB_CONNECTING)
		return -1; // who has not said hello says nothing of anybody
	return hub_ids_read(hub->manager->ids, hub->no, kind, remote, key);
}

static struct attached *hub_of(struct websocket_manager *manager, uint8_t no)
{
	return no >= 1 && no <= manager->n_hubs ? &manager->hubs[no - 1] : NULL;
}

void attached_pass_on(struct attached *hub, unsigned heirs)
{
	for (size_t i = 0; i < hub->manager->n_hubs; i++) {
		struct attached *heir = &hub->manager->hubs[i];

		if (heir != hub && (heirs & 1u << heir->no) && heir->link)
			attached_ask_anew(heir, "it is asked for agents of another hub");
	}
}

// Another hub may have the agent still, and is heard of it then.
static bool is_gone(struct attached *hub, const struct event *event)
{
	uint8_t heir = 0;
	bool is_gone = hub_ids_agent_gone(hub->manager->ids, hub->no, event->agent, &heir);
	struct attached *other = hub_of(hub->manager, heir);

	if (!is_gone && other && other != hub && other->link)
		attached_ask_anew(other, "it is asked for an agent of another hub");
	return is_gone;
}

static bool is_heard(struct attached *hub, const struct event *event)
{
	struct hub_ids *ids = hub->manager->ids;

	if (event->type == EVENT_SERIES_DEFINED && event->u.series.is_dropped) {
		// By our number; the hub's own went with the reading of it.
		for (unsigned remote = 0; remote < SERIES_MAX; remote++)
			if (hub_ids_series_local(ids, hub->no, (uint16_t)remote) == event->u.series.no)
				return hub_ids_series_drop(ids, hub->no, (uint16_t)remote);
		return false;
	}
	if (!event->agent)
		return true;
	if (event->type == EVENT_AGENT_REMOVED && hub_ids_owner(ids, HUB_ID_AGENT, event->agent) == hub->no)
		return is_gone(hub, event);
	if (event->type == EVENT_AGENT_REMOVED)
		hub_ids_agent_gone(ids, hub->no, event->agent, NULL);
	// Whom somebody looks at is no news of the agent.
	return event->type == EVENT_PRESENCE || hub_ids_owner(ids, HUB_ID_AGENT, event->agent) == hub->no;
}

void attached_publish(struct attached *hub, struct event *event)
{
	event->origin = hub->no;
	if (event->type == EVENT_PRESENCE)
		event->u.presence.is_own =
			event->u.presence.session ==
			hub_ids_local(hub->manager->ids, hub->no, HUB_ID_SESSION, hub->welcome.session);
	if (is_heard(hub, event))
		broadcaster_publish(hub->manager->broadcaster, event);
	else
		event_unref(event);
}

static void begin_telling(struct attached *hub)
{
	hub->is_telling = true;
	hub->is_whole = false;
	hub_ids_begin(hub->manager->ids, hub->no);
}

static void end_telling(struct attached *hub)
{
	struct instant now = clock_now();

	hub->is_telling = false;
	hub->is_whole = true;
	hub_state_whole(&hub->state, now);
	attached_settle(hub, now);
	attached_pass_on(hub, hub_ids_settle(hub->manager->ids, hub->no));
	attached_ask_again(hub);
}

// 0; 1: it came before and is not to be taken again; -EPROTO: something before it did not come.
static int check_order(struct attached *hub, const struct wire_event *event)
{
	uint64_t *last = &hub->last[event->channel], *prev = &hub->prev[event->channel];

	if (event->seq == 0)
		return 0;
	if (event->prev != *prev)
		return event->seq <= *prev ? 1 : -EPROTO;
	*prev = event->seq;
	hub->unsure &= ~(1u << event->channel);
	if (event->seq <= *last)
		return 1;
	*last = event->seq;
	return 0;
}

static void take_event(struct attached *hub, struct wire_event *message)
{
	int order = check_order(hub, message);
	struct event *event = message->event;

	if (order < 0) {
		attached_ask_anew(hub, "something it said did not arrive");
		return;
	}
	if (message->outcome == EVENT_JSON_NO_PLAN) {
		attached_ask_anew(hub, "an operation came without its plan");
		return;
	}
	if (order == 1 || !event)
		return;
	if (event->type == EVENT_SNAPSHOT && event->u.snapshot.is_end && !hub->is_telling) {
		attached_ask_anew(hub, "a snapshot ends that has not begun");
		return;
	}
	message->event = NULL;
	event->seq = 0; // the local broadcaster counts by itself
	if (event->type == EVENT_SNAPSHOT && !event->u.snapshot.is_end) {
		begin_telling(hub);
		attached_publish(hub, event);
	} else if (event->type == EVENT_SNAPSHOT) {
		attached_publish(hub, event);
		end_telling(hub);
	} else {
		attached_publish(hub, event);
	}
}

static void take_limits(struct attached *hub, const struct wire_limits *limits)
{
	const struct websocket_manager_options *options = &hub->manager->options;

	if (options->limited)
		options->limited(options->ctx, hub->no, limits);
}

// With what it says of environments, which is ours from now on. What was greeted before goes with the next greeting.
void attached_keep_welcome(struct attached *hub, struct wire_welcome *welcome)
{
	struct wire_environment *before = hub->welcome.environments;

	hub->welcome = *welcome;
	hub->has_welcome = hub->was_tried = true;
	welcome->environments = NULL;
	welcome->n_environments = 0;
	manager_greet(hub->manager);
	mem_free(before);
}

static void take_welcome(struct attached *hub, struct wire_welcome *welcome)
{
	static const struct wire_limits none = { 0 };
	bool is_same = hub->has_welcome && !hub->is_by_status && strcmp(hub->welcome.boot, welcome->boot) == 0;
	bool is_resumed = is_same && welcome->is_resumed && hub->is_whole && !hub->unsure; // as we asked for
	const struct websocket_manager_options *options = &hub->manager->options;
	struct instant now = clock_now();

	if (welcome->protocol < 1 || welcome->protocol > WIRE_PROTOCOL) {
		char why[HUB_STATE_WHY_MAX];

		snprintf(why, sizeof why, "version: it speaks protocol %u, this opscon %d", welcome->protocol,
			 WIRE_PROTOCOL);
		attached_drop(hub, HUB_REFUSED, why);
		return;
	}
	if (!is_same) {
		hub_ids_forget(hub->manager->ids, hub->no);
		event_reader_forget(&hub->reader);
	}
	if (!is_resumed) {
		memcpy(hub->last, welcome->last, sizeof hub->last);
		hub->is_whole = false;
		hub->unsure = 0;
	} else {
		memcpy(hub->prev, hub->last, sizeof hub->prev); // it goes on where we said
	}
	hub->is_by_status = false;
	attached_keep_welcome(hub, welcome);
	hub_state_hello(&hub->state, is_resumed, now);
	attached_settle(hub, now);
	take_limits(hub, &none); // until it says which
	if (options->welcomed)
		options->welcomed(options->ctx, hub->no, &hub->address, welcome);
	attached_ask_again(hub);
}

// What was dropped on the way to us is in the snapshot that follows, up to numbers that it does not say.
static void take_resync(struct attached *hub, const char *why)
{
	log_line(LOG_INFO, "%s: told anew: %s", hub->address.text, why);
	hub->is_whole = false;
	hub->unsure = WIRE_CHANNELS_ALL;
}

static void take_error(struct attached *hub, enum wire_error_code code, const char *why)
{
	static const char *const words[] = {
		[WIRE_ERROR_VERSION] = "version", [WIRE_ERROR_AUTH] = "not let in", [WIRE_ERROR_DENIED] = "denied"
	};
	bool is_refusal = code == WIRE_ERROR_VERSION || code == WIRE_ERROR_AUTH || code == WIRE_ERROR_DENIED;

	if (code == WIRE_ERROR_SHUTDOWN)
		hub_state_ending(&hub->state);
	hub->farewell.trouble = is_refusal ? HUB_REFUSED : HUB_LOST;
	if (is_refusal)
		snprintf(hub->farewell.why, sizeof hub->farewell.why, "%s%s%.200s", words[code], *why ? ": " : "", why);
	else
		snprintf(hub->farewell.why, sizeof hub->farewell.why, "%.200s", *why ? why : wire_error_name(code));
}

static void answer_ping(struct attached *hub, uint64_t id)
{
	struct bytes message;

	bytes_init(&message, WIRE_CLIENT_MESSAGE_MAX);
	if (wire_ping_write(WIRE_PONG, id, &message) == 0)
		attached_send(hub, &message);
	else
		bytes_finish(&message);
}

static void take(struct attached *hub, struct wire_message *message)
{
	bool is_greeted = hub->state.phase != HUB_CONNECTING;

	if (!is_greeted && message->type != WIRE_HELLO && message->type != WIRE_ERROR) {
		attached_drop(hub, HUB_LOST, "it talks before it has said hello");
		return;
	}
	if (is_greeted && message->type == WIRE_HELLO) {
		attached_ask_anew(hub, "it has said hello twice");
		return;
	}
	switch (message->type) {
	case WIRE_HELLO:
		take_welcome(hub, &message->u.welcome);
		break;
	case WIRE_EVENT:
		take_event(hub, &message->u.event);
		break;
	case WIRE_ANSWER:
		attached_answered(hub, message->id, &message->u.answer);
		break;
	case WIRE_RESYNC:
		take_resync(hub, message->u.why);
		break;
	case WIRE_ERROR:
		take_error(hub, message->u.error.code, message->u.error.why);
		break;
	case WIRE_LIMITS:
		take_limits(hub, &message->u.limits);
		break;
	case WIRE_PING:
		answer_ping(hub, message->id);
		break;
	case WIRE_SUBSCRIBE:
	case WIRE_UNSUBSCRIBE:
	case WIRE_REQUEST:
	case WIRE_PONG:
	case WIRE_TYPE_COUNT:
		break;
	}
}

void attached_take_message(struct attached *hub, const char *text, size_t n)
{
	char why[EVENT_JSON_WHY_MAX], words[EVENT_JSON_WHY_MAX + 32];
	struct wire_message message = { 0 };
	int r = wire_message_read(WIRE_HUB, &hub->reader, text, n, &message, why);

	if (r == 0) {
		take(hub, &message);
	} else if (r != -ENOTSUP) { // of a newer version: passed over
		snprintf(words, sizeof words, "it is not understood: %s", r == -ENOMEM ? "out of memory" : why);
		hub->is_whole = false; // something is missing now
		attached_drop(hub, HUB_LOST, words);
	}
	wire_message_finish(&message);
}
