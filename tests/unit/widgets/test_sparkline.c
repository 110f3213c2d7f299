// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "widgets/sparkline.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { STEP_MS = 1000 };

// Draws values a second apart, the last in the last column of a window that has one for each; checks the picture.
static void check_drawn(const double *values, size_t n, enum sparkline_mode mode, int height, const char *expected)
{
	int per_cell = sparkline_dots_per_cell(mode), width = (int)n / per_cell;
	int64_t to_ms = 1700000001999, from_ms = to_ms - (int64_t)n * STEP_MS;
	struct metric_point points[64];
	struct canvas canvas;
	struct bytes dump;

	for (size_t i = 0; i < n; i++)
		points[i] = (struct metric_point){ to_ms - (int64_t)(n - 1 - i) * STEP_MS, values[i] };
	ck_assert_int_eq(canvas_create(width, height, false, &canvas), 0);
	sparkline_draw(&canvas, 0, 0, width, height, points, n, from_ms, to_ms, STYLE_CHART, mode);
	bytes_init(&dump, 65536);
	ck_assert_int_eq(canvas_dump(&canvas, false, &dump), 0);
	ck_assert_str_eq(dump.data, expected);
	bytes_finish(&dump);
	canvas_destroy(&canvas);
}

START_TEST(draws_each_mode)
{
	static const double ramp[] = { 0, 1, 2, 3, 4, 5, 6, 7 };
	static const double four[] = { 0, 1, 2, 3, 3, 2, 1, 0 };
	static const double six[] = { 0, 1, 2, 3, 4, 5 };

	check_drawn(ramp, 8, SPARKLINE_BLOCKS, 1, "▁▂▃▄▅▆▇█\n");
	check_drawn(ramp, 8, SPARKLINE_ASCII, 1, ".:-=+*#@\n");
	check_drawn(four, 8, SPARKLINE_BRAILLE, 1, "⣠⣾⣷⣄\n");
	check_drawn(six, 6, SPARKLINE_ASCII, 2, "   .:#\n.:####\n");
	check_drawn(ramp, 8, SPARKLINE_BLOCKS, 2, "    ▂▄▆█\n▁▃▅▇████\n");
	check_drawn(ramp, 8, SPARKLINE_BRAILLE, 2, "  ⣠⣾\n⣠⣾⣿⣿\n");
}
END_TEST

START_TEST(leaves_gaps_open)
{
	static const double values[] = { 7, NAN, INFINITY, 7, 0, 0, -INFINITY, 7 };

	check_drawn(values, 8, SPARKLINE_BLOCKS, 1, "█  █▁▁ █\n");
	check_drawn(values, 8, SPARKLINE_ASCII, 1, "@  @.. @\n");
	check_drawn(values, 8, SPARKLINE_BRAILLE, 1, "⡇⢸⣀⢸\n");
}
END_TEST

START_TEST(draws_a_flat_series_at_mid_height)
{
	static const double flat[] = { 5, 5, 5, 5 }, zero[] = { 0, 0, 0, 0 };
	static const double noise[] = { 0.3, 0.1 + 0.2, 0.3, 0.1 + 0.2 };

	check_drawn(flat, 4, SPARKLINE_BLOCKS, 1, "▄▄▄▄\n");
	check_drawn(zero, 4, SPARKLINE_BRAILLE, 1, "⣀⣀\n"); // nothing is no half
	check_drawn(zero, 4, SPARKLINE_ASCII, 1, "....\n");
	check_drawn(noise, 4, SPARKLINE_BLOCKS, 1, "▄▄▄▄\n");
}
END_TEST

START_TEST(draws_nothing_from_fewer_than_two_values)
{
	static const double one[] = { NAN, 5 }, none[] = { NAN, NAN };
	struct canvas canvas;

	check_drawn(one, 2, SPARKLINE_BLOCKS, 1, "\n");
	check_drawn(none, 2, SPARKLINE_BLOCKS, 1, "\n");
	ck_assert_int_eq(canvas_create(4, 1, false, &canvas), 0);
	ck_assert_int_eq(sparkline_draw(&canvas, 0, 0, 4, 1, NULL, 0, 0, 1000, STYLE_CHART, SPARKLINE_BRAILLE), 0);
	canvas_destroy(&canvas);
}
END_TEST

