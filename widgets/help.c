// SPDX-License-Identifier: Apache-2.0
#include "widgets/help.h"

#include <stdio.h>

#include "text/text.h"
#include "widgets/heading.h"

enum { COLUMN_WIDTH = 46, KEY_WIDTH = 12, GAP = 2 };

static int key_width(const struct view *view, int width)
{
	int widest = 0;

	for (size_t i = 0; i < view->n_help; i++) {
		int cells = view->help[i].key ? text_width(view->help[i].key) : 0;

		widest = cells > widest ? cells : widest;
	}
	if (widest > KEY_WIDTH)
		widest = KEY_WIDTH;
	return widest > width / 2 ? width / 2 : widest;
}

static void draw_line(struct canvas *canvas, int y, const struct key_hint *hint, int keys)
{
	if (!hint->key) {
		canvas_text(canvas, 0, y, -1, STYLE_TITLE, hint->text);
		return;
	}
	canvas_text_right(canvas, 0, y, keys, STYLE_KEY | STYLE_BOLD, hint->key);
	canvas_text(canvas, keys + GAP, y, -1, STYLE_TEXT, hint->text);
}

// A section's title does not stand alone at the foot of a column.
static bool is_left_alone(const struct view *view, size_t i, size_t rows_left)
{
	return !view->help[i].key && rows_left == 1 && i + 1 < view->n_help;
}

// Lays the lines out from the first one on; returns how many were placed.
static size_t place(struct canvas *body, const struct view *view, size_t from, int columns)
{
	int width = body->width / columns, keys = key_width(view, width);
	size_t i = from;

	for (int column = 0; column < columns; column++) {
		struct canvas part =
			canvas_part(body, column * width, 0, width - (column + 1 < columns ? GAP : 0), body->height);
		int y = 0;

		for (; i < view->n_help && y < part.height; i++) {
			if (is_left_alone(view, i, (size_t)(part.height - y)) && y > 0)
				break;
			if (!view->help[i].key && y > 0 && ++y >= part.height)
				break;
			draw_line(&part, y++, &view->help[i], keys);
		}
	}
	return i - from;
}

// The fewest columns that hold every line, so that each has the most room for its words.
static int n_columns(const struct canvas *body, const struct view *view, size_t from)
{
	struct canvas nowhere = canvas_part(body, 0, 0, 0, body->height);
	int most = body->width / COLUMN_WIDTH, n = 1;

	while (n < most && from + place(&nowhere, view, from, n) < view->n_help)
		n++;
	return n;
}

static void draw(const struct widget *widget, const struct fleet *fleet, const struct view *view, struct canvas *canvas)
{
	struct canvas body = canvas_part(canvas, 0, 1, canvas->width, canvas->height - 1);
	size_t from = view->help_top < view->n_help ? view->help_top : 0, n;
	char note[64] = "";

	(void)widget;
	(void)fleet;
	n = place(&body, view, from, n_columns(&body, view, from));
	if (n < view->n_help)
		snprintf(note, sizeof note, "%zu-%zu of %zu", from + 1, from + n, view->n_help);
	heading_draw(canvas, &(struct heading){ .title = "Keys", .note = note, .is_focused = true });
	if (view->n_help == 0)
		canvas_text(&body, 0, 0, -1, STYLE_MUTED, "No keys are bound.");
}

const struct widget_class help_class = { .name = "help", .min_width = 16, .min_height = 2, .draw = draw };
