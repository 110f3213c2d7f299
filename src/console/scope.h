#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What the picked context lets through, counted: by state, by tier, by environment, and what of it is newly bad. Kept
 * up agent by agent; only a new context walks the fleet.
 */
#include "console/context.h"
#include "model/tally.h"
#include "opscon/fleet.h"
#include "opscon/view.h"

struct scope_member;

enum { SCOPE_NEWLY_BAD_MAX = 64 };

struct scope {
	const struct fleet *fleet;     // borrowed
	const struct context *context; // borrowed
	struct scope_member *members;
	struct scope_member *bad; // latest first, unless is_unordered
	size_t n_bad;
	bool is_unordered;
	struct fleet_counts counts;
	size_t n_operated; // somebody is at them
	struct tally tiers, environments;
	enum health_state overall;
	int64_t overall_since_ms;
	bool is_since_unsure;
	uint32_t newly_bad[SCOPE_NEWLY_BAD_MAX];
};

void scope_init(struct scope *scope, const struct fleet *fleet, const struct context *context);
void scope_finish(struct scope *scope);
int scope_rebuild(struct scope *scope); // 0 or -ENOMEM (then some are not counted)

// One agent was added, changed or removed. True when something counted here changed.
bool scope_update(struct scope *scope, uint32_t id, bool is_gone);
bool scope_has(const struct scope *scope, uint32_t id);

void scope_show(struct scope *scope, struct fleet_scope *out);
const char *scope_environment(const struct scope *scope); // the one in sight, "mixed", or ""
