#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The audit logger: who did what, on disk before anybody is told that it was noted. See opscon-audit(7).
 *
 * It has a thread of its own for the disk (audit/writer.h). Its owner has a loop: `wake` is called on that thread, and
 * the owner then calls audit_logger_dispatch() on the loop's. When the trail cannot be written it is broken, says why,
 * and refuses records until audit_logger_reopen() succeeds; nothing is ever dropped in silence. While another process
 * holds the trail it is broken as well, but each record is tried, and every AUDIT_RETRY_MS without one.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "opscon/audit.h"

struct audit_logger;

enum { AUDIT_SIGN_AFTER_MS = 60000, AUDIT_RETRY_MS = 2000, AUDIT_CLOSE_MS = 5000, AUDIT_WHY_MAX = 240 };

struct audit_logger_options {
	const struct audit_identity *who; // borrowed for the call, as the texts are
	const char *dir;                  // its parent is there
	const char *key;                  // NULL: in the directory
	uint64_t segment_bytes;
	size_t n_records;        // 0: all are kept
	int64_t retention_ms;    // 0: for ever
	unsigned lock_ms;        // how long another process is waited for; 0: AUDIT_LOCK_MS
	const char *syslog;      // path of the machine's log; NULL: no copies
	void (*wake)(void *ctx); // from another thread, or from audit_logger_append() that refuses
	void *ctx;
};

enum audit_logger_status { AUDIT_LOGGER_OPENING, AUDIT_LOGGER_WELL, AUDIT_LOGGER_BROKEN };

struct audit_logger_state {
	enum audit_logger_status status;
	char why[AUDIT_WHY_MAX]; // clean; "" unless it is broken
	uint64_t n_records, n_signed;
	char head[65];            // hash of the newest record; "" there is none
	char key[65];             // public half of the key that signs, in hex; "" with it
	uint64_t n_refused;       // records that did not reach the disk
	uint64_t n_syslog_failed; // copies
};

int audit_logger_create(const struct audit_logger_options *options, struct instant now, struct audit_logger **out);

// 0: the record is on the disk; else negative errno, and it may not be.
typedef void (*audit_logger_cb)(void *ctx, uint64_t ticket, int error);

/* Takes a record; `done` (may be NULL) comes from audit_logger_dispatch(), once, in the order of the calls. 0 with the
 * ticket (may be NULL); negative errno when it is refused at once, and then `done` does not come: the error that broke
 * it, -ENOBUFS when too many wait, -ENOMEM.
 */
int audit_logger_append(struct audit_logger *logger, const struct audit_record *record, struct instant now,
			audit_logger_cb done, void *ctx, uint64_t *ticket);

void audit_logger_dispatch(struct audit_logger *logger);
const struct audit_logger_state *audit_logger_state(const struct audit_logger *logger); // as of the last dispatch

// Unsigned records are signed within AUDIT_SIGN_AFTER_MS; what was held is tried again. The deadline is mono;
// INT64_MAX: there is none.
int64_t audit_logger_deadline(const struct audit_logger *logger);
void audit_logger_tick(struct audit_logger *logger, struct instant now);

int audit_logger_reopen(struct audit_logger *logger, struct instant now); // 0 or -ENOMEM; how it went is told as state

// Writes and signs what waits, calls what is done, and ends; gives up on a disk that does not answer within
// AUDIT_CLOSE_MS. 0 or -ETIMEDOUT. NULL is fine.
int audit_logger_destroy(struct audit_logger *logger);
