// SPDX-License-Identifier: Apache-2.0
#include "services/metric_series.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/memory.h"

enum { HOUR_MS = 3600 * 1000 };

// Values and, behind them, offsets follow the struct in one piece of memory.
struct metric_block {
	int64_t base_ms;
	struct metric_totals totals; // of all of [0, n): not valid once first > 0
	uint16_t first, n, cap;      // points [first, n) are kept
	double values[];
};

static int32_t *offsets(struct metric_block *block)
{
	return (int32_t *)(void *)(block->values + block->cap);
}

static int64_t block_time(const struct metric_block *block, size_t i)
{
	return block->base_ms + ((const int32_t *)(const void *)(block->values + block->cap))[i];
}

static size_t block_size(size_t cap)
{
	return sizeof(struct metric_block) + cap * (sizeof(double) + sizeof(int32_t));
}

static void totals_add(struct metric_totals *totals, double value)
{
	if (isnan(value))
		return;
	totals->min = totals->count ? fmin(totals->min, value) : value;
	totals->max = totals->count ? fmax(totals->max, value) : value;
	totals->sum += value;
	totals->count++;
}

static void totals_merge(struct metric_totals *totals, const struct metric_totals *other)
{
	if (!other->count)
		return;
	totals->min = totals->count ? fmin(totals->min, other->min) : other->min;
	totals->max = totals->count ? fmax(totals->max, other->max) : other->max;
	totals->sum += other->sum;
	totals->count += other->count;
}

void metric_series_init(struct metric_series *series, uint16_t no)
{
	*series = (struct metric_series){ .no = no, .last_value = NAN };
}

void metric_series_finish(struct metric_series *series)
{
	for (uint32_t i = 0; i < series->n_blocks; i++)
		mem_free(series->blocks[i]);
	mem_free(series->blocks);
	mem_free(series->hours);
	*series = (struct metric_series){ .last_value = NAN };
}

static struct metric_block *newest_block(const struct metric_series *series)
{
	return series->n_blocks ? series->blocks[series->n_blocks - 1] : NULL;
}

static int append_block(struct metric_series *series, struct metric_block *block)
{
	if (series->n_blocks == series->cap_blocks) {
		uint32_t cap = series->cap_blocks ? series->cap_blocks * 2 : 1;
		struct metric_block **blocks = mem_realloc(series->blocks, cap * sizeof(struct metric_block *));

		if (!blocks)
			return -ENOMEM;
		series->blocks = blocks;
		series->cap_blocks = cap;
	}
	series->blocks[series->n_blocks++] = block;
	return 0;
}

// The only block of a young series grows in place; the offsets move up behind the longer array of values.
static struct metric_block *grow_block(struct metric_series *series, struct metric_block *block)
{
	uint16_t old_cap = block->cap;
	struct metric_block *grown = mem_realloc(block, block_size(old_cap * 2U));

	if (!grown)
		return NULL;
	grown->cap = (uint16_t)(old_cap * 2U);
	memmove(offsets(grown), grown->values + old_cap, old_cap * sizeof(int32_t));
	series->blocks[series->n_blocks - 1] = grown;
	return grown;
}

static struct metric_block *block_for(struct metric_series *series, int64_t at_ms)
{
	struct metric_block *block = newest_block(series);
	uint16_t cap = series->n_blocks ? METRIC_BLOCK_POINTS : METRIC_BLOCK_FIRST;

	if (block && at_ms - block->base_ms <= INT32_MAX) {
		if (block->n < block->cap)
			return block;
		if (block->cap < METRIC_BLOCK_POINTS)
			return grow_block(series, block);
	}
	block = mem_alloc(block_size(cap));
	if (!block)
		return NULL;
	*block = (struct metric_block){ .base_ms = at_ms, .cap = cap };
	if (append_block(series, block) < 0) {
		mem_free(block);
		return NULL;
	}
	return block;
}

static void drop_first_block(struct metric_series *series)
{
	mem_free(series->blocks[0]);
	series->n_blocks--;
	memmove(series->blocks, series->blocks + 1, series->n_blocks * sizeof(struct metric_block *));
}

static void drop_oldest(struct metric_series *series)
{
	struct metric_block *block = series->blocks[0];

	block->first++;
	series->n_points--;
	if (block->first == block->n)
		drop_first_block(series);
}

