// SPDX-License-Identifier: Apache-2.0
#include "widgets/timeline.h"

#include <stdio.h>

#include "base/human.h"
#include "text/text.h"
#include "widgets/heading.h"
#include "widgets/timeline_words.h"
#include "widgets/wrap.h"

enum {
	TIME_CELLS = 8, // "Just now" "15:04:05"
	WORD_CELLS = 6, // "create"
	WIDE = 56,      // from here on there is room for the word beside the glyph
	NARROW = 36,    // below this times are "3m"
	DESCRIPTION_ROWS_MAX = 12,
};

// Columns of one drawing, from the left: cursor, time, glyph, word, text.
struct columns {
	const struct fleet *fleet;              // borrowed
	const struct view *view;                // borrowed
	const struct timeline_options *options; // borrowed
	int width, time_cells, glyph_x, text_x;
	bool has_words;
};

static void columns_init(struct columns *c, const struct fleet *fleet, const struct view *view,
			 const struct timeline_options *options, int width)
{
	static const struct timeline_options defaults = { 0 };

	*c = (struct columns){ .fleet = fleet,
			       .view = view,
			       .options = options ? options : &defaults,
			       .width = width,
			       .has_words = width >= WIDE };
	if (!c->options->hides_times)
		c->time_cells = width >= NARROW ? TIME_CELLS : 4;
	c->glyph_x = 1 + c->time_cells + (c->time_cells ? 1 : 0);
	c->text_x = c->glyph_x + 2 + (c->has_words ? WORD_CELLS + 1 : 0);
}

static const struct timeline_item *item_at(const struct columns *c, size_t i)
{
	uint64_t index = c->view->timeline.nos[i];

	return index < fleet_n_timeline(c->fleet) ? fleet_timeline_at(c->fleet, (size_t)index) : NULL;
}

static size_t n_items(const struct columns *c)
{
	size_t n = c->view->timeline.n_items, max = c->options->max_items > 0 ? (size_t)c->options->max_items : n;

	return n < max ? n : max;
}

static bool is_expanded(const struct columns *c, const struct timeline_item *item)
{
	return item->no == c->view->timeline.expanded;
}

// Folded, one line says whether it is worth opening; compact leaves even that out.
static int description_rows(const struct columns *c, const struct timeline_item *item)
{
	if (is_expanded(c, item))
		return wrap_count(item->description, c->width - c->text_x, DESCRIPTION_ROWS_MAX);
	return *item->description && !c->options->is_compact && !c->view->timeline.is_compact;
}

// The rows that an item takes, its heading not counted.
static int item_rows(const struct columns *c, const struct timeline_item *item)
{
	return 1 + description_rows(c, item) + is_expanded(c, item);
}

static bool is_of_today(const struct columns *c, const struct timeline_item *item)
{
	return timeline_group_of(item->at_ms, c->view->now.wall_ms, c->view->utc_offset_s) <= GROUP_TODAY;
}

// Above item i, which is the first in sight or not. That it was today is what one expects and what the times say.
static bool has_heading(const struct columns *c, size_t i, bool is_first)
{
	const struct timeline_item *before = is_first ? NULL : item_at(c, i - 1), *item = item_at(c, i);

	if (!item)
		return false;
	if (is_of_today(c, item))
		return before && !is_of_today(c, before);
	return !before ||
	       !timeline_is_same_group(before->at_ms, item->at_ms, c->view->now.wall_ms, c->view->utc_offset_s);
}

static int rows_of(const struct columns *c, size_t i)
{
	const struct timeline_item *item = item_at(c, i);

	return item ? item_rows(c, item) : 0;
}

// Walks up from the cursor until the pane is full, so the cost is what is in sight and not how far one has scrolled.
static size_t first_shown(const struct columns *c, int height)
{
	const struct timeline_view *view = &c->view->timeline;
	size_t n = n_items(c), cursor, lowest;
	int rows;

	if (view->is_following || n == 0)
		return 0;
	cursor = lowest = view->cursor < n ? view->cursor : n - 1;
	for (rows = rows_of(c, cursor); lowest > 0; lowest--) {
		rows += rows_of(c, lowest - 1) + has_heading(c, lowest, false);
		if (rows + has_heading(c, lowest - 1, true) > height)
			break;
	}
	if (view->top > cursor)
		return cursor;
	return view->top < lowest ? lowest : view->top;
}

