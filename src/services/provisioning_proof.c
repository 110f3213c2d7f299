// SPDX-License-Identifier: Apache-2.0
#include "services/provisioning_proof.h"

#include <string.h>

static bool is_running(const struct driver_sight *sight)
{
	return sight->exists && sight->state == LIFECYCLE_RUNNING;
}

static bool is_same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool is_another_instance(const struct driver_sight *before, const struct driver_sight *now)
{
	return before->instance[0] && now->instance[0] && !is_same(before->instance, now->instance);
}

// "The one before" need not be known by its name.
static bool is_another_version(const struct driver_sight *before, const struct driver_sight *now)
{
	return before->version[0] && now->version[0] && !is_same(before->version, now->version);
}

// Where instances are not told apart, running is all that can be asked.
static bool is_restarted(const struct driver_sight *before, const struct driver_sight *now)
{
	bool is_told_apart = before->instance[0] && now->instance[0];

	return is_running(now) && (!is_told_apart || is_another_instance(before, now));
}

/* An image may be asked for by a name and seen by its digest: then another instance of another version is it. Where no
 * version is told, as by a driver that only runs commands, it cannot be asked for.
 */
static bool is_upgraded(const char *wanted, const struct driver_sight *before, const struct driver_sight *now)
{
	if (!is_running(now))
		return false;
	if (!now->version[0])
		return is_restarted(before, now);
	return is_same(wanted, now->version) ||
	       (is_another_instance(before, now) && !is_same(before->version, now->version));
}

static bool is_back(const struct driver_sight *before, const struct driver_sight *now)
{
	if (!is_running(now))
		return false;
	if (!now->version[0])
		return is_restarted(before, now);
	return !before->previous[0] || is_same(before->previous, now->version) || is_another_instance(before, now) ||
	       is_another_version(before, now);
}

bool proof_is_reached(const struct operation_params *params, const struct driver_sight *before,
		      const struct driver_sight *now)
{
	switch (params->verb) {
	case VERB_CREATE:
		return now->exists && now->state != LIFECYCLE_ERRORED && now->state != LIFECYCLE_REVOKED;
	case VERB_START:
	case VERB_RESUME:
		return is_running(now);
	case VERB_STOP:
		return now->exists && now->state == LIFECYCLE_STOPPED;
	case VERB_RESTART:
		return is_restarted(before, now);
	case VERB_SUSPEND:
		return now->exists && now->state == LIFECYCLE_SUSPENDED;
	case VERB_UPGRADE:
		return is_upgraded(params->version, before, now);
	case VERB_ROLLBACK:
		return is_back(before, now);
	case VERB_DELETE:
		return !now->exists || now->state == LIFECYCLE_REVOKED;
	case VERB_CONFIGURE:
	case VERB_COUNT:
		break;
	}
	return now->exists;
}

static bool has_changed(const struct driver_sight *was, const struct driver_sight *now)
{
	return was->exists != now->exists || was->state != now->state || !is_same(was->instance, now->instance) ||
	       !is_same(was->version, now->version);
}

enum proof proof_of(const struct operation_params *params, bool is_last, const struct driver_sight *was,
		    const struct driver_sight *now)
{
	bool is_visible = is_last && params->verb != VERB_CONFIGURE && !proof_is_reached(params, was, was);

	if (has_changed(was, now))
		return !is_last || proof_is_reached(params, was, now) ? PROOF_DONE : PROOF_NONE;
	return is_visible && now->exists && now->instance[0] ? PROOF_NOT_DONE : PROOF_NONE;
}

enum lifecycle proof_state_after(enum verb verb, const struct driver_sight *now, enum lifecycle before)
{
	static const enum lifecycle after[VERB_COUNT] = {
		[VERB_CREATE] = LIFECYCLE_DEPLOYED,   [VERB_START] = LIFECYCLE_RUNNING,
		[VERB_STOP] = LIFECYCLE_STOPPED,      [VERB_RESTART] = LIFECYCLE_RUNNING,
		[VERB_SUSPEND] = LIFECYCLE_SUSPENDED, [VERB_RESUME] = LIFECYCLE_RUNNING,
		[VERB_UPGRADE] = LIFECYCLE_RUNNING,   [VERB_ROLLBACK] = LIFECYCLE_RUNNING,
		[VERB_DELETE] = LIFECYCLE_REVOKED,
	};

	if (verb == VERB_CREATE && now->exists)
		return now->state;
	return verb == VERB_CONFIGURE ? before : after[verb];
}

enum provisioning proof_provisioning_during(enum verb verb)
{
	static const enum provisioning during[VERB_COUNT] = {
		[VERB_CREATE] = PROVISIONING_CREATING,   [VERB_START] = PROVISIONING_STARTING,
		[VERB_STOP] = PROVISIONING_STOPPING,     [VERB_RESTART] = PROVISIONING_STARTING,
		[VERB_SUSPEND] = PROVISIONING_STOPPING,  [VERB_RESUME] = PROVISIONING_STARTING,
		[VERB_UPGRADE] = PROVISIONING_UPGRADING, [VERB_ROLLBACK] = PROVISIONING_UPGRADING,
		[VERB_DELETE] = PROVISIONING_DELETING,   [VERB_CONFIGURE] = PROVISIONING_UPGRADING,
	};

	return during[verb];
}

enum provisioning proof_provisioning_after(enum lifecycle state)
{
	static const enum provisioning after[LIFECYCLE_COUNT] = {
		[LIFECYCLE_DRAFT] = PROVISIONING_PENDING,    [LIFECYCLE_PROVISIONED] = PROVISIONING_PENDING,
		[LIFECYCLE_DEPLOYED] = PROVISIONING_STOPPED, [LIFECYCLE_RUNNING] = PROVISIONING_RUNNING,
		[LIFECYCLE_STOPPED] = PROVISIONING_STOPPED,  [LIFECYCLE_SUSPENDED] = PROVISIONING_STOPPED,
		[LIFECYCLE_ERRORED] = PROVISIONING_FAILED,   [LIFECYCLE_REVOKED] = PROVISIONING_DELETED,
	};

	return after[state];
}
