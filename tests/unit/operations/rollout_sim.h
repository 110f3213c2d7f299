#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A rollout played second by second on a clock of its own, with actors instead of agents. What it does is written down:
 *
 *   0+a 12=a 72+b    a is begun, is done 12 s later, and b is begun when the wait is over
 *   !a fails · <a is taken back · -a is skipped · T it trips · E succeeded: it ends
 */
#include "operations/rollout.h"

enum { SIM_TARGETS_MAX = 32, SIM_LOG_MAX = 8192 };

// What becomes of one target; times in seconds after it is begun, or after its steps are through.
struct sim_actor {
	int runs;               // seconds until its steps are through
	enum target_state then; // what it is told then; TARGET_VERIFYING when zeroed
	int up_after;           // verifying: seconds until it is up; -1 never
	int down_at;            // of the whole: goes down for good; 0 never
	double errors;          // share; 0 none
	double latency_ms;      // now; 10 before; 0: 10
	double floor_ms;        // of the latency; 0: the usual one
	int trouble_at;         // of the whole: from when errors and latency hold; 0 always
	int trouble_for;        // how long they do; 0 for good
	enum target_state undo; // what undoing it comes to: TARGET_ROLLED_BACK when zeroed, TARGET_VERIFYING by health
};

struct sim {
	struct plan plan;
	struct plan_target targets[SIM_TARGETS_MAX];
	struct plan_step undo_step;
	char names[SIM_TARGETS_MAX][2];
	struct sim_actor actors[SIM_TARGETS_MAX];
	int64_t due_ms[SIM_TARGETS_MAX];    // when what runs is through; -1: nothing does
	int64_t verify_ms[SIM_TARGETS_MAX]; // since when it is verified
	struct rollout_run *run;
	int64_t now_ms;
	char log[SIM_LOG_MAX];
	char failed_why[ROLLOUT_WHY_MAX]; // of the last that was found to have failed
	struct rollout_next last;
};

// n targets that take 2 s, are up after 1 s and can be taken back, in waves by the plan's rollout.
void sim_init(struct sim *sim, size_t n);
void sim_start(struct sim *sim, uint16_t n_concurrent); // after waves and actors are set
void sim_until(struct sim *sim, int seconds);           // of the whole, or until it is over
const char *sim_finish(struct sim *sim);                // goes on to the end, at most a day; the log
void sim_free(struct sim *sim);
