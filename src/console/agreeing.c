// SPDX-License-Identifier: Apache-2.0
/* Other people: plans of theirs that wait for us, ours that waits for them, and what we look at for them to see. Where
 * nobody shares the feed nothing of it happens.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/state.h"
#include "text/text.h"
#include "widgets/together_words.h"

// ---- theirs

// Who may not carry it out may not agree to it either.
static const char *not_ours(const struct console *console, const struct fleet_approval *approval,
			    char out[NOT_ALLOWED_MAX])
{
	return console_plan_not_allowed(console, REQUEST_APPROVE, approval->whole,
					verb_name(approval->whole->params.verb), out);
}

static void open_agreement(struct console *console, const struct fleet_approval *approval)
{
	char why[NOT_ALLOWED_MAX];

	if (*not_ours(console, approval, why)) {
		console_say(console, SEVERITY_WARNING, "not done: %s", why);
		return;
	}
	confirm_ask_agreement(&console->confirm, approval);
	console->is_dirty = true;
}

void console_agree(struct console *console)
{
	size_t n = together_n_for_us(console->fleet);

	if (n == 0) {
		console_say(console, SEVERITY_INFO, "no plan of somebody else waits for a second person");
		return;
	}
	if (n > 1) {
		console_choose(console, USE_AGREEMENT);
		return;
	}
	for (size_t i = 0; i < fleet_n_approvals(console->fleet); i++)
		if (together_is_for_us(console->fleet, fleet_approval_at(console->fleet, i)))
			open_agreement(console, fleet_approval_at(console->fleet, i));
}

int console_fill_agreements(struct console *console)
{
	int r = 0;

	for (size_t i = 0; i < fleet_n_approvals(console->fleet) && r == 0; i++) {
		const struct fleet_approval *approval = fleet_approval_at(console->fleet, i);
		char id[16], label[TOGETHER_TEXT_MAX], why[NOT_ALLOWED_MAX];

		if (!together_is_for_us(console->fleet, approval))
			continue;
		snprintf(id, sizeof id, "%u", (unsigned)approval->plan);
		r = picker_add(&console->picker, id, together_approval(approval, &console->view, label),
			       not_ours(console, approval, why), false);
		if (r == 0 && *why)
			picker_disable(&console->picker);
	}
	return r;
}

void console_take_agreement(struct console *console, const char *id)
{
	const struct fleet_approval *approval =
		fleet_approval(console->fleet, (uint32_t)strtoul(id, NULL, 10)); // ours, so it is a number

	if (approval && together_is_for_us(console->fleet, approval))
		open_agreement(console, approval);
	else
		console_say(console, SEVERITY_WARNING, "not done: it waits no longer");
}

void console_answer_agreement(struct console *console, bool agrees)
{
	const struct plan *plan = plan_ref(console->confirm.plan);
	struct request request = { .type = agrees ? REQUEST_APPROVE : REQUEST_DISAPPROVE };
	char asked[ASKED_WHAT_MAX];
	char reason[TEXT_FIELD_MAX + 1]; // which was shown: it is not agreed to another one

	memcpy(reason, console->confirm.asked_reason, sizeof reason);
	confirm_close(&console->confirm);
	request.operation = plan->no;
	request.hash = plan->hash;
	request.reason = reason;
	snprintf(asked, sizeof asked, "tell %.*s that you %s", text_fit(plan->who, 100), plan->who,
		 agrees ? "agree" : "do not agree");
	if (console_request(console, &request) == 0)
		console_asked(console, &request, asked, "%s: %.*s is told",
			      agrees ? "you have agreed" : "you do not agree", text_fit(plan->who, 100), plan->who);
	plan_unref((struct plan *)plan);
}

// ---- ours

void console_close_asked(struct console *console)
{
	console_drop_plan(console, console->confirm.plan);
	confirm_close(&console->confirm);
	console->is_dirty = true;
}

void console_show_approval(struct console *console)
{
	struct confirm *confirm = &console->confirm;
	const struct fleet_approval *approval =
		confirm->is_open && confirm->plan ? fleet_approval(console->fleet, confirm->plan->no) : NULL;
	bool is_waiting = approval && approval->state == APPROVAL_WANTED;

	if (!confirm->is_ours_to_agree) {
		confirm_set_approval(confirm, approval);
		return;
	}
	if (is_waiting && strcmp(approval->reason, confirm->asked_reason) == 0)
		return;
	confirm_close(confirm);
	console_say(console, SEVERITY_INFO,
		    is_waiting ? "that plan is asked for with another reason now" : "that plan waits no longer");
}

// Nobody answers these, so nothing is said of a refusal either: what it means the plan's own end says.
static int tell(struct console *console, enum request_type type, const struct plan *plan)
{
	const struct request request = {
		.type = type,
		.operation = plan->no,
		.who = console->who,
		.text = "",
		.typed = "",
		.reason = "",
	};

	return console->feed ? feed_request(console->feed, &request) : -ENOTSUP;
}

static bool is_keeping(const struct console *console)
{
	return console->confirm.is_open && console->confirm.plan && !console->confirm.is_ours_to_agree;
}

void console_keep_plan(struct console *console)
{
	if (!is_keeping(console) || console->now.mono_ms < console->acting.keep_at_ms)
		return;
	console->acting.keep_at_ms = console->now.mono_ms + PLAN_KEEP_MS;
	if (tell(console, REQUEST_PLAN_KEEP, console->confirm.plan) != -ESTALE)
		return;
	confirm_note(&console->confirm, "Somebody else has had an agent of it since.");
	console->is_urgent = true;
}

void console_drop_plan(struct console *console, const struct plan *plan)
{
	tell(console, REQUEST_PLAN_DROP, plan);
}

// ---- what we look at

static uint32_t looked_at(const struct console *console)
{
	const struct view *view = &console->view;

	return view->screen == SCREEN_AGENT || view->screen == SCREEN_METRICS ? view->agent : 0;
}

static bool is_news(const struct console *console)
{
	return fleet_n_presence(console->fleet) > 0 && looked_at(console) != console->looked_at;
}

void console_tell_look(struct console *console)
{
	const struct request request = { .type = REQUEST_LOOK,
					 .agent = looked_at(console),
					 .who = console->who,
					 .text = "",
					 .typed = "",
					 .reason = "" };

	if (!is_news(console) || console->now.mono_ms < console->look_at_ms)
		return;
	console->looked_at = request.agent;
	console->look_at_ms = console->now.mono_ms + LOOK_EVERY_MS;
	if (console->feed)
		feed_request(console->feed, &request);
}

int64_t console_together_wake_ms(const struct console *console)
{
	int64_t wake_ms = is_keeping(console) ? console->acting.keep_at_ms : INT64_MAX;

	return is_news(console) && console->look_at_ms < wake_ms ? console->look_at_ms : wake_ms;
}
