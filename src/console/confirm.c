// SPDX-License-Identifier: Apache-2.0
#include "console/confirm.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "opscon/fleet.h"
#include "text/text.h"
#include "widgets/confirm_lines.h"

enum { TYPED_RUN_MAX = 2 }; // of one letter at once: names have double letters, stuck keys have more

static const char too_soon[] = "Not that fast: nothing was done.";

void confirm_open(struct confirm *confirm, const char *title)
{
	confirm_close(confirm);
	confirm->is_open = true;
	snprintf(confirm->title, sizeof confirm->title, "%s", title);
	text_trim(confirm->title);
	key_guard_begin(&confirm->guard);
}

void confirm_review(struct confirm *confirm, const struct plan *plan)
{
	confirm_close(confirm);
	confirm->is_open = true;
	confirm->plan = plan_ref(plan);
	confirm->can_go = !*plan->refusal && confirm_n_possible(plan) > 0;
	confirm->asks_name = confirm->can_go && plan->guard >= GUARD_TYPE_NAME;
	confirm->asks_reason = confirm->can_go && plan->guard >= GUARD_REASON;
	action_button(plan, confirm->button);
	snprintf(confirm->title, sizeof confirm->title, "%s%s", confirm->button, confirm->can_go ? "?" : "");
	prompt_open(&confirm->name, "", "");
	prompt_open(&confirm->reason, "", "");
	key_guard_begin(&confirm->guard);
}

void confirm_ask_agreement(struct confirm *confirm, const struct fleet_approval *approval)
{
	char button[ACTION_WORDS_MAX];

	confirm_review(confirm, approval->whole);
	confirm->asks_name = confirm->asks_reason = false;
	confirm->is_ours_to_agree = true;
	snprintf(button, sizeof button, "%s", confirm->button);
	snprintf(confirm->title, sizeof confirm->title, "%.*s asks: %s?", text_fit(approval->asker, 60),
		 approval->asker, button);
	text_trim(confirm->title);
	snprintf(confirm->button, sizeof confirm->button, "Agree");
	snprintf(confirm->asked_reason, sizeof confirm->asked_reason, "%s", approval->reason);
	if (*approval->reason)
		snprintf(confirm->asked_why, sizeof confirm->asked_why, "Why: %s", approval->reason);
	else
		snprintf(confirm->asked_why, sizeof confirm->asked_why, "No reason is given.");
	text_trim(confirm->asked_why);
}

void confirm_set_approval(struct confirm *confirm, const struct fleet_approval *approval)
{
	bool was_held_back = confirm->is_held_back;

	confirm->approval[0] = '\0';
	confirm->is_held_back = confirm->is_unasked = false;
	if (!approval || confirm->is_ours_to_agree || !confirm->can_go)
		return;
	confirm->is_unasked = approval->state == APPROVAL_WANTED && approval->is_unasked && !confirm->is_fixed;
	confirm->is_held_back = approval->state != APPROVAL_GIVEN && !confirm->is_unasked;
	if (confirm->is_unasked)
		snprintf(confirm->approval, sizeof confirm->approval,
			 "A second person has to agree, and is asked when you confirm it.");
	else if (approval->state == APPROVAL_WANTED)
		snprintf(confirm->approval, sizeof confirm->approval, "It waits for a second person.");
	else
		snprintf(confirm->approval, sizeof confirm->approval, "%.*s %s.", text_fit(approval->by, 100),
			 approval->by,
			 approval->state == APPROVAL_GIVEN ? "has agreed: it can go on" : "does not agree");
	text_trim(confirm->approval);
	if (was_held_back && !confirm->is_held_back)
		confirm->note = NULL;
}

void confirm_fix(struct confirm *confirm)
{
	confirm->is_fixed = confirm->is_held_back = true;
	confirm->is_unasked = false;
	confirm->note = NULL;
}

void confirm_note(struct confirm *confirm, const char *note)
{
	confirm->note = note;
}

void confirm_changed(struct confirm *confirm, const char *words)
{
	snprintf(confirm->changed, sizeof confirm->changed, "%s", words);
	text_trim(confirm->changed);
}

void confirm_explain(struct confirm *confirm, bool *is_explained)
{
	mem_free(confirm->is_explained);
	confirm->is_explained = is_explained;
}

