// SPDX-License-Identifier: Apache-2.0
/* The plan that was asked for, the question about it, and what follows from the answer. */
#include <errno.h>
#include <stdio.h>

#include "base/memory.h"
#include "base/strbuf.h"
#include "console/state.h"
#include "model/plan_drift.h"
#include "text/text.h"
#include "widgets/confirm_dialog.h"
#include "widgets/confirm_lines.h"
#include "widgets/operation_words.h"

static const char is_old[] = "It has changed since: the plan that was shown does not hold any more.";

struct rollout console_rollout(const struct console *console, enum rollout_kind kind)
{
	static const struct operations_config usual = { .rollout = { .batch = 1,
								     .max_unavailable = 1,
								     .wait_ms = 60000,
								     .min_healthy_ms = 10000,
								     .verify_ms = 300000,
								     .canary_percent = { 10, 50, 100 },
								     .max_error_share = 0.05,
								     .max_latency_growth = 0.5,
								     .rolls_back = true },
							.canary_wait_ms = 300000 };
	const struct operations_config *config = console->config ? &console->config->operations : &usual;

	if (kind == ROLLOUT_KIND_COUNT)
		kind = operations_kind(config, console->acting.action->verb);
	return operations_rollout(config, kind);
}

enum rollout_kind console_usual_kind(const struct console *console)
{
	bool is_beside = console->hub_strategy == ROLLOUT_BLUE_GREEN;

	if (!*console->hub_name)
		return console_rollout(console, ROLLOUT_KIND_COUNT).kind;
	return is_beside && console->acting.action->verb != VERB_UPGRADE ? ROLLOUT_ROLLING : console->hub_strategy;
}

static size_t drop_gone(struct console *console)
{
	struct acting *acting = &console->acting;
	size_t n = 0;

	for (size_t i = 0; i < acting->n; i++)
		if (fleet_agent(console->fleet, acting->ids[i]))
			acting->ids[n++] = acting->ids[i];
	acting->n = n;
	return n;
}

// Of one agent that is on the screen nothing is hidden.
static void note_hidden(const struct console *console, bool *is_hidden)
{
	size_t row;

	for (size_t i = 0; i < console->acting.n; i++)
		is_hidden[i] = console->view.screen == SCREEN_OVERVIEW &&
			       !agent_order_find(console->order, console->acting.ids[i], &row);
}

void console_ask_plan(struct console *console, bool is_again)
{
	struct acting *acting = &console->acting;
	const struct operation_params params = {
		.verb = acting->action->verb,
		.is_forced = acting->action->is_forced,
		.version = acting->action->verb == VERB_CONFIGURE ? "" : acting->value,
		.patch = acting->action->verb == VERB_CONFIGURE ? acting->value : "",
		.reason = "",
		.rollout = console_rollout(console, acting->kind), // an older hub takes these for said
		.unsaid = acting->kind == ROLLOUT_KIND_COUNT ? ROLLOUT_FIGURES_ALL
							     : ROLLOUT_FIGURES_ALL & ~(1U << ROLLOUT_FIGURE_KIND),
	};
	bool *is_hidden;

	if (!drop_gone(console)) {
		console_say(console, SEVERITY_WARNING, "not done: it is gone");
		return;
	}
	is_hidden = mem_calloc(acting->n, sizeof *is_hidden);
	if (!is_hidden) {
		console_say(console, SEVERITY_WARNING, "not done: out of memory");
		return;
	}
	note_hidden(console, is_hidden);
	acting->token++;
	acting->is_waiting = true;
	acting->is_unwanted = false;
	acting->is_again = is_again;
	confirm_open(&console->confirm, acting->title);
	if (is_again)
		confirm_changed(&console->confirm, is_old);
	if (console_request(console, &(struct request){ .type = REQUEST_PLAN,
							.agents = acting->ids,
							.is_hidden = is_hidden,
							.n_agents = acting->n,
							.params = &params,
							.token = acting->token }) < 0) {
		acting->is_waiting = false;
		confirm_close(&console->confirm);
	}
	mem_free(is_hidden);
	console_take_plan(console);
}

