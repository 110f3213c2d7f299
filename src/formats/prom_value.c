// SPDX-License-Identifier: Apache-2.0
#include "formats/prom_value.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum {
	NUMBER_MAX = 64, // bytes: whatever is longer is looked at with care
	TIME_MAX = 15,   // digits of milliseconds: within what the parser takes
};

static bool is_digit(char c)
{
	return (uint8_t)(c - '0') <= 9;
}

static const char *skip_digits(const char *p, const char *end)
{
	while (p < end && is_digit(*p))
		p++;
	return p;
}

static const char *skip_sign(const char *p, const char *end)
{
	return p < end && (*p == '-' || *p == '+') ? p + 1 : p;
}

// Digits with or without a fraction and an exponent, or NaN. NULL when it is none of these.
static const char *skip_number(const char *p, const char *end)
{
	const char *digits;

	if (end - p > 3 && memcmp(p, "NaN", 3) == 0)
		return p + 3;
	digits = p = skip_sign(p, end);
	p = skip_digits(p, end);
	if (p == digits)
		return NULL;
	if (p < end && *p == '.')
		p = skip_digits(p + 1, end);
	if (p < end && (*p == 'e' || *p == 'E')) {
		digits = p = skip_sign(p + 1, end);
		p = skip_digits(p, end);
		if (p == digits)
			return NULL;
	}
	return p;
}

static const char *skip_time(const char *p, const char *end)
{
	const char *digits = p, *after = skip_digits(p, end);

	return after > digits && after - digits <= TIME_MAX ? after : NULL;
}

static const char *line_end_by_bytes(const char *p, const char *end, enum prom_format format)
{
	const char *limit = end - p > NUMBER_MAX ? p + NUMBER_MAX : end;

	p = skip_number(p, limit);
	if (!p || p == limit)
		return NULL;
	if (*p == ' ' && format == PROM_TEXT) {
		p = skip_time(p + 1, end);
		if (!p)
			return NULL;
	}
	return p < end && *p == '\n' ? p : NULL;
}

#ifdef __SSE2__
// Nearly all: up to 15 digits, one point among them or none. NULL for anything else.
static const char *line_end_at_once(const char *p)
{
	__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i digits = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
	__m128i is_one = _mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(9)), digits);
	unsigned ends = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')));
	unsigned points = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('.')));
	unsigned number = (ends & -ends) - 1; // the bits below the first LF; all of them when there is none
	unsigned found = (unsigned)_mm_movemask_epi8(is_one) & number;

	points &= number;
	if (!ends || !found || (found | points) != number || (points & (points - 1)))
		return NULL;
	return p + __builtin_ctz(ends);
}
#endif

const char *prom_value_line_end(const char *p, const char *end, enum prom_format format)
{
#ifdef __SSE2__
	if (end - p >= (ptrdiff_t)sizeof(__m128i)) {
		const char *line_end = line_end_at_once(p);

		if (line_end)
			return line_end;
	}
#endif
	return line_end_by_bytes(p, end, format);
}
