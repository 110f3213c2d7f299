#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Which plans have crossed, at either end.
 *
 * A plan of 10,000 targets is some megabytes, it never changes, and the operation that carries it out is told every
 * second. So it crosses once: with the first event of its operation in the stream, and with those of a snapshot. The
 * reader keeps it. Whoever leaves events out (a queue that conflates) keeps those that bring a plan.
 *
 * One that is larger than a message crosses without its steps, and so does all that is told of its operation from then
 * on; one that is too large even so does not cross, nor does its operation.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "opscon/event.h"
#include "opscon/operation.h"

enum {
	WIRE_PLANS_MAX = 512, // the smallest numbers are forgotten first
	WIRE_LARGE_MAX = 64,  // the same, of those that do not fit
};

// The reader's: by plan::no.
struct wire_plans {
	const struct plan **items; // owned, references, ascending
	size_t n, cap;
};

void wire_plans_finish(struct wire_plans *plans);                                // zeroed is fine
int wire_plans_keep(struct wire_plans *plans, const struct plan *plan);          // takes a reference. 0 or -ENOMEM
const struct plan *wire_plans_find(const struct wire_plans *plans, uint32_t no); // NULL: none

// The writer's: numbers of the plans that the stream has brought. Zeroed is empty; needs no end.
struct wire_told {
	uint32_t nos[WIRE_PLANS_MAX]; // ascending
	size_t n;
	struct wire_large {
		uint32_t no;
		bool is_untold; // not even without its steps
	} large[WIRE_LARGE_MAX];
	size_t n_large;
};

// The flags for event_json_write() of the next event of a stream: EVENT_JSON_PLAN with the first of an operation.
unsigned wire_told_flags(struct wire_told *told, const struct event *event);
// The same of an event in a snapshot: EVENT_JSON_PLAN with each operation.
unsigned wire_restated_flags(const struct wire_told *told, const struct event *event);

// An operation that did not fit (-EMSGSIZE) with these flags. The flags to try next, or 0: it will not be told.
unsigned wire_told_shorten(struct wire_told *told, uint32_t no, unsigned flags);
bool wire_is_untold(const struct wire_told *told, const struct event *event); // it is of one of those
