#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A scripted HTTP server on the test's own loop: what it does is told by the path that is asked for. */
#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

enum server_then {
	SERVER_KEEP,  // wait for the next request
	SERVER_CLOSE, // FIN
	SERVER_RESET, // RST
	SERVER_FLOOD, // send `bytes` again and again
	SERVER_DRIP,  // send those after the first n_prompt one by one, 20 ms apart
};

struct server_rule {
	const char *path;  // "": any
	const char *bytes; // sent as they are; "" sends nothing
	size_t n_bytes;    // 0: strlen(bytes)
	enum server_then then;
	unsigned delay_ms;  // before the first byte
	const char *filler; // FLOOD: repeated after `bytes` instead of them
	size_t n_filler;    // 0: strlen(filler)
	size_t n_prompt;    // DRIP: bytes that are sent at once
};

struct server_connection;

// TCP on loopback, or a socket in the file system.
union server_stream {
	uv_handle_t handle;
	uv_stream_t stream;
	uv_tcp_t tcp;
	uv_pipe_t pipe;
};

struct http_server {
	union server_stream listener;
	const struct server_rule *rules; // borrowed
	size_t n_rules;
	// Instead of looking for a rule by path, when set: what to do with a request, never NULL.
	const struct server_rule *(*choose)(void *ctx, const char *request);
	void *choose_ctx;
	struct server_connection *connections;
	size_t n_accepted, n_requests;
	int port;                // 0: not TCP
	char last_request[4096]; // headers and body of the last one
	bool is_closing;
};

void http_server_start(struct http_server *server, uv_loop_t *loop, const struct server_rule *rules, size_t n_rules);
// The same on a socket that is made at that path, for http_request::unix_socket; gone when the server stops.
void http_server_start_at(struct http_server *server, uv_loop_t *loop, const char *path,
			  const struct server_rule *rules, size_t n_rules);
void http_server_drop_all(struct http_server *server);               // closes every connection, listens on
void http_server_say(struct http_server *server, const char *bytes); // to everybody, unasked; has been sent on return
void http_server_stop(struct http_server *server);                   // run the loop until it is empty
const char *http_server_url(const struct http_server *server, const char *path, char *out, size_t size);

// Runs the loop until *is_done or ten seconds have passed; fails the test then.
void loop_run_until(uv_loop_t *loop, const bool *is_done);

// Runs the loop until nothing is left in it and closes it; fails the test if something stays.
void loop_finish(uv_loop_t *loop);
