// SPDX-License-Identifier: Apache-2.0
#include "console/console.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "console/state.h"
#include "text/text.h"
#include "widgets/row_cache.h"

static void take_options(struct console *console, const struct console_options *options)
{
	const struct config *config = options->config;

	console->config = config;
	console->fleet = options->fleet;
	console->feed = options->feed;
	console->replay = options->replay;
	console->who = options->who ? options->who : "unknown";
	console->configured_theme = options->theme ? options->theme : "dark";
	console->state_dir = options->state_dir;
	console->local_offset_s = options->utc_offset_s;
	console->refresh_ms = config && config->refresh_ms ? config->refresh_ms : 1000;
	console->is_utc = console->is_absolute = config && config->is_utc;
	console->view = (struct view){ .is_demo = options->is_demo,
				       .is_read_only = config && config->operations.is_read_only,
				       .has_unicode = options->has_unicode,
				       .fleet_name = config && config->fleet_name ? config->fleet_name : "",
				       .hub = "" };
}

static int start(struct console *console)
{
	int r;

	keymap_init(&console->keymap, console->config);
	if (console->replay)
		keymap_use_replay(&console->keymap);
	context_init(&console->context);
	history_init(&console->history, (struct place){ SCREEN_OVERVIEW, 0 });
	scope_init(&console->scope, console->fleet, &console->context);
	timeline_filter_init(&console->timeline, console->fleet, &console->scope);
	alert_filter_init(&console->alerts, console->fleet, &console->scope);
	series_filter_init(&console->series, console->fleet);
	audit_rows_init(&console->audit, console->fleet);
	console_restore(console);
	r = agent_order_create(console->fleet, console_lists_agent, console, &console->order);
	if (r < 0)
		return r;
	agent_order_choose(console->order, console->sort, console->is_descending);
	r = agent_order_rebuild(console->order);
	if (r == 0)
		r = scope_rebuild(&console->scope);
	return r == 0 ? fleet_listen(console->fleet, console_fleet_changed, console) : r;
}

int console_create(const struct console_options *options, struct instant now, struct console **out)
{
	struct console *console = mem_calloc(1, sizeof *console);
	int r;

	if (!console)
		return -ENOMEM;
	console->now = now;
	take_options(console, options);
	console->rows = row_cache_create();
	r = start(console);
	if (r < 0) {
		console->state_dir = NULL; // half a view is not worth remembering
		console_destroy(console);
		return r;
	}
	if (console->keymap.problem[0])
		console_say(console, SEVERITY_WARNING, "%s", console->keymap.problem);
	console_layout(console, 80, 24);
	console_show(console);
	console->is_urgent = true;
	*out = console;
	return 0;
}

void console_destroy(struct console *console)
{
	if (!console)
		return;
	console_remember(console);
	fleet_unlisten(console->fleet, console_fleet_changed, console);
	row_cache_destroy(console->rows);
	picker_close(&console->picker);
	confirm_close(&console->confirm);
	mem_free(console->acting.ids);
	id_set_finish(&console->marks);
	id_set_finish(&console->histories);
	timeline_filter_finish(&console->timeline);
	alert_filter_finish(&console->alerts);
	series_filter_finish(&console->series);
	agent_order_destroy(console->order);
	selector_free(console->selector);
	peers_finish(&console->peers);
	scope_finish(&console->scope);
	console_forget_limits(console);
	context_finish(&console->context);
	mem_free(console);
}

static void dialog_input(struct console *console, const struct key *key)
{
	int button = dialog_key(&console->dialog, key, console->now);

	if (button != DIALOG_OPEN)
		console_answer(console, button);
	console->is_dirty = true;
}

static bool contains(const struct rect *rect, int x, int y)
{
	return x >= rect->x && x < rect->x + rect->width && y >= rect->y && y < rect->y + rect->height;
}

// A click gives its pane the keys.
static void click(struct console *console, const struct key *key)
{
	for (int pane = 0; pane < PANE_COUNT; pane++)
		if (contains(&console->layout.slots[slot_of_pane((enum pane)pane)], key->x, key->y))
			console->view.focus = (enum pane)pane;
	console->is_dirty = true;
}

