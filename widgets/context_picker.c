// SPDX-License-Identifier: Apache-2.0
#include "widgets/context_picker.h"

#include <stdio.h>

#include "text/text.h"

enum {
	WIDTH_MIN = 36,
	WIDTH_MAX = 72,
	BESIDE_MIN = 20,
	ROWS_MAX = 16,
	CHROME_ROWS = 5,     // border, query, rule, footer, border
	CHROME_ROWS_LOW = 3, // without rule and footer, ...
	LOW = 8,             // ... on screens lower than this
	MATCHED_MAX = 64,
	WHY_MIN = 6,
};

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static bool has_marks(const struct picker_view *picker)
{
	return picker->kind != PICK_COMMANDS && picker->kind != PICK_ACTION;
}

// What there are several of, and the words when there is none.
static const struct {
	const char *many, *none;
} nouns[PICK_KIND_COUNT] = {
	[PICK_AGENTS] = { "agents", "No agents found" },
	[PICK_TIERS] = { "tiers", "No tiers found" },
	[PICK_ENVIRONMENTS] = { "environments", "No environments found" },
	[PICK_LABELS] = { "labels", "No labels found" },
	[PICK_SERVICES] = { "services", "No services found" },
	[PICK_TIME_RANGE] = { "ranges", "No range found" },
	[PICK_THEME] = { "themes", "No theme found" },
	[PICK_COMMANDS] = { "commands", "No command found" },
	[PICK_CHOICE] = { "choices", "Nothing found" },
	[PICK_ACTION] = { "actions", "No action found" },
};

char *context_picker_summary(const struct picker_view *picker, char *out, size_t size)
{
	const char *label = NULL;

	for (size_t i = 0; i < picker->n_items && !label; i++)
		if (picker->items[i].is_picked)
			label = picker->items[i].label;
	if (picker->n_picked == 0)
		snprintf(out, size, "%s", or_empty(picker->placeholder));
	else if (picker->n_picked == 1)
		snprintf(out, size, "%s", label ? label : "1 selected"); // the query hides the one that is
	else
		snprintf(out, size, "%zu %s", picker->n_picked, nouns[picker->kind].many);
	return out;
}

// Stops at the limit: a fleet of 10,000 is not measured to learn that the box is as wide as it can be.
static int widest_item(const struct picker_view *picker)
{
	int widest = 0;

	for (size_t i = 0; i < picker->n_items; i++) {
		int width = text_width(or_empty(picker->items[i].label)) + text_width(or_empty(picker->items[i].hint));

		widest = width > widest ? width : widest;
		if (widest >= WIDTH_MAX)
			break;
	}
	return widest;
}

// The keys come from the live key map by way of the view, so what stands here is what works.
static int hints_width(const struct view *view)
{
	int width = 0;

	for (size_t i = 0; i < view->n_hints && width < WIDTH_MAX; i++)
		width += 2 + text_width(view->hints[i].key) + 1 + text_width(view->hints[i].text);
	return width;
}

void context_picker_box(const struct view *view, int width, int height, struct picker_box *out)
{
	enum { COUNT_CELLS = 20, FRAME_CELLS = 4 };
	const struct picker_view *picker = &view->picker;
	int wanted = widest_item(picker) + 11, rows = picker->n_items < 1 ? 1 : ROWS_MAX;
	int chrome = height < LOW ? CHROME_ROWS_LOW : CHROME_ROWS;

	if (wanted < COUNT_CELLS + hints_width(view) + FRAME_CELLS)
		wanted = COUNT_CELLS + hints_width(view) + FRAME_CELLS;
	wanted = wanted < WIDTH_MIN ? WIDTH_MIN : wanted > WIDTH_MAX ? WIDTH_MAX : wanted;
	if (picker->n_items >= 1 && picker->n_items < ROWS_MAX)
		rows = (int)picker->n_items;
	// Beside it there is room for something to be read, or nothing.
	out->width = wanted > width - BESIDE_MIN ? width : wanted;
	out->height = rows + chrome > height ? height : rows + chrome;
	out->n_rows = out->height > chrome ? out->height - chrome : 0;
	out->has_footer = chrome == CHROME_ROWS;
	// Above the middle: the box grows downwards while one types and its query stays where it is.
	out->x = (width - out->width) / 2;
	out->y = (height - out->height) / 3;
}

