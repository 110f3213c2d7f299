// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include "tests/support/fleet_fixture.h"
#include "tests/support/golden.h"
#include "widgets/metrics_grid.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct widget grid = { .class = &metrics_grid_class };

START_TEST(takes_the_largest_size_in_which_all_fit)
{
	static const struct {
		size_t n;
		int width, height;
		enum panel_size size;
		int n_columns, n_rows;
		size_t first;
	} cases[] = {
		{ 5, 200, 20, PANEL_LG, 5, 3, 0 }, { 5, 100, 14, PANEL_MD, 3, 3, 0 }, { 5, 80, 8, PANEL_SM, 3, 2, 0 },
		{ 5, 80, 3, PANEL_LINE, 2, 3, 0 }, { 5, 30, 5, PANEL_LINE, 1, 5, 0 }, { 1, 80, 6, PANEL_LG, 1, 1, 0 },
		{ 0, 80, 6, PANEL_LG, 2, 1, 0 },   { 9, 30, 5, PANEL_LINE, 1, 5, 4 }, { 9, 5, 0, PANEL_LINE, 1, 0, 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct grid_layout layout;

		grid_layout(cases[i].n, cases[i].width, cases[i].height, cases[i].n ? cases[i].n - 1 : 0, &layout);
		ck_assert_int_eq(layout.size, cases[i].size);
		ck_assert_int_eq(layout.n_columns, cases[i].n_columns);
		ck_assert_int_eq(layout.n_rows, cases[i].n_rows);
		ck_assert_uint_eq(layout.first, cases[i].first);
	}
}
END_TEST

START_TEST(keeps_panels_apart_and_inside)
{
	for (int width = 1; width < 240; width += 3)
		for (int height = 0; height < 40; height += 2)
			for (size_t n = 0; n < 12; n++) {
				struct grid_layout layout;

				grid_layout(n, width, height, n / 2, &layout);
				ck_assert_int_ge(layout.n_columns, 1);
				ck_assert_int_le(layout.n_columns * (layout.column_width + 2) - 2, width);
				ck_assert_int_ge(layout.row_height, panel_height(layout.size));
				ck_assert_int_le(metrics_grid_rows(n, width, height + 1), height + 1);
				if (n && layout.n_rows > 0) {
					size_t end = layout.first + (size_t)layout.n_columns * (size_t)layout.n_rows;

					ck_assert_uint_le(layout.first, n / 2);
					ck_assert_uint_gt(end, n / 2);
				}
			}
}
END_TEST

START_TEST(panels_grow_into_the_room_that_is_left)
{
	static const struct {
		size_t n;
		int width, height, row_height, rows;
	} cases[] = {
		{ 1, 78, 22, 8, 9 },                         // no further than is of use
		{ 1, 78, 8, 8, 9 },   { 8, 78, 22, 4, 20 },  // in four rows
		{ 8, 99, 22, 6, 21 }, { 8, 62, 46, 8, 36 },  // in three, and in four
		{ 8, 78, 4, 1, 5 },   { 40, 78, 22, 1, 21 }, // lines do not
		{ 0, 78, 22, 8, 23 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct grid_layout layout;

		grid_layout(cases[i].n, cases[i].width, cases[i].height, 0, &layout);
		ck_assert_int_eq(layout.row_height, cases[i].row_height);
		ck_assert_int_eq(metrics_grid_rows(cases[i].n, cases[i].width, cases[i].height + 1), cases[i].rows);
	}
}
END_TEST

START_TEST(looks_right_from_wide_to_narrow)
{
	static const struct golden_case cases[] = {
		{ "wide", 120, 10, false }, { "grown", 80, 20, false },   { "ascii", 60, 10, true },
		{ "short", 80, 4, false },  { "overflow", 30, 4, false },
	};
	struct fleet_fixture f;
	struct view view;

	fleet_fixture_init(&f);
	fleet_fixture_platform(&f);
	fleet_fixture_view(&f, &view);
	for (size_t i = 0; i < COUNT(cases); i++)
		golden_draw(&grid, f.fleet, &view, &cases[i]);
	view.focus = PANE_PANELS;
	view.focused_series = 4;
	golden_draw(&grid, f.fleet, &view, &(struct golden_case){ "focused", 30, 4, false });
	golden_sweep(&grid, f.fleet, &view, 60, 9);
	view.is_chart_open = true;
	golden_draw(&grid, f.fleet, &view, &(struct golden_case){ "chart", 60, 12, false });
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(says_why_there_are_no_panels)
{
	struct fleet_fixture f;
	struct view view;

	fleet_fixture_init(&f);
	fleet_fixture_view(&f, &view);
	golden_draw(&grid, f.fleet, &view, &(struct golden_case){ "no_agent", 40, 3, false });
	fleet_fixture_add(&f, "WowCache", "intelligence", "prod");
	fleet_fixture_view(&f, &view);
	golden_draw(&grid, f.fleet, &view, &(struct golden_case){ "empty", 60, 3, false });
	fleet_fixture_finish(&f);
}
END_TEST

SUITE("metrics_grid", takes_the_largest_size_in_which_all_fit, keeps_panels_apart_and_inside,
      panels_grow_into_the_room_that_is_left, looks_right_from_wide_to_narrow, says_why_there_are_no_panels)
