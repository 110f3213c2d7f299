#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Where a chart's axes are marked: pure arithmetic. */
#include <stdint.h>

#include "opscon/metric.h"

// Marks at low, low + step, ... high. n is 0 when the span is beyond arithmetic.
struct chart_ticks {
	double low, high, step;
	int n;
};

/* Round marks around [low, high], at most n_max (2 at least) of them: steps of 1, 2 or 5 times a power of ten; for
 * bytes powers of two. An axis of values that are not negative starts at 0 unless that would waste half of it. A flat
 * series gets an axis with its value in the middle.
 */
void chart_ticks(double low, double high, enum metric_unit unit, int n_max, struct chart_ticks *out);
char *chart_tick_text(double value, double step, enum metric_unit unit, char *out); // HUMAN_MAX bytes; returns out

// The shortest round step ("10 s" to "7 days") that marks a span at most n_max times.
int64_t chart_time_step(int64_t span_ms, int n_max);

// The first mark at or after from_ms that is round in local time.
int64_t chart_time_first(int64_t from_ms, int64_t step_ms, int32_t utc_offset_s);
char *chart_time_text(int64_t at_ms, int64_t step_ms, int32_t utc_offset_s, char *out); // "15:04:30" "15:04" "11-23"
