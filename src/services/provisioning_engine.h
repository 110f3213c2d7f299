#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The provisioning engine: makes plans, carries out operations, and says how they stand.
 *
 * Nothing is dispatched before its intent is on disk, in the journal of the operation and in the audit trail, and
 * nothing is shown as done before its result is. What was sent without an answer is looked at, never sent again. Where
 * looking does not tell, the target is indeterminate and stays so.
 *
 * What it knows of the world comes through `struct engine_world`, what it does goes through drivers, what it has to say
 * goes to a sink: EVENT_PLAN, EVENT_OPERATION, EVENT_LIFECYCLE, EVENT_LEASE, EVENT_APPROVAL, and notices. It has no
 * clock and no loop: its owner calls provisioning_engine_tick() when a deadline has come, and the world says what time
 * it is when a driver answers.
 *
 * Of several people at once (request.session) one has an agent: by a lease from the plan on, for as long as the plan is
 * kept, and while its operation runs. Every step is checked against the lease before it is sent, so that of an
 * operation that was frozen, while somebody else took the agent, nothing comes late.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "opscon/audit.h"
#include "opscon/driver.h"
#include "opscon/event.h"
#include "opscon/feed.h"
#include "opscon/operation.h"

enum audit_action audit_action_of(enum verb verb); // which of the ten a verb is, in the audit trail

struct audit_logger;
struct journal_watch;
struct journal_writer;
struct operations_config;

enum {
	ENGINE_OBSERVE_MS = 5000,      // how long a look at a target may take
	ENGINE_LOOK_MS = 10000,        // how long it is looked at after an answer that never came
	ENGINE_LOOK_EVERY_MS = 1000,   // and how often; the control file too
	ENGINE_GRACE_MS = 5000,        // past a step's time limit: a driver that says nothing any more is given up
	ENGINE_TELL_MS = 100,          // between two snapshots of one operation
	ENGINE_PLANS_KEPT = 64,        // the newest; a plan that is gone cannot be submitted
	ENGINE_PLANS_A_SESSION = 16,   // of them: who plans without end takes nobody else's away
	ENGINE_PLAN_AGE_MS = 900000,   // nor one that is older
	ENGINE_OUTPUT_LINES = 20,      // the last ones of an operation
	ENGINE_OUTPUT_BYTES = 200,     // of one of them
	ENGINE_OPERATIONS_KEPT = 1000, // open ones; more are refused with -ENOBUFS
	ENGINE_LEASE_MS = 30000,       // how long a plan has its agents, unless it is kept
	ENGINE_HISTORY = 100,          // of those that were over at the start the newest are told, ...
	ENGINE_HISTORY_TARGETS = OPERATION_TARGETS_MAX, // ... up to so many targets together
};

// What the guards of a rollout look at, of the newest few readings; NaN where there are not enough of them.
struct engine_vitals {
	double error_share;                // 0..1, the median
	double p95_ms, probe_ms;           // the lowest latencies: as the agent counts them, and of probes
	double p95_high_ms, probe_high_ms; // the highest
	uint32_t no;                       // of the newest reading; they are numbered for each agent
};

// What the engine asks its owner. Everything it returns is borrowed, and valid until the next call.
struct engine_world {
	struct instant (*now)(void *ctx);
	uint32_t (*random)(void *ctx);
	const struct agent *(*agent)(void *ctx, uint32_t id);            // NULL: gone
	const struct agent *(*agent_by_key)(void *ctx, const char *key); // NULL: gone
	struct driver *(*driver)(void *ctx, const struct agent *agent);  // NULL: none; outlives the engine
	const struct health *(*health)(void *ctx, uint32_t id);          // NULL: not known
	void (*vitals)(void *ctx, uint32_t id, uint32_t after, struct engine_vitals *out); // of readings after that one
	// Names of the agents whose label depends_on names this one. Writes at most n; returns how many there are.
	size_t (*dependents)(void *ctx, uint32_t id, const char **names, size_t n);
	bool (*is_last_healthy)(void *ctx, uint32_t id);           // of its service and environment
	void (*probe)(void *ctx, uint32_t id);                     // soon, please
	void (*overlay)(void *ctx, uint32_t id, bool is_operated); // somebody is at it now, or nobody any more
	void (*rearm)(void *ctx);                                  // provisioning_engine_deadline() may be nearer now
	void *ctx;
};

struct engine_options {
	const struct engine_world *world;       // copied
	const struct event_sink *sink;          // copied
	const struct operations_config *config; // borrowed
	struct journal_writer *journal; // borrowed; outlives the engine. NULL: nothing is kept, in the demo alone
	struct journal_watch *watch;    // borrowed; outlives the engine. NULL: what others run, or left, is not known
	struct audit_logger *audit;     // borrowed; outlives the engine
	const char *state_dir;          // copied; NULL: the same
	const char *holder;             // copied: this process, for people: "alice, pid 4711"
	const struct approval_rule *approvals; // borrowed: when a second person has to agree; of a hub
	size_t n_approvals;                    // 0: never
	bool is_demo;                          // neither journal nor locks; elsewhere nothing is done without them
};

struct provisioning_engine;

/* 0; -ENOMEM, -EINVAL. What other processes left half done is looked at: it is paused or indeterminate, and told as
 * events from the first tick on; so is what they run now, which is spoken to through them. The newest of those that
 * are over are told once, as restated events, which are no news.
 */
int provisioning_engine_create(const struct engine_options *options, struct provisioning_engine **out);

/* Ends without answers: what runs is left as the journal has it, to be recovered by the next start. Drivers may be
 * closed only after it. NULL is fine.
 */
void provisioning_engine_destroy(struct provisioning_engine *engine);

/* REQUEST_PLAN ... REQUEST_OBSERVE, REQUEST_PLAN_KEEP ... REQUEST_DISAPPROVE. 0, or negative errno at once; nothing has
 * happened then, and the attempt is on record: -ENOENT no such agent, plan or operation; -EROFS read-only; -EPERM the
 * guard is not satisfied, or the plan is refused; -EAGAIN a second person is asked now (this is no refusal); -ESTALE
 * things are not as they were, and a notice says how; -EBUSY somebody else operates on it, and a notice says who; -EIO
 * the audit trail or the journal cannot be written; -ENOTSUP there is no state directory; -EINVAL; -ENOMEM.
 */
int provisioning_engine_request(struct provisioning_engine *engine, const struct request *request, struct instant now);

// What was there at the start is still being read, or taken up: what is known of operations is not all yet.
bool provisioning_engine_is_recovering(const struct provisioning_engine *engine);

// The deadline is mono; INT64_MAX: there is none.
int64_t provisioning_engine_deadline(const struct provisioning_engine *engine);
void provisioning_engine_tick(struct provisioning_engine *engine, struct instant now);

/* Who there is: a new description, a new agent, or (gone) one less. What is known of its life is told. */
void provisioning_engine_agent(struct provisioning_engine *engine, const struct agent *agent, bool is_gone,
			       struct instant now);

/* Something has happened to a target, as its driver was told. It is said (EVENT_NOTICE, with the time that it
 * happened), unless a step of an operation did it, and the agent is probed and looked at: see happenings.h. While an
 * operation waits for its target to be well it is a line of that operation's output.
 */
void provisioning_engine_happened(struct provisioning_engine *engine, const struct driver_news *news,
				  struct instant now);

// What is known of an agent's life; NULL: nothing yet. Valid until the next call.
const struct agent_lifecycle *provisioning_engine_lifecycle(const struct provisioning_engine *engine, uint32_t agent);

size_t provisioning_engine_n_open(const struct provisioning_engine *engine); // operations that are not over
