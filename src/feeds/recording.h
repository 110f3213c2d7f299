#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The recording feed: what was recorded, again, with a clock of its own. It can be watched and nothing else: requests
 * but those that only look are refused (-EROFS).
 */
#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "opscon/broadcaster.h"
#include "opscon/feed.h"
#include "opscon/replay.h"
#include "recording/tape.h"

struct recording_feed_options {
	struct tape *tape;               // handed over
	struct broadcaster *broadcaster; // borrowed; outlives the feed
	int64_t retention_ms;            // of points, as the fleet keeps them; 0: an hour
	void (*closed_cb)(void *ctx);    // when the feed has gone after feed->class->stop(); may be NULL
	void *closed_ctx;
};

/* Plays from the beginning on, as fast as it went. 0, -ENOMEM, or what libuv says; the tape is closed then. Its first
 * events come from the loop.
 */
int recording_feed_create(uv_loop_t *loop, const struct recording_feed_options *options, struct feed **out);

struct replay *recording_feed_replay(struct feed *feed);        // its controls
int64_t recording_feed_now_ms(const struct feed *feed);         // wall: the time that is shown
void recording_feed_set_speed(struct feed *feed, double speed); // kept between 0.25 and 1000
