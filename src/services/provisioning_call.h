#pragma once
// SPDX-License-Identifier: Apache-2.0
/* One request to a driver, with a watch on it: a driver that has said nothing for ENGINE_GRACE_MS past the time limit
 * of the step is given up, and its answer is DRIVER_UNKNOWN, so that nobody waits for ever.
 *
 * Embedded in whoever asks. Zeroed memory is a call that is not under way.
 */
#include "services/deadlines.h"
#include "services/provisioning_engine.h"

enum { CALL_KEY_MAX = 96 };

struct call;

struct calls {                            // of one engine
	const struct engine_world *world; // borrowed
	struct deadlines deadlines;
	size_t n;
};

struct call {
	struct calls *calls;       // NULL: not under way
	const struct agent *agent; // a reference
	struct plan_step step;     // its texts are borrowed until the answer
	char key[CALL_KEY_MAX];    // for the driver, and unique
	char instance[DRIVER_INSTANCE_MAX];
	struct driver *driver; // borrowed
	struct driver_run *run;
	struct driver_answer *early; // where an answer goes that comes before begin() is over; NULL: it is
	bool is_answered;            // there is one
	void (*done)(struct call *call, const struct driver_answer *answer); // may begin the call anew
	void (*output)(struct call *call, const char *line);                 // NULL: nobody listens
	struct deadline give_up;
};

struct call_request {
	const struct agent *agent;
	const struct operation_params *params; // borrowed until the answer
	const struct plan_step *step;
	const char *key, *instance; // copied
	void (*done)(struct call *call, const struct driver_answer *answer);
	void (*output)(struct call *call, const char *line);
};

/* 0: `done` comes, once. Negative errno: nothing was sent and it does not come: -ENOTSUP no driver, -ENOMEM, or what
 * the driver says.
 */
int call_begin(struct calls *calls, struct call *call, const struct call_request *request, struct instant now);

// A look: PRIMITIVE_OBSERVE within `timeout_ms`.
int call_look(struct calls *calls, struct call *call, const struct agent *agent, const struct operation_params *params,
	      uint32_t timeout_ms, void (*done)(struct call *call, const struct driver_answer *answer),
	      struct instant now);

void call_cancel(struct call *call); // no answer comes any more; fine when it is not under way
bool call_is_under_way(const struct call *call);

// Gives up whom nobody has heard from.
void calls_tick(struct calls *calls, struct instant now);
void calls_finish(struct calls *calls); // every call has been cancelled
