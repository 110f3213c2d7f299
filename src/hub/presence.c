// SPDX-License-Identifier: Apache-2.0
/* Who is there, whom they look at, and what they do: an event when that changes, and not more often than twice a second
 * for each.
 */
#include "hub/internal.h"

#include <stdio.h>

#include "base/memory.h"

void hub_presence_tell(struct hub_client *client, bool is_gone)
{
	struct instant now = hub_now();
	struct event *event = event_new(EVENT_PRESENCE, now.wall_ms, client->looks_next);

	if (!event)
		return;
	client->looks_at = client->looks_next;
	client->looked_ms = now.mono_ms;
	client->has_look = false;
	event->u.presence.session = client->session;
	event->u.presence.who = mem_strdup(client->identity.name);
	event->u.presence.origin = mem_strdup(client->sits_at[0] ? client->sits_at : client->identity.origin);
	event->u.presence.role = mem_strdup(role_name(client->identity.role));
	event->u.presence.doing = mem_strdup(client->doing);
	event->u.presence.since_ms = client->came_ms;
	event->u.presence.is_gone = is_gone;
	broadcaster_publish(client->hub->broadcaster, event);
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
		hub_presence_tell(client, false);
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
	hub_presence_tell(client, false);
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
		client->has_look = true; // told with the next tick: an event is being told just now
	}
}
