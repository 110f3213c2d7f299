#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The progress tracker: something that takes several steps, and how far it is (components.md 1.5).
 *
 * Each step tells its own state; nothing depends on which one is thought to be current. Side by side when all labels
 * fit, below each other when there are rows enough, else one line: "3/6 Deploy 45% 12s".
 */
#include "opscon/progress.h"
#include "opscon/widget.h"

struct step_look {
	enum glyph glyph;
	const char *word; // "completed"; "unrecognised" for a state that is none of the five
	style_t style;
};

// completed green, current primary, error red, all else grey. A state that is none of the five looks pending.
const struct step_look *step_look(enum step_state state);

// The step to name in one line: the first in error, else the first current, else the first pending, else the last.
// n_steps when there is none at all.
size_t progress_step_in_focus(const struct progress *progress);

int64_t progress_elapsed_ms(const struct progress *progress, int64_t now_ms);

// "12s", "12s, about 18s left", "45s, longer than the usual 30s"; "took 12s" when it is over. Returns out.
char *progress_time_text(const struct progress *progress, int64_t now_ms, char *out, size_t size);

enum progress_form { PROGRESS_FITTING, PROGRESS_HORIZONTAL, PROGRESS_VERTICAL, PROGRESS_LINE };

// "horizontal" (and NULL) and "line" by name, "fitting"; any other word is vertical.
enum progress_form progress_form_from_name(const char *name);

void progress_draw(const struct progress *progress, enum progress_form form, bool hides_numbers,
		   bool hides_descriptions, int64_t now_ms, struct canvas *canvas);

struct progress_tracker_options {
	uint32_t id; // of the tracked thing; 0: the newest operation that is open, else the newest thing there is
	enum progress_form form;
	bool hides_numbers, hides_descriptions;
};

extern const struct widget_class progress_tracker_class; // draws nothing when nothing is tracked
