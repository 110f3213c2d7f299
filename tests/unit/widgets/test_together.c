// SPDX-License-Identifier: Apache-2.0
/* Other people, wherever they are shown. */
#include "tests/support/suite.h"

#include <string.h>

#include "tests/support/golden.h"
#include "tests/support/operation_fixture.h"
#include "tests/support/together_fixture.h"
#include "widgets/agent_detail.h"
#include "widgets/agent_table.h"
#include "widgets/confirm_dialog.h"
#include "widgets/header.h"
#include "widgets/operation_list.h"
#include "widgets/together_words.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct widget header = { .class = &header_class };
static const struct widget detail = { .class = &agent_detail_class };
static const struct widget table = { .class = &agent_table_class };
static const struct widget list = { .class = &operation_list_class };
static const struct widget confirm = { .class = &confirm_dialog_class };

static struct fleet_fixture f;
static struct view view;
static uint32_t cache, event;

static void begin(void)
{
	fleet_fixture_init(&f);
	fleet_fixture_platform(&f);
	fleet_fixture_view(&f, &view);
	cache = fleet_agent_by_key(f.fleet, "WowCache")->agent->id;
	event = fleet_agent_by_key(f.fleet, "WowEvent")->agent->id;
	view.agent = cache;
	view.operations.key = "O";
	view.operations.approve_key = "Y";
}

static void come(void)
{
	presence_fixture_send(&f, FIXTURE_OWN_SESSION, "alice", 0, "");
	presence_fixture_send(&f, 4, "bob", cache, "restart WowCache");
	presence_fixture_send(&f, 5, "carol", cache, "");
	presence_fixture_send(&f, 6, "bob", 0, ""); // at a second console
	presence_fixture_send(&f, 7, "alice", event, "");
}

static const struct plan *plan(uint32_t no, const char *who, enum verb verb)
{
	struct plan *made = plan_fixture(&f, &(struct plan_wish){ .verb = verb,
								  .version = verb == VERB_UPGRADE ? "0.4.3" : "",
								  .agents = &cache,
								  .n = 1,
								  .no = no });

	plan_fixture_text(&made->who, who);
	return made;
}

static void draw_all(const struct widget *widget, const struct golden_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		golden_draw(widget, f.fleet, &view, &cases[i]);
}

