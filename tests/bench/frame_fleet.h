#pragma once
// SPDX-License-Identifier: Apache-2.0
// A fleet of any size with a console over it, made by events as every fleet is.
#include "console/console.h"

struct frame_fleet {
	struct fleet *fleet;     // owned
	struct console *console; // owned
	uint64_t seq[CHANNEL_COUNT];
	struct instant now;
	uint32_t n_agents;
};

void frame_fleet_init(struct frame_fleet *f, uint32_t n_agents); // ends the program when it cannot
void frame_fleet_finish(struct frame_fleet *f);

// The agent's health probe was answered after that long.
void frame_fleet_probed(struct frame_fleet *f, uint32_t agent, int32_t total_us);

uint32_t frame_fleet_row(const struct frame_fleet *f, size_t row); // the agent in a row of the table, as drawn last
