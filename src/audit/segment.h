#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The first line of a segment: a record of phase "segment" whose details name the trail and the segment before. */
#include "audit/chain.h"
#include "audit/checkpoint.h"
#include "base/strbuf.h"

enum { AUDIT_AT_MAX = 32 };

struct audit_segment_head {
	char log_id[AUDIT_LOG_ID_MAX];
	uint32_t number;
	uint64_t first;         // number of this record
	struct audit_hash prev; // hash of the record before it
	char at[AUDIT_AT_MAX];  // as written: RFC 3339 in UTC, so texts compare as times do
};

// Appends the line without its link, as audit_record_encode() does.
int audit_segment_encode(const char *log_id, uint32_t number, const struct audit_chain *before, const struct bytes *who,
			 int64_t at_ms, struct bytes *out);

// 0; -EINVAL: this is no first line of a segment; -ENOMEM.
int audit_segment_read(const char *line, size_t n, struct audit_segment_head *out);