START_TEST(survives_extreme_values)
{
	static const double huge[] = { -1.7e308, 0, 1.7e308, 999999999 };
	static const double tiny[] = { 4e-324, 0, 4e-324, 0 };

	check_drawn(huge, 4, SPARKLINE_BLOCKS, 1, "▁▅█▅\n");
	check_drawn(tiny, 4, SPARKLINE_BLOCKS, 1, "▄▄▄▄\n");
}
END_TEST

START_TEST(bridges_sparse_samples_but_not_a_missed_one)
{
	// Samples every 5 s in columns of 1 s; one scrape is missing between 10 and 25 s.
	static const struct metric_point points[] = {
		{ 0, 0 }, { 5000, 5 }, { 10000, 0 }, { 25000, 5 }, { 30000, 10 }
	};
	double columns[32];

	ck_assert_uint_eq(sparkline_columns(points, COUNT(points), -1000, 30000, SPARKLINE_MEAN, columns, 31, 1), 5);
	for (int i = 0; i <= 5; i++)
		ck_assert_double_eq_tol(columns[i], i, 1e-9);
	for (int i = 11; i < 25; i++)
		ck_assert_double_nan(columns[i]);
	ck_assert_double_eq_tol(columns[27], 7, 1e-9);
}
END_TEST

START_TEST(does_not_bridge_across_a_failed_scrape)
{
	static const struct metric_point points[] = {
		{ 0, 1 }, { 5000, 1 }, { 10000, NAN }, { 15000, 1 }, { 20000, 1 }
	};
	double columns[21];

	sparkline_columns(points, COUNT(points), -1000, 20000, SPARKLINE_MAX, columns, 21, 1);
	for (int i = 6; i < 15; i++)
		ck_assert_double_nan(columns[i]);
	ck_assert_double_eq(columns[17], 1);
}
END_TEST

START_TEST(keeps_what_it_is_told_of_a_bucket)
{
	static const struct metric_point points[] = { { 100, 2 }, { 200, 9 }, { 300, 1 }, { 1100, 3 } };
	static const struct {
		enum sparkline_keep keep;
		double first;
	} cases[] = { { SPARKLINE_MAX, 9 }, { SPARKLINE_MIN, 1 }, { SPARKLINE_MEAN, 4 } };
	double columns[2];

	for (size_t i = 0; i < COUNT(cases); i++) {
		sparkline_columns(points, COUNT(points), 0, 1999, cases[i].keep, columns, 2, 1);
		ck_assert_double_eq_tol(columns[0], cases[i].first, 1e-9);
		ck_assert_double_eq(columns[1], 3);
	}
}
END_TEST

START_TEST(aligns_buckets_to_the_clock)
{
	static const struct metric_point points[] = { { 1000, 1 }, { 2000, 2 }, { 3000, 3 }, { 4000, 4 } };
	double before[5], after[5];

	// Half a second later nothing has moved; a whole column later everything has by one.
	sparkline_columns(points, COUNT(points), -600, 4400, SPARKLINE_MAX, before, 5, 1);
	sparkline_columns(points, COUNT(points), -100, 4900, SPARKLINE_MAX, after, 5, 1);
	for (int i = 1; i < 5; i++)
		ck_assert_double_eq(before[i], after[i]);
	sparkline_columns(points, COUNT(points), 400, 5400, SPARKLINE_MAX, after, 5, 1);
	for (int i = 0; i < 4; i++)
		ck_assert_double_eq(before[i + 1], after[i]);
	ck_assert_double_nan(after[4]);
}
END_TEST

START_TEST(what_stands_in_one_cell_stays_together)
{
	static const struct metric_point points[] = { { 1000, 1 }, { 2000, 2 }, { 3000, 3 }, { 4000, 4 } };
	double before[6], after[6];

	// Half a cell later nothing has moved but what came; a whole cell later everything has by two columns.
	sparkline_columns(points, 3, -1600, 4400, SPARKLINE_MAX, before, 6, 2);
	sparkline_columns(points, COUNT(points), -600, 5400, SPARKLINE_MAX, after, 6, 2);
	ck_assert_double_eq(before[3], 3);
	ck_assert_double_eq(after[4], 4);
	for (int i = 1; i < 4; i++)
		ck_assert_double_eq(before[i], after[i]);
	sparkline_columns(points, COUNT(points), 400, 6400, SPARKLINE_MAX, after, 6, 2);
	ck_assert_double_eq(before[3], after[1]);
	ck_assert_double_nan(after[3]);
	for (int64_t at_ms = -20000; at_ms < 20000; at_ms += 333)
		ck_assert_int_ge(sparkline_column_of(at_ms, at_ms - 6000, at_ms, 6, 2), 4);
}
END_TEST

