#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Who differs from its peers.
 *
 * Peers are the agents of the same service, or of the same tier where no service is labelled; fewer than three have
 * nobody to differ from. An agent differs when its version is not the one that more than half of its peers have, or
 * when its last health probe took more than PEERS_SLOW_FACTOR times their median (and more than PEERS_SLOW_FLOOR_US, so
 * that 2 ms beside 0.5 ms is no news). Computed by one walk when asked for, not kept up by each event: the view that
 * shows it asks again every few seconds.
 */
#include <stdbool.h>
#include <stddef.h>

#include "opscon/fleet.h"

enum { PEERS_MIN = 3, PEERS_SLOW_FACTOR = 3, PEERS_SLOW_FLOOR_US = 20000 };

struct peers {
	uint32_t *ids; // owned: those that differ, ascending
	size_t n;
};

int peers_compute(struct peers *peers, const struct fleet *fleet); // replaces what was there. 0 or -ENOMEM
bool peers_differs(const struct peers *peers, uint32_t id);
void peers_finish(struct peers *peers);
