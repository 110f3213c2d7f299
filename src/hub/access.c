// SPDX-License-Identifier: Apache-2.0
#include "hub/access.h"

#include <errno.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "hub/access_internal.h"
#include "text/text.h"

enum { PEER_REASON_MAX = 96 };

// ---- lifetimes

static int load_tokens(const struct access *access, struct tokens *out, struct tokens_stamp *stamp,
		       char why[ACCESS_WHY_MAX])
{
	char words[TOKENS_WHY_MAX];
	int r = tokens_load(access->token_file, out, stamp, words);

	if (r < 0 && r != -ENOMEM)
		snprintf(why, ACCESS_WHY_MAX, "the token file %.90s: %.120s", access->token_file, words);
	return r;
}

static int load(struct access *access, const struct hub_config *config, char why[ACCESS_WHY_MAX])
{
	struct policy policy;
	struct tokens tokens;
	struct tokens_stamp stamp;
	int r = policy_init(&policy, config, &access->world, why);

	if (r < 0)
		return r;
	r = load_tokens(access, &tokens, &stamp, why);
	if (r < 0) {
		policy_finish(&policy);
		return r;
	}
	policy_finish(&access->policy);
	tokens_finish(&access->tokens);
	access->policy = policy;
	access->tokens = tokens;
	access->stamp = stamp;
	access->generation++;
	names_age(access);
	return 0;
}

int access_create(const struct access_options *options, const struct hub_config *config, struct instant now,
		  struct access **out, char why[ACCESS_WHY_MAX])
{
	struct access *access = mem_calloc(1, sizeof *access);
	int r;

	*out = NULL;
	snprintf(why, ACCESS_WHY_MAX, "not enough memory");
	if (!access)
		return -ENOMEM;
	access->record = options->record;
	access->ctx = options->ctx;
	if (options->world)
		access->world = *options->world;
	else
		access_world_here(&access->world);
	access->token_file = mem_strdup(options->token_file);
	record_init(access, now);
	r = sodium_init() < 0 ? -EIO : access->token_file ? load(access, config, why) : -ENOMEM;
	if (r < 0) {
		access_destroy(access);
		return r;
	}
	why[0] = '\0';
	*out = access;
	return 0;
}

void access_destroy(struct access *access)
{
	if (!access)
		return;
	users_finish(access);
	names_finish(access);
	door_finish(&access->door);
	policy_finish(&access->policy);
	tokens_finish(&access->tokens);
	mem_free(access->token_file);
	mem_free(access);
}

int access_reload(struct access *access, const struct hub_config *config, struct instant now, char why[ACCESS_WHY_MAX])
{
	int r;

	snprintf(why, ACCESS_WHY_MAX, "not enough memory");
	r = load(access, config, why);
	record_reload(access, r, why, now);
	if (r == 0)
		why[0] = '\0';
	return r;
}

int access_refresh(struct access *access, struct instant now, char why[ACCESS_WHY_MAX])
{
	struct tokens_stamp stamp;
	struct tokens tokens;
	int r;

	why[0] = '\0';
	record_flood(access, now);
	tokens_stamp(access->token_file, &stamp); // what it cannot say is seen as a change, and told by the reading
	if (tokens_stamp_is(&stamp, &access->stamp))
		return 0;
	snprintf(why, ACCESS_WHY_MAX, "not enough memory");
	r = load_tokens(access, &tokens, &stamp, why);
	if (r == -ENOMEM)
		return r; // tried again
	access->stamp = stamp;
	if (r == 0) {
		tokens_finish(&access->tokens);
		access->tokens = tokens;
		access->generation++;
	}
	record_reload(access, r, why, now);
	if (r < 0)
		return r;
	why[0] = '\0';
	return 1;
}

// ---- who it is

void access_origin_of(const struct sockaddr *from, char out[ACCESS_ORIGIN_MAX])
{
	unsigned char address[16];
	char text[NETWORK_TEXT_MAX];
	uint16_t port;

	if (network_address(from, address, &port) < 0) {
		snprintf(out, ACCESS_ORIGIN_MAX, "unix socket");
		return;
	}
	network_address_format(address, text);
	snprintf(out, ACCESS_ORIGIN_MAX, "%s port %u", text, port);
}

