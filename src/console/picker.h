#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A list to choose from, narrowed by typing: the context, the time range, the palette.
 *
 * Letters narrow the list; Up and Down move; Enter takes. Where several can be picked the space bar picks, M-a picks
 * all that are listed and M-c none; Enter without any pick takes the one under the cursor.
 */
#include "console/prompt.h"
#include "opscon/key.h"
#include "opscon/view.h"

struct picker_entry;

struct picker {
	bool is_open, is_multi, is_touched;
	enum picker_kind kind;
	const char *title, *placeholder; // borrowed constants
	struct prompt query;
	struct picker_entry *entries; // owned: everything there is to choose from
	size_t n, cap;
	struct picker_item *shown; // owned: what matches, best first
	size_t *shown_at;          // owned: which entry each is
	size_t n_shown, cap_shown, n_picked;
	size_t top, cursor;
};

enum picker_outcome {
	PICKER_GOES_ON,
	PICKER_TAKEN,
	PICKER_CANCELLED,
	PICKER_NEXT_KIND,
	PICKER_PREVIOUS_KIND,
	PICKER_REFUSED
};

void picker_open(struct picker *picker, enum picker_kind kind, const char *title, const char *placeholder,
		 bool is_multi);
int picker_add(struct picker *picker, const char *id, const char *label, const char *hint,
	       bool is_picked);             // or -ENOMEM
void picker_disable(struct picker *picker); // the one added last: it cannot be taken
// Another hint, and whether it can be taken; while the list is open. 0, -ENOENT, or -ENOMEM (all stays).
int picker_change(struct picker *picker, const char *id, const char *hint, bool is_disabled);
int picker_settle(struct picker *picker); // after the last item. 0 or -ENOMEM
void picker_close(struct picker *picker); // frees the items

// PICKER_REFUSED: the one under the cursor is disabled, and its hint says why.
enum picker_outcome picker_key(struct picker *picker, const struct key *key, size_t rows);
const char *picker_choice(const struct picker *picker); // id under the cursor, NULL when nothing matches
const struct picker_item *picker_item_here(const struct picker *picker); // the same, whole

// The ids that are picked, in the order they were added: start with *at = 0. NULL past the last.
const char *picker_picked(const struct picker *picker, size_t *at);
void picker_show(const struct picker *picker, struct picker_view *out);
