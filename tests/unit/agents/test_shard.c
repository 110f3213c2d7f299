// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>

#include "agents/shard.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { AGENTS = 20000 };

static const char *key_of(int i)
{
	static char key[64];

	snprintf(key, sizeof key, "http://10.0.%d.%d:9100", i / 250, i % 250);
	return key;
}

START_TEST(an_agent_is_in_the_same_shard_everywhere)
{
	// By the algorithm as it was published, in floating point and another language.
	static const struct {
		const char *key;
		uint32_t of[5]; // 1, 2, 3, 7 and 1024 shards
	} rows[] = {
		{ "", { 1, 1, 1, 6, 979 } },
		{ "WowDomain", { 1, 2, 3, 3, 579 } },
		{ "http://10.0.0.1:9100", { 1, 2, 2, 5, 527 } },
		{ "http://10.0.0.2:9100", { 1, 2, 3, 5, 1017 } },
		{ "https://agent-17.example.net/health", { 1, 2, 2, 2, 816 } },
		{ "Grüße", { 1, 1, 1, 1, 183 } },
	};
	static const uint32_t n[5] = { 1, 2, 3, 7, SHARDS_MAX };

	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t j = 0; j < COUNT(n); j++)
			ck_assert_msg(shard_of(rows[i].key, n[j]) == rows[i].of[j], "%s of %u: %u", rows[i].key, n[j],
				      shard_of(rows[i].key, n[j]));
}
END_TEST

START_TEST(shards_are_even)
{
	static const uint32_t n[] = { 2, 3, 5, 16 };

	for (size_t j = 0; j < COUNT(n); j++) {
		unsigned count[16] = { 0 };

		for (int i = 0; i < AGENTS; i++)
			count[shard_of(key_of(i), n[j]) - 1]++;
		for (uint32_t k = 0; k < n[j]; k++) {
			double share = (double)count[k] * n[j] / AGENTS;

			ck_assert_msg(share > 0.9 && share < 1.1, "%u of %u has %.3f of its share", k + 1, n[j], share);
		}
	}
}
END_TEST

START_TEST(one_shard_more_moves_only_its_own)
{
	for (uint32_t n = 1; n < 12; n++) {
		unsigned n_moved = 0;
		double share;

		for (int i = 0; i < AGENTS; i++) {
			uint32_t before = shard_of(key_of(i), n), after = shard_of(key_of(i), n + 1);

			ck_assert(after == before || after == n + 1);
			n_moved += after != before;
		}
		share = (double)n_moved * (n + 1) / AGENTS;
		ck_assert_msg(share > 0.9 && share < 1.1, "to %u: %.3f of its share", n + 1, share);
	}
}
END_TEST

START_TEST(every_agent_is_in_one_of_them)
{
	for (int i = 0; i < 1000; i++) {
		unsigned n_in = 0;

		for (uint32_t k = 1; k <= 4; k++)
			n_in += shard_has(&(struct shard){ .i = k, .n = 4 }, key_of(i));
		ck_assert_uint_eq(n_in, 1);
		ck_assert(shard_has(&(struct shard){ 0 }, key_of(i)));
	}
}
END_TEST

START_TEST(what_is_written_is_read_or_refused)
{
	static const struct {
		const char *text;
		uint32_t i, n; // 0: refused
	} rows[] = {
		{ "1/1", 1, 1 },
		{ "2/4", 2, 4 },
		{ "1024/1024", 1024, 1024 },
		{ "0/4", 0, 0 },
		{ "5/4", 0, 0 },
		{ "1/0", 0, 0 },
		{ "1/1025", 0, 0 },
		{ "1", 0, 0 },
		{ "/4", 0, 0 },
		{ "1/", 0, 0 },
		{ "", 0, 0 },
		{ "-1/4", 0, 0 },
		{ "1/4/4", 0, 0 },
		{ " 1/4", 0, 0 },
		{ "1/4 ", 0, 0 },
		{ "a/b", 0, 0 },
		{ "+1/2", 0, 0 },
		{ "1.0/2", 0, 0 },
		{ "4294967297/4294967298", 0, 0 },
	};
	char text[SHARD_TEXT_MAX];

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct shard shard = { 7, 9 };
		int r = shard_parse(rows[i].text, &shard);

		ck_assert_msg(r == (rows[i].n ? 0 : -EINVAL), "%s: %d", rows[i].text, r);
		ck_assert_uint_eq(shard.i, rows[i].n ? rows[i].i : 7);
		ck_assert_uint_eq(shard.n, rows[i].n ? rows[i].n : 9);
		if (rows[i].n)
			ck_assert_str_eq(shard_text(&shard, text), rows[i].text);
	}
	ck_assert_str_eq(shard_text(&(struct shard){ 0 }, text), "");
}
END_TEST

SUITE("shard", an_agent_is_in_the_same_shard_everywhere, shards_are_even, one_shard_more_moves_only_its_own,
      every_agent_is_in_one_of_them, what_is_written_is_read_or_refused)
