#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The feed of an attached console: what one hub says, or several, as one stream of events; requests go to the hub that
 * has the agent. Each hub has a connection, a state and a freshness of its own (hub_state.h), told as EVENT_FEED with
 * is_link. What was known of a hub that is away stays, and is stale.
 *
 * A request is answered later: 0 says that it was sent. A refusal comes by options::refused. -ENOTCONN: the hub that
 * has it is away. -EXDEV: the agents are on several hubs.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "feeds/hub_address.h"
#include "feeds/hub_ids.h"
#include "feeds/hub_state.h"
#include "opscon/broadcaster.h"
#include "opscon/config.h"
#include "opscon/feed.h"

struct wire_limits;
struct wire_welcome;

enum { HUB_TOKEN_MAX = 512 }; // bytes of the file that a token is in

// What the hubs have said of themselves, taken together. Texts are good until the next greeting.
struct hub_greeting {
	const char *fleet;           // names, joined; "" none
	const char *hub;             // "hub.example", "3 hubs"
	const char *names[HUBS_MAX]; // of each, by number from 1 on; no two are the same unless the addresses are
	size_t n_names;
	bool is_demo;                                // any
	bool is_read_only;                           // all
	bool is_known;                               // any has said anything yet
	enum rollout_kind strategy;                  // ROLLOUT_KIND_COUNT: not known, or not the same everywhere
	const struct environment_said *environments; // what each has said of environments
	size_t n_environments;
	unsigned hubs; // bit = 1 << environment_said::hub: those that have said hello
};

struct websocket_manager_options {
	const struct hub_address *addresses; // copied
	size_t n_addresses;                  // 1..HUBS_MAX
	struct broadcaster *broadcaster;     // borrowed; outlives the feed
	const char *token_file;              // copied; read anew for each connection; NULL: no token
	struct agent_tls tls;                // its texts are copied
	const char *who, *host, *tty;        // copied; "" not known: what this console claims to be
	struct hub_state_options state;
	void (*greeted)(void *ctx, const struct hub_greeting *greeting); // may be NULL
	// A hub has welcomed us, for whoever compares what it says of its audit trail. May be NULL.
	void (*welcomed)(void *ctx, uint8_t hub, const struct hub_address *address, const struct wire_welcome *welcome);
	// To whom of that hub's agents our rights are limited: after each welcome, and when it changes. May be NULL.
	void (*limited)(void *ctx, uint8_t hub, const struct wire_limits *limits);
	// A request of before was answered, or will not be (-ENOTCONN): 0 done, else `refused` follows if anybody has
	// to know. about: its alert, operation or agent, whichever it names first; 0 none. May be NULL.
	void (*answered)(void *ctx, enum request_type type, uint32_t about, int error);
	// A request of before was refused: negative errno, and why ("": request_refusal() says it). May be NULL.
	void (*refused)(void *ctx, enum request_type type, int error, const char *why);
	void *ctx;                    // borrowed
	void (*closed_cb)(void *ctx); // the feed has gone; may be NULL
};

// 0 with the feed, which begins to connect; negative errno with why.
int websocket_manager_create(uv_loop_t *loop, const struct websocket_manager_options *options, struct feed **out,
			     char *why, size_t why_size);

// How the hubs stand, for who has no screen.
struct websocket_manager_summary {
	size_t n_hubs, n_live; // polled ones are live
	size_t n_refused;
	size_t n_reached;                                  // those that have told what they know, ever
	size_t n_tried;                                    // those of which a first try has ended, well or badly
	char why[HUB_STATE_WHY_MAX + HUB_ADDRESS_MAX + 2]; // of the first that is not live: "ADDRESS: refused"; ""
	enum feed_state state; // of the first connection that is not well; FEED_LIVE: all are
	int64_t since_ms;      // wall: since when that is so; of one that is silent, when it was heard last
};
void websocket_manager_summary(const struct feed *feed, struct websocket_manager_summary *out);

// One that is not live.
struct websocket_manager_away {
	const char *address, *why; // of the feed, good until the loop runs again
};
size_t websocket_manager_away(const struct feed *feed, struct websocket_manager_away out[HUBS_MAX]);
