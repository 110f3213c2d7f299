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
static bool is_short(double value)
{
	return (bits_of(value) & ((UINT64_C(1) << 21) - 1)) == 0;
}

bool metric_is_thousandth(double value)
{
	double scaled = nearbyint(value * 1000);

	return !isfinite(value) || (fabs(scaled) < 0x1p52 && scaled / 1000 == value);
}

bool metric_wants_thousandths(double value)
{
	return !is_short(value) && metric_is_thousandth(value);
}

double metric_kept(double value)
{
	enum { CUT = 53 - METRIC_KEPT_BITS };

	if (isnan(value))
		return NAN; // one gap is like another
	if (is_short(value) || metric_is_thousandth(value) || !(fabs(value) > 0x1p-1000 && fabs(value) < 0x1p1000))
		return value; // the last: digits of another meaning, and no infinity of a number
	return value_of((bits_of(value) + (UINT64_C(1) << (CUT - 1))) >> CUT << CUT);
}

// What is written of a value: gaps and infinities are the same thousandfold.
static uint64_t word_of(double value, bool is_scaled)
{
	return bits_of(is_scaled && isfinite(value) ? nearbyint(value * 1000) : value);
}

uint64_t metric_chunk_put(struct metric_chunk *chunk, struct metric_code *code, uint64_t before, double value)
{
	uint64_t word = word_of(value, chunk->is_scaled);

	chunk->n_bits = (uint16_t)metric_value_put(chunk->bytes, chunk->n_bits, code, before, word);
	chunk->n++;
	return word;
}

static double value_of_word(uint64_t word, bool is_scaled)
{
	double value = value_of(word);

	return is_scaled && isfinite(value) ? value / 1000 : value;
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
				      .value = value_of_word(reader->bits, reader->chunk->is_scaled) };
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