void confirm_close(struct confirm *confirm)
{
	mem_free(confirm->is_explained);
	plan_unref((struct plan *)confirm->plan);
	*confirm = (struct confirm){ 0 };
}

void confirm_painted(struct confirm *confirm, struct instant now)
{
	if (confirm->is_open)
		key_guard_painted(&confirm->guard, now);
}

static bool is_name_given(const struct confirm *confirm)
{
	const char *typed = confirm->plan && confirm->plan->typed ? confirm->plan->typed : "";

	return !confirm->asks_name || (*typed && strcmp(confirm->name.text, typed) == 0);
}

static bool is_reason_given(const struct confirm *confirm)
{
	return !confirm->asks_reason || confirm->reason.text[strspn(confirm->reason.text, " ")];
}

static bool is_ready(const struct confirm *confirm)
{
	return confirm->can_go && is_name_given(confirm) && is_reason_given(confirm);
}

// ---- focus

static bool can_focus(const struct confirm *confirm, enum confirm_focus focus)
{
	switch (focus) {
	case CONFIRM_CANCEL:
		return true;
	case CONFIRM_NAME:
		return confirm->asks_name && !confirm->is_fixed;
	case CONFIRM_REASON:
		return confirm->asks_reason && !confirm->is_fixed;
	case CONFIRM_REFUSE:
		return confirm->is_ours_to_agree;
	case CONFIRM_GO:
		return confirm->can_go;
	}
	return false;
}

static void move_focus(struct confirm *confirm, int by)
{
	do
		confirm->focus = (enum confirm_focus)(((int)confirm->focus + by + CONFIRM_GO + 1) % (CONFIRM_GO + 1));
	while (!can_focus(confirm, confirm->focus));
}

static bool is_in_field(const struct confirm *confirm)
{
	return confirm->focus == CONFIRM_NAME || confirm->focus == CONFIRM_REASON;
}

static bool has_fields(const struct confirm *confirm)
{
	return confirm->asks_name || confirm->asks_reason;
}

// ---- scrolling: never answers anything

static bool is_scroll(const struct confirm *confirm, const struct key *key, size_t rows, int64_t *by)
{
	bool has_letters = !has_fields(confirm); // else letters are typed

	if (key->mods)
		return false;
	switch (key->code) {
	case KEY_CODE_UP:
	case KEY_CODE_WHEEL_UP:
		*by = -1;
		return true;
	case KEY_CODE_DOWN:
	case KEY_CODE_WHEEL_DOWN:
		*by = 1;
		return true;
	case KEY_CODE_PAGE_UP:
		*by = -(int64_t)rows;
		return true;
	case KEY_CODE_PAGE_DOWN:
		*by = (int64_t)rows;
		return true;
	case 'k':
	case 'j':
		*by = key->code == 'k' ? -1 : 1;
		return has_letters;
	case 'g':
	case 'G':
		*by = key->code == 'g' ? -(int64_t)INT32_MAX : INT32_MAX;
		return has_letters;
	default:
		return false;
	}
}

static void scroll(struct confirm *confirm, int64_t by, size_t last_top)
{
	int64_t to = (int64_t)(confirm->top < last_top ? confirm->top : last_top) + by;

	confirm->top = to < 0 ? 0 : to > (int64_t)last_top ? last_top : (size_t)to;
}

// ---- answers

// A letter while no field has the keys is meant for the first one that is not filled.
static void turn_to_field(struct confirm *confirm, const struct key *key)
{
	bool is_letter = !key->mods && key->code > ' ' && key->code < KEY_NAMED;

	if (!is_letter || is_in_field(confirm) || confirm->is_fixed)
		return;
	if (!is_name_given(confirm))
		confirm->focus = CONFIRM_NAME;
	else if (confirm->asks_reason)
		confirm->focus = CONFIRM_REASON;
}

static enum confirm_outcome press(struct confirm *confirm, bool is_allowed)
{
	if (!is_allowed) {
		confirm->note = too_soon;
		return CONFIRM_GOES_ON;
	}
	if (is_in_field(confirm)) {
		move_focus(confirm, 1);
		return CONFIRM_GOES_ON;
	}
	if (confirm->focus == CONFIRM_CANCEL)
		return CONFIRM_CANCELLED;
	if (confirm->focus == CONFIRM_REFUSE)
		return CONFIRM_REFUSED;
	if (is_ready(confirm) && !confirm->is_held_back)
		return CONFIRM_CONFIRMED;
	if (is_ready(confirm)) {
		confirm->note = "Not before a second person has agreed.";
		return CONFIRM_GOES_ON;
	}
	confirm->note = is_name_given(confirm) ? "Say why first." : "Type the name first, just as it stands there.";
	return CONFIRM_GOES_ON;
}

