// SPDX-License-Identifier: Apache-2.0
#include "base/human.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define WEEK (7 * DAY)

// Numbers are written by hand: a screen has hundreds of them, and each printf() costs as much as the rest of its cell.
static char *add(char *at, const char *text)
{
	size_t n = strlen(text);

	memcpy(at, text, n + 1);
	return at + n;
}

// With zeros before it up to `least` digits.
static char *add_number(char *at, uint64_t number, int least)
{
	char digits[20];
	int n = 0;

	for (; number || n < least; number /= 10)
		digits[n++] = (char)('0' + number % 10);
	while (n)
		*at++ = digits[--n];
	*at = '\0';
	return at;
}

static char *one_unit(int64_t number, const char *unit, char *out)
{
	add(add_number(out, (uint64_t)number, 1), unit);
	return out;
}

static char *two_units(int64_t number, const char *unit, int64_t rest, int least, const char *rest_unit, char *out)
{
	char *at = add(add_number(out, (uint64_t)number, 1), unit);

	add(add_number(at, (uint64_t)rest, least), rest_unit);
	return out;
}

char *human_duration(int64_t ms, char *out)
{
	if (ms < 0)
		ms = 0;
	if (ms < MINUTE)
		return one_unit(ms / SECOND, "s", out);
	if (ms < HOUR)
		return two_units(ms / MINUTE, "m ", ms % MINUTE / SECOND, 2, "s", out);
	if (ms < DAY)
		return two_units(ms / HOUR, "h ", ms % HOUR / MINUTE, 2, "m", out);
	return two_units(ms / DAY, "d ", ms % DAY / HOUR, 1, "h", out);
}

char *human_short_age(int64_t ms, char *out)
{
	if (ms < SECOND) {
		add(out, "now");
		return out;
	}
	if (ms < MINUTE)
		return one_unit(ms / SECOND, "s", out);
	if (ms < HOUR)
		return one_unit(ms / MINUTE, "m", out);
	if (ms < DAY)
		return one_unit(ms / HOUR, "h", out);
	if (ms < 2 * WEEK)
		return one_unit(ms / DAY, "d", out);
	return one_unit(ms / WEEK, "w", out);
}

char *human_column_age(int64_t ms, char *out)
{
	return human_short_age(ms >= 10 * SECOND && ms < MINUTE ? ms / (10 * SECOND) * (10 * SECOND) : ms, out);
}

int64_t human_column_age_lasts_ms(int64_t ms)
{
	int64_t step = ms < 10 * SECOND ? SECOND
		       : ms < MINUTE    ? 10 * SECOND
		       : ms < HOUR      ? MINUTE
		       : ms < DAY       ? HOUR
					: DAY;

	return ms < 0 ? SECOND - ms : step - ms % step;
}

char *human_ago(int64_t at_ms, int64_t now_ms, char *out)
{
	int64_t ms = now_ms - at_ms;

	if (ms < MINUTE) {
		add(out, "Just now");
		return out;
	}
	if (ms < HOUR)
		return one_unit(ms / MINUTE, "m ago", out);
	if (ms < DAY)
		return one_unit(ms / HOUR, "h ago", out);
	if (ms < WEEK)
		return one_unit(ms / DAY, "d ago", out);
	return one_unit(ms / WEEK, "w ago", out);
}

// Without the locale's comma. Returns its end.
static char *fixed(char *out, double value, int places)
{
	static const uint64_t scale[] = { 1, 10, 100, 1000, 10000, 100000, 1000000 };
	uint64_t whole = (uint64_t)llround(fabs(value) * (double)scale[places]);
	char *at = out;

	if (value < 0 && whole)
		*at++ = '-';
	at = add_number(at, whole / scale[places], 1);
	if (places == 0)
		return at;
	*at++ = '.';
	return add_number(at, whole % scale[places], places);
}

char *human_fixed(double value, int places, char *out)
{
	fixed(out, value, places);
	return out;
}

char *human_latency(int64_t us, char *out)
{
	if (us < 1000)
		return one_unit(us < 0 ? 0 : us, "us", out);
	if (us < 999500)
		add(fixed(out, (double)us / 1e3, us < 9950 ? 1 : 0), "ms");
	else
		add(fixed(out, (double)us / 1e6, us < 9995000 ? 2 : 1), "s");
	return out;
}

// Scales |value| below `base` and says which step was taken.
static double scale_down(double value, double base, size_t n_steps, size_t *step)
{
	*step = 0;
	while (fabs(value) >= base * 0.9995 && *step + 1 < n_steps) {
		value /= base;
		++*step;
	}
	return value;
}

static char *special(double value, char *out)
{
	add(out, isnan(value) ? "-" : value < 0 ? "-Inf" : "+Inf");
	return out;
}

