#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Which plans have crossed, at either end.
 *
 * A plan of 10,000 targets is some megabytes, it never changes, and the operation that carries it out is told every
 * second. So it crosses once: with the first event of its operation in the stream, and with those of a snapshot. The
 * reader keeps it. Whoever leaves events out (a queue that conflates) keeps those that bring a plan.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "opscon/event.h"
#include "opscon/operation.h"

enum { WIRE_PLANS_MAX = 512 }; // the smallest numbers are forgotten first

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
};

// The flags for event_json_write() of the next event of a stream: EVENT_JSON_PLAN with the first of an operation.
unsigned wire_told_flags(struct wire_told *told, const struct event *event);
