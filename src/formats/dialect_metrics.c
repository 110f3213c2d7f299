// SPDX-License-Identifier: Apache-2.0
/* A scrape as health: an exporter that lets itself be read is well. What it says of others is not judged here, but for
 * blackbox_exporter's probe_success, which is the one answer that it was asked for.
 */
#include <stdio.h>
#include <string.h>

#include "formats/dialect.h"
#include "formats/prometheus.h"

static const char probe_success[] = "probe_success";

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
	return sample->name_len == sizeof probe_success - 1 &&
	       memcmp(sample->series, probe_success, sizeof probe_success - 1) == 0 && sample->value == 0;
}

static void judge(const struct scrape_counts *counts, bool is_failed, struct judgement *out)
{
	char detail[80];

	if (is_failed) {
		judgement_set(out, VERDICT_FAIL, REASON_AGENT_SAYS_DOWN, "probe_success is 0");
	} else if (counts->n_samples == 0 && counts->n_bad_lines) {
		snprintf(detail, sizeof detail, "no metrics: line %zu cannot be read", counts->first_bad_line);
		judgement_set(out, VERDICT_FAIL, REASON_PARSE, detail);
	} else if (counts->n_samples == 0) {
		judgement_set(out, VERDICT_FAIL, REASON_BAD_BODY, "no metrics in the answer");
	} else if (counts->is_truncated) {
		snprintf(detail, sizeof detail, "metrics cut short after %u samples", (unsigned)counts->n_samples);
		judgement_set(out, VERDICT_WARN, REASON_TRUNCATED, detail);
	} else {
		judgement_set(out, VERDICT_PASS, REASON_NONE, "");
	}
}

static void read_answer(const struct answer *answer, struct judgement *out)
{
	struct prom_parser parser;
	struct prom_sample sample;
	struct scrape_counts counts;
	bool is_failed = false;

	if (answer->counts && !memmem(answer->body, answer->n, probe_success, sizeof probe_success - 1)) {
		judge(answer->counts, false, out);
		return;
	}
	prom_init(&parser, answer->body, answer->n, prom_format_of(answer->content_type));
	while (prom_next(&parser, &sample))
		is_failed |= is_failed_probe(&sample);
	counts = (struct scrape_counts){ parser.n_samples, parser.n_bad_lines, parser.first_bad_line,
					 parser.is_truncated };
	judge(&counts, is_failed, out);
}

const struct dialect dialect_metrics = { DIALECT_METRICS, false, fits, read_answer };