size_t metric_series_drop_before(struct metric_series *series, int64_t at_ms)
{
	size_t n = 0;

	for (; series->n_points && block_time(series->blocks[0], series->blocks[0]->first) < at_ms; n++)
		drop_oldest(series);
	return n;
}

static void recount(struct metric_block *block)
{
	block->totals = (struct metric_totals){ 0 };
	for (size_t i = 0; i < block->n; i++)
		totals_add(&block->totals, block->values[i]);
}

static void find_last_value(struct metric_series *series)
{
	series->last_value = NAN;
	series->last_value_ms = 0;
	for (size_t i = series->n_points; i > 0; i--) {
		struct metric_point point = metric_series_at(series, i - 1);

		if (isnan(point.value))
			continue;
		series->last_value = point.value;
		series->last_value_ms = point.at_ms;
		return;
	}
}

void metric_series_drop_after(struct metric_series *series, int64_t at_ms)
{
	struct metric_block *block;

	while ((block = newest_block(series)) && block_time(block, block->n - 1U) > at_ms) {
		block->n--;
		series->n_points--;
		if (block->n > block->first) {
			recount(block);
			continue;
		}
		mem_free(block);
		series->n_blocks--;
	}
	for (int i = 0; i < METRIC_HOURS && series->hours; i++)
		if (series->hours[i].hour > at_ms / HOUR_MS)
			series->hours[i] = (struct metric_hour){ 0 };
	if (series->current.hour > at_ms / HOUR_MS)
		series->current = (struct metric_hour){ .hour = at_ms / HOUR_MS };
	series->newest_ms = at_ms;
	find_last_value(series);
}

// Without memory for the ring the day is short of an hour; the points are not affected.
static void count_hour(struct metric_series *series, int64_t at_ms, double value)
{
	int64_t hour = at_ms / HOUR_MS;

	if (series->current.hour != hour) {
		if (!series->hours && series->current.totals.count)
			series->hours = mem_calloc(METRIC_HOURS, sizeof *series->hours);
		if (series->hours && series->current.totals.count)
			series->hours[series->current.hour % METRIC_HOURS] = series->current;
		series->current = (struct metric_hour){ .hour = hour };
	}
	totals_add(&series->current.totals, value);
}

int metric_series_push(struct metric_series *series, int64_t at_ms, double value, size_t max_points,
		       int64_t retention_ms)
{
	struct metric_block *block = block_for(series, at_ms);

	if (!block)
		return -ENOMEM;
	block->values[block->n] = value;
	offsets(block)[block->n++] = (int32_t)(at_ms - block->base_ms);
	totals_add(&block->totals, value);
	count_hour(series, at_ms, value);
	series->newest_ms = at_ms;
	if (!isnan(value)) {
		series->last_value = value;
		series->last_value_ms = at_ms;
	}
	series->n_points++;
	while (series->n_points > max_points)
		drop_oldest(series);
	metric_series_drop_before(series, at_ms - retention_ms);
	return 0;
}

struct metric_point metric_series_at(const struct metric_series *series, size_t i)
{
	struct metric_point point = { .value = NAN };

	metric_series_copy(series, i, &point, 1);
	return point;
}

double metric_series_newest(const struct metric_series *series)
{
	const struct metric_block *block = newest_block(series);

	return block ? block->values[block->n - 1U] : NAN;
}

// How many points of a block are before at_ms, or up to and including it.
static size_t block_rank(const struct metric_block *block, int64_t at_ms, bool is_included)
{
	size_t low = block->first;
	size_t high = block->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int64_t t = block_time(block, middle);

		if (t < at_ms || (is_included && t == at_ms))
			low = middle + 1;
		else
			high = middle;
	}
	return low - block->first;
}

static size_t series_rank(const struct metric_series *series, int64_t at_ms, bool is_included)
{
	size_t rank = 0;

	for (uint32_t i = 0; i < series->n_blocks; i++) {
		size_t in_block = block_rank(series->blocks[i], at_ms, is_included);

		rank += in_block;
		if (in_block < (size_t)(series->blocks[i]->n - series->blocks[i]->first))
			break;
	}
	return rank;
}

struct metric_places metric_series_places(const struct metric_series *series, int64_t from_ms, int64_t to_ms)
{
	struct metric_places places = {
		.from = series_rank(series, from_ms, false),
		.to = series_rank(series, to_ms, true),
	};

