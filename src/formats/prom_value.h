#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Seeing that a value is one, without reading it: the hot path of a scrape of a known exporter. Used inside formats/
 * only.
 */
#include "formats/prometheus.h"

/* From p on the rest of the line is a number as exporters write it, in 0.0.4 maybe with a time: where its LF is. NULL:
 * it may still be good, but has to be read to know.
 */
const char *prom_value_line_end(const char *p, const char *end, enum prom_format format);
