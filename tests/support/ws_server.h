#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A scripted WebSocket server on the test's own loop, with every way in which one can misbehave. What it is to do can
 * be changed between connections and while they stand.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "wire/websocket.h"

struct ws_client;

enum { WS_SAID_MAX = 1 << 16 };

struct ws_server {
	uv_tcp_t listener;
	int port;
	struct ws_client *clients;
	size_t n_accepted, n_upgraded, n_messages, n_status;
	// What it does with the next ones:
	const char *refusal;        // sent as it is instead of the upgrade, and then it closes; NULL: it upgrades
	bool is_mute;               // takes the request and never answers
	bool has_wrong_accept;      // proves a key that nobody has sent
	const char *const *welcome; // NULL-terminated messages, sent when a client has said its first; may be NULL
	const char *status;         // sent as it is to who asks for another path; NULL: 404
	char last_request[4096];    // the last head
	char said[WS_SAID_MAX];     // what clients have said, a line each
	size_t n_said;
	bool is_closing;
};

void ws_server_start(struct ws_server *server, uv_loop_t *loop);
void ws_server_say(struct ws_server *server, const char *text);                        // a message to everybody
void ws_server_say_raw(struct ws_server *server, const void *bytes, size_t n);         // between frames
void ws_server_close_all(struct ws_server *server, uint16_t code, const char *reason); // with a close frame
void ws_server_hold_all(struct ws_server *server);   // reads nothing any more, not even pings
void ws_server_finish_all(struct ws_server *server); // ends it when all was sent, without a close frame
void ws_server_drop_all(struct ws_server *server);
void ws_server_stop(struct ws_server *server); // run the loop until it is empty
