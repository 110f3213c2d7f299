#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The line of input at the foot: label, text, cursor; what is wrong with it stands at the right. */
#include "opscon/widget.h"

// Text with the cursor in sight at a byte offset, over the whole first row.
void prompt_field_draw(struct canvas *canvas, const char *text, size_t cursor, bool has_cursor);

extern const struct widget_class prompt_class;
