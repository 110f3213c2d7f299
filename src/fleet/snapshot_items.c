// SPDX-License-Identifier: Apache-2.0
/* Items of the timeline in rounds: first all of them, then those that were told or changed since, until there are none.
 */
#include <errno.h>

#include "fleet/snapshot_parts.h"

static size_t count_told(const struct fleet *fleet, const struct fleet_item *item)
{
	size_t n = 0;

	for (size_t i = 0; i < fleet->n_agents; i++)
		n += fleet->agents[i]->told_in[item->kind] == item->public.no;
	return n;
}

static bool is_open(const struct fleet *fleet, const struct fleet_item *item)
{
	for (size_t i = 0; i <= FLEET_HUBS_MAX; i++)
		if (fleet->folded[i][item->kind].no == item->public.no)
			return true;
	return false;
}

// Whom it tells of among others. Of an item of one agent that matters only while more may be added to it.
static int put_agents(const struct fleet *fleet, const struct fleet_item *item, struct event *event)
{
	size_t n;

	if (!item->kind || (item->public.agent && !is_open(fleet, item)))
		return 0;
	n = count_told(fleet, item);
	if (!n)
		return 0;
	event->u.timeline.agents = mem_alloc(n * sizeof *event->u.timeline.agents);
	if (!event->u.timeline.agents)
		return -ENOMEM;
	for (size_t i = 0; i < fleet->n_agents; i++)
		if (fleet->agents[i]->told_in[item->kind] == item->public.no)
			event->u.timeline.agents[event->u.timeline.n_agents++] = fleet->agents[i]->id;
	return 0;
}

static struct event *event_of(const struct fleet *fleet, const struct fleet_item *item)
{
	struct event *event = event_new(EVENT_TIMELINE, item->public.at_ms, item->public.agent);

	if (!event)
		return NULL;
	event->is_restated = true;
	event->u.timeline.type = item->public.type;
	event->u.timeline.severity = item->public.severity;
	event->u.timeline.source = item->public.source;
	event->u.timeline.no = item->public.no;
	event->u.timeline.kind = item->kind;
	event->u.timeline.agent_name = mem_strdup(item->public.agent_name);
	event->u.timeline.who = mem_strdup(item->public.who);
	event->u.timeline.title = mem_strdup(item->public.title);
	event->u.timeline.description = mem_strdup(item->public.description);
	if (event->u.timeline.agent_name && event->u.timeline.who && event->u.timeline.title &&
	    event->u.timeline.description && put_agents(fleet, item, event) == 0)
		return event;
	event_unref(event);
	return NULL;
}

// The next one of this round; NULL: it is over.
static const struct fleet_item *next_of_round(const struct fleet_snapshot *s)
{
	const struct fleet *fleet = s->fleet;
	size_t low = 0, high = fleet->ring.count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (fleet->items[ring_at(&fleet->ring, mid)].public.no <= s->item)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < fleet->ring.count; low++) {
		const struct fleet_item *item = &fleet->items[ring_at(&fleet->ring, low)];

		if (item->told_at > s->told_after)
			return item;
	}
	return NULL;
}

int next_item(struct fleet_snapshot *s, int64_t at_ms, struct event **out)
{
	const struct fleet_item *item;

	(void)at_ms;
	if (!s->has_round) {
		s->has_round = true;
		s->told_to = s->fleet->n_tellings;
	}
	while (!(item = next_of_round(s))) {
		if (s->told_to == s->fleet->n_tellings)
			return 0;
		s->told_after = s->told_to;
		s->told_to = s->fleet->n_tellings;
		s->item = 0;
	}
	*out = event_of(s->fleet, item);
	if (!*out)
		return -ENOMEM;
	s->item = item->public.no;
	return 0;
}
