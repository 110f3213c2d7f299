#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Something that takes several steps, as it stands now. */
#include <stdbool.h>
#include <stdint.h>

enum step_state { STEP_PENDING, STEP_CURRENT, STEP_COMPLETED, STEP_ERROR, STEP_SKIPPED, STEP_STATE_COUNT };

const char *step_state_name(enum step_state state); // "pending" "current" "completed" "error" "skipped"

enum { PROGRESS_STEPS_MAX = 32 };

struct progress_step {
	const char *label;
	const char *description; // "" when none: "14 of 22 answered"
	const char *error;       // "" unless STEP_ERROR
	enum step_state state;
	int64_t started_ms, ended_ms; // wall; 0: not yet
};

struct progress {
	uint32_t id; // of the tracked thing; never 0
	const char *title;
	struct progress_step *steps;
	uint16_t n_steps;
	uint16_t percent;             // 0..100
	int64_t started_ms, ended_ms; // wall; ended_ms 0 while it runs
	int64_t estimated_ms;         // expected duration of the whole, 0: no estimate
	bool is_paused;               // it waits for a person: nobody knows what is left
};
