// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "services/flapping.h"
#include "tests/unit/services/health_bench.h"

START_TEST(defaults_are_60_s_5_s_3_and_2)
{
	struct health_bench bench;
	struct health_stats stats;

	health_bench_begin(&bench);
	ck_assert_int_eq(HEALTH_INTERVAL_DEFAULT_MS, 60000);
	ck_assert_int_eq(HEALTH_TIMEOUT_DEFAULT_MS, 5000);
	health_bench_add(&bench, 1);
	ck_assert_int_eq(health_checker_health(bench.checker, 1)->attempt_of, 3);
	ck_assert_int_eq(health_bench_judge_all(&bench, 1, "FFF").health->attempt_of, 2);
	health_checker_stats(bench.checker, &stats);
	ck_assert_uint_eq(stats.total, 1);
	health_checker_destroy(bench.checker);
	health_checker_destroy(NULL);
}
END_TEST

START_TEST(results_make_states_as_the_table_says)
{
	// Each letter of `states` is the state after that result: u up, d degraded, x down, ? unknown; `soft` its
	// attempt.
	static const struct {
		const char *results, *states, *soft;
	} table[] = {
		{ "P", "u", "0" }, // the first good one is up at once
		{ "FFFF", "??xx", "1200" },
		{ "TTT", "??x", "120" }, // the portal called one timeout unhealthy at once
		{ "TFT", "??x", "120" },
		{ "WWW", "??d", "120" },
		{ "FP", "?u", "10" },
		{ "PFFP", "uuuu", "0120" },
		{ "PFFFPP", "uuuxxu", "012010" },
		{ "PWWW", "uuud", "0120" }, // degraded is a state of its own
		{ "PFWF", "uuud", "0120" }, // at least degraded, three times
		{ "PFWFFF", "uuuddx", "012020" },
		{ "PFFFWW", "uuuxxd", "012010" },
		{ "PFFFWPP", "uuuxxdu", "0120100" },
		{ "PWWWPFPP", "uuudd?", "012011" },
		{ "PWWWFFF", "uuudddx", "0120120" },
		{ "PFFNF", "uu", "01" },
		{ "PNP", "u?u", "000" },
	};
	static const char letters[] = "udx?";

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct health_bench bench;

		health_bench_begin(&bench);
		health_bench_add(&bench, 1);
		for (size_t at = 0; table[i].results[at]; at++) {
			const struct health *health = health_bench_judge_letter(&bench, 1, table[i].results[at]).health;

			if (at >= strlen(table[i].states) || (table[i].states[at] == '?' && at > 2))
				continue;
			ck_assert_msg(letters[health_state(health)] == table[i].states[at], "%s at %zu: %s",
				      table[i].results, at, health_word(health));
			ck_assert_msg(health->attempt_n == table[i].soft[at] - '0', "%s at %zu: attempt %u",
				      table[i].results, at, health->attempt_n);
			if (!health->attempt_n)
				ck_assert_int_eq(health->toward, health->observed);
		}
		health_checker_destroy(bench.checker);
	}
}
END_TEST

START_TEST(a_new_agent_is_unknown_until_it_is_judged)
{
	struct health_bench bench;
	const struct health *health;
	struct health_stats stats;

	health_bench_begin(&bench);
	health_checker_stats(bench.checker, &stats);
	ck_assert_uint_eq(stats.total, 0);
	ck_assert_int_eq(stats.overall, HEALTH_UNKNOWN);
	health_bench_add(&bench, 1);
	health = health_checker_health(bench.checker, 1);
	ck_assert_int_eq(health_state(health), HEALTH_UNKNOWN);
	ck_assert_int_eq(health->since_ms, 0);
	ck_assert_int_eq(health->last_probe_ms, 0);
	health_checker_stats(bench.checker, &stats);
	ck_assert_int_eq(stats.overall, HEALTH_UNKNOWN);
	health_bench_add(&bench, 2);
	health_bench_judge_all(&bench, 2, "FFF"); // one that is pending hides no other
	health_checker_stats(bench.checker, &stats);
	ck_assert_int_eq(stats.overall, HEALTH_DOWN);
	health_checker_destroy(bench.checker);
}
END_TEST

