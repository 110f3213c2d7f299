#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The health answers of simulated agents, in the dialects that real ones speak. See opscon-agent(7). */
#include "base/strbuf.h"
#include "opscon/health.h"
#include "simulator/roster.h"

enum { HEALTH_BODY_MAX = 4096 };

struct health_answer {
	unsigned http_status;
	const char *content_type;
};

/* Appends the answer of `who` in its dialect. VERDICT_WARN is said in the body with status 200, by a dialect without a
 * word for it as application/health+json. VERDICT_FAIL is 503. 0 or -ENOMEM.
 */
int health_body_write(const struct roster_entry *who, enum verdict_level level, struct bytes *out,
		      struct health_answer *answer);

// The path at which the dialect's programs usually have it: "/actuator/health"; "/health" when they have no other.
const char *health_body_path(enum agent_dialect dialect);
