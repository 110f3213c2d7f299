// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

#include "base/human.h"
#include "tests/support/fleet_fixture.h"
#include "tests/support/golden.h"
#include "widgets/timeline.h"
#include "widgets/timeline_words.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { DAY_MS = 24 * HOUR_MS, ITEMS_MAX = 200 };

// A fleet whose timeline is all there is to it, and a view that lets all of it through.
struct scene {
	struct fleet_fixture f;
	struct view view;
	uint64_t nos[ITEMS_MAX];
	uint32_t agent;
};

static void scene_init(struct scene *s)
{
	fleet_fixture_init(&s->f);
	s->agent = fleet_fixture_add(&s->f, "WowCache", "intelligence", "prod");
}

static void scene_show(struct scene *s)
{
	fleet_fixture_view(&s->f, &s->view);
	s->view.timeline.nos = s->nos;
	s->view.timeline.n_items = fleet_n_timeline(s->f.fleet);
	ck_assert_uint_le(s->view.timeline.n_items, ITEMS_MAX);
	for (size_t i = 0; i < s->view.timeline.n_items; i++)
		s->nos[i] = i;
}

// Something of every type, oldest first, over three days.
static void scene_busy(struct scene *s)
{
	static const struct {
		enum action_type type;
		enum severity severity;
		const char *title, *text;
		int64_t age_ms;
	} news[] = {
		{ ACTION_CREATE, SEVERITY_INFO, "22 agents were added", "", 2 * (int64_t)DAY_MS },
		{ ACTION_DELETE, SEVERITY_INFO, "WowTester was removed", "gone from the file", DAY_MS },
		{ ACTION_STOP, SEVERITY_WARNING, "the feed was lost: reconnecting", "", 3 * HOUR_MS },
		{ ACTION_START, SEVERITY_INFO, "the feed is live", "", 2 * HOUR_MS },
		{ ACTION_UPDATE, SEVERITY_INFO, "version 0.4.1 -> 0.4.2", "seen in its health answer", 40 * MINUTE_MS },
		{ ACTION_ERROR, SEVERITY_CRITICAL, "WowCache is down: connection refused",
		  "3 of 3 probes failed; last good answer 14:49:50", 14 * MINUTE_MS },
		{ ACTION_INFO, SEVERITY_INFO, "probe interval shortened", "", 20 * SECOND_MS },
	};

	for (size_t i = 0; i < COUNT(news); i++) {
		fleet_fixture_notice(&s->f, s->agent, news[i].severity, news[i].type, news[i].title, news[i].text,
				     news[i].age_ms);
		if (news[i].type == ACTION_ERROR)
			fleet_fixture_action(&s->f, s->agent, "maria", "acknowledged agent_down", "rack move, CHG-1207",
					     12 * MINUTE_MS);
	}
	scene_show(s);
}

START_TEST(gives_each_action_a_glyph_a_word_and_a_colour)
{
	static const struct {
		enum action_type type;
		const char *word;
		style_t style;
	} cases[] = {
		{ ACTION_CREATE, "create", STYLE_OK },
		{ ACTION_START, "start", STYLE_OK },
		{ ACTION_UPDATE, "update", STYLE_PRIMARY },
		{ ACTION_DELETE, "delete", STYLE_BAD },
		{ ACTION_ERROR, "error", STYLE_BAD },
		{ ACTION_STOP, "stop", STYLE_WARN },
		{ ACTION_INFO, "info", STYLE_INFO },
		{ ACTION_TYPE_COUNT, "event", STYLE_PRIMARY },
		{ (enum action_type)99, "event", STYLE_PRIMARY },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct action_look *look = action_look(cases[i].type);

		ck_assert_str_eq(look->word, cases[i].word);
		ck_assert_int_eq(look->style, cases[i].style);
		if (cases[i].type < ACTION_TYPE_COUNT)
			ck_assert_str_eq(look->word, action_type_name(cases[i].type));
		for (size_t k = 0; k < i && cases[i].type <= ACTION_TYPE_COUNT; k++) { // never by colour alone
			ck_assert_uint_ne(look->glyph, action_look(cases[k].type)->glyph);
			ck_assert_int_ne(look->ascii, action_look(cases[k].type)->ascii);
		}
	}
}
END_TEST

START_TEST(groups_by_local_days)
{
	static const struct {
		int64_t age_ms;
		int32_t offset_s;
		const char *expected;
	} cases[] = {
		{ -MINUTE_MS, 0, "now" },
		{ 0, 0, "now" },
		{ 5 * MINUTE_MS - 1, 0, "now" },
		{ 5 * MINUTE_MS, 0, "today" },
		{ 15 * HOUR_MS, 0, "today" },
		{ 16 * HOUR_MS, 0, "yesterday" },
		{ 16 * HOUR_MS, 3600 * 2, "today" },
		{ 39 * HOUR_MS, 0, "yesterday" },
		{ 40 * HOUR_MS, 0, "2026-11-21" },
	};
	char out[HUMAN_MAX];

	for (size_t i = 0; i < COUNT(cases); i++)
		ck_assert_str_eq(
			timeline_group_text(FIXTURE_NOW_MS - cases[i].age_ms, FIXTURE_NOW_MS, cases[i].offset_s, out),
			cases[i].expected);
	ck_assert(!timeline_is_same_group(FIXTURE_NOW_MS - 40 * HOUR_MS, FIXTURE_NOW_MS - 70 * (int64_t)HOUR_MS,
					  FIXTURE_NOW_MS, 0));
	ck_assert_int_eq(timeline_group_of(-1000, 1000 + TIMELINE_NOW_MS, 0), GROUP_YESTERDAY);
}
END_TEST

