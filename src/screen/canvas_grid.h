#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What stands behind a canvas: for canvas*.c and for the terminal that compares two frames, not for widgets.
 *
 * `glyph` of a cell names a cluster as CELL_CLUSTER + its offset in `clusters`. The table belongs to one frame:
 * clearing the whole canvas empties it, so equal offsets in two grids need not be equal text.
 */
#include <stdbool.h>

#include "base/strbuf.h"
#include "opscon/canvas.h"
#include "text/text.h"

enum {
	CLUSTERS_MAX = 1 << 20, // bytes of clusters; past it marks are dropped from their base
	CLUSTERS_MANY = 1 << 16 // more than a few frames have: some of them are not shown any more
};

struct canvas_grid {
	struct cell *cells; // owned, row by row
	int width, height;
	struct bytes clusters; // terminated texts one after another
	const void *signed_by; // NULL: nobody
};

// Puts one cluster, cut by the window.
void canvas_put(struct canvas *canvas, int x, int y, const struct text_cluster *cluster, style_t style);

// Puts one code point of known width (1 or 2), cut by the window.
void canvas_put_glyph(struct canvas *canvas, int x, int y, uint32_t glyph, int width, style_t style);

// Puts characters of one cell and one byte each, cut by the window.
void canvas_put_ascii(struct canvas *canvas, int x, int y, const char *text, int n, style_t style);

// What stands for a code point where only ASCII can be shown: '?' when nothing is alike. ASCII stands for itself.
char glyph_ascii(uint32_t codepoint);

// The letter of a role in a dump; see canvas_dump() in opscon/canvas.h.
char style_letter(style_t style);
