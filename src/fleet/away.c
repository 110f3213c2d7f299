// SPDX-License-Identifier: Apache-2.0
/* Agents whose hub is away. Nobody says how they are, so they are stale: unknown, whatever was said last. It is no news
 * of theirs, the timeline tells of the hub; who was newly bad stays so, and nobody else comes to be. What was said
 * comes back with the connection, or piece by piece where all is told anew.
 */
#include "fleet/fleet.h"

static bool has_other_away(const struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->n_agents; i++)
		if (fleet->agents[i]->is_away)
			return true;
	return false;
}

// The overall state is as old as it was before, if it is the same.
static void settle(struct fleet *fleet, int64_t at_ms)
{
	fleet_settle_overall(fleet, at_ms);
	if (fleet->overall == fleet->said_overall && fleet->said_overall_since_ms)
		fleet->overall_since_ms = fleet->said_overall_since_ms;
}

static void show(struct fleet *fleet, struct fleet_entry *entry, enum freshness freshness)
{
	struct fleet_agent *agent = &entry->public;
	enum health_state from = agent->state;

	agent->health.freshness = freshness;
	agent->state = health_state(&agent->health);
	fleet_recount(fleet, entry, from, agent->state);
	fleet_count_checking(fleet, entry);
}

static void go_away(struct fleet *fleet, struct fleet_entry *entry, int64_t at_ms)
{
	enum health_state from = entry->public.state;

	entry->is_away = true;
	entry->said_freshness = entry->public.health.freshness;
	entry->said_since_ms = entry->public.state_since_ms;
	show(fleet, entry, FRESHNESS_STALE);
	if (entry->public.state != from)
		entry->public.state_since_ms = at_ms;
	entry->public.newly_bad = 0;
}

static void come_back(struct fleet *fleet, struct fleet_entry *entry)
{
	entry->is_away = false;
	show(fleet, entry, entry->said_freshness);
	entry->public.state_since_ms = entry->said_since_ms;
	entry->public.newly_bad = entry->is_bad ? entry->turned : 0;
}

void fleet_entry_back(struct fleet *fleet, struct fleet_entry *entry, int64_t at_ms)
{
	if (!entry->is_away)
		return;
	come_back(fleet, entry);
	settle(fleet, at_ms);
}

void fleet_hub_away(struct fleet *fleet, uint8_t origin, bool is_away, int64_t at_ms)
{
	bool has_changed = false;

	if (is_away && !has_other_away(fleet)) {
		fleet->said_overall = fleet->overall;
		fleet->said_overall_since_ms = fleet->overall_since_ms;
	}
	for (size_t i = 0; i < fleet->n_agents; i++) {
		struct fleet_entry *entry = fleet->agents[i];

		if (entry->origin != origin || entry->is_away == is_away)
			continue;
		has_changed = true;
		if (is_away)
			go_away(fleet, entry, at_ms);
		else
			come_back(fleet, entry);
		fleet_notify(fleet, FLEET_AGENT_HEALTH, entry->id);
	}
	if (has_changed && is_away)
		fleet_settle_overall(fleet, at_ms);
	else if (has_changed) // else all was told anew, and since when
		settle(fleet, at_ms);
}
