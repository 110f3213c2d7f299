// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <math.h>

#include "base/human.h"

START_TEST(durations_have_two_units_at_most)
{
	static const struct {
		int64_t ms;
		const char *text, *age, *column;
	} table[] = {
		{ -5, "0s", "now", "now" },
		{ 999, "0s", "now", "now" },
		{ 9999, "9s", "9s", "9s" },
		{ 59999, "59s", "59s", "50s" },
		{ 42000, "42s", "42s", "40s" },
		{ 192000, "3m 12s", "3m", "3m" },
		{ 7500000, "2h 05m", "2h", "2h" },
		{ 356400000, "4d 3h", "4d", "4d" },
		{ 40 * INT64_C(86400000), "40d 0h", "5w", "5w" },
	};
	char out[HUMAN_MAX];

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		ck_assert_str_eq(human_duration(table[i].ms, out), table[i].text);
		ck_assert_str_eq(human_short_age(table[i].ms, out), table[i].age);
		ck_assert_str_eq(human_column_age(table[i].ms, out), table[i].column);
	}
}
END_TEST

START_TEST(relative_times_keep_the_portals_words)
{
	const int64_t now = INT64_C(1700000000000);
	static const struct {
		int64_t ago_s;
		const char *text;
	} table[] = {
		{ -100, "Just now" }, { 0, "Just now" },    { 59, "Just now" },   { 60, "1m ago" },
		{ 3599, "59m ago" },  { 3600, "1h ago" },   { 86399, "23h ago" }, { 86400, "1d ago" },
		{ 604799, "6d ago" }, { 604800, "1w ago" },
	};
	char out[HUMAN_MAX];

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		ck_assert_str_eq(human_ago(now - table[i].ago_s * 1000, now, out), table[i].text);
}
END_TEST

START_TEST(quantities_stay_short)
{
	char out[HUMAN_MAX];

	ck_assert_str_eq(human_latency(840, out), "840us");
	ck_assert_str_eq(human_latency(3240, out), "3.2ms");
	ck_assert_str_eq(human_latency(12400, out), "12ms");
	ck_assert_str_eq(human_latency(999900, out), "1.00s");
	ck_assert_str_eq(human_latency(1250000, out), "1.25s");
	ck_assert_str_eq(human_bytes(0, out), "0 B");
	ck_assert_str_eq(human_bytes(12700, out), "12.4 KiB");
	ck_assert_str_eq(human_bytes(1024 * 1024 * 1024, out), "1.0 GiB");
	ck_assert_str_eq(human_si(0.123, out), "0.12");
	ck_assert_str_eq(human_si(950, out), "950");
	ck_assert_str_eq(human_si(12400, out), "12.4k");
	ck_assert_str_eq(human_si(999999, out), "1.00M");
	ck_assert_str_eq(human_si(-2.5, out), "-2.50");
	ck_assert_str_eq(human_si(6.1e23, out), "610Z");
	ck_assert_str_eq(human_si(-99.94e24, out), "-99.9Y");
	ck_assert_str_eq(human_si(1e27, out), "+Inf");
	ck_assert_str_eq(human_si((double)NAN, out), "-");
	ck_assert_str_eq(human_si(1e300, out), "+Inf");
}
END_TEST

START_TEST(times_are_rfc3339_in_utc)
{
	char out[HUMAN_MAX];

	ck_assert_str_eq(human_rfc3339(INT64_C(1700000000123), out), "2023-11-14T22:13:20.123Z");
	ck_assert_str_eq(human_rfc3339(-1, out), "1969-12-31T23:59:59.999Z");
	ck_assert_str_eq(human_time_of_day(INT64_C(1700000000123), 3600, out), "23:13:20");
	ck_assert_str_eq(human_date(INT64_C(1700000000123), 7200, out), "2023-11-15");
}
END_TEST

START_TEST(durations_are_read_with_units)
{
	int64_t ms;

	ck_assert_int_eq(human_parse_duration("500ms", &ms), 0);
	ck_assert_int_eq(ms, 500);
	ck_assert_int_eq(human_parse_duration("1h30m", &ms), 0);
	ck_assert_int_eq(ms, 5400000);
	ck_assert_int_eq(human_parse_duration("5", &ms), -EINVAL);
	ck_assert_int_eq(human_parse_duration("", &ms), -EINVAL);
	ck_assert_int_eq(human_parse_duration("s", &ms), -EINVAL);
	ck_assert_int_eq(human_parse_duration("400d", &ms), -ERANGE);
	ck_assert_int_eq(human_parse_duration("99999999999999999999d", &ms), -ERANGE);
}
END_TEST

START_TEST(times_are_read_as_they_are_written)
{
	static const int64_t times[] = { 0, 1, 1795446245120, -1000, 253402300799999 };
	static const char *const bad[] = { "",
					   "now",
					   "2026-11-23",
					   "2026-11-23T15:04:05",
					   "2026-11-23T15:04:05+01:00",
					   "2026-13-23T15:04:05Z",
					   "2026-11-23T25:04:05Z",
					   "2026-11-23T15:04:05.1xZ",
					   "2026-11-23 15:04:05Z",
					   "26-11-23T15:04:05Z" };
	char text[HUMAN_MAX];
	int64_t at_ms;

	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
		ck_assert_int_eq(human_parse_rfc3339(human_rfc3339(times[i], text), &at_ms), 0);
		ck_assert_int_eq(at_ms, times[i]);
	}
	ck_assert_int_eq(human_parse_rfc3339("2026-11-23T15:04:05Z", &at_ms), 0);
	ck_assert_int_eq(at_ms, 1795446245000);
	ck_assert_int_eq(human_parse_rfc3339("2026-11-23T15:04:05.1234567Z", &at_ms), 0);
	ck_assert_int_eq(at_ms, 1795446245123);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ck_assert_int_eq(human_parse_rfc3339(bad[i], &at_ms), -EINVAL);
}
END_TEST

SUITE("human", times_are_read_as_they_are_written, durations_have_two_units_at_most,
      relative_times_keep_the_portals_words, quantities_stay_short, times_are_rfc3339_in_utc,
      durations_are_read_with_units)
