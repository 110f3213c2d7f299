#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What to do with an operation whose process has ended, from its journal alone. Pure.
 *
 * Nothing goes on by itself, and what may have happened is never repeated: it is looked at.
 */
#include "operations/journal_read.h"

enum recovery_kind {
	RECOVERY_NOTHING, // it is over, it never began, or somebody runs it
	RECOVERY_ASK,     // nothing was sent yet: paused, a person says whether it begins
	RECOVERY_LOOK,    // something was sent and its answer is not known: paused, those targets are looked at
	RECOVERY_PAUSE,   // between two steps: a person goes on with it, takes it back, or ends it
	RECOVERY_DAMAGED, // its journal cannot be trusted: shown as indeterminate, nothing is written or done
};

enum recovery_target {
	RECOVERY_KEEP,   // it is as the journal says: over, or not begun
	RECOVERY_RESET,  // it was begun, and nothing was sent: pending again
	RECOVERY_GO_ON,  // it is between two steps: whoever goes on begins with `next_step`
	RECOVERY_FAILED, // a step failed, and nothing more was noted
	RECOVERY_DOUBT,  // an intent without an answer: indeterminate, to be looked at
};

extern const char recovery_no_answer[]; // what is said of a target in doubt

struct recovery {
	enum recovery_kind kind;
	enum operation_state state; // what the operation is now
	const char *why;            // "" for RECOVERY_NOTHING; static, or the story's
	bool was_rolling_back;      // what a person who goes on with it goes on with
	size_t n_in_doubt;          // targets
};

void recovery_decide(const struct journal_story *story, struct recovery *out);

/* Of one target of a story with an operation; *next_step (may be NULL) is set for RECOVERY_GO_ON: as numbered in
 * journal_record, and the number of all steps when none is left.
 *
 * What the look at a target in doubt finds is the result of the step that is in doubt (journal_progress::step): with
 * any outcome but DRIVER_UNKNOWN, it is in doubt no more.
 */
enum recovery_target recovery_of_target(const struct journal_story *story, size_t i, uint16_t *next_step);

/* The records that say so, for journal_append() after journal_resume(): of each target whose state changes, then of the
 * operation. *at is 0 at first. Texts are static, or the story's. False: there are no more.
 */
bool recovery_next_record(const struct journal_story *story, const struct recovery *recovery, size_t *at,
			  int64_t now_ms, struct journal_record *out);

// Makes the story say so itself, as if these records had been written: for showing it. 0 or -ENOMEM.
int recovery_apply(struct journal_story *story, int64_t now_ms);
