// SPDX-License-Identifier: Apache-2.0
#include "services/metric_chunk.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"

static uint64_t bits_of(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof bits);
	return bits;
}

static double value_of(uint64_t bits)
{
	double value;

	memcpy(&value, &bits, sizeof value);
	return value;
}

// No more than 32 significant bits.
bool metric_is_short(double value)
{
	return (bits_of(value) & ((UINT64_C(1) << 21) - 1)) == 0;
}

static const double units[METRIC_DECIMALS_MAX + 1] = { 1, 10, 100, 1000 };

static bool has_decimals(double value, int decimals)
{
	double scaled = nearbyint(value * units[decimals]);

	return !isfinite(value) || (fabs(scaled) < 0x1p52 && scaled / units[decimals] == value);
}

int metric_decimals(double value)
{
	int decimals = 0;

	if (!has_decimals(value, METRIC_DECIMALS_MAX)) // nor with less, or too large
		return METRIC_DECIMALS_MAX + 1;
	while (!has_decimals(value, decimals))
		decimals++;
	return decimals;
}

bool metric_can_be_written(double value, int scale)
{
	return scale == METRIC_AS_DOUBLES || has_decimals(value, scale - METRIC_AS_INTEGERS);
}

double metric_kept(double value)
{
	enum { CUT = 53 - METRIC_KEPT_BITS };

	if (isnan(value))
		return NAN; // one gap is like another
	if (metric_is_short(value) || has_decimals(value, METRIC_DECIMALS_MAX) ||
	    !(fabs(value) > 0x1p-1000 && fabs(value) < 0x1p1000))
		return value; // the last: digits of another meaning, and no infinity of a number
	return value_of((bits_of(value) + (UINT64_C(1) << (CUT - 1))) >> CUT << CUT);
}

/* What is written of a value. Gaps, infinities and -0 are no integers: their bits are, of 2^52 and more, which no value
 * that is written as an integer comes to.
 */
static uint64_t word_of(double value, int scale)
{
	if (scale == METRIC_AS_DOUBLES || !isfinite(value) || (value == 0 && signbit(value)))
		return bits_of(value);
	return (uint64_t)(int64_t)nearbyint(value * units[scale - METRIC_AS_INTEGERS]);
}

uint64_t metric_chunk_put(struct metric_chunk *chunk, struct metric_code *code, uint64_t before, double value)
{
	uint64_t word = word_of(value, chunk->scale);

	chunk->n_bits = (uint16_t)metric_value_put(chunk->bytes, chunk->n_bits, code, before, word);
	chunk->n++;
	return word;
}

static double value_of_word(uint64_t word, int scale)
{
	int64_t number = (int64_t)word;

	if (scale == METRIC_AS_DOUBLES || number >= INT64_C(1) << 52 || number <= -(INT64_C(1) << 52))
		return value_of(word);
	return (double)number / units[scale - METRIC_AS_INTEGERS];
}

void metric_totals_add(struct metric_totals *totals, double value)
{
	if (isnan(value))
		return;
	totals->min = totals->count ? fmin(totals->min, value) : value;
	totals->max = totals->count ? fmax(totals->max, value) : value;
	totals->sum += value;
	totals->count++;
}

void metric_totals_merge(struct metric_totals *totals, const struct metric_totals *other)
{
	if (!other->count)
		return;
	totals->min = totals->count ? fmin(totals->min, other->min) : other->min;
	totals->max = totals->count ? fmax(totals->max, other->max) : other->max;
	totals->sum += other->sum;
	totals->count += other->count;
}

void metric_chunk_read(const struct metric_chunk *chunk, struct metric_chunk_reader *reader)
{
	*reader = (struct metric_chunk_reader){ .chunk = chunk, .code = METRIC_CODE_VALUES };
	metric_times_read(chunk->times, chunk->row, &reader->times);
}

bool metric_chunk_next(struct metric_chunk_reader *reader, struct metric_point *out)
{
	if (reader->n == reader->chunk->n)
		return false;
	if (reader->n++)
		metric_times_next(&reader->times);
	reader->at_bit = metric_value_get(reader->chunk->bytes, reader->at_bit, &reader->code, &reader->bits);
	*out = (struct metric_point){ .at_ms = reader->times.at_ms,
				      .value = value_of_word(reader->bits, reader->chunk->scale) };
	return true;
}

uint32_t metric_chunk_rank(const struct metric_chunk *chunk, int64_t at_ms, bool is_included)
{
	struct metric_times_reader reader;
	uint32_t rank = 0;

	if (metric_chunk_last_ms(chunk) < at_ms || (is_included && metric_chunk_last_ms(chunk) == at_ms))
		return chunk->n;
	metric_times_read(chunk->times, chunk->row, &reader);
	while (reader.at_ms < at_ms || (is_included && reader.at_ms == at_ms)) { // ends: the last one is not
		rank++;
		metric_times_next(&reader);
	}
	return rank;
}

void metric_chunk_free(struct metric_chunk *chunk)
{
	metric_times_unref(chunk->times);
	mem_free(chunk);
}
