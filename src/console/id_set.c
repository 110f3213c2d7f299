// SPDX-License-Identifier: Apache-2.0
#include "console/id_set.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"

void id_set_finish(struct id_set *set)
{
	mem_free(set->ids);
	*set = (struct id_set){ 0 };
}

void id_set_clear(struct id_set *set)
{
	set->n = 0;
}

// Where it is, or would be.
static size_t place_of(const struct id_set *set, uint32_t id)
{
	size_t low = 0, high = set->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (set->ids[middle] < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool id_set_has(const struct id_set *set, uint32_t id)
{
	size_t at = place_of(set, id);

	return at < set->n && set->ids[at] == id;
}

int id_set_add(struct id_set *set, uint32_t id)
{
	size_t at = place_of(set, id);

	if (at < set->n && set->ids[at] == id)
		return 0;
	if (set->n == set->cap) {
		size_t cap = set->cap ? 2 * set->cap : 16;
		uint32_t *ids = mem_realloc(set->ids, cap * sizeof *ids);

		if (!ids)
			return -ENOMEM;
		set->ids = ids;
		set->cap = cap;
	}
	memmove(set->ids + at + 1, set->ids + at, (set->n - at) * sizeof *set->ids);
	set->ids[at] = id;
	set->n++;
	return 0;
}

bool id_set_remove(struct id_set *set, uint32_t id)
{
	size_t at = place_of(set, id);

	if (at == set->n || set->ids[at] != id)
		return false;
	set->n--;
	memmove(set->ids + at, set->ids + at + 1, (set->n - at) * sizeof *set->ids);
	return true;
}
