#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The store from inside: store.c appends and syncs · catch_up.c takes in what others wrote · store_open.c begins ·
 * recovery.c mends · retention.c drops. All of it happens under the lock.
 */
#include <sys/stat.h>

#include "audit/chain.h"
#include "audit/checkpoint.h"
#include "audit/key.h"
#include "audit/lock.h"
#include "audit/segment.h"
#include "audit/store.h"
#include "opscon/audit.h"

enum { STORE_PENDING_MAX = 64 << 20, STORE_WRITE_AT = 1 << 20, STORE_NOTES_MAX = 16 << 20 };

// Which file an open one is: that its name still is that of the same file then takes one look.
struct store_id {
	dev_t dev;
	ino_t ino;
};

struct audit_store {
	char *dir;               // owned
	const struct bytes *who; // borrowed
	uint64_t segment_bytes;
	size_t n_records;
	int64_t retention_ms;
	int dir_fd, fd, notes_fd; // -1: not open
	struct store_id dir_id, id, notes_id;
	struct audit_lock lock;
	unsigned lock_ms; // how long it is waited for
	bool is_fresh;    // nothing was written since all was looked at
	bool is_in;       // we have it, and know all there is
	bool is_kept_out; // we did not get it, and do not try again before the next sync
	int64_t now_ms;   // of the newest record of ours, or of the opening
	struct audit_key key;
	char log_id[AUDIT_LOG_ID_MAX];
	struct audit_chain chain;
	uint64_t n_signed;
	uint32_t number;                     // of the segment at hand
	uint64_t written, n_bytes;           // of it: on the file, and with what is pending
	uint64_t notes_size;                 // bytes of whole checkpoints, on the file
	struct bytes pending, notes;         // lines and checkpoints to be written
	struct bytes own;                    // the body of a record of our own
	struct audit_segment_head *segments; // owned: those there are, the one at hand included
	size_t n_segments;
	struct audit_trouble trouble; // why it is broken
	struct audit_trouble held;    // why the lock was not had, the last time
};

int store_fail(struct audit_store *store, int error, const char *what); // breaks it; returns error

// store.c
int store_identify(struct audit_store *store, int fd, const char *name, struct store_id *out);
bool store_is(const struct store_id *id, const struct stat *status);
int store_add_head(struct audit_store *store, const struct audit_segment_head *head);
int store_begin_segment(struct audit_store *store, int64_t at_ms); // makes the next file, and its first line
int store_event(struct audit_store *store, const struct audit_record *record, int64_t at_ms);
int store_flush(struct audit_store *store); // what is pending is written and on the disk

// catch_up.c
int store_catch_up(struct audit_store *store);

// retention.c
void store_forget_heads(struct audit_store *store, size_t n); // the oldest n
int store_read_heads(struct audit_store *store, const uint32_t *numbers, size_t n);
int store_retain(struct audit_store *store, int64_t now_ms);

// store_open.c
// What was mended, to be told in the trail.
struct store_mended {
	char segment[AUDIT_FILE_NAME_MAX], torn[AUDIT_FILE_NAME_MAX], torn_notes[AUDIT_FILE_NAME_MAX];
	uint64_t n_torn, n_missing;
};
int store_open_notes(struct audit_store *store); // or opens them again, after they were renewed
// `broken`: what a new segment is begun after; NULL: nothing.
int store_tell_mended(struct audit_store *store, const struct store_mended *mended, const char *broken, int64_t now_ms);
// A segment is begun where there is none, in the file that is there without a line, or, if wanted, anyhow.
int store_ensure_segment(struct audit_store *store, bool wants_new, int64_t now_ms);

// recovery.c
struct store_tail {
	uint64_t n_whole;         // bytes up to the end of the last line that is one
	uint64_t n_torn;          // bytes after it
	struct audit_chain chain; // with that line as its head; n is 0 when there is none
};
int store_read_tail(struct audit_store *store, int fd, const char *name, struct store_tail *out);

// Moves what is past n_whole into a file of its own, whose name it gives; what was there is never lost.
int store_move_aside(struct audit_store *store, int fd, const char *name, uint64_t n_whole,
		     char torn[AUDIT_FILE_NAME_MAX]);
// Reads the checkpoints from the byte `from` on, where one begins; torn is "" when nothing was moved.
int store_mend_notes(struct audit_store *store, uint64_t from, char torn[AUDIT_FILE_NAME_MAX]);

// Puts a copy in the place of a file, without its first `from` bytes: of a segment whose fsync failed the bytes it
// shows now, in a file that can be synced.
int store_renew(struct audit_store *store, const char *name, off_t from);
