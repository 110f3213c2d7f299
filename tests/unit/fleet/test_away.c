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
	ck_assert_uint_eq(fleet_agent(f.fleet, up)->newly_bad, 0);
	ck_assert_uint_eq(fleet_agent(f.fleet, down)->newly_bad, 0); // one line says it of all of them
	ck_assert_uint_eq(n_told, 2);
	link_is(1, FEED_RECONNECTING, 2 * SECOND_MS); // the next try
	ck_assert_uint_eq(n_told, 2);
	ck_assert_uint_eq(fleet_n_timeline(f.fleet), n_news + 1);
	link_is(1, FEED_LIVE, 0);
	ck_assert_int_eq(state_of(up), HEALTH_UP);
	ck_assert_int_eq(fleet_agent(f.fleet, up)->state_since_ms, since_ms);
	ck_assert_int_eq(fleet_agent(f.fleet, up)->health.freshness, FRESHNESS_FRESH);
	ck_assert_int_eq(state_of(down), HEALTH_DOWN);
	ck_assert_uint_gt(fleet_agent(f.fleet, down)->newly_bad, 0);
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

// Frozen, or cut off without a word: the connection stands all the same.
START_TEST(agents_of_a_hub_that_does_not_answer_are_stale)
{
	uint32_t up;

	fleet_fixture_init(&f);
	link_is(1, FEED_LIVE, HOUR_MS);
	up = add(1, "up", OBSERVED_UP);
	link_is(1, FEED_LATE, 0);
	ck_assert_int_eq(state_of(up), HEALTH_UP);
	ck_assert_uint_eq(fleet_feed(f.fleet)->n_away, 0);
	link_is(1, FEED_STALE, 0);
	ck_assert_int_eq(state_of(up), HEALTH_UNKNOWN);
	ck_assert_int_eq(fleet_agent(f.fleet, up)->health.freshness, FRESHNESS_STALE);
	ck_assert_uint_eq(fleet_feed(f.fleet)->n_away, 1);
	link_is(1, FEED_RECONNECTING, 0); // given up
	ck_assert_int_eq(state_of(up), HEALTH_UNKNOWN);
	link_is(1, FEED_LIVE, 0);
	ck_assert_int_eq(state_of(up), HEALTH_UP);
	ck_assert_uint_eq(fleet_feed(f.fleet)->n_away, 0);
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

static void progresses(uint8_t origin, uint32_t id, bool has_ended)
{
	struct event *event = event_new(EVENT_PROGRESS, FIXTURE_NOW_MS, 0);

	event->u.progress = (struct progress){ .id = id,
					       .title = mem_strdup("looking for agents"),
					       .started_ms = FIXTURE_NOW_MS - MINUTE_MS,
					       .ended_ms = has_ended ? FIXTURE_NOW_MS : 0 };
	apply_of(origin, event);
}

START_TEST(each_link_is_told_of)
{
	struct fleet_link links[FLEET_HUBS_MAX];

	fleet_fixture_init(&f);
	ck_assert_uint_eq(fleet_links(f.fleet, links), 0);
	polls(0, FEED_LIVE); // our own
	link_is(3, FEED_REFUSED, MINUTE_MS);
	link_is(1, FEED_LIVE, HOUR_MS);
	link_is(2, FEED_STARTING, SECOND_MS);
	ck_assert_uint_eq(fleet_links(f.fleet, links), 3);
	ck_assert(links[0].origin == 1 && !links[0].is_away && links[0].state == FEED_LIVE);
	ck_assert(links[1].origin == 2 && !links[1].is_away);
	ck_assert(links[2].origin == 3 && links[2].is_away);
	ck_assert_int_eq(links[2].since_ms, FIXTURE_NOW_MS - MINUTE_MS);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(progress_of_a_hub_that_is_away_is_as_of_then)
{
	fleet_fixture_init(&f);
	link_is(1, FEED_LIVE, HOUR_MS);
	progresses(1, 7, false);
	progresses(2, 8, false);
	progresses(1, 9, true);
	ck_assert_int_eq(fleet_progress_as_of_ms(f.fleet, fleet_progress_at(f.fleet, 2)), 0);
	link_is(1, FEED_RECONNECTING, 20 * SECOND_MS);
	ck_assert_uint_eq(fleet_progress_at(f.fleet, 2)->id, 7);
	ck_assert_int_eq(fleet_progress_as_of_ms(f.fleet, fleet_progress_at(f.fleet, 2)),
			 FIXTURE_NOW_MS - 20 * SECOND_MS);
	ck_assert_int_eq(fleet_progress_as_of_ms(f.fleet, fleet_progress_at(f.fleet, 1)), 0); // of another
	ck_assert_int_eq(fleet_progress_as_of_ms(f.fleet, fleet_progress_at(f.fleet, 0)), 0); // it is over
	fleet_fixture_finish(&f);
}
END_TEST

// Their first answers are waited for; of a hub that is away nobody waits for any.
START_TEST(who_is_checked_for_the_first_time_is_counted)
{
	struct health health = { .toward = OBSERVED_DOWN, .attempt_n = 1, .attempt_of = 3, .last_probe_ms = 1 };
	uint32_t first, second;

	fleet_fixture_init(&f);
	link_is(1, FEED_LIVE, HOUR_MS);
	first = add(1, "first", OBSERVED_UP);
	ck_assert_uint_eq(fleet_counts(f.fleet)->n_checking, 0);
	second = fleet_fixture_add(&f, "second", "", "");
	ck_assert_uint_eq(fleet_counts(f.fleet)->n_checking, 1);
	fleet_fixture_health_event(&f, second, &health);
	ck_assert_uint_eq(fleet_counts(f.fleet)->n_checking, 1);
	ck_assert_uint_eq(fleet_counts(f.fleet)->by_state[HEALTH_UNKNOWN], 1);
	health.overlays = OVERLAY_MAINTENANCE;
	fleet_fixture_health_event(&f, second, &health);
	ck_assert_uint_eq(fleet_counts(f.fleet)->n_checking, 0);
	health.overlays = 0;
	fleet_fixture_health_event(&f, second, &health);
	ck_assert_uint_eq(fleet_counts(f.fleet)->n_checking, 1);
	fleet_fixture_health_event(&f, first, &health);
	ck_assert_uint_eq(fleet_counts(f.fleet)->n_checking, 2);
	link_is(1, FEED_RECONNECTING, 0);
	ck_assert_uint_eq(fleet_counts(f.fleet)->n_checking, 1);
	ck_assert_uint_eq(fleet_counts(f.fleet)->by_state[HEALTH_UNKNOWN], 2);
	link_is(1, FEED_LIVE, 0);
	ck_assert_uint_eq(fleet_counts(f.fleet)->n_checking, 2);
	fleet_fixture_apply(&f, event_new(EVENT_AGENT_REMOVED, FIXTURE_NOW_MS, second));
	ck_assert_uint_eq(fleet_counts(f.fleet)->n_checking, 1);
	fleet_fixture_finish(&f);
}
END_TEST

SUITE("away", each_link_is_told_of, progress_of_a_hub_that_is_away_is_as_of_then,
      who_is_checked_for_the_first_time_is_counted, nobody_of_a_hub_that_is_away_is_green,
      the_overall_state_is_as_old_as_before, who_is_heard_of_is_not_away_any_more,
      agents_of_a_hub_that_does_not_answer_are_stale, of_several_hubs_the_one_that_is_worst_off_is_shown)
