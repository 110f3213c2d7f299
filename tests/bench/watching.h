#pragma once
// SPDX-License-Identifier: Apache-2.0
/* opscon's engine as the product wires it, without a console: the direct feed, the broadcaster, the fleet. */
#include <uv.h>

#include "opscon/broadcaster.h"
#include "opscon/config.h"
#include "opscon/feed.h"
#include "opscon/fleet.h"
#include "tests/bench/pace.h"

enum { WATCH_HEALTH = 1, WATCH_METRICS = 2 };

struct watching {
	uv_loop_t loop;
	struct panel_config *panels; // borrowed: set before the start, or NULL
	size_t n_panels;
	struct config config;
	struct broadcaster *broadcaster;
	struct fleet *fleet;
	struct feed *feed;
};

// Watches the targets' /health, /metrics or both; events go to the fleet and then to `cb`. Ends the program on failure.
void watching_start(struct watching *watching, const struct pace_options *options, unsigned what, broadcaster_cb cb,
		    void *ctx);
