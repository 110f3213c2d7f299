#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Deadlines in order: a binary heap whose nodes know their place, so that one is moved or taken out in O(log n).
 *
 * Embed a `struct deadline` in what is waiting and get back to it with deadline_owner(). Times are monotonic.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DEADLINE_NEVER INT64_MAX

struct deadline {
	int64_t at_ms;
	size_t place; // 1-based in the heap; 0: not in it
	void *owner;  // borrowed
};

struct deadlines {
	struct deadline **heap; // nodes are borrowed
	size_t n, cap;
};

void deadlines_finish(struct deadlines *deadlines);

// Makes room for n nodes, so that deadlines_set() cannot fail up to there. 0 or -ENOMEM.
int deadlines_reserve(struct deadlines *deadlines, size_t n);

// Puts a node in, or moves it; DEADLINE_NEVER takes it out. Room must have been reserved.
void deadlines_set(struct deadlines *deadlines, struct deadline *node, int64_t at_ms);

int64_t deadlines_next(const struct deadlines *deadlines); // DEADLINE_NEVER when empty

// Takes out the earliest node that is due (at_ms <= now_ms); NULL when none is.
struct deadline *deadlines_pop(struct deadlines *deadlines, int64_t now_ms);
