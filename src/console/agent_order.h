#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The rows of the agent table: filtered, sorted, and kept so one agent at a time.
 *
 * What an agent was sorted by is remembered, so its row is found by binary search even after it has changed; a change
 * costs O(log n) comparisons and two moves of memory. Only a new filter or column walks the fleet. Ties go by name, so
 * rows do not dance.
 *
 * COLUMN_STATE, the default, is "problems first": down, degraded, unknown, up; within each the most recent change
 * first. Numbers that are not known come last in both directions.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "opscon/fleet.h"
#include "opscon/view.h"

struct agent_order;

typedef bool (*agent_order_cb)(void *ctx, const struct fleet_agent *agent); // whether it is to be listed

int agent_order_create(const struct fleet *fleet, agent_order_cb is_listed, void *ctx, struct agent_order **out);
void agent_order_destroy(struct agent_order *order);

// Sorts anew by what was chosen, and asks is_listed of everybody. 0 or -ENOMEM (then rows are missing).
int agent_order_rebuild(struct agent_order *order);
void agent_order_choose(struct agent_order *order, enum agent_column column, bool is_descending); // then rebuild

// The rows that a change touched, both ends included.
struct agent_order_touch {
	size_t first, last;
};

// An agent was added, changed or removed (is_gone: it may still be in the fleet). True when a row was touched.
bool agent_order_update(struct agent_order *order, uint32_t id, bool is_gone, struct agent_order_touch *out);

const uint32_t *agent_order_ids(const struct agent_order *order, size_t *n);
bool agent_order_find(const struct agent_order *order, uint32_t id, size_t *row);

// The direction in which a column is wanted first: worst or most first for numbers, A to Z for names.
bool agent_column_is_descending(enum agent_column column);
const char *agent_column_name(enum agent_column column); // "state", "name", ...

uint64_t agent_order_comparisons(const struct agent_order *order); // ever made: what a change costs, for tests
