#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The picked context: which agents everything on the screen is about.
 *
 * Kinds narrow each other; the choices within a kind widen: (WowCache or WowEvent) and (env prod). Labels count as one
 * kind for each label name. Case does not matter. Agents are remembered by key, so the context survives a restart.
 */
#include <stdbool.h>
#include <stddef.h>

#include "opscon/agent.h"
#include "opscon/metric.h"
#include "opscon/view.h"

enum { CONTEXT_KINDS = PICK_SERVICES + 1 }; // PICK_AGENTS .. PICK_SERVICES

struct context_set {
	char **items; // owned; sorted by text_compare()
	size_t n;
};

struct context {
	struct context_set sets[CONTEXT_KINDS]; // agent keys, tiers, environments, "name=value", services
	enum time_range range;
};

void context_init(struct context *context); // everything, one hour
void context_finish(struct context *context);

int context_add(struct context *context, enum picker_kind kind, const char *item); // 0 or -ENOMEM; twice is once
bool context_remove(struct context *context, enum picker_kind kind, const char *item);
bool context_has(const struct context *context, enum picker_kind kind, const char *item);
void context_clear_kind(struct context *context, enum picker_kind kind);
void context_clear(struct context *context); // the range stays
bool context_is_empty(const struct context *context);
bool context_matches(const struct context *context, const struct agent *agent);

// "WowEvent" · "3 agents, tier guardian, env prod"; "" when empty. Agents are named by `name_of` (NULL: their keys).
void context_summary(const struct context *context, const char *(*name_of)(void *ctx, const char *key), void *ctx,
		     char *out, size_t size);
