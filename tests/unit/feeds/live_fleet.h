#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A simulated fleet, a direct feed that polls it, and the fleet it folds into, all on one loop. */
#include <stdbool.h>
#include <uv.h>

#include "opscon/broadcaster.h"
#include "opscon/config.h"
#include "opscon/feed.h"
#include "opscon/fleet.h"
#include "services/audit_logger.h"
#include "simulator/simulator.h"

enum { LIVE_INTERVAL_MS = 200, LIVE_TIMEOUT_MS = 250, LIVE_AGENTS_MAX = 32 };

struct live_fleet {
	uv_loop_t loop;
	struct simulator *simulator;
	struct broadcaster *broadcaster;
	struct fleet *fleet;
	struct feed *feed;
	struct config config;
	struct agent *agents[LIVE_AGENTS_MAX]; // references; what was published. A test may add its own at the end
	size_t n_agents;
	char state_dir[64];         // "" none
	struct audit_logger *audit; // the test's; NULL: nothing is audited
	const char *audit_dir;      // borrowed
	const char *holder;         // borrowed: who operates; NULL: nobody does
	bool is_demo;               // and without a journal
	bool keeps_standing;        // in state_dir
	bool is_feed_gone;
	bool may_lack_memory; // an event may be lost
};

// A simulator of n agents; nothing watches it yet. The configuration may be changed before live_watch().
void live_start(struct live_fleet *live, size_t n_agents);
void live_finish(struct live_fleet *live); // stops everything; fails when the loop does not come empty

void live_open(struct live_fleet *live, bool is_once); // creates the feed, publishes nobody
// All agents. Bare: as they are; else those of whom only the base URL is known are told /health and /metrics.
void live_publish(struct live_fleet *live, bool is_bare);
void live_stop_feed(struct live_fleet *live);

// Runs the loop until the condition holds; fails the test after ten seconds.
typedef bool (*live_condition)(struct live_fleet *live, const void *arg);
void live_until(struct live_fleet *live, live_condition condition, const void *arg, const char *what);

const struct fleet_agent *live_agent(struct live_fleet *live, size_t i); // by simulator number; NULL when not watched
int live_request(struct live_fleet *live, enum request_type type, uint32_t agent, uint32_t alert, const char *text);

// After the feed was stopped: nobody has heard anything yet, as in a new process.
void live_forget(struct live_fleet *live);

// The timeline's newest item with this title; NULL when there is none.
const struct timeline_item *live_said(struct live_fleet *live, const char *title);
bool live_has_said(struct live_fleet *live, const void *title); // for live_until()
