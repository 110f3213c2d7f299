#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Clean text over several lines, broken at spaces where it can be and at newlines always. */
#include <stdbool.h>
#include <stddef.h>

#include "opscon/canvas.h"

// The next line of at most `width` cells (1 at least): moves *text past it and what separates it from the next.
// Returns false at the end.
bool wrap_next(const char **text, int width, const char **line, size_t *n_bytes);
int wrap_count(const char *text, int width, int max); // lines, at most max

// Draws at most `height` lines from (x, y); the last ends in an ellipsis when there is more. Returns the lines drawn.
int wrap_draw(struct canvas *canvas, int x, int y, int width, int height, style_t style, const char *text);