	if (places.to < places.from)
		places.to = places.from;
	return places;
}

size_t metric_series_copy(const struct metric_series *series, size_t i, struct metric_point *out, size_t n)
{
	size_t written = 0;

	for (uint32_t b = 0; b < series->n_blocks && written < n; b++) {
		const struct metric_block *block = series->blocks[b];
		size_t held = (size_t)(block->n - block->first);

		if (i >= held) {
			i -= held;
			continue;
		}
		for (size_t at = block->first + i; at < block->n && written < n; at++)
			out[written++] =
				(struct metric_point){ .at_ms = block_time(block, at), .value = block->values[at] };
		i = 0;
	}
	return written;
}

static void block_summary(const struct metric_block *block, int64_t from_ms, int64_t to_ms,
			  struct metric_totals *totals)
{
	bool is_whole =
		block->first == 0 && block_time(block, 0) >= from_ms && block_time(block, block->n - 1U) <= to_ms;

	if (is_whole) {
		totals_merge(totals, &block->totals);
		return;
	}
	for (size_t i = block->first; i < block->n; i++)
		if (block_time(block, i) >= from_ms && block_time(block, i) <= to_ms)
			totals_add(totals, block->values[i]);
}

static void summary_of(const struct metric_totals *totals, struct series_summary *out)
{
	*out = (struct series_summary){
		.min = NAN, .max = NAN, .avg = NAN, .last = NAN, .p50 = NAN, .p95 = NAN, .p99 = NAN
	};
	out->count = totals->count;
	out->sum = totals->sum;
	if (!totals->count)
		return;
	out->min = totals->min;
	out->max = totals->max;
	out->avg = totals->sum / totals->count;
}

// First and last value of a range of places, gaps passed over.
static void summary_ends(const struct metric_series *series, struct metric_places places, struct series_summary *out)
{
	struct metric_point point = { .value = NAN };

	for (size_t i = places.from; i < places.to && isnan(point.value); i++)
		point = metric_series_at(series, i);
	out->first_ms = point.at_ms;
	point = (struct metric_point){ .at_ms = series->last_value_ms, .value = series->last_value };
	if (places.to < series->n_points)
		point.value = NAN;
	for (size_t i = places.to; i > places.from && isnan(point.value); i--)
		point = metric_series_at(series, i - 1);
	out->last_ms = point.at_ms;
	out->last = point.value;
}

void metric_series_summary(const struct metric_series *series, int64_t from_ms, int64_t to_ms,
			   struct series_summary *out)
{
	struct metric_totals totals = { 0 };

	for (uint32_t i = 0; i < series->n_blocks; i++) {
		const struct metric_block *block = series->blocks[i];

		if (block_time(block, block->n - 1U) >= from_ms && block_time(block, block->first) <= to_ms)
			block_summary(block, from_ms, to_ms, &totals);
	}
	summary_of(&totals, out);
	if (totals.count)
		summary_ends(series, metric_series_places(series, from_ms, to_ms), out);
}

void metric_series_day(const struct metric_series *series, int64_t now_ms, struct series_summary *out)
{
	int64_t newest = now_ms / HOUR_MS;
	int64_t oldest = newest - METRIC_HOURS + 1;
	int64_t first = newest;
	struct metric_totals totals = { 0 };

	for (int i = 0; i <= METRIC_HOURS; i++) {
		const struct metric_hour *hour = &series->current;

		if (i < METRIC_HOURS && !series->hours)
			continue;
		if (i < METRIC_HOURS)
			hour = &series->hours[i];
		if (!hour->totals.count || hour->hour < oldest || hour->hour > newest)
			continue;
		totals_merge(&totals, &hour->totals);
		if (hour->hour < first)
			first = hour->hour;
	}
	summary_of(&totals, out);
	if (!totals.count)
		return;
	out->first_ms = first * HOUR_MS;
	out->last = series->last_value;
	out->last_ms = series->last_value_ms;
}

size_t metric_series_memory(const struct metric_series *series)
{
	size_t bytes = sizeof *series + series->cap_blocks * sizeof(struct metric_block *);

	if (series->hours)
		bytes += METRIC_HOURS * sizeof *series->hours;
	for (uint32_t i = 0; i < series->n_blocks; i++)
		bytes += block_size(series->blocks[i]->cap);
	return bytes;
}
