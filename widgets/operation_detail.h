#pragma once
// SPDX-License-Identifier: Apache-2.0
/* One operation: how it stands and why, its progress, each target, and what its drivers say. */
#include "opscon/widget.h"

extern const struct widget_class operation_detail_class;

// Rows of targets that a canvas of this size has for the operation under the cursor; at least 1.
int operation_detail_rows(const struct fleet *fleet, const struct view *view, int width, int height);
