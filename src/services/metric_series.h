#pragma once
// SPDX-License-Identifier: Apache-2.0
/* One kept series: a queue of blocks of points and the hourly totals of a day. Used by metrics_aggregator.c alone.
 *
 * A point takes 12 bytes (a 32-bit offset from its block's base, a double); the first block starts with room for 8 and
 * doubles up to METRIC_BLOCK_POINTS.
 */
#include <stdint.h>

#include "opscon/fleet.h" // series_summary
#include "opscon/metric.h"

enum { METRIC_BLOCK_POINTS = 64, METRIC_BLOCK_FIRST = 8, METRIC_HOURS = 24 };

struct metric_totals {
	uint32_t count; // values; gaps are not counted
	double sum, min, max;
};

struct metric_hour {
	int64_t hour; // since the epoch
	struct metric_totals totals;
};

struct metric_block;

struct metric_series {
	uint16_t no;
	uint16_t n_hours;             // used of `hours`
	struct metric_block **blocks; // owned, oldest first
	uint32_t n_blocks, cap_blocks;
	uint32_t n_points;
	int64_t newest_ms;
	double last_value; // the newest that is not a gap; NaN when there was none
	int64_t last_value_ms;
	struct metric_hour current;
	struct metric_hour *hours; // owned, a ring by hour modulo METRIC_HOURS; NULL in the first hour
};

void metric_series_init(struct metric_series *series, uint16_t no);
void metric_series_finish(struct metric_series *series);

// 0 or -ENOMEM (the point is lost). The newest max_points not older than retention_ms are kept.
int metric_series_push(struct metric_series *series, int64_t at_ms, double value, size_t max_points,
		       int64_t retention_ms);
size_t metric_series_drop_before(struct metric_series *series, int64_t at_ms); // returns how many
void metric_series_drop_after(struct metric_series *series, int64_t at_ms);
struct metric_point metric_series_at(const struct metric_series *series, size_t i); // 0 is the oldest; O(blocks)
double metric_series_newest(const struct metric_series *series);                    // NaN for a gap, or when empty

// Places [from, to) of the points of a range of time.
struct metric_places {
	size_t from, to;
};
struct metric_places metric_series_places(const struct metric_series *series, int64_t from_ms, int64_t to_ms);

// Copies points i.. (at most n) into out; returns how many.
size_t metric_series_copy(const struct metric_series *series, size_t i, struct metric_point *out, size_t n);

void metric_series_summary(const struct metric_series *series, int64_t from_ms, int64_t to_ms,
			   struct series_summary *out);
void metric_series_day(const struct metric_series *series, int64_t now_ms, struct series_summary *out);
size_t metric_series_memory(const struct metric_series *series); // bytes