static int begin_operation(struct console *console, const struct plan *plan, const char *typed, const char *reason)
{
	const char *key = keymap_key(&console->keymap, COMMAND_OPERATIONS);
	const char *undo = keymap_key(&console->keymap, COMMAND_ROLL_BACK);
	bool can_undo = plan->guard == GUARD_REVERSIBLE && plan->targets[0].n_undo && *undo;
	char text[OPERATION_TEXT_MAX], asked[ASKED_WHAT_MAX];
	const struct request request = {
		.type = REQUEST_SUBMIT, .operation = plan->no, .hash = plan->hash, .typed = typed, .reason = reason
	};
	int r = console_request(console, &request);

	if (r < 0)
		return r;
	id_set_clear(&console->marks);
	console->acting.submitted = console->acting.token;
	console->operations.held = 0; // the newest is what somebody wants to see there
	console->acting.undo_operation = can_undo ? plan->no : 0;
	console->acting.undo_until_ms = console->now.mono_ms + UNDO_MS;
	operation_title(plan, text, sizeof text);
	snprintf(asked, sizeof asked, "begin %.*s", text_fit(text, 160), text);
	if (can_undo)
		console_asked(console, &request, asked, "%.*s has begun: %s undoes it for %d s", text_fit(text, 160),
			      text, undo, UNDO_MS / 1000);
	else
		console_asked(console, &request, asked, "%.*s has begun%s%s%s", text_fit(text, 160), text,
			      *key ? ": " : "", key, *key ? " shows it" : "");
	return 0;
}

// It is what was asked for and nothing else, so that it may happen without another word.
static bool is_at_once(const struct console *console, const struct plan *plan)
{
	const struct acting *acting = &console->acting;

	return !acting->is_again && !fleet_approval(console->fleet, plan->no) && plan->guard == GUARD_REVERSIBLE &&
	       plan->n_targets == 1 && acting->n == 1 && plan->targets[0].agent == acting->ids[0] &&
	       plan->params.verb == acting->action->verb && !plan->targets[0].is_hidden && !*plan->refusal &&
	       !*plan->targets[0].refusal;
}

// By the plan that was asked for before this one.
static void say_changed(struct console *console, const struct plan *plan)
{
	const struct plan *before = fleet_plan(console->fleet, console->acting.token - 1);
	char text[CONFIRM_CHANGED_MAX];
	struct strbuf words;

	strbuf_init(&words, text, sizeof text);
	strbuf_add(&words, "It has changed since: this is the new plan.\n");
	if (before)
		plan_drift(before, plan, &words);
	confirm_changed(&console->confirm, text_trim(text));
}

// What the fleet knows of those that are left out is seen to pass while the plan is read.
static void explain(struct console *console, const struct plan *plan)
{
	bool *is_explained = mem_calloc(plan->n_targets + 1, sizeof *is_explained);
	char why[CONFIRM_WHY_MAX];

	for (size_t i = 0; is_explained && i < plan->n_targets; i++)
		is_explained[i] =
			*plan->targets[i].refusal && *confirm_left_out(console->fleet, &console->view, plan, i, why);
	confirm_explain(&console->confirm, is_explained); // short of memory: it stands as the plan says it
}

void console_take_plan(struct console *console)
{
	struct acting *acting = &console->acting;
	bool is_awaited = acting->is_waiting || acting->is_unwanted;
	const struct plan *plan = is_awaited ? fleet_plan(console->fleet, acting->token) : NULL;

	if (!plan)
		return;
	if (acting->is_unwanted) {
		acting->is_unwanted = false;
		console_drop_plan(console, plan);
		return;
	}
	acting->is_waiting = false;
	acting->keep_at_ms = console->now.mono_ms + PLAN_KEEP_MS;
	if (is_at_once(console, plan)) {
		confirm_close(&console->confirm);
		begin_operation(console, plan, "", "");
	} else {
		confirm_review(&console->confirm, plan);
		explain(console, plan);
		if (acting->is_again)
			say_changed(console, plan);
	}
	console->is_urgent = true;
}

