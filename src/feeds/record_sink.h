#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A recorder on a loop, as a sink of a broadcaster: what is published is recorded, and what becomes of the recording is
 * told as notices. For `opscon record` and for a hub that is to record.
 */
#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "opscon/broadcaster.h"
#include "opscon/fleet.h"
#include "recording/recorder.h"

struct record_sink;
struct hub_record_config;

// As a hub is configured to (its directory is set). Texts are borrowed.
struct recorder_options recorder_of_hub(const struct hub_record_config *config, const char *fleet_name,
					const char *boot, bool is_demo);

/* Begins to record what the broadcaster publishes from now on, after a snapshot of the fleet, which is fed by the same
 * broadcaster and before this one. Both are borrowed and outlive it. `options` says where and how; its fleet and wake
 * are set here. 0, or negative errno with why.
 */
int recorder_attach(uv_loop_t *loop, struct broadcaster *broadcaster, const struct fleet *fleet,
		    const struct recorder_options *options, struct record_sink **out, char *why, size_t why_size);

// Events that are for some alone, as long as somebody listens for them, are not recorded.
void record_sink_leave_out(struct record_sink *sink, bool (*is_private)(void *ctx, const struct event *event),
			   void *ctx);

const struct recorder_state *record_sink_look(const struct record_sink *sink);

/* Writes what waits and ends it; its handles close with the next turns of the loop, and it is freed then. 0, or what
 * ended the recording (recorder_destroy()). *out (may be NULL) is the last state. NULL is fine.
 */
int recorder_detach(struct record_sink *sink, struct recorder_state *out);
