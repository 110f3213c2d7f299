#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The trail on disk: one directory, segments that are only ever appended to, the checkpoints beside them.
 *
 * Appending collects lines; audit_store_sync() writes them, waits until they are on the disk, and then writes the
 * checkpoints that are due: after every 100th record, where a segment ends, and when asked for. So a checkpoint never
 * promises more than is there. Any failure is final: the store is broken, says why, and refuses all that follows; only
 * a new audit_store_open() can end that. One thread at a time.
 *
 * Several stores, of one process or many, may write one trail. The first append or checkpoint after a sync takes the
 * trail's lock, waiting for it, and takes in what the others wrote; the sync lets it go. When the lock cannot be had
 * that is no failure of the store: all is refused with -EBUSY up to the next sync, and tried again after it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/chain.h"
#include "audit/files.h"
#include "base/strbuf.h"

struct audit_store;

enum { AUDIT_LOCK_MS = 5000 };

struct audit_store_options {
	const char *dir;         // borrowed for the call; its parent is there
	const char *key;         // borrowed; path of the signing key, NULL: `key` in the directory
	const char *holder;      // borrowed: stands in the lock
	const char *key_name;    // borrowed: for a key that is made
	const struct bytes *who; // borrowed until close: stands in the records that the store itself writes
	uint64_t segment_bytes;  // a segment that would grow past this is the last but one
	size_t n_records;        // kept at least, by whole segments; 0: all
	unsigned lock_ms;        // how long the lock is waited for; 0: AUDIT_LOCK_MS
	int64_t retention_ms;    // segments whose newest record is older go; 0: none
	const char *broken;      // borrowed: after a failure, why; a new segment is begun. NULL: go on
};

/* Moves a torn end aside (telling so in the trail), goes on where it ended, and lets the lock go again. 0; negative
 * errno with the trouble told: -EBUSY when another process holds the trail.
 */
int audit_store_open(const struct audit_store_options *options, int64_t now_ms, struct audit_store **out,
		     struct audit_trouble *trouble);

// Takes the lock now, up to the next sync. 0; -EBUSY: another process holds it; negative errno: the store is broken.
int audit_store_enter(struct audit_store *store);

// A body is what audit_record_encode() wrote. 0; negative errno as above.
int audit_store_append(struct audit_store *store, const char *body, size_t n, int64_t at_ms);
int audit_store_sync(struct audit_store *store);
int audit_store_checkpoint(
	struct audit_store *store); // of all there is, unless there is one: written with the next sync

// Signs and syncs what is there unless it is broken or another process holds it. NULL is fine.
void audit_store_close(struct audit_store *store);

uint64_t audit_store_n(const struct audit_store *store);             // records, those that are not synced included
struct audit_hash audit_store_key(const struct audit_store *store);  // the public half of its key, just as long
struct audit_hash audit_store_head(const struct audit_store *store); // of the newest of them; zeros: there is none
uint64_t audit_store_n_signed(const struct audit_store *store);      // by the newest checkpoint, written or due
bool audit_store_is_broken(const struct audit_store *store);
const struct audit_trouble *audit_store_trouble(const struct audit_store *store); // also who held it, the last time
