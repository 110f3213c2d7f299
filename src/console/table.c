// SPDX-License-Identifier: Apache-2.0
/* The agent table: what it lists, in what order, and where its cursor is. */
#include <stdio.h>
#include <string.h>

#include "console/state.h"
#include "text/text.h"

static bool passes_mode(const struct console *console, const struct fleet_agent *agent)
{
	switch (console->mode) {
	case TABLE_NEWLY_BAD:
		return agent->newly_bad != 0;
	case TABLE_DIFFERS:
		return peers_differs(&console->peers, agent->agent->id);
	case TABLE_ALL:
	case TABLE_MODE_COUNT:
		break;
	}
	return true;
}

static bool passes_text(const struct console *console, const struct fleet_agent *agent)
{
	const char *text = console->table_filter;

	if (!*text)
		return true;
	if (console->selector)
		return selector_matches(console->selector, agent->agent);
	return text_find(agent->agent->name, text) || text_find(agent->agent->url, text) ||
	       text_find(agent_label(agent->agent, "tier"), text) ||
	       text_find(agent_label(agent->agent, "env"), text) ||
	       (agent->health.reason && text_find(reason_text(agent->health.reason), text));
}

bool console_lists_agent(void *ctx, const struct fleet_agent *agent)
{
	const struct console *console = ctx;

	return context_matches(&console->context, agent->agent) && passes_mode(console, agent) &&
	       passes_text(console, agent);
}

void console_table_rebuild(struct console *console)
{
	agent_order_choose(console->order, console->sort, console->is_descending);
	if (agent_order_rebuild(console->order) < 0)
		console_say(console, SEVERITY_WARNING, "out of memory: not every agent is listed");
	console->is_dirty = true;
}

void console_table_sort(struct console *console, enum agent_column column, bool is_descending)
{
	console->sort = column;
	console->is_descending = is_descending;
	console->top = 0;
	console_table_rebuild(console);
	console_say(console, SEVERITY_INFO, "sorted by %s%s", agent_column_name(column),
		    is_descending ? ", descending" : "");
	console_remember(console);
}

void console_peers_refresh(struct console *console)
{
	console->peers_at_ms = console->now.mono_ms;
	if (peers_compute(&console->peers, console->fleet) < 0)
		console_say(console, SEVERITY_WARNING, "out of memory: peers are not compared");
}

// "Newly bad" has an order of its own: the latest first.
void console_table_mode(struct console *console, enum table_mode mode)
{
	if (mode == TABLE_NEWLY_BAD && console->mode != TABLE_NEWLY_BAD) {
		console->sort_before = console->sort;
		console->was_descending = console->is_descending;
		console->sort = COLUMN_SINCE;
		console->is_descending = true;
	} else if (mode != TABLE_NEWLY_BAD && console->mode == TABLE_NEWLY_BAD) {
		console->sort = console->sort_before;
		console->is_descending = console->was_descending;
	}
	console->mode = mode;
	if (mode == TABLE_DIFFERS)
		console_peers_refresh(console);
	console->held = 0;
	console->row = console->top = 0;
	console_table_rebuild(console);
}

bool console_table_filter(struct console *console, const char *text)
{
	struct selector *selector = NULL;
	char why[160];

	if (strpbrk(text, "=!~") && selector_parse(text, &selector, why, sizeof why) < 0) {
		prompt_fail(&console->prompt, why);
		return false;
	}
	selector_free(console->selector);
	console->selector = selector;
	snprintf(console->table_filter, sizeof console->table_filter, "%s", text);
	console_table_rebuild(console);
	return true;
}

void console_table_settle(struct console *console)
{
	size_t n, rows = console_rows(console, SLOT_MAIN), row;

	agent_order_ids(console->order, &n);
	if (!console->held)
		console->row = 0;
	else if (agent_order_find(console->order, console->held, &row))
		console->row = row;
	if (console->row >= n)
		console->row = n ? n - 1 : 0;
	if (console->top > console->row)
		console->top = console->row;
	if (rows && console->row >= console->top + rows)
		console->top = console->row - rows + 1;
}

void console_context_changed(struct console *console)
{
	if (scope_rebuild(&console->scope) < 0)
		console_say(console, SEVERITY_WARNING, "out of memory: not every agent is counted");
	console_table_rebuild(console);
	timeline_filter_touch(&console->timeline);
	alert_filter_refresh(&console->alerts);
	console_remember(console);
}
