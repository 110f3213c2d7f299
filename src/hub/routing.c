// SPDX-License-Identifier: Apache-2.0
/* Which event goes to whom, and each encoded once. */
#include "hub/internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "text/text.h"

// ---- encoding

static int write_event(struct hub *hub, const struct event *event, unsigned *flags)
{
	int r = wire_is_untold(&hub->told, event) ? -EMSGSIZE : event_json_write(event, *flags, &hub->scratch);

	while (r == -EMSGSIZE && event->type == EVENT_OPERATION && !wire_is_untold(&hub->told, event)) {
		unsigned next = wire_told_shorten(&hub->told, event->u.operation->no, *flags);

		log_line(LOG_WARN, "%s is too large for a message: %s", event->u.operation->id,
			 next ? "it is told without its steps" : "it is not told at all");
		if (!next)
			break;
		*flags = next;
		r = event_json_write(event, *flags, &hub->scratch);
	}
	return r;
}

static void note_lost(struct hub *hub, const struct event *event, int error)
{
	hub->counters.n_lost++;
	if (error == -EMSGSIZE && event->type == EVENT_PLAN)
		log_line(LOG_WARN, "a plan of %zu agents is too large for a message", event->u.plan->n_targets);
	else if (!wire_is_untold(&hub->told, event)) // which was said once
		log_line(LOG_ERROR, "an event %s cannot be told: %s", event_type_name(event->type),
			 strerrordesc_np(-error));
}

int hub_encode(struct hub *hub, const struct event *event, unsigned flags, struct stream_item **out)
{
	struct shared_text *text;
	int r;

	*out = NULL;
	bytes_reset(&hub->scratch);
	r = write_event(hub, event, &flags);
	if (r == 0)
		r = bytes_add(&hub->scratch, WIRE_EVENT_END, sizeof WIRE_EVENT_END - 1);
	text = r == 0 ? shared_text_new(hub->scratch.data, hub->scratch.len) : NULL;
	if (text)
		*out = stream_item_new(event, flags & EVENT_JSON_PLAN && event->type == EVENT_OPERATION, text);
	shared_text_unref(text);
	r = r == 0 && !*out ? -ENOMEM : r;
	if (r < 0)
		note_lost(hub, event, r);
	if (hub->scratch.cap > 1 << 20)
		bytes_finish(&hub->scratch);
	return r;
}

// ---- plans

// As the engine forgets them: of a session that has its share its own oldest, else the oldest of all.
static struct hub_plan *slot_for(struct hub *hub, uint32_t session)
{
	struct hub_plan *free = NULL, *oldest = NULL, *own = NULL;
	size_t n_own = 0;

	for (size_t i = 0; i < HUB_PLANS; i++) {
		struct hub_plan *slot = &hub->plans[i];

		if (!slot->plan) {
			free = slot;
			continue;
		}
		if (!oldest || slot->plan->no < oldest->plan->no)
			oldest = slot;
		if (slot->session != session)
			continue;
		n_own++;
		if (!own || slot->plan->no < own->plan->no)
			own = slot;
	}
	return n_own >= HUB_PLANS_A_SESSION ? own : free ? free : oldest;
}

void hub_remember_plan(struct hub *hub, const struct plan *plan, uint32_t session)
{
	struct hub_plan *slot = slot_for(hub, session);

	plan_unref((struct plan *)slot->plan);
	*slot = (struct hub_plan){ .plan = plan_ref(plan), .session = session };
}

const struct plan *hub_find_plan(const struct hub *hub, uint32_t no)
{
	for (size_t i = 0; i < HUB_PLANS; i++)
		if (hub->plans[i].plan && hub->plans[i].plan->no == no)
			return hub->plans[i].plan;
	return NULL;
}

// ---- to some

// 0, or why it was not told; nobody is there: 0.
static int give_one(struct hub_client *client, const struct event *event, unsigned flags)
{
	struct stream_item *item = NULL;
	int r = client ? hub_encode(client->hub, event, flags, &item) : 0;

	if (item) {
		item->is_private = true;
		hub_client_offer(client, item);
	}
	stream_item_unref(item);
	return r;
}

/* What nobody can be shown nobody can agree to: it comes as a plan that says so, under a hash that is none. With its
 * steps it is too large for a message; without them whom it is for can be shown nearly always.
 */
static void give_too_large(struct hub_client *client, struct event *event, struct plan *plan)
{
	char refusal[160];

	snprintf(refusal, sizeof refusal,
		 "too large to be shown: the steps of %zu agents do not fit into one message of 16 MiB; choose fewer "
		 "agents at a time",
		 plan->n_targets);
	plan->refusal = refusal;
	memset(plan->hash, '0', PLAN_HASH_HEX);
	if (give_one(client, event, EVENT_JSON_SHORT) != -EMSGSIZE)
		return;
	plan->targets = NULL;
	plan->n_targets = 0;
	(void)give_one(client, event, EVENT_JSON_SHORT);
}

