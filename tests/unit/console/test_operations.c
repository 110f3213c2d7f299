// SPDX-License-Identifier: Apache-2.0
/* The screen of operations, and what is done to one that is under way. */
#include "tests/support/suite.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/console/console_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char *message_of(const struct console_fixture *f)
{
	return console_fixture_view(f)->message;
}

static bool says(const struct console_fixture *f, const char *text)
{
	return strstr(message_of(f), text) != NULL;
}

// An operation on the first agents of the table.
static void add(struct console_fixture *f, uint32_t no, size_t n, enum operation_state state)
{
	const uint32_t *ids = console_fixture_view(f)->table.ids;
	struct plan *plan = plan_fixture(
		&f->fleet, &(struct plan_wish){ .verb = VERB_RESTART, .agents = ids, .n = n, .batch = 1, .no = no });
	struct operation *operation = operation_fixture(plan, state);

	plan_unref(plan);
	if (state == OPERATION_RUNNING)
		operation_fixture_target(operation, 0, TARGET_RUNNING, 1, NULL);
	if (state == OPERATION_PAUSED)
		plan_fixture_text(&operation->why, "WowEvent is down");
	operation_fixture_send(&f->fleet, operation);
	console_fixture_draw(f, f->canvas.width, f->canvas.height);
}

START_TEST(what_is_under_way_stands_in_the_head_of_every_screen)
{
	static const char *const keys[] = { "o", "A", "5", "6", "?" };
	struct console_fixture f;

	console_fixture_init(&f);
	ck_assert(!console_fixture_shows(&f, "Z pause all"));
	add(&f, 1, 3, OPERATION_RUNNING);
	add(&f, 2, 1, OPERATION_SUCCEEDED);
	for (size_t i = 0; i < COUNT(keys); i++) {
		console_fixture_keys(&f, keys[i]);
		ck_assert_msg(console_fixture_shows(&f, "1 operation (O)"), "%s", keys[i]);
		ck_assert_msg(console_fixture_shows(&f, "Z pause all"), "%s", keys[i]);
	}
	add(&f, 1, 3, OPERATION_SUCCEEDED);
	ck_assert(!console_fixture_shows(&f, "1 operation"));
	console_fixture_finish(&f);
}
END_TEST

