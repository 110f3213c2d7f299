#pragma once
// SPDX-License-Identifier: Apache-2.0
// What standing.c and standing_file.c share.
#include <stdbool.h>

struct standing_agent;

void standing_agent_free(struct standing_agent *agent);
bool standing_is_empty(const struct standing_agent *agent); // nothing of it is worth keeping
