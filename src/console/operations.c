// SPDX-License-Identifier: Apache-2.0
/* The screen of operations: which one is looked at, and what can be done to it. */
#include "console/operations.h"

#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "console/state.h"
#include "text/text.h"
#include "widgets/operation_detail.h"
#include "widgets/operation_words.h"

static size_t clamped(size_t value, size_t n)
{
	return value < n ? value : n ? n - 1 : 0;
}

static size_t scrolled(size_t top, size_t row, size_t rows)
{
	if (top > row)
		return row;
	return rows && row >= top + rows ? row - rows + 1 : top;
}

void operations_settle(struct operations *operations, const struct fleet *fleet, size_t rows)
{
	size_t n = fleet_n_operations(fleet);
	uint32_t no;

	if (!operations->held)
		operations->row = 0;
	for (size_t i = 0; i < n && operations->held; i++)
		if (fleet_operation_at(fleet, i)->no == operations->held)
			operations->row = i;
	operations->row = clamped(operations->row, n);
	operations->top = scrolled(operations->top, operations->row, rows);
	no = n ? fleet_operation_at(fleet, operations->row)->no : 0;
	if (no != operations->no)
		operations->target = operations->target_top = 0;
	operations->no = no;
}

static size_t moved(size_t from, int64_t by, size_t n)
{
	int64_t to = (int64_t)from + by;

	return to < 0 ? 0 : clamped((size_t)to, n);
}

// At the top the cursor lets go: it stays on the newest.
void operations_move(struct operations *operations, const struct fleet *fleet, int64_t by)
{
	size_t n = fleet_n_operations(fleet);

	operations->row = moved(operations->row, by, n);
	operations->held = operations->row ? fleet_operation_at(fleet, operations->row)->no : 0;
}

void operations_move_target(struct operations *operations, const struct fleet *fleet, int64_t by, size_t rows)
{
	const struct operation *operation = fleet_operation(fleet, operations->no);

	operations->target = moved(operations->target, by, operation ? operation->plan->n_targets : 0);
	operations->target_top = scrolled(operations->target_top, operations->target, rows);
}

void operations_show(const struct operations *operations, struct operations_view *out)
{
	*out = (struct operations_view){ .no = operations->no,
					 .top = operations->top,
					 .cursor = operations->row,
					 .target_top = operations->target_top,
					 .target = operations->target };
}

uint32_t console_operation_target(const struct console *console)
{
	const struct operation *operation = fleet_operation(console->fleet, console->view.operations.no);
	size_t target = console->view.operations.target;

	return operation && target < operation->plan->n_targets ? operation->plan->targets[target].agent : 0;
}

// ---- what can be done to the one under the cursor

// NULL, and a word about it, when there is none or it is over.
static const struct operation *open_operation(struct console *console)
{
	const struct operation *operation = fleet_operation(console->fleet, console->view.operations.no);

	if (!operation)
		console_say(console, SEVERITY_INFO, "there is no operation here");
	else if (operation_is_over(operation->state))
		console_say(console, SEVERITY_INFO, "it is over: %s", operation_state_name(operation->state));
	return operation && !operation_is_over(operation->state) ? operation : NULL;
}

enum { ASK_TEXT_MAX = 1024 };

// Why what is asked for cannot be done any more, "" when it can.
static const char *too_late(const struct console *console, enum request_type type, const struct operation *operation,
			    char out[OPERATION_TEXT_MAX])
{
	const char *act = keymap_key(&console->keymap, COMMAND_ACT);

	out[0] = '\0';
	if (type == REQUEST_OPERATION_RESUME && operation->state != OPERATION_PAUSED)
		return operation_is_over(operation->state) ? "It is over." : "It goes on already.";
	if (!operation_is_over(operation->state))
		return "";
	snprintf(out, OPERATION_TEXT_MAX, "It is over.");
	if (type == REQUEST_OPERATION_ROLLBACK && operation->state == OPERATION_SUCCEEDED &&
	    operation->plan->params.verb == VERB_UPGRADE && *act)
		snprintf(out, OPERATION_TEXT_MAX, "It is over; %s offers roll back to the version before.", act);
	return out;
}

// What is asked of the operation as it is now. Returns how many buttons there are besides the one that does nothing.
static size_t ask_text(struct console *console, char text[ASK_TEXT_MAX])
{
	const struct operation *operation = fleet_operation(console->fleet, console->target_operation);
	enum request_type type = console->dialog_request;
	char what[OPERATION_TEXT_MAX], done[OPERATION_DONE_MAX], late[OPERATION_TEXT_MAX];
	const char *why_not;
	struct strbuf all;

	strbuf_init(&all, text, ASK_TEXT_MAX);
	if (!operation) {
		strbuf_add(&all, "It is gone.");
		return 0;
	}
	why_not = too_late(console, type, operation, late);
	operation_title(operation->plan, what, sizeof what);
	strbuf_addf(&all, "%s%s%s is %s, %s done.", why_not, *why_not ? "\n" : "", what,
		    operation_state_name(operation->state), operation_done_text(operation, done));
	if (*operation->why)
		strbuf_addf(&all, "\n%s", operation->why);
	if (type == REQUEST_OPERATION_ROLLBACK && *console->rollback_reason)
		strbuf_addf(&all, "\nWhy: %s", console->rollback_reason);
	text_trim(text);
	if (*why_not)
		return 0;
	action_request_button(type, operation, console->dialog_button);
	return 1;
}

