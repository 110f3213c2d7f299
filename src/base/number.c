// SPDX-License-Identifier: Apache-2.0
#include "base/number.h"

#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NUMBER_TEXT_MAX = 400 }; // longer digit strings are refused: no exporter writes them

static locale_t c_locale(void)
{
	static locale_t locale; // the C locale, made once

	if (!locale)
		locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	return locale;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int parse_special(const char *text, size_t n, double *out)
{
	double sign = 1;

	if (n && (text[0] == '+' || text[0] == '-')) {
		sign = text[0] == '-' ? -1 : 1;
		text++;
		n--;
	}
	if (n == 3 && strncasecmp(text, "nan", 3) == 0)
		*out = (double)NAN;
	else if ((n == 3 && strncasecmp(text, "inf", 3) == 0) || (n == 8 && strncasecmp(text, "infinity", 8) == 0))
		*out = sign * (double)INFINITY;
	else
		return -EINVAL;
	return 0;
}

// What the fast path needs to know of a decimal number.
struct decimal {
	uint64_t mantissa;
	int n_digits; // significant ones taken into the mantissa
	int exponent; // of ten
	bool is_negative;
};

static size_t scan_digits(const char *text, size_t at, size_t n, struct decimal *d, int step)
{
	for (; at < n && is_digit(text[at]); at++) {
		d->exponent += step;
		if (d->n_digits == 0 && text[at] == '0')
			continue;
		if (d->n_digits < 19)
			d->mantissa = d->mantissa * 10 + (uint64_t)(text[at] - '0');
		d->n_digits++;
	}
	return at;
}

// Checks the grammar and collects the digits; true when the whole text is a number.
static bool scan_decimal(const char *text, size_t n, struct decimal *d)
{
	size_t at = 0, start, n_digits;
	int exponent = 0, sign = 1;

	if (n && (text[0] == '+' || text[0] == '-'))
		d->is_negative = text[at++] == '-';
	start = at;
	at = scan_digits(text, at, n, d, 0);
	n_digits = at - start;
	if (at < n && text[at] == '.') {
		start = ++at;
		at = scan_digits(text, at, n, d, -1);
		n_digits += at - start;
	}
	if (n_digits == 0)
		return false;
	if (at < n && (text[at] == 'e' || text[at] == 'E')) {
		at++;
		if (at < n && (text[at] == '+' || text[at] == '-'))
			sign = text[at++] == '-' ? -1 : 1;
		if (at == n)
			return false;
		for (; at < n && is_digit(text[at]); at++)
			exponent = exponent < 100000 ? exponent * 10 + (text[at] - '0') : exponent;
	}
	d->exponent += sign * exponent;
	return at == n;
}

int number_parse(const char *text, size_t n, double *out)
{
	static const double powers[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
					 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
	struct decimal d = { 0 };
	char copy[NUMBER_TEXT_MAX + 1];
	double value;

	if (n == 0 || n > NUMBER_TEXT_MAX)
		return -EINVAL;
	if (!scan_decimal(text, n, &d))
		return parse_special(text, n, out);
	// Clinger's exact case: both mantissa and power of ten are exact doubles, so one operation rounds once.
	if (d.n_digits <= 19 && d.mantissa <= (1ULL << 53) && d.exponent >= -22 && d.exponent <= 22) {
		value = (double)d.mantissa;
		value = d.exponent < 0 ? value / powers[-d.exponent] : value * powers[d.exponent];
		*out = d.is_negative ? -value : value;
		return 0;
	}
	memcpy(copy, text, n);
	copy[n] = '\0';
	*out = strtod_l(copy, NULL, c_locale());
	return 0;
}

int number_parse_u64(const char *text, size_t n, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;

	if (n == 0)
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		uint64_t digit = (uint64_t)(text[i] - '0');

		if (!is_digit(text[i]))
			return -EINVAL;
		if (value > (max - digit) / 10 || digit > max)
			return -ERANGE;
		value = value * 10 + digit;
	}
	*out = value;
	return 0;
}

size_t number_format(double value, char *out, size_t size)
{
	locale_t old;
	double back = 0;
	int n = 0;

	if (isnan(value))
		return (size_t)snprintf(out, size, "NaN");
	if (isinf(value))
		return (size_t)snprintf(out, size, value < 0 ? "-Inf" : "+Inf");
	old = uselocale(c_locale());
	for (int digits = 15; digits <= 17; digits++) {
		n = snprintf(out, size, "%.*g", digits, value);
		if (n < 0 || (size_t)n >= size)
			break;
		back = strtod_l(out, NULL, c_locale());
		// NOLINTNEXTLINE(bugprone-suspicious-memory-comparison): -0.0 must come back as -0.0
		if (memcmp(&back, &value, sizeof back) == 0)
			break;
	}
	uselocale(old);
	return n < 0 ? 0 : (size_t)n;
}