void access_identity_finish(struct access_identity *identity)
{
	for (size_t i = 0; i < identity->n_scopes; i++) {
		selector_free(identity->scopes[i].selector);
		mem_free(identity->scopes[i].text);
	}
	mem_free(identity->scopes);
	mem_free(identity->groups);
	*identity = (struct access_identity){ .role = ROLE_NONE };
}

// Narrows what peers or tokens give, and refuses who is left with nothing.
static int settle(const struct access *access, struct access_identity *identity, char why[ACCESS_WHY_MAX])
{
	int r = policy_narrow(&access->policy, identity);

	identity->generation = access->generation;
	if (r == 0 && identity->role == ROLE_NONE) {
		snprintf(why, ACCESS_WHY_MAX, "%s may do nothing here", identity->name);
		r = -EACCES;
	}
	return r;
}

static int keep_groups(struct access_identity *identity, const struct access_cred *cred)
{
	identity->groups = mem_calloc(cred->n_groups + 1, sizeof *identity->groups);
	if (!identity->groups)
		return -ENOMEM;
	identity->groups[0] = (gid_t)cred->gid;
	for (size_t i = 0; i < cred->n_groups; i++)
		identity->groups[1 + i] = cred->groups[i];
	identity->n_groups = cred->n_groups + 1;
	identity->lacks_groups = cred->lacks_groups;
	return 0;
}

// The role that the rules give a user, and what narrows it.
static int take_peer(const struct access *access, const struct access_cred *cred, struct access_identity *out,
		     char why[ACCESS_WHY_MAX])
{
	const char *name;
	int r;

	out->role = policy_peer_role(&access->policy, cred, access->world.uid, &name);
	if (cred->lacks_groups && policy_asks_for_groups(&access->policy)) {
		snprintf(why, ACCESS_WHY_MAX, "the groups of %s cannot be read, and there are rules about groups",
			 out->name);
		return -EACCES;
	}
	if (out->role == ROLE_NONE) {
		snprintf(why, ACCESS_WHY_MAX, "%s is not among the peers of the hub's configuration", out->name);
		return -EACCES;
	}
	r = keep_groups(out, cred);
	return r < 0 ? r : settle(access, out, why);
}

// What it may know: as whom it was seen, and what would let it in.
static void explain_peer(const struct access_cred *cred, const struct access_identity *seen, char why[ACCESS_WHY_MAX])
{
	char reason[ACCESS_WHY_MAX];

	memcpy(reason, why, sizeof reason);
	snprintf(why, ACCESS_WHY_MAX,
		 "%.*s (seen: uid %lld, gid %lld, %zu more groups); the first rule under hub: peers: that fits "
		 "decides, like "
		 "{uid: %lld, role: viewer}",
		 text_fit(reason, PEER_REASON_MAX), reason, (long long)seen->uid, (long long)cred->gid, cred->n_groups,
		 (long long)seen->uid);
}

static void name_peer(struct access *access, const struct access_cred *cred, struct instant now,
		      struct access_identity *out)
{
	const char *name;

	policy_peer_role(&access->policy, cred, access->world.uid, &name);
	if (name)
		snprintf(out->name, sizeof out->name, "%s", name);
	else
		names_find(access, cred->uid, now, out->name);
	if (!out->name[0])
		snprintf(out->name, sizeof out->name, "uid %lld", (long long)cred->uid);
}

int access_peer(struct access *access, const struct access_cred *cred, struct instant now, struct access_identity *out,
		char why[ACCESS_WHY_MAX])
{
	int r;

	snprintf(why, ACCESS_WHY_MAX, "not enough memory");
	*out = (struct access_identity){ .via = ACCESS_PEER, .uid = cred->uid };
	snprintf(out->origin, sizeof out->origin, "unix socket, pid %lld", (long long)cred->pid);
	name_peer(access, cred, now, out);
	r = take_peer(access, cred, out, why);
	if (r < 0) {
		record_stranger(access, AUDIT_LOGIN, out->name, out->origin, "unix socket", why, now);
		if (r == -EACCES)
			explain_peer(cred, out, why);
		access_identity_finish(out);
	}
	return r;
}

