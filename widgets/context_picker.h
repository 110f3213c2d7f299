#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The context picker: view.picker as a box over whatever lies below (components.md 1.6).
 *
 * The same box serves agents, tiers, environments, labels and services (checkboxes), the time range and the theme
 * (radio marks) and the command palette (no marks). It stands in the middle of the canvas it is given, as large as its
 * items need, and keeps the cursor in sight.
 */
#include "opscon/widget.h"

extern const struct widget_class context_picker_class;

// Where the box stands in a canvas of this size, for whoever places other things around it.
struct picker_box {
	int x, y, width, height;
	int n_rows;      // of items
	bool has_footer; // and a rule below the query; not where each row counts
};
void context_picker_box(const struct view *view, int width, int height, struct picker_box *out);

// What the trigger says of a choice: the placeholder, the one label, or "N agents" (components.md 1.6). Returns out.
char *context_picker_summary(const struct picker_view *picker, char *out, size_t size);
