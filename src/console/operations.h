#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The cursors of the screen of operations: in the list, and among the targets of the one under the cursor. */
#include "opscon/fleet.h"
#include "opscon/view.h"

struct operations {
	uint32_t held; // the operation that the cursor stays on; 0: the newest
	uint32_t no;   // under the cursor; 0 none
	size_t row, top;
	size_t target, target_top;
};

void operations_settle(struct operations *operations, const struct fleet *fleet, size_t rows);
void operations_move(struct operations *operations, const struct fleet *fleet, int64_t by);
void operations_move_target(struct operations *operations, const struct fleet *fleet, int64_t by, size_t rows);
void operations_show(const struct operations *operations, struct operations_view *out);
