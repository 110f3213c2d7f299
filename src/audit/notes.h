#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The checkpoints of a trail one after the other, through one small buffer. */
#include <sys/types.h>

#include "audit/checkpoint.h"

struct audit_notes {
	int fd;                      // borrowed; -1: there are none
	const struct audit_key *key; // borrowed
	off_t at, end;               // what was there when it was opened
	uint64_t no;                 // of the one read last, from 1
	char buffer[AUDIT_NOTE_MAX];
};

void audit_notes_init(struct audit_notes *notes, int fd, const struct audit_key *key);

/* 1 with the next one; 0 at the end; -ENODATA: the last one is not all there; -EINVAL, -EKEYREJECTED, -ENOKEY as
 * audit_checkpoint_read(); other negative errno. Signatures of those up to `unread` records are not looked at.
 */
int audit_notes_next(struct audit_notes *notes, uint64_t unread, struct audit_checkpoint *out);
