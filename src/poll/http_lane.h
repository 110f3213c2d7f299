#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Kept connections of our own: the steady state of polling without libcurl's cost a poll.
 *
 * The first request to an origin goes through libcurl: the name, the connection, its phases and whatever fails in them.
 * When its answer was a plain one (http_head.h) over plain HTTP without a proxy, the connection is taken over as a
 * lane, and the next request for that origin is written and its answer read here, in one send(2) and one recv(2).
 * Whatever is out of the ordinary goes back to libcurl: a lane that turns out to be closed before the first byte of an
 * answer, and an answer that is not plain, are asked again on a new connection within the same timeout. So a lane only
 * has to tell a good answer, one that came too late, broke off or passed a limit.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/strbuf.h"
#include "base/table.h"

struct http_client;
struct http_request;
struct http_transfer;

// Who is at the other end: "host:port" as the URL has it.
struct http_origin {
	UT_hash_handle hh; // http_lanes::origins
	struct http_lane *idle;
	size_t n_lanes;
	size_t n_text;
	char text[]; // not terminated
};

struct http_lane {
	uv_poll_t poll; // first
	struct http_client *client;
	struct http_origin *origin;
	struct http_transfer *transfer; // on it; NULL: idle
	struct http_lane *prev, *next;  // http_lanes::idle, the longest unused first
	struct http_lane *below;        // http_origin::idle
	uint64_t rested_ns;
	int fd;
};

struct http_lanes {
	struct http_origin *origins; // owned
	struct http_lane *idle;
	size_t n_idle;
	struct http_transfer *asked; // on a lane, the nearest deadline first
	uv_timer_t timer;            // of the nearest deadline, or an earlier one
	uint64_t armed_ns;           // UINT64_MAX: not
	struct bytes request;
	char *received; // owned: what one recv(2) brings
};

int http_lanes_init(struct http_client *client); // 0 or -ENOMEM; adds a handle
void http_lanes_close(struct http_client *client);

// Whether the connection of such a request may become a lane, and answers be read from one.
bool http_lane_suits(const struct http_client *client, const struct http_request *request);

// Keeps what has to be known of such a request to ask it again. 0 or -ENOMEM.
int http_lane_copy(struct http_transfer *transfer, const struct http_request *request);

// Sends a request that was copied on a lane to its origin. False: there is none that takes it.
bool http_lane_ask(struct http_transfer *transfer, const struct http_request *request);

void http_lane_adopt(struct http_transfer *transfer); // makes a lane of transfer->parked_fd, or closes it
void http_lane_cancel(struct http_transfer *transfer);
void http_lanes_trim(struct http_client *client); // to what may be kept open
