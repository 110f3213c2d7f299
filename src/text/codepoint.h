#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Single code points: decoding them strictly, and what each is to a terminal. Used inside text/, and where UTF-8 is
 * only checked. */
#include <stddef.h>
#include <stdint.h>

enum { TEXT_BAD = 0xfffd, TEXT_MARKS_MAX = 4 };

enum codepoint_kind {
	CODEPOINT_SHOWN,   // takes cells of its own
	CODEPOINT_MARK,    // drawn onto the base before it
	CODEPOINT_HIDDEN,  // controls past ASCII, format, bidi, zero width, tags, private and unassigned
	CODEPOINT_CONTROL, // C0 and DEL
};

/* Decodes one code point of in[0..n), n at least 1, into *out and returns its bytes. A bad sequence gives TEXT_BAD and
 * a negative count: the bytes of its maximal subpart, so that one broken character is one replacement (Unicode 15,
 * section 3.9; WHATWG Encoding).
 */
int codepoint_decode(const char *in, size_t n, uint32_t *out);

enum codepoint_kind codepoint_kind(uint32_t codepoint);
int codepoint_width(uint32_t codepoint); // 1 or 2 for CODEPOINT_SHOWN

// Simple case folding that no locale changes: the dotless and the dotted i keep to the Unicode tables.
uint32_t codepoint_fold(uint32_t codepoint);
