// SPDX-License-Identifier: Apache-2.0
/* What there is to choose from. Opening a list may walk the fleet: a person asked for it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "console/state.h"
#include "console/timeline_export.h"
#include "text/text.h"

struct words {
	char **items; // owned, as are the texts
	size_t n, cap;
};

static int words_add(struct words *words, const char *name, const char *between, const char *value)
{
	size_t size = strlen(name) + strlen(between) + strlen(value) + 1;
	char *text;

	if (words->n == words->cap) {
		size_t cap = words->cap ? words->cap * 2 : 256;
		char **items = mem_realloc(words->items, cap * sizeof *items);

		if (!items)
			return -ENOMEM;
		words->items = items;
		words->cap = cap;
	}
	text = mem_alloc(size);
	if (!text)
		return -ENOMEM;
	snprintf(text, size, "%s%s%s", name, between, value);
	words->items[words->n++] = text;
	return 0;
}

static void words_finish(struct words *words)
{
	for (size_t i = 0; i < words->n; i++)
		mem_free(words->items[i]);
	mem_free(words->items);
}

static int by_text(const void *a, const void *b)
{
	return text_compare(*(char *const *)a, *(char *const *)b);
}

// Each different word once, with how often it stands there.
static int add_words(struct console *console, struct words *words)
{
	enum picker_kind kind = console->picker.kind;
	size_t end;
	int r = 0;

	if (words->n)
		qsort(words->items, words->n, sizeof *words->items, by_text);
	for (size_t i = 0; i < words->n && r == 0; i = end) {
		const char *word = words->items[i];
		char hint[32];

		for (end = i + 1; end < words->n && text_compare(words->items[end], word) == 0;)
			end++;
		snprintf(hint, sizeof hint, "%zu", end - i);
		r = picker_add(&console->picker, word, *word ? word : "(none)", hint,
			       context_has(&console->context, kind, word));
	}
	return r;
}

static int collect(struct words *words, const struct agent *agent, const char *label)
{
	int r = 0;

	if (label)
		return words_add(words, agent_label(agent, label), "", "");
	for (size_t i = 0; i < agent->labels.n && r == 0; i++)
		r = words_add(words, agent->labels.items[i].name, "=", agent->labels.items[i].value);
	return r;
}

static int fill_labels(struct console *console, const char *label)
{
	struct words words = { 0 };
	int r = 0;

	for (size_t i = 0; i < fleet_n_agents(console->fleet) && r == 0; i++)
		r = collect(&words, fleet_agent_at(console->fleet, i)->agent, label);
	if (r == 0)
		r = add_words(console, &words);
	words_finish(&words);
	return r;
}

static int by_name(const void *a, const void *b)
{
	const struct fleet_agent *const *left = a, *const *right = b;

	return text_compare((*left)->agent->name, (*right)->agent->name);
}

static int fill_agents(struct console *console)
{
	size_t n = fleet_n_agents(console->fleet);
	const struct fleet_agent **agents = mem_calloc(n + 1, sizeof(struct fleet_agent *));
	int r = 0;

	if (!agents)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		agents[i] = fleet_agent_at(console->fleet, i);
	qsort(agents, n, sizeof(struct fleet_agent *), by_name);
	for (size_t i = 0; i < n && r == 0; i++)
		r = picker_add(&console->picker, agents[i]->agent->key, agents[i]->agent->name,
			       health_is_checking(&agents[i]->health) ? health_word(&agents[i]->health)
								      : health_state_name(agents[i]->state),
			       context_has(&console->context, PICK_AGENTS, agents[i]->agent->key));
	mem_free(agents);
	return r;
}

static int fill_context(struct console *console)
{
	switch (console->picker.kind) {
	case PICK_TIERS:
		return fill_labels(console, "tier");
	case PICK_ENVIRONMENTS:
		return fill_labels(console, "env");
	case PICK_SERVICES:
		return fill_labels(console, "service");
	case PICK_LABELS:
		return fill_labels(console, NULL);
	default:
		return fill_agents(console);
	}
}

static int fill_constants(struct console *console, const char *const *words, const char *chosen)
{
	int r = 0;

	for (; *words && r == 0; words++)
		r = picker_add(&console->picker, *words, *words, "", chosen && strcmp(*words, chosen) == 0);
	return r;
}

static int fill_ranges(struct console *console)
{
	int r = 0;

	for (int range = 0; range < RANGE_COUNT && r == 0; range++) {
		const char *name = time_range_name((enum time_range)range);

		r = picker_add(&console->picker, name, name, "", console->context.range == (enum time_range)range);
	}
	return r;
}

static const char *const themes[] = { "dark", "light", "colourblind", NULL };

// A command with its argument, as it could be typed.
static int add_line(struct console *console, const char *command, const char *argument)
{
	char line[64];

	snprintf(line, sizeof line, "%s %s", command, argument);
	return picker_add(&console->picker, line, line, "", false);
}

static int fill_commands(struct console *console)
{
	int r = 0;

	for (int i = 0; i < COMMAND_COUNT && r == 0; i++) {
		const struct command_info *info = command_info((enum command)i);
		char label[128], why[NOT_ALLOWED_MAX];

		if (info->section == SECTION_MOVE || !keymap_has(&console->keymap, (enum command)i) ||
		    !(info->screens & 1U << console->view.screen))
			continue;
		snprintf(label, sizeof label, "%s: %s", info->id, info->description);
		r = picker_add(&console->picker, info->id, label,
			       *console_command_not_allowed(console, (enum command)i, why)
				       ? why
				       : keymap_key(&console->keymap, (enum command)i),
			       false);
		if (r == 0 && *why)
			picker_disable(&console->picker);
	}
	for (int column = 0; column < COLUMN_COUNT && r == 0; column++)
		r = add_line(console, "sort", agent_column_name((enum agent_column)column));
	for (int range = 0; range < RANGE_COUNT && r == 0; range++)
		r = add_line(console, "range", time_range_name((enum time_range)range));
	for (size_t i = 0; themes[i] && r == 0; i++)
		r = add_line(console, "theme", themes[i]);
	return r;
}

static int fill_types(struct console *console)
{
	int r = 0;

	for (int type = 0; type < ACTION_TYPE_COUNT && r == 0; type++) {
		const char *name = action_type_name((enum action_type)type);

		r = picker_add(&console->picker, name, name, "", (console->timeline.types & 1U << type) != 0);
	}
	return r;
}

static int fill_formats(struct console *console)
{
	int r = 0;

	for (int format = 0; format < EXPORT_FORMAT_COUNT && r == 0; format++) {
		const char *name = export_format_name((enum export_format)format);

		r = picker_add(&console->picker, name, name, "", false);
	}
	return r;
}

int console_fill_picker(struct console *console)
{
	static const char *const durations[] = { "15m", "30m", "1h", "2h", "4h", "8h", "1d", "7d", NULL };

	switch (console->picker_use) {
	case USE_CONTEXT:
		return fill_context(console);
	case USE_RANGE:
		return fill_ranges(console);
	case USE_THEME:
		return fill_constants(console, themes, *console->theme ? console->theme : console->configured_theme);
	case USE_COMMAND:
		return fill_commands(console);
	case USE_SNOOZE:
	case USE_MAINTENANCE:
		return fill_constants(console, durations, "1h");
	case USE_EXPORT:
		return fill_formats(console);
	case USE_TYPES:
		return fill_types(console);
	case USE_ACTION:
		return console_fill_actions(console);
	case USE_STRATEGY:
		return console_fill_strategies(console);
	case USE_AGREEMENT:
		return console_fill_agreements(console);
	}
	return 0;
}
