#pragma once
// SPDX-License-Identifier: Apache-2.0
/* EVENT_METRICS events that are used again once everybody else has let go of them, so that a scrape of a known exporter
 * allocates nothing. Used by metric_recorder.c alone.
 */
#include <stddef.h>
#include <stdint.h>

#include "opscon/event.h"

enum { READING_POOL_MAX = 128 }; // events: more than a broadcaster keeps for replay

struct reading_pool {
	struct event *events[READING_POOL_MAX]; // a reference each, in the order given out from `oldest` on
	size_t caps[READING_POOL_MAX];          // of their items
	size_t n, oldest;
};

// An event without readings, with room for n, and a reference to it; NULL for want of memory. Zeroed is empty.
struct event *reading_pool_take(struct reading_pool *pool, size_t n, int64_t at_ms, uint32_t agent);
void reading_pool_finish(struct reading_pool *pool);