START_TEST(the_cursor_stays_on_its_operation)
{
	struct console_fixture f;
	const struct operations_view *view;

	console_fixture_init(&f);
	view = &console_fixture_view(&f)->operations;
	console_fixture_keys(&f, "O");
	ck_assert(console_fixture_shows(&f, "No operations yet."));
	ck_assert_uint_eq(view->no, 0);
	add(&f, 1, 2, OPERATION_RUNNING);
	add(&f, 2, 1, OPERATION_QUEUED);
	ck_assert_uint_eq(view->no, 2); // at the top it follows the newest
	console_fixture_keys(&f, "j");
	ck_assert_uint_eq(view->no, 1);
	add(&f, 3, 1, OPERATION_QUEUED);
	ck_assert_uint_eq(view->no, 1);
	ck_assert_uint_eq(view->cursor, 2);
	console_fixture_keys(&f, "g");
	ck_assert_uint_eq(view->no, 3);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(from_an_operation_to_its_targets_and_their_agents)
{
	struct console_fixture f;
	uint32_t second;

	console_fixture_init(&f);
	second = console_fixture_view(&f)->table.ids[1];
	add(&f, 1, 3, OPERATION_RUNNING);
	console_fixture_keys(&f, "O Enter j");
	ck_assert_int_eq(console_fixture_view(&f)->focus, PANE_DETAIL);
	ck_assert_uint_eq(console_fixture_view(&f)->operations.target, 1);
	console_fixture_keys(&f, "Enter");
	ck_assert_int_eq(console_fixture_view(&f)->screen, SCREEN_AGENT);
	ck_assert_uint_eq(console_fixture_view(&f)->agent, second);
	console_fixture_keys(&f, "Esc");
	ck_assert_int_eq(console_fixture_view(&f)->screen, SCREEN_OPERATIONS);
	console_fixture_keys(&f, "Tab");
	ck_assert_int_eq(console_fixture_view(&f)->focus, PANE_DETAIL);
	console_fixture_keys(&f, "G G Esc");
	ck_assert_uint_eq(console_fixture_view(&f)->operations.target, 2);
	ck_assert_int_eq(console_fixture_view(&f)->focus, PANE_TABLE);
	console_fixture_keys(&f, "Esc");
	ck_assert_int_eq(console_fixture_view(&f)->screen, SCREEN_OVERVIEW);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(one_key_pauses_everything_from_every_screen)
{
	static const char *const keys[] = { "o Z", "Enter Z", "A Z", "5 Z", "O Z", "? Z" };

	for (size_t i = 0; i < COUNT(keys); i++) {
		struct console_fixture f;

		console_fixture_init(&f);
		console_fixture_keys(&f, keys[i]);
		ck_assert_int_eq(console_fixture_request(&f)->type, REQUEST_PAUSE_ALL);
		ck_assert(says(&f, "everything pauses"));
		console_fixture_finish(&f);
	}
}
END_TEST

START_TEST(an_operation_is_paused_at_once_and_resumed_on_purpose)
{
	struct console_fixture f;

	console_fixture_init(&f);
	add(&f, 7, 3, OPERATION_RUNNING);
	console_fixture_keys(&f, "O P");
	ck_assert_int_eq(console_fixture_request(&f)->type, REQUEST_OPERATION_PAUSE);
	ck_assert_uint_eq(console_fixture_request(&f)->operation, 7);
	add(&f, 7, 3, OPERATION_PAUSED);
	console_fixture_keys(&f, "P Tab Enter"); // too soon
	ck_assert_uint_eq(f.feed.n, 1);
	ck_assert(console_fixture_shows(&f, "WowEvent is down")); // why it waits
	ck_assert(console_fixture_shows(&f, "Go on with 3 agents"));
	console_fixture_wait(&f, KEY_GUARD_MS);
	console_fixture_keys(&f, "Enter");
	ck_assert_int_eq(console_fixture_request(&f)->type, REQUEST_OPERATION_RESUME);
	ck_assert(says(&f, "it goes on"));
	console_fixture_finish(&f);
}
END_TEST

START_TEST(an_abort_is_confirmed)
{
	struct console_fixture f;

	console_fixture_init(&f);
	add(&f, 7, 3, OPERATION_RUNNING);
	console_fixture_keys(&f, "O X");
	ck_assert(console_fixture_shows(&f, "Abort, and leave 2 agents as they are"));
	console_fixture_wait(&f, KEY_GUARD_MS);
	console_fixture_keys(&f, "Enter"); // Cancel
	ck_assert_uint_eq(f.feed.n, 0);
	console_fixture_keys(&f, "X");
	console_fixture_wait(&f, KEY_GUARD_MS);
	console_fixture_keys(&f, "Tab Enter");
	ck_assert_int_eq(console_fixture_request(&f)->type, REQUEST_OPERATION_ABORT);
	ck_assert_uint_eq(console_fixture_request(&f)->operation, 7);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(a_rollback_needs_a_reason_and_is_confirmed)
{
	struct console_fixture f;

	console_fixture_init(&f);
	add(&f, 7, 3, OPERATION_RUNNING);
	console_fixture_keys(&f, "O U Enter");
	ck_assert_str_eq(console_fixture_view(&f)->prompt.error, "a reason is needed");
	console_fixture_keys(&f, "errors Enter");
	ck_assert(console_fixture_shows(&f, "Why: errors"));
	ck_assert(console_fixture_shows(&f, "Roll back 1 agent"));
	ck_assert_uint_eq(f.feed.n, 0);
	console_fixture_wait(&f, KEY_GUARD_MS);
	console_fixture_keys(&f, "Tab Enter");
	ck_assert_int_eq(console_fixture_request(&f)->type, REQUEST_OPERATION_ROLLBACK);
	ck_assert_uint_eq(console_fixture_request(&f)->operation, 7);
	ck_assert_str_eq(f.feed.reason, "errors");
	console_fixture_finish(&f);
}
END_TEST

START_TEST(where_there_is_no_way_back_none_is_offered)
{
	struct console_fixture f;
	struct plan *plan;

	console_fixture_init(&f);
	plan = plan_fixture(&f.fleet, &(struct plan_wish){ .verb = VERB_DELETE,
							   .agents = console_fixture_view(&f)->table.ids,
							   .n = 1,
							   .no = 1 });
	operation_fixture_send(&f.fleet, operation_fixture(plan, OPERATION_RUNNING));
	plan_unref(plan);
	console_fixture_keys(&f, "O U");
	ck_assert(console_fixture_shows(&f, "There is no way back from this delete."));
	ck_assert(!console_fixture_view(&f)->prompt.is_open);
	console_fixture_wait(&f, KEY_GUARD_MS);
	console_fixture_keys(&f, "q space Z"); // typed blindly
	ck_assert(console_fixture_view(&f)->dialog.is_open);
	ck_assert(!console_wants_quit(f.console));
	ck_assert_uint_eq(f.feed.n, 0);
	add(&f, 1, 3, OPERATION_RUNNING);
	ck_assert(console_fixture_shows(&f, "There is no way back"));
	console_fixture_keys(&f, "Enter");
	ck_assert(!console_fixture_view(&f)->dialog.is_open);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(what_is_over_is_left_alone)
{
	static const char *const keys[] = { "P", "X" };
	struct console_fixture f;

	console_fixture_init(&f);
	console_fixture_keys(&f, "O U");
	ck_assert(console_fixture_shows(&f, "There is no operation here."));
	console_fixture_keys(&f, "Esc");
	for (size_t i = 0; i < COUNT(keys); i++) {
		console_fixture_keys(&f, keys[i]);
		ck_assert_msg(says(&f, "there is no operation here"), "%s: %s", keys[i], message_of(&f));
	}
	add(&f, 7, 3, OPERATION_ABORTED);
	for (size_t i = 0; i < COUNT(keys); i++) {
		console_fixture_keys(&f, keys[i]);
		ck_assert_msg(says(&f, "it is over: aborted"), "%s: %s", keys[i], message_of(&f));
	}
	console_fixture_keys(&f, "U");
	ck_assert(console_fixture_shows(&f, "It is over."));
	ck_assert(console_fixture_shows(&f, "is aborted, 0/3 done."));
	ck_assert(console_fixture_shows(&f, "> Close <"));
	console_fixture_keys(&f, "Esc o P X"); // mean nothing elsewhere
	ck_assert_uint_eq(f.feed.n, 0);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(the_answer_is_about_the_operation_that_was_asked_about)
{
	struct console_fixture f;

	console_fixture_init(&f);
	add(&f, 7, 3, OPERATION_RUNNING);
	console_fixture_keys(&f, "O X");
	add(&f, 8, 1, OPERATION_RUNNING); // a newer one takes its place at the top
	console_fixture_wait(&f, KEY_GUARD_MS);
	console_fixture_keys(&f, "Tab Enter");
	ck_assert_uint_eq(console_fixture_request(&f)->operation, 7);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(a_question_follows_its_operation)
{
	static const char *const keys[] = { "X", "U errors Enter" };

	for (size_t i = 0; i < COUNT(keys); i++) {
		struct console_fixture f;
		const struct dialog_view *dialog;

		console_fixture_init(&f);
		dialog = &console_fixture_view(&f)->dialog;
		add(&f, 7, 3, OPERATION_RUNNING);
		console_fixture_keys(&f, "O");
		console_fixture_keys(&f, keys[i]);
		console_fixture_wait(&f, KEY_GUARD_MS);
		console_fixture_keys(&f, "Tab");
		add(&f, 7, 3, OPERATION_QUEUED); // none is begun
		ck_assert(console_fixture_shows(&f, i ? "Roll back 0 agents" : "Abort, and leave 3 agents"));
		ck_assert(console_fixture_shows(&f, "is queued"));
		ck_assert_uint_eq(dialog->focused, 1);
		console_fixture_keys(&f, "p"); // is nothing here
		add(&f, 7, 3, OPERATION_SUCCEEDED);
		ck_assert(console_fixture_shows(&f, "It is over."));
		ck_assert(console_fixture_shows(&f, "is succeeded"));
		ck_assert(console_fixture_shows(&f, "> Close <"));
		ck_assert_uint_eq(dialog->n_buttons, 1);
		console_fixture_keys(&f, "Enter"); // meant for what stood there before
		ck_assert(dialog->is_open);
		console_fixture_wait(&f, KEY_REPEAT_MS + KEY_GUARD_MS);
		console_fixture_keys(&f, "Enter");
		ck_assert(!dialog->is_open);
		ck_assert_uint_eq(f.feed.n, 0);
		console_fixture_finish(&f);
	}
}
END_TEST

START_TEST(what_ends_while_the_reason_is_written_is_not_rolled_back)
{
	struct console_fixture f;
	struct plan *plan;

	console_fixture_init(&f);
	plan = plan_fixture(&f.fleet, &(struct plan_wish){ .verb = VERB_UPGRADE,
							   .version = "0.4.3",
							   .agents = console_fixture_view(&f)->table.ids,
							   .n = 1,
							   .no = 1 });
	operation_fixture_send(&f.fleet, operation_fixture(plan, OPERATION_RUNNING));
	console_fixture_keys(&f, "O U errors");
	operation_fixture_send(&f.fleet, operation_fixture(plan, OPERATION_SUCCEEDED));
	plan_unref(plan);
	console_fixture_keys(&f, "Enter");
	ck_assert(console_fixture_shows(&f, "It is over; . offers roll back to the version before."));
	ck_assert(console_fixture_shows(&f, "> Close <"));
	console_fixture_keys(&f, "Esc");
	ck_assert_uint_eq(f.feed.n, 0);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(what_another_has_resumed_goes_on_already)
{
	struct console_fixture f;

	console_fixture_init(&f);
	add(&f, 7, 3, OPERATION_PAUSED);
	console_fixture_keys(&f, "O P");
	ck_assert(console_fixture_shows(&f, "[ Go on with 3 agents ]"));
	add(&f, 7, 3, OPERATION_RUNNING);
	ck_assert(console_fixture_shows(&f, "It goes on already."));
	ck_assert(console_fixture_shows(&f, "> Close <"));
	console_fixture_finish(&f);
}
END_TEST

SUITE("console operations", what_is_under_way_stands_in_the_head_of_every_screen, the_cursor_stays_on_its_operation,
      from_an_operation_to_its_targets_and_their_agents, one_key_pauses_everything_from_every_screen,
      an_operation_is_paused_at_once_and_resumed_on_purpose, an_abort_is_confirmed,
      a_rollback_needs_a_reason_and_is_confirmed, where_there_is_no_way_back_none_is_offered,
      what_is_over_is_left_alone, a_question_follows_its_operation,
      what_ends_while_the_reason_is_written_is_not_rolled_back, what_another_has_resumed_goes_on_already,
      the_answer_is_about_the_operation_that_was_asked_about)
