#pragma once
// SPDX-License-Identifier: Apache-2.0
// What standing.c and standing_file.c share.
#include <stdbool.h>
#include <stdint.h>

struct standing_agent;

void standing_agent_free(struct standing_agent *agent);

// Lets go of what is too old to be taken for what is now.
void standing_age(struct standing_agent *agent, int64_t now_ms);
bool standing_is_empty(const struct standing_agent *agent); // nothing of it is worth keeping
