#pragma once
// SPDX-License-Identifier: Apache-2.0
// A terminal that is read by another process, so that only the writing is ours, and the patterns of changed cells.
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

enum { FRAME_COLUMNS = 200, FRAME_ROWS = 50, FRAME_CELLS = FRAME_COLUMNS * FRAME_ROWS };

struct drained {
	FILE *tty;
	pid_t reader;
	volatile uint64_t *n_bytes; // shared with the reader
};

void drained_open(struct drained *drained); // ends the program with a word when it cannot
void drained_close(struct drained *drained);

// Bytes so far, once the reader has had all that was written.
uint64_t drained_bytes(const struct drained *drained);

struct frame_pattern {
	const char *key;
	size_t n_cells;
	size_t run; // cells beside each other
};

extern const struct frame_pattern frame_patterns[];
extern const size_t frame_n_patterns;

// The place of the i-th changed cell of a pattern; the same ones in every frame.
size_t frame_cell(const struct frame_pattern *pattern, size_t i);

double cpu_us(void); // of this thread
