// SPDX-License-Identifier: Apache-2.0
/* What each command does: one short function each, in a table by command. */
#include <stdio.h>

#include "console/state.h"
#include "widgets/agent_table.h"

static void run_agent(struct console *console)
{
	uint32_t agent = console->view.agent ? console->view.agent : console->view.selected;

	console_go(console, SCREEN_AGENT, agent);
}

static void run_alerts(struct console *console)
{
	console_go(console, SCREEN_ALERTS, 0);
}

static void run_metrics(struct console *console)
{
	uint32_t agent = console->view.agent ? console->view.agent : console->view.selected;

	console_go(console, SCREEN_METRICS, agent);
}

static void run_overview(struct console *console)
{
	console_go(console, SCREEN_OVERVIEW, 0);
}

static void run_timeline(struct console *console)
{
	console_go(console, SCREEN_TIMELINE, 0);
}

static void run_operations(struct console *console)
{
	console_go(console, SCREEN_OPERATIONS, 0);
}

static void run_audit(struct console *console)
{
	console_go(console, SCREEN_AUDIT, 0);
}

static void run_help(struct console *console)
{
	if (console->view.screen == SCREEN_HELP)
		console_back(console);
	else
		console_go(console, SCREEN_HELP, console->view.agent);
}

static void run_clear(struct console *console)
{
	context_clear(&console->context);
	console_table_filter(console, "");
	console_table_mode(console, TABLE_ALL);
	console->timeline.types = 0;
	console->timeline.min_severity = SEVERITY_INFO;
	console->timeline.text[0] = '\0';
	console->alerts.text[0] = console->audit.text[0] = '\0';
	console->audit.is_stale = true;
	console_context_changed(console);
	console_say(console, SEVERITY_INFO, "everything is shown");
}

static void run_context(struct console *console)
{
	console_choose_context(console, PICK_AGENTS);
}

static void run_differs(struct console *console)
{
	console_table_mode(console, console->mode == TABLE_DIFFERS ? TABLE_ALL : TABLE_DIFFERS);
}

static void run_newly_bad(struct console *console)
{
	console_table_mode(console, console->mode == TABLE_NEWLY_BAD ? TABLE_ALL : TABLE_NEWLY_BAD);
}

static void run_up(struct console *console)
{
	console_move(console, -1);
}

static void run_down(struct console *console)
{
	console_move(console, 1);
}

static void run_left(struct console *console)
{
	console_move_sideways(console, -1);
}

static void run_right(struct console *console)
{
	console_move_sideways(console, 1);
}

static void run_page_up(struct console *console)
{
	console_move_page(console, -1);
}

static void run_page_down(struct console *console)
{
	console_move_page(console, 1);
}

static void run_first(struct console *console)
{
	console_move_end(console, false);
}

static void run_last(struct console *console)
{
	console_move_end(console, true);
}

static void run_next_pane(struct console *console)
{
	console_next_pane(console, 1);
}

static void run_previous_pane(struct console *console)
{
	console_next_pane(console, -1);
}

static void run_jump_back(struct console *console)
{
	struct place place;

	if (history_back(&console->history, &place))
		console_go_to(console, place);
}

static void run_jump_forward(struct console *console)
{
	struct place place;

	if (history_forward(&console->history, &place))
		console_go_to(console, place);
}

static void run_expand(struct console *console)
{
	const struct timeline_item *item = timeline_filter_item(&console->timeline);

	if (item)
		console->timeline.expanded = console->timeline.expanded == item->no ? 0 : item->no;
}

static void run_severity(struct console *console)
{
	console->timeline.min_severity = (enum severity)((console->timeline.min_severity + 1) % SEVERITY_COUNT);
	timeline_filter_touch(&console->timeline);
	console_say(console, SEVERITY_INFO, "timeline: %s%s", severity_name(console->timeline.min_severity),
		    console->timeline.min_severity == SEVERITY_CRITICAL ? "" : " and worse");
}

// An order whose column is not in sight cannot be understood, so such columns are passed over.
static void run_sort(struct console *console)
{
	const struct rect *rect = &console->layout.slots[SLOT_MAIN];
	enum agent_column column = console->sort;

	do
		column = (enum agent_column)((column + 1) % COLUMN_COUNT);
	while (rect->width && column != console->sort &&
	       !agent_table_shows(console->fleet, &console->view, rect->width, rect->height, column));
	console_table_sort(console, column, agent_column_is_descending(column));
}

