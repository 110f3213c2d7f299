#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The end of an exposition line, for whoever knows its beginning already. Used inside formats/ only. */
#include <stdbool.h>

#include "formats/prometheus.h"

/* What follows the series of *out from p to the end of the line (CR and LF left off): value, time and exemplar. False
 * when it cannot be read.
 */
bool prom_read_reading(struct prom_sample *out, const char *p, const char *end, enum prom_format format);

// Type and is_created, by the family that the parser is in.
void prom_classify(const struct prom_parser *parser, struct prom_sample *out);
