#pragma once
// SPDX-License-Identifier: Apache-2.0
/* How far an operation is, for the progress tracker. */
#include <stddef.h>

#include "opscon/operation.h"
#include "opscon/progress.h"

enum { TRACK_TEXT_MAX = 64, TRACK_WAVES_SHOWN = 10 };

// What the progress tracker shows. It points into itself, and to texts of the operation.
struct operation_track {
	struct progress progress;
	struct progress_step steps[PROGRESS_STEPS_MAX];
	char title[TRACK_TEXT_MAX];
	char memory[PROGRESS_STEPS_MAX][TRACK_TEXT_MAX], notes[PROGRESS_STEPS_MAX][TRACK_TEXT_MAX];
};

// Its waves; of a single target its steps. More waves than `most` are three steps: those before, the one under way,
// those to come.
void operation_track_waves(const struct operation *operation, unsigned most, struct operation_track *out);
// The steps of one target; those of the way back once it is gone.
void operation_track_target(const struct operation *operation, size_t target, struct operation_track *out);
