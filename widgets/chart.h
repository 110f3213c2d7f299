#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A series drawn large: axes with round marks, thresholds, gaps, and what the window held in numbers.
 *
 * The line keeps the worse end of each column, so no peak is lost; where it is past a threshold it takes that
 * threshold's colour. A threshold far above all values is written down but does not squash the picture.
 */
#include "opscon/widget.h"

void chart_draw_series(const struct fleet *fleet, const struct view *view, uint32_t agent, uint16_t series,
		       struct canvas *canvas);

struct chart_options {
	uint16_t series;
};

extern const struct widget_class chart_class; // without options: the panel at view.focused_series
