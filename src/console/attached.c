// SPDX-License-Identifier: Apache-2.0
/* What is different where the fleet is a hub's: whose it is, answers that come later, and points that are not here. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "console/state.h"
#include "text/text.h"
#include "widgets/connection.h"

// ---- whose it is

static void take(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text);
	text_trim(out);
}

void console_set_hub(struct console *console, const struct console_hub *hub)
{
	struct view *view = &console->view;

	take(console->hub_name, sizeof console->hub_name, hub->name);
	take(console->hub_fleet, sizeof console->hub_fleet, hub->fleet);
	console->hub_strategy = hub->strategy;
	console->hub_environments = (struct environments_said){ hub->environments, hub->n_environments, hub->hubs };
	view->hub = console->hub_name;
	view->hubs = console->hubs;
	view->n_hubs = hub->n_names < FLEET_HUBS_MAX ? hub->n_names : FLEET_HUBS_MAX;
	for (size_t i = 0; i < view->n_hubs; i++) {
		take(console->hub_names[i], sizeof console->hub_names[i], hub->names[i]);
		console->hubs[i] = console->hub_names[i];
	}
	if (*hub->fleet)
		view->fleet_name = console->hub_fleet;
	view->is_demo = hub->is_demo;
	view->is_read_only |= hub->is_read_only;
	console->is_urgent = true;
}

// ---- answers

void console_refused(struct console *console, enum request_type type, int error, const char *why)
{
	if (type == REQUEST_HISTORY || type == REQUEST_LOOK || type == REQUEST_OBSERVE || type == REQUEST_PLAN_KEEP ||
	    type == REQUEST_PLAN_DROP || type == REQUEST_AUDIT_HASH)
		return; // nobody has pressed a key for these
	if (type == REQUEST_SUBMIT && error == -EAGAIN)
		return; // a second person is asked: the question says so
	if (type == REQUEST_SUBMIT && console->confirm.is_fixed)
		console_close_asked(console);
	if (type == REQUEST_PLAN && console->acting.is_waiting) {
		console->acting.is_waiting = false;
		confirm_close(&console->confirm);
	}
	if (type == REQUEST_AUDIT_LIST)
		console->has_audit = false;
	if (error != -ENOTCONN || type == REQUEST_PLAN || !console_said_lost(console))
		console_say(console, SEVERITY_WARNING, "not done: %s",
			    why && *why ? why : request_refusal(type, error));
	if (type == REQUEST_SUBMIT && error == -ESTALE)
		console_plan_anew(console);
}

// ---- points

// The agent whose panels are on the screen.
static uint32_t charted(const struct console *console)
{
	const struct view *view = &console->view;

	if (view->screen == SCREEN_OVERVIEW)
		return view->selected;
	return view->screen == SCREEN_AGENT || view->screen == SCREEN_METRICS ? view->agent : 0;
}

static bool is_missing(const struct console *console)
{
	uint32_t agent = charted(console);
	bool is_elsewhere = *console->hub_name || console_replay_is_there(console);

	return is_elsewhere && agent && !id_set_has(&console->histories, agent) &&
	       connection_has_answers(console->fleet) && fleet_feed(console->fleet)->state != FEED_STARTING;
}

void console_ask_history(struct console *console)
{
	const struct request request = { .type = REQUEST_HISTORY,
					 .agent = charted(console),
					 .who = console->who,
					 .text = "",
					 .typed = "",
					 .reason = "" };

	if (!is_missing(console) || !console->feed || console->now.mono_ms < console->history_at_ms)
		return;
	console->history_at_ms = console->now.mono_ms + HISTORY_EVERY_MS;
	if (feed_request(console->feed, &request) == 0)
		id_set_add(&console->histories, request.agent); // without memory it is asked for again
}

void console_forget_histories(struct console *console)
{
	enum feed_state state = fleet_feed(console->fleet)->state;

	if (state == FEED_RECONNECTING || state == FEED_REFUSED)
		id_set_clear(&console->histories);
}

int64_t console_history_wake_ms(const struct console *console)
{
	return is_missing(console) && console->feed ? console->history_at_ms : INT64_MAX;
}
