// SPDX-License-Identifier: Apache-2.0
/* The configuration as it is asked for each session: names of users and groups are numbers by then, so that nobody is
 * looked up while a client waits.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "hub/access_internal.h"

static const char *keep(struct policy *policy, const char *text, int *r)
{
	const char *copy = text ? arena_strdup(policy->arena, text) : NULL;

	if (text && !copy)
		*r = -ENOMEM;
	return copy;
}

static const char **keep_all(struct policy *policy, const char *const *texts, size_t n, int *r)
{
	const char **copies = arena_alloc(policy->arena, (n + 1) * sizeof *copies);

	if (!copies)
		*r = -ENOMEM;
	for (size_t i = 0; copies && i < n; i++)
		copies[i] = keep(policy, texts[i], r);
	return copies;
}

/* A name that nobody has here is a mistake: a rule that is passed over may be the one that kept somebody out.
 */
static int find_id(const struct access_world *world, enum hub_who who, const char *name, int64_t *out,
		   char why[ACCESS_WHY_MAX])
{
	int r = who == HUB_WHO_USER    ? world->user_uid(world->ctx, name, out)
		: who == HUB_WHO_GROUP ? world->group_gid(world->ctx, name, out)
				       : 0;

	if (r == 0 || r == -ENOMEM)
		return r;
	snprintf(why, ACCESS_WHY_MAX, "%s %.100s is not known on this machine", who == HUB_WHO_USER ? "user" : "group",
		 name);
	return -EINVAL;
}

static int read_peers(struct policy *policy, const struct hub_config *config, const struct access_world *world,
		      char why[ACCESS_WHY_MAX])
{
	int r = 0;

	policy->peers = arena_alloc(policy->arena, (config->n_peers + 1) * sizeof *policy->peers);
	if (!policy->peers)
		return -ENOMEM;
	for (size_t i = 0; i < config->n_peers && r == 0; i++) {
		const struct hub_peer *from = &config->peers[i];
		struct policy_peer *peer = &policy->peers[policy->n_peers++];

		*peer = (struct policy_peer){ .who = from->who, .id = from->uid, .role = from->role };
		r = find_id(world, from->who, from->name, &peer->id, why);
		if (from->who == HUB_WHO_USER)
			peer->name = keep(policy, from->name, &r);
	}
	return r;
}

static int read_roles(struct policy *policy, const struct hub_config *config, const struct access_world *world,
		      char why[ACCESS_WHY_MAX])
{
	int r = 0;

	policy->roles = arena_alloc(policy->arena, (config->n_roles + 1) * sizeof *policy->roles);
	if (!policy->roles)
		return -ENOMEM;
	for (size_t i = 0; i < config->n_roles && r == 0; i++) {
		const struct hub_role *from = &config->roles[i];
		struct policy_role *role = &policy->roles[policy->n_roles++];

		*role = (struct policy_role){ .who = from->who, .id = -1, .role = from->role };
		r = find_id(world, from->who, from->name, &role->id, why);
		if (from->who == HUB_WHO_TOKEN)
			role->token = keep(policy, from->name, &r);
		role->allow = keep(policy, from->allow, &r);
		role->deny = keep(policy, from->deny, &r);
	}
	return r;
}

int policy_init(struct policy *policy, const struct hub_config *config, const struct access_world *world,
		char why[ACCESS_WHY_MAX])
{
	int r = 0;

	*policy = (struct policy){
		.arena = arena_create(),
		.n_origins = config->n_origins,
		.n_hosts = config->n_hosts,
		.has_tls = config->cert_file != NULL,
		.n_clients = config->n_clients,
		.n_clients_a_user = config->n_clients_a_user,
		.n_requests_a_minute = config->n_requests_a_minute,
		.n_unauthenticated = config->n_unauthenticated,
		.unauthenticated_ms = config->unauthenticated_ms,
	};
	if (!policy->arena)
		return -ENOMEM;
	policy->origins = keep_all(policy, config->origins, config->n_origins, &r);
	policy->hosts = keep_all(policy, config->hosts, config->n_hosts, &r);
	if (r == 0)
		r = read_peers(policy, config, world, why);
	if (r == 0)
		r = read_roles(policy, config, world, why);
	if (r < 0)
		policy_finish(policy);
	return r;
}

void policy_finish(struct policy *policy)
{
	arena_destroy(policy->arena);
	*policy = (struct policy){ 0 };
}

// ---- asking it

static bool is_in_group(int64_t gid, const gid_t *groups, size_t n_groups)
{
	for (size_t i = 0; i < n_groups; i++)
		if ((int64_t)groups[i] == gid)
			return true;
	return false;
}

enum role policy_peer_role(const struct policy *policy, const struct access_cred *cred, int64_t own_uid,
			   const char **name)
{
	*name = NULL;
	for (size_t i = 0; i < policy->n_peers; i++) {
		const struct policy_peer *peer = &policy->peers[i];
		bool is = peer->who == HUB_WHO_GROUP
				  ? peer->id == cred->gid || is_in_group(peer->id, cred->groups, cred->n_groups)
				  : peer->id == cred->uid;

		if (!is)
			continue;
		*name = peer->name;
		return peer->role;
	}
	return cred->uid == own_uid ? ROLE_ADMIN : ROLE_NONE;
}

bool policy_asks_for_groups(const struct policy *policy)
{
	for (size_t i = 0; i < policy->n_peers; i++)
		if (policy->peers[i].who == HUB_WHO_GROUP)
			return true;
	for (size_t i = 0; i < policy->n_roles; i++)
		if (policy->roles[i].who == HUB_WHO_GROUP)
			return true;
	return false;
}

static bool applies(const struct policy_role *role, const struct access_identity *identity)
{
	switch (role->who) {
	case HUB_WHO_TOKEN:
		return identity->via == ACCESS_TOKEN && strcmp(role->token, identity->name) == 0;
	case HUB_WHO_USER:
	case HUB_WHO_UID:
		return identity->via == ACCESS_PEER && role->id == identity->uid;
	case HUB_WHO_GROUP:
		return identity->via == ACCESS_PEER && is_in_group(role->id, identity->groups, identity->n_groups);
	}
	return false;
}

int policy_narrow(const struct policy *policy, struct access_identity *identity)
{
	for (size_t i = 0; i < policy->n_roles; i++) {
		const struct policy_role *role = &policy->roles[i];
		int r = 0;

		if (!applies(role, identity))
			continue;
		if (role->role < identity->role)
			identity->role = role->role;
		if (role->allow)
			r = access_scope_add(identity, role->allow, false);
		if (r == 0 && role->deny)
			r = access_scope_add(identity, role->deny, true);
		if (r < 0)
			return r;
	}
	return 0;
}

int access_scope_add(struct access_identity *identity, const char *selector, bool is_deny)
{
	struct access_scope scope = { .is_deny = is_deny, .text = mem_strdup(selector) }, *scopes;
	char why[120];
	int r = scope.text ? selector_parse(selector, &scope.selector, why, sizeof why) : -ENOMEM;

	scopes = r == 0 ? mem_realloc(identity->scopes, (identity->n_scopes + 1) * sizeof *scopes) : NULL;
	if (!scopes) {
		selector_free(scope.selector);
		mem_free(scope.text);
		return r < 0 ? r : -ENOMEM;
	}
	identity->scopes = scopes;
	identity->scopes[identity->n_scopes++] = scope;
	return 0;
}
