// SPDX-License-Identifier: Apache-2.0
/* A console whose fleet is a hub's. */
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "console/timeline_filter.h"
#include "tests/unit/console/console_fixture.h"

static struct console_fixture f;

static void attach(void)
{
	console_fixture_init(&f);
	console_set_hub(f.console, &(struct console_hub){ .name = "hub.example", .fleet = "Shop", .is_demo = true });
	console_fixture_draw(&f, 120, 36);
}

static size_t n_histories(uint32_t agent)
{
	size_t n = 0;

	for (size_t i = 0; i < f.feed.n; i++)
		n += f.feed.requests[i].type == REQUEST_HISTORY && (!agent || f.feed.requests[i].agent == agent);
	return n;
}

static void link_of(uint8_t hub, enum feed_state state)
{
	struct event *event = event_new(EVENT_FEED, FIXTURE_NOW_MS, 0);

	event->channel = CHANNEL_SYSTEM;
	event->origin = hub;
	event->u.feed.is_link = true;
	event->u.feed.state = state;
	event->u.feed.detail = mem_strdup("");
	fleet_fixture_apply(&f.fleet, event);
}

static void link_is(enum feed_state state)
{
	link_of(1, state);
}

START_TEST(it_says_whose_fleet_it_is)
{
	console_fixture_init(&f);
	ck_assert(!console_fixture_shows(&f, "@"));
	console_fixture_finish(&f);
	attach();
	ck_assert(console_fixture_shows(&f, "Shop  @hub.example"));
	ck_assert(console_fixture_shows(&f, "DEMO"));
	ck_assert(!console_fixture_shows(&f, "READ-ONLY"));
	console_set_hub(f.console, &(struct console_hub){ .name = "2 hubs", .fleet = "", .is_read_only = true });
	console_fixture_draw(&f, 120, 36);
	ck_assert(console_fixture_shows(&f, "@2 hubs"));
	ck_assert(console_fixture_shows(&f, "READ-ONLY"));
	ck_assert(!console_fixture_shows(&f, "DEMO"));
	console_fixture_finish(&f);
}
END_TEST

START_TEST(it_says_which_hubs_they_are)
{
	const char *names[] = { "eu", "us" };

	console_fixture_init(&f);
	console_set_hub(f.console,
			&(struct console_hub){ .name = "2 hubs", .fleet = "", .names = names, .n_names = 2 });
	link_of(1, FEED_LIVE);
	link_of(2, FEED_LIVE);
	console_fixture_draw(&f, 120, 36);
	ck_assert(console_fixture_shows(&f, "@eu, us"));
	link_of(2, FEED_RECONNECTING);
	console_fixture_draw(&f, 80, 24);
	ck_assert(console_fixture_shows(&f, "2 hubs, 1 away: us"));
	console_fixture_draw(&f, 40, 12);
	ck_assert(console_fixture_shows(&f, "1 of 2 away: us"));
	console_fixture_finish(&f);
}
END_TEST

// As the fleet has it, not only whose state is another now.
START_TEST(who_is_stale_for_the_hub_alone_is_not_newly_bad)
{
	const struct fleet_scope *scope;
	uint32_t before[SCOPE_NEWLY_BAD_MAX], up;
	size_t n;

	attach();
	for (size_t i = 0; i < fleet_n_agents(f.fleet.fleet); i++) {
		struct event *event = event_new(EVENT_AGENT_CHANGED, FIXTURE_NOW_MS, 0);

		event->origin = 1;
		event->u.agent = agent_ref(fleet_agent_at(f.fleet.fleet, i)->agent);
		event->agent = event->u.agent->id;
		fleet_fixture_apply(&f.fleet, event);
	}
	link_is(FEED_LIVE);
	console_fixture_draw(&f, 120, 36);
	scope = &console_fixture_view(&f)->scope;
	n = scope->n_bad;
	ck_assert_uint_gt(n, 0);
	memcpy(before, scope->newly_bad, n * sizeof *before);
	link_is(FEED_RECONNECTING);
	console_fixture_draw(&f, 120, 36);
	ck_assert_uint_eq(scope->n_bad, 0);
	ck_assert(console_fixture_shows(&f, "the hub is away"));
	for (size_t i = 0; i < fleet_n_agents(f.fleet.fleet); i++)
		if (!fleet_agent_at(f.fleet.fleet, i)->newly_bad)
			up = fleet_agent_at(f.fleet.fleet, i)->agent->id;
	link_is(FEED_LIVE);
	fleet_fixture_health(&f.fleet, up, OBSERVED_DOWN, REASON_CONNECT_REFUSED, 0);
	console_fixture_draw(&f, 120, 36);
	ck_assert_uint_eq(scope->n_bad, n + 1);
	ck_assert_uint_eq(scope->newly_bad[0], up);
	ck_assert_mem_eq(scope->newly_bad + 1, before, n * sizeof *before);
	ck_assert(!console_fixture_shows(&f, "is away"));
	console_fixture_finish(&f);
}
END_TEST

