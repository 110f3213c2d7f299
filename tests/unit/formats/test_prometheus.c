// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "formats/prometheus.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct prom_parser parser;

// Reads one line as a body of its own; false when it gives no sample.
static bool read_one(const char *line, size_t n, enum prom_format format, struct prom_sample *out)
{
	prom_init(&parser, line, n, format);
	return prom_next(&parser, out);
}

static bool read_text(const char *line, struct prom_sample *out)
{
	return read_one(line, strlen(line), PROM_TEXT, out);
}

START_TEST(reads_the_captured_exporters_whole)
{
	static const struct {
		const char *file;
		unsigned n_by_type[PROM_TYPE_COUNT];
		const char *series;
		double value;
	} rows[] = {
		{ "alertmanager",
		  { [PROM_COUNTER] = 68, [PROM_GAUGE] = 49, [PROM_HISTOGRAM] = 154, [PROM_SUMMARY] = 17 },
		  "alertmanager_http_request_duration_seconds_bucket{handler=\"/-/ready\",method=\"get\",le=\"+Inf\"}",
		  1 },
		{ "blackbox_probe_failed", { [PROM_GAUGE] = 17 }, "probe_ip_addr_hash", 3.668918509e+09 },
		{ "node_exporter",
		  { [PROM_COUNTER] = 143, [PROM_GAUGE] = 310, [PROM_SUMMARY] = 7, [PROM_UNTYPED] = 47 },
		  "node_load1",
		  1.01 },
		{ "prometheus",
		  { [PROM_COUNTER] = 150, [PROM_GAUGE] = 93, [PROM_HISTOGRAM] = 166, [PROM_SUMMARY] = 100 },
		  "prometheus_engine_query_duration_seconds{slice=\"inner_eval\",quantile=\"0.99\"}",
		  0.000263871 },
		{ "redis_exporter",
		  { [PROM_COUNTER] = 53, [PROM_GAUGE] = 151, [PROM_SUMMARY] = 39 },
		  "redis_uptime_in_seconds",
		  62 },
	};
	static char body[1 << 20];

	for (size_t i = 0; i < COUNT(rows); i++) {
		unsigned n_by_type[PROM_TYPE_COUNT] = { 0 }, n_found = 0;
		struct prom_sample sample;
		char path[512];
		FILE *file;
		size_t n;

		snprintf(path, sizeof path, TEST_SOURCE_ROOT "/tests/corpus/metrics/%s.prom", rows[i].file);
		file = fopen(path, "r");
		ck_assert_ptr_nonnull(file);
		n = fread(body, 1, sizeof body, file);
		fclose(file);
		prom_init(&parser, body, n, PROM_TEXT);
		while (prom_next(&parser, &sample)) {
			n_by_type[sample.type]++;
			if (sample.series_len != strlen(rows[i].series) ||
			    memcmp(sample.series, rows[i].series, sample.series_len) != 0)
				continue;
			ck_assert_double_eq(sample.value, rows[i].value);
			n_found++;
		}
		ck_assert_mem_eq(n_by_type, rows[i].n_by_type, sizeof n_by_type);
		ck_assert_uint_eq(n_found, 1);
		ck_assert_uint_eq(parser.n_bad_lines, 0);
		ck_assert(!parser.is_truncated);
	}
}
END_TEST

// Fault 24.
START_TEST(reads_every_form_of_a_value)
{
	static const struct {
		const char *line;
		double value;
	} rows[] = {
		{ "a 0", 0 },
		{ "a 1", 1 },
		{ "a -1.5", -1.5 },
		{ "a 123456789012345", 123456789012345 },
		{ "a 1234567890123456", 1234567890123456 },
		{ "a 1.7045e-05", 1.7045e-05 },
		{ "a 5e-324", 5e-324 },
		{ "a 1e400", INFINITY },
		{ "a -1e400", -INFINITY },
		{ "a +Inf", INFINITY },
		{ "a -Inf", -INFINITY },
		{ "a\t 7 \t", 7 },
		{ "a{} 7", 7 },
		{ "a{}7", 7 },
		{ "  a 7", 7 },
		{ "a 7\r\n", 7 },
	};
	struct prom_sample s;

	for (size_t i = 0; i < COUNT(rows); i++) {
		ck_assert_msg(read_text(rows[i].line, &s), "%s", rows[i].line);
		ck_assert_double_eq(s.value, rows[i].value);
	}
	ck_assert(read_text("a NaN", &s) && isnan(s.value));
	ck_assert(read_text("a -0", &s) && s.value == 0 && signbit(s.value));
}
END_TEST

