// SPDX-License-Identifier: Apache-2.0
/* The timeline after a snapshot: its items take the place of those that its origin told before, in order of time among
 * those of others. An item that was there already keeps its number, so that what somebody has selected stays selected.
 */
#include <errno.h>
#include <string.h>

#include "fleet/fleet.h"

struct merged {
	struct fleet_item item;
	const struct event *told; // NULL: of another origin
	uint64_t was;             // its number before; 0: it is new
};

struct merge {
	struct merged *all; // owned
	size_t n;
	bool is_renumbered;
};

// ---- items of events

static const char *put(char **at, const char *text)
{
	const char *start = *at;
	size_t n = text ? strlen(text) : 0;

	if (n)
		memcpy(*at, text, n);
	(*at)[n] = '\0';
	*at += n + 1;
	return start;
}

static size_t length(const char *text)
{
	return text ? strlen(text) : 0;
}

static int item_of(const struct event *event, struct fleet_item *out)
{
	char *at = mem_alloc(length(event->u.timeline.agent_name) + length(event->u.timeline.who) +
			     length(event->u.timeline.title) + length(event->u.timeline.description) + 4);

	if (!at)
		return -ENOMEM;
	*out = (struct fleet_item){ .memory = at, .public.origin = event->origin, .kind = event->u.timeline.kind };
	out->public.at_ms = event->at_ms;
	out->public.type = event->u.timeline.type;
	out->public.severity = event->u.timeline.severity;
	out->public.source = event->u.timeline.source;
	out->public.agent = event->agent;
	out->public.agent_name = put(&at, event->u.timeline.agent_name);
	out->public.who = put(&at, event->u.timeline.who);
	out->public.title = put(&at, event->u.timeline.title);
	out->public.description = put(&at, event->u.timeline.description);
	return 0;
}

static bool is_same(const struct fleet_item *a, const struct fleet_item *b)
{
	return a->public.at_ms == b->public.at_ms && a->public.agent == b->public.agent &&
	       a->public.source == b->public.source && strcmp(a->public.title, b->public.title) == 0 &&
	       strcmp(a->public.description, b->public.description) == 0;
}

static struct fleet_item *item_at(const struct fleet *fleet, size_t i)
{
	return &fleet->items[ring_at(&fleet->ring, i)];
}

// ---- merging

// The number of the same item of before, looked for from *from on, where the last one was found.
static uint64_t number_before(const struct fleet *fleet, const struct fleet_item *item, size_t *from)
{
	for (size_t i = *from; i < fleet->ring.count; i++) {
		const struct fleet_item *old = item_at(fleet, i);

		if (old->public.origin != item->public.origin)
			continue;
		if (old->public.at_ms > item->public.at_ms)
			return 0;
		if (is_same(old, item)) {
			*from = i + 1;
			return old->public.no;
		}
	}
	return 0;
}

static size_t next_other(const struct fleet *fleet, size_t i, uint8_t origin)
{
	while (i < fleet->ring.count && item_at(fleet, i)->public.origin == origin)
		i++;
	return i;
}

static int merge_all(const struct fleet *fleet, const struct fleet_restore *restore, struct merge *merge)
{
	size_t other = next_other(fleet, 0, restore->origin), told = 0, from = 0;

	merge->all = mem_calloc(fleet->ring.count + restore->n_items + 1, sizeof *merge->all);
	if (!merge->all)
		return -ENOMEM;
	while (other < fleet->ring.count || told < restore->n_items) {
		struct merged *to = &merge->all[merge->n];

		if (told == restore->n_items ||
		    (other < fleet->ring.count && item_at(fleet, other)->public.at_ms < restore->items[told]->at_ms)) {
			to->item = *item_at(fleet, other);
			to->was = to->item.public.no;
			other = next_other(fleet, other + 1, restore->origin);
		} else {
			to->told = restore->items[told++];
			if (item_of(to->told, &to->item) < 0)
				return -ENOMEM;
			to->was = number_before(fleet, &to->item, &from);
		}
		merge->n++;
	}
	return 0;
}

static void merge_finish(struct merge *merge)
{
	for (size_t i = 0; i < merge->n; i++)
		if (merge->all[i].told)
			mem_free(merge->all[i].item.memory);
	mem_free(merge->all);
}

// ---- numbers

// Numbers ascend: old ones can stay where all that is new comes after them.
static bool can_keep_numbers(const struct merge *merge)
{
	uint64_t last = 0;

	for (size_t i = 0; i < merge->n; i++) {
		uint64_t was = merge->all[i].was;

		if ((was && was < last) || (!was && i + 1 < merge->n && merge->all[i + 1].was))
			return false;
		last = was;
	}
	return true;
}

