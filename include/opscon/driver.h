#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A driver: what carries out the steps of a plan on one kind of agent. One file in src/drivers/ and a line in
 * src/drivers/table.c.
 *
 * A driver knows nothing of rollouts, journals or people. Whatever changes something goes out on a fresh connection,
 * once, and is never repeated by the driver. It does not decide whether an answer that did not come means yes or no:
 * that is DRIVER_UNKNOWN, and the engine looks at the target.
 */
#include "base/clock.h"
#include "opscon/agent.h"
#include "opscon/operation.h"

struct driver;
struct driver_run; // one request under way

enum driver_outcome {
	DRIVER_DONE,
	DRIVER_REFUSED, // certainly nothing has happened: never sent, a precondition, a 4xx
	DRIVER_FAILED,  // it was tried, and the target says that it failed
	DRIVER_UNKNOWN, // it was sent; whether it happened nobody can say
};

const char *driver_outcome_name(enum driver_outcome outcome);

enum { DRIVER_DETAIL_MAX = 200, DRIVER_VERSION_MAX = 200, DRIVER_INSTANCE_MAX = 128, DRIVER_STEPS_MAX = 10 };

// What the driver sees of a target. All texts are clean.
struct driver_sight {
	bool exists;
	enum lifecycle state;
	char version[DRIVER_VERSION_MAX];   // "" not known
	char previous[DRIVER_VERSION_MAX];  // what a rollback goes back to; "" there is none
	char instance[DRIVER_INSTANCE_MAX]; // another one after every start; "" not known
};

struct driver_answer {
	enum driver_outcome outcome;
	char detail[DRIVER_DETAIL_MAX]; // clean; why not, or what was said
	bool has_sight;
	struct driver_sight sight; // after the step
};

struct driver_request {
	const struct agent *agent;             // borrowed until the answer
	const struct operation_params *params; // the same
	const struct plan_step *step;          // the same; its primitive and time limit
	const char *idempotency_key;           // the same; unique to this step of this operation and target
	const char *expected_instance;         // the same; "" any: a target that is another one now is DRIVER_REFUSED
};

struct driver_listener {
	void (*done)(void *ctx, const struct driver_answer *answer); // exactly once, from the loop
	void (*output)(void *ctx, const char *line);                 // clean text without \n; may be NULL
	void *ctx;
};

// What has become of a target, whoever did it.
enum driver_happening {
	HAPPENED_CREATED, // detail: what it was called before; "" it is a new one
	HAPPENED_STARTED,
	HAPPENED_RESTARTED,     // somebody asked for that; its end and its start are told as well
	HAPPENED_SIGNALLED,     // somebody sent it one; detail: "TERM"
	HAPPENED_OUT_OF_MEMORY, // some process of it was killed for that
	HAPPENED_ENDED,         // its exit code
	HAPPENED_STOPPED,       // somebody asked for that; its end is told as well
	HAPPENED_PAUSED,
	HAPPENED_RESUMED,
	HAPPENED_CHECKED, // by a health check of its own; detail: "unhealthy"
	HAPPENED_RENAMED, // detail: what it is called now
	HAPPENED_REMOVED,
	HAPPENED_COUNT,
};

enum { DRIVER_NEWS_MAX = 160 };

struct driver_news {
	uint32_t agent;
	enum driver_happening what;
	int64_t at_ms;                // wall, as whoever runs the target has it; 0 not said
	int64_t exit_code;            // HAPPENED_ENDED; -1 not said
	char detail[DRIVER_NEWS_MAX]; // clean; ""
};

// Who is told what happens to targets outside of any request, from the loop.
struct driver_watcher {
	void (*happened)(void *ctx, const struct driver_news *news);
	// Whoever runs the targets cannot be heard for a while (is_trouble), or can again. Both texts are clean.
	void (*said)(void *ctx, bool is_trouble, const char *title, const char *text);
	void *ctx;
};

// The steps of a verb. The texts lie in `memory`: driver_recipe_add().
struct driver_recipe {
	struct plan_step steps[DRIVER_STEPS_MAX];
	size_t n;
	char memory[4096];
	size_t used;
	bool is_short;               // something did not fit: the plan is refused
	char why[DRIVER_DETAIL_MAX]; // with -ENOTSUP: why not, clean; "" when there is no more to say than that
};

// Copies the step's texts; sets is_short when there is no room.
void driver_recipe_add(struct driver_recipe *recipe, const struct plan_step *step);

struct driver_class {
	const char *name;
	// Bit = 1 << verb, for this agent; 0: the agent is none of this driver's.
	unsigned (*verbs)(const struct driver *driver, const struct agent *agent);
	/* The driver's own steps between observing and verifying; is_undo: those that take them back. `sight` is what
	 * was seen last, or NULL. 0; -ENOTSUP: it cannot, or there is no way back.
	 */
	int (*recipe)(const struct driver *driver, const struct agent *agent, const struct operation_params *params,
		      const struct driver_sight *sight, bool is_undo, struct driver_recipe *out);
	/* Begins a step, PRIMITIVE_OBSERVE among them, which is DRIVER_DONE without a sight where there is no way to
	 * look. 0; negative errno: nothing was sent and no answer comes. A step
	 * that is not over after its time limit is answered with DRIVER_UNKNOWN, or DRIVER_REFUSED when nothing was
	 * sent.
	 */
	int (*begin)(struct driver *driver, const struct driver_request *request,
		     const struct driver_listener *listener, struct driver_run **out);
	void (*cancel)(struct driver_run *run); // no answer comes any more; what was sent stays sent
	/* From now on its watcher is told what happens to the target of this agent, in this description; is_gone: not
	 * any more. Without a watcher, and for who is none of its agents, nothing happens. NULL: it never hears of
	 * such.
	 */
	void (*attend)(struct driver *driver, const struct agent *agent, bool is_gone, struct instant now);
	// Ends what runs without answers; `closed` (may be NULL) comes from the loop when the memory is gone.
	void (*close)(struct driver *driver, void (*closed)(void *ctx), void *ctx);
};

// Embedded first in each driver's own struct.
struct driver {
	const struct driver_class *class;
};
