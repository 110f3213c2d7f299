// SPDX-License-Identifier: Apache-2.0
/* The lines about the whole fleet: verdict, counts, what is newly bad, the connection. */
#include "tests/support/suite.h"

#include <string.h>

#include "base/memory.h"
#include "tests/support/fleet_fixture.h"
#include "tests/support/golden.h"
#include "widgets/connection.h"
#include "widgets/counts.h"
#include "widgets/newly_bad.h"
#include "widgets/verdict.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct widget verdict = { .class = &verdict_class };
static const struct widget counts = { .class = &counts_class };
static const struct widget newly_bad = { .class = &newly_bad_class };
static const struct widget connection = { .class = &connection_class };

static struct fleet_fixture f;
static struct view view;

static void setup_platform(void)
{
	fleet_fixture_init(&f);
	fleet_fixture_platform(&f);
	fleet_fixture_view(&f, &view);
}

static void draw_all(const struct widget *widget, const struct golden_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		golden_draw(widget, f.fleet, &view, &cases[i]);
}

START_TEST(says_how_and_since_when)
{
	static const struct golden_case cases[] = {
		{ "down", 120, 1, false },  { "down_80", 80, 1, false }, { "ascii", 80, 1, true },
		{ "narrow", 40, 1, false }, { "tiny", 20, 1, false },
	};

	setup_platform();
	draw_all(&verdict, cases, COUNT(cases));
	golden_sweep(&verdict, f.fleet, &view, 100, 1);
	view.is_paused = true;
	golden_draw(&verdict, f.fleet, &view, &(struct golden_case){ "held_still", 100, 1, false });
	fleet_fixture_finish(&f);
}
END_TEST

// One agent in each state, and the words of the verdict about it.
START_TEST(has_words_for_every_state)
{
	static const struct {
		enum observed observed;
		enum reason reason;
		struct golden_case golden;
	} rows[] = {
		{ OBSERVED_UP, REASON_NONE, { "up", 80, 1, false } },
		{ OBSERVED_DEGRADED, REASON_SLOW, { "degraded", 80, 1, false } },
		{ OBSERVED_DOWN, REASON_RESET, { "one_down", 80, 1, false } },
		{ OBSERVED_NEVER, REASON_NONE, { "checking", 80, 1, false } },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		fleet_fixture_init(&f);
		fleet_fixture_feed(&f, FEED_LIVE, HOUR_MS, 0, 0, "");
		fleet_fixture_health(&f, fleet_fixture_add(&f, "one", "", ""), rows[i].observed, rows[i].reason,
				     90 * SECOND_MS);
		fleet_fixture_view(&f, &view);
		golden_draw(&verdict, f.fleet, &view, &rows[i].golden);
		fleet_fixture_finish(&f);
	}
}
END_TEST

