#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Metrics bodies read with a memory of those read before.
 *
 *   prom_init(&parser, body, n, format);
 *   prom_recall_begin(recall, &parser);
 *   while (prom_recall_next(recall, &parser, &sample))
 *           if (!wanted(&sample))
 *                   prom_recall_pass(recall);
 *
 * From one scrape to the next an exporter changes the values and little else. So what stands between two values -
 * comments, series, one blank - is kept once, whoever exposes it, and with it what came next the last time: a line that
 * is foreseen is compared, not read, and of a series that was passed over the value is only seen to be one. What is not
 * foreseen is read as prom_next() reads it and looked up. Samples, counts and bad lines are those of prom_next(), but
 * for the samples passed over.
 *
 * Memory belongs to the text, not to the agent: a thousand alike cost as much as one. It is bounded; what no longer
 * fits is read each time, and when little is recognised any more all is forgotten.
 */
#include <stdbool.h>
#include <stddef.h>

#include "formats/prometheus.h"

enum {
	PROM_RECALL_BYTES_MAX = 16 << 20,
	PROM_RECALL_TEXT_MAX = 8 * 1024 // between two values; longer ones are not kept
};

struct prom_recall;

int prom_recall_create(struct prom_recall **out); // 0 or -ENOMEM
void prom_recall_destroy(struct prom_recall *recall);

// Everything: what is passed over may be another from now on. Not between begin and the end of a body.
void prom_recall_forget(struct prom_recall *recall);

void prom_recall_begin(struct prom_recall *recall, const struct prom_parser *parser); // at the start of its body

// As prom_next(), but without the series passed over. Short of memory nothing is kept and all is read.
bool prom_recall_next(struct prom_recall *recall, struct prom_parser *parser, struct prom_sample *out);

// Series written like that of the sample given last are not given again.
void prom_recall_pass(struct prom_recall *recall);

// The sample given last is of a series that was given before, and not passed over then.
bool prom_recall_was_given(const struct prom_recall *recall);

size_t prom_recall_memory(const struct prom_recall *recall); // bytes
