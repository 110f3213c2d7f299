// SPDX-License-Identifier: Apache-2.0
#include "formats/prometheus.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"
#include "formats/prom_line.h"
#include "formats/prom_scan.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

// Farther than this from 1970 is no time that a clock can show (ECMA-262's range, for want of a better one).
static const double TIME_MAX_MS = 8.64e15;

// A token of the line being read.
struct token {
	const char *start, *end;
};

static const struct {
	const char *word;
	enum prom_type type;
} type_words[] = {
	{ "counter", PROM_COUNTER },     { "gauge", PROM_GAUGE },     { "gaugehistogram", PROM_GAUGEHISTOGRAM },
	{ "histogram", PROM_HISTOGRAM }, { "info", PROM_INFO },       { "stateset", PROM_STATESET },
	{ "summary", PROM_SUMMARY },     { "unknown", PROM_UNTYPED }, { "untyped", PROM_UNTYPED },
};

#define OF(type) (1U << (type))

// Names that a family of a type goes by beside its own.
static const struct {
	const char *suffix;
	unsigned types;
	bool is_openmetrics; // only there: 0.0.4 declares the full name
	bool is_created;
} suffixes[] = {
	{ "_bucket", OF(PROM_HISTOGRAM) | OF(PROM_GAUGEHISTOGRAM), false, false },
	{ "_count", OF(PROM_HISTOGRAM) | OF(PROM_SUMMARY), false, false },
	{ "_created", OF(PROM_COUNTER) | OF(PROM_HISTOGRAM) | OF(PROM_SUMMARY), true, true },
	{ "_gcount", OF(PROM_GAUGEHISTOGRAM), true, false },
	{ "_gsum", OF(PROM_GAUGEHISTOGRAM), true, false },
	{ "_info", OF(PROM_INFO), true, false },
	{ "_sum", OF(PROM_HISTOGRAM) | OF(PROM_SUMMARY), false, false },
	{ "_total", OF(PROM_COUNTER), true, false },
};

enum prom_format prom_format_of(const char *content_type)
{
	static const char type[] = "application/openmetrics-text";

	if (!content_type)
		return PROM_TEXT;
	while (*content_type == ' ' || *content_type == '\t')
		content_type++;
	return strncasecmp(content_type, type, sizeof type - 1) == 0 ? PROM_OPENMETRICS : PROM_TEXT;
}

const char *prom_type_name(enum prom_type type)
{
	for (size_t i = 0; i < COUNT(type_words); i++)
		if (type_words[i].type == type && type != PROM_UNTYPED)
			return type_words[i].word;
	return "untyped";
}

void prom_init(struct prom_parser *parser, const char *body, size_t n, enum prom_format format)
{
	*parser = (struct prom_parser){ .at = body, .end = body + n, .format = format };
}

static void count_bad(struct prom_parser *parser)
{
	if (parser->n_bad_lines++ == 0)
		parser->first_bad_line = parser->line;
}

static bool token_is(struct token token, const char *word)
{
	size_t n = strlen(word);

	return (size_t)(token.end - token.start) == n && memcmp(token.start, word, n) == 0;
}

// The next run of anything but blanks; empty at the end of the line.
static struct token next_token(const char **p, const char *end)
{
	struct token token;

	token.start = token.end = prom_skip(*p, end, CHAR_BLANK);
	while (token.end < end && !prom_is(*token.end, CHAR_BLANK))
		token.end++;
	*p = token.end;
	return token;
}

// After `# TYPE`: false when it makes no sense.
static bool read_type(struct prom_parser *parser, const char *p, const char *end)
{
	struct token family = next_token(&p, end), type = next_token(&p, end);

	parser->family_len = 0;
	if (prom_scan_name(family.start, family.end) != family.end || prom_skip(p, end, CHAR_BLANK) != end)
		return false;
	for (size_t i = 0; i < COUNT(type_words); i++)
		if (token_is(type, type_words[i].word)) {
			parser->family = family.start;
			parser->family_len = (size_t)(family.end - family.start);
			parser->family_type = type_words[i].type;
			return true;
		}
	return false;
}

static void read_comment(struct prom_parser *parser, const char *p, const char *end)
{
	struct token word = next_token(&p, end);

	if (token_is(word, "TYPE")) {
		if (!read_type(parser, p, end))
			count_bad(parser);
	} else if (parser->format == PROM_OPENMETRICS && token_is(word, "EOF")) {
		parser->has_eof = true;
	}
}

void prom_classify(const struct prom_parser *parser, struct prom_sample *out)
{
	size_t n = parser->family_len, rest;
	const char *suffix;

	out->type = PROM_UNTYPED;
	if (n == 0 || out->name_len < n || memcmp(out->series, parser->family, n) != 0)
		return;
	rest = out->name_len - n;
	if (rest == 0) {
		out->type = parser->family_type;
		return;
	}
	suffix = out->series + n;
	for (size_t i = 0; i < COUNT(suffixes); i++) {
		if (strlen(suffixes[i].suffix) != rest || memcmp(suffixes[i].suffix, suffix, rest) != 0)
			continue;
		if (!(suffixes[i].types & OF(parser->family_type)) ||
		    (suffixes[i].is_openmetrics && parser->format != PROM_OPENMETRICS))
			return;
		out->type = parser->family_type;
		out->is_created = suffixes[i].is_created;
	}
}

