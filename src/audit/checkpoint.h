#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Checkpoints: what the trail was at a moment, signed. A C2SP signed note with a tlog-checkpoint's three lines:
 *
 *   opscon audit chain v1 LOGID
 *   NUMBER OF RECORDS
 *   BASE64 OF THE HEAD HASH
 *   (empty)
 *   — KEYNAME BASE64(key id || Ed25519 signature of the three lines)
 *
 * In the file an empty line follows each note. Lines of other signers beside ours are passed over, as notes allow.
 */
#include <stddef.h>
#include <stdint.h>

#include "audit/chain.h"
#include "audit/key.h"
#include "base/strbuf.h"

enum { AUDIT_LOG_ID_MAX = 33, AUDIT_NOTE_MAX = 4096, AUDIT_CHECKPOINT_EVERY = 100 };

#define AUDIT_ORIGIN "opscon audit chain v1 "

struct audit_checkpoint {
	char log_id[AUDIT_LOG_ID_MAX];
	uint64_t n;             // records
	struct audit_hash head; // of the n-th
};

// Appends a signed note and the empty line after it. 0, -ENOMEM or -EMSGSIZE, and then nothing was added.
int audit_checkpoint_sign(const struct audit_checkpoint *checkpoint, const struct audit_key *key, struct bytes *out);

/* Reads the note at the start of text[0..n) and sets *used to its bytes, the empty line included, also when it is
 * refused. 0; -ENODATA: it is not all there; -EINVAL: it is none, or breaks its form; -EKEYREJECTED: signed by our key,
 * but not this; -ENOKEY: not signed by our key. With `key` NULL the signature is not looked at.
 */
int audit_checkpoint_read(const char *text, size_t n, const struct audit_key *key, struct audit_checkpoint *out,
			  size_t *used);