static void run_reverse(struct console *console)
{
	console_table_sort(console, console->sort, !console->is_descending);
}

static void run_states(struct console *console)
{
	alert_filter_cycle(&console->alerts);
	console_say(console, SEVERITY_INFO, "%s", alert_filter_words(&console->alerts));
}

static void run_replay_step(struct console *console)
{
	console_replay_step(console, REPLAY_CHANGE, 1);
}

static void run_replay_back(struct console *console)
{
	console_replay_step(console, REPLAY_CHANGE, -1);
}

static void run_replay_next(struct console *console)
{
	console_replay_step(console, REPLAY_TRANSITION, 1);
}

static void run_replay_previous(struct console *console)
{
	console_replay_step(console, REPLAY_TRANSITION, -1);
}

static void run_replay_faster(struct console *console)
{
	console_replay_speed(console, 1);
}

static void run_replay_slower(struct console *console)
{
	console_replay_speed(console, -1);
}

static void run_replay_time(struct console *console)
{
	if (console->replay)
		console_open_prompt(console, PROMPT_TIME);
}

static void run_pause(struct console *console)
{
	if (console->replay) {
		console_replay_pause(console);
		return;
	}
	console->view.is_paused = !console->view.is_paused;
	if (!console->view.is_paused)
		console_say(console, SEVERITY_INFO, "the screen goes on");
	console->is_dirty = true;
}

// Ages, local times, UTC, ages again.
static void run_utc(struct console *console)
{
	bool was_local = console->is_absolute && !console->is_utc;

	console->is_absolute = !console->is_absolute || was_local;
	console->is_utc = was_local;
	console_say(console, SEVERITY_INFO, "times: %s",
		    !console->is_absolute ? "how long ago"
		    : console->is_utc     ? "UTC"
					  : "local");
	console_remember(console);
}

static void run_quit(struct console *console)
{
	console->wants_quit = true;
}

static void run_range(struct console *console)
{
	console_choose(console, USE_RANGE);
}

static void run_theme(struct console *console)
{
	console_choose(console, USE_THEME);
}

static void run_palette(struct console *console)
{
	console_choose(console, USE_COMMAND);
}

static void run_export(struct console *console)
{
	console_choose(console, USE_EXPORT);
}

static void run_types(struct console *console)
{
	console_choose(console, USE_TYPES);
}

static void run_snooze(struct console *console)
{
	console->target_alert = console_alert_here(console);
	if (console->target_alert)
		console_choose(console, USE_SNOOZE);
	else
		console_say(console, SEVERITY_INFO, "there is no alert to snooze");
}

static void run_note(struct console *console)
{
	console->target_alert = console_alert_here(console);
	if (console->target_alert)
		console_open_prompt(console, PROMPT_NOTE);
	else
		console_say(console, SEVERITY_INFO, "there is no alert to write on");
}

static void run_maintenance(struct console *console)
{
	const struct fleet_agent *agent;

	console->target_agent = console->view.screen == SCREEN_OVERVIEW ? console->view.selected : console->view.agent;
	agent = fleet_agent(console->fleet, console->target_agent);
	if (!agent)
		console_say(console, SEVERITY_INFO, "there is no agent to maintain");
	else if (agent->health.overlays & OVERLAY_MAINTENANCE)
		console_until(console, NULL);
	else
		console_choose(console, USE_MAINTENANCE);
}

static void run_filter(struct console *console)
{
	enum screen_id screen = console->view.screen;
	bool is_table = screen == SCREEN_OVERVIEW && console->view.focus != PANE_TIMELINE;

	console_open_prompt(console, is_table                   ? PROMPT_TABLE
				     : screen == SCREEN_ALERTS  ? PROMPT_ALERTS
				     : screen == SCREEN_METRICS ? PROMPT_SERIES
				     : screen == SCREEN_AUDIT   ? PROMPT_AUDIT
								: PROMPT_TIMELINE);
}

typedef void (*run_cb)(struct console *console);

