#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What a plan would do, line by line: every target with what is known of it, and the steps. */
#include "opscon/canvas.h"
#include "opscon/fleet.h"
#include "opscon/operation.h"
#include "opscon/view.h"

/* Draws from row y on, which may lie above the canvas; returns the row behind it. A canvas without a grid measures.
 * `view` with the fleet: what targets are left out for is told as it is now; NULL: as the plan has it. The rows are the
 * same.
 */
int confirm_lines_draw(struct canvas *canvas, int y, const struct plan *plan, const struct fleet *fleet,
		       const struct view *view);

/* Why nothing can be done to a target now, as far as the fleet tells (policies and drivers it does not know): "bob on
 * ops2 is about to restart it (12s)"; "" nothing is in the way.
 */
enum { CONFIRM_WHY_MAX = 256 };
const char *confirm_left_out(const struct fleet *fleet, const struct view *view, const struct plan *plan, size_t target,
			     char out[CONFIRM_WHY_MAX]);
// Of those that the fleet could tell of: how many would not be left out any more.
size_t confirm_n_passed(const struct fleet *fleet, const struct view *view, const struct plan *plan,
			const bool *is_explained);

// Targets that something would happen to.
size_t confirm_n_possible(const struct plan *plan);
