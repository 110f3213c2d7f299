#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Whose containers are listened for: by agent, and by name. Pure. */
#include <stdint.h>

#include "base/table.h"

struct docker_target;

struct docker_attended {
	uint32_t agent;
	struct docker_target *target;
	struct docker_attended *prev, *next; // docker_target::attended
	UT_hash_handle hh;                   // docker_targets::attended, by agent
};

struct docker_target {
	char *name; // owned
	struct docker_attended *attended;
	UT_hash_handle hh; // docker_targets::targets, by name
};

struct docker_targets { // zeroed memory has none
	struct docker_target *targets;
	struct docker_attended *attended;
};

// The agent is that container; NULL: it is none any more. 0; -ENOMEM: it is none.
int docker_targets_put(struct docker_targets *targets, uint32_t agent, const char *name);

// The first agent of a container, the others by `next`; NULL: nobody's. Valid until the next change.
const struct docker_attended *docker_targets_of(const struct docker_targets *targets, const char *name);

void docker_targets_finish(struct docker_targets *targets);
