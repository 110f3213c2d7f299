#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The plan of an operation, and the question whether it is to be carried out: view.confirm as a box over everything.
 *
 * Every target is in it, the list scrolls; below it what must be typed, then the buttons, Cancel first.
 */
#include <stdbool.h>

#include "opscon/widget.h"

extern const struct widget_class confirm_dialog_class;

// Whether a screen of this size shows enough of it for anything to be confirmed.
bool confirm_dialog_is_readable(int width, int height);

// The largest confirm_view::top that shows something new.
size_t confirm_dialog_last_top(const struct confirm_view *confirm, int width, int height);
size_t confirm_dialog_rows(const struct confirm_view *confirm, int width, int height); // of what is scrolled, in sight
