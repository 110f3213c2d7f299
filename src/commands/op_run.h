#pragma once
// SPDX-License-Identifier: Apache-2.0
/* An operation of the command line while it is planned, confirmed and followed: what the parts of that share. */
#include <stdio.h>
#include <uv.h>

#include "commands/op.h"
#include "commands/session.h"

enum op_phase {
	OP_SETTLING,  // until it is known how everybody stands
	OP_PLANNING,  // the plan was asked for
	OP_HELD,      // somebody else operates on one of them, and is waited for
	OP_ASKING,    // the person is asked
	OP_AGREEING,  // somebody else has to agree, and is waited for
	OP_FOLLOWING, // it is carried out
	OP_FINDING,   // an operation that nobody ran any more is looked for
	OP_LOOKING,   // at what hubs have, to list or to show it
};

enum { OP_SIGNALS = 3, OP_LINE_MAX = 1024, OP_REFUSED_MAX = 1024 };

struct op_run {
	const struct op_request *request;
	const struct fleet_options *options;
	const struct selector *selector; // borrowed; who it is for, among all that are watched
	struct session session;
	char who[128];
	enum op_phase phase;
	int64_t since_ms; // mono: of the phase
	int64_t kept_ms;  // mono: OP_AGREEING: when the plan's agents were asked for last
	uint32_t token;
	uint32_t no;                           // the operation's; 0: none yet
	struct plan *plan;                     // a reference; NULL: none yet
	const struct operation *seen;          // a reference; as it was told last
	const struct operation *undone;        // a reference: an upgrade that is over and is taken back; NULL: none
	uint64_t told_no;                      // of the timeline: notices up to it were told
	int64_t begun_ms, old_ms;              // wall: of the command; of the newest that hubs told from before it
	bool has_heard;                        // that they have told it
	char reason[OP_LINE_MAX], holder[256]; // holder: who was waited for last
	bool has_reason;                       // `reason` was typed
	bool was_doubted;                      // that it is still refused, since somebody was waited for
	bool is_unplanned;                     // it was told that there will be no plan
	char refused[OP_REFUSED_MAX];          // why what was asked for last is refused, not told yet; ""
	bool is_away_told;                     // that the hub is waited for
	enum feed_state away_state;            // as it was told last
	int64_t away_ms;                       // mono: since when it is waited for
	int64_t lost_ms;                       // mono: the hub is there, and the operation is not; 0: it is not missed
	bool is_over;
	int code;
	unsigned n_interrupts;
	FILE *to; // where it is told how it goes

	uv_check_t check;
	uv_timer_t timer;
	uv_signal_t signals[OP_SIGNALS];
	uv_poll_t input; // while a person is asked
	bool has_input, wants_reason;
	char line[OP_LINE_MAX];
	size_t n_line;
};

void op_cli_enter(struct op_run *run, enum op_phase phase);
void op_cli_end(struct op_run *run, int code); // the loop ends, and the program with that code

/* Tells what the program had to say since it was asked last. What a hub had to say before there was this command is no
 * news of it. Why something is refused is kept for whoever says that nothing was done: it is told once.
 */
void op_cli_tell_notices(struct op_run *run);
void op_cli_tell_refused(struct op_run *run);       // after all, where nobody else did
const char *op_cli_why_refused(struct op_run *run); // takes it; "" when it is not known. Until the next notice
void op_cli_hear_old(struct op_run *run);           // which of it is from before, once hubs have told it

// Waits for somebody, who is named when it is somebody else than the last time. Whether it has to, by the plan: the
// plan is given up then, so that nobody waits for us meanwhile.
void op_cli_hold(struct op_run *run, const char *holder);
bool op_cli_is_held(struct op_run *run);
bool op_cli_is_busy(const struct op_run *run); // somebody is to be waited for

/* Asks for what the plan's guard wants: the options have it, or a person at the terminal is asked. Goes on with
 * op_cli_submit(), or ends.
 */
void op_cli_confirm(struct op_run *run);
bool op_cli_is_asking(const struct op_run *run); // a person will be asked
void op_cli_stop_asking(struct op_run *run);     // the handle closes

// It is refused here: on record, unless it was only to be shown.
void op_cli_audit_refused(struct op_run *run, const char *why);
void op_cli_audit_control(const struct op_request *request, const struct fleet_options *options, const char *why);

void op_cli_submit(struct op_run *run, const char *typed);

// A second person: whether the plan waits for one, what is said where nobody waits, and waiting for them (--wait).
bool op_cli_wants_agreement(const struct op_run *run);
bool op_cli_is_unasked(const struct op_run *run); // nobody has been asked yet
void op_cli_tell_agreement(const struct op_run *run);
void op_cli_await_agreement(struct op_run *run);
void op_cli_tell_asked(const struct op_run *run); // they are asked now
void op_cli_look_for_agreement(struct op_run *run);

const struct operation *op_cli_find(const struct op_run *run); // that the command line names; NULL: not there
void op_cli_tell_known(struct op_run *run);                    // list and show of hubs: prints, and ends

// An upgrade that is over and is taken back: whether it can be, and whom it has upgraded; NULL: not that one, or it is
// gone. Whether they still run what it has brought: why not, of the plan.
bool op_cli_can_undo(const struct operation *operation);
size_t op_cli_n_undone(const struct op_run *run);
const struct fleet_agent *op_cli_undone(const struct op_run *run, size_t i);
bool op_cli_is_still_undone(const struct op_run *run, char *why, size_t size);

// Whether the hub answers: what is waited for is told, and an end is made of it when that takes too long.
void op_cli_watch_hub(struct op_run *run);

void op_cli_follow(struct op_run *run);    // tells what has changed, and ends when it is over
void op_cli_interrupt(struct op_run *run); // the first time it is aborted, the second time it is left
