// SPDX-License-Identifier: Apache-2.0
/* What the canvas shows of the frame before, and what of it is out of date.
 *
 * Whoever changes something and says nothing more sets console->is_dirty, and everything is drawn. What happens many
 * times a second names its pane, or its rows of the table, and only these are drawn. Ages go by the slow clock.
 */
#include <string.h>

#include "console/state.h"
#include "widgets/agent_table.h"

// One more than there are: a row that is cut, or that scrolls in when the list above it grows, counts as well.
static size_t rows_in_sight(const struct console *console)
{
	return console->view.screen == SCREEN_OVERVIEW ? console_rows(console, SLOT_MAIN) + 1 : 0;
}

bool console_rows_in_sight(const struct console *console, const struct agent_order_touch *touch)
{
	return touch->first < console->top + rows_in_sight(console) && touch->last >= console->top;
}

void console_touch(struct console *console, enum slot slot)
{
	if (layout_has(&console->layout, slot))
		console->drawn.slots |= 1U << slot;
}

void console_touch_rows(struct console *console, const struct agent_order_touch *touch)
{
	struct drawn *drawn = &console->drawn;
	size_t end = console->top + rows_in_sight(console);
	size_t first = touch->first > console->top ? touch->first : console->top;

	if (!console_rows_in_sight(console, touch))
		return;
	if (end - console->top > TABLE_ROWS_MAX) {
		console_touch(console, SLOT_MAIN);
		return;
	}
	for (size_t row = first; row <= touch->last && row < end; row++)
		drawn->rows[(row - console->top) / 64] |= UINT64_C(1) << (row - console->top) % 64;
	drawn->has_rows = true;
}

bool console_is_touched(const struct console *console)
{
	return console->drawn.slots || console->drawn.has_rows;
}

static bool has_overlay(const struct view *view)
{
	return view->picker.is_open || view->prompt.is_open || view->dialog.is_open || view->confirm.is_open;
}

static uint64_t columns(const struct console *console)
{
	const struct rect *rect = &console->layout.slots[SLOT_MAIN];

	return console->view.screen == SCREEN_OVERVIEW
		       ? agent_table_columns(console->fleet, &console->view, rect->width, rect->height)
		       : 0;
}

// Rows alone are not enough when they stand elsewhere, or in other columns.
static void settle_rows(struct console *console)
{
	struct drawn *drawn = &console->drawn;

	if (!drawn->has_rows && !(drawn->slots & 1U << SLOT_MAIN))
		return;
	if (drawn->top != console->top || drawn->cursor != console->row || drawn->columns != columns(console))
		drawn->slots |= 1U << SLOT_MAIN;
}

bool console_draws_whole(struct console *console, const struct canvas *canvas)
{
	const struct drawn *drawn = &console->drawn;

	if (console->is_dirty || console->is_urgent || !canvas_is_signed(canvas, console))
		return true;
	if (has_overlay(&console->view) || drawn->had_overlay)
		return true;
	if (memcmp(&drawn->layout, &console->layout, sizeof drawn->layout) != 0)
		return true;
	if (console->view.selected != drawn->selected)
		console_touch(console, SLOT_PANELS);
	settle_rows(console);
	return false;
}

bool console_draws_slot(const struct console *console, enum slot slot, bool is_whole)
{
	return is_whole || console->drawn.slots & 1U << slot || (slot == SLOT_MAIN && console->drawn.has_rows);
}

void console_has_drawn(struct console *console, struct canvas *canvas, bool is_whole)
{
	struct drawn *drawn = &console->drawn;

	if (is_whole) {
		canvas_sign(canvas, console);
		drawn->whole_ms = console->now.mono_ms;
	}
	if (is_whole || drawn->slots & 1U << SLOT_MAIN)
		drawn->columns = columns(console);
	drawn->slots = 0;
	drawn->has_rows = false;
	memset(drawn->rows, 0, sizeof drawn->rows);
	drawn->layout = console->layout;
	drawn->top = console->top;
	drawn->cursor = console->row;
	drawn->selected = console->view.selected;
	drawn->had_overlay = has_overlay(&console->view);
	console->is_dirty = console->is_urgent = false;
}
