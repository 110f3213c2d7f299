// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "tests/support/fleet_fixture.h"
#include "tests/support/golden.h"
#include "widgets/context_picker.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct widget picker = { .class = &context_picker_class };

static const struct picker_item agents[] = {
	{ "a", "WowCache", "intelligence", true, 90, 1u << 0 | 1u << 3 },
	{ "b", "WowCommunication", "communication", false, 80, 1u << 0 | 1u << 3 },
	{ "c", "Wölkchen", "security", true, 10, 1u << 0 | 1u << 3 },
	{ "", "", "", false, 0, 0 },
};
static const struct key_hint hints[] = { { "Space", "pick" }, { "M-a", "all" }, { "M-c", "none" } };

static void view_agents(struct view *view)
{
	memset(view, 0, sizeof *view);
	view->hints = hints;
	view->n_hints = COUNT(hints);
	view->picker = (struct picker_view){ .is_open = true,
					     .kind = PICK_AGENTS,
					     .title = "Agents",
					     .placeholder = "Select context...",
					     .query = "wc",
					     .is_multi = true,
					     .items = agents,
					     .n_items = COUNT(agents),
					     .n_total = 22,
					     .n_picked = 2,
					     .cursor = 1 };
}

START_TEST(looks_right_for_many_and_for_one)
{
	static const struct picker_item ranges[] = {
		{ "5m", "5m", "", false, 0, 0 },       { "15m", "15m", "", false, 0, 0 },
		{ "1h", "1h", "default", true, 0, 0 }, { "24h", "24h", "", false, 0, 0 },
		{ "7d", "7d", "", false, 0, 0 },       { "30d", "30d", "", false, 0, 0 },
	};
	struct view view;

	view_agents(&view);
	golden_draw(&picker, NULL, &view, &(struct golden_case){ "agents", 70, 14, false });
	golden_draw(&picker, NULL, &view, &(struct golden_case){ "ascii", 70, 14, true });
	golden_draw(&picker, NULL, &view, &(struct golden_case){ "narrow", 16, 8, false });
	golden_draw(&picker, NULL, &view, &(struct golden_case){ "low", 20, 5, false });
	golden_sweep(&picker, NULL, &view, 60, 12);
	view.picker = (struct picker_view){ .is_open = true,
					    .kind = PICK_TIME_RANGE,
					    .title = "Time range",
					    .items = ranges,
					    .n_items = 6,
					    .n_total = 6,
					    .n_picked = 1,
					    .cursor = 2 };
	golden_draw(&picker, NULL, &view, &(struct golden_case){ "range", 60, 14, false });
}
END_TEST

START_TEST(serves_the_palette_without_marks)
{
	static const struct picker_item commands[] = { { "sort", "Sort by latency", "s l", false, 0, 0xf },
						       { "quit", "Quit", "q", false, 0, 0 } };
	struct view view;

	view_agents(&view);
	view.n_hints = 0;
	view.picker = (struct picker_view){ .is_open = true,
					    .kind = PICK_COMMANDS,
					    .title = "Commands",
					    .query = "sort",
					    .items = commands,
					    .n_items = 2,
					    .n_total = 40 };
	golden_draw(&picker, NULL, &view, &(struct golden_case){ "commands", 60, 9, false });
	view.picker.query = "a question that is a good deal longer than the box that it is typed into";
	view.picker.n_items = 0;
	golden_draw(&picker, NULL, &view, &(struct golden_case){ "long_query", 60, 9, false });
}
END_TEST

START_TEST(says_why_an_action_cannot_be_taken)
{
	static const struct picker_item actions[] = {
		{ "restart", "restart", "9 of 12", false, 0, 0, false },
		{ "start", "start", "it is running", false, 0, 0, true },
		{ "rollback", "roll back to the version before", "alice, pid 4711 is operating on it", false, 0, 0,
		  true },
	};
	struct view view;

	view_agents(&view);
	view.n_hints = 0;
	view.picker = (struct picker_view){ .is_open = true,
					    .kind = PICK_ACTION,
					    .title = "Act on 12 marked agents",
					    .query = "",
					    .placeholder = "Select an action...",
					    .items = actions,
					    .n_items = 3,
					    .n_total = 3 };
	golden_draw(&picker, NULL, &view, &(struct golden_case){ "actions", 100, 10, false });
	golden_draw(&picker, NULL, &view, &(struct golden_case){ "actions_narrow", 46, 10, false });
}
END_TEST

