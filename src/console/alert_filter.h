#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Which alerts are listed: those that still want somebody first, the newest of each state first. */
#include "console/scope.h"
#include "opscon/fleet.h"
#include "opscon/view.h"

#define ALERTS_OPEN (1U << ALERT_ACTIVE | 1U << ALERT_ACKNOWLEDGED | 1U << ALERT_SNOOZED)

enum { ALERT_RULE_MAX = 128 };

// An alert, and what it is known by when a hub that was restarted has given it another number.
struct alert_mark {
	uint32_t id, agent;
	char rule[ALERT_RULE_MAX];
};

struct alert_filter {
	const struct fleet *fleet; // borrowed
	const struct scope *scope; // borrowed
	unsigned states;           // bit = 1 << alert_state
	char text[256];
	uint32_t *ids; // owned
	size_t n, cap;
	bool is_stale;
	struct alert_mark held; // the alert that the cursor stays on; id 0: the first
	struct alert_mark at;   // under the cursor; id 0: whatever comes under it is what was wanted
	bool has_slipped;       // another one has come under the cursor, and no key has moved it
	size_t row, top;
};

void alert_filter_init(struct alert_filter *filter, const struct fleet *fleet, const struct scope *scope);
void alert_filter_finish(struct alert_filter *filter);
int alert_filter_settle(struct alert_filter *filter); // lists anew when stale. 0 or -ENOMEM (some are missing)
void alert_filter_move(struct alert_filter *filter, int64_t by, size_t rows);
void alert_filter_hold(struct alert_filter *filter, uint32_t alert); // the cursor stays on it
void alert_filter_refresh(struct alert_filter *filter);              // stale, because somebody wanted another list
void alert_filter_cycle(struct alert_filter *filter);                // open, active, resolved, all
const char *alert_filter_words(const struct alert_filter *filter);
void alert_filter_show(const struct alert_filter *filter, struct alerts_view *out);
