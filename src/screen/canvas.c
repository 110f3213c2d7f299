// SPDX-License-Identifier: Apache-2.0
#include "screen/canvas_grid.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"

static const struct cell blank = { .glyph = ' ', .width = 1 };

static void grid_free(struct canvas_grid *grid)
{
	if (!grid)
		return;
	bytes_finish(&grid->clusters);
	mem_free(grid->cells);
	mem_free(grid);
}

static size_t grid_size(int width, int height)
{
	return (size_t)width * (size_t)height;
}

int canvas_create(int width, int height, bool is_ascii, struct canvas *out)
{
	struct canvas canvas = { .is_ascii = is_ascii };
	int err;

	canvas.grid = mem_calloc(1, sizeof *canvas.grid);
	if (!canvas.grid)
		return -ENOMEM;
	bytes_init(&canvas.grid->clusters, CLUSTERS_MAX);
	err = canvas_resize(&canvas, width, height);
	if (err) {
		grid_free(canvas.grid);
		return err;
	}
	*out = canvas;
	return 0;
}

void canvas_destroy(struct canvas *canvas)
{
	if (!canvas)
		return;
	grid_free(canvas->grid);
	*canvas = (struct canvas){ 0 };
}

int canvas_resize(struct canvas *canvas, int width, int height)
{
	struct canvas_grid *grid = canvas->grid;
	struct cell *cells;

	width = width < 0 ? 0 : width;
	height = height < 0 ? 0 : height;
	cells = mem_realloc(grid->cells, (grid_size(width, height) + 1) * sizeof *cells);
	if (!cells)
		return -ENOMEM;
	grid->cells = cells;
	grid->width = canvas->width = width;
	grid->height = canvas->height = height;
	canvas->x = canvas->y = 0;
	canvas_clear(canvas, STYLE_TEXT);
	return 0;
}

// Cuts the span [*from, *from + *length) to [0, limit).
static void clip(int *from, int *length, int limit)
{
	if (*length > 0 && *from < 0) {
		*length = *length > -*from ? *length + *from : 0;
		*from = 0;
	}
	if (*from > limit)
		*from = limit;
	if (*length > limit - *from)
		*length = limit - *from;
	if (*length < 0)
		*length = 0;
	if (*from < 0)
		*from = 0;
}

struct canvas canvas_part(const struct canvas *of, int x, int y, int width, int height)
{
	struct canvas part = *of;

	clip(&x, &width, of->width);
	clip(&y, &height, of->height);
	part.x += x;
	part.y += y;
	part.width = width;
	part.height = height;
	return part;
}

static struct cell *cell_at(const struct canvas *canvas, int x, int y)
{
	return &canvas->grid->cells[(size_t)(canvas->y + y) * (size_t)canvas->grid->width + (size_t)(canvas->x + x)];
}

static bool is_whole(const struct canvas *canvas)
{
	return canvas->width == canvas->grid->width && canvas->height == canvas->grid->height;
}

static void make_blank(struct cell *cell)
{
	cell->glyph = ' ';
	cell->width = 1;
}

// Before cells [x, x + n) of a row are overwritten: a wide character that reaches over either end loses its other half,
// which may stand outside the window.
static void free_ends(struct canvas *canvas, int x, int n, int y)
{
	struct cell *first = cell_at(canvas, x, y), *last = first + n - 1;

	if (first->width == 0 && canvas->x + x > 0)
		make_blank(first - 1);
	if (last->width == 2 && canvas->x + x + n < canvas->grid->width)
		make_blank(last + 1);
}

void canvas_clear(struct canvas *canvas, style_t style)
{
	if (is_whole(canvas)) {
		bytes_reset(&canvas->grid->clusters);
		canvas->grid->signed_by = NULL;
	}
	canvas_fill(canvas, 0, 0, canvas->width, canvas->height, ' ', style);
}

void canvas_sign(struct canvas *canvas, const void *by)
{
	canvas->grid->signed_by = by;
}

bool canvas_is_signed(const struct canvas *canvas, const void *by)
{
	return canvas->grid->signed_by == by && canvas->grid->clusters.len < CLUSTERS_MANY;
}

void canvas_fill(struct canvas *canvas, int x, int y, int width, int height, uint32_t glyph, style_t style)
{
	struct cell filler = blank, *first;
	bool is_covering;

	clip(&x, &width, canvas->width);
	clip(&y, &height, canvas->height);
	if (width == 0 || height == 0)
		return;
	filler.glyph = canvas->is_ascii ? (unsigned char)glyph_ascii(glyph) : glyph;
	filler.style = style;
	is_covering = width == canvas->grid->width;
	first = cell_at(canvas, x, y);
	for (int row = y; row < y + height; row++) {
		if (!is_covering)
			free_ends(canvas, x, width, row);
		if (row > y)
			memcpy(cell_at(canvas, x, row), first, (size_t)width * sizeof *first);
		else
			for (int i = 0; i < width; i++)
				first[i] = filler;
	}
}

