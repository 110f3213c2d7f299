// SPDX-License-Identifier: Apache-2.0
/* The list of operations, one of them with all there is of it, and the question before one. */
#include "tests/support/suite.h"

#include <string.h>

#include "base/memory.h"
#include "tests/support/golden.h"
#include "tests/support/operation_fixture.h"
#include "tests/support/together_fixture.h"
#include "widgets/confirm_dialog.h"
#include "widgets/confirm_lines.h"
#include "widgets/operation_detail.h"
#include "widgets/operation_list.h"
#include "widgets/operation_track.h"
#include "widgets/operation_words.h"
#include "widgets/progress_tracker.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct widget list = { .class = &operation_list_class };
static const struct widget detail = { .class = &operation_detail_class };
static const struct widget confirm = { .class = &confirm_dialog_class };

enum { N = 6 };

static struct fleet_fixture f;
static struct view view;
static uint32_t ids[N];
static uint32_t next_no;

static void start(void)
{
	static const char *const names[N] = { "WowEvent",  "WowCache",   "WowSearch",
					      "WowMemory", "WowSupport", "WowScaling" };

	next_no = 0;
	fleet_fixture_init(&f);
	for (size_t i = 0; i < N; i++) {
		ids[i] = fleet_fixture_add(&f, names[i], "scale", i % 2 ? "staging" : "prod");
		fleet_fixture_health(&f, ids[i], i == 1 ? OBSERVED_DOWN : OBSERVED_UP,
				     i == 1 ? REASON_CONNECT_REFUSED : REASON_NONE, HOUR_MS);
	}
	fleet_fixture_view(&f, &view);
	view.screen = SCREEN_OPERATIONS;
}

static struct plan *make_plan(enum verb verb, size_t n, uint16_t batch)
{
	return plan_fixture(&f, &(struct plan_wish){ .verb = verb,
						     .version = verb == VERB_UPGRADE ? "0.4.3" : "",
						     .agents = ids,
						     .n = n,
						     .batch = batch,
						     .no = ++next_no });
}

static struct operation *make(enum verb verb, size_t n, uint16_t batch, enum operation_state state)
{
	struct plan *plan = make_plan(verb, n, batch);
	struct operation *operation = operation_fixture(plan, state);

	plan_unref(plan);
	return operation;
}

// Newest first: a rollout under way, one that failed, one that waits for a person, one that is over, one that waits.
static void fill(void)
{
	struct operation *operation = make(VERB_RESTART, 1, 0, OPERATION_SUCCEEDED);

	operation_fixture_target(operation, 0, TARGET_DONE, 4, NULL);
	operation_fixture_send(&f, operation);
	operation = make(VERB_STOP, 1, 0, OPERATION_FAILED);
	operation_fixture_target(operation, 0, TARGET_FAILED, 1, "connection refused");
	plan_fixture_text(&operation->why, "its only target failed");
	operation_fixture_send(&f, operation);
	operation_fixture_send(&f, make(VERB_DELETE, 2, 1, OPERATION_QUEUED));
	operation = make(VERB_RESTART, 4, 2, OPERATION_PAUSED);
	plan_fixture_text(&operation->why, "2 of 1 allowed are down");
	operation_fixture_send(&f, operation);
	operation = make(VERB_UPGRADE, N, 2, OPERATION_RUNNING);
	operation_fixture_target(operation, 0, TARGET_DONE, 4, NULL);
	operation_fixture_target(operation, 1, TARGET_FAILED, 3, "not up within 20s: connection refused");
	operation_fixture_target(operation, 2, TARGET_VERIFYING, 3, NULL);
	operation_fixture_target(operation, 3, TARGET_RUNNING, 1, NULL);
	operation->wave = 1;
	plan_fixture_text(&operation->output,
			  "stopping WowSearch\nstarting WowSearch\nPOST /control/stop: 202\nwaiting");
	operation_fixture_send(&f, operation);
	view.operations.no = operation->no;
}

static void draw_all(const struct widget *widget, const struct golden_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		golden_draw(widget, f.fleet, &view, &cases[i]);
}

