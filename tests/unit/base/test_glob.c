// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include "base/glob.h"

START_TEST(a_star_takes_anything_and_a_question_mark_one)
{
	static const struct {
		const char *pattern, *text;
		bool matches;
	} table[] = {
		{ "", "", true },
		{ "", "a", false },
		{ "*", "", true },
		{ "*", "prod", true },
		{ "**", "p", true },
		{ "prod", "prod", true },
		{ "prod", "production", false },
		{ "prod*", "production", true },
		{ "*-eu", "prod-eu", true },
		{ "*-eu", "prod-eu-2", false },
		{ "p?od", "prod", true },
		{ "prod?", "prod", false },
		{ "*a*b?", "xaaxbxbz", true },
		{ "*a*b?", "xaaxbxb", false },
		{ "a*b*c", "axxbyyc", true },
		{ "a*b*c", "axxbyy", false },
		{ "*ab", "aab", true },
		{ "*\xc3\xa9", "caf\xc3\xa9", true },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		ck_assert_msg(glob_matches(table[i].pattern, table[i].text) == table[i].matches, "%s %s",
			      table[i].pattern, table[i].text);
}
END_TEST

SUITE("glob", a_star_takes_anything_and_a_question_mark_one)
