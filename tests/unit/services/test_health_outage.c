// SPDX-License-Identifier: Apache-2.0
/* When many turn bad at once: is it them, or us? */
#include "tests/support/suite.h"

#include "tests/unit/services/health_bench.h"

static size_t count_quality(const struct health_bench *bench, uint32_t n, enum probe_quality quality)
{
	size_t count = 0;

	for (uint32_t id = 1; id <= n; id++)
		count += health_checker_health(bench->checker, id)->quality == quality;
	return count;
}

// Ten agents that were well; the first n fail without an answer. Returns how often a link test was asked for.
static int lose(struct health_bench *bench, uint32_t n)
{
	int asked = 0;

	health_bench_begin(bench);
	for (uint32_t id = 1; id <= 10; id++) {
		health_bench_add(bench, id);
		health_bench_judge(bench, id, VERDICT_PASS, REASON_NONE, 200);
	}
	for (uint32_t id = 1; id <= n; id++) {
		bench->now = instant_add(bench->now, 1000);
		asked += health_bench_judge(bench, id, VERDICT_FAIL, REASON_CONNECT_TIMEOUT, 0).wants_link_test;
	}
	return asked;
}

START_TEST(when_more_than_half_turn_bad_it_asks_once_whether_it_is_us)
{
	struct health_bench bench;

	ck_assert_int_eq(lose(&bench, 5), 0); // half is not more than half
	ck_assert_int_eq(health_checker_outage(bench.checker), OUTAGE_NONE);
	health_checker_destroy(bench.checker);
	ck_assert_int_eq(lose(&bench, 9), 1);
	ck_assert_int_eq(health_checker_outage(bench.checker), OUTAGE_TESTING);
	health_checker_destroy(bench.checker);
}
END_TEST

START_TEST(when_it_is_us_nobody_is_down)
{
	struct health_bench bench;
	struct health_stats stats;
	enum observed recent[HEALTH_RECENT];

	lose(&bench, 9);
	for (int round = 0; round < 2; round++) // hard down, before the test is back
		health_bench_judge(&bench, 1, VERDICT_FAIL, REASON_CONNECT_TIMEOUT, 0);
	ck_assert_int_eq(health_checker_health(bench.checker, 1)->observed, OBSERVED_DOWN);
	health_checker_link_result(bench.checker, true, bench.now);
	ck_assert_uint_eq(count_quality(&bench, 10, PROBE_OFFLINE), 9);
	ck_assert_int_eq(health_checker_health(bench.checker, 1)->observed, OBSERVED_UP);
	ck_assert_str_eq(health_word(&bench.told), "we are offline");
	for (size_t i = 0; i < health_recent(health_checker_health(bench.checker, 1), recent); i++)
		ck_assert_int_eq(recent[i], OBSERVED_UP); // our own failures are no results of it
	for (int round = 0; round < 5; round++)
		health_bench_judge(&bench, 10, VERDICT_FAIL, REASON_CONNECT_TIMEOUT, 0);
	health_checker_stats(bench.checker, &stats);
	ck_assert_uint_eq(stats.by_state[HEALTH_DOWN], 0);
	ck_assert_uint_eq(stats.by_state[HEALTH_UNKNOWN], 10);
	bench.now = instant_add(bench.now, 60000);
	ck_assert(health_bench_judge(&bench, 2, VERDICT_FAIL, REASON_CONNECT_TIMEOUT, 0)
			  .wants_link_test); // once an interval
	ck_assert(!health_bench_judge(&bench, 3, VERDICT_FAIL, REASON_CONNECT_TIMEOUT, 0).wants_link_test);
	health_bench_judge(&bench, 4, VERDICT_PASS, REASON_NONE, 200); // we are back
	ck_assert_int_eq(health_checker_outage(bench.checker), OUTAGE_NONE);
	ck_assert_int_eq(health_state(health_checker_health(bench.checker, 4)), HEALTH_UP);
	ck_assert_int_eq(health_state(health_checker_health(bench.checker, 2)), HEALTH_UNKNOWN); // until it is judged
	health_checker_destroy(bench.checker);
}
END_TEST

