#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The provisioning engine from inside: what its files share.
 *
 * provisioning_engine.c lifetimes, deadlines, who asks for what · _lives.c what is known of each agent · _plans.c
 * making plans · _submit.c from a plan to an operation · _operation.c an operation and its rollout · _target.c the
 * steps of one target · _verify.c is it well, and has it happened · _writ.c on disk before it goes on · _audit.c what
 * is on record · _snapshot.c what is told · _recover.c what others left half done · _others.c what they run ·
 * _control.c words from other processes · _locks.c one operation an agent, in however many processes · _leases.c and
 * one person, in this one · _approvals.c a second person agrees · _outside.c what others do to targets. On their own:
 * _call.h one request to a driver, _proof.h what a sight proves.
 *
 * Whatever comes in from outside (a request, a tick, an answer, a record that is on the disk) ends with
 * engine_settle(), which tells what has changed.
 */
#include <stdint.h>

#include "base/table.h"
#include "operations/journal.h"
#include "operations/leases.h"
#include "operations/locks.h"
#include "operations/recovery.h"
#include "operations/rollout.h"
#include "opscon/audit.h"
#include "opscon/config.h"
#include "services/audit_logger.h"
#include "services/happenings.h"
#include "services/provisioning_call.h"
#include "services/provisioning_engine.h"
#include "services/provisioning_proof.h"

enum { ENGINE_DIR_MAX = 1024, ENGINE_ERROR_MAX = 300, ENGINE_HOLDER_MAX = LOCK_HOLDER_MAX };

// ---- on disk before it goes on (provisioning_writ.c)

// Records that are on their way, to the journal, to the audit trail or to both; `done` comes when the last has arrived.
struct writ {

	unsigned n_waiting;
	int error; // the first
	void (*done)(struct writ *writ, int error);
};

// ---- what is known of an agent (provisioning_lives.c)

struct life {
	char *key;   // owned
	uint32_t id; // 0: it is gone, and what is known of it waits for it
	struct provisioning_engine *engine;
	struct agent_lifecycle public; // its texts are those below
	struct driver_sight sight;     // as its driver saw it last
	bool has_sight;
	char holder[ENGINE_HOLDER_MAX];
	struct call look;      // REQUEST_OBSERVE
	struct op *op;         // that operates on it, or NULL
	struct lease *lease;   // who of our sessions has it; NULL: nobody has asked yet
	bool is_worked;        // a step of it is under way: its health is no news meanwhile
	int64_t worked_ms;     // wall: until when the last one was
	int64_t lock_anew_ms;  // mono: news of it before are no reason to look at its lock
	struct glance *glance; // owned; NULL: nothing has happened to it yet
	bool is_dirty;         // to be told
	struct life *next;     // provisioning_engine::dirty
	UT_hash_handle hh;     // provisioning_engine::lives, by key
	UT_hash_handle hid;    // provisioning_engine::lives_by_id
};

// ---- operations

enum target_phase {
	PHASE_IDLE,
	PHASE_INTENT,    // its intent is on the way to the disk
	PHASE_SENT,      // its driver is at it
	PHASE_DOUBT,     // no answer: it is looked at
	PHASE_RESULT,    // its result is on the way to the disk
	PHASE_VERIFYING, // its health decides
	PHASE_ENDING,    // how it ended is on the way to the disk
};

struct target {
	struct op *op;
	uint32_t index; // of plan->targets
	struct life *life;
	struct lock lock;
	struct lease *lease;  // NULL: there was no memory for it
	uint64_t lease_epoch; // of when the operation got it

	enum target_state state;
	enum target_phase phase;
	bool is_undoing;
	bool was_changed;                       // a step that changes something was sent, and not refused
	bool is_recovered;                      // in doubt since another process ended
	bool wants_undo;                        // as soon as its end is on the disk
	bool goes_on;                           // half-way when its process ended: with `step`, when somebody resumes
	uint16_t step;                          // of the steps, or of those that undo them
	uint16_t attempt;                       // of steps sent: numbers the idempotency keys
	struct operation_step *steps;           // owned: the plan's, then the undoing ones
	int64_t started_ms, ended_ms;           // wall
	int64_t record_ms;                      // wall: of the result or the end that is on its way to the disk
	char *error;                            // owned; NULL: none
	char version[DRIVER_VERSION_MAX];       // as last observed; "": as planned
	struct driver_sight before, was, sight; // the first step, the step under way; as last seen, else as planned
	struct call call;
	struct writ writ;
	struct driver_answer answer; // of the step under way
	enum target_state ending;    // PHASE_ENDING: what it will be

