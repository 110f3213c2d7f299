// SPDX-License-Identifier: Apache-2.0
/* How many clients and connections a user has, and how much they ask for. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "hub/access_internal.h"

enum { ONE = 60000, USER_KEY_MAX = ACCESS_NAME_MAX + 16 };

void bucket_init(struct bucket *bucket, uint32_t n_a_minute, int64_t now_ms)
{
	*bucket = (struct bucket){ .level = (int64_t)n_a_minute * ONE, .then_ms = now_ms };
}

static void fill(struct bucket *bucket, uint32_t n_a_minute, int64_t now_ms)
{
	int64_t full = (int64_t)n_a_minute * ONE, gone = now_ms - bucket->then_ms;

	// A minute fills it: no more is counted, so that nothing overflows.
	bucket->level += n_a_minute * (gone < 0 ? 0 : gone > ONE ? ONE : gone);
	if (bucket->level > full)
		bucket->level = full;
	bucket->then_ms = now_ms;
}

bool bucket_take(struct bucket *bucket, uint32_t n_a_minute, int64_t now_ms)
{
	fill(bucket, n_a_minute, now_ms);
	if (bucket->level < ONE)
		return false;
	bucket->level -= ONE;
	return true;
}

bool bucket_is_full(struct bucket *bucket, uint32_t n_a_minute, int64_t now_ms)
{
	fill(bucket, n_a_minute, now_ms);
	return bucket->level >= (int64_t)n_a_minute * ONE;
}

// ---- users

static void forget(struct access *access, struct user *user)
{
	HASH_DEL(access->users, user);
	mem_free(user->key);
	mem_free(user);
}

// Who is gone, and owes nothing, is forgotten.
static void prune(struct access *access, struct instant now)
{
	struct user *user, *next;
	uint32_t n = access->policy.n_requests_a_minute;

	HASH_ITER(hh, access->users, user, next)
		if (!user->n_clients && !user->n_connections && !user->n_untold &&
		    bucket_is_full(&user->requests, n, now.mono_ms))
			forget(access, user);
}

static struct user *find_user(const struct access *access, const char *key)
{
	struct user *user;

	HASH_FIND_STR(access->users, key, user);
	return user;
}

static void key_of_peer(int64_t uid, char out[USER_KEY_MAX])
{
	snprintf(out, USER_KEY_MAX, "uid:%lld", (long long)uid);
}

static struct user *get_user(struct access *access, const char *key, struct instant now)
{
	uint32_t n = access->policy.n_requests_a_minute;
	struct user *user = find_user(access, key);

	if (user)
		return user;
	user = mem_calloc(1, sizeof *user);
	if (!user)
		return NULL;
	user->key = mem_strdup(key);
	if (user->key)
		HASH_ADD_KEYPTR(hh, access->users, user->key, strlen(user->key), user);
	if (!user->key || TABLE_ADD_FAILED(user)) {
		mem_free(user->key);
		mem_free(user);
		return NULL;
	}
	bucket_init(&user->requests, n, now.mono_ms);
	bucket_init(&user->quiet, n * QUIET_TIMES, now.mono_ms);
	bucket_init(&user->refusals, REFUSALS_A_MINUTE, now.mono_ms);
	bucket_init(&user->told, 1, now.mono_ms);
	return user;
}

struct user *users_get(struct access *access, const struct access_identity *identity, struct instant now)
{
	char key[USER_KEY_MAX];

	if (identity->via == ACCESS_TOKEN)
		snprintf(key, sizeof key, "token:%s", identity->name);
	else
		key_of_peer(identity->uid, key);
	return get_user(access, key, now);
}

void users_finish(struct access *access)
{
	struct user *user, *next;

	HASH_ITER(hh, access->users, user, next)
		forget(access, user);
}

// ---- connections over the unix socket

static bool is_admin_peer(const struct access *access, const struct access_cred *cred)
{
	const char *name;

	return policy_peer_role(&access->policy, cred, access->world.uid, &name) == ROLE_ADMIN;
}

static int judge_peer(const struct access *access, const struct access_cred *cred, const struct user *user,
		      char why[ACCESS_WHY_MAX])
{
	const struct policy *policy = &access->policy;
	size_t n_nobodys = policy->n_unauthenticated;
	size_t n_own = policy->n_clients_a_user + (n_nobodys > 1 ? n_nobodys / 2 : 1);

	if (user->n_connections >= n_own)
		snprintf(why, ACCESS_WHY_MAX, "uid %lld has %zu connections to the socket, as many as one user may",
			 (long long)cred->uid, user->n_connections);
	else if (access->n_peers >= policy->n_clients + n_nobodys &&
		 (user->n_connections || !is_admin_peer(access, cred)))
		snprintf(why, ACCESS_WHY_MAX, "there are %zu connections to the socket, as many as there may be",
			 access->n_peers);
	else
		return 0;
	return -EAGAIN;
}

int access_peer_comes(struct access *access, const struct access_cred *cred, struct instant now,
		      char why[ACCESS_WHY_MAX])
{
	char key[USER_KEY_MAX], origin[ACCESS_ORIGIN_MAX];
	struct user *user;
	int r;

	prune(access, now);
	key_of_peer(cred->uid, key);
	user = get_user(access, key, now);
	if (!user) {
		snprintf(why, ACCESS_WHY_MAX, "the hub is short of memory");
		return -ENOMEM;
	}
	r = judge_peer(access, cred, user, why);
	if (r < 0) {
		snprintf(origin, sizeof origin, "unix socket, pid %lld", (long long)cred->pid);
		record_stranger(access, AUDIT_ACCESS, "", origin, "connect", why, now);
		return r;
	}
	user->n_connections++;
	access->n_peers++;
	why[0] = '\0';
	return 0;
}

void access_peer_goes(struct access *access, int64_t uid)
{
	char key[USER_KEY_MAX];
	struct user *user;

	key_of_peer(uid, key);
	user = find_user(access, key);
	if (!user || !user->n_connections)
		return;
	user->n_connections--;
	access->n_peers--;
}

// ---- clients

static int refuse_client(struct access *access, const struct access_identity *identity, struct instant now,
			 char why[ACCESS_WHY_MAX])
{
	record_refused(access, identity, "connect", NULL, why, now);
	return -EAGAIN;
}

int access_begin(struct access *access, const struct access_identity *identity, const char *client, struct instant now,
		 char why[ACCESS_WHY_MAX])
{
	struct user *user;

	prune(access, now);
	user = users_get(access, identity, now);
	if (!user) {
		snprintf(why, ACCESS_WHY_MAX, "the hub is short of memory");
		return -EAGAIN;
	}
	if (access->n_clients >= access->policy.n_clients && (user->n_clients || identity->role != ROLE_ADMIN)) {
		snprintf(why, ACCESS_WHY_MAX, "the hub has %zu clients, as many as it may", access->n_clients);
		return refuse_client(access, identity, now, why);
	}
	if (user->n_clients >= access->policy.n_clients_a_user) {
		snprintf(why, ACCESS_WHY_MAX, "%s has %zu clients, as many as one user may", identity->name,
			 user->n_clients);
		return refuse_client(access, identity, now, why);
	}
	user->n_clients++;
	access->n_clients++;
	why[0] = '\0';
	record_session(access, identity, AUDIT_LOGIN, "client", client, now);
	return 0;
}

void access_end(struct access *access, const struct access_identity *identity, const char *reason, struct instant now)
{
	struct user *user = users_get(access, identity, now);

	record_session(access, identity, AUDIT_LOGOUT, "why", reason, now);
	if (access->n_clients)
		access->n_clients--;
	if (user && user->n_clients)
		user->n_clients--;
}

void access_counts(const struct access *access, struct access_counts *out)
{
	*out = (struct access_counts){
		.n_clients = access->n_clients,
		.n_unauthenticated = access->door.n_taken,
		.n_tokens = access->tokens.n,
		.n_peers = access->n_peers,
		.n_refused = access->n_refused,
	};
}
