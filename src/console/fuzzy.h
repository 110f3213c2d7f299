#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Fuzzy matching as fzf does it: every letter of the query in order, best where they stand together or start words.
 *
 * Words of the query are matched each on its own, so "prod cache" finds "cache prod". Case does not matter. Text counts
 * up to its first FUZZY_TEXT_MAX code points.
 */
#include <stdbool.h>
#include <stdint.h>

enum { FUZZY_TEXT_MAX = 128, FUZZY_QUERY_MAX = 32 };

struct fuzzy_match {
	uint16_t score;   // higher is better; 0 for an empty query
	uint64_t matched; // bit i: the i-th code point of the text matched (first 64)
};

bool fuzzy_match(const char *text, const char *query, struct fuzzy_match *out); // an empty query matches everything
