// SPDX-License-Identifier: Apache-2.0
/* Expressions: the first line is one, then two scrapes of the same agent with a line "---" between. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "services/metric_expr.h"
#include "tests/fuzz/fuzz.h"

enum { NAMES = 64, SCRAPE_MS = 15000 };

static void check_refused(int r, const char *text, const struct metric_expr_error *error)
{
	fuzz_expect(r == -EINVAL, "an expression is taken or refused");
	fuzz_expect(error->position <= strlen(text), "a mistake is in the text");
	fuzz_expect(error->text[0], "a mistake is said");
	fuzz_expect_clean(error->text, "a mistake is clean");
}

static double scrape(struct metric_exprs *exprs, struct metric_state *state, int expr, const char *body, size_t n,
		     int64_t at_ms)
{
	struct prom_parser parser;
	struct prom_sample sample;

	metric_exprs_begin(exprs, state, &expr, 1, (struct instant){ at_ms, at_ms });
	prom_init(&parser, body, n, PROM_TEXT);
	while (prom_next(&parser, &sample))
		metric_exprs_feed(exprs, &sample);
	fuzz_expect(metric_exprs_end(exprs) == 0, "a scrape has an end");
	return metric_exprs_value(exprs, expr);
}

// The value after two scrapes.
static double evaluate(struct metric_exprs *exprs, int expr, struct fuzz_input input)
{
	struct metric_state *state;
	size_t n_first;
	char *first = fuzz_part(&input, "\n---\n", &n_first);
	double value;

	fuzz_expect(metric_state_create(&state) == 0, "there is memory");
	scrape(exprs, state, expr, first, n_first, SCRAPE_MS);
	value = scrape(exprs, state, expr, (const char *)input.at, input.n, 2 * (int64_t)SCRAPE_MS);
	metric_state_destroy(state);
	mem_free(first);
	return value;
}

static void check_expr(struct metric_exprs *exprs, int expr, const char *text, struct fuzz_input scrapes)
{
	const char *names[NAMES];
	size_t n = metric_exprs_names(exprs, expr, names, NAMES);
	double value = evaluate(exprs, expr, scrapes), again = evaluate(exprs, expr, scrapes);

	fuzz_expect(n <= METRIC_EXPR_LEAVES_MAX, "names are within their limit");
	for (size_t i = 0; i < n; i++)
		fuzz_expect(names[i] && names[i][0], "a name has letters");
	fuzz_expect(n > 0 || metric_exprs_needs_all(exprs, expr) || strstr(text, "first"),
		    "only first() needs not all");
	fuzz_expect(value == again || (isnan(value) && isnan(again)), "the same scrapes give the same value");
	fuzz_expect(metric_exprs_add(exprs, text, NULL) == expr, "a text is kept once");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	char *text = fuzz_part(&input, "\n", NULL), why[200] = "";
	struct metric_expr_error error = { 0, "" };
	struct metric_exprs *exprs;
	int checked = metric_expr_check(text, &error), expr;

	if (checked < 0)
		check_refused(checked, text, &error);
	fuzz_expect(metric_expr_check_cb(NULL, text, why, sizeof why) == checked && !why[0] == !checked,
		    "configuration is told the same");
	fuzz_expect(metric_exprs_create(&exprs) == 0, "there is memory");
	expr = metric_exprs_add(exprs, text, &error);
	fuzz_expect((expr < 0) == (checked < 0), "what was checked can be added");
	if (expr >= 0)
		check_expr(exprs, expr, text, input);
	metric_exprs_destroy(exprs);
	mem_free(text);
	return 0;
}
