// SPDX-License-Identifier: Apache-2.0
#include "console/agent_order.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "console/order_key.h"

struct row {
	uint32_t id;
	struct order_key key; // as it was when the row took its place
	UT_hash_handle hh;
};

struct agent_order {
	const struct fleet *fleet; // borrowed
	agent_order_cb is_listed;
	void *ctx; // borrowed
	struct order_choice choice;
	struct row *by_id;
	struct row **rows; // sorted
	uint32_t *ids;     // the same, for the view
	size_t n, cap;
	uint64_t n_comparisons;
};

int agent_order_create(const struct fleet *fleet, agent_order_cb is_listed, void *ctx, struct agent_order **out)
{
	struct agent_order *order = mem_calloc(1, sizeof *order);

	if (!order)
		return -ENOMEM;
	order->fleet = fleet;
	order->is_listed = is_listed;
	order->ctx = ctx;
	*out = order;
	return agent_order_rebuild(order);
}

static void row_free(struct row *row)
{
	order_key_finish(&row->key);
	mem_free(row);
}

static void clear(struct agent_order *order)
{
	HASH_CLEAR(hh, order->by_id);
	for (size_t i = 0; i < order->n; i++)
		row_free(order->rows[i]);
	order->n = 0;
}

void agent_order_destroy(struct agent_order *order)
{
	if (!order)
		return;
	clear(order);
	mem_free(order->rows);
	mem_free(order->ids);
	mem_free(order);
}

static int compare(struct agent_order *order, const struct row *a, const struct row *b)
{
	order->n_comparisons++;
	return order_key_compare(&a->key, &b->key, order->choice.is_descending);
}

static int compare_rows(const void *a, const void *b, void *ctx)
{
	return compare(ctx, *(struct row *const *)a, *(struct row *const *)b);
}

static int reserve(struct agent_order *order, size_t n)
{
	size_t cap = order->cap ? order->cap : 64;
	struct row **rows;
	uint32_t *ids;

	if (n <= order->cap)
		return 0;
	while (cap < n)
		cap *= 2;
	rows = mem_realloc(order->rows, cap * sizeof(struct row *));
	if (!rows)
		return -ENOMEM;
	order->rows = rows;
	ids = mem_realloc(order->ids, cap * sizeof *ids);
	if (!ids)
		return -ENOMEM;
	order->ids = ids;
	order->cap = cap;
	return 0;
}

static struct row *row_new(struct agent_order *order, const struct fleet_agent *agent)
{
	struct row *row = mem_calloc(1, sizeof *row);

	if (!row)
		return NULL;
	row->id = agent->agent->id;
	order_key_make(&row->key, order->fleet, agent, &order->choice);
	HASH_ADD(hh, order->by_id, id, sizeof row->id, row);
	if (!TABLE_ADD_FAILED(row))
		return row;
	row_free(row);
	return NULL;
}

int agent_order_rebuild(struct agent_order *order)
{
	size_t n_agents = fleet_n_agents(order->fleet);
	int r;

	clear(order);
	order_choice_settle(&order->choice, order->fleet);
	r = reserve(order, n_agents);
	for (size_t i = 0; i < n_agents && r == 0; i++) {
		const struct fleet_agent *agent = fleet_agent_at(order->fleet, i);
		struct row *row;

		if (!order->is_listed(order->ctx, agent))
			continue;
		row = row_new(order, agent);
		if (row)
			order->rows[order->n++] = row;
		else
			r = -ENOMEM;
	}
	if (order->n)
		qsort_r(order->rows, order->n, sizeof(struct row *), compare_rows, order);
	for (size_t i = 0; i < order->n; i++)
		order->ids[i] = order->rows[i]->id;
	return r;
}

void agent_order_choose(struct agent_order *order, enum agent_column column, bool is_descending)
{
	order->choice = (struct order_choice){ .column = column, .is_descending = is_descending };
}

static size_t position(struct agent_order *order, const struct row *row)
{
	size_t low = 0, high = order->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (compare(order, order->rows[mid], row) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static size_t take_out(struct agent_order *order, struct row *row)
{
	size_t at = position(order, row);

	order->n--;
	memmove(order->rows + at, order->rows + at + 1, (order->n - at) * sizeof(struct row *));
	memmove(order->ids + at, order->ids + at + 1, (order->n - at) * sizeof *order->ids);
	return at;
}

static size_t put_in(struct agent_order *order, struct row *row)
{
	size_t at = position(order, row);

	memmove(order->rows + at + 1, order->rows + at, (order->n - at) * sizeof(struct row *));
	memmove(order->ids + at + 1, order->ids + at, (order->n - at) * sizeof *order->ids);
	order->rows[at] = row;
	order->ids[at] = row->id;
	order->n++;
	return at;
}

static struct row *find(const struct agent_order *order, uint32_t id)
{
	struct row *row;

	HASH_FIND(hh, order->by_id, &id, sizeof id, row);
	return row;
}

static bool insert(struct agent_order *order, const struct fleet_agent *agent, struct agent_order_touch *out)
{
	struct row *row = reserve(order, order->n + 1) == 0 ? row_new(order, agent) : NULL;

	if (!row)
		return false;
	out->first = put_in(order, row);
	out->last = order->n - 1;
	return true;
}

static void erase(struct agent_order *order, struct row *row, struct agent_order_touch *out)
{
	out->first = take_out(order, row);
	out->last = order->n;
	HASH_DELETE(hh, order->by_id, row);
	row_free(row);
}

static void move(struct agent_order *order, struct row *row, const struct fleet_agent *agent,
		 struct agent_order_touch *out)
{
	size_t from = take_out(order, row), to;

	order_key_finish(&row->key);
	order_key_make(&row->key, order->fleet, agent, &order->choice);
	to = put_in(order, row);
	out->first = from < to ? from : to;
	out->last = from < to ? to : from;
}

bool agent_order_update(struct agent_order *order, uint32_t id, bool is_gone, struct agent_order_touch *out)
{
	const struct fleet_agent *agent = is_gone ? NULL : fleet_agent(order->fleet, id);
	struct row *row = find(order, id);
	bool is_wanted = agent && order->is_listed(order->ctx, agent);

	if (!row)
		return is_wanted && insert(order, agent, out);
	if (is_wanted)
		move(order, row, agent, out);
	else
		erase(order, row, out);
	return true;
}

const uint32_t *agent_order_ids(const struct agent_order *order, size_t *n)
{
	*n = order->n;
	return order->ids;
}

bool agent_order_find(const struct agent_order *order, uint32_t id, size_t *row)
{
	const struct row *found = find(order, id);

	if (!found)
		return false;
	*row = position((struct agent_order *)order, found); // counts comparisons, changes nothing
	return true;
}

uint64_t agent_order_comparisons(const struct agent_order *order)
{
	return order->n_comparisons;
}
