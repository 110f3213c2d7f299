#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The newest records of a trail as texts to show. Reads files, so not on a loop. */
#include "audit/files.h"
#include "opscon/audit_list.h"

// At most `limit` records (1..AUDIT_LIST_MAX). 0; negative errno with the trouble told, and then *out is empty.
int audit_list_read(const char *dir, size_t limit, struct audit_list *out, struct audit_trouble *trouble);
