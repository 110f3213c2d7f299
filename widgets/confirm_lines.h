#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What a plan would do, line by line: every target with what is known of it, and the steps. */
#include "opscon/canvas.h"
#include "opscon/operation.h"

// Draws from row y on, which may lie above the canvas; returns the row behind it. A canvas without a grid measures.
int confirm_lines_draw(struct canvas *canvas, int y, const struct plan *plan);

// Targets that something would happen to.
size_t confirm_n_possible(const struct plan *plan);
