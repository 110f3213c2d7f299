// SPDX-License-Identifier: Apache-2.0
/* Names of users who came by the unix socket. Who they are may be known to a directory on the network alone, which can
 * take half a minute to say so: whoever must not wait asks elsewhere, and tells what was learned.
 */
#include <errno.h>
#include <stdio.h>

#include "base/memory.h"
#include "hub/access_internal.h"

enum { NAMES_MAX = 1000, AGAIN_MS = 60000 };

static struct known_name *find(const struct access *access, int64_t uid)
{
	struct known_name *known;

	HASH_FIND(hh, access->names, &uid, sizeof uid, known);
	return known;
}

void names_finish(struct access *access)
{
	struct known_name *known, *next;

	HASH_ITER(hh, access->names, known, next) {
		HASH_DEL(access->names, known);
		mem_free(known);
	}
}

void names_age(struct access *access)
{
	for (struct known_name *known = access->names; known; known = known->hh.next)
		known->is_old = true;
}

bool access_wants_name(const struct access *access, const struct access_cred *cred, struct instant now)
{
	const struct known_name *known = find(access, cred->uid);
	const char *name;

	policy_peer_role(&access->policy, cred, access->world.uid, &name);
	if (name)
		return false;
	return !known || known->is_old || (!known->name[0] && now.mono_ms - known->at_ms >= AGAIN_MS);
}

int access_learn(struct access *access, int64_t uid, const char *name, struct instant now)
{
	struct known_name *known = find(access, uid);

	if (!known && HASH_COUNT(access->names) >= NAMES_MAX)
		names_finish(access);
	if (!known) {
		known = mem_calloc(1, sizeof *known);
		if (!known)
			return -ENOMEM;
		known->uid = uid;
		HASH_ADD(hh, access->names, uid, sizeof known->uid, known);
		if (TABLE_ADD_FAILED(known)) {
			mem_free(known);
			return -ENOMEM;
		}
	}
	snprintf(known->name, sizeof known->name, "%s", name ? name : "");
	known->at_ms = now.mono_ms;
	known->is_old = false;
	return 0;
}

const struct access_world *access_world(const struct access *access)
{
	return &access->world;
}

int access_look_up(const struct access_world *world, int64_t uid, char out[ACCESS_NAME_MAX])
{
	return world->user_name(world->ctx, uid, out, ACCESS_NAME_MAX);
}

void names_find(struct access *access, int64_t uid, struct instant now, char out[ACCESS_NAME_MAX])
{
	const struct known_name *known = find(access, uid);

	out[0] = '\0';
	if (known) {
		snprintf(out, ACCESS_NAME_MAX, "%s", known->name);
		return;
	}
	if (access_look_up(&access->world, uid, out) < 0)
		out[0] = '\0';
	(void)access_learn(access, uid, out, now); // if it cannot be kept, it is looked up again
}
