// SPDX-License-Identifier: Apache-2.0
/* A scrape as health: an exporter that lets itself be read is well. What it says of others is not judged here, but for
 * blackbox_exporter's probe_success, which is the one answer that it was asked for.
 */
#include <stdio.h>
#include <string.h>

#include "formats/dialect.h"
#include "formats/prometheus.h"

static bool starts_with(const struct answer *answer, const char *text)
{
	return answer->n >= strlen(text) && memcmp(answer->body, text, strlen(text)) == 0;
}

static bool fits(const struct answer *answer)
{
	return content_type_has(answer, "openmetrics-text") || content_type_has(answer, "version=0.0.4") ||
	       starts_with(answer, "# HELP ") || starts_with(answer, "# TYPE ");
}

static bool is_failed_probe(const struct prom_sample *sample)
{
	static const char name[] = "probe_success";

	return sample->name_len == sizeof name - 1 && memcmp(sample->series, name, sizeof name - 1) == 0 &&
	       sample->value == 0;
}

static void judge(const struct prom_parser *parser, bool is_failed, struct judgement *out)
{
	char detail[80];

	if (is_failed) {
		judgement_set(out, VERDICT_FAIL, REASON_AGENT_SAYS_DOWN, "probe_success is 0");
	} else if (parser->n_samples == 0 && parser->n_bad_lines) {
		snprintf(detail, sizeof detail, "no metrics: line %zu cannot be read", parser->first_bad_line);
		judgement_set(out, VERDICT_FAIL, REASON_PARSE, detail);
	} else if (parser->n_samples == 0) {
		judgement_set(out, VERDICT_FAIL, REASON_BAD_BODY, "no metrics in the answer");
	} else if (parser->is_truncated) {
		snprintf(detail, sizeof detail, "metrics cut short after %u samples", (unsigned)parser->n_samples);
		judgement_set(out, VERDICT_WARN, REASON_TRUNCATED, detail);
	} else {
		judgement_set(out, VERDICT_PASS, REASON_NONE, "");
	}
}

static void read_answer(const struct answer *answer, struct judgement *out)
{
	struct prom_parser parser;
	struct prom_sample sample;
	bool is_failed = false;

	prom_init(&parser, answer->body, answer->n, prom_format_of(answer->content_type));
	while (prom_next(&parser, &sample))
		is_failed |= is_failed_probe(&sample);
	judge(&parser, is_failed, out);
}

const struct dialect dialect_metrics = { DIALECT_METRICS, false, fits, read_answer };
