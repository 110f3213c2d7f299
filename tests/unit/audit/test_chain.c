// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <string.h>

#include "audit/chain.h"

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

// FIPS 180-4, example of one block.
START_TEST(a_hash_is_a_sha256)
{
	struct audit_hash hash, again;
	char hex[AUDIT_HASH_HEX + 1];

	audit_hash_of("abc", 3, &hash);
	audit_hash_hex(&hash, hex);
	ck_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	ck_assert_int_eq(audit_hash_from_hex(hex, AUDIT_HASH_HEX, &again), 0);
	ck_assert(audit_hash_is(&hash, &again));
	again.bytes[31] ^= 1;
	ck_assert(!audit_hash_is(&hash, &again));
	ck_assert_int_eq(audit_hash_from_hex(hex, AUDIT_HASH_HEX - 1, &again), -EINVAL);
	hex[7] = 'x';
	ck_assert_int_eq(audit_hash_from_hex(hex, AUDIT_HASH_HEX, &again), -EINVAL);
}
END_TEST

START_TEST(the_first_link_is_of_zeros)
{
	struct audit_chain chain = { 0 };
	char link[AUDIT_LINK_MAX];
	size_t n = audit_chain_link(&chain, link);

	ck_assert_str_eq(link, "{\"seq\":1,\"prev\":\"" ZEROS "\",");
	ck_assert_uint_eq(n, strlen(link));
}
END_TEST

START_TEST(each_line_is_chained_to_the_exact_bytes_before_it)
{
	static const char line[] = "{\"seq\":1,\"prev\":\"" ZEROS "\",\"at\":\"\"}";
	struct audit_chain chain = { 0 };
	char link[AUDIT_LINK_MAX], text[2 * AUDIT_LINK_MAX];
	struct audit_link read;
	struct audit_hash hash;

	audit_chain_add(&chain, line, sizeof line - 1);
	audit_hash_of(line, sizeof line - 1, &hash);
	ck_assert_uint_eq(chain.n, 1);
	ck_assert(audit_hash_is(&chain.head, &hash));
	audit_chain_link(&chain, link);
	strcpy(text, link);
	strcat(text, "\"at\":1}");
	ck_assert_int_eq(audit_link_read(text, strlen(text), &read), 0);
	ck_assert_uint_eq(read.seq, 2);
	ck_assert(audit_chain_takes(&chain, &read));
	chain.head.bytes[5] ^= 1;
	ck_assert(!audit_chain_takes(&chain, &read));
	chain.head.bytes[5] ^= 1;
	chain.n++;
	ck_assert(!audit_chain_takes(&chain, &read));
}
END_TEST

START_TEST(what_is_no_line_of_a_trail_is_refused)
{
	static const char *const texts[] = {
		"",
		"}",
		"{\"seq\":",
		"{\"seq\":}",
		"{\"seq\":1}",
		"{\"seq\":01,\"prev\":\"" ZEROS "\",\"a\":1}",
		"{\"seq\":-1,\"prev\":\"" ZEROS "\",\"a\":1}",
		"{\"seq\":99999999999999999999,\"prev\":\"" ZEROS "\",\"a\":1}",
		"{\"seq\":1,\"prev\":\"" ZEROS "0\",\"a\":1}",
		"{\"seq\":1,\"prev\":\"" ZEROS "\",\"a\":1",
		"{\"seq\":1,\"prev\":\"" ZEROS "\"}",
		"{\"seq\":1, \"prev\":\"" ZEROS "\",\"a\":1}",
	};
	struct audit_link link;

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		ck_assert_msg(audit_link_read(texts[i], strlen(texts[i]), &link) == -EINVAL, "%s", texts[i]);
}
END_TEST

SUITE("audit chain", a_hash_is_a_sha256, the_first_link_is_of_zeros, each_line_is_chained_to_the_exact_bytes_before_it,
      what_is_no_line_of_a_trail_is_refused)
