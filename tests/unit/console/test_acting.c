// SPDX-License-Identifier: Apache-2.0
/* What a person asks of the feed, and on whom. */
#include "tests/support/suite.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "tests/unit/console/console_fixture.h"

START_TEST(alerts_are_acted_on_by_name)
{
	static const struct {
		const char *keys;
		enum request_type type;
		int64_t in_ms;
		const char *text;
	} table[] = {
		{ "A a", REQUEST_ALERT_ACK, 0, "" },
		{ "A j a", REQUEST_ALERT_UNACK, 0, "" }, // the second one is acknowledged already
		{ "A z 4h Enter", REQUEST_ALERT_SNOOZE, 4 * 3600000, "" },
		{ "A z Enter", REQUEST_ALERT_SNOOZE, 3600000, "" }, // the hour is offered first
		{ "A m rack space move Enter", REQUEST_ALERT_NOTE, 0, "rack move" },
		{ "a", REQUEST_ALERT_ACK, 0, "" }, // on the overview: that of the selected agent
		{ "Enter a", REQUEST_ALERT_ACK, 0, "" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct console_fixture f;
		const struct request *request;

		console_fixture_init(&f);
		console_fixture_keys(&f, table[i].keys);
		request = console_fixture_request(&f);
		ck_assert_msg(request->type == table[i].type, "%s gives request %d", table[i].keys, request->type);
		ck_assert_str_eq(request->who, "maria");
		ck_assert_str_eq(request->text, table[i].text);
		ck_assert_int_eq(request->until_ms, table[i].in_ms ? FIXTURE_NOW_MS + table[i].in_ms : 0);
		ck_assert_uint_ne(request->alert, 0);
		ck_assert_uint_eq(f.feed.n, 1);
		console_fixture_finish(&f);
	}
}
END_TEST

// An acknowledged alert moves down the list; the next key must not find another one under the cursor.
START_TEST(the_cursor_stays_on_the_alert_that_was_acted_on)
{
	struct console_fixture f;
	const struct alert *alert;
	struct event *event;
	uint32_t id;

	console_fixture_init(&f);
	console_fixture_keys(&f, "A a");
	id = console_fixture_request(&f)->alert;
	alert = fleet_alert(f.fleet.fleet, id);
	event = event_new(EVENT_ALERT, FIXTURE_NOW_MS, alert->agent);
	event->u.alert = *alert;
	event->u.alert.state = ALERT_ACKNOWLEDGED;
	event->u.alert.rule = mem_strdup(alert->rule);
	event->u.alert.summary = mem_strdup(alert->summary);
	event->u.alert.by = mem_strdup("maria");
	event->u.alert.note = mem_strdup("");
	fleet_fixture_apply(&f.fleet, event);
	console_fixture_keys(&f, "m x Enter");
	ck_assert_int_eq(console_fixture_request(&f)->type, REQUEST_ALERT_NOTE);
	ck_assert_uint_eq(console_fixture_request(&f)->alert, id);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(agents_are_acted_on_by_id)
{
	static const struct {
		const char *keys;
		enum request_type type;
		const char *agent; // NULL: all
	} table[] = {
		{ "r", REQUEST_PROBE_NOW, "WowEvent" },
		{ "j r", REQUEST_PROBE_NOW, "WowCache" },
		{ "Enter r", REQUEST_PROBE_NOW, "WowEvent" },
		{ "A r", REQUEST_PROBE_NOW, NULL },
		{ "D 2h Enter", REQUEST_MAINTENANCE, "WowEvent" },
		{ "M", REQUEST_WATCH, "WowEvent" },
		{ "M Esc", REQUEST_UNWATCH, "WowEvent" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct console_fixture f;
		const struct fleet_agent *agent;

		console_fixture_init(&f);
		console_fixture_keys(&f, table[i].keys);
		ck_assert_msg(console_fixture_request(&f)->type == table[i].type, "%s", table[i].keys);
		agent = fleet_agent(f.fleet.fleet, console_fixture_request(&f)->agent);
		if (table[i].agent)
			ck_assert_str_eq(agent->agent->name, table[i].agent);
		else
			ck_assert_ptr_null(agent);
		console_fixture_finish(&f);
	}
}
END_TEST

START_TEST(the_worst_alerts_come_first_and_of_those_the_latest)
{
	struct console_fixture f;
	const struct alerts_view *alerts;
	uint32_t old, warning, recent;

	console_fixture_empty(&f);
	old = fleet_fixture_alert(&f.fleet, 0, SEVERITY_CRITICAL, ALERT_ACTIVE, "a", "", 2 * MINUTE_MS);
	recent = fleet_fixture_alert(&f.fleet, 0, SEVERITY_CRITICAL, ALERT_ACTIVE, "b", "", MINUTE_MS);
	warning = fleet_fixture_alert(&f.fleet, 0, SEVERITY_WARNING, ALERT_ACTIVE, "c", "", 0);
	fleet_fixture_alert(&f.fleet, 0, SEVERITY_CRITICAL, ALERT_ACKNOWLEDGED, "d", "", 0);
	console_fixture_keys(&f, "A");
	alerts = &console_fixture_view(&f)->alerts;
	ck_assert_uint_eq(alerts->n_ids, 4);
	ck_assert_uint_eq(alerts->ids[0], recent);
	ck_assert_uint_eq(alerts->ids[1], old);
	ck_assert_uint_eq(alerts->ids[2], warning);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(a_list_that_moves_does_not_move_the_target)
{
	struct console_fixture f;
	struct health down = fleet_fixture_healthy(0);

	console_fixture_init(&f);
	console_fixture_keys(&f, "z");
	ck_assert(console_fixture_view(&f)->picker.is_open);
	uint32_t alert = f.console->target_alert;

	down.observed = down.toward = OBSERVED_DOWN;
	down.since_ms = FIXTURE_NOW_MS + 1000;
	fleet_fixture_health_event(&f.fleet, 1, &down); // now stands above
	fleet_fixture_alert(&f.fleet, 1, SEVERITY_CRITICAL, ALERT_ACTIVE, "agent_down", "", 0);
	console_fixture_keys(&f, "Enter");
	ck_assert_uint_eq(console_fixture_request(&f)->alert, alert);
	// And what was not drawn yet is not what a key acts on.
	console_fixture_keys(&f, "o");
	const char *selected = console_fixture_selected(&f);

	down.since_ms += 1000;
	fleet_fixture_health_event(&f.fleet, 3, &down);
	console_fixture_keys(&f, "r");
	ck_assert_str_eq(fleet_agent(f.fleet.fleet, console_fixture_request(&f)->agent)->agent->name, selected);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(a_refusal_is_said_in_words)
{
	static const struct {
		int answer;
		const char *words;
	} table[] = {
		{ -ENOENT, "it is gone" },      { -ESTALE, "has been resolved" }, { -EROFS, "can only be watched" },
		{ -ENOTSUP, "cannot do that" }, { -EINVAL, "makes no sense" },    { -ENOMEM, "out of memory" },
		{ -EIO, "Input/output error" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct console_fixture f;

		console_fixture_init(&f);
		f.feed.answer = table[i].answer;
		console_fixture_keys(&f, "r");
		ck_assert_ptr_nonnull(strstr(console_fixture_view(&f)->message, table[i].words));
		ck_assert_int_eq(console_fixture_view(&f)->message_severity, SEVERITY_WARNING);
		console_fixture_keys(&f, "a D 1h Enter A m x Enter z Enter"); // all of them refused
		ck_assert_ptr_nonnull(strstr(console_fixture_view(&f)->message, "not done"));
		console_fixture_finish(&f);
	}
}
END_TEST

START_TEST(without_a_feed_nothing_is_done)
{
	struct console_fixture f;

	console_fixture_init(&f);
	f.options.feed = NULL;
	console_fixture_start(&f);
	console_fixture_keys(&f, "r");
	ck_assert_ptr_nonnull(strstr(console_fixture_view(&f)->message, "not done"));
	console_fixture_finish(&f);
}
END_TEST

START_TEST(nothing_to_act_on_is_said)
{
	static const char *const keys[] = { "a", "z", "m", "D", "!", "A a", "A z", "M", "Enter", "2" };
	struct console_fixture f;

	console_fixture_empty(&f);
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		console_fixture_wait(&f, 60000);
		console_fixture_keys(&f, keys[i]);
		ck_assert_msg(strncmp(console_fixture_view(&f)->message, "there is no", 11) == 0, "%s: %s", keys[i],
			      console_fixture_view(&f)->message);
		console_fixture_keys(&f, "o");
	}
	ck_assert_uint_eq(f.feed.n, 0);
	console_fixture_finish(&f);
}
END_TEST

static void ask(struct console_fixture *f)
{
	struct event *event = event_new(EVENT_NOTICE, FIXTURE_NOW_MS, 0);

	event->u.notice.title = mem_strdup("12 of 22 agents are no longer listed");
	event->u.notice.needs_answer = true;
	fleet_fixture_apply(&f->fleet, event);
}

START_TEST(a_question_is_answered_on_purpose_only)
{
	static const struct {
		const char *keys;
		int request; // -1 none
	} table[] = {
		{ "! Enter", -1 }, // Cancel has the focus
		{ "! Tab Enter", REQUEST_SHRINK_REFUSE },
		{ "! Tab Tab Enter", REQUEST_SHRINK_ACCEPT },
		{ "! Esc", -1 },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct console_fixture f;

		console_fixture_init(&f);
		ask(&f);
		console_fixture_draw(&f, 120, 36);
		ck_assert(console_fixture_shows(&f, "no longer listed"));
		ck_assert(!console_fixture_view(&f)->dialog.is_open); // it does not take the keys by itself
		console_fixture_keys(&f, "!");
		console_fixture_paste(&f, "\r\n y");
		console_fixture_keys(&f, "Enter"); // too soon
		ck_assert(console_fixture_view(&f)->dialog.is_open);
		console_fixture_wait(&f, DIALOG_GUARD_MS);
		console_fixture_keys(&f, table[i].keys + 2);
		ck_assert_uint_eq(f.feed.n, table[i].request >= 0);
		if (f.feed.n)
			ck_assert_int_eq((int)console_fixture_request(&f)->type, table[i].request);
		console_fixture_finish(&f);
	}
}
END_TEST

START_TEST(a_series_is_pinned_and_unpinned)
{
	struct console_fixture f;
	struct event *event;

	console_fixture_init(&f);
	console_fixture_keys(&f, "M +");
	ck_assert_ptr_nonnull(strstr(console_fixture_view(&f)->message, "no series"));
	event = event_new(EVENT_SCRAPE, FIXTURE_NOW_MS, console_fixture_view(&f)->agent);
	event->u.scrape.rows = mem_calloc(2, sizeof *event->u.scrape.rows);
	event->u.scrape.rows[0] = (struct scrape_row){ mem_strdup("up"), "gauge", 1 };
	event->u.scrape.rows[1] = (struct scrape_row){ mem_strdup("cpu"), "gauge", 1 }; // the id of a series there is
	event->u.scrape.n_rows = 2;
	fleet_fixture_apply(&f.fleet, event);
	console_fixture_draw(&f, 120, 36);
	console_fixture_keys(&f, "+");
	ck_assert_int_eq(console_fixture_request(&f)->type, REQUEST_PIN);
	ck_assert_str_eq(console_fixture_request(&f)->text, "up");
	console_fixture_keys(&f, "/ cpu Enter +");
	ck_assert_uint_eq(console_fixture_view(&f)->metrics.n_rows, 1);
	ck_assert_int_eq(console_fixture_request(&f)->type, REQUEST_UNPIN);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(maintenance_ends_with_the_same_key)
{
	struct console_fixture f;
	struct health health = fleet_fixture_healthy(0);

	console_fixture_init(&f);
	health.observed = health.toward = OBSERVED_DOWN;
	health.overlays = OVERLAY_MAINTENANCE;
	fleet_fixture_health_event(&f.fleet, console_fixture_view(&f)->selected, &health);
	console_fixture_draw(&f, 120, 36);
	console_fixture_keys(&f, "D");
	ck_assert_int_eq(console_fixture_request(&f)->type, REQUEST_MAINTENANCE);
	ck_assert_int_eq(console_fixture_request(&f)->until_ms, 0);
	console_fixture_finish(&f);
}
END_TEST

SUITE("console acting", alerts_are_acted_on_by_name, the_cursor_stays_on_the_alert_that_was_acted_on,
      agents_are_acted_on_by_id, the_worst_alerts_come_first_and_of_those_the_latest,
      a_list_that_moves_does_not_move_the_target, a_refusal_is_said_in_words, without_a_feed_nothing_is_done,
      nothing_to_act_on_is_said, a_question_is_answered_on_purpose_only, a_series_is_pinned_and_unpinned,
      maintenance_ends_with_the_same_key)
