#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A canvas: cells to draw on, no terminal in sight.
 *
 * A `struct canvas` is a window on a grid: its own (canvas_create) or a part of another's (canvas_part). Drawing
 * outside is cut silently; a wide character that would be cut in half leaves a space. Text must be sanitised UTF-8
 * (text/text.h). Cells are 8 bytes, so comparing two grids is comparing words: a single code point stands in `glyph`
 * itself, a cluster with combining marks stands in the grid's table. Clearing the whole canvas empties that
 * table.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "opscon/style.h"

struct cell {
	uint32_t glyph; // a code point; 0: right half of a wide character; >= CELL_CLUSTER: a cluster of the table
	style_t style;
	uint8_t width; // 1 or 2; 0 for a right half
	uint8_t unused;
};

enum { CELL_CLUSTER = 0x200000 };

struct canvas_grid; // owner of cells and clusters

struct canvas {
	// Borrowed, but for the canvas that canvas_create() made. A canvas without any and without height takes all
	// drawing and keeps none: for measuring.
	struct canvas_grid *grid;
	int x, y;          // of this window in the grid
	int width, height; // may be 0
	bool is_ascii;     // draw ASCII glyphs only
};

int canvas_create(int width, int height, bool is_ascii, struct canvas *out); // 0 or -ENOMEM; filled with spaces
void canvas_destroy(struct canvas *canvas);                                  // only of a created one
int canvas_resize(struct canvas *canvas, int width, int height);             // of a created one; cleared. 0 or -ENOMEM

// Whose drawing is on a created canvas: a mark that lasts until it is resized or cleared as a whole. False as well when
// so many clusters were drawn one over another that it is time to begin anew.
void canvas_sign(struct canvas *canvas, const void *by);
bool canvas_is_signed(const struct canvas *canvas, const void *by);

// A window inside `of`; what lies outside is cut, so the part begins at the first cell that is inside.
struct canvas canvas_part(const struct canvas *of, int x, int y, int width, int height);

void canvas_clear(struct canvas *canvas, style_t style);
void canvas_fill(struct canvas *canvas, int x, int y, int width, int height, uint32_t glyph, style_t style);

/* Draws one line of text from (x, y) in at most `width` cells (negative: to the edge). What does not fit ends in an
 * ellipsis (… or ~). Returns the cells used.
 */
int canvas_text(struct canvas *canvas, int x, int y, int width, style_t style, const char *text);
int canvas_textf(struct canvas *canvas, int x, int y, int width, style_t style, const char *format, ...)
	__attribute__((format(printf, 6, 7)));
int canvas_text_right(struct canvas *canvas, int x, int y, int width, style_t style,
		      const char *text); // flush right in width
void canvas_glyph(struct canvas *canvas, int x, int y, uint32_t glyph, style_t style);
void canvas_restyle(struct canvas *canvas, int x, int y, int width, int height, style_t flags); // adds flags

// Box drawing, ASCII where asked. The title stands in the top line.
void canvas_box(struct canvas *canvas, style_t border, const char *title, style_t title_style);
void canvas_hline(struct canvas *canvas, int x, int y, int width, style_t style);

/* A row of cells as they stand, to be put there again: n > 0 of them from (x, y) on, which must be inside. False when
 * they mean nothing elsewhere: one is a cluster of this canvas, or half of a wide character.
 */
bool canvas_take_cells(const struct canvas *canvas, int x, int y, int n, struct cell *out);
void canvas_put_cells(struct canvas *canvas, int x, int y, int n, const struct cell *cells); // must be inside as well

// Reading back, for tests and the terminal.
const struct cell *canvas_cell(const struct canvas *canvas, int x, int y); // NULL outside
size_t canvas_cell_text(const struct canvas *canvas, const struct cell *cell, char *out,
			size_t size); // UTF-8, terminated

/* The whole window as text, lines ended by \n, trailing spaces removed. With styles a line "---" and a second block
 * follow, one letter a cell for its role, upper case when bold (a plain space shows as one):
 *
 *   a text   m muted   f faint   - border   t title   p primary  s secondary
 *   g ok     w warn    b bad     i info     u unknown
 *   h header c cursor  k key     l chart    1 2 3 4 environments prod, staging, dev, other      d demo
 *
 * and, when any other flag is used, "---" and a third: d dim, u underline, r reverse, s selected, + several, . none.
 */
struct bytes;
int canvas_dump(const struct canvas *canvas, bool with_styles, struct bytes *out); // 0, -ENOMEM, -EMSGSIZE

// Named glyphs with an ASCII form each.
enum glyph {
	GLYPH_OK,           // ● or o
	GLYPH_WARN,         // ▲ or !
	GLYPH_BAD,          // ✖ or X
	GLYPH_INFO,         // ◆ or i
	GLYPH_UNKNOWN,      // ○ or ?
	GLYPH_UNRECOGNISED, // ◌ or -
	GLYPH_UP,           // ↑ or ^
	GLYPH_DOWN,         // ↓ or v
	GLYPH_FLAT,         // → or >
	GLYPH_DONE,         // ✓ or +
	GLYPH_CURRENT,      // ▶ or *
	GLYPH_PENDING,      // ○ or .
	GLYPH_ERROR,        // ✕ or x
	GLYPH_SKIPPED,      // ⊘ or -
	GLYPH_CHECKED,      // ☑ or x
	GLYPH_UNCHECKED,    // ☐ or .
	GLYPH_RADIO_ON,     // ◉ or *
	GLYPH_RADIO_OFF,    // ○ or .
	GLYPH_SORT_ASC,     // ▲ or ^
	GLYPH_SORT_DESC,    // ▼ or v
	GLYPH_CURSOR,       // ▌ or >
	GLYPH_ELLIPSIS,     // … or ~
	GLYPH_BULLET,       // · or .
	GLYPH_COUNT,
};
uint32_t canvas_named_glyph(const struct canvas *canvas, enum glyph glyph);
enum glyph glyph_of_status(enum status status); // of its group; GLYPH_UNRECOGNISED for anything else
