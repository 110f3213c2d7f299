// SPDX-License-Identifier: Apache-2.0
#include "services/deadlines.h"

#include <errno.h>

#include "base/memory.h"

void deadlines_finish(struct deadlines *deadlines)
{
	mem_free(deadlines->heap);
	*deadlines = (struct deadlines){ 0 };
}

int deadlines_reserve(struct deadlines *deadlines, size_t n)
{
	size_t cap = deadlines->cap ? deadlines->cap : 16;
	struct deadline **heap;

	if (n <= deadlines->cap)
		return 0;
	while (cap < n)
		cap *= 2;
	heap = mem_realloc(deadlines->heap, cap * sizeof(struct deadline *));
	if (!heap)
		return -ENOMEM;
	deadlines->heap = heap;
	deadlines->cap = cap;
	return 0;
}

// Places count from 1, so that the children of p are 2p and 2p + 1.
static void put(struct deadlines *deadlines, size_t place, struct deadline *node)
{
	deadlines->heap[place - 1] = node;
	node->place = place;
}

static void move_up(struct deadlines *deadlines, struct deadline *node)
{
	size_t place = node->place;

	while (place > 1 && deadlines->heap[place / 2 - 1]->at_ms > node->at_ms) {
		put(deadlines, place, deadlines->heap[place / 2 - 1]);
		place /= 2;
	}
	put(deadlines, place, node);
}

static void move_down(struct deadlines *deadlines, struct deadline *node)
{
	size_t place = node->place;

	while (place * 2 <= deadlines->n) {
		size_t child = place * 2;

		if (child < deadlines->n && deadlines->heap[child]->at_ms < deadlines->heap[child - 1]->at_ms)
			child++;
		if (deadlines->heap[child - 1]->at_ms >= node->at_ms)
			break;
		put(deadlines, place, deadlines->heap[child - 1]);
		place = child;
	}
	put(deadlines, place, node);
}

static void take_out(struct deadlines *deadlines, struct deadline *node)
{
	struct deadline *last = deadlines->heap[deadlines->n - 1];

	deadlines->n--;
	if (last != node) {
		put(deadlines, node->place, last);
		move_up(deadlines, last);
		move_down(deadlines, last);
	}
	node->place = 0;
	node->at_ms = DEADLINE_NEVER;
}

void deadlines_set(struct deadlines *deadlines, struct deadline *node, int64_t at_ms)
{
	if (at_ms == DEADLINE_NEVER) {
		if (node->place)
			take_out(deadlines, node);
		return;
	}
	if (!node->place)
		put(deadlines, ++deadlines->n, node);
	node->at_ms = at_ms;
	move_up(deadlines, node);
	move_down(deadlines, node);
}

int64_t deadlines_next(const struct deadlines *deadlines)
{
	return deadlines->n ? deadlines->heap[0]->at_ms : DEADLINE_NEVER;
}

struct deadline *deadlines_pop(struct deadlines *deadlines, int64_t now_ms)
{
	struct deadline *first = deadlines->n ? deadlines->heap[0] : NULL;

	if (!first || first->at_ms > now_ms)
		return NULL;
	take_out(deadlines, first);
	return first;
}