// What the portal reported of a check: last check, failures in a row, last success and failure, message, details.
START_TEST(a_report_says_when_how_often_and_why)
{
	struct verdict refused = { .level = VERDICT_FAIL, .reason = REASON_CONNECT_REFUSED, .detail = "port 9100" };
	struct sample sample = { .http_status = 0 };
	struct health_bench bench;
	const struct health *health;
	int64_t success_ms, failure_ms;

	health_bench_begin(&bench);
	health_bench_add(&bench, 1);
	health = health_bench_judge_all(&bench, 1, "P").health;
	success_ms = bench.now.wall_ms;
	ck_assert_int_eq(health->last_success_ms, success_ms);
	ck_assert_int_eq(health->last_failure_ms, 0);
	health_bench_judge_all(&bench, 1, "F");
	health = health_checker_judge(bench.checker, 1, &refused, &sample, bench.now).health;
	failure_ms = bench.now.wall_ms;
	ck_assert_uint_eq(health->consecutive_failures, 2);
	ck_assert_int_eq(health->attempt_n, 2); // 2 of 3
	ck_assert_int_eq(health->attempt_of, 3);
	ck_assert_int_eq(health->reason, REASON_CONNECT_REFUSED);
	ck_assert_str_eq(health->detail, "port 9100");
	ck_assert_int_eq(health->last_probe_ms, failure_ms);
	ck_assert_int_eq(health->last_success_ms, success_ms);
	ck_assert_int_eq(health->last_failure_ms, failure_ms);
	health = health_bench_judge_all(&bench, 1, "P").health; // a pass puts it all back
	ck_assert_uint_eq(health->consecutive_failures, 0);
	ck_assert_int_eq(health->attempt_n, 0);
	ck_assert_int_eq(health->reason, REASON_NONE);
	ck_assert_str_eq(health->detail, "");
	ck_assert_int_eq(health->last_success_ms, bench.now.wall_ms);
	ck_assert_int_eq(health->last_failure_ms, failure_ms);
	health_checker_destroy(bench.checker);
}
END_TEST

START_TEST(a_run_says_where_it_leads_and_asks_to_be_hurried)
{
	struct health_bench bench;
	struct health_outcome outcome;

	health_bench_begin(&bench);
	health_bench_add(&bench, 1);
	outcome = health_bench_judge_all(&bench, 1, "P");
	ck_assert_int_eq(outcome.pace, HEALTH_PACE_NORMAL);
	outcome = health_bench_judge_all(&bench, 1, "F");
	ck_assert_int_eq(outcome.pace, HEALTH_PACE_FAST);
	ck_assert_int_eq(outcome.health->toward, OBSERVED_DOWN);
	ck_assert_str_eq(health_word(outcome.health), "up");
	outcome = health_bench_judge_all(&bench, 1, "W");
	ck_assert_int_eq(outcome.health->toward, OBSERVED_DEGRADED);
	outcome = health_bench_judge_all(&bench, 1, "FFF");
	ck_assert_int_eq(outcome.pace, HEALTH_PACE_BACKOFF);
	ck_assert_uint_eq(outcome.health->consecutive_failures, 3);
	ck_assert_int_eq(outcome.health->since_ms, bench.now.wall_ms);
	ck_assert_ptr_null(health_bench_judge(&bench, 99, VERDICT_PASS, REASON_NONE, 200).health);
	health_checker_destroy(bench.checker);
}
END_TEST

START_TEST(tells_of_every_change_and_of_nothing_else)
{
	struct health_bench bench;

	health_bench_begin(&bench);
	health_bench_add(&bench, 1);
	ck_assert_uint_eq(bench.n_told, 0);
	health_bench_judge_all(&bench, 1, "P");
	ck_assert_uint_eq(bench.n_told, 1);
	health_bench_judge_all(&bench, 1, "PPPP");
	ck_assert_uint_eq(bench.n_told, 1);
	health_bench_judge_all(&bench, 1, "FFF");
	ck_assert_uint_eq(bench.n_told, 4);
	ck_assert_int_eq(bench.told.observed, OBSERVED_DOWN);
	health_bench_judge_all(&bench, 1, "FFF"); // only the count of failures moves
	ck_assert_uint_eq(bench.n_told, 4);
	health_checker_destroy(bench.checker);
}
END_TEST

