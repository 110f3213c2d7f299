// SPDX-License-Identifier: Apache-2.0
/* What can be picked, and that what is picked holds. */
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/console/console_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

START_TEST(each_time_range_can_be_picked_and_an_hour_is_the_default)
{
	static const char *const names[] = { "5m", "15m", "1h", "24h", "7d", "30d" };
	struct console_fixture f;
	const struct view *view;

	console_fixture_init(&f);
	view = console_fixture_view(&f);
	ck_assert_int_eq(view->range, RANGE_1H);
	console_fixture_keys(&f, "t");
	ck_assert(!view->picker.is_multi);
	ck_assert_str_ne(view->picker.placeholder, "");
	ck_assert_uint_eq(view->picker.n_items, COUNT(names));
	for (size_t i = 0; i < COUNT(names); i++) {
		ck_assert_str_eq(view->picker.items[i].label, names[i]);
		ck_assert(view->picker.items[i].is_picked == (i == RANGE_1H));
	}
	console_fixture_keys(&f, "Esc");
	for (size_t i = 0; i < COUNT(names); i++) {
		char keys[32];

		snprintf(keys, sizeof keys, "t %s Enter", names[i]);
		console_fixture_keys(&f, keys);
		ck_assert_msg(view->range == (enum time_range)i, "%s gave %s", names[i], time_range_name(view->range));
	}
	console_fixture_finish(&f);
}
END_TEST

// The portal had agent-1 to agent-5 written in, and dev, staging and prod whatever there was.
START_TEST(what_can_be_picked_is_what_the_fleet_has)
{
	static const struct {
		const char *keys;
		enum picker_kind kind;
		size_t n;
		const char *first;
	} table[] = {
		{ "c", PICK_AGENTS, 23, "Another" },           { "c Tab", PICK_TIERS, 7, "(none)" },
		{ "c Tab Tab", PICK_ENVIRONMENTS, 2, "prod" }, { "c Tab Tab Tab", PICK_LABELS, 9, "env=prod" },
		{ "c S-Tab", PICK_SERVICES, 1, "(none)" },
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		struct console_fixture f;
		const struct picker_view *picker;

		console_fixture_init(&f);
		fleet_fixture_add(&f.fleet, "Another", "", "qa");
		console_fixture_keys(&f, table[i].keys);
		picker = &console_fixture_view(&f)->picker;
		ck_assert_int_eq(picker->kind, table[i].kind);
		ck_assert(picker->is_multi);
		ck_assert_str_eq(picker->placeholder, "Select context...");
		ck_assert_msg(picker->n_items == table[i].n, "%s: %zu", table[i].keys, picker->n_items);
		ck_assert_str_eq(picker->items[0].label, table[i].first);
		console_fixture_finish(&f);
	}
}
END_TEST

START_TEST(all_and_none_are_a_key_each)
{
	struct console_fixture f;
	const struct view *view;

	console_fixture_init(&f);
	view = console_fixture_view(&f);
	console_fixture_keys(&f, "c M-a");
	ck_assert(console_fixture_shows(&f, "22 of 22 selected"));
	console_fixture_keys(&f, "Enter");
	ck_assert_str_eq(view->context, "22 agents");
	ck_assert_uint_eq(view->table.n_ids, 22);
	console_fixture_keys(&f, "c");
	ck_assert_uint_eq(view->picker.n_picked, 22); // what holds is picked when the list opens
	console_fixture_keys(&f, "M-c Enter");
	ck_assert_str_eq(view->context, "");
	console_fixture_keys(&f, "c zebra");
	ck_assert(console_fixture_shows(&f, "No agents found"));
	console_fixture_finish(&f);
}
END_TEST

SUITE("console context", each_time_range_can_be_picked_and_an_hour_is_the_default,
      what_can_be_picked_is_what_the_fleet_has, all_and_none_are_a_key_each)
