// SPDX-License-Identifier: Apache-2.0
/* What the picked context lets through, agent by agent; the newly bad ones stand in the order in which they turned. */
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

#include "console/scope.h"
#include "tests/support/fleet_fixture.h"

enum { N = 40 };

static struct fleet_fixture f;
static struct context context;
static struct scope scope;
static uint32_t ids[N];

// Agents that turned bad in the order of their numbers.
static void begin(void)
{
	char name[16];

	fleet_fixture_init(&f);
	for (int i = 0; i < N; i++) {
		snprintf(name, sizeof name, "a%d", i);
		ids[i] = fleet_fixture_add(&f, name, "", "");
	}
	for (int i = 0; i < N; i++)
		fleet_fixture_health(&f, ids[i], OBSERVED_DOWN, REASON_CONNECT_REFUSED, (N - i) * SECOND_MS);
	scope_init(&scope, f.fleet, &context);
}

static void end(void)
{
	scope_finish(&scope);
	fleet_fixture_finish(&f);
}

static void assert_latest_first(size_t n)
{
	struct fleet_scope shown;

	scope_show(&scope, &shown);
	ck_assert_uint_eq(shown.n_bad, n);
	ck_assert_uint_eq(shown.n_newly_bad, n);
	for (size_t i = 1; i < n; i++)
		ck_assert_uint_gt(fleet_agent(f.fleet, shown.newly_bad[i - 1])->newly_bad,
				  fleet_agent(f.fleet, shown.newly_bad[i])->newly_bad);
}

START_TEST(who_turned_last_is_the_first_however_they_come)
{
	begin();
	for (int turn = 0; turn < 4; turn++) {
		for (int i = 0; i < N; i++) {
			// As they turned; the other way round; anyhow; anyhow, and looked at on the way.
			int k = turn == 0 ? i : turn == 1 ? N - 1 - i : i * 17 % N;

			ck_assert(scope_update(&scope, ids[k], false));
			if (turn == 3)
				assert_latest_first((size_t)i + 1);
		}
		assert_latest_first(N);
		scope_finish(&scope);
		scope_init(&scope, f.fleet, &context);
	}
	end();
}
END_TEST

START_TEST(a_context_that_is_picked_later_has_the_same_order)
{
	begin();
	ck_assert_int_eq(scope_rebuild(&scope), 0);
	assert_latest_first(N);
	fleet_fixture_health(&f, ids[7], OBSERVED_UP, REASON_NONE, 0);
	ck_assert(scope_update(&scope, ids[7], false));
	assert_latest_first(N - 1);
	fleet_fixture_health(&f, ids[7], OBSERVED_DOWN, REASON_CONNECT_REFUSED, 0);
	ck_assert(scope_update(&scope, ids[7], false));
	assert_latest_first(N);
	ck_assert_uint_eq(scope.newly_bad[0], ids[7]);
	end();
}
END_TEST

// After a restart of a hub its agents are heard of in any order, each with since when it is as it is.
START_TEST(all_in_sight_are_well_since_the_last_of_them_is)
{
	static const int64_t ages_s[] = { 3600, 60, 7200, 5 };
	struct fleet_scope shown;

	fleet_fixture_init(&f);
	context_init(&context);
	for (int i = 0; i < 4; i++)
		ids[i] = fleet_fixture_add(&f, (const char *[]){ "a", "b", "c", "d" }[i], i < 3 ? "edge" : "core", "");
	ck_assert_int_eq(context_add(&context, PICK_TIERS, "edge"), 0);
	scope_init(&scope, f.fleet, &context);
	ck_assert_int_eq(scope_rebuild(&scope), 0);
	for (int i = 0; i < 4; i++) {
		fleet_fixture_health(&f, ids[i], OBSERVED_UP, REASON_NONE, ages_s[i] * SECOND_MS);
		ck_assert_int_eq(scope_update(&scope, ids[i], false), i < 3);
	}
	scope_show(&scope, &shown);
	ck_assert_int_eq(shown.overall, HEALTH_UP);
	ck_assert_int_eq(shown.overall_since_ms, FIXTURE_NOW_MS - 60 * SECOND_MS);
	scope_finish(&scope);
	context_finish(&context);
	context = (struct context){ 0 };
	fleet_fixture_finish(&f);
}
END_TEST

SUITE("scope", who_turned_last_is_the_first_however_they_come, a_context_that_is_picked_later_has_the_same_order,
      all_in_sight_are_well_since_the_last_of_them_is)
