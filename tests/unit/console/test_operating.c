// SPDX-License-Identifier: Apache-2.0
/* From marks and the menu to an operation: nothing happens that was not shown. */
#include "tests/support/suite.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "base/strbuf.h"
#include "console/action_words.h"
#include "tests/unit/console/console_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct confirm_view *confirm_of(const struct console_fixture *f)
{
	return &console_fixture_view(f)->confirm;
}

static const char *message_of(const struct console_fixture *f)
{
	return console_fixture_view(f)->message;
}

static bool says(const struct console_fixture *f, const char *text)
{
	return strstr(message_of(f), text) != NULL;
}

// Opens the menu and takes what the letters narrow it to, as slowly as a person.
static void choose(struct console_fixture *f, const char *letters)
{
	console_fixture_keys(f, ".");
	ck_assert(console_fixture_view(f)->picker.is_open);
	console_fixture_wait(f, KEY_GUARD_MS);
	console_fixture_keys(f, letters);
	console_fixture_keys(f, "Enter");
}

// As the engine would answer the last REQUEST_PLAN.
static struct plan *plan_asked(struct console_fixture *f, enum guard guard, const char *typed)
{
	const struct request *request = console_fixture_request(f);

	ck_assert_int_eq(request->type, REQUEST_PLAN);
	return plan_fixture(&f->fleet, &(struct plan_wish){ .verb = f->feed.params.verb,
							    .is_forced = f->feed.params.is_forced,
							    .version = f->feed.params.version,
							    .patch = f->feed.params.patch,
							    .typed = typed,
							    .guard = guard,
							    .kind = f->feed.params.rollout.kind,
							    .agents = f->feed.agents,
							    .n = request->n_agents,
							    .is_hidden = f->feed.is_hidden,
							    .no = 40 + request->token,
							    .token = request->token });
}

static void answer(struct console_fixture *f, struct plan *plan)
{
	plan_fixture_send(&f->fleet, plan);
	console_fixture_wait(f, 0);
}

// A question that can be answered: open, painted, and there for long enough.
static void ask(struct console_fixture *f, const char *letters, enum guard guard, const char *typed)
{
	choose(f, letters);
	answer(f, plan_asked(f, guard, typed));
	ck_assert(confirm_of(f)->is_open);
	console_fixture_wait(f, KEY_GUARD_MS);
}

static size_t n_submitted(const struct console_fixture *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->feed.n; i++)
		n += f->feed.requests[i].type == REQUEST_SUBMIT;
	return n;
}

static struct agent_lifecycle lifecycle(enum lifecycle state)
{
	return (struct agent_lifecycle){ .is_observed = true,
					 .observed = state,
					 .observed_at_ms = FIXTURE_NOW_MS,
					 .driver = "http",
					 .verbs = ~0U,
					 .version = "0.4.2",
					 .previous = "",
					 .instance = "i1",
					 .holder = "" };
}

// ---- marks

