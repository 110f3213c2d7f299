// SPDX-License-Identifier: Apache-2.0
#include "widgets/dialog.h"

#include "text/text.h"
#include "widgets/wrap.h"

enum { WIDEST = 64, FRAME = 4, LINES_MAX = 40 }; // FRAME: border and a space on both sides

static int least(int a, int b)
{
	return a < b ? a : b;
}

static int buttons_width(const struct dialog_view *dialog)
{
	int width = 0;

	for (size_t i = 0; i < dialog->n_buttons; i++)
		width += text_width(dialog->buttons[i]) + 4 + (i ? 2 : 0);
	return width;
}

// Flush right; the focused one reversed and with a mark, so that it shows without colours too.
static void draw_buttons(struct canvas *canvas, int y, const struct dialog_view *dialog)
{
	int x = canvas->width - buttons_width(dialog);

	if (x < 0)
		x = 0;
	for (size_t i = 0; i < dialog->n_buttons; i++) {
		bool is_focused = i == dialog->focused;
		style_t style = is_focused ? STYLE_PRIMARY | STYLE_REVERSE | STYLE_BOLD : STYLE_TEXT;

		x += canvas_textf(canvas, x, y, -1, style, is_focused ? "> %s <" : "[ %s ]", dialog->buttons[i]) + 2;
	}
}

static void draw(const struct widget *widget, const struct fleet *fleet, const struct view *view, struct canvas *canvas)
{
	const struct dialog_view *dialog = &view->dialog;
	int width = least(canvas->width, WIDEST), text_cells = width - FRAME, lines, height;
	struct canvas box, inside;

	(void)widget;
	(void)fleet;
	if (!dialog->is_open)
		return;
	if (text_cells < 1) {
		canvas_text(canvas, 0, 0, -1, STYLE_TITLE, dialog->title);
		return;
	}
	lines = wrap_count(dialog->text, text_cells, LINES_MAX);
	height = least(canvas->height, lines + 4);
	box = canvas_part(canvas, (canvas->width - width) / 2, (canvas->height - height) / 2, width, height);
	canvas_fill(&box, 0, 0, box.width, box.height, ' ', STYLE_TEXT);
	if (height < 4) { // no room for a frame: the question, then the buttons
		wrap_draw(&box, 0, 0, box.width, height > 1 ? height - 1 : 1, STYLE_TITLE, dialog->text);
		if (height > 1)
			draw_buttons(&box, height - 1, dialog);
		return;
	}
	canvas_box(&box, STYLE_PRIMARY, dialog->title, STYLE_TITLE);
	inside = canvas_part(&box, 2, 1, text_cells, height - 2);
	wrap_draw(&inside, 0, 0, text_cells, inside.height - 1, STYLE_TEXT, dialog->text);
	draw_buttons(&inside, inside.height - 1, dialog);
}

const struct widget_class dialog_class = { .name = "dialog", .min_width = 1, .min_height = 1, .draw = draw };
