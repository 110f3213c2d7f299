// SPDX-License-Identifier: Apache-2.0
#include "services/reading_pool.h"

#include <string.h>

#include "base/memory.h"

enum { ITEMS_FIRST = 16 };

static struct event *make(size_t cap, int64_t at_ms, uint32_t agent)
{
	struct event *event = event_new(EVENT_METRICS, at_ms, agent);

	if (!event)
		return NULL;
	event->u.metrics.items = mem_calloc(cap, sizeof *event->u.metrics.items);
	if (event->u.metrics.items)
		return event;
	event_unref(event);
	return NULL;
}

static bool reserve(struct reading_pool *pool, size_t i, size_t n)
{
	struct event *event = pool->events[i];
	struct metric_reading *items;

	if (n <= pool->caps[i])
		return true;
	items = mem_realloc(event->u.metrics.items, n * sizeof *items);
	if (!items)
		return false;
	event->u.metrics.items = items;
	pool->caps[i] = n;
	return true;
}

static struct event *use_again(struct reading_pool *pool, size_t n, int64_t at_ms, uint32_t agent)
{
	struct event *event = pool->events[pool->oldest];

	if (!reserve(pool, pool->oldest, n))
		return NULL;
	event->seq = 0;
	event->at_ms = at_ms;
	event->agent = agent;
	event->u.metrics.n = 0;
	pool->oldest = (pool->oldest + 1) % pool->n;
	return event_ref(event);
}

// The newest stands before the oldest.
static void keep(struct reading_pool *pool, struct event *event, size_t cap)
{
	size_t n_after = pool->n - pool->oldest;

	memmove(pool->events + pool->oldest + 1, pool->events + pool->oldest, n_after * sizeof *pool->events);
	memmove(pool->caps + pool->oldest + 1, pool->caps + pool->oldest, n_after * sizeof *pool->caps);
	pool->events[pool->oldest] = event_ref(event);
	pool->caps[pool->oldest] = cap;
	pool->n++;
	pool->oldest = (pool->oldest + 1) % pool->n;
}

struct event *reading_pool_take(struct reading_pool *pool, size_t n, int64_t at_ms, uint32_t agent)
{
	size_t cap = n > ITEMS_FIRST ? n : ITEMS_FIRST;
	struct event *event;

	if (pool->n && pool->events[pool->oldest]->refs == 1)
		return use_again(pool, n, at_ms, agent);
	event = make(cap, at_ms, agent);
	if (event && pool->n < READING_POOL_MAX)
		keep(pool, event, cap);
	return event;
}

void reading_pool_finish(struct reading_pool *pool)
{
	for (size_t i = 0; i < pool->n; i++)
		event_unref(pool->events[i]);
	*pool = (struct reading_pool){ 0 };
}