// Those whose first answers are waited for, beside those that nobody knows anything of.
START_TEST(checking_is_not_unknown)
{
	struct health health = fleet_fixture_healthy(HOUR_MS);
	uint32_t id;

	fleet_fixture_init(&f);
	fleet_fixture_feed(&f, FEED_LIVE, HOUR_MS, 0, 0, "");
	for (int i = 0; i < 3; i++)
		id = fleet_fixture_add(&f, "new", "web", "");
	fleet_fixture_view(&f, &view);
	golden_draw(&verdict, f.fleet, &view, &(struct golden_case){ "all_checking", 80, 1, true });
	health.freshness = FRESHNESS_STALE;
	fleet_fixture_health_event(&f, id, &health);
	fleet_fixture_view(&f, &view);
	golden_draw(&verdict, f.fleet, &view, &(struct golden_case){ "some_checking", 80, 1, false });
	golden_draw(&counts, f.fleet, &view, &(struct golden_case){ "checking", 80, 2, false });
	golden_draw(&counts, f.fleet, &view, &(struct golden_case){ "checking_narrow", 40, 2, false });
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(says_who_is_paused_apart)
{
	fleet_fixture_init(&f);
	fleet_fixture_feed(&f, FEED_LIVE, HOUR_MS, 0, 0, "");
	fleet_fixture_add_paused(&f, "old", "");
	fleet_fixture_view(&f, &view);
	golden_draw(&verdict, f.fleet, &view, &(struct golden_case){ "all_paused", 80, 1, false });
	fleet_fixture_health(&f, fleet_fixture_add(&f, "one", "", ""), OBSERVED_UP, REASON_NONE, 90 * SECOND_MS);
	fleet_fixture_view(&f, &view);
	golden_draw(&verdict, f.fleet, &view, &(struct golden_case){ "one_paused", 80, 1, false });
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(says_who_is_in_maintenance_apart)
{
	struct health health = fleet_fixture_healthy(HOUR_MS);
	uint32_t id;

	fleet_fixture_init(&f);
	fleet_fixture_feed(&f, FEED_LIVE, HOUR_MS, 0, 0, "");
	id = fleet_fixture_add(&f, "old", "", "");
	health.observed = health.toward = OBSERVED_DOWN;
	health.overlays = OVERLAY_MAINTENANCE;
	fleet_fixture_health_event(&f, id, &health);
	fleet_fixture_view(&f, &view);
	golden_draw(&verdict, f.fleet, &view, &(struct golden_case){ "all_in_maintenance", 80, 1, false });
	fleet_fixture_health(&f, fleet_fixture_add(&f, "one", "", ""), OBSERVED_UP, REASON_NONE, 90 * SECOND_MS);
	fleet_fixture_view(&f, &view);
	golden_draw(&verdict, f.fleet, &view, &(struct golden_case){ "one_in_maintenance", 80, 1, false });
	golden_draw(&counts, f.fleet, &view, &(struct golden_case){ "one_in_maintenance", 80, 1, false });
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(calls_nothing_up_without_answers)
{
	static const struct {
		enum feed_state state;
		int64_t retry_ms;
		const char *detail;
		struct golden_case verdict, connection;
	} rows[] = {
		{ FEED_STALE, 0, "", { "stale", 100, 1, false }, { "stale", 60, 1, false } },
		{ FEED_OFFLINE, 0, "no route to any agent", { "offline", 100, 1, false }, { "offline", 60, 1, false } },
		{ FEED_RECONNECTING,
		  3500,
		  "connection refused",
		  { "reconnecting", 100, 1, false },
		  { "reconnecting", 60, 1, false } },
		{ FEED_REFUSED, 0, "token expired", { "refused", 100, 1, false }, { "refused", 60, 1, false } },
		{ FEED_LATE, 0, "", { "late", 100, 1, false }, { "late", 60, 1, false } },
		{ FEED_STARTING, 0, "", { "starting", 100, 1, false }, { "starting", 60, 1, false } },
	};

	setup_platform();
	for (size_t i = 0; i < COUNT(rows); i++) {
		fleet_fixture_feed(&f, rows[i].state, 2 * MINUTE_MS, 2 * MINUTE_MS, rows[i].retry_ms, rows[i].detail);
		golden_draw(&verdict, f.fleet, &view, &rows[i].verdict);
		golden_draw(&connection, f.fleet, &view, &rows[i].connection);
	}
	view.has_connection_beside = true; // and is not said twice
	golden_draw(&verdict, f.fleet, &view, &(struct golden_case){ "starting_beside", 60, 1, false });
	fleet_fixture_feed(&f, FEED_RECONNECTING, 2 * MINUTE_MS, 2 * MINUTE_MS, 3500, "connection refused");
	golden_draw(&verdict, f.fleet, &view, &(struct golden_case){ "reconnecting_beside", 60, 1, false });
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(says_when_there_is_nobody)
{
	fleet_fixture_init(&f);
	fleet_fixture_view(&f, &view);
	golden_draw(&verdict, f.fleet, &view, &(struct golden_case){ "empty_starting", 60, 1, false });
	golden_draw(&counts, f.fleet, &view, &(struct golden_case){ "empty", 60, 2, false });
	golden_draw(&newly_bad, f.fleet, &view, &(struct golden_case){ "empty", 40, 3, false });
	fleet_fixture_feed(&f, FEED_LIVE, HOUR_MS, -1, 0, "");
	golden_draw(&verdict, f.fleet, &view, &(struct golden_case){ "empty", 60, 1, false });
	fleet_fixture_add(&f, "one", "", "");
	golden_draw(&verdict, f.fleet, &view, &(struct golden_case){ "none_picked", 60, 1, false });
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(counts_by_state_and_by_tier)
{
	static const struct golden_case cases[] = {
		{ "wide", 120, 2, false },    { "ascii", 80, 2, true },    { "narrow", 34, 4, false },
		{ "overflow", 50, 2, false }, { "one_row", 60, 1, false },
	};

	setup_platform();
	draw_all(&counts, cases, COUNT(cases));
	golden_sweep(&counts, f.fleet, &view, 90, 4);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(shows_what_is_rare_in_a_large_tier)
{
	fleet_fixture_init(&f);
	for (int i = 0; i < 120; i++)
		fleet_fixture_health(&f, fleet_fixture_add(&f, "many", i < 100 ? "web" : "", "prod"),
				     i == 7   ? OBSERVED_DOWN
				     : i == 8 ? OBSERVED_DEGRADED
					      : OBSERVED_UP,
				     REASON_NONE, HOUR_MS);
	fleet_fixture_view(&f, &view);
	golden_draw(&counts, f.fleet, &view, &(struct golden_case){ "large", 60, 2, false });
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(lists_what_turned_bad)
{
	static const struct golden_case cases[] = { { "list", 80, 6, false },
						    { "ascii", 80, 6, true },
						    { "narrow", 30, 5, false },
						    { "overflow", 80, 3, false } };

	setup_platform();
	draw_all(&newly_bad, cases, COUNT(cases));
	golden_sweep(&newly_bad, f.fleet, &view, 60, 5);
	fleet_fixture_finish(&f);
	fleet_fixture_init(&f);
	fleet_fixture_feed(&f, FEED_LIVE, HOUR_MS, 0, 0, "");
	fleet_fixture_health(&f, fleet_fixture_add(&f, "one", "", ""), OBSERVED_UP, REASON_NONE, HOUR_MS);
	fleet_fixture_view(&f, &view);
	golden_draw(&newly_bad, f.fleet, &view, &(struct golden_case){ "well", 40, 2, false });
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(shortens_the_connection_to_its_word)
{
	setup_platform();
	golden_draw(&connection, f.fleet, &view, &(struct golden_case){ "live", 30, 1, false });
	golden_draw(&connection, f.fleet, &view, &(struct golden_case){ "narrow", 10, 1, true });
	view.is_paused = true;
	golden_draw(&connection, f.fleet, &view, &(struct golden_case){ "paused", 30, 1, false });
	golden_sweep(&connection, f.fleet, &view, 40, 1);
	fleet_fixture_finish(&f);
}
END_TEST

// The portal's indicator stood at "Disconnected" whatever happened, and its ages were frozen texts.
START_TEST(the_connection_follows_the_feed_and_the_clock)
{
	static const struct {
		enum feed_state state;
		enum status status;
		const char *now, *in_5_s; // the text
	} rows[] = {
		{ FEED_STARTING, STATUS_PENDING, "starting, last result 10s ago", "starting, last result 15s ago" },
		{ FEED_LIVE, STATUS_ONLINE, "live 10s ago", "live 15s ago" },
		{ FEED_LATE, STATUS_WARNING, "late, last result 10s ago", "late, last result 15s ago" },
		{ FEED_STALE, STATUS_CRITICAL, "stale since 15:03:05", "stale since 15:03:05" },
		{ FEED_RECONNECTING, STATUS_WORKING, "reconnecting in 4s", "reconnecting now" },
		{ FEED_OFFLINE, STATUS_OFFLINE, "we are offline since 15:03:05", "we are offline since 15:03:05" },
		{ FEED_REFUSED, STATUS_FAILED, "refused since 15:03:05", "refused since 15:03:05" },
	};
	struct connection connection_now;

	fleet_fixture_init(&f);
	for (size_t i = 0; i < COUNT(rows); i++) {
		fleet_fixture_feed(&f, rows[i].state, MINUTE_MS, 10 * SECOND_MS, 3500, "");
		fleet_fixture_view(&f, &view);
		connection_read(f.fleet, &view, &connection_now);
		ck_assert_int_eq(connection_now.status, rows[i].status);
		ck_assert_str_eq(connection_now.text, rows[i].now);
		view.now.wall_ms += 5 * SECOND_MS;
		connection_read(f.fleet, &view, &connection_now);
		ck_assert_str_eq(connection_now.text, rows[i].in_5_s);
		ck_assert_ptr_eq(strstr(connection_now.text, connection_now.word), connection_now.text);
	}
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(a_list_that_is_not_read_leaves_its_sign)
{
	struct connection now;

	fleet_fixture_init(&f);
	fleet_fixture_health(&f, fleet_fixture_add(&f, "one", "", ""), OBSERVED_UP, REASON_NONE, HOUR_MS);
	fleet_fixture_feed(&f, FEED_LIVE, HOUR_MS, SECOND_MS, 0, "");
	fleet_fixture_source(&f, "file_sd:/etc/opscon/targets.json", "no permission", HOUR_MS);
	fleet_fixture_view(&f, &view);
	connection_read(f.fleet, &view, &now);
	ck_assert_int_eq(now.status, STATUS_WARNING);
	ck_assert_str_eq(now.word, "live, a list is stale");
	ck_assert_str_eq(now.text, "live 1s ago, list of targets.json not read since 14:04");
	golden_draw(&verdict, f.fleet, &view, &(struct golden_case){ "list_stale", 100, 1, false });
	fleet_fixture_source(&f, "http_sd:http://sd/agents", "HTTP 500", MINUTE_MS);
	connection_read(f.fleet, &view, &now);
	ck_assert_str_eq(now.text, "live 1s ago, 2 lists stale since 14:04");
	fleet_fixture_source(&f, "file_sd:/etc/opscon/targets.json", "", 0);
	connection_read(f.fleet, &view, &now);
	ck_assert_str_eq(now.text, "live 1s ago, list of sd/agents not read since 15:03");
	fleet_fixture_source(&f, "http_sd:http://sd/agents", "", 0);
	connection_read(f.fleet, &view, &now);
	ck_assert_int_eq(now.status, STATUS_ONLINE);
	ck_assert_str_eq(now.text, "live 1s ago");
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(a_recording_that_stands_still_leaves_its_sign)
{
	struct connection now;

	fleet_fixture_init(&f);
	fleet_fixture_health(&f, fleet_fixture_add(&f, "one", "", ""), OBSERVED_UP, REASON_NONE, HOUR_MS);
	fleet_fixture_feed(&f, FEED_LIVE, HOUR_MS, SECOND_MS, 0, "");
	fleet_fixture_source(&f, "recording:/rec", "No space left on device", HOUR_MS);
	fleet_fixture_view(&f, &view);
	connection_read(f.fleet, &view, &now);
	ck_assert_int_eq(now.status, STATUS_WARNING);
	ck_assert_str_eq(now.word, "live, not recorded");
	ck_assert_str_eq(now.text, "live 1s ago, not recorded since 14:04: No space left on device");
	golden_draw(&verdict, f.fleet, &view, &(struct golden_case){ "not_recorded", 110, 1, false });
	fleet_fixture_source(&f, "file_sd:/etc/opscon/targets.json", "no permission", HOUR_MS);
	connection_read(f.fleet, &view, &now);
	ck_assert_str_eq(now.word, "live, a list is stale, not recorded");
	fleet_fixture_source(&f, "file_sd:/etc/opscon/targets.json", "", 0);
	fleet_fixture_source(&f, "recording:/rec", "", 0);
	connection_read(f.fleet, &view, &now);
	ck_assert_int_eq(now.status, STATUS_ONLINE);
	ck_assert_str_eq(now.text, "live 1s ago");
	fleet_fixture_finish(&f);
}
END_TEST

// How the connection to a hub is, told a minute ago.
static void link_is(uint8_t hub, enum feed_state state, int64_t retry_ms, const char *detail)
{
	struct event *event = event_new(EVENT_FEED, FIXTURE_NOW_MS - MINUTE_MS, 0);

	event->channel = CHANNEL_SYSTEM;
	event->origin = hub;
	event->u.feed.is_link = true;
	event->u.feed.state = state;
	event->u.feed.since_ms = FIXTURE_NOW_MS - MINUTE_MS;
	event->u.feed.retry_ms = retry_ms ? FIXTURE_NOW_MS + retry_ms : 0;
	event->u.feed.detail = mem_strdup(detail);
	fleet_fixture_apply(&f, event);
}

// Its agents are those of the hub from then on.
static void give_to(uint8_t hub, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		uint32_t id = fleet_agent_at(f.fleet, i)->agent->id;
		struct event *event = event_new(EVENT_AGENT_CHANGED, FIXTURE_NOW_MS, id);

		event->origin = hub;
		event->u.agent = agent_ref(fleet_agent(f.fleet, id)->agent);
		fleet_fixture_apply(&f, event);
	}
}

START_TEST(tells_of_a_hub_that_is_away)
{
	setup_platform();
	give_to(1, 0, 22);
	link_is(1, FEED_LIVE, 0, "");
	link_is(1, FEED_RECONNECTING, 3500, "the connection broke");
	fleet_fixture_view(&f, &view);
	golden_draw(&verdict, f.fleet, &view, &(struct golden_case){ "hub_away", 130, 1, false });
	golden_draw(&connection, f.fleet, &view, &(struct golden_case){ "hub_away", 90, 1, false });
	golden_draw(&counts, f.fleet, &view, &(struct golden_case){ "hub_away", 80, 1, false });
	link_is(1, FEED_RECONNECTING, 0, "the connection broke");
	golden_draw(&connection, f.fleet, &view, &(struct golden_case){ "hub_asked", 90, 1, false });
	link_is(1, FEED_REFUSED, 9000, "version: it speaks protocol 2, this opscon 1");
	golden_draw(&connection, f.fleet, &view, &(struct golden_case){ "hub_newer", 90, 1, false });
	link_is(1, FEED_LATE, 0, "polling (no WebSocket): 502 Bad Gateway");
	golden_draw(&connection, f.fleet, &view, &(struct golden_case){ "hub_polled", 90, 1, false });
	golden_draw(&connection, f.fleet, &view, &(struct golden_case){ "hub_polled_ascii", 90, 1, true });
	fleet_fixture_finish(&f);
}
END_TEST

// What one hub tells is well, and the other may have told of anybody.
START_TEST(nothing_is_up_while_a_hub_was_never_reached)
{
	static const enum feed_state states[] = { FEED_STARTING, FEED_RECONNECTING, FEED_REFUSED };

	fleet_fixture_init(&f);
	fleet_fixture_health(&f, fleet_fixture_add(&f, "one", "", ""), OBSERVED_UP, REASON_NONE, HOUR_MS);
	give_to(1, 0, 1);
	link_is(1, FEED_LIVE, 0, "");
	link_is(2, FEED_LIVE, 0, "");
	fleet_fixture_view(&f, &view);
	golden_draw(&verdict, f.fleet, &view, &(struct golden_case){ "both_hubs", 100, 1, false });
	for (size_t i = 0; i < COUNT(states); i++) {
		link_is(2, states[i], 0, "");
		view.has_connection_beside = true;
		golden_draw(&verdict, f.fleet, &view, &(struct golden_case){ "one_hub_only", 100, 1, false });
		golden_draw(&verdict, f.fleet, &view, &(struct golden_case){ "one_hub_only_tiny", 20, 1, false });
	}
	view.has_connection_beside = false;
	golden_draw(&verdict, f.fleet, &view, &(struct golden_case){ "one_hub_refused", 120, 1, false });
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(tells_which_of_several_hubs_is_away)
{
	static const char *const names[] = { "hub-east.example.net", "hub-west.example.net", "10.0.0.7" };

	setup_platform();
	give_to(1, 0, 12);
	give_to(2, 12, 22);
	link_is(1, FEED_LIVE, 0, "");
	link_is(2, FEED_LIVE, 0, "");
	link_is(3, FEED_STARTING, 0, "");
	link_is(2, FEED_RECONNECTING, 12000, "hub-west: connection refused");
	fleet_fixture_view(&f, &view);
	view.hubs = names;
	view.n_hubs = COUNT(names);
	golden_draw(&verdict, f.fleet, &view, &(struct golden_case){ "some_hubs_away", 150, 1, false });
	golden_draw(&connection, f.fleet, &view, &(struct golden_case){ "some_hubs_away", 100, 1, false });
	golden_draw(&counts, f.fleet, &view, &(struct golden_case){ "some_hubs_away", 80, 1, false });
	golden_draw(&newly_bad, f.fleet, &view, &(struct golden_case){ "hub_away", 80, 6, false });
	golden_draw(&newly_bad, f.fleet, &view, &(struct golden_case){ "hub_away_ascii", 40, 3, true });
	golden_sweep(&newly_bad, f.fleet, &view, 80, 5);
	link_is(1, FEED_REFUSED, 12000, "hub-east: denied");
	golden_draw(&newly_bad, f.fleet, &view, &(struct golden_case){ "hubs_away", 80, 6, false });
	fleet_fixture_finish(&f);
}
END_TEST

SUITE("verdict", tells_of_a_hub_that_is_away, tells_which_of_several_hubs_is_away,
      nothing_is_up_while_a_hub_was_never_reached, a_list_that_is_not_read_leaves_its_sign,
      a_recording_that_stands_still_leaves_its_sign, the_connection_follows_the_feed_and_the_clock,
      says_how_and_since_when, has_words_for_every_state, checking_is_not_unknown, says_who_is_paused_apart,
      says_who_is_in_maintenance_apart, calls_nothing_up_without_answers, says_when_there_is_nobody,
      counts_by_state_and_by_tier, shows_what_is_rare_in_a_large_tier, lists_what_turned_bad,
      shortens_the_connection_to_its_word)
