#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A journal's line: `{"sum":"HEX","seq":N,BODY`, and BODY ends with `}`.
 *
 * The sum is the SHA-256, over the line's exact bytes from the sum to its end, with the sum of the line before in place
 * of its own (zeros before the first). So it tells what was cut, changed, left out or moved, and a line can be checked
 * with the line before it alone.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/chain.h"

struct bytes;

enum { JOURNAL_LINE_EXTRA = 8 + AUDIT_HASH_HEX + 30 }; // bytes that a line has more than its body, newline included

struct journal_chain {
	uint64_t n;               // number of the newest line; 0: there is none
	char sum[AUDIT_HASH_HEX]; // its sum, not terminated; not used when there is none
};

// Appends the next line, newline included, and goes on to it. 0, -ENOMEM or -EMSGSIZE, and then nothing has changed.
int journal_line_seal(struct journal_chain *chain, const char *body, size_t n, struct bytes *out);

/* Whether a line (n: without its newline) is the one that was written after the chain's newest; goes on to it. Changes
 * the line for a moment.
 */
bool journal_line_follows(struct journal_chain *chain, char *line, size_t n);

// Whether a line has its own sum when the line before it is right about its own. The same.
bool journal_line_is_good(const char *before, size_t n_before, char *line, size_t n);
