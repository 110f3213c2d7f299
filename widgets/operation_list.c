// SPDX-License-Identifier: Apache-2.0
#include "widgets/operation_list.h"

#include <stdio.h>
#include <string.h>

#include "base/human.h"
#include "base/strbuf.h"
#include "text/text.h"
#include "widgets/heading.h"
#include "widgets/list.h"
#include "widgets/operation_words.h"
#include "widgets/progress_tracker.h"
#include "widgets/together_words.h"

enum { MARK = 2, GAP = 2, WHAT_MIN = 16, TITLES_FROM = 4, WAITING_FROM = 5, WAITING_MAX = 3 };

enum list_column {
	LIST_STATE,
	LIST_WHAT,
	LIST_DONE,
	LIST_BAD,
	LIST_WAVE,
	LIST_ELAPSED,
	LIST_LEFT,
	LIST_WHO,
	LIST_COLUMN_COUNT
};

static const struct {
	const char *title;
	int width; // cells; 0: whatever is left
	bool is_right;
	int from; // the list is at least so wide
} columns[LIST_COLUMN_COUNT] = {
	[LIST_STATE] = { "STATE", 15, false, 58 }, [LIST_WHAT] = { "WHAT", 0, false, 0 },
	[LIST_DONE] = { "DONE", 7, false, 32 },    [LIST_BAD] = { "BAD", 4, true, 72 },
	[LIST_WAVE] = { "WAVE", 15, false, 88 },   [LIST_ELAPSED] = { "TIME", 7, true, 46 },
	[LIST_LEFT] = { "LEFT", 7, true, 104 },    [LIST_WHO] = { "BY", 10, false, 76 },
};

static const enum list_column reading[LIST_COLUMN_COUNT] = { LIST_STATE, LIST_WHAT,    LIST_DONE, LIST_BAD,
							     LIST_WAVE,  LIST_ELAPSED, LIST_LEFT, LIST_WHO };

// Of a plan that is not confirmed yet nobody waits for anything.
static bool is_waiting(const struct fleet_approval *approval)
{
	return approval->state == APPROVAL_WANTED && !approval->is_unasked;
}

int operation_list_n_waiting(const struct fleet *fleet)
{
	int n = 0;

	for (size_t i = 0; i < fleet_n_approvals(fleet) && n < WAITING_MAX; i++)
		n += is_waiting(fleet_approval_at(fleet, i));
	return n;
}

static int waiting_rows(const struct fleet *fleet, int height)
{
	int n = height < WAITING_FROM ? 0 : operation_list_n_waiting(fleet), most = (height - 2) / 2;

	return n < most ? n : most;
}

int operation_list_rows(const struct fleet *fleet, int height)
{
	int rows = height - 1 - (height >= TITLES_FROM ? 1 : 0) - waiting_rows(fleet, height);

	return rows < 1 ? height > 0 : rows;
}

static int column_width(enum list_column column, int width)
{
	if (width < columns[column].from)
		return column == LIST_STATE ? 1 : 0;
	return columns[column].width;
}

// What is left for the words of what is done.
static int what_width(int width)
{
	int left = width - MARK;

	for (int column = 0; column < LIST_COLUMN_COUNT; column++) {
		int cells = column_width((enum list_column)column, width);

		left -= cells ? cells + GAP : 0;
	}
	return left;
}

static bool is_under_way(enum operation_state state)
{
	return state == OPERATION_RUNNING || state == OPERATION_ROLLING_BACK;
}

static void elapsed_text(const struct operation *operation, int64_t now_ms, bool is_left, char *out)
{
	const struct progress progress = { .started_ms = operation->started_ms,
					   .ended_ms = operation->ended_ms,
					   .estimated_ms = operation->estimated_ms };
	int64_t elapsed_ms = progress_elapsed_ms(&progress, now_ms), left_ms = operation->estimated_ms - elapsed_ms;

	out[0] = '\0';
	if (!operation->started_ms)
		return;
	if (!is_left)
		human_duration(elapsed_ms, out);
	else if (is_under_way(operation->state) && left_ms > 0)
		human_duration(left_ms + 999, out);
}

