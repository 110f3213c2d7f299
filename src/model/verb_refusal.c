// SPDX-License-Identifier: Apache-2.0
/* Which verb makes sense in which state. */
#include <stdio.h>

#include "opscon/operation.h"

#define BIT(state) (1U << (state))

enum {
	ALIVE = BIT(LIFECYCLE_DEPLOYED) | BIT(LIFECYCLE_RUNNING) | BIT(LIFECYCLE_STOPPED) | BIT(LIFECYCLE_SUSPENDED) |
		BIT(LIFECYCLE_ERRORED),
	HALTED = BIT(LIFECYCLE_DEPLOYED) | BIT(LIFECYCLE_STOPPED),
	GOING = BIT(LIFECYCLE_RUNNING) | BIT(LIFECYCLE_STOPPED) | BIT(LIFECYCLE_ERRORED),
};

static const unsigned allowed[VERB_COUNT] = {
	[VERB_CREATE] = BIT(LIFECYCLE_DRAFT) | BIT(LIFECYCLE_PROVISIONED),
	[VERB_START] = HALTED,
	[VERB_STOP] = ALIVE & ~BIT(LIFECYCLE_STOPPED),
	[VERB_RESTART] = GOING,
	[VERB_SUSPEND] = BIT(LIFECYCLE_RUNNING),
	[VERB_RESUME] = BIT(LIFECYCLE_SUSPENDED),
	[VERB_UPGRADE] = GOING | BIT(LIFECYCLE_DEPLOYED),
	[VERB_ROLLBACK] = GOING | BIT(LIFECYCLE_DEPLOYED),
	[VERB_DELETE] = BIT(LIFECYCLE_REVOKED) - 1,
	[VERB_CONFIGURE] = ALIVE,
};

const char *verb_refusal(const struct agent_lifecycle *lifecycle, enum verb verb, char out[VERB_REFUSAL_MAX])
{
	enum lifecycle state = lifecycle->is_observed ? lifecycle->observed : lifecycle->recorded;

	out[0] = '\0';
	if ((size_t)verb >= VERB_COUNT)
		return "there is no such verb";
	if (!lifecycle->driver[0])
		return "nothing operates it: no driver";
	if (!(lifecycle->verbs & BIT(verb)))
		snprintf(out, VERB_REFUSAL_MAX, "its driver, %s, cannot do that", lifecycle->driver);
	else if (lifecycle->holder[0] && lifecycle->is_interrupted)
		snprintf(out, VERB_REFUSAL_MAX,
			 "operation %.40s was interrupted: opscon op resume %.40s, or abort %.40s", lifecycle->holder,
			 lifecycle->holder, lifecycle->holder);
	else if (lifecycle->holder[0])
		snprintf(out, VERB_REFUSAL_MAX, "%.80s is operating on it", lifecycle->holder);
	else if ((lifecycle->is_observed || lifecycle->is_recorded) && !(allowed[verb] & BIT(state)))
		snprintf(out, VERB_REFUSAL_MAX, "it is %s", lifecycle_name(state));
	else if (verb == VERB_ROLLBACK && lifecycle->is_observed && !lifecycle->previous[0])
		return "there is no version to go back to";
	return out;
}
