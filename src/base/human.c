// SPDX-License-Identifier: Apache-2.0
#include "base/human.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define WEEK (7 * DAY)

char *human_duration(int64_t ms, char *out)
{
	if (ms < 0)
		ms = 0;
	if (ms < MINUTE)
		snprintf(out, HUMAN_MAX, "%" PRId64 "s", ms / SECOND);
	else if (ms < HOUR)
		snprintf(out, HUMAN_MAX, "%" PRId64 "m %02" PRId64 "s", ms / MINUTE, ms % MINUTE / SECOND);
	else if (ms < DAY)
		snprintf(out, HUMAN_MAX, "%" PRId64 "h %02" PRId64 "m", ms / HOUR, ms % HOUR / MINUTE);
	else
		snprintf(out, HUMAN_MAX, "%" PRId64 "d %" PRId64 "h", ms / DAY, ms % DAY / HOUR);
	return out;
}

char *human_short_age(int64_t ms, char *out)
{
	if (ms < SECOND)
		snprintf(out, HUMAN_MAX, "now");
	else if (ms < MINUTE)
		snprintf(out, HUMAN_MAX, "%" PRId64 "s", ms / SECOND);
	else if (ms < HOUR)
		snprintf(out, HUMAN_MAX, "%" PRId64 "m", ms / MINUTE);
	else if (ms < DAY)
		snprintf(out, HUMAN_MAX, "%" PRId64 "h", ms / HOUR);
	else if (ms < 2 * WEEK)
		snprintf(out, HUMAN_MAX, "%" PRId64 "d", ms / DAY);
	else
		snprintf(out, HUMAN_MAX, "%" PRId64 "w", ms / WEEK);
	return out;
}

char *human_column_age(int64_t ms, char *out)
{
	return human_short_age(ms >= 10 * SECOND && ms < MINUTE ? ms / (10 * SECOND) * (10 * SECOND) : ms, out);
}

char *human_ago(int64_t at_ms, int64_t now_ms, char *out)
{
	int64_t ms = now_ms - at_ms;

	if (ms < MINUTE)
		snprintf(out, HUMAN_MAX, "Just now");
	else if (ms < HOUR)
		snprintf(out, HUMAN_MAX, "%" PRId64 "m ago", ms / MINUTE);
	else if (ms < DAY)
		snprintf(out, HUMAN_MAX, "%" PRId64 "h ago", ms / HOUR);
	else if (ms < WEEK)
		snprintf(out, HUMAN_MAX, "%" PRId64 "d ago", ms / DAY);
	else
		snprintf(out, HUMAN_MAX, "%" PRId64 "w ago", ms / WEEK);
	return out;
}

// A non-negative number in thousandths with `places` decimals, without the locale's comma.
static int fixed(char *out, double value, int places)
{
	static const int64_t scale[] = { 1, 10, 100, 1000 };
	int64_t whole = llround(fabs(value) * (double)scale[places]);
	const char *sign = value < 0 && whole ? "-" : "";

	if (places == 0)
		return snprintf(out, HUMAN_MAX, "%s%" PRId64, sign, whole);
	return snprintf(out, HUMAN_MAX, "%s%" PRId64 ".%0*" PRId64, sign, whole / scale[places], places,
			whole % scale[places]);
}

char *human_latency(int64_t us, char *out)
{
	int n;

	if (us < 1000)
		snprintf(out, HUMAN_MAX, "%" PRId64 "us", us < 0 ? 0 : us);
	else if (us < 999500) {
		n = fixed(out, (double)us / 1e3, us < 9950 ? 1 : 0);
		snprintf(out + n, HUMAN_MAX - (size_t)n, "ms");
	} else {
		n = fixed(out, (double)us / 1e6, us < 9995000 ? 2 : 1);
		snprintf(out + n, HUMAN_MAX - (size_t)n, "s");
	}
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
	snprintf(out, HUMAN_MAX, isnan(value) ? "-" : value < 0 ? "-Inf" : "+Inf");
	return out;
}

char *human_bytes(double bytes, char *out)
{
	static const char *const names[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	size_t step;
	int n;

	if (!isfinite(bytes) || fabs(bytes) > 1e24)
		return special(bytes, out);
	bytes = scale_down(bytes, 1024, sizeof names / sizeof names[0], &step);
	n = fixed(out, bytes, step && fabs(bytes) < 99.95 ? 1 : 0);
	snprintf(out + n, HUMAN_MAX - (size_t)n, " %s", names[step]);
	return out;
}

char *human_si(double value, char *out)
{
	static const char *const names[] = { "", "k", "M", "G", "T", "P", "E", "Z", "Y" };
	double magnitude = fabs(value);
	size_t step;
	int n, places;

	if (!isfinite(value) || magnitude >= 999.5e24)
		return special(value, out);
	value = scale_down(value, 1000, sizeof names / sizeof names[0], &step);
	magnitude = fabs(value);
	if (step == 0 && magnitude == floor(magnitude))
		places = 0;
	else
		places = magnitude < 9.995 ? 2 : magnitude < 99.95 ? 1 : 0;
	n = fixed(out, value, places);
	snprintf(out + n, HUMAN_MAX - (size_t)n, "%s", names[step]);
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

char *human_time_of_day(int64_t wall_ms, int32_t utc_offset_s, char *out)
{
	struct tm tm = broken_down(wall_ms, utc_offset_s);

	snprintf(out, HUMAN_MAX, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
	return out;
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
