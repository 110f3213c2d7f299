#pragma once
// SPDX-License-Identifier: Apache-2.0
/* An operation as its journal's records leave it, one after another. Pure. */
#include "operations/journal_read.h"

/* Of a plan that is whole, of which the story becomes the owner in any case; the holder's text is copied. 0 or -ENOMEM.
 */
int journal_fold_begin(struct journal_story *story, struct plan *plan, const char *holder, int64_t estimated_ms);

// A record of any kind but the plan's. 0; -EINVAL: it cannot follow on what came before; -ENOMEM.
int journal_fold(struct journal_story *story, const struct journal_record *record);
