#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Whether a trail is what was written: the chain from the first line that is kept to the last, and every checkpoint of
 * it. Reads from front to back in constant memory and writes nothing.
 */
#include "audit/chain.h"
#include "audit/files.h"

enum audit_finding {
	AUDIT_SOUND = 0,
	AUDIT_TAMPERED = 1,   // something is not what was written
	AUDIT_TRUNCATED = 2,  // its end is missing
	AUDIT_UNANCHORED = 3, // the chain holds, but no checkpoint says that it is the one that was written
	AUDIT_UNREADABLE = 4,
};

struct audit_verify_options {
	const char *dir;
	const char *key; // path of a public (or signing) key; NULL: `key.pub` in the directory
	uint64_t head_n; // a number of records and their head as known from elsewhere; 0: none
	struct audit_hash head;
	bool (*progress)(void *ctx,
			 uint64_t n_chained); // now and then, on the caller's thread; false ends it. NULL: none
	void *ctx;                            // borrowed
};

struct audit_place {
	uint32_t segment; // 0: no line of a segment
	uint64_t line;    // in it, from 1
	uint64_t seq;     // 0: it has none
};

struct audit_verdict {
	enum audit_finding finding;
	char text[AUDIT_TROUBLE_MAX]; // what is wrong, clean; "" when sound
	struct audit_place bad;       // the first bad record
	uint64_t first, n_segments;   // number of the first record that is kept
	uint64_t chained;             // the chain holds up to this record; 0: up to none
	struct audit_hash head;       // of it
	uint64_t n_signed;            // and is signed up to this one; 0: nothing is
	uint64_t n_checkpoints;       // of those that were looked at
	bool is_being_written;
	char key_name[160]; // of the checkpoints' signer
};

// 0; -ENOMEM, or -ECANCELED where `progress` ended it; everything else is a finding.
int audit_verify(const struct audit_verify_options *options, struct audit_verdict *out);
