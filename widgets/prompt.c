// SPDX-License-Identifier: Apache-2.0
#include "widgets/prompt.h"

#include <string.h>

#include "text/text.h"

// Where to begin so that the cursor is in sight: at the start, or as far on as leaves `room` cells up to the cursor.
static const char *visible_from(const char *text, const char *cursor, int room)
{
	struct text_cluster cluster;
	const char *at = text;
	int before = 0;

	while (at < cursor && text_next(&at, &cluster))
		before += cluster.width;
	while (before > room && text < cursor && text_next(&text, &cluster))
		before -= cluster.width;
	return text;
}

static int draw_error(struct canvas *canvas, int from, const char *error)
{
	int width = error && *error ? text_width(error) + 2 : 0, room = (canvas->width - from) / 2;

	if (width > room)
		width = room;
	if (width > 4)
		canvas_text(canvas, canvas->width - width + 2, 0, -1, STYLE_BAD, error);
	return width > 4 ? width : 0;
}

void prompt_field_draw(struct canvas *canvas, const char *text, size_t cursor, bool has_cursor)
{
	size_t length = strlen(text);
	const char *end = text + (cursor < length ? cursor : length), *from, *at;
	int used = 0;

	from = visible_from(text, end, canvas->width - 2);
	canvas_text(canvas, 0, 0, -1, STYLE_TEXT, from);
	at = from;
	for (struct text_cluster cluster; at < end && text_next(&at, &cluster);)
		used += cluster.width;
	if (has_cursor)
		canvas_restyle(canvas, used, 0, 1, 1, STYLE_REVERSE);
}

static void draw(const struct widget *widget, const struct fleet *fleet, const struct view *view, struct canvas *canvas)
{
	const struct prompt_view *prompt = &view->prompt;
	struct canvas field;
	int x;

	(void)widget;
	(void)fleet;
	if (!prompt->is_open)
		return;
	canvas_fill(canvas, 0, 0, canvas->width, 1, ' ', STYLE_TEXT);
	x = canvas_text(canvas, 0, 0, -1, STYLE_PRIMARY | STYLE_BOLD, prompt->label);
	field = canvas_part(canvas, x, 0, canvas->width - x - draw_error(canvas, x, prompt->error), 1);
	prompt_field_draw(&field, prompt->text, prompt->cursor, true);
}

const struct widget_class prompt_class = { .name = "prompt", .min_width = 2, .min_height = 1, .draw = draw };
