#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What the Engine says of its containers (GET /events): an object a line, without end. Pure; takes anything.
 *
 * What is about no container, or tells nothing that is asked for here, is passed over, and so is a line that is none or
 * longer than DOCKER_EVENT_LINE_MAX. Docker and Podman have other words for the same; both are understood.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "drivers/docker_names.h"
#include "opscon/driver.h"

enum {
	DOCKER_EVENT_LINE_MAX = 64 << 10, // it has all labels of the container in it
	DOCKER_SEEN_MAX = 512,
	DOCKER_SINCE_MAX = 40,
	DOCKER_EVENTS_PATH_MAX = 512,
};

struct docker_event {
	enum driver_happening what;
	int64_t at_ns; // Unix, by the Engine's clock; 0 not said
	char id[DOCKER_ID_MAX];
	char name[DOCKER_NAME_MAX];     // as it is called since
	char old_name[DOCKER_NAME_MAX]; // HAPPENED_RENAMED
	int64_t exit_code;              // HAPPENED_ENDED; -1 not said
	char detail[DRIVER_NEWS_MAX];   // of a signal or a check; "" else. Clean, as all texts
};

struct docker_events {
	struct bytes line;
	bool is_skipping; // it was too long
};

void docker_events_init(struct docker_events *events);
void docker_events_reset(struct docker_events *events); // another stream begins
void docker_events_finish(struct docker_events *events);

/* The next bytes of the stream; each event goes to `take`, which says whether it wants more. 0 or -ENOMEM: a line
 * was lost.
 */
int docker_events_read(struct docker_events *events, const char *bytes, size_t n,
		       bool (*take)(void *ctx, const struct docker_event *event), void *ctx);

/* What was heard, so that after a break nothing is missing and nothing comes twice: it is asked for from a second
 * before the last one, and what is known by its time, container and kind is not news. Zeroed memory has heard nothing.
 */
struct docker_seen {
	int64_t last_ns;
	uint64_t keys[DOCKER_SEEN_MAX];
	size_t n, at;
};

void docker_seen_begin(struct docker_seen *seen, int64_t wall_ms); // whatever was before that is not asked for
bool docker_seen_is_new(struct docker_seen *seen, const struct docker_event *event); // and remembers it

// "/events?since=...&filters=...": all that is understood here.
void docker_events_path(const struct docker_seen *seen, char out[DOCKER_EVENTS_PATH_MAX]);
