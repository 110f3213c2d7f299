// SPDX-License-Identifier: Apache-2.0
#include "services/metric_series.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"

enum { HOUR_MS = 3600 * 1000, BYTES_STEP = 24 };

// ---- what is kept

// How many of the first chunk's points are not kept.
static uint32_t n_gone(const struct metric_series *series)
{
	uint32_t rank = series->n_chunks ? metric_chunk_rank(series->chunks[0], series->floor_ms, false) : 0;

	return rank > series->n_dropped ? rank : series->n_dropped;
}

size_t metric_series_count(const struct metric_series *series)
{
	return series->n_points - n_gone(series);
}

void metric_series_init(struct metric_series *series, uint16_t no)
{
	*series = (struct metric_series){ .no = no, .last_value = NAN, .floor_ms = INT64_MIN };
}

void metric_series_finish(struct metric_series *series)
{
	for (uint32_t i = 0; i < series->n_chunks; i++)
		metric_chunk_free(series->chunks[i]);
	mem_free(series->chunks);
	mem_free(series->hours);
	metric_series_init(series, series->no);
}

static void drop_first_chunk(struct metric_series *series)
{
	series->n_points -= series->chunks[0]->n;
	series->n_dropped = 0;
	metric_chunk_free(series->chunks[0]);
	series->n_chunks--;
	memmove(series->chunks, series->chunks + 1, series->n_chunks * sizeof(struct metric_chunk *));
}

void metric_series_drop_before(struct metric_series *series, int64_t at_ms)
{
	if (at_ms < series->floor_ms)
		series->n_dropped = n_gone(series); // for what is dropped does not come back
	series->floor_ms = at_ms;
	while (series->n_chunks && metric_chunk_last_ms(series->chunks[0]) < at_ms)
		drop_first_chunk(series);
}

static void keep_newest(struct metric_series *series, size_t n)
{
	while (series->n_chunks && series->n_points - series->chunks[0]->n >= n)
		drop_first_chunk(series);
	if (series->n_points - series->n_dropped > n)
		series->n_dropped = series->n_points - (uint32_t)n;
}

// ---- a clock that was set back

static struct metric_chunk *newest_chunk(const struct metric_series *series)
{
	return series->n_chunks ? series->chunks[series->n_chunks - 1] : NULL;
}

// Leaves a chunk its first n points.
static void cut_chunk(struct metric_series *series, struct metric_chunk *chunk, uint32_t n)
{
	struct metric_point point = { .value = NAN };
	struct metric_chunk_reader reader;

	series->n_points -= chunk->n - n;
	chunk->n = (uint16_t)n;
	chunk->totals = (struct metric_totals){ 0 };
	metric_chunk_read(chunk, &reader);
	while (metric_chunk_next(&reader, &point))
		metric_totals_add(&chunk->totals, point.value);
	chunk->last_ms = (uint32_t)(point.at_ms - chunk->times->base_ms);
	series->is_gap = isnan(point.value);
}

static void find_last_value(struct metric_series *series)
{
	struct metric_point point;
	struct metric_chunk_reader reader;

	series->last_value = NAN;
	series->last_value_ms = 0;
	for (uint32_t i = series->n_chunks; i > 0 && isnan(series->last_value); i--) {
		metric_chunk_read(series->chunks[i - 1], &reader);
		while (metric_chunk_next(&reader, &point)) {
			bool is_kept = i > 1 || reader.n > series->n_dropped;

			if (!is_kept || isnan(point.value))
				continue;
			series->last_value = point.value;
			series->last_value_ms = point.at_ms;
		}
	}
}

static void forget_hours_after(struct metric_series *series, int64_t hour)
{
	if (series->newest_ms / HOUR_MS > hour)
		series->current = (struct metric_totals){ 0 };
	while (series->n_hours && series->hours[series->n_hours - 1].hour > hour)
		series->n_hours--;
	// The hour that it is now again goes on from what was known of it.
	if (series->n_hours && series->hours[series->n_hours - 1].hour == hour)
		series->current = series->hours[--series->n_hours].totals;
}