START_TEST(a_bad_line_costs_that_line)
{
	static const char *const rows[] = {
		"1a 1",
		"a",
		"a ",
		"a x",
		"a 1 x",
		"a 1 2 3",
		"a 1 # exemplar",
		"a 0x10",
		"a 1_000",
		"a,b 1",
		"a\"1",
		"a{ 1",
		"a{b} 1",
		"a{b=} 1",
		"a{b=c} 1",
		"a{b=\"c} 1",
		"a{b=\"c\\",
		"a{b=\"c\" d=\"e\"} 1",
		"a{,} 1",
		"a{b=\"c\",,d=\"e\"} 1",
		"a{1b=\"c\"} 1",
		"a{b:c=\"d\"} 1",
		"a{b=\"c\"",
		"a{b=\"\xff\"} 1",
		"a{b=\"\xed\xa0\x80\"} 1",
		"\xc3\xa9 1",
		"<html>",
		"# TYPE a rate",
		"# TYPE a",
		"# TYPE 1a gauge",
		"# TYPE a gauge now",
	};
	char body[256];
	struct prom_sample s;

	for (size_t i = 0; i < COUNT(rows); i++) {
		snprintf(body, sizeof body, "first 1\n%s\nlast 2\n", rows[i]);
		prom_init(&parser, body, strlen(body), PROM_TEXT);
		ck_assert(prom_next(&parser, &s));
		ck_assert_msg(prom_next(&parser, &s), "%s", rows[i]);
		ck_assert_msg(s.value == 2 && s.line == 3, "%s", rows[i]);
		ck_assert(!prom_next(&parser, &s));
		ck_assert_msg(parser.n_bad_lines == 1 && parser.first_bad_line == 2, "%s", rows[i]);
	}
	ck_assert(!read_one("a{b=\"\0\"} 1", 10, PROM_TEXT, &s));
	ck_assert(!read_one("a\0 1", 4, PROM_TEXT, &s));
	ck_assert_uint_eq(parser.n_bad_lines, 1);
}
END_TEST

START_TEST(comments_and_empty_lines_are_no_lines)
{
	static const char body[] = "\n# a comment\n#\n# HELP a \xff\n\r\n  \n#TYPE a gauge\n\ta 1";
	struct prom_sample s;

	prom_init(&parser, body, sizeof body - 1, PROM_TEXT);
	ck_assert(prom_next(&parser, &s));
	ck_assert_uint_eq(s.line, 8);
	ck_assert_int_eq(s.type, PROM_GAUGE);
	ck_assert(!prom_next(&parser, &s));
	ck_assert_uint_eq(parser.n_bad_lines, 0);
	ck_assert(!read_text("", &s));
}
END_TEST

START_TEST(labels_are_read_as_written_and_without_escapes)
{
	static const char line[] = "m { a = \"x\" , b=\"q\\\"\\\\\\n\\d}\",c=\"é\", } 1";
	static const struct {
		const char *name, *value;
		bool has_escape;
	} rows[] = { { "a", "x", false }, { "b", "q\"\\\n\\d}", true }, { "c", "é", false } };
	struct prom_labels labels;
	struct prom_label label;
	struct prom_sample s;
	char value[32];

	ck_assert(read_text(line, &s));
	ck_assert_uint_eq(s.series_len, strlen(line) - 2);
	ck_assert_uint_eq(s.name_len, 1);
	prom_labels_init(&labels, &s);
	for (size_t i = 0; i < COUNT(rows); i++) {
		ck_assert(prom_labels_next(&labels, &label));
		ck_assert_uint_eq(label.name_len, 1);
		ck_assert_int_eq(label.name[0], rows[i].name[0]);
		ck_assert_int_eq(label.has_escape, rows[i].has_escape);
		ck_assert_int_eq(prom_label_value(&label, value, sizeof value), (int)strlen(rows[i].value));
		ck_assert_str_eq(value, rows[i].value);
		ck_assert_int_eq(prom_label_value(&label, value, 1), -EMSGSIZE);
		ck_assert_int_eq(prom_label_value(&label, value, 0), -EMSGSIZE);
	}
	ck_assert(!prom_labels_next(&labels, &label));
	ck_assert(prom_sample_label(&s, "c", &label));
	ck_assert(!prom_sample_label(&s, "d", &label));
	ck_assert(read_text("m{a=\"\"} 1", &s) && prom_sample_label(&s, "a", &label));
	ck_assert_int_eq(prom_label_value(&label, value, 0), -EMSGSIZE);
	ck_assert_int_eq(prom_label_value(&label, value, 1), 0);
	ck_assert(read_text("m 1", &s));
	ck_assert(!prom_sample_label(&s, "a", &label));
}
END_TEST