char *human_bytes(double bytes, char *out)
{
	static const char *const names[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	size_t step;
	char *end;

	if (!isfinite(bytes) || fabs(bytes) > 1e24)
		return special(bytes, out);
	bytes = scale_down(bytes, 1024, sizeof names / sizeof names[0], &step);
	end = fixed(out, bytes, step && fabs(bytes) < 99.95 ? 1 : 0);
	add(add(end, " "), names[step]);
	return out;
}

char *human_si(double value, char *out)
{
	static const char *const names[] = { "", "k", "M", "G", "T", "P", "E", "Z", "Y" };
	double magnitude = fabs(value);
	size_t step;
	int places;

	if (!isfinite(value) || magnitude >= 999.5e24)
		return special(value, out);
	value = scale_down(value, 1000, sizeof names / sizeof names[0], &step);
	magnitude = fabs(value);
	if (step == 0 && magnitude == floor(magnitude))
		places = 0;
	else
		places = magnitude < 9.995 ? 2 : magnitude < 99.95 ? 1 : 0;
	add(fixed(out, value, places), names[step]);
	return out;
}

static struct tm broken_down(int64_t wall_ms, int32_t utc_offset_s)
{
	int64_t seconds = wall_ms / 1000 + utc_offset_s;
	time_t t;
	struct tm tm = { 0 };

	if (wall_ms % 1000 < 0)
		seconds--;
	t = (time_t)seconds;
	gmtime_r(&t, &tm);
	return tm;
}

char *human_rfc3339(int64_t wall_ms, char *out)
{
	struct tm tm = broken_down(wall_ms, 0);
	int ms = (int)((wall_ms % 1000 + 1000) % 1000);

	snprintf(out, HUMAN_MAX, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
		 tm.tm_hour, tm.tm_min, tm.tm_sec, ms);
	return out;
}

static char *add_time(char *out, const struct tm *tm)
{
	char *at = add(add_number(out, (uint64_t)tm->tm_hour, 2), ":");

	at = add(add_number(at, (uint64_t)tm->tm_min, 2), ":");
	add_number(at, (uint64_t)tm->tm_sec, 2);
	return out;
}

int human_parse_rfc3339(const char *text, int64_t *out_ms)
{
	struct tm tm = { 0 };
	int n = 0, n_digits = 0;
	int64_t ms = 0;

	if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min,
		   &tm.tm_sec, &n) != 6 ||
	    n != 19)
		return -EINVAL;
	text += n;
	if (*text == '.')
		for (text++; *text >= '0' && *text <= '9'; text++, n_digits++)
			if (n_digits < 3)
				ms = ms * 10 + (*text - '0');
	for (; n_digits < 3; n_digits++)
		ms *= 10;
	if (strcmp(text, "Z") != 0 || tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 || tm.tm_mday > 31 ||
	    tm.tm_year < 0 || tm.tm_hour < 0 || tm.tm_hour > 23 || tm.tm_min < 0 || tm.tm_min > 59 || tm.tm_sec < 0 ||
	    tm.tm_sec > 60)
		return -EINVAL;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	*out_ms = (int64_t)timegm(&tm) * 1000 + ms;
	return 0;
}

char *human_time_of_day(int64_t wall_ms, int32_t utc_offset_s, char *out)
{
	struct tm tm = broken_down(wall_ms, utc_offset_s);

	return add_time(out, &tm);
}

char *human_date(int64_t wall_ms, int32_t utc_offset_s, char *out)
{
	struct tm tm = broken_down(wall_ms, utc_offset_s);

	snprintf(out, HUMAN_MAX, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	return out;
}

// Reads a unit at *text and moves past it; 0 when there is none.
static int64_t read_unit(const char **text)
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = { { "ms", 1 }, { "s", SECOND }, { "m", MINUTE }, { "h", HOUR }, { "d", DAY }, { "w", WEEK } };

	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		size_t n = strlen(units[i].name);

		if (strncmp(*text, units[i].name, n) == 0) {
			*text += n;
			return units[i].ms;
		}
	}
	return 0;
}

int human_parse_duration(const char *text, int64_t *out_ms)
{
	int64_t total = 0;

	if (!*text)
		return -EINVAL;
	while (*text) {
		int64_t value = 0, unit;

		if (*text < '0' || *text > '9')
			return -EINVAL;
		for (; *text >= '0' && *text <= '9'; text++) {
			value = value * 10 + (*text - '0');
			if (value > 366 * DAY)
				return -ERANGE;
		}
		unit = read_unit(&text);
		if (!unit)
			return -EINVAL;
		if (value > 366 * DAY / unit || (total += value * unit) > 366 * DAY)
			return -ERANGE;
	}
	*out_ms = total;
	return 0;
}
