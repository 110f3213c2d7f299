// SPDX-License-Identifier: Apache-2.0
/* Keys in, view state and screens out. */
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/console/console_fixture.h"
#include "widgets/agent_columns.h"

START_TEST(a_glance_takes_no_key)
{
	static const struct {
		int width, height;
	} sizes[] = { { 200, 50 }, { 120, 36 }, { 80, 24 }, { 40, 12 } };
	struct console_fixture f;

	console_fixture_init(&f);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		console_fixture_draw(&f, sizes[i].width, sizes[i].height);
		ck_assert(console_fixture_shows(&f, "DOWN"));
		ck_assert(console_fixture_shows(&f, "2 of 22"));
		ck_assert(console_fixture_shows(&f, "live"));
	}
	console_fixture_finish(&f);
}
END_TEST

START_TEST(why_is_this_bad_takes_one_key)
{
	struct console_fixture f;

	console_fixture_init(&f);
	ck_assert_str_eq(console_fixture_selected(&f), "WowEvent"); // the worst, the latest
	console_fixture_keys(&f, "Enter");
	ck_assert_int_eq(console_fixture_view(&f)->screen, SCREEN_AGENT);
	ck_assert(console_fixture_shows(&f, "no answer in time"));
	console_fixture_keys(&f, "Esc");
	ck_assert_int_eq(console_fixture_view(&f)->screen, SCREEN_OVERVIEW);
	console_fixture_keys(&f, "Esc Esc Esc");
	ck_assert(!console_wants_quit(f.console)); // Esc never quits
	console_fixture_keys(&f, "q");
	ck_assert(console_wants_quit(f.console));
	console_fixture_finish(&f);
}
END_TEST