START_TEST(marks_stay_on_their_agents)
{
	struct console_fixture f;
	const struct agent_table_view *table;
	uint32_t first, third;

	console_fixture_init(&f);
	table = &console_fixture_view(&f)->table;
	first = table->ids[0];
	third = table->ids[2];
	console_fixture_keys(&f, "space j space");
	ck_assert_uint_eq(table->n_marks, 2);
	ck_assert_uint_eq(table->marks[0], first < third ? first : third);
	ck_assert(console_fixture_shows(&f, "2 marked"));
	ck_assert(console_fixture_shows(&f, "act on 2 marked"));
	console_fixture_keys(&f, "s S / guardian Enter");
	ck_assert_uint_eq(table->n_marks, 2);
	ck_assert_uint_eq(table->n_marks_hidden, 2);
	ck_assert(console_fixture_shows(&f, "2 marked, 2 not listed"));
	console_fixture_keys(&f, "Esc");
	ck_assert_uint_eq(table->n_marks_hidden, 0);
	fleet_fixture_apply(&f.fleet, event_new(EVENT_AGENT_REMOVED, FIXTURE_NOW_MS, first));
	console_fixture_draw(&f, 120, 36);
	ck_assert_uint_eq(table->n_marks, 1);
	ck_assert_uint_eq(table->marks[0], third);
	console_fixture_keys(&f, "Esc"); // nothing is left to undo but the marks
	ck_assert_uint_eq(table->n_marks, 0);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(all_that_are_listed_are_marked_or_nobody)
{
	struct console_fixture f;
	const struct agent_table_view *table;

	console_fixture_init(&f);
	table = &console_fixture_view(&f)->table;
	console_fixture_keys(&f, "/ guardian Enter *");
	ck_assert_uint_gt(table->n_marks, 0);
	ck_assert_uint_eq(table->n_marks, table->n_ids);
	console_fixture_keys(&f, "Esc *");
	ck_assert_uint_eq(table->n_marks, 22);
	console_fixture_keys(&f, "*");
	ck_assert_uint_eq(table->n_marks, 0);
	console_fixture_keys(&f, "Tab space"); // in another pane the space bar turns the page
	ck_assert_uint_eq(table->n_marks, 0);
	console_fixture_finish(&f);
}
END_TEST

// ---- the menu

START_TEST(what_cannot_be_done_says_why)
{
	struct console_fixture f;
	struct agent_lifecycle life = lifecycle(LIFECYCLE_STOPPED);
	const struct picker_view *picker;

	console_fixture_init(&f);
	picker = &console_fixture_view(&f)->picker;
	console_fixture_keys(&f, ".");
	ck_assert_uint_eq(f.feed.n_observed, 1); // nothing is known of it
	ck_assert_uint_eq(f.feed.observed[0], console_fixture_view(&f)->selected);
	ck_assert_uint_eq(picker->n_items, ACTION_COUNT);
	for (size_t i = 0; i < picker->n_items; i++)
		ck_assert(!picker->items[i].is_disabled);
	lifecycle_fixture_send(&f.fleet, console_fixture_view(&f)->selected, &life); // while it is open
	console_fixture_wait(&f, KEY_GUARD_MS);
	ck_assert(console_fixture_shows(&f, "it is stopped"));
	console_fixture_keys(&f, "suspend Enter");
	ck_assert(picker->is_open);
	ck_assert(says(&f, "suspend: it is stopped"));
	ck_assert_uint_eq(f.feed.n, 0);
	console_fixture_keys(&f, "Esc .");
	ck_assert_uint_eq(f.feed.n_observed, 1); // it was looked at a moment ago
	console_fixture_finish(&f);
}
END_TEST

START_TEST(where_nothing_is_operated_every_screen_says_so)
{
	static const char *const keys[] = { "o", "Enter", "A", "4", "5", "6", "7", "?" };
	const struct config config = { .operations = { .is_read_only = true } };
	struct console_fixture f;
	const struct picker_view *picker;
	size_t n_before;

	console_fixture_init(&f);
	ck_assert(!console_fixture_shows(&f, "READ-ONLY"));
	f.options.config = &config;
	console_fixture_start(&f);
	for (size_t i = 0; i < COUNT(keys); i++) {
		console_fixture_keys(&f, keys[i]);
		ck_assert_msg(console_fixture_shows(&f, "READ-ONLY"), "%s", keys[i]);
	}
	console_fixture_keys(&f, "o .");
	n_before = f.feed.n;
	picker = &console_fixture_view(&f)->picker;
	ck_assert_uint_eq(picker->n_items, ACTION_COUNT);
	for (size_t i = 0; i < picker->n_items; i++) {
		ck_assert(picker->items[i].is_disabled);
		ck_assert_str_eq(picker->items[i].hint, "read-only");
	}
	console_fixture_wait(&f, KEY_GUARD_MS);
	console_fixture_keys(&f, "restart Enter");
	ck_assert(says(&f, "restart: read-only"));
	ck_assert_uint_eq(f.feed.n, n_before);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(of_several_it_counts_those_that_can)
{
	struct console_fixture f;
	struct agent_lifecycle life = lifecycle(LIFECYCLE_STOPPED);
	const struct picker_view *picker;

	console_fixture_init(&f);
	picker = &console_fixture_view(&f)->picker;
	lifecycle_fixture_send(&f.fleet, console_fixture_view(&f)->table.ids[1], &life);
	console_fixture_keys(&f, "space space .");
	ck_assert(console_fixture_shows(&f, "Act on 2 marked agents"));
	console_fixture_keys(&f, "suspend");
	ck_assert_str_eq(picker->items[0].hint, "1 of 2");
	ck_assert(!picker->items[0].is_disabled);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(the_menu_takes_no_key_from_before_it_could_be_read)
{
	struct console_fixture f;
	struct key enter = { .code = KEY_CODE_ENTER };

	console_fixture_init(&f);
	console_fixture_keys(&f, ". Enter Enter");
	ck_assert(console_fixture_view(&f)->picker.is_open);
	for (int64_t ms = 0; ms < 900; ms += 30) { // stuck
		f.now = instant_add(f.now, 30);
		console_key(f.console, &enter, f.now);
		console_fixture_draw(&f, 120, 36);
	}
	ck_assert(console_fixture_view(&f)->picker.is_open);
	console_fixture_paste(&f, "restart\r");
	ck_assert_uint_eq(f.feed.n, 0);
	console_fixture_wait(&f, KEY_GUARD_MS);
	console_fixture_keys(&f, "C-u Enter");
	ck_assert_int_eq(console_fixture_request(&f)->type, REQUEST_PLAN);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(the_agent_of_the_screen_is_acted_on)
{
	static const char *const keys[] = { "", "j", "Enter", "A" };
	static const char *const names[] = { "WowEvent", "WowCache", "WowEvent", "WowEvent" };

	for (size_t i = 0; i < COUNT(keys); i++) {
		struct console_fixture f;

		console_fixture_init(&f);
		console_fixture_keys(&f, keys[i]);
		choose(&f, "restart");
		ck_assert_uint_eq(console_fixture_request(&f)->n_agents, 1);
		ck_assert_str_eq(fleet_agent(f.fleet.fleet, f.feed.agents[0])->agent->name, names[i]);
		ck_assert_int_eq(f.feed.params.verb, VERB_RESTART);
		console_fixture_finish(&f);
	}
}
END_TEST

START_TEST(the_agent_screen_asks_how_it_stands)
{
	struct console_fixture f;
	struct agent_lifecycle life = lifecycle(LIFECYCLE_RUNNING);

	console_fixture_init(&f);
	console_fixture_keys(&f, "Enter");
	ck_assert_uint_eq(f.feed.n_observed, 1);
	life.is_recorded = true;
	life.recorded = LIFECYCLE_STOPPED;
	life.holder = "alice, pid 7";
	life.operation = 3;
	lifecycle_fixture_send(&f.fleet, console_fixture_view(&f)->agent, &life);
	console_fixture_draw(&f, 240, 60);
	ck_assert(console_fixture_shows(&f, "running, though we left it stopped"));
	ck_assert(console_fixture_shows(&f, "seen now"));
	ck_assert(console_fixture_shows(&f, "alice, pid 7 (O shows it)"));
	console_fixture_finish(&f);
}
END_TEST

// ---- what else is asked

START_TEST(a_version_is_asked_for)
{
	struct console_fixture f;

	console_fixture_init(&f);
	choose(&f, "upgrade");
	ck_assert(console_fixture_view(&f)->prompt.is_open);
	console_fixture_keys(&f, "Enter");
	ck_assert_str_eq(console_fixture_view(&f)->prompt.error, "to which version?");
	console_fixture_keys(&f, "0.4.3 Enter");
	ck_assert_int_eq(f.feed.params.verb, VERB_UPGRADE);
	ck_assert_str_eq(f.feed.version, "0.4.3");
	ck_assert_int_eq(f.feed.params.rollout.verify_ms, 300000);
	ck_assert_uint_eq(f.feed.params.unsaid, ROLLOUT_FIGURES_ALL); // where it is planned they are known
	console_fixture_finish(&f);
}
END_TEST

START_TEST(a_patch_must_be_an_object)
{
	struct console_fixture f;

	console_fixture_init(&f);
	choose(&f, "configure");
	console_fixture_keys(&f, "[1] Enter");
	ck_assert(console_fixture_view(&f)->prompt.is_open);
	console_fixture_keys(&f, "C-u {\"log\":\"debug\"} Enter");
	ck_assert_int_eq(f.feed.params.verb, VERB_CONFIGURE);
	ck_assert_str_eq(f.feed.patch, "{\"log\":\"debug\"}");
	ck_assert_str_eq(f.feed.version, "");
	console_fixture_finish(&f);
}
END_TEST

// The one that is marked is what the hub would take.
START_TEST(at_a_hub_the_usual_rollout_is_the_hubs)
{
	struct console_hub hub = { .name = "hub", .fleet = "", .strategy = ROLLOUT_CANARY };
	struct console_fixture f;

	console_fixture_init(&f);
	console_set_hub(f.console, &hub);
	console_fixture_keys(&f, "space space");
	choose(&f, "restart");
	ck_assert_int_eq(console_usual_kind(f.console), ROLLOUT_CANARY);
	hub.strategy = ROLLOUT_BLUE_GREEN;
	console_set_hub(f.console, &hub);
	ck_assert_int_eq(console_usual_kind(f.console), ROLLOUT_ROLLING); // there is nothing new
	hub.strategy = ROLLOUT_KIND_COUNT;
	console_set_hub(f.console, &hub);
	ck_assert_int_eq(console_usual_kind(f.console), ROLLOUT_KIND_COUNT);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(of_several_the_rollout_is_picked)
{
	struct console_fixture f;

	console_fixture_init(&f);
	console_fixture_keys(&f, "space space");
	choose(&f, "forced");
	ck_assert(console_fixture_shows(&f, "canary: few first"));
	ck_assert(console_fixture_shows(&f, "upgrades only")); // blue-green
	console_fixture_wait(&f, KEY_GUARD_MS);
	console_fixture_keys(&f, "canary Enter");
	ck_assert_int_eq(f.feed.params.rollout.kind, ROLLOUT_CANARY);
	ck_assert_int_eq(f.feed.params.rollout.wait_ms, 300000);
	ck_assert_uint_eq(f.feed.params.unsaid, ROLLOUT_FIGURES_ALL & ~(1U << ROLLOUT_FIGURE_KIND));
	ck_assert_int_eq(f.feed.params.verb, VERB_STOP);
	ck_assert(f.feed.params.is_forced);
	ck_assert_uint_eq(console_fixture_request(&f)->n_agents, 2);
	console_fixture_finish(&f);
}
END_TEST

// ---- the question

START_TEST(cancel_has_the_focus_first)
{
	struct console_fixture f;

	console_fixture_init(&f);
	ask(&f, "restart", GUARD_CONFIRM, NULL);
	ck_assert_int_eq(confirm_of(&f)->focus, CONFIRM_CANCEL);
	ck_assert(console_fixture_shows(&f, "> Cancel <"));
	ck_assert(console_fixture_shows(&f, "[ Restart WowEvent ]"));
	console_fixture_keys(&f, "Enter");
	ck_assert(!confirm_of(&f)->is_open);
	ck_assert_uint_eq(n_submitted(&f), 0);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(what_is_confirmed_is_that_plan)
{
	struct console_fixture f;

	console_fixture_init(&f);
	ask(&f, "restart", GUARD_CONFIRM, NULL);
	console_fixture_keys(&f, "Tab Enter");
	ck_assert_int_eq(console_fixture_request(&f)->type, REQUEST_SUBMIT);
	ck_assert_uint_eq(console_fixture_request(&f)->operation, 41);
	ck_assert_str_eq(f.feed.hash + PLAN_HASH_HEX - 2, "29");
	ck_assert_str_eq(console_fixture_request(&f)->who, "maria");
	ck_assert(!confirm_of(&f)->is_open);
	ck_assert(says(&f, "restart of WowEvent has begun: O shows it"));
	console_fixture_finish(&f);
}
END_TEST

// Tab and Enter, but from before the question was on the screen, or of its first moment.
START_TEST(early_keys_answer_nothing)
{
	static const struct key keys[] = { { .code = KEY_CODE_TAB }, { .code = KEY_CODE_ENTER } };
	struct console_fixture f;

	console_fixture_init(&f);
	choose(&f, "restart");
	plan_fixture_send(&f.fleet, plan_asked(&f, GUARD_CONFIRM, NULL));
	f.now = instant_add(f.now, 5000);
	console_tick(f.console, f.now); // there, but not painted: the link is slow
	for (size_t i = 0; i < COUNT(keys); i++) {
		f.now = instant_add(f.now, 400);
		console_key(f.console, &keys[i], f.now);
	}
	ck_assert(confirm_of(&f)->is_open);
	ck_assert_int_eq(confirm_of(&f)->focus, CONFIRM_CANCEL);
	console_fixture_draw(&f, 120, 36);
	console_fixture_wait(&f, KEY_GUARD_MS - 1);
	console_fixture_keys(&f, "Tab Enter space");
	ck_assert(confirm_of(&f)->is_open);
	ck_assert(console_fixture_shows(&f, "Not that fast"));
	ck_assert(console_fixture_shows(&f, "> Restart WowEvent <")); // it can be seen, and is not pressed
	console_fixture_wait(&f, 100);
	console_fixture_keys(&f, "Enter");
	ck_assert_uint_eq(n_submitted(&f), 1);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(a_stuck_key_confirms_nothing)
{
	static const uint32_t codes[] = { KEY_CODE_ENTER, ' ', KEY_CODE_TAB, 'y' };

	for (size_t i = 0; i < COUNT(codes); i++) {
		struct console_fixture f;
		struct key key = { .code = codes[i] };

		console_fixture_init(&f);
		choose(&f, "restart");
		answer(&f, plan_asked(&f, GUARD_CONFIRM, NULL));
		for (int64_t ms = 0; ms < 3000; ms += 33) { // it was stuck before, too
			f.now = instant_add(f.now, 33);
			console_key(f.console, &key, f.now);
			console_fixture_draw(&f, 120, 36);
			if (ms > 1000 && ms < 1040 && confirm_of(&f)->is_open && key.code != KEY_CODE_TAB)
				console_fixture_keys(&f, "Tab"); // and the focus is where it would do harm
		}
		ck_assert_uint_eq(n_submitted(&f), 0);
		console_fixture_finish(&f);
	}
}
END_TEST

START_TEST(a_stuck_letter_fills_no_name)
{
	struct console_fixture f;
	struct key key = { .code = 'e' };

	console_fixture_init(&f);
	ask(&f, "restart", GUARD_TYPE_NAME, "eeee");
	for (int i = 0; i < 40; i++) {
		f.now = instant_add(f.now, 20);
		console_key(f.console, &key, f.now);
	}
	console_fixture_draw(&f, 120, 36);
	ck_assert_str_eq(confirm_of(&f)->name, "ee");
	ck_assert(console_fixture_shows(&f, "stuck"));
	console_fixture_finish(&f);
}
END_TEST

START_TEST(a_paste_fills_no_name_and_confirms_nothing)
{
	struct console_fixture f;

	console_fixture_init(&f);
	ask(&f, "restart", GUARD_TYPE_NAME, "event");
	console_fixture_paste(&f, "event\r\n");
	console_fixture_keys(&f, "Tab"); // into the field
	console_fixture_paste(&f, "event\r\n");
	ck_assert_str_eq(confirm_of(&f)->name, "");
	ck_assert(!confirm_of(&f)->is_ready);
	ck_assert(console_fixture_shows(&f, "A paste is not taken here"));
	console_fixture_keys(&f, "Tab");
	console_fixture_paste(&f, "\r\n");
	console_fixture_keys(&f, "Enter");
	ck_assert(confirm_of(&f)->is_open);
	ck_assert(console_fixture_shows(&f, "Type the name first"));
	ck_assert_uint_eq(n_submitted(&f), 0);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(the_name_must_be_typed_as_it_is)
{
	struct console_fixture f;

	console_fixture_init(&f);
	ask(&f, "restart", GUARD_TYPE_NAME, "WowEvent");
	console_fixture_keys(&f, "wowevent"); // letters find the field by themselves
	ck_assert_int_eq(confirm_of(&f)->focus, CONFIRM_NAME);
	console_fixture_keys(&f, "Enter");
	ck_assert_int_eq(confirm_of(&f)->focus, CONFIRM_GO);
	console_fixture_wait(&f, 100);
	console_fixture_keys(&f, "Enter");
	ck_assert(confirm_of(&f)->is_open);
	ck_assert_uint_eq(n_submitted(&f), 0);
	console_fixture_keys(&f, "S-Tab C-u WowEvent");
	ck_assert(confirm_of(&f)->is_ready);
	console_fixture_keys(&f, "Tab Enter");
	ck_assert_uint_eq(n_submitted(&f), 1);
	ck_assert_str_eq(f.feed.typed, "WowEvent");
	console_fixture_finish(&f);
}
END_TEST

START_TEST(a_reason_must_say_something)
{
	struct console_fixture f;

	console_fixture_init(&f);
	ask(&f, "rollback", GUARD_REASON, "tattoo test");
	console_fixture_keys(&f, "tattoo space test Tab space Tab Enter");
	ck_assert(confirm_of(&f)->is_open);
	ck_assert(console_fixture_shows(&f, "Say why first"));
	console_fixture_keys(&f, "S-Tab");
	console_fixture_paste(&f, "errors at 7 %");
	console_fixture_keys(&f, "Tab");
	console_fixture_wait(&f, 100);
	console_fixture_keys(&f, "Enter");
	ck_assert_uint_eq(n_submitted(&f), 1);
	ck_assert_str_eq(f.feed.typed, "tattoo test");
	ck_assert_str_eq(f.feed.reason, " errors at 7 %");
	console_fixture_finish(&f);
}
END_TEST

static void read_screen(struct console_fixture *f, struct bytes *out)
{
	bytes_init(out, 1 << 20);
	ck_assert_int_eq(canvas_dump(&f->canvas, true, out), 0);
}

START_TEST(a_list_that_moves_changes_nothing_in_the_question)
{
	struct console_fixture f;
	struct bytes before, after;
	uint32_t asked;

	console_fixture_init(&f);
	console_fixture_keys(&f, "j");
	ask(&f, "restart", GUARD_CONFIRM, NULL);
	asked = f.feed.agents[0];
	ck_assert(console_fixture_shows(&f, "Restart WowCache?"));
	console_fixture_draw(&f, 60, 14); // the question fills it
	read_screen(&f, &before);
	fleet_fixture_health(&f.fleet, fleet_fixture_add(&f.fleet, "WowNew", "guardian", "prod"), OBSERVED_DOWN,
			     REASON_RESET, 0);
	fleet_fixture_health(&f.fleet, asked, OBSERVED_UP, REASON_NONE, 0);
	console_fixture_draw(&f, 60, 14);
	read_screen(&f, &after);
	ck_assert_str_eq(before.data, after.data);
	console_fixture_keys(&f, "Tab Enter");
	ck_assert_uint_eq(n_submitted(&f), 1);
	ck_assert_uint_eq(console_fixture_request(&f)->operation, 41);
	bytes_finish(&before);
	bytes_finish(&after);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(who_the_filter_hides_is_shown_and_told)
{
	struct console_fixture f;

	console_fixture_init(&f);
	console_fixture_keys(&f, "space space / WowCache Enter");
	choose(&f, "restart");
	console_fixture_wait(&f, KEY_GUARD_MS);
	console_fixture_keys(&f, "Enter"); // rolling
	ck_assert_uint_eq(console_fixture_request(&f)->n_agents, 2);
	ck_assert(!f.feed.is_hidden[0]); // the listed ones come first
	ck_assert(f.feed.is_hidden[1]);
	answer(&f, plan_asked(&f, GUARD_CONFIRM, NULL));
	ck_assert(console_fixture_shows(&f, "1 of 2 is hidden by the filter"));
	ck_assert(console_fixture_shows(&f, "WowEvent"));
	ck_assert(console_fixture_shows(&f, "[ Restart 2 agents ]"));
	console_fixture_wait(&f, KEY_GUARD_MS);
	console_fixture_keys(&f, "Tab Enter");
	ck_assert_uint_eq(n_submitted(&f), 1);
	ck_assert_uint_eq(console_fixture_view(&f)->table.n_marks, 0); // they have done their work
	console_fixture_finish(&f);
}
END_TEST

START_TEST(a_refused_plan_can_only_be_closed)
{
	struct console_fixture f;
	struct plan *plan;

	console_fixture_init(&f);
	choose(&f, "restart");
	plan = plan_asked(&f, GUARD_CONFIRM, NULL);
	plan_fixture_text(&plan->refusal, "read-only");
	answer(&f, plan);
	console_fixture_wait(&f, KEY_GUARD_MS);
	ck_assert(console_fixture_shows(&f, "It cannot be done: read-only"));
	ck_assert(console_fixture_shows(&f, "> Close <"));
	console_fixture_keys(&f, "Tab");
	ck_assert_int_eq(confirm_of(&f)->focus, CONFIRM_CANCEL);
	console_fixture_keys(&f, "Enter");
	ck_assert(!confirm_of(&f)->is_open);
	ck_assert_uint_eq(n_submitted(&f), 0);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(a_plan_that_comes_too_late_opens_nothing)
{
	struct console_fixture f;
	struct plan *plan;

	console_fixture_init(&f);
	choose(&f, "start");
	plan = plan_asked(&f, GUARD_REVERSIBLE, NULL);
	ck_assert(console_fixture_shows(&f, "The plan is being made"));
	console_fixture_keys(&f, "Esc");
	answer(&f, plan);
	ck_assert(!confirm_of(&f)->is_open);
	ck_assert_uint_eq(n_submitted(&f), 0);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(on_a_screen_that_shows_nothing_nothing_is_confirmed)
{
	struct console_fixture f;

	console_fixture_init(&f);
	choose(&f, "restart");
	console_fixture_draw(&f, 19, 4);
	answer(&f, plan_asked(&f, GUARD_CONFIRM, NULL));
	console_fixture_wait(&f, 10 * KEY_GUARD_MS);
	console_fixture_keys(&f, "Tab Enter");
	ck_assert_uint_eq(n_submitted(&f), 0);
	ck_assert(confirm_of(&f)->is_open);
	console_fixture_draw(&f, 20, 5);
	console_fixture_wait(&f, KEY_GUARD_MS);
	console_fixture_keys(&f, "Tab Enter");
	ck_assert_uint_eq(n_submitted(&f), 1);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(every_target_can_be_scrolled_to)
{
	struct console_fixture f;

	console_fixture_init(&f);
	console_fixture_keys(&f, "*");
	choose(&f, "restart");
	console_fixture_wait(&f, KEY_GUARD_MS);
	console_fixture_keys(&f, "Enter");
	console_fixture_draw(&f, 60, 12);
	answer(&f, plan_asked(&f, GUARD_TYPE_NAME, "prod"));
	ck_assert(console_fixture_shows(&f, "more lines below"));
	console_fixture_keys(&f, "PgDn PgDn PgDn PgDn PgDn PgDn PgDn PgDn");
	ck_assert(console_fixture_shows(&f, "Verify"));
	ck_assert(!console_fixture_shows(&f, "below"));
	console_fixture_keys(&f, "Up PgUp");
	ck_assert(console_fixture_shows(&f, "below"));
	ck_assert_int_eq(confirm_of(&f)->focus, CONFIRM_CANCEL);
	console_fixture_finish(&f);
}
END_TEST

// ---- what needs no question

START_TEST(what_is_reversible_happens_at_once_and_is_undone_by_one_key)
{
	struct console_fixture f;

	console_fixture_init(&f);
	choose(&f, "start");
	answer(&f, plan_asked(&f, GUARD_REVERSIBLE, NULL));
	ck_assert(!confirm_of(&f)->is_open);
	ck_assert_uint_eq(n_submitted(&f), 1);
	ck_assert(says(&f, "start of WowEvent has begun: U undoes it for 10 s"));
	console_fixture_wait(&f, 9000);
	console_fixture_keys(&f, "U");
	ck_assert_int_eq(console_fixture_request(&f)->type, REQUEST_OPERATION_ROLLBACK);
	ck_assert_uint_eq(console_fixture_request(&f)->operation, 41);
	console_fixture_keys(&f, "U"); // once
	ck_assert(says(&f, "there is nothing to undo"));
	choose(&f, "start");
	answer(&f, plan_asked(&f, GUARD_REVERSIBLE, NULL));
	console_fixture_wait(&f, UNDO_MS);
	console_fixture_keys(&f, "U"); // too late
	ck_assert_int_eq(console_fixture_request(&f)->type, REQUEST_SUBMIT);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(without_a_way_back_no_undo_is_promised)
{
	struct console_fixture f;

	console_fixture_init(&f);
	choose(&f, "delet");
	answer(&f, plan_asked(&f, GUARD_REVERSIBLE, NULL)); // a policy may say so
	ck_assert_uint_eq(n_submitted(&f), 1);
	ck_assert_msg(says(&f, "delete of WowEvent has begun: O shows it"), "%s", message_of(&f));
	console_fixture_finish(&f);
}
END_TEST

START_TEST(several_are_never_changed_without_a_question)
{
	struct console_fixture f;

	console_fixture_init(&f);
	console_fixture_keys(&f, "space space");
	choose(&f, "start");
	console_fixture_wait(&f, KEY_GUARD_MS);
	console_fixture_keys(&f, "Enter");
	answer(&f, plan_asked(&f, GUARD_REVERSIBLE, NULL));
	ck_assert(confirm_of(&f)->is_open);
	ck_assert_uint_eq(n_submitted(&f), 0);
	console_fixture_finish(&f);
}
END_TEST

// ---- refusals

START_TEST(refusals_are_said_in_words)
{
	static const struct {
		int error;
		const char *words;
	} table[] = {
		{ -EROFS, "read-only" },
		{ -EPERM, "not allowed" },
		{ -ESTALE, "it has changed" },
		{ -EBUSY, "somebody else is operating on it" },
		{ -ENOTSUP, "nothing operates agents here" },
		{ -EIO, "audit trail" },
		{ -EINVAL, "makes no sense" },
		{ -ENOENT, "it is gone" },
		{ -EALREADY, "it is so already" },
		{ -ENOBUFS, "too many operations" },
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		struct console_fixture f;

		console_fixture_init(&f);
		f.feed.answer = table[i].error;
		choose(&f, "restart");
		ck_assert(!confirm_of(&f)->is_open);
		ck_assert_msg(says(&f, table[i].words), "%d: %s", table[i].error, message_of(&f));
		f.feed.answer = 0;
		ask(&f, "restart", GUARD_CONFIRM, NULL);
		f.feed.answer = table[i].error;
		console_fixture_keys(&f, "Tab Enter");
		ck_assert(!confirm_of(&f)->is_open);
		ck_assert_msg(says(&f, table[i].words), "%d: %s", table[i].error, message_of(&f));
		console_fixture_finish(&f);
	}
}
END_TEST

START_TEST(what_has_changed_is_planned_and_asked_anew)
{
	struct console_fixture f;
	struct plan *anew;

	console_fixture_init(&f);
	ask(&f, "restart", GUARD_TYPE_NAME, "event");
	f.feed.answer = -ESTALE;
	f.feed.takes_plans = true;
	console_fixture_keys(&f, "event Tab Enter");
	ck_assert(says(&f, "it has changed"));
	ck_assert(console_fixture_shows(&f, "The plan is being made"));
	console_fixture_keys(&f, "Down x Tab"); // whatever is pressed meanwhile
	ck_assert(console_fixture_shows(&f, "It has changed since: the plan that was shown"));
	f.feed.answer = 0;
	anew = plan_asked(&f, GUARD_TYPE_NAME, "event");
	anew->targets[0].health = anew->targets[0].health == HEALTH_DOWN ? HEALTH_DEGRADED : HEALTH_DOWN;
	answer(&f, anew);
	console_fixture_keys(&f, "Down Up x");
	ck_assert(console_fixture_shows(&f, "this is the new plan"));
	ck_assert(console_fixture_shows(&f, ": was ") && console_fixture_shows(&f, ", is d"));
	console_fixture_keys(&f, "Esc");
	ck_assert(!confirm_of(&f)->is_open);
	ask(&f, "restart", GUARD_CONFIRM, NULL);
	ck_assert_str_eq(confirm_of(&f)->changed, ""); // that was another question
	console_fixture_keys(&f, "Esc");
	ask(&f, "restart", GUARD_TYPE_NAME, "event");
	f.feed.answer = -ESTALE;
	console_fixture_keys(&f, "event Tab Enter");
	f.feed.answer = 0;
	answer(&f, plan_asked(&f, GUARD_TYPE_NAME, "event"));
	ck_assert_str_eq(confirm_of(&f)->name, "");
	ck_assert_int_eq(confirm_of(&f)->focus, CONFIRM_CANCEL);
	console_fixture_wait(&f, KEY_GUARD_MS);
	console_fixture_keys(&f, "event Tab Enter");
	ck_assert_uint_eq(n_submitted(&f), 3);
	ck_assert_uint_eq(console_fixture_request(&f)->operation, 45);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(who_is_gone_is_not_acted_on)
{
	struct console_fixture f;

	console_fixture_init(&f);
	console_fixture_keys(&f, ".");
	fleet_fixture_apply(&f.fleet,
			    event_new(EVENT_AGENT_REMOVED, FIXTURE_NOW_MS, console_fixture_view(&f)->selected));
	console_fixture_wait(&f, KEY_GUARD_MS);
	console_fixture_keys(&f, "restart Enter");
	ck_assert(says(&f, "it is gone"));
	ck_assert_uint_eq(f.feed.n, 0);
	console_fixture_finish(&f);
}
END_TEST

// ---- words

START_TEST(buttons_say_what_they_do)
{
	static const struct {
		struct operation_params params;
		const char *one, *several;
	} table[] = {
		{ { .verb = VERB_CREATE, .version = "2" }, "Create WowEvent at 2", "Create 3 agents at 2" },
		{ { .verb = VERB_START }, "Start WowEvent", "Start 3 agents" },
		{ { .verb = VERB_STOP }, "Stop WowEvent", "Stop 3 agents" },
		{ { .verb = VERB_STOP, .is_forced = true }, "Stop WowEvent now", "Stop 3 agents now" },
		{ { .verb = VERB_RESTART }, "Restart WowEvent", "Restart 3 agents" },
		{ { .verb = VERB_SUSPEND }, "Suspend WowEvent", "Suspend 3 agents" },
		{ { .verb = VERB_RESUME }, "Resume WowEvent", "Resume 3 agents" },
		{ { .verb = VERB_UPGRADE, .version = "0.4.3" },
		  "Upgrade WowEvent to 0.4.3",
		  "Upgrade 3 agents to 0.4.3" },
		{ { .verb = VERB_ROLLBACK }, "Roll back WowEvent", "Roll back 3 agents" },
		{ { .verb = VERB_DELETE }, "Delete WowEvent", "Delete 3 agents" },
		{ { .verb = VERB_CONFIGURE }, "Configure WowEvent", "Configure 3 agents" },
	};
	struct plan_target targets[4] = { { .name = "WowEvent", .refusal = "" },
					  { .name = "B", .refusal = "" },
					  { .name = "C", .refusal = "" },
					  { .name = "D", .refusal = "it is stopped" } }; // not counted
	struct plan plan = { .targets = targets };
	char text[ACTION_WORDS_MAX];

	ck_assert_uint_eq(COUNT(table), ACTION_COUNT);
	for (size_t i = 0; i < COUNT(table); i++) {
		plan.params = table[i].params;
		plan.n_targets = 1;
		ck_assert_str_eq(action_button(&plan, text), table[i].one);
		plan.n_targets = 4;
		ck_assert_str_eq(action_button(&plan, text), table[i].several);
		ck_assert_ptr_null(strstr(text, "OK"));
	}
	ck_assert_ptr_null(action_find("ok"));
}
END_TEST

static void press_short_of_memory(struct console_fixture *f, uint32_t code, long n)
{
	console_fixture_wait(f, KEY_GUARD_MS);
	mem_fail_after(n);
	console_key(f->console, &(struct key){ .code = code }, f->now);
	mem_fail_after(-1);
	console_fixture_draw(f, 120, 36);
}

START_TEST(who_cannot_be_marked_is_said)
{
	static const uint32_t keys[] = { ' ', '*' };

	for (size_t i = 0; i < COUNT(keys); i++) {
		struct console_fixture f;

		console_fixture_init(&f);
		press_short_of_memory(&f, keys[i], 0);
		ck_assert(says(&f, "not everybody is marked"));
		ck_assert_uint_eq(console_fixture_view(&f)->table.n_marks, 0);
		console_fixture_finish(&f);
	}
}
END_TEST

START_TEST(short_of_memory_nothing_happens_and_nothing_breaks)
{
	for (long n = 0; n < 60; n++) {
		struct console_fixture f;

		console_fixture_init(&f);
		console_fixture_keys(&f, "space space");
		press_short_of_memory(&f, '.', n);
		press_short_of_memory(&f, KEY_CODE_ENTER, n);
		press_short_of_memory(&f, KEY_CODE_ENTER, n);
		ck_assert_uint_eq(n_submitted(&f), 0);
		console_fixture_finish(&f);
	}
}
END_TEST

SUITE("console operating", marks_stay_on_their_agents, all_that_are_listed_are_marked_or_nobody,
      what_cannot_be_done_says_why, where_nothing_is_operated_every_screen_says_so, of_several_it_counts_those_that_can,
      the_menu_takes_no_key_from_before_it_could_be_read, the_agent_of_the_screen_is_acted_on,
      the_agent_screen_asks_how_it_stands, a_version_is_asked_for, a_patch_must_be_an_object,
      at_a_hub_the_usual_rollout_is_the_hubs, of_several_the_rollout_is_picked, cancel_has_the_focus_first,
      what_is_confirmed_is_that_plan, early_keys_answer_nothing, a_stuck_key_confirms_nothing,
      a_stuck_letter_fills_no_name, a_paste_fills_no_name_and_confirms_nothing, the_name_must_be_typed_as_it_is,
      a_reason_must_say_something, a_list_that_moves_changes_nothing_in_the_question,
      who_the_filter_hides_is_shown_and_told, a_refused_plan_can_only_be_closed,
      a_plan_that_comes_too_late_opens_nothing, on_a_screen_that_shows_nothing_nothing_is_confirmed,
      every_target_can_be_scrolled_to, what_is_reversible_happens_at_once_and_is_undone_by_one_key,
      without_a_way_back_no_undo_is_promised, several_are_never_changed_without_a_question, refusals_are_said_in_words,
      what_has_changed_is_planned_and_asked_anew, who_is_gone_is_not_acted_on, buttons_say_what_they_do,
      who_cannot_be_marked_is_said, short_of_memory_nothing_happens_and_nothing_breaks)
