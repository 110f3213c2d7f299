#pragma once
// SPDX-License-Identifier: Apache-2.0
/* When points were taken: a run of up to METRIC_ROWS_MAX times, written once for all series of an agent that were read
 * together. Each time is written as how much the step to it differs from the step before (metric_bits.h).
 *
 * A run is shared by reference count and only ever grows, so a series that stops following it keeps its rows.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "services/metric_bits.h"

enum { METRIC_ROWS_MAX = 256 };

struct metric_times {
	uint32_t refs;
	uint32_t n_bits;
	uint16_t n, cap; // rows; bytes
	struct metric_code code;
	int64_t base_ms, last_ms, step_ms;
	uint8_t *bytes; // owned
};

struct metric_times *metric_times_new(int64_t at_ms); // one row, one reference; NULL for want of memory
struct metric_times *metric_times_ref(struct metric_times *times);
void metric_times_unref(struct metric_times *times); // NULL is fine

// at_ms is not before the last one. 0; -ENOSPC when the run is full; -ENOMEM.
int metric_times_append(struct metric_times *times, int64_t at_ms);
size_t metric_times_share(const struct metric_times *times); // bytes a reference

struct metric_times_reader {
	const struct metric_times *times; // borrowed
	uint32_t at_bit;
	struct metric_code code;
	int64_t at_ms, step_ms;
};

// Stands at row `row`, which costs as much as there are rows before it; reader->at_ms is its time.
void metric_times_read(const struct metric_times *times, size_t row, struct metric_times_reader *reader);
void metric_times_next(struct metric_times_reader *reader); // to the next row, which must be there

// Runs that the points of an agent may share: of those that are read together all but the first find theirs here.
struct metric_axes {
	struct metric_times *recent[2]; // references; NULL: none
};

// A reference to a run that ends with at_ms: one that is there, or a new one. NULL for want of memory.
struct metric_times *metric_axes_join(struct metric_axes *axes, int64_t at_ms);
void metric_axes_finish(struct metric_axes *axes);
size_t metric_axes_memory(const struct metric_axes *axes); // bytes; of each run its share
