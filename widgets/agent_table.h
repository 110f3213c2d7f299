#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The table of agents: view.table as rows, of which only those in sight are drawn.
 *
 * Columns come in order of importance as long as they fit; name and reason then take the room that is left. Widths go
 * by what is in sight, in steps, so that scrolling does not make columns dance. The column that is sorted by carries a
 * mark. What is not known stands as "-", never as 0.
 */
#include "opscon/widget.h"

extern const struct widget_class agent_table_class;

// Rows of agents that fit a table of this height: for paging.
int agent_table_rows(int height);

// Whether a table of this size, sorted by the column, has room and values for it.
bool agent_table_shows(const struct fleet *fleet, const struct view *view, int width, int height,
		       enum agent_column column);

// A number for the columns that a table of this size has, and where: rows drawn alone (view.table.rows) fit the others
// as long as it is the same.
uint64_t agent_table_columns(const struct fleet *fleet, const struct view *view, int width, int height);