static void number(struct fleet *fleet, struct merge *merge)
{
	merge->is_renumbered = !can_keep_numbers(merge);
	for (size_t i = 0; i < merge->n; i++) {
		struct merged *merged = &merge->all[i];
		bool is_new = merge->is_renumbered || !merged->was;

		merged->item.public.no = is_new ? ++fleet->n_items_ever : merged->was;
		if (merged->told)
			merged->item.told_at = ++fleet->n_tellings;
	}
}

// Of an item of another origin; those stand in the order of their old numbers.
static uint64_t number_now(const struct merge *merge, const struct merged **others, size_t n, uint64_t was)
{
	size_t low = 0, high = n;

	if (!merge->is_renumbered)
		return was;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (others[mid]->was == was)
			return others[mid]->item.public.no;
		if (others[mid]->was < was)
			low = mid + 1;
		else
			high = mid;
	}
	return 0;
}

// What goes by the numbers of items of others.
static int renumber_others(struct fleet *fleet, const struct merge *merge, uint8_t origin)
{
	const struct merged **others = mem_alloc((merge->n + 1) * sizeof(struct merged *));
	size_t n = 0;

	if (!others)
		return -ENOMEM;
	for (size_t i = 0; i < merge->n; i++)
		if (!merge->all[i].told)
			others[n++] = &merge->all[i];
	for (size_t i = 0; i < fleet->n_agents; i++)
		for (size_t kind = 0; kind < TIMELINE_KIND_COUNT; kind++) {
			uint64_t *no = &fleet->agents[i]->told_in[kind];

			*no = fleet->agents[i]->origin == origin ? 0 : number_now(merge, others, n, *no);
		}
	for (size_t i = 0; i <= FLEET_HUBS_MAX; i++)
		for (size_t kind = 0; kind < TIMELINE_KIND_COUNT; kind++)
			fleet->folded[i][kind].no = number_now(merge, others, n, fleet->folded[i][kind].no);
	mem_free(others);
	return 0;
}

static uint64_t number_of_sender(const struct merge *merge, uint64_t no)
{
	for (size_t i = merge->n; no && i-- > 0;)
		if (merge->all[i].told && merge->all[i].told->u.timeline.no == no)
			return merge->all[i].item.public.no;
	return 0;
}

// Whom an item tells of among others, and where like news will be added.
static void take_folds(struct fleet *fleet, const struct merge *merge, const struct event *end)
{
	struct timeline_fold *folds = fleet_folds(fleet, fleet->origin);

	for (size_t i = 0; i < merge->n; i++) {
		const struct event *told = merge->all[i].told;

		for (size_t k = 0; told && k < told->u.timeline.n_agents; k++) {
			struct fleet_entry *entry = fleet_entry(fleet, told->u.timeline.agents[k]);

			if (entry)
				entry->told_in[told->u.timeline.kind] = merge->all[i].item.public.no;
		}
	}
	for (size_t kind = 0; kind < TIMELINE_KIND_COUNT; kind++) {
		folds[kind] = end->u.snapshot.folds[kind];
		folds[kind].no = number_of_sender(merge, folds[kind].no);
	}
}

// ---- all of it

static void fill_ring(struct fleet *fleet, struct merge *merge, uint8_t origin)
{
	size_t cap = fleet->ring.cap, first = merge->n > cap ? merge->n - cap : 0;

	for (size_t i = 0; i < fleet->ring.count; i++)
		if (item_at(fleet, i)->public.origin == origin)
			mem_free(item_at(fleet, i)->memory);
	for (size_t i = 0; i < first; i++)
		mem_free(merge->all[i].item.memory);
	memset(fleet->items, 0, cap * sizeof *fleet->items);
	ring_init(&fleet->ring, cap);
	for (size_t i = first; i < merge->n; i++)
		fleet->items[ring_push(&fleet->ring)] = merge->all[i].item;
}

void fleet_timeline_settle(struct fleet *fleet, const struct fleet_restore *restore, const struct event *end)
{
	struct merge merge = { 0 };
	int r = merge_all(fleet, restore, &merge);

	if (r == 0) {
		number(fleet, &merge);
		r = renumber_others(fleet, &merge, restore->origin);
	}
	if (r < 0) {
		fleet->is_incomplete = true;
		merge_finish(&merge);
		return;
	}
	take_folds(fleet, &merge, end);
	fill_ring(fleet, &merge, restore->origin);
	mem_free(merge.all);
	fleet_notify(fleet, FLEET_TIMELINE, 0);
}
