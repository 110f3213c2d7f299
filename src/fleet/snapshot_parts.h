#pragma once
// SPDX-License-Identifier: Apache-2.0
// Inside the cursor of snapshot.h: the parts that have a file of their own.
#include "fleet/fleet.h"
#include "fleet/snapshot.h"

struct fleet_snapshot {
	const struct fleet *fleet; // borrowed
	size_t part;
	bool is_started;

	// Of the part under way.
	uint32_t *ids; // owned
	size_t n, at;
	bool is_listed;
	uint64_t came; // how many of the kind had come when they were listed

	uint64_t turns;   // fleet::n_turns when those that are bad were listed last
	uint64_t sources; // fleet::n_sources_changed, likewise

	uint64_t arrival; // of the agent under way
	unsigned step;    // what of it is next
	int64_t after_ms; // its readings up to then were told

	uint64_t told_after, told_to; // fleet::n_tellings: this round has the items told between the two
	uint64_t item;                // number of the last one
	bool has_round;
};

// 0 and *out, NULL when the part has no more; -ENOMEM.
int next_agent(struct fleet_snapshot *s, int64_t at_ms, struct event **out);
int next_item(struct fleet_snapshot *s, int64_t at_ms, struct event **out);

struct event *snapshot_health(const struct fleet_entry *entry); // as it stands; NULL for want of memory
