// SPDX-License-Identifier: Apache-2.0
/* Who is in which state, fleet-wide and by tier: kept as agents come, go and change, never recounted. */
#include "fleet/fleet.h"

static bool is_judged(const struct agent *agent, bool is_aside)
{
	return !agent->is_paused && !is_aside;
}

// Where an agent that is in no state is counted.
static size_t *apart(struct fleet *fleet, const struct agent *agent)
{
	return agent->is_paused ? &fleet->counts.n_paused : &fleet->counts.n_maintenance;
}

int fleet_count_in(struct fleet *fleet, enum health_state state, const struct agent *agent, bool is_aside)
{
	bool in_state = is_judged(agent, is_aside);
	int r = in_state ? tally_add(&fleet->tiers, agent_label(agent, "tier"), state) : 0;

	if (r < 0)
		return r;
	fleet->counts.total++;
	if (in_state)
		fleet->counts.by_state[state]++;
	else
		++*apart(fleet, agent);
	return 0;
}

void fleet_count_out(struct fleet *fleet, enum health_state state, const struct agent *agent, bool is_aside)
{
	fleet->counts.total--;
	if (!is_judged(agent, is_aside)) {
		--*apart(fleet, agent);
		return;
	}
	tally_remove(&fleet->tiers, agent_label(agent, "tier"), state);
	fleet->counts.by_state[state]--;
}

void fleet_count_checking(struct fleet *fleet, struct fleet_entry *entry)
{
	bool is_judged_now = is_judged(entry->public.agent, entry->is_aside);

	fleet->counts.n_checking -= entry->is_checking;
	entry->is_checking = is_judged_now && health_is_checking(&entry->public.health);
	fleet->counts.n_checking += entry->is_checking;
}

void fleet_settle_overall(struct fleet *fleet, int64_t at_ms)
{
	enum health_state now = health_overall(fleet->counts.by_state);

	if (now == fleet->overall && fleet->overall_since_ms)
		return;
	fleet->overall = now;
	fleet->overall_since_ms = at_ms;
}

void fleet_overall_is_older(struct fleet *fleet, enum health_state state, int64_t since_ms)
{
	bool is_bad = state == HEALTH_DOWN || state == HEALTH_DEGRADED;

	if (is_bad && state == fleet->overall && since_ms < fleet->overall_since_ms)
		fleet->overall_since_ms = since_ms;
}

void fleet_overall_is_younger(struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->n_agents; i++) {
		const struct fleet_entry *entry = fleet->agents[i];

		if (is_judged(entry->public.agent, entry->is_aside) &&
		    entry->public.state_since_ms > fleet->overall_since_ms)
			fleet->overall_since_ms = entry->public.state_since_ms;
	}
}

void fleet_counts_finish(struct fleet *fleet)
{
	tally_clear(&fleet->tiers);
}

const struct fleet_counts *fleet_counts(const struct fleet *fleet)
{
	return &fleet->counts;
}

size_t fleet_tiers(const struct fleet *fleet, const struct fleet_tier **out)
{
	*out = fleet->tiers.items;
	return fleet->tiers.n;
}

enum health_state fleet_overall(const struct fleet *fleet)
{
	return fleet->overall;
}

int64_t fleet_overall_since_ms(const struct fleet *fleet)
{
	return fleet->overall_since_ms;
}
