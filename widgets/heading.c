// SPDX-License-Identifier: Apache-2.0
#include "widgets/heading.h"

#include "text/text.h"

// Callers leave out what they do not need.
static bool has_text(const char *text)
{
	return text && *text;
}

// Draws the note with a rule's end after it; returns where it starts.
static int draw_note(struct canvas *canvas, const struct heading *heading, int room)
{
	int width = text_width(heading->note);

	if (width + 3 > room)
		return canvas->width;
	canvas_text(canvas, canvas->width - width - 2, 0, width,
		    heading->note_style ? heading->note_style : (style_t)STYLE_MUTED, heading->note);
	canvas_hline(canvas, canvas->width - 1, 0, 1, STYLE_BORDER);
	return canvas->width - width - 3;
}

struct canvas heading_draw(struct canvas *canvas, const struct heading *heading)
{
	style_t style = heading->is_focused ? STYLE_PRIMARY | STYLE_BOLD : STYLE_TITLE;
	int x = canvas_text(canvas, 0, 0, canvas->width, style, heading->title), end = canvas->width;

	if (has_text(heading->note))
		end = draw_note(canvas, heading, canvas->width - x - 1);
	if (has_text(heading->detail) && end - x > 4)
		x += 1 + canvas_textf(canvas, x + 1, 0, end - x - 1, STYLE_MUTED, "%s", heading->detail);
	if (end - x > 1)
		canvas_hline(canvas, x + 1, 0, end - x - 1, STYLE_BORDER);
	return canvas_part(canvas, 0, 1, canvas->width, canvas->height - 1);
}
