#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Access to the hub: who may come in, who somebody is, and what each may do. The hub asks here and nowhere else.
 *
 * In this order: access_knock() when a connection comes, access_gate() for each HTTP request, access_peer() or
 * access_bearer() for who it is, access_begin() when its session begins, access_allow() for each request of it, and at
 * last access_end(). Whatever is refused is put on record (who, what, why) through `record`, floods as counts; what is
 * not known is refused. Nothing here waits, but for the names of users and groups: at the start, at a reload, and in
 * access_peer() for one whose name was not learned before.
 *
 * Roles limit what somebody may do, scopes on whom; everybody who comes in sees the whole fleet.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "base/clock.h"
#include "opscon/agent.h"
#include "opscon/audit.h"
#include "opscon/config.h"
#include "opscon/feed.h"

struct access;
struct fleet;

enum {
	ACCESS_NAME_MAX = 128,
	ACCESS_ORIGIN_MAX = 128,
	ACCESS_WHY_MAX = 240,
	ACCESS_HASH_BYTES = 32,
};

// What the hub's process is, and whom to ask; so that tests can say.
struct access_world {
	int64_t uid;                                                      // the hub's own
	int (*user_uid)(void *ctx, const char *name, int64_t *out);       // 0 or -ENOENT
	int (*group_gid)(void *ctx, const char *name, int64_t *out);      // 0 or -ENOENT
	int (*user_name)(void *ctx, int64_t uid, char *out, size_t size); // 0 or -ENOENT
	void *ctx;                                                        // borrowed
};

void access_world_here(struct access_world *out); // of this process, by the C library

struct access_options {
	const struct access_world *world; // copied; NULL: access_world_here()
	const char *token_file;           // copied
	// Takes a record that is valid for the call alone; NULL: nothing is recorded (the demo).
	void (*record)(void *ctx, const struct audit_record *record, struct instant now);
	void *ctx; // borrowed
};

/* What is in `config` is copied, nothing of it is kept. 0 (`why` "" or a warning: a name that nobody here has);
 * -EINVAL, -EACCES, -EIO with why: the token file cannot be used (one that is not there holds no tokens); -ENOMEM.
 */
int access_create(const struct access_options *options, const struct hub_config *config, struct instant now,
		  struct access **out, char why[ACCESS_WHY_MAX]);
void access_destroy(struct access *access); // NULL is fine

/* The same again, when the configuration was read anew. On error everything stays as it was. Afterwards the hub calls
 * access_recheck() for each live session.
 */
int access_reload(struct access *access, const struct hub_config *config, struct instant now, char why[ACCESS_WHY_MAX]);

/* Looks whether the token file is another than the one that was read, and then reads it; to be called every second or
 * two. 1: read, and live sessions are due for access_recheck(); 0: nothing new; negative errno with why, once for each
 * change of the file: the tokens stay those of before.
 */
int access_refresh(struct access *access, struct instant now, char why[ACCESS_WHY_MAX]);

// ---- before anybody is known

/* A connection has come; `from` is NULL for the unix socket, which is counted by access_peer_comes() instead. 0 with
 * the slot that it holds until access_knock_end() (it ends, or its session begins) and the deadline (mono) by which it
 * must be somebody; -EAGAIN: there are too many, close it at once.
 */
int access_knock(struct access *access, const struct sockaddr *from, struct instant now, uint32_t *slot,
		 int64_t *deadline_ms);
void access_knock_end(struct access *access, uint32_t slot);

struct access_cred;

/* The same for a connection over the unix socket, of which it is known whose it is. A user may have as many as clients,
 * and half as many more as all of nobody may be; all users together as many as there may be clients, and those. An
 * admin who has none yet is let in all the same, so that whose hub it is can always look. 0: counted until
 * access_peer_goes(); -EAGAIN with why, which is for the user to read; -ENOMEM with why.
 */
int access_peer_comes(struct access *access, const struct access_cred *cred, struct instant now,
		      char why[ACCESS_WHY_MAX]);
void access_peer_goes(struct access *access, int64_t uid);

// One HTTP request as it came. All texts are borrowed, unchecked, and NULL when the header is absent.
struct access_http {
	const char *target;          // path and query
	const char *host, *origin;   // headers
	bool has_several;            // Host, Origin or Authorization stands twice
	const struct sockaddr *from; // NULL: the unix socket, where any Host is fine
	const struct sockaddr *at;   // the address that it was accepted on (getsockname); NULL with the unix socket
};

/* Whether it may be served at all, before anything else is looked at: Host must be one of this hub's (a page in a
 * browser that resolves its own name to this address is not), an Origin must be on the list, no token may stand in the
 * URL. 0, or the HTTP status to answer with (400, 403, 421) and why.
 */
int access_gate(struct access *access, const struct access_http *http, struct instant now, char why[ACCESS_WHY_MAX]);

// ---- who it is

enum access_via { ACCESS_PEER, ACCESS_TOKEN };

struct access_scope {
	struct selector *selector; // owned
	char *text;                // owned: as written
	bool is_deny;
};

struct access_identity {
	char name[ACCESS_NAME_MAX];     // clean: of the user, or of the token
	enum role role;                 // never ROLE_NONE once somebody was let in
	char origin[ACCESS_ORIGIN_MAX]; // clean: "192.0.2.7 port 50022 (token)", "unix socket, pid 4711"
	uint32_t session;               // the hub's number; set by the hub before access_begin()
	int64_t expires_ms;             // wall; 0: never
	enum access_via via;
	struct access_scope *scopes; // owned
	size_t n_scopes;
	int64_t uid;   // of a peer; -1: a token
	gid_t *groups; // owned: of a peer
	size_t n_groups;
	bool lacks_groups;
	uint64_t generation;                    // of the tokens and rules that it was found by
	unsigned char token[ACCESS_HASH_BYTES]; // SHA-256 of the token
	struct sockaddr_storage from;           // of a token
};

