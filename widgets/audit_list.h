#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The audit trail: how sound it is, its newest records, and the one under the cursor in full when that is asked for. */
#include "opscon/widget.h"

extern const struct widget_class audit_list_class;

// Records in sight at this size; at least one while there is any room.
int audit_list_rows(const struct fleet *fleet, const struct view *view, int width, int height);
