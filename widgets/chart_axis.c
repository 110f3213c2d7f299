// SPDX-License-Identifier: Apache-2.0
#include "widgets/chart_axis.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "widgets/metric_text.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

// Sizes are read in powers of two: 512 MiB and 1 GiB are round, 500 MiB is not.
static bool is_bytes(enum metric_unit unit)
{
	return unit == UNIT_BYTES || unit == UNIT_BYTES_PER_SECOND;
}

// The least round number that is not below `step`.
static double round_step(double step, enum metric_unit unit)
{
	double power;

	if (is_bytes(unit))
		return fmax(1, exp2(ceil(log2(step))));
	power = pow(10, floor(log10(step)));
	if (step <= power * 1.000001)
		return power;
	if (step <= 2 * power)
		return 2 * power;
	return step <= 5 * power ? 5 * power : 10 * power;
}

void chart_ticks(double low, double high, enum metric_unit unit, int n_max, struct chart_ticks *out)
{
	if (!(high > low)) {
		high = low > 0 ? 2 * low : low < 0 ? 0 : 1;
		low = low < 0 ? 2 * low : 0;
	} else if (low > 0 && low <= high / 2) {
		low = 0;
	}
	*out = (struct chart_ticks){ .low = low, .high = high };
	if (!isfinite(high - low) || high - low < 1e-290)
		return;
	// Rounding both ends outwards can cost one mark more than the step promised; then the next step is taken.
	out->step = round_step((high - low) / (n_max < 2 ? 1 : n_max - 1), unit);
	for (int i = 0; i < 4; i++) {
		out->low = floor(low / out->step + 1e-9) * out->step;
		out->high = ceil(high / out->step - 1e-9) * out->step;
		out->n = (int)llround((out->high - out->low) / out->step) + 1;
		if (out->n <= n_max || n_max < 2)
			break;
		out->step = round_step(out->step * 1.5, unit);
	}
}

char *chart_tick_text(double value, double step, enum metric_unit unit, char *out)
{
	char number[HUMAN_MAX];
	int places = step >= 1 ? 0 : (int)ceil(-log10(step) - 1e-9);

	if (fabs(value) < step * 1e-6)
		value = 0;
	if (is_bytes(unit) || unit == UNIT_SECONDS || unit == UNIT_MILLISECONDS || fabs(value) >= 10000 || places > 6) {
		if (value != 0)
			return metric_text_whole(value, unit, out);
		snprintf(out, HUMAN_MAX, "0");
		return out;
	}
	snprintf(out, HUMAN_MAX, "%.60s%s", metric_text_fixed(value, places, number), unit == UNIT_PERCENT ? "%" : "");
	return out;
}

int64_t chart_time_step(int64_t span_ms, int n_max)
{
	static const int64_t steps[] = { 10 * SECOND, 30 * SECOND, MINUTE,      2 * MINUTE, 5 * MINUTE,
					 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR,       2 * HOUR,
					 3 * HOUR,    6 * HOUR,    12 * HOUR,   DAY,        2 * DAY };

	for (size_t i = 0; i < COUNT(steps); i++)
		if (span_ms / steps[i] <= n_max)
			return steps[i];
	return INT64_C(7) * DAY;
}

int64_t chart_time_first(int64_t from_ms, int64_t step_ms, int32_t utc_offset_s)
{
	int64_t offset_ms = (int64_t)utc_offset_s * SECOND, local_ms = from_ms + offset_ms;
	int64_t over_ms = (local_ms % step_ms + step_ms) % step_ms;

	return over_ms ? from_ms + step_ms - over_ms : from_ms;
}

char *chart_time_text(int64_t at_ms, int64_t step_ms, int32_t utc_offset_s, char *out)
{
	char text[HUMAN_MAX];

	if (step_ms >= DAY)
		snprintf(out, HUMAN_MAX, "%.5s", human_date(at_ms, utc_offset_s, text) + 5);
	else
		snprintf(out, HUMAN_MAX, "%.*s", step_ms < MINUTE ? 8 : 5,
			 human_time_of_day(at_ms, utc_offset_s, text));
	return out;
}