static const char *ask_title(const struct console *console, size_t n_buttons)
{
	return n_buttons ? console->dialog_button : "Not done";
}

static void ask(struct console *console, enum request_type type, const struct operation *operation)
{
	const char *buttons[] = { console->dialog_button };
	char text[ASK_TEXT_MAX];
	size_t n;

	console->target_operation = operation->no;
	console->dialog_request = type;
	n = ask_text(console, text);
	dialog_open(&console->dialog, ask_title(console, n), text, buttons, n);
}

void console_refresh_question(struct console *console)
{
	const char *buttons[] = { console->dialog_button };
	char text[ASK_TEXT_MAX];
	size_t n;

	if (!console->dialog.is_open || console->dialog_request == REQUEST_SHRINK_ACCEPT || !console->target_operation)
		return;
	n = ask_text(console, text);
	dialog_change(&console->dialog, ask_title(console, n), text, buttons, n);
	console->is_urgent = true; // what is asked is true even while the screen is held
}

// What somebody begins to say why for is refused so that what they type is taken for nothing else.
static void refuse(struct console *console, const char *why)
{
	console->target_operation = 0;
	console->dialog_request = REQUEST_OPERATION_ROLLBACK;
	dialog_open(&console->dialog, "Not done", why, NULL, 0);
}

void console_hold(struct console *console)
{
	const struct operation *operation = open_operation(console);
	struct request request = { .type = REQUEST_OPERATION_PAUSE };
	char what[OPERATION_TEXT_MAX], asked[ASKED_WHAT_MAX];

	if (!operation)
		return;
	if (operation->state == OPERATION_PAUSED) {
		ask(console, REQUEST_OPERATION_RESUME, operation);
		return;
	}
	request.operation = operation->no;
	operation_title(operation->plan, what, sizeof what);
	snprintf(asked, sizeof asked, "pause %.*s", text_fit(what, 160), what);
	if (console_request(console, &request) == 0)
		console_asked(console, &request, asked, "it pauses before its next target");
}

void console_abort(struct console *console)
{
	const struct operation *operation = open_operation(console);

	if (operation)
		ask(console, REQUEST_OPERATION_ABORT, operation);
}

static bool has_way_back(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_targets; i++)
		if (plan->targets[i].n_undo)
			return true;
	return false;
}

void console_roll_back(struct console *console)
{
	const struct operation *operation;
	char text[OPERATION_TEXT_MAX];

	if (console_undo(console))
		return;
	if (console->view.screen != SCREEN_OPERATIONS) {
		console_say(console, SEVERITY_INFO,
			    "there is nothing to undo: operations are rolled back on their screen");
		return;
	}
	operation = fleet_operation(console->fleet, console->view.operations.no);
	console->rollback_reason[0] = '\0';
	if (!operation) {
		refuse(console, "There is no operation here.");
		return;
	}
	if (operation_is_over(operation->state)) {
		ask(console, REQUEST_OPERATION_ROLLBACK, operation);
		return;
	}
	if (!has_way_back(operation->plan)) {
		snprintf(text, sizeof text, "There is no way back from this %s.",
			 verb_name(operation->plan->params.verb));
		refuse(console, text);
		return;
	}
	console->target_operation = operation->no;
	console_open_prompt(console, PROMPT_ROLLBACK);
}

void console_roll_back_because(struct console *console, const char *reason)
{
	const struct operation *operation = fleet_operation(console->fleet, console->target_operation);

	if (!operation) {
		console_say(console, SEVERITY_WARNING, "not done: it is gone");
		return;
	}
	snprintf(console->rollback_reason, sizeof console->rollback_reason, "%s", reason);
	ask(console, REQUEST_OPERATION_ROLLBACK, operation);
}

void console_pause_all(struct console *console)
{
	const struct request request = { .type = REQUEST_PAUSE_ALL };

	if (console_request(console, &request) == 0)
		console_asked(console, &request, "pause everything", "everything pauses before its next target");
}

void console_answer_operation(struct console *console)
{
	static const struct {
		enum request_type type;
		const char *asked, *said;
	} words[] = {
		{ REQUEST_OPERATION_RESUME, "go on with", "it goes on" },
		{ REQUEST_OPERATION_ABORT, "abort", "it ends after the step under way" },
		{ REQUEST_OPERATION_ROLLBACK, "roll back", "what it has changed is taken back" },
	};
	const struct operation *operation = fleet_operation(console->fleet, console->target_operation);
	enum request_type type = console->dialog_request;
	const struct request request = { .type = type,
					 .operation = console->target_operation,
					 .reason = type == REQUEST_OPERATION_ROLLBACK ? console->rollback_reason : "" };
	char what[OPERATION_TEXT_MAX] = "the operation", asked[ASKED_WHAT_MAX];
	size_t i = 0;

	while (i < sizeof words / sizeof words[0] - 1 && words[i].type != type)
		i++;
	if (operation)
		operation_title(operation->plan, what, sizeof what);
	snprintf(asked, sizeof asked, "%s %.*s", words[i].asked, text_fit(what, 160), what);
	if (console_request(console, &request) == 0)
		console_asked(console, &request, asked, "%s", words[i].said);
}
