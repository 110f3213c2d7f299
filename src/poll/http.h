#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The one HTTP client: libcurl's multi interface on the libuv loop, and lanes (http_lane.h) for the steady state.
 *
 * What a peer can do to us is bounded here: http and https only, HTTP/1.1 only, no redirect is followed, no netrc, no
 * cookies, no proxy but a configured one, gzip and nothing else, and limits on time, header and body that we count
 * ourselves. Names are resolved on libcurl's own threads, never on the loop nor in libuv's pool, and a resolver that
 * hangs is left behind, not waited for. Connections are kept and reused; a mutating request must set is_fresh, because
 * a request is sent again when a kept connection dies under it. The program must ignore SIGPIPE.
 *
 * Everything happens on the loop's thread. The callback of a request runs exactly once, from the loop, never inside
 * http_request_start(), and not at all after http_request_cancel() or once the client is being closed.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "opscon/agent.h"
#include "opscon/reason.h"
#include "opscon/sample.h"

struct http_client;
struct http_transfer;

struct http_limits {
	uint64_t max_body_bytes;   // decoded
	uint64_t max_wire_bytes;   // of the body as sent
	uint32_t max_header_bytes; // of all header blocks together
	uint32_t max_headers;
};

// Zero or NULL is the default named here.
struct http_options {
	struct http_limits limits;   // 16 MiB, 4 MiB, 64 KiB, 200
	uint32_t connect_timeout_ms; // 2000; name and TLS included
	uint32_t timeout_ms;         // 5000, for requests without their own
	uint32_t max_kept;           // connections kept open: size it to the fleet; 64
	const char *proxy;           // none; copied
	const char *ca_file;         // the system's store; copied
	const char *user_agent;      // "opscon/VERSION"; copied
	uint32_t low_speed_s;        // 20; see is_patient
};

struct http_header {
	const char *name, *value;
};

// Everything is borrowed for the call of http_request_start() only, the body included.
struct http_request {
	const char *method; // NULL: GET
	const char *url;
	const char *authorization; // value of the header, or NULL
	const char *accept;        // NULL: */*
	const struct http_header *headers;
	size_t n_headers;
	const void *body; // sent with its length when not NULL
	size_t body_len;
	struct agent_tls tls;
	const char *unix_socket; // where to connect, whatever the URL says, and through no proxy: a full path; or NULL
	uint32_t timeout_ms, connect_timeout_ms; // 0: the client's
	struct http_limits limits;               // 0: the client's
	bool is_fresh;   // a connection of its own, not kept afterwards: for whatever changes something
	bool is_patient; // may be silent for long: no low-speed limit (1 byte/s over low_speed_s)
};

// Borrowed until the callback returns.
struct http_response {
	enum reason reason;             // REASON_NONE: an answer came whole, whatever its status
	char detail[REASON_DETAIL_MAX]; // displayable; for a redirect where to
	int status;                     // 0: none
	const char *content_type;       // displayable, or NULL
	const char *etag, *location;    // of an is_fresh request; visible ASCII, or NULL
	const char *body;               // NULL when there is none; not text_clean()ed
	size_t body_len;
	uint64_t wire_bytes, body_bytes;
	struct probe_timing timing;
	bool is_reused; // on a kept connection
	bool is_sent;   // some of the request may have left; false: certainly nothing has
};

typedef void (*http_done_cb)(const struct http_response *response, void *ctx);

// 0 or negative errno; *out is NULL then. libcurl is not touched before the first request.
int http_client_create(uv_loop_t *loop, const struct http_options *options, struct http_client **out);

/* Begins to close: transfers are dropped without their callbacks, connections are closed. closed_cb (may be NULL) runs
 * from the loop when the last handle is gone; the memory goes with it. NULL is fine.
 */
void http_client_close(struct http_client *client, void (*closed_cb)(void *ctx), void *ctx);

void http_client_set_max_kept(struct http_client *client, uint32_t max_kept); // when the fleet grows
const char *http_client_trouble(const struct http_client *client); // why libcurl cannot be loaded, clean; "": it can
size_t http_client_in_flight(const struct http_client *client);

/* Begins a transfer; its clock starts now. 0, -ENOMEM, -ELIBACC when there is no libcurl, or -EINVAL for a URL, a
 * method or a header that cannot be sent (a control character in it); the callback does not run then. *out is good
 * until the callback has been called, or it is cancelled.
 */
int http_request_start(struct http_client *client, const struct http_request *request, http_done_cb done, void *ctx,
		       struct http_transfer **out);
void http_request_cancel(struct http_transfer *transfer); // NULL is fine
