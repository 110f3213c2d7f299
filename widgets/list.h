#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What every list with a cursor shares. */
#include <stdbool.h>
#include <stddef.h>

#include "opscon/canvas.h"

// The first row in sight: `top` moved as little as keeps the cursor among n_rows rows, and no room unused.
size_t list_first_shown(size_t top, size_t cursor, size_t n, size_t n_rows);

// Marks row y of the canvas as the one under the cursor; a pane that does not have the keys shows it fainter.
void list_mark_cursor(struct canvas *canvas, int y, bool is_focused);
