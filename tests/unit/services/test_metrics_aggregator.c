// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "base/memory.h"
#include "services/metrics_aggregator.h"

static const int64_t T0 = 1700000000000;

static struct metrics_aggregator *make(int64_t retention_ms, size_t n_points)
{
	struct metrics_aggregator *metrics;
	struct metrics_limits limits = { .retention_ms = retention_ms, .n_points = n_points };

	ck_assert_int_eq(metrics_aggregator_create(&limits, &metrics), 0);
	return metrics;
}

static void record_ramp(struct metrics_aggregator *metrics, int n, int64_t step_ms)
{
	for (int i = 0; i < n; i++)
		ck_assert_int_eq(metrics_record(metrics, 1, 2, T0 + i * step_ms, i), 0);
}

START_TEST(defaults_are_an_hour_and_ten_thousand_points)
{
	struct metrics_aggregator *metrics;
	struct metrics_stats stats;

	ck_assert_int_eq(metrics_aggregator_create(NULL, &metrics), 0);
	metrics_stats(metrics, &stats);
	ck_assert_int_eq(stats.retention_ms, 3600000);
	ck_assert_uint_eq(stats.points_max, 10000);
	ck_assert_int_eq(METRICS_LATEST_DEFAULT, 10);
	metrics_aggregator_destroy(metrics);
	metrics_aggregator_destroy(NULL);
}
END_TEST

START_TEST(keeps_100_of_150)
{
	struct metrics_aggregator *metrics = make(0, 100);
	struct series_summary summary;
	struct metric_point points[200];

	record_ramp(metrics, 150, 1000);
	ck_assert_uint_eq(metrics_count(metrics, 1, 2), 100);
	ck_assert_int_eq(metrics_summary(metrics, 1, 2, 0, INT64_MAX, &summary), 0);
	ck_assert_uint_eq(summary.count, 100);
	ck_assert_double_eq(summary.min, 50);
	ck_assert_double_eq(summary.max, 149);
	ck_assert_double_eq(summary.sum, 9950);
	ck_assert_double_eq(summary.avg, 99.5);
	ck_assert_double_eq(summary.last, 149);
	ck_assert_int_eq(summary.first_ms, T0 + 50000);
	ck_assert_int_eq(summary.last_ms, T0 + 149000);
	ck_assert_uint_eq(metrics_range(metrics, 1, 2, 0, INT64_MAX, points, 200), 100);
	ck_assert_double_eq(points[0].value, 50);
	metrics_aggregator_destroy(metrics);
}
END_TEST

// CPU time of so many records into a series that is full.
static double seconds_for(size_t n_kept, int n_records)
{
	struct metrics_aggregator *metrics = make(INT64_MAX / 4, n_kept);
	struct metrics_stats stats;
	clock_t start;

	for (int i = 0; i < 10000; i++)
		metrics_record(metrics, 1, 2, T0 + i, i);
	start = clock();
	for (int i = 0; i < n_records; i++)
		metrics_record(metrics, 1, 2, T0 + 10000 + i, i);
	start = clock() - start;
	metrics_stats(metrics, &stats);
	ck_assert_uint_eq(stats.n_points, n_kept);
	ck_assert_uint_lt(stats.memory_bytes, n_kept * 14 + 2000);
	metrics_aggregator_destroy(metrics);
	return (double)start / CLOCKS_PER_SEC;
}

// The portal recomputed everything at each record: 10,000 took 14 s.
START_TEST(recording_costs_the_same_however_much_is_kept)
{
	enum { RECORDS = 200000 };
	double few = seconds_for(100, RECORDS), many = seconds_for(10000, RECORDS);

	ck_assert_msg(many < 20 * few + 0.1, "%g s with 100 kept, %g s with 10,000", few, many);
}
END_TEST

START_TEST(a_young_series_is_small)
{
	struct metrics_aggregator *metrics = make(0, 0);
	struct metrics_stats stats;

	record_ramp(metrics, 5, 1000);
	metrics_stats(metrics, &stats);
	ck_assert_uint_lt(stats.memory_bytes, 600);
	ck_assert_uint_eq(stats.n_agents, 1);
	ck_assert_uint_eq(stats.n_series, 1);
	ck_assert_uint_eq(stats.n_points, 5);
	metrics_aggregator_destroy(metrics);
}
END_TEST

