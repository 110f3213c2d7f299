// SPDX-License-Identifier: Apache-2.0
/* The screen of the audit trail, by keys. */
#include "tests/support/suite.h"

#include <errno.h>

#include "tests/unit/console/console_fixture.h"

static struct console_fixture f;

static const struct audit_view *audit(void)
{
	return &console_fixture_view(&f)->audit;
}

static uint64_t under_cursor(void)
{
	return fleet_audit_list(f.fleet.fleet)->entries[audit()->rows[audit()->cursor]].seq;
}

START_TEST(pages_are_asked_for_while_the_screen_is_open)
{
	console_fixture_init(&f);
	console_fixture_keys(&f, "A o 5");
	ck_assert_uint_eq(f.feed.n_audit_lists, 0);
	console_fixture_keys(&f, "L");
	ck_assert_uint_eq(f.feed.n_audit_lists, 1);
	ck_assert_uint_eq(f.feed.n_audit_checks, 1);
	ck_assert(console_fixture_shows(&f, "verified sound up to record 412"));
	ck_assert(console_fixture_shows(&f, "acknowledge"));
	console_fixture_keys(&f, "7 r");
	ck_assert_uint_eq(f.feed.n_audit_lists, 2);
	ck_assert_uint_eq(f.feed.n_audit_checks, 2);
	ck_assert_uint_eq(f.feed.n_audit_closes, 0);
	ck_assert_uint_eq(f.feed.n, 0); // nobody was probed
	console_fixture_keys(&f, "Esc");
	ck_assert_int_eq(console_fixture_view(&f)->screen, SCREEN_TIMELINE);
	ck_assert_uint_eq(f.feed.n_audit_closes, 1);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(a_record_unfolds_under_the_cursor)
{
	console_fixture_init(&f);
	console_fixture_keys(&f, "L j j");
	ck_assert_uint_eq(under_cursor(), 410);
	ck_assert(!console_fixture_shows(&f, "op-20261123-7"));
	console_fixture_keys(&f, "Enter");
	ck_assert(console_fixture_shows(&f, "op-20261123-7"));
	ck_assert(console_fixture_shows(&f, "it did not come back within 300 seconds"));
	console_fixture_keys(&f, "G");
	ck_assert_uint_eq(under_cursor(), 408);
	ck_assert(console_fixture_shows(&f, "version: 0.1.0"));
	console_fixture_keys(&f, "Esc");
	ck_assert(!console_fixture_shows(&f, "version: 0.1.0"));
	ck_assert_int_eq(console_fixture_view(&f)->screen, SCREEN_AUDIT);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(the_cursor_stays_on_its_record)
{
	console_fixture_init(&f);
	audit_fixture_page(&f.fleet, 3, "");
	console_fixture_keys(&f, "L j j j j");
	ck_assert_uint_eq(under_cursor(), 410);
	audit_fixture_page(&f.fleet, AUDIT_FIXTURE_ENTRIES, "");
	console_fixture_draw(&f, 120, 36);
	ck_assert_uint_eq(under_cursor(), 410);
	audit_fixture_page(&f.fleet, 1, ""); // it is gone
	console_fixture_keys(&f, "j");
	ck_assert_uint_eq(under_cursor(), 412);
	audit_fixture_page(&f.fleet, 0, "gone");
	console_fixture_keys(&f, "j Enter k G");
	ck_assert(console_fixture_shows(&f, "gone"));
	console_fixture_finish(&f);
}
END_TEST

START_TEST(a_filter_looks_at_every_word)
{
	static const struct {
		const char *keys;
		size_t n;
	} rows[] = {
		{ "/ maria Enter", 1 }, { "/ OP-2026 Enter", 2 }, { "/ refused Enter", 1 },
		{ "/ 300 Enter", 1 },   { "/ nobody Enter", 0 },  { "/ maria Esc", 5 },
	};

	console_fixture_init(&f);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		console_fixture_keys(&f, "L C L");
		console_fixture_keys(&f, rows[i].keys);
		ck_assert_msg(audit()->n_rows == rows[i].n, "%s: %zu", rows[i].keys, audit()->n_rows);
	}
	console_fixture_finish(&f);
}
END_TEST

START_TEST(without_a_trail_that_is_said)
{
	console_fixture_init(&f);
	f.feed.audit_answer = -ENOTSUP;
	console_fixture_keys(&f, "L");
	ck_assert(console_fixture_shows(&f, "There is no audit trail here."));
	ck_assert(!console_fixture_shows(&f, "not done"));
	ck_assert_uint_eq(f.feed.n_audit_checks, 0);
	console_fixture_keys(&f, "o");
	ck_assert_uint_eq(f.feed.n_audit_closes, 0);
	console_fixture_finish(&f);
}
END_TEST

SUITE("console audit", pages_are_asked_for_while_the_screen_is_open, a_record_unfolds_under_the_cursor,
      the_cursor_stays_on_its_record, a_filter_looks_at_every_word, without_a_trail_that_is_said)
