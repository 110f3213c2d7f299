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
	RECOVERY_LOOK,    // something was sent and its answer is not known: those targets are looked at
	RECOVERY_PAUSE,   // between two steps: a person goes on with it, takes it back, or ends it
	RECOVERY_DAMAGED, // its journal cannot be trusted: shown as indeterminate, nothing is written or done
};

enum recovery_target {
	RECOVERY_KEEP,  // it is as the journal says
	RECOVERY_RESET, // it was begun, and nothing was sent: pending again
	RECOVERY_GO_ON, // it is between two steps: whoever goes on begins with `next_step`
	RECOVERY_DOUBT, // an intent without result: indeterminate until it was looked at
};

struct recovery {
	enum recovery_kind kind;
	enum operation_state state; // what the operation is now
	const char *why;            // static text, "" for RECOVERY_NOTHING
	bool was_rolling_back;      // what a person who goes on with it goes on with
	size_t n_in_doubt;
};

void recovery_decide(const struct journal_story *story, struct recovery *out);

// Of one target; *next_step (may be NULL) as in journal_record, for RECOVERY_GO_ON.
enum recovery_target recovery_of_target(const struct journal_story *story, size_t i, uint16_t *next_step);

/* The records that say so, for journal_append() after journal_resume(): one a target whose state changes, then the
 * operation's. The i-th is written to *out, whose texts are static: true; false past the last. None where the journal
 * says it already.
 */
bool recovery_record(const struct journal_story *story, const struct recovery *recovery, size_t i, int64_t now_ms,
		     struct journal_record *out);
