#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The points of kept series, by agent and series number: what panels draw and what summaries are made of.
 *
 * Recording costs the same however much is kept. A series is a queue of chunks, each with its own count, sum, minimum
 * and maximum: any range is summed up from whole chunks plus the points of its two ends, so windows are exact and
 * nothing is recomputed when a point comes or goes. Points are compressed (metric_series.h). Hours are kept as totals
 * for a day, past the points themselves. Kept are at most `n_points` a series and none older than `retention_ms` before
 * the newest.
 *
 * Times are wall-clock, as events carry them, and a series only goes forward: a point up to METRICS_JITTER_MS before
 * the newest takes the newest's time; one further back means that the clock was set back, and what now lies in the
 * future is forgotten. NaN is a gap: kept as a point, counted nowhere.
 *
 * Embedded by the fleet (fleet.h is stage `fleet`, above this one).
 */
#include <stddef.h>
#include <stdint.h>

#include "opscon/fleet.h" // series_summary
#include "opscon/metric.h"

enum {
	METRICS_RETENTION_DEFAULT_MS = 3600 * 1000,
	METRICS_POINTS_DEFAULT = 10000,
	METRICS_LATEST_DEFAULT = 10,
	METRICS_JITTER_MS = 10 * 1000,
	METRICS_SWEEP_AGENTS = 2,
	METRICS_SWEEP_MS = 60 * 1000,
};

struct metrics_limits {
	int64_t retention_ms; // 0: METRICS_RETENTION_DEFAULT_MS
	size_t n_points;      // 0: METRICS_POINTS_DEFAULT
};

struct metrics_aggregator;

int metrics_aggregator_create(const struct metrics_limits *limits, struct metrics_aggregator **out); // 0 or -ENOMEM
void metrics_aggregator_destroy(struct metrics_aggregator *metrics);

// O(1). 0; -ENOMEM (the point is lost).
int metrics_record(struct metrics_aggregator *metrics, uint32_t agent, uint16_t series, int64_t at_ms, double value);
/* What others have kept of a series, oldest first, takes the place of its points; the hourly totals begin anew with it.
 * 0; -ENOMEM: some of it is missing.
 */
int metrics_replace(struct metrics_aggregator *metrics, uint32_t agent, uint16_t series,
		    const struct metric_point *points, size_t n);
void metrics_forget_agent(struct metrics_aggregator *metrics, uint32_t agent);
void metrics_forget_series(struct metrics_aggregator *metrics, uint16_t series); // of every agent

// Drops what is older than the retention at now_ms; a series without points disappears. Returns the points dropped.
size_t metrics_cleanup(struct metrics_aggregator *metrics, int64_t now_ms);
// The same for METRICS_SWEEP_AGENTS, other ones each time and each at most once in METRICS_SWEEP_MS: whoever calls it
// when points come cleans up without a pause.
void metrics_sweep(struct metrics_aggregator *metrics, int64_t now_ms);

/* Sums up the points with from_ms <= at_ms <= to_ms; percentiles are exact, by linear interpolation between the ranks,
 * and left NaN unless asked for. 0, and an empty range has count 0, sum 0 and NaN for the rest; -ENOENT and all zeros
 * when there is no such series.
 */
int metrics_summary(const struct metrics_aggregator *metrics, uint32_t agent, uint16_t series, int64_t from_ms,
		    int64_t to_ms, struct series_summary *out);
int metrics_percentiles(const struct metrics_aggregator *metrics, uint32_t agent, uint16_t series, int64_t from_ms,
			int64_t to_ms, struct series_summary *inout); // 0, -ENOENT, -ENOMEM

// Windows that end at now_ms. A day reaches past the retention by means of the hourly totals (whole hours).
int metrics_window_summary(const struct metrics_aggregator *metrics, uint32_t agent, uint16_t series,
			   enum metrics_window window, int64_t now_ms,
			   struct series_summary *out); // as metrics_summary

// Points of a range (both ends included), oldest first; of more than n the newest. Returns how many were written.
size_t metrics_range(const struct metrics_aggregator *metrics, uint32_t agent, uint16_t series, int64_t from_ms,
		     int64_t to_ms, struct metric_point *out, size_t n);
// The newest n points, newest first. Returns how many were written.
size_t metrics_latest(const struct metrics_aggregator *metrics, uint32_t agent, uint16_t series,
		      struct metric_point *out, size_t n);
// The newest point, exactly as it was recorded. 0 or -ENOENT.
int metrics_newest(const struct metrics_aggregator *metrics, uint32_t agent, uint16_t series, struct metric_point *out);
double metrics_last(const struct metrics_aggregator *metrics, uint32_t agent, uint16_t series); // NaN: none, or a gap

// Numbers of the agent's series, ascending, at most n; returns how many there are.
size_t metrics_series(const struct metrics_aggregator *metrics, uint32_t agent, uint16_t *nos, size_t n);

// Another one whenever points of the agent may have come or gone; 0 while it has none.
uint64_t metrics_version(const struct metrics_aggregator *metrics, uint32_t agent);

struct metrics_stats {
	size_t n_agents, n_series, n_points;
	size_t memory_bytes; // of blocks and tables
	int64_t retention_ms;
	size_t points_max;
};
void metrics_stats(const struct metrics_aggregator *metrics, struct metrics_stats *out);
size_t metrics_count(const struct metrics_aggregator *metrics, uint32_t agent, uint16_t series); // points kept
