// SPDX-License-Identifier: Apache-2.0
/* The fuzzy matcher: a text, a newline, a query. */
#include <string.h>

#include "base/memory.h"
#include "console/fuzzy.h"
#include "tests/fuzz/fuzz.h"
#include "text/text.h"

static int count_clusters(const char *text)
{
	struct text_cluster cluster;
	int n = 0;

	while (text_next(&text, &cluster))
		n++;
	return n;
}

// Words are what stands between blanks, whatever marks a blank carries.
static bool has_words(const char *text)
{
	struct text_cluster cluster;

	while (text_next(&text, &cluster))
		if (cluster.codepoint != ' ')
			return true;
	return false;
}

static char *clean_line(struct fuzz_input *input)
{
	size_t n;
	char *raw = fuzz_part(input, "\n", &n), *clean = text_clean_dup(raw, n, TEXT_ONE_LINE, TEXT_FIELD_MAX);

	fuzz_expect_clean(clean, "there is memory");
	mem_free(raw);
	return clean;
}

static void swap_case(char *text)
{
	for (; *text; text++)
		if ((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z'))
			*text = (char)(*text ^ 0x20);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	char *text = clean_line(&input), *query = clean_line(&input);
	int n_text = count_clusters(text), n_query = count_clusters(query);
	struct fuzzy_match match, other;
	bool does_match = fuzzy_match(text, query, &match), is_blank = !has_words(query);

	fuzz_expect(!is_blank || (does_match && match.score == 0), "no query matches everything");
	fuzz_expect(!does_match || is_blank || match.score > 0, "a match has a score");
	fuzz_expect(does_match || (match.score == 0 && match.matched == 0), "what does not match has none");
	fuzz_expect(n_text >= 64 || match.matched >> n_text == 0, "what matched is in the text");
	fuzz_expect(__builtin_popcountll(match.matched) <= n_query, "no more matched than was asked");
	fuzz_expect(n_text > FUZZY_TEXT_MAX || fuzzy_match(text, text, &other), "a text matches itself");
	swap_case(query);
	fuzz_expect(fuzzy_match(text, query, &other) == does_match && other.score == match.score &&
			    other.matched == match.matched,
		    "case does not matter");
	mem_free(text);
	mem_free(query);
	return 0;
}
