// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "formats/scrape.h"
#include "opscon/event.h"

START_TEST(rows_are_displayable_and_in_order)
{
	static const char body[] = "# TYPE up gauge\nup{job=\"\033[2J\"} 1\nbroken\nb 2\n";
	struct event *event = event_new(EVENT_SCRAPE, 0, 1);
	struct scrape *scrape = &event->u.scrape;

	ck_assert_int_eq(scrape_read(body, sizeof body - 1, "text/plain", scrape), 0);
	ck_assert_uint_eq(scrape->n_rows, 2);
	ck_assert_str_eq(scrape->rows[0].series, "up{job=\"^[[2J\"}");
	ck_assert_str_eq(scrape->rows[0].type, "gauge");
	ck_assert_str_eq(scrape->rows[1].type, "untyped");
	ck_assert_double_eq(scrape->rows[1].value, 2);
	ck_assert_uint_eq(scrape->n_bad_lines, 1);
	ck_assert_uint_eq(scrape->first_bad_line, 3);
	ck_assert(!scrape->is_truncated);
	event_unref(event); // frees the rows
}
END_TEST

START_TEST(rows_are_bounded)
{
	char *body = mem_alloc(16 * (SCRAPE_ROWS_MAX + 2));
	struct scrape scrape;
	size_t n = 0;

	for (int i = 0; i <= SCRAPE_ROWS_MAX; i++)
		n += (size_t)snprintf(body + n, 16, "m%d 1\n", i);
	n += (size_t)snprintf(body + n, 16, "?\n");
	ck_assert_int_eq(scrape_read(body, n, NULL, &scrape), 0);
	ck_assert_uint_eq(scrape.n_rows, SCRAPE_ROWS_MAX);
	ck_assert(scrape.is_truncated);
	ck_assert_uint_eq(scrape.n_bad_lines, 1);
	scrape_finish(&scrape);
	ck_assert_uint_eq(scrape.n_rows, 0);
	ck_assert_int_eq(scrape_read("a 1\n", 4, "application/openmetrics-text", &scrape), 0);
	ck_assert(scrape.is_truncated);
	scrape_finish(&scrape);
	mem_free(body);
}
END_TEST

// Fault 33.
START_TEST(want_of_memory_leaves_nothing_behind)
{
	struct scrape scrape;
	long n;

	for (n = 0;; n++) {
		int r;

		mem_fail_after(n);
		r = scrape_read("a 1\nb 2\n", 8, NULL, &scrape);
		mem_fail_after(-1);
		if (r == 0)
			break;
		ck_assert_int_eq(r, -ENOMEM);
		ck_assert_uint_eq(scrape.n_rows, 0);
		ck_assert_ptr_null(scrape.rows);
	}
	ck_assert_int_eq(n, 3);
	scrape_finish(&scrape);
}
END_TEST

SUITE("scrape", rows_are_displayable_and_in_order, rows_are_bounded, want_of_memory_leaves_nothing_behind)
