#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The header's colour, so that nobody takes prod for staging. */
#include "model/tally.h"
#include "opscon/config.h"
#include "opscon/style.h"

// What hubs say of environments; zeroed: the fleet is our own. Borrowed.
struct environments_said {
	const struct environment_said *items;
	size_t n;
	unsigned hubs; // bit = 1 << environment_said::hub
};

/* The style of the environments in sight. Of each: as configured (config may be NULL), that is its colour, else prod
 * where it is production; else by its usual names (prod, staging, dev and what they are called elsewhere), else
 * STYLE_ENV_OTHER. With hubs it is so for each of them, and of these and of what is configured here the most delicate
 * counts: none takes anything back from another. Of several environments the same: prod before staging before anything
 * else. STYLE_HEADER when no agent has an environment.
 */
style_t environment_style(const struct config *config, const struct environments_said *said,
			  const struct tally *environments);
