// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "services/metric_expr.h"
#include "services/metric_expr_tree.h"
#include "services/metric_leaf.h"

// One expression for one agent, scraped every 10 s.
struct bench {
	struct metric_exprs *exprs;
	struct metric_state *state;
	struct instant now;
	int expr;
};

static struct bench begin(const char *text)
{
	struct bench bench = { .now = { .mono_ms = 5000, .wall_ms = 1000000 } };
	struct metric_expr_error error;

	ck_assert_int_eq(metric_exprs_create(&bench.exprs), 0);
	ck_assert_int_eq(metric_state_create(&bench.state), 0);
	bench.expr = metric_exprs_add(bench.exprs, text, &error);
	ck_assert_msg(bench.expr >= 0, "%s: %s", text, error.text);
	return bench;
}

static void end(struct bench *bench)
{
	metric_exprs_destroy(bench->exprs);
	metric_state_destroy(bench->state);
}

static double scrape(struct bench *bench, const char *body)
{
	struct prom_parser parser;
	struct prom_sample sample;

	bench->now = instant_add(bench->now, 10000);
	metric_exprs_begin(bench->exprs, bench->state, &bench->expr, 1, bench->now);
	prom_init(&parser, body, strlen(body), PROM_TEXT);
	while (prom_next(&parser, &sample))
		metric_exprs_feed(bench->exprs, &sample);
	metric_exprs_end(bench->exprs);
	return metric_exprs_value(bench->exprs, bench->expr);
}

static void assert_same(const char *what, double value, double expected)
{
	ck_assert_msg((isnan(value) && isnan(expected)) || fabs(value - expected) < 1e-9, "%s: %g, expected %g", what,
		      value, expected);
}

#define H(le, count) "h_bucket{le=\"" le "\"} " count "\n"

START_TEST(gauges_and_arithmetic)
{
	static const char body[] =
		"a 6\nb 3\nzero 0\nnan NaN\nt 900\n"
		"m{code=\"200\",d=\"x\"} 10\nm{code=\"503\",d=\"y\"} 2\nm{code=\"500\",d=\"z\\\"\"} 1\n";
	static const struct {
		const char *text;
		double value;
	} table[] = {
		{ "a", 6 },
		{ "a+b*2", 12 },
		{ "(a + b) * 2", 18 },
		{ "a - b - 1", 2 },
		{ "-a / -b", 2 },
		{ "--a", 6 },
		{ "100 * (1 - b / a)", 50 },
		{ "1.5e2 + .5", 150.5 },
		{ "a / zero", NAN },
		{ "zero / zero", NAN },
		{ "nan + 1", NAN },
		{ "missing", NAN },
		{ "missing + a", NAN },
		{ "first(missing, a, b)", 6 },
		{ "first(missing{x=\"1\"}, 0)", 0 },
		{ "first(missing, missing)", NAN },
		{ "m", 13 },
		{ "sum(m)", 13 },
		{ "avg(m)", 13.0 / 3 },
		{ "min(m)", 1 },
		{ "max(m)", 10 },
		{ "count(m)", 3 },
		{ "count(missing)", 0 },
		{ "max(missing)", NAN },
		{ "m{code=\"200\"}", 10 },
		{ "m{code!=\"200\"}", 3 },
		{ "m{code=~\"5*\"}", 3 },
		{ "m{code=~\"5?3\", d=\"y\",}", 2 },
		{ "m{code!~\"5*\"}", 10 },
		{ "m{absent=\"\"}", 13 }, // a missing label equals ""
		{ "m{absent!=\"\"}", NAN },
		{ "m{d=\"z\\\"\"}", 1 },
		{ "age(t)", (1000000 + 10000) / 1000.0 - 900 },
		{ "sum", NAN }, // without parentheses it is a metric's name
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct bench bench = begin(table[i].text);

		assert_same(table[i].text, scrape(&bench, body), table[i].value);
		end(&bench);
	}
}
END_TEST

