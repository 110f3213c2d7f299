#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Makes the same picture of fewer bytes: what a screen library writes, with its colours and attributes (SGR) put
 * together.
 *
 * The library says each of them by itself, all of them again where one changes, and takes all back at the end of a
 * frame. Here they are only noted, and what differs from what the terminal has is said in one sequence before the next
 * byte that shows. A blank shows neither the colour of the letters nor their weight, so none is said for it. Cursor
 * movements pass, and so does everything that is not known. Pure but for the heap.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

enum { SGR_COLOUR_MAX = 24 };

struct sgr_look {
	uint16_t attributes;                         // a bit for each of 1 bold, 2 dim ... 9
	char fg[SGR_COLOUR_MAX], bg[SGR_COLOUR_MAX]; // as they are said, like "38;5;231"; "" the terminal's own
};

struct sgr_filter {
	struct sgr_look wanted, real; // by the library, at the terminal
	bool is_spoken;               // the terminal understands such sequences: the library has said one
	bool is_real_known;
	bool has_own_colours;                  // 39 and 49 are known to take a colour back
	bool is_charset_known, is_shift_known; // they are the usual ones
};

void sgr_filter_init(struct sgr_filter *filter);   // the terminal's state is not known
void sgr_filter_forget(struct sgr_filter *filter); // somebody else has written to it

// Adds the bytes of one frame, whole sequences only, to `out`. 0, or negative errno with a part added: then forget.
int sgr_filter_run(struct sgr_filter *filter, const char *bytes, size_t n, struct bytes *out);
