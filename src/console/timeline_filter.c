// SPDX-License-Identifier: Apache-2.0
#include "console/timeline_filter.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "text/text.h"

void timeline_filter_init(struct timeline_filter *filter, const struct fleet *fleet, const struct scope *scope)
{
	*filter = (struct timeline_filter){ .fleet = fleet, .scope = scope, .is_stale = true };
}

void timeline_filter_finish(struct timeline_filter *filter)
{
	mem_free(filter->nos);
	mem_free(filter->indices);
	mem_free(filter->shown);
}

void timeline_filter_touch(struct timeline_filter *filter)
{
	filter->is_stale = true;
}

static uint64_t newest_no(const struct timeline_filter *filter)
{
	return fleet_n_timeline(filter->fleet) ? fleet_timeline_at(filter->fleet, 0)->no : 0;
}

void timeline_filter_news(struct timeline_filter *filter)
{
	if (newest_no(filter) <= filter->seen)
		filter->is_stale = true; // no new item: like ones were folded into an old one
}

static bool passes_agent(const struct timeline_filter *filter, const struct timeline_item *item)
{
	if (filter->agent)
		return fleet_timeline_is_about(filter->fleet, item, filter->agent);
	if (!item->agent || context_is_empty(filter->scope->context))
		return true;
	return scope_has(filter->scope, item->agent);
}

static bool passes(const struct timeline_filter *filter, const struct timeline_item *item)
{
	if (filter->types && !(filter->types & 1U << item->type))
		return false;
	if (item->severity < filter->min_severity || !passes_agent(filter, item))
		return false;
	return !filter->text[0] || text_find(item->title, filter->text) || text_find(item->description, filter->text) ||
	       text_find(item->agent_name, filter->text) || text_find(item->who, filter->text);
}

static int add(struct timeline_filter *filter, uint64_t no)
{
	size_t cap = filter->cap ? filter->cap * 2 : 256;
	uint64_t *nos;

	if (filter->n == filter->cap) {
		nos = mem_realloc(filter->nos, cap * sizeof *nos);
		if (!nos)
			return -ENOMEM;
		filter->nos = nos;
		filter->cap = cap;
	}
	filter->nos[filter->n++] = no;
	return 0;
}

/* Where an item stands among the fleet's, SIZE_MAX when it is gone. Numbers ascend, and where a hub's snapshot has left
 * items out some are missing; so it stands no further back than by its number alone.
 */
static size_t index_of(const struct fleet *fleet, uint64_t no)
{
	size_t n = fleet_n_timeline(fleet), low = 0, high;
	uint64_t newest = n ? fleet_timeline_at(fleet, 0)->no : 0;

	if (!n || no > newest)
		return SIZE_MAX;
	high = newest - no < n ? (size_t)(newest - no) : n - 1;
	for (size_t at = high; low <= high; at = low + (high - low) / 2) {
		uint64_t found = fleet_timeline_at(fleet, at)->no;

		if (found == no)
			return at;
		if (found < no)
			high = at - 1; // not below 0: the newest is not less
		else
			low = at + 1;
	}
	return SIZE_MAX;
}

// Room for the rows of as many items as there is room for; without memory there are fewer.
static int reserve_rows(struct timeline_filter *filter)
{
	uint64_t *indices, *shown;

	if (filter->cap_rows >= filter->n)
		return 0;
	indices = mem_alloc(filter->cap * sizeof *indices);
	shown = mem_alloc(filter->cap * sizeof *shown);
	if (!indices || !shown) {
		mem_free(indices);
		mem_free(shown);
		filter->n = filter->cap_rows;
		return -ENOMEM;
	}
	mem_free(filter->indices);
	mem_free(filter->shown);
	filter->indices = indices;
	filter->shown = shown;
	filter->cap_rows = filter->cap;
	return 0;
}

// A row an item, the newest first; what the fleet has no longer is dropped.
static int make_rows(struct timeline_filter *filter)
{
	int r = reserve_rows(filter);
	size_t left = filter->n, n = 0;

	for (size_t i = filter->n; i-- > 0;) {
		size_t index = index_of(filter->fleet, filter->nos[i]);

		if (index == SIZE_MAX)
			continue;
		filter->indices[n] = index;
		filter->shown[n++] = filter->nos[--left] = filter->nos[i];
	}
	if (left)
		memmove(filter->nos, filter->nos + left, n * sizeof *filter->nos);
	filter->n = n;
	return r;
}

