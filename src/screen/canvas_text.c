// SPDX-License-Identifier: Apache-2.0
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "screen/canvas_grid.h"

// How many of the bytes stand for a cell each: the one before anything that may be a mark does not.
static size_t ascii_before(const char *text, size_t n)
{
	size_t i = 0;

	while (i < n && (unsigned char)text[i] < 0x80 && (unsigned char)text[i + 1] < 0x80)
		i++;
	return i;
}

static int put_prefix(struct canvas *canvas, int x, int y, style_t style, const char *text, size_t n)
{
	const char *end = text + n;
	struct text_cluster cluster;

	while (text < end) {
		// A mark can follow, but a mark is never ASCII: two ASCII bytes in a row need no clustering.
		n = ascii_before(text, (size_t)(end - text));
		if (n) {
			canvas_put_ascii(canvas, x, y, text, (int)n, style);
			x += (int)n;
			text += n;
			continue;
		}
		if (!text_next(&text, &cluster))
			break;
		canvas_put(canvas, x, y, &cluster, style);
		x += cluster.width;
	}
	return x;
}

int canvas_text(struct canvas *canvas, int x, int y, int width, style_t style, const char *text)
{
	int room = canvas->width - x, end = x, used;
	size_t n;

	if (width < 0 || width > room)
		width = room;
	if (width <= 0 || !text || !*text)
		return 0;
	n = text_prefix(text, width, &used);
	if (text[n] == '\0')
		return put_prefix(canvas, x, y, style, text, n) - x;
	n = text_prefix(text, width - 1, &used);
	end = put_prefix(canvas, x, y, style, text, n);
	canvas_put_glyph(canvas, end, y, canvas_named_glyph(canvas, GLYPH_ELLIPSIS), 1, style);
	return end + 1 - x;
}

// vsnprintf() cuts between bytes; a character that lost its tail goes as a whole.
static void drop_half_character(char *text, size_t len)
{
	size_t back = 0;

	while (back < 3 && back < len && ((unsigned char)text[len - 1 - back] & 0xc0) == 0x80)
		back++;
	if (back < len && (unsigned char)text[len - 1 - back] >= 0xc0)
		text[len - 1 - back] = '\0';
}

int canvas_textf(struct canvas *canvas, int x, int y, int width, style_t style, const char *format, ...)
{
	char text[TEXT_FIELD_MAX];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (n < 0)
		return 0;
	if ((size_t)n >= sizeof text)
		drop_half_character(text, sizeof text - 1);
	return canvas_text(canvas, x, y, width, style, text);
}

int canvas_text_right(struct canvas *canvas, int x, int y, int width, style_t style, const char *text)
{
	int room = canvas->width - x, used;

	if (width < 0 || width > room)
		width = room;
	if (width <= 0 || !text)
		return 0;
	if (text[text_prefix(text, width, &used)] == '\0')
		return canvas_text(canvas, x + width - used, y, used, style, text);
	return canvas_text(canvas, x, y, width, style, text);
}

// The ranges that widgets draw with are all narrow; anything else is asked for.
static int glyph_width(uint32_t glyph)
{
	struct text_cluster cluster;
	char encoded[5];
	const char *text = encoded;

	if (glyph < 0x80 || (glyph >= 0x2500 && glyph < 0x25f0) || (glyph >= 0x2800 && glyph < 0x2900))
		return 1;
	text_encode(glyph, encoded);
	return text_next(&text, &cluster) ? cluster.width : 1;
}

void canvas_glyph(struct canvas *canvas, int x, int y, uint32_t glyph, style_t style)
{
	canvas_put_glyph(canvas, x, y, glyph, glyph_width(glyph), style);
}

void canvas_hline(struct canvas *canvas, int x, int y, int width, style_t style)
{
	canvas_fill(canvas, x, y, width, 1, 0x2500, style);
}

void canvas_box(struct canvas *canvas, style_t border, const char *title, style_t title_style)
{
	int right = canvas->width - 1, bottom = canvas->height - 1;

	canvas_hline(canvas, 0, 0, canvas->width, border);
	if (bottom > 0) {
		canvas_hline(canvas, 0, bottom, canvas->width, border);
		canvas_fill(canvas, 0, 1, 1, bottom - 1, 0x2502, border);
		canvas_fill(canvas, right, 1, 1, bottom - 1, 0x2502, border);
		canvas_glyph(canvas, 0, 0, 0x256d, border);
		canvas_glyph(canvas, right, 0, 0x256e, border);
		canvas_glyph(canvas, 0, bottom, 0x2570, border);
		canvas_glyph(canvas, right, bottom, 0x256f, border);
	}
	if (title && *title && canvas->width > 6) {
		int used = canvas_text(canvas, 3, 0, canvas->width - 6, title_style, title);

		canvas_glyph(canvas, 2, 0, ' ', border);
		canvas_glyph(canvas, 3 + used, 0, ' ', border);
	}
}
