// SPDX-License-Identifier: Apache-2.0
#include "widgets/row_cache.h"

#include "base/memory.h"

struct row_cache {
	uint64_t series_version;
	struct row_scene scene;
	size_t n_rows;
	struct cached_row *rows; // owned
	struct cell *cells;      // owned: n_rows of scene.width; NULL: there are none
};

struct row_cache *row_cache_create(void)
{
	return mem_calloc(1, sizeof(struct row_cache));
}

void row_cache_destroy(struct row_cache *cache)
{
	if (!cache)
		return;
	mem_free(cache->rows);
	mem_free(cache->cells);
	mem_free(cache);
}

static void forget_row(struct cached_row *row)
{
	row->agent = 0;
	row->has_cells = false;
	for (int column = 0; column < COLUMN_COUNT; column++)
		row->wanted[column] = ROW_UNMEASURED;
}

void row_cache_forget(struct row_cache *cache)
{
	for (size_t i = 0; i < cache->n_rows; i++)
		forget_row(&cache->rows[i]);
}

static void forget_cells(struct row_cache *cache)
{
	for (size_t i = 0; i < cache->n_rows; i++) {
		cache->rows[i].has_cells = false;
		cache->rows[i].cells = NULL;
	}
	mem_free(cache->cells);
	cache->cells = NULL;
}

void row_cache_reserve(struct row_cache *cache, const struct fleet *fleet, size_t n_rows)
{
	uint64_t version = fleet_series_version(fleet);

	if (n_rows == cache->n_rows && version == cache->series_version)
		return;
	cache->series_version = version;
	if (n_rows != cache->n_rows) {
		forget_cells(cache);
		mem_free(cache->rows);
		cache->rows = mem_calloc(n_rows, sizeof *cache->rows);
		cache->n_rows = cache->rows ? n_rows : 0;
	}
	row_cache_forget(cache);
}

struct cached_row *row_cache_row(struct row_cache *cache, size_t place, const struct fleet *fleet,
				 const struct fleet_agent *agent)
{
	uint64_t points_version = fleet_points_version(fleet, agent->agent->id);
	struct cached_row *row = cache->n_rows ? &cache->rows[place % cache->n_rows] : NULL;

	if (!row ||
	    (row->agent == agent->agent->id && row->version == agent->version && row->points_version == points_version))
		return row;
	forget_row(row);
	row->agent = agent->agent->id;
	row->version = agent->version;
	row->points_version = points_version;
	return row;
}

static bool is_same_scene(const struct row_scene *a, const struct row_scene *b)
{
	if (a->width != b->width || a->range != b->range || a->is_ascii != b->is_ascii || a->columns.n != b->columns.n)
		return false;
	for (size_t i = 0; i < a->columns.n; i++) {
		const struct column_place *left = &a->columns.places[i], *right = &b->columns.places[i];

		if (left->column != right->column || left->x != right->x || left->width != right->width)
			return false;
	}
	return true;
}

void row_cache_fit(struct row_cache *cache, const struct row_scene *scene)
{
	size_t width = scene->width > 0 ? (size_t)scene->width : 0;

	if (cache->cells && is_same_scene(&cache->scene, scene))
		return;
	forget_cells(cache);
	cache->scene = *scene;
	cache->cells = width ? mem_calloc(cache->n_rows, width * sizeof *cache->cells) : NULL;
	for (size_t i = 0; cache->cells && i < cache->n_rows; i++)
		cache->rows[i].cells = cache->cells + i * width;
}

bool cached_row_is_good(const struct cached_row *row, int64_t now_ms)
{
	return row->has_cells && now_ms >= row->from_ms && now_ms < row->until_ms;
}
