#pragma once
// SPDX-License-Identifier: Apache-2.0
/* An alert: a rule that holds for an agent (or for the fleet), with what people did about it. */
#include <stdint.h>

#include "opscon/status.h"

enum alert_state { ALERT_ACTIVE, ALERT_ACKNOWLEDGED, ALERT_SNOOZED, ALERT_RESOLVED, ALERT_STATE_COUNT };

const char *alert_state_name(enum alert_state state); // "active" "acknowledged" "snoozed" "resolved"

struct alert {
	uint32_t id;         // never 0, never reused within a feed
	uint32_t agent;      // 0: about the fleet (a grouped alert)
	uint32_t n_agents;   // of a grouped alert; else 1
	const char *rule;    // "agent_down", or the configured rule's name
	const char *summary; // one line for people
	enum severity severity;
	enum alert_state state;
	double value;                              // what the rule saw last; NaN for state rules
	int64_t since_ms, updated_ms, resolved_ms; // wall; resolved_ms 0 while it holds
	int64_t snoozed_until_ms;                  // wall; 0 unless snoozed
	const char *by;                            // who acknowledged or snoozed; "" when nobody
	const char *note;                          // "" when none
};
