#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The timeline shown, as a file for the post-mortem. */
#include "base/strbuf.h"
#include "console/timeline_filter.h"

enum export_format { EXPORT_JSON, EXPORT_CSV, EXPORT_MARKDOWN, EXPORT_FORMAT_COUNT };

const char *export_format_name(enum export_format format); // "JSON" "CSV" "Markdown"

/* Writes the items listed, oldest first. Times are RFC 3339 in UTC. CSV: RFC 4180, and a field that a spreadsheet would
 * take for a formula (= + - @ tab CR first; OWASP, "CSV Injection") has an apostrophe before it. Markdown: a table
 * whose cells have every character escaped that means something. 0; -EMSGSIZE; -ENOMEM.
 */
int timeline_export(const struct timeline_filter *filter, enum export_format format, struct bytes *out);

/* Exports to a new file `opscon-timeline-DATE-TIME.EXT` in the current directory, or in `fallback_dir` (may be NULL)
 * when that cannot be written; an existing file is never touched. Mode 0600. 0 with the path; negative errno.
 */
int timeline_export_file(const struct timeline_filter *filter, enum export_format format, int64_t now_wall_ms,
			 const char *fallback_dir, char *path, size_t size);