START_TEST(any_range_sums_up_as_its_points_do)
{
	struct metrics_aggregator *metrics = make(400000, 333);
	struct metric_point points[400];

	record_ramp(metrics, 500, 1000);
	srand(7);
	for (int round = 0; round < 500; round++) {
		int64_t from = T0 + rand() % 510000;
		int64_t to = from + rand() % 300000;
		size_t n = metrics_range(metrics, 1, 2, from, to, points, 400);
		struct series_summary summary;
		double sum = 0;

		for (size_t i = 0; i < n; i++) {
			ck_assert(points[i].at_ms >= from && points[i].at_ms <= to);
			sum += points[i].value;
		}
		metrics_summary(metrics, 1, 2, from, to, &summary);
		ck_assert_uint_eq(summary.count, n);
		ck_assert_double_eq(summary.sum, sum);
		if (!n)
			continue;
		ck_assert_double_eq(summary.min, points[0].value);
		ck_assert_double_eq(summary.max, points[n - 1].value);
		ck_assert_double_eq(summary.last, points[n - 1].value);
		ck_assert_int_eq(summary.first_ms, points[0].at_ms);
	}
	metrics_aggregator_destroy(metrics);
}
END_TEST

START_TEST(a_range_includes_both_its_ends_and_the_newest_win)
{
	struct metrics_aggregator *metrics = make(0, 0);
	struct metric_point points[3];

	record_ramp(metrics, 10, 1000);
	ck_assert_uint_eq(metrics_range(metrics, 1, 2, T0 + 2000, T0 + 4000, points, 3), 3);
	ck_assert_double_eq(points[0].value, 2);
	ck_assert_double_eq(points[2].value, 4);
	ck_assert_uint_eq(metrics_range(metrics, 1, 2, T0, T0 + 9000, points, 3), 3);
	ck_assert_double_eq(points[0].value, 7);
	ck_assert_uint_eq(metrics_range(metrics, 1, 2, T0 + 9001, INT64_MAX, points, 3), 0);
	ck_assert_uint_eq(metrics_range(metrics, 1, 2, T0 + 5000, T0 + 4000, points, 3), 0);
	metrics_aggregator_destroy(metrics);
}
END_TEST

START_TEST(latest_gives_the_newest_first)
{
	struct metrics_aggregator *metrics = make(0, 0);
	struct metric_point points[20];

	record_ramp(metrics, 5, 1000);
	ck_assert_uint_eq(metrics_latest(metrics, 1, 2, points, 20), 5);
	ck_assert_double_eq(points[0].value, 4);
	ck_assert_double_eq(points[4].value, 0);
	ck_assert_uint_eq(metrics_latest(metrics, 1, 2, points, 2), 2);
	ck_assert_double_eq(points[1].value, 3);
	ck_assert_uint_eq(metrics_latest(metrics, 1, 9, points, 2), 0);
	metrics_aggregator_destroy(metrics);
}
END_TEST

START_TEST(an_unknown_series_is_zeros_and_not_a_fault)
{
	struct metrics_aggregator *metrics = make(0, 0);
	struct series_summary summary;

	ck_assert_int_eq(metrics_summary(metrics, 1, 2, 0, INT64_MAX, &summary), -ENOENT);
	ck_assert_uint_eq(summary.count, 0);
	ck_assert_double_eq(summary.sum, 0);
	ck_assert_int_eq(metrics_percentiles(metrics, 1, 2, 0, 1, &summary), -ENOENT);
	ck_assert_double_nan(metrics_last(metrics, 1, 2));
	ck_assert_uint_eq(metrics_series(metrics, 1, NULL, 0), 0);
	ck_assert_uint_eq(metrics_count(metrics, 1, 2), 0);
	metrics_forget_agent(metrics, 1);
	metrics_aggregator_destroy(metrics);
}
END_TEST

START_TEST(gaps_are_kept_and_counted_nowhere)
{
	struct metrics_aggregator *metrics = make(0, 0);
	struct series_summary summary;
	struct metric_point points[4];

	metrics_record(metrics, 1, 2, T0, NAN);
	metrics_summary(metrics, 1, 2, 0, INT64_MAX, &summary);
	ck_assert_uint_eq(summary.count, 0);
	ck_assert_double_nan(summary.min);
	metrics_record(metrics, 1, 2, T0 + 1, 4);
	metrics_record(metrics, 1, 2, T0 + 2, NAN);
	metrics_summary(metrics, 1, 2, 0, INT64_MAX, &summary);
	ck_assert_uint_eq(summary.count, 1);
	ck_assert_double_eq(summary.last, 4);
	ck_assert_int_eq(summary.last_ms, T0 + 1);
	ck_assert_double_nan(metrics_last(metrics, 1, 2));
	ck_assert_uint_eq(metrics_range(metrics, 1, 2, 0, INT64_MAX, points, 4), 3);
	ck_assert_double_nan(points[2].value);
	metrics_aggregator_destroy(metrics);
}
END_TEST

