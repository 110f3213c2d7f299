#pragma once
// SPDX-License-Identifier: Apache-2.0
/* One kept series: chunks of compressed points and the hourly totals of a day. Used by metrics_aggregator.c alone.
 *
 * A point comes out as it was pushed, bit for bit, be it NaN (a gap; all of them the same one), an infinity, -0, any
 * whole number below 2^32 or what ends within three decimals. The rest are quotients (rates, shares, quantiles) with
 * digits to the end of the double, though the time they were divided by is good to a millisecond: they are kept to
 * METRIC_KEPT_BITS, 0.0015 %. The newest value and all totals are exact.
 *
 * A chunk holds the values of some rows of a run of times, which the series of an agent share (metric_times.h); it ends
 * when the run is full or the series was read at another time than the others. Values are written as metric_bits.h has
 * it: those of a series that has few decimals as integers, the rest by their bits. So a chunk is read from its
 * beginning: reaching a point costs as much as there are points before it in the chunk.
 *
 * Old points are dropped by moving the beginning on; their memory goes with the chunk.
 */
#include <stdbool.h>
#include <stdint.h>

#include "opscon/fleet.h" // series_summary
#include "opscon/metric.h"
#include "services/metric_chunk.h"

enum { METRIC_HOURS = 24 };

struct metric_hour {
	int32_t hour; // since the epoch
	struct metric_totals totals;
};

struct metric_series {
	uint16_t no;
	uint8_t n_hours;
	uint8_t decimals;        // as many as its values have had at most
	bool is_sealed : 1;      // the next point begins a chunk
	bool is_gap : 1;         // the newest point
	bool is_broken : 1;      // has had values that do not end within three decimals
	bool wants_integers : 1; // has had values that are longer as doubles
	struct metric_code code; // of the newest chunk
	uint32_t n_points;       // held in chunks
	uint32_t n_dropped;      // of the first chunk's, at its beginning
	uint32_t n_chunks, cap_chunks;
	struct metric_chunk **chunks; // owned, oldest first
	uint64_t last_word;           // as it was written
	int64_t newest_ms;
	int64_t floor_ms;  // what is older is not kept
	double last_value; // the newest that is not a gap; NaN when there was none
	int64_t last_value_ms;
	struct metric_totals current; // of the hour of newest_ms
	struct metric_hour *hours;    // owned: n_hours before that, oldest first; NULL in the first hour
};

void metric_series_init(struct metric_series *series, uint16_t no);
void metric_series_finish(struct metric_series *series);

// at_ms: not before newest_ms. `axes`: those of the agent. 0 or -ENOMEM (the point is lost). The newest max_points not
// older than retention_ms are kept.
int metric_series_push(struct metric_series *series, struct metric_axes *axes, int64_t at_ms, double value,
		       size_t max_points, int64_t retention_ms);
void metric_series_drop_before(struct metric_series *series, int64_t at_ms);
void metric_series_drop_after(struct metric_series *series, int64_t at_ms);
size_t metric_series_count(const struct metric_series *series);  // of points kept
double metric_series_newest(const struct metric_series *series); // NaN for a gap, or when empty

// Places [from, to) of the points of a range of time.
struct metric_places {
	size_t from, to;
};
struct metric_places metric_series_places(const struct metric_series *series, int64_t from_ms, int64_t to_ms);

// Copies points i.. (at most n; 0 is the oldest) into out; returns how many.
size_t metric_series_copy(const struct metric_series *series, size_t i, struct metric_point *out, size_t n);

void metric_series_summary(const struct metric_series *series, int64_t from_ms, int64_t to_ms,
			   struct series_summary *out);
void metric_series_day(const struct metric_series *series, int64_t now_ms, struct series_summary *out);
size_t metric_series_memory(const struct metric_series *series); // bytes; of runs of times its share