START_TEST(mistakes_are_said_with_their_place)
{
	static const struct {
		const char *text;
		size_t position;
		const char *why;
	} table[] = {
		{ "", 0, "ends too early" },
		{ "a +", 3, "ends too early" },
		{ "a b", 2, "operator or the end" },
		{ "(a", 2, "closing ')'" },
		{ "a)", 1, "operator or the end" },
		{ "rate(a", 6, "closing ')'" },
		{ "rate(1)", 5, "metric name" },
		{ "wat(a)", 0, "unknown function" },
		{ "quantile(2, a)", 9, "from 0 to 1" },
		{ "quantile(a)", 9, "expected a number" },
		{ "quantile(0.5)", 12, "a histogram" },
		{ "a{", 2, "label name" },
		{ "a{b}", 3, "one of =" },
		{ "a{b!x}", 3, "one of =" },
		{ "a{b=c}", 4, "double quotes" },
		{ "a{b=\"c}", 4, "no closing quote" },
		{ "a{b=\"c\" d=\"e\"}", 8, "',' or '}'" },
		{ "1.2.3", 0, "expected a number" },
		{ "a * $", 4, "expected a number" },
		{ "first()", 6, "expected a number" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct metric_expr_error error = { 0 };

		ck_assert_int_eq(metric_expr_check(table[i].text, &error), -EINVAL);
		ck_assert_msg(error.position == table[i].position && strstr(error.text, table[i].why), "%s: at %zu: %s",
			      table[i].text, error.position, error.text);
	}
}
END_TEST

static bool is_refused(const char *part, size_t times, const char *last)
{
	char text[METRIC_EXPR_TEXT_MAX + 200] = "";
	char why[200] = "";

	for (size_t i = 0; i < times; i++)
		strcat(text, part);
	strcat(text, last);
	return metric_expr_check_cb(NULL, text, why, sizeof why) == -EINVAL && strncmp(why, "column ", 7) == 0;
}

START_TEST(size_and_depth_are_bounded)
{
	ck_assert(!is_refused("(", 0, "1"));
	ck_assert(is_refused("(", 1000, "1"));
	ck_assert(is_refused("-", 1000, "1"));
	ck_assert(is_refused("1+", 500, "1"));
	ck_assert(is_refused("a+", 33, "1"));
	ck_assert(is_refused("          ", 210, "1"));
	ck_assert(is_refused("a{", 1,
			     "b=\"\",b=\"\",b=\"\",b=\"\",b=\"\",b=\"\",b=\"\",b=\"\",b=\"\",b=\"\",b=\"\",b=\"\","
			     "b=\"\",b=\"\",b=\"\",b=\"\",b=\"\"}"));
}
END_TEST

START_TEST(rates_need_two_scrapes_and_survive_a_reset)
{
	struct bench rate = begin("rate(c)");
	struct bench increase = begin("increase(c{x=\"1\"})");

	assert_same("first", scrape(&rate, "c{x=\"1\"} 100\nc{x=\"2\"} 5\n"), NAN);
	assert_same("both", scrape(&rate, "c{x=\"1\"} 120\nc{x=\"2\"} 10\n"), 2.5);
	assert_same("other order", scrape(&rate, "c{x=\"2\"} 20\nc{x=\"1\"} 140\n"), 3);
	assert_same("one restarts at 30", scrape(&rate, "c{x=\"2\"} 20\nc{x=\"1\"} 30\n"), 3);
	assert_same("a new one counts nothing yet", scrape(&rate, "c{x=\"2\"} 30\nc{x=\"1\"} 30\nc{x=\"3\"} 999\n"), 1);
	assert_same("but next time", scrape(&rate, "c{x=\"2\"} 30\nc{x=\"1\"} 30\nc{x=\"3\"} 1009\n"), 1);
	assert_same("gone", scrape(&rate, "d 1\n"), NAN);
	assert_same("back is new", scrape(&rate, "c{x=\"2\"} 90\n"), NAN);
	assert_same("twice the same series", scrape(&rate, "c{x=\"2\"} 100\nc{x=\"2\"} 200\n"), 1);
	assert_same("first", scrape(&increase, "c{x=\"1\"} 100\nc{x=\"2\"} 5\n"), NAN);
	assert_same("selected", scrape(&increase, "c{x=\"1\"} 107\nc{x=\"2\"} 50\n"), 7);
	assert_same("NaN is passed over", scrape(&increase, "c{x=\"1\"} NaN\n"), NAN);
	end(&rate);
	end(&increase);
}
END_TEST

START_TEST(a_rate_after_a_missed_scrape_is_over_the_longer_time)
{
	struct bench bench = begin("rate(c)");

	scrape(&bench, "c 100\n");
	bench.now = instant_add(bench.now, 10000); // a scrape failed: nothing was fed
	assert_same("20 s", scrape(&bench, "c 140\n"), 2);
	bench.now.mono_ms -= 10000; // no time has passed at all
	assert_same("0 s", scrape(&bench, "c 150\n"), NAN);
	end(&bench);
}
END_TEST

START_TEST(percentiles_come_from_what_was_counted_since)
{
	struct bench p50 = begin("p50(h)");
	struct bench p95 = begin("p95(h_bucket)");
	struct bench q = begin("quantile(1, h)");
	static const char first[] = H("0.1", "100") H("0.5", "100") H("+Inf", "100");
	static const char then[] = H("0.1", "105") H("0.5", "110") H("+Inf", "110");

	assert_same("first", scrape(&p50, first), NAN);
	assert_same("p50", scrape(&p50, then), 0.1);
	assert_same("idle", scrape(&p50, then), NAN);
	scrape(&p95, first);
	assert_same("p95", scrape(&p95, then), 0.1 + 0.4 * 0.9);
	assert_same("above the highest bound", scrape(&p95, H("0.1", "105") H("0.5", "110") H("+Inf", "200")), 0.5);
	scrape(&q, first);
	assert_same("q", scrape(&q, then), 0.5);
	end(&p50);
	end(&p95);
	end(&q);
}
END_TEST

START_TEST(odd_histograms_are_made_sense_of)
{
	static const struct {
		const char *name;
		double q;
		struct metric_bucket buckets[6];
		size_t n;
		double value;
	} table[] = {
		{ "empty", 0.5, { { 0, 0, 0 } }, 0, NAN },
		{ "nothing counted", 0.5, { { 1, 0, 0 }, { INFINITY, 0, 0 } }, 2, NAN },
		{ "unsorted", 0.5, { { INFINITY, 0, 10 }, { 2, 0, 10 }, { 1, 0, 0 } }, 3, 1.5 },
		{ "missing +Inf", 0.5, { { 1, 0, 5 }, { 2, 0, 10 } }, 2, 1 },
		{ "only +Inf", 0.5, { { INFINITY, 0, 5 } }, 1, NAN },
		{ "decreasing", 0.9, { { 1, 0, 10 }, { 2, 0, 4 }, { INFINITY, 0, 10 } }, 3, 0.9 },
		{ "duplicate le", 0.5, { { 1, 0, 5 }, { 1, 0, 5 }, { 2, 0, 10 }, { INFINITY, 0, 10 } }, 4, 1 },
		{ "two groups", 0.5, { { 1, 1, 5 }, { 1, 2, 5 }, { INFINITY, 1, 10 }, { INFINITY, 2, 10 } }, 4, 1 },
		{ "negative bound", 0.5, { { -1, 0, 10 }, { INFINITY, 0, 10 } }, 2, -1 },
		{ "zeroth", 0, { { 1, 0, 0 }, { 2, 0, 4 }, { INFINITY, 0, 4 } }, 3, 1 },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct metric_bucket buckets[6];

		memcpy(buckets, table[i].buckets, sizeof buckets);
		assert_same(table[i].name, histogram_quantile(table[i].q, buckets, table[i].n), table[i].value);
	}
}
END_TEST

START_TEST(a_set_has_each_text_once_and_feeds_only_what_is_wanted)
{
	struct bench bench = begin("a");
	struct metric_expr_error error;
	const char *names[4];
	int other = metric_exprs_add(bench.exprs, "a + p95(h)", NULL);

	ck_assert_int_eq(metric_exprs_add(bench.exprs, "a", NULL), bench.expr);
	ck_assert_int_ne(other, bench.expr);
	ck_assert_int_eq(metric_exprs_add(bench.exprs, "a +", &error), -EINVAL);
	ck_assert_uint_eq(metric_exprs_names(bench.exprs, other, names, 4), 2);
	ck_assert_str_eq(names[1], "h_bucket");
	assert_same("wanted", scrape(&bench, "a 4\n"), 4);
	assert_same("not wanted", metric_exprs_value(bench.exprs, other), NAN);
	for (int i = 0;
	     metric_exprs_add(bench.exprs,
			      (char[]){ (char)('b' + i % 20), (char)('a' + i / 20 % 20), (char)('a' + i / 400), 0 },
			      NULL) >= 0;
	     i++)
		;
	ck_assert_int_eq(metric_exprs_add(bench.exprs, "zzzz", NULL), -ENOSPC);
	metric_exprs_destroy(NULL);
	metric_state_destroy(NULL);
	end(&bench);
}
END_TEST

START_TEST(more_series_than_are_followed_are_passed_over)
{
	struct bench bench = begin("rate(c)");
	size_t size = 3000UL * 24;
	char *body = mem_alloc(size);

	for (int value = 0; value < 2; value++) {
		size_t n = 0;

		for (int i = 0; i < 3000; i++)
			n += (size_t)snprintf(body + n, size - n, "c{i=\"%d\"} %d\n", i, value * 10);
		if (!value)
			scrape(&bench, body);
	}
	assert_same("2000 followed", scrape(&bench, body), METRIC_EXPR_SERIES_MAX);
	mem_free(body);
	end(&bench);
}
END_TEST

START_TEST(without_memory_there_is_a_gap)
{
	struct bench bench = begin("rate(c) + p50(h)");
	static const char body[] = "c 1\n" H("1", "1") H("+Inf", "1");
	static const char text[] = "rate(x{a=\"b\"}) + p95(y)";
	int result = -ENOMEM;

	for (long n = 0; n < 40; n++) {
		mem_fail_after(n);
		ck_assert_double_nan(scrape(&bench, body)); // nothing moves: no histogram has a quantile
		mem_fail_after(-1);
	}
	for (long n = 0; result == -ENOMEM; n++) {
		mem_fail_after(n);
		result = metric_exprs_add(bench.exprs, text, NULL);
		mem_fail_after(-1);
		ck_assert_int_lt(n, 40);
	}
	ck_assert_int_ge(result, 0);
	end(&bench);
}
END_TEST

SUITE("metric_expr", gauges_and_arithmetic, mistakes_are_said_with_their_place, size_and_depth_are_bounded,
      rates_need_two_scrapes_and_survive_a_reset, a_rate_after_a_missed_scrape_is_over_the_longer_time,
      percentiles_come_from_what_was_counted_since, odd_histograms_are_made_sense_of,
      a_set_has_each_text_once_and_feeds_only_what_is_wanted, more_series_than_are_followed_are_passed_over,
      without_memory_there_is_a_gap)
