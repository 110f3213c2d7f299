// SPDX-License-Identifier: Apache-2.0
/* Lists to choose from: opening them, and what follows from a choice. */
#include <stdio.h>
#include <string.h>

#include "console/state.h"
#include "console/timeline_export.h"

static const struct {
	const char *title, *placeholder;
	enum picker_kind kind;
	bool is_multi;
} uses[] = {
	[USE_CONTEXT] = { "Context", "Select context...", PICK_AGENTS, true },
	[USE_RANGE] = { "Time range", "Select a range...", PICK_TIME_RANGE, false },
	[USE_THEME] = { "Theme", "Select a theme...", PICK_THEME, false },
	[USE_COMMAND] = { "Commands", "Type a command...", PICK_COMMANDS, false },
	[USE_SNOOZE] = { "Snooze for", "How long...", PICK_CHOICE, false },
	[USE_MAINTENANCE] = { "Maintenance for", "How long...", PICK_CHOICE, false },
	[USE_EXPORT] = { "Export the timeline as", "Select a format...", PICK_CHOICE, false },
	[USE_TYPES] = { "Timeline: which types", "Select types...", PICK_CHOICE, true },
	[USE_ACTION] = { "Act", "Select an action...", PICK_ACTION, false },
	[USE_STRATEGY] = { "How, one after the other", "Select a rollout...", PICK_CHOICE, false },
	[USE_AGREEMENT] = { "What waits for a second person", "Select a plan...", PICK_CHOICE, false },
};

static void open_picker(struct console *console, enum picker_use use, enum picker_kind kind, const char *title)
{
	console->picker_use = use;
	key_guard_begin(&console->picker_guard);
	picker_open(&console->picker, kind, title, uses[use].placeholder, uses[use].is_multi);
	if (console_fill_picker(console) < 0 || picker_settle(&console->picker) < 0) {
		picker_close(&console->picker);
		console_say(console, SEVERITY_WARNING, "out of memory: there is no list to choose from");
	}
	console->is_dirty = true;
}

void console_choose(struct console *console, enum picker_use use)
{
	open_picker(console, use, uses[use].kind, use == USE_ACTION ? console->acting.title : uses[use].title);
}

void console_choose_context(struct console *console, enum picker_kind kind)
{
	static const char *const titles[CONTEXT_KINDS] = {
		[PICK_AGENTS] = "Agents", [PICK_TIERS] = "Tiers",       [PICK_ENVIRONMENTS] = "Environments",
		[PICK_LABELS] = "Labels", [PICK_SERVICES] = "Services",
	};

	open_picker(console, USE_CONTEXT, kind, titles[kind]);
}

// The picks of one kind take the place of what was picked of it; agents that are not here now are kept out.
static void take_context(struct console *console)
{
	enum picker_kind kind = console->picker.kind;
	const char *id;
	size_t at = 0;

	context_clear_kind(&console->context, kind);
	while ((id = picker_picked(&console->picker, &at)))
		if (context_add(&console->context, kind, id) < 0)
			console_say(console, SEVERITY_WARNING, "out of memory: not everything was picked");
	console_context_changed(console);
}

static void take_types(struct console *console)
{
	const char *id;
	size_t at = 0;

	console->timeline.types = 0;
	while ((id = picker_picked(&console->picker, &at)))
		console->timeline.types |= 1U << action_type_from_name(id);
	timeline_filter_touch(&console->timeline);
}

static void take_range(struct console *console, const char *name)
{
	time_range_from_name(name, &console->context.range);
	console_remember(console);
}

static void take_theme(struct console *console, const char *name)
{
	snprintf(console->theme, sizeof console->theme, "%.15s", name);
	console_remember(console);
}

static void take_export(struct console *console, const char *name)
{
	char path[1024];
	int format = 0, r;

	while (strcmp(export_format_name((enum export_format)format), name) != 0)
		format++;
	r = timeline_export_file(&console->timeline, (enum export_format)format, console->now.wall_ms,
				 console->state_dir, path, sizeof path);
	if (r < 0)
		console_say(console, SEVERITY_CRITICAL, "not exported: %s", strerror(-r));
	else
		console_say(console, SEVERITY_INFO, "wrote %zu items to %.200s", console->timeline.n, path);
}

