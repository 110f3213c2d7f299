#pragma once
// SPDX-License-Identifier: Apache-2.0
#include <stdbool.h>

#include "base/strbuf.h"
#include "opscon/operation.h"

/* The plan for people: what would happen, to whom, step by step, and what is asked before it does. Lines of at most
 * `columns` cells (40 at least). Steps that all targets share are told once. 0, -ENOMEM, -EMSGSIZE.
 */
int plan_text(const struct plan *plan, int columns, bool is_ascii, struct bytes *out);
