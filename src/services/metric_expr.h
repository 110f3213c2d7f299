#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Expressions of panels and rules over one agent's scrape; the language of opscon.yml(5).
 *
 *   expr     = term (("+" | "-") term)*        term = factor (("*" | "/") factor)*
 *   factor   = number | "(" expr ")" | "-" factor | selector | function
 *   selector = name [ "{" label ("=" | "!=" | "=~" | "!~") "value" , ... "}" ]     =~ takes a glob (* and ?)
 *   function = sum | avg | min | max | count (selector)      a bare selector is its sum
 *            | rate(selector) | increase(selector)           of counters, since the last scrape, summed
 *            | p50 | p95 | p99 (name) | quantile(q, name)    of a histogram (name without _bucket), since then
 *            | age(selector)                                 seconds since the oldest of these Unix times
 *            | first(expr, ...)                              the first that is not missing
 *
 * What is missing is NaN: no series matches (but count() is then 0), no earlier scrape to compare with, a division by
 * zero; NaN spreads through arithmetic. Samples that are NaN are passed over. Counters: a value below the last one is a
 * reset and counts whole; a series seen for the first time counts nothing yet. Quantiles interpolate as Prometheus'
 * histogram_quantile() does; decreasing buckets are levelled, a bucket given twice counts once, and without +Inf the
 * highest bucket is the end.
 *
 * A set holds the expressions of a fleet, each text once. For one scrape of one agent: begin with the expressions that
 * are wanted, feed every sample, end, read the values. What rates compare with is kept in the agent's own state.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "formats/prometheus.h"

enum {
	METRIC_EXPR_TEXT_MAX = 2048,   // bytes
	METRIC_EXPR_DEPTH_MAX = 32,    // of nesting
	METRIC_EXPR_NODES_MAX = 128,   // numbers, operators, functions
	METRIC_EXPR_LEAVES_MAX = 32,   // selectors in one expression
	METRIC_EXPRS_MAX = 1024,       // in one set
	METRIC_EXPR_SERIES_MAX = 2000, // matching series a counter leaf follows; more are not looked at
	METRIC_EXPR_MATCHERS_MAX = 16, // in one selector
};

struct metric_expr_error {
	size_t position; // byte offset in the text
	char text[160];  // "expected a closing ')'"
};

// Checks a text. 0; -EINVAL with the error; -ENOMEM.
int metric_expr_check(const char *text, struct metric_expr_error *error);

// The same as configuration wants it (config_expression_cb): why = "column 7: expected ...". ctx is ignored.
int metric_expr_check_cb(void *ctx, const char *text, char *why, size_t why_size);

struct metric_exprs;

int metric_exprs_create(struct metric_exprs **out); // 0 or -ENOMEM
void metric_exprs_destroy(struct metric_exprs *exprs);

// The number of the expression (>= 0); -EINVAL with the error (which may be NULL); -ENOSPC; -ENOMEM.
int metric_exprs_add(struct metric_exprs *exprs, const char *text, struct metric_expr_error *error);

// Metric names that the expression looks at (those of quantiles with _bucket); returns how many there are.
size_t metric_exprs_names(const struct metric_exprs *exprs, int expr, const char **names, size_t n);

// False when the expression has first(), and so can do without some of its names.
bool metric_exprs_needs_all(const struct metric_exprs *exprs, int expr);

struct metric_state; // what one agent's counters were

int metric_state_create(struct metric_state **out); // 0 or -ENOMEM
void metric_state_destroy(struct metric_state *state);

// `wanted`: numbers of expressions. Begins a scrape; state is borrowed until the end.
void metric_exprs_begin(struct metric_exprs *exprs, struct metric_state *state, const int *wanted, size_t n_wanted,
			struct instant at);
void metric_exprs_feed(struct metric_exprs *exprs, const struct prom_sample *sample); // nothing is kept of it

// Computes every wanted value and keeps the counters for the next scrape. 0; -ENOMEM (rates will have a gap).
int metric_exprs_end(struct metric_exprs *exprs);
double metric_exprs_value(const struct metric_exprs *exprs, int expr); // of the scrape ended last; NaN when missing
