// SPDX-License-Identifier: Apache-2.0
#include "base/moment.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "base/human.h"

const char moment_forms[MOMENT_FORMS_MAX] = "02:15, 02:15:30, 2026-11-26T02:15:30Z, +10m or -1h";

struct reading {
	const char *at;
	bool is_bad;
};

// So many digits, at most `max`.
static int digits(struct reading *reading, int n, int min, int max)
{
	int value = 0;

	for (; n && *reading->at >= '0' && *reading->at <= '9'; n--)
		value = value * 10 + (*reading->at++ - '0');
	reading->is_bad |= n != 0 || value < min || value > max;
	return value;
}

static bool skip(struct reading *reading, char c)
{
	if (*reading->at != c)
		return false;
	reading->at++;
	return true;
}

static void read_date(struct reading *reading, struct tm *tm)
{
	tm->tm_year = digits(reading, 4, 1970, 9999) - 1900;
	reading->is_bad |= !skip(reading, '-');
	tm->tm_mon = digits(reading, 2, 1, 12) - 1;
	reading->is_bad |= !skip(reading, '-');
	tm->tm_mday = digits(reading, 2, 1, 31);
}

// Returns the thousandths.
static int read_time(struct reading *reading, struct tm *tm)
{
	tm->tm_hour = digits(reading, 2, 0, 23);
	reading->is_bad |= !skip(reading, ':');
	tm->tm_min = digits(reading, 2, 0, 59);
	tm->tm_sec = skip(reading, ':') ? digits(reading, 2, 0, 60) : 0;
	return skip(reading, '.') ? digits(reading, 3, 0, 999) : 0;
}

static bool has_date(const char *text)
{
	return strlen(text) >= 5 && text[4] == '-';
}

static int from_near(const char *text, int64_t near_ms, int64_t *out_ms)
{
	int64_t ms;

	if (human_parse_duration(text + 1, &ms) < 0)
		return -EINVAL;
	*out_ms = near_ms + (*text == '-' ? -ms : ms);
	return 0;
}

// The day by that clock.
static void day_of(int64_t near_ms, int64_t offset_ms, struct tm *tm)
{
	time_t seconds = (time_t)((near_ms + offset_ms) / 1000);

	gmtime_r(&seconds, tm);
	tm->tm_hour = tm->tm_min = tm->tm_sec = 0;
}

int moment_parse(const char *text, int64_t near_ms, int32_t utc_offset_s, int64_t *out_ms)
{
	size_t n = strlen(text);
	bool is_utc = n > 0 && text[n - 1] == 'Z';
	int64_t offset_ms = is_utc ? 0 : utc_offset_s * INT64_C(1000);
	struct reading reading = { .at = text };
	struct tm tm = { 0 };
	int ms = 0, day;

	if (*text == '+' || *text == '-')
		return from_near(text, near_ms, out_ms);
	day_of(near_ms, offset_ms, &tm);
	if (has_date(text))
		read_date(&reading, &tm);
	if (!has_date(text) || skip(&reading, 'T') || skip(&reading, ' '))
		ms = read_time(&reading, &tm);
	if (is_utc)
		reading.is_bad |= !skip(&reading, 'Z');
	if (reading.is_bad || *reading.at)
		return -EINVAL;
	day = tm.tm_mday;
	*out_ms = (int64_t)timegm(&tm) * 1000 + ms - offset_ms;
	return tm.tm_mday == day || tm.tm_sec == 60 ? 0 : -EINVAL; // there is such a day
}
