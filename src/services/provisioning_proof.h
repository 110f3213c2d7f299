#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What the sight of a target proves: whether a verb has reached its goal, and whether a step whose answer never came
 * has happened. Pure.
 */
#include <stdbool.h>

#include "opscon/driver.h"

/* Whether `now` is what the verb is for. `before` is the target as it was before the first step, as
 * far as it is known. A change of configuration cannot be seen: for it the target only has to be there.
 */
bool proof_is_reached(const struct operation_params *params, const struct driver_sight *before,
		      const struct driver_sight *now);

enum proof {
	PROOF_NONE, // it cannot be told
	PROOF_DONE,
	PROOF_NOT_DONE,
};

/* A step that was sent and not answered, `was` before it and `now` after it, with nobody else at the target.
 *
 * Whatever changed was changed by this step: it has happened once the change is the whole of it (the target is not on
 * its way somewhere). That nothing changed proves something only of the last step of a verb, which is the one that
 * shows, and only when the target is known to be the same instance still.
 */
enum proof proof_of(const struct operation_params *params, bool is_last, const struct driver_sight *was,
		    const struct driver_sight *now);

/* What the recorded state is after a verb was carried out. */
enum lifecycle proof_state_after(enum verb verb, const struct driver_sight *now, enum lifecycle before);

// What is being done to an agent, and what was done to it.
enum provisioning proof_provisioning_during(enum verb verb);
enum provisioning proof_provisioning_after(enum lifecycle state);
