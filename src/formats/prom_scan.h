#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The tokens of an exposition line: what the parser and the label iterator share. Used inside formats/ only.
 *
 * Every function takes the text from p to end and returns where the token ends, or NULL when there is none. One table
 * lookup a byte: this is the hot path of every scrape.
 */
#include <stdbool.h>
#include <stdint.h>

enum {
	CHAR_NAME_FIRST = 1 << 0, // of a metric's name
	CHAR_NAME = 1 << 1,
	CHAR_LABEL_FIRST = 1 << 2, // as above, without the colon
	CHAR_LABEL = 1 << 3,
	CHAR_STOP = 1 << 4, // in a quoted value: quote, backslash, NUL, or past ASCII
	CHAR_BLANK = 1 << 5,
};

extern const uint8_t prom_chars[256];

static inline bool prom_is(char c, uint8_t set)
{
	return prom_chars[(uint8_t)c] & set;
}

static inline const char *prom_skip(const char *p, const char *end, uint8_t set)
{
	while (p < end && prom_is(*p, set))
		p++;
	return p;
}

static inline const char *prom_scan_name(const char *p, const char *end)
{
	return p < end && prom_is(*p, CHAR_NAME_FIRST) ? prom_skip(p + 1, end, CHAR_NAME) : NULL;
}

static inline const char *prom_scan_label_name(const char *p, const char *end)
{
	return p < end && prom_is(*p, CHAR_LABEL_FIRST) ? prom_skip(p + 1, end, CHAR_LABEL) : NULL;
}

// A quoted value from after its opening quote to its closing one.
const char *prom_scan_value(const char *p, const char *end, bool *has_escape);

struct prom_label;

/* One label from its name to what follows its closing quote. The whole grammar of a label is here, so what the parser
 * accepted the iterator reads.
 */
const char *prom_scan_label(const char *p, const char *end, struct prom_label *out);
