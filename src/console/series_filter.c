// SPDX-License-Identifier: Apache-2.0
#include "console/series_filter.h"

#include <errno.h>

#include "base/memory.h"
#include "text/text.h"

void series_filter_init(struct series_filter *filter, const struct fleet *fleet)
{
	*filter = (struct series_filter){ .fleet = fleet, .is_stale = true };
}

void series_filter_finish(struct series_filter *filter)
{
	mem_free(filter->rows);
}

static int reserve(struct series_filter *filter, size_t n)
{
	uint32_t *rows;

	if (n <= filter->cap)
		return 0;
	rows = mem_realloc(filter->rows, n * sizeof *rows);
	if (!rows)
		return -ENOMEM;
	filter->rows = rows;
	filter->cap = n;
	return 0;
}

int series_filter_settle(struct series_filter *filter)
{
	const struct scrape *scrape = fleet_scrape(filter->fleet, filter->agent, NULL);

	if (!filter->is_stale)
		return 0;
	filter->n = 0;
	if (reserve(filter, scrape ? scrape->n_rows : 0) < 0)
		return -ENOMEM;
	for (size_t i = 0; scrape && i < scrape->n_rows; i++)
		if (!filter->text[0] || text_find(scrape->rows[i].series, filter->text))
			filter->rows[filter->n++] = (uint32_t)i;
	filter->is_stale = false;
	series_filter_move(filter, 0, 0);
	return 0;
}

void series_filter_move(struct series_filter *filter, int64_t by, size_t rows)
{
	int64_t to = (int64_t)filter->row + by, last = (int64_t)filter->n - 1;

	to = to > last ? last : to;
	filter->row = to < 0 ? 0 : (size_t)to;
	if (filter->top > filter->row)
		filter->top = filter->row;
	if (rows && filter->row >= filter->top + rows)
		filter->top = filter->row - rows + 1;
}

const char *series_filter_name(const struct series_filter *filter)
{
	const struct scrape *scrape = fleet_scrape(filter->fleet, filter->agent, NULL);

	if (!scrape || filter->row >= filter->n || filter->rows[filter->row] >= scrape->n_rows)
		return NULL;
	return scrape->rows[filter->rows[filter->row]].series;
}

void series_filter_show(const struct series_filter *filter, struct metrics_view *out)
{
	*out = (struct metrics_view){ .rows = filter->rows,
				      .n_rows = filter->n,
				      .top = filter->top,
				      .cursor = filter->row,
				      .text = filter->text };
}