// "filter", "sort latency", "range 24h", "theme light": as the palette lists them.
static void take_command(struct console *console, const char *line)
{
	const char *argument = strchr(line, ' ');
	enum command command;

	if (!argument) {
		command = command_from_id(line);
		if (command != COMMAND_NONE)
			console_run(console, command);
		return;
	}
	argument++;
	if (strncmp(line, "range ", 6) == 0)
		take_range(console, argument);
	else if (strncmp(line, "theme ", 6) == 0)
		take_theme(console, argument);
	for (int column = 0; column < COLUMN_COUNT && strncmp(line, "sort ", 5) == 0; column++)
		if (strcmp(agent_column_name((enum agent_column)column), argument) == 0)
			console_table_sort(console, (enum agent_column)column,
					   agent_column_is_descending((enum agent_column)column));
}

static void take_choice(struct console *console, const char *choice)
{
	switch (console->picker_use) {
	case USE_RANGE:
		take_range(console, choice);
		break;
	case USE_THEME:
		take_theme(console, choice);
		break;
	case USE_COMMAND:
		take_command(console, choice);
		break;
	case USE_SNOOZE:
	case USE_MAINTENANCE:
		console_until(console, choice);
		break;
	case USE_EXPORT:
		take_export(console, choice);
		break;
	case USE_ACTION:
		console_take_action(console, choice);
		break;
	case USE_STRATEGY:
		console_take_strategy(console, choice);
		break;
	case USE_AGREEMENT:
		console_take_agreement(console, choice);
		break;
	case USE_CONTEXT:
	case USE_TYPES:
		break;
	}
}

static void take(struct console *console)
{
	const char *choice = picker_choice(&console->picker);
	char copy[256];

	if (console->picker_use == USE_CONTEXT)
		take_context(console);
	else if (console->picker_use == USE_TYPES)
		take_types(console);
	snprintf(copy, sizeof copy, "%s", choice ? choice : "");
	if (!console->picker.is_multi && choice) {
		picker_close(&console->picker); // what is chosen may open another
		take_choice(console, copy);
		return;
	}
	picker_close(&console->picker);
}

// Tab goes on to the next kind with what was picked so far.
static void next_kind(struct console *console, int by)
{
	int kind = ((int)console->picker.kind + by + CONTEXT_KINDS) % CONTEXT_KINDS;

	if (console->picker_use != USE_CONTEXT)
		return;
	if (console->picker.is_touched)
		take_context(console);
	console_choose_context(console, (enum picker_kind)kind);
}

// Where a choice may be followed by deeds, it is not taken by a key from before the list could be read.
static bool is_too_soon(struct console *console, const struct key *key)
{
	bool is_allowed = key_guard_allows(&console->picker_guard, key, console->now);

	return key->code == KEY_CODE_ENTER && !is_allowed &&
	       (console->picker_use == USE_ACTION || console->picker_use == USE_STRATEGY);
}

static void say_refused(struct console *console)
{
	const struct picker_item *item = picker_item_here(&console->picker);

	if (item)
		console_say(console, SEVERITY_INFO, "%s: %s", item->label, item->hint);
}

void console_picker_key(struct console *console, const struct key *key)
{
	size_t rows = console->height > 8 ? (size_t)console->height - 6 : 3;

	console->is_dirty = true;
	if (is_too_soon(console, key))
		return;
	switch (picker_key(&console->picker, key, rows)) {
	case PICKER_TAKEN:
		take(console);
		break;
	case PICKER_CANCELLED:
		picker_close(&console->picker);
		break;
	case PICKER_NEXT_KIND:
		next_kind(console, 1);
		break;
	case PICKER_PREVIOUS_KIND:
		next_kind(console, -1);
		break;
	case PICKER_REFUSED:
		say_refused(console);
		break;
	case PICKER_GOES_ON:
		break;
	}
}
