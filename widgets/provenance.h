#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Where a panel's numbers come from and how old they are: live, late, stale since, or unavailable and why. */
#include <stdint.h>

#include "opscon/fleet.h"
#include "opscon/style.h"
#include "opscon/view.h"

enum provenance_state {
	PROVENANCE_LIVE,
	PROVENANCE_LATE,        // older than interval + timeout
	PROVENANCE_STALE,       // older than three intervals, or the feed itself is gone
	PROVENANCE_UNAVAILABLE, // there is no value now
};

enum { PROVENANCE_TEXT_MAX = 160 };

struct provenance {
	enum provenance_state state;
	int64_t since_ms;               // wall: of the newest value; 0 when there is none
	char text[PROVENANCE_TEXT_MAX]; // "live" "late" "stale since 15:01:10" "no metrics endpoint"
};

/* Of one series of one agent. A value counts as old by the agent's own interval. Unavailable means that the newest
 * point is a gap or that there is none; the text then names the reason.
 */
void provenance_read(const struct fleet *fleet, const struct view *view, uint32_t agent, const struct series_def *def,
		     struct provenance *out);

// Of an agent that has no series at all: always unavailable.
void provenance_read_agent(const struct fleet *fleet, const struct view *view, uint32_t agent, struct provenance *out);
style_t style_of_provenance(enum provenance_state state);