	int64_t sent_ms, doubt_until_ms, look_at_ms; // mono
	bool is_reached;                             // what its driver sees is what is wanted
	bool is_unverified;                          // it was so, and an abort cut short how well it is
	int64_t up_since_ms;                         // mono; -1: it is not up
	int64_t good_mark_ms, probed_mark_ms;  // wall: of the last good probe, and the last, before it was acted on
	enum provisioning provisioning_before; // which it keeps when it is never begun
	struct engine_vitals vitals_before;
	uint32_t vitals_mark; // the newest reading that was made before it was acted on
};

// Whose doing an operation is on record as, when it was asked for through a hub. Its texts are those below.
struct op_person {
	bool is_there;
	struct audit_person public;
	char user[128], origin[128], role[32];
};

struct op {
	struct provisioning_engine *engine;
	struct op *prev, *next; // provisioning_engine::ops
	uint32_t no;
	char id[OPERATION_ID_MAX];
	struct plan *plan;           // a reference
	struct rollout_run *rollout; // owned
	struct journal *journal;     // owned; NULL: none is kept
	enum operation_state state;
	char why[ROLLOUT_WHY_MAX];
	char holder[ENGINE_HOLDER_MAX];
	uint32_t session;             // whose leases it has
	char asker[LEASE_HOLDER_MAX]; // in their words
	struct op_person person;
	struct target *targets;           // owned, plan->n_targets
	struct operation_step *all_steps; // owned: of all targets
	bool is_recovered;                // it was begun by another process
	bool is_left;                     // and nobody has said yet how it goes on
	struct writ writ;                 // its own records
	bool is_opening;                  // not durable yet
	bool is_ending;                   // its end is on its way to the disk
	bool is_queued;                   // it waits for a place
	bool is_aborting;                 // no step is begun any more
	bool is_over;                     // and goes once that is told
	bool is_pumping, is_pumped_again;
	enum operation_state end;       // is_ending: what it will be
	int64_t started_ms, ended_ms;   // wall
	int64_t record_ms;              // wall: of its end, while that is on its way to the disk
	int64_t idle_ms, idle_since_ms; // how long nothing was done of it; wall: since when now, 0: it goes on
	int64_t look_at_ms;             // mono: measures, the control file
	int64_t keep_at_ms;             // mono: its leases
	int64_t rollout_at_ms;          // mono: when the rollout wants to be asked
	bool is_dirty, is_urgent;       // to be told; at once
	int64_t told_ms;                // mono
	char output[ENGINE_OUTPUT_LINES][ENGINE_OUTPUT_BYTES];
	size_t n_output; // lines ever
};

struct planning; // a plan that is being made

// Of one target of a plan.
struct plan_lease {
	struct lease *lease; // NULL: the plan leaves the target out
	uint64_t epoch;      // of when it was made
	bool was_others;     // it leaves it out because of another session
};

struct plan_approval {
	bool is_wanted; // a second person has to agree
	bool is_asked;  // whoever made the plan has confirmed it, so that they are
	enum approval_state state;
	char *by;         // owned: who agreed, or refused; NULL nobody yet
	char *reason;     // owned: with which it was confirmed; NULL not yet
	int64_t until_ms; // mono: when it lapses
};

struct kept_plan {
	struct plan *plan; // a reference
	int64_t at_ms;     // mono
	uint32_t session;  // whose it is
	char asker[LEASE_HOLDER_MAX];
	struct plan_lease *leases; // owned: plan->n_targets
	struct plan_approval approval;
};

