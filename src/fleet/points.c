// SPDX-License-Identifier: Apache-2.0
/* The numbers: kept by the aggregator, which the fleet feeds and reads. */
#include <errno.h>
#include <math.h>

#include "fleet/fleet.h"
#include "fleet/memory.h"
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

// The newest reading is told again by every snapshot.
static bool is_here(const struct fleet *fleet, const struct event *event, uint16_t series)
{
	struct metric_point newest;

	return event->is_restated && metrics_newest(fleet->points, event->agent, series, &newest) == 0 &&
	       newest.at_ms == event->at_ms;
}

static int record(struct fleet *fleet, const struct event *event, const struct metric_reading *reading,
		  struct fleet_restored *restored)
{
	if (restored && reading->series < SERIES_MAX)
		restored->series[reading->series / 64] |= UINT64_C(1) << reading->series % 64;
	if (is_here(fleet, event, reading->series))
		return 0;
	return metrics_record(fleet->points, event->agent, reading->series, event->at_ms, reading->value);
}

int fleet_metrics_read(struct fleet *fleet, const struct event *event)
{
	const struct fleet_entry *entry = fleet_entry(fleet, event->agent);
	struct fleet_restored *restored = entry ? fleet_restored(fleet, entry) : NULL;
	int r = 0;

	if (!entry)
		return 0;
	for (size_t i = 0; i < event->u.metrics.n; i++) {
		const struct metric_reading *reading = &event->u.metrics.items[i];

		if (record(fleet, event, reading, restored) < 0)
			r = -ENOMEM;
	}
	// Recording drops what is old in its own series only; of agents that are read no more nobody else would.
	metrics_sweep(fleet->points, event->at_ms);
	fleet_notify(fleet, FLEET_AGENT_METRICS, event->agent);
	return r;
}

int fleet_points_replaced(struct fleet *fleet, const struct event *event)
{
	int r;

	if (!fleet_entry(fleet, event->agent))
		return 0;
	r = metrics_replace(fleet->points, event->agent, event->u.points.series, event->u.points.items,
			    event->u.points.n);
	fleet_notify(fleet, FLEET_AGENT_METRICS, event->agent);
	return r;
}

// A series that is defined and has no newest reading any more has a gap from now on: what was seen of it stays.
void fleet_points_settle(struct fleet *fleet, const struct fleet_restored *restored, int64_t at_ms)
{
	uint16_t nos[SERIES_MAX];
	size_t n = metrics_series(fleet->points, restored->id, nos, SERIES_MAX);

	for (size_t i = 0; i < n && i < SERIES_MAX; i++) {
		if (nos[i] < SERIES_MAX && restored->series[nos[i] / 64] >> nos[i] % 64 & 1)
			continue;
		if (!fleet_series_def(fleet, nos[i]))
			metrics_replace(fleet->points, restored->id, nos[i], NULL, 0);
		else if (!isnan(metrics_last(fleet->points, restored->id, nos[i])) &&
			 metrics_record(fleet->points, restored->id, nos[i], at_ms, NAN) < 0)
			fleet->is_incomplete = true;
	}
}

size_t fleet_agent_series(const struct fleet *fleet, uint32_t agent, uint16_t *nos, size_t n)
{
	return metrics_series(fleet->points, agent, nos, n);
}

uint64_t fleet_points_version(const struct fleet *fleet, uint32_t agent)
{
	return metrics_version(fleet->points, agent);
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

size_t fleet_points_bytes(const struct fleet *fleet)
{
	struct metrics_stats stats;

	metrics_stats(fleet->points, &stats);
	return stats.memory_bytes;
}