static const run_cb runs[COMMAND_COUNT] = {
	[COMMAND_ABORT] = console_abort,
	[COMMAND_ACK] = console_ack,
	[COMMAND_ACT] = console_act,
	[COMMAND_AGENT] = run_agent,
	[COMMAND_AGREE] = console_agree,
	[COMMAND_ALERTS] = run_alerts,
	[COMMAND_ANSWER] = console_ask_question,
	[COMMAND_AUDIT] = run_audit,
	[COMMAND_BACK] = console_back,
	[COMMAND_CLEAR] = run_clear,
	[COMMAND_CONTEXT] = run_context,
	[COMMAND_DIFFERS] = run_differs,
	[COMMAND_DOWN] = run_down,
	[COMMAND_ENTER] = console_enter,
	[COMMAND_EXPAND] = run_expand,
	[COMMAND_EXPORT] = run_export,
	[COMMAND_FILTER] = run_filter,
	[COMMAND_FIRST] = run_first,
	[COMMAND_HELP] = run_help,
	[COMMAND_HOLD] = console_hold,
	[COMMAND_JUMP_BACK] = run_jump_back,
	[COMMAND_JUMP_FORWARD] = run_jump_forward,
	[COMMAND_LAST] = run_last,
	[COMMAND_LEFT] = run_left,
	[COMMAND_MAINTENANCE] = run_maintenance,
	[COMMAND_MARK] = console_mark,
	[COMMAND_MARK_ALL] = console_mark_all,
	[COMMAND_METRICS] = run_metrics,
	[COMMAND_NEWLY_BAD] = run_newly_bad,
	[COMMAND_NEXT_PANE] = run_next_pane,
	[COMMAND_NOTE] = run_note,
	[COMMAND_OPERATIONS] = run_operations,
	[COMMAND_OVERVIEW] = run_overview,
	[COMMAND_PAGE_DOWN] = run_page_down,
	[COMMAND_PAGE_UP] = run_page_up,
	[COMMAND_PALETTE] = run_palette,
	[COMMAND_PAUSE] = run_pause,
	[COMMAND_PAUSE_ALL] = console_pause_all,
	[COMMAND_PIN] = console_pin,
	[COMMAND_PREVIOUS_PANE] = run_previous_pane,
	[COMMAND_PROBE] = console_probe,
	[COMMAND_QUIT] = run_quit,
	[COMMAND_RANGE] = run_range,
	[COMMAND_REOPEN_AUDIT] = console_reopen_audit,
	[COMMAND_REPLAY_BACK] = run_replay_back,
	[COMMAND_REPLAY_FASTER] = run_replay_faster,
	[COMMAND_REPLAY_NEXT] = run_replay_next,
	[COMMAND_REPLAY_PREVIOUS] = run_replay_previous,
	[COMMAND_REPLAY_SLOWER] = run_replay_slower,
	[COMMAND_REPLAY_STEP] = run_replay_step,
	[COMMAND_REPLAY_TIME] = run_replay_time,
	[COMMAND_REVERSE] = run_reverse,
	[COMMAND_RIGHT] = run_right,
	[COMMAND_ROLL_BACK] = console_roll_back,
	[COMMAND_SEVERITY] = run_severity,
	[COMMAND_SNOOZE] = run_snooze,
	[COMMAND_SORT] = run_sort,
	[COMMAND_STATES] = run_states,
	[COMMAND_THEME] = run_theme,
	[COMMAND_TIMELINE] = run_timeline,
	[COMMAND_TYPES] = run_types,
	[COMMAND_UP] = run_up,
	[COMMAND_UTC] = run_utc,
	[COMMAND_VERIFY] = console_read_audit,
};

// What the key was meant for is not under the cursor any more, and nobody has seen what is.
static bool has_slipped(const struct console *console, enum command command)
{
	return (command == COMMAND_ACK || command == COMMAND_ACT || command == COMMAND_NOTE ||
		command == COMMAND_SNOOZE) &&
	       console_alert_has_slipped(console);
}

void console_run(struct console *console, enum command command)
{
	char why[NOT_ALLOWED_MAX];

	if (has_slipped(console, command))
		console_say(console, SEVERITY_WARNING, "not done: another alert has come under the cursor");
	else if (*console_command_not_allowed(console, command, why))
		console_say(console, SEVERITY_WARNING, "not done: %s", why);
	else
		runs[command](console);
	console->is_dirty = true;
}