// The asker's token was another one.
static void give_plan(struct hub *hub, const struct event *event)
{
	const struct hub_token *token = &hub->tokens[event->u.plan->token % HUB_TOKENS];
	struct hub_client *client;
	struct plan plan = *event->u.plan;
	struct event copy = *event;

	if (!token->token || token->token != event->u.plan->token)
		return;
	hub_remember_plan(hub, event->u.plan, token->session);
	client = hub_client_find(hub, token->session);
	plan.token = token->theirs;
	copy.u.plan = &plan;
	if (give_one(client, &copy, 0) == -EMSGSIZE)
		give_too_large(client, &copy, &plan);
}

// That somebody will have to agree is for its asker alone, until they have confirmed it; the plan itself they get.
static void give_unasked(struct hub *hub, const struct event *event)
{
	const struct plan *plan = event->u.approval.whole;
	const struct hub_token *token = plan ? &hub->tokens[plan->token % HUB_TOKENS] : NULL;
	struct event copy = *event;

	if (!token || !token->token || token->token != plan->token)
		return;
	copy.u.approval.whole = NULL;
	(void)give_one(hub_client_find(hub, token->session), &copy, 0);
}

static bool watches(const struct hub_client *client, uint32_t agent)
{
	for (size_t i = 0; i < client->n_watches; i++)
		if (client->watches[i] == agent)
			return true;
	return false;
}

static bool is_for(const struct hub_client *client, const struct event *event)
{
	switch (event->type) {
	case EVENT_SCRAPE:
	case EVENT_POINTS:
		return watches(client, event->agent);
	case EVENT_AUDIT_LIST:
		return client->reads_audit;
	case EVENT_AUDIT_HEAD:
		return event->u.audit_head.is_newest || client->asks_hash == event->u.audit_head.seq;
	default: // EVENT_AUDIT_CHECK
		return client->reads_audit || client->asks_check;
	}
}

static void give_some(struct hub *hub, const struct event *event)
{
	struct stream_item *item = NULL;
	struct hub_client *client;

	DL_FOREACH(hub->clients, client) {
		if (!client->has_session || !is_for(client, event))
			continue;
		if (!item)
			(void)hub_encode(hub, event, 0, &item);
		if (!item)
			break;
		item->is_private = event->type != EVENT_SCRAPE; // the next one is as good
		hub_client_offer(client, item);
	}
	stream_item_unref(item);
}

// ---- to all

// What is too large would not come with a snapshot either.
static void lose(struct hub *hub, const struct event *event, int error)
{
	stream_skip(&hub->stream, event->channel, event->seq);
	if (error == -EMSGSIZE)
		return;
	for (struct hub_client *client = hub->clients, *next; client; client = next) {
		next = client->next;
		if (client->state == CLIENT_LIVE || client->state == CLIENT_SNAPSHOT)
			hub_client_resync(client, "an event was lost for want of memory");
	}
}

static void give_all(struct hub *hub, const struct event *event)
{
	struct stream_item *item;
	struct hub_client *client;
	int r;

	if (hub_now().mono_ms >= hub->cold_at_ms) { // nobody is here, and nobody will come back for it
		if (hub->stream.n)
			stream_clear(&hub->stream);
		stream_skip(&hub->stream, event->channel, event->seq);
		hub->told.n = 0;
		return;
	}
	r = hub_encode(hub, event, wire_told_flags(&hub->told, event), &item);
	if (r < 0) {
		lose(hub, event, r);
		return;
	}
	stream_add(&hub->stream, item);
	DL_FOREACH(hub->clients, client)
		hub_client_offer(client, item);
	stream_item_unref(item);
}

static bool is_unasked(const struct event *event)
{
	return event->type == EVENT_APPROVAL && event->u.approval.is_unasked;
}

bool hub_is_private(const struct hub *hub, const struct event *event)
{
	return is_unasked(event) || (hub->asking && event->type == EVENT_NOTICE);
}

// A refusal has no better words than those that its notice was made with.
static void note_said(struct hub *hub, const struct event *event)
{
	if (event->u.notice.severity < SEVERITY_WARNING || !event->u.notice.text || !*event->u.notice.text)
		return;
	snprintf(hub->said, sizeof hub->said, "%s", event->u.notice.text);
	text_trim(hub->said);
}

void hub_on_event(void *ctx, const struct event *event)
{
	struct hub *hub = ctx;

	if (hub->is_replaying)
		return;
	hub->counters.n_events[event->channel]++;
	hub->counters.n_probes += event->type == EVENT_AGENT_PROBED;
	hub_presence_note(hub, event);
	switch (event->type) {
	case EVENT_PLAN:
		stream_pass(&hub->stream, event->channel, event->seq);
		give_plan(hub, event);
		break;
	case EVENT_SCRAPE:
	case EVENT_POINTS:
	case EVENT_AUDIT_LIST:
	case EVENT_AUDIT_CHECK:
	case EVENT_AUDIT_HEAD:
		stream_pass(&hub->stream, event->channel, event->seq);
		give_some(hub, event);
		break;
	default:
		if (is_unasked(event)) {
			stream_pass(&hub->stream, event->channel, event->seq);
			give_unasked(hub, event);
		} else if (hub_is_private(hub, event)) {
			stream_pass(&hub->stream, event->channel, event->seq);
			note_said(hub, event);
			(void)give_one(hub->asking, event, 0);
		} else {
			give_all(hub, event);
		}
		break;
	}
}
