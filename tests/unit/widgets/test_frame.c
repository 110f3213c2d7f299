// SPDX-License-Identifier: Apache-2.0
/* What frames every screen: header, foot, prompt, dialog, help. */
#include "tests/support/suite.h"

#include "base/memory.h"
#include "tests/support/fleet_fixture.h"
#include "tests/support/golden.h"
#include "tests/support/operation_fixture.h"
#include "widgets/dialog.h"
#include "widgets/footer.h"
#include "widgets/header.h"
#include "widgets/help.h"
#include "widgets/prompt.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct widget header = { .class = &header_class };
static const struct widget footer = { .class = &footer_class };
static const struct widget prompt = { .class = &prompt_class };
static const struct widget dialog = { .class = &dialog_class };
static const struct widget help = { .class = &help_class };

static struct fleet_fixture f;
static struct view view;

static void draw_all(const struct widget *widget, const struct golden_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		golden_draw(widget, f.fleet, &view, &cases[i]);
}

static void add_operation(uint32_t no, enum operation_state state)
{
	const uint32_t id = f.ids[0];
	struct plan *plan =
		plan_fixture(&f, &(struct plan_wish){ .verb = VERB_RESTART, .agents = &id, .n = 1, .no = no });

	operation_fixture_send(&f, operation_fixture(plan, state));
	plan_unref(plan);
}

START_TEST(heads_every_screen)
{
	static const struct golden_case cases[] = {
		{ "wide", 120, 1, false },  { "80", 80, 1, false },       { "ascii", 80, 1, true },
		{ "narrow", 40, 1, false }, { "overflow", 20, 1, false },
	};

	fleet_fixture_init(&f);
	fleet_fixture_platform(&f);
	fleet_fixture_view(&f, &view);
	golden_draw(&header, f.fleet, &view, &(struct golden_case){ "everything", 80, 1, false });
	view.hub = "hub.example";
	golden_draw(&header, f.fleet, &view, &(struct golden_case){ "attached", 100, 1, false });
	golden_draw(&header, f.fleet, &view, &(struct golden_case){ "attached_narrow", 40, 1, true });
	golden_sweep(&header, f.fleet, &view, 130, 1);
	view.hub = "";
	view.is_demo = true;
	view.context = "2 tiers, env prod";
	view.clear_key = "C";
	draw_all(&header, cases, COUNT(cases));
	golden_sweep(&header, f.fleet, &view, 130, 1);
	fleet_fixture_feed(&f, FEED_OFFLINE, MINUTE_MS, MINUTE_MS, 0, "");
	golden_draw(&header, f.fleet, &view, &(struct golden_case){ "offline", 100, 1, false });
	view.fleet_name = view.environment = view.context = "";
	view.is_demo = false;
	golden_draw(&header, f.fleet, &view, &(struct golden_case){ "empty", 60, 1, false });
	fleet_fixture_feed(&f, FEED_LIVE, MINUTE_MS, SECOND_MS, 0, "");
	view.fleet_name = "Platform CoE";
	view.environment = "prod";
	view.context = "2 tiers, env prod";
	view.is_demo = true;
	add_operation(1, OPERATION_RUNNING);
	view.operations.key = "O";
	golden_draw(&header, f.fleet, &view, &(struct golden_case){ "operating", 120, 1, false });
	golden_draw(&header, f.fleet, &view, &(struct golden_case){ "operating_narrow", 60, 1, true });
	view.is_read_only = true;
	golden_draw(&header, f.fleet, &view, &(struct golden_case){ "read_only", 120, 1, false });
	golden_draw(&header, f.fleet, &view, &(struct golden_case){ "read_only_narrow", 40, 1, true });
	golden_sweep(&header, f.fleet, &view, 130, 1);
	view.is_read_only = false;
	add_operation(2, OPERATION_PAUSED);
	golden_draw(&header, f.fleet, &view, &(struct golden_case){ "one_paused", 120, 1, false });
	add_operation(1, OPERATION_PAUSED);
	golden_draw(&header, f.fleet, &view, &(struct golden_case){ "paused", 120, 1, false });
	golden_sweep(&header, f.fleet, &view, 130, 1);
	fleet_fixture_finish(&f);
}
END_TEST

// How the connection to a hub is.
static void link_is(uint8_t hub, enum feed_state state)
{
	struct event *event = event_new(EVENT_FEED, FIXTURE_NOW_MS, 0);

	event->channel = CHANNEL_SYSTEM;
	event->origin = hub;
	event->u.feed.is_link = true;
	event->u.feed.state = state;
	event->u.feed.since_ms = FIXTURE_NOW_MS - MINUTE_MS;
	event->u.feed.detail = mem_strdup("");
	fleet_fixture_apply(&f, event);
}

