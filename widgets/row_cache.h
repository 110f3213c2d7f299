#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Rows of the agent table as they were drawn, so that one whose agent has not changed is copied and not made anew.
 *
 * A row is that of an agent, of its version and of the version of its points. Its cells are good for a stretch of time,
 * because ages and pictures of points move with it, and for one scene: whatever else goes into the cells of any row. It
 * holds as many rows as were last in sight; a row that does not match is forgotten where it is asked for. Short of
 * memory it holds nothing, and everything is made anew.
 */
#include "opscon/canvas.h"
#include "opscon/fleet.h"
#include "widgets/agent_columns.h"

struct row_cache;

struct row_cache *row_cache_create(void); // NULL for want of memory
void row_cache_destroy(struct row_cache *cache);
void row_cache_forget(struct row_cache *cache); // everything

enum { ROW_UNMEASURED = -1 };

struct cached_row {
	uint32_t agent; // 0: nobody's
	uint64_t version, points_version;
	int wanted[COLUMN_COUNT]; // cells that the texts would like to have; ROW_UNMEASURED
	bool has_cells;
	int64_t from_ms, until_ms; // the cells: wall, the end is not included
	struct cell *cells;        // of the cache, as many as the scene is wide
};

// How many rows there are from now on, and of which definitions of series they are: of others all is forgotten.
void row_cache_reserve(struct row_cache *cache, const struct fleet *fleet, size_t n_rows);

// The row of the agent that stands at `place` of the list; NULL: none is held. Its cells are for the present scene.
struct cached_row *row_cache_row(struct row_cache *cache, size_t place, const struct fleet *fleet,
				 const struct fleet_agent *agent);

struct row_scene {
	struct column_layout columns;
	int width;
	enum time_range range;
	bool is_ascii;
};

// What the cells are drawn for from now on: cells of another scene are forgotten.
void row_cache_fit(struct row_cache *cache, const struct row_scene *scene);

// Whether the row's cells can be shown at now_ms.
bool cached_row_is_good(const struct cached_row *row, int64_t now_ms);