START_TEST(makes_initials)
{
	static const struct {
		const char *who, *expected;
	} cases[] = { { "maria", "MA" },
		      { "ann.smith", "AS" },
		      { "Ann Lee Smith", "AL" },
		      { "x", "X" },
		      { "", "" },
		      { "bo@example.org", "BO" },
		      { "@bob", "BO" },
		      { "7up", "7U" },
		      { "--", "" },
		      { "日本", "日" },
		      { "é1", "é1" },
		      { "a-", "A" } };
	char out[INITIALS_MAX];

	for (size_t i = 0; i < COUNT(cases); i++)
		ck_assert_str_eq(timeline_initials(cases[i].who, out), cases[i].expected);
}
END_TEST

START_TEST(says_what_is_filtered)
{
	struct timeline_view view = { .text = "" };
	char out[200], tiny[8];

	ck_assert_str_eq(timeline_filter_text(&view, out, sizeof out), "");
	view.types = 1u << ACTION_ERROR | 1u << ACTION_STOP;
	view.min_severity = SEVERITY_WARNING;
	view.text = "cache";
	ck_assert_str_eq(timeline_filter_text(&view, out, sizeof out), "error, stop, warning and worse, \"cache\"");
	view = (struct timeline_view){ .min_severity = SEVERITY_CRITICAL };
	ck_assert_str_eq(timeline_filter_text(&view, out, sizeof out), "critical");
	ck_assert_str_eq(timeline_filter_text(&view, tiny, sizeof tiny), "critica");
}
END_TEST

START_TEST(looks_right_in_each_form)
{
	static const struct widget timeline = { .class = &timeline_class };
	static const struct timeline_options bare = {
		.max_items = 5, .hides_times = true, .hides_avatars = true, .is_compact = true
	};
	struct scene s;

	scene_init(&s);
	scene_busy(&s);
	golden_draw(&timeline, s.f.fleet, &s.view, &(struct golden_case){ "wide", 90, 20, false });
	golden_draw(&timeline, s.f.fleet, &s.view, &(struct golden_case){ "ascii", 60, 20, true });
	golden_draw(&timeline, s.f.fleet, &s.view, &(struct golden_case){ "narrow", 30, 12, false });
	golden_draw(&timeline, s.f.fleet, &s.view, &(struct golden_case){ "overflow", 60, 5, false });
	golden_draw(&timeline, s.f.fleet, &s.view, &(struct golden_case){ "low", 24, 2, false });
	s.view.timeline.is_absolute = true;
	s.view.timeline.is_compact = true;
	s.view.screen = SCREEN_TIMELINE;
	s.view.timeline.cursor = 2;
	s.view.timeline.expanded = fleet_timeline_at(s.f.fleet, 2)->no;
	golden_draw(&timeline, s.f.fleet, &s.view, &(struct golden_case){ "compact_expanded", 60, 14, false });
	s.view.timeline.types = 1u << ACTION_ERROR;
	golden_draw(&(struct widget){ .class = &timeline_class, .options = &bare }, s.f.fleet, &s.view,
		    &(struct golden_case){ "bare", 60, 14, false });
	golden_sweep(&timeline, s.f.fleet, &s.view, 70, 9);
	fleet_fixture_finish(&s.f);
}
END_TEST

START_TEST(is_calm_when_there_is_nothing)
{
	static const struct widget timeline = { .class = &timeline_class };
	struct fleet_fixture f;
	struct scene s;
	struct view view;

	fleet_fixture_init(&f);
	fleet_fixture_view(&f, &view);
	golden_draw(&timeline, f.fleet, &view, &(struct golden_case){ "empty", 40, 3, false });
	fleet_fixture_finish(&f);
	scene_init(&s);
	scene_busy(&s);
	s.view.timeline.n_items = 0;
	s.view.timeline.text = "zebra";
	golden_draw(&timeline, s.f.fleet, &s.view, &(struct golden_case){ "no_match", 40, 3, false });
	s.view.timeline.text = "";
	s.view.screen = SCREEN_AGENT;
	golden_draw(&timeline, s.f.fleet, &s.view, &(struct golden_case){ "no_news", 40, 3, false });
	fleet_fixture_finish(&s.f);
}
END_TEST

