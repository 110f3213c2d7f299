// SPDX-License-Identifier: Apache-2.0
#include "console/dialog.h"

#include <stdio.h>

void dialog_open(struct dialog *dialog, const char *title, const char *text, const char *const *buttons, size_t n,
		 struct instant now)
{
	*dialog = (struct dialog){ .is_open = true, .opened_mono_ms = now.mono_ms };
	snprintf(dialog->title, sizeof dialog->title, "%s", title);
	snprintf(dialog->text, sizeof dialog->text, "%s", text);
	dialog->buttons[dialog->n_buttons++] = "Cancel";
	for (size_t i = 0; i < n && dialog->n_buttons < DIALOG_BUTTONS_MAX; i++)
		dialog->buttons[dialog->n_buttons++] = buttons[i];
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
	switch (key->mods ? 0 : key->code) {
	case KEY_CODE_ESCAPE:
		return dialog_close(dialog, DIALOG_CANCEL);
	case KEY_CODE_ENTER:
	case ' ':
		if (now.mono_ms - dialog->opened_mono_ms < DIALOG_GUARD_MS)
			return DIALOG_OPEN;
		return dialog_close(dialog, dialog->focused);
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
