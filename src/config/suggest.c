// SPDX-License-Identifier: Apache-2.0
#include "config/suggest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { WORD_MAX = 63 };

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

// Optimal string alignment, three rows at a time. Source: Damerau (1964).
size_t suggest_distance(const char *a, const char *b)
{
	size_t rows[3][WORD_MAX + 1], n_a = strlen(a), n_b = strlen(b);

	if (n_a > WORD_MAX || n_b > WORD_MAX)
		return SIZE_MAX;
	for (size_t k = 0; k <= n_b; k++)
		rows[0][k] = k;
	for (size_t i = 1; i <= n_a; i++) {
		size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *second = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t k = 1; k <= n_b; k++) {
			char from = (char)tolower((unsigned char)a[i - 1]), to = (char)tolower((unsigned char)b[k - 1]);

			row[k] = least(least(above[k], row[k - 1]) + 1, above[k - 1] + (from != to));
			if (i > 1 && k > 1 && from == tolower((unsigned char)b[k - 2]) &&
			    to == tolower((unsigned char)a[i - 2]))
				row[k] = least(row[k], second[k - 2] + 1);
		}
	}
	return rows[n_a % 3][n_b];
}

const char *suggest(const char *word, const char *const *words, size_t n)
{
	size_t limit = strlen(word) / 3 + 1, best = limit + 1;
	const char *found = NULL;

	for (size_t i = 0; i < n; i++) {
		size_t distance = suggest_distance(word, words[i]);

		if (distance < best) {
			best = distance;
			found = words[i];
		}
	}
	return found;
}

// By insertion: they are few, and those equally near keep their order.
static void sort_by_distance(const char *word, const char **words, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		const char *one = words[i];
		size_t distance = suggest_distance(word, one), at = i;

		for (; at > 0 && suggest_distance(word, words[at - 1]) > distance; at--)
			words[at] = words[at - 1];
		words[at] = one;
	}
}

void suggest_list(const char *word, const char **words, size_t n, char *out, size_t size)
{
	static const char more[] = ", ...";
	size_t len = 0;

	sort_by_distance(word, words, n);
	out[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		bool is_last = i + 1 == n;

		if (len + strlen(words[i]) + (len ? 2 : 0) + (is_last ? 1 : sizeof more) > size) {
			snprintf(out + len, size - len, "%s", len ? more : "");
			return;
		}
		len += (size_t)snprintf(out + len, size - len, "%s%s", len ? ", " : "", words[i]);
	}
}
