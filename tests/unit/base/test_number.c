// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "tests/support/decimal_comma.h"

static double parse(const char *text)
{
	double value = -12345;

	ck_assert_msg(number_parse(text, strlen(text), &value) == 0, "refused %s", text);
	return value;
}

START_TEST(reads_what_exporters_write)
{
	static const struct {
		const char *text;
		double value;
	} table[] = {
		{ "0", 0 },
		{ "1", 1 },
		{ "-1.5", -1.5 },
		{ "+2", 2 },
		{ "1e3", 1000 },
		{ "1.7976931348623157e+308", 1.7976931348623157e308 },
		{ ".5", .5 },
		{ "5.", 5 },
		{ "4.9e-324", 4.9e-324 },
		{ "0.1", 0.1 },
		{ "1.6e+09", 1.6e9 },
		{ "1e400", INFINITY },
		{ "-1e400", -INFINITY },
		{ "1e-400", 0 },
		{ "123456789012345678901234567890", 1.2345678901234568e29 },
		{ "0.000000000000000000000000000001", 1e-30 },
		{ "9007199254740993", 9007199254740992.0 },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		ck_assert_msg(parse(table[i].text) == table[i].value, "%s", table[i].text);
	ck_assert(isnan(parse("NaN")));
	ck_assert(parse("+Inf") == (double)INFINITY);
	ck_assert(parse("-infinity") == (double)-INFINITY);
	ck_assert(signbit(parse("-0")));
}
END_TEST

START_TEST(refuses_what_is_not_a_decimal_number)
{
	static const char *const table[] = { "",   "-",   ".",    "e5",    "1e",  "1e+",     "0x10",  "1 ",
					     " 1", "1,5", "nanx", "1.2.3", "--1", "infinit", "NAN(1)" };
	double value;

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		ck_assert_msg(number_parse(table[i], strlen(table[i]), &value) == -EINVAL, "accepted %s", table[i]);
}
END_TEST

START_TEST(does_not_care_about_the_locale)
{
	char out[32];

	decimal_comma_set();
	ck_assert(parse("1.5") == 1.5);
	ck_assert(parse("1234567890123456789012.5") == 1234567890123456789012.5);
	number_format(2.5, out, sizeof out);
	ck_assert_str_eq(out, "2.5");
}
END_TEST

START_TEST(writes_the_shortest_text_that_reads_back)
{
	static const double table[] = { 0, 1, 0.1, 1.0 / 3, 1e21, 5e-324, -2.5, 123456789.123 };
	char out[32];

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		size_t n = number_format(table[i], out, sizeof out);

		ck_assert_uint_eq(n, strlen(out));
		ck_assert(parse(out) == table[i]);
	}
	number_format(0.1, out, sizeof out);
	ck_assert_str_eq(out, "0.1");
	number_format((double)NAN, out, sizeof out);
	ck_assert_str_eq(out, "NaN");
	number_format(-(double)INFINITY, out, sizeof out);
	ck_assert_str_eq(out, "-Inf");
}
END_TEST

START_TEST(reads_integers_with_a_limit)
{
	uint64_t value;

	ck_assert_int_eq(number_parse_u64("65535", 5, 65535, &value), 0);
	ck_assert_uint_eq(value, 65535);
	ck_assert_int_eq(number_parse_u64("65536", 5, 65535, &value), -ERANGE);
	ck_assert_int_eq(number_parse_u64("9", 1, 5, &value), -ERANGE);
	ck_assert_int_eq(number_parse_u64("18446744073709551616", 20, UINT64_MAX, &value), -ERANGE);
	ck_assert_int_eq(number_parse_u64("-1", 2, 5, &value), -EINVAL);
	ck_assert_int_eq(number_parse_u64("", 0, 5, &value), -EINVAL);
}
END_TEST

SUITE("number", reads_what_exporters_write, refuses_what_is_not_a_decimal_number, does_not_care_about_the_locale,
      writes_the_shortest_text_that_reads_back, reads_integers_with_a_limit)
