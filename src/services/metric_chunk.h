#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A chunk of a kept series: up to METRIC_ROWS_MAX values at rows of a run of times. Used by metric_series.c alone. */
#include <stdbool.h>
#include <stdint.h>

#include "opscon/metric.h"
#include "services/metric_times.h"

enum { METRIC_KEPT_BITS = 16 };

struct metric_totals {
	uint32_t count; // values; gaps are not counted
	double sum, min, max;
};

void metric_totals_add(struct metric_totals *totals, double value);
void metric_totals_merge(struct metric_totals *totals, const struct metric_totals *other);

struct metric_chunk {
	struct metric_times *times;  // a reference
	struct metric_totals totals; // of all of [0, n), as they were before metric_kept()
	uint32_t last_ms;            // since the first row of `times`
	uint16_t n_bits, n, cap;     // n: points; cap: bytes
	uint8_t row;                 // of `times`: the first one
	uint8_t scale;               // how values are written
	uint8_t bytes[];
};

enum {
	METRIC_DECIMALS_MAX = 3,
	METRIC_AS_DOUBLES = 0,  // scale: by the bits of the doubles
	METRIC_AS_INTEGERS = 1, // plus decimals: as many whole units of the last one
};

double metric_kept(double value);   // what is kept of a value: see metric_series.h
bool metric_is_short(double value); // as short by its bits as it would be otherwise
int metric_decimals(double value);  // the fewest that say it; 0 of a gap or an infinity, METRIC_DECIMALS_MAX + 1: none
bool metric_can_be_written(double value, int scale); // so that it comes out as it is

// Writes a value that metric_kept() gave, and that the scale allows; there must be room. Returns what the next one is
// written against.
uint64_t metric_chunk_put(struct metric_chunk *chunk, struct metric_code *code, uint64_t before, double value);
void metric_chunk_free(struct metric_chunk *chunk);

static inline int64_t metric_chunk_last_ms(const struct metric_chunk *chunk)
{
	return chunk->times->base_ms + chunk->last_ms;
}

// How many of its points are before at_ms, or up to and including it.
uint32_t metric_chunk_rank(const struct metric_chunk *chunk, int64_t at_ms, bool is_included);

struct metric_chunk_reader {
	const struct metric_chunk *chunk; // borrowed
	struct metric_times_reader times;
	uint32_t at_bit, n; // n: points read
	struct metric_code code;
	uint64_t bits;
};

void metric_chunk_read(const struct metric_chunk *chunk, struct metric_chunk_reader *reader);
bool metric_chunk_next(struct metric_chunk_reader *reader, struct metric_point *out); // false: there are no more