START_TEST(goes_late_then_stale_by_itself)
{
	struct health_bench bench;
	int64_t next;

	health_bench_begin(&bench);
	health_bench_add(&bench, 1);
	health_bench_judge(&bench, 1, VERDICT_PASS, REASON_NONE, 200);
	next = health_checker_deadline(bench.checker);
	ck_assert_int_eq(next, bench.now.mono_ms + 65001);
	bench.now = instant_add(bench.now, 65000);
	health_checker_tick(bench.checker, bench.now);
	ck_assert_int_eq(health_checker_health(bench.checker, 1)->freshness, FRESHNESS_FRESH);
	bench.now = instant_add(bench.now, 1);
	next = health_checker_tick(bench.checker, bench.now);
	ck_assert_int_eq(bench.told.freshness, FRESHNESS_LATE);
	ck_assert_int_eq(health_state(&bench.told), HEALTH_UP);
	bench.now = instant_add(bench.now, next - bench.now.mono_ms);
	ck_assert_int_eq(health_checker_tick(bench.checker, bench.now), INT64_MAX);
	ck_assert_int_eq(bench.told.freshness, FRESHNESS_STALE);
	ck_assert_int_eq(health_state(&bench.told), HEALTH_UNKNOWN);
	health_bench_judge(&bench, 1, VERDICT_PASS, REASON_NONE, 200);
	ck_assert_int_eq(bench.told.freshness, FRESHNESS_FRESH);
	health_checker_destroy(bench.checker);
}
END_TEST

START_TEST(a_timeout_longer_than_the_interval_is_not_stale)
{
	struct agent agent = { .id = 1, .interval_ms = 1000, .timeout_ms = 2000 };
	struct health_bench bench;

	health_bench_begin(&bench);
	ck_assert_int_eq(health_checker_add(bench.checker, &agent, bench.now), 0);
	health_bench_judge(&bench, 1, VERDICT_PASS, REASON_NONE, 200);
	bench.now = instant_add(bench.now, 5000);
	health_checker_tick(bench.checker, bench.now);
	ck_assert_int_eq(health_checker_health(bench.checker, 1)->freshness, FRESHNESS_LATE);
	bench.now = instant_add(bench.now, 1);
	health_checker_tick(bench.checker, bench.now);
	ck_assert_int_eq(health_checker_health(bench.checker, 1)->freshness, FRESHNESS_STALE);
	health_checker_destroy(bench.checker);
}
END_TEST

START_TEST(a_hard_down_agent_is_given_the_time_of_its_backoff)
{
	struct health_bench bench;

	health_bench_begin(&bench);
	health_bench_add(&bench, 1);
	health_bench_judge_all(&bench, 1, "FFF");
	bench.now = instant_add(bench.now, 4 * 60000);
	health_checker_tick(bench.checker, bench.now);
	ck_assert_int_eq(health_checker_health(bench.checker, 1)->freshness, FRESHNESS_FRESH);
	bench.now = instant_add(bench.now, 2 * 60000 + 1);
	health_checker_tick(bench.checker, bench.now);
	ck_assert_int_eq(health_checker_health(bench.checker, 1)->freshness, FRESHNESS_STALE);
	health_checker_destroy(bench.checker);
}
END_TEST

START_TEST(no_judgement_keeps_the_state_but_does_not_show_it)
{
	struct health_bench bench;
	struct health_outcome outcome;

	health_bench_begin(&bench);
	health_bench_add(&bench, 1);
	health_bench_judge_all(&bench, 1, "P");
	outcome = health_bench_judge_all(&bench, 1, "N");
	ck_assert_int_eq(outcome.health->observed, OBSERVED_UP);
	ck_assert_int_eq(outcome.health->quality, PROBE_SUSPECT);
	ck_assert_int_eq(health_state(outcome.health), HEALTH_UNKNOWN);
	ck_assert_int_eq(outcome.pace, HEALTH_PACE_NORMAL);
	outcome = health_bench_judge(&bench, 1, VERDICT_NONE, REASON_OFFLINE, 0);
	ck_assert_int_eq(outcome.health->quality, PROBE_OFFLINE);
	health_bench_judge_all(&bench, 1, "NN");
	health_checker_tick(bench.checker, instant_add(bench.now, 60001));
	ck_assert_int_eq(health_checker_health(bench.checker, 1)->freshness, FRESHNESS_STALE);
	ck_assert_int_eq(health_bench_judge_all(&bench, 1, "P").health->quality, PROBE_OK);
	health_checker_destroy(bench.checker);
}
END_TEST

