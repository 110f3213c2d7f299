// SPDX-License-Identifier: Apache-2.0
#include "tests/support/recalled.h"

#include <string.h>

static bool is_wanted(const struct prom_sample *sample, uint64_t unwanted)
{
	return !(prom_series_hash(sample) & unwanted);
}

static bool next_plain(struct prom_parser *parser, uint64_t unwanted, struct prom_sample *out)
{
	while (prom_next(parser, out))
		if (is_wanted(out, unwanted))
			return true;
	return false;
}

// 1 with a wanted sample, 0 at the end; negative when one was given again that had been passed over.
static int next_recalled(struct prom_recall *recall, struct prom_parser *parser, uint64_t unwanted,
			 struct prom_sample *out)
{
	while (prom_recall_next(recall, parser, out)) {
		if (is_wanted(out, unwanted))
			return 1;
		if (prom_recall_was_given(recall))
			return -1;
		prom_recall_pass(recall);
	}
	return 0;
}

static const char *sample_differs(const struct prom_sample *a, const struct prom_sample *b)
{
	if (a->series != b->series || a->series_len != b->series_len)
		return "the series";
	if (a->name_len != b->name_len || a->labels_at != b->labels_at || a->labels_len != b->labels_len)
		return "the parts of a series";
	// NOLINTNEXTLINE(bugprone-suspicious-memory-comparison): NaN is the same as NaN
	if (memcmp(&a->value, &b->value, sizeof a->value) != 0)
		return "the value";
	if (a->has_time != b->has_time || (a->has_time && a->at_ms != b->at_ms))
		return "the time";
	if (a->type != b->type || a->is_created != b->is_created)
		return "the type";
	return a->line != b->line ? "the line" : NULL;
}

static const char *parser_differs(const struct prom_parser *a, const struct prom_parser *b)
{
	if (a->n_samples != b->n_samples)
		return "the number of samples";
	if (a->n_bad_lines != b->n_bad_lines || a->first_bad_line != b->first_bad_line)
		return "the bad lines";
	if (a->is_truncated != b->is_truncated || a->has_eof != b->has_eof)
		return "the end";
	return a->line != b->line || a->at != b->at ? "the place" : NULL;
}

const char *recalled_differs(struct prom_recall *recall, const char *body, size_t n, enum prom_format format,
			     uint64_t unwanted)
{
	struct prom_parser plain, recalled;
	struct prom_sample a, b;
	const char *what;
	bool has_a;
	int r;

	prom_init(&plain, body, n, format);
	prom_init(&recalled, body, n, format);
	prom_recall_begin(recall, &recalled);
	do {
		has_a = next_plain(&plain, unwanted, &a);
		r = next_recalled(recall, &recalled, unwanted, &b);
		if (r < 0)
			return "what was passed over";
		if (has_a != (r > 0))
			return "how many there are";
		what = has_a ? sample_differs(&a, &b) : NULL;
		if (what)
			return what;
	} while (has_a);
	return parser_differs(&plain, &recalled);
}