static bool is_from(const struct token *token, const struct sockaddr *from)
{
	for (size_t i = 0; i < token->n_networks; i++)
		if (network_has(&token->networks[i], from))
			return true;
	return token->n_networks == 0;
}

static int judge_token(const struct token *token, const struct sockaddr *from, struct instant now,
		       char why[ACCESS_WHY_MAX])
{
	if (token->expires_ms && token->expires_ms <= now.wall_ms)
		snprintf(why, ACCESS_WHY_MAX, "the token has expired");
	else if (!is_from(token, from))
		snprintf(why, ACCESS_WHY_MAX, "the token is not for use from there");
	else
		return 0;
	return -EACCES;
}

static void keep_address(struct access_identity *identity, const struct sockaddr *from)
{
	access_origin_of(from, identity->origin);
	strncat(identity->origin, " (token)", sizeof identity->origin - strlen(identity->origin) - 1);
	if (from && from->sa_family == AF_INET)
		memcpy(&identity->from, from, sizeof(struct sockaddr_in));
	else if (from && from->sa_family == AF_INET6)
		memcpy(&identity->from, from, sizeof(struct sockaddr_in6));
}

static int take_token(const struct access *access, const struct token *token, const struct sockaddr *from,
		      struct instant now, struct access_identity *out, char why[ACCESS_WHY_MAX])
{
	int r;

	*out = (struct access_identity){ .via = ACCESS_TOKEN, .uid = -1 };
	keep_address(out, from);
	if (!token) {
		snprintf(why, ACCESS_WHY_MAX, "no such token");
		return -EACCES;
	}
	memcpy(out->token, token->hash, sizeof out->token);
	snprintf(out->name, sizeof out->name, "%s", token->name);
	out->role = token->role;
	out->expires_ms = token->expires_ms;
	r = judge_token(token, from, now, why);
	if (r == 0 && token->allow)
		r = access_scope_add(out, token->allow, false);
	if (r == 0 && token->deny)
		r = access_scope_add(out, token->deny, true);
	return r < 0 ? r : settle(access, out, why);
}

int access_bearer(struct access *access, const char *authorization, const struct sockaddr *from, struct instant now,
		  struct access_identity *out)
{
	char why[ACCESS_WHY_MAX] = "not enough memory";
	unsigned char hash[ACCESS_HASH_BYTES];
	const char *token;
	size_t n;
	int r;

	token = token_of_header(authorization, &n);
	token_hash(token, n, hash);
	r = take_token(access, tokens_find(&access->tokens, hash, NULL), from, now, out, why);
	if (r == -EACCES && n == 0)
		snprintf(why, sizeof why, "no token");
	if (r < 0) {
		record_stranger(access, AUDIT_LOGIN, out->name, out->origin, "token", why, now);
		access_identity_finish(out);
	}
	return r;
}

struct audit_person access_person(const struct access_identity *identity)
{
	return (struct audit_person){
		.user = identity->name,
		.origin = identity->origin,
		.role = role_name(identity->role),
		.session = identity->session,
		.uid = identity->uid,
	};
}

// ---- again

static bool is_as_before(const struct access_identity *a, const struct access_identity *b)
{
	if (a->role != b->role || a->n_scopes != b->n_scopes || a->expires_ms != b->expires_ms)
		return false;
	for (size_t i = 0; i < a->n_scopes; i++)
		if (a->scopes[i].is_deny != b->scopes[i].is_deny || strcmp(a->scopes[i].text, b->scopes[i].text) != 0)
			return false;
	return true;
}

static int find_again(const struct access *access, const struct access_identity *old, struct instant now,
		      struct access_identity *out, char why[ACCESS_WHY_MAX])
{
	const struct access_cred cred = {
		.uid = old->uid,
		.gid = old->n_groups ? (int64_t)old->groups[0] : -1,
		.groups = old->n_groups ? old->groups + 1 : NULL,
		.n_groups = old->n_groups ? old->n_groups - 1 : 0,
		.lacks_groups = old->lacks_groups,
	};
	const struct token *token;

