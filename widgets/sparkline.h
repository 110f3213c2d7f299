#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A sparkline: points with times become dots in a row of cells.
 *
 * The window is cut into equal buckets of time, one for each dot column. Buckets are aligned to the clock, not to the
 * window, so a picture that ages moves by whole columns and is otherwise the same cells. Several points in one bucket
 * are kept as their maximum, minimum or mean.
 *
 * A bucket without points is bridged when its neighbours are no further apart than samples usually are (twice and a
 * half the median distance); otherwise, and where a value is NaN or infinite, there is a gap, never a held line. A flat
 * series stands at mid-height, one of zeros at the bottom, and fewer than two values draw nothing.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "opscon/canvas.h"
#include "opscon/metric.h"

enum sparkline_mode {
	SPARKLINE_BRAILLE, // 2x4 dots a cell
	SPARKLINE_BLOCKS,  // 8 levels a cell
	SPARKLINE_ASCII,   // 8 characters by weight in one row, 3 levels a cell in several
};

enum sparkline_keep { SPARKLINE_MAX, SPARKLINE_MIN, SPARKLINE_MEAN };

struct sparkline_scale {
	double low, high; // high <= low: flat
};

enum { SPARKLINE_COLUMNS_MAX = 1024 };

enum sparkline_mode sparkline_mode_for(const struct canvas *canvas); // ASCII on an ASCII canvas, else braille
int sparkline_dots_per_cell(enum sparkline_mode mode);               // columns in one cell: 2 or 1

/* Sorts points, oldest first, into n_columns (at most SPARKLINE_COLUMNS_MAX) buckets of which the last per_cell hold
 * `to_ms`: so many stand in one cell and stay together, and those of the newest one may lie ahead. Columns without a
 * value are NaN. Returns how many values went in, bridges not counted.
 */
size_t sparkline_columns(const struct metric_point *points, size_t n, int64_t from_ms, int64_t to_ms,
			 enum sparkline_keep keep, double *columns, size_t n_columns, int per_cell);

// The column that a time falls into; below 0 or from n_columns on when it is outside. 0 < n_columns, from_ms < to_ms.
int64_t sparkline_column_of(int64_t at_ms, int64_t from_ms, int64_t to_ms, size_t n_columns, int per_cell);

// So much later the columns of a window that moves with the time stand for other times, and no sooner; more than 0.
int64_t sparkline_lasts_ms(int64_t from_ms, int64_t to_ms, size_t n_columns, int per_cell);

// The least and the greatest of the columns; false when there is none.
bool sparkline_fit(const double *columns, size_t n, struct sparkline_scale *out);

// The level of a finite value among n_levels, from 1; values outside the scale are held at its ends.
int sparkline_level(double value, const struct sparkline_scale *scale, int n_levels);

struct sparkline_picture {
	const double *columns; // borrowed
	size_t n_columns;
	const uint16_t *levels; // borrowed: of the columns, when it is no line; NULL: each cell works out its own
	struct sparkline_scale scale;
	enum sparkline_mode mode;
	bool is_line; // a line (braille and ASCII); else filled down to the bottom
	int height;   // in cells
};

// What stands in cell (x, y) of the picture, y counted from the top; a space where nothing does.
uint32_t sparkline_cell(const struct sparkline_picture *picture, int x, int y);

/* Draws the filled picture of the window with its own least and greatest value as scale; a bucket keeps its maximum, so
 * that no peak is lost. Returns the cells that show something: 0 when there were fewer than two values.
 */
int sparkline_draw(struct canvas *canvas, int x, int y, int width, int height, const struct metric_point *points,
		   size_t n, int64_t from_ms, int64_t to_ms, style_t style, enum sparkline_mode mode);

// The same, keeping minimum or mean instead.
int sparkline_draw_keeping(struct canvas *canvas, int x, int y, int width, int height,
			   const struct metric_point *points, size_t n, int64_t from_ms, int64_t to_ms, style_t style,
			   enum sparkline_mode mode, enum sparkline_keep keep);
