#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Golden pictures: what a widget draws, compared cell by cell with a file that people can read.
 *
 * The picture of a case is tests/golden/WIDGET/CASE.screen, as canvas_dump() writes it: text, then style letters.
 * With GOLDEN_UPDATE=1 in the environment it is written instead. A difference fails the running Check test and shows
 * both pictures.
 */
#include <stdbool.h>

#include "opscon/widget.h"

struct golden_case {
	const char *name;  // of the file
	int width, height; // of the canvas
	bool is_ascii;
};

// Compares what is on a canvas.
void golden_check(const char *widget, const char *name, const struct canvas *canvas);

// Draws the widget on a fresh canvas and compares; fleet may be NULL where the widget does not read it.
void golden_draw(const struct widget *widget, const struct fleet *fleet, const struct view *view,
		 const struct golden_case *golden);

// Draws at every size from 0x0 to width x height and fails when a cell outside the canvas changed.
void golden_sweep(const struct widget *widget, const struct fleet *fleet, const struct view *view, int width,
		  int height);