START_TEST(zero_negative_and_huge_values_are_values)
{
	struct metrics_aggregator *metrics = make(0, 0);
	struct series_summary summary;

	metrics_record(metrics, 1, 2, T0, 0);
	metrics_record(metrics, 1, 2, T0 + 1, -5.5);
	metrics_record(metrics, 1, 2, T0 + 2, 1e12);
	metrics_summary(metrics, 1, 2, 0, INT64_MAX, &summary);
	ck_assert_double_eq(summary.min, -5.5);
	ck_assert_double_eq(summary.max, 1e12);
	ck_assert_double_eq(summary.sum, 1e12 - 5.5);
	metrics_aggregator_destroy(metrics);
}
END_TEST

START_TEST(percentiles_interpolate_between_ranks)
{
	struct metrics_aggregator *metrics = make(0, 0);
	struct series_summary summary;

	for (int i = 100; i >= 0; i--)
		metrics_record(metrics, 1, 2, T0 + 100 - i, i);
	metrics_record(metrics, 1, 2, T0 + 101, NAN);
	metrics_summary(metrics, 1, 2, 0, INT64_MAX, &summary);
	ck_assert_double_nan(summary.p95);
	ck_assert_int_eq(metrics_percentiles(metrics, 1, 2, 0, INT64_MAX, &summary), 0);
	ck_assert_double_eq_tol(summary.p50, 50, 1e-9);
	ck_assert_double_eq_tol(summary.p95, 95, 1e-9);
	ck_assert_double_eq_tol(summary.p99, 99, 1e-9);
	mem_fail_after(0);
	ck_assert_int_eq(metrics_percentiles(metrics, 1, 2, 0, INT64_MAX, &summary), -ENOMEM);
	mem_fail_after(-1);
	metrics_aggregator_destroy(metrics);
}
END_TEST

START_TEST(windows_end_now_and_a_day_outlives_the_points)
{
	struct metrics_aggregator *metrics = make(0, 0);
	struct series_summary summary;
	int64_t now = T0 + 10 * 3600000;
	static const int64_t ms[WINDOW_COUNT] = { 60000, 300000, 3600000, 86400000 };
	static const char *const names[WINDOW_COUNT] = { "1m", "5m", "1h", "1d" };
	static const size_t counts[WINDOW_COUNT] = { 2, 6, 61, 601 };

	for (int64_t t = T0; t <= now; t += 60000)
		metrics_record(metrics, 1, 2, t, t == T0 ? 99 : 1);
	for (int i = 0; i < WINDOW_COUNT; i++) {
		enum metrics_window window = (enum metrics_window)i;

		ck_assert_int_eq(metrics_window_ms(window), ms[i]);
		ck_assert_str_eq(metrics_window_name(window), names[i]);
		ck_assert_int_eq(metrics_window_summary(metrics, 1, 2, window, now, &summary), 0);
		ck_assert_uint_eq(summary.count, counts[i]);
	}
	ck_assert_double_eq(summary.max, 99);
	ck_assert_int_eq(summary.first_ms, T0 / 3600000 * 3600000);
	metrics_window_summary(metrics, 1, 2, WINDOW_1D, now + 30 * 3600000, &summary);
	ck_assert_uint_eq(summary.count, 0);
	ck_assert_int_eq(metrics_window_summary(metrics, 7, 2, WINDOW_1D, now, &summary), -ENOENT);
	metrics_aggregator_destroy(metrics);
}
END_TEST

START_TEST(cleanup_drops_what_is_old_and_series_without_points)
{
	struct metrics_aggregator *metrics = make(60000, 0);
	struct metrics_stats stats;

	record_ramp(metrics, 10, 1000);
	metrics_record(metrics, 5, 2, T0 + 50000, 1);
	ck_assert_uint_eq(metrics_cleanup(metrics, T0 + 64000), 4);
	ck_assert_uint_eq(metrics_count(metrics, 1, 2), 6);
	ck_assert_uint_eq(metrics_cleanup(metrics, T0 + 80000), 6);
	metrics_stats(metrics, &stats);
	ck_assert_uint_eq(stats.n_agents, 1);
	ck_assert_uint_eq(stats.n_points, 1);
	metrics_aggregator_destroy(metrics);
}
END_TEST

START_TEST(recording_itself_drops_what_is_older_than_the_retention)
{
	struct metrics_aggregator *metrics = make(60000, 0);

	record_ramp(metrics, 200, 1000);
	ck_assert_uint_eq(metrics_count(metrics, 1, 2), 61);
	metrics_aggregator_destroy(metrics);
}
END_TEST

