#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Random events of every type, the same for the same seed. Every failure aborts the running Check test.
 *
 * Numbers are small, so that events concern the same few things: agents 1..DICE_AGENTS, as many alerts, operations and
 * so on. Texts are clean, some of them odd. What an event says need not make sense, only be sayable.
 */
#include <stdint.h>

#include "opscon/event.h"
#include "opscon/feed.h"

enum { DICE_AGENTS = 12, DICE_ALERTS = 20, DICE_OPERATIONS = 6, DICE_SERIES = 5 };

struct event_dice {
	uint64_t state;                                // the seed
	const struct plan *plans[DICE_OPERATIONS + 1]; // owned: of the operations, once they were rolled
};

void event_dice_finish(struct event_dice *dice);

uint32_t dice_roll(struct event_dice *dice, uint32_t n); // 0..n-1
const char *dice_text(struct event_dice *dice);          // static; "" at times

// One reference. `at_ms` is the event's; times in it lie around it.
struct event *dice_event(struct event_dice *dice, enum event_type type, int64_t at_ms);
struct plan *dice_plan(struct event_dice *dice, uint32_t no, int64_t at_ms); // one reference

// A plan of many targets: each has a step of its own with that much to say, and a name of that length (at least 8).
struct plan *dice_large_plan(uint32_t no, size_t n_targets, size_t n_step_bytes, size_t n_name_bytes);
// An operation that carries it out; one reference, and it holds the plan.
struct operation *dice_large_operation(const struct plan *plan);