void metric_series_drop_after(struct metric_series *series, int64_t at_ms)
{
	struct metric_chunk *chunk;

	series->n_dropped = n_gone(series);
	series->floor_ms = INT64_MIN;
	while ((chunk = newest_chunk(series)) && metric_chunk_last_ms(chunk) > at_ms) {
		uint32_t n = metric_chunk_rank(chunk, at_ms, true);
		uint32_t kept_from = series->n_chunks == 1 ? series->n_dropped : 0;

		if (n > kept_from) {
			cut_chunk(series, chunk, n);
			continue;
		}
		series->n_points -= chunk->n;
		series->n_chunks--;
		metric_chunk_free(chunk);
	}
	if (!series->n_chunks)
		series->n_dropped = 0;
	series->is_sealed = true;
	forget_hours_after(series, at_ms / HOUR_MS);
	series->newest_ms = at_ms;
	find_last_value(series);
}

// ---- pushing

// The hour that is over joins those before it. Without memory the day is short of it; the points are not affected.
static void close_hour(struct metric_series *series, int64_t now)
{
	int32_t hour = (int32_t)(series->newest_ms / HOUR_MS);
	size_t n_old = 0;
	struct metric_hour *hours;

	while (n_old < series->n_hours && series->hours[n_old].hour <= now - METRIC_HOURS)
		n_old++;
	series->n_hours = (uint8_t)(series->n_hours - n_old);
	if (n_old)
		memmove(series->hours, series->hours + n_old, series->n_hours * sizeof *hours);
	if (!series->current.count)
		return;
	hours = mem_realloc(series->hours, (series->n_hours + 1U) * sizeof *hours);
	if (!hours)
		return;
	series->hours = hours;
	hours[series->n_hours++] = (struct metric_hour){ .hour = hour, .totals = series->current };
}

static void count_hour(struct metric_series *series, int64_t at_ms, double value)
{
	int64_t hour = at_ms / HOUR_MS;

	if (hour != series->newest_ms / HOUR_MS) {
		close_hour(series, hour);
		series->current = (struct metric_totals){ 0 };
	}
	metric_totals_add(&series->current, value);
}

// Whether the value can be written into the newest chunk as its values are, and its next row is at_ms, or can be.
static bool can_follow(const struct metric_series *series, const struct metric_chunk *chunk, int64_t at_ms,
		       double value)
{
	const struct metric_times *times = chunk->times;
	uint32_t row = (uint32_t)chunk->row + chunk->n;

	if (series->is_sealed || at_ms - times->base_ms > UINT32_MAX)
		return false;
	if (chunk->scale != METRIC_AS_DOUBLES ? !metric_can_be_written(value, chunk->scale)
					      : (series->wants_integers && !series->is_broken))
		return false;
	if (row == times->n)
		return times->n < METRIC_ROWS_MAX && times->last_ms <= at_ms;
	return row + 1U == times->n && times->last_ms == at_ms;
}

static int append_chunk(struct metric_series *series, struct metric_chunk *chunk)
{
	if (series->n_chunks == series->cap_chunks) {
		uint32_t cap = series->cap_chunks ? series->cap_chunks * 2 : 1;
		struct metric_chunk **chunks = mem_realloc(series->chunks, cap * sizeof(struct metric_chunk *));

		if (!chunks)
			return -ENOMEM;
		series->chunks = chunks;
		series->cap_chunks = cap;
	}
	series->chunks[series->n_chunks++] = chunk;
	return 0;
}

static struct metric_chunk *resize_newest(struct metric_series *series, size_t cap)
{
	struct metric_chunk *chunk = mem_realloc(newest_chunk(series), sizeof *chunk + cap);

	if (!chunk)
		return NULL;
	chunk->cap = (uint16_t)cap;
	series->chunks[series->n_chunks - 1] = chunk;
	return chunk;
}

// What its values are like only ever grows, so that few chunks end for it.
static void learn(struct metric_series *series, double value)
{
	int decimals = metric_decimals(value);

	if (decimals > METRIC_DECIMALS_MAX)
		series->is_broken = true;
	else if (decimals > series->decimals)
		series->decimals = (uint8_t)decimals;
	series->wants_integers |= !metric_is_short(value);
}

