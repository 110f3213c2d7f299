// SPDX-License-Identifier: Apache-2.0
/* The numbers: kept by the aggregator, which the fleet feeds and reads. */
#include <errno.h>

#include "fleet/fleet.h"
#include "services/metrics_aggregator.h"

int fleet_points_init(struct fleet *fleet, const struct fleet_limits *limits)
{
	const struct metrics_limits kept = { .retention_ms = limits->retention_ms, .n_points = limits->n_points };

	return metrics_aggregator_create(&kept, &fleet->points);
}

void fleet_points_finish(struct fleet *fleet)
{
	metrics_aggregator_destroy(fleet->points);
	for (size_t i = 0; i < fleet->n_defs; i++)
		event_unref(fleet->defs[i]);
}

void fleet_points_forget(struct fleet *fleet, uint32_t agent)
{
	metrics_forget_agent(fleet->points, agent);
}

int fleet_metrics_read(struct fleet *fleet, const struct event *event)
{
	int r = 0;

	if (!fleet_entry(fleet, event->agent))
		return 0;
	for (size_t i = 0; i < event->u.metrics.n; i++) {
		const struct metric_reading *reading = &event->u.metrics.items[i];

		if (metrics_record(fleet->points, event->agent, reading->series, event->at_ms, reading->value) < 0)
			r = -ENOMEM;
	}
	// Recording drops what is old in its own series only; of agents that are read no more nobody else would.
	metrics_sweep(fleet->points, event->at_ms);
	fleet_notify(fleet, FLEET_AGENT_METRICS, event->agent);
	return r;
}

size_t fleet_agent_series(const struct fleet *fleet, uint32_t agent, uint16_t *nos, size_t n)
{
	return metrics_series(fleet->points, agent, nos, n);
}

size_t fleet_points(const struct fleet *fleet, uint32_t agent, uint16_t series, int64_t from_ms, int64_t to_ms,
		    struct metric_point *out, size_t n)
{
	return metrics_range(fleet->points, agent, series, from_ms, to_ms, out, n);
}

int fleet_totals(const struct fleet *fleet, uint32_t agent, uint16_t series, int64_t from_ms, int64_t to_ms,
		 struct series_summary *out)
{
	return metrics_summary(fleet->points, agent, series, from_ms, to_ms, out);
}

int fleet_summary(const struct fleet *fleet, uint32_t agent, uint16_t series, int64_t from_ms, int64_t to_ms,
		  struct series_summary *out)
{
	int r = fleet_totals(fleet, agent, series, from_ms, to_ms, out);

	if (r == 0 && out->count) // short of memory the percentiles stay unknown, the rest stands
		metrics_percentiles(fleet->points, agent, series, from_ms, to_ms, out);
	return r;
}

int fleet_window(const struct fleet *fleet, uint32_t agent, uint16_t series, enum metrics_window window, int64_t to_ms,
		 struct series_summary *out)
{
	int64_t from_ms = to_ms - metrics_window_ms(window);
	int r = metrics_window_summary(fleet->points, agent, series, window, to_ms, out);
	struct series_summary kept;

	// Percentiles need the points themselves: all of them, or they would be those of another time.
	if (r == 0 && out->count && metrics_summary(fleet->points, agent, series, from_ms, to_ms, &kept) == 0 &&
	    kept.count == out->count)
		metrics_percentiles(fleet->points, agent, series, from_ms, to_ms, out);
	return r;
}

double fleet_last(const struct fleet *fleet, uint32_t agent, uint16_t series)
{
	return metrics_last(fleet->points, agent, series);
}
