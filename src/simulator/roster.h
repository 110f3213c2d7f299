#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Who the simulated agents are: the 22 of the platform's centre of excellence by name, then services made up by number.
 * An entry depends on its index alone.
 */
#include <stddef.h>
#include <stdint.h>

#include "opscon/agent.h"

enum { ROSTER_NAME_MAX = 40, ROSTER_NAMED = 22, ROSTER_VERSION_MAX = 64 };

struct roster_entry {
	char name[ROSTER_NAME_MAX];    // "WowVisionPrime", "billing-worker-17"; no two alike
	char service[ROSTER_NAME_MAX]; // "wow-vision-prime", "billing"
	char version[ROSTER_VERSION_MAX];
	const char *tier; // "guardian" "creation" "communication" "intelligence" "security" "scale" "pillar"
	const char *env;  // "prod" "staging" "dev"
	enum agent_dialect dialect;
};

void roster_get(size_t index, struct roster_entry *out);