static uint8_t scale_for(struct metric_series *series, double value)
{
	int scale = METRIC_AS_INTEGERS + series->decimals;

	if (!series->wants_integers || series->is_broken)
		return METRIC_AS_DOUBLES;
	if (metric_can_be_written(value, scale))
		return (uint8_t)scale;
	series->is_broken = true; // so large that more decimals than its own are too many
	return METRIC_AS_DOUBLES;
}

static struct metric_chunk *begin_chunk(struct metric_series *series, struct metric_axes *axes, int64_t at_ms,
					double value)
{
	struct metric_times *times = metric_axes_join(axes, at_ms);
	struct metric_chunk *chunk = times ? mem_alloc(sizeof *chunk + METRIC_CODE_MAX) : NULL;

	if (!chunk) {
		metric_times_unref(times);
		return NULL;
	}
	*chunk = (struct metric_chunk){ .times = times,
					.row = (uint8_t)(times->n - 1),
					.cap = METRIC_CODE_MAX,
					.scale = scale_for(series, value) };
	if (newest_chunk(series)) // nothing is added to it: the room that is left over goes back
		resize_newest(series, (newest_chunk(series)->n_bits + 7U) / 8);
	if (append_chunk(series, chunk) < 0) {
		metric_chunk_free(chunk);
		return NULL;
	}
	series->code = METRIC_CODE_VALUES;
	series->last_word = 0;
	series->is_sealed = false;
	return chunk;
}

// The chunk that the point belongs to, its row there and with room for it.
static struct metric_chunk *chunk_for(struct metric_series *series, struct metric_axes *axes, int64_t at_ms,
				      double value)
{
	struct metric_chunk *chunk = newest_chunk(series);
	size_t needed;

	learn(series, value);
	if (!chunk || !can_follow(series, chunk, at_ms, value))
		return begin_chunk(series, axes, at_ms, value);
	needed = chunk->n_bits / 8U + METRIC_CODE_MAX;
	if (needed > chunk->cap) {
		chunk = resize_newest(series, needed + BYTES_STEP);
		if (!chunk)
			return NULL;
	}
	if (chunk->row + chunk->n == chunk->times->n && metric_times_append(chunk->times, at_ms) < 0)
		return NULL;
	return chunk;
}

int metric_series_push(struct metric_series *series, struct metric_axes *axes, int64_t at_ms, double value,
		       size_t max_points, int64_t retention_ms)
{
	double kept = metric_kept(value);
	struct metric_chunk *chunk = chunk_for(series, axes, at_ms, kept);

	if (!chunk)
		return -ENOMEM;
	series->last_word = metric_chunk_put(chunk, &series->code, series->last_word, kept);
	chunk->last_ms = (uint32_t)(at_ms - chunk->times->base_ms);
	metric_totals_add(&chunk->totals, value);
	count_hour(series, at_ms, value);
	series->newest_ms = at_ms;
	series->is_gap = isnan(value);
	if (!series->is_gap) {
		series->last_value = value;
		series->last_value_ms = at_ms;
	}
	series->n_points++;
	keep_newest(series, max_points);
	metric_series_drop_before(series, at_ms - retention_ms);
	return 0;
}

double metric_series_newest(const struct metric_series *series)
{
	return series->n_chunks && !series->is_gap ? series->last_value : NAN;
}

// ---- ranges

static size_t series_rank(const struct metric_series *series, int64_t at_ms, bool is_included)
{
	size_t gone = n_gone(series);
	size_t rank = 0;

	for (uint32_t i = 0; i < series->n_chunks; i++) {
		size_t in_chunk = metric_chunk_rank(series->chunks[i], at_ms, is_included);

		rank += in_chunk;
		if (in_chunk < series->chunks[i]->n)
			break;
	}
	return rank > gone ? rank - gone : 0;
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
	struct metric_point point;
	struct metric_chunk_reader reader;

	i += n_gone(series);
	for (uint32_t c = 0; c < series->n_chunks && written < n; c++) {
		const struct metric_chunk *chunk = series->chunks[c];

		if (i >= chunk->n) {
			i -= chunk->n;
			continue;
		}
		metric_chunk_read(chunk, &reader);
		while (written < n && metric_chunk_next(&reader, &point))
			if (reader.n > i)
				out[written++] = point;
		i = 0;
	}
	return written;
}

// ---- summaries

