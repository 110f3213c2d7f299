#pragma once
// SPDX-License-Identifier: Apache-2.0
/* How it stands with one hub: a state machine told what happens, and asked what to do and what to show. Pure: time and
 * chance are arguments, nothing here has a socket.
 *
 *   CONNECTING --hello--> READING --all is known--> LIVE --lost--> WAITING --its time has come--> CONNECTING ...
 *
 * A hub that has refused us is asked again all the same, as rarely as the backoff allows: a token may be let in, a
 * certificate renewed. While something between lets no WebSocket through (HUB_BLOCKED) its status is polled, which is
 * less than a feed and called so.
 *
 * Silence: whatever comes is a sign of life, so while enough comes a ping is due HUB_STATE_PING_MS after the last one
 * and no earlier. When nothing came for HUB_STATE_QUIET_MS the hub is asked. Without an answer it is late after
 * HUB_STATE_LATE_MS more and stale after HUB_STATE_STALE_MS more, and stays so until something is heard: asking once
 * more is no news of it. The connection stands until it has said nothing for two pings; then it is gone.
 *
 * A slow link is no silent hub: both limits are longer by what the slowest answer has taken lately, one that came when
 * the hub was called stale left out. And who did not listen, being stopped or too busy, blames nobody: the hub has its
 * time again from then on.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "feeds/backoff.h"
#include "opscon/event.h"

enum {
	HUB_STATE_PING_MS = 20000, // the three below are parts of it: with another ping they are longer or shorter, too
	HUB_STATE_QUIET_MS = 3000,
	HUB_STATE_LATE_MS = 2000,
	HUB_STATE_STALE_MS = 7000,
	HUB_STATE_LATELY_MS = 120000, // so long, and up to twice that, a slow answer counts
	HUB_STATE_CONNECT_MS = 10000,
	HUB_STATE_POLL_MS = 5000,
	HUB_STATE_ANEW_MS = 10000,
	HUB_STATE_WHY_MAX = 240,
};

enum hub_phase { HUB_CONNECTING, HUB_READING, HUB_LIVE, HUB_WAITING };

enum hub_trouble {
	HUB_WELL,
	HUB_LOST,    // there was no connection, or it broke
	HUB_REFUSED, // by the hub, or by our own care (TLS): it says why
	HUB_BLOCKED, // something between takes HTTP and no WebSocket
};

enum hub_act {
	HUB_ACT_NONE,
	HUB_ACT_CONNECT,
	HUB_ACT_PING,
	HUB_ACT_DROP, // it is gone: close the connection, and tell hub_state_lost()
	HUB_ACT_POLL, // its status
};

struct hub_state_options {
	uint32_t base_ms, cap_ms; // of the backoff; 0: its defaults
	uint32_t ping_ms;         // 0: HUB_STATE_PING_MS
	uint32_t connect_ms;      // until the hub's hello; 0: HUB_STATE_CONNECT_MS
};

struct hub_state {
	struct hub_state_options options;
	struct backoff backoff;
	enum hub_phase phase;
	enum hub_trouble trouble;    // why it is not live; HUB_WELL at first, and when it is
	char why[HUB_STATE_WHY_MAX]; // displayable, "" none
	bool is_known;               // it was live once: what it said is shown
	bool is_polled;              // what is shown comes from its status
	bool is_ending;              // it has said that it ends
	struct instant since;        // when what is shown began; of a lost one: when it was heard last
	struct instant began;        // the phase
	int64_t heard_ms, pinged_ms; // mono
	bool is_asked;               // a ping has no pong yet
	int64_t asked_ms;            // mono; with is_asked: the first of those
	int64_t greeted_ms;          // mono; our hello went out; 0: not yet
	int64_t listens_ms;          // mono; since when we were there to hear it
	struct {
		int64_t since_ms;          // mono
		int64_t now_ms, before_ms; // the slowest answer since then, and in as long before
	} slowest;
	int64_t retry_ms;   // mono; with HUB_WAITING
	int64_t anew_ms;    // mono; when it was asked anew last, 0 never
	int64_t poll_ms;    // mono; with HUB_BLOCKED
	struct instant now; // as last told
};

// The first try is due at once.
void hub_state_init(struct hub_state *s, const struct hub_state_options *options, struct instant now);

// What is to be done now; to be asked until it is HUB_ACT_NONE. The time of the next question is hub_state_due_ms().
enum hub_act hub_state_tick(struct hub_state *s, struct instant now);
int64_t hub_state_due_ms(const struct hub_state *s); // mono; INT64_MAX: never

// What happened.
void hub_state_greeted(struct hub_state *s, struct instant now);                // our hello has gone out
void hub_state_hello(struct hub_state *s, bool is_resumed, struct instant now); // resumed: nothing is to be read anew
void hub_state_whole(struct hub_state *s, struct instant now);                  // what it knows was read
void hub_state_heard(struct hub_state *s, struct instant now);                  // anything at all
void hub_state_answered(struct hub_state *s, struct instant now);               // a ping; it was heard before
void hub_state_ending(struct hub_state *s); // it says goodbye: what follows is no failure
void hub_state_polled(struct hub_state *s, bool is_read, struct instant now); // its status was, or could not be
void hub_state_lost(struct hub_state *s, enum hub_trouble trouble, const char *why, uint64_t random,
		    struct instant now);
void hub_state_retry(struct hub_state *s, struct instant now); // somebody asks for it: at once
// What it said has a gap: it is asked anew at once, unless that was done a moment ago and has not helped.
void hub_state_anew(struct hub_state *s, struct instant now);

// It stands, and nobody knows whether anybody is at its other end: as of the last time that it was told.
bool hub_state_is_stale(const struct hub_state *s);

// As an EVENT_FEED of the connection would have it. `detail` is good until the next call.
struct hub_feed {
	enum feed_state state;
	int64_t since_ms, retry_ms; // wall
	const char *detail;
};
void hub_state_show(const struct hub_state *s, struct hub_feed *out);
