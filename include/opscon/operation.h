#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Operations: a lifecycle change somebody asked for, from the question to the last result.
 *
 * A **plan** says what would happen to whom: per target ordered steps, each with precondition, action, postcondition
 * and time limit. It is immutable, shared by reference count and owns its texts. An **operation** is a plan that was
 * confirmed, as it stands at one moment: an immutable snapshot as well, which holds its plan.
 * Vocabulary of verbs, statuses and lifecycle states: opscon-agent(7); of rollouts: opscon.yml(5).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "opscon/health.h"
#include "opscon/lifecycle.h"
#include "opscon/progress.h"

enum verb {
	VERB_CREATE,
	VERB_START,
	VERB_STOP, // graceful, unless is_forced
	VERB_RESTART,
	VERB_SUSPEND,
	VERB_RESUME,
	VERB_UPGRADE,
	VERB_ROLLBACK, // to the version before
	VERB_DELETE,
	VERB_CONFIGURE, // a patch of its configuration
	VERB_COUNT,
};

const char *verb_name(enum verb verb);                // "create" ... "configure"; "?" for anything else
const char *verb_past(enum verb verb);                // "created" ..., for what was done
int verb_from_name(const char *name, enum verb *out); // any case; 0 or -EINVAL

// The ten statuses of provisioning: what is being done to an agent, or was done last.
enum provisioning {
	PROVISIONING_PENDING,
	PROVISIONING_CREATING,
	PROVISIONING_STARTING,
	PROVISIONING_RUNNING,
	PROVISIONING_STOPPING,
	PROVISIONING_STOPPED,
	PROVISIONING_UPGRADING,
	PROVISIONING_FAILED,
	PROVISIONING_DELETING,
	PROVISIONING_DELETED,
	PROVISIONING_COUNT,
};

const char *provisioning_name(enum provisioning status);
int provisioning_from_name(const char *name, enum provisioning *out);

// What is known of an agent's life, beside its health. Texts are borrowed from whoever holds the struct; never NULL.
struct agent_lifecycle {
	bool is_recorded, is_observed; // which of the two states is known
	enum lifecycle recorded;       // as our own operations left it
	enum lifecycle observed;       // as its driver saw it last; what contradicts `recorded` is shown, not hidden
	int64_t observed_at_ms;        // wall; 0 never
	enum provisioning provisioning;
	const char *driver;   // "http" "docker" "exec"; "": nothing can be done to it
	unsigned verbs;       // bit = 1 << verb: what that driver can do to it
	const char *version;  // "" unknown
	const char *previous; // what a rollback goes back to; "" none
	const char *instance; // changes with every start: container id, start time; "" unknown
	const char *holder;   // who operates on it now, here or in another console; "" nobody
	uint32_t operation;   // the number of ours that does; 0 none
	bool is_interrupted;  // nobody does any more: `holder` is the id of an operation whose process ended half-way
};

/* Why a verb cannot be asked of an agent in that state now: "" when it can. `out` takes the words ("it is stopped
 * already"). What is not known is no reason: the driver is asked again before anything happens.
 */
enum { VERB_REFUSAL_MAX = 200 };
const char *verb_refusal(const struct agent_lifecycle *lifecycle, enum verb verb, char out[VERB_REFUSAL_MAX]);

// ---- plans

enum rollout_kind {
	ROLLOUT_ROLLING,    // `batch` at a time, `wait_ms` between
	ROLLOUT_CANARY,     // shares of the whole: canary_percent, each a phase
	ROLLOUT_BLUE_GREEN, // the new one beside the old one, then the old one goes; where the driver can
	ROLLOUT_KIND_COUNT,
};

const char *rollout_kind_name(enum rollout_kind kind); // "rolling" "canary" "blue-green"
int rollout_kind_from_name(const char *name, enum rollout_kind *out);

