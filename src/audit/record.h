#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A record as the bytes of its line, but for the link to the line before, which the chain puts in front.
 *
 * Keys stand in one fixed order and what is not there is left out. Texts are cleaned; what is longer than its limit is
 * cut at a whole character and ends in "…(+N bytes)". So a line is never longer than AUDIT_LINE_MAX.
 */
#include "base/strbuf.h"
#include "opscon/audit.h"

enum {
	AUDIT_TEXT_MAX = 1024,  // bytes kept of a reason or an error
	AUDIT_VALUE_MAX = 384,  // of a field's value, a resource, a correlation
	AUDIT_NAME_MAX = 64,    // of a field's name
	AUDIT_BODY_MAX = 65280, // of what is encoded here
};

// Appends `"at":"...", ... }` to `out`, whose limit is at least AUDIT_BODY_MAX. `who` is what audit_identity_json()
// wrote; with record->by it stands beside that person as "hub". 0 or -ENOMEM, and then nothing was added.
int audit_record_encode(const struct audit_record *record, const struct bytes *who, int64_t at_ms, struct bytes *out);

// The object that stands as "who" in every record of a process. 0 or -ENOMEM.
int audit_identity_json(const struct audit_identity *who, struct bytes *out);