START_TEST(keeps_the_cursor_in_sight_and_follows_the_newest)
{
	struct scene s;

	scene_init(&s);
	for (int i = 0; i < 100; i++)
		fleet_fixture_notice(&s.f, 0, SEVERITY_INFO, ACTION_INFO, "tick", i % 2 ? "with a line" : "",
				     (100 - i) * (int64_t)SECOND_MS);
	scene_show(&s);
	ck_assert_uint_eq(timeline_first_shown(s.f.fleet, &s.view, NULL, 60, 10), 0);
	s.view.timeline.is_following = false;
	for (size_t cursor = 0; cursor < 100; cursor++) {
		size_t first;

		s.view.timeline.cursor = cursor;
		first = timeline_first_shown(s.f.fleet, &s.view, NULL, 60, 11);
		ck_assert_uint_le(first, cursor);
		ck_assert_uint_le(cursor - first, 6); // nine rows hold six items of one and two rows
		if (cursor >= 8)
			ck_assert_uint_ge(cursor - first, 5);
	}
	s.view.timeline.cursor = 10;
	s.view.timeline.top = 50;
	ck_assert_uint_eq(timeline_first_shown(s.f.fleet, &s.view, NULL, 60, 11), 10);
	s.view.timeline.cursor = 500;
	ck_assert_uint_le(timeline_first_shown(s.f.fleet, &s.view, NULL, 60, 11), 99);
	s.view.timeline.cursor = s.view.timeline.top = 30;
	golden_draw(&(struct widget){ .class = &timeline_class }, s.f.fleet, &s.view,
		    &(struct golden_case){ "scrolled", 60, 6, false });
	fleet_fixture_finish(&s.f);
}
END_TEST

START_TEST(cuts_long_texts_and_outlives_forgotten_items)
{
	char title[201], text[501];
	struct scene s;

	memset(title, 't', 200);
	memset(text, 'd', 500);
	title[200] = text[500] = '\0';
	scene_init(&s);
	fleet_fixture_notice(&s.f, s.agent, SEVERITY_INFO, (enum action_type)42, title, text, HOUR_MS);
	scene_show(&s);
	s.view.timeline.expanded = fleet_timeline_at(s.f.fleet, 0)->no;
	s.nos[1] = 12345; // an index that the fleet has no item for
	golden_draw(&(struct widget){ .class = &timeline_class }, s.f.fleet, &s.view,
		    &(struct golden_case){ "long", 60, 14, false });
	fleet_fixture_finish(&s.f);
}
END_TEST

START_TEST(shows_no_more_items_than_asked_for)
{
	static const struct {
		int max_items;
		size_t first; // with the cursor on the last of 100, and room for two
	} cases[] = { { 5, 3 }, { 0, 99 }, { -1, 99 }, { 50, 48 }, { 1000, 99 } };
	struct scene s;

	scene_init(&s);
	for (int i = 0; i < 99; i++)
		fleet_fixture_notice(&s.f, 0, SEVERITY_INFO, ACTION_INFO, "tick", "", HOUR_MS);
	scene_show(&s);
	s.view.timeline.is_following = false;
	s.view.timeline.cursor = 99;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct timeline_options options = { .max_items = cases[i].max_items };

		ck_assert_uint_eq(timeline_first_shown(s.f.fleet, &s.view, &options, 60, 3), cases[i].first);
	}
	fleet_fixture_finish(&s.f);
}
END_TEST

// Rows that begin an item carry the glyph of its type, here that of stop.
static size_t n_drawn(const struct scene *s, int max_items)
{
	const struct timeline_options options = { .max_items = max_items, .is_compact = true };
	const struct widget timeline = { .class = &timeline_class, .options = &options };
	struct canvas canvas;
	size_t n = 0;

	ck_assert_int_eq(canvas_create(60, 140, false, &canvas), 0);
	widget_draw(&timeline, s->f.fleet, &s->view, &canvas);
	for (int y = 0; y < canvas.height; y++)
		n += canvas_cell(&canvas, 10, y)->glyph == action_look(ACTION_STOP)->glyph;
	canvas_destroy(&canvas);
	return n;
}

START_TEST(draws_every_item_up_to_the_number_asked_for)
{
	static const int sizes[] = { 0, 1, 20, 100 }, limits[] = { 10, 5, 0, -1, 50 };

	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct scene s;

		fleet_fixture_init(&s.f);
		for (int k = 0; k < sizes[i]; k++)
			fleet_fixture_notice(&s.f, 0, SEVERITY_INFO, ACTION_STOP, "stopped", "", HOUR_MS);
		scene_show(&s);
		for (size_t k = 0; k < COUNT(limits); k++) {
			int expected = limits[k] > 0 && limits[k] < sizes[i] ? limits[k] : sizes[i];

			ck_assert_uint_eq(n_drawn(&s, limits[k]), (size_t)expected);
		}
		fleet_fixture_finish(&s.f);
	}
}
END_TEST

SUITE("timeline", draws_every_item_up_to_the_number_asked_for, gives_each_action_a_glyph_a_word_and_a_colour,
      groups_by_local_days, makes_initials, says_what_is_filtered, looks_right_in_each_form,
      is_calm_when_there_is_nothing, keeps_the_cursor_in_sight_and_follows_the_newest,
      cuts_long_texts_and_outlives_forgotten_items, shows_no_more_items_than_asked_for)