START_TEST(ignores_times_that_run_backwards_or_lie_outside)
{
	static const struct metric_point points[] = { { -9000, 7 }, { 1500, 1 }, { 500, 8 }, { 2500, 2 }, { 9999, 9 } };
	double columns[3];

	ck_assert_uint_eq(sparkline_columns(points, COUNT(points), 0, 2999, SPARKLINE_MAX, columns, 3, 1), 2);
	ck_assert_double_nan(columns[0]);
	ck_assert_uint_eq(sparkline_columns(points, COUNT(points), 5, 5, SPARKLINE_MAX, columns, 3, 1), 0);
	ck_assert_uint_eq(sparkline_columns(points, COUNT(points), 0, 9, SPARKLINE_MAX, columns, 0, 1), 0);
}
END_TEST

START_TEST(draws_a_line_with_joined_strokes)
{
	static const double columns[] = { 0, 3, 3, 0, NAN, 2 };
	struct sparkline_picture picture = { .columns = columns, .n_columns = 6, .is_line = true };

	picture.scale = (struct sparkline_scale){ 0, 3 };
	picture.height = 1;
	picture.mode = SPARKLINE_BRAILLE;
	ck_assert_uint_eq(sparkline_cell(&picture, 0, 0), 0x2800 + 0x40 + 0x08 + 0x10 + 0x20);
	ck_assert_uint_eq(sparkline_cell(&picture, 1, 0), 0x2800 + 0x01 + 0x80 + 0x20 + 0x10);
	picture.height = 4;
	picture.mode = SPARKLINE_ASCII;
	ck_assert_uint_eq(sparkline_cell(&picture, 1, 0), '*');
	ck_assert_uint_eq(sparkline_cell(&picture, 1, 2), '|');
	ck_assert_uint_eq(sparkline_cell(&picture, 3, 3), '*');
	ck_assert_uint_eq(sparkline_cell(&picture, 3, 1), '|');
	ck_assert_uint_eq(sparkline_cell(&picture, 4, 0), ' ');
	ck_assert_uint_eq(sparkline_cell(&picture, 0, -1), ' ');
	ck_assert_uint_eq(sparkline_cell(&picture, 9, 0), ' ');
}
END_TEST

START_TEST(holds_values_outside_a_fixed_scale_at_its_ends)
{
	static const struct sparkline_scale scale = { 0, 100 };

	ck_assert_int_eq(sparkline_level(-5, &scale, 8), 1);
	ck_assert_int_eq(sparkline_level(50, &scale, 9), 5);
	ck_assert_int_eq(sparkline_level(250, &scale, 8), 8);
}
END_TEST

START_TEST(takes_its_mode_from_the_canvas)
{
	ck_assert_int_eq(sparkline_mode_for(&(struct canvas){ .is_ascii = true }), SPARKLINE_ASCII);
	ck_assert_int_eq(sparkline_mode_for(&(struct canvas){ .is_ascii = false }), SPARKLINE_BRAILLE);
}
END_TEST

START_TEST(cuts_itself_to_a_canvas_that_is_too_wide)
{
	static const struct metric_point points[] = { { 1000, 1 }, { 2000, 2 } };
	struct canvas canvas;

	ck_assert_int_eq(canvas_create(2000, 1, false, &canvas), 0);
	ck_assert_int_gt(sparkline_draw(&canvas, 0, 0, 2000, 1, points, 2, 0, 3000, STYLE_CHART, SPARKLINE_BLOCKS), 1);
	ck_assert_int_eq(sparkline_draw(&canvas, 0, 0, 0, 1, points, 2, 0, 3000, STYLE_CHART, SPARKLINE_BLOCKS), 0);
	canvas_destroy(&canvas);
}
END_TEST

SUITE("sparkline", draws_each_mode, leaves_gaps_open, draws_a_flat_series_at_mid_height,
      draws_nothing_from_fewer_than_two_values, survives_extreme_values, bridges_sparse_samples_but_not_a_missed_one,
      does_not_bridge_across_a_failed_scrape, keeps_what_it_is_told_of_a_bucket, aligns_buckets_to_the_clock,
      what_stands_in_one_cell_stays_together, ignores_times_that_run_backwards_or_lie_outside,
      draws_a_line_with_joined_strokes, holds_values_outside_a_fixed_scale_at_its_ends, takes_its_mode_from_the_canvas,
      cuts_itself_to_a_canvas_that_is_too_wide)
