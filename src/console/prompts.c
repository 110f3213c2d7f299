// SPDX-License-Identifier: Apache-2.0
/* Lines of input at the foot. Filters act while they are typed; Esc brings back what was there before. */
#include <stdio.h>
#include <string.h>

#include "console/state.h"

// The text that a prompt edits; NULL where it is only sent.
static char *target(struct console *console, enum prompt_use use, size_t *size)
{
	switch (use) {
	case PROMPT_TABLE:
		*size = sizeof console->table_filter;
		return console->table_filter;
	case PROMPT_TIMELINE:
		*size = sizeof console->timeline.text;
		return console->timeline.text;
	case PROMPT_ALERTS:
		*size = sizeof console->alerts.text;
		return console->alerts.text;
	case PROMPT_SERIES:
		*size = sizeof console->series.text;
		return console->series.text;
	case PROMPT_AUDIT:
		*size = sizeof console->audit.text;
		return console->audit.text;
	case PROMPT_NOTE:
	case PROMPT_VALUE:
	case PROMPT_ROLLBACK:
	case PROMPT_TIME:
		break;
	}
	return NULL;
}

static const char *label_of(const struct console *console, enum prompt_use use)
{
	switch (use) {
	case PROMPT_NOTE:
		return "note: ";
	case PROMPT_VALUE:
		return console->acting.action->asks;
	case PROMPT_ROLLBACK:
		return "why roll it back: ";
	case PROMPT_TIME:
		return "go to: ";
	default:
		return "/";
	}
}

void console_open_prompt(struct console *console, enum prompt_use use)
{
	size_t size = 0;
	const char *text = target(console, use, &size);

	console->prompt_use = use;
	snprintf(console->prompt_before, sizeof console->prompt_before, "%s", text ? text : "");
	prompt_open(&console->prompt, label_of(console, use), console->prompt_before);
}

static void apply(struct console *console, const char *text)
{
	size_t size = 0;
	char *to = target(console, console->prompt_use, &size);

	if (console->prompt_use == PROMPT_TABLE) {
		console_table_filter(console, text);
		return;
	}
	if (!to)
		return;
	snprintf(to, size, "%s", text);
	if (console->prompt_use == PROMPT_TIMELINE)
		timeline_filter_touch(&console->timeline);
	alert_filter_refresh(&console->alerts);
	console->series.is_stale = true;
	console->audit.is_stale = true;
}

// What is wrong with what was typed; "" nothing.
static const char *problem_with(const struct console *console, const char *text)
{
	if (console->prompt_use == PROMPT_VALUE)
		return console_check_value(console, text);
	if (console->prompt_use == PROMPT_ROLLBACK && !text[strspn(text, " ")])
		return "a reason is needed";
	if (console->prompt_use == PROMPT_TIME)
		return console_check_time(console, text);
	return "";
}

static void submit(struct console *console)
{
	const char *problem = problem_with(console, console->prompt.text);
	char text[PROMPT_MAX];

	if (*problem)
		prompt_fail(&console->prompt, problem);
	if (console->prompt.error[0])
		return; // a selector that is none: said, and still there to be mended
	snprintf(text, sizeof text, "%s", console->prompt.text);
	prompt_close(&console->prompt);
	if (console->prompt_use == PROMPT_NOTE)
		console_note(console, text);
	else if (console->prompt_use == PROMPT_VALUE)
		console_take_value(console, text);
	else if (console->prompt_use == PROMPT_ROLLBACK)
		console_roll_back_because(console, text);
	else if (console->prompt_use == PROMPT_TIME)
		console_replay_time(console, text);
}

void console_prompt_key(struct console *console, const struct key *key)
{
	switch (prompt_key(&console->prompt, key)) {
	case PROMPT_EDITED:
		apply(console, console->prompt.text);
		break;
	case PROMPT_SUBMITTED:
		submit(console);
		break;
	case PROMPT_CANCELLED:
		prompt_close(&console->prompt);
		apply(console, console->prompt_before);
		break;
	case PROMPT_IGNORED:
	case PROMPT_MOVED:
		break;
	}
	console->is_dirty = true;
}
