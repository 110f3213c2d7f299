#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The panels of one agent, side by side.
 *
 * The largest size in which all of them fit is taken, down to one line each, and grows into what room is left; what
 * still has no room is left out in order and counted in the heading. Where none has a value, the reason is said once.
 * While the pane has the keys (PANE_PANELS), view.focused_series is marked and kept in sight; with view.is_chart_open
 * it is drawn over the whole pane as a chart.
 */
#include "widgets/metrics_panel.h"

struct grid_layout {
	enum panel_size size;
	int spacing;           // blank rows between rows of panels
	int n_columns, n_rows; // panels side by side, and rows of panels in sight
	int column_width;      // without the two cells between columns
	int row_height;        // of a panel, without the spacing
	size_t first;          // panel in the first place; a whole number of rows
};

// Where n panels go in width x height cells so that `focused` is in sight.
void grid_layout(size_t n, int width, int height, size_t focused, struct grid_layout *out);

// Rows that the pane of n panels makes use of, heading and all, where it may have `most`.
int metrics_grid_rows(size_t n, int width, int most);

extern const struct widget_class metrics_grid_class;
