#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What a timeline says of an item besides its text: its type, its time, its group, who did it. */
#include <stdbool.h>
#include <stdint.h>

#include "opscon/canvas.h"
#include "opscon/fleet.h"
#include "opscon/view.h"

struct action_look {
	uint32_t glyph; // for Unicode
	char ascii;
	const char *word; // "create"
	style_t style;
};

// create and start are green, delete and error red, stop yellow, info blue, update and anything unknown primary.
const struct action_look *action_look(enum action_type type);

// The last five minutes are now; the others go by local days.
enum timeline_group { GROUP_NOW, GROUP_TODAY, GROUP_YESTERDAY, GROUP_DATE };

enum { TIMELINE_NOW_MS = 5 * 60 * 1000 };

enum timeline_group timeline_group_of(int64_t at_ms, int64_t now_ms, int32_t utc_offset_s);
bool timeline_is_same_group(int64_t a_ms, int64_t b_ms, int64_t now_ms, int32_t utc_offset_s);
char *timeline_group_text(int64_t at_ms, int64_t now_ms, int32_t utc_offset_s,
			  char *out); // "now" "2026-11-20"; HUMAN_MAX bytes

enum { INITIALS_MAX = 64 };

// "maria" is MA, "ann.smith" AS, "x" X; "" gives "". At most two cells, ASCII letters made capital. Returns out.
char *timeline_initials(const char *who, char *out);

// "errors and stops, warning and worse, \"cache\"": what the filters let through; "" when they let through everything.
char *timeline_filter_text(const struct timeline_view *view, char *out, size_t size);
