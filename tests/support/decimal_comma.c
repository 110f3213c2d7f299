// SPDX-License-Identifier: Apache-2.0
#include "tests/support/decimal_comma.h"

#include <check.h>
#include <locale.h>
#include <stdlib.h>

void decimal_comma_set(void)
{
	// Only for this call: while it is set, newlocale(3) of this libc leaks.
	ck_assert_int_eq(setenv("LOCPATH", TEST_LOCALES, 1), 0);
	ck_assert_msg(setlocale(LC_ALL, "de_DE.UTF-8"), "no de_DE.UTF-8 in %s", TEST_LOCALES);
	ck_assert_int_eq(unsetenv("LOCPATH"), 0);
	ck_assert_str_eq(localeconv()->decimal_point, ",");
}
