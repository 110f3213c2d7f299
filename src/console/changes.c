// SPDX-License-Identifier: Apache-2.0
/* What the fleet tells, and whether any of it is on the screen. Nothing here walks the fleet. */
#include "console/state.h"

static void gone(struct console *console, uint32_t id)
{
	const struct fleet_agent *agent = fleet_agent(console->fleet, id);

	history_forget(&console->history, id);
	console->is_dirty |= id_set_remove(&console->marks, id);
	if (console->held == id)
		console->held = 0;
	if (agent && context_remove(&console->context, PICK_AGENTS, agent->agent->key)) {
		console_say(console, SEVERITY_WARNING, "%s is gone: it was taken out of the context",
			    agent->agent->name);
		if (console->context.sets[PICK_AGENTS].n == 0)
			console_context_changed(console);
		console_remember(console);
	}
	if (console->view.agent == id && console->view.screen != SCREEN_OVERVIEW) {
		console_say(console, SEVERITY_WARNING, "%s is gone", agent ? agent->agent->name : "the agent");
		console->view.agent = 0;
		if (console->view.screen == SCREEN_AGENT || console->view.screen == SCREEN_METRICS)
			console_go_to(console, (struct place){ SCREEN_OVERVIEW, 0 });
	}
}

static void agent_changed(struct console *console, uint32_t id, bool is_gone)
{
	struct agent_order_touch touch = { 0, 0 };

	if (is_gone)
		gone(console, id);
	if (scope_update(&console->scope, id, is_gone) || console->view.agent == id)
		console->is_dirty = true;
	if (agent_order_update(console->order, id, is_gone, &touch))
		console->is_dirty |= console_rows_in_sight(console, &touch);
}

static bool sorts_by_probe(const struct console *console)
{
	return console->sort == COLUMN_LATENCY || console->sort == COLUMN_TREND;
}

static bool sorts_by_metrics(const struct console *console)
{
	return console->sort >= COLUMN_CPU && console->sort <= COLUMN_ERRORS;
}

// Numbers of an agent changed: a row in sight, or the agent that panels and detail are about.
static void numbers_changed(struct console *console, uint32_t id, bool is_sorted_by_them)
{
	struct agent_order_touch touch;
	size_t row;

	if (console->view.screen != SCREEN_OVERVIEW)
		console->is_dirty |= id == console->view.agent;
	else if (id == console->view.selected)
		console_touch(console, SLOT_PANELS);
	if (is_sorted_by_them && agent_order_update(console->order, id, false, &touch)) {
		console_touch_rows(console, &touch);
	} else if (!console->is_dirty && agent_order_find(console->order, id, &row)) {
		touch = (struct agent_order_touch){ row, row };
		console_touch_rows(console, &touch);
	}
	if (id == console->series.agent)
		console->series.is_stale = true;
}

// A series was defined: a column may have found its numbers.
static void series_defined(struct console *console)
{
	if (sorts_by_metrics(console))
		console_table_rebuild(console);
	console->is_dirty = true;
}

void console_fleet_changed(void *ctx, enum fleet_change change, uint32_t agent)
{
	struct console *console = ctx;

	switch (change) {
	case FLEET_AGENT_ADDED:
	case FLEET_AGENT_CHANGED:
	case FLEET_AGENT_HEALTH:
		agent_changed(console, agent, false);
		break;
	case FLEET_AGENT_REMOVED:
		agent_changed(console, agent, true);
		break;
	case FLEET_AGENT_PROBED:
		numbers_changed(console, agent, sorts_by_probe(console));
		break;
	case FLEET_AGENT_METRICS:
		if (agent)
			numbers_changed(console, agent, sorts_by_metrics(console));
		else
			series_defined(console);
		break;
	case FLEET_ALERTS:
		console->alerts.is_stale = true;
		console->is_dirty = true;
		break;
	case FLEET_TIMELINE:
		timeline_filter_news(&console->timeline);
		console->is_dirty |= console->view.screen == SCREEN_TIMELINE;
		console_touch(console, SLOT_TIMELINE);
		break;
	case FLEET_AGENT_LIFECYCLE:
		console_refresh_actions(console);
		console->is_dirty = true;
		break;
	case FLEET_AUDIT:
		console->audit.is_stale = true;
		console->is_dirty |= console->view.screen == SCREEN_AUDIT;
		break;
	case FLEET_OPERATIONS:
		console_refresh_question(console);
		console->is_dirty = true;
		break;
	case FLEET_LEASE:
		console_refresh_actions(console);
		console->is_dirty = true;
		break;
	case FLEET_PRESENCE:
	case FLEET_APPROVALS:
	case FLEET_PROGRESS:
	case FLEET_PLANS:
	case FLEET_FEED:
		console_forget_histories(console);
		console->is_dirty = true;
		break;
	}
}
