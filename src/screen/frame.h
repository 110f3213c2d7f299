#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The frame that the terminal shows, kept to compare the next one with. */
#include <stdbool.h>
#include <wchar.h>

#include "opscon/canvas.h"

// Nothing is known of what stands there: every cell of `shown`, a created canvas, differs from any that can be drawn.
int frame_forget(struct canvas *shown, int width, int height); // 0 or -ENOMEM

// `canvas` is shown now, that row of it; and what its clusters are. Both are of one size. 0 or -ENOMEM.
void frame_remember_row(struct canvas *shown, const struct canvas *canvas, int y);
int frame_remember_clusters(struct canvas *shown, const struct canvas *canvas);

// True when equal cells mean equal text: both have the same table of clusters.
bool frame_has_same_clusters(const struct canvas *shown, const struct canvas *canvas);

// True when every cell of the row is equal, which is quick to see.
bool frame_row_is_equal(const struct canvas *shown, const struct canvas *canvas, int y);

// True when the cell shows alike in both.
bool frame_is_same(const struct canvas *shown, const struct canvas *canvas, int x, int y);

enum { FRAME_WIDE_MAX = 5 }; // a base and four marks

// The first cell of the row from x on that shows another way; the width when there is none. `is_comparable`: what
// frame_has_same_clusters() said.
int frame_next_change(const struct canvas *shown, const struct canvas *canvas, int x, int y, bool is_comparable);

/* A cell as wide characters of the locale. Where the C library measures another width than the canvas did, the columns
 * after it would shift: such a character is shown as a question mark of the right width.
 */
void frame_wide_text(const struct canvas *canvas, const struct cell *cell, wchar_t out[FRAME_WIDE_MAX + 1]);
