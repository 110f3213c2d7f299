#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Which alerts are listed: those that still want somebody first, the newest of each state first. */
#include "console/scope.h"
#include "opscon/fleet.h"
#include "opscon/view.h"

#define ALERTS_OPEN (1U << ALERT_ACTIVE | 1U << ALERT_ACKNOWLEDGED | 1U << ALERT_SNOOZED)

struct alert_filter {
	const struct fleet *fleet; // borrowed
	const struct scope *scope; // borrowed
	unsigned states;           // bit = 1 << alert_state
	char text[256];
	uint32_t *ids; // owned
	size_t n, cap;
	bool is_stale;
	uint32_t held; // the alert that the cursor stays on; 0: the first
	size_t row, top;
};

void alert_filter_init(struct alert_filter *filter, const struct fleet *fleet, const struct scope *scope);
void alert_filter_finish(struct alert_filter *filter);
int alert_filter_settle(struct alert_filter *filter); // lists anew when stale. 0 or -ENOMEM (some are missing)
void alert_filter_move(struct alert_filter *filter, int64_t by, size_t rows);
void alert_filter_cycle(struct alert_filter *filter); // open, active, resolved, all
const char *alert_filter_words(const struct alert_filter *filter);
void alert_filter_show(const struct alert_filter *filter, struct alerts_view *out);
