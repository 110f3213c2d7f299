// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

#include "model/agent.h"
#include "tests/support/fleet_fixture.h"
#include "tests/support/golden.h"
#include "widgets/agent_columns.h"
#include "widgets/agent_table.h"
#include "widgets/list.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct widget table = { .class = &agent_table_class };

static struct fleet_fixture f;
static struct view view;

START_TEST(shows_more_columns_where_there_is_room)
{
	static const struct golden_case cases[] = {
		{ "wide", 200, 12, false },   { "half", 118, 12, false }, { "80", 80, 12, false },
		{ "ascii", 80, 8, true },     { "narrow", 40, 8, false }, { "tiny", 20, 3, false },
		{ "two_rows", 30, 2, false },
	};

	fleet_fixture_init(&f);
	fleet_fixture_platform(&f);
	fleet_fixture_view(&f, &view);
	view.table.cursor = 6;
	for (size_t i = 0; i < COUNT(cases); i++)
		golden_draw(&table, f.fleet, &view, &cases[i]);
	view.focus = PANE_TIMELINE;
	view.table.sort = COLUMN_LATENCY;
	view.table.is_descending = true;
	golden_draw(&table, f.fleet, &view, &(struct golden_case){ "sorted_unfocused", 80, 10, false });
	golden_sweep(&table, f.fleet, &view, 130, 6);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(shows_who_is_marked)
{
	uint32_t marks[2];

	fleet_fixture_init(&f);
	fleet_fixture_platform(&f);
	fleet_fixture_view(&f, &view);
	marks[0] = view.table.ids[1];
	marks[1] = view.table.ids[3];
	view.table.marks = marks;
	view.table.n_marks = 2;
	golden_draw(&table, f.fleet, &view, &(struct golden_case){ "marked", 80, 8, false });
	view.table.n_marks_hidden = 1;
	golden_draw(&table, f.fleet, &view, &(struct golden_case){ "marked_narrow", 44, 8, true });
	golden_sweep(&table, f.fleet, &view, 60, 6);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(lines_up_wide_and_combining_characters)
{
	static const char *const names[] = { "日本語エージェント", "Ange\u0301line", "plain",
					     "한국어-서비스-이름이-아주-길다" };

	fleet_fixture_init(&f);
	for (size_t i = 0; i < COUNT(names); i++)
		fleet_fixture_health(&f, fleet_fixture_add(&f, names[i], "東京", "prod"), OBSERVED_UP, REASON_NONE,
				     HOUR_MS);
	fleet_fixture_view(&f, &view);
	golden_draw(&table, f.fleet, &view, &(struct golden_case){ "wide_characters", 80, 7, false });
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(shows_in_red_whose_certificate_is_not_verified)
{
	static const enum reason reasons[] = { REASON_NONE, REASON_CONNECT_REFUSED };

	fleet_fixture_init(&f);
	for (uint32_t id = 1; id <= COUNT(reasons); id++) {
		struct event *event = event_new(EVENT_AGENT_CHANGED, FIXTURE_NOW_MS, id);
		struct agent *agent;

		fleet_fixture_add(&f, id == 1 ? "well" : "ill", "web", "dev");
		fleet_fixture_health(&f, id, id == 1 ? OBSERVED_UP : OBSERVED_DOWN, reasons[id - 1], HOUR_MS);
		agent = agent_copy(fleet_agent(f.fleet, id)->agent);
		agent->tls.is_insecure = true;
		event->u.agent = agent;
		fleet_fixture_apply(&f, event);
	}
	fleet_fixture_view(&f, &view);
	golden_draw(&table, f.fleet, &view, &(struct golden_case){ "insecure", 80, 5, false });
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(says_why_it_is_empty)
{
	fleet_fixture_init(&f);
	fleet_fixture_view(&f, &view);
	golden_draw(&table, f.fleet, &view, &(struct golden_case){ "empty", 60, 5, false });
	view.table.mode = TABLE_NEWLY_BAD;
	golden_draw(&table, f.fleet, &view, &(struct golden_case){ "empty_newly_bad", 60, 5, false });
	view.table.mode = TABLE_DIFFERS;
	golden_draw(&table, f.fleet, &view, &(struct golden_case){ "empty_differs", 60, 5, false });
	view.table.filter = "cache";
	golden_draw(&table, f.fleet, &view, &(struct golden_case){ "empty_filter", 60, 5, false });
	view.table.filter = "";
	view.table.mode = TABLE_ALL;
	view.table.n_total = 22;
	golden_draw(&table, f.fleet, &view, &(struct golden_case){ "empty_context", 60, 5, false });
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(tells_why_in_a_few_words)
{
	uint32_t ids[8];
	struct health health;

	fleet_fixture_init(&f);
	for (size_t i = 0; i < COUNT(ids); i++)
		ids[i] = fleet_fixture_add(&f, "agent", "", "");
	health = fleet_fixture_healthy(HOUR_MS);
	health.toward = OBSERVED_DOWN;
	health.attempt_n = 2;
	health.reason = REASON_TIMEOUT_HEADERS;
	fleet_fixture_health_event(&f, ids[0], &health);
	health.observed = OBSERVED_DOWN;
	health.toward = OBSERVED_UP;
	health.attempt_n = 1;
	health.attempt_of = 2;
	fleet_fixture_health_event(&f, ids[1], &health);
	health = fleet_fixture_healthy(HOUR_MS);
	health.is_flapping = true;
	health.flap_percent = 42;
	fleet_fixture_health_event(&f, ids[2], &health);
	health.overlays = OVERLAY_MAINTENANCE | OVERLAY_ACKNOWLEDGED;
	health.is_flapping = false;
	fleet_fixture_health_event(&f, ids[3], &health);
	health.overlays = 0;
	health.freshness = FRESHNESS_LATE;
	fleet_fixture_health_event(&f, ids[4], &health);
	health.freshness = FRESHNESS_FRESH;
	health.observed = health.toward = OBSERVED_DOWN;
	health.reason = REASON_HTTP_STATUS;
	snprintf(health.detail, sizeof health.detail, "503 Service Unavailable");
	fleet_fixture_health_event(&f, ids[5], &health);
	health.quality = PROBE_OFFLINE;
	fleet_fixture_health_event(&f, ids[6], &health);
	fleet_fixture_view(&f, &view);
	golden_draw(&table, f.fleet, &view, &(struct golden_case){ "reasons", 100, 10, false });
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(survives_agents_that_are_gone)
{
	uint32_t gone[] = { 1, 99 };

	fleet_fixture_init(&f);
	fleet_fixture_add(&f, "here", "", "");
	fleet_fixture_view(&f, &view);
	view.table.ids = gone;
	view.table.n_ids = view.table.n_total = 2;
	view.table.cursor = 1;
	golden_draw(&table, f.fleet, &view, &(struct golden_case){ "gone", 60, 5, false });
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(keeps_the_cursor_in_sight)
{
	static const struct {
		size_t top, cursor, n, rows, expected;
	} rows[] = {
		{ 0, 0, 0, 5, 0 },  { 0, 4, 10, 5, 0 }, { 0, 5, 10, 5, 1 },  { 6, 2, 10, 5, 2 },
		{ 9, 9, 10, 5, 5 }, { 0, 3, 4, 5, 0 },  { 0, 99, 10, 5, 5 }, { 3, 3, 10, 0, 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		ck_assert_uint_eq(list_first_shown(rows[i].top, rows[i].cursor, rows[i].n, rows[i].rows),
				  rows[i].expected);
	ck_assert_int_eq(agent_table_rows(24), 22);
	ck_assert_int_eq(agent_table_rows(3), 2);
	ck_assert_int_eq(agent_table_rows(2), 2);
	ck_assert_int_eq(agent_table_rows(0), 0);
}
END_TEST

START_TEST(places_columns_side_by_side_at_any_width)
{
	int wanted[COLUMN_COUNT];

	for (int i = 0; i < COLUMN_COUNT; i++)
		wanted[i] = 5 + i * 3;
	for (int width = 0; width < 300; width++) {
		struct column_layout layout;
		int x = 0;

		agent_columns_place(width, wanted, COLUMN_STATE, &layout);
		for (size_t i = 0; i < layout.n; i++) {
			ck_assert_int_ge(layout.places[i].x, x);
			ck_assert_int_gt(layout.places[i].width, 0);
			x = layout.places[i].x + layout.places[i].width;
			ck_assert_str_ne(agent_column_title(layout.places[i].column), "");
		}
		ck_assert_int_le(x, width);
		ck_assert(width == 0 || layout.n > 0);
	}
}
END_TEST

START_TEST(shows_the_column_that_it_is_sorted_by)
{
	int wanted[COLUMN_COUNT];

	for (int i = 0; i < COLUMN_COUNT; i++)
		wanted[i] = 30;
	for (int sort = 0; sort < COLUMN_COUNT; sort++)
		for (int width = 56; width < 120; width++) {
			struct column_layout layout;
			size_t at = 0;

			agent_columns_place(width, wanted, (enum agent_column)sort, &layout);
			while (at < layout.n && layout.places[at].column != (enum agent_column)sort)
				at++;
			ck_assert_msg(at < layout.n, "no %s at %d", agent_column_title((enum agent_column)sort), width);
		}
}
END_TEST

SUITE("agent_table", shows_more_columns_where_there_is_room, shows_who_is_marked,
      lines_up_wide_and_combining_characters, shows_in_red_whose_certificate_is_not_verified, says_why_it_is_empty,
      tells_why_in_a_few_words, survives_agents_that_are_gone, keeps_the_cursor_in_sight,
      places_columns_side_by_side_at_any_width, shows_the_column_that_it_is_sorted_by)
