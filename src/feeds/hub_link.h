#pragma once
// SPDX-License-Identifier: Apache-2.0
/* One WebSocket to a hub: connects, asks for the upgrade, checks the answer, then carries messages both ways. It says
 * why it failed and never tries again by itself.
 *
 * Everything happens on the loop's thread. Callbacks run from the loop; each may close the link.
 */
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "feeds/hub_address.h"
#include "feeds/hub_state.h"
#include "opscon/agent.h"

struct hub_link;
struct http_client;

enum { HUB_LINK_REFUSAL_MAX = 4096 }; // bytes of a refusal's body

struct hub_link_options {
	const struct hub_address *address;
	const char *token;   // sent as Authorization: Bearer; NULL or "": none
	bool has_token_file; // without a token: it could not be read
	struct agent_tls tls;
	uint32_t timeout_ms; // until it is connected
};

struct hub_link_class {
	void (*opened)(void *ctx);                              // the upgrade was accepted
	void (*heard)(void *ctx);                               // anything came
	void (*answered)(void *ctx);                            // a pong was among it
	void (*message)(void *ctx, const char *text, size_t n); // not terminated; borrowed
	// Once, before or after `opened`: it is over, and to be closed. `why` is displayable.
	void (*failed)(void *ctx, enum hub_trouble trouble, const char *why);
};

// The client is borrowed and must outlive the link; the options are for the call. 0 or negative errno.
int hub_link_open(struct http_client *client, uv_loop_t *loop, const struct hub_link_options *options,
		  const struct hub_link_class *class, void *ctx, struct hub_link **out);

int hub_link_send(struct hub_link *link, const char *text, size_t n); // 0; -EPIPE: it is not open (any more); -ENOMEM
int hub_link_ping(struct hub_link *link);                             // the same
// Tells the hub so where that is possible at once. closed_cb runs from the loop when the last handle is gone.
void hub_link_close(struct hub_link *link, void (*closed_cb)(void *ctx), void *ctx);
