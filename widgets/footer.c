// SPDX-License-Identifier: Apache-2.0
#include "widgets/footer.h"

#include "text/text.h"

static void draw_message(struct canvas *canvas, const struct view *view)
{
	static const enum glyph glyphs[SEVERITY_COUNT] = {
		[SEVERITY_INFO] = GLYPH_INFO,
		[SEVERITY_WARNING] = GLYPH_WARN,
		[SEVERITY_CRITICAL] = GLYPH_BAD,
	};
	style_t style = style_of_severity(view->message_severity);

	canvas_glyph(canvas, 0, 0, canvas_named_glyph(canvas, glyphs[view->message_severity]), style);
	canvas_text(canvas, 2, 0, -1, style, view->message);
}

static void draw_hints(struct canvas *canvas, const struct view *view)
{
	int x = 0;

	for (size_t i = 0; i < view->n_hints; i++) {
		const struct key_hint *hint = &view->hints[i];
		int width = text_width(hint->key) + 1 + text_width(hint->text);

		if (x + width > canvas->width)
			break;
		x += canvas_text(canvas, x, 0, -1, STYLE_KEY, hint->key) + 1;
		x += canvas_text(canvas, x, 0, -1, STYLE_MUTED, hint->text) + 2;
	}
}

// What stays wrong stays in sight, and the hints have what is left of the line.
static int draw_banner(struct canvas *canvas, const struct view *view)
{
	canvas_glyph(canvas, 0, 0, canvas_named_glyph(canvas, GLYPH_BAD), STYLE_BAD | STYLE_BOLD);
	return 4 + canvas_text(canvas, 2, 0, -1, STYLE_BAD | STYLE_BOLD, view->banner);
}

static void draw(const struct widget *widget, const struct fleet *fleet, const struct view *view, struct canvas *canvas)
{
	struct canvas rest;
	int used;

	(void)widget;
	(void)fleet;
	if (view->message && *view->message) {
		draw_message(canvas, view);
		return;
	}
	used = view->banner && *view->banner ? draw_banner(canvas, view) : 0;
	rest = canvas_part(canvas, used, 0, canvas->width - used, 1);
	if (used < canvas->width)
		draw_hints(&rest, view);
}

const struct widget_class footer_class = { .name = "footer", .min_width = 1, .min_height = 1, .draw = draw };