struct provisioning_engine {
	struct engine_world world;
	struct event_sink sink;
	const struct operations_config *config; // borrowed
	struct journal_writer *journal;         // borrowed; NULL: none is kept
	struct audit_logger *audit;             // borrowed; NULL: none
	const struct audit_person *asking;      // borrowed: of the request under way, through a hub; NULL
	char *operations_dir, *locks_dir;       // owned; NULL where there is no journal
	char holder[ENGINE_HOLDER_MAX];
	bool is_demo;
	bool has_begun;              // what others left is looked at
	struct journal_watch *watch; // borrowed; NULL: there are no others
	bool has_learned;            // what there was at the start has been seen, or cannot be
	bool has_history;            // what was over at the start has been told
	struct other *others;        // operations that other processes run; link: other::next
	int64_t others_at_ms;        // mono: when they are looked at again

	struct calls calls;
	struct life *lives, *lives_by_id;
	struct life *dirty;        // to be told; link: life::next
	struct life *next_to_look; // whose lock is looked at next
	int64_t locks_at_ms;       // mono
	struct op *ops;            // in order of arrival
	size_t n_ops;
	struct planning *plannings;                // under way
	struct kept_plan plans[ENGINE_PLANS_KEPT]; // newest first
	struct leases *leases;                     // owned
	struct happenings happenings;              // outside of operations
	const struct approval_rule *approvals;     // borrowed
	size_t n_approvals;
	struct writ_ticket *tickets;   // all that are out
	struct recovering *recovering; // journals that are being taken over
	uint32_t last_no;
	bool is_settling, is_unsettled; // what is told may lead to more
};

// provisioning_engine.c
void engine_settle(struct provisioning_engine *engine, struct instant now);
void engine_notice(struct provisioning_engine *engine, uint32_t agent, enum severity severity, const char *title,
		   const char *text);
static inline struct instant engine_now(const struct provisioning_engine *engine)
{
	return engine->world.now(engine->world.ctx);
}

// provisioning_lives.c
struct life *life_of_key(struct provisioning_engine *engine, const char *key); // made where there is none; NULL: memory
struct life *life_of(const struct provisioning_engine *engine, uint32_t id);   // NULL: nothing is known
void life_seen(struct life *life, const struct driver_sight *sight, struct instant now);
void life_operated(struct life *life, struct op *op, enum provisioning status); // op NULL: not any more
void life_worked(struct life *life, bool is_worked); // a step of its operation is under way, or none is
void life_name_holder(struct life *life);            // its operation goes on, or waits
void life_recorded(struct life *life, enum lifecycle state, enum provisioning status);
void life_held(struct life *life, const char *holder); // by another process; "" nobody
void life_touch(struct life *life);                    // it is to be told
void life_look_at_lock(struct life *life);             // who else operates on it
/* The same for news, of which there may be many at once: who takes a lock journals what they are about to do and asks
 * an Engine for it, so that nothing comes of it within a few milliseconds.
 */
void life_look_at_lock_again(struct life *life, struct instant now);
int lives_observe(struct provisioning_engine *engine, uint32_t agent, struct instant now);
void lives_look_at_locks(struct provisioning_engine *engine, struct instant now);
void lives_tell(struct provisioning_engine *engine, struct instant now);
void lives_finish(struct provisioning_engine *engine);

// provisioning_plans.c
int plans_ask(struct provisioning_engine *engine, const struct request *request, struct instant now);
struct kept_plan *plans_find(struct provisioning_engine *engine, uint32_t no, struct instant now); // NULL: gone
// The same question again, with what is known now. As plan_make().
int plans_again(struct provisioning_engine *engine, const struct kept_plan *kept, const char *reason,
		struct instant now, struct plan **out);
void plans_forget(struct provisioning_engine *engine, struct kept_plan *kept, struct instant now);
int plans_drop(struct provisioning_engine *engine, const struct request *request, struct instant now);
void plans_go_on(struct provisioning_engine *engine, struct instant now); // those whose answer waited
void plans_finish(struct provisioning_engine *engine);

// provisioning_submit.c
int engine_submit(struct provisioning_engine *engine, const struct request *request, struct instant now);

