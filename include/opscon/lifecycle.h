#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The life of an agent that is deployed, as a table: eight states, which follow which, and the named actions that ask
 * for a change. Pure: who carries an action out asks here first.
 */
#include <stdbool.h>

enum lifecycle {
	LIFECYCLE_DRAFT,
	LIFECYCLE_PROVISIONED,
	LIFECYCLE_DEPLOYED,
	LIFECYCLE_RUNNING,
	LIFECYCLE_STOPPED,
	LIFECYCLE_SUSPENDED,
	LIFECYCLE_ERRORED,
	LIFECYCLE_REVOKED, // for good
	LIFECYCLE_COUNT,
};

enum lifecycle_action {
	LIFECYCLE_PROVISION, // "allocate resources"
	LIFECYCLE_DEPLOY,    // "deploy container"
	LIFECYCLE_START,
	LIFECYCLE_STOP,
	LIFECYCLE_SUSPEND,
	LIFECYCLE_RESUME,
	LIFECYCLE_RESTART,
	LIFECYCLE_REVOKE,
	LIFECYCLE_ACTION_COUNT,
};

const char *lifecycle_name(enum lifecycle state);               // "draft" ...; "?" for anything else
int lifecycle_from_name(const char *name, enum lifecycle *out); // any case; 0 or -EINVAL
bool lifecycle_is_allowed(enum lifecycle from, enum lifecycle to);
bool lifecycle_is_final(enum lifecycle state);

const char *lifecycle_action_name(enum lifecycle_action action); // "provision" ...; "?" for anything else
int lifecycle_action_from_name(const char *name, enum lifecycle_action *out);

// Where an action leads from a state. 0; -EPERM when it is not allowed there.
int lifecycle_after(enum lifecycle from, enum lifecycle_action action, enum lifecycle *out);
