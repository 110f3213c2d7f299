// SPDX-License-Identifier: Apache-2.0
#include "services/state_rules.h"

static bool holds_down(const struct health *health)
{
	return health_state(health) == HEALTH_DOWN && !health->is_flapping;
}

static bool over_down(const struct health *health)
{
	return health->observed != OBSERVED_DOWN;
}

static bool holds_degraded(const struct health *health)
{
	return health_state(health) == HEALTH_DEGRADED && !health->is_flapping;
}

static bool over_degraded(const struct health *health)
{
	return health->observed != OBSERVED_DEGRADED;
}

// Not when it is us: then nobody is heard from.
static bool holds_stale(const struct health *health)
{
	return health->freshness == FRESHNESS_STALE && health->quality == PROBE_OK && health->last_probe_ms;
}

static bool over_stale(const struct health *health)
{
	return health->freshness != FRESHNESS_STALE || health->quality != PROBE_OK;
}

static bool holds_flapping(const struct health *health)
{
	return health->is_flapping;
}

static bool over_flapping(const struct health *health)
{
	return !health->is_flapping;
}

const struct state_rule_row state_rules[STATE_RULE_COUNT] = {
	[RULE_DOWN] = { "agent_down", "is down", SEVERITY_CRITICAL, holds_down, over_down },
	[RULE_DEGRADED] = { "agent_degraded", "is degraded", SEVERITY_WARNING, holds_degraded, over_degraded },
	[RULE_STALE] = { "agent_stale", "has not been heard from", SEVERITY_WARNING, holds_stale, over_stale },
	[RULE_FLAPPING] = { "agent_flapping", "is flapping", SEVERITY_WARNING, holds_flapping, over_flapping },
};
