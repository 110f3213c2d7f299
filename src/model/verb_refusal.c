// SPDX-License-Identifier: Apache-2.0
/* Which verb makes sense in which state. */
#include "model/verb_refusal.h"

#include <stdio.h>
#include <string.h>

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

// Why a verb makes no sense there: the state's own word stands in it, and what it means where that is not plain.
static const char *const words[LIFECYCLE_COUNT] = {
	[LIFECYCLE_DRAFT] = "not deployed yet (draft)",
	[LIFECYCLE_PROVISIONED] = "not deployed yet (provisioned)",
	[LIFECYCLE_DEPLOYED] = "not started yet (deployed)",
	[LIFECYCLE_RUNNING] = "it is running",
	[LIFECYCLE_STOPPED] = "it is stopped",
	[LIFECYCLE_SUSPENDED] = "it is suspended",
	[LIFECYCLE_ERRORED] = "it has failed (errored)",
	[LIFECYCLE_REVOKED] = "it was deleted for good (revoked)",
};

/* Whoever named a container, a unit or an endpoint means one that is there, and not one to be deployed yet: who says
 * that it is not. "": nobody has looked, or it is there.
 */
static const char *missing_words(const struct agent *agent, const struct agent_lifecycle *lifecycle,
				 char out[VERB_REFUSAL_MAX])
{
	const char *target = agent && agent->control_target ? agent->control_target : "";

	out[0] = '\0';
	if (!agent || !lifecycle->is_observed || lifecycle->observed != LIFECYCLE_DRAFT)
		return out;
	if (strcmp(lifecycle->driver, "docker") == 0 && *target)
		snprintf(out, VERB_REFUSAL_MAX, "there is no container %.150s", target);
	else if (strcmp(lifecycle->driver, "exec") == 0 && *target)
		snprintf(out, VERB_REFUSAL_MAX, "it is not there, by the commands of %.130s", target);
	else if (strcmp(lifecycle->driver, "http") == 0)
		snprintf(out, VERB_REFUSAL_MAX, "it is not there, its control endpoint says");
	return out;
}

static const char *state_words(enum lifecycle state, enum verb verb, char out[VERB_REFUSAL_MAX])
{
	const char *said = (size_t)state < LIFECYCLE_COUNT ? words[state] : "?";

	if (verb == VERB_CREATE && state != LIFECYCLE_REVOKED)
		snprintf(out, VERB_REFUSAL_MAX, "it is there already (%s)", lifecycle_name(state));
	else
		snprintf(out, VERB_REFUSAL_MAX, "%s", said);
	return out;
}

const char *verb_refusal_of(const struct agent *agent, const struct agent_lifecycle *lifecycle, enum verb verb,
			    char out[VERB_REFUSAL_MAX])
{
	enum lifecycle state = lifecycle->is_observed ? lifecycle->observed : lifecycle->recorded;
	char missing[VERB_REFUSAL_MAX];

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
	else if (!(allowed[verb] & BIT(state)) && *missing_words(agent, lifecycle, missing))
		memcpy(out, missing, sizeof missing);
	else if ((lifecycle->is_observed || lifecycle->is_recorded) && !(allowed[verb] & BIT(state)))
		return state_words(state, verb, out);
	else if (verb == VERB_ROLLBACK && lifecycle->is_observed && !lifecycle->previous[0])
		return "there is no version to go back to";
	return out;
}

const char *verb_refusal(const struct agent_lifecycle *lifecycle, enum verb verb, char out[VERB_REFUSAL_MAX])
{
	return verb_refusal_of(NULL, lifecycle, verb, out);
}
