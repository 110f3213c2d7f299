// SPDX-License-Identifier: Apache-2.0
#include "console/state.h"

#include "widgets/agent_detail.h"
#include "widgets/agent_table.h"
#include "widgets/alert_list.h"
#include "widgets/audit_list.h"
#include "widgets/confirm_dialog.h"
#include "widgets/connection.h"
#include "widgets/context_picker.h"
#include "widgets/counts.h"
#include "widgets/dialog.h"
#include "widgets/footer.h"
#include "widgets/header.h"
#include "widgets/help.h"
#include "widgets/metrics_grid.h"
#include "widgets/metrics_list.h"
#include "widgets/newly_bad.h"
#include "widgets/operation_detail.h"
#include "widgets/operation_list.h"
#include "widgets/progress_tracker.h"
#include "widgets/prompt.h"
#include "widgets/timeline.h"
#include "widgets/verdict.h"

// The same on every screen, where the layout has a place for it.
static const struct widget widgets[SLOT_COUNT] = {
	[SLOT_HEADER] = { .class = &header_class },           [SLOT_CONNECTION] = { .class = &connection_class },
	[SLOT_VERDICT] = { .class = &verdict_class },         [SLOT_COUNTS] = { .class = &counts_class },
	[SLOT_NEWLY_BAD] = { .class = &newly_bad_class },     [SLOT_PROGRESS] = { .class = &progress_tracker_class },
	[SLOT_TIMELINE] = { .class = &timeline_class },       [SLOT_PANELS] = { .class = &metrics_grid_class },
	[SLOT_DETAIL] = { .class = &operation_detail_class }, [SLOT_FOOTER] = { .class = &footer_class },
};

// What stands in the middle.
static const struct widget mains[SCREEN_COUNT] = {
	[SCREEN_OVERVIEW] = { .class = &agent_table_class }, [SCREEN_AGENT] = { .class = &agent_detail_class },
	[SCREEN_ALERTS] = { .class = &alert_list_class },    [SCREEN_METRICS] = { .class = &metrics_list_class },
	[SCREEN_TIMELINE] = { .class = &timeline_class },    [SCREEN_OPERATIONS] = { .class = &operation_list_class },
	[SCREEN_AUDIT] = { .class = &audit_list_class },     [SCREEN_HELP] = { .class = &help_class },
};

static const struct widget picker = { .class = &context_picker_class };
static const struct widget prompt = { .class = &prompt_class };
static const struct widget dialog = { .class = &dialog_class };
static const struct widget confirm = { .class = &confirm_dialog_class };

static void draw_slot(const struct console *console, enum slot slot, bool is_clear, struct canvas *canvas)
{
	const struct widget *widget = slot == SLOT_MAIN ? &mains[console->view.screen] : &widgets[slot];
	const struct rect *rect = &console->layout.slots[slot];
	struct canvas part = canvas_part(canvas, rect->x, rect->y, rect->width, rect->height);

	if (!is_clear && (!console->view.table.rows || slot != SLOT_MAIN))
		canvas_clear(&part, STYLE_TEXT);
	if (rect->width >= widget->class->min_width && rect->height >= widget->class->min_height)
		widget_draw(widget, console->fleet, &console->view, &part);
}

// What lies over the screen takes the keys, so it is drawn last.
static void draw_overlays(const struct console *console, struct canvas *canvas)
{
	struct canvas foot = canvas_part(canvas, 0, canvas->height - 1, canvas->width, 1);

	if (console->view.picker.is_open)
		widget_draw(&picker, console->fleet, &console->view, canvas);
	if (console->view.prompt.is_open)
		widget_draw(&prompt, console->fleet, &console->view, &foot);
	if (console->view.dialog.is_open)
		widget_draw(&dialog, console->fleet, &console->view, canvas);
	if (console->view.confirm.is_open)
		widget_draw(&confirm, console->fleet, &console->view, canvas);
}

// What asks for an answer takes none from before it stood on the screen.
static void note_painted(struct console *console, const struct canvas *canvas)
{
	if (console->picker.is_open)
		key_guard_painted(&console->picker_guard, console->now);
	if (console->view.screen == SCREEN_ALERTS)
		key_guard_painted(&console->alert_guard, console->now);
	dialog_painted(&console->dialog, console->now);
	if (confirm_dialog_is_readable(canvas->width, canvas->height))
		confirm_painted(&console->confirm, console->now);
}

void console_draw(struct console *console, struct canvas *canvas, struct instant now)
{
	bool is_whole;

	console->now = now;
	console_layout(console, canvas->width, canvas->height);
	console_show(console);
	is_whole = console_draws_whole(console, canvas);
	if (is_whole)
		canvas_clear(canvas, STYLE_TEXT);
	if (!is_whole && !(console->drawn.slots & 1U << SLOT_MAIN))
		console->view.table.rows = console->drawn.rows;
	for (int slot = 0; slot < SLOT_COUNT; slot++)
		if (console_draws_slot(console, (enum slot)slot, is_whole))
			draw_slot(console, (enum slot)slot, is_whole, canvas);
	console->view.table.rows = NULL;
	draw_overlays(console, canvas);
	note_painted(console, canvas);
	console_has_drawn(console, canvas, is_whole);
}
