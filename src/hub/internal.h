#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The hub from inside: what its files share.
 *
 * hub.c lifetimes, the clock, reload · about.c what it says of itself · listener.c sockets · http.c libmicrohttpd on
 * the loop · hub_tls.c TLS · routes.c what is served · vitals.c its own metrics · client.c a WebSocket: its life and
 * its socket · client_queue.c what it is sent · client_messages.c what it says · requests.c what it asks for ·
 * routing.c which event goes to whom · presence.c who is there. stream.c and outbox.c are pure.
 */
#include <netinet/in.h>
#include <sys/socket.h>
#include <uv.h>

#include "base/list.h"
#include "base/strbuf.h"
#include "hub/access.h"
#include "hub/hub.h"
#include "hub/outbox.h"
#include "hub/stream.h"
#include "server/libmicrohttpd.h"
#include "server/tls.h"
#include "wire/message.h"
#include "wire/websocket.h"

struct fleet_snapshot;
struct json_writer;

enum {
	HUB_TICK_MS = 1000,
	HUB_STUCK_MS = 30000, // a client that takes nothing for so long goes
	HUB_RESYNCS_MAX = 3,  // a minute: then it goes
	HUB_RESYNC_WINDOW_MS = 60000,
	HUB_CLOSE_MS = 2000,      // how long a close frame is waited for
	HUB_PING_MS = 60000,      // without a word from it
	HUB_KEPT_WARM_MS = 60000, // events are kept so long after the last client has gone
	HUB_KEEP_ALIVE_MS = 60000,
	HUB_LOOK_MS = 500,
	HUB_FRAMED_MAX = 64 << 10,  // bytes that are framed ahead of the socket
	HUB_UNREAD_MAX = 256 << 10, // and beyond which nothing is read from it either
	HUB_WATCHES_MAX = 64,
	HUB_TOKENS = 256,
	HUB_PLANS = 64,
	HUB_PLANS_A_SESSION = 16,
	HUB_GROUPS_MAX = 64,
};

// libmicrohttpd's daemon.
struct hub_http {
	struct hub *hub;
	struct MHD_Daemon *mhd;
	uv_poll_t poll;
	uv_timer_t timer;
	bool is_started;
};

struct hub_listener {
	struct hub *hub;
	uv_poll_t poll;
	struct hub_listener *prev, *next; // hub::listeners
	int fd;
	bool is_unix, is_tls, is_paused;
	char *path;        // owned: of the unix socket
	uint64_t dev, ino; // of it, as we made it
};

// A connection of HTTP until it is over; one that was upgraded is its client's, and libmicrohttpd's to forget.
struct hub_conn {
	struct hub_http *http;
	struct MHD_Connection *mhd;
	struct hub_conn *prev, *next; // hub::conns
	int fd;
	bool is_unix, has_slot, is_upgraded, is_first; // first: no request was answered on it yet
	bool is_counted;                               // among those of its user
	struct sockaddr_storage from, at;
	socklen_t n_from;
	struct access_cred cred;
	gid_t groups[HUB_GROUPS_MAX];
	uint32_t slot;
	int64_t deadline_ms;             // mono
	char *target;                    // owned: of the request under way
	struct access_identity identity; // of an upgrade; goes over to the client
	bool has_identity;
};

enum client_state {
	CLIENT_NEW,      // has not said hello
	CLIENT_SNAPSHOT, // is being told how it stands
	CLIENT_LIVE,
	CLIENT_CLOSING, // a close frame was queued
	CLIENT_GONE,    // its handle closes
};

struct hub_client {
	struct hub *hub;
	struct hub_http *http;                      // that it came by
	struct hub_client *prev, *next;             // hub::clients
	struct hub_client *dirty_prev, *dirty_next; // hub::dirty
	bool is_dirty, is_behind, is_polling_out, has_session;
	bool is_draining; // room is made for an event, which what is made from the fleet would be newer than
	enum client_state state;
	int watched; // events of the poll handle
	int fd;
	uv_poll_t poll;
	struct MHD_UpgradeResponseHandle *upgraded; // NULL: given back
	struct websocket *ws;
	struct access_identity identity;
	uint32_t slot;
	bool has_slot;
	uint32_t session;
	int64_t deadline_ms;                   // mono: hello, or the end of closing
	char sits_at[160];                     // as it says: "ops1 pts/3"
	int64_t came_ms;                       // wall
	int64_t heard_ms, moved_ms, pinged_ms; // mono: a byte from it; that, or a message to it; our last ping
	int64_t stuck_ms;                      // mono: since when it takes nothing; 0 it does
	int64_t resyncs_ms[HUB_RESYNCS_MAX];   // mono: of the last ones
	size_t n_resyncs;
	char end_reason[WIRE_WHY_MAX];

