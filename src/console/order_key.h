#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What a row of the agent table is sorted by: a copy, taken when the row took its place. */
#include <stdbool.h>
#include <stdint.h>

#include "opscon/fleet.h"
#include "opscon/view.h"

enum { ORDER_SERIES_MAX = 4 };

struct order_choice {
	enum agent_column column;
	bool is_descending;
	int series[ORDER_SERIES_MAX]; // numbers of the series that the column shows, the best first; ends with -1
};

struct order_key {
	double number;             // NaN: not known, comes last; 0 for texts
	const char *text;          // points into agent, or a constant; "" for numbers
	int64_t then;              // within equals the greater first
	const struct agent *agent; // a reference: keeps the texts alive
};

void order_choice_settle(struct order_choice *choice, const struct fleet *fleet); // finds its series
void order_key_make(struct order_key *key, const struct fleet *fleet, const struct fleet_agent *agent,
		    const struct order_choice *choice);
void order_key_finish(struct order_key *key);
int order_key_compare(const struct order_key *a, const struct order_key *b, bool is_descending); // never 0 for two
