#pragma once
// SPDX-License-Identifier: Apache-2.0
/* `ID.control` beside an operation's journal: one word from another process and who says it, "pause alice". It is put
 * there whole, by a rename; whoever runs the operation does it and takes it away.
 */
#include "operations/journal_record.h"

enum { JOURNAL_SAYS_MAX = 160, JOURNAL_CONTROL_PATH_MAX = 1200 };

struct journal_word {
	enum journal_control what;  // JOURNAL_CONTROL_COUNT: no word that is known
	char who[JOURNAL_SAYS_MAX]; // clean; "the command line" where it does not say
};

int journal_control_put(const char *dir, const char *id, enum journal_control what, const char *who);

// 1: there was one, and it is gone; 0: there is none, or one that cannot be removed and would be done again and again.
int journal_control_take(const char *dir, const char *id, struct journal_word *out);