	unsigned channels;
	uint64_t sent[CHANNEL_COUNT]; // seq of the last event sent on this connection
	struct outbox outbox;
	struct fleet_snapshot *snapshot; // NULL: none is under way
	uint64_t left_out;               // seq of the last event that was left out for it: of an operation
	uint32_t *restated;              // owned: operations of the snapshot under way
	size_t n_restated, cap_restated;
	uint32_t history[HUB_WATCHES_MAX]; // agents whose points were asked for
	size_t n_history;
	size_t history_at; // the series of the first of them

	uint32_t watches[HUB_WATCHES_MAX];
	size_t n_watches;
	bool reads_audit, asks_check;
	uint64_t asks_hash; // the record whose hash was asked for; 0 none

	uint32_t looks_at;   // as published
	uint32_t looks_next; // as asked for
	int64_t looked_ms;   // mono: when it was published
	bool has_look;       // is to be published
	char doing[160];
	uint32_t doing_operation; // 0 none
};

struct hub_token { // of a plan that was asked for
	uint32_t token, session, theirs;
};

struct hub_plan {
	const struct plan *plan; // a reference
	uint32_t session;
};

struct hub_counters {
	uint64_t n_probes, n_events[CHANNEL_COUNT], n_bytes_out, n_messages_in;
	uint64_t n_resyncs, n_dropped, n_conflated, n_disconnected_slow, n_snapshots, n_resumed, n_clients_ever;
	uint64_t n_requests, n_requests_refused, n_http[6], n_turned_away, n_lost, n_tls_failed;
};

struct hub {
	uv_loop_t *loop;
	struct broadcaster *broadcaster;
	struct fleet *fleet;
	struct feed *feed;
	struct access *access;
	struct hub_config config;   // the numbers of it; its texts are not ours
	const struct config *whole; // borrowed; NULL: nothing is told of it
	char *fleet_name, *socket;
	struct shard shard;
	bool is_demo, is_read_only, is_stopping, is_ended, is_replaying;
	bool is_token_file_unread; // the last time it was looked at
	bool (*is_ready)(void *ctx);
	void (*audit)(void *ctx, struct hub_audit *out);
	void (*recording)(void *ctx, struct hub_recording *out);
	void (*closed)(void *ctx);
	void *ctx;

	struct hub_http http;
	struct tls_server *tls;         // NULL: it speaks no TLS
	struct hub_listener *listeners; // hub_listener::prev, next; owned
	struct hub_conn *conns;         // hub_conn::prev, next; owned
	struct hub_conn *accepting;     // which libmicrohttpd is being given
	struct hub_client *clients;     // hub_client::prev, next; owned
	struct hub_client *dirty;       // hub_client::dirty_prev, dirty_next
	size_t n_clients;               // with a session
	size_t n_handles;               // not yet closed

	uv_timer_t tick;
	uv_prepare_t prepare;
	uv_idle_t idle; // runs while a client has more to send than its turn allows
	int64_t started_ms, swept_ms, refreshed_ms, stop_by_ms; // mono
	int64_t tick_due_ms, lag_ms;                            // mono; worst of the last minute
	int64_t lag_at_ms;

	int subscription;
	struct stream stream;
	struct wire_told told;
	struct bytes scratch;
	int64_t cold_at_ms; // mono: from then on events are not kept; INT64_MAX: somebody is here
	char boot[WIRE_BOOT_HEX + 1];
	uint32_t last_session, last_token;
	struct hub_client *asking; // whose request is being carried out
	char said[ACCESS_WHY_MAX]; // and what was said of it last, to them alone; ""
	struct hub_token tokens[HUB_TOKENS];
	struct hub_plan plans[HUB_PLANS];

	struct MHD_Response *status; // of /v1/status, for a moment
	int64_t status_ms;           // mono
	struct hub_counters counters;
};

struct instant hub_now(void);
void hub_handle_opened(struct hub *hub);
/* Reads the token file when it is another one: whoever comes with a token that was made a moment ago is known. As long
 * as it is the same this costs a look at the file's status.
 */
void hub_look_at_tokens(struct hub *hub, struct instant now);

void hub_handle_closed(struct hub *hub); // after a close callback: the last one frees what was stopped
void hub_warm(struct hub *hub);          // somebody is here: events are kept

