// SPDX-License-Identifier: Apache-2.0
/* What the numbers are called, and the full scrape of whom somebody watches. The numbers themselves: points.c. */
#include "fleet/fleet.h"

#include "services/metrics_aggregator.h"

int fleet_series_defined(struct fleet *fleet, const struct event *event)
{
	uint16_t no = event->u.series.no;

	if (no >= SERIES_MAX)
		return 0;
	event_unref(fleet->defs[no]);
	fleet->defs[no] = event->u.series.is_dropped ? NULL : fleet_keep(event);
	fleet->defs_restated[no] = fleet_restore_number(fleet);
	fleet->n_defs_changed++;
	if (event->u.series.is_dropped)
		metrics_forget_series(fleet->points, no);
	else if (no >= fleet->n_defs)
		fleet->n_defs = (size_t)no + 1;
	fleet_notify(fleet, FLEET_AGENT_METRICS, 0);
	return 0;
}

void fleet_series_settle(struct fleet *fleet, const struct fleet_restore *restore)
{
	for (size_t no = 0; no < fleet->n_defs; no++) {
		struct event *def = fleet->defs[no];

		if (!def || def->origin != restore->origin || fleet->defs_restated[no] == restore->number)
			continue;
		fleet->defs[no] = NULL; // its points go with those of each agent
		fleet->n_defs_changed++;
		event_unref(def);
	}
	fleet_notify(fleet, FLEET_AGENT_METRICS, 0);
}

int fleet_scraped(struct fleet *fleet, const struct event *event)
{
	struct fleet_entry *entry = fleet_entry(fleet, event->agent);

	if (!entry)
		return 0;
	event_unref(entry->scrape);
	entry->scrape = fleet_keep(event);
	fleet_notify(fleet, FLEET_AGENT_METRICS, entry->id);
	return 0;
}

const struct series_def *fleet_series_def(const struct fleet *fleet, uint16_t no)
{
	return no < fleet->n_defs && fleet->defs[no] ? &fleet->defs[no]->u.series : NULL;
}

size_t fleet_n_series_defs(const struct fleet *fleet)
{
	return fleet->n_defs;
}

uint64_t fleet_series_version(const struct fleet *fleet)
{
	return fleet->n_defs_changed;
}

const struct scrape *fleet_scrape(const struct fleet *fleet, uint32_t agent, int64_t *at_ms)
{
	const struct fleet_entry *entry = fleet_entry(fleet, agent);

	if (!entry || !entry->scrape)
		return NULL;
	if (at_ms)
		*at_ms = entry->scrape->at_ms;
	return &entry->scrape->u.scrape;
}
