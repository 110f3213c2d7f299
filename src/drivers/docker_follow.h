#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The Engine's events, followed for as long as an agent is one of its containers: one connection on which it says what
 * happens (docker_events.h). A connection that ends is made again, later each time, and what was said meanwhile is
 * asked for. An absence is told once, not with each try: when it is over, or when it has lasted DOCKER_AWAY_TOLD_MS;
 * one of less than DOCKER_AWAY_MS is none.
 */
#include "base/clock.h"
#include "drivers/docker_events.h"
#include "drivers/docker_targets.h"
#include "poll/byte_stream.h"
#include "poll/http_answer.h"

struct docker_driver;

enum {
	DOCKER_RETRY_MS = 250, // the first wait; each is twice as long
	DOCKER_RETRY_MAX_MS = 30000,
	DOCKER_LASTING_MS = 5000,    // a connection that stood so long makes them begin again
	DOCKER_AWAY_MS = 1000,       // a proxy that lets go of whoever is silent is not worth a word
	DOCKER_AWAY_TOLD_MS = 3000,  // that it does not answer
	DOCKER_AWAY_QUIET_MS = 60000 // between two words of short absences
};

enum docker_follow_part {
	FOLLOW_OFF, // nobody's container is listened for
	FOLLOW_WAITING,
	FOLLOW_CALLING,
	FOLLOW_STANDING,
};

struct docker_follow {
	struct driver_watcher watcher; // happened NULL: there is none
	struct docker_targets targets;
	struct docker_seen seen;
	struct docker_events events;
	enum docker_follow_part part;
	struct byte_stream *stream; // owned; NULL: none
	struct bytes call;          // the request; n_sent of it has left
	size_t n_sent;
	struct http_answer answer;
	struct http_intake intake;
	bool has_stood;      // ever
	bool is_told;        // that it does not answer
	unsigned n_failures; // in a row
	uint64_t stood_ms, lost_ms,
		hushed_ms; // loop time: since when it stands, or does not; of the last word; 0 never
	unsigned n_hushed; // absences that were not worth a word since
};

void docker_follow_init(struct docker_driver *docker, const struct driver_watcher *watcher); // may be NULL
void docker_follow_stop(struct docker_driver *docker);   // before the handles are closed
void docker_follow_finish(struct docker_driver *docker); // after that

// As driver_class::attend.
void docker_attend(struct driver *driver, const struct agent *agent, bool is_gone, struct instant now);