// Its state; of one whose hub is not heard as of when that is.
static style_t state_text(const struct operation *operation, const struct fleet *fleet, const struct view *view,
			  char out[OPERATION_TEXT_MAX])
{
	char as_of[OPERATION_DONE_MAX];

	operation_as_of_text(fleet, operation, view, as_of);
	snprintf(out, OPERATION_TEXT_MAX, "%s", *as_of ? as_of : operation_state_name(operation->state));
	return *as_of ? STYLE_UNKNOWN : operation_look(operation->state).style;
}

static style_t cell_text(enum list_column column, const struct operation *operation, const struct fleet *fleet,
			 const struct view *view, char out[OPERATION_TEXT_MAX])
{
	bool is_over = operation_is_over(operation->state);
	size_t n_bad;

	out[0] = '\0';
	switch (column) {
	case LIST_STATE:
		return state_text(operation, fleet, view, out);
	case LIST_WHAT:
		operation_title(operation->plan, out, OPERATION_TEXT_MAX);
		return is_over ? STYLE_MUTED : STYLE_TEXT;
	case LIST_DONE:
		operation_done_text(operation, out);
		return STYLE_MUTED;
	case LIST_BAD:
		n_bad = operation->n_by_state[TARGET_FAILED] + operation->n_by_state[TARGET_INDETERMINATE];
		if (n_bad)
			snprintf(out, OPERATION_TEXT_MAX, "%zu", n_bad);
		return STYLE_BAD;
	case LIST_WAVE:
		operation_wave_text(operation, out, OPERATION_TEXT_MAX);
		return STYLE_MUTED;
	case LIST_ELAPSED:
	case LIST_LEFT:
		elapsed_text(operation, operation_shown_ms(fleet, operation, view), column == LIST_LEFT, out);
		return STYLE_MUTED;
	case LIST_WHO:
		snprintf(out, OPERATION_TEXT_MAX, "%s", operation->plan->who);
		break;
	case LIST_COLUMN_COUNT:
		break;
	}
	return STYLE_MUTED;
}

static void draw_cell(struct canvas *canvas, int x, int y, int width, enum list_column column,
		      const struct operation *operation, const struct fleet *fleet, const struct view *view)
{
	char text[OPERATION_TEXT_MAX];
	style_t style = cell_text(column, operation, fleet, view, text);

	if (column == LIST_STATE) {
		canvas_glyph(canvas, x, y, canvas_named_glyph(canvas, operation_look(operation->state).glyph), style);
		if (width > 2) // a time takes a cell of the gap
			canvas_text(canvas, x + 2, y, width - 1, style, text);
	} else if (columns[column].is_right) {
		canvas_text_right(canvas, x, y, width, style, text);
	} else {
		canvas_text(canvas, x, y, width, style, text);
	}
}

// NULL: the titles.
static void draw_row(struct canvas *canvas, int y, const struct operation *operation, const struct fleet *fleet,
		     const struct view *view)
{
	int x = MARK;

	for (int i = 0; i < LIST_COLUMN_COUNT; i++) {
		enum list_column column = reading[i];
		int width = column == LIST_WHAT ? what_width(canvas->width) : column_width(column, canvas->width);

		if (width <= 0)
			continue;
		if (operation)
			draw_cell(canvas, x, y, width, column, operation, fleet, view);
		else if (width > 1 && columns[column].is_right)
			canvas_text_right(canvas, x, y, width, STYLE_FAINT, columns[column].title);
		else if (width > 1)
			canvas_text(canvas, x, y, width, STYLE_FAINT, columns[column].title);
		x += width + GAP;
	}
}

static size_t count(const struct fleet *fleet, enum operation_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < fleet_n_operations(fleet); i++)
		n += fleet_operation_at(fleet, i)->state == state;
	return n;
}

