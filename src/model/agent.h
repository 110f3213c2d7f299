#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Making agents and labels: for discovery, configuration and the event codec. Everyone else only reads them. */
#include "opscon/agent.h"

/* Every text of an agent and of its labels is owned and comes from mem_strdup(). Fill a mem_calloc()ed struct with
 * refs = 1 and hand it out; from then on it does not change but for its count.
 */
void labels_finish(struct labels *labels);

// Sets or replaces a label, keeping the order. 0 or -ENOMEM.
int labels_set(struct labels *labels, const char *name, const char *value);

// A deep copy with one reference, free to be changed until it is shared; NULL for want of memory.
struct agent *agent_copy(const struct agent *agent);
