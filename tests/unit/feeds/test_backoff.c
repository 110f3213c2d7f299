// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include "feeds/backoff.h"

START_TEST(bounds_double_up_to_the_cap)
{
	static const uint32_t bounds[] = { 5000, 10000, 20000, 40000, 60000, 60000 };
	struct backoff backoff;

	backoff_init(&backoff, 0, 0);
	for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
		ck_assert_uint_eq(backoff_bound_ms(&backoff), bounds[i]);
		ck_assert_uint_eq(backoff_next_ms(&backoff, 0, bounds[i]), bounds[i]); // the longest there is
	}
}
END_TEST

START_TEST(jitter_is_full)
{
	uint32_t n_below = 0, least = UINT32_MAX, greatest = 0;
	uint64_t random = 88172645463325252u;

	for (int i = 0; i < 2000; i++) {
		struct backoff backoff;
		uint32_t wait_ms;

		random ^= random << 13, random ^= random >> 7, random ^= random << 17; // xorshift
		backoff_init(&backoff, 1000, 8000);
		wait_ms = backoff_next_ms(&backoff, 0, random);
		ck_assert_uint_le(wait_ms, 1000);
		n_below += wait_ms < 500;
		least = wait_ms < least ? wait_ms : least;
		greatest = wait_ms > greatest ? wait_ms : greatest;
	}
	ck_assert_uint_lt(least, 10);
	ck_assert_uint_gt(greatest, 990);
	ck_assert_uint_gt(n_below, 850);
	ck_assert_uint_lt(n_below, 1150);
}
END_TEST

START_TEST(begins_again_after_what_lasted)
{
	struct backoff backoff;

	backoff_init(&backoff, 5000, 60000);
	for (int i = 0; i < 100; i++)
		backoff_next_ms(&backoff, BACKOFF_LASTING_MS - 1, 0);
	ck_assert_uint_eq(backoff_bound_ms(&backoff), 60000);
	ck_assert_uint_eq(backoff_next_ms(&backoff, BACKOFF_LASTING_MS, 5000), 5000);
	ck_assert_uint_eq(backoff_bound_ms(&backoff), 10000);
}
END_TEST

START_TEST(a_cap_below_the_base_is_the_base)
{
	struct backoff backoff;

	backoff_init(&backoff, 90000, 100);
	ck_assert_uint_eq(backoff_bound_ms(&backoff), 90000);
	backoff.n_failures = UINT32_MAX; // for years
	backoff_next_ms(&backoff, 0, 1);
	ck_assert_uint_eq(backoff.n_failures, UINT32_MAX);
	ck_assert_uint_eq(backoff_bound_ms(&backoff), 90000);
}
END_TEST

SUITE("backoff", bounds_double_up_to_the_cap, jitter_is_full, begins_again_after_what_lasted,
      a_cap_below_the_base_is_the_base)
