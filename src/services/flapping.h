#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Whether an agent changes its hard state too often. Source: Nagios Core, "Detection and Handling of State Flapping":
 * changes among the last results weigh from 0.8 (the oldest) to 1.2 (the newest).
 */
#include <stdbool.h>
#include <stdint.h>

enum { FLAPPING_RESULTS = 20, FLAPPING_ON_PERCENT = 30, FLAPPING_OFF_PERCENT = 25 };

struct flapping {
	uint32_t changes; // a bit a result, the newest lowest
	bool is_on;
};

// Takes in one result; returns the weighted share of changes in percent.
uint8_t flapping_push(struct flapping *flapping, bool is_change);
