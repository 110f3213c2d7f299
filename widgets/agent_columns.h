#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The columns of the agent table: which of them fit, how wide, and what stands in their cells. */
#include <stdbool.h>

#include "opscon/canvas.h"
#include "opscon/fleet.h"
#include "opscon/view.h"

struct column_place {
	enum agent_column column;
	int x, width;
};

struct column_layout {
	struct column_place places[COLUMN_COUNT]; // from left to right
	size_t n;
};

// Places the columns in `width` cells. wanted[] holds the widest text of each column in sight; 0: the column is empty
// for all of them and left out where it may be. The column that the rows are sorted by stays where others have to go.
void agent_columns_place(int width, const int wanted[COLUMN_COUNT], enum agent_column sort, struct column_layout *out);

const char *agent_column_title(enum agent_column column);
bool agent_column_is_right(enum agent_column column); // numbers
bool agent_column_is_fixed(enum agent_column column); // does not grow: how wide its texts are does not matter
bool agent_column_is_kept(enum agent_column column);  // has its place even where it is empty

enum { COLUMN_TEXT_MAX = 640, COLUMN_SERIES_MAX = 2 };

// The kept series behind the columns, looked up once a frame.
struct column_series {
	const struct series_def *defs[COLUMN_COUNT][COLUMN_SERIES_MAX]; // borrowed; the first that an agent has counts
};

void agent_columns_series(const struct fleet *fleet, struct column_series *out);

struct column_source {
	const struct fleet *fleet;
	const struct view *view;
	struct column_series series;
};

// The text of a cell, "" for COLUMN_TREND, "-" for what is not known, and how it is shown.
style_t agent_column_text(enum agent_column column, const struct column_source *source, const struct fleet_agent *agent,
			  char out[COLUMN_TEXT_MAX]);