// provisioning_operation.c
int op_create(struct provisioning_engine *engine, const struct plan *plan, struct op **out);
void op_hold(struct op *op);                                       // its agents are operated on
void op_destroy(struct op *op);                                    // takes it out of the list
struct op *op_of(struct provisioning_engine *engine, uint32_t no); // NULL: none that is not over
void op_begin(struct op *op, struct instant now);                  // it is durable: it runs as soon as there is a place
void op_fail(struct op *op, const char *why, struct instant now);  // before it has begun
void op_pump(struct op *op, struct instant now);                   // asks the rollout what is next, and does it
void op_go_on(struct op *op, struct instant now); // with what was left half-way, unless a person is waited for
void op_tick(struct op *op, struct instant now);
int64_t op_deadline(const struct op *op);
int op_control(struct op *op, enum journal_control what, const char *who, struct instant now);
void ops_fill_places(struct provisioning_engine *engine, struct instant now);

// provisioning_target.c
void op_target_begin(struct target *target, bool is_undoing, struct instant now);
void op_target_go_on(struct target *target, struct instant now); // after a pause of its process
void op_target_end(struct target *target, enum target_state state, const char *error, struct instant now);
void op_target_resolve(struct target *target, struct instant now); // target->answer is what became of its step
void op_target_set_error(struct target *target, const char *error);
struct operation_step *op_target_step(struct target *target);
const struct plan_step *op_target_plan_step(const struct target *target); // NULL: past the last one
const struct plan_target *op_target_plan(const struct target *target);
const struct agent *op_target_agent(const struct target *target); // NULL: gone
bool op_target_is_last_change(const struct target *target);       // no later step changes anything
void op_target_seen(struct target *target, const struct driver_sight *sight, struct instant now);
void op_target_release(struct target *target); // lock, overlay, whatever is under way

// provisioning_verify.c
void verify_begin(struct target *target, struct instant now);
void verify_tick(struct target *target, struct instant now); // measures, and looks again
void doubt_begin(struct target *target, struct instant now);
void doubt_tick(struct target *target, struct instant now);
int64_t verify_deadline(const struct target *target);

// provisioning_outside.c
void outside_init(struct provisioning_engine *engine);
void outside_forget(struct life *life); // what was to be told of it, and the look that is under way

// provisioning_writ.c
void writ_begin(struct writ *writ, void (*done)(struct writ *writ, int error));           // holds it open
void writ_journal(struct op *op, struct writ *writ, const struct journal_record *record); // writ NULL: nobody waits
void writ_audit(struct provisioning_engine *engine, struct writ *writ, const struct audit_record *record,
		struct instant now);
struct writ_ticket *writ_ticket(struct provisioning_engine *engine, struct writ *writ); // NULL: memory; it counts
void writ_arrived(void *ticket, int error);                                             // a journal_done_cb
void writ_refused(struct writ *writ, struct writ_ticket *ticket, int error);            // at once: the ticket goes
void writ_end(struct writ *writ); // lets go: `done` comes once all have arrived, or at once
void writ_forget(struct writ *writ, const struct provisioning_engine *engine); // whoever waits is going
void writs_finish(struct provisioning_engine *engine);

// provisioning_audit.c
bool audit_is_broken(const struct provisioning_engine *engine);             // nothing is carried out then
const char *audit_why(const struct provisioning_engine *engine, int error); // why a record failed; borrowed
void audit_asked(struct op *op, struct writ *writ, const char *who, struct instant now);
void audit_refused(struct provisioning_engine *engine, const struct request *request, const struct plan *plan,
		   int error, const char *why, struct instant now);
void audit_control(struct op *op, enum journal_control what, const char *who, int error, struct instant now);
void audit_intent(struct target *target, struct writ *writ, struct instant now);
void audit_result(struct target *target, struct writ *writ, struct instant now);
void audit_ended(struct target *target, struct writ *writ, struct instant now);
void audit_turned(struct op *op, struct instant now); // it stops going on, or goes back
void audit_over(struct op *op, struct writ *writ, struct instant now);
void audit_recovered(struct op *op, const char *why, struct instant now);
// Somebody has to agree, has agreed, or would not; error: nobody could, and why.
void audit_approval(struct provisioning_engine *engine, const struct kept_plan *kept, const struct request *request,
		    int error, const char *why, struct instant now);