START_TEST(says_when_nothing_is_found)
{
	struct view view;

	view_agents(&view);
	view.picker.items = NULL;
	view.picker.n_items = 0;
	view.picker.query = "";
	golden_draw(&picker, NULL, &view, &(struct golden_case){ "empty", 60, 8, false });
	view.picker.is_open = false;
	golden_draw(&picker, NULL, &view, &(struct golden_case){ "closed", 10, 2, false });
	view.picker.is_open = true;
	view.picker.kind = PICK_KIND_COUNT;
	golden_draw(&picker, NULL, &view, &(struct golden_case){ "closed", 10, 2, false });
}
END_TEST

START_TEST(keeps_the_cursor_in_sight)
{
	static const size_t tops[] = { 0, 50, 99, 5000 };
	struct picker_item items[100];
	char labels[100][16];
	struct canvas canvas;
	struct view view;

	view_agents(&view);
	for (int i = 0; i < 100; i++) {
		snprintf(labels[i], sizeof labels[i], "agent-%02d", i);
		items[i] = (struct picker_item){ labels[i], labels[i], "", false, 0, 0 };
	}
	view.picker.items = items;
	view.picker.n_items = view.picker.n_total = 100;
	ck_assert_int_eq(canvas_create(60, 12, true, &canvas), 0);
	for (size_t t = 0; t < COUNT(tops); t++)
		for (size_t cursor = 0; cursor < 100; cursor++) {
			struct picker_box box;
			int n_marked = 0;

			view.picker.top = tops[t];
			view.picker.cursor = cursor;
			canvas_clear(&canvas, STYLE_TEXT);
			widget_draw(&picker, NULL, &view, &canvas);
			context_picker_box(&view, 60, 12, &box);
			for (int y = 0; y < box.n_rows; y++)
				n_marked += canvas_cell(&canvas, box.x + 1, box.y + 3 + y)->glyph == '>';
			ck_assert_int_eq(n_marked, 1);
		}
	golden_check("context_picker", "overflow", &canvas);
	canvas_destroy(&canvas);
}
END_TEST

START_TEST(says_so_where_nothing_matches_whatever_is_picked_from)
{
	struct canvas canvas;
	struct bytes text;

	ck_assert_int_eq(canvas_create(60, 12, true, &canvas), 0);
	for (int kind = 0; kind < PICK_KIND_COUNT; kind++) {
		struct view view = { .picker = { .is_open = true, .kind = (enum picker_kind)kind } };

		canvas_clear(&canvas, STYLE_TEXT);
		widget_draw(&picker, NULL, &view, &canvas);
		bytes_init(&text, 1 << 16);
		ck_assert_int_eq(canvas_dump(&canvas, false, &text), 0);
		ck_assert_ptr_nonnull(strstr(text.data, " found"));
		bytes_finish(&text);
	}
	canvas_destroy(&canvas);
}
END_TEST

START_TEST(sums_up_what_is_picked)
{
	static const struct {
		size_t n_picked, n_items;
		enum picker_kind kind;
		const char *expected;
	} cases[] = {
		{ 0, 4, PICK_AGENTS, "Select context..." },
		{ 1, 4, PICK_AGENTS, "WowCache" },
		{ 2, 4, PICK_AGENTS, "2 agents" },
		{ 1, 0, PICK_AGENTS, "1 selected" },
		{ 3, 4, PICK_TIERS, "3 tiers" },
		{ 2, 4, PICK_ENVIRONMENTS, "2 environments" },
		{ 2, 4, PICK_LABELS, "2 labels" },
		{ 2, 4, PICK_SERVICES, "2 services" },
	};
	char out[64];

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct picker_view view = { .kind = cases[i].kind,
					    .placeholder = "Select context...",
					    .items = agents,
					    .n_items = cases[i].n_items,
					    .n_picked = cases[i].n_picked };

		ck_assert_str_eq(context_picker_summary(&view, out, sizeof out), cases[i].expected);
	}
}
END_TEST

SUITE("context_picker", looks_right_for_many_and_for_one, serves_the_palette_without_marks,
      says_why_an_action_cannot_be_taken, says_when_nothing_is_found, keeps_the_cursor_in_sight,
      says_so_where_nothing_matches_whatever_is_picked_from, sums_up_what_is_picked)