size_t timeline_first_shown(const struct fleet *fleet, const struct view *view, const struct timeline_options *options,
			    int width, int height)
{
	struct columns c;

	columns_init(&c, fleet, view, options, width);
	return first_shown(&c, height - 1);
}

// Right-aligned: the rail of glyphs beside it stays straight.
static void draw_time(const struct columns *c, const struct timeline_item *item, struct canvas *canvas, int y)
{
	char text[HUMAN_MAX];
	int64_t age_ms = c->view->now.wall_ms - item->at_ms;

	if (!c->time_cells)
		return;
	if (c->time_cells < TIME_CELLS)
		human_short_age(age_ms, text);
	else if (c->view->timeline.is_absolute)
		human_time_of_day(item->at_ms, c->view->utc_offset_s, text);
	else
		human_ago(item->at_ms, c->view->now.wall_ms, text);
	canvas_text_right(canvas, 1, y, c->time_cells, STYLE_MUTED, text);
}

// Puts text at *x and moves it on; nothing once the row is full.
static void put(struct canvas *canvas, int *x, int y, style_t style, const char *text)
{
	if (*x < canvas->width)
		*x += canvas_text(canvas, *x, y, canvas->width - *x, style, text);
}

// A person stands out by shape (the reversed initials) and by the name, not by colour alone.
static void draw_person(const struct columns *c, const struct timeline_item *item, struct canvas *canvas, int *x, int y)
{
	char initials[INITIALS_MAX];

	if (!c->options->hides_avatars && c->has_words) {
		put(canvas, x, y, STYLE_PRIMARY | STYLE_REVERSE, timeline_initials(item->who, initials));
		put(canvas, x, y, STYLE_TEXT, " ");
	}
	put(canvas, x, y, STYLE_PRIMARY | STYLE_BOLD, item->who);
	put(canvas, x, y, STYLE_TEXT, " ");
}

// An agent is named unless the title names it already; the name stands in front, where an ellipsis cannot take it.
static void draw_title(const struct columns *c, const struct timeline_item *item, struct canvas *canvas, int y)
{
	bool is_person = *item->who, is_named = !*item->agent_name || text_find(item->title, item->agent_name);
	style_t style = item->severity == SEVERITY_CRITICAL ? STYLE_TEXT | STYLE_BOLD : STYLE_TEXT;
	int x = c->text_x;

	if (is_person)
		draw_person(c, item, canvas, &x, y);
	else if (!is_named) {
		put(canvas, &x, y, STYLE_SECONDARY, item->agent_name);
		put(canvas, &x, y, STYLE_TEXT, " ");
	}
	put(canvas, &x, y, style, item->title);
	if (is_person && !is_named) {
		put(canvas, &x, y, STYLE_MUTED, " on ");
		put(canvas, &x, y, STYLE_SECONDARY, item->agent_name);
	}
}

// Whatever times the list shows, the post-mortem wants this one.
static void draw_exact(const struct columns *c, const struct timeline_item *item, struct canvas *canvas, int y)
{
	char date[HUMAN_MAX], time[HUMAN_MAX];

	canvas_textf(canvas, c->text_x, y, -1, STYLE_FAINT, "%s %s, %s%s%s",
		     human_date(item->at_ms, c->view->utc_offset_s, date),
		     human_time_of_day(item->at_ms, c->view->utc_offset_s, time), severity_name(item->severity),
		     *item->who ? ", by " : "", item->who);
}

