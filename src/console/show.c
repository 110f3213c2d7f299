// SPDX-License-Identifier: Apache-2.0
/* From what the console knows to what widgets read. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "console/environment.h"
#include "console/state.h"
#include "text/text.h"
#include "widgets/confirm_lines.h"
#include "widgets/operation_list.h"

void console_say(struct console *console, enum severity severity, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(console->message, sizeof console->message, format, args);
	va_end(args);
	text_trim(console->message);
	console->message_severity = severity;
	console->asking.is_said = false;
	console->asking.lost_mono_ms = -1;
	console->message_said_ms = console->now.mono_ms;
	console->message_until_ms = console->now.mono_ms + MESSAGE_MS;
	console->is_urgent = true;
}

const char *console_agent_name(const struct console *console, uint32_t agent)
{
	const struct fleet_agent *found = fleet_agent(console->fleet, agent);

	return found ? found->agent->name : "the agent";
}

static const char *name_of_key(void *ctx, const char *key)
{
	const struct console *console = ctx;
	const struct fleet_agent *agent = fleet_agent_by_key(console->fleet, key);

	return agent ? agent->agent->name : key;
}

static size_t n_marks_hidden(const struct console *console)
{
	size_t n_listed, n = console->marks.n;
	const uint32_t *listed = agent_order_ids(console->order, &n_listed);

	for (size_t i = 0; i < n_listed && n; i++)
		n -= id_set_has(&console->marks, listed[i]);
	return n;
}

static void show_table(struct console *console)
{
	struct agent_table_view *table = &console->view.table;

	table->ids = agent_order_ids(console->order, &table->n_ids);
	table->n_total = console->scope.counts.total;
	table->top = console->top;
	table->cursor = console->row;
	table->sort = console->sort;
	table->is_descending = console->is_descending;
	table->mode = console->mode;
	table->filter = console->table_filter;
	table->marks = console->marks.ids;
	table->n_marks = console->marks.n;
	table->n_marks_hidden = n_marks_hidden(console);
	table->cache = console->rows;
	console->view.selected = table->n_ids ? table->ids[console->row] : 0;
}

// An open question waits at the foot whenever there is nothing else to say.
static void show_message(struct console *console)
{
	const struct timeline_item *question = fleet_question(console->fleet);
	const char *key = keymap_key(&console->keymap, COMMAND_ANSWER);
	struct view *view = &console->view;
	char why[NOT_ALLOWED_MAX];

	view->banner = console->banner;
	view->message = "";
	view->message_severity = SEVERITY_INFO;
	if (console->message_until_ms) {
		view->message = console->message;
		view->message_severity = console->message_severity;
	} else if (question && !*console->banner) {
		if (*console_command_not_allowed(console, COMMAND_ANSWER, why))
			key = ""; // it waits for somebody else
		snprintf(console->question, sizeof console->question, "%s%s%s", key, *key ? " answers: " : "",
			 question->title);
		view->message = console->question;
		view->message_severity = SEVERITY_WARNING;
	}
}

// While anything is under way, the key that pauses all of it stands first; what is marked is counted.
static void show_live_hints(struct console *console)
{
	struct view *view = &console->view;
	const char *act = keymap_key(&console->keymap, COMMAND_ACT);

	view->hints = console->hints;
	view->n_hints = keymap_hints(&console->keymap, view->screen, fleet_n_operations_open(console->fleet) > 0,
				     console->hints);
	view->n_hints = console_replay_hints(console, view->n_hints);
	if (view->screen != SCREEN_OVERVIEW || !console->marks.n)
		return;
	snprintf(console->act_hint, sizeof console->act_hint, "act on %zu marked", console->marks.n);
	for (size_t i = 0; i < view->n_hints; i++)
		if (strcmp(console->hints[i].key, act) == 0)
			console->hints[i].text = console->act_hint;
}

static void show_hints(struct console *console)
{
	static const struct key_hint picking[] = {
		{ "Enter", "take" }, { "space", "pick" }, { "Tab", "next kind" },
		{ "M-a", "all" },    { "M-c", "none" },   { "Esc", "cancel" },
	};
	static const struct key_hint confirming[] = {
		{ "Esc", "cancel" },     { "Tab", "next" },      { "Enter", "press" },
		{ "Up Down", "scroll" }, { "C-r", "plan anew" }, // the last where some are left out for nothing
	};
	static const struct key_hint choosing[] = { { "Enter", "take" }, { "Esc", "cancel" } };
	struct view *view = &console->view;

	view->help = console->keymap.help;
	view->n_help = console->keymap.n_help;
	if (console->picker.is_open && console->picker_use == USE_CONTEXT) {
		view->hints = picking;
		view->n_hints = sizeof picking / sizeof picking[0];
	} else if (console->confirm.is_open) {
		view->hints = confirming;
		view->n_hints = sizeof confirming / sizeof confirming[0] - (view->confirm.n_passed ? 0 : 1);
	} else if (console->picker.is_open || console->prompt.is_open || console->dialog.is_open) {
		view->hints = choosing;
		view->n_hints = sizeof choosing / sizeof choosing[0];
	} else {
		show_live_hints(console);
	}
}

static void show_scope(struct console *console)
{
	struct view *view = &console->view;

	scope_show(&console->scope, &view->scope);
	view->environment = scope_environment(&console->scope);
	view->environment_style =
		environment_style(console->config, &console->hub_environments, &console->scope.environments);
	context_summary(&console->context, name_of_key, console, console->context_text, sizeof console->context_text);
	view->context = console->context_text;
	view->clear_key = keymap_key(&console->keymap, COMMAND_CLEAR);
	if (!*view->clear_key)
		view->clear_key = NULL;
}

static bool is_under_way(const struct fleet *fleet)
{
	if (fleet_n_operations_open(fleet))
		return true;
	for (size_t i = 0; i < fleet_n_progress(fleet); i++)
		if (!fleet_progress_at(fleet, i)->ended_ms)
			return true;
	return false;
}

// Agents without tiers are not a tier worth a row.
static bool has_tiers(const struct fleet *fleet)
{
	const struct fleet_tier *tiers;
	size_t n = fleet_tiers(fleet, &tiers);

	return n > 1 || (n == 1 && *tiers[0].name);
}

// On the overview those that any agent may have: the panes keep their places when the cursor moves.
static size_t n_panels(const struct console *console)
{
	size_t n = 0;

	if (console->view.screen != SCREEN_OVERVIEW)
		return fleet_agent_series(console->fleet, console->view.agent, NULL, 0);
	for (size_t no = 0; no < fleet_n_series_defs(console->fleet); no++)
		n += fleet_series_def(console->fleet, (uint16_t)no) != NULL;
	return n;
}

static bool has_hub_away(const struct fleet *fleet)
{
	struct fleet_link links[FLEET_HUBS_MAX];
	bool is_any = false;

	for (size_t i = fleet_links(fleet, links); i-- > 0;)
		is_any |= links[i].is_away;
	return is_any;
}

void console_layout(struct console *console, int width, int height)
{
	const struct layout_content content = { .n_newly_bad = console->scope.n_bad,
						.n_panels = n_panels(console),
						.has_progress = is_under_way(console->fleet),
						.has_tiers = has_tiers(console->fleet),
						.has_hub_away = has_hub_away(console->fleet),
						.is_feed_live = fleet_feed(console->fleet)->state == FEED_LIVE,
						.focus = console->view.focus,
						.is_chart_open = console->view.is_chart_open,
						.n_operations = fleet_n_operations(console->fleet) +
								(size_t)operation_list_n_waiting(console->fleet) };

	console->width = width;
	console->height = height;
	layout_compute(console->view.screen, width, height, &content, &console->layout);
	console->view.has_connection_beside = console->layout.slots[SLOT_CONNECTION].width > 0;
}

// Each settles what it lists; short of memory a list is shorter than it should be, which is said.
static void settle_lists(struct console *console)
{
	uint32_t agent = console->view.screen == SCREEN_AGENT ? console->view.agent : 0;
	int r = 0;

	if (console->timeline.agent != agent)
		timeline_filter_touch(&console->timeline);
	console->timeline.agent = agent;
	r |= timeline_filter_settle(&console->timeline);
	if (console->view.screen == SCREEN_ALERTS)
		r |= alert_filter_settle(&console->alerts);
	if (console->alerts.has_slipped) {
		console->alerts.has_slipped = false;
		console->has_slipped = true;
		key_guard_begin(&console->alert_guard);
	}
	if (console->view.screen == SCREEN_METRICS)
		r |= series_filter_settle(&console->series);
	if (r < 0)
		console_say(console, SEVERITY_WARNING, "out of memory: not everything is listed");
	if (console->view.screen == SCREEN_AUDIT)
		audit_rows_settle(&console->audit, console_rows(console, SLOT_MAIN));
	operations_settle(&console->operations, console->fleet, console_rows(console, SLOT_MAIN));
	console_table_settle(console);
}

static void show_confirm(struct console *console)
{
	struct confirm_view *confirm = &console->view.confirm;

	confirm_show(&console->confirm, confirm);
	if (confirm->plan)
		confirm->n_passed =
			confirm_n_passed(console->fleet, &console->view, confirm->plan, confirm->is_explained);
}

void console_show(struct console *console)
{
	struct view *view = &console->view;

	if (!view->is_paused)
		view->now = console->now;
	view->utc_offset_s = console->is_utc ? 0 : console->local_offset_s;
	view->range = console->context.range;
	console_show_approval(console);
	console_show_replay(console);
	settle_lists(console);
	show_table(console);
	show_scope(console);
	show_message(console);
	timeline_filter_show(&console->timeline, console_rows(console, SLOT_TIMELINE), &view->timeline);
	view->timeline.is_absolute = console->is_absolute;
	alert_filter_show(&console->alerts, &view->alerts);
	series_filter_show(&console->series, &view->metrics);
	audit_rows_show(&console->audit, &view->audit);
	view->audit.has_trail = console->has_audit;
	if (!console->has_audit)
		view->audit.n_rows = 0;
	operations_show(&console->operations, &view->operations);
	view->operations.key = keymap_key(&console->keymap, COMMAND_OPERATIONS);
	view->operations.approve_key = keymap_key(&console->keymap, COMMAND_AGREE);
	show_confirm(console);
	show_hints(console);
	picker_show(&console->picker, &view->picker);
	prompt_show(&console->prompt, &view->prompt);
	dialog_show(&console->dialog, &view->dialog);
}
