// SPDX-License-Identifier: Apache-2.0
/* "Do something to these": to whom, the menu of what can be done, and what else must be known. planning.c goes on. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "console/state.h"
#include "formats/json.h"
#include "model/verb_refusal.h"
#include "text/text.h"

enum { OBSERVED_AT_ONCE_MAX = 50, OBSERVED_AGE_MS = 30000 };

// ---- whom

// Nothing that is not known yet is worth a word: the menu says what is known. Nor is a refusal by the hub, which would
// be on record though nobody has asked for anything.
static void observe(struct console *console, uint32_t id)
{
	const struct request request = { .type = REQUEST_OBSERVE, .agent = id, .who = console->who, .text = "" };
	const struct fleet_agent *agent = fleet_agent(console->fleet, id);
	const struct agent_lifecycle *life = agent ? agent->lifecycle : NULL;
	char why[NOT_ALLOWED_MAX];

	if (!agent || !console->feed || *console_not_allowed(console, &request, VERB_COUNT, "it", why))
		return;
	if (life &&
	    (!*life->driver || (life->is_observed && console->now.wall_ms - life->observed_at_ms < OBSERVED_AGE_MS)))
		return;
	feed_request(console->feed, &request);
}

void console_observe(struct console *console, uint32_t agent)
{
	observe(console, agent);
}

// The marked ones as they are listed, then those that are marked and not listed.
static size_t collect_marked(const struct console *console, uint32_t *ids)
{
	const struct id_set *marks = &console->marks;
	size_t n = 0, n_listed, row;
	const uint32_t *listed = agent_order_ids(console->order, &n_listed);

	for (size_t i = 0; i < n_listed; i++)
		if (id_set_has(marks, listed[i]))
			ids[n++] = listed[i];
	for (size_t i = 0; i < marks->n; i++)
		if (!agent_order_find(console->order, marks->ids[i], &row))
			ids[n++] = marks->ids[i];
	return n;
}

// The agent that the screen is about.
static uint32_t agent_here(const struct console *console)
{
	const struct alert *alert;

	switch (console->view.screen) {
	case SCREEN_OVERVIEW:
		return console->view.selected;
	case SCREEN_ALERTS:
		alert = fleet_alert(console->fleet, console_alert_here(console));
		return alert ? alert->agent : 0;
	default:
		return console->view.agent;
	}
}

static int choose_targets(struct console *console)
{
	struct acting *acting = &console->acting;
	bool is_marked = console->view.screen == SCREEN_OVERVIEW && console->marks.n;
	size_t n = is_marked ? console->marks.n : 1;
	uint32_t *ids = mem_calloc(n, sizeof *ids);

	if (!ids)
		return -ENOMEM;
	mem_free(acting->ids);
	*acting = (struct acting){ .ids = ids,
				   .n = 1,
				   .token = acting->token,
				   .undo_operation = acting->undo_operation,
				   .undo_until_ms = acting->undo_until_ms };
	if (is_marked)
		acting->n = collect_marked(console, ids);
	else
		ids[0] = agent_here(console);
	if (!fleet_agent(console->fleet, ids[0]))
		acting->n = 0;
	return 0;
}

static const char *whom(const struct console *console, char *out, size_t size)
{
	const struct acting *acting = &console->acting;

	if (acting->n == 1)
		snprintf(out, size, "%s", console_agent_name(console, acting->ids[0]));
	else
		snprintf(out, size, "%zu marked agents", acting->n);
	return text_trim(out);
}

void console_act(struct console *console)
{
	struct acting *acting = &console->acting;

	if (choose_targets(console) < 0) {
		console_say(console, SEVERITY_WARNING, "out of memory: nothing can be chosen");
		return;
	}
	if (!acting->n) {
		console_say(console, SEVERITY_INFO, "there is no agent to act on");
		return;
	}
	if (acting->n > OPERATION_TARGETS_MAX) {
		console_say(console, SEVERITY_WARNING, "at most %d agents at once; %zu are marked",
			    OPERATION_TARGETS_MAX, acting->n);
		return;
	}
	for (size_t i = 0; i < acting->n && i < OBSERVED_AT_ONCE_MAX; i++)
		observe(console, acting->ids[i]);
	whom(console, acting->whom, sizeof acting->whom);
	snprintf(acting->title, sizeof acting->title, "Act on %.100s", acting->whom);
	text_trim(acting->title);
	console_choose(console, USE_ACTION);
}

// ---- the menu

static const char *refusal_of(const struct console *console, uint32_t id, enum verb verb, char out[VERB_REFUSAL_MAX])
{
	const struct fleet_agent *agent = fleet_agent(console->fleet, id);
	const struct fleet_lease *lease = fleet_lease(console->fleet, id);
	struct agent_lifecycle life;
	const char *refusal;

	if (!agent)
		return "it is gone";
	refusal = console_not_allowed(console, &(struct request){ .type = REQUEST_PLAN, .agent = id }, verb,
				      verb_name(verb), out);
	if (*refusal || !agent->lifecycle)
		return refusal;
	life = *agent->lifecycle;
	if (*life.holder && !life.is_interrupted && lease && !lease->until_ms)
		life.holder = lease->holder; // a person, where that one is the hub's process
	return verb_refusal_of(agent->agent, &life, verb, out);
}

// How many it cannot be done to, and why the first of them; without a word from its driver an agent may take it.
static size_t count_refused(const struct console *console, const struct action *action, char why[VERB_REFUSAL_MAX])
{
	const struct acting *acting = &console->acting;
	size_t n = 0;

	why[0] = '\0';
	for (size_t i = 0; i < acting->n; i++) {
		char text[VERB_REFUSAL_MAX];
		const char *refusal = refusal_of(console, acting->ids[i], action->verb, text);

		if (*refusal && n++ == 0)
			snprintf(why, VERB_REFUSAL_MAX, "%s", refusal);
	}
	return n;
}

static bool action_hint(const struct console *console, const struct action *action, char *out, size_t size)
{
	char why[VERB_REFUSAL_MAX];
	size_t n = count_refused(console, action, why), n_all = console->acting.n;

	out[0] = '\0';
	if (console->replay) {
		snprintf(out, size, "this is a recording");
		return true;
	}
	if (console->view.is_read_only) {
		snprintf(out, size, "read-only");
		return true;
	}
	if (n == n_all)
		snprintf(out, size, "%s", why);
	else if (n)
		snprintf(out, size, "%zu of %zu", n_all - n, n_all);
	text_trim(out);
	return n == n_all;
}

int console_fill_actions(struct console *console)
{
	int r = 0;

	for (size_t i = 0; i < ACTION_COUNT && r == 0; i++) {
		const struct action *action = action_at(i);
		char hint[VERB_REFUSAL_MAX];
		bool is_disabled = action_hint(console, action, hint, sizeof hint);

		r = picker_add(&console->picker, action->id, action->label, hint, false);
		if (r == 0 && is_disabled)
			picker_disable(&console->picker);
	}
	return r;
}

void console_refresh_actions(struct console *console)
{
	if (!console->picker.is_open || console->picker_use != USE_ACTION)
		return;
	for (size_t i = 0; i < ACTION_COUNT; i++) {
		char hint[VERB_REFUSAL_MAX];
		bool is_disabled = action_hint(console, action_at(i), hint, sizeof hint);

		picker_change(&console->picker, action_at(i)->id, hint, is_disabled); // short of memory: as it was
	}
}

int console_fill_strategies(struct console *console)
{
	static const char *const labels[ROLLOUT_KIND_COUNT] = {
		[ROLLOUT_ROLLING] = "rolling: a few at a time",
		[ROLLOUT_CANARY] = "canary: few first, then more, then all",
		[ROLLOUT_BLUE_GREEN] = "blue-green: the new beside the old",
	};
	bool is_upgrade = console->acting.action->verb == VERB_UPGRADE;
	int r = 0;

	for (int kind = 0; kind < ROLLOUT_KIND_COUNT && r == 0; kind++) {
		bool is_disabled = kind == ROLLOUT_BLUE_GREEN && !is_upgrade;

		r = picker_add(&console->picker, rollout_kind_name((enum rollout_kind)kind), labels[kind],
			       is_disabled ? "upgrades only" : "",
			       console_usual_kind(console) == (enum rollout_kind)kind);
		if (r == 0 && is_disabled)
			picker_disable(&console->picker);
	}
	return r;
}

// ---- what is asked on the way

static void go_on(struct console *console)
{
	struct acting *acting = &console->acting;

	acting->kind = ROLLOUT_KIND_COUNT; // as configured
	if (acting->n > 1)
		console_choose(console, USE_STRATEGY);
	else
		console_ask_plan(console, false);
}

void console_take_action(struct console *console, const char *id)
{
	const struct action *action = action_find(id);

	if (!action)
		return;
	console->acting.action = action;
	console->acting.value[0] = '\0';
	snprintf(console->acting.title, sizeof console->acting.title, "%s %.100s%s", action->button,
		 console->acting.whom, action->button_end);
	text_trim(console->acting.title);
	if (*action->asks)
		console_open_prompt(console, PROMPT_VALUE);
	else
		go_on(console);
}

void console_take_strategy(struct console *console, const char *name)
{
	if (rollout_kind_from_name(name, &console->acting.kind) == 0)
		console_ask_plan(console, false);
}

static bool is_object(const char *text)
{
	struct json_value *value = NULL;
	bool is_it = json_parse(text, strlen(text), &value, NULL) == 0 && json_kind(value) == JSON_OBJECT;

	json_free(value);
	return is_it;
}

const char *console_check_value(const struct console *console, const char *text)
{
	bool is_blank = !text[strspn(text, " ")];

	if (console->acting.action->verb == VERB_CONFIGURE)
		return is_object(text) ? "" : "not a JSON object: {\"name\": value}";
	return is_blank && console->acting.action->verb == VERB_UPGRADE ? "to which version?" : "";
}

void console_take_value(struct console *console, const char *text)
{
	size_t from = strspn(text, " "), n = strlen(text + from);

	while (n && text[from + n - 1] == ' ')
		n--;
	snprintf(console->acting.value, sizeof console->acting.value, "%.*s", (int)n, text + from);
	go_on(console);
}