// Fault 22.
START_TEST(labels_and_lines_are_bounded)
{
	enum { SIZE = 1 << 20 };
	static char line[SIZE];
	struct prom_sample s;
	size_t n;

	for (int extra = 0; extra < 2; extra++) {
		n = (size_t)snprintf(line, SIZE, "m{");
		for (int i = 0; i < PROM_LABELS_MAX + extra; i++)
			n += (size_t)snprintf(line + n, SIZE - n, "l%d=\"v\",", i);
		snprintf(line + n, SIZE - n, "} 1");
		ck_assert_int_eq(read_text(line, &s), !extra);
		snprintf(line, SIZE, "m{l=\"%0*d\"} 1", PROM_VALUE_MAX + extra, 0);
		ck_assert_int_eq(read_text(line, &s), !extra);
		snprintf(line, SIZE, "m%*d", PROM_LINE_MAX - 1 + extra, 1);
		ck_assert_int_eq(read_text(line, &s), !extra);
		ck_assert_uint_eq(parser.n_bad_lines, (size_t)extra);
	}
	memset(line, '"', SIZE);
	ck_assert(!read_one(line, SIZE, PROM_TEXT, &s));
}
END_TEST

// Faults 20 and 21.
START_TEST(stops_at_the_sample_limit)
{
	static char data[16 * (PROM_SAMPLES_MAX + 1)];
	struct prom_sample s;
	size_t size = 0;
	unsigned n = 0;

	for (int i = 0; i < PROM_SAMPLES_MAX; i++)
		size += (size_t)snprintf(data + size, sizeof data - size, "m%d 1\n", i);
	prom_init(&parser, data, size, PROM_TEXT);
	while (prom_next(&parser, &s))
		n++;
	ck_assert_uint_eq(n, PROM_SAMPLES_MAX);
	ck_assert(!parser.is_truncated);
	size += (size_t)snprintf(data + size, sizeof data - size, "more 1\n");
	prom_init(&parser, data, size, PROM_TEXT);
	for (n = 0; prom_next(&parser, &s);)
		n++;
	ck_assert_uint_eq(n, PROM_SAMPLES_MAX);
	ck_assert(parser.is_truncated);
}
END_TEST

// Fault 26.
START_TEST(times_are_milliseconds_or_seconds)
{
	static const struct {
		const char *line;
		enum prom_format format;
		int64_t at_ms; // -1: a bad line
	} rows[] = {
		{ "a 1 1395066363000", PROM_TEXT, 1395066363000 },
		{ "a 1 0", PROM_TEXT, 0 },
		{ "a 1 9223372036854", PROM_TEXT, 9223372036854 }, // 2262
		{ "a 1 -5", PROM_TEXT, -5 },
		{ "a 1 1.5", PROM_TEXT, -1 },
		{ "a 1 NaN", PROM_TEXT, -1 },
		{ "a 1 1e300", PROM_TEXT, -1 },
		{ "a 1 9223372036854775807", PROM_TEXT, -1 },
		{ "a 1 1520879607.789", PROM_OPENMETRICS, 1520879607789 },
		{ "a 1 1.5 # {trace_id=\"x\"} 0.67 1.5", PROM_OPENMETRICS, 1500 },
		{ "a 1 NaN", PROM_OPENMETRICS, -1 },
		{ "a 1 +Inf", PROM_OPENMETRICS, -1 },
	};
	struct prom_sample s;

	for (size_t i = 0; i < COUNT(rows); i++) {
		bool is_good = read_one(rows[i].line, strlen(rows[i].line), rows[i].format, &s);

		ck_assert_msg(is_good == (rows[i].at_ms != -1), "%s", rows[i].line);
		if (!is_good)
			continue;
		ck_assert(s.has_time);
		ck_assert_int_eq(s.at_ms, rows[i].at_ms);
	}
	ck_assert(read_text("a 1", &s) && !s.has_time);
}
END_TEST

