#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Threshold rules: when a reading makes one fire, and when it clears. Alerts are made of them in services/alerts.h.
 *
 * A rule fires at a reading when it has held at every reading for `for_ms`. It clears when it has not held for
 * `keep_firing_for_ms`. NaN against a threshold is neither true nor false: a gap never fires a rule, does not interrupt
 * one that is pending, and keeps one that fires, until there has been no value for RULE_STALE_MS (or
 * keep_firing_for_ms, whichever is longer): then nobody knows, and it clears.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "opscon/config.h"

enum { RULE_STALE_MS = 5 * 60 * 1000 };

struct rule {
	const char *name;    // owned
	const char *summary; // owned; made from the rule when none was given
	uint16_t series;
	enum comparison comparison;
	double threshold;
	int64_t for_ms, keep_firing_for_ms;
	enum severity severity;
	struct selector *selector; // owned; NULL: all
};

int rule_init(struct rule *rule, const struct rule_config *config, uint16_t series); // 0, -EINVAL selector, -ENOMEM
void rule_finish(struct rule *rule);
bool rule_holds(const struct rule *rule, double value); // false for NaN

enum rule_phase { RULE_QUIET, RULE_PENDING, RULE_FIRING };

struct rule_state { // of one rule for one agent; zeroed: quiet
	enum rule_phase phase;
	int64_t since_ms;     // mono: when it began to hold
	int64_t last_true_ms; // mono
	int64_t last_seen_ms; // mono: last reading that was a value
	double value;
};

enum rule_change { RULE_SAME, RULE_FIRES, RULE_CLEARS };

enum rule_change rule_reading(const struct rule *rule, struct rule_state *state, double value, struct instant now);
enum rule_change rule_tick(const struct rule *rule, struct rule_state *state, struct instant now);
int64_t rule_deadline(const struct rule *rule, const struct rule_state *state); // mono; INT64_MAX: none
