#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Which items of the fleet's timeline are listed, newest first, and where the cursor is among them.
 *
 * New items are looked at once each as they come. The list follows the newest until somebody scrolls; the cursor then
 * stays on its item. An item is listed when its type, severity, agent and text pass; agents are those of the context,
 * or the one agent of the screen.
 */
#include "console/scope.h"
#include "opscon/fleet.h"
#include "opscon/view.h"

enum { TIMELINE_TEXT_MAX = 256, TIMELINE_ORDER_MS = 5000 };

struct timeline_filter {
	const struct fleet *fleet; // borrowed
	const struct scope *scope; // borrowed: the context's agents; its whole fleet when the context is empty
	unsigned types;            // bit = 1 << action_type; 0: all
	enum severity min_severity;
	uint32_t agent; // 0: those of the scope
	char text[TIMELINE_TEXT_MAX];

	uint64_t *nos; // owned: item numbers listed, oldest first
	size_t n, cap;
	uint64_t seen;     // newest item looked at
	bool is_stale;     // an older item changed, or the filter did
	uint64_t *shown;   // owned: the same by time, newest first: the rows
	uint64_t *indices; // owned: of the rows, as fleet timeline indices at the last settling
	size_t cap_rows;

	uint64_t cursor_no; // 0: follows the newest
	size_t top;
	uint64_t expanded;
};

void timeline_filter_init(struct timeline_filter *filter, const struct fleet *fleet, const struct scope *scope);
void timeline_filter_finish(struct timeline_filter *filter);

void timeline_filter_touch(struct timeline_filter *filter); // something of the filter was changed by hand
void timeline_filter_news(struct timeline_filter *filter);  // the fleet's timeline changed
int timeline_filter_settle(struct timeline_filter *filter); // before it is shown. 0 or -ENOMEM (items are missing)

// Moves the cursor; rows: items in sight. Reaching the newest by moving up follows again.
void timeline_filter_move(struct timeline_filter *filter, int64_t by, size_t rows);
void timeline_filter_newest(struct timeline_filter *filter);
void timeline_filter_oldest(struct timeline_filter *filter, size_t rows);
const struct timeline_item *timeline_filter_at(const struct timeline_filter *filter, size_t row); // NULL when gone
const struct timeline_item *timeline_filter_item(const struct timeline_filter *filter); // under the cursor, or NULL
void timeline_filter_show(const struct timeline_filter *filter, size_t rows, struct timeline_view *out);