START_TEST(nothing_of_it_shows_to_who_is_alone)
{
	char text[TOGETHER_TEXT_MAX];

	begin();
	ck_assert_uint_eq(together_people(f.fleet, NULL, 0), 0);
	presence_fixture_send(&f, FIXTURE_OWN_SESSION, "alice", cache, "");
	presence_fixture_send(&f, 7, "alice", cache, "");
	lease_fixture_send(&f, cache, FIXTURE_OWN_SESSION, "alice", "", 12 * SECOND_MS);
	ck_assert_uint_eq(together_people(f.fleet, NULL, 0), 1);
	ck_assert_str_eq(together_names(f.fleet, text), "");
	ck_assert_str_eq(together_lookers(f.fleet, cache, text), "");
	ck_assert_str_eq(together_holder(f.fleet, &view, cache, text), "");
	ck_assert_str_eq(together_holder(f.fleet, &view, 4711, text), "");
	ck_assert_uint_eq(together_n_for_us(f.fleet), 0);
	golden_draw(&header, f.fleet, &view, &(struct golden_case){ "everything", 80, 1, false }); // as ever
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(names_people_once)
{
	const char *names[8];
	char text[TOGETHER_TEXT_MAX];

	begin();
	come();
	ck_assert_uint_eq(together_people(f.fleet, names, 8), 3);
	ck_assert_str_eq(names[0], "bob");
	ck_assert_str_eq(names[1], "carol");
	ck_assert_str_eq(together_names(f.fleet, text), "bob, carol");
	ck_assert_str_eq(together_lookers(f.fleet, cache, text), "bob and carol look at it too");
	ck_assert_str_eq(together_lookers(f.fleet, event, text), "");
	presence_fixture_leave(&f, 5);
	ck_assert_str_eq(together_lookers(f.fleet, cache, text), "bob looks at it too");
	for (uint32_t i = 0; i < 9; i++) {
		char name[] = "dan0";

		name[3] = (char)('0' + i);
		presence_fixture_send(&f, 20 + i, name, cache, "");
	}
	ck_assert_str_eq(together_lookers(f.fleet, cache, text), "bob, dan0, dan1 and 7 more look at it too");
	ck_assert_str_eq(together_names(f.fleet, text), "bob, dan0, dan1 and 7 more");
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(says_who_has_an_agent_and_how_long)
{
	char text[TOGETHER_TEXT_MAX];

	begin();
	come();
	lease_fixture_send(&f, cache, 4, "bob on ops2", "restart", 12 * SECOND_MS);
	ck_assert_str_eq(together_holder(f.fleet, &view, cache, text), "bob on ops2 is about to restart it (12s)");
	lease_fixture_send(&f, cache, 5, "carol", "", 12 * SECOND_MS);
	ck_assert_str_eq(together_holder(f.fleet, &view, cache, text), "carol is about to operate on it (12s)");
	lease_fixture_send(&f, cache, 5, "carol", "", -SECOND_MS); // time passes before it is told
	ck_assert_str_eq(together_holder(f.fleet, &view, cache, text), "carol is about to operate on it (0s)");
	lease_fixture_send(&f, cache, 0, "dan", "", 0); // of the hub itself
	ck_assert_str_eq(together_holder(f.fleet, &view, cache, text), "dan operates on it");
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(stands_in_the_header)
{
	static const struct golden_case cases[] = {
		{ "together_wide", 130, 1, false },
		{ "together_80", 80, 1, false },
		{ "together_ascii", 80, 1, true },
		{ "together_narrow", 40, 1, false },
	};

	begin();
	come();
	approval_fixture_send(&f, plan(5, "bob", VERB_UPGRADE), APPROVAL_WANTED, "bob on ops2", "",
			      "upgrade WowCache to 0.4.3 in prod");
	draw_all(&header, cases, COUNT(cases));
	view.context = "2 tiers, env prod";
	view.clear_key = "C";
	golden_draw(&header, f.fleet, &view, &(struct golden_case){ "together_context", 120, 1, false });
	golden_sweep(&header, f.fleet, &view, 130, 1);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(stands_with_the_agent)
{
	static const struct golden_case cases[] = {
		{ "together_80", 80, 10, false },
		{ "together_ascii", 80, 10, true },
		{ "together_narrow", 40, 10, false },
		{ "together_wide", 130, 10, false },
	};

	begin();
	come();
	lease_fixture_send(&f, cache, 4, "bob on ops2", "restart", 12 * SECOND_MS);
	draw_all(&detail, cases, COUNT(cases));
	golden_sweep(&detail, f.fleet, &view, 60, 12);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(marks_the_rows_of_the_table)
{
	begin();
	come();
	presence_fixture_send(&f, 5, "carol", event, "");
	lease_fixture_send(&f, cache, 4, "bob on ops2", "restart", 12 * SECOND_MS);
	golden_draw(&table, f.fleet, &view, &(struct golden_case){ "together_80", 80, 12, false });
	golden_draw(&table, f.fleet, &view, &(struct golden_case){ "together_ascii", 40, 12, true });
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(lists_what_waits_above_the_operations)
{
	static const struct golden_case cases[] = {
		{ "together_wide", 120, 9, false },
		{ "together_80", 80, 9, false },
		{ "together_ascii", 40, 9, true },
		{ "together_low", 80, 5, false },
	};
	const struct plan *running;

	begin();
	come();
	running = plan(9, "alice", VERB_RESTART);
	operation_fixture_send(&f, operation_fixture((struct plan *)running, OPERATION_RUNNING));
	plan_unref((struct plan *)running);
	view.screen = SCREEN_OPERATIONS;
	ck_assert_int_eq(operation_list_rows(f.fleet, 9), 7);
	approval_fixture_send(&f, plan(5, "alice", VERB_UPGRADE), APPROVAL_WANTED, "alice on ops1", "",
			      "upgrade WowCache to 0.4.3 in prod");
	approval_fixture_send(&f, plan(6, "bob", VERB_STOP), APPROVAL_WANTED, "bob on ops2", "",
			      "stop WowCache in prod");
	approval_fixture_send(&f, plan(7, "bob", VERB_DELETE), APPROVAL_GIVEN, "bob on ops2", "carol",
			      "delete WowCache in prod");
	ck_assert_int_eq(operation_list_n_waiting(f.fleet), 2);
	ck_assert_int_eq(operation_list_rows(f.fleet, 9), 5);
	ck_assert_int_eq(operation_list_rows(f.fleet, 5), 2);
	ck_assert_int_eq(operation_list_rows(f.fleet, 4), 2);
	draw_all(&list, cases, COUNT(cases));
	golden_sweep(&list, f.fleet, &view, 90, 9);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(asks_for_a_second_person)
{
	static const struct golden_case waits[] = {
		{ "approval_80", 80, 20, false },
		{ "approval_narrow", 40, 12, false },
		{ "approval_low", 40, 9, true },
	};
	static const struct golden_case asks[] = {
		{ "agreement_80", 80, 20, false },
		{ "agreement_ascii", 80, 20, true },
		{ "agreement_narrow", 40, 12, false },
	};
	const struct plan *asked;

	begin();
	asked = plan(5, "alice", VERB_RESTART);
	view.confirm = (struct confirm_view){ .is_open = true,
					      .title = "Restart WowCache?",
					      .plan = asked,
					      .button = "Restart WowCache",
					      .approval = "It waits for a second person.",
					      .name = "",
					      .reason = "" };
	draw_all(&confirm, waits, COUNT(waits));
	view.confirm.approval = "bob has agreed: it can go on.";
	view.confirm.is_approved = view.confirm.is_ready = true;
	view.confirm.focus = CONFIRM_GO;
	golden_draw(&confirm, f.fleet, &view, &(struct golden_case){ "approved", 80, 20, false });
	golden_sweep(&confirm, f.fleet, &view, 60, 13);
	view.confirm.approval = "";
	view.confirm.title = "alice on ops1 asks: Restart WowCache?";
	view.confirm.button = "Agree";
	view.confirm.refuse = "Do not agree";
	view.confirm.focus = CONFIRM_REFUSE;
	draw_all(&confirm, asks, COUNT(asks));
	golden_sweep(&confirm, f.fleet, &view, 60, 13);
	plan_unref((struct plan *)asked);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(what_waits_says_why)
{
	const struct view at = { .now.wall_ms = FIXTURE_NOW_MS };
	struct fleet_approval approval = { .what = "stop it in prod",
					   .asker = "bob on ops2",
					   .reason = "it leaks",
					   .until_ms = FIXTURE_NOW_MS + 720000 };
	char text[TOGETHER_TEXT_MAX];

	ck_assert_str_eq(together_approval(&approval, &at, text),
			 "stop it in prod, bob on ops2 asks, 12m 00s left: it leaks");
	approval.reason = "";
	ck_assert_str_eq(together_approval(&approval, &at, text), "stop it in prod, bob on ops2 asks, 12m 00s left");
}
END_TEST

SUITE("widgets: together", nothing_of_it_shows_to_who_is_alone, names_people_once, says_who_has_an_agent_and_how_long,
      stands_in_the_header, stands_with_the_agent, marks_the_rows_of_the_table, lists_what_waits_above_the_operations,
      asks_for_a_second_person, what_waits_says_why)
