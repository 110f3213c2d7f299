// SPDX-License-Identifier: Apache-2.0
/* A snapshot that is being applied: what it tells again is marked with its number as it comes, and at its end what of
 * its origin bears another number is gone.
 */
#include <errno.h>
#include <string.h>

#include "fleet/fleet.h"

uint64_t fleet_restore_number(const struct fleet *fleet)
{
	return fleet->restore ? fleet->restore->number : 0;
}

bool fleet_begins_anew(const struct fleet *fleet, const struct event *event, uint64_t restated)
{
	return event->is_restated || (fleet->restore && restated != fleet->restore->number);
}

// ---- agents

int fleet_restore_agent(struct fleet *fleet, struct fleet_entry *entry, bool is_restated)
{
	struct fleet_restore *restore = fleet->restore;

	if (!restore || (!is_restated && entry->restated == restore->number))
		return 0;
	if (restore->n_agents == restore->cap_agents) {
		size_t cap = restore->cap_agents ? 2 * restore->cap_agents : 64;
		struct fleet_restored *agents = mem_realloc(restore->agents, cap * sizeof *agents);

		if (!agents)
			return -ENOMEM;
		restore->agents = agents;
		restore->cap_agents = cap;
	}
	entry->restated = restore->number;
	entry->restated_at = restore->n_agents;
	restore->agents[restore->n_agents++] = (struct fleet_restored){ .id = entry->id };
	return 0;
}

struct fleet_restored *fleet_restored(const struct fleet *fleet, const struct fleet_entry *entry)
{
	const struct fleet_restore *restore = fleet->restore;

	return restore && entry->restated == restore->number ? &restore->agents[entry->restated_at] : NULL;
}

// ---- items of the timeline

// Where one of the sender's number stands, or belongs: nearly always at the end.
static size_t place_of(const struct fleet_restore *restore, uint64_t no)
{
	size_t low = 0, high = restore->n_items;

	if (high && restore->items[high - 1]->u.timeline.no < no)
		return high;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (restore->items[mid]->u.timeline.no < no)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static int reserve_item(struct fleet_restore *restore)
{
	size_t cap = restore->cap_items ? 2 * restore->cap_items : 64;
	struct event **items;

	if (restore->n_items < restore->cap_items)
		return 0;
	items = mem_realloc(restore->items, cap * sizeof(struct event *));
	if (!items)
		return -ENOMEM;
	restore->items = items;
	restore->cap_items = cap;
	return 0;
}

static void forget_oldest_item(struct fleet_restore *restore)
{
	event_unref(restore->items[0]);
	restore->n_items--;
	memmove(restore->items, restore->items + 1, restore->n_items * sizeof(struct event *));
}

// Kept until the end, when they take the place of those that there were.
int fleet_item_restated(struct fleet *fleet, const struct event *event)
{
	struct fleet_restore *restore = fleet->restore;
	size_t at;

	if (!restore || (size_t)event->u.timeline.type >= ACTION_TYPE_COUNT ||
	    (size_t)event->u.timeline.kind >= TIMELINE_KIND_COUNT)
		return 0;
	at = place_of(restore, event->u.timeline.no);
	if (at < restore->n_items && restore->items[at]->u.timeline.no == event->u.timeline.no) {
		struct event *old = restore->items[at];

		restore->items[at] = fleet_keep(event);
		event_unref(old);
		return 0;
	}
	if (restore->n_items == fleet->ring.cap) {
		if (at == 0)
			return 0;
		forget_oldest_item(restore);
		at--;
	}
	if (reserve_item(restore) < 0)
		return -ENOMEM;
	memmove(restore->items + at + 1, restore->items + at, (restore->n_items - at) * sizeof(struct event *));
	restore->items[at] = fleet_keep(event);
	restore->n_items++;
	return 0;
}

// ---- begin and end

static void restore_free(struct fleet_restore *restore)
{
	for (size_t i = 0; i < restore->n_items; i++)
		event_unref(restore->items[i]);
	mem_free(restore->items);
	mem_free(restore->agents);
	mem_free(restore);
}

static void drop(struct fleet *fleet, struct fleet_restore *restore)
{
	struct fleet_restore **at = &fleet->restores;

	while (*at != restore)
		at = &(*at)->next;
	*at = restore->next;
	restore_free(restore);
	fleet->restore = NULL;
}

static int begin(struct fleet *fleet)
{
	struct fleet_restore *restore = mem_calloc(1, sizeof *restore);

	if (!restore)
		return -ENOMEM;
	*restore = (struct fleet_restore){
		.origin = fleet->origin,
		.number = ++fleet->n_restores,
		.overall = fleet->overall,
		.overall_since_ms = fleet->overall_since_ms,
		.next = fleet->restores,
	};
	fleet->restores = restore;
	fleet_together_begin(fleet, restore->origin);
	return 0;
}

static void settle_agents(struct fleet *fleet, const struct fleet_restore *restore, int64_t at_ms)
{
	fleet_agents_settle(fleet, restore, at_ms);
	for (size_t i = 0; i < restore->n_agents; i++) {
		const struct fleet_restored *restored = &restore->agents[i];
		struct fleet_entry *entry = fleet_entry(fleet, restored->id);

		if (!entry || entry->restated != restore->number || entry->restated_at != i)
			continue;
		fleet_entry_settle(fleet, entry, restored);
		fleet_points_settle(fleet, restored, at_ms);
	}
}

/* Since when the whole is as it is: the sender knows, where all of it is his. Else it is as long as it was, when it is
 * the same; what it has been in between was an effect of the order in which things were told.
 */
static void settle_since(struct fleet *fleet, const struct fleet_restore *restore, const struct event *end)
{
	bool is_all = true;

	for (size_t i = 0; i < fleet->n_agents && is_all; i++)
		is_all = fleet->agents[i]->origin == restore->origin;
	if (is_all)
		fleet->overall_since_ms = end->u.snapshot.overall_since_ms;
	else if (fleet->overall == restore->overall)
		fleet->overall_since_ms = restore->overall_since_ms;
	else
		fleet->overall_since_ms = end->at_ms;
}

static void end(struct fleet *fleet, struct fleet_restore *restore, const struct event *event)
{
	fleet_series_settle(fleet, restore);
	settle_agents(fleet, restore, event->at_ms);
	fleet_alerts_settle(fleet, restore);
	fleet_progress_settle(fleet, restore);
	fleet_operations_settle(fleet, restore);
	fleet_sources_settle(fleet, restore);
	fleet_together_end(fleet, restore->origin);
	if (fleet->question_event && fleet->question_event->origin == restore->origin &&
	    fleet->question_restated != restore->number)
		fleet_forget_question(fleet);
	fleet_timeline_settle(fleet, restore, event);
	settle_since(fleet, restore, event);
	drop(fleet, restore);
}

int fleet_snapshot_told(struct fleet *fleet, const struct event *event)
{
	if (event->u.snapshot.is_end) {
		if (fleet->restore)
			end(fleet, fleet->restore, event);
		return 0;
	}
	if (fleet->restore) // the one before was never finished
		drop(fleet, fleet->restore);
	return begin(fleet);
}

void fleet_restores_finish(struct fleet *fleet)
{
	while (fleet->restores) {
		struct fleet_restore *restore = fleet->restores;

		fleet->restores = restore->next;
		restore_free(restore);
	}
}
