#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Index arithmetic of a fixed ring; the caller owns the slots.
 *
 *   size_t slot = ring_push(&r);       // the oldest is overwritten when full
 *   items[slot] = ...;
 *   items[ring_at(&r, 0)]              // the oldest;  ring_at(&r, r.count - 1) the newest
 */
#include <stdbool.h>
#include <stddef.h>

struct ring {
	size_t cap; // at least 1
	size_t head;
	size_t count;
};

static inline void ring_init(struct ring *r, size_t cap)
{
	*r = (struct ring){ .cap = cap };
}

static inline bool ring_is_full(const struct ring *r)
{
	return r->count == r->cap;
}

// Slot of the i-th item, counted from the oldest; i must be below count.
static inline size_t ring_at(const struct ring *r, size_t i)
{
	size_t at = r->head + i;

	return at >= r->cap ? at - r->cap : at;
}

// Slot for a new item. When the ring is full that is the slot of the oldest, which is forgotten.
static inline size_t ring_push(struct ring *r)
{
	size_t slot;

	if (r->count < r->cap)
		return ring_at(r, r->count++);
	slot = r->head;
	r->head = ring_at(r, 1);
	return slot;
}

// Forgets the oldest; the ring must not be empty.
static inline size_t ring_pop(struct ring *r)
{
	size_t slot = r->head;

	r->head = ring_at(r, 1);
	r->count--;
	return slot;
}
