#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Other people, in words: who else is here, who looks at an agent too, who is about to operate on it. Nothing of it
 * where nobody shares the feed.
 */
#include <stdbool.h>
#include <stddef.h>

#include "opscon/fleet.h"
#include "opscon/view.h"

enum { TOGETHER_TEXT_MAX = 200 };

/* How many people are here, ourselves among them: one at two consoles is one. `names`: of the others, at most n of
 * them, borrowed from the fleet.
 */
size_t together_people(const struct fleet *fleet, const char **names, size_t n);

// "bob, carol": the others; "" nobody. "and 3 more" past a few.
const char *together_names(const struct fleet *fleet, char out[TOGETHER_TEXT_MAX]);

// "bob looks at it too", "bob and carol look at it too"; "" nobody does.
const char *together_lookers(const struct fleet *fleet, uint32_t agent, char out[TOGETHER_TEXT_MAX]);

// "bob on ops2 is about to restart it (12 s)", "bob on ops2 operates on it"; "" nobody but ourselves.
const char *together_holder(const struct fleet *fleet, const struct view *view, uint32_t agent,
			    char out[TOGETHER_TEXT_MAX]);

bool together_is_looked_at(const struct fleet *fleet, uint32_t agent); // by somebody else
bool together_is_held(const struct fleet *fleet, uint32_t agent);      // by somebody else

// A plan of somebody else that waits for a second person, and whom we could be.
bool together_is_for_us(const struct fleet *fleet, const struct fleet_approval *approval);
size_t together_n_for_us(const struct fleet *fleet);

// "upgrade WowCache to 2.1 in production, alice on ops1 asks, 12m left: CVE-2026-1"
const char *together_approval(const struct fleet_approval *approval, const struct view *view,
			      char out[TOGETHER_TEXT_MAX]);
