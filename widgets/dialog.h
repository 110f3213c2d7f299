#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A question over whatever lies below: view.dialog, in the middle of the canvas it is given. What is asked is never cut
 * before the buttons are.
 */
#include "opscon/widget.h"

extern const struct widget_class dialog_class;
