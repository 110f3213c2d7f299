#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A whole scrape as rows of displayable text, for the metrics screen and EVENT_SCRAPE. */
#include <stddef.h>

#include "opscon/metric.h"

enum { SCRAPE_ROWS_MAX = 5000 }; // is_truncated beyond

/* Reads a metrics body into *out. Bad lines are counted in all of the body, also past the last row kept. 0 or -ENOMEM,
 * and then *out is empty. Either hand *out to an event, which frees it, or to scrape_finish().
 */
int scrape_read(const char *body, size_t n, const char *content_type, struct scrape *out);
void scrape_finish(struct scrape *scrape);
