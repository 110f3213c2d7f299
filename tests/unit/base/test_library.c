// SPDX-License-Identifier: Apache-2.0
#include "base/library.h"

#include <errno.h>
#include <string.h>

#include "tests/support/suite.h"

static double (*cosine)(double);
static double (*missing)(double);
static char why[LIBRARY_WHY_MAX];

START_TEST(functions_are_found)
{
	const struct library_function functions[] = { { "cos", &cosine } };

	ck_assert_int_eq(library_load("libm.so.6", functions, 1, why), 0);
	ck_assert_str_eq(why, "");
	ck_assert(cosine(0.0) == 1.0);
}
END_TEST

START_TEST(all_are_found_or_none)
{
	const struct library_function functions[] = { { "cos", &cosine }, { "no_such_function", &missing } };

	ck_assert_int_eq(library_load("libm.so.6", functions, 2, why), -ELIBACC);
	ck_assert_ptr_nonnull(strstr(why, "no_such_function"));
	ck_assert(!cosine);
	ck_assert(!missing);
}
END_TEST

START_TEST(a_library_that_is_not_there_is_an_error)
{
	const struct library_function functions[] = { { "cos", &cosine } };

	ck_assert_int_eq(library_load("libnone.so.0", functions, 1, why), -ELIBACC);
	ck_assert_ptr_nonnull(strstr(why, "libnone.so.0"));
	ck_assert(!cosine);
}
END_TEST

SUITE("library", functions_are_found, all_are_found_or_none, a_library_that_is_not_there_is_an_error)
