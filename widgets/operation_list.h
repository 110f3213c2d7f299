#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The operations, newest first: how each stands, what it does, how far it is, who asked for it, how long it takes. */
#include "opscon/widget.h"

extern const struct widget_class operation_list_class;

// Above them stands what waits for a second person.
int operation_list_rows(const struct fleet *fleet, int height); // of operations in a canvas of this height
int operation_list_n_waiting(const struct fleet *fleet);        // rows of what waits, where there is room for them
