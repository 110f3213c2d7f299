// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <math.h>

#include "base/memory.h"
#include "tests/support/fleet_fixture.h"

START_TEST(a_day_past_the_points_has_no_percentiles)
{
	struct series_summary summary;
	struct fleet_fixture f;
	uint32_t agent;

	fleet_fixture_init(&f);
	fleet_fixture_series(&f);
	agent = fleet_fixture_add(&f, "a", "", "");
	for (int64_t age_ms = 3 * HOUR_MS; age_ms >= 0; age_ms -= MINUTE_MS)
		fleet_fixture_point(&f, agent, FIXTURE_CPU, age_ms, age_ms > HOUR_MS ? 90 : 10);
	ck_assert_int_eq(fleet_window(f.fleet, agent, FIXTURE_CPU, WINDOW_5M, FIXTURE_NOW_MS, &summary), 0);
	ck_assert_uint_eq(summary.count, 6);
	ck_assert_double_eq(summary.p99, 10);
	ck_assert_int_eq(fleet_window(f.fleet, agent, FIXTURE_CPU, WINDOW_1D, FIXTURE_NOW_MS, &summary), 0);
	ck_assert_double_eq(summary.max, 90); // only the last hour is kept point by point
	ck_assert(isnan(summary.p50));
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(numbers_are_kept_by_agent_and_series)
{
	struct fleet_fixture f;
	struct metric_point points[8];
	struct series_summary summary;
	uint16_t nos[8];

	fleet_fixture_init(&f);
	fleet_fixture_series(&f);
	fleet_fixture_add(&f, "a", "", "");
	for (int i = 0; i < 4; i++)
		fleet_fixture_point(&f, 1, FIXTURE_CPU, 40000 - i * 10000, i + 1);
	fleet_fixture_point(&f, 1, FIXTURE_RATE, 0, NAN);
	fleet_fixture_point(&f, 9, FIXTURE_RATE, 0, 1); // nobody
	ck_assert_uint_eq(fleet_n_series_defs(f.fleet), FIXTURE_SERIES_COUNT);
	ck_assert_str_eq(fleet_series_def(f.fleet, FIXTURE_CPU)->id, "cpu");
	ck_assert_ptr_null(fleet_series_def(f.fleet, 99));
	ck_assert_uint_eq(fleet_agent_series(f.fleet, 1, nos, 8), 2);
	ck_assert_uint_eq(fleet_points(f.fleet, 1, FIXTURE_CPU, 0, FIXTURE_NOW_MS, points, 8), 4);
	ck_assert_double_eq(points[3].value, 4);
	ck_assert_int_eq(fleet_summary(f.fleet, 1, FIXTURE_CPU, 0, FIXTURE_NOW_MS, &summary), 0);
	ck_assert_uint_eq(summary.count, 4);
	ck_assert_double_eq(summary.avg, 2.5);
	ck_assert_double_eq_tol(summary.p50, 2.5, 1e-9);
	ck_assert_int_eq(fleet_totals(f.fleet, 1, FIXTURE_CPU, 0, FIXTURE_NOW_MS, &summary), 0);
	ck_assert_double_eq(summary.avg, 2.5);
	ck_assert(isnan(summary.p50));
	ck_assert_int_eq(fleet_summary(f.fleet, 1, FIXTURE_ERRORS, 0, FIXTURE_NOW_MS, &summary), -ENOENT);
	ck_assert_int_eq(fleet_window(f.fleet, 1, FIXTURE_ERRORS, WINDOW_1M, FIXTURE_NOW_MS, &summary), -ENOENT);
	ck_assert_uint_eq(summary.count, 0);
	ck_assert_double_eq(fleet_last(f.fleet, 1, FIXTURE_CPU), 4);
	ck_assert(isnan(fleet_last(f.fleet, 1, FIXTURE_RATE)));
	fleet_fixture_apply(&f, event_new(EVENT_AGENT_REMOVED, FIXTURE_NOW_MS, 1));
	ck_assert_uint_eq(fleet_agent_series(f.fleet, 1, nos, 8), 0);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(the_last_scrape_is_there_for_whom_is_watched)
{
	struct fleet_fixture f;
	struct event *event = event_new(EVENT_SCRAPE, 42, 1);
	int64_t at_ms = 0;

	fleet_fixture_init(&f);
	fleet_fixture_add(&f, "a", "", "");
	ck_assert_ptr_null(fleet_scrape(f.fleet, 1, &at_ms));
	event->u.scrape.rows = mem_calloc(1, sizeof *event->u.scrape.rows);
	event->u.scrape.rows[0] = (struct scrape_row){ mem_strdup("up"), "gauge", 1 };
	event->u.scrape.n_rows = 1;
	fleet_fixture_apply(&f, event);
	ck_assert_str_eq(fleet_scrape(f.fleet, 1, &at_ms)->rows[0].series, "up");
	ck_assert_int_eq(at_ms, 42);
	ck_assert_ptr_null(fleet_scrape(f.fleet, 2, NULL));
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(a_series_past_the_limit_is_ignored)
{
	struct fleet_fixture f;
	struct event *event = event_new(EVENT_SERIES_DEFINED, 0, 0);

	fleet_fixture_init(&f);
	event->u.series.no = SERIES_MAX;
	event->u.series.id = mem_strdup("x");
	fleet_fixture_apply(&f, event);
	ck_assert_uint_eq(fleet_n_series_defs(f.fleet), 0);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(a_dropped_series_goes_with_its_points)
{
	struct fleet_fixture f;
	struct event *event = event_new(EVENT_SERIES_DEFINED, FIXTURE_NOW_MS, 0);
	uint16_t nos[8];

	fleet_fixture_init(&f);
	fleet_fixture_series(&f);
	fleet_fixture_add(&f, "a", "", "");
	fleet_fixture_point(&f, 1, FIXTURE_CPU, 0, 4);
	event->u.series.no = FIXTURE_CPU;
	event->u.series.is_dropped = true;
	fleet_fixture_apply(&f, event);
	ck_assert_ptr_null(fleet_series_def(f.fleet, FIXTURE_CPU));
	ck_assert_uint_eq(fleet_agent_series(f.fleet, 1, nos, 8), 0);
	fleet_fixture_series(&f);
	ck_assert_str_eq(fleet_series_def(f.fleet, FIXTURE_CPU)->id, "cpu");
	fleet_fixture_finish(&f);
}
END_TEST

// The portal had a cleanup that nothing ever called.
START_TEST(points_age_even_when_their_agent_is_read_no_more)
{
	const struct fleet_limits limits = { .retention_ms = 10 * MINUTE_MS };
	struct fleet_fixture f;
	uint16_t nos[4];

	fleet_fixture_init(&f);
	fleet_destroy(f.fleet);
	ck_assert_int_eq(fleet_create(&limits, &f.fleet), 0);
	fleet_fixture_series(&f);
	for (uint32_t id = 1; id <= 2; id++)
		fleet_fixture_add(&f, id == 1 ? "paused" : "read", "", "");
	fleet_fixture_point(&f, 1, FIXTURE_CPU, 30 * MINUTE_MS, 1);
	fleet_fixture_point(&f, 2, FIXTURE_CPU, 25 * MINUTE_MS, 1);
	ck_assert_uint_eq(fleet_agent_series(f.fleet, 1, nos, 4), 1);
	fleet_fixture_point(&f, 2, FIXTURE_CPU, 19 * MINUTE_MS, 1);
	ck_assert_uint_eq(fleet_agent_series(f.fleet, 1, nos, 4), 0);
	ck_assert_uint_eq(fleet_agent_series(f.fleet, 2, nos, 4), 1);
	fleet_fixture_point(&f, 1, FIXTURE_CPU, 60 * MINUTE_MS, 1); // the clock is set back
	fleet_fixture_point(&f, 1, FIXTURE_CPU, 49 * MINUTE_MS, 1);
	ck_assert_uint_eq(fleet_agent_series(f.fleet, 2, nos, 4), 1);
	fleet_fixture_finish(&f);
}
END_TEST

SUITE("fleet series", a_day_past_the_points_has_no_percentiles, points_age_even_when_their_agent_is_read_no_more,
      numbers_are_kept_by_agent_and_series, the_last_scrape_is_there_for_whom_is_watched,
      a_series_past_the_limit_is_ignored, a_dropped_series_goes_with_its_points)
