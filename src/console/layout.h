#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Where everything goes: a pure function of the size and of what there is to show, from 1x1 to any size.
 *
 * What does not fit is left out, the least important first: the order of importance of the overview is verdict, table,
 * header, foot, counts, timeline, newly bad, panels, progress. A pane that was left out and has the keys takes the
 * place of one that has not, so Tab reaches everything at any size.
 */
#include <stdbool.h>
#include <stddef.h>

#include "opscon/view.h"

struct rect {
	int x, y, width, height; // nothing at all when width or height is 0
};

enum slot {
	SLOT_HEADER,
	SLOT_CONNECTION,
	SLOT_VERDICT,
	SLOT_COUNTS,
	SLOT_NEWLY_BAD,
	SLOT_PROGRESS,
	SLOT_MAIN, // the table, the agent, the list of alerts, series or operations, the timeline's own screen, help
	SLOT_TIMELINE,
	SLOT_PANELS,
	SLOT_DETAIL, // of the operation under the cursor
	SLOT_FOOTER,
	SLOT_COUNT,
};

struct layout_content {
	size_t n_newly_bad;
	size_t n_panels;   // that may stand in the pane of panels; 0: not known yet
	bool has_progress; // something is under way
	bool has_tiers;    // agents have tiers: a second row of counts
	bool has_hub_away; // what its agents are like is stale
	bool is_feed_live; // else the feed's own indicator stands beside the verdict
	enum pane focus;
	bool is_chart_open;
	size_t n_operations;
};

struct layout {
	struct rect slots[SLOT_COUNT];
};

void layout_compute(enum screen_id screen, int width, int height, const struct layout_content *content,
		    struct layout *out);
bool layout_has(const struct layout *layout, enum slot slot);
enum slot slot_of_pane(enum pane pane);