enum { CANARY_PHASES_MAX = 6, OPERATION_CONCURRENT_MAX = 10, OPERATION_ID_MAX = 40, OPERATION_TARGETS_MAX = 10000 };

struct rollout {
	enum rollout_kind kind;
	uint16_t batch;           // 1..; 1. At most OPERATION_CONCURRENT_MAX of them run at once
	uint16_t max_unavailable; // targets that may be bad at once before it stops going on; 1
	uint32_t wait_ms;         // between batches or phases; 60 s rolling, 5 min canary; the demo 2 s
	uint32_t min_healthy_ms;  // how long a target must be up before it counts; 10 s; the demo 2 s
	uint32_t verify_ms;       // how long it may take to be so; 300 s
	uint8_t canary_percent[CANARY_PHASES_MAX]; // 10 50 100, ascending; 0 ends the list
	double max_error_share;                    // 0..1: more than that rolls back; 0.05
	double max_latency_growth;                 // 0.5: half as slow again as before rolls back
	bool rolls_back;                           // by itself, when a guard trips; true
};

// The figures of a rollout, by what they are called in the protocol.
enum rollout_figure {
	ROLLOUT_FIGURE_KIND,
	ROLLOUT_FIGURE_BATCH,
	ROLLOUT_FIGURE_MAX_UNAVAILABLE,
	ROLLOUT_FIGURE_WAIT,
	ROLLOUT_FIGURE_MIN_HEALTHY,
	ROLLOUT_FIGURE_VERIFY,
	ROLLOUT_FIGURE_CANARY,
	ROLLOUT_FIGURE_ERROR_SHARE,
	ROLLOUT_FIGURE_LATENCY_GROWTH,
	ROLLOUT_FIGURE_ROLLS_BACK,
	ROLLOUT_FIGURE_COUNT,
};

enum { ROLLOUT_FIGURES_ALL = (1 << ROLLOUT_FIGURE_COUNT) - 1 };

const char *rollout_figure_name(enum rollout_figure figure); // "kind" "batch" ... "rolls_back"

struct operation_params {
	enum verb verb;
	const char *version; // create, upgrade: a version or an image; "" otherwise
	const char *patch;   // configure: a JSON object; "" otherwise
	const char *reason;  // "" not said
	bool is_forced;      // stop: not graceful
	struct rollout rollout;
	// bit = 1 << enum rollout_figure. Of a request: what nobody has said, so that it is as configured where it is
	// planned, whatever `rollout` has; of a plan 0.
	unsigned unsaid;
};

// Numbers of steps that every driver knows; its own begin at PRIMITIVE_DRIVER.
enum { PRIMITIVE_OBSERVE = 1, PRIMITIVE_VERIFY, PRIMITIVE_DRIVER = 16 };

struct plan_step {
	const char *label;         // "Stop"
	const char *precondition;  // "it is running, instance 3f2a"; "" none
	const char *action;        // what is done, as exactly as it can be said: "POST /control/stop"
	const char *postcondition; // "" none
	uint32_t timeout_ms;
	uint16_t primitive;
	bool is_mutating; // an intent is on disk before it begins
};

struct plan_target {
	uint32_t agent;
	const char *key, *name, *environment, *service, *driver; // "" where there is none
	enum health_state health;
	bool is_lifecycle_known;
	enum lifecycle lifecycle;                  // observed, else recorded
	const char *version, *previous, *instance; // "" unknown
	const char **dependents;                   // names of agents that say they depend on it
	size_t n_dependents;
	bool is_hidden;          // the asker's filter does not show it
	bool is_last_healthy;    // of its service and environment
	const char *refusal;     // why nothing can be done to it; "" when it can
	struct plan_step *steps; // PRIMITIVE_OBSERVE first, PRIMITIVE_VERIFY last
	size_t n_steps;
	struct plan_step *undo; // for an automatic rollback; none where there is no way back
	size_t n_undo;
	uint16_t wave; // the batch or phase it belongs to, from 0
};

