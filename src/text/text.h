#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Untrusted bytes to displayable text, and how wide text is.
 *
 * Everything from the network or a file passes text_clean() once, when it comes in. What comes out is valid UTF-8
 * without controls: bad sequences are U+FFFD; C0, C1 and DEL are visible (`^[`, `<U+009B>`); bidi controls, zero-width
 * and tag characters stand as `<U+202E>`; at most 4 combining marks stay on a base; tabs become spaces to the next
 * multiple of 8; newlines become a space unless kept. Widths are those of utf8proc: the same on every machine.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TEXT_FIELD_MAX = 4096 }; // bytes of one field from outside, terminator not counted

enum text_flag {
	TEXT_ONE_LINE = 0,
	TEXT_KEEP_NEWLINES = 1 << 0,
};

// Cleans in[0..n) into out, cutting at a cluster boundary when size is short; always terminated. Returns the length;
// *is_cut (may be NULL) says whether something was left out.
size_t text_clean(const char *in, size_t n, unsigned flags, char *out, size_t size, bool *is_cut);

// The same on the heap, with at most max_bytes of output. NULL for want of memory. Free with mem_free().
char *text_clean_dup(const char *in, size_t n, unsigned flags, size_t max_bytes);

// True when the text is already clean (a fast path for ASCII).
bool text_is_clean(const char *text);

struct text_cluster {
	const char *bytes; // borrowed from the text
	uint8_t n_bytes;
	uint8_t width;      // cells: 1 or 2 (a lone combining mark counts 1)
	uint32_t codepoint; // the first one
	bool is_single;     // the cluster is that one code point
};

// The next cluster of clean text: one base with its combining marks. Returns false at the end.
bool text_next(const char **text, struct text_cluster *out);

int text_width(const char *text); // cells of clean text

// The longest prefix of clean text of at most `cells` cells: its length in bytes; *used (may be NULL) its cells.
size_t text_prefix(const char *text, int cells, int *used);

/* Clean text in a limited buffer stays clean: text_fit() is the number of bytes for "%.*s" that shows at most max_bytes
 * and no part of a cluster; text_trim() takes off what is left of a character that the end of a buffer cut, and returns
 * the text.
 */
int text_fit(const char *text, int max_bytes);
char *text_trim(char *text);

// Case-insensitive (simple case folding) substring search in clean text; NULL when absent.
const char *text_find(const char *text, const char *needle);
size_t text_encode(uint32_t codepoint, char out[5]); // UTF-8, terminated; returns the bytes

// Simple case folding of one code point, the same in every locale.
uint32_t text_fold(uint32_t codepoint);
int text_compare(const char *a, const char *b); // order of clean texts without regard to case; as strcmp
