#pragma once
// SPDX-License-Identifier: Apache-2.0
/* First contact: finds the health and metrics endpoints of agents of which only the base URL is known.
 *
 * The usual paths are asked one after the other on one connection, in the order of agents/endpoints.h, until health and
 * metrics are decided. A host that does not answer at all is asked again later, from 1 s up to its interval and at most
 * 60 s apart: what is not found yet is asked no less often than it would be probed. Each try is told, so that the agent
 * can be shown as down for a reason meanwhile.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "opscon/agent.h"
#include "opscon/reason.h"
#include "poll/http.h"

struct contact;

struct contact_result {
	const struct agent *agent; // borrowed, as given to contact_add()
	bool is_decided;           // false: nothing answered this time, and it will be tried again
	const char *health_path;   // static text, NULL: none; for endpoint_apply() of agents/endpoints.h
	const char *metrics_path;  // static text, NULL: none
	enum agent_dialect dialect;
	enum reason reason; // of the last failure when nothing was found
	char detail[REASON_DETAIL_MAX];
	uint32_t n_requests; // made in this try
	uint32_t n_tries;    // from 1
	int64_t retry_ms;    // until the next try; 0 when decided
};

// Borrowed until it returns. Once decided the agent is forgotten; the callback may add and remove agents.
typedef void (*contact_result_cb)(const struct contact_result *result, void *ctx);

struct contact_options {
	uint32_t timeout_ms;    // of one request; 2000
	uint32_t max_in_flight; // agents asked at the same time; 64
	uint32_t retry_min_ms;  // 1000
	uint32_t retry_max_ms;  // 60000
	uint32_t interval_ms;   // of agents that have none of their own; 60000
};

// The client is borrowed and must outlive this; options may be NULL. 0 or negative errno.
int contact_create(uv_loop_t *loop, struct http_client *client, const struct contact_options *options,
		   contact_result_cb result_cb, void *ctx, struct contact **out);
void contact_close(struct contact *contact, void (*closed_cb)(void *ctx), void *ctx); // NULL is fine

int contact_add(struct contact *contact, const struct agent *agent); // 0, -EEXIST, -ENOMEM; a reference is taken
int contact_remove(struct contact *contact, uint32_t id);            // 0 or -ENOENT; no result comes after it
size_t contact_pending(const struct contact *contact);               // agents not decided yet
