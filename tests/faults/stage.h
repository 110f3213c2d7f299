#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Where faults are played: a few agents that are well, some that go wrong, and the direct feed that polls them all into
 * a fleet. Whatever the bad ones do, the well ones stay up, no alert names them, and no turn of the loop takes so much
 * processor time that a key would wait for it: stage_finish() sees to that.
 *
 *   stage_start(&s, rules, n);
 *   stage_add(&s, "/health", NULL);
 *   stage_begin(&s);
 *   stage_expect(&s, 0, HEALTH_DOWN, REASON_RESET);
 *   stage_finish(&s);
 */
#include "tests/support/http_server.h"
#include "tests/unit/feeds/live_fleet.h"

enum { STAGE_WELL = 3, STAGE_BAD_TIMEOUT_MS = 300, STAGE_WELL_TIMEOUT_MS = 3000 };

struct stage {
	struct live_fleet live; // first the well agents, then the bad ones
	struct http_server server;
	int subscription;
	uv_prepare_t turn;
	int64_t turn_began_us, worst_turn_us; // processor time of this thread
	char disturbed[256];                  // what was said of a well agent that had been up; "" nothing
	bool allows_doubt;                    // a well agent may be unknown for a while: the fault is ours
	bool is_begun;
};

// The server's rules are borrowed. The configuration (s->live.config) may be changed before stage_begin().
void stage_start(struct stage *s, const struct server_rule *rules, size_t n_rules);

// A bad agent with these endpoints, NULL for none: paths on the server, or whole URLs. It may be changed until
// stage_begin().
struct agent *stage_add(struct stage *s, const char *health, const char *metrics);

void stage_begin(struct stage *s);                              // opens the feed, waits until the well ones are up
const struct fleet_agent *stage_bad(struct stage *s, size_t i); // by order of stage_add()
void stage_expect(struct stage *s, size_t i, enum health_state state, enum reason reason); // waits for it
void stage_probe_rounds(struct stage *s, int n); // until each well agent has been probed that often
void stage_assert_undisturbed(const struct stage *s);
void stage_finish(struct stage *s);

// A fault as one agent's health answer and what is to be known of it.
struct stage_fault {
	struct server_rule rule; // its path is given by stage_play()
	enum health_state state;
	enum reason reason;
};

// Plays them all at once, each by an agent of its own.
void stage_play(const struct stage_fault *faults, size_t n);
