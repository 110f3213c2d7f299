#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A provisioning engine with a world that is a table, a driver that does as it is told, and a clock that jumps.
 *
 * Agents are named a0, a1, ... in service `svc` of environment `test`. The driver knows two steps of a restart (Stop,
 * Start), two of an upgrade (Install, Start), one of everything else, and one that undoes an upgrade (Restore). It acts
 * on the table, so that what the engine is told is what has happened. With a journal and an audit trail it is checked
 * at each step that changes something that its intent is on the disk.
 */
#include <pthread.h>
#include <stdbool.h>

#include "audit/identity.h"
#include "operations/journal_watch.h"
#include "opscon/config.h"
#include "services/provisioning_internal.h"

enum { BENCH_AGENTS_MAX = 16, BENCH_SCRIPT_MAX = 8, BENCH_EVENTS_MAX = 4096 };

enum bench_step { BENCH_FIRST = PRIMITIVE_DRIVER, BENCH_SECOND, BENCH_UNDO };

// What the driver does at one step: the first row of that step that is left, else it does it and says so.
struct bench_row {
	unsigned step; // PRIMITIVE_OBSERVE, enum bench_step; 0 ends the script
	enum driver_outcome outcome;
	bool happens;     // also when it does not say so
	int begin_error;  // begin() says it
	bool is_silent;   // no answer ever
	bool is_early;    // it answers before begin() is over
	bool is_lasting;  // for every such step from now on
	int64_t delay_ms; // 0: 10
};

struct bench_agent {
	struct agent agent;
	struct label labels[3];
	char key[32], name[16];
	struct driver_sight sight;
	struct health health;
	bool is_sick;    // whatever it runs it is down
	bool is_warning; // where it would be up it is degraded
	bool is_gone;    // not listed any more
	bool is_unprobed;
	bool is_unjudged;                       // nothing is known of its health
	bool is_unseen;                         // the driver has no way to look at it
	bool is_nameless;                       // no version is told of it
	double error_share, latency_ms, p95_ms; // p95 0: it does not count
	struct bench_row script[BENCH_SCRIPT_MAX];
	unsigned n_started; // instances ever
	unsigned n_changes; // steps that were begun and change something
	bool is_operated;   // by the overlay
};

struct bench_driver {
	struct driver driver; // first
	struct engine_bench *bench;
	struct driver_run *runs; // link: driver_run::next
};

struct engine_bench {
	struct instant now;
	struct provisioning_engine *engine;
	struct operations_config config;
	struct bench_agent agents[BENCH_AGENTS_MAX];
	size_t n_agents;
	struct bench_driver driver;
	const char *sick_version; // who runs it is not well; NULL: none

	// What outlives a process that is killed: where it is, the driver keeps it up to date.
	struct bench_mirror {
		struct driver_sight sights[BENCH_AGENTS_MAX];
		unsigned n_started[BENCH_AGENTS_MAX];
		unsigned n_sent[BENCH_AGENTS_MAX][3]; // of each step that changes something
	} * mirror;
	void (*after_record)(void *ctx); // on the journal's thread

	bool is_demo;
	char root[64], state_dir[96], audit_dir[96];
	struct audit_identity who;
	struct audit_logger *audit;
	struct journal_writer *journal;
	struct journal_watch *watch;
	const char *holder; // NULL: "alice, pid 1"
	pthread_mutex_t mutex;
	pthread_cond_t woken;
	unsigned long n_wakes, n_seen;

	struct plan *plan;           // the newest, a reference
	struct operation *operation; // the newest snapshot, a reference
	struct operation *history;   // the newest one that was told as over before the start, a reference
	size_t n_history;
	char states[2048]; // of all operations, as they were told: "queued running succeeded "
	char notice[2048]; // the newest: title: text
	size_t n_operations, n_lifecycles, n_notices, n_over, n_probes;
	struct agent_lifecycle lives[BENCH_AGENTS_MAX]; // as told last; texts are not kept
	struct bench_lease {                            // as told last
		uint64_t epoch;
		uint32_t session;
		int64_t until_ms; // wall
		char holder[LEASE_HOLDER_MAX];
		size_t n_told;
	} leases[BENCH_AGENTS_MAX];
	const struct approval_rule *approval_rules; // of the next engine
	size_t n_approval_rules;
	char approvals[512]; // as they were told: "unasked-wanted wanted given lapsed "
	char approval_what[400], approval_by[100], approval_reason[100]; // of the newest
	unsigned n_undispatched; // steps that were begun without an intent on the disk
	uint32_t token;
	const struct audit_person *person; // who submits and asks, through a hub; NULL
	long fail_at;                      // of the allocations of an engine's first tick, plus one; 0: none fails
	bool is_in_haste;                  // bench_start() does not wait for what is on its way
	void (*on_event)(struct engine_bench *b, const struct event *event); // beside all that; NULL: nobody
};

void bench_prepare(struct engine_bench *b, size_t n_agents, bool is_demo); // all but the engine
void bench_init(struct engine_bench *b, size_t n_agents, bool is_demo);
void bench_finish(struct engine_bench *b); // all of it; a directory too
void bench_start(struct engine_bench *b);  // an engine; bench_init() has started the first
void bench_kill(struct engine_bench *b);   // the engine and the threads go, as a process would; files stay

void bench_script(struct engine_bench *b, size_t agent, struct bench_row row); // one row more
struct operation_params bench_params(enum verb verb);

// Asks for a plan of the first n agents and waits for it. The request's answer.
int bench_plan(struct engine_bench *b, const struct operation_params *params, size_t n);
int bench_plan_of(struct engine_bench *b, const struct operation_params *params, const uint32_t *agents, size_t n);
bool bench_plan_quietly(struct engine_bench *b, const struct operation_params *params, size_t n); // true: there is one
int bench_submit(struct engine_bench *b);                      // that plan, as it wants to be confirmed
int bench_ask(struct engine_bench *b, enum request_type type); // of the newest operation

// Plan, confirm, and run to the end.
void bench_do(struct engine_bench *b, enum verb verb, size_t n);

bool bench_is_over(struct engine_bench *b);  // a predicate: no operation is open
bool bench_has_plan(struct engine_bench *b); // of the newest token
void bench_settle(struct engine_bench *b);   // what is on its way to the disk arrives
void bench_advance(struct engine_bench *b, int64_t ms);
// Lets time pass, to the next thing that is due each time. Fails when it is not so within `limit_ms` of that time.
void bench_until(struct engine_bench *b, bool (*is_so)(struct engine_bench *b), int64_t limit_ms);

const struct operation_target *bench_target(const struct engine_bench *b, size_t i);
unsigned bench_count(const struct engine_bench *b, const char *file_suffix, const char *text); // lines with it

// Of the driver, for the bench.
extern const struct driver_class bench_driver_class;
struct bench_agent *bench_agent_of(struct engine_bench *b, uint32_t id); // NULL: not listed
void bench_agent_start(struct bench_agent *agent);                       // another instance of it
int64_t bench_next_answer(const struct engine_bench *b);                 // mono
void bench_answer_due(struct engine_bench *b);