bool console_has_plan(const struct console *console)
{
	return (console->acting.is_waiting || console->acting.is_unwanted) &&
	       fleet_plan(console->fleet, console->acting.token);
}

// It stays open, and is confirmed once more when they have agreed.
static int ask_second_person(struct console *console, const struct plan *plan)
{
	int r = console_request(console, &(struct request){ .type = REQUEST_SUBMIT,
							    .operation = plan->no,
							    .hash = plan->hash,
							    .typed = console->confirm.name.text,
							    .reason = console->confirm.reason.text });

	console->acting.submitted = console->acting.token;
	if (r == 0)
		confirm_fix(&console->confirm);
	return r;
}

// What is not as it was is planned anew, and asked about anew.
static void submit(struct console *console)
{
	const struct plan *plan = plan_ref(console->confirm.plan);
	bool is_asking = console->confirm.is_unasked;
	int r = is_asking ? ask_second_person(console, plan)
			  : begin_operation(console, plan, console->confirm.name.text, console->confirm.reason.text);

	if (r < 0)
		console_drop_plan(console, plan);
	plan_unref((struct plan *)plan);
	if (is_asking && r == 0)
		return;
	confirm_close(&console->confirm);
	if (r == -ESTALE)
		console_ask_plan(console, true);
}

// A hub answers later: unless somebody has begun something else by then.
void console_plan_anew(struct console *console)
{
	const struct acting *acting = &console->acting;
	bool is_busy = console->confirm.is_open || console->dialog.is_open || console->picker.is_open ||
		       console->prompt.is_open;

	if (acting->action && acting->submitted && acting->submitted == acting->token && !is_busy)
		console_ask_plan(console, true);
}

static void cancel(struct console *console)
{
	if (console->confirm.is_ours_to_agree)
		return;
	console->acting.is_unwanted = console->acting.is_waiting;
	console->acting.is_waiting = false;
	if (console->confirm.plan)
		console_drop_plan(console, console->confirm.plan);
}

// Only where that has a reason: what was typed so far is gone.
static bool asks_anew(const struct console *console, const struct key *key)
{
	return key->mods == KEY_MOD_CTRL && key->code == 'r' && console->view.confirm.n_passed > 0 &&
	       !console->confirm.is_ours_to_agree;
}

void console_confirm_key(struct console *console, const struct key *key)
{
	struct confirm *confirm = &console->confirm;
	struct confirm_view view;
	size_t rows, last_top;

	confirm_show(confirm, &view);
	rows = confirm_dialog_rows(&view, console->width, console->height);
	last_top = confirm_dialog_last_top(&view, console->width, console->height);
	console->is_dirty = true;
	if (asks_anew(console, key)) {
		cancel(console);
		console_ask_plan(console, true);
		return;
	}
	switch (confirm_key(confirm, key, rows, last_top, console->now)) {
	case CONFIRM_GOES_ON:
		return;
	case CONFIRM_CANCELLED:
		cancel(console);
		break;
	case CONFIRM_REFUSED:
		console_answer_agreement(console, false);
		return;
	case CONFIRM_CONFIRMED:
		if (confirm->is_ours_to_agree)
			console_answer_agreement(console, true);
		else
			submit(console);
		return;
	}
	confirm_close(confirm);
}

// ---- undo

bool console_undo(struct console *console)
{
	struct acting *acting = &console->acting;
	uint32_t no = acting->undo_operation;
	struct request request = { .type = REQUEST_OPERATION_ROLLBACK, .reason = "undone at once" };

	if (!no || console->now.mono_ms >= acting->undo_until_ms)
		return false;
	acting->undo_operation = 0;
	request.operation = no;
	if (console_request(console, &request) == 0)
		console_asked(console, &request, "undo what was just begun", "it is being undone");
	return true;
}
