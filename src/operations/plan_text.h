#pragma once
// SPDX-License-Identifier: Apache-2.0
#include <stdbool.h>

#include "base/strbuf.h"
#include "opscon/operation.h"

enum { PLAN_TEXT_COLUMNS_MIN = 40 };

/* The plan for people: what would happen, to whom, step by step, and, when somebody will be asked, what is asked before
 * it does. Lines of at most `columns` cells, PLAN_TEXT_COLUMNS_MIN at least. Steps that all targets share are told
 * once. 0, -ENOMEM, -EMSGSIZE.
 */
int plan_text(const struct plan *plan, int columns, bool is_ascii, bool is_asked, struct bytes *out);
