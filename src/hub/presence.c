// SPDX-License-Identifier: Apache-2.0
/* Who is there, whom they look at, and what they do: an event when that changes, and not more often than twice a second
 * for each.
 */
#include "hub/internal.h"

#include <stdio.h>

#include "base/memory.h"

static const uint32_t not_told = UINT32_MAX; // no agent has that number

static struct event *make(const struct hub_client *client, struct instant now)
{
	struct event *event = event_new(EVENT_PRESENCE, now.wall_ms, client->looks_next);

	if (!event)
		return NULL;
	event->u.presence.session = client->session;
	event->u.presence.who = mem_strdup(client->identity.name);
	event->u.presence.origin = mem_strdup(client->sits_at[0] ? client->sits_at : client->identity.origin);
	event->u.presence.role = mem_strdup(role_name(client->identity.role));
	event->u.presence.doing = mem_strdup(client->doing);
	event->u.presence.since_ms = client->came_ms;
	if (event->u.presence.who && event->u.presence.origin && event->u.presence.role && event->u.presence.doing)
		return event;
	event_unref(event);
	return NULL;
}

// Whatever it looks at by then, it is told.
static void owe(struct hub_client *client)
{
	client->has_look = true;
	client->looks_at = not_told;
}

// Short of memory it is told with a later tick; looked_ms keeps the distance either way.
void hub_presence_tell(struct hub_client *client)
{
	struct instant now = hub_now();
	struct event *event = make(client, now);

	client->looked_ms = now.mono_ms;
	if (!event) {
		owe(client);
		return;
	}
	client->has_look = false;
	client->looks_at = client->looks_next;
	broadcaster_publish(client->hub->broadcaster, event);
}

void hub_presence_end(struct hub *hub, uint32_t session)
{
	struct event *event = event_new(EVENT_PRESENCE, hub_now().wall_ms, 0);

	if (!event)
		return; // hub_presence_sweep() finds it
	event->u.presence.session = session;
	event->u.presence.is_gone = true;
	broadcaster_publish(hub->broadcaster, event);
}

static bool is_listed(const struct hub *hub, uint32_t session)
{
	for (size_t i = 0; i < fleet_n_presence(hub->fleet); i++)
		if (fleet_presence_at(hub->fleet, i)->session == session)
			return true;
	return false;
}

/* Whoever looks at the list must find those who are here and nobody else, whatever was lost for want of memory on the
 * way to it. That the numbers differ happens only then.
 */
void hub_presence_sweep(struct hub *hub)
{
	size_t n = fleet_n_presence(hub->fleet);
	struct hub_client *client;

	if (n == hub->n_clients)
		return;
	while (n-- > 0) {
		uint32_t session = fleet_presence_at(hub->fleet, n)->session;

		if (!hub_client_find(hub, session))
			hub_presence_end(hub, session); // which takes it out
	}
	DL_FOREACH(hub->clients, client) {
		if (client->has_session && !is_listed(hub, client->session))
			owe(client);
	}
}

void hub_presence_look(struct hub_client *client, uint32_t agent)
{
	client->looks_next = agent;
	client->has_look = agent != client->looks_at;
	hub_presence_tick(client, hub_now().mono_ms);
}

void hub_presence_tick(struct hub_client *client, int64_t now_ms)
{
	if (client->has_look && now_ms - client->looked_ms >= HUB_LOOK_MS)
		hub_presence_tell(client);
}

void hub_presence_does(struct hub_client *client, const struct plan *plan)
{
	const char *first = plan->n_targets ? plan->targets[0].name : "nothing";

	if (plan->n_targets > 1)
		snprintf(client->doing, sizeof client->doing, "%s %.100s and %zu more", verb_name(plan->params.verb),
			 first, plan->n_targets - 1);
	else
		snprintf(client->doing, sizeof client->doing, "%s %.120s", verb_name(plan->params.verb), first);
	client->doing_operation = plan->no;
	hub_presence_tell(client);
}

void hub_presence_note(struct hub *hub, const struct event *event)
{
	struct hub_client *client;

	if (event->type != EVENT_OPERATION || !operation_is_over(event->u.operation->state))
		return;
	DL_FOREACH(hub->clients, client) {
		if (client->doing_operation != event->u.operation->no)
			continue;
		client->doing_operation = 0;
		client->doing[0] = '\0';
		owe(client); // with the next tick: an event is being told just now
	}
}
