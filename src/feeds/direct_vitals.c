// SPDX-License-Identifier: Apache-2.0
/* What the guards of a rollout look at: errors and latencies of the agents that can be operated. A single reading is
 * noise where there is little traffic, so a few of them are kept.
 */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "feeds/direct_internal.h"

enum vital { VITAL_ERRORS, VITAL_P95, VITAL_PROBE, VITAL_COUNT };
enum { KEPT = 8, ENOUGH = 5 };

struct direct_vitals {
	uint32_t no; // of the newest reading
	struct reading {
		uint32_t no; // 0: none
		float value;
	} readings[VITAL_COUNT][KEPT]; // each a ring, the next one at at[]
	uint8_t at[VITAL_COUNT];
};

static int compare(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

// The readings after that one, ascending; returns how many there are, 0 when they are not enough.
static size_t take(const struct reading readings[KEPT], uint32_t after, float values[KEPT])
{
	size_t n = 0;

	for (size_t i = 0; i < KEPT; i++)
		if (readings[i].no > after)
			values[n++] = readings[i].value;
	if (n < ENOUGH)
		return 0;
	qsort(values, n, sizeof *values, compare);
	return n;
}

static void get_range(const struct reading readings[KEPT], uint32_t after, double *low, double *high)
{
	float values[KEPT];
	size_t n = take(readings, after, values);

	if (n > 0) {
		*low = (double)values[0];
		*high = (double)values[n - 1];
	}
}

static void get_median(const struct reading readings[KEPT], uint32_t after, double *out)
{
	float values[KEPT];
	size_t n = take(readings, after, values);

	if (n > 0)
		*out = (double)values[n / 2];
}

static void put(struct direct_vitals *vitals, enum vital vital, double value)
{
	struct reading *reading = &vitals->readings[vital][vitals->at[vital]];

	if (isnan(value))
		return;
	*reading = (struct reading){ vitals->no, (float)value };
	vitals->at[vital] = (uint8_t)((vitals->at[vital] + 1) % KEPT);
}

static struct direct_vitals *vitals_of(const struct direct_feed *feed, struct watched *watched)
{
	if (!watched->vitals && feed->engine && watched->agent->driver)
		watched->vitals = mem_calloc(1, sizeof *watched->vitals); // without memory nothing is known
	return watched->vitals;
}

void direct_vitals_note(struct direct_feed *feed, const struct event *event)
{
	struct watched *watched = direct_watched(feed, event->agent);
	struct direct_vitals *vitals = watched ? vitals_of(feed, watched) : NULL;

	if (!vitals)
		return;
	vitals->no++;
	for (size_t i = 0; i < event->u.metrics.n; i++) {
		const struct metric_reading *reading = &event->u.metrics.items[i];

		if (reading->series == SERIES_LATENCY)
			put(vitals, VITAL_PROBE, reading->value);
		else if (reading->series == feed->errors_series)
			put(vitals, VITAL_ERRORS, reading->value / 100);
		else if (reading->series == feed->p95_series)
			put(vitals, VITAL_P95, reading->value);
	}
}

void direct_vitals_get(const struct watched *watched, uint32_t after, struct engine_vitals *out)
{
	const struct direct_vitals *vitals = watched ? watched->vitals : NULL;

	*out = (struct engine_vitals){ NAN, NAN, NAN, NAN, NAN, 0 };
	if (!vitals)
		return;
	get_median(vitals->readings[VITAL_ERRORS], after, &out->error_share);
	get_range(vitals->readings[VITAL_P95], after, &out->p95_ms, &out->p95_high_ms);
	get_range(vitals->readings[VITAL_PROBE], after, &out->probe_ms, &out->probe_high_ms);
	out->no = vitals->no;
}
