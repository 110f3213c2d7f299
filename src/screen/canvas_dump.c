// SPDX-License-Identifier: Apache-2.0
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "screen/canvas_grid.h"

enum dump_block { DUMP_TEXT, DUMP_ROLES, DUMP_FLAGS };

static char role_letter(const struct cell *cell)
{
	char letter = style_letter(cell->style);

	if (cell->glyph == ' ' && cell->style == STYLE_TEXT)
		return ' ';
	return cell->style & STYLE_BOLD ? (char)toupper((unsigned char)letter) : letter;
}

static char flag_letter(const struct cell *cell)
{
	unsigned flags = cell->style & (STYLE_DIM | STYLE_UNDERLINE | STYLE_REVERSE | STYLE_SELECTED);

	switch (flags) {
	case 0:
		return cell->glyph == ' ' ? ' ' : '.';
	case STYLE_DIM:
		return 'd';
	case STYLE_UNDERLINE:
		return 'u';
	case STYLE_REVERSE:
		return 'r';
	case STYLE_SELECTED:
		return 's';
	default:
		return '+';
	}
}

static int dump_cell(const struct canvas *canvas, const struct cell *cell, enum dump_block block, struct bytes *out)
{
	char text[64];
	size_t n = 1;

	if (block == DUMP_TEXT)
		n = canvas_cell_text(canvas, cell, text, sizeof text);
	else
		text[0] = block == DUMP_ROLES ? role_letter(cell) : flag_letter(cell);
	return bytes_add(out, text, n);
}

static int dump_block(const struct canvas *canvas, enum dump_block block, struct bytes *out)
{
	int err = 0;

	for (int y = 0; y < canvas->height && !err; y++) {
		size_t start = out->len;

		for (int x = 0; x < canvas->width && !err; x++)
			err = dump_cell(canvas, canvas_cell(canvas, x, y), block, out);
		while (out->len > start && out->data[out->len - 1] == ' ')
			out->data[--out->len] = '\0';
		if (!err)
			err = bytes_add(out, "\n", 1);
	}
	return err;
}

static bool has_flags(const struct canvas *canvas)
{
	for (int y = 0; y < canvas->height; y++)
		for (int x = 0; x < canvas->width; x++)
			if (canvas_cell(canvas, x, y)->style & 0xff00 & ~STYLE_BOLD)
				return true;
	return false;
}

int canvas_dump(const struct canvas *canvas, bool with_styles, struct bytes *out)
{
	int err = dump_block(canvas, DUMP_TEXT, out);

	if (err || !with_styles)
		return err;
	err = bytes_addf(out, "---\n");
	if (!err)
		err = dump_block(canvas, DUMP_ROLES, out);
	if (err || !has_flags(canvas))
		return err;
	err = bytes_addf(out, "---\n");
	return err ? err : dump_block(canvas, DUMP_FLAGS, out);
}
