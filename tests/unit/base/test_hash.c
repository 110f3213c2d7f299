// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include "base/hash.h"

START_TEST(siphash_1_3_matches_its_reference_vector)
{
	// SipHash-1-3 of the bytes 00..0e under the key 00..0f.
	uint8_t key[16], data[15];

	for (int i = 0; i < 16; i++)
		key[i] = (uint8_t)i;
	for (int i = 0; i < 15; i++)
		data[i] = (uint8_t)i;
	hash_set_key(key);
	ck_assert_uint_eq(hash_keyed(data, 0), 0xabac0158050fc4dcULL);
	ck_assert_uint_ne(hash_keyed(data, 14), hash_keyed(data, 15));
}
END_TEST

START_TEST(another_key_gives_another_hash)
{
	uint8_t a[16] = { 1 }, b[16] = { 2 };
	uint64_t first;

	hash_set_key(a);
	first = hash_keyed("agent", 5);
	hash_set_key(b);
	ck_assert_uint_ne(first, hash_keyed("agent", 5));
}
END_TEST

START_TEST(the_stable_hash_never_changes)
{
	// Pinned: schedule slots and shards of every release depend on it.
	ck_assert_uint_eq(hash_stable("", 0), hash_mix(0xcbf29ce484222325ULL));
	ck_assert_uint_eq(hash_stable("a", 1), hash_mix(0xaf63dc4c8601ec8cULL));
}
END_TEST

START_TEST(the_stable_hash_spreads_similar_names_evenly)
{
	unsigned buckets[16] = { 0 };
	char name[8] = "ag-0000";

	for (int i = 0; i < 4096; i++) {
		name[3] = (char)('0' + i / 1000);
		name[4] = (char)('0' + i / 100 % 10);
		name[5] = (char)('0' + i / 10 % 10);
		name[6] = (char)('0' + i % 10);
		buckets[hash_stable(name, 7) % 16]++;
	}
	for (int i = 0; i < 16; i++) {
		ck_assert_uint_gt(buckets[i], 180);
		ck_assert_uint_lt(buckets[i], 340);
	}
}
END_TEST

SUITE("hash", siphash_1_3_matches_its_reference_vector, another_key_gives_another_hash, the_stable_hash_never_changes,
      the_stable_hash_spreads_similar_names_evenly)
