// SPDX-License-Identifier: Apache-2.0
#include "widgets/metric_text.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/strbuf.h"

static const double FIXED_MAX = 1e12;

char *metric_text_fixed(double value, int places, char *out)
{
	return fabs(value) < FIXED_MAX ? human_fixed(value, places, out) : human_si(value, out);
}

// Near 0 and 100 the second decimal is what one looks for; between them it only flickers.
static void format_share(double value, char *out)
{
	double magnitude = fabs(value);

	if (magnitude >= 999.95)
		human_si(value, out);
	else if (magnitude == 0 || magnitude == 100)
		metric_text_fixed(value, 0, out);
	else if (magnitude > 99 && magnitude < 100)
		metric_text_fixed(floor(magnitude * 100) / 100 * (value < 0 ? -1 : 1), 2, out);
	else if (magnitude < 1)
		metric_text_fixed(magnitude < 0.01 ? copysign(0.01, value) : value, 2, out);
	else
		metric_text_fixed(value, 1, out);
}

// Past a minute two units read better than a fraction; past centuries nothing but the magnitude matters.
static void format_seconds(double seconds, char *out)
{
	static const double MANY = 1e10;

	if (!(fabs(seconds) < MANY))
		human_si(seconds, out);
	else if (fabs(seconds) < 60)
		human_latency(llround(seconds * 1e6), out);
	else
		human_duration(llround(seconds * 1e3), out);
}

// A magnitude as the base's functions write it, with its unit behind it where they write one.
static void format_magnitude(double value, enum metric_unit unit, char *out)
{
	switch (unit) {
	case UNIT_PERCENT:
		format_share(value, out);
		return;
	case UNIT_BYTES:
	case UNIT_BYTES_PER_SECOND:
		human_bytes(value, out);
		return;
	case UNIT_SECONDS:
		format_seconds(value, out);
		return;
	case UNIT_MILLISECONDS:
		format_seconds(value / 1e3, out);
		return;
	case UNIT_NONE:
	case UNIT_COUNT:
	case UNIT_PER_SECOND:
	case UNIT_PER_MINUTE:
		break;
	}
	human_si(value, out);
}

// What stands behind the prefix of the base's functions.
static const char *unit_suffix(enum metric_unit unit)
{
	switch (unit) {
	case UNIT_PERCENT:
		return "%";
	case UNIT_BYTES_PER_SECOND:
	case UNIT_PER_SECOND:
		return "/s";
	case UNIT_PER_MINUTE:
		return "/min";
	case UNIT_NONE:
	case UNIT_BYTES:
	case UNIT_SECONDS:
	case UNIT_MILLISECONDS:
	case UNIT_COUNT:
		break;
	}
	return "";
}

// Whether the base's functions put a unit behind the number.
static bool has_own_unit(enum metric_unit unit)
{
	return unit == UNIT_BYTES || unit == UNIT_BYTES_PER_SECOND || unit == UNIT_SECONDS || unit == UNIT_MILLISECONDS;
}

void metric_text(double value, enum metric_unit unit, struct metric_text *out)
{
	char text[HUMAN_MAX];
	const char *sign = value < 0 ? "-" : "", *rest = "";
	struct strbuf number, suffix;
	size_t n;

	strbuf_init(&number, out->number, sizeof out->number);
	strbuf_init(&suffix, out->unit, sizeof out->unit);
	if (isnan(value)) {
		strbuf_add(&number, "-");
		return;
	}
	format_magnitude(fabs(value), unit, text);
	if (text[0] == '+') { // infinite, or past what is worth writing out
		strbuf_add(&number, value < 0 ? "-Inf" : text);
		return;
	}
	n = has_own_unit(unit) ? strspn(text, "0123456789.") : strlen(text);
	if (strpbrk(text + n, "0123456789")) // "3m 12s" stays whole
		n = strlen(text);
	else
		rest = text + n + (text[n] == ' ');
	strbuf_add(&number, sign);
	strbuf_add_bytes(&number, text, n);
	strbuf_add(&suffix, rest);
	strbuf_add(&suffix, unit_suffix(unit));
}

char *metric_text_whole(double value, enum metric_unit unit, char *out)
{
	struct metric_text text;
	struct strbuf whole;
	bool is_apart = unit == UNIT_BYTES || unit == UNIT_BYTES_PER_SECOND;

	metric_text(value, unit, &text);
	strbuf_init(&whole, out, HUMAN_MAX);
	strbuf_add_bytes(&whole, text.number, strnlen(text.number, 40));
	if (is_apart && *text.unit)
		strbuf_add(&whole, " ");
	strbuf_add(&whole, text.unit);
	return out;
}

char *metric_text_signed(double value, enum metric_unit unit, char *out)
{
	char text[HUMAN_MAX];
	struct strbuf whole;

	metric_text_whole(value, unit, text);
	strbuf_init(&whole, out, HUMAN_MAX);
	if (value >= 0 && isfinite(value))
		strbuf_add(&whole, "+");
	strbuf_add_bytes(&whole, text, strnlen(text, 60));
	return out;
}