START_TEST(of_several_hubs_it_says_which_are_away)
{
	static const char *const names[] = { "eu", "us.ops.example.net", "10.0.0.7" };
	static const struct golden_case all[] = { { "hubs", 120, 1, false },
						  { "hubs_80", 80, 1, false },
						  { "hubs_narrow", 40, 1, false } };
	static const struct golden_case one[] = { { "hub_away", 120, 1, false },
						  { "hub_away_80", 80, 1, false },
						  { "hub_away_narrow", 40, 1, true } };
	static const struct golden_case most[] = { { "hubs_away", 120, 1, false },
						   { "hubs_away_80", 80, 1, false },
						   { "hubs_away_narrow", 40, 1, false } };

	fleet_fixture_init(&f);
	fleet_fixture_platform(&f);
	fleet_fixture_view(&f, &view);
	view.is_demo = true;
	view.hub = "3 hubs";
	view.hubs = names;
	view.n_hubs = COUNT(names);
	for (uint8_t hub = 1; hub <= COUNT(names); hub++)
		link_is(hub, FEED_LIVE);
	draw_all(&header, all, COUNT(all));
	link_is(1, FEED_RECONNECTING);
	draw_all(&header, one, COUNT(one));
	link_is(2, FEED_REFUSED);
	draw_all(&header, most, COUNT(most));
	golden_sweep(&header, f.fleet, &view, 130, 1);
	view.n_hubs = 0; // their names are not known
	golden_draw(&header, f.fleet, &view, &(struct golden_case){ "hubs_unnamed", 80, 1, false });
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(drops_hints_from_the_right)
{
	static const struct key_hint hints[] = {
		{ "?", "help" }, { "/", "filter" }, { ":", "commands" }, { "Tab", "panes" }, { "q", "quit" }
	};
	static const struct golden_case cases[] = { { "wide", 60, 1, false },
						    { "narrow", 24, 1, false },
						    { "overflow", 4, 1, false } };

	view = (struct view){ .hints = hints, .n_hints = COUNT(hints) };
	draw_all(&footer, cases, COUNT(cases));
	view.message = "probing WowCache now";
	golden_draw(&footer, NULL, &view, &(struct golden_case){ "message", 40, 1, false });
	view.message = "the hub refuses: you may only look";
	view.message_severity = SEVERITY_CRITICAL;
	golden_draw(&footer, NULL, &view, &(struct golden_case){ "message_narrow", 20, 1, true });
	golden_draw(&footer, NULL, &(struct view){ 0 }, &(struct golden_case){ "empty", 20, 1, false });
}
END_TEST

START_TEST(keeps_the_cursor_of_the_prompt_in_sight)
{
	view = (struct view){ .prompt = {
				      .is_open = true, .label = "/", .text = "guardian", .cursor = 8, .error = "" } };
	golden_draw(&prompt, NULL, &view, &(struct golden_case){ "text", 40, 1, false });
	view.prompt.error = "no such tier";
	view.prompt.cursor = 3;
	golden_draw(&prompt, NULL, &view, &(struct golden_case){ "error", 40, 1, true });
	view.prompt.text = "日本語の長い名前を探している";
	view.prompt.cursor = 42;
	golden_draw(&prompt, NULL, &view, &(struct golden_case){ "overflow", 16, 1, false });
	golden_sweep(&prompt, NULL, &view, 40, 1);
	view.prompt.text = "";
	view.prompt.error = "";
	golden_draw(&prompt, NULL, &view, &(struct golden_case){ "narrow_empty", 6, 1, false });
	view.prompt.is_open = false;
	golden_draw(&prompt, NULL, &view, &(struct golden_case){ "closed", 6, 1, false });
}
END_TEST

START_TEST(asks_with_named_buttons)
{
	static const char *const buttons[] = { "Cancel", "Drop 12 agents" };
	static const struct golden_case cases[] = {
		{ "wide", 80, 10, false },    { "ascii", 80, 10, true },      { "narrow", 30, 10, false },
		{ "overflow", 24, 5, false }, { "three_rows", 40, 3, false }, { "one_row", 20, 1, false },
	};

	view = (struct view){ .dialog = {
				      .is_open = true,
				      .title = "A list shrank",
				      .text = "http_sd lists 10 agents; it listed 22. Drop the 12 that are missing?",
				      .buttons = buttons,
				      .n_buttons = 2 } };
	draw_all(&dialog, cases, COUNT(cases));
	golden_sweep(&dialog, NULL, &view, 90, 12);
	view.dialog.focused = 1;
	golden_draw(&dialog, NULL, &view, &(struct golden_case){ "second", 60, 8, false });
	view.dialog.is_open = false;
	golden_draw(&dialog, NULL, &view, &(struct golden_case){ "empty", 20, 2, false });
}
END_TEST

START_TEST(helps_in_columns)
{
	static const struct key_hint keys[] = {
		{ NULL, "Everywhere" },
		{ "?", "this help" },
		{ "q", "quit" },
		{ ":", "commands" },
		{ NULL, "Table" },
		{ "s", "sort by the next column" },
		{ "Enter", "open the agent" },
		{ "PgDn C-f", "a page down" },
		{ NULL, "Timeline" },
		{ "e", "expand" },
		{ "F", "follow the newest" },
	};
	static const struct golden_case cases[] = { { "wide", 100, 9, false },
						    { "ascii", 50, 15, true },
						    { "narrow", 24, 8, false },
						    { "overflow", 60, 5, false } };

	view = (struct view){ .help = keys, .n_help = COUNT(keys) };
	draw_all(&help, cases, COUNT(cases));
	golden_sweep(&help, NULL, &view, 100, 9);
	view.help_top = 5;
	golden_draw(&help, NULL, &view, &(struct golden_case){ "scrolled", 60, 5, false });
	golden_draw(&help, NULL, &(struct view){ 0 }, &(struct golden_case){ "empty", 40, 3, false });
}
END_TEST

SUITE("frame", of_several_hubs_it_says_which_are_away, heads_every_screen, drops_hints_from_the_right,
      keeps_the_cursor_of_the_prompt_in_sight, asks_with_named_buttons, helps_in_columns)
