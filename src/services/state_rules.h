#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The built-in rules over health, as a table (services/alerts.h says what they mean). */
#include <stdbool.h>

#include "opscon/health.h"

enum state_rule { RULE_DOWN, RULE_DEGRADED, RULE_STALE, RULE_FLAPPING, STATE_RULE_COUNT };

struct state_rule_row {
	const char *name;
	const char *words; // "NAME is down"
	enum severity severity;
	bool (*holds)(const struct health *health);   // raise it
	bool (*is_over)(const struct health *health); // resolve it; neither: leave it as it is
};

extern const struct state_rule_row state_rules[STATE_RULE_COUNT];
