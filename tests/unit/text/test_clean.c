// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#include "base/hash.h"
#include "base/memory.h"
#include "text/text.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define BYTES(text) text, sizeof(text) - 1

struct row {
	const char *in;
	size_t n;
	const char *out;
};

static void check_rows(const struct row *rows, size_t n, unsigned flags)
{
	char out[TEXT_FIELD_MAX];
	bool is_cut = true;

	for (size_t i = 0; i < n; i++) {
		ck_assert_uint_eq(text_clean(rows[i].in, rows[i].n, flags, out, sizeof out, &is_cut),
				  strlen(rows[i].out));
		ck_assert_str_eq(out, rows[i].out);
		ck_assert(!is_cut);
	}
}

START_TEST(good_text_passes_unchanged)
{
	static const struct row rows[] = {
		{ BYTES(""), "" },
		{ BYTES("CPU busy, 42 %"), "CPU busy, 42 %" },
		{ BYTES("Zür\xcc\x88ich"), "Zür\xcc\x88ich" },
		{ BYTES("東京 😀"), "東京 😀" },
	};

	check_rows(rows, COUNT(rows), TEXT_ONE_LINE);
	for (size_t i = 0; i < COUNT(rows); i++)
		ck_assert(text_is_clean(rows[i].in));
}
END_TEST