	if (old->via == ACCESS_PEER) {
		*out = (struct access_identity){ .via = ACCESS_PEER, .uid = old->uid };
		memcpy(out->name, old->name, sizeof out->name);
		return take_peer(access, &cred, out, why);
	}
	token = tokens_hashed(&access->tokens, old->token);
	if (!token) {
		*out = (struct access_identity){ .role = ROLE_NONE };
		snprintf(why, ACCESS_WHY_MAX, "the token was revoked");
		return -EACCES;
	}
	return take_token(access, token, (const struct sockaddr *)&old->from, now, out, why);
}

int access_recheck(struct access *access, struct access_identity *identity, struct instant now,
		   char why[ACCESS_WHY_MAX])
{
	bool has_expired = identity->expires_ms && identity->expires_ms <= now.wall_ms;
	struct access_identity news;
	enum role was;
	int r;

	why[0] = '\0';
	if (identity->generation == access->generation && !has_expired)
		return 0;
	snprintf(why, ACCESS_WHY_MAX, "not enough memory");
	r = find_again(access, identity, now, &news, why);
	if (r < 0) {
		access_identity_finish(&news);
		return r;
	}
	why[0] = '\0';
	if (is_as_before(identity, &news)) {
		identity->generation = news.generation;
		access_identity_finish(&news);
		return 0;
	}
	was = identity->role;
	news.session = identity->session;
	memcpy(news.origin, identity->origin, sizeof news.origin);
	memcpy(news.name, identity->name, sizeof news.name);
	access_identity_finish(identity);
	*identity = news;
	record_session(access, identity, AUDIT_UPDATE, "role was", role_name(was), now);
	return 1;
}

// ---- what it may do

// What comes by itself while somebody looks around, and costs nothing.
static bool is_quiet(enum request_type type)
{
	return type == REQUEST_LOOK || type == REQUEST_UNWATCH || type == REQUEST_PLAN_KEEP ||
	       type == REQUEST_PLAN_DROP || type == REQUEST_AUDIT_CLOSE;
}

static int judge_quota(struct access *access, const struct access_identity *identity, const char *what, bool is_quiet,
		       struct instant now, char why[ACCESS_WHY_MAX])
{
	struct user *user = users_get(access, identity, now);
	uint32_t n = access->policy.n_requests_a_minute;

	if (!user)
		return -ENOMEM;
	if (is_quiet ? bucket_take(&user->quiet, n * QUIET_TIMES, now.mono_ms)
		     : bucket_take(&user->requests, n, now.mono_ms))
		return 0;
	snprintf(why, ACCESS_WHY_MAX, "%s asks for more than %u things a minute", identity->name,
		 is_quiet ? n * QUIET_TIMES : n);
	if (bucket_take(&user->told, 1, now.mono_ms))
		record_refused(access, identity, what, NULL, why, now);
	else
		access->n_refused++;
	return -EAGAIN;
}

int access_allow(struct access *access, const struct access_identity *identity, const struct request *request,
		 const struct fleet *fleet, const struct plan *plan, struct instant now, char why[ACCESS_WHY_MAX])
{
	struct access_about about;
	int r;

	snprintf(why, ACCESS_WHY_MAX, "the hub is short of memory");
	r = judge_quota(access, identity, request_type_name(request->type), is_quiet(request->type), now, why);
	if (r < 0)
		return r;
	r = access_about_init(&about, request, fleet, plan);
	if (r == 0)
		r = access_decide(identity, request->type, &about, why);
	if (r == -EPERM)
		record_refused(access, identity, request_type_name(request->type), &about, why, now);
	access_about_finish(&about);
	return r;
}

int access_charge(struct access *access, const struct access_identity *identity, const char *what, struct instant now,
		  char why[ACCESS_WHY_MAX])
{
	snprintf(why, ACCESS_WHY_MAX, "the hub is short of memory");
	return judge_quota(access, identity, what, false, now, why);
}

void access_stranger(struct access *access, const struct sockaddr *from, const char *what, const char *why,
		     struct instant now)
{
	char origin[ACCESS_ORIGIN_MAX];

	access_origin_of(from, origin);
	record_stranger(access, AUDIT_ACCESS, "", origin, what, why, now);
}

void access_refused(struct access *access, const struct access_identity *identity, const char *what, const char *why,
		    struct instant now)
{
	record_refused(access, identity, what, NULL, why, now);
}
