// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <string.h>

#include "opscon/health.h"

static struct health seen(enum observed observed, enum reason reason)
{
	return (struct health){
		.observed = observed, .toward = observed, .attempt_of = 3, .reason = reason, .last_probe_ms = 1
	};
}

START_TEST(each_state_has_its_badge_and_its_word)
{
	static const struct {
		enum observed observed;
		enum reason reason;
		enum status status;
		const char *word;
	} table[] = {
		{ OBSERVED_UP, REASON_NONE, STATUS_HEALTHY, "up" },
		{ OBSERVED_UP, REASON_CONNECT_REFUSED, STATUS_HEALTHY, "up" }, // a soft run keeps the hard state
		{ OBSERVED_DEGRADED, REASON_WARN, STATUS_DEGRADED, "degraded" },
		{ OBSERVED_DEGRADED, REASON_SLOW, STATUS_DEGRADED, "slow" },
		{ OBSERVED_DEGRADED, REASON_AUTH_REQUIRED, STATUS_WARNING, "auth refused" },
		{ OBSERVED_DOWN, REASON_HTTP_STATUS, STATUS_CRITICAL, "down" },
		{ OBSERVED_DOWN, REASON_TIMEOUT_HEADERS, STATUS_CRITICAL, "down" },
		{ OBSERVED_DOWN, REASON_DNS_NXDOMAIN, STATUS_OFFLINE, "unreachable" },
		{ OBSERVED_DOWN, REASON_DNS_TIMEOUT, STATUS_OFFLINE, "unreachable" },
		{ OBSERVED_DOWN, REASON_CONNECT_REFUSED, STATUS_OFFLINE, "unreachable" },
		{ OBSERVED_DOWN, REASON_CONNECT_TIMEOUT, STATUS_OFFLINE, "unreachable" },
		{ OBSERVED_DOWN, REASON_NO_ROUTE, STATUS_OFFLINE, "unreachable" },
		{ OBSERVED_NEVER, REASON_NONE, STATUS_PENDING, "checking" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct health health = seen(table[i].observed, table[i].reason);

		ck_assert_int_eq(health_status(&health), table[i].status);
		ck_assert_str_eq(health_word(&health), table[i].word);
	}
}
END_TEST

START_TEST(what_hides_the_state_comes_before_it)
{
	struct health health = seen(OBSERVED_UP, REASON_NONE);
	static const struct {
		uint8_t overlays;
		enum status status;
		const char *word;
	} table[] = {
		{ OVERLAY_ACKNOWLEDGED | OVERLAY_SILENCED, STATUS_HEALTHY, "up" },
		{ OVERLAY_MAINTENANCE, STATUS_INFO, "maintenance" },
		{ OVERLAY_MAINTENANCE | OVERLAY_DRAINING, STATUS_PENDING, "draining" },
		{ OVERLAY_DRAINING | OVERLAY_OPERATION, STATUS_WORKING, "working" },
		{ OVERLAY_OPERATION | OVERLAY_PAUSED, STATUS_STOPPED, "paused" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		health.overlays = table[i].overlays;
		ck_assert_int_eq(health_status(&health), table[i].status);
		ck_assert_str_eq(health_word(&health), table[i].word);
	}
}
END_TEST

START_TEST(who_is_stale_is_not_shown_at_work)
{
	struct health health = seen(OBSERVED_UP, REASON_NONE);

	health.overlays = OVERLAY_OPERATION | OVERLAY_DRAINING;
	health.freshness = FRESHNESS_LATE;
	ck_assert_str_eq(health_word(&health), "working");
	health.freshness = FRESHNESS_STALE;
	ck_assert_str_eq(health_word(&health), "stale");
	ck_assert_int_eq(health_status(&health), STATUS_UNKNOWN);
}
END_TEST

START_TEST(a_badge_is_of_the_colour_of_the_state_that_is_counted)
{
	static const struct {
		enum observed observed;
		enum health_state state;
		enum status status;
	} table[] = { { OBSERVED_UP, HEALTH_DEGRADED, STATUS_WARNING },
		      { OBSERVED_DEGRADED, HEALTH_DEGRADED, STATUS_WARNING },
		      { OBSERVED_DOWN, HEALTH_DOWN, STATUS_CRITICAL } };

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct health health = seen(table[i].observed, REASON_NONE);

		health.is_flapping = true;
		ck_assert_int_eq(health_state(&health), table[i].state);
		ck_assert_int_eq(health_status(&health), table[i].status);
		ck_assert_str_eq(health_word(&health), "flapping");
	}
}
END_TEST

START_TEST(what_is_not_seen_says_why)
{
	struct health health = seen(OBSERVED_UP, REASON_NONE);

	health.freshness = FRESHNESS_LATE;
	ck_assert_str_eq(health_word(&health), "up");
	health.is_flapping = true;
	ck_assert_str_eq(health_word(&health), "flapping");
	ck_assert_int_eq(health_status(&health), STATUS_WARNING);
	ck_assert_int_eq(health_state(&health), HEALTH_DEGRADED);
	health.freshness = FRESHNESS_STALE;
	ck_assert_str_eq(health_word(&health), "stale");
	health.quality = PROBE_SUSPECT;
	ck_assert_str_eq(health_word(&health), "not judged");
	health.quality = PROBE_OFFLINE;
	ck_assert_str_eq(health_word(&health), "we are offline");
	health = (struct health){ .freshness = FRESHNESS_STALE };
	ck_assert_str_eq(health_word(&health), "unknown"); // never probed, so there is nothing to be stale
	health = (struct health){ .toward = OBSERVED_DOWN, .attempt_n = 1, .attempt_of = 3, .last_probe_ms = 1 };
	ck_assert_str_eq(health_word(&health), "checking");
	ck_assert_int_eq(health_status(&health), STATUS_PENDING);
	ck_assert_int_eq(health_state(&health), HEALTH_UNKNOWN);
	ck_assert(health_is_checking(&health));
	health.quality = PROBE_OFFLINE;
	ck_assert(!health_is_checking(&health));
	health = (struct health){ 0 }; // its first probe is under way
	ck_assert(health_is_checking(&health));
	ck_assert_str_eq(health_word(&health), "checking");
	health.overlays = OVERLAY_PAUSED;
	ck_assert(!health_is_checking(&health));
}
END_TEST

static bool is_green(const struct health *health)
{
	return status_group(health_status(health)) == STATUS_GROUP_GREEN;
}

static bool breaks_an_invariant(const struct health *health)
{
	enum health_state state = health_state(health);
	bool is_covered =
		(health->overlays & (OVERLAY_PAUSED | OVERLAY_OPERATION | OVERLAY_DRAINING | OVERLAY_MAINTENANCE)) != 0;
	bool is_blind = health->observed == OBSERVED_NEVER || health->freshness == FRESHNESS_STALE ||
			health->quality != PROBE_OK || health->overlays & OVERLAY_PAUSED;
	bool should_be_green = state == HEALTH_UP && !is_covered;
	size_t len = strlen(health_word(health));

	return (state == HEALTH_UNKNOWN) != is_blind || (is_blind && is_green(health)) ||
	       is_green(health) != should_be_green || health_status(health) >= STATUS_COUNT || len == 0 || len > 14;
}

// How many combinations break an invariant: one assertion for all, since each one costs a write to the test runner.
static size_t try_every_overlay(struct health health, size_t *n_tried)
{
	size_t n_broken = 0;

	for (unsigned overlays = 0; overlays < 64; overlays++)
		for (int flapping = 0; flapping < 2; flapping++)
			for (int reason = 0; reason < REASON_COUNT; reason++, (*n_tried)++) {
				health.overlays = (uint8_t)overlays;
				health.is_flapping = flapping;
				health.reason = (enum reason)reason;
				n_broken += breaks_an_invariant(&health);
			}
	return n_broken;
}

START_TEST(unknown_is_never_shown_as_healthy_whatever_the_axes)
{
	size_t n = 0;

	for (int axes = 0; axes < 4 * 4 * 2 * 3 * 3; axes++) {
		struct health health = {
			.observed = (enum observed)(axes % 4),
			.toward = (enum observed)(axes / 4 % 4),
			.attempt_n = (uint16_t)(axes / 16 % 2),
			.attempt_of = 3,
			.freshness = (enum freshness)(axes / 32 % 3),
			.quality = (enum probe_quality)(axes / 96),
			.last_probe_ms = axes % 5,
		};

		ck_assert_uint_eq(try_every_overlay(health, &n), 0);
	}
	ck_assert_uint_eq(n, 288UL * 64 * 2 * REASON_COUNT);
}
END_TEST

START_TEST(the_last_twenty_results_are_remembered_oldest_first)
{
	struct health health = { 0 };
	enum observed results[HEALTH_RECENT];

	ck_assert_uint_eq(health_recent(&health, results), 0);
	health_recent_push(&health, OBSERVED_DOWN);
	health_recent_push(&health, OBSERVED_UP);
	ck_assert_uint_eq(health_recent(&health, results), 2);
	ck_assert_int_eq(results[0], OBSERVED_DOWN);
	ck_assert_int_eq(results[1], OBSERVED_UP);
	for (int i = 0; i < 19; i++)
		health_recent_push(&health, OBSERVED_DEGRADED);
	ck_assert_uint_eq(health_recent(&health, results), HEALTH_RECENT);
	ck_assert_int_eq(results[0], OBSERVED_UP);
	ck_assert_int_eq(results[1], OBSERVED_DEGRADED);
	ck_assert_int_eq(results[19], OBSERVED_DEGRADED);
}
END_TEST

SUITE("health", each_state_has_its_badge_and_its_word, what_hides_the_state_comes_before_it,
      who_is_stale_is_not_shown_at_work, a_badge_is_of_the_colour_of_the_state_that_is_counted,
      what_is_not_seen_says_why, unknown_is_never_shown_as_healthy_whatever_the_axes,
      the_last_twenty_results_are_remembered_oldest_first)
