#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The header bar: product, fleet, DEMO, the environment on its own colour, what is picked and the key that clears it,
 * connection and clock. Nobody takes prod for staging: of all of it, DEMO and the environment go last.
 */
#include "opscon/widget.h"

extern const struct widget_class header_class;
