// SPDX-License-Identifier: Apache-2.0
/* What is known of agents while their hub is away, and when it is back. */
#include "tests/support/suite.h"

#include "base/memory.h"
#include "tests/support/fleet_fixture.h"

static struct fleet_fixture f;
static size_t n_told;

static void on_change(void *ctx, enum fleet_change change, uint32_t agent)
{
	(void)ctx;
	(void)agent;
	n_told += change == FLEET_AGENT_HEALTH;
}

// As a hub's events are: with its number.
static void apply_of(uint8_t origin, struct event *event)
{
	event->origin = origin;
	fleet_fixture_apply(&f, event);
}

static void link_is(uint8_t origin, enum feed_state state, int64_t age_ms)
{
	struct event *event = event_new(EVENT_FEED, FIXTURE_NOW_MS - age_ms, 0);

	event->channel = CHANNEL_SYSTEM;
	event->u.feed.is_link = true;
	event->u.feed.state = state;
	event->u.feed.since_ms = FIXTURE_NOW_MS - age_ms;
	event->u.feed.detail = mem_strdup("");
	apply_of(origin, event);
}

static void polls(uint8_t origin, enum feed_state state)
{
	struct event *event = event_new(EVENT_FEED, FIXTURE_NOW_MS, 0);

	event->channel = CHANNEL_SYSTEM;
	event->u.feed.state = state;
	event->u.feed.detail = mem_strdup("of the hub");
	apply_of(origin, event);
}

// An agent of a hub, up (or down) for ten minutes.
static uint32_t add(uint8_t origin, const char *name, enum observed observed)
{
	uint32_t id = fleet_fixture_add(&f, name, "data", "prod");
	struct event *event = event_new(EVENT_AGENT_CHANGED, FIXTURE_NOW_MS, id);

	event->u.agent = agent_ref(fleet_agent(f.fleet, id)->agent);
	apply_of(origin, event);
	fleet_fixture_health(&f, id, observed, observed == OBSERVED_UP ? REASON_NONE : REASON_CONNECT_REFUSED,
			     10 * MINUTE_MS);
	return id;
}

static enum health_state state_of(uint32_t id)
{
	return fleet_agent(f.fleet, id)->state;
}

