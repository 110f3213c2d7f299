// SPDX-License-Identifier: Apache-2.0
/* Screens, panes and cursors. */
#include "console/state.h"
#include "widgets/agent_detail.h"
#include "widgets/agent_table.h"
#include "widgets/audit_list.h"
#include "widgets/operation_detail.h"
#include "widgets/operation_list.h"

// The timeline's own screen has it in the middle; the heading takes a row.
size_t console_rows(const struct console *console, enum slot slot)
{
	int height;

	if (slot == SLOT_TIMELINE && console->view.screen == SCREEN_TIMELINE)
		slot = SLOT_MAIN;
	height = console->layout.slots[slot].height;
	if (slot == SLOT_MAIN && console->view.screen == SCREEN_OVERVIEW)
		height = agent_table_rows(height);
	else if (slot == SLOT_MAIN && console->view.screen == SCREEN_OPERATIONS)
		height = operation_list_rows(console->fleet, height);
	else if (slot == SLOT_MAIN && console->view.screen == SCREEN_AUDIT)
		height = audit_list_rows(console->fleet, &console->view, console->layout.slots[slot].width, height);
	else if (slot == SLOT_DETAIL)
		height = operation_detail_rows(console->fleet, &console->view, console->layout.slots[slot].width,
					       height);
	else
		height--;
	return height > 0 ? (size_t)height : 1;
}

static bool needs_agent(enum screen_id screen)
{
	return screen == SCREEN_AGENT || screen == SCREEN_METRICS;
}

void console_go_to(struct console *console, struct place place)
{
	struct view *view = &console->view;

	if (needs_agent(place.screen) && !fleet_agent(console->fleet, place.agent))
		place = (struct place){ SCREEN_OVERVIEW, 0 };
	view->screen = place.screen;
	view->agent = place.agent;
	view->focus = PANE_TABLE;
	view->is_chart_open = false;
	view->focused_series = 0;
	view->detail_top = view->help_top = 0;
	timeline_filter_newest(&console->timeline);
	timeline_filter_touch(&console->timeline);
	alert_filter_refresh(&console->alerts);
	if (console->series.agent != place.agent) {
		console->series.agent = place.agent;
		console->series.text[0] = '\0';
		console->series.row = console->series.top = 0;
	}
	console->series.is_stale = true;
	console->is_dirty = true;
	console_watch(console);
	console_watch_audit(console);
	if (place.screen == SCREEN_AGENT)
		console_observe(console, place.agent);
}

void console_go(struct console *console, enum screen_id screen, uint32_t agent)
{
	if (needs_agent(screen) && !fleet_agent(console->fleet, agent)) {
		console_say(console, SEVERITY_INFO, "there is no agent to look at");
		return;
	}
	history_go(&console->history, (struct place){ screen, agent });
	console_go_to(console, (struct place){ screen, agent });
}

// What hides the rest is undone first, the innermost first; from the overview there is nowhere further back.
void console_back(struct console *console)
{
	struct place place;

	if (console->view.is_chart_open) {
		console->view.is_chart_open = false;
	} else if (console->timeline.expanded) {
		console->timeline.expanded = 0;
	} else if (console->view.screen == SCREEN_AUDIT && console->audit.is_expanded) {
		console->audit.is_expanded = false;
	} else if (console->view.screen != SCREEN_OVERVIEW && console->view.focus != PANE_DETAIL) {
		if (history_back(&console->history, &place))
			console_go_to(console, place);
		else
			console_go(console, SCREEN_OVERVIEW, 0);
	} else if (console->view.focus != PANE_TABLE) {
		console->view.focus = PANE_TABLE;
	} else if (console->table_filter[0]) {
		console_table_filter(console, "");
	} else if (console->mode != TABLE_ALL) {
		console_table_mode(console, TABLE_ALL);
	} else if (console->marks.n) {
		id_set_clear(&console->marks);
	}
	console->is_dirty = true;
}

static size_t moved(size_t from, int64_t by, size_t n)
{
	int64_t to = (int64_t)from + by;

	if (to >= (int64_t)n)
		to = (int64_t)n - 1;
	return to < 0 ? 0 : (size_t)to;
}

static void move_table(struct console *console, int64_t by)
{
	size_t n;
	const uint32_t *ids = agent_order_ids(console->order, &n);

	if (!n)
		return;
	console->row = moved(console->row, by, n);
	// At the top the cursor lets go: it stays on whatever is worst.
	console->held = console->row ? ids[console->row] : 0;
}

static void move_detail(struct console *console, int64_t by)
{
	const struct rect *rect = &console->layout.slots[SLOT_MAIN];
	size_t last = agent_detail_last_top(console->fleet, &console->view, rect->width, rect->height);

	console->view.detail_top = moved(console->view.detail_top, by, last + 1);
}

static void move_pane(struct console *console, int64_t by)
{
	switch (console->view.focus) {
	case PANE_TIMELINE:
		timeline_filter_move(&console->timeline, by, console_rows(console, SLOT_TIMELINE));
		break;
	case PANE_PANELS:
		console_move_sideways(console, (int)by);
		break;
	case PANE_TABLE:
	case PANE_DETAIL:
	case PANE_COUNT:
		if (console->view.screen == SCREEN_OVERVIEW)
			move_table(console, by);
		else
			move_detail(console, by);
		break;
	}
}