START_TEST(reads_openmetrics)
{
	static const char body[] = "# TYPE http counter\n# UNIT http requests\n"
				   "http_total{code=\"200\"} 5 # {trace_id=\"abc\"} 1 1520879607.789\n"
				   "http_created{code=\"200\"} 1520872607.123\n"
				   "# TYPE lat histogram\nlat_bucket{le=\"+Inf\"} 3\nlat_sum 4\nlat_other 1\n"
				   "# TYPE size gaugehistogram\nsize_gsum 2\n# TYPE build info\nbuild_info{v=\"1\"} 1\n"
				   "# TYPE mode stateset\nmode{mode=\"on\"} 1\n# TYPE x unknown\nx 1\n"
				   "# EOF\n";
	static const struct {
		enum prom_type type;
		bool is_created;
		double value;
	} rows[] = {
		{ PROM_COUNTER, false, 5 },   { PROM_COUNTER, true, 1520872607.123 },
		{ PROM_HISTOGRAM, false, 3 }, { PROM_HISTOGRAM, false, 4 },
		{ PROM_UNTYPED, false, 1 },   { PROM_GAUGEHISTOGRAM, false, 2 },
		{ PROM_INFO, false, 1 },      { PROM_STATESET, false, 1 },
		{ PROM_UNTYPED, false, 1 },
	};
	struct prom_sample s;

	prom_init(&parser, body, sizeof body - 1, PROM_OPENMETRICS);
	for (size_t i = 0; i < COUNT(rows); i++) {
		ck_assert(prom_next(&parser, &s));
		ck_assert_int_eq(s.type, rows[i].type);
		ck_assert_int_eq(s.is_created, rows[i].is_created);
		ck_assert_double_eq(s.value, rows[i].value);
	}
	ck_assert(!prom_next(&parser, &s));
	ck_assert(!parser.is_truncated);
	ck_assert_uint_eq(parser.n_bad_lines, 0);
}
END_TEST

// Fault 27.
START_TEST(openmetrics_must_end_in_eof)
{
	struct prom_sample s;

	prom_init(&parser, "a 1\n", 4, PROM_OPENMETRICS);
	ck_assert(prom_next(&parser, &s) && !prom_next(&parser, &s));
	ck_assert(parser.is_truncated);
	prom_init(&parser, "# EOF\na 1\n", 10, PROM_OPENMETRICS);
	ck_assert(!prom_next(&parser, &s));
	ck_assert(!parser.is_truncated);
	ck_assert_uint_eq(parser.first_bad_line, 2);
	prom_init(&parser, "# EOF\na 1\n", 10, PROM_TEXT);
	ck_assert(prom_next(&parser, &s));
}
END_TEST

START_TEST(types_hold_for_their_family_alone)
{
	static const char body[] = "# TYPE a counter\na 1\nab 1\na_total 1\n# TYPE a_bad rate\na 1\n";
	static const enum prom_type types[] = { PROM_COUNTER, PROM_UNTYPED, PROM_UNTYPED, PROM_UNTYPED };
	struct prom_sample s;

	prom_init(&parser, body, sizeof body - 1, PROM_TEXT);
	for (size_t i = 0; i < COUNT(types); i++) {
		ck_assert(prom_next(&parser, &s));
		ck_assert_int_eq(s.type, types[i]);
	}
	ck_assert_str_eq(prom_type_name(PROM_UNTYPED), "untyped");
	ck_assert_str_eq(prom_type_name(PROM_HISTOGRAM), "histogram");
	ck_assert_str_eq(prom_type_name(PROM_TYPE_COUNT), "untyped");
	ck_assert_int_eq(prom_format_of(NULL), PROM_TEXT);
	ck_assert_int_eq(prom_format_of("text/plain; version=0.0.4"), PROM_TEXT);
	ck_assert_int_eq(prom_format_of(" application/OpenMetrics-text; version=1.0.0"), PROM_OPENMETRICS);
}
END_TEST

START_TEST(a_series_is_recognised_by_its_hash)
{
	static const char *const lines[] = {
		"a 1",
		"b 1",
		"ab 1",
		"abcdefg 1",
		"abcdefgh 1",
		"abcdefghi 1",
		"a{b=\"cdefghijkl\"} 1",
		"a{b=\"cdefghijkm\"} 1",
		"a{b=\"ddefghijkl\"} 1",
	};
	struct prom_sample s;
	uint64_t hashes[COUNT(lines)];
	char other[64];

	for (size_t i = 0; i < COUNT(lines); i++) {
		ck_assert(read_text(lines[i], &s));
		hashes[i] = prom_series_hash(&s);
		for (size_t j = 0; j < i; j++)
			ck_assert_uint_ne(hashes[i], hashes[j]);
		snprintf(other, sizeof other, " %s23", lines[i]);
		ck_assert(read_text(other, &s));
		ck_assert_uint_eq(prom_series_hash(&s), hashes[i]);
	}
}
END_TEST

SUITE("prometheus", reads_the_captured_exporters_whole, reads_every_form_of_a_value, a_bad_line_costs_that_line,
      comments_and_empty_lines_are_no_lines, labels_are_read_as_written_and_without_escapes,
      labels_and_lines_are_bounded, stops_at_the_sample_limit, times_are_milliseconds_or_seconds, reads_openmetrics,
      openmetrics_must_end_in_eof, types_hold_for_their_family_alone, a_series_is_recognised_by_its_hash)
