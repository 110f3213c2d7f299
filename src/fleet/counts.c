// SPDX-License-Identifier: Apache-2.0
/* Who is in which state, fleet-wide and by tier: kept as agents come, go and change, never recounted. */
#include <errno.h>
#include <string.h>

#include "fleet/fleet.h"

static size_t tier_position(const struct fleet *fleet, const char *name, bool *is_there)
{
	size_t low = 0, high = fleet->n_tiers;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(fleet->tiers[mid].name, name);

		if (order == 0) {
			*is_there = true;
			return mid;
		}
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	*is_there = false;
	return low;
}

static int tier_insert(struct fleet *fleet, size_t at, const char *name)
{
	struct fleet_tier *tiers = mem_realloc(fleet->tiers, (fleet->n_tiers + 1) * sizeof *tiers);
	char *copy;

	if (!tiers)
		return -ENOMEM;
	fleet->tiers = tiers;
	copy = mem_strdup(name);
	if (!copy)
		return -ENOMEM;
	memmove(tiers + at + 1, tiers + at, (fleet->n_tiers - at) * sizeof *tiers);
	tiers[at] = (struct fleet_tier){ .name = copy };
	fleet->n_tiers++;
	return 0;
}

static void tier_remove(struct fleet *fleet, size_t at)
{
	mem_free((char *)fleet->tiers[at].name);
	fleet->n_tiers--;
	memmove(fleet->tiers + at, fleet->tiers + at + 1, (fleet->n_tiers - at) * sizeof *fleet->tiers);
}

int fleet_count_in(struct fleet *fleet, enum health_state state, const char *tier)
{
	bool is_there;
	size_t at = tier_position(fleet, tier, &is_there);
	int r = is_there ? 0 : tier_insert(fleet, at, tier);

	if (r < 0)
		return r;
	fleet->tiers[at].counts.by_state[state]++;
	fleet->tiers[at].counts.total++;
	fleet->counts.by_state[state]++;
	fleet->counts.total++;
	return 0;
}

void fleet_count_out(struct fleet *fleet, enum health_state state, const char *tier)
{
	bool is_there;
	size_t at = tier_position(fleet, tier, &is_there);

	fleet->counts.by_state[state]--;
	fleet->counts.total--;
	fleet->tiers[at].counts.by_state[state]--;
	if (--fleet->tiers[at].counts.total == 0)
		tier_remove(fleet, at);
}

static enum health_state worst(const struct fleet_counts *counts)
{
	if (counts->by_state[HEALTH_DOWN])
		return HEALTH_DOWN;
	if (counts->by_state[HEALTH_DEGRADED])
		return HEALTH_DEGRADED;
	if (counts->by_state[HEALTH_UNKNOWN] || !counts->total)
		return HEALTH_UNKNOWN;
	return HEALTH_UP;
}

void fleet_settle_overall(struct fleet *fleet, int64_t at_ms)
{
	enum health_state now = worst(&fleet->counts);

	if (now == fleet->overall && fleet->overall_since_ms)
		return;
	fleet->overall = now;
	fleet->overall_since_ms = at_ms;
}

void fleet_counts_finish(struct fleet *fleet)
{
	while (fleet->n_tiers)
		tier_remove(fleet, fleet->n_tiers - 1);
	mem_free(fleet->tiers);
}

const struct fleet_counts *fleet_counts(const struct fleet *fleet)
{
	return &fleet->counts;
}

size_t fleet_tiers(const struct fleet *fleet, const struct fleet_tier **out)
{
	*out = fleet->tiers;
	return fleet->n_tiers;
}

enum health_state fleet_overall(const struct fleet *fleet)
{
	return fleet->overall;
}

int64_t fleet_overall_since_ms(const struct fleet *fleet)
{
	return fleet->overall_since_ms;
}
