// SPDX-License-Identifier: Apache-2.0
#include "console/fuzzy.h"

#include <stddef.h>

#include "text/text.h"

// After Smith and Waterman with affine gaps, in the proportions of fzf's algo.go.
enum {
	SCORE_MATCH = 16,
	BONUS_START = 10, // of a word
	BONUS_FIRST = 6,  // more, for the very first letter
	BONUS_CAMEL = 8,
	BONUS_RUN = 12, // follows the letter before
	GAP_START = 3,
	GAP_MORE = 1,
	IMPOSSIBLE = -100000,
};

struct letters {
	uint32_t folded[FUZZY_TEXT_MAX];
	int bonus[FUZZY_TEXT_MAX];
	int n;
};

static bool is_upper(uint32_t c)
{
	return text_fold(c) != c;
}

static bool is_separator(uint32_t c)
{
	return c < 0x80 && !(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z');
}

static int bonus_at(uint32_t before, uint32_t c, int at)
{
	if (at == 0)
		return BONUS_START + BONUS_FIRST;
	if (is_separator(before) && !is_separator(c))
		return BONUS_START;
	return is_upper(c) && !is_upper(before) ? BONUS_CAMEL : 0;
}

static void read_letters(const char *text, struct letters *out)
{
	struct text_cluster cluster;
	uint32_t before = 0;

	out->n = 0;
	while (out->n < FUZZY_TEXT_MAX && text_next(&text, &cluster)) {
		out->folded[out->n] = text_fold(cluster.codepoint);
		out->bonus[out->n] = bonus_at(before, cluster.codepoint, out->n);
		before = cluster.codepoint;
		out->n++;
	}
}

// The next word of the query; its length, 0 at the end.
static int read_word(const char **query, uint32_t word[FUZZY_QUERY_MAX])
{
	struct text_cluster cluster;
	int n = 0;

	while (n < FUZZY_QUERY_MAX && text_next(query, &cluster)) {
		if (cluster.codepoint != ' ')
			word[n++] = text_fold(cluster.codepoint);
		else if (n)
			break;
	}
	return n;
}

static bool is_subsequence(const struct letters *text, const uint32_t *word, int n)
{
	int i = 0;

	for (int j = 0; j < text->n && i < n; j++)
		i += text->folded[j] == word[i];
	return i == n;
}

struct paths {
	int score[FUZZY_QUERY_MAX][FUZZY_TEXT_MAX];    // best path that ends with letter i at place j
	int16_t from[FUZZY_QUERY_MAX][FUZZY_TEXT_MAX]; // where letter i - 1 stood on it
};

// Best ways for letter i of the word, given those for the letter before.
static void extend(const struct letters *text, uint32_t letter, int i, struct paths *paths)
{
	int best = i ? IMPOSSIBLE : 0; // over all earlier places, gap paid
	int16_t best_from = -1;

	for (int j = 0; j < text->n; j++) {
		int run = i && j ? paths->score[i - 1][j - 1] : IMPOSSIBLE;
		int base = best;
		int16_t from = best_from;

		if (run > IMPOSSIBLE && run + BONUS_RUN > base + text->bonus[j]) {
			base = run + BONUS_RUN;
			from = (int16_t)(j - 1);
		} else {
			base += text->bonus[j];
		}
		paths->score[i][j] =
			text->folded[j] == letter && base > IMPOSSIBLE / 2 ? base + SCORE_MATCH : IMPOSSIBLE;
		paths->from[i][j] = from;
		best -= i ? GAP_MORE : 0;
		if (i && j && paths->score[i - 1][j - 1] - GAP_START > best) {
			best = paths->score[i - 1][j - 1] - GAP_START;
			best_from = (int16_t)(j - 1);
		}
	}
}

// n: 1 to FUZZY_QUERY_MAX.
static int match_word(const struct letters *text, const uint32_t *word, int n, uint64_t *matched)
{
	struct paths paths;
	int best = 0, score = IMPOSSIBLE, at;

	for (int i = 0; i < n; i++)
		extend(text, word[i], i, &paths);
	for (int j = 0; j < text->n; j++)
		// cppcheck-suppress uninitvar ; extend() fills a row, up to the last one
		if (paths.score[n - 1][j] > score) {
			best = j;
			score = paths.score[n - 1][j];
		}
	at = best;
	for (int i = n - 1; i >= 0 && at >= 0; i--) {
		if (at < 64)
			*matched |= UINT64_C(1) << at;
		at = paths.from[i][at];
	}
	return score;
}

bool fuzzy_match(const char *text, const char *query, struct fuzzy_match *out)
{
	struct letters letters;
	uint32_t word[FUZZY_QUERY_MAX];
	int n, total = 0;

	*out = (struct fuzzy_match){ 0 };
	n = read_word(&query, word);
	if (n == 0)
		return true;
	read_letters(text, &letters);
	for (; n; n = read_word(&query, word)) {
		if (!is_subsequence(&letters, word, n)) {
			*out = (struct fuzzy_match){ 0 };
			return false;
		}
		total += match_word(&letters, word, n, &out->matched);
	}
	// Of two that match alike the shorter is the better one.
	total = total * 4 - letters.n / 8;
	out->score = (uint16_t)(total < 1 ? 1 : total > UINT16_MAX ? UINT16_MAX : total);
	return true;
}