START_TEST(when_it_is_the_fleet_the_verdicts_stand)
{
	struct health_bench bench;

	lose(&bench, 8);
	health_checker_link_result(bench.checker, false, bench.now);
	ck_assert_int_eq(health_checker_outage(bench.checker), OUTAGE_GROUPED);
	ck_assert_uint_eq(count_quality(&bench, 10, PROBE_OFFLINE), 0);
	bench.now = instant_add(bench.now, 61000);
	health_checker_tick(bench.checker, bench.now);
	ck_assert_int_eq(health_checker_outage(bench.checker), OUTAGE_NONE);
	health_checker_link_result(bench.checker, true, bench.now); // nobody asked
	ck_assert_int_eq(health_checker_outage(bench.checker), OUTAGE_NONE);
	health_checker_destroy(bench.checker);
}
END_TEST

// Whatever their share; and it lasts until those who turned bad have had the time to be down.
START_TEST(a_hundred_at_once_are_one_outage)
{
	struct health_bench bench;
	int asked = 0;

	health_bench_begin(&bench);
	for (uint32_t id = 1; id <= 1000; id++) {
		health_bench_add(&bench, id);
		health_bench_judge(&bench, id, VERDICT_PASS, REASON_NONE, 200);
	}
	for (uint32_t id = 1; id <= HEALTH_MASS_ANY; id++)
		asked += health_bench_judge(&bench, id, VERDICT_FAIL, REASON_TIMEOUT_HEADERS, 0).wants_link_test;
	ck_assert_int_eq(asked, 1);
	health_checker_link_result(bench.checker, false, bench.now);
	bench.now = instant_add(bench.now, HEALTH_MASS_LINGER_MS);
	health_checker_tick(bench.checker, bench.now);
	ck_assert_int_eq(health_checker_outage(bench.checker), OUTAGE_GROUPED);
	ck_assert_int_eq(health_checker_deadline(bench.checker), bench.now.mono_ms + 1);
	bench.now = instant_add(bench.now, 1);
	health_checker_tick(bench.checker, bench.now);
	ck_assert_int_eq(health_checker_outage(bench.checker), OUTAGE_NONE);
	health_checker_destroy(bench.checker);
}
END_TEST

START_TEST(a_link_test_without_an_answer_does_not_hide_an_outage)
{
	struct health_bench bench;

	lose(&bench, 8);
	ck_assert_int_le(health_checker_deadline(bench.checker), bench.now.mono_ms + 60001);
	bench.now = instant_add(bench.now, 62000);
	health_checker_tick(bench.checker, bench.now);
	ck_assert_int_ne(health_checker_outage(bench.checker), OUTAGE_TESTING);
	health_checker_destroy(bench.checker);
}
END_TEST

START_TEST(failures_spread_over_time_are_no_mass_outage)
{
	struct health_bench bench;
	int asked = 0;

	lose(&bench, 0);
	for (uint32_t id = 1; id <= 10; id++) {
		bench.now = instant_add(bench.now, 15000);
		asked += health_bench_judge(&bench, id, VERDICT_FAIL, REASON_HTTP_STATUS, 500).wants_link_test;
	}
	ck_assert_int_eq(asked, 0);
	health_bench_judge(&bench, 10, VERDICT_PASS, REASON_NONE, 200); // and leaves those who turned bad
	health_checker_remove(bench.checker, 9, bench.now);
	health_checker_remove(bench.checker, 99, bench.now);
	health_checker_destroy(bench.checker);
}
END_TEST

START_TEST(the_first_failures_of_a_start_are_no_mass_outage)
{
	struct health_bench bench;
	int asked = 0;

	health_bench_begin(&bench);
	for (uint32_t id = 1; id <= 20; id++)
		health_bench_add(&bench, id);
	for (uint32_t id = 1; id <= 6; id++)
		asked += health_bench_judge(&bench, id, VERDICT_FAIL, REASON_CONNECT_REFUSED, 0).wants_link_test;
	ck_assert_int_eq(asked, 0);
	health_checker_destroy(bench.checker);
}
END_TEST

SUITE("health outage", when_more_than_half_turn_bad_it_asks_once_whether_it_is_us, when_it_is_us_nobody_is_down,
      when_it_is_the_fleet_the_verdicts_stand, a_hundred_at_once_are_one_outage,
      a_link_test_without_an_answer_does_not_hide_an_outage, failures_spread_over_time_are_no_mass_outage,
      the_first_failures_of_a_start_are_no_mass_outage)
