// SPDX-License-Identifier: Apache-2.0
#include "opscon/lifecycle.h"

#include <errno.h>
#include <stddef.h>
#include <strings.h>

#define BIT(state) (1U << (state))
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct {
	const char *name;
	unsigned next; // a bit for each state that may follow
} states[LIFECYCLE_COUNT] = {
	[LIFECYCLE_DRAFT] = { "draft", BIT(LIFECYCLE_PROVISIONED) | BIT(LIFECYCLE_REVOKED) },
	[LIFECYCLE_PROVISIONED] = { "provisioned",
				    BIT(LIFECYCLE_DEPLOYED) | BIT(LIFECYCLE_ERRORED) | BIT(LIFECYCLE_REVOKED) },
	[LIFECYCLE_DEPLOYED] = { "deployed", BIT(LIFECYCLE_RUNNING) | BIT(LIFECYCLE_STOPPED) | BIT(LIFECYCLE_ERRORED) |
						     BIT(LIFECYCLE_REVOKED) },
	[LIFECYCLE_RUNNING] = { "running", BIT(LIFECYCLE_STOPPED) | BIT(LIFECYCLE_SUSPENDED) | BIT(LIFECYCLE_ERRORED) |
						   BIT(LIFECYCLE_REVOKED) },
	[LIFECYCLE_STOPPED] = { "stopped", BIT(LIFECYCLE_RUNNING) | BIT(LIFECYCLE_DEPLOYED) | BIT(LIFECYCLE_REVOKED) },
	[LIFECYCLE_SUSPENDED] = { "suspended",
				  BIT(LIFECYCLE_RUNNING) | BIT(LIFECYCLE_STOPPED) | BIT(LIFECYCLE_REVOKED) },
	[LIFECYCLE_ERRORED] = { "errored", BIT(LIFECYCLE_RUNNING) | BIT(LIFECYCLE_STOPPED) | BIT(LIFECYCLE_DEPLOYED) |
						   BIT(LIFECYCLE_REVOKED) },
	[LIFECYCLE_REVOKED] = { "revoked", 0 },
};

// A restart ends where it began to be asked for: running, by way of stopped when it runs now.
static const struct {
	const char *name;
	enum lifecycle to;
	unsigned from;
} actions[LIFECYCLE_ACTION_COUNT] = {
	[LIFECYCLE_PROVISION] = { "provision", LIFECYCLE_PROVISIONED, BIT(LIFECYCLE_DRAFT) },
	[LIFECYCLE_DEPLOY] = { "deploy", LIFECYCLE_DEPLOYED,
			       BIT(LIFECYCLE_PROVISIONED) | BIT(LIFECYCLE_STOPPED) | BIT(LIFECYCLE_ERRORED) },
	[LIFECYCLE_START] = { "start", LIFECYCLE_RUNNING, BIT(LIFECYCLE_DEPLOYED) | BIT(LIFECYCLE_STOPPED) },
	[LIFECYCLE_STOP] = { "stop", LIFECYCLE_STOPPED,
			     BIT(LIFECYCLE_DEPLOYED) | BIT(LIFECYCLE_RUNNING) | BIT(LIFECYCLE_SUSPENDED) |
				     BIT(LIFECYCLE_ERRORED) },
	[LIFECYCLE_SUSPEND] = { "suspend", LIFECYCLE_SUSPENDED, BIT(LIFECYCLE_RUNNING) },
	[LIFECYCLE_RESUME] = { "resume", LIFECYCLE_RUNNING, BIT(LIFECYCLE_SUSPENDED) },
	[LIFECYCLE_RESTART] = { "restart", LIFECYCLE_RUNNING,
				BIT(LIFECYCLE_RUNNING) | BIT(LIFECYCLE_STOPPED) | BIT(LIFECYCLE_ERRORED) },
	[LIFECYCLE_REVOKE] = { "revoke", LIFECYCLE_REVOKED, BIT(LIFECYCLE_REVOKED) - 1 },
};

const char *lifecycle_name(enum lifecycle state)
{
	return (size_t)state < COUNT(states) ? states[state].name : "?";
}

int lifecycle_from_name(const char *name, enum lifecycle *out)
{
	for (size_t i = 0; i < COUNT(states); i++) {
		if (strcasecmp(states[i].name, name) == 0) {
			*out = (enum lifecycle)i;
			return 0;
		}
	}
	return -EINVAL;
}

bool lifecycle_is_allowed(enum lifecycle from, enum lifecycle to)
{
	return (size_t)from < COUNT(states) && (size_t)to < COUNT(states) && (states[from].next & BIT(to));
}

bool lifecycle_is_final(enum lifecycle state)
{
	return (size_t)state < COUNT(states) && !states[state].next;
}

const char *lifecycle_action_name(enum lifecycle_action action)
{
	return (size_t)action < COUNT(actions) ? actions[action].name : "?";
}

int lifecycle_action_from_name(const char *name, enum lifecycle_action *out)
{
	for (size_t i = 0; i < COUNT(actions); i++) {
		if (strcasecmp(actions[i].name, name) == 0) {
			*out = (enum lifecycle_action)i;
			return 0;
		}
	}
	return -EINVAL;
}

int lifecycle_after(enum lifecycle from, enum lifecycle_action action, enum lifecycle *out)
{
	if ((size_t)from >= COUNT(states) || (size_t)action >= COUNT(actions) || !(actions[action].from & BIT(from)))
		return -EPERM;
	*out = actions[action].to;
	return 0;
}
