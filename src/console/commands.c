// SPDX-License-Identifier: Apache-2.0
/* Every command there is, in one table sorted by name. */
#include <string.h>

#include "console/keymap.h"

#define ON(screen) (1U << (screen))
#define EVERYWHERE (ON(SCREEN_COUNT) - 1)
#define TABLES (ON(SCREEN_OVERVIEW))
#define AGENTS (ON(SCREEN_OVERVIEW) | ON(SCREEN_AGENT) | ON(SCREEN_METRICS))
#define ALERTS (ON(SCREEN_OVERVIEW) | ON(SCREEN_AGENT) | ON(SCREEN_ALERTS))
#define AUDITS (ON(SCREEN_AUDIT))
#define OPERATIONS (ON(SCREEN_OPERATIONS))
#define ACTED (AGENTS | ON(SCREEN_ALERTS))
#define TIMELINES (ON(SCREEN_OVERVIEW) | ON(SCREEN_AGENT) | ON(SCREEN_TIMELINE))

static const struct command_info commands[COMMAND_COUNT] = {
	[COMMAND_ABORT] = { "abort", "X", "abort", "abort the operation: the rest stays as it is", OPERATIONS,
			    SECTION_ACT, true },
	[COMMAND_ACK] = { "ack", "a", "ack", "acknowledge the alert", ALERTS, SECTION_ACT, true },
	[COMMAND_ACT] = { "act", ".", "act", "restart, stop, upgrade ... it, or all marked", ACTED, SECTION_ACT, true },
	[COMMAND_AGENT] = { "agent", "2", "agent", "go to the selected agent", EVERYWHERE, SECTION_LOOK, false },
	[COMMAND_AGREE] = { "agree", "Y", "agree", "agree to a plan of somebody else, or not", EVERYWHERE, SECTION_ACT,
			    true },
	[COMMAND_ALERTS] = { "alerts", "A 3", "alerts", "go to the alerts", EVERYWHERE, SECTION_LOOK, false },
	[COMMAND_ANSWER] = { "answer", "!", "answer", "answer the open question", EVERYWHERE, SECTION_ACT, true },
	[COMMAND_AUDIT] = { "audit", "L 7", "audit", "go to the audit trail: who did what", EVERYWHERE, SECTION_LOOK,
			    false },
	[COMMAND_BACK] = { "back", "Esc", "back", "close what is open; back to where you were", EVERYWHERE,
			   SECTION_MOVE, false },
	[COMMAND_CLEAR] = { "clear", "C", "clear", "show everything: clear context and filters", EVERYWHERE,
			    SECTION_LOOK, false },
	[COMMAND_CONTEXT] = { "context", "c", "context", "pick agents, tiers, environments, labels ...", EVERYWHERE,
			      SECTION_LOOK, false },
	[COMMAND_DIFFERS] = { "differs", "d", "differs", "only agents that differ from their peers", TABLES,
			      SECTION_LOOK, false },
	[COMMAND_DOWN] = { "down", "Down j", "down", "one down", EVERYWHERE, SECTION_MOVE, false },
	[COMMAND_ENTER] = { "enter", "Enter", "open", "open what is under the cursor", EVERYWHERE, SECTION_MOVE,
			    false },
	[COMMAND_EXPAND] = { "expand", "e", "expand", "show or hide all text of a timeline item", TIMELINES,
			     SECTION_LOOK, false },
	[COMMAND_EXPORT] = { "export", "x", "export", "write the timeline shown to a file", TIMELINES, SECTION_ACT,
			     false },
	[COMMAND_FILTER] = { "filter", "/", "filter", "filter by text", EVERYWHERE & ~ON(SCREEN_HELP) & ~OPERATIONS,
			     SECTION_LOOK, false },
	[COMMAND_FIRST] = { "first", "g Home", "first", "to the first", EVERYWHERE, SECTION_MOVE, false },
	[COMMAND_HELP] = { "help", "? F1", "help", "all keys", EVERYWHERE, SECTION_PROGRAM, false },
	[COMMAND_HOLD] = { "hold", "P", "pause or go on", "pause the operation, or go on with it", OPERATIONS,
			   SECTION_ACT, true },
	[COMMAND_JUMP_BACK] = { "jump_back", "b [ M-Left", "back", "to the place before", EVERYWHERE, SECTION_MOVE,
				false },
	[COMMAND_JUMP_FORWARD] = { "jump_forward", "f ] M-Right", "forward", "to the place after", EVERYWHERE,
				   SECTION_MOVE, false },
	[COMMAND_LAST] = { "last", "G End", "last", "to the last", EVERYWHERE, SECTION_MOVE, false },
	[COMMAND_LEFT] = { "left", "Left h", "left", "the panel before; fold a timeline item", EVERYWHERE, SECTION_MOVE,
			   false },
	[COMMAND_MAINTENANCE] = { "maintenance", "D", "maintenance", "begin or end maintenance of the agent", AGENTS,
				  SECTION_ACT, true },
	[COMMAND_MARK] = { "mark", "space", "mark", "on the list of agents: mark, to act on many", TABLES, SECTION_ACT,
			   false },
	[COMMAND_MARK_ALL] = { "mark_all", "*", "mark all", "mark all that are listed, or nobody", TABLES, SECTION_ACT,
			       false },
	[COMMAND_METRICS] = { "metrics", "M 4", "metrics", "all series of the agent", EVERYWHERE, SECTION_LOOK, false },
	[COMMAND_NEWLY_BAD] = { "newly_bad", "n", "newly bad", "only agents that turned bad, latest first", TABLES,
				SECTION_LOOK, false },
	[COMMAND_NEXT_PANE] = { "next_pane", "Tab", "pane", "the next pane", EVERYWHERE, SECTION_MOVE, false },
	[COMMAND_NOTE] = { "note", "m", "note", "write a note on the alert", ALERTS, SECTION_ACT, true },
	[COMMAND_OPERATIONS] = { "operations", "O 6", "operations", "go to the operations", EVERYWHERE, SECTION_LOOK,
				 false },
	[COMMAND_OVERVIEW] = { "overview", "o 1", "overview", "go to the overview", EVERYWHERE, SECTION_LOOK, false },
	[COMMAND_PAGE_DOWN] = { "page_down", "PgDn space", "page", "a page down, where the key does not mark",
				EVERYWHERE, SECTION_MOVE, false },
	[COMMAND_PAGE_UP] = { "page_up", "PgUp", "page", "a page up", EVERYWHERE, SECTION_MOVE, false },
	[COMMAND_PALETTE] = { "palette", ":", "commands", "all commands, by name", EVERYWHERE, SECTION_PROGRAM, false },
	[COMMAND_PAUSE] = { "pause", "p", "pause", "hold the screen still, or go on", EVERYWHERE, SECTION_PROGRAM,
			    false },
	[COMMAND_PAUSE_ALL] = { "pause_all", "Z", "pause all", "pause every operation, from any screen", EVERYWHERE,
				SECTION_ACT, true },
	[COMMAND_PIN] = { "pin", "+", "pin", "make a panel of the series, or undo it", ON(SCREEN_METRICS), SECTION_ACT,
			  true },
	[COMMAND_PREVIOUS_PANE] = { "previous_pane", "S-Tab", "pane", "the pane before", EVERYWHERE, SECTION_MOVE,
				    false },
	[COMMAND_PROBE] = { "probe", "r", "probe", "probe the agent now; not on the audit screen", EVERYWHERE & ~AUDITS,
			    SECTION_ACT, true },
	[COMMAND_QUIT] = { "quit", "q", "quit", "leave; nothing is lost by it", EVERYWHERE, SECTION_PROGRAM, false },
	[COMMAND_RANGE] = { "range", "t", "range", "pick the time range of the panels", EVERYWHERE, SECTION_LOOK,
			    false },
	[COMMAND_REOPEN_AUDIT] = { "reopen_audit", "W", "reopen", "write the audit trail again, a new segment",
				   EVERYWHERE, SECTION_ACT, true },
	[COMMAND_REPLAY_BACK] = { "replay_back", "<", "back", "recording: back to the change before", EVERYWHERE,
				  SECTION_REPLAY, false },
	[COMMAND_REPLAY_FASTER] = { "replay_faster", "+", "faster", "recording: play it faster", EVERYWHERE,
				    SECTION_REPLAY, false },
	[COMMAND_REPLAY_NEXT] = { "replay_next", "}", "next", "recording: on to the next turn of a state", EVERYWHERE,
				  SECTION_REPLAY, false },
	[COMMAND_REPLAY_PREVIOUS] = { "replay_previous", "{", "before", "recording: back to the turn before",
				      EVERYWHERE, SECTION_REPLAY, false },
	[COMMAND_REPLAY_SLOWER] = { "replay_slower", "-", "slower", "recording: play it slower", EVERYWHERE,
				    SECTION_REPLAY, false },
	[COMMAND_REPLAY_STEP] = { "replay_step", ">", "step", "recording: on to the next change", EVERYWHERE,
				  SECTION_REPLAY, false },
	[COMMAND_REPLAY_TIME] = { "replay_time", "@", "go to", "recording: go to a time", EVERYWHERE, SECTION_REPLAY,
				  false },
	[COMMAND_REVERSE] = { "reverse", "S", "reverse", "turn the order round", TABLES, SECTION_LOOK, false },
	[COMMAND_RIGHT] = { "right", "Right l", "right", "the next panel; unfold a timeline item", EVERYWHERE,
			    SECTION_MOVE, false },
	[COMMAND_ROLL_BACK] = { "roll_back", "U", "roll back", "roll it back; undo what was just begun", EVERYWHERE,
				SECTION_ACT, true },
	[COMMAND_SEVERITY] = { "severity", "v", "severity", "least severity in the timeline", TIMELINES, SECTION_LOOK,
			       false },
	[COMMAND_SNOOZE] = { "snooze", "z", "snooze", "silence the alert for a while", ALERTS, SECTION_ACT, true },
	[COMMAND_SORT] = { "sort", "s", "sort", "sort by the next column", TABLES, SECTION_LOOK, false },
	[COMMAND_STATES] = { "states", "w", "states", "which alerts are listed: open, resolved, all", ON(SCREEN_ALERTS),
			     SECTION_LOOK, false },
	[COMMAND_THEME] = { "theme", "T", "theme", "pick the colours", EVERYWHERE, SECTION_PROGRAM, false },
	[COMMAND_TIMELINE] = { "timeline", "5", "timeline", "go to the timeline", EVERYWHERE, SECTION_LOOK, false },
	[COMMAND_TYPES] = { "types", "y", "types", "which kinds of timeline items are listed", TIMELINES, SECTION_LOOK,
			    false },
	[COMMAND_UP] = { "up", "Up k", "up", "one up", EVERYWHERE, SECTION_MOVE, false },
	[COMMAND_UTC] = { "utc", "u", "times", "ages, local times, UTC times", EVERYWHERE, SECTION_PROGRAM, false },
	[COMMAND_VERIFY] = { "verify", "r", "verify", "on the audit screen: verify the trail anew", AUDITS,
			     SECTION_LOOK, false },
};

const struct command_info *command_info(enum command command)
{
	return &commands[command];
}

enum command command_from_id(const char *id)
{
	for (int i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i].id, id) == 0)
			return (enum command)i;
	return COMMAND_NONE;
}