struct range {
	int64_t from_ms, to_ms;
	uint32_t n_gone;             // of the first chunk
	struct metric_totals totals; // so far, ...
	struct metric_point first;   // ... with the first value ...
	struct metric_point last;    // ... and the last one
	bool has_newest;             // that one is the newest of all, which is known without reading
};

static bool has_whole_chunk(const struct range *range, const struct metric_chunk *chunk)
{
	struct metric_times_reader reader;

	if (range->n_gone || metric_chunk_last_ms(chunk) > range->to_ms)
		return false;
	metric_times_read(chunk->times, chunk->row, &reader);
	return reader.at_ms >= range->from_ms;
}

// The values of a chunk that lie in the range; `totals` may be NULL.
static void read_range(const struct metric_chunk *chunk, struct range *range, struct metric_totals *totals)
{
	struct metric_point point;
	struct metric_chunk_reader reader;

	metric_chunk_read(chunk, &reader);
	while (metric_chunk_next(&reader, &point)) {
		bool is_in = reader.n > range->n_gone && point.at_ms >= range->from_ms && point.at_ms <= range->to_ms;

		if (!is_in || isnan(point.value))
			continue;
		if (isnan(range->first.value))
			range->first = point;
		range->last = point;
		if (totals)
			metric_totals_add(totals, point.value);
		else if (range->has_newest)
			return;
	}
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

/* Whole chunks are taken by their totals. Only the first one with a value and the last are read for that value all the
 * same, and the last not when the newest value of all is in the range.
 */
static void sum_up(const struct metric_series *series, struct range *range)
{
	const struct metric_chunk *unread = NULL;

	range->has_newest = series->last_value_ms >= range->from_ms && series->last_value_ms <= range->to_ms;
	for (uint32_t i = 0; i < series->n_chunks; i++) {
		const struct metric_chunk *chunk = series->chunks[i];

		range->n_gone = i == 0 ? n_gone(series) : 0;
		if (metric_chunk_last_ms(chunk) < range->from_ms)
			continue;
		if (!has_whole_chunk(range, chunk)) {
			uint32_t before = range->totals.count;

			read_range(chunk, range, &range->totals);
			if (range->totals.count > before)
				unread = NULL;
			continue;
		}
		metric_totals_merge(&range->totals, &chunk->totals);
		if (!chunk->totals.count)
			continue;
		if (isnan(range->first.value))
			read_range(chunk, range, NULL);
		else
			unread = chunk;
	}
	range->n_gone = 0;
	if (range->has_newest)
		range->last = (struct metric_point){ series->last_value_ms, series->last_value };
	else if (unread)
		read_range(unread, range, NULL);
}

void metric_series_summary(const struct metric_series *series, int64_t from_ms, int64_t to_ms,
			   struct series_summary *out)
{
	struct range range = {
		.from_ms = from_ms, .to_ms = to_ms, .first = { .value = NAN }, .last = { .value = NAN }
	};

	sum_up(series, &range);
	summary_of(&range.totals, out);
	if (!range.totals.count)
		return;
	out->first_ms = range.first.at_ms;
	out->last_ms = range.last.at_ms;
	out->last = range.last.value;
}

void metric_series_day(const struct metric_series *series, int64_t now_ms, struct series_summary *out)
{
	int64_t newest = now_ms / HOUR_MS;
	int64_t oldest = newest - METRIC_HOURS + 1;
	int64_t first = newest;
	struct metric_totals totals = { 0 };

	for (uint32_t i = 0; i <= series->n_hours; i++) {
		bool is_current = i == series->n_hours;
		int64_t hour = is_current ? series->newest_ms / HOUR_MS : series->hours[i].hour;
		const struct metric_totals *of_hour = is_current ? &series->current : &series->hours[i].totals;

		if (!of_hour->count || hour < oldest || hour > newest)
			continue;
		metric_totals_merge(&totals, of_hour);
		if (hour < first)
			first = hour;
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
	size_t bytes = sizeof *series + series->cap_chunks * sizeof(struct metric_chunk *) +
		       series->n_hours * sizeof *series->hours;

	for (uint32_t i = 0; i < series->n_chunks; i++)
		bytes += sizeof(struct metric_chunk) + series->chunks[i]->cap +
			 metric_times_share(series->chunks[i]->times);
	return bytes;
}
