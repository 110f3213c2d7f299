#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Rows of the metrics screen: the series of an agent's last scrape whose name has the text in it. */
#include "opscon/fleet.h"
#include "opscon/view.h"

struct series_filter {
	const struct fleet *fleet; // borrowed
	uint32_t agent;
	char text[256];
	uint32_t *rows; // owned
	size_t n, cap;
	bool is_stale;
	size_t row, top;
};

void series_filter_init(struct series_filter *filter, const struct fleet *fleet);
void series_filter_finish(struct series_filter *filter);
int series_filter_settle(struct series_filter *filter); // lists anew when stale. 0 or -ENOMEM (none are listed)
void series_filter_move(struct series_filter *filter, int64_t by, size_t rows);
const char *series_filter_name(const struct series_filter *filter); // under the cursor; NULL none
void series_filter_show(const struct series_filter *filter, struct metrics_view *out);
