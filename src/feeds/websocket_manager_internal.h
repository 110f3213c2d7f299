#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What the files of the feed of hubs share; nobody else includes this. */
#include <uv.h>

#include "base/clock.h"
#include "feeds/hub_link.h"
#include "feeds/websocket_manager.h"
#include "wire/message.h"

struct http_client;
struct http_transfer;

enum { ATTACHED_PENDING_MAX = 256, ATTACHED_WATCHED_MAX = 16 };

// A request that was sent and is not answered.
struct attached_pending {
	uint64_t id;
	enum request_type type;
	uint32_t about; // the alert, operation or agent, in our numbers; 0 none
};

struct attached {
	struct websocket_manager *manager;
	uint8_t no; // event.origin
	struct hub_address address;
	struct hub_state state;
	struct hub_link *link; // owned; NULL: none
	uv_timer_t timer;
	struct event_reader reader;
	struct wire_welcome welcome; // the last one
	bool has_welcome;
	bool is_whole;                // what it knows was read to its end, in this boot
	bool is_telling;              // a snapshot has begun
	uint64_t last[CHANNEL_COUNT]; // seq; of which nothing is missing
	uint64_t prev[CHANNEL_COUNT]; // seq of what came last on this connection
	unsigned unsure;              // channels (bit = 1 << channel) of which `last` is older than what was read
	struct attached_pending pending[ATTACHED_PENDING_MAX]; // the oldest first
	size_t n_pending;
	struct {
		enum hub_trouble trouble;
		char why[HUB_STATE_WHY_MAX];
	} farewell;                 // of an error message, before it closes; HUB_WELL: none
	struct http_transfer *poll; // borrowed; NULL: none is out
	bool is_by_status;          // its numbers are those of its status, which are ours
	struct hub_feed told;       // as published last; its detail is of the next
	char told_detail[HUB_STATE_WHY_MAX + HUB_NAME_MAX + 8];
	bool has_told, was_tried, was_stale;
};

struct websocket_manager {
	struct feed feed; // first
	uv_loop_t *loop;
	struct broadcaster *broadcaster; // borrowed
	struct http_client *client;      // owned
	struct hub_ids *ids;             // owned
	struct attached hubs[HUBS_MAX];
	size_t n_hubs;
	struct websocket_manager_options options; // its texts are owned, `addresses` is not kept
	uint64_t n_requests;
	uint32_t watched[ATTACHED_WATCHED_MAX]; // agents whose scrapes are wanted; 0: free
	uint32_t looked_at;
	char fleet[256], name[HUB_NAME_MAX];
	struct environment_said *environments; // owned: as greeted last; their texts are those of the welcomes
	size_t n_environments;
	size_t n_open; // what closes before it goes
	bool is_stopping;
};

// ---- websocket_manager.c
void manager_part_closed(struct websocket_manager *manager);
void manager_greet(struct websocket_manager *manager);
void manager_answer(struct websocket_manager *manager, const struct attached_pending *pending, int error);
void manager_refuse(struct websocket_manager *manager, enum request_type type, int error, const char *why);

// ---- websocket_manager_hub.c: the connection of one
int attached_start(struct attached *hub);
void attached_stop(struct attached *hub);
void attached_finish(struct attached *hub); // its memory
void attached_settle(struct attached *hub,
		     struct instant now); // does what is due, tells what has changed, arms the timer
void attached_drop(struct attached *hub, enum hub_trouble trouble, const char *why);
void attached_ask_anew(struct attached *hub, const char *why);  // something is missing: everything is to be told again
bool attached_is_live(const struct attached *hub);              // it has told all, and answers
int attached_send(struct attached *hub, struct bytes *message); // finishes it. 0, -ENOTCONN, -ENOMEM

// ---- websocket_manager_events.c: what it says
void attached_keep_welcome(struct attached *hub, struct wire_welcome *welcome); // takes its environments over
void attached_take_message(struct attached *hub, const char *text, size_t n);
int64_t attached_local_id(void *ctx, enum wire_id kind, uint32_t remote, const char *key);
void attached_publish(struct attached *hub, struct event *event); // if it is heard of whom it concerns
void attached_pass_on(struct attached *hub, unsigned heirs);      // they are asked for what was not heard

// ---- websocket_manager_requests.c: what is asked of it
int manager_request(struct feed *feed, const struct request *request);
void attached_ask_again(struct attached *hub); // what it has to know of us, after it has welcomed us
void attached_answered(struct attached *hub, uint64_t id, const struct wire_answer *answer);
void attached_forget_pending(struct attached *hub); // the connection is gone: what became of them is not known

// ---- websocket_manager_status.c: polling, where WebSocket is blocked
void attached_poll(struct attached *hub);
// Tells what a status says as a snapshot. 0, -EINVAL with why, -ENOMEM.
int attached_take_status(struct attached *hub, const char *text, size_t n, char *why, size_t why_size);
char *manager_token(const struct websocket_manager *manager); // owned by the caller; NULL: none
