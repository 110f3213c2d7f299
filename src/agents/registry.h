#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The agents a feed knows. Sources (configuration, file_sd, http_sd, command line) publish whole lists; the registry
 * merges them by key, allots ids that are never used again, and tells what changed.
 *
 * - The first source to offer a key owns the agent; another's offer waits behind it and takes over, under the same id,
 *   when the owner drops it. A key twice in one list: the first wins. Each is said once in a notice.
 * - A list that loses more than half of what its source listed, and at least REGISTRY_SHRINK_MIN agents, drops nobody:
 *   what is new or changed is taken, what is missing waits for an answer. Accepted: dropped. Refused: kept, with the
 *   label `unlisted` = "yes", until the source lists it again. A later list that is whole again withdraws the question.
 * - A list of more than REGISTRY_AGENTS_MAX agents, in itself or with the other sources', is refused whole and the old
 *   one stays.
 *
 * Callbacks run inside registry_publish() and registry_answer(); they must not call back into the registry but for
 * its read functions.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "opscon/agent.h"
#include "opscon/status.h"

enum {
	REGISTRY_AGENTS_MAX = 50000,
	REGISTRY_SHRINK_MIN = 5,
};

enum registry_change { REGISTRY_ADDED, REGISTRY_CHANGED, REGISTRY_REMOVED };

struct registry_notice {
	enum severity severity;
	const char *source; // borrowed, as everything here, for the call
	const char *title;  // "file_sd:targets.json lists 3 of 40 agents"
	const char *text;   // what to do about it, or which; never NULL
	bool needs_answer;  // registry_answer() is waited for
};

struct registry_callbacks {
	// CHANGED: same id, new description. REMOVED: the agent as it was. Take a reference to keep it.
	void (*agent)(void *ctx, enum registry_change change, const struct agent *agent);
	void (*notice)(void *ctx, const struct registry_notice *notice);
	void *ctx; // borrowed
};

struct registry;

int registry_create(const struct registry_callbacks *callbacks, struct registry **out); // 0 or -ENOMEM
void registry_destroy(struct registry *registry);

/* The whole list of a source, in order. Agents that are new are kept by reference; those with id 0 get theirs, so they
 * must be this registry's alone, the others are copied for it. Sources rank in the order of
 * their first list. 0; -E2BIG over the limit; -ENOMEM: the registry stands as before or part of the list was taken, and
 * publishing it again makes it whole.
 */
int registry_publish(struct registry *registry, const char *source, struct agent *const *agents, size_t n);

// Answers the questions of a source (NULL: of all). 0; -ENOENT when there is none; -ENOMEM.
int registry_answer(struct registry *registry, const char *source, bool accept);
bool registry_has_question(const struct registry *registry, const char *source); // NULL: any source

/* Puts a better description in place of an agent's, as discovery of endpoints makes it (endpoint_apply()). The next
 * list that describes the agent as its source did before keeps it; one that differs starts over. 0 (CHANGED is told),
 * -ENOENT when the id is gone.
 */
int registry_refine(struct registry *registry, const struct agent *refined);

size_t registry_n_agents(const struct registry *registry);
const struct agent *registry_agent(const struct registry *registry, uint32_t id);            // NULL when gone
const struct agent *registry_agent_by_key(const struct registry *registry, const char *key); // NULL when none

// True when both describe the same agent in the same way (ids and counts aside).
bool agent_is_same(const struct agent *a, const struct agent *b);
