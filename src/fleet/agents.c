// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>

#include "fleet/fleet.h"

static const struct event_probed never = { .excerpt = "" };

struct fleet_entry *fleet_entry(const struct fleet *fleet, uint32_t id)
{
	struct fleet_entry *entry;

	HASH_FIND(hh, fleet->by_id, &id, sizeof id, entry);
	return entry;
}

static int reserve(struct fleet *fleet)
{
	size_t cap = fleet->cap_agents ? fleet->cap_agents * 2 : 32;
	struct fleet_entry **agents;

	if (fleet->n_agents < fleet->cap_agents)
		return 0;
	agents = mem_realloc(fleet->agents, cap * sizeof(struct fleet_entry *));
	if (!agents)
		return -ENOMEM;
	fleet->agents = agents;
	fleet->cap_agents = cap;
	return 0;
}

static int hash_key(struct fleet *fleet, struct fleet_entry *entry)
{
	const char *key = entry->public.agent->key;

	HASH_ADD_KEYPTR(hh_key, fleet->by_key, key, strlen(key), entry);
	return entry->hh_key.tbl ? 0 : -ENOMEM;
}

static void entry_free(struct fleet_entry *entry)
{
	for (size_t i = 0; i < 2; i++)
		event_unref(entry->probed[i]);
	event_unref(entry->scrape);
	event_unref(entry->lifecycle);
	event_unref(entry->lease_event);
	agent_unref(entry->public.agent);
	mem_free(entry);
}

// Enters it in every index, or in none.
static int entry_index(struct fleet *fleet, struct fleet_entry *entry)
{
	int r = reserve(fleet);

	if (r < 0)
		return r;
	HASH_ADD(hh, fleet->by_id, id, sizeof entry->id, entry);
	if (TABLE_ADD_FAILED(entry))
		return -ENOMEM;
	r = hash_key(fleet, entry);
	if (r == 0) {
		r = fleet_count_in(fleet, entry->public.state, entry->public.agent, entry->is_aside);
		if (r < 0)
			HASH_DELETE(hh_key, fleet->by_key, entry);
	}
	if (r < 0) {
		HASH_DELETE(hh, fleet->by_id, entry);
		return r;
	}
	fleet_count_checking(fleet, entry);
	entry->arrival = fleet->n_arrivals++;
	fleet->agents[fleet->n_agents++] = entry;
	return 0;
}

// Finds it under the key of its new description from now on.
static int rehash_key(struct fleet *fleet, struct fleet_entry *entry, const struct agent *agent)
{
	bool is_same = strcmp(entry->public.agent->key, agent->key) == 0;

	if (entry->hh_key.tbl && is_same) {
		entry->hh_key.key = agent->key;
		entry->public.agent = agent;
		return 0;
	}
	if (entry->hh_key.tbl)
		HASH_DELETE(hh_key, fleet->by_key, entry);
	entry->public.agent = agent;
	return hash_key(fleet, entry);
}

int fleet_agent_changed(struct fleet *fleet, const struct event *event)
{
	struct fleet_entry *entry = fleet_entry(fleet, event->u.agent->id);
	const struct agent *old;
	int r;

	if (!entry)
		return 0;
	r = fleet_count_in(fleet, entry->public.state, event->u.agent, entry->is_aside);
	if (r < 0)
		return r;
	old = entry->public.agent;
	fleet_count_out(fleet, entry->public.state, old, entry->is_aside);
	fleet_settle_overall(fleet, event->at_ms);
	r = rehash_key(fleet, entry, agent_ref(event->u.agent));
	agent_unref(old);
	fleet_count_checking(fleet, entry);
	entry->origin = event->origin;
	fleet_notify(fleet, FLEET_AGENT_CHANGED, entry->id);
	return r < 0 ? r : fleet_restore_agent(fleet, entry, event->is_restated);
}

