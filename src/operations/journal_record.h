#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What a journal's lines say. A line is a JSON object whose first members are its checksum and its number, see
 * journal_line.h; what follows is written and read here. Texts are clean when written, and cleaned when read.
 *
 * A plan is one record `plan` and one `member` a target, so that no line grows with the number of targets. Until the
 * last member is there, the operation has not begun.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "opscon/driver.h"
#include "opscon/operation.h"

struct bytes;
struct json_value;

enum { JOURNAL_FORMAT = 1, JOURNAL_KEY_MAX = 96 };

enum journal_kind {
	JOURNAL_PLAN,   // written by journal_create() alone, as JOURNAL_MEMBER is
	JOURNAL_MEMBER, // one target of the plan
	JOURNAL_STATE,
	JOURNAL_TARGET,
	JOURNAL_INTENT, // on the disk before its step is begun
	JOURNAL_RESULT, // on the disk before it is shown
	JOURNAL_CONTROL,
	JOURNAL_TAKEN, // another process goes on with it: written by journal_resume() alone
	JOURNAL_KIND_COUNT,
};

const char *journal_kind_name(enum journal_kind kind); // "plan" ... "taken"

enum journal_control { JOURNAL_PAUSE, JOURNAL_RESUME, JOURNAL_ABORT, JOURNAL_ROLLBACK, JOURNAL_CONTROL_COUNT };

const char *journal_control_name(enum journal_control control); // "pause" ... "rollback"
int journal_control_from_name(const char *name, enum journal_control *out);

// A step is numbered as operation_target::steps are: the plan's, then those that undo it. All texts are borrowed.
struct journal_record {
	enum journal_kind kind;
	int64_t at_ms; // wall
	union {
		struct {
			enum operation_state state;
			uint16_t wave;
			const char *why; // "" nothing
		} state;
		struct {
			uint32_t target;
			enum target_state state;
			const char *error;   // NULL: none
			const char *version; // as last observed; NULL: as before
		} target;
		struct {
			uint32_t target;
			uint16_t step;
			uint16_t attempt; // from 1
			const char *idempotency_key;
		} intent; // of steps that change nothing too, where their times are to be known
		struct {
			uint32_t target;
			uint16_t step;
			const struct driver_answer *answer;
		} result;
		struct {
			enum journal_control what;
			const char *who;
		} control;
		struct {
			const char *holder;
			uint32_t n_torn; // bytes that were cut off
		} taken;
	} u;
};

// Appends `"kind":...}`, the line without its beginning and its newline. 0, -ENOMEM or -EMSGSIZE; nothing is added
// then.
int journal_record_encode(const struct journal_record *record, struct bytes *out);

struct journal_text { // what a record that was read borrows from
	struct driver_answer answer;
	char *texts[2]; // owned
};

/* Reads a line; `plan` is that of the journal, NULL: not there yet. A record of the plan itself gives its kind and time
 * alone. Numbers of targets and steps are within the plan's. `memory` is kept for as long as the record is used, and
 * finished in any case. 0; -EINVAL for what cannot be; -ENOMEM.
 */
int journal_record_decode(const struct json_value *line, const struct plan *plan, struct journal_text *memory,
			  struct journal_record *out);
void journal_text_finish(struct journal_text *memory);