// Fault 23.
START_TEST(bad_sequences_become_one_replacement_each)
{
	static const struct row rows[] = {
		{ BYTES("a\0b"), "a^@b" },
		{ BYTES("\xff\xfe"), "\xef\xbf\xbd\xef\xbf\xbd" },
		{ BYTES("\xc0\xaf"), "\xef\xbf\xbd\xef\xbf\xbd" },                                 // overlong /
		{ BYTES("\xe0\x80\xaf"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },                 // overlong
		{ BYTES("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },                 // surrogate
		{ BYTES("\xf4\x90\x80\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" }, // past U+10FFFF
		{ BYTES("\xf0\x9f\x98"), "\xef\xbf\xbd" },                                         // cut short
		{ BYTES("\xe2\x82z"), "\xef\xbf\xbdz" },
	};

	check_rows(rows, COUNT(rows), TEXT_ONE_LINE);
}
END_TEST

// Fault 31.
START_TEST(what_could_steer_a_terminal_is_shown)
{
	static const struct row rows[] = {
		{ BYTES("\033]52;c;aGk=\a"), "^[]52;c;aGk=^G" },
		{ BYTES("\033[2J"), "^[[2J" },
		{ BYTES("\xc2\x9b"
			"2J"),
		  "<U+009B>2J" },
		{ BYTES("abc\xe2\x80\xae"
			"def"),
		  "abc<U+202E>def" },
		{ BYTES("a\xe2\x80\x8d"
			"b"),
		  "a<U+200D>b" },
		{ BYTES("\xe2\x80\x8b\xef\xbb\xbf\xc2\xad"), "<U+200B><U+FEFF><U+00AD>" },
		{ BYTES("\xf3\xa0\x81\x81"), "<U+E0041>" },
		{ BYTES("\xe2\x80\xa8\xe2\x81\xa6\xef\xb8\x8f"), "<U+2028><U+2066><U+FE0F>" },
		{ BYTES("\xe3\x85\xa4"), "<U+3164>" }, // Hangul filler: a letter that shows nothing
		{ BYTES("\xee\x80\x80"), "<U+E000>" }, // private use
		{ BYTES("\x7f\r"), "^?^M" },
		{ BYTES(";rm -rf ../"), ";rm -rf ../" },
	};

	check_rows(rows, COUNT(rows), TEXT_ONE_LINE);
	for (size_t i = 0; i + 1 < COUNT(rows); i++)
		ck_assert(!text_is_clean(rows[i].in));
}
END_TEST

START_TEST(tabs_and_newlines_become_spaces)
{
	static const struct row one_line[] = {
		{ BYTES("a\tb"), "a       b" },
		{ BYTES("\t|"), "        |" },
		{ BYTES("東\t|"), "東      |" },
		{ BYTES("a\nb\r\nc"), "a b c" },
	};
	static const struct row kept[] = {
		{ BYTES("a\nb\r\nc"), "a\nb\nc" },
		{ BYTES("ab\n\tc"), "ab\n        c" },
	};

	check_rows(one_line, COUNT(one_line), TEXT_ONE_LINE);
	check_rows(kept, COUNT(kept), TEXT_KEEP_NEWLINES);
	ck_assert(!text_is_clean("a\nb"));
}
END_TEST

START_TEST(a_base_keeps_four_marks)
{
	char in[1 + 2 * 1000 + 1] = "e", out[TEXT_FIELD_MAX];

	for (size_t i = 1; i < sizeof in - 1; i++)
		in[i] = i % 2 ? '\xcc' : '\x81';
	ck_assert(!text_is_clean(in));
	ck_assert_uint_eq(text_clean(in, sizeof in - 1, 0, out, sizeof out, NULL), 1 + 4 * 2);
	ck_assert(text_is_clean(out));
	ck_assert_int_eq(text_width(out), 1);
}
END_TEST

START_TEST(a_mark_without_a_base_gets_a_circle)
{
	static const struct row rows[] = {
		{ BYTES("\xcc\x81"), "\xe2\x97\x8c\xcc\x81" },
		{ BYTES("a\n\xcc\x81"), "a\n\xe2\x97\x8c\xcc\x81" },
	};

	check_rows(rows, COUNT(rows), TEXT_KEEP_NEWLINES);
	ck_assert(!text_is_clean("\xcc\x81"));
}
END_TEST

START_TEST(cuts_only_between_clusters)
{
	static const struct {
		const char *in;
		size_t size;
		const char *out;
	} rows[] = {
		{ "abcdef", 4, "abc" },      { "abc", 4, "abc" },
		{ "ab\xcc\x81", 4, "a" },    { "ab\xcc\x81", 5, "ab\xcc\x81" },
		{ "a東", 4, "a" },           { "a\033", 3, "a" },
		{ "a\xe2\x80\xae", 8, "a" }, { "a\t", 5, "a   " },
		{ "\xcc\x81", 4, "" },       { "\xcc\x81", 3, "" },
		{ "a\n", 2, "a" },           { "x", 1, "" },
	};
	char out[16];
	bool is_cut;

	for (size_t i = 0; i < COUNT(rows); i++) {
		text_clean(rows[i].in, strlen(rows[i].in), TEXT_KEEP_NEWLINES, out, rows[i].size, &is_cut);
		ck_assert_str_eq(out, rows[i].out);
		ck_assert_int_eq(is_cut, strcmp(rows[i].in, rows[i].out) != 0);
	}
	ck_assert_uint_eq(text_clean("x", 1, 0, NULL, 0, &is_cut), 0);
	ck_assert(is_cut);
}
END_TEST

START_TEST(copies_are_bounded_and_survive_want_of_memory)
{
	char big[TEXT_FIELD_MAX + 100], *copy;

	memset(big, 'x', sizeof big);
	copy = text_clean_dup(big, sizeof big, 0, TEXT_FIELD_MAX);
	ck_assert_uint_eq(strlen(copy), TEXT_FIELD_MAX);
	mem_free(copy);
	memset(big, '\a', sizeof big);
	copy = text_clean_dup(big, 100, 0, TEXT_FIELD_MAX);
	ck_assert_uint_eq(strlen(copy), 200);
	mem_free(copy);
	copy = text_clean_dup(NULL, 0, 0, 10);
	ck_assert_str_eq(copy, "");
	mem_free(copy);
	mem_fail_after(0);
	ck_assert_ptr_null(text_clean_dup("x", 1, 0, 10));
	ck_assert_ptr_null(text_clean_dup("\a", 1, 0, 10));
	mem_fail_after(1);
	copy = text_clean_dup("\a", 1, 0, 10);
	mem_fail_after(-1);
	ck_assert_str_eq(copy, "^G");
	mem_free(copy);
}
END_TEST

// A byte string that is likelier than noise to be nasty.
static size_t hostile(uint64_t seed, char *out, size_t max)
{
	static const char *const bricks[] = {
		"a",
		"\xcc\x81",
		"\xe2\x80\xae",
		"\xe2\x80\x8d",
		"東",
		"😀",
		"\033[",
		"\xc2\x9b",
		"\t",
		"\r\n",
		"\n",
		"\xe0\xa4\x95",
		"\xe0\xa4\xbf",
		"\xe1\x84\x80",
		"\xe1\x85\xa1",
		"\xf3\xa0\x80\xa0",
		"<U+",
		"\xff",
	};
	size_t n = 0;

	for (uint64_t i = 0; n + 8 < max; i++) {
		uint64_t r = hash_mix(seed * 1000 + i);
		const char *brick = bricks[r % COUNT(bricks)];

		if (r >> 60 == 0)
			break;
		if (r >> 62 == 1) {
			out[n++] = (char)(r >> 32);
			continue;
		}
		while (*brick)
			out[n++] = *brick++;
	}
	return n;
}

// By utf8proc's own decoder and tables: valid, no control, format or zero-width character but marks.
static void check_by_other_means(const char *text)
{
	const utf8proc_property_t *property;
	utf8proc_ssize_t used;
	utf8proc_int32_t c;

	for (; *text; text += used) {
		used = utf8proc_iterate((const utf8proc_uint8_t *)text, -1, &c);
		ck_assert_int_gt(used, 0);
		property = utf8proc_get_property(c);
		ck_assert(!property->ignorable);
		ck_assert_int_ne(property->category, UTF8PROC_CATEGORY_CC);
		ck_assert_int_ne(property->category, UTF8PROC_CATEGORY_CF);
		ck_assert_int_ne(property->bidi_class, UTF8PROC_BIDI_CLASS_RLO);
	}
}

START_TEST(whatever_comes_in_what_goes_out_is_clean)
{
	char in[200], out[700], again[700];
	struct text_cluster cluster;
	const char *at;
	int sum;

	for (uint64_t seed = 1; seed < 5000; seed++) {
		size_t n = hostile(seed, in, sizeof in), size = 1 + hash_mix(seed) % sizeof out;

		text_clean(in, n, 0, out, size, NULL);
		ck_assert_uint_lt(strlen(out), size);
		ck_assert(text_is_clean(out));
		ck_assert_str_eq((text_clean(out, strlen(out), 0, again, sizeof again, NULL), again), out);
		check_by_other_means(out);
		sum = 0;
		for (at = out; text_next(&at, &cluster);) {
			ck_assert(cluster.width == 1 || cluster.width == 2);
			sum += cluster.width;
		}
		ck_assert_int_eq(sum, text_width(out));
	}
}
END_TEST

SUITE("clean", good_text_passes_unchanged, bad_sequences_become_one_replacement_each,
      what_could_steer_a_terminal_is_shown, tabs_and_newlines_become_spaces, a_base_keeps_four_marks,
      a_mark_without_a_base_gets_a_circle, cuts_only_between_clusters, copies_are_bounded_and_survive_want_of_memory,
      whatever_comes_in_what_goes_out_is_clean)