// Of the newest that is as of then; "" when there is none.
static void newest_as_of(const struct fleet *fleet, const struct view *view, char out[OPERATION_DONE_MAX])
{
	out[0] = '\0';
	for (size_t i = 0; i < fleet_n_operations(fleet) && !*out; i++)
		operation_as_of_text(fleet, fleet_operation_at(fleet, i), view, out);
}

// "1 running, 1 paused", and how many are over; then as of when, where that is not now.
static struct canvas draw_heading(struct canvas *canvas, const struct fleet *fleet, const struct view *view)
{
	static const enum operation_state open[] = { OPERATION_RUNNING, OPERATION_ROLLING_BACK, OPERATION_PAUSED,
						     OPERATION_QUEUED };
	size_t n_over = fleet_n_operations(fleet) - fleet_n_operations_open(fleet);
	char note[128], as_of[OPERATION_DONE_MAX];
	struct strbuf text;

	strbuf_init(&text, note, sizeof note);
	for (size_t i = 0; i < sizeof open / sizeof open[0]; i++) {
		size_t n = count(fleet, open[i]);

		if (n)
			strbuf_addf(&text, "%s%zu %s", text.len ? ", " : "", n, operation_state_name(open[i]));
	}
	if (n_over)
		strbuf_addf(&text, "%s%zu over", text.len ? ", " : "", n_over);
	newest_as_of(fleet, view, as_of);
	if (*as_of)
		strbuf_addf(&text, ", %s", as_of);
	return heading_draw(
		canvas,
		&(struct heading){ .title = "Operations", .note = note, .is_focused = view->focus != PANE_DETAIL });
}

// The newest that wait, with the key that answers those of others.
static int draw_waiting(struct canvas *canvas, int y, int n, const struct fleet *fleet, const struct view *view)
{
	const char *key = view->operations.approve_key;

	for (size_t i = 0; i < fleet_n_approvals(fleet) && n > 0; i++) {
		const struct fleet_approval *approval = fleet_approval_at(fleet, i);
		bool is_ours = together_is_for_us(fleet, approval);
		char text[TOGETHER_TEXT_MAX], line[TOGETHER_TEXT_MAX + 32];

		if (!is_waiting(approval))
			continue;
		if (is_ours && key && *key)
			snprintf(line, sizeof line, "%s answers: %s", key, together_approval(approval, view, text));
		else
			snprintf(line, sizeof line, "waits: %s", together_approval(approval, view, text));
		canvas_glyph(canvas, 0, y, canvas_named_glyph(canvas, GLYPH_WARN), STYLE_WARN);
		canvas_text(canvas, MARK, y++, -1, is_ours ? STYLE_WARN : STYLE_MUTED, line);
		n--;
	}
	return y;
}

static void draw(const struct widget *widget, const struct fleet *fleet, const struct view *view, struct canvas *canvas)
{
	size_t n = fleet_n_operations(fleet), rows = (size_t)operation_list_rows(fleet, canvas->height);
	size_t first = list_first_shown(view->operations.top, view->operations.cursor, n, rows);
	struct canvas body = *canvas;
	int y = 0;

	(void)widget;
	if (canvas->height > 1)
		body = draw_heading(canvas, fleet, view);
	y = draw_waiting(&body, y, waiting_rows(fleet, canvas->height), fleet, view);
	if (n == 0) {
		canvas_text(&body, MARK, y, -1, STYLE_MUTED, "No operations yet.");
		return;
	}
	if (canvas->height >= TITLES_FROM)
		draw_row(&body, y++, NULL, fleet, view);
	for (size_t i = first; i < n && i < first + rows; i++, y++) {
		draw_row(&body, y, fleet_operation_at(fleet, i), fleet, view);
		if (i == view->operations.cursor)
			list_mark_cursor(&body, y, view->focus != PANE_DETAIL);
	}
}

const struct widget_class operation_list_class = {
	.name = "operation_list",
	.min_width = 16,
	.min_height = 1,
	.draw = draw,
};