// From SO_PEERCRED and SO_PEERGROUPS.
struct access_cred {
	int64_t pid, uid, gid;
	const gid_t *groups; // borrowed; supplementary
	size_t n_groups;
	bool lacks_groups; // they could not be read, all of them: where a rule asks for one, nobody is let in
};

/* Whether access_peer() would have to wait for the peer's name. Whoever must not wait calls access_look_up() in another
 * thread, with a copy of access_world(), and tells what it said: NULL when it had no name, which is asked for again
 * after a minute. After a reload all are. access_look_up(): 0 with a clean name, or -ENOENT; access_learn(): 0 or
 * -ENOMEM.
 */
bool access_wants_name(const struct access *access, const struct access_cred *cred, struct instant now);
int access_look_up(const struct access_world *world, int64_t uid, char out[ACCESS_NAME_MAX]);
int access_learn(struct access *access, int64_t uid, const char *name, struct instant now);
const struct access_world *access_world(const struct access *access);

/* Both: 0 with the identity, free it with access_identity_finish(); -EACCES: refused; -ENOMEM.
 * Why a token was refused is for the record alone, and the answer is 401. A peer is told as whom it was seen and what
 * would let it in (`why`), which it could find out by itself: no token would help it, and the answer is 403.
 * `authorization` is the header's value as it came, NULL when there was none. It takes the same time whatever the
 * token, and looks at every one there is.
 */
int access_peer(struct access *access, const struct access_cred *cred, struct instant now, struct access_identity *out,
		char why[ACCESS_WHY_MAX]);
int access_bearer(struct access *access, const char *authorization, const struct sockaddr *from, struct instant now,
		  struct access_identity *out);
void access_identity_finish(struct access_identity *identity);

// Who that is for the audit trail and for struct request; borrows the identity.
struct audit_person access_person(const struct access_identity *identity);

/* Its session begins: counted, and put on record. 0; -EAGAIN with why: too many clients, of this user or in all (but an
 * admin who has none yet is let in beyond these); then access_end() must not be called. `client` is what it says it is;
 * NULL.
 */
int access_begin(struct access *access, const struct access_identity *identity, const char *client, struct instant now,
		 char why[ACCESS_WHY_MAX]);
void access_end(struct access *access, const struct access_identity *identity, const char *reason, struct instant now);

/* Looks again who that is: tokens and roles may have changed, or time has passed. It costs next to nothing while
 * neither is so, and may be asked every second. 0: as before; 1: role or scopes are others now, and the identity has
 * them; -EACCES with why: its session must end ("the token was revoked"); -ENOMEM: the same.
 */
int access_recheck(struct access *access, struct access_identity *identity, struct instant now,
		   char why[ACCESS_WHY_MAX]);

// ---- what it may do

// What a request is about.
struct access_about {
	enum verb verb;              // of the plan or operation; VERB_COUNT: not known, or it has none
	const struct agent **agents; // owned if by access_about_init(); the agents are the fleet's
	size_t n_agents;             // 0: the fleet as a whole
	size_t n_gone;               // agents of it that are not known any more
	bool is_missing;             // the agent, alert, plan or operation that it names is not there
};

// The decision alone. 0, or with why -EPERM or -ENOENT (what is_missing, told to who might have asked for it). An
// unknown type of request, verb or role is refused.
int access_decide(const struct access_identity *identity, enum request_type type, const struct access_about *about,
		  char why[ACCESS_WHY_MAX]);

// What a request is about, as the fleet knows it; `plan` is the plan it names, by its number, NULL when none is known.
// 0 or -ENOMEM; free with access_about_finish().
int access_about_init(struct access_about *out, const struct request *request, const struct fleet *fleet,
		      const struct plan *plan);
void access_about_finish(struct access_about *about);

/* Everything at once: its quota, what it is about, the decision, and the record of a refusal. 0; -EPERM, -ENOENT;
 * -EAGAIN: too many requests a minute; -ENOMEM; all with why. The hub sets `who`, `session` and `person` of a request
 * by the identity, whatever the client says.
 */
int access_allow(struct access *access, const struct access_identity *identity, const struct request *request,
		 const struct fleet *fleet, const struct plan *plan, struct instant now, char why[ACCESS_WHY_MAX]);

// The quota alone, for what is no request of the protocol, such as GET /v1/status. 0, -EAGAIN or -ENOMEM with why.
int access_charge(struct access *access, const struct access_identity *identity, const char *what, struct instant now,
		  char why[ACCESS_WHY_MAX]);

// Somebody who is not known was refused by the hub itself (no client certificate, a handshake that is none): on record.
// `from` is NULL for the unix socket.
void access_stranger(struct access *access, const struct sockaddr *from, const char *what, const char *why,
		     struct instant now);

// A quota or a limit of the hub itself was passed (a message too long, a queue too full): on record as the others.
void access_refused(struct access *access, const struct access_identity *identity, const char *what, const char *why,
		    struct instant now);

struct access_counts {
	size_t n_clients, n_unauthenticated, n_tokens;
	size_t n_peers;     // connections over the unix socket
	uint64_t n_refused; // ever
};

void access_counts(const struct access *access, struct access_counts *out);
