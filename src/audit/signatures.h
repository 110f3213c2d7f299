#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Looks at the signature of each checkpoint of a trail, on a thread of its own: that takes a third of the time that all
 * hashing does, and needs none of it.
 */
#include <pthread.h>
#include <stdbool.h>

#include "audit/notes.h"

struct audit_signatures {
	struct audit_notes notes; // its own place in the file
	uint64_t unread;          // those up to so many records are passed over
	int error;                // of the first that is not good; 0: all are
	uint64_t no;              // which that is
	uint64_t n_good;          // records of the last one before it
	pthread_t thread;
	bool has_thread, is_running;
};

// Begins; the notes' descriptor and key are borrowed until the end. Where there is no thread to be had it looks here.
void audit_signatures_start(struct audit_signatures *signatures, const struct audit_notes *notes, uint64_t unread);
void audit_signatures_wait(struct audit_signatures *signatures); // then the results are there; zeroed is fine
