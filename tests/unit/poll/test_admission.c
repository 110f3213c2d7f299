// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <string.h>
#include <sys/resource.h>

#include "poll/admission.h"

START_TEST(places_are_limited_and_given_in_order)
{
	struct admission admission;
	struct admission_ticket t[5] = { 0 };

	admission_init(&admission, 2);
	ck_assert(admission_enter(&admission, &t[0], 0));
	ck_assert(admission_enter(&admission, &t[1], 0));
	for (int i = 2; i < 5; i++)
		ck_assert(!admission_enter(&admission, &t[i], 0));
	ck_assert_uint_eq(admission.n_waiting, 3);
	ck_assert_ptr_null(admission_next(&admission, 0));
	admission_leave(&admission, &t[1]);
	ck_assert_ptr_eq(admission_next(&admission, 0), &t[2]);
	ck_assert_ptr_null(admission_next(&admission, 0));
	ck_assert_uint_eq(admission.n_in, 2);
}
END_TEST

START_TEST(who_stops_waiting_is_passed_over)
{
	struct admission admission;
	struct admission_ticket t[4] = { 0 };

	admission_init(&admission, 0);
	ck_assert_uint_eq(admission.limit, 1);
	for (int i = 0; i < 4; i++)
		admission_enter(&admission, &t[i], 0);
	admission_leave(&admission, &t[1]);
	admission_leave(&admission, &t[1]);
	admission_leave(&admission, &t[0]);
	ck_assert_ptr_eq(admission_next(&admission, 0), &t[2]);
	ck_assert_uint_eq(admission.n_waiting, 1);
	ck_assert_int_eq(t[1].state, ADMISSION_OUT);
}
END_TEST

START_TEST(slow_ones_have_places_of_their_own)
{
	struct admission admission;
	struct admission_ticket slow[4] = { 0 }, quick[3] = { 0 };

	admission_init(&admission, 2);
	ck_assert_uint_eq(admission.slow_limit, 2 * ADMISSION_SLOW_X);
	admission_limit_slow(&admission, 0);
	ck_assert_uint_eq(admission.slow_limit, 1);
	admission_limit_slow(&admission, 3);
	for (int i = 0; i < 4; i++) {
		slow[i].is_slow = true;
		ck_assert_int_eq(admission_enter(&admission, &slow[i], 0), i < 3);
	}
	ck_assert(admission_enter(&admission, &quick[0], 0));
	ck_assert(admission_enter(&admission, &quick[1], 0));
	ck_assert(!admission_enter(&admission, &quick[2], 0));
	admission_leave(&admission, &slow[0]);
	ck_assert_ptr_eq(admission_next(&admission, 0), &slow[3]);
	ck_assert_ptr_null(admission_next(&admission, 0));
	admission_leave(&admission, &quick[0]);
	ck_assert_ptr_eq(admission_next(&admission, 0), &quick[2]);
}
END_TEST

START_TEST(who_is_out_for_long_makes_room)
{
	struct admission admission;
	struct admission_ticket t[4] = { 0 };

	admission_init(&admission, 2);
	ck_assert(admission_enter(&admission, &t[0], 1000));
	ck_assert(admission_enter(&admission, &t[1], 1100));
	ck_assert(!admission_enter(&admission, &t[2], 1100));
	ck_assert(!admission_enter(&admission, &t[3], 1100));
	admission_age(&admission, 1000 + ADMISSION_SLOW_AFTER_MS - 1);
	ck_assert_ptr_null(admission_next(&admission, 1240));
	admission_age(&admission, 1000 + ADMISSION_SLOW_AFTER_MS);
	ck_assert(t[0].is_slow && !t[1].is_slow);
	ck_assert_ptr_eq(admission_next(&admission, 1250), &t[2]);
	ck_assert_ptr_null(admission_next(&admission, 1250));
	ck_assert_uint_eq(admission.n_in, 3);
	ck_assert_uint_eq(admission.n_slow_in, 1);
	admission_leave(&admission, &t[0]);
	admission_leave(&admission, &t[1]);
	admission_leave(&admission, &t[2]);
	ck_assert_uint_eq(admission.n_in + admission.n_slow_in, 0);
	ck_assert_ptr_null(admission.quick);
}
END_TEST

START_TEST(descriptors_are_divided)
{
	static const struct {
		uint64_t limit;
		size_t n_agents, n_in_flight, in_flight, kept;
		bool is_short;
	} rows[] = {
		{ 20000, 1000, 256, 256, 1000, false },
		{ 1024, 10000, 256, 160, 480, true },
		{ 0, 10, 256, 1, 0, true },
		{ 70, 10, 4, 1, 3, true },
		{ 1024, 192, 256, 256, 192, false },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct descriptor_budget budget;

		poll_descriptor_divide(rows[i].limit, rows[i].n_agents, rows[i].n_in_flight, &budget);
		ck_assert_uint_eq(budget.n_in_flight, rows[i].in_flight);
		ck_assert_uint_eq(budget.n_kept, rows[i].kept);
		ck_assert_int_eq(budget.is_short, rows[i].is_short);
		ck_assert_int_eq(strstr(budget.message, "ulimit -n") != NULL, rows[i].is_short);
	}
}
END_TEST

START_TEST(soft_limit_is_raised_to_the_hard_one)
{
	struct descriptor_budget budget;
	struct rlimit files;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &files), 0);
	files.rlim_cur = 128;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &files), 0);
	ck_assert_int_eq(poll_descriptor_budget(1, 1, &budget), 0);
	ck_assert_uint_eq(budget.limit, files.rlim_max);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &files), 0);
	ck_assert_uint_eq(files.rlim_cur, files.rlim_max);
}
END_TEST

SUITE("admission", places_are_limited_and_given_in_order, who_stops_waiting_is_passed_over,
      slow_ones_have_places_of_their_own, who_is_out_for_long_makes_room, descriptors_are_divided,
      soft_limit_is_raised_to_the_hard_one)
