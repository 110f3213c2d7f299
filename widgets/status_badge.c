// SPDX-License-Identifier: Apache-2.0
#include "widgets/status_badge.h"

#include <ctype.h>
#include <stdio.h>
#include <strings.h>

#include "text/text.h"

enum { NAME_MAX_BYTES = 16, GAP = 2 };

enum badge_size badge_size_from_name(const char *name)
{
	if (name && strcasecmp(name, "sm") == 0)
		return BADGE_SM;
	return name && strcasecmp(name, "lg") == 0 ? BADGE_LG : BADGE_MD;
}

// The label, or the name with a capital in `name`.
static const char *text_of(enum status status, const char *label, char name[NAME_MAX_BYTES])
{
	if (label && *label)
		return label;
	snprintf(name, NAME_MAX_BYTES, "%s", status_name(status));
	name[0] = (char)toupper((unsigned char)name[0]);
	return name;
}

int status_badge_width(enum status status, const char *label, enum badge_size size, unsigned flags)
{
	char name[NAME_MAX_BYTES];
	int glyph = flags & BADGE_NO_GLYPH ? 0 : 2;

	if (size == BADGE_SM)
		return 1;
	return glyph + text_width(text_of(status, label, name)) + (size == BADGE_LG ? 2 : 0);
}

static int draw_pill(struct canvas *canvas, int x, int y, int width, style_t style, uint32_t glyph, const char *text)
{
	int used = 1;

	canvas_glyph(canvas, x, y, ' ', style);
	if (glyph && width > 2) {
		canvas_glyph(canvas, x + 1, y, glyph, style);
		canvas_glyph(canvas, x + 2, y, ' ', style);
		used = 3;
	}
	if (width > used + 1)
		used += canvas_text(canvas, x + used, y, width - used - 1, style, text);
	if (width > used)
		canvas_glyph(canvas, x + used++, y, ' ', style);
	return used;
}

int status_badge_draw(struct canvas *canvas, int x, int y, int width, enum status status, const char *label,
		      enum badge_size size, unsigned flags)
{
	char name[NAME_MAX_BYTES];
	const char *text = text_of(status, label, name);
	uint32_t glyph = flags & BADGE_NO_GLYPH ? 0 : canvas_named_glyph(canvas, glyph_of_status(status));
	style_t style = style_of_status(status);
	int room = canvas->width - x, used = 0;

	if (width < 0 || width > room)
		width = room;
	if (width <= 0)
		return 0;
	if (size == BADGE_LG)
		return draw_pill(canvas, x, y, width, style | STYLE_REVERSE | STYLE_BOLD, glyph, text);
	if (glyph || size == BADGE_SM) {
		canvas_glyph(canvas, x, y, canvas_named_glyph(canvas, glyph_of_status(status)), style);
		used = 1;
	}
	if (size == BADGE_SM || width <= used + 1)
		return used;
	used += glyph ? 1 : 0;
	return used + canvas_text(canvas, x + used, y, width - used, style, text);
}

static void draw(const struct widget *widget, const struct fleet *fleet, const struct view *view, struct canvas *canvas)
{
	const struct badge_list *list = widget->options;
	int x = 0, y = 0;

	(void)fleet;
	(void)view;
	for (size_t i = 0; list && i < list->n && y < canvas->height; i++) {
		enum status status = status_from_name(list->items[i].status);
		int width = status_badge_width(status, list->items[i].label, list->size, list->flags);

		if (x > 0 && x + width > canvas->width) {
			x = 0;
			y++;
		}
		x += status_badge_draw(canvas, x, y, -1, status, list->items[i].label, list->size, list->flags) + GAP;
	}
}

const struct widget_class status_badge_class = {
	.name = "status_badge", .min_width = 1, .min_height = 1, .draw = draw
};
