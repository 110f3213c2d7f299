#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The durable record of each operation: `DIR/ID.journal`, one file an operation, JSON Lines, only ever appended to.
 *
 * A thread of its own writes, so that a slow disk holds nobody up. All functions are called from the owner's thread.
 * What became of each call comes back in order from journal_dispatch(), which the owner calls on its loop after `wake`
 * was called on the thread. `done` with error 0 says that the record is on the disk; one sync covers all that came
 * meanwhile.
 *
 * A patch stands in it as it was given, for whoever goes on with the operation has to send it: files are 0600 in a
 * directory that is 0700.
 *
 * A write or sync that fails is final for that journal: everything after it fails with the same error. Whoever holds a
 * journal holds a lock on it that ends with the process.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "operations/journal_id.h"
#include "operations/journal_read.h"
#include "operations/journal_record.h"

struct journal_writer; // the thread
struct journal;        // an operation's file, open for writing

enum { JOURNAL_WAITING_MAX = 65536, JOURNAL_WHY_MAX = 240, JOURNAL_CLOSE_MS = 5000 };

struct journal_writer_options {
	void (*wake)(void *ctx); // from the thread
	void *ctx;
	// For tests: called on the thread after each record that was written, before it is synced; NULL otherwise.
	void (*after_record)(void *ctx);
	void *after_ctx;
};

int journal_writer_create(const struct journal_writer_options *options, struct journal_writer **out); // 0, -errno
void journal_dispatch(struct journal_writer *writer); // calls what is done

/* Writes what waits, calls what is done, closes every journal and ends. When the disk does not answer within the time,
 * the thread and its memory are left to the end of the process, and nothing is called. 0 or -ETIMEDOUT. NULL is fine.
 */
int journal_writer_destroy(struct journal_writer *writer, unsigned timeout_ms);

typedef void (*journal_done_cb)(void *ctx, int error); // 0: it is on the disk; else negative errno

struct journal_start {
	const char *dir;         // its parent is there; made where it is missing, 0700
	const char *id;          // journal_id_make()
	const struct plan *plan; // borrowed for the call, as the texts are
	const char *holder;      // "alice, pid 4711"
	int64_t at_ms;           // wall
	int64_t estimated_ms;    // 0: not known
};

/* Begins a journal with the whole plan. `done` (may be NULL) says that file, plan and directory entry are on the disk;
 * -EEXIST: the name is taken. Returns 0; -EINVAL (no id), -ENOMEM, -EMSGSIZE, -ENOBUFS when it is refused at once, and
 * then `done` does not come and there is nothing to close. Records may be appended before `done` comes.
 */
int journal_create(struct journal_writer *writer, const struct journal_start *start, journal_done_cb done, void *ctx,
		   struct journal **out);

/* Goes on with a journal that nobody holds: a torn end is cut off, and all that is left is made durable again before
 * `done` comes, once, with the story as it is now: valid until it returns, and who takes something out of it leaves
 * NULL. Negative errno: -EBUSY another process holds it, -ENODATA its plan is not whole, -EBADMSG it is damaged,
 * -ENOENT; `story` is NULL then. As above otherwise.
 */
typedef void (*journal_resumed_cb)(void *ctx, int error, struct journal_story *story);

struct journal_resume {
	const char *dir, *id, *holder; // borrowed for the call
	int64_t at_ms;                 // wall
	uint32_t no;                   // of operation and plan in this process
};

int journal_resume(struct journal_writer *writer, const struct journal_resume *resume, journal_resumed_cb done,
		   void *ctx, struct journal **out);

/* Appends a record; `done` may be NULL. 0, or negative errno when it is refused at once, and then `done` does not
 * come: the error that broke the journal, -ENOBUFS too many wait, -EMSGSIZE, -ENOMEM.
 */
int journal_append(struct journal *journal, const struct journal_record *record, journal_done_cb done, void *ctx);

// Why it takes no more, as of the last dispatch: "" while it does, else clean and with the file's name in it. Borrowed.
const char *journal_trouble(const struct journal *journal);

// What waits is still written and answered; the lock goes with the file. NULL is fine.
void journal_close(struct journal *journal);
