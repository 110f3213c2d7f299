// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <math.h>

#include "base/memory.h"
#include "opscon/agent.h"
#include "services/rules.h"

START_TEST(every_comparison_and_nan_against_each)
{
	static const struct {
		enum comparison comparison;
		bool below, equal, above;
	} table[] = {
		{ COMPARE_GT, false, false, true }, { COMPARE_GE, false, true, true },
		{ COMPARE_LT, true, false, false }, { COMPARE_LE, true, true, false },
		{ COMPARE_EQ, false, true, false }, { COMPARE_NE, true, false, true },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct rule rule = { .comparison = table[i].comparison, .threshold = 5 };

		ck_assert_int_eq(rule_holds(&rule, 4), table[i].below);
		ck_assert_int_eq(rule_holds(&rule, 5), table[i].equal);
		ck_assert_int_eq(rule_holds(&rule, 6), table[i].above);
		ck_assert(!rule_holds(&rule, NAN));
	}
}
END_TEST

// Readings of a rule "> 5", one every 10 s: 'x' over, '.' under, '-' a gap, 't' only time. Answers F fires, C clears.
static void assert_course(int64_t for_ms, int64_t keep_ms, const char *readings, const char *changes)
{
	static const char letters[] = ".FC";
	struct rule rule = { .threshold = 5, .for_ms = for_ms, .keep_firing_for_ms = keep_ms };
	struct rule_state state = { 0 };
	struct instant now = { .mono_ms = 1 };

	for (size_t i = 0; readings[i]; i++) {
		double value = readings[i] == 'x' ? 9 : readings[i] == '.' ? 1 : NAN;
		enum rule_change change =
			readings[i] == 't' ? rule_tick(&rule, &state, now) : rule_reading(&rule, &state, value, now);

		ck_assert_msg(letters[change] == changes[i], "%s at %zu: %c", readings, i, letters[change]);
		now = instant_add(now, 10000);
	}
}

START_TEST(fires_when_it_has_held_and_clears_when_it_has_not)
{
	assert_course(0, 0, ".xx.x", ".F.CF");
	assert_course(20000, 0, "xxxx.", "..F.C");
	assert_course(20000, 0, "xx.xxx", ".....F");
	assert_course(0, 25000, "x...", "F..C");
	assert_course(0, 25000, "x.x...", "F....C");
	assert_course(0, 25000, "x..t", "F..C");
}
END_TEST

START_TEST(a_gap_neither_fires_nor_clears)
{
	assert_course(20000, 0, "x---x", "....F"); // does not interrupt what is pending
	assert_course(0, 0, "x----x", "F.....");
	assert_course(0, 0, "-----", ".....");
	// but after five minutes without any value nobody knows
	assert_course(0, 0, "x-----------------------------t", "F.............................C");
	assert_course(999000, 0, "x-----------------------------tx", "................................");
}
END_TEST

START_TEST(the_deadline_says_when_time_alone_would_clear_it)
{
	struct rule rule = { .threshold = 5, .keep_firing_for_ms = 7000 };
	struct rule_state state = { 0 };
	struct instant now = { .mono_ms = 1000 };

	ck_assert_int_eq(rule_deadline(&rule, &state), INT64_MAX);
	rule_reading(&rule, &state, 9, now);
	ck_assert_int_eq(rule_deadline(&rule, &state), 1000 + RULE_STALE_MS);
	rule_reading(&rule, &state, 1, instant_add(now, 1000));
	ck_assert_int_eq(rule_deadline(&rule, &state), 8000);
	rule.keep_firing_for_ms = 2 * RULE_STALE_MS;
	rule_reading(&rule, &state, 9, now);
	ck_assert_int_eq(rule_deadline(&rule, &state), 1000 + 2 * RULE_STALE_MS);
}
END_TEST

START_TEST(a_rule_is_made_from_its_configuration)
{
	struct rule_config config = { .name = "hot",
				      .series = "cpu",
				      .comparison = COMPARE_GE,
				      .threshold = 90.5,
				      .selector = "tier=core",
				      .severity = SEVERITY_CRITICAL };
	struct agent agent = { .name = "a" };
	struct rule rule;

	ck_assert_int_eq(rule_init(&rule, &config, 3), 0);
	ck_assert_str_eq(rule.summary, "cpu >= 90.5");
	ck_assert(!selector_matches(rule.selector, &agent));
	rule_finish(&rule);
	config.summary = "too hot";
	ck_assert_int_eq(rule_init(&rule, &config, 3), 0);
	ck_assert_str_eq(rule.summary, "too hot");
	rule_finish(&rule);
	config.selector = "=";
	ck_assert_int_eq(rule_init(&rule, &config, 3), -EINVAL);
	mem_fail_after(0);
	ck_assert_int_eq(rule_init(&rule, &config, 3), -ENOMEM);
	mem_fail_after(-1);
	rule_finish(&rule);
}
END_TEST

SUITE("rules", every_comparison_and_nan_against_each, fires_when_it_has_held_and_clears_when_it_has_not,
      a_gap_neither_fires_nor_clears, the_deadline_says_when_time_alone_would_clear_it,
      a_rule_is_made_from_its_configuration)
