// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/exposition.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "formats/scrape.h"
#include "tests/fuzz/fuzz.h"

static void check_label(const struct prom_sample *sample, const struct prom_label *label)
{
	const char *start = sample->series + sample->labels_at, *end = start + sample->labels_len;
	char *value = mem_alloc(label->value_len + 1);
	int n = prom_label_value(label, value, label->value_len + 1);

	fuzz_expect(label->name >= start && label->name_len > 0, "a label's name is between the braces");
	fuzz_expect(label->value > label->name + label->name_len, "a value follows its name");
	fuzz_expect(label->value + label->value_len < end, "a value and its quote are between the braces");
	fuzz_expect(label->value_len <= PROM_VALUE_MAX, "a value is within its limit");
	fuzz_expect(n >= 0 && (size_t)n <= label->value_len, "value_len + 1 is enough for the value");
	fuzz_expect(label->has_escape || memcmp(value, label->value, label->value_len) == 0,
		    "without an escape the value is as written");
	mem_free(value);
}

static void check_labels(const struct prom_sample *sample)
{
	struct prom_labels labels;
	struct prom_label label, found;
	size_t n = 0;

	prom_labels_init(&labels, sample);
	for (; prom_labels_next(&labels, &label); n++) {
		char *name = mem_strndup(label.name, label.name_len);

		check_label(sample, &label);
		fuzz_expect(prom_sample_label(sample, name, &found) && found.name <= label.name,
			    "a label is found by its name");
		mem_free(name);
	}
	fuzz_expect(n <= PROM_LABELS_MAX, "labels are within their limit");
	while (labels.at < labels.end && strchr(" \t,", *labels.at))
		labels.at++;
	fuzz_expect(labels.at == labels.end, "what was accepted is read to its end");
}

// The series as it stands is a series again: this is how it is recognised in the next scrape.
static void check_series(const struct prom_sample *sample, enum prom_format format)
{
	char *line = mem_alloc(sample->series_len + 3);
	struct prom_parser parser;
	struct prom_sample again;

	memcpy(line, sample->series, sample->series_len);
	memcpy(line + sample->series_len, " 1", 3);
	prom_init(&parser, line, sample->series_len + 2, format);
	fuzz_expect(prom_next(&parser, &again), "a series can be read again");
	fuzz_expect(again.series_len == sample->series_len && again.value == 1, "and is the same series");
	fuzz_expect(prom_series_hash(&again) == prom_series_hash(sample), "of the same hash");
	mem_free(line);
}

static void check_sample(const struct prom_parser *parser, const char *body, const struct prom_sample *sample)
{
	const char *end = sample->series + sample->series_len;

	fuzz_expect(sample->series >= body && end <= parser->end, "a series is inside of the body");
	fuzz_expect(sample->name_len > 0 && sample->name_len <= sample->series_len, "the name begins the series");
	fuzz_expect(sample->labels_at + sample->labels_len <= sample->series_len, "the labels are in the series");
	fuzz_expect(!memchr(sample->series, '\n', sample->series_len), "a series is of one line");
	fuzz_expect(!memchr(sample->series, '\0', sample->series_len), "a series is text");
	fuzz_expect(sample->type < PROM_TYPE_COUNT, "a type is one of ours");
	fuzz_expect(sample->line == parser->line, "a sample knows its line");
	fuzz_expect(!sample->has_time || fabs((double)sample->at_ms) <= 8.64e15, "a time is one that a clock can show");
	check_labels(sample);
}

static void check_scrape(const char *body, size_t n, const struct prom_parser *parser)
{
	const char *type = parser->format == PROM_OPENMETRICS ? "application/openmetrics-text" : "text/plain";
	struct scrape scrape;

	fuzz_expect(scrape_read(body, n, type, &scrape) == 0, "a scrape can always be read");
	fuzz_expect(scrape.n_rows == (parser->n_samples < SCRAPE_ROWS_MAX ? parser->n_samples : SCRAPE_ROWS_MAX),
		    "a scrape has a row a sample");
	fuzz_expect(scrape.n_bad_lines == parser->n_bad_lines && scrape.first_bad_line == parser->first_bad_line,
		    "a scrape has the same bad lines");
	for (size_t i = 0; i < scrape.n_rows; i++)
		fuzz_expect_clean(scrape.rows[i].series, "a row is clean");
	scrape_finish(&scrape);
}

void exposition_check(const char *body, size_t n, enum prom_format format)
{
	struct prom_parser parser;
	struct prom_sample sample;
	uint32_t line = 0;

	prom_init(&parser, body, n, format);
	while (prom_next(&parser, &sample)) {
		check_sample(&parser, body, &sample);
		check_series(&sample, format);
		fuzz_expect(sample.line > line, "a line has one sample");
		line = sample.line;
	}
	fuzz_expect(parser.at == parser.end, "all of the body is read");
	fuzz_expect(parser.n_samples <= PROM_SAMPLES_MAX, "samples are within their limit");
	fuzz_expect(parser.n_samples + parser.n_bad_lines <= parser.line, "a line is a sample or bad, once");
	fuzz_expect((parser.n_bad_lines == 0) == (parser.first_bad_line == 0), "the first bad line is known");
	fuzz_expect(parser.first_bad_line <= parser.line, "the first bad line is in the body");
	fuzz_expect(format == PROM_TEXT || parser.has_eof || parser.is_truncated, "without # EOF something is missing");
	fuzz_expect(!prom_next(&parser, &sample), "the end is the end");
	check_scrape(body, n, &parser);
}
