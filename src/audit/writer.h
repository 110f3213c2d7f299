#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The thread that writes the trail, so that a slow disk holds nobody up.
 *
 * Records are put from one thread. The writer takes all that have come since it looked last, and one sync covers them.
 * What became of each comes back in order: `wake` is called on the writer's thread, and the owner then calls
 * audit_writer_take() on its own.
 */
#include <stdbool.h>
#include <stdint.h>

#include "audit/store.h"
#include "opscon/audit.h"

struct audit_writer;

enum { AUDIT_WAITING_MAX = 65536 }; // records that may wait for the disk

struct audit_writer_options {
	struct audit_store_options store; // the texts are copied; `who` and `broken` are not used
	const struct audit_identity *who; // borrowed for the call
	const char *syslog;               // path of the machine's log; NULL: no copies
	void (*wake)(void *ctx);          // from the writer's thread
	void *ctx;
};

struct audit_writer_state {
	bool is_open;                 // the store was opened, did not break, and could be written to
	bool is_held;                 // by another process, as the trouble says: whatever comes next tries again
	struct audit_trouble trouble; // why it is not open; error is 0 while it is well or being opened
	uint64_t n_records, n_signed;
	struct audit_hash head; // of the newest record
	struct audit_hash key;  // the public half of what signs; once n_records is not 0
	uint64_t n_syslog_failed;
};

// Starts the thread, which opens the store as the first thing it does. 0 or negative errno.
int audit_writer_create(const struct audit_writer_options *options, int64_t now_ms, struct audit_writer **out);

typedef void (*audit_done_cb)(void *ctx, uint64_t ticket, int error); // 0: it is on the disk

// 0 with the ticket (ascending, from 1); -ENOBUFS: too many wait; -ENOMEM; -EMSGSIZE. `done` may be NULL.
int audit_writer_put(struct audit_writer *writer, const struct audit_record *record, int64_t at_ms, audit_done_cb done,
		     void *ctx, uint64_t *ticket);
int audit_writer_checkpoint(struct audit_writer *writer); // 0 or -ENOMEM
// After a failure a new segment is begun; what another process held is tried again. 0 or -ENOMEM
int audit_writer_reopen(struct audit_writer *writer, int64_t now_ms);

void audit_writer_take(struct audit_writer *writer); // calls what is done
void audit_writer_look(struct audit_writer *writer, struct audit_writer_state *out);

/* Writes what waits, signs it and ends; calls what is done. When the disk does not answer within the time, the thread
 * and its memory are left to the end of the process. 0 or -ETIMEDOUT. NULL is fine.
 */
int audit_writer_destroy(struct audit_writer *writer, unsigned timeout_ms);
