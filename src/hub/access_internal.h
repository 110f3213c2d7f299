#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Access from inside: what its files share.
 *
 * access.c lifetimes, the token file, who somebody is · _policy.c the configuration as it is asked · _gate.c Host,
 * Origin, URL · _door.c connections of nobody yet · _names.c names of peers · _users.c clients and quotas of each user
 * · _decide.c the table of who may what · _about.c what a request is about · _record.c what is put on record.
 */
#include "base/table.h"
#include "config/arena.h"
#include "hub/access.h"
#include "hub/access_network.h"
#include "hub/access_tokens.h"

// ---- so many a minute (access_users.c)

// Full at first; it fills up again evenly. Zeroed: begin with bucket_init().
struct bucket {
	int64_t level;   // in 1/60000 of one
	int64_t then_ms; // mono, of the last call
};

void bucket_init(struct bucket *bucket, uint32_t n_a_minute, int64_t now_ms);
bool bucket_take(struct bucket *bucket, uint32_t n_a_minute, int64_t now_ms);
bool bucket_is_full(struct bucket *bucket, uint32_t n_a_minute, int64_t now_ms);

// ---- the configuration (access_policy.c)

struct policy_peer {
	enum hub_who who;
	int64_t id; // user or group
	enum role role;
	const char *name; // of a user; NULL
};

struct policy_role {
	enum hub_who who;
	int64_t id;        // user or group
	const char *token; // HUB_WHO_TOKEN
	enum role role;
	const char *allow, *deny; // NULL: none
};

struct policy {
	struct arena *arena; // owner of the lists and texts below
	struct policy_peer *peers;
	size_t n_peers;
	struct policy_role *roles;
	size_t n_roles;
	const char **origins, **hosts;
	size_t n_origins, n_hosts;
	bool has_tls;
	uint32_t n_clients, n_clients_a_user, n_requests_a_minute, n_unauthenticated, unauthenticated_ms;
};

int policy_init(struct policy *policy, const struct hub_config *config, const struct access_world *world,
		char why[ACCESS_WHY_MAX]);
void policy_finish(struct policy *policy);

// Of a peer without a rule: the hub's own user is an admin. *name is the rule's, or NULL.
enum role policy_peer_role(const struct policy *policy, const struct access_cred *cred, int64_t own_uid,
			   const char **name);
bool policy_asks_for_groups(const struct policy *policy);
// Narrows the role and collects the scopes. 0 or -ENOMEM.
int policy_narrow(const struct policy *policy, struct access_identity *identity);
int access_scope_add(struct access_identity *identity, const char *selector, bool is_deny); // 0, -EINVAL, -ENOMEM

// ---- connections of nobody yet (access_door.c)

enum { DOOR_NONE = INT32_MAX }; // the slot of who needs none

struct door_place {
	bool is_taken;
	unsigned char net[16]; // the address; of version 6 its first 64 bits
};

struct door {
	struct door_place *places; // owned; n_places
	size_t n_places, n_taken;
};

void door_finish(struct door *door);

// ---- names of peers (access_names.c)

struct known_name {
	int64_t uid;
	char name[ACCESS_NAME_MAX]; // clean; "": nobody could say
	int64_t at_ms;              // mono: when it was learned
	bool is_old;                // the next one who comes has it looked up again
	UT_hash_handle hh;          // access::names
};

// "" when nobody can say. Waits when the name was not learned.
void names_find(struct access *access, int64_t uid, struct instant now, char out[ACCESS_NAME_MAX]);
void names_age(struct access *access); // they may be others by now
void names_finish(struct access *access);

// ---- users (access_users.c)

// Requests that cost nothing and come by themselves have a measure of their own.
enum { QUIET_TIMES = 10, REFUSALS_A_MINUTE = 60 };

struct user {
	char *key;                       // owned: "token:alice" "uid:1000"
	size_t n_clients, n_connections; // connections: of a peer
	struct bucket requests, quiet, refusals, told;
	uint64_t n_untold; // refusals without a record
	UT_hash_handle hh; // access::users
};

struct user *users_get(struct access *access, const struct access_identity *identity,
		       struct instant now); // NULL: memory
void users_finish(struct access *access);

// ---- records (access_record.c)

// What nobody is known to have done: a flood of it must not wash the trail away.
struct flood {
	struct bucket bucket;
	uint64_t n_untold;
};

void record_init(struct access *access, struct instant now);
void record_reload(struct access *access, int error, const char *why, struct instant now);
void record_stranger(struct access *access, enum audit_action action, const char *user, const char *origin,
		     const char *what, const char *why, struct instant now);
void record_flood(struct access *access, struct instant now); // what a flood has left to be told
void record_session(struct access *access, const struct access_identity *identity, enum audit_action action,
		    const char *name, const char *text, struct instant now);
void record_refused(struct access *access, const struct access_identity *identity, const char *what,
		    const struct access_about *about, const char *why, struct instant now);

// ----

struct access {
	struct access_world world;
	void (*record)(void *ctx, const struct audit_record *record, struct instant now);
	void *ctx;        // borrowed
	char *token_file; // owned
	struct tokens tokens;
	struct tokens_stamp stamp; // of the file that was read last, well or not
	struct policy policy;
	struct door door;
	struct flood flood;
	struct known_name *names; // owned
	struct user *users;
	size_t n_clients, n_peers; // peers: connections over the unix socket
	uint64_t n_refused;
	uint64_t generation; // of tokens and policy
};

// "192.0.2.7 port 50022"; "unix socket" for NULL.
void access_origin_of(const struct sockaddr *from, char out[ACCESS_ORIGIN_MAX]);
