#pragma once
// SPDX-License-Identifier: Apache-2.0
#include "opscon/agent.h"
#include "opscon/operation.h"

// verb_refusal(), and who says so where the agent is not there.
const char *verb_refusal_of(const struct agent *agent, const struct agent_lifecycle *lifecycle, enum verb verb,
			    char out[VERB_REFUSAL_MAX]);
