// SPDX-License-Identifier: Apache-2.0
/* Who is in which state, fleet-wide and by tier: kept as agents come, go and change, never recounted. */
#include "fleet/fleet.h"

int fleet_count_in(struct fleet *fleet, enum health_state state, const struct agent *agent)
{
	int r = agent->is_paused ? 0 : tally_add(&fleet->tiers, agent_label(agent, "tier"), state);

	if (r < 0)
		return r;
	fleet->counts.total++;
	if (agent->is_paused)
		fleet->counts.n_paused++;
	else
		fleet->counts.by_state[state]++;
	return 0;
}

void fleet_count_out(struct fleet *fleet, enum health_state state, const struct agent *agent)
{
	fleet->counts.total--;
	if (agent->is_paused) {
		fleet->counts.n_paused--;
		return;
	}
	tally_remove(&fleet->tiers, agent_label(agent, "tier"), state);
	fleet->counts.by_state[state]--;
}

void fleet_settle_overall(struct fleet *fleet, int64_t at_ms)
{
	enum health_state now = health_overall(fleet->counts.by_state);

	if (now == fleet->overall && fleet->overall_since_ms)
		return;
	fleet->overall = now;
	fleet->overall_since_ms = at_ms;
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