static void screen_input(struct console *console, const struct key *key)
{
	enum command command;

	switch (key->code) {
	case KEY_CODE_PASTE: // nothing that is pasted is a command
		return;
	case KEY_CODE_WHEEL_UP:
		console_move(console, -WHEEL_ROWS);
		return;
	case KEY_CODE_WHEEL_DOWN:
		console_move(console, WHEEL_ROWS);
		return;
	case KEY_CODE_MOUSE:
		click(console, key);
		return;
	default:
		break;
	}
	command = keymap_find(&console->keymap, key, console->view.screen);
	if (command != COMMAND_NONE)
		console_run(console, command);
}

// Whoever goes on has read what was not done: it hides the question at the foot.
static void end_warning(struct console *console)
{
	if (!console->message_until_ms || console->message_severity == SEVERITY_INFO ||
	    console->now.mono_ms - console->message_said_ms < MESSAGE_READ_MS)
		return;
	console->message_until_ms = 0;
	console->is_dirty = true;
}

void console_key(struct console *console, const struct key *key, struct instant now)
{
	console->now = now;
	end_warning(console);
	if (console->confirm.is_open)
		console_confirm_key(console, key);
	else if (console->dialog.is_open)
		dialog_input(console, key);
	else if (console->picker.is_open)
		console_picker_key(console, key);
	else if (console->prompt.is_open)
		console_prompt_key(console, key);
	else
		screen_input(console, key);
	console->is_urgent |= console->is_dirty;
	console_layout(console, console->width, console->height); // a pane may have come or gone
	console_show(console);
}

static void expire_message(struct console *console)
{
	if (!console->message_until_ms || console->now.mono_ms < console->message_until_ms)
		return;
	console->message_until_ms = 0;
	console->is_urgent = true;
}

// Remembered agents have had their time to turn up.
static void drop_unfound(struct console *console)
{
	struct context_set *agents = &console->context.sets[PICK_AGENTS];
	size_t n = 0;

	if (!console->restored_until_ms || console->now.mono_ms < console->restored_until_ms)
		return;
	console->restored_until_ms = 0;
	for (size_t i = agents->n; i-- > 0;)
		if (!fleet_agent_by_key(console->fleet, agents->items[i])) {
			context_remove(&console->context, PICK_AGENTS, agents->items[i]);
			n++;
		}
	if (!n)
		return;
	console_context_changed(console);
	console_say(console, SEVERITY_WARNING, "%zu remembered agent%s gone: taken out of the context", n,
		    n == 1 ? " is" : "s are");
}

void console_tick(struct console *console, struct instant now)
{
	console->now = now;
	console_take_plan(console);
	console_ask_history(console);
	console_keep_plan(console);
	console_tell_look(console);
	expire_message(console);
	drop_unfound(console);
	if (console->mode == TABLE_DIFFERS && now.mono_ms - console->peers_at_ms >= PEERS_EVERY_MS) {
		console_peers_refresh(console);
		console_table_rebuild(console);
	}
	if (!console->view.is_paused && now.mono_ms - console->drawn.whole_ms >= console->refresh_ms)
		console->is_dirty = true; // ages
}

void console_set_banner(struct console *console, const char *text)
{
	if (strcmp(console->banner, text) == 0)
		return;
	snprintf(console->banner, sizeof console->banner, "%s", text);
	text_trim(console->banner);
	console->is_urgent = true;
}

// While it is paused only what a key or a message did is drawn.
bool console_is_dirty(const struct console *console)
{
	return console->is_urgent || ((console->is_dirty || console_is_touched(console)) && !console->view.is_paused);
}

bool console_wants_quit(const struct console *console)
{
	return console->wants_quit;
}

int64_t console_next_wake_ms(const struct console *console)
{
	int64_t wake_ms = INT64_MAX;

	if (console_has_plan(console))
		return console->now.mono_ms;
	if (!console->view.is_paused)
		wake_ms = console->drawn.whole_ms + console->refresh_ms;
	if (console->message_until_ms && console->message_until_ms < wake_ms)
		wake_ms = console->message_until_ms;
	if (console->restored_until_ms && console->restored_until_ms < wake_ms)
		wake_ms = console->restored_until_ms;
	if (console_history_wake_ms(console) < wake_ms)
		wake_ms = console_history_wake_ms(console);
	if (console_together_wake_ms(console) < wake_ms)
		wake_ms = console_together_wake_ms(console);
	return wake_ms;
}

const char *console_theme(const struct console *console)
{
	return console->theme;
}

const struct view *console_view(const struct console *console)
{
	return &console->view;
}
