#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The demo's agents: a simulated fleet in a process of its own, which goes when we go.
 *
 * They are polled over real HTTP like any other fleet; what is simulated is only on the other side of the sockets.
 */
#include <stdbool.h>
#include <sys/types.h>
#include <uv.h>

#include "base/strbuf.h"

struct feed;

struct demo_fleet {
	pid_t pid;         // 0: none
	int fd;            // where it speaks: its list of agents, then what goes wrong, a line each; -1: it is silent
	struct bytes said; // owned: the line that arrives
	uv_poll_t poll;
	bool is_polling, is_ready, has_failed;
	struct feed *feed; // borrowed
};

// Forks: call it before there is a loop or a thread. 0 or negative errno.
int demo_fleet_start(struct demo_fleet *demo);

// Publishes the fleet to a feed as soon as its list is there. 0 or negative errno.
int demo_fleet_attach(struct demo_fleet *demo, uv_loop_t *loop, struct feed *feed);
bool demo_fleet_is_ready(const struct demo_fleet *demo); // the list was published (or will never come)

void demo_fleet_detach(struct demo_fleet *demo); // before the loop ends
void demo_fleet_stop(struct demo_fleet *demo);   // ends the process; zeroed memory is fine
