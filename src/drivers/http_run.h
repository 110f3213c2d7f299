#pragma once
// SPDX-License-Identifier: Apache-2.0
/* One step on its way: look at the agent, ask it once, follow its operation. What http.c and its run share. */
#include <uv.h>

#include "drivers/control_answer.h"
#include "opscon/driver.h"
#include "poll/http.h"

enum {
	HTTP_TAG_MAX = 256,
	HTTP_LOOK_MS = 5000,    // for an answer that says what is
	HTTP_ANSWER_MS = 30000, // for one to what changes something: who needs longer answers 202
	HTTP_PAUSE_MIN_MS = 200,
	HTTP_PAUSE_MAX_MS = 2000,
};

struct http_driver {
	struct driver driver; // first
	uv_loop_t *loop;      // borrowed, as is the client
	struct http_client *client;
	struct driver_run *runs; // driver_run::prev, next
	uv_timer_t handle;       // so that closing always ends in the loop
	size_t n_handles;        // not yet closed, it and those of runs
	void (*closed)(void *ctx);
	void *closed_ctx;
	bool is_closing;
};

// As driver_class::begin and ::cancel.
int http_run_begin(struct driver *driver, const struct driver_request *request, const struct driver_listener *listener,
		   struct driver_run **out);
void http_run_cancel(struct driver_run *run);

void http_driver_handle_closed(struct http_driver *driver); // the last one frees it
