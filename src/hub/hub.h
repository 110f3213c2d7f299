#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The hub: one session's events, requests and state for many consoles, over HTTP and WebSocket.
 *
 * It is one more sink of a session's broadcaster: each event is encoded once, kept in a ring for who comes back, and
 * shared by all clients. Each has a queue of its own, which is bounded; nobody waits for anybody else. Who comes new,
 * or lacks more than the ring has, is sent a snapshot, event by event as the socket takes them. opscon-protocol(7) says
 * what is spoken; access.h who may come in, and what each may do.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "agents/shard.h"
#include "hub/access.h"
#include "opscon/broadcaster.h"
#include "opscon/config.h"
#include "opscon/feed.h"
#include "opscon/fleet.h"

struct hub;

enum { HUB_WHY_MAX = 300 };

// Where the audit trail stands, for clients that witness it. Texts are hexadecimal, "" when not known.
struct hub_audit {
	bool is_well;
	const char *why; // borrowed: why it cannot be written, "" when it can
	uint64_t n_records;
	char head[65], key[65];
};

// What becomes of what is recorded.
struct hub_recording {
	bool is_on;   // it is wanted
	bool is_well; // and written
	uint64_t n_bytes, n_events, n_lost;
};

struct hub_options {
	const struct hub_config *config; // borrowed for the call
	const struct config *whole;      // borrowed; outlives the hub. What clients are told of environments and of
					 // rollouts comes from it; NULL: nothing
	const char *fleet_name;          // copied, as the texts below; "" none
	struct shard shard;              // of the fleet, which is all that it watches; zeroed: it watches all
	const char *socket;              // path of the unix socket; NULL: none
	const char *token_file;
	struct broadcaster *broadcaster; // borrowed; outlives the hub
	struct fleet *fleet;             // borrowed; outlives the hub, which folds nothing itself
	struct feed *feed;               // borrowed; outlives the hub
	bool is_demo, is_read_only;
	// All optional, with `ctx`:
	bool (*is_ready)(void *ctx); // everything has been asked once: /readyz
	void (*audit)(void *ctx, struct hub_audit *out);
	void (*recording)(void *ctx, struct hub_recording *out);
	void (*record)(void *ctx, const struct audit_record *record, struct instant now);
	void (*closed)(void *ctx); // the hub has gone after hub_stop()
	void *ctx;                 // borrowed
};

// Listens on all its addresses. 0; negative errno with why.
int hub_create(uv_loop_t *loop, const struct hub_options *options, struct hub **out, char why[HUB_WHY_MAX]);

/* Tells every client that it ends, for at most `grace_ms`, and closes everything; its memory goes with the last handle.
 * No event is told any more. NULL is fine.
 */
void hub_stop(struct hub *hub, unsigned grace_ms);

/* Roles, tokens and limits anew, for those who are there too, and the files of TLS for those who come; of these the old
 * are kept, with a warning in the log, when the new ones cannot be used. Addresses stay. 0; negative errno with why,
 * and nothing has changed.
 */
int hub_reload(struct hub *hub, const struct hub_config *config, char why[HUB_WHY_MAX]);

/* A notice that is the answer to a request under way, or an approval nobody is asked for yet: for their asker alone, so
 * that the session's own fleet must not keep them either.
 */
bool hub_is_private(const struct hub *hub, const struct event *event);

size_t hub_n_clients(const struct hub *hub); // who have said hello