START_TEST(from_an_alert_to_its_agent_takes_two_keys)
{
	struct console_fixture f;

	console_fixture_init(&f);
	console_fixture_keys(&f, "A Enter");
	ck_assert_int_eq(console_fixture_view(&f)->screen, SCREEN_AGENT);
	ck_assert_str_eq(fleet_agent(f.fleet.fleet, console_fixture_view(&f)->agent)->agent->name, "WowEvent");
	console_fixture_keys(&f, "[ ] b f");
	ck_assert_int_eq(console_fixture_view(&f)->screen, SCREEN_AGENT);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(screens_are_a_key_away)
{
	static const struct {
		const char *keys;
		enum screen_id screen;
	} table[] = {
		{ "2", SCREEN_AGENT },
		{ "3", SCREEN_ALERTS },
		{ "4", SCREEN_METRICS },
		{ "5", SCREEN_TIMELINE },
		{ "7", SCREEN_AUDIT },
		{ "L", SCREEN_AUDIT },
		{ "?", SCREEN_HELP },
		{ "? ?", SCREEN_OVERVIEW },
		{ "A o", SCREEN_OVERVIEW },
		{ "5 1", SCREEN_OVERVIEW },
		{ "Enter Enter", SCREEN_METRICS },
		{ "M Esc", SCREEN_OVERVIEW },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct console_fixture f;

		console_fixture_init(&f);
		console_fixture_keys(&f, table[i].keys);
		ck_assert_msg(console_fixture_view(&f)->screen == table[i].screen, "%s", table[i].keys);
		console_fixture_finish(&f);
	}
}
END_TEST

START_TEST(the_cursor_stays_on_its_agent)
{
	struct console_fixture f;

	console_fixture_init(&f);
	console_fixture_keys(&f, "j j");
	ck_assert_str_eq(console_fixture_selected(&f), "WowAnalytics");
	fleet_fixture_health(&f.fleet, 1, OBSERVED_DOWN, REASON_RESET, 0);
	console_fixture_draw(&f, 120, 36);
	ck_assert_str_eq(console_fixture_selected(&f), "WowAnalytics");
	ck_assert_uint_eq(console_fixture_view(&f)->table.cursor, 3);
	console_fixture_keys(&f, "g");
	ck_assert_uint_eq(console_fixture_view(&f)->table.cursor, 0);
	fleet_fixture_health(&f.fleet, 4, OBSERVED_DOWN, REASON_RESET, -1000);
	console_fixture_draw(&f, 120, 36);
	ck_assert_uint_eq(console_fixture_view(&f)->table.cursor, 0); // at the top it stays with the worst
	console_fixture_keys(&f, "G");
	ck_assert_uint_eq(console_fixture_view(&f)->table.cursor, 21);
	console_fixture_keys(&f, "PgUp PgDn Home End k");
	ck_assert_uint_eq(console_fixture_view(&f)->table.cursor, 20);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(text_and_selectors_filter_while_they_are_typed)
{
	static const struct {
		const char *keys;
		size_t n;
	} table[] = {
		{ "/ wowca", 1 },      { "/ REFUSED", 1 },          { "/ tier=scale", 4 },
		{ "/ wowca Esc", 22 }, { "/ wowca Enter Esc", 22 }, { "/ wowca Enter C", 22 },
		{ "/ zzz", 0 },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct console_fixture f;

		console_fixture_init(&f);
		console_fixture_keys(&f, table[i].keys);
		ck_assert_msg(console_fixture_view(&f)->table.n_ids == table[i].n, "%s: %zu", table[i].keys,
			      console_fixture_view(&f)->table.n_ids);
		console_fixture_finish(&f);
	}
}
END_TEST

START_TEST(a_selector_that_is_none_is_said)
{
	struct console_fixture f;

	console_fixture_init(&f);
	console_fixture_keys(&f, "/ tier=scale,=x Enter");
	ck_assert(console_fixture_view(&f)->prompt.is_open);
	ck_assert_str_ne(console_fixture_view(&f)->prompt.error, "");
	console_fixture_keys(&f, "BSpace BSpace BSpace Enter");
	ck_assert(!console_fixture_view(&f)->prompt.is_open);
	ck_assert_uint_eq(console_fixture_view(&f)->table.n_ids, 4);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(the_context_filters_every_panel)
{
	struct console_fixture f;
	const struct view *view;

	console_fixture_init(&f);
	view = console_fixture_view(&f);
	size_t n_items = view->timeline.n_items;

	console_fixture_keys(&f, "c Tab");
	ck_assert_int_eq(view->picker.kind, PICK_TIERS);
	console_fixture_keys(&f, "intelligence Enter");
	ck_assert_str_eq(view->context, "tier intelligence");
	ck_assert_uint_eq(view->table.n_ids, 4);
	ck_assert_uint_eq(view->scope.total, 4);
	ck_assert_uint_eq(view->scope.n_bad, 2);
	ck_assert_uint_eq(view->scope.n_tiers, 1);
	ck_assert_uint_lt(view->timeline.n_items, n_items);
	console_fixture_keys(&f, "A");
	ck_assert_uint_eq(view->alerts.n_ids, 2); // WowCache's and WowSearch's
	ck_assert_uint_eq(view->scope.alerts[ALERT_ACTIVE], 0);
	ck_assert_uint_eq(view->scope.alerts[ALERT_SNOOZED], 1);
	console_fixture_keys(&f, "C");
	ck_assert_str_eq(view->context, "");
	ck_assert_uint_eq(view->alerts.n_ids, 3);
	ck_assert_uint_eq(view->scope.alerts[ALERT_ACTIVE], 1);
	ck_assert_uint_eq(view->scope.total, 22);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(every_kind_of_context_can_be_picked)
{
	struct console_fixture f;
	const struct view *view;

	console_fixture_init(&f);
	view = console_fixture_view(&f);
	console_fixture_keys(&f, "c space space Tab space S-Tab");
	ck_assert_int_eq(view->picker.kind, PICK_AGENTS);
	ck_assert_uint_eq(view->picker.n_picked, 2);
	console_fixture_keys(&f, "Tab Tab Tab");
	ck_assert_int_eq(view->picker.kind, PICK_LABELS);
	ck_assert_uint_gt(view->picker.n_items, 3);
	console_fixture_keys(&f, "Tab");
	ck_assert_int_eq(view->picker.kind, PICK_SERVICES);
	console_fixture_keys(&f, "Esc");
	ck_assert(!view->picker.is_open);
	ck_assert_str_eq(view->context, "2 agents, tier communication");
	console_fixture_finish(&f);
}
END_TEST

START_TEST(newly_bad_is_a_view_with_an_order_of_its_own)
{
	struct console_fixture f;
	const struct view *view;

	console_fixture_init(&f);
	view = console_fixture_view(&f);
	console_fixture_keys(&f, "n");
	ck_assert_int_eq(view->table.mode, TABLE_NEWLY_BAD);
	ck_assert_uint_eq(view->table.n_ids, 4);
	ck_assert_str_eq(console_fixture_selected(&f), "WowAnalytics");
	fleet_fixture_health(&f.fleet, view->selected, OBSERVED_UP, REASON_NONE, 0);
	console_fixture_draw(&f, 120, 36);
	ck_assert_uint_eq(view->table.n_ids, 3);
	console_fixture_keys(&f, "n");
	ck_assert_int_eq(view->table.sort, COLUMN_STATE);
	ck_assert_uint_eq(view->table.n_ids, 22);
	console_fixture_keys(&f, "d");
	ck_assert_int_eq(view->table.mode, TABLE_DIFFERS);
	console_fixture_wait(&f, PEERS_EVERY_MS);
	console_fixture_keys(&f, "Esc");
	ck_assert_int_eq(view->table.mode, TABLE_ALL);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(every_column_sorts_both_ways)
{
	struct console_fixture f;
	const struct view *view;

	console_fixture_init(&f);
	view = console_fixture_view(&f);
	for (int i = 0; i < COLUMN_COUNT; i++) {
		bool was_descending;

		console_table_sort(f.console, (enum agent_column)i, false);
		console_fixture_keys(&f, "S");
		was_descending = view->table.is_descending;
		console_fixture_keys(&f, "S");
		ck_assert(view->table.is_descending != was_descending);
		ck_assert_uint_eq(view->table.n_ids, 22);
	}
	console_fixture_keys(&f, ": sort space latency Enter");
	ck_assert_int_eq(view->table.sort, COLUMN_LATENCY);
	ck_assert(view->table.is_descending);
	fleet_fixture_probed(&f.fleet, 3, REASON_NONE, 200, 999999);
	fleet_fixture_series(&f.fleet);
	console_fixture_draw(&f, 120, 36);
	ck_assert_uint_eq(view->table.ids[0], 3); // one that did not answer in 5 s has no latency
	console_fixture_keys(&f, ": sort space cpu Enter");
	fleet_fixture_point(&f.fleet, 4, FIXTURE_CPU, -1000, 100);
	fleet_fixture_series(&f.fleet);
	console_fixture_draw(&f, 120, 36);
	ck_assert_uint_eq(view->table.ids[0], 4);
	console_fixture_finish(&f);
}
END_TEST

static bool shows_order(struct console_fixture *f)
{
	static const char *const marks[] = { "▲", "▼" };
	const char *title = agent_column_title(console_fixture_view(f)->table.sort);
	bool is_found = false;
	char text[32];

	for (size_t i = 0; i < 2; i++) {
		snprintf(text, sizeof text, "%s%s", title, marks[i]);
		is_found |= console_fixture_shows(f, text);
		snprintf(text, sizeof text, "%s%s", marks[i], title);
		is_found |= console_fixture_shows(f, text);
		if (console_fixture_view(f)->table.sort == COLUMN_STATE) { // where there is room for its glyph alone
			snprintf(text, sizeof text, "%s  NAME", marks[i]);
			is_found |= console_fixture_shows(f, text);
		}
	}
	return is_found;
}

// At each size: the mark of the order stands in sight after every key, and all columns that have a place get a turn.
START_TEST(sorting_passes_over_columns_out_of_sight)
{
	static const struct {
		int width, least, most; // orders
	} sizes[] = { { 200, 8, COLUMN_COUNT }, { 80, 7, COLUMN_COUNT }, { 44, 3, 12 }, { 24, 1, 4 } };

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct console_fixture f;
		enum agent_column first;
		int n = 0;

		console_fixture_init(&f);
		fleet_fixture_series(&f.fleet);
		console_fixture_draw(&f, sizes[i].width, 24);
		console_fixture_keys(&f, "s");
		first = console_fixture_view(&f)->table.sort;
		do {
			console_fixture_keys(&f, "s");
			console_fixture_draw(&f, sizes[i].width, 24);
			ck_assert(shows_order(&f));
			n++;
		} while (console_fixture_view(&f)->table.sort != first && n < 2 * COLUMN_COUNT);
		ck_assert_int_ge(n, sizes[i].least);
		ck_assert_int_le(n, sizes[i].most);
		console_fixture_finish(&f);
	}
}
END_TEST

START_TEST(the_end_of_an_agents_page_is_one_key_from_its_last_line)
{
	struct console_fixture f;
	const struct view *view;
	size_t last;

	console_fixture_init(&f);
	view = console_fixture_view(&f);
	console_fixture_keys(&f, "Enter");
	console_fixture_draw(&f, 80, 24);
	console_fixture_keys(&f, "End");
	last = view->detail_top;
	ck_assert_uint_gt(last, 0);
	console_fixture_draw(&f, 80, 24);
	ck_assert(console_fixture_shows(&f, "source"));
	console_fixture_keys(&f, "Down Up");
	ck_assert_uint_eq(view->detail_top, last - 1);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(the_palette_does_what_it_says)
{
	struct console_fixture f;
	const struct view *view;

	console_fixture_init(&f);
	view = console_fixture_view(&f);
	console_fixture_keys(&f, ":");
	ck_assert_int_eq(view->picker.kind, PICK_COMMANDS);
	ck_assert_uint_gt(view->picker.n_items, 30);
	console_fixture_keys(&f, "range space 7d Enter");
	ck_assert_int_eq(view->range, RANGE_7D);
	console_fixture_keys(&f, "T");
	ck_assert(view->picker.items[0].is_picked); // dark, which nobody has picked
	console_fixture_keys(&f, "Esc : theme space light Enter");
	ck_assert_str_eq(console_theme(f.console), "light");
	console_fixture_keys(&f, "T");
	ck_assert(!view->picker.items[0].is_picked && view->picker.items[1].is_picked);
	console_fixture_keys(&f, "Esc");
	console_fixture_keys(&f, ": pause: Enter");
	ck_assert(view->is_paused);
	console_fixture_keys(&f, ": export Enter");
	ck_assert(view->picker.is_open); // one list opens another
	ck_assert_int_eq(view->picker.kind, PICK_CHOICE);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(panes_and_panels_take_the_keys)
{
	struct console_fixture f;
	const struct view *view;

	console_fixture_init(&f);
	view = console_fixture_view(&f);
	console_fixture_keys(&f, "Tab");
	ck_assert_int_eq(view->focus, PANE_TIMELINE);
	console_fixture_keys(&f, "j j");
	ck_assert_uint_eq(view->timeline.cursor, 2);
	console_fixture_keys(&f, "e");
	ck_assert_uint_ne(view->timeline.expanded, 0);
	console_fixture_keys(&f, "Esc");
	ck_assert_uint_eq(view->timeline.expanded, 0);
	console_fixture_keys(&f, "Tab l l j Left");
	ck_assert_int_eq(view->focus, PANE_PANELS);
	ck_assert_uint_eq(view->focused_series, 2);
	console_fixture_keys(&f, "Enter");
	ck_assert(view->is_chart_open);
	console_fixture_keys(&f, "Esc");
	ck_assert(!view->is_chart_open);
	console_fixture_keys(&f, "l l l l l l l l");
	ck_assert_uint_eq(view->focused_series, FIXTURE_SERIES_COUNT - 1);
	console_fixture_keys(&f, "Home");
	ck_assert_uint_eq(view->focused_series, 0);
	console_fixture_keys(&f, "End");
	ck_assert_uint_eq(view->focused_series, FIXTURE_SERIES_COUNT - 1);
	console_fixture_keys(&f, "S-Tab S-Tab S-Tab Esc");
	ck_assert_int_eq(view->focus, PANE_TABLE);
	console_fixture_draw(&f, 80, 24); // there is no room for panels beside the rest
	console_fixture_keys(&f, "S-Tab");
	ck_assert(layout_has(&f.console->layout, SLOT_PANELS));
	console_fixture_keys(&f, "4 Tab j Tab j");
	console_fixture_finish(&f);
}
END_TEST

START_TEST(the_timeline_is_filtered_and_read)
{
	struct console_fixture f;
	const struct view *view;
	size_t all;

	console_fixture_init(&f);
	view = console_fixture_view(&f);
	console_fixture_keys(&f, "5");
	all = view->timeline.n_items;
	console_fixture_keys(&f, "y error space Enter");
	ck_assert_uint_eq(view->timeline.types, 1U << ACTION_ERROR);
	ck_assert(view->timeline.n_items > 0 && view->timeline.n_items < all);
	console_fixture_keys(&f, "v v");
	ck_assert_int_eq(view->timeline.min_severity, SEVERITY_CRITICAL);
	console_fixture_keys(&f, "C");
	ck_assert_uint_eq(view->timeline.n_items, all);
	console_fixture_keys(&f, "/ maria Enter");
	ck_assert_uint_eq(view->timeline.n_items, 1);
	console_fixture_keys(&f, "Enter");
	ck_assert_int_eq(view->screen, SCREEN_AGENT); // of the item
	ck_assert_uint_eq(view->timeline.n_items, 1);
	console_fixture_keys(&f, "u");
	ck_assert(view->timeline.is_absolute);
	ck_assert_int_eq(view->utc_offset_s, 3600);
	console_fixture_keys(&f, "u");
	ck_assert_int_eq(view->utc_offset_s, 0);
	console_fixture_keys(&f, "u");
	ck_assert(!view->timeline.is_absolute);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(an_export_says_where_it_went)
{
	char dir[] = "/tmp/opscon-journey-XXXXXX";
	struct console_fixture f;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
	console_fixture_init(&f);
	console_fixture_keys(&f, "x csv Enter");
	ck_assert(console_fixture_shows(&f, "./opscon-timeline-20261123-150405.csv"));
	ck_assert_int_eq(access("opscon-timeline-20261123-150405.csv", R_OK), 0);
	console_fixture_keys(&f, "x csv Enter");
	ck_assert(console_fixture_shows(&f, "not exported: File exists"));
	ck_assert_int_eq(unlink("opscon-timeline-20261123-150405.csv"), 0);
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(rmdir(dir), 0);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(alerts_are_listed_by_what_they_want)
{
	struct console_fixture f;
	const struct view *view;
	static const size_t n[] = { 3, 1, 1, 4, 3 };

	console_fixture_init(&f);
	view = console_fixture_view(&f);
	console_fixture_keys(&f, "A");
	for (size_t i = 0; i < 5; i++) {
		ck_assert_uint_eq(view->alerts.n_ids, n[i]);
		console_fixture_keys(&f, "w");
	}
	console_fixture_keys(&f, "w w w /wowsearch Enter");
	console_fixture_keys(&f, "C G");
	uint32_t held = view->alerts.ids[view->alerts.cursor];

	fleet_fixture_alert(&f.fleet, 1, SEVERITY_CRITICAL, ALERT_ACTIVE, "new", "", 0);
	console_fixture_draw(&f, 120, 36);
	ck_assert_uint_eq(view->alerts.ids[view->alerts.cursor], held);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(a_paused_screen_stays_as_it_is)
{
	struct console_fixture f;

	console_fixture_init(&f);
	console_fixture_keys(&f, "p");
	ck_assert_int_eq(console_next_wake_ms(f.console), INT64_MAX);
	fleet_fixture_health(&f.fleet, 1, OBSERVED_DOWN, REASON_RESET, 0);
	fleet_fixture_notice(&f.fleet, 0, SEVERITY_CRITICAL, ACTION_ERROR, "x", "", 0);
	for (int i = 0; i < 60; i++) {
		f.now = instant_add(f.now, 1000);
		console_tick(f.console, f.now);
		ck_assert(!console_is_dirty(f.console));
	}
	console_fixture_keys(&f, "p");
	ck_assert_uint_eq(console_fixture_view(&f)->scope.by_state[HEALTH_DOWN], 3);
	ck_assert_int_lt(console_next_wake_ms(f.console), INT64_MAX);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(ages_and_messages_change_by_time_alone)
{
	struct console_fixture f;

	console_fixture_init(&f);
	ck_assert_int_eq(console_next_wake_ms(f.console), f.now.mono_ms + 1000);
	f.now = instant_add(f.now, 999);
	console_tick(f.console, f.now);
	ck_assert(!console_is_dirty(f.console));
	f.now = instant_add(f.now, 1);
	console_tick(f.console, f.now);
	ck_assert(console_is_dirty(f.console));
	console_fixture_keys(&f, "r");
	ck_assert_str_ne(console_fixture_view(&f)->message, "");
	console_fixture_wait(&f, MESSAGE_MS);
	ck_assert_str_eq(console_fixture_view(&f)->message, "");
	console_fixture_finish(&f);
}
END_TEST

START_TEST(a_paste_is_no_command)
{
	struct console_fixture f;

	console_fixture_init(&f);
	console_fixture_paste(&f, "q\rr a");
	ck_assert(!console_wants_quit(f.console));
	ck_assert_uint_eq(f.feed.n, 0);
	console_fixture_keys(&f, "/");
	console_fixture_paste(&f, "wowca\r");
	ck_assert(console_fixture_view(&f)->prompt.is_open);
	ck_assert_uint_eq(console_fixture_view(&f)->table.n_ids, 0); // "wowca " with the blank of the line's end
	console_fixture_finish(&f);
}
END_TEST

START_TEST(wheel_and_clicks_work_when_they_come)
{
	struct console_fixture f;
	const struct rect *rect;

	console_fixture_init(&f);
	console_key(f.console, &(struct key){ .code = KEY_CODE_WHEEL_DOWN }, f.now);
	ck_assert_uint_eq(console_fixture_view(&f)->table.cursor, WHEEL_ROWS);
	console_key(f.console, &(struct key){ .code = KEY_CODE_WHEEL_UP }, f.now);
	ck_assert_uint_eq(console_fixture_view(&f)->table.cursor, 0);
	rect = &f.console->layout.slots[SLOT_TIMELINE];
	console_key(f.console, &(struct key){ .code = KEY_CODE_MOUSE, .x = rect->x, .y = rect->y }, f.now);
	ck_assert_int_eq(console_fixture_view(&f)->focus, PANE_TIMELINE);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(every_screen_is_drawn_at_every_size)
{
	static const char *const keys[] = { "o", "2", "3", "4", "5", "?", "o c", "Esc :", "Esc /", "Esc !" };
	struct console_fixture f;

	console_fixture_init(&f);
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		console_fixture_keys(&f, keys[i]);
		for (int height = 1; height < 60; height += 3)
			for (int width = 1; width < 220; width += 17)
				console_fixture_draw(&f, width, height);
		console_fixture_draw(&f, 120, 36);
	}
	console_fixture_finish(&f);
}
END_TEST

START_TEST(a_bad_key_in_the_configuration_is_said)
{
	struct key_config keys[] = { { "C-k", "ack" } };
	struct config config = { .keys = keys, .n_keys = 1, .fleet_name = "Platform", .is_utc = true };
	struct console_fixture f;

	console_fixture_init(&f);
	f.options.config = &config;
	console_fixture_start(&f);
	ck_assert(console_fixture_shows(&f, "key C-k"));
	ck_assert_str_eq(console_fixture_view(&f)->fleet_name, "Platform");
	ck_assert_int_eq(console_fixture_view(&f)->utc_offset_s, 0);
	console_fixture_finish(&f);
	console_destroy(NULL);
}
END_TEST

SUITE("console journeys", a_glance_takes_no_key, why_is_this_bad_takes_one_key,
      from_an_alert_to_its_agent_takes_two_keys, screens_are_a_key_away, the_cursor_stays_on_its_agent,
      text_and_selectors_filter_while_they_are_typed, a_selector_that_is_none_is_said, the_context_filters_every_panel,
      every_kind_of_context_can_be_picked, newly_bad_is_a_view_with_an_order_of_its_own, every_column_sorts_both_ways,
      sorting_passes_over_columns_out_of_sight, the_end_of_an_agents_page_is_one_key_from_its_last_line,
      the_palette_does_what_it_says, panes_and_panels_take_the_keys, the_timeline_is_filtered_and_read,
      an_export_says_where_it_went, alerts_are_listed_by_what_they_want, a_paused_screen_stays_as_it_is,
      ages_and_messages_change_by_time_alone, a_paste_is_no_command, wheel_and_clicks_work_when_they_come,
      every_screen_is_drawn_at_every_size, a_bad_key_in_the_configuration_is_said)