// Draws the item from row y and returns the rows it takes, seen or not.
static int draw_item(const struct columns *c, const struct timeline_item *item, bool is_last, struct canvas *canvas,
		     int y)
{
	const struct action_look *look = action_look(item->type);
	int rows = item_rows(c, item), below = description_rows(c, item);

	draw_time(c, item, canvas, y);
	canvas_glyph(canvas, c->glyph_x, y, canvas->is_ascii ? (unsigned char)look->ascii : look->glyph, look->style);
	if (c->has_words)
		canvas_text(canvas, c->glyph_x + 2, y, WORD_CELLS, look->style, look->word);
	draw_title(c, item, canvas, y);
	wrap_draw(canvas, c->text_x, y + 1, canvas->width - c->text_x, below, STYLE_MUTED, item->description);
	if (is_expanded(c, item))
		draw_exact(c, item, canvas, y + rows - 1);
	if (!is_last)
		canvas_fill(canvas, c->glyph_x, y + 1, 1, rows - 1, 0x2502, STYLE_BORDER);
	return rows;
}

static void draw_group(const struct columns *c, const struct timeline_item *item, struct canvas *canvas, int y)
{
	char text[HUMAN_MAX];

	timeline_group_text(item->at_ms, c->view->now.wall_ms, c->view->utc_offset_s, text);
	canvas_text(canvas, 1, y, canvas->width - 1, STYLE_FAINT, text);
}

// On its own screen the timeline always takes the keys.
static bool has_keys(const struct view *view)
{
	return view->screen == SCREEN_TIMELINE || view->focus == PANE_TIMELINE;
}

static void draw_items(const struct columns *c, struct canvas *canvas)
{
	size_t n = n_items(c), first = first_shown(c, canvas->height);

	for (size_t i = first, y = 0; i < n && (int)y < canvas->height; i++) {
		const struct timeline_item *item = item_at(c, i);
		int row = (int)y, rows;

		if (!item)
			continue;
		if (has_heading(c, i, i == first))
			draw_group(c, item, canvas, row++);
		rows = draw_item(c, item, i + 1 == n || has_heading(c, i + 1, false), canvas, row);
		if (has_keys(c->view) && i == c->view->timeline.cursor) {
			canvas_glyph(canvas, 0, row, canvas_named_glyph(canvas, GLYPH_CURSOR), STYLE_PRIMARY);
			canvas_restyle(canvas, 0, row, canvas->width, rows, STYLE_SELECTED);
		}
		y = (size_t)(row + rows);
	}
}

// Scrolled away from the newest is the one thing one must not forget; it stands before the counts.
static struct canvas draw_heading(const struct columns *c, struct canvas *canvas)
{
	const struct timeline_view *view = &c->view->timeline;
	size_t newer = first_shown(c, canvas->height - 1);
	char filter[200], note[80];
	struct heading heading = { .title = "Timeline",
				   .detail = timeline_filter_text(view, filter, sizeof filter),
				   .note = note,
				   .is_focused = c->view->focus == PANE_TIMELINE };

	if (newer)
		snprintf(note, sizeof note, "%zu newer above", newer);
	else if (*filter)
		snprintf(note, sizeof note, "%zu of %zu", view->n_items, fleet_n_timeline(c->fleet));
	else
		snprintf(note, sizeof note, "%zu", view->n_items);
	if (newer)
		heading.note_style = STYLE_PRIMARY;
	return heading_draw(canvas, &heading);
}

// An agent that has only been well since it was found is told of together with others, and has nothing of its own.
static const char *empty_text(const struct fleet *fleet, const struct view *view)
{
	char filter[200];

	if (!fleet_n_timeline(fleet))
		return "Nothing has happened yet.";
	if (view->screen == SCREEN_AGENT && !*timeline_filter_text(&view->timeline, filter, sizeof filter))
		return "No news of this agent.";
	return "Nothing here matches.";
}

static void draw(const struct widget *widget, const struct fleet *fleet, const struct view *view, struct canvas *canvas)
{
	struct columns c;
	struct canvas rest;

	columns_init(&c, fleet, view, widget->options, canvas->width);
	rest = draw_heading(&c, canvas);
	if (n_items(&c))
		draw_items(&c, &rest);
	else
		canvas_text(&rest, 1, 0, rest.width - 1, STYLE_FAINT, empty_text(fleet, view));
}

const struct widget_class timeline_class = {
	.name = "timeline",
	.min_width = 20,
	.min_height = 2,
	.draw = draw,
};
