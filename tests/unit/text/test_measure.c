// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <string.h>

#include "text/text.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

START_TEST(widths_are_those_of_a_terminal)
{
	static const struct {
		const char *text;
		int width;
	} rows[] = {
		{ "", 0 },
		{ "abc", 3 },
		{ "東京", 4 },
		{ "😀", 2 },
		{ "\xef\xbc\xa1", 2 }, // fullwidth A
		{ "e\xcc\x81", 1 },
		{ "\xcc\x81", 1 }, // a lone mark
		{ "●", 1 },        // ambiguous
		{ "…é", 2 },
		{ "\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8", 2 }, // Hangul in pieces
		{ "\xff", 1 },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		ck_assert_int_eq(text_width(rows[i].text), rows[i].width);
}
END_TEST

START_TEST(clusters_hold_a_base_and_its_marks)
{
	const char *at = "xe\xcc\x81\xcc\xa8東";
	struct text_cluster c;

	ck_assert(text_next(&at, &c));
	ck_assert(c.codepoint == 'x' && c.is_single && c.n_bytes == 1);
	ck_assert(text_next(&at, &c));
	ck_assert(c.codepoint == 'e' && !c.is_single && c.n_bytes == 5 && c.width == 1);
	ck_assert(text_next(&at, &c));
	ck_assert(c.codepoint == 0x6771 && c.is_single && c.n_bytes == 3 && c.width == 2);
	ck_assert(!text_next(&at, &c));
}
END_TEST

START_TEST(prefixes_never_pass_the_cells_given)
{
	static const struct {
		const char *text;
		int cells;
		size_t bytes;
		int used;
	} rows[] = {
		{ "abc", 2, 2, 2 },  { "abc", 9, 3, 3 },         { "abc", 0, 0, 0 }, { "abc", -1, 0, 0 },
		{ "東京", 3, 3, 2 }, { "ae\xcc\x81z", 2, 4, 2 }, { "", 5, 0, 0 },
	};
	int used;

	for (size_t i = 0; i < COUNT(rows); i++) {
		ck_assert_uint_eq(text_prefix(rows[i].text, rows[i].cells, &used), rows[i].bytes);
		ck_assert_int_eq(used, rows[i].used);
	}
	ck_assert_uint_eq(text_prefix("ab", 1, NULL), 1);
}
END_TEST

START_TEST(search_ignores_case_in_every_script)
{
	static const struct {
		const char *text, *needle;
		long at; // -1: absent
	} rows[] = {
		{ "WowVisionPrime", "vision", 3 },
		{ "abc", "", 0 },
		{ "abc", "abcd", -1 },
		{ "Müller", "MÜL", 0 },
		{ "ΟΔΟΣ", "οδος", 0 },
		{ "aab", "AB", 1 },
		{ "TITLE", "title", 0 },
		{ "", "x", -1 },
		{ "x東京y", "京Y", 4 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *found = text_find(rows[i].text, rows[i].needle);

		ck_assert_int_eq(found ? found - rows[i].text : -1, rows[i].at);
	}
}
END_TEST

START_TEST(encoding_refuses_what_is_no_character)
{
	char out[5];

	ck_assert_uint_eq(text_encode('a', out), 1);
	ck_assert_uint_eq(text_encode(0x1f600, out), 4);
	ck_assert_str_eq(out, "😀");
	ck_assert_uint_eq(text_encode(0xd800, out), 3);
	ck_assert_str_eq(out, "\xef\xbf\xbd");
	text_encode(0x110000, out);
	ck_assert_str_eq(out, "\xef\xbf\xbd");
}
END_TEST

START_TEST(compares_without_regard_to_case)
{
	static const struct {
		const char *a, *b;
		int order;
	} table[] = {
		{ "", "", 0 },   { "WowCache", "wowcache", 0 },           { "a", "B", -1 }, { "wow", "wowCache", -1 },
		{ "b", "A", 1 }, { "\u00c9t\u00e9", "\u00e9T\u00c9", 0 },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		ck_assert_int_eq(text_compare(table[i].a, table[i].b), table[i].order);
	ck_assert_uint_eq(text_fold('I'), 'i');
}
END_TEST

START_TEST(what_is_cut_stays_clean)
{
	static const struct {
		const char *text;
		int max, fits;
	} cases[] = {
		{ "abc", 2, 2 },          { "abc", 9, 3 },        { "", 5, 0 }, { "a\xc3\xa9", 2, 1 },
		{ "a\xc3\xa9", 3, 3 },    { "e\xcc\x81x", 2, 0 }, // a letter without its mark is another one
		{ "\xe6\x97\xa5", 2, 0 },
	};
	static const struct {
		const char *cut, *trimmed;
	} tails[] = {
		{ "", "" },
		{ "abc", "abc" },
		{ "\xc3\xa9", "\xc3\xa9" },
		{ "a\xc3", "a" },
		{ "a\xe6\x97", "a" },
		{ "a\xf0\x9f\x91", "a" },
		{ "a\xf0\x9f\x91\x8d", "a\xf0\x9f\x91\x8d" },
	};
	char text[16];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		ck_assert_int_eq(text_fit(cases[i].text, cases[i].max), cases[i].fits);
	for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
		strcpy(text, tails[i].cut);
		ck_assert_str_eq(text_trim(text), tails[i].trimmed);
	}
}
END_TEST

SUITE("measure", what_is_cut_stays_clean, compares_without_regard_to_case, widths_are_those_of_a_terminal,
      clusters_hold_a_base_and_its_marks, prefixes_never_pass_the_cells_given, search_ignores_case_in_every_script,
      encoding_refuses_what_is_no_character)
