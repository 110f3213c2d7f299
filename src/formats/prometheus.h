#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Prometheus text exposition 0.0.4 and OpenMetrics 1.0, read in one pass without allocation or recursion.
 *
 *   prom_init(&parser, body, n, prom_format_of(content_type));
 *   while (prom_next(&parser, &sample))
 *           ... prom_series_hash(&sample), sample.value ...
 *
 * Everything in a sample is borrowed from the body and carries its length. `series` is the line's name{labels} exactly
 * as exposed: an exporter writes it the same at every scrape, so a reader recognises a series by the hash of those
 * bytes and takes labels apart only at first sight.
 *
 * A line that cannot be read costs that line: it is counted, and the first one is remembered. Bad lines are those that
 * break the grammar, are longer than PROM_LINE_MAX, have more than PROM_LABELS_MAX labels or one longer than
 * PROM_VALUE_MAX, hold NUL or invalid UTF-8 outside of comments, or an impossible timestamp. A CR before the line end
 * is forgiven. Reading ends at PROM_SAMPLES_MAX samples. OpenMetrics must end in `# EOF`.
 *
 * Sources: prometheus.io/docs/instrumenting/exposition_formats; OpenMetrics 1.0.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PROM_SAMPLES_MAX = 50000,
	PROM_LABELS_MAX = 64,
	PROM_VALUE_MAX = 4096,    // bytes of a label's value as written
	PROM_LINE_MAX = 64 * 1024 // bytes of a line
};

enum prom_format { PROM_TEXT, PROM_OPENMETRICS };

enum prom_type {
	PROM_UNTYPED, // also OpenMetrics' unknown
	PROM_COUNTER,
	PROM_GAUGE,
	PROM_HISTOGRAM,
	PROM_SUMMARY,
	PROM_INFO,
	PROM_STATESET,
	PROM_GAUGEHISTOGRAM,
	PROM_TYPE_COUNT,
};

struct prom_sample {
	const char *series; // name{labels} as written; the name comes first
	uint32_t series_len, name_len;
	uint32_t labels_at, labels_len; // what is between the braces, as an offset into series; 0 and 0 when nothing is
	double value;
	int64_t at_ms; // wall, as the exporter has it: it may be absurd; only when has_time
	bool has_time;
	bool is_created;     // OpenMetrics' <family>_created: when the family began, not a reading
	enum prom_type type; // of the family, from # TYPE
	uint32_t line;       // 1-based
};

struct prom_parser {
	const char *at, *end; // borrowed: the body
	enum prom_format format;
	const char *family; // of the last # TYPE
	size_t family_len;
	enum prom_type family_type;
	uint32_t line;
	uint32_t n_samples;
	size_t n_bad_lines;
	size_t first_bad_line; // 1-based; 0 when none
	bool is_truncated;     // over the sample limit, or OpenMetrics without # EOF: known once prom_next() says false
	bool has_eof;
};

// A label as written. Values hold escapes only where has_escape says so.
struct prom_label {
	const char *name, *value;
	size_t name_len, value_len;
	bool has_escape;
};

struct prom_labels {
	const char *at, *end; // borrowed
};

enum prom_format prom_format_of(const char *content_type); // NULL is PROM_TEXT
const char *prom_type_name(enum prom_type type);           // "counter" ...; "untyped"

void prom_init(struct prom_parser *parser, const char *body, size_t n, enum prom_format format);
bool prom_next(struct prom_parser *parser, struct prom_sample *out); // false at the end

void prom_labels_init(struct prom_labels *labels, const struct prom_sample *sample);
bool prom_labels_next(struct prom_labels *labels, struct prom_label *out);

// The label of that name; false when there is none.
bool prom_sample_label(const struct prom_sample *sample, const char *name, struct prom_label *out);

/* The label's value without escapes, terminated. Returns its length, or -EMSGSIZE when size (terminator included) is
 * short; value_len + 1 is always enough.
 */
int prom_label_value(const struct prom_label *label, char *out, size_t size);

/* A fast hash of the series as written, the same in one process only as long as nobody needs more: an exporter that
 * makes its own series collide harms its own table alone, so compare the bytes where a mix-up would matter.
 */
uint64_t prom_series_hash(const struct prom_sample *sample);
