// SPDX-License-Identifier: Apache-2.0
#include "widgets/list.h"

size_t list_first_shown(size_t top, size_t cursor, size_t n, size_t n_rows)
{
	if (n_rows == 0 || n <= n_rows)
		return 0;
	if (cursor >= n)
		cursor = n - 1;
	if (top > cursor)
		top = cursor;
	if (cursor - top >= n_rows)
		top = cursor - n_rows + 1;
	return top > n - n_rows ? n - n_rows : top;
}

void list_mark_cursor(struct canvas *canvas, int y, bool is_focused)
{
	canvas_glyph(canvas, 0, y, canvas_named_glyph(canvas, GLYPH_CURSOR), is_focused ? STYLE_PRIMARY : STYLE_FAINT);
	if (is_focused)
		canvas_restyle(canvas, 0, y, canvas->width, 1, STYLE_SELECTED);
}