// about.c
int hub_about(const struct hub *hub, struct wire_welcome *out); // fills these members. 0 or -ENOMEM; free environments
void hub_about_write(struct json_writer *w, void *ctx);         // ctx: a wire_welcome so filled

// hub_tls.c
int hub_tls_start(struct hub *hub, const struct hub_config *config, char why[HUB_WHY_MAX]); // 0 when none is wanted
void hub_tls_renew(struct hub *hub, const struct hub_config *config); // reads the files again; says what is wrong

// listener.c
int hub_listen_all(struct hub *hub, const struct hub_config *config, char why[HUB_WHY_MAX]);
void hub_listen_end(struct hub *hub);
void hub_listen_resume(struct hub *hub); // those that had no descriptor left

// http.c
int hub_http_start(struct hub_http *http, struct hub *hub, char why[HUB_WHY_MAX]);
void hub_http_stop(struct hub_http *http); // clients are gone before
void hub_http_run(struct hub_http *http);
int hub_http_take(struct hub_conn *conn); // consumes it. 0 or -ENOMEM
void hub_conn_free(struct hub_conn *conn);
void hub_http_sweep(struct hub *hub, int64_t now_ms);
void hub_conn_slot_end(struct hub *hub, bool *has_slot, uint32_t slot);

// routes.c
enum MHD_Result hub_route(struct hub_conn *conn, const char *url, const char *method, const char *version);
void hub_turn_away(struct hub *hub, int fd, const char *why); // who has just come: 429, and closes the descriptor

// vitals.c
int hub_vitals_write(struct hub *hub, struct bytes *out);

// client.c
int hub_client_create(struct hub *hub, struct hub_conn *conn, int fd, struct MHD_UpgradeResponseHandle *upgraded,
		      const char *extra, size_t n_extra);
void hub_client_touch(struct hub_client *client); // it has something to send
bool hub_client_drain(
	struct hub_client *client); // sends at once what the socket takes; whether the queue has more room
void hub_client_close(struct hub_client *client, enum wire_error_code code, const char *why);
void hub_client_end(struct hub_client *client); // now
void hub_client_tick(struct hub_client *client, struct instant now);
void hub_clients_flush(struct hub *hub);
struct hub_client *hub_client_find(struct hub *hub, uint32_t session); // NULL: gone

// client_queue.c
int hub_client_send(struct hub_client *client, const struct bytes *message); // a message of its own, ahead of events
void hub_client_offer(struct hub_client *client, struct stream_item *item);
void hub_client_snapshot(struct hub_client *client); // begins one
void hub_client_drop(struct hub_client *client);     // what waits; a snapshot follows
void hub_client_resync(struct hub_client *client, const char *why);
void hub_client_resume(struct hub_client *client,
		       const uint64_t last[CHANNEL_COUNT]); // from the ring, which has it all
void hub_client_fill(struct hub_client *client);            // frames what waits, as far as HUB_FRAMED_MAX
bool hub_client_waits(const struct hub_client *client);     // whether there is more to frame
void hub_client_queue_finish(struct hub_client *client);

// client_messages.c
void hub_client_message(struct hub_client *client, const char *text, size_t n);
void hub_client_recheck(struct hub_client *client, struct instant now);

// requests.c
void hub_client_answer(struct hub_client *client, uint64_t id, int error, const char *why);
void hub_client_request(struct hub_client *client, uint64_t id, const struct request *request);
void hub_client_leave(struct hub_client *client); // what it had asked for ends with it

// routing.c
void hub_on_event(void *ctx, const struct event *event);
// 0; -EMSGSIZE: it is too large to be told; -ENOMEM. Then *out is NULL.
int hub_encode(struct hub *hub, const struct event *event, unsigned flags, struct stream_item **out);
void hub_remember_plan(struct hub *hub, const struct plan *plan, uint32_t session);
const struct plan *hub_find_plan(const struct hub *hub, uint32_t no); // NULL

// presence.c
void hub_presence_tell(struct hub_client *client);
void hub_presence_end(struct hub *hub, uint32_t session); // it is gone
void hub_presence_sweep(struct hub *hub);                 // with each tick: mends what want of memory has cost
void hub_presence_look(struct hub_client *client, uint32_t agent);
void hub_presence_tick(struct hub_client *client, int64_t now_ms);
void hub_presence_does(struct hub_client *client, const struct plan *plan);
void hub_presence_note(struct hub *hub, const struct event *event); // an operation that is over
