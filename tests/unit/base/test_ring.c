// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include "base/ring.h"

START_TEST(keeps_the_newest)
{
	int items[3];
	struct ring r;

	ring_init(&r, 3);
	for (int i = 0; i < 5; i++)
		items[ring_push(&r)] = i;
	ck_assert_uint_eq(r.count, 3);
	ck_assert(ring_is_full(&r));
	for (size_t i = 0; i < 3; i++)
		ck_assert_int_eq(items[ring_at(&r, i)], (int)i + 2);
}
END_TEST

START_TEST(pops_the_oldest)
{
	int items[2];
	struct ring r;

	ring_init(&r, 2);
	items[ring_push(&r)] = 1;
	items[ring_push(&r)] = 2;
	ck_assert_int_eq(items[ring_pop(&r)], 1);
	items[ring_push(&r)] = 3;
	ck_assert_int_eq(items[ring_pop(&r)], 2);
	ck_assert_int_eq(items[ring_pop(&r)], 3);
	ck_assert_uint_eq(r.count, 0);
}
END_TEST

START_TEST(works_with_one_slot)
{
	int items[1];
	struct ring r;

	ring_init(&r, 1);
	for (int i = 0; i < 4; i++)
		items[ring_push(&r)] = i;
	ck_assert_uint_eq(r.count, 1);
	ck_assert_int_eq(items[ring_at(&r, 0)], 3);
}
END_TEST

SUITE("ring", keeps_the_newest, pops_the_oldest, works_with_one_slot)