START_TEST(a_clock_set_back_forgets_the_future)
{
	struct metrics_aggregator *metrics = make(0, 0);
	struct metric_point points[4];

	record_ramp(metrics, 100, 60000);
	metrics_record(metrics, 1, 2, T0 + 99 * 60000 - METRICS_JITTER_MS, 500); // jitter: takes the newest time
	ck_assert_uint_eq(metrics_latest(metrics, 1, 2, points, 1), 1);
	ck_assert_int_eq(points[0].at_ms, T0 + 99 * 60000);
	metrics_record(metrics, 1, 2, T0 + 50 * 60000 + 1, 7);
	ck_assert_uint_eq(metrics_latest(metrics, 1, 2, points, 4), 4);
	ck_assert_double_eq(points[0].value, 7);
	ck_assert_double_eq(points[1].value, 50);
	metrics_record(metrics, 1, 2, T0 - 3600000, NAN); // before everything
	ck_assert_uint_eq(metrics_count(metrics, 1, 2), 1);
	metrics_aggregator_destroy(metrics);
}
END_TEST

START_TEST(series_are_listed_in_order_and_forgotten_one_by_one)
{
	struct metrics_aggregator *metrics = make(0, 0);
	static const uint16_t order[] = { 9, 1, 5, 200, 3, 2 };
	uint16_t nos[8];

	for (size_t i = 0; i < 6; i++) {
		metrics_record(metrics, 1, order[i], T0, 1);
		metrics_record(metrics, 2, order[i], T0, 1);
	}
	ck_assert_uint_eq(metrics_series(metrics, 1, nos, 8), 6);
	for (size_t i = 1; i < 6; i++)
		ck_assert_uint_lt(nos[i - 1], nos[i]);
	metrics_forget_series(metrics, 5);
	ck_assert_uint_eq(metrics_series(metrics, 2, nos, 2), 5);
	metrics_forget_agent(metrics, 2);
	ck_assert_uint_eq(metrics_series(metrics, 2, nos, 8), 0);
	for (size_t i = 0; i < 6; i++)
		metrics_forget_series(metrics, order[i]);
	ck_assert_uint_eq(metrics_series(metrics, 1, nos, 8), 0);
	metrics_aggregator_destroy(metrics);
}
END_TEST

START_TEST(a_far_later_point_begins_a_new_block)
{
	struct metrics_aggregator *metrics = make(INT64_MAX / 4, 0);
	struct metric_point points[2];

	metrics_record(metrics, 1, 2, 0, 1);
	metrics_record(metrics, 1, 2, T0 * 5, 2); // 1970 to 2239
	ck_assert_uint_eq(metrics_range(metrics, 1, 2, 0, INT64_MAX, points, 2), 2);
	ck_assert_int_eq(points[1].at_ms, T0 * 5);
	metrics_aggregator_destroy(metrics);
}
END_TEST

START_TEST(without_memory_the_point_is_lost_and_nothing_else)
{
	struct metrics_aggregator *metrics = make(0, 0);
	int n_failed = 0;

	for (int i = 0; i < 200; i++) {
		mem_fail_after(i % 7);
		n_failed += metrics_record(metrics, (uint32_t)(i % 3), (uint16_t)(i % 5), T0 + i * 3600000LL, i) < 0;
		mem_fail_after(-1);
	}
	ck_assert_int_gt(n_failed, 0);
	mem_fail_after(0);
	ck_assert_int_eq(metrics_aggregator_create(NULL, &(struct metrics_aggregator *){ NULL }), -ENOMEM);
	mem_fail_after(-1);
	metrics_aggregator_destroy(metrics);
}
END_TEST

SUITE("metrics_aggregator", defaults_are_an_hour_and_ten_thousand_points, keeps_100_of_150,
      recording_costs_the_same_however_much_is_kept, a_young_series_is_small, any_range_sums_up_as_its_points_do,
      a_range_includes_both_its_ends_and_the_newest_win, latest_gives_the_newest_first,
      an_unknown_series_is_zeros_and_not_a_fault, gaps_are_kept_and_counted_nowhere,
      zero_negative_and_huge_values_are_values, percentiles_interpolate_between_ranks,
      windows_end_now_and_a_day_outlives_the_points, cleanup_drops_what_is_old_and_series_without_points,
      recording_itself_drops_what_is_older_than_the_retention, a_clock_set_back_forgets_the_future,
      series_are_listed_in_order_and_forgotten_one_by_one, a_far_later_point_begins_a_new_block,
      without_memory_the_point_is_lost_and_nothing_else)
