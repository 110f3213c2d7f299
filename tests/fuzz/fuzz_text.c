// SPDX-License-Identifier: Apache-2.0
/* The sanitizer, judged by utf8proc itself. The first byte is the flags and how much room there is. */
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/memory.h"
#include "tests/fuzz/fuzz.h"
#include "text/text.h"

enum { GROWTH = 11, MARKS_MAX = 4, LOOKED_AT = 64 }; // a byte grows to "<U+10FFFD>" at the most, a tab to 8 blanks

static bool is_bidi_or_hidden(utf8proc_int32_t c)
{
	return (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
	       c == 0xfeff || c == 0x61c || (c >= 0xe0000 && c <= 0xe0fff) || (c >= 0xfe00 && c <= 0xfe0f) ||
	       c == 0xad || (c >= 0xfff9 && c <= 0xfffb);
}

// Cells by utf8proc; a mark, and a Hangul vowel or final that joins, has none of its own.
static int cells_of(utf8proc_int32_t c, int before)
{
	int width = utf8proc_charwidth(c);

	if ((c >= 0x1161 && c <= 0x11ff) || (c >= 0xd7b0 && c <= 0xd7fb))
		return 0;
	return c < 0x300 || width > 0 ? (c < 0x300 ? 1 : width) : before == 0;
}

// Valid, visible, and as wide as its code points.
static void check_shown(const char *text, size_t n, bool has_newlines)
{
	const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)text, *end = at + n;
	int n_marks = 0, width = 0, before = 0;

	while (at < end) {
		utf8proc_int32_t c;
		utf8proc_ssize_t used = utf8proc_iterate(at, end - at, &c);
		int cells;

		fuzz_expect(used > 0, "the text is valid UTF-8");
		at += used;
		if (c == '\n' && has_newlines) {
			before = 0;
			width++; // text_width() counts a control as a cell
			continue;
		}
		fuzz_expect(c >= 0x20 && !(c >= 0x7f && c < 0xa0), "the text has no control");
		fuzz_expect(!is_bidi_or_hidden(c) && utf8proc_category(c) != UTF8PROC_CATEGORY_CF,
			    "nothing is hidden in it");
		fuzz_expect(utf8proc_category(c) != UTF8PROC_CATEGORY_ZL &&
				    utf8proc_category(c) != UTF8PROC_CATEGORY_ZP,
			    "no separator breaks the line");
		cells = cells_of(c, before);
		n_marks = cells == 0 ? n_marks + 1 : 0;
		fuzz_expect(n_marks <= MARKS_MAX, "marks are within their limit");
		width += cells;
		before = 1;
	}
	fuzz_expect(text_width(text) == width, "the text is as wide as it says");
}

static void check_clusters(const char *text)
{
	int width = text_width(text), cells = 0, used;
	struct text_cluster cluster;
	const char *at = text;
	char one[UINT8_MAX + 1];

	while (text_next(&at, &cluster)) {
		cells += cluster.width;
		fuzz_expect(cluster.width == 1 || cluster.width == 2, "a cluster has one cell or two");
		fuzz_expect(cluster.n_bytes > 0 && at == cluster.bytes + cluster.n_bytes, "clusters follow each other");
		if (cells > LOOKED_AT)
			continue;
		fuzz_expect(text + text_prefix(text, cells, &used) == at && used == cells,
			    "a prefix ends behind its last cluster");
		memcpy(one, cluster.bytes, cluster.n_bytes);
		one[cluster.n_bytes] = '\0';
		fuzz_expect(text_find(text, one) != NULL, "a text has its own parts in it");
	}
	fuzz_expect(cells == width, "a text is as wide as its clusters");
	fuzz_expect(text_compare(text, text) == 0, "a text equals itself");
}

static void check_again(const char *text, size_t n, unsigned flags)
{
	char *again = mem_alloc(n + 1);
	bool is_cut;

	fuzz_expect(text_clean(text, n, flags, again, n + 1, &is_cut) == n && !is_cut && strcmp(text, again) == 0,
		    "clean text stays as it is");
	fuzz_expect(flags != TEXT_ONE_LINE || text_is_clean(text), "and is known to be clean");
	mem_free(again);
}

static void check_short(const char *in, size_t n_in, unsigned flags, size_t size, const char *whole, size_t n_whole)
{
	char *out = malloc(size ? size : 1);
	bool is_cut;
	size_t n = text_clean(in, n_in, flags, out, size, &is_cut);

	fuzz_expect(size == 0 ? n == 0 : n < size && out[n] == '\0', "short text has an end");
	fuzz_expect(memcmp(out, whole, n) == 0, "short text begins as the whole does");
	fuzz_expect(size == 0 || is_cut == (n < n_whole), "what is cut is said to be");
	if (size)
		check_shown(out, n, flags & TEXT_KEEP_NEWLINES);
	free(out);
}

// Text that is not clean is read without harm, and to its end.
static void check_raw(const char *text)
{
	struct text_cluster cluster;
	const char *at = text;

	while (text_next(&at, &cluster))
		fuzz_expect(cluster.n_bytes > 0, "reading goes on");
	fuzz_expect(at == text + strlen(text), "a text is read to its end");
	fuzz_expect(text_find(text, text) == text && text_compare(text, text) == 0, "a raw text equals itself");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	uint8_t how = fuzz_byte(&input);
	unsigned flags = how & 1 ? TEXT_KEEP_NEWLINES : TEXT_ONE_LINE;
	size_t room = GROWTH * input.n + 8, n, n_in = input.n;
	char *in = fuzz_text(input.at, n_in), *whole = mem_alloc(room), *copy;
	bool is_cut;

	n = text_clean(in, n_in, flags, whole, room, &is_cut);
	fuzz_expect(!is_cut && n < room && strlen(whole) == n, "there is room for all of it");
	check_shown(whole, n, flags & TEXT_KEEP_NEWLINES);
	check_clusters(whole);
	check_again(whole, n, flags);
	check_short(in, n_in, flags, how >> 1, whole, n);
	check_raw(in);
	fuzz_expect(!text_is_clean(in) || strlen(in) < n_in || strcmp(in, whole) == 0, "what is clean is left alone");
	copy = text_clean_dup(in, n_in, flags, room);
	fuzz_expect(copy && strcmp(copy, whole) == 0, "on the heap it is the same");
	mem_free(copy);
	mem_free(whole);
	mem_free(in);
	return 0;
}
