#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A rollout under way: what is known of each target, which ones are under way, and which way it goes. */
#include "operations/rollout.h"

struct rollout_target {
	enum target_state state;
	bool is_verifying;  // its steps are through, forwards or back
	bool is_watched;    // it was found well: it counts when it is not any more
	bool is_undone;     // its undo was begun, and is not begun again
	bool is_unchanged;  // it has failed, and there is nothing to take back of it
	bool is_accepted;   // bad, and a person said to go on
	bool is_bad;        // counted in n_bad
	bool is_over_limit; // counted in n_over_limit: too many errors, or too slow
	bool is_unknown;    // counted in n_unknown: indeterminate
	int64_t verify_from_ms;
	int64_t over_since_ms; // when it was first seen past a limit; -1: it is not
	struct rollout_measure measure;
};

enum rollout_mode { ROLLOUT_FORWARD, ROLLOUT_BACK, ROLLOUT_STOPPING };

struct rollout_run {
	const struct plan *plan; // borrowed
	uint16_t limit;
	struct rollout_target *targets; // owned
	size_t *active;                 // owned: indices of those under way
	size_t n_active;
	size_t n_by_state[TARGET_STATE_COUNT];
	size_t n_bad, n_over_limit, n_unknown;
	size_t from;        // nobody before it is pending
	int wave;           // the newest that has begun; -1: none
	int64_t settled_ms; // when a target was settled last
	enum rollout_mode mode;
	enum operation_state end; // stopping: as what; over: as what it ended
	bool is_over, is_paused, is_tripped;
	bool is_hasty; // whoever is being verified is judged at once, by what is known
	char why[ROLLOUT_WHY_MAX], answer[ROLLOUT_WHY_MAX];
};

extern const struct rollout_measure rollout_nothing_known;

void rollout_set(struct rollout_run *run, size_t i, enum target_state state);
void rollout_say(struct rollout_run *run, const char *why);

// Counts a target anew after anything about it has changed.
void rollout_reckon(struct rollout_run *run, size_t i);

// Whether errors or latency are past the plan's limits, and in which words.
bool rollout_is_over_limit(const struct rollout *limits, const struct rollout_measure *measure);
void rollout_limit_text(const struct rollout *limits, const struct rollout_measure *measure, char out[ROLLOUT_WHY_MAX]);

int64_t rollout_trouble_ms(const struct rollout_run *run); // how long it must last
// Notes whether the target is past a limit now; true: it has been for that long.
bool rollout_is_over_for_long(const struct rollout_run *run, struct rollout_target *target, int64_t now_ms);

// Why it must not go on as it does; false: it may.
bool rollout_finds_trouble(struct rollout_run *run, int64_t now_ms, char why[ROLLOUT_WHY_MAX]);
int64_t rollout_trouble_at(const struct rollout_run *run); // when it may find some by itself; INT64_MAX never

void rollout_unknown_text(const struct rollout_run *run, char why[ROLLOUT_WHY_MAX]);

bool rollout_can_go_back(const struct rollout_run *run); // something was changed that has an undo

static inline int plan_wave(const struct rollout_run *run, size_t i)
{
	return run->plan->targets[i].wave;
}
