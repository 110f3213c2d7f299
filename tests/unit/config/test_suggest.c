// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <stdint.h>
#include <string.h>

#include "config/suggest.h"

START_TEST(distance_counts_edits)
{
	static const struct {
		const char *a, *b;
		size_t distance;
	} table[] = {
		{ "", "", 0 },
		{ "", "abc", 3 },
		{ "agents", "agents", 0 },
		{ "agent", "agents", 1 },
		{ "Agents", "agents", 0 },
		{ "agetns", "agents", 1 },
		{ "colour", "color", 1 },
		{ "kitten", "sitting", 3 },
	};
	char long_word[100];

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		ck_assert_uint_eq(suggest_distance(table[i].a, table[i].b), table[i].distance);
	memset(long_word, 'a', sizeof long_word - 1);
	long_word[99] = '\0';
	ck_assert_uint_eq(suggest_distance(long_word, "a"), SIZE_MAX);
}
END_TEST

START_TEST(only_a_near_word_is_meant)
{
	static const char *const words[] = { "interval", "timeout", "fall" };

	ck_assert_str_eq(suggest("intervall", words, 3), "interval");
	ck_assert_str_eq(suggest("time_out", words, 3), "timeout");
	ck_assert_ptr_null(suggest("selector", words, 3));
}
END_TEST

START_TEST(a_list_begins_with_the_nearest_and_fits)
{
	const char *words[] = { "load", "memory", "cpu", "latency" };
	char list[32];

	suggest_list("cpv", words, 4, list, sizeof list);
	ck_assert_str_eq(list, "cpu, load, memory, latency");
	suggest_list("latncy", words, 4, list, 20);
	ck_assert_str_eq(list, "latency, load, ...");
	suggest_list("cpv", words, 0, list, sizeof list);
	ck_assert_str_eq(list, "");
}
END_TEST

SUITE("suggest", distance_counts_edits, only_a_near_word_is_meant, a_list_begins_with_the_nearest_and_fits)
