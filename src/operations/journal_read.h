#pragma once
// SPDX-License-Identifier: Apache-2.0
/* An operation from its journal alone, and all the operations of a directory. Nothing here changes a file but
 * journal_prune().
 *
 * A journal is trusted up to its first line that is not as it was written. When nothing good follows, that is a torn
 * end, which a crash leaves. Otherwise the journal is damaged: what comes before is shown, and nobody goes on with it.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "operations/journal_record.h"

enum { JOURNAL_TROUBLE_MAX = 240, JOURNAL_BYTES_MAX = 256 << 20, JOURNAL_LINE_MAX = 1 << 20 };

// Of the target with the same index.
struct journal_progress {
	uint16_t step;       // the furthest that was begun or answered; they are numbered as in journal_record
	uint16_t attempt;    // of its intent; 0: it had none
	bool is_intent_open; // it changes something, was to be sent, and no answer since has said what became of it
	bool was_sent;       // that, or a step before, was to be sent and changes something
	bool has_answer;     // there is a result of it
	struct driver_answer answer;
	char idempotency_key[JOURNAL_KEY_MAX]; // of its intent
};

struct journal_story {
	char id[OPERATION_ID_MAX];
	int error; // 0; -ENODATA: its plan is not whole, so nothing was begun; -EBADMSG: damaged; other negative errno
	char trouble[JOURNAL_TROUBLE_MAX]; // clean; "" when error is 0
	bool is_held;                      // somebody runs it, who is operation->holder
	struct operation *operation;       // owned; NULL when there is no whole plan
	struct journal_progress *targets;  // owned; one each
	enum operation_state before_pause; // what it did last when it was not paused
	int64_t idle_ms, idle_since_ms;    // how long it was queued or paused; wall: since when, 0: it was not
	bool has_control;
	enum journal_control control; // what a person asked for last
	uint64_t n_records, n_torn;   // lines that are trusted; bytes of a torn end
	int64_t at_ms;                // wall, of the newest record; of the file when there is none
};

/* Reads DIR/ID.journal; `no` becomes operation::no and plan::no. Always fills *out, to be finished; returns
 * out->error.
 */
int journal_read(const char *dir, const char *id, uint32_t no, struct journal_story *out);
void journal_story_finish(struct journal_story *story); // zeroed is fine

struct journal_names {
	char (*ids)[OPERATION_ID_MAX]; // owned; newest first
	size_t n;
	DIR *folder; // owned: where they are; NULL when it is missing
};

int journal_names_read(const char *dir, struct journal_names *out); // 0, also when it is missing; -errno
void journal_names_finish(struct journal_names *names);             // zeroed is fine

// By what it is known, without reading it, that a journal is as it was.
struct journal_mark {
	int64_t bytes, changed_ns;
	bool is_held;
};

int journal_mark_at(int dir_fd, const char *id, struct journal_mark *out); // 0 or negative errno
bool journal_mark_is(const struct journal_mark *a, const struct journal_mark *b);

struct journal_list {
	struct journal_story *stories; // owned; newest first, unreadable ones among them
	size_t n;
	size_t n_left_out; // journals beyond the limit, the oldest
};

enum { JOURNAL_LIST_MAX = 1000, JOURNAL_KEEP = 200, JOURNAL_KEEP_DAYS = 90 };

/* All of a directory: 0, also when it is missing; negative errno when it cannot be read. Operations are numbered from
 * first_no, the newest first.
 */
int journal_list(const char *dir, size_t limit, uint32_t first_no, struct journal_list *out);
void journal_list_finish(struct journal_list *list); // zeroed is fine

/* Removes the files of operations that are over (or never began), are held by nobody, and of which there are `keep`
 * newer ones or which ended before `before_ms`. *n_removed (may be NULL). 0 or the first error, after all were tried.
 */
int journal_prune(const char *dir, const struct journal_list *list, size_t keep, int64_t before_ms, size_t *n_removed);