// The first item to draw so that the cursor is in sight.
static size_t first_item(const struct picker_view *picker, int n_rows)
{
	size_t rows = n_rows < 1 ? 1 : (size_t)n_rows;
	size_t cursor = picker->cursor < picker->n_items ? picker->cursor : picker->n_items - 1;
	size_t top = picker->top, last_top = picker->n_items > rows ? picker->n_items - rows : 0;

	if (top > cursor)
		top = cursor;
	if (cursor >= top + rows)
		top = cursor - rows + 1;
	return top > last_top ? last_top : top;
}

// The label with the characters that the query matched standing out.
static void draw_label(const struct picker_item *item, struct canvas *canvas, int x, int y, int width, style_t style)
{
	const char *label = or_empty(item->label), *rest = label;
	struct text_cluster cluster;
	int at = x, end = x + canvas_text(canvas, x, y, width, style, label);
	size_t i = 0;

	while (i < MATCHED_MAX && text_next(&rest, &cluster)) {
		// The cell that holds the ellipsis of a cut label stands for no character.
		if (at + cluster.width > end || (end == x + width && at + cluster.width >= end && *rest))
			return;
		if (item->matched >> i & 1)
			canvas_textf(canvas, at, y, cluster.width, STYLE_PRIMARY | STYLE_BOLD | STYLE_UNDERLINE, "%.*s",
				     (int)cluster.n_bytes, cluster.bytes);
		at += cluster.width;
		for (const char *c = cluster.bytes; c < rest; c++) // bits count code points, clusters may have several
			i += ((unsigned char)*c & 0xc0) != 0x80;
	}
}

// Checkboxes where several may be picked, radio marks where one replaces the other.
static void draw_mark(const struct picker_view *picker, const struct picker_item *item, struct canvas *canvas, int x,
		      int y)
{
	enum glyph on = picker->is_multi ? GLYPH_CHECKED : GLYPH_RADIO_ON;
	enum glyph off = picker->is_multi ? GLYPH_UNCHECKED : GLYPH_RADIO_OFF;

	canvas_glyph(canvas, x, y, canvas_named_glyph(canvas, item->is_picked ? on : off),
		     item->is_picked ? STYLE_PRIMARY | STYLE_BOLD : STYLE_MUTED);
}

static style_t label_style(const struct picker_item *item, bool is_at_cursor)
{
	if (item->is_disabled)
		return STYLE_FAINT;
	return is_at_cursor ? STYLE_TEXT | STYLE_BOLD : STYLE_TEXT;
}

static void draw_item(const struct picker_view *picker, size_t i, struct canvas *canvas, int y)
{
	const struct picker_item *item = &picker->items[i];
	const char *hint = or_empty(item->hint), *label = or_empty(item->label);
	int x = has_marks(picker) ? 4 : 2, room = canvas->width - x - 1, hint_width = text_width(hint);
	bool is_at_cursor = i == picker->cursor;

	if (has_marks(picker))
		draw_mark(picker, item, canvas, 2, y);
	// The hint is the first to go.
	if (hint_width && room - hint_width - 2 >= (text_width(label) < 12 ? text_width(label) : 12)) {
		canvas_text(canvas, canvas->width - 1 - hint_width, y, hint_width, STYLE_MUTED, hint);
		room -= hint_width + 2;
	} else if (item->is_disabled && hint_width && room > text_width(label) + 2 + WHY_MIN) { // why not, cut or not
		int used = text_width(label) + 2;

		canvas_text(canvas, x + used, y, room - used, STYLE_MUTED, hint);
		room = used - 2;
	}
	draw_label(item, canvas, x, y, room, label_style(item, is_at_cursor));
	if (is_at_cursor) {
		canvas_glyph(canvas, 0, y, canvas_named_glyph(canvas, GLYPH_CURSOR), STYLE_PRIMARY);
		canvas_restyle(canvas, 0, y, canvas->width, 1, STYLE_SELECTED);
	}
}

