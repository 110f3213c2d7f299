// SPDX-License-Identifier: Apache-2.0
#include "formats/scrape.h"

#include <errno.h>

#include "base/memory.h"
#include "formats/prometheus.h"
#include "text/text.h"

enum { ROWS_FIRST = 64 };

static int reserve(struct scrape *scrape, size_t *cap)
{
	size_t wanted = *cap ? *cap * 2 : ROWS_FIRST;
	struct scrape_row *rows;

	if (scrape->n_rows < *cap)
		return 0;
	rows = mem_realloc(scrape->rows, wanted * sizeof *rows);
	if (!rows)
		return -ENOMEM;
	scrape->rows = rows;
	*cap = wanted;
	return 0;
}

static int add_row(struct scrape *scrape, size_t *cap, const struct prom_sample *sample)
{
	char *series;
	int r = reserve(scrape, cap);

	if (r < 0)
		return r;
	series = text_clean_dup(sample->series, sample->series_len, TEXT_ONE_LINE, TEXT_FIELD_MAX);
	if (!series)
		return -ENOMEM;
	scrape->rows[scrape->n_rows++] = (struct scrape_row){
		.series = series,
		.type = prom_type_name(sample->type),
		.value = sample->value,
	};
	return 0;
}

int scrape_read(const char *body, size_t n, const char *content_type, struct scrape *out)
{
	struct scrape scrape = { 0 };
	struct prom_parser parser;
	struct prom_sample sample;
	size_t cap = 0;

	*out = scrape;
	prom_init(&parser, body, n, prom_format_of(content_type));
	while (prom_next(&parser, &sample)) {
		if (scrape.n_rows == SCRAPE_ROWS_MAX) {
			scrape.is_truncated = true;
			continue;
		}
		if (add_row(&scrape, &cap, &sample) < 0) {
			scrape_finish(&scrape);
			return -ENOMEM;
		}
	}
	scrape.n_bad_lines = parser.n_bad_lines;
	scrape.first_bad_line = parser.first_bad_line;
	scrape.is_truncated |= parser.is_truncated;
	*out = scrape;
	return 0;
}

void scrape_finish(struct scrape *scrape)
{
	for (size_t i = 0; i < scrape->n_rows; i++)
		mem_free((char *)(uintptr_t)scrape->rows[i].series);
	mem_free(scrape->rows);
	*scrape = (struct scrape){ 0 };
}