// How much is asked of a person before it happens.
enum guard {
	GUARD_VIEW,       // nothing changes
	GUARD_REVERSIBLE, // one key, and there is an undo
	GUARD_CONFIRM,    // a dialog, Cancel focused
	GUARD_TYPE_NAME,  // many, the last healthy one, or production: `typed` must be typed
	GUARD_REASON,     // and a reason given
	GUARD_COUNT,
};

const char *guard_name(enum guard guard); // "view" "reversible" "confirm" "type-name" "reason"
int guard_from_name(const char *name, enum guard *out);

enum { PLAN_HASH_HEX = 64 };

struct plan {
	uint32_t refs;
	uint32_t no;    // of this process, never 0: what a request names
	uint32_t token; // as in the request that asked for it
	const char *who;
	int64_t at_ms; // wall
	struct operation_params params;
	struct plan_target *targets;
	size_t n_targets;
	uint16_t n_waves;
	enum guard guard;
	const char *typed;            // GUARD_TYPE_NAME and up: the service's, environment's or agent's name
	const char *refusal;          // why it cannot be confirmed at all: "read-only"; "" when it can
	char hash[PLAN_HASH_HEX + 1]; // of everything above but refs, no and token
};

struct plan *plan_ref(const struct plan *plan);
void plan_unref(struct plan *plan); // NULL is fine

// ---- operations

enum operation_state {
	OPERATION_QUEUED, // confirmed; others run
	OPERATION_RUNNING,
	OPERATION_PAUSED,       // a person goes on with it, or aborts it
	OPERATION_ROLLING_BACK, // a guard tripped, or a person asked for it
	OPERATION_SUCCEEDED,
	OPERATION_FAILED,
	OPERATION_ROLLED_BACK,
	OPERATION_ABORTED,
	OPERATION_INDETERMINATE, // something was sent and nobody knows what became of it
	OPERATION_STATE_COUNT,
};

const char *operation_state_name(enum operation_state state); // "queued" ... "rolling back" ...
int operation_state_from_name(const char *name, enum operation_state *out);
bool operation_is_over(enum operation_state state);

enum target_state {
	TARGET_PENDING,
	TARGET_RUNNING,
	TARGET_VERIFYING, // its last step: is it well, and does it stay so
	TARGET_DONE,
	TARGET_FAILED,
	TARGET_SKIPPED, // never begun
	TARGET_ROLLING_BACK,
	TARGET_ROLLED_BACK,
	TARGET_INDETERMINATE,
	TARGET_STATE_COUNT,
};

const char *target_state_name(enum target_state state);
int target_state_from_name(const char *name, enum target_state *out);

struct operation_step {
	enum step_state state;
	int64_t started_ms, ended_ms; // wall; 0: not yet
};

struct operation_target { // of plan->targets with the same index
	enum target_state state;
	struct operation_step *steps; // of plan_target::steps, then those of ::undo
	int64_t started_ms, ended_ms; // wall; 0: not yet
	const char *error;            // NULL: none
	const char *version;          // as last observed; NULL: as planned
};

struct operation {
	uint32_t refs;
	uint32_t no;               // of this process, never 0; the plan's
	char id[OPERATION_ID_MAX]; // for good: of journal, audit trail and command line
	const struct plan *plan;   // a reference
	enum operation_state state;
	const char *why;                            // what paused, failed or aborted it; "" nothing
	const char *holder;                         // the process that runs it, for people: "alice, pid 4711"
	int64_t started_ms, ended_ms, estimated_ms; // wall, wall, duration; 0: not yet, not known
	struct operation_target *targets;           // plan->n_targets
	size_t n_by_state[TARGET_STATE_COUNT];
	uint16_t wave;      // under way
	const char *output; // the last lines of the drivers, clean, with \n between; ""
};

struct operation *operation_ref(const struct operation *operation);
void operation_unref(struct operation *operation); // NULL is fine