void console_move(struct console *console, int64_t by)
{
	struct view *view = &console->view;
	size_t rows = console_rows(console, SLOT_MAIN);

	console->is_dirty = true;
	switch (view->screen) {
	case SCREEN_OVERVIEW:
	case SCREEN_AGENT:
		move_pane(console, by);
		break;
	case SCREEN_ALERTS:
		alert_filter_move(&console->alerts, by, rows);
		break;
	case SCREEN_METRICS:
		if (view->focus == PANE_PANELS)
			console_move_sideways(console, (int)by);
		else
			series_filter_move(&console->series, by, rows);
		break;
	case SCREEN_TIMELINE:
		timeline_filter_move(&console->timeline, by, rows);
		break;
	case SCREEN_OPERATIONS:
		if (view->focus == PANE_DETAIL)
			operations_move_target(&console->operations, console->fleet, by,
					       console_rows(console, SLOT_DETAIL));
		else
			operations_move(&console->operations, console->fleet, by);
		break;
	case SCREEN_AUDIT:
		audit_rows_move(&console->audit, by);
		break;
	case SCREEN_HELP:
		view->help_top = moved(view->help_top, by, console->keymap.n_help);
		break;
	case SCREEN_COUNT:
		break;
	}
}

void console_move_page(struct console *console, int direction)
{
	enum slot slot = slot_of_pane(console->view.focus);
	int64_t rows = (int64_t)console_rows(console, layout_has(&console->layout, slot) ? slot : SLOT_MAIN);

	console_move(console, direction * (rows > 1 ? rows - 1 : 1));
}

void console_move_end(struct console *console, bool is_last)
{
	console_move(console, is_last ? INT32_MAX : -(int64_t)INT32_MAX);
}

// The agent whose panels are on the screen.
static uint32_t panels_of(const struct console *console)
{
	return needs_agent(console->view.screen) ? console->view.agent : console->view.selected;
}

void console_move_sideways(struct console *console, int by)
{
	struct view *view = &console->view;

	if (view->focus == PANE_PANELS)
		view->focused_series = (uint16_t)moved(view->focused_series, by,
						       fleet_agent_series(console->fleet, panels_of(console), NULL, 0));
	else if (view->focus == PANE_TIMELINE || view->screen == SCREEN_TIMELINE)
		console_run(console, COMMAND_EXPAND);
	console->is_dirty = true;
}

void console_next_pane(struct console *console, int by)
{
	static const unsigned panes[SCREEN_COUNT] = {
		[SCREEN_OVERVIEW] = 1U << PANE_TABLE | 1U << PANE_TIMELINE | 1U << PANE_PANELS,
		[SCREEN_AGENT] = 1U << PANE_TABLE | 1U << PANE_TIMELINE | 1U << PANE_PANELS,
		[SCREEN_METRICS] = 1U << PANE_TABLE | 1U << PANE_PANELS,
		[SCREEN_OPERATIONS] = 1U << PANE_TABLE | 1U << PANE_DETAIL,
	};
	struct view *view = &console->view;

	if (panes[view->screen])
		do
			view->focus = (enum pane)(((int)view->focus + by + PANE_COUNT) % PANE_COUNT);
		while (!(panes[view->screen] & 1U << view->focus));
	view->is_chart_open = false;
	console->is_dirty = true;
}

static void enter_timeline(struct console *console)
{
	const struct timeline_item *item = timeline_filter_item(&console->timeline);

	if (item && item->agent && console->view.screen != SCREEN_AGENT && fleet_agent(console->fleet, item->agent))
		console_go(console, SCREEN_AGENT, item->agent);
	else
		console_run(console, COMMAND_EXPAND);
}

// From the list to the targets, from there to the agent.
static void enter_operations(struct console *console)
{
	uint32_t agent = console_operation_target(console);

	if (console->view.focus != PANE_DETAIL)
		console->view.focus = PANE_DETAIL;
	else if (fleet_agent(console->fleet, agent))
		console_go(console, SCREEN_AGENT, agent);
	else if (agent)
		console_say(console, SEVERITY_INFO, "that agent is gone");
}

void console_enter(struct console *console)
{
	struct view *view = &console->view;
	const struct alert *alert;

	console->is_dirty = true;
	if (view->screen == SCREEN_TIMELINE || view->focus == PANE_TIMELINE) {
		enter_timeline(console);
	} else if (view->focus == PANE_PANELS) {
		view->is_chart_open = !view->is_chart_open;
	} else if (view->screen == SCREEN_OVERVIEW) {
		console_go(console, SCREEN_AGENT, view->selected);
	} else if (view->screen == SCREEN_AGENT) {
		console_go(console, SCREEN_METRICS, view->agent);
	} else if (view->screen == SCREEN_OPERATIONS) {
		enter_operations(console);
	} else if (view->screen == SCREEN_AUDIT) {
		console->audit.is_expanded = !console->audit.is_expanded;
	} else if (view->screen == SCREEN_ALERTS) {
		alert = fleet_alert(console->fleet, console_alert_here(console));
		if (alert && alert->agent)
			console_go(console, SCREEN_AGENT, alert->agent);
	}
}
