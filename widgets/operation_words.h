#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Operations in words: what is done to whom, how it stands, how far it is. */
#include <stdbool.h>
#include <stddef.h>

#include "opscon/canvas.h"
#include "opscon/fleet.h"
#include "opscon/operation.h"
#include "opscon/view.h"

enum { OPERATION_TEXT_MAX = 256, OPERATION_DONE_MAX = 64 };

struct operation_look {
	enum glyph glyph;
	style_t style;
};

struct operation_look operation_look(enum operation_state state);
struct operation_look target_look(enum target_state state);

// "restart of WowEvent", "forced stop of 12 agents", "upgrade of 12 agents to 0.4.3". Returns out.
char *operation_title(const struct plan *plan, char *out, size_t size);

// "rolling, 3 at a time", "canary 10, 50, 100 %", "blue-green"; "" of one target.
char *operation_rollout_text(const struct plan *plan, char *out, size_t size);

// "canary 2 of 3", "batch 4 of 12"; "" where there is one wave only, or none has begun.
char *operation_wave_text(const struct operation *operation, char *out, size_t size);

size_t operation_n_settled(const struct operation *operation); // targets that nothing happens to any more
char *operation_done_text(const struct operation *operation, char out[OPERATION_DONE_MAX]); // "5/12"

/* Wall: the time at which it is as it is shown. That is now, but for one whose hub is late or away: then it is when
 * that was heard last, and its clocks stand.
 */
int64_t operation_shown_ms(const struct fleet *fleet, const struct operation *operation, const struct view *view);
// "as of 03:36:01"; "" when it is as of now. Returns out.
char *operation_as_of_text(const struct fleet *fleet, const struct operation *operation, const struct view *view,
			   char out[OPERATION_DONE_MAX]);

struct target_step {
	size_t no;                    // from 0, among the steps of the plan, then those of the way back
	const struct plan_step *plan; // NULL: nothing is under way
	const struct operation_step *now;
};

bool target_is_settled(enum target_state state);
size_t plan_target_n_steps(const struct plan_target *target); // the way back among them

// The step to name: the one under way, else the one in error.
struct target_step operation_target_step(const struct operation *operation, size_t target);