// One cell, or two; the caller has cut to the window.
static void put_cells(struct canvas *canvas, int x, int y, uint32_t glyph, int width, style_t style)
{
	struct cell *cell = cell_at(canvas, x, y);

	free_ends(canvas, x, width, y);
	cell[0] = (struct cell){ .glyph = glyph, .style = style, .width = (uint8_t)width };
	if (width == 2)
		cell[1] = (struct cell){ .style = style };
}

void canvas_put_glyph(struct canvas *canvas, int x, int y, uint32_t glyph, int width, style_t style)
{
	if (y < 0 || y >= canvas->height || x >= canvas->width || x + width <= 0)
		return;
	if (canvas->is_ascii && glyph > 0x7e) {
		glyph = (unsigned char)glyph_ascii(glyph);
		if (width == 2)
			canvas_put_glyph(canvas, x + 1, y, glyph, 1, style);
		width = 1;
		if (x < 0)
			return;
	}
	if (x < 0)
		put_cells(canvas, 0, y, ' ', 1, style);
	else if (x + width > canvas->width)
		put_cells(canvas, x, y, ' ', 1, style);
	else
		put_cells(canvas, x, y, glyph, width, style);
}

void canvas_put_ascii(struct canvas *canvas, int x, int y, const char *text, int n, style_t style)
{
	int first = x < 0 ? -x : 0, end = n > canvas->width - x ? canvas->width - x : n;
	struct cell *cells;

	if (y < 0 || y >= canvas->height || first >= end)
		return;
	free_ends(canvas, x + first, end - first, y);
	cells = cell_at(canvas, x + first, y);
	for (int i = first; i < end; i++)
		cells[i - first] = (struct cell){ .glyph = (unsigned char)text[i], .style = style, .width = 1 };
}

void canvas_put(struct canvas *canvas, int x, int y, const struct text_cluster *cluster, style_t style)
{
	uint32_t glyph = cluster->codepoint;
	bool is_visible = y >= 0 && y < canvas->height && x >= 0 && x + cluster->width <= canvas->width;

	if (!cluster->is_single && is_visible && !canvas->is_ascii) {
		struct bytes *clusters = &canvas->grid->clusters;
		uint32_t at = (uint32_t)clusters->len;

		if (bytes_addf(clusters, "%.*s%c", (int)cluster->n_bytes, cluster->bytes, 0) == 0)
			glyph = CELL_CLUSTER + at;
	}
	canvas_put_glyph(canvas, x, y, glyph, cluster->width, style);
}

bool canvas_take_cells(const struct canvas *canvas, int x, int y, int n, struct cell *out)
{
	const struct cell *cells = cell_at(canvas, x, y);

	if (n <= 0 || cells[0].width == 0 || cells[n - 1].width == 2)
		return false;
	for (int i = 0; i < n; i++)
		if (cells[i].glyph >= CELL_CLUSTER)
			return false;
	memcpy(out, cells, (size_t)n * sizeof *out);
	return true;
}

void canvas_put_cells(struct canvas *canvas, int x, int y, int n, const struct cell *cells)
{
	free_ends(canvas, x, n, y);
	memcpy(cell_at(canvas, x, y), cells, (size_t)n * sizeof *cells);
}

void canvas_restyle(struct canvas *canvas, int x, int y, int width, int height, style_t flags)
{
	clip(&x, &width, canvas->width);
	clip(&y, &height, canvas->height);
	for (int row = y; width > 0 && row < y + height; row++) {
		struct cell *cell = cell_at(canvas, x, row);

		for (int i = 0; i < width; i++)
			cell[i].style = (style_t)(cell[i].style | (flags & 0xff00));
	}
}

const struct cell *canvas_cell(const struct canvas *canvas, int x, int y)
{
	if (x < 0 || y < 0 || x >= canvas->width || y >= canvas->height)
		return NULL;
	return cell_at(canvas, x, y);
}

size_t canvas_cell_text(const struct canvas *canvas, const struct cell *cell, char *out, size_t size)
{
	char encoded[5];
	const char *text = encoded;
	size_t n;

	if (size == 0)
		return 0;
	if (cell->width == 0)
		encoded[0] = '\0';
	else if (cell->glyph >= CELL_CLUSTER)
		text = canvas->grid->clusters.data + (cell->glyph - CELL_CLUSTER);
	else
		text_encode(cell->glyph, encoded);
	n = strlen(text);
	if (n >= size)
		n = 0; // never half a character
	memcpy(out, text, n);
	out[n] = '\0';
	return n;
}
