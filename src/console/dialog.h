#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A question with named buttons. Cancel comes first and has the focus; what was typed before the question could be
 * read, what a stuck key repeats and what is pasted never answers it.
 */
#include "console/key_guard.h"
#include "opscon/key.h"
#include "opscon/view.h"

enum { DIALOG_BUTTONS_MAX = 4, DIALOG_GUARD_MS = KEY_GUARD_MS };

struct dialog {
	bool is_open;
	char title[128];
	char text[1024];
	const char *buttons[DIALOG_BUTTONS_MAX]; // borrowed; 0 is Cancel
	size_t n_buttons, focused;
	struct key_guard guard;
};

enum { DIALOG_OPEN = -1, DIALOG_CANCEL = 0 };

// buttons: those besides Cancel, at most DIALOG_BUTTONS_MAX - 1; they outlive the dialog. Without any it only tells
// something: its one button is Close, and the space bar does not press it, so that words typed blindly go nowhere.
void dialog_open(struct dialog *dialog, const char *title, const char *text, const char *const *buttons, size_t n);

// What an open one is about has changed. With as many buttons as before the focus stays; else it begins anew.
void dialog_change(struct dialog *dialog, const char *title, const char *text, const char *const *buttons, size_t n);

// It stands on the screen as it is now.
void dialog_painted(struct dialog *dialog, struct instant now);

// DIALOG_OPEN while it stays open; else it has closed and the button's number is returned, DIALOG_CANCEL for Esc.
int dialog_key(struct dialog *dialog, const struct key *key, struct instant now);
void dialog_show(const struct dialog *dialog, struct dialog_view *out);
