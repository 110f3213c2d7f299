// SPDX-License-Identifier: Apache-2.0
#include "base/user_locale.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tests/support/suite.h"

START_TEST(the_users_locale_is_asked_without_touching_ours)
{
	static const struct {
		const char *locale;
		bool is_utf8;
	} rows[] = {
		{ "C.UTF-8", true }, { "C.utf8", true }, { "C", false }, { "POSIX", false }, { "xx_XX.UTF-8", false }
	};
	char *before = strdup(setlocale(LC_CTYPE, NULL));

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		setenv("LC_ALL", rows[i].locale, 1);
		ck_assert_msg(locale_wants_utf8() == rows[i].is_utf8, "%s", rows[i].locale);
		ck_assert_str_eq(setlocale(LC_CTYPE, NULL), before);
	}
	free(before);
}
END_TEST

START_TEST(settled_letters_are_those_of_no_country)
{
	setenv("LC_ALL", "tr_TR.UTF-8", 1);
	locale_settle();
	ck_assert_str_eq(setlocale(LC_CTYPE, NULL), "C.UTF-8");
	ck_assert_int_eq(strcasecmp("OUT_OF_SERVICE", "out_of_service"), 0);
}
END_TEST

SUITE("locale", the_users_locale_is_asked_without_touching_ours, settled_letters_are_those_of_no_country)
