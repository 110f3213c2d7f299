#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The operations, newest first: how each stands, what it does, how far it is, who asked for it, how long it takes. */
#include "opscon/widget.h"

extern const struct widget_class operation_list_class;

int operation_list_rows(int height); // rows of operations in a canvas of this height
