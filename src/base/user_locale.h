#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The locale. It belongs to the whole process and to whatever reads it on any thread (json-c copies it, say), so it is
 * set once, before the first thread, and never again.
 */
#include <stdbool.h>

/* Letters are the same everywhere from here on: in a Turkish locale strcasecmp() tells OUT_OF_SERVICE from
 * out_of_service. And where only ASCII is drawn, outside UTF-8 ncurses counts on REP, which many a terminal that calls
 * itself xterm lacks or miscounts at the margin.
 */
void locale_settle(void);

// Whether the user's own locale, as the environment has it, is one of UTF-8. Changes nothing.
bool locale_wants_utf8(void);
