// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include "tests/support/fleet_fixture.h"
#include "widgets/window.h"

START_TEST(a_young_fleet_is_shown_in_the_smallest_span_that_holds_it)
{
	static const struct {
		int64_t known_ms;
		enum time_range range;
		int64_t span_ms;
	} table[] = {
		{ 10 * SECOND_MS, RANGE_1H, 15 * SECOND_MS }, { 50 * SECOND_MS, RANGE_1H, MINUTE_MS },
		{ 61 * SECOND_MS, RANGE_1H, 2 * MINUTE_MS },  { 6 * MINUTE_MS, RANGE_1H, 15 * MINUTE_MS },
		{ 59 * MINUTE_MS, RANGE_1H, HOUR_MS },        { 5 * HOUR_MS, RANGE_1H, HOUR_MS },
		{ 10 * MINUTE_MS, RANGE_5M, 5 * MINUTE_MS },  { 2 * HOUR_MS, RANGE_30D, 3 * HOUR_MS },
	};
	const int64_t now_ms = FIXTURE_NOW_MS;

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		ck_assert_int_eq(window_span_ms(now_ms - table[i].known_ms, now_ms, table[i].range), table[i].span_ms);
	ck_assert_int_eq(window_span_ms(0, now_ms, RANGE_24H), 24 * HOUR_MS);
}
END_TEST

START_TEST(the_words_say_how_much_of_the_range_there_is)
{
	struct fleet_fixture f;
	struct view view;
	char words[64];
	uint32_t id;

	fleet_fixture_init(&f);
	fleet_fixture_series(&f);
	id = fleet_fixture_add(&f, "WowCache", "", "");
	fleet_fixture_view(&f, &view);
	view.range = RANGE_1H;
	ck_assert_str_eq(window_words(f.fleet, &view, id, words), "last 1h");
	fleet_fixture_point(&f, id, FIXTURE_CPU, 90 * SECOND_MS, 1);
	ck_assert_str_eq(window_words(f.fleet, &view, id, words), "last 2m of 1h");
	ck_assert_int_eq(window_of_series(f.fleet, &view, id, FIXTURE_CPU), 2 * MINUTE_MS);
	ck_assert_int_eq(window_of_series(f.fleet, &view, id, FIXTURE_RATE), HOUR_MS);
	fleet_fixture_finish(&f);
}
END_TEST

SUITE("window", a_young_fleet_is_shown_in_the_smallest_span_that_holds_it, the_words_say_how_much_of_the_range_there_is)
