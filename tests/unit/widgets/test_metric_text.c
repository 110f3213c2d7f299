// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <math.h>

#include "tests/support/decimal_comma.h"
#include "widgets/metric_text.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

START_TEST(writes_values_with_their_units)
{
	static const struct {
		double value;
		enum metric_unit unit;
		const char *expected;
	} cases[] = {
		{ 0, UNIT_NONE, "0" },
		{ 999999999, UNIT_NONE, "1.00G" },
		{ -12.5, UNIT_NONE, "-12.5" },
		{ 42, UNIT_COUNT, "42" },
		{ 120, UNIT_PER_SECOND, "120/s" },
		{ 1234, UNIT_PER_MINUTE, "1.23k/min" },
		{ 12700, UNIT_BYTES, "12.4 KiB" },
		{ 12700, UNIT_BYTES_PER_SECOND, "12.4 KiB/s" },
		{ 0.0032, UNIT_SECONDS, "3.2ms" },
		{ 192, UNIT_SECONDS, "3m 12s" },
		{ 12, UNIT_MILLISECONDS, "12ms" },
		{ 1e15, UNIT_SECONDS, "1.00P" },
		{ NAN, UNIT_PERCENT, "-" },
		{ INFINITY, UNIT_NONE, "+Inf" },
		{ -INFINITY, UNIT_BYTES, "-Inf" },
		{ 1e300, UNIT_NONE, "+Inf" },
	};
	char out[HUMAN_MAX];

	decimal_comma_set(); // changes nothing
	for (size_t i = 0; i < COUNT(cases); i++)
		ck_assert_str_eq(metric_text_whole(cases[i].value, cases[i].unit, out), cases[i].expected);
}
END_TEST

START_TEST(never_rounds_a_share_to_all_or_nothing)
{
	static const struct {
		double value;
		const char *expected;
	} cases[] = {
		{ 0, "0%" },        { 100, "100%" },      { 99.996, "99.99%" },   { 99.5, "99.50%" },
		{ 0.004, "0.01%" }, { -0.004, "-0.01%" }, { 0.5, "0.50%" },       { 43.21, "43.2%" },
		{ 250, "250.0%" },  { 1e6, "1.00M%" },    { -99.996, "-99.99%" },
	};
	char out[HUMAN_MAX];

	for (size_t i = 0; i < COUNT(cases); i++)
		ck_assert_str_eq(metric_text_whole(cases[i].value, UNIT_PERCENT, out), cases[i].expected);
}
END_TEST

START_TEST(writes_differences_with_their_sign)
{
	char out[HUMAN_MAX];

	ck_assert_str_eq(metric_text_signed(-10, UNIT_MILLISECONDS, out), "-10ms");
	ck_assert_str_eq(metric_text_signed(3.1, UNIT_PERCENT, out), "+3.1%");
	ck_assert_str_eq(metric_text_signed(0, UNIT_COUNT, out), "+0");
	ck_assert_str_eq(metric_text_signed(NAN, UNIT_COUNT, out), "-");
	ck_assert_str_eq(metric_text_signed(INFINITY, UNIT_COUNT, out), "+Inf");
}
END_TEST

START_TEST(splits_number_and_unit)
{
	struct metric_text text;

	metric_text(12700, UNIT_BYTES_PER_SECOND, &text);
	ck_assert_str_eq(text.number, "12.4");
	ck_assert_str_eq(text.unit, "KiB/s");
	metric_text(192, UNIT_SECONDS, &text);
	ck_assert_str_eq(text.number, "3m 12s");
	ck_assert_str_eq(text.unit, "");
}
END_TEST

START_TEST(writes_fixed_decimals)
{
	char out[HUMAN_MAX];

	ck_assert_str_eq(metric_text_fixed(-0.001, 2, out), "0.00");
	ck_assert_str_eq(metric_text_fixed(-1.25, 1, out), "-1.3");
	ck_assert_str_eq(metric_text_fixed(7, 0, out), "7");
	ck_assert_str_eq(metric_text_fixed(2e15, 2, out), "2.00P");
}
END_TEST

SUITE("metric_text", writes_values_with_their_units, never_rounds_a_share_to_all_or_nothing,
      writes_differences_with_their_sign, splits_number_and_unit, writes_fixed_decimals)
