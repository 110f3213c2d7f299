// SPDX-License-Identifier: Apache-2.0
#include "console/dialog.h"

#include <stdio.h>

#include "text/text.h"

static void fill(struct dialog *dialog, const char *title, const char *text, const char *const *buttons, size_t n)
{
	snprintf(dialog->title, sizeof dialog->title, "%s", title);
	snprintf(dialog->text, sizeof dialog->text, "%s", text);
	text_trim(dialog->title);
	text_trim(dialog->text);
	dialog->n_buttons = 0;
	dialog->buttons[dialog->n_buttons++] = n ? "Cancel" : "Close";
	for (size_t i = 0; i < n && dialog->n_buttons < DIALOG_BUTTONS_MAX; i++)
		dialog->buttons[dialog->n_buttons++] = buttons[i];
}

void dialog_open(struct dialog *dialog, const char *title, const char *text, const char *const *buttons, size_t n)
{
	*dialog = (struct dialog){ .is_open = true };
	key_guard_begin(&dialog->guard);
	fill(dialog, title, text, buttons, n);
}

void dialog_change(struct dialog *dialog, const char *title, const char *text, const char *const *buttons, size_t n)
{
	size_t n_before = dialog->n_buttons;

	fill(dialog, title, text, buttons, n);
	if (dialog->n_buttons == n_before)
		return;
	dialog->focused = 0;
	key_guard_begin(&dialog->guard);
}

void dialog_painted(struct dialog *dialog, struct instant now)
{
	if (dialog->is_open)
		key_guard_painted(&dialog->guard, now);
}

static int dialog_close(struct dialog *dialog, size_t button)
{
	dialog->is_open = false;
	return (int)button;
}

static void focus(struct dialog *dialog, size_t step)
{
	dialog->focused = (dialog->focused + step) % dialog->n_buttons;
}

int dialog_key(struct dialog *dialog, const struct key *key, struct instant now)
{
	bool is_allowed = key_guard_allows(&dialog->guard, key, now);
	bool is_word = key->code == ' ' && dialog->n_buttons == 1; // somebody goes on writing

	if (!dialog->guard.is_painted && key->code != KEY_CODE_ESCAPE)
		return DIALOG_OPEN;
	switch (key->mods ? 0 : key->code) {
	case KEY_CODE_ESCAPE:
		return dialog_close(dialog, DIALOG_CANCEL);
	case KEY_CODE_ENTER:
	case ' ':
		return is_allowed && !is_word ? dialog_close(dialog, dialog->focused) : DIALOG_OPEN;
	case KEY_CODE_TAB:
	case KEY_CODE_RIGHT:
	case KEY_CODE_DOWN:
	case 'l':
	case 'j':
		focus(dialog, 1);
		return DIALOG_OPEN;
	case KEY_CODE_BACKTAB:
	case KEY_CODE_LEFT:
	case KEY_CODE_UP:
	case 'h':
	case 'k':
		focus(dialog, dialog->n_buttons - 1);
		return DIALOG_OPEN;
	default:
		return DIALOG_OPEN;
	}
}

void dialog_show(const struct dialog *dialog, struct dialog_view *out)
{
	*out = (struct dialog_view){ .is_open = dialog->is_open,
				     .title = dialog->title,
				     .text = dialog->text,
				     .buttons = dialog->buttons,
				     .n_buttons = dialog->n_buttons,
				     .focused = dialog->focused };
}