static void type(struct confirm *confirm, const struct key *key)
{
	bool is_name = confirm->focus == CONFIRM_NAME;

	if (is_name && key_guard_run(&confirm->guard) > TYPED_RUN_MAX && key->code < KEY_NAMED) {
		confirm->note = "A key seems to be stuck: it is not taken.";
		return;
	}
	prompt_key(is_name ? &confirm->name : &confirm->reason, key);
}

// Which way a key moves the focus; 0: it does not. Arrows and letters belong to a field that has them.
static int focus_step(const struct confirm *confirm, const struct key *key)
{
	if (key->mods)
		return 0;
	if (key->code == KEY_CODE_TAB || key->code == KEY_CODE_BACKTAB)
		return key->code == KEY_CODE_TAB ? 1 : -1;
	if (is_in_field(confirm))
		return 0;
	if (key->code == KEY_CODE_RIGHT || (key->code == 'l' && !has_fields(confirm)))
		return 1;
	return key->code == KEY_CODE_LEFT || (key->code == 'h' && !has_fields(confirm)) ? -1 : 0;
}

static enum confirm_outcome answer(struct confirm *confirm, const struct key *key, bool is_allowed)
{
	bool is_press = !key->mods && (key->code == KEY_CODE_ENTER || (key->code == ' ' && !is_in_field(confirm)));
	int step;

	confirm->note = NULL;
	if (is_press)
		return press(confirm, is_allowed);
	turn_to_field(confirm, key);
	step = focus_step(confirm, key);
	if (step)
		move_focus(confirm, step);
	else if (key->code == KEY_CODE_PASTE && confirm->focus != CONFIRM_REASON)
		confirm->note = "A paste is not taken here.";
	else if (is_in_field(confirm))
		type(confirm, key);
	return CONFIRM_GOES_ON;
}

enum confirm_outcome confirm_key(struct confirm *confirm, const struct key *key, size_t rows, size_t last_top,
				 struct instant now)
{
	bool is_allowed = key_guard_allows(&confirm->guard, key, now);
	bool is_cancel =
		key->code == KEY_CODE_ESCAPE || (key->mods == KEY_MOD_CTRL && (key->code == 'c' || key->code == 'g'));
	int64_t by;

	if (is_cancel)
		return CONFIRM_CANCELLED;
	if (is_scroll(confirm, key, rows, &by)) {
		scroll(confirm, by, last_top);
		return CONFIRM_GOES_ON;
	}
	if (key->code == KEY_CODE_MOUSE)
		return CONFIRM_GOES_ON;
	if (key_guard_is_armed(&confirm->guard, now))
		return answer(confirm, key, is_allowed);
	if (confirm->guard.is_painted && focus_step(confirm, key)) // what has the focus is seen before it is pressed
		move_focus(confirm, focus_step(confirm, key));
	else
		confirm->note = too_soon;
	return CONFIRM_GOES_ON;
}

void confirm_show(const struct confirm *confirm, struct confirm_view *out)
{
	*out = (struct confirm_view){ .is_open = confirm->is_open,
				      .title = confirm->title,
				      .plan = confirm->plan,
				      .button = confirm->can_go ? confirm->button : NULL,
				      .focus = confirm->focus,
				      .refuse = confirm->is_ours_to_agree ? "Do not agree" : NULL,
				      .approval = confirm->approval,
				      .is_approved = !confirm->is_held_back && !confirm->is_unasked,
				      .is_ready = is_ready(confirm) && !confirm->is_held_back,
				      .asks_name = confirm->asks_name,
				      .asks_reason = confirm->asks_reason,
				      .name = confirm->name.text,
				      .reason = confirm->reason.text,
				      .name_cursor = confirm->name.cursor,
				      .reason_cursor = confirm->reason.cursor,
				      .note = confirm->note,
				      .is_explained = confirm->is_explained,
				      .changed = confirm->changed,
				      .asked_why = confirm->asked_why,
				      .top = confirm->top };
}
