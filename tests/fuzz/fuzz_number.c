// SPDX-License-Identifier: Apache-2.0
/* Numbers and durations from text, judged by the C library, which stands in the C locale here. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/human.h"
#include "base/memory.h"
#include "base/number.h"
#include "tests/fuzz/fuzz.h"

enum { DIGITS_MAX = 400 }; // longer ones are refused: no exporter writes them

// What strtod() takes and we do not: blanks before, hexadecimal, a NaN with a payload, a page of digits.
static bool is_libc_only(const char *text)
{
	return strpbrk(text, " \t\n\v\f\rxX(") || strlen(text) > DIGITS_MAX;
}

static void check_number(const char *text, size_t n)
{
	double value = 0, again;
	int r = number_parse(text, n, &value);
	char *end, written[64];
	double judged = strtod(text, &end);

	if (r < 0) {
		fuzz_expect(r == -EINVAL, "a number is taken or refused");
		fuzz_expect(n == 0 || (size_t)(end - text) < n || strlen(text) < n || is_libc_only(text),
			    "what the C library takes is a number");
		return;
	}
	fuzz_expect((size_t)(end - text) == n && !is_libc_only(text), "what is taken is one to the C library too");
	fuzz_expect(judged == value || (isnan(judged) && isnan(value)), "and the same one");
	fuzz_expect(number_format(value, written, sizeof written) == strlen(written), "a number can be written");
	fuzz_expect(number_parse(written, strlen(written), &again) == 0, "what is written is a number");
	fuzz_expect(again == value || (isnan(again) && isnan(value)), "and reads back as the same");
}

static void check_human(double value)
{
	char out[HUMAN_MAX];
	int64_t ms = fabs(value) < 9e18 ? (int64_t)value : INT64_MAX;

	fuzz_expect(strlen(human_si(value, out)) <= 6, "a short number is short");
	fuzz_expect_clean(human_bytes(value, out), "bytes are clean");
	fuzz_expect_clean(human_duration(ms, out), "a duration is clean");
	fuzz_expect_clean(human_latency(ms, out), "a latency is clean");
	fuzz_expect_clean(human_short_age(ms, out), "an age is clean");
	fuzz_expect_clean(human_ago(ms, 0, out), "a time ago is clean");
	fuzz_expect_clean(human_rfc3339(ms, out), "a time is clean");
	fuzz_expect_clean(human_time_of_day(ms, 3600, out), "a time of day is clean");
	fuzz_expect_clean(human_date(ms, -3600, out), "a date is clean");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	double value = 0;
	int64_t ms = -1;
	uint64_t whole = 0;
	int r;

	check_number(text, size);
	if (number_parse(text, size, &value) == 0)
		check_human(value);
	r = number_parse_u64(text, size, 1000000, &whole);
	fuzz_expect(r == 0 ? whole <= 1000000 : r == -EINVAL || r == -ERANGE, "a whole number is within its limit");
	r = human_parse_duration(text, &ms);
	fuzz_expect(r == 0 ? ms >= 0 && ms <= INT64_C(366) * 86400000 : r == -EINVAL || r == -ERANGE,
		    "a duration is within its limit");
	mem_free(text);
	return 0;
}
