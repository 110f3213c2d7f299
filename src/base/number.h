#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Numbers from text and to text, the same in every locale. */
#include <stddef.h>
#include <stdint.h>

/* Decimal floating point as Prometheus and JSON write it: [+-]digits[.digits][e[+-]digits], and NaN, Inf, Infinity in
 * any case. No hex, no leading or trailing space; the whole of text[0..n) must be the number. Correctly rounded. 0, or
 * -EINVAL. Out-of-range magnitudes give ±Inf or ±0, as strtod does.
 */
int number_parse(const char *text, size_t n, double *out);

// Unsigned decimal integer in [0, max]; the whole text must be the number. 0, -EINVAL, -ERANGE.
int number_parse_u64(const char *text, size_t n, uint64_t max, uint64_t *out);

// Shortest text that reads back as the same double ("0.1", "NaN", "+Inf"); dot as decimal sign. Returns the length.
size_t number_format(double value, char *out, size_t size);