START_TEST(lists_them_newest_first)
{
	static const struct golden_case cases[] = {
		{ "wide", 120, 8, false },  { "80", 80, 7, false },       { "ascii", 80, 7, true },
		{ "narrow", 48, 7, false }, { "overflow", 20, 4, false },
	};

	start();
	golden_draw(&list, f.fleet, &view, &(struct golden_case){ "empty", 60, 3, false });
	fill();
	draw_all(&list, cases, COUNT(cases));
	view.operations.cursor = view.operations.top = 4;
	view.focus = PANE_DETAIL;
	golden_draw(&list, f.fleet, &view, &(struct golden_case){ "scrolled_unfocused", 80, 4, false });
	golden_sweep(&list, f.fleet, &view, 110, 6);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(tells_all_of_one)
{
	static const struct golden_case cases[] = {
		{ "wide", 110, 26, false },  { "80", 80, 18, false },      { "ascii", 70, 24, true },
		{ "narrow", 40, 14, false }, { "overflow", 20, 5, false },
	};

	start();
	golden_draw(&detail, f.fleet, &view, &(struct golden_case){ "empty", 60, 3, false });
	fill();
	draw_all(&detail, cases, COUNT(cases));
	view.focus = PANE_DETAIL;
	view.operations.target = 1;
	golden_draw(&detail, f.fleet, &view, &(struct golden_case){ "target", 110, 26, false });
	golden_sweep(&detail, f.fleet, &view, 84, 20);
	view.focus = PANE_TABLE;
	view.operations.no = 2; // one that failed
	golden_draw(&detail, f.fleet, &view, &(struct golden_case){ "failed", 80, 16, false });
	view.operations.no = 4; // one that waits for a person
	golden_draw(&detail, f.fleet, &view, &(struct golden_case){ "paused", 80, 14, false });
	ck_assert_int_eq(operation_detail_rows(f.fleet, &view, 80, 24), 4);
	ck_assert_int_eq(operation_detail_rows(f.fleet, &view, 80, 3), 1);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(the_newest_that_is_open_is_tracked)
{
	static const struct widget tracker = { .class = &progress_tracker_class };

	start();
	fill();
	golden_draw(&tracker, f.fleet, &view, &(struct golden_case){ "operation", 80, 4, false });
	golden_draw(&tracker, f.fleet, &view, &(struct golden_case){ "operation_line", 40, 1, false });
	fleet_fixture_finish(&f);
}
END_TEST

static void link_is(enum feed_state state, int64_t since_ms)
{
	struct event *event = event_new(EVENT_FEED, view.now.wall_ms, 0);

	event->channel = CHANNEL_SYSTEM;
	event->origin = 1;
	event->u.feed.is_link = true;
	event->u.feed.state = state;
	event->u.feed.since_ms = since_ms;
	event->u.feed.detail = mem_strdup("");
	fleet_fixture_apply(&f, event);
}

// One that runs, at a hub; it is the one that is shown.
static void send_of_hub(void)
{
	struct operation *operation = make(VERB_RESTART, 4, 2, OPERATION_RUNNING);
	struct event *event = event_new(EVENT_OPERATION, FIXTURE_NOW_MS, 0);

	operation_fixture_target(operation, 0, TARGET_RUNNING, 1, NULL);
	view.operations.no = operation->no;
	event->origin = 1;
	event->u.operation = operation;
	fleet_fixture_apply(&f, event);
}

// Nobody says how it goes on: neither does the screen.
START_TEST(of_a_hub_that_is_away_they_are_as_of_then)
{
	static const struct widget tracker = { .class = &progress_tracker_class };
	const struct operation *operation;
	int64_t heard_ms;

	start();
	link_is(FEED_LIVE, view.now.wall_ms);
	send_of_hub();
	operation = fleet_operation(f.fleet, view.operations.no);
	heard_ms = view.now.wall_ms;
	ck_assert_int_eq(fleet_operation_as_of_ms(f.fleet, operation), 0);
	view.now = instant_add(view.now, 90000);
	ck_assert_int_eq(operation_shown_ms(f.fleet, operation, &view), view.now.wall_ms);
	link_is(FEED_LATE, heard_ms);
	ck_assert_int_eq(fleet_operation_as_of_ms(f.fleet, operation), heard_ms);
	link_is(FEED_RECONNECTING, heard_ms);
	ck_assert_int_eq(operation_shown_ms(f.fleet, operation, &view), heard_ms);
	golden_draw(&list, f.fleet, &view, &(struct golden_case){ "away", 110, 4, false });
	golden_draw(&detail, f.fleet, &view, &(struct golden_case){ "away", 110, 16, false });
	golden_draw(&tracker, f.fleet, &view, &(struct golden_case){ "operation_away", 80, 4, false });
	link_is(FEED_LIVE, view.now.wall_ms);
	ck_assert_int_eq(operation_shown_ms(f.fleet, operation, &view), view.now.wall_ms);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(many_waves_are_three_steps)
{
	struct operation_track track;
	struct operation *operation;

	start();
	operation = make(VERB_RESTART, N, 1, OPERATION_RUNNING);
	operation_track_waves(operation, TRACK_WAVES_SHOWN, &track);
	ck_assert_uint_eq(track.progress.n_steps, N);
	ck_assert_str_eq(track.steps[5].label, "batch 6");
	((struct plan *)operation->plan)->n_waves = 200;
	operation->wave = 3;
	operation_fixture_target(operation, 3, TARGET_RUNNING, 2, NULL);
	operation_track_waves(operation, TRACK_WAVES_SHOWN, &track);
	ck_assert_uint_eq(track.progress.n_steps, 3);
	ck_assert_str_eq(track.steps[0].label, "3 batches before");
	ck_assert_str_eq(track.steps[1].label, "batch 4");
	ck_assert_str_eq(track.steps[2].label, "196 more");
	ck_assert_int_eq(track.steps[1].state, STEP_CURRENT);
	ck_assert_uint_eq(track.progress.percent, 8); // two of four steps of one of six
	operation_unref(operation);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(the_way_back_is_shown_once_it_is_gone)
{
	struct operation_track track;
	struct operation *operation;

	start();
	operation = make(VERB_UPGRADE, 2, 1, OPERATION_ROLLING_BACK);
	operation_track_target(operation, 0, &track);
	ck_assert_uint_eq(track.progress.n_steps, 4);
	operation->targets[0].steps[4].state = STEP_CURRENT;
	operation_track_target(operation, 0, &track);
	ck_assert_uint_eq(track.progress.n_steps, 5);
	ck_assert_str_eq(operation_target_step(operation, 0).plan->label, "Start");
	ck_assert_uint_eq(operation_target_step(operation, 0).no, 4);
	ck_assert_ptr_null(operation_target_step(operation, 1).plan);
	operation_unref(operation);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(canaries_are_named_by_their_share)
{
	struct operation_track track;
	struct operation *operation;
	char text[OPERATION_TEXT_MAX];

	start();
	operation = make(VERB_UPGRADE, N, 2, OPERATION_RUNNING);
	((struct plan *)operation->plan)->params.rollout.kind = ROLLOUT_CANARY;
	operation->wave = 1;
	ck_assert_str_eq(operation_wave_text(operation, text, sizeof text), "canary 2 of 3");
	ck_assert_str_eq(operation_rollout_text(operation->plan, text, sizeof text), "canary 10, 50, 100 %");
	ck_assert_str_eq(operation_title(operation->plan, text, sizeof text), "upgrade of 6 agents to 0.4.3");
	operation_track_waves(operation, TRACK_WAVES_SHOWN, &track);
	ck_assert_str_eq(track.steps[1].label, "canary 50 %");
	operation->state = OPERATION_ROLLED_BACK;
	for (size_t i = 0; i < N; i++)
		operation->targets[i].state = operation->plan->targets[i].wave ? TARGET_SKIPPED : TARGET_ROLLED_BACK;
	operation_track_waves(operation, TRACK_WAVES_SHOWN, &track);
	ck_assert_int_eq(track.steps[0].state, STEP_ERROR); // not a tick
	ck_assert_ptr_nonnull(strstr(track.steps[0].error, "rolled back"));
	ck_assert_int_eq(track.steps[1].state, STEP_SKIPPED);
	operation_unref(operation);
	operation = make(VERB_STOP, 1, 0, OPERATION_ABORTED);
	((struct plan *)operation->plan)->params.is_forced = true;
	ck_assert_str_eq(operation_wave_text(operation, text, sizeof text), "");
	ck_assert_str_eq(operation_rollout_text(operation->plan, text, sizeof text), "");
	ck_assert_str_eq(operation_title(operation->plan, text, sizeof text), "forced stop of WowEvent");
	operation_unref(operation);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(every_state_has_its_look)
{
	for (int state = 0; state <= OPERATION_STATE_COUNT; state++)
		ck_assert_int_ne(operation_look((enum operation_state)state).glyph, GLYPH_BULLET);
	for (int state = 0; state <= TARGET_STATE_COUNT; state++)
		ck_assert_int_ne(target_look((enum target_state)state).glyph, GLYPH_BULLET);
	ck_assert_int_eq(operation_look(OPERATION_STATE_COUNT).glyph, GLYPH_UNRECOGNISED);
	ck_assert_int_eq(target_look(TARGET_STATE_COUNT).style, STYLE_UNKNOWN);
}
END_TEST

// ---- the question

static void ask(struct plan *plan, const char *title, const char *button)
{
	view.confirm = (struct confirm_view){
		.is_open = true, .title = title, .plan = plan, .button = button, .name = "", .reason = ""
	};
}

START_TEST(asks_with_everything_in_sight)
{
	static const struct golden_case cases[] = {
		{ "wide", 120, 24, false },  { "80", 80, 24, false },      { "ascii", 80, 24, true },
		{ "narrow", 40, 16, false }, { "overflow", 20, 5, false }, { "too_small", 19, 4, false },
	};
	static const bool is_hidden[N] = { false, true };
	static const char *names[] = { "WowScaling", "WowDomain" };
	struct plan *plan;

	start();
	plan = plan_fixture(&f, &(struct plan_wish){ .verb = VERB_UPGRADE,
						     .version = "0.4.3",
						     .agents = ids,
						     .n = 4,
						     .batch = 2,
						     .is_hidden = is_hidden,
						     .typed = "event",
						     .guard = GUARD_REASON,
						     .no = 1 });
	plan->targets[0].is_last_healthy = true;
	plan->targets[0].dependents = names;
	plan->targets[0].n_dependents = COUNT(names);
	plan_fixture_text(&plan->targets[3].refusal, "it is suspended");
	ask(plan, "Upgrade 3 agents to 0.4.3?", "Upgrade 3 agents to 0.4.3");
	view.confirm.asks_name = view.confirm.asks_reason = true;
	draw_all(&confirm, cases, COUNT(cases));
	view.confirm.focus = CONFIRM_NAME;
	view.confirm.name = "eve";
	view.confirm.name_cursor = 3;
	view.confirm.note = "Type the name first, just as it stands there.";
	golden_draw(&confirm, f.fleet, &view, &(struct golden_case){ "typing", 80, 16, false });
	view.confirm.top = confirm_dialog_last_top(&view.confirm, 80, 16);
	view.confirm.focus = CONFIRM_GO;
	view.confirm.is_ready = true;
	golden_draw(&confirm, f.fleet, &view, &(struct golden_case){ "scrolled", 80, 16, false });
	golden_sweep(&confirm, f.fleet, &view, 84, 13);
	plan->targets[0].dependents = NULL;
	plan->targets[0].n_dependents = 0;
	plan_unref(plan);
	fleet_fixture_finish(&f);
}
END_TEST

// What somebody is left out for is told as it is now, in the rows it had.
START_TEST(what_some_are_left_out_for_is_followed)
{
	static const bool is_explained[N] = { false, true, true, false };
	struct plan *plan;

	start();
	plan = make_plan(VERB_RESTART, 4, 0);
	plan_fixture_text(&plan->targets[1].refusal, "bob on ops2 is about to restart it");
	plan_fixture_text(&plan->targets[2].refusal, "not deployed yet (draft)");
	plan_fixture_text(&plan->targets[3].refusal, "the configuration rules out restart in prod");
	lease_fixture_send(&f, ids[1], 4, "bob on ops2", "restart", 12 * SECOND_MS);
	ask(plan, "Restart WowEvent?", "Restart WowEvent");
	view.confirm.is_explained = is_explained;
	view.confirm.n_passed = confirm_n_passed(f.fleet, &view, plan, is_explained);
	ck_assert_uint_eq(view.confirm.n_passed, 1);
	golden_draw(&confirm, f.fleet, &view, &(struct golden_case){ "left_out", 80, 24, false });
	lease_fixture_send(&f, ids[1], 0, "", "", 0);
	view.confirm.n_passed = confirm_n_passed(f.fleet, &view, plan, is_explained);
	ck_assert_uint_eq(view.confirm.n_passed, 2);
	golden_draw(&confirm, f.fleet, &view, &(struct golden_case){ "left_out_passed", 80, 24, false });
	plan_fixture_text(&plan->refusal, "nothing can be done to any of them");
	view.confirm.button = NULL;
	golden_draw(&confirm, f.fleet, &view, &(struct golden_case){ "left_out_all", 60, 24, true });
	golden_sweep(&confirm, f.fleet, &view, 84, 13);
	view.confirm.n_passed = confirm_n_passed(f.fleet, &view, plan, NULL);
	ck_assert_uint_eq(view.confirm.n_passed, 0);
	plan_unref(plan);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(asks_of_one_agent)
{
	struct plan *plan;

	start();
	plan = make_plan(VERB_RESTART, 1, 0);
	ask(plan, "Restart WowEvent?", "Restart WowEvent");
	view.confirm.is_ready = true;
	golden_draw(&confirm, f.fleet, &view, &(struct golden_case){ "one", 80, 20, false });
	plan_fixture_text(&plan->refusal, "operations are read-only in prod");
	view.confirm.button = NULL;
	view.confirm.title = "Restart WowEvent";
	golden_draw(&confirm, f.fleet, &view, &(struct golden_case){ "refused", 80, 20, false });
	view.confirm.plan = NULL;
	golden_draw(&confirm, f.fleet, &view, &(struct golden_case){ "waiting", 60, 12, false });
	view.confirm.is_open = false;
	golden_draw(&confirm, f.fleet, &view, &(struct golden_case){ "empty", 20, 3, false });
	plan_unref(plan);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(steps_that_differ_stand_under_each)
{
	struct plan *plan;

	start();
	plan = make_plan(VERB_CONFIGURE, 2, 0);
	plan_fixture_text(&plan->params.patch, "{\"log\": \"debug\"}");
	plan_fixture_text(&plan->targets[1].steps[1].action, "docker stop wowcache");
	ask(plan, "Configure 2 agents?", "Configure 2 agents");
	golden_draw(&confirm, f.fleet, &view, &(struct golden_case){ "different_steps", 80, 24, false });
	plan_fixture_text(&plan->targets[1].steps[1].label, "Halt"); // another step, not the same one to another agent
	golden_draw(&confirm, f.fleet, &view, &(struct golden_case){ "different_labels", 80, 24, false });
	ck_assert_uint_eq(confirm_n_possible(plan), 2);
	plan_unref(plan);
	fleet_fixture_finish(&f);
}
END_TEST

SUITE("operations", lists_them_newest_first, tells_all_of_one, the_newest_that_is_open_is_tracked,
      of_a_hub_that_is_away_they_are_as_of_then, many_waves_are_three_steps, the_way_back_is_shown_once_it_is_gone,
      canaries_are_named_by_their_share, every_state_has_its_look, asks_with_everything_in_sight,
      what_some_are_left_out_for_is_followed, asks_of_one_agent, steps_that_differ_stand_under_each)
