#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What the files of the HTTP client share; nobody else includes this. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/ring.h"
#include "poll/http.h"
#include "poll/http_answer.h"
#include "poll/http_errors.h"
#include "poll/http_intake.h"
#include "poll/http_lane.h"
#include "poll/libcurl.h"

enum {
	HTTP_CONTENT_TYPE_MAX = 256,
	HTTP_MAX_IDLE_S = 900,       // a kept connection older than that is not trusted any more
	HTTP_IDLE_MAX = 32,          // transfers laid aside
	HTTP_STALLED_MAX = 128,      // lookups that were given up and may still sit in a resolver's thread
	HTTP_STALLED_FOR_MS = 30000, // getaddrinfo(3) with the usual resolv.conf is done by then
};

struct http_transfer {
	struct http_client *client;
	struct http_transfer *prev, *next; // http_client::active, http_lanes::asked, or http_client::idle (next only)
	CURL *easy;                        // owned, reused
	struct curl_slist *headers;        // owned
	http_done_cb done;
	void *ctx;
	struct http_intake intake;
	struct http_answer answer; // on a lane; of libcurl's answers the head alone
	struct http_lane *lane;    // it is on; NULL: libcurl has it
	struct bytes asked;        // with wants_lane the URL; then what else to ask again with, each terminated
	size_t n_origin, at_accept, at_authorization; // in `asked`; 0: none
	uint32_t connect_timeout_ms;
	bool is_patient;
	uint64_t started_ns, first_byte_ns, deadline_ns; // uv_hrtime(); the latter two on a lane
	int32_t late_us;                                 // spent on a lane, before libcurl was asked again
	int fd;                                          // that libcurl had watched last for it; -1: none
	int parked_fd;                                   // the same when libcurl has let go of it; owned; -1: none
	int socket_errno;                                // of socket(2)
	bool is_active;
	bool is_spent; // libcurl 7.88 reads freed memory where a handle is used again and a header line begins with a
		       // blank
	bool is_looking_up; // a resolver was started
	bool is_resolved, is_ready;
	bool is_refused_lookup;
	bool has_literal_host;
	bool is_fresh; // as it was asked
	bool is_proxied;
	bool has_sent_body; // the handle holds a request body
	bool wants_lane;    // see http_lane_suits()
	char content_type[HTTP_CONTENT_TYPE_MAX];
	char error[CURL_ERROR_SIZE];
};

// One descriptor that libcurl wants watched. It outlives transfers: a kept connection stays in epoll.
struct http_watch {
	uv_poll_t poll;
	struct http_client *client;
	struct http_transfer *transfer; // that is on it; borrowed; NULL: none
	int fd;
	int events;       // UV_* it is registered for
	bool is_standing; // a connection past connecting; others (being made, a resolver's pair) come and go
	bool is_idle;     // no transfer is on it
};

struct http_client {
	uv_loop_t *loop;
	CURLM *multi; // NULL before the first request
	bool has_libcurl;
	char trouble[LIBRARY_WHY_MAX];
	uv_timer_t timer;
	struct http_watch **watches; // by descriptor, owned
	size_t n_watches;            // slots
	struct http_transfer *active;
	struct http_transfer *idle;
	struct http_lanes lanes;
	size_t n_active, n_idle, n_handles;
	size_t n_sockets;                              // open
	struct http_options options;                   // its texts are owned
	const char *default_ca_file, *default_ca_path; // libcurl's own: static
	int64_t stalled[HTTP_STALLED_MAX];             // ms until when a lookup that was given up may go on
	struct ring stalled_ring;
	bool is_closing;
	void (*closed_cb)(void *ctx);
	void *closed_ctx;
};

// http_client.c
int http_client_begin(struct http_client *client); // with the first request; 0 or negative errno

// http_sockets.c
int http_sockets_init(struct http_client *client); // sets libcurl's callbacks for descriptors and time
void http_sockets_finish(struct http_client *client);
curl_socket_t http_socket_open_cb(void *ctx, curlsocktype purpose, struct curl_sockaddr *address);
int http_socket_close_cb(void *ctx, curl_socket_t fd);
int http_socket_close(struct http_client *client, int fd);
void http_socket_forget(struct http_transfer *transfer); // that it was on a connection which may be kept
void http_handle_gone(struct http_client *client);       // a handle was closed: the last one frees the client

// http_options.c
int http_options_prepare(struct http_transfer *transfer); // what every transfer has in common; 0 or negative errno
int http_options_apply(struct http_transfer *transfer, const struct http_request *request);
CURLcode http_options_tls(const struct http_client *client, CURL *easy, const struct agent_tls *tls);
bool http_request_is_sane(const struct http_request *request); // no control character where it could split a request
bool http_url_has_literal(const char *url);                    // an address instead of a name

// http_transfer.c
int http_transfer_begin(struct http_transfer *transfer, const struct http_request *request); // hands it to libcurl
void http_transfer_finish(struct http_transfer *transfer, CURLcode code);                    // libcurl is done with it
void http_transfer_explain(const struct http_transfer *transfer, const struct http_failure *failure,
			   struct http_response *response);
void http_transfer_read_answer(struct http_transfer *transfer, const char *content_type,
			       struct http_response *response);
void http_transfer_tell(struct http_transfer *transfer, const struct http_response *response); // and lays it aside
void http_transfer_free(struct http_transfer *transfer);
void http_client_reap(struct http_client *client); // hands out what libcurl has finished
