#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Counts by name, sorted: tiers and environments in scope. */
#include <stdbool.h>

#include "opscon/fleet.h"

struct tally {
	struct fleet_tier *items; // owned, as are the names
	size_t n;
};

int tally_add(struct tally *tally, const char *name, enum health_state state); // 0 or -ENOMEM
void tally_remove(struct tally *tally, const char *name, enum health_state state);
void tally_clear(struct tally *tally);