// From the opening brace to what follows the closing one.
static const char *read_labels(struct prom_sample *out, const char *p, const char *end)
{
	struct prom_label label;

	out->labels_at = (uint32_t)(++p - out->series);
	for (int n = 0;; n++) {
		p = prom_skip(p, end, CHAR_BLANK);
		if (p < end && *p == '}')
			break;
		if (n == PROM_LABELS_MAX)
			return NULL;
		p = prom_scan_label(p, end, &label);
		if (!p || label.value_len > PROM_VALUE_MAX)
			return NULL;
		p = prom_skip(p, end, CHAR_BLANK);
		if (p == end || (*p != ',' && *p != '}'))
			return NULL;
		p += *p == ',';
	}
	out->labels_len = (uint32_t)(p - out->series) - out->labels_at;
	return p + 1;
}

// Small whole numbers are most of what exporters write; the rest goes to number_parse().
static bool read_number(struct token token, double *out)
{
	size_t n = (size_t)(token.end - token.start);
	uint64_t whole = 0;

	if (n == 0 || n > 15)
		return number_parse(token.start, n, out) == 0;
	for (const char *p = token.start; p < token.end; p++) {
		unsigned digit = (unsigned)(uint8_t)*p - '0';

		if (digit > 9)
			return number_parse(token.start, n, out) == 0;
		whole = whole * 10 + digit;
	}
	*out = (double)whole;
	return true;
}

static bool read_time(struct prom_sample *out, struct token token, enum prom_format format)
{
	double time;

	if (!read_number(token, &time))
		return false;
	if (format == PROM_OPENMETRICS)
		time = trunc(time * 1000);
	if (!(fabs(time) <= TIME_MAX_MS) || trunc(time) != time) // NaN too
		return false;
	out->at_ms = (int64_t)time;
	out->has_time = true;
	return true;
}

bool prom_read_reading(struct prom_sample *out, const char *p, const char *end, enum prom_format format)
{
	struct token token = next_token(&p, end);

	if (!read_number(token, &out->value))
		return false;
	if (p == end)
		return true;
	token = next_token(&p, end);
	if (token.start < token.end && *token.start != '#') {
		if (!read_time(out, token, format))
			return false;
		token = next_token(&p, end);
	}
	return token.start == token.end || (format == PROM_OPENMETRICS && token_is(token, "#"));
}

static bool read_sample(const struct prom_parser *parser, const char *p, const char *end, struct prom_sample *out)
{
	const char *name_end = prom_scan_name(p, end);

	if (!name_end)
		return false;
	*out = (struct prom_sample){ .series = p, .line = parser->line };
	out->name_len = (uint32_t)(name_end - p);
	p = prom_skip(name_end, end, CHAR_BLANK);
	if (p < end && *p == '{') {
		p = read_labels(out, p, end);
		if (!p)
			return false;
		out->series_len = (uint32_t)(p - out->series);
	} else {
		out->series_len = out->name_len;
		if (p == name_end)
			return false; // nothing divides name and value
	}
	if (!prom_read_reading(out, p, end, parser->format))
		return false;
	prom_classify(parser, out);
	return true;
}

// Reads one line; true when it is a sample.
static bool read_line(struct prom_parser *parser, const char *p, const char *end, struct prom_sample *out)
{
	bool is_long = end - p > PROM_LINE_MAX;

	if (p < end && end[-1] == '\r')
		end--;
	p = prom_skip(p, end, CHAR_BLANK);
	if (p == end)
		return false;
	if (parser->has_eof || is_long) {
		count_bad(parser);
		return false;
	}
	if (*p == '#') {
		read_comment(parser, p + 1, end);
		return false;
	}
	if (!read_sample(parser, p, end, out)) {
		count_bad(parser);
		return false;
	}
	return true;
}

bool prom_next(struct prom_parser *parser, struct prom_sample *out)
{
	const char *line, *end;

	while (parser->at < parser->end) {
		line = parser->at;
		end = memchr(line, '\n', (size_t)(parser->end - line));
		if (!end)
			end = parser->end;
		parser->at = end + (end < parser->end);
		parser->line++;
		if (!read_line(parser, line, end, out))
			continue;
		if (parser->n_samples == PROM_SAMPLES_MAX) {
			parser->is_truncated = true;
			parser->at = parser->end;
			return false;
		}
		parser->n_samples++;
		return true;
	}
	if (parser->format == PROM_OPENMETRICS && !parser->has_eof)
		parser->is_truncated = true;
	return false;
}
