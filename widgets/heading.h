#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The top line of a pane: `Timeline · errors ────────── 12 of 340 ─`. */
#include <stdbool.h>

#include "opscon/canvas.h"

struct heading {
	const char *title;
	const char *detail; // after the title, muted; NULL or "" none
	const char *note;   // at the right; NULL or "" none; the first to go when it is narrow
	style_t note_style; // 0: muted
	bool is_focused;    // the pane takes the keys
};

// Draws it in row 0 and returns what is left below.
struct canvas heading_draw(struct canvas *canvas, const struct heading *heading);
