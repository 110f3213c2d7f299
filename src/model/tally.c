// SPDX-License-Identifier: Apache-2.0
#include "model/tally.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"

static size_t position(const struct tally *tally, const char *name, bool *is_there)
{
	size_t low = 0, high = tally->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(tally->items[mid].name, name);

		if (order == 0) {
			*is_there = true;
			return mid;
		}
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	*is_there = false;
	return low;
}

int tally_add(struct tally *tally, const char *name, enum health_state state)
{
	bool is_there;
	size_t at = position(tally, name, &is_there);
	struct fleet_tier *items;
	char *copy;

	if (!is_there) {
		items = mem_realloc(tally->items, (tally->n + 1) * sizeof *items);
		if (!items)
			return -ENOMEM;
		tally->items = items;
		copy = mem_strdup(name);
		if (!copy)
			return -ENOMEM;
		memmove(items + at + 1, items + at, (tally->n - at) * sizeof *items);
		items[at] = (struct fleet_tier){ .name = copy };
		tally->n++;
	}
	tally->items[at].counts.by_state[state]++;
	tally->items[at].counts.total++;
	return 0;
}

void tally_remove(struct tally *tally, const char *name, enum health_state state)
{
	bool is_there;
	size_t at = position(tally, name, &is_there);

	if (!is_there)
		return;
	tally->items[at].counts.by_state[state]--;
	if (--tally->items[at].counts.total)
		return;
	mem_free((char *)tally->items[at].name);
	tally->n--;
	memmove(tally->items + at, tally->items + at + 1, (tally->n - at) * sizeof *tally->items);
}

void tally_clear(struct tally *tally)
{
	for (size_t i = 0; i < tally->n; i++)
		mem_free((char *)tally->items[i].name);
	mem_free(tally->items);
	*tally = (struct tally){ 0 };
}
