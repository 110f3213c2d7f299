// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <math.h>

#include "tests/support/fleet_fixture.h"
#include "tests/support/golden.h"
#include "widgets/chart.h"
#include "widgets/chart_axis.h"
#include "widgets/metric_text.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

START_TEST(marks_the_value_axis_at_round_numbers)
{
	static const struct {
		double low, high;
		enum metric_unit unit;
		int n_max;
		double first, step, last;
	} cases[] = {
		{ 12, 88, UNIT_PERCENT, 6, 0, 20, 100 },
		{ 60, 70, UNIT_PERCENT, 6, 60, 2, 70 },
		{ 0, 0.037, UNIT_SECONDS, 5, 0, 0.01, 0.04 },
		{ -3, 4, UNIT_NONE, 5, -4, 2, 4 },
		{ 0, 999999999, UNIT_COUNT, 6, 0, 2e8, 1e9 },
		{ 0, 3e9, UNIT_BYTES, 5, 0, 1073741824, 3221225472 },
		{ 5, 5, UNIT_NONE, 3, 0, 5, 10 },
		{ 0, 0, UNIT_NONE, 3, 0, 0.5, 1 },
		{ -5, -5, UNIT_NONE, 3, -10, 5, 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct chart_ticks ticks;

		chart_ticks(cases[i].low, cases[i].high, cases[i].unit, cases[i].n_max, &ticks);
		ck_assert_double_eq_tol(ticks.low, cases[i].first, 1e-9);
		ck_assert_double_eq_tol(ticks.step, cases[i].step, 1e-9);
		ck_assert_double_eq_tol(ticks.high, cases[i].last, 1e-6);
		ck_assert_int_le(ticks.n, cases[i].n_max);
		ck_assert_int_ge(ticks.n, 2);
	}
}
END_TEST

START_TEST(gives_up_marks_beyond_arithmetic)
{
	struct chart_ticks ticks;

	chart_ticks(-1.7e308, 1.7e308, UNIT_NONE, 5, &ticks);
	ck_assert_int_eq(ticks.n, 0);
	chart_ticks(0, 1e-300, UNIT_NONE, 5, &ticks);
	ck_assert_int_eq(ticks.n, 0);
}
END_TEST

START_TEST(writes_marks_no_finer_than_the_step)
{
	static const struct {
		double value, step;
		enum metric_unit unit;
		const char *expected;
	} cases[] = {
		{ 20, 20, UNIT_PERCENT, "20%" },      { 0.5, 0.1, UNIT_PERCENT, "0.5%" },
		{ 0.02, 0.02, UNIT_NONE, "0.02" },    { 20000, 5000, UNIT_NONE, "20.0k" },
		{ 0, 1024, UNIT_BYTES, "0" },         { 2048, 1024, UNIT_BYTES, "2.0 KiB" },
		{ 1e-18, 0.1, UNIT_PERCENT, "0.0%" }, { 200, 100, UNIT_MILLISECONDS, "200ms" },
		{ 1e-9, 1e-9, UNIT_NONE, "0.00" },
	};
	char out[HUMAN_MAX];

	for (size_t i = 0; i < COUNT(cases); i++)
		ck_assert_str_eq(chart_tick_text(cases[i].value, cases[i].step, cases[i].unit, out), cases[i].expected);
}
END_TEST

START_TEST(marks_the_time_axis_in_local_time)
{
	static const struct {
		enum time_range range;
		int n_max;
		int32_t offset_s;
		const char *step, *first;
	} cases[] = {
		{ RANGE_5M, 6, 0, "1m", "15:00" },     { RANGE_15M, 6, 0, "5m", "14:50" },
		{ RANGE_1H, 6, 0, "10m", "14:10" },    { RANGE_24H, 8, 0, "3h", "18:00" },
		{ RANGE_24H, 8, 3600, "3h", "18:00" }, { RANGE_7D, 8, 0, "1d", "11-17" },
		{ RANGE_30D, 8, 0, "7d", "10-29" },    { RANGE_5M, 30, 19800, "10s", "20:29:10" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t span_ms = time_range_ms(cases[i].range), step_ms, expected_ms, first_ms;
		char out[HUMAN_MAX];

		step_ms = chart_time_step(span_ms, cases[i].n_max);
		ck_assert_int_eq(human_parse_duration(cases[i].step, &expected_ms), 0);
		ck_assert_int_eq(step_ms, expected_ms);
		first_ms = chart_time_first(FIXTURE_NOW_MS - span_ms, step_ms, cases[i].offset_s);
		ck_assert_str_eq(chart_time_text(first_ms, step_ms, cases[i].offset_s, out), cases[i].first);
	}
}
END_TEST

static void draw_cases(struct fleet_fixture *f, struct view *view, const struct chart_options *options,
		       const struct golden_case *cases, size_t n)
{
	struct widget widget = { .class = &chart_class, .options = options };

	for (size_t i = 0; i < n; i++)
		golden_draw(&widget, f->fleet, view, &cases[i]);
}

START_TEST(looks_right_with_thresholds_and_gaps)
{
	static const struct golden_case wide[] = { { "thresholds", 80, 16, false },
						   { "ascii", 60, 14, true },
						   { "narrow", 24, 6, false },
						   { "flat", 20, 3, false },
						   { "windows", 90, 26, false } };
	static const struct chart_options cpu = { .series = FIXTURE_CPU };
	struct fleet_fixture f;
	struct view view;
	uint32_t agent;

	fleet_fixture_init(&f);
	fleet_fixture_feed(&f, FEED_LIVE, HOUR_MS, SECOND_MS, 0, "");
	fleet_fixture_series(&f);
	agent = fleet_fixture_add(&f, "WowCache", "intelligence", "prod");
	fleet_fixture_view(&f, &view);
	view.range = RANGE_5M;
	for (int i = 60; i >= 0; i--)
		fleet_fixture_point(&f, agent, FIXTURE_CPU, i * 5 * SECOND_MS,
				    i > 20 && i < 30 ? NAN : 60 + 38 * sin(i / 8.0));
	draw_cases(&f, &view, &cpu, wide, COUNT(wide));
	golden_sweep(&(struct widget){ .class = &chart_class, .options = &cpu }, f.fleet, &view, 50, 12);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(says_what_is_missing)
{
	static const struct golden_case empty = { "empty", 60, 6, false }, stale = { "stale", 60, 10, false };
	static const struct chart_options rate = { .series = FIXTURE_RATE }, latency = { .series = FIXTURE_LATENCY };
	struct fleet_fixture f;
	struct view view;
	uint32_t agent;

	fleet_fixture_init(&f);
	fleet_fixture_feed(&f, FEED_LIVE, HOUR_MS, SECOND_MS, 0, "");
	fleet_fixture_series(&f);
	agent = fleet_fixture_add(&f, "WowCache", "intelligence", "prod");
	fleet_fixture_view(&f, &view);
	for (int i = 60; i > 30; i--)
		fleet_fixture_point(&f, agent, FIXTURE_LATENCY, (int64_t)i * 30 * SECOND_MS, 12);
	draw_cases(&f, &view, &rate, &empty, 1);
	draw_cases(&f, &view, &latency, &stale, 1);
	// Without options: the panel under the cursor; past the last one nothing.
	draw_cases(&f, &view, NULL, &(struct golden_case){ "focused", 60, 10, false }, 1);
	view.focused_series = 9;
	draw_cases(&f, &view, NULL, &(struct golden_case){ "none", 20, 2, false }, 1);
	fleet_fixture_finish(&f);
}
END_TEST

SUITE("chart", marks_the_value_axis_at_round_numbers, gives_up_marks_beyond_arithmetic,
      writes_marks_no_finer_than_the_step, marks_the_time_axis_in_local_time, looks_right_with_thresholds_and_gaps,
      says_what_is_missing)