// Where an entry stands: the array is ascending by arrival, so nobody has to be told of moving up.
static size_t position(const struct fleet *fleet, const struct fleet_entry *entry)
{
	size_t low = 0, high = fleet->n_agents;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (fleet->agents[mid]->arrival < entry->arrival)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void entry_unindex(struct fleet *fleet, struct fleet_entry *entry)
{
	size_t at = position(fleet, entry);

	fleet->n_agents--;
	memmove(fleet->agents + at, fleet->agents + at + 1, (fleet->n_agents - at) * sizeof(struct fleet_entry *));
	fleet_count_out(fleet, entry->public.state, entry->public.agent, entry->is_aside);
	fleet->counts.n_checking -= entry->is_checking;
	fleet_forget_bad(fleet, entry);
	fleet_points_forget(fleet, entry->id);
	HASH_DELETE(hh, fleet->by_id, entry);
	if (entry->hh_key.tbl)
		HASH_DELETE(hh_key, fleet->by_key, entry);
}

static void entry_remove(struct fleet *fleet, struct fleet_entry *entry, int64_t at_ms)
{
	fleet_notify(fleet, FLEET_AGENT_REMOVED, entry->id);
	entry_unindex(fleet, entry);
	fleet_settle_overall(fleet, at_ms);
	fleet_tell_folded(fleet, TIMELINE_REMOVED,
			  &(struct fleet_news){ .at_ms = at_ms,
						.type = ACTION_DELETE,
						.source = EVENT_AGENT_REMOVED,
						.agent = entry->public.agent,
						.description = entry->public.agent->source });
	entry_free(entry);
}

// Of one that was there before a snapshot and is not in it so far, a live event says that it has come: in between it
// was gone, and what was known of it is no longer so.
static bool is_another(const struct fleet *fleet, const struct fleet_entry *entry, const struct event *event)
{
	return !event->is_restated && fleet_begins_anew(fleet, event, entry->restated);
}

int fleet_agent_added(struct fleet *fleet, const struct event *event)
{
	const struct agent *agent = event->u.agent;
	struct fleet_entry *entry = fleet_entry(fleet, agent->id);

	if (entry && is_another(fleet, entry, event)) {
		entry_remove(fleet, entry, event->at_ms);
		entry = NULL;
	}
	if (entry) // a feed that starts again describes what is already here
		return fleet_agent_changed(fleet, event);
	entry = mem_calloc(1, sizeof *entry);
	if (!entry)
		return -ENOMEM;
	entry->id = agent->id;
	entry->public.agent = agent_ref(agent);
	entry->public.state = HEALTH_UNKNOWN;
	entry->public.state_since_ms = event->at_ms;
	entry->public.n_alerts = fleet_count_alerts(fleet, agent->id);
	entry->origin = event->origin;
	for (size_t i = 0; i < 2; i++)
		entry->public.probed[i] = &never;
	if (entry_index(fleet, entry) < 0) {
		entry_free(entry);
		return -ENOMEM;
	}
	fleet_settle_overall(fleet, event->at_ms);
	fleet_tell_folded(fleet, TIMELINE_ADDED,
			  &(struct fleet_news){ .at_ms = event->at_ms,
						.type = ACTION_CREATE,
						.source = event->type,
						.agent = agent,
						.description = agent->source });
	fleet_notify(fleet, FLEET_AGENT_ADDED, agent->id);
	return fleet_restore_agent(fleet, entry, event->is_restated);
}

int fleet_agent_removed(struct fleet *fleet, const struct event *event)
{
	struct fleet_entry *entry = fleet_entry(fleet, event->agent);

	if (entry)
		entry_remove(fleet, entry, event->at_ms);
	return 0;
}

// ---- after a snapshot

void fleet_entry_settle(struct fleet *fleet, struct fleet_entry *entry, const struct fleet_restored *restored)
{
	bool is_any = false;

	for (size_t i = 0; i < 2; i++) {
		if (restored->has_probed[i] || !entry->probed[i])
			continue;
		event_unref(entry->probed[i]);
		entry->probed[i] = NULL;
		entry->public.probed[i] = &never;
		entry->public.probed_at_ms[i] = 0;
		is_any = true;
	}
	if (is_any)
		fleet_notify(fleet, FLEET_AGENT_PROBED, entry->id);
	if (!restored->has_lifecycle && entry->lifecycle) {
		event_unref(entry->lifecycle);
		entry->lifecycle = NULL;
		entry->public.lifecycle = NULL;
		fleet_notify(fleet, FLEET_AGENT_LIFECYCLE, entry->id);
	}
}

// Those of the snapshot stand in its order, in the places that agents of its origin have.
static void reorder(struct fleet *fleet, const struct fleet_restore *restore)
{
	size_t slot = 0;

	for (size_t i = 0; i < restore->n_agents; i++) {
		struct fleet_entry *entry = fleet_entry(fleet, restore->agents[i].id);

		if (!entry || entry->origin != restore->origin || entry->restated != restore->number ||
		    entry->restated_at != i)
			continue;
		while (fleet->agents[slot]->origin != restore->origin)
			slot++;
		fleet->agents[slot++] = entry;
	}
	for (size_t i = 0; i < fleet->n_agents; i++)
		fleet->agents[i]->arrival = fleet->n_arrivals++;
}

void fleet_agents_settle(struct fleet *fleet, const struct fleet_restore *restore, int64_t at_ms)
{
	for (size_t i = fleet->n_agents; i-- > 0;) {
		struct fleet_entry *entry = fleet->agents[i];

		if (entry->origin == restore->origin && entry->restated != restore->number)
			entry_remove(fleet, entry, at_ms);
	}
	reorder(fleet, restore);
}

void fleet_agents_finish(struct fleet *fleet)
{
	HASH_CLEAR(hh, fleet->by_id);
	HASH_CLEAR(hh_key, fleet->by_key);
	for (size_t i = 0; i < fleet->n_agents; i++)
		entry_free(fleet->agents[i]);
	mem_free(fleet->agents);
}

size_t fleet_n_agents(const struct fleet *fleet)
{
	return fleet->n_agents;
}

const struct fleet_agent *fleet_agent_at(const struct fleet *fleet, size_t i)
{
	return &fleet->agents[i]->public;
}

const struct fleet_agent *fleet_agent(const struct fleet *fleet, uint32_t id)
{
	const struct fleet_entry *entry = fleet_entry(fleet, id);

	return entry ? &entry->public : NULL;
}

const struct fleet_agent *fleet_agent_by_key(const struct fleet *fleet, const char *key)
{
	struct fleet_entry *entry;

	HASH_FIND(hh_key, fleet->by_key, key, strlen(key), entry);
	return entry ? &entry->public : NULL;
}
