#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The timeline: what happened, newest first, what a person did beside what the fleet did (components.md 1.4).
 *
 * One line an item; under it, unless compact, the start of its description; expanded, all of it and the exact time.
 * The widget shows view.timeline.top onwards, moved as little as keeps the cursor in sight; while following it starts
 * at the newest.
 */
#include "opscon/widget.h"

struct timeline_options {
	int max_items; // 0 or negative: as many as there is room for
	bool hides_times, hides_avatars;
	bool is_compact; // or view.timeline.is_compact
};

// The index into view.timeline.nos that stands in the first row below the heading, for a canvas of this size.
size_t timeline_first_shown(const struct fleet *fleet, const struct view *view, const struct timeline_options *options,
			    int width, int height);

extern const struct widget_class timeline_class; // options: struct timeline_options, or NULL
