#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The status badge: glyph, word and colour of one of the fifteen statuses (components.md 1.1), the same everywhere.
 *
 *   sm  ●          md  ● up          lg   ● up   (a pill on the status's own colour)
 *
 * A status that is none of the fifteen is grey with a glyph of its own. Without a label the badge says the status's
 * name with a capital.
 */
#include <stddef.h>

#include "opscon/widget.h"

enum badge_size { BADGE_SM, BADGE_MD, BADGE_LG };
enum badge_flag { BADGE_NO_GLYPH = 1 << 0 };

enum badge_size badge_size_from_name(const char *name); // "sm" "md" "lg"; anything else and NULL: BADGE_MD

// Draws from (x, y) in at most `width` cells (negative: to the edge); returns the cells used. The label is clean text,
// NULL or "" for the name.
int status_badge_draw(struct canvas *canvas, int x, int y, int width, enum status status, const char *label,
		      enum badge_size size, unsigned flags);
int status_badge_width(enum status status, const char *label, enum badge_size size, unsigned flags);

struct badge {
	const char *status; // as a word, any case
	const char *label;  // NULL or "": its name
};

struct badge_list {
	const struct badge *items; // may be none
	size_t n;
	enum badge_size size;
	unsigned flags; // enum badge_flag
};

extern const struct widget_class status_badge_class; // options: struct badge_list; wraps at the canvas's edge