START_TEST(the_environment_has_the_colour_that_the_hub_says)
{
	static const struct environment_said said[] = {
		{ .name = "prod", .colour = "green", .hub = 1 },
		{ .name = "prod", .colour = "", .is_production = true, .hub = 2 }
	};
	struct console_hub hub = { .name = "2 hubs", .fleet = "", .environments = said, .n_environments = 2 };

	console_fixture_init(&f);
	hub.hubs = 1U << 1;
	console_set_hub(f.console, &hub);
	console_fixture_draw(&f, 120, 36);
	ck_assert_str_eq(console_fixture_view(&f)->environment, "prod");
	ck_assert_int_eq(console_fixture_view(&f)->environment_style, STYLE_ENV_DEV);
	hub.hubs = 1U << 1 | 1U << 2;
	console_set_hub(f.console, &hub);
	console_fixture_draw(&f, 120, 36);
	ck_assert_int_eq(console_fixture_view(&f)->environment_style, STYLE_ENV_PROD);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(points_are_asked_for_of_whom_the_panels_show)
{
	uint32_t first, second;

	attach();
	first = console_fixture_view(&f)->selected;
	console_fixture_wait(&f, 10);
	ck_assert_uint_eq(n_histories(first), 1);
	console_fixture_keys(&f, "j j j"); // passed by, and not asked for
	second = console_fixture_view(&f)->selected;
	console_fixture_wait(&f, 10);
	ck_assert_uint_eq(n_histories(0), 1);
	ck_assert_int_le(console_next_wake_ms(f.console), f.now.mono_ms + HISTORY_EVERY_MS);
	console_fixture_wait(&f, HISTORY_EVERY_MS);
	ck_assert_uint_eq(n_histories(second), 1);
	console_fixture_keys(&f, "k k k"); // known already
	console_fixture_wait(&f, 2 * HISTORY_EVERY_MS);
	ck_assert_uint_eq(n_histories(0), 2);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(points_are_asked_for_again_when_the_hub_was_away)
{
	attach();
	console_fixture_wait(&f, 10);
	ck_assert_uint_eq(n_histories(0), 1);
	link_is(FEED_RECONNECTING);
	console_fixture_wait(&f, 10 * HISTORY_EVERY_MS);
	ck_assert_uint_eq(n_histories(0), 1); // there is nobody to ask
	link_is(FEED_LIVE);
	console_fixture_wait(&f, HISTORY_EVERY_MS);
	ck_assert_uint_eq(n_histories(0), 2);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(our_own_points_are_here)
{
	console_fixture_init(&f);
	console_fixture_wait(&f, 10 * HISTORY_EVERY_MS);
	ck_assert_uint_eq(n_histories(0), 0);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(what_is_refused_afterwards_is_said)
{
	attach();
	console_refused(f.console, REQUEST_PROBE_NOW, -EPERM, "a viewer only looks");
	console_fixture_draw(&f, 120, 36);
	ck_assert(console_fixture_shows(&f, "not done: a viewer only looks"));
	console_refused(f.console, REQUEST_ALERT_ACK, -ENOENT, "");
	console_fixture_draw(&f, 120, 36);
	ck_assert(console_fixture_shows(&f, "not done: it is gone"));
	console_refused(f.console, REQUEST_HISTORY, -ENOENT, "nobody has asked for this");
	console_fixture_draw(&f, 120, 36);
	ck_assert(!console_fixture_shows(&f, "nobody has asked"));
	console_fixture_finish(&f);
}
END_TEST

static const char *message(void)
{
	console_fixture_draw(&f, 120, 36);
	return console_fixture_view(&f)->message;
}

static void answer(const struct request *request, int error)
{
	uint32_t about = request->alert ? request->alert : request->agent;

	console_answered(f.console, request->type, about, error);
	if (error < 0)
		console_refused(f.console, request->type, error, "no answer came");
}

START_TEST(nothing_is_done_before_the_hub_has_said_so)
{
	struct request asked;

	attach();
	console_fixture_keys(&f, "r");
	asked = *console_fixture_request(&f);
	ck_assert_str_eq(message(), "asking the hub to probe WowEvent ...");
	console_fixture_wait(&f, 2 * MESSAGE_MS);
	ck_assert_str_eq(message(), "asking the hub to probe WowEvent ...");
	answer(&asked, 0);
	ck_assert_str_eq(message(), "probing WowEvent now");
	console_fixture_keys(&f, "A a");
	ck_assert_ptr_nonnull(strstr(message(), "asking the hub to acknowledge "));
	answer(console_fixture_request(&f), 0);
	ck_assert_int_eq(strncmp(message(), "acknowledged ", 13), 0);
	ck_assert_ptr_nonnull(strstr(message(), " on "));
	answer(console_fixture_request(&f), 0); // that of another console's hub, say
	ck_assert_int_eq(strncmp(message(), "acknowledged ", 13), 0);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(what_is_lost_is_named_each_by_itself)
{
	static const char one[] = "not known whether it was done: acknowledge ";
	char first[300];
	struct request acked, again;

	attach();
	console_fixture_keys(&f, "A a");
	acked = *console_fixture_request(&f);
	console_fixture_keys(&f, "j a");
	again = *console_fixture_request(&f);
	ck_assert_uint_ne(acked.alert, again.alert);
	answer(&acked, -ENOTCONN);
	ck_assert_int_eq(strncmp(message(), one, sizeof one - 1), 0);
	snprintf(first, sizeof first, "%s; ", message());
	answer(&again, -ENOTCONN);
	ck_assert_int_eq(strncmp(message(), first, strlen(first)), 0);
	console_fixture_wait(&f, 10);
	console_fixture_keys(&f, "a");
	answer(console_fixture_request(&f), -EPERM);
	ck_assert_str_eq(message(), "not done: no answer came");
	console_fixture_finish(&f);
}
END_TEST

START_TEST(what_was_not_done_does_not_stand_in_the_way)
{
	attach();
	console_refused(f.console, REQUEST_PROBE_NOW, -EPERM, "a viewer only looks");
	console_fixture_keys(&f, "j"); // at once: it has not been read
	ck_assert_str_eq(message(), "not done: a viewer only looks");
	console_fixture_wait(&f, MESSAGE_READ_MS);
	console_fixture_keys(&f, "A");
	ck_assert_str_eq(message(), "");
	console_refused(f.console, REQUEST_PROBE_NOW, -EPERM, "a viewer only looks");
	console_fixture_wait(&f, MESSAGE_MS);
	ck_assert_str_eq(message(), "");
	console_fixture_finish(&f);
}
END_TEST

static void plan_a_restart(void)
{
	console_fixture_keys(&f, ".");
	console_fixture_wait(&f, KEY_GUARD_MS);
	console_fixture_keys(&f, "restart Enter");
	ck_assert_int_eq(console_fixture_request(&f)->type, REQUEST_PLAN);
	plan_fixture_send(&f.fleet,
			  plan_fixture(&f.fleet, &(struct plan_wish){ .verb = VERB_RESTART,
								      .guard = GUARD_CONFIRM,
								      .agents = f.feed.agents,
								      .n = 1,
								      .no = 41,
								      .token = console_fixture_request(&f)->token }));
	console_fixture_wait(&f, KEY_GUARD_MS);
	console_fixture_wait(&f, KEY_GUARD_MS);
	ck_assert(console_fixture_view(&f)->confirm.is_open);
}

START_TEST(a_plan_does_not_outlast_the_hub)
{
	attach();
	plan_a_restart();
	f.feed.answer = -ENOENT;
	console_fixture_keys(&f, "Tab Enter");
	ck_assert_str_eq(message(), "not done: the hub was restarted, and the plan with it; make it anew");
	ck_assert(!console_fixture_view(&f)->confirm.is_open);
	console_fixture_finish(&f);
}
END_TEST

// That is what the key can do then: no failure.
START_TEST(asking_for_probes_of_a_hub_that_is_away_tries_it_again)
{
	attach();
	f.feed.answer = -ENOTCONN;
	console_fixture_keys(&f, "r");
	ck_assert_int_eq(console_fixture_request(&f)->type, REQUEST_PROBE_NOW);
	ck_assert_str_eq(console_fixture_view(&f)->message, "trying the hub again");
	ck_assert_int_eq(console_fixture_view(&f)->message_severity, SEVERITY_INFO);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(a_plan_that_is_refused_is_not_waited_for)
{
	attach();
	console_fixture_keys(&f, ".");
	console_fixture_wait(&f, KEY_GUARD_MS);
	console_fixture_keys(&f, "restart Enter");
	ck_assert_int_eq(console_fixture_request(&f)->type, REQUEST_PLAN);
	ck_assert(console_fixture_view(&f)->confirm.is_open);
	console_refused(f.console, REQUEST_PLAN, -EPERM, "you may not restart");
	console_fixture_draw(&f, 120, 36);
	ck_assert(!console_fixture_view(&f)->confirm.is_open);
	ck_assert(console_fixture_shows(&f, "not done: you may not restart"));
	console_fixture_finish(&f);
}
END_TEST

static void notice(uint8_t origin, const char *title, int64_t at_ms)
{
	struct event *event = event_new(EVENT_NOTICE, FIXTURE_NOW_MS + at_ms, 0);

	event->origin = origin;
	event->u.notice.title = mem_strdup(title);
	event->u.notice.text = mem_strdup("");
	fleet_fixture_apply(&f.fleet, event);
}

static void snapshot(bool is_end)
{
	struct event *event = event_new(EVENT_SNAPSHOT, FIXTURE_NOW_MS, 0);

	event->origin = 1;
	event->u.snapshot.is_end = is_end;
	fleet_fixture_apply(&f.fleet, event);
}

static uint32_t hubs_alert(uint32_t id, uint32_t agent, const char *rule, int64_t since_ms)
{
	struct event *event = event_new(EVENT_ALERT, FIXTURE_NOW_MS, agent);
	struct alert *alert = &event->u.alert;

	event->origin = 1;
	*alert = (struct alert){ .id = id,
				 .agent = agent,
				 .n_agents = 1,
				 .rule = mem_strdup(rule),
				 .summary = mem_strdup(""),
				 .severity = SEVERITY_CRITICAL,
				 .since_ms = FIXTURE_NOW_MS + since_ms,
				 .updated_ms = FIXTURE_NOW_MS + since_ms,
				 .by = mem_strdup(""),
				 .note = mem_strdup("") };
	fleet_fixture_apply(&f.fleet, event);
	return id;
}

static uint32_t under_cursor(void)
{
	const struct alerts_view *alerts = &console_fixture_view(&f)->alerts;

	ck_assert_uint_lt(alerts->cursor, alerts->n_ids);
	return alerts->ids[alerts->cursor];
}

static void attach_with_alerts(uint32_t agents[3])
{
	console_fixture_empty(&f);
	for (size_t i = 0; i < 3; i++)
		agents[i] = fleet_fixture_add(&f.fleet, (const char *[]){ "alpha", "beta", "gamma" }[i], "", "");
	console_set_hub(f.console, &(struct console_hub){ .name = "hub.example", .fleet = "Shop" });
	for (size_t i = 0; i < 3; i++)
		hubs_alert((uint32_t)(100 + i), agents[i], "agent_down", -(int64_t)i);
	console_fixture_draw(&f, 120, 36);
	console_fixture_keys(&f, "A j");
	ck_assert_uint_eq(under_cursor(), 101);
}

START_TEST(the_cursor_stays_on_its_alert_over_a_hubs_restart)
{
	uint32_t agents[3];

	attach_with_alerts(agents);
	snapshot(false);
	hubs_alert(203, agents[1], "too_slow", 9);
	hubs_alert(201, agents[1], "agent_down", 3);
	hubs_alert(202, agents[2], "agent_down", 2);
	hubs_alert(200, agents[0], "agent_down", 1);
	snapshot(true);
	console_fixture_draw(&f, 120, 36);
	ck_assert_uint_eq(under_cursor(), 201);
	console_fixture_keys(&f, "a");
	ck_assert_int_eq(console_fixture_request(&f)->type, REQUEST_ALERT_ACK);
	ck_assert_uint_eq(console_fixture_request(&f)->alert, 201);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(a_key_does_not_hit_the_alert_that_has_just_come_under_the_cursor)
{
	uint32_t agents[3];
	size_t n;

	attach_with_alerts(agents);
	n = f.feed.n;
	snapshot(false);
	hubs_alert(202, agents[2], "agent_down", 2);
	hubs_alert(200, agents[0], "agent_down", 1);
	snapshot(true);
	console_fixture_draw(&f, 120, 36);
	ck_assert_uint_eq(under_cursor(), 200);
	console_fixture_keys(&f, "a z m");
	ck_assert_uint_eq(f.feed.n, n);
	ck_assert(!console_fixture_view(&f)->picker.is_open && !console_fixture_view(&f)->prompt.is_open);
	ck_assert_str_eq(console_fixture_view(&f)->message, "not done: another alert has come under the cursor");
	hubs_alert(201, agents[1], "agent_down", 3); // it has come back
	console_fixture_draw(&f, 120, 36);
	ck_assert_uint_eq(under_cursor(), 201);
	console_fixture_keys(&f, "a");
	ck_assert_uint_eq(f.feed.n, n);
	console_fixture_wait(&f, KEY_GUARD_MS); // it has been seen
	console_fixture_keys(&f, "a");
	ck_assert_uint_eq(console_fixture_request(&f)->alert, 201);
	console_fixture_finish(&f);
}
END_TEST

static void lists(const struct timeline_filter *filter, const char *const *titles, size_t n)
{
	ck_assert_uint_eq(filter->n, n);
	for (size_t i = 0; i < n; i++) {
		ck_assert_str_eq(timeline_filter_at(filter, i)->title, titles[i]);
		ck_assert_str_eq(fleet_timeline_at(f.fleet.fleet, (size_t)filter->indices[i])->title, titles[i]);
	}
}

// Its numbers are missing then, from between those of others.
START_TEST(what_a_hub_does_not_tell_again_is_listed_no_more)
{
	static const char *const before[] = { "ours 3", "theirs 2", "ours 2", "theirs 1", "ours 1" };
	static const char *const after[] = { "ours 4", "ours 3", "ours 2", "ours 1" };
	struct timeline_filter filter;

	fleet_fixture_init(&f.fleet);
	timeline_filter_init(&filter, f.fleet.fleet, NULL);
	notice(0, "ours 1", 1);
	notice(1, "theirs 1", 2);
	notice(0, "ours 2", 3);
	notice(1, "theirs 2", 4);
	notice(0, "ours 3", 5);
	ck_assert_int_eq(timeline_filter_settle(&filter), 0);
	lists(&filter, before, 5);
	timeline_filter_move(&filter, 4, 5);
	snapshot(false);
	snapshot(true);
	notice(0, "ours 4", 6);
	ck_assert_ptr_null(timeline_filter_at(&filter, 1)); // before it is settled
	ck_assert_str_eq(timeline_filter_item(&filter)->title, "ours 1");
	ck_assert_int_eq(timeline_filter_settle(&filter), 0);
	lists(&filter, after, 4);
	ck_assert_str_eq(timeline_filter_item(&filter)->title, "ours 1");
	ck_assert_int_eq(timeline_filter_settle(&filter), 0);
	lists(&filter, after, 4); // none of them twice
	timeline_filter_finish(&filter);
	fleet_fixture_finish(&f.fleet);
}
END_TEST

SUITE("attached", what_was_not_done_does_not_stand_in_the_way, a_plan_does_not_outlast_the_hub,
      nothing_is_done_before_the_hub_has_said_so, what_is_lost_is_named_each_by_itself, it_says_whose_fleet_it_is,
      the_environment_has_the_colour_that_the_hub_says, it_says_which_hubs_they_are,
      who_is_stale_for_the_hub_alone_is_not_newly_bad, points_are_asked_for_of_whom_the_panels_show,
      points_are_asked_for_again_when_the_hub_was_away, our_own_points_are_here, what_is_refused_afterwards_is_said,
      asking_for_probes_of_a_hub_that_is_away_tries_it_again, a_plan_that_is_refused_is_not_waited_for,
      what_a_hub_does_not_tell_again_is_listed_no_more, the_cursor_stays_on_its_alert_over_a_hubs_restart,
      a_key_does_not_hit_the_alert_that_has_just_come_under_the_cursor)
