// SPDX-License-Identifier: Apache-2.0
/* What a person asks of the feed. The answer comes back as events; only a refusal is said here. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/human.h"
#include "console/state.h"
#include "text/text.h"

// What the words leave out comes as a notice.
static const char *more(enum request_type type, int error)
{
	bool is_operating = (type >= REQUEST_PLAN && type <= REQUEST_OBSERVE) || type == REQUEST_APPROVE ||
			    type == REQUEST_DISAPPROVE;

	return is_operating && (error == -ESTALE || error == -EBUSY || error == -EINVAL) ? "; the timeline says more"
											 : "";
}

static int send(struct console *console, const struct request *request)
{
	struct request signed_request = *request;

	signed_request.who = console->who;
	signed_request.text = signed_request.text ? signed_request.text : "";
	signed_request.typed = signed_request.typed ? signed_request.typed : "";
	signed_request.reason = signed_request.reason ? signed_request.reason : "";
	return console->feed ? feed_request(console->feed, &signed_request) : -ENOTSUP;
}

int console_request(struct console *console, const struct request *request)
{
	int r;

	if (request->alert) // it may move in the list: the next key must find the same one
		alert_filter_hold(&console->alerts, request->alert);
	r = send(console, request);
	if (r == -ENOTCONN && request->type == REQUEST_PROBE_NOW) // the feed does what can be done
		console_say(console, SEVERITY_INFO, "trying the hub again");
	else if (r == -ENOENT && request->type == REQUEST_SUBMIT && *console->hub_name) // it gave us the plan
		console_say(console, SEVERITY_WARNING,
			    "not done: the hub was restarted, and the plan with it; make it anew");
	else if (r < 0)
		console_say(console, SEVERITY_WARNING, "not done: %s%s", request_refusal(request->type, r),
			    more(request->type, r));
	return r;
}

void console_watch(struct console *console)
{
	uint32_t wanted = console->view.screen == SCREEN_METRICS ? console->view.agent : 0;

	if (wanted == console->watched)
		return;
	if (console->watched && console->feed && fleet_agent(console->fleet, console->watched))
		console_request(console, &(struct request){ .type = REQUEST_UNWATCH, .agent = console->watched });
	console->watched = wanted;
	if (wanted && console_request(console, &(struct request){ .type = REQUEST_WATCH, .agent = wanted }) < 0)
		console->watched = 0;
}

// That there is no trail is said by the screen itself; a verifying that runs already is what was asked for.
void console_read_audit(struct console *console)
{
	console->has_audit = send(console, &(struct request){ .type = REQUEST_AUDIT_LIST }) == 0;
	if (console->has_audit)
		send(console, &(struct request){ .type = REQUEST_AUDIT_VERIFY });
}

void console_watch_audit(struct console *console)
{
	bool reads = console->view.screen == SCREEN_AUDIT;

	if (reads == console->reads_audit)
		return;
	console->reads_audit = reads;
	if (reads)
		console_read_audit(console);
	else if (console->has_audit)
		send(console, &(struct request){ .type = REQUEST_AUDIT_CLOSE });
}

// The newest alert of an agent that is not resolved.
static uint32_t alert_of(const struct console *console, uint32_t agent)
{
	for (size_t i = 0; agent && i < fleet_n_alerts(console->fleet); i++) {
		const struct alert *alert = fleet_alert_at(console->fleet, i);

		if (alert->agent == agent && alert->state != ALERT_RESOLVED)
			return alert->id;
	}
	return 0;
}

bool console_alert_has_slipped(const struct console *console)
{
	return console->view.screen == SCREEN_ALERTS && console->has_slipped &&
	       !key_guard_is_armed(&console->alert_guard, console->now);
}

uint32_t console_alert_here(const struct console *console)
{
	const struct alerts_view *alerts = &console->view.alerts;

	if (console->view.screen == SCREEN_ALERTS)
		return alerts->cursor < alerts->n_ids ? alerts->ids[alerts->cursor] : 0;
	return alert_of(console,
			console->view.screen == SCREEN_OVERVIEW ? console->view.selected : console->view.agent);
}

// "agent_down on WowCache"
static void alert_name(const struct console *console, uint32_t id, char out[ASKED_WHAT_MAX])
{
	const struct alert *alert = fleet_alert(console->fleet, id);

	snprintf(out, ASKED_WHAT_MAX, "%s%s%s", alert ? alert->rule : "the alert", alert && alert->agent ? " on " : "",
		 alert && alert->agent ? console_agent_name(console, alert->agent) : "");
	text_trim(out);
}

void console_ack(struct console *console)
{
	uint32_t id = console_alert_here(console);
	const struct alert *alert = fleet_alert(console->fleet, id);
	bool is_acknowledged = alert && alert->state == ALERT_ACKNOWLEDGED;
	char what[ASKED_WHAT_MAX], asked[ASKED_WHAT_MAX];
	struct request request = { .alert = id };

	if (!alert || alert->state == ALERT_RESOLVED) {
		console_say(console, SEVERITY_INFO, "there is no open alert to acknowledge");
		return;
	}
	alert_name(console, id, what);
	snprintf(asked, sizeof asked, "%s %.160s", is_acknowledged ? "take back the acknowledgement of" : "acknowledge",
		 what);
	request.type = is_acknowledged ? REQUEST_ALERT_UNACK : REQUEST_ALERT_ACK;
	if (console_request(console, &request) == 0)
		console_asked(console, &request, asked, "%s %s", is_acknowledged ? "open again:" : "acknowledged",
			      what);
}

void console_note(struct console *console, const char *text)
{
	const struct request request = { .type = REQUEST_ALERT_NOTE, .alert = console->target_alert, .text = text };
	char what[ASKED_WHAT_MAX], asked[ASKED_WHAT_MAX];

	alert_name(console, request.alert, what);
	snprintf(asked, sizeof asked, "note it on %.180s", what);
	if (console_request(console, &request) == 0)
		console_asked(console, &request, asked, "noted on %s", what);
}

// duration NULL: ends the maintenance of the target.
void console_until(struct console *console, const char *duration)
{
	bool is_snooze = duration && console->picker_use == USE_SNOOZE;
	struct request request = { .type = is_snooze ? REQUEST_ALERT_SNOOZE : REQUEST_MAINTENANCE };
	char what[ASKED_WHAT_MAX], asked[ASKED_WHAT_MAX];
	int64_t ms = 0;

	if (duration && human_parse_duration(duration, &ms) < 0)
		return;
	request.until_ms = duration ? console->now.wall_ms + ms : 0;
	if (is_snooze)
		request.alert = console->target_alert;
	else
		request.agent = console->target_agent;
	if (console_request(console, &request) < 0)
		return;
	if (is_snooze)
		alert_name(console, request.alert, what);
	else
		snprintf(what, sizeof what, "%s", console_agent_name(console, request.agent));
	text_trim(what);
	snprintf(asked, sizeof asked, "%s %.160s",
		 is_snooze  ? "snooze"
		 : duration ? "begin maintenance of"
			    : "end maintenance of",
		 what);
	if (is_snooze)
		console_asked(console, &request, asked, "%s is snoozed for %s", what, duration);
	else if (duration)
		console_asked(console, &request, asked, "%s is in maintenance for %s", what, duration);
	else
		console_asked(console, &request, asked, "maintenance of %s has ended", what);
}

void console_probe(struct console *console)
{
	const struct view *view = &console->view;
	uint32_t agent = view->screen == SCREEN_OVERVIEW                                  ? view->selected
			 : view->screen == SCREEN_AGENT || view->screen == SCREEN_METRICS ? view->agent
											  : 0;

	const struct request request = { .type = REQUEST_PROBE_NOW, .agent = agent };
	const char *whom = agent ? console_agent_name(console, agent) : "all agents";
	char asked[ASKED_WHAT_MAX];

	if (console_request(console, &request) < 0)
		return;
	snprintf(asked, sizeof asked, "probe %s", whom);
	console_asked(console, &request, asked, "probing %s now", whom);
}

static bool is_pinned(const struct console *console, const char *series)
{
	for (size_t no = 0; no < fleet_n_series_defs(console->fleet); no++) {
		const struct series_def *def = fleet_series_def(console->fleet, (uint16_t)no);

		if (def && strcmp(def->id, series) == 0)
			return true;
	}
	return false;
}

void console_pin(struct console *console)
{
	const char *series = series_filter_name(&console->series);
	bool was_pinned = series && is_pinned(console, series);
	const struct request request = { .type = was_pinned ? REQUEST_UNPIN : REQUEST_PIN,
					 .agent = console->view.agent,
					 .text = series };
	char asked[ASKED_WHAT_MAX];

	if (!series) {
		console_say(console, SEVERITY_INFO, "there is no series to pin");
		return;
	}
	if (console_request(console, &request) != 0)
		return;
	snprintf(asked, sizeof asked, "%s %.180s", was_pinned ? "unpin" : "pin", series);
	console_asked(console, &request, asked, "%.*s %s", text_fit(series, 200), series,
		      was_pinned ? "is no panel any more" : "becomes a panel");
}

void console_reopen_audit(struct console *console)
{
	const struct request request = { .type = REQUEST_AUDIT_REOPEN };

	if (console_request(console, &request) == 0)
		console_asked(console, &request, "open the audit trail again", "the audit trail is opened again");
}

void console_ask_question(struct console *console)
{
	static const char *const buttons[] = { "Keep them", "Drop them" };
	const struct timeline_item *question = fleet_question(console->fleet);

	if (question) {
		console->dialog_request = REQUEST_SHRINK_ACCEPT;
		dialog_open(&console->dialog, question->title, question->description, buttons, 2);
	} else
		console_say(console, SEVERITY_INFO, "there is no open question");
}

void console_answer(struct console *console, int button)
{
	enum request_type type = button == 2 ? REQUEST_SHRINK_ACCEPT : REQUEST_SHRINK_REFUSE;
	struct request request = { .type = type };

	if (button == DIALOG_CANCEL)
		return;
	if (console->dialog_request != REQUEST_SHRINK_ACCEPT) {
		console_answer_operation(console);
		return;
	}
	if (console_request(console, &request) == 0)
		console_asked(console, &request, type == REQUEST_SHRINK_ACCEPT ? "drop them" : "keep them", "%s",
			      type == REQUEST_SHRINK_ACCEPT ? "they are dropped" : "they are kept");
}
