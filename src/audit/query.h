#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Records of a trail that pass filters, newest first. The trail is read and never written to: segments from the newest
 * to the oldest, each from front to back, until enough were found.
 */
#include "audit/files.h"
#include "base/strbuf.h"
#include "opscon/audit.h"

enum { AUDIT_LIMIT_DEFAULT = 100, AUDIT_LIMIT_MAX = 10000 };

struct audit_filter {              // texts: NULL for any; all that are given must fit
	const char *since, *until; // RFC 3339 in UTC to the millisecond: since <= at <= until
	const char *user;          // the whole name
	const char *resource;      // the id, the name or the kind, or KIND/ID, KIND/NAME
	int action, level, result; // -1: any
	size_t limit;              // 1..AUDIT_LIMIT_MAX
};

struct audit_line { // one record as it stands in the file
	char *text; // owned
	size_t n;
};

struct audit_found {
	struct audit_line *lines; // owned, newest first
	size_t n;
	size_t n_unreadable; // lines that are no records
};

// 0; -ENOMEM; other negative errno with the trouble told. Free with audit_found_finish() in every case.
int audit_query(const char *dir, const struct audit_filter *filter, struct audit_found *out,
		struct audit_trouble *trouble);
void audit_found_finish(struct audit_found *found);

/* A time on the command line: "2026-11-25", "2026-11-25T10:00[:00[.000]][Z]", or a duration before now ("2h"). Writes
 * the form that filters take. 0 or -EINVAL.
 */
int audit_parse_time(const char *text, int64_t now_ms, char out[32]);