START_TEST(nobody_of_a_hub_that_is_away_is_green)
{
	uint32_t up, down, other, ids[4];
	int64_t since_ms;
	size_t n_news;

	fleet_fixture_init(&f);
	link_is(1, FEED_LIVE, HOUR_MS);
	link_is(2, FEED_LIVE, HOUR_MS);
	up = add(1, "up", OBSERVED_UP);
	down = add(1, "down", OBSERVED_DOWN);
	other = add(2, "other", OBSERVED_UP);
	since_ms = fleet_agent(f.fleet, up)->state_since_ms;
	ck_assert_uint_eq(fleet_newly_bad(f.fleet, ids, 4), 1);
	n_news = fleet_n_timeline(f.fleet);
	ck_assert_int_eq(fleet_listen(f.fleet, on_change, NULL), 0);
	n_told = 0;
	link_is(1, FEED_RECONNECTING, 5 * SECOND_MS);
	ck_assert_int_eq(state_of(up), HEALTH_UNKNOWN);
	ck_assert_int_eq(fleet_agent(f.fleet, up)->health.freshness, FRESHNESS_STALE);
	ck_assert_int_eq(fleet_agent(f.fleet, up)->health.observed, OBSERVED_UP); // as it was
	ck_assert_int_eq(fleet_agent(f.fleet, up)->state_since_ms, FIXTURE_NOW_MS - 5 * SECOND_MS);
	ck_assert_int_eq(state_of(down), HEALTH_UNKNOWN);
	ck_assert_int_eq(state_of(other), HEALTH_UP);
	ck_assert_uint_eq(fleet_counts(f.fleet)->by_state[HEALTH_UNKNOWN], 2);
	ck_assert_uint_eq(fleet_counts(f.fleet)->by_state[HEALTH_UP], 1);
	ck_assert_int_eq(fleet_overall(f.fleet), HEALTH_UNKNOWN);
	ck_assert_uint_eq(fleet_n_timeline(f.fleet), n_news + 1); // the hub's, and nobody else's
	ck_assert_uint_eq(fleet_newly_bad(f.fleet, ids, 4), 1);
	ck_assert_uint_eq(n_told, 2);
	link_is(1, FEED_RECONNECTING, 2 * SECOND_MS); // the next try
	ck_assert_uint_eq(n_told, 2);
	ck_assert_uint_eq(fleet_n_timeline(f.fleet), n_news + 1);
	link_is(1, FEED_LIVE, 0);
	ck_assert_int_eq(state_of(up), HEALTH_UP);
	ck_assert_int_eq(fleet_agent(f.fleet, up)->state_since_ms, since_ms);
	ck_assert_int_eq(fleet_agent(f.fleet, up)->health.freshness, FRESHNESS_FRESH);
	ck_assert_int_eq(state_of(down), HEALTH_DOWN);
	ck_assert_uint_eq(fleet_newly_bad(f.fleet, ids, 4), 1);
	ck_assert_uint_eq(fleet_counts(f.fleet)->by_state[HEALTH_UNKNOWN], 0);
	ck_assert_int_eq(fleet_overall(f.fleet), HEALTH_DOWN);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(the_overall_state_is_as_old_as_before)
{
	int64_t since_ms;

	fleet_fixture_init(&f);
	link_is(1, FEED_LIVE, HOUR_MS);
	add(1, "up", OBSERVED_UP);
	since_ms = fleet_overall_since_ms(f.fleet);
	link_is(1, FEED_REFUSED, 0);
	ck_assert_int_eq(fleet_overall(f.fleet), HEALTH_UNKNOWN);
	ck_assert_int_eq(fleet_overall_since_ms(f.fleet), FIXTURE_NOW_MS);
	link_is(1, FEED_LIVE, 0);
	ck_assert_int_eq(fleet_overall(f.fleet), HEALTH_UP);
	ck_assert_int_eq(fleet_overall_since_ms(f.fleet), since_ms);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(who_is_heard_of_is_not_away_any_more)
{
	uint32_t up, down;

	fleet_fixture_init(&f);
	link_is(1, FEED_LIVE, HOUR_MS);
	up = add(1, "up", OBSERVED_UP);
	down = add(1, "down", OBSERVED_DOWN);
	link_is(1, FEED_RECONNECTING, MINUTE_MS);
	fleet_fixture_health(&f, up, OBSERVED_UP, REASON_NONE, 10 * MINUTE_MS); // said again
	ck_assert_int_eq(state_of(up), HEALTH_UP);
	ck_assert_int_eq(state_of(down), HEALTH_UNKNOWN);
	fleet_fixture_health(&f, down, OBSERVED_DEGRADED, REASON_SLOW, 0);
	ck_assert_int_eq(state_of(down), HEALTH_DEGRADED);
	link_is(1, FEED_LIVE, 0);
	ck_assert_int_eq(state_of(up), HEALTH_UP);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(of_several_hubs_the_one_that_is_worst_off_is_shown)
{
	fleet_fixture_init(&f);
	link_is(1, FEED_LIVE, HOUR_MS);
	polls(1, FEED_LIVE);
	ck_assert_int_eq(fleet_feed(f.fleet)->state, FEED_LIVE);
	ck_assert_str_eq(fleet_feed(f.fleet)->detail, "of the hub");
	ck_assert_uint_eq(fleet_feed(f.fleet)->n_hubs, 1);
	ck_assert_uint_eq(fleet_feed(f.fleet)->n_away, 0);
	polls(1, FEED_STALE);
	ck_assert_int_eq(fleet_feed(f.fleet)->state, FEED_STALE);
	link_is(2, FEED_RECONNECTING, MINUTE_MS);
	link_is(3, FEED_STARTING, MINUTE_MS);
	ck_assert_int_eq(fleet_feed(f.fleet)->state, FEED_RECONNECTING);
	ck_assert_uint_eq(fleet_feed(f.fleet)->n_hubs, 3);
	ck_assert_uint_eq(fleet_feed(f.fleet)->n_away, 2);
	link_is(2, FEED_LIVE, 0);
	link_is(3, FEED_LATE, 0); // polled
	ck_assert_int_eq(fleet_feed(f.fleet)->state, FEED_STALE);
	ck_assert_uint_eq(fleet_feed(f.fleet)->n_away, 0);
	polls(1, FEED_LIVE);
	ck_assert_int_eq(fleet_feed(f.fleet)->state, FEED_LATE);
	link_is(200, FEED_REFUSED, 0); // there is no such hub
	ck_assert_int_eq(fleet_feed(f.fleet)->state, FEED_LATE);
	fleet_fixture_finish(&f);
}
END_TEST

SUITE("away", nobody_of_a_hub_that_is_away_is_green, the_overall_state_is_as_old_as_before,
      who_is_heard_of_is_not_away_any_more, of_several_hubs_the_one_that_is_worst_off_is_shown)
