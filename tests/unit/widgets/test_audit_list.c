// SPDX-License-Identifier: Apache-2.0
/* The audit trail's page, in every state of its chain. */
#include "tests/support/suite.h"

#include "tests/support/audit_fixture.h"
#include "tests/support/golden.h"
#include "widgets/audit_list.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct widget audit = { .class = &audit_list_class };

static struct fleet_fixture f;
static struct view view;
static uint16_t rows[AUDIT_LIST_MAX];

static void begin(void)
{
	fleet_fixture_init(&f);
	fleet_fixture_view(&f, &view);
	for (size_t i = 0; i < COUNT(rows); i++)
		rows[i] = (uint16_t)i;
	view.audit = (struct audit_view){ .rows = rows, .text = "", .has_trail = true };
}

static void draw(const char *name, int width, int height)
{
	golden_draw(&audit, f.fleet, &view, &(struct golden_case){ name, width, height, false });
}

START_TEST(shows_who_did_what_and_how_it_went)
{
	begin();
	audit_fixture_page(&f, AUDIT_FIXTURE_ENTRIES, "");
	view.audit.n_rows = AUDIT_FIXTURE_ENTRIES;
	audit_fixture_check(&f, AUDIT_CHECK_SOUND, 412, "");
	draw("wide", 140, 9);
	draw("80", 80, 9);
	golden_draw(&audit, f.fleet, &view, &(struct golden_case){ "ascii", 80, 9, true });
	draw("narrow", 40, 7);
	draw("tiny", 20, 3);
	golden_sweep(&audit, f.fleet, &view, 150, 12);
	view.audit.cursor = 2;
	view.audit.is_expanded = true;
	draw("expanded", 80, 20);
	draw("expanded_narrow", 34, 16);
	golden_sweep(&audit, f.fleet, &view, 100, 20);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(says_how_sound_the_chain_is)
{
	begin();
	audit_fixture_page(&f, 1, "");
	view.audit.n_rows = 1;
	draw("never", 100, 5);
	audit_fixture_check(&f, AUDIT_CHECK_RUNNING, 128, "");
	draw("running", 100, 5);
	audit_fixture_check(&f, AUDIT_CHECK_UNSIGNED, 412, "no checkpoint covers records 300 to 412");
	draw("unsigned", 100, 5);
	audit_fixture_check(&f, AUDIT_CHECK_BAD, 17, "this record was changed (audit-000001.jsonl line 18)");
	draw("bad", 100, 5);
	audit_fixture_check(&f, AUDIT_CHECK_FAILED, 0, "the key key.pub: No such file or directory");
	draw("failed", 100, 5);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(says_why_there_is_nothing)
{
	begin();
	draw("reading", 60, 5);
	audit_fixture_page(&f, 0, "/var/lib/opscon/audit: Permission denied");
	draw("unreadable", 60, 5);
	audit_fixture_page(&f, 0, "");
	draw("empty", 60, 5);
	audit_fixture_page(&f, 5, "");
	view.audit.text = "nobody";
	draw("filtered", 60, 5);
	view.audit.has_trail = false;
	draw("none", 60, 5);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(counts_the_rows_there_is_room_for)
{
	begin();
	audit_fixture_page(&f, AUDIT_FIXTURE_ENTRIES, "");
	view.audit.n_rows = AUDIT_FIXTURE_ENTRIES;
	ck_assert_int_eq(audit_list_rows(f.fleet, &view, 80, 0), 0);
	ck_assert_int_eq(audit_list_rows(f.fleet, &view, 80, 1), 1);
	ck_assert_int_eq(audit_list_rows(f.fleet, &view, 80, 20), 17);
	view.audit.is_expanded = true;
	for (int height = 1; height < 60; height++)
		for (int width = 1; width < 130; width += 7) {
			int n = audit_list_rows(f.fleet, &view, width, height);

			ck_assert_int_ge(n, 1);
			ck_assert_int_le(n, height);
		}
	fleet_fixture_finish(&f);
}
END_TEST

SUITE("audit_list", shows_who_did_what_and_how_it_went, says_how_sound_the_chain_is, says_why_there_is_nothing,
      counts_the_rows_there_is_room_for)
