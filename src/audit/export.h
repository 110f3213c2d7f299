#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Found records as text. What stands in the file may be anything by now: all of it is cleaned again. */
#include "audit/query.h"

enum audit_format { AUDIT_TABLE, AUDIT_JSON, AUDIT_CSV, AUDIT_MARKDOWN, AUDIT_FORMAT_COUNT };

const char *audit_format_name(enum audit_format format);    // "table" "json" "csv" "md"; "?"
enum audit_format audit_format_from_name(const char *name); // AUDIT_FORMAT_COUNT: none

// Appends. 0, -ENOMEM or -EMSGSIZE.
int audit_export(const struct audit_found *found, enum audit_format format, struct bytes *out);