START_TEST(overlays_are_set_cleared_and_maintenance_ends_in_time)
{
	struct health_bench bench;
	struct agent paused = { .id = 2, .is_paused = true };
	const struct health *health;

	health_bench_begin(&bench);
	health_bench_add(&bench, 1);
	health = health_checker_health(bench.checker, 1);
	ck_assert_int_eq(health_checker_overlay(bench.checker, 9, OVERLAY_SILENCED, true, 0, bench.now), -ENOENT);
	health_checker_overlay(bench.checker, 1, OVERLAY_ACKNOWLEDGED, true, 0, bench.now);
	health_checker_overlay(bench.checker, 1, OVERLAY_MAINTENANCE, true, bench.now.wall_ms + 5000, bench.now);
	ck_assert_int_eq(bench.told.overlays, OVERLAY_ACKNOWLEDGED | OVERLAY_MAINTENANCE);
	health_checker_tick(bench.checker, instant_add(bench.now, 4999));
	ck_assert(health->overlays & OVERLAY_MAINTENANCE);
	health_checker_tick(bench.checker, instant_add(bench.now, 5000));
	ck_assert_int_eq(bench.told.overlays, OVERLAY_ACKNOWLEDGED);
	health_checker_overlay(bench.checker, 1, OVERLAY_ACKNOWLEDGED, false, 0, bench.now);
	ck_assert_int_eq(bench.told.overlays, 0);
	ck_assert_int_eq(health_checker_add(bench.checker, &paused, bench.now), 0);
	ck_assert_int_eq(bench.told.overlays, OVERLAY_PAUSED);
	paused.is_paused = false;
	health_checker_add(bench.checker, &paused, bench.now);
	ck_assert_int_eq(bench.told.overlays, 0);
	health_checker_destroy(bench.checker);
}
END_TEST

START_TEST(flaps_above_30_percent_until_25)
{
	struct flapping flapping = { 0 };
	struct health_bench bench;
	int n = 0;

	for (int i = 0; i < 20; i++)
		ck_assert_int_le(flapping_push(&flapping, true), 100);
	ck_assert_int_eq(flapping_push(&flapping, true), 100); // the weights average to one
	ck_assert(flapping.is_on);
	while (flapping.is_on)
		n += flapping_push(&flapping, false) > 0;
	ck_assert_int_eq(n, 15); // the five oldest of 20 weigh less than 25 percent together
	health_bench_begin(&bench);
	health_bench_add(&bench, 1);
	health_bench_judge_all(&bench, 1, "PFFFPPFFFPP");
	ck_assert(!bench.told.is_flapping);
	health_bench_judge_all(&bench, 1, "FFFPPFFFPPFFF");
	ck_assert(bench.told.is_flapping);
	ck_assert_str_eq(health_word(&bench.told), "flapping");
	health_bench_judge_all(&bench, 1, "PPPPPPPPPPPPPPPPPPPP");
	ck_assert(!bench.told.is_flapping);
	health_checker_destroy(bench.checker);
}
END_TEST

START_TEST(soft_runs_never_make_it_flap)
{
	struct health_bench bench;

	health_bench_begin(&bench);
	health_bench_add(&bench, 1);
	health_bench_judge_all(&bench, 1, "PFPFPFPFPFPFPFPFPFPFPFPFP");
	ck_assert_int_eq(health_checker_health(bench.checker, 1)->flap_percent, 0);
	health_checker_destroy(bench.checker);
}
END_TEST

