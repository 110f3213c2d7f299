#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A loop, a broadcaster, a fleet and a feed, wired together: what every command that watches a fleet begins with. */
#include <stdbool.h>
#include <uv.h>

#include "base/clock.h"
#include "commands/audit_trail.h"
#include "commands/fleet_options.h"
#include "opscon/broadcaster.h"
#include "opscon/feed.h"
#include "opscon/fleet.h"

struct tape;

struct session {
	uv_loop_t loop;
	struct broadcaster *broadcaster; // owned
	struct fleet *fleet;             // owned
	struct feed *feed;               // owned; gone after session_stop()
	struct audit_trail trail;
	int subscription;
	uv_timer_t trim; // holds no loop up
	// Of an event that is somebody's own affair, and the fleet must not keep; NULL: there is none.
	bool (*is_private)(void *ctx, const struct event *event);
	void *private_ctx; // borrowed
	bool is_attached;  // to hubs: the feed is that of websocket_manager.h
	bool has_loop;
	bool is_replay; // the feed is a recording, with a time of its own
};

enum session_flag {
	SESSION_ONCE = 1 << 0,    // one probe is the verdict
	SESSION_AUDITED = 1 << 1, // somebody sits there: what they do is recorded
	SESSION_DEMO = 1 << 2,    // in a trail of its own
	SESSION_SHARED = 1 << 3,  // several people use it
};

// Starts watching. 0, or an exit code after saying what is wrong; session_stop() is due either way.
int session_start(struct session *session, const struct fleet_options *options, unsigned flags);

struct websocket_manager_options;

// The same with the feed of hubs; what it tells goes to the session, whatever the options say.
int session_attach(struct session *session, const struct fleet_options *options,
		   const struct websocket_manager_options *attach);

// Everybody was asked at least once; of hubs, each has told what it knows or could not be reached.
bool session_is_settled(const struct session *session);

/* The same without a feed of our own polling: a recording is looked at. The tape is handed over. */
int session_replay(struct session *session, const struct fleet_options *options, struct tape *tape);

// The time of what is shown: of a recording its own.
struct instant session_now(const struct session *session);

// Stops the feed and runs the loop until every handle is closed. The caller has closed its own before.
void session_stop(struct session *session);
