#pragma once
// SPDX-License-Identifier: Apache-2.0
// Names of operations and of their journals' files.
#include <stdbool.h>
#include <stdint.h>

#include "opscon/operation.h"

/* An operation's name for good: "20261125-225130-restart-1a2b3c4d", UTC, so that names sort as they were begun. Small
 * letters, digits and dashes, never a path.
 */
void journal_id_make(enum verb verb, int64_t at_ms, uint32_t random, char out[OPERATION_ID_MAX]);
bool journal_id_is_valid(const char *id);

enum { JOURNAL_NAME_MAX = OPERATION_ID_MAX + 16 };

void journal_name(const char *id, char out[JOURNAL_NAME_MAX]);    // of an id that is valid: "ID.journal"
bool journal_id_of(const char *name, char out[OPERATION_ID_MAX]); // false for what is no journal's name