// provisioning_locks.c
int op_lock(struct op *op, char *why, size_t size); // those it does not have yet. As lock_take()

// provisioning_leases.c: who has an agent, of several sessions
void lease_words_of(const struct request *request, char out[LEASE_HOLDER_MAX]);
// Whom an agent is left to: a refusal; "" when the session may have it.
const char *lease_refusal(struct life *life, uint32_t session, struct instant now, char out[VERB_REFUSAL_MAX]);
void leases_ask(struct provisioning_engine *engine, const uint32_t *agents, size_t n, const struct lease_claim *claim,
		struct instant now); // those that are free
void leases_end(struct provisioning_engine *engine, const uint32_t *agents, size_t n, uint32_t no);
int plan_leases_take(struct provisioning_engine *engine, struct kept_plan *kept, struct instant now); // -ENOMEM
int plan_leases_keep(struct provisioning_engine *engine, const struct request *request, struct instant now);
void plan_leases_drop(struct provisioning_engine *engine, struct kept_plan *kept);
int plan_leases_check(const struct kept_plan *kept, struct instant now, char *why, size_t size); // 0 or -ESTALE
void op_leases_begin(struct op *op, const struct kept_plan *kept, struct instant now);
void op_leases_recover(struct op *op, struct instant now);
void op_leases_keep(struct op *op, struct instant now);
bool op_target_is_fenced(const struct target *target, char *why, size_t size); // it went to somebody else
void leases_tell(struct provisioning_engine *engine, struct instant now);

// provisioning_approvals.c: a second person
void approval_begin(struct provisioning_engine *engine, struct kept_plan *kept, struct instant now);
// It was confirmed, with that reason: 0 when somebody has agreed to it so; -EAGAIN they are asked now; -EPERM with why.
int approval_ask(struct provisioning_engine *engine, struct kept_plan *kept, const struct request *request,
		 struct instant now, char *why, size_t size);
void approval_finish(struct plan_approval *approval); // its memory
int approval_answer(struct provisioning_engine *engine, const struct request *request, struct instant now);
// 0, or -EPERM: nobody can agree to it any more.
int approval_check(const struct kept_plan *kept, struct instant now, char *why, size_t size);
void approval_lapse(struct provisioning_engine *engine, struct kept_plan *kept, struct instant now);
void approvals_tick(struct provisioning_engine *engine, struct instant now);
int64_t approvals_deadline(const struct provisioning_engine *engine); // mono

// provisioning_snapshot.c
void op_output(struct op *op, const struct target *target, const char *line);
void op_touch(struct op *op, bool is_urgent);
int64_t op_tell_at(const struct op *op);         // mono
void op_tell(struct op *op, struct instant now); // when it is due

// provisioning_recover.c
void recover_story(struct provisioning_engine *engine, struct journal_story *story, bool is_first, struct instant now);
void recover_renumber(struct provisioning_engine *engine, const struct plan *plan); // agents have other numbers here
bool recover_is_under_way(
	const struct provisioning_engine *engine); // no plan can be made yet: who is held is not known
void recover_go_on(struct provisioning_engine *engine, struct instant now); // with plans that waited for that
void recover_finish(struct provisioning_engine *engine);

// provisioning_others.c
void others_take(struct provisioning_engine *engine, struct journal_story *story, bool is_first, struct instant now);
uint32_t others_no(const struct provisioning_engine *engine, const char *id); // 0: none of them
uint32_t others_forget(struct provisioning_engine *engine, const char *id);   // its number, or 0
void others_tick(struct provisioning_engine *engine, struct instant now);
int others_ask(struct provisioning_engine *engine, uint32_t no, enum journal_control what, const char *who,
	       struct instant now); // -ENOENT: it is none of them
int others_pause_all(struct provisioning_engine *engine, const char *who, struct instant now); // 0 or -EALREADY
void others_finish(struct provisioning_engine *engine);

// provisioning_control.c
void control_look(struct op *op, struct instant now);