static void draw_items(const struct picker_view *picker, struct canvas *canvas)
{
	size_t first;

	if (picker->n_items == 0) {
		canvas_text(canvas, 2, 0, canvas->width - 2, STYLE_FAINT, nouns[picker->kind].none);
		return;
	}
	first = first_item(picker, canvas->height);
	for (int row = 0; row < canvas->height && first + (size_t)row < picker->n_items; row++)
		draw_item(picker, first + (size_t)row, canvas, row);
}

static void draw_query(const struct picker_view *picker, struct canvas *canvas)
{
	const char *query = or_empty(picker->query), *mark = picker->kind == PICK_COMMANDS ? ":" : "/";
	int x = 2, width = text_width(query), room = canvas->width - x - 2;

	canvas_text(canvas, 0, 0, 1, STYLE_KEY, mark);
	if (!*query) {
		canvas_text(canvas, x + 1, 0, canvas->width - x - 1, STYLE_FAINT, or_empty(picker->placeholder));
		width = 0;
	} else if (width > room) { // what is typed now is at its end
		size_t skip = text_prefix(query, width - room + 1, NULL);

		canvas_glyph(canvas, x, 0, canvas_named_glyph(canvas, GLYPH_ELLIPSIS), STYLE_FAINT);
		width = 1 + canvas_text(canvas, x + 1, 0, room, STYLE_TEXT, query + skip);
	} else {
		canvas_text(canvas, x, 0, width, STYLE_TEXT, query);
	}
	canvas_glyph(canvas, x + width, 0, ' ', STYLE_TEXT | STYLE_REVERSE);
}

// Counts at the left, the keys that work here at the right as far as they fit whole.
static void draw_footer(const struct picker_view *picker, const struct view *view, struct canvas *canvas)
{
	int x;

	if (picker->is_multi)
		x = canvas_textf(canvas, 0, 0, canvas->width, STYLE_MUTED, "%zu of %zu selected", picker->n_picked,
				 picker->n_total);
	else
		x = canvas_textf(canvas, 0, 0, canvas->width, STYLE_MUTED, "%zu of %zu", picker->n_items,
				 picker->n_total);
	x += 2;
	for (size_t i = 0; i < view->n_hints; i++) {
		const struct key_hint *hint = &view->hints[i];
		int width = text_width(hint->key) + 1 + text_width(hint->text);

		if (x + width > canvas->width)
			return;
		canvas_text(canvas, x, 0, -1, STYLE_KEY, hint->key);
		canvas_text(canvas, x + text_width(hint->key) + 1, 0, -1, STYLE_MUTED, hint->text);
		x += width + 2;
	}
}

static void draw(const struct widget *widget, const struct fleet *fleet, const struct view *view, struct canvas *canvas)
{
	const struct picker_view *picker = &view->picker;
	struct picker_box box;
	struct canvas frame, part;

	(void)widget;
	(void)fleet;
	if (!picker->is_open || (unsigned)picker->kind >= PICK_KIND_COUNT)
		return;
	context_picker_box(view, canvas->width, canvas->height, &box);
	frame = canvas_part(canvas, box.x, box.y, box.width, box.height);
	canvas_clear(&frame, STYLE_TEXT);
	canvas_box(&frame, STYLE_PRIMARY, or_empty(picker->title), STYLE_TITLE);
	part = canvas_part(&frame, 2, 1, box.width - 4, 1);
	draw_query(picker, &part);
	if (box.n_rows == 0)
		return;
	part = canvas_part(&frame, 1, box.has_footer ? 3 : 2, box.width - 2, box.n_rows);
	draw_items(picker, &part);
	if (!box.has_footer)
		return;
	canvas_hline(&frame, 1, 2, box.width - 2, STYLE_BORDER);
	part = canvas_part(&frame, 2, box.height - 2, box.width - 4, 1);
	draw_footer(picker, view, &part);
}

const struct widget_class context_picker_class = {
	.name = "context_picker",
	.min_width = 12,
	.min_height = 4,
	.draw = draw,
};
