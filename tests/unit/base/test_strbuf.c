// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "base/strbuf.h"

START_TEST(cuts_what_does_not_fit_and_says_so)
{
	char memory[8];
	struct strbuf s;

	strbuf_init(&s, memory, sizeof memory);
	strbuf_add(&s, "hello");
	ck_assert(!s.truncated);
	strbuf_addf(&s, "%d", 12345);
	ck_assert(s.truncated);
	ck_assert_str_eq(s.data, "hello12");
	strbuf_add_char(&s, 'x');
	ck_assert_uint_eq(s.len, 7);
	strbuf_reset(&s);
	ck_assert_str_eq(s.data, "");
	ck_assert(!s.truncated);
}
END_TEST

START_TEST(bytes_refuse_what_passes_their_maximum)
{
	struct bytes b;

	bytes_init(&b, 10);
	ck_assert_int_eq(bytes_add(&b, "0123456789", 10), 0);
	ck_assert_int_eq(bytes_add(&b, "x", 1), -EMSGSIZE);
	ck_assert_int_eq(bytes_addf(&b, "%s", "y"), -EMSGSIZE);
	ck_assert_str_eq(b.data, "0123456789");
	bytes_reset(&b);
	ck_assert_int_eq(bytes_addf(&b, "%d-%d", 1, 2), 0);
	ck_assert_str_eq(b.data, "1-2");
	bytes_finish(&b);
}
END_TEST

START_TEST(bytes_report_want_of_memory_and_stay_whole)
{
	struct bytes b;

	bytes_init(&b, 1 << 20);
	ck_assert_int_eq(bytes_add(&b, "abc", 3), 0);
	mem_fail_after(0);
	for (int i = 0; i < 200; i++)
		if (bytes_add(&b, "abcdefgh", 8) == -ENOMEM)
			break;
	mem_fail_after(-1);
	ck_assert_uint_lt(b.len, 64);
	ck_assert_int_eq(memcmp(b.data, "abc", 3), 0);
	bytes_finish(&b);
}
END_TEST

SUITE("strbuf", cuts_what_does_not_fit_and_says_so, bytes_refuse_what_passes_their_maximum,
      bytes_report_want_of_memory_and_stay_whole)
