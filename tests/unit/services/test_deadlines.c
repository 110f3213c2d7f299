// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdlib.h>

#include "base/memory.h"
#include "services/deadlines.h"

START_TEST(gives_them_in_order_whatever_is_moved)
{
	struct deadlines deadlines = { 0 };
	struct deadline nodes[200] = { 0 };
	struct deadline *node;
	int64_t last = 0;
	size_t n = 0;

	ck_assert_int_eq(deadlines_reserve(&deadlines, 200), 0);
	srand(3);
	for (int round = 0; round < 2000; round++)
		deadlines_set(&deadlines, &nodes[rand() % 200], rand() % 5 ? rand() % 1000 : DEADLINE_NEVER);
	for (size_t i = 0; i < 200; i++)
		n += nodes[i].place != 0;
	ck_assert_uint_eq(n, deadlines.n);
	ck_assert_ptr_null(deadlines_pop(&deadlines, -1));
	while ((node = deadlines_pop(&deadlines, 1000))) {
		ck_assert_uint_eq(node->place, 0);
		ck_assert_int_ge(deadlines_next(&deadlines), last);
		last = deadlines_next(&deadlines) == DEADLINE_NEVER ? last : deadlines_next(&deadlines);
	}
	ck_assert_int_eq(deadlines_next(&deadlines), DEADLINE_NEVER);
	deadlines_set(&deadlines, &nodes[0], DEADLINE_NEVER); // not in it: nothing to do
	deadlines_finish(&deadlines);
}
END_TEST

START_TEST(room_is_reserved_before_it_is_needed)
{
	struct deadlines deadlines = { 0 };

	mem_fail_after(0);
	ck_assert_int_eq(deadlines_reserve(&deadlines, 1), -ENOMEM);
	mem_fail_after(-1);
	ck_assert_int_eq(deadlines_reserve(&deadlines, 17), 0);
	ck_assert_uint_ge(deadlines.cap, 17);
	deadlines_finish(&deadlines);
}
END_TEST

SUITE("deadlines", gives_them_in_order_whatever_is_moved, room_is_reserved_before_it_is_needed)
