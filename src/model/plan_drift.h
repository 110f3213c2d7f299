#pragma once
// SPDX-License-Identifier: Apache-2.0
#include <stddef.h>

#include "base/strbuf.h"
#include "opscon/operation.h"

/* What is not as it was when the plan was made, by the plan made again now: appends at most DRIFT_TOLD differences in
 * words ("wow-event-3: was up, is down; version 1.4 -> 1.5; instance changed") with a new line each, then "and 7 more".
 * Returns how many targets differ, 0: nothing has changed. Who asked, when, and numbers do not count.
 */
enum { DRIFT_TOLD = 8 };
size_t plan_drift(const struct plan *before, const struct plan *now, struct strbuf *out);
