// SPDX-License-Identifier: Apache-2.0
#include "screen/frame.h"

#include <string.h>

#include "screen/canvas_grid.h"

int frame_forget(struct canvas *shown, int width, int height)
{
	int err = canvas_resize(shown, width, height);

	if (!err)
		memset(shown->grid->cells, 0xff, (size_t)width * (size_t)height * sizeof(struct cell));
	return err;
}

void frame_remember_row(struct canvas *shown, const struct canvas *canvas, int y)
{
	memcpy(&shown->grid->cells[(size_t)y * (size_t)shown->width], canvas_cell(canvas, 0, y),
	       (size_t)canvas->width * sizeof(struct cell));
}

int frame_remember_clusters(struct canvas *shown, const struct canvas *canvas)
{
	const struct bytes *clusters = &canvas->grid->clusters;

	bytes_reset(&shown->grid->clusters);
	return clusters->len ? bytes_add(&shown->grid->clusters, clusters->data, clusters->len) : 0;
}

bool frame_has_same_clusters(const struct canvas *shown, const struct canvas *canvas)
{
	const struct bytes *a = &shown->grid->clusters, *b = &canvas->grid->clusters;

	return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

bool frame_row_is_equal(const struct canvas *shown, const struct canvas *canvas, int y)
{
	return memcmp(canvas_cell(shown, 0, y), canvas_cell(canvas, 0, y),
		      (size_t)canvas->width * sizeof(struct cell)) == 0;
}

static bool is_cluster(const struct canvas *canvas, const struct cell *cell)
{
	return cell->glyph >= CELL_CLUSTER && cell->glyph - CELL_CLUSTER < canvas->grid->clusters.len;
}

static const char *cluster_of(const struct canvas *canvas, const struct cell *cell)
{
	return canvas->grid->clusters.data + (cell->glyph - CELL_CLUSTER);
}

bool frame_is_same(const struct canvas *shown, const struct canvas *canvas, int x, int y)
{
	const struct cell *old = canvas_cell(shown, x, y), *new = canvas_cell(canvas, x, y);

	if (old->style != new->style || old->width != new->width)
		return false;
	if (is_cluster(shown, old) && is_cluster(canvas, new))
		return strcmp(cluster_of(shown, old), cluster_of(canvas, new)) == 0;
	return old->glyph == new->glyph;
}

int frame_next_change(const struct canvas *shown, const struct canvas *canvas, int x, int y, bool is_comparable)
{
	const struct cell *old = canvas_cell(shown, 0, y), *new = canvas_cell(canvas, 0, y);

	for (; x < canvas->width; x++)
		if (!(is_comparable && memcmp(&old[x], &new[x], sizeof *old) == 0) &&
		    !frame_is_same(shown, canvas, x, y))
			break;
	return x;
}

void frame_wide_text(const struct canvas *canvas, const struct cell *cell, wchar_t out[FRAME_WIDE_MAX + 1])
{
	char text[64];
	const char *bytes = text;
	mbstate_t state = { 0 };
	size_t used;
	int n = 0;

	if (cell->glyph < 0x80) {
		out[0] = (wchar_t)cell->glyph;
		out[1] = L'\0';
		return;
	}
	canvas_cell_text(canvas, cell, text, sizeof text);
	while (n < FRAME_WIDE_MAX && *bytes) {
		used = mbrtowc(&out[n], bytes, sizeof text, &state);
		if (used == 0 || used >= sizeof text)
			break;
		bytes += used;
		if (n == 0 || wcwidth(out[n]) == 0) // a mark that the C library does not know is left out
			n++;
	}
	out[n] = L'\0';
	if (n == 0 || wcwidth(out[0]) != cell->width) {
		out[0] = cell->width == 2 ? 0xff1f : L'?'; // U+FF1F: a question mark two cells wide
		out[1] = L'\0';
	}
}