static int64_t time_of(const struct timeline_filter *filter, size_t row)
{
	return fleet_timeline_at(filter->fleet, (size_t)filter->indices[row])->at_ms;
}

/* By their times, the newest first: what is told of one moment comes from several places and not in its order. Only
 * neighbours in time change places, so a clock that was set back does not send what is new below what is old.
 */
static void order_by_time(struct timeline_filter *filter)
{
	for (size_t i = 1; i < filter->n; i++) {
		uint64_t index = filter->indices[i], no = filter->shown[i];
		int64_t at_ms = time_of(filter, i);
		size_t row = i;

		for (; row > 0; row--) {
			int64_t later_ms = at_ms - time_of(filter, row - 1);

			if (later_ms <= 0 || later_ms > TIMELINE_ORDER_MS)
				break;
			filter->indices[row] = filter->indices[row - 1];
			filter->shown[row] = filter->shown[row - 1];
		}
		filter->indices[row] = index;
		filter->shown[row] = no;
	}
}

int timeline_filter_settle(struct timeline_filter *filter)
{
	uint64_t newest = newest_no(filter);
	size_t n_new = fleet_n_timeline(filter->fleet);
	int r = 0, r_rows;

	if (filter->is_stale || newest < filter->seen) {
		filter->n = 0;
		filter->seen = 0;
	}
	filter->is_stale = false;
	if (newest - filter->seen < n_new)
		n_new = (size_t)(newest - filter->seen);
	while (n_new && fleet_timeline_at(filter->fleet, n_new - 1)->no <= filter->seen)
		n_new--;
	for (size_t i = n_new; i-- > 0 && r == 0;) {
		const struct timeline_item *item = fleet_timeline_at(filter->fleet, i);

		if (passes(filter, item))
			r = add(filter, item->no);
	}
	filter->seen = newest;
	r_rows = make_rows(filter);
	order_by_time(filter);
	return r < 0 ? r : r_rows;
}

// Where the cursor's item is, newest first; the next older one when it is gone.
static size_t cursor_row(const struct timeline_filter *filter)
{
	if (!filter->cursor_no)
		return 0;
	for (size_t row = 0; row < filter->n; row++)
		if (filter->shown[row] == filter->cursor_no)
			return row;
	for (size_t row = 0; row < filter->n; row++)
		if (filter->shown[row] < filter->cursor_no)
			return row;
	return filter->n ? filter->n - 1 : 0;
}

static void keep_in_sight(struct timeline_filter *filter, size_t row, size_t rows)
{
	if (rows == 0)
		rows = 1;
	if (filter->top > row)
		filter->top = row;
	if (row >= filter->top + rows)
		filter->top = row - rows + 1;
}

void timeline_filter_move(struct timeline_filter *filter, int64_t by, size_t rows)
{
	int64_t row = (int64_t)cursor_row(filter) + by, last = (int64_t)filter->n - 1;

	if (!filter->n)
		return;
	if (row <= 0) {
		timeline_filter_newest(filter);
		return;
	}
	if (row > last)
		row = last;
	filter->cursor_no = filter->shown[row];
	keep_in_sight(filter, (size_t)row, rows);
}

void timeline_filter_newest(struct timeline_filter *filter)
{
	filter->cursor_no = 0;
	filter->top = 0;
}

void timeline_filter_oldest(struct timeline_filter *filter, size_t rows)
{
	timeline_filter_move(filter, (int64_t)filter->n, rows);
}

const struct timeline_item *timeline_filter_at(const struct timeline_filter *filter, size_t row)
{
	size_t index = row < filter->n ? index_of(filter->fleet, filter->shown[row]) : SIZE_MAX;

	return index == SIZE_MAX ? NULL : fleet_timeline_at(filter->fleet, index);
}

const struct timeline_item *timeline_filter_item(const struct timeline_filter *filter)
{
	return timeline_filter_at(filter, cursor_row(filter));
}

void timeline_filter_show(const struct timeline_filter *filter, size_t rows, struct timeline_view *out)
{
	size_t row = cursor_row(filter), top = filter->top;

	if (filter->cursor_no) { // new items came in above: the same ones stay in sight
		if (rows && row >= top + rows)
			top = row - rows + 1;
		if (top > row)
			top = row;
	}
	out->nos = filter->indices;
	out->n_items = filter->n;
	out->top = top;
	out->cursor = row;
	out->is_following = !filter->cursor_no;
	out->expanded = filter->expanded;
	out->types = filter->types;
	out->min_severity = filter->min_severity;
	out->text = filter->text;
}