START_TEST(overall_is_the_worst_and_unknown_hides_nothing)
{
	static const struct {
		size_t by_state[HEALTH_STATE_COUNT]; // up, degraded, down, unknown
		enum health_state overall;
	} table[] = {
		{ { 0, 0, 0, 0 }, HEALTH_UNKNOWN }, // no checks: unknown
		{ { 3, 0, 0, 0 }, HEALTH_UP },       { { 3, 0, 0, 1 }, HEALTH_UNKNOWN },
		{ { 3, 1, 0, 1 }, HEALTH_DEGRADED }, // in the portal one pending check made all of it unknown
		{ { 3, 1, 1, 9 }, HEALTH_DOWN },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		ck_assert_int_eq(health_overall(table[i].by_state), table[i].overall);
}
END_TEST

static size_t n_of(const struct health_bench *bench, enum freshness freshness)
{
	struct health_stats stats;

	health_checker_stats(bench->checker, &stats);
	return stats.by_freshness[freshness];
}

START_TEST(freshness_is_counted_once_there_is_something_to_be_heard)
{
	const struct agent paused = { .id = 1, .is_paused = true };
	struct health_bench bench;

	health_bench_begin(&bench);
	health_bench_add(&bench, 1);
	ck_assert_uint_eq(n_of(&bench, FRESHNESS_FRESH), 0); // its first result is still due
	health_bench_judge(&bench, 1, VERDICT_FAIL, REASON_CONNECT_REFUSED, 0);
	ck_assert_uint_eq(n_of(&bench, FRESHNESS_FRESH), 1); // a failure is news
	bench.now = instant_add(bench.now, 66000);
	health_checker_tick(bench.checker, bench.now);
	ck_assert_uint_eq(n_of(&bench, FRESHNESS_FRESH), 0);
	ck_assert_uint_eq(n_of(&bench, FRESHNESS_LATE), 1);
	bench.now = instant_add(bench.now, 200000);
	health_checker_tick(bench.checker, bench.now);
	ck_assert_uint_eq(n_of(&bench, FRESHNESS_STALE), 1);
	ck_assert_int_eq(health_checker_add(bench.checker, &paused, bench.now), 0);
	ck_assert_uint_eq(n_of(&bench, FRESHNESS_STALE), 0);
	health_bench_add(&bench, 1);
	ck_assert_uint_eq(n_of(&bench, FRESHNESS_STALE), 1);
	health_checker_remove(bench.checker, 1, bench.now);
	ck_assert_uint_eq(n_of(&bench, FRESHNESS_STALE), 0);
	health_checker_destroy(bench.checker);
}
END_TEST

START_TEST(the_stats_follow_the_agents)
{
	struct health_bench bench;
	struct health_stats stats;

	health_bench_begin(&bench);
	for (uint32_t id = 1; id <= 4; id++)
		health_bench_add(&bench, id);
	health_bench_judge_all(&bench, 1, "P");
	health_bench_judge_all(&bench, 2, "FFF");
	health_bench_judge_all(&bench, 3, "WWW");
	health_bench_judge(&bench, 1, VERDICT_PASS, REASON_NONE, 200);
	health_bench_judge(&bench, 2, VERDICT_FAIL, REASON_NONE, 500);
	health_checker_stats(bench.checker, &stats);
	for (int state = 0; state < HEALTH_STATE_COUNT; state++)
		ck_assert_uint_eq(stats.by_state[state], 1);
	ck_assert_int_eq(stats.overall, HEALTH_DOWN);
	health_checker_remove(bench.checker, 2, bench.now);
	health_checker_stats(bench.checker, &stats);
	ck_assert_int_eq(stats.overall, HEALTH_DEGRADED);
	ck_assert_uint_eq(stats.total, 3);
	health_checker_destroy(bench.checker);
}
END_TEST

START_TEST(the_last_twenty_results_are_kept_newest_first)
{
	struct health_bench bench;
	enum observed recent[HEALTH_RECENT];

	health_bench_begin(&bench);
	health_bench_add(&bench, 1);
	health_bench_judge_all(&bench, 1, "FFFFFPPPPPPPPPPPPPPPPPPPPPPT");
	ck_assert_uint_eq(health_recent(health_checker_health(bench.checker, 1), recent), 20);
	ck_assert_int_eq(recent[0], OBSERVED_UP);
	ck_assert_int_eq(recent[19], OBSERVED_DOWN);
	health_checker_destroy(bench.checker);
}
END_TEST

START_TEST(without_memory_an_agent_is_not_taken)
{
	struct health_bench bench;
	struct agent agent = { .id = 1 };
	struct event_sink sink = { .emit = health_bench_take, .ctx = &bench };
	struct health_checker *none;

	health_bench_begin(&bench);
	mem_fail_after(0);
	ck_assert_int_eq(health_checker_create(NULL, &sink, &none), -ENOMEM);
	for (long n = 0; n < 3; n++) {
		mem_fail_after(n);
		ck_assert_int_eq(health_checker_add(bench.checker, &agent, bench.now), -ENOMEM);
	}
	mem_fail_after(-1);
	ck_assert_ptr_null(health_checker_health(bench.checker, 1));
	health_bench_add(&bench, 1);
	mem_fail_after(0);
	ck_assert_int_eq(health_bench_judge(&bench, 1, VERDICT_PASS, REASON_NONE, 200).health->observed, OBSERVED_UP);
	mem_fail_after(-1);
	ck_assert_uint_eq(bench.n_told, 0);
	health_checker_destroy(bench.checker);
}
END_TEST

START_TEST(after_a_restart_the_same_state_is_as_old_as_it_was)
{
	const struct health_standing before = { OBSERVED_DOWN, 1600000000000, 1700000060000 };
	struct health_standing standing;
	struct health_bench bench;

	health_bench_begin(&bench);
	health_bench_add(&bench, 1);
	ck_assert_int_eq(health_checker_resume(bench.checker, 9, &before, bench.now), -ENOENT);
	ck_assert_int_eq(health_checker_resume(bench.checker, 1, &before, bench.now), 0);
	ck_assert_int_eq(bench.told.overlays, OVERLAY_MAINTENANCE);
	ck_assert_int_eq(bench.told.observed, OBSERVED_NEVER);
	ck_assert(health_checker_standing(bench.checker, 1, &standing, bench.now));
	ck_assert_int_eq(standing.observed, OBSERVED_DOWN); // as long as nothing is known
	ck_assert_int_eq(standing.since_ms, before.since_ms);
	ck_assert_int_eq(standing.maintenance_until_ms, before.maintenance_until_ms);
	health_bench_judge_all(&bench, 1, "FFF");
	ck_assert_int_eq(bench.told.observed, OBSERVED_DOWN);
	ck_assert_int_eq(bench.told.since_ms, before.since_ms);
	ck_assert_int_eq(bench.told.overlays, 0); // its end has come meanwhile
	health_bench_judge_all(&bench, 1, "PP");
	ck_assert_int_eq(bench.told.since_ms, bench.now.wall_ms);
	ck_assert(health_checker_standing(bench.checker, 1, &standing, bench.now));
	ck_assert_int_eq(standing.observed, OBSERVED_UP);
	ck_assert_int_eq(standing.since_ms, bench.now.wall_ms);
	ck_assert_int_eq(standing.maintenance_until_ms, 0);
	ck_assert(!health_checker_standing(bench.checker, 9, &standing, bench.now));
	health_checker_destroy(bench.checker);
}
END_TEST

START_TEST(after_a_restart_another_state_is_new)
{
	const struct health_standing before = { OBSERVED_DOWN, 1600000000000, 0 };
	struct health_bench bench;

	health_bench_begin(&bench);
	health_bench_add(&bench, 1);
	ck_assert_int_eq(health_checker_resume(bench.checker, 1, &before, bench.now), 0);
	health_bench_judge_all(&bench, 1, "P");
	ck_assert_int_eq(bench.told.since_ms, bench.now.wall_ms);
	health_bench_judge_all(&bench, 1, "FFF");
	ck_assert_int_eq(bench.told.since_ms, bench.now.wall_ms);
	health_checker_destroy(bench.checker);
}
END_TEST

START_TEST(time_in_which_nobody_looked_makes_nobody_stale)
{
	struct health_bench bench;
	const struct health *health;

	health_bench_begin(&bench);
	health_bench_add(&bench, 1);
	health_bench_judge_all(&bench, 1, "PP");
	health = health_checker_health(bench.checker, 1);
	bench.now = instant_add(bench.now, 150000); // of 180 s until it is stale
	health_checker_slept(bench.checker, 140000, bench.now);
	health_checker_tick(bench.checker, bench.now);
	ck_assert_int_eq(health->freshness, FRESHNESS_FRESH);
	bench.now = instant_add(bench.now, 100000);
	health_checker_tick(bench.checker, bench.now);
	ck_assert_int_eq(health->freshness, FRESHNESS_LATE);
	bench.now = instant_add(bench.now, 100000); // slept for longer than anything is known
	health_checker_slept(bench.checker, 100000, bench.now);
	health_checker_tick(bench.checker, bench.now);
	ck_assert_int_eq(health->freshness, FRESHNESS_STALE);
	health_checker_destroy(bench.checker);
}
END_TEST

SUITE("health_checker", a_new_agent_is_unknown_until_it_is_judged, a_report_says_when_how_often_and_why,
      defaults_are_60_s_5_s_3_and_2, results_make_states_as_the_table_says,
      a_run_says_where_it_leads_and_asks_to_be_hurried, tells_of_every_change_and_of_nothing_else,
      goes_late_then_stale_by_itself, a_timeout_longer_than_the_interval_is_not_stale,
      a_hard_down_agent_is_given_the_time_of_its_backoff, no_judgement_keeps_the_state_but_does_not_show_it,
      overlays_are_set_cleared_and_maintenance_ends_in_time, flaps_above_30_percent_until_25,
      soft_runs_never_make_it_flap, overall_is_the_worst_and_unknown_hides_nothing,
      freshness_is_counted_once_there_is_something_to_be_heard, the_stats_follow_the_agents,
      the_last_twenty_results_are_kept_newest_first, without_memory_an_agent_is_not_taken,
      after_a_restart_the_same_state_is_as_old_as_it_was, after_a_restart_another_state_is_new,
      time_in_which_nobody_looked_makes_nobody_stale)
