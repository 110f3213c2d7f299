// SPDX-License-Identifier: Apache-2.0
#include "opscon/canvas.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "base/strbuf.h"
#include "tests/support/suite.h"

static struct canvas canvas;
static struct bytes dump;

static void setup_size(int width, int height, bool is_ascii)
{
	ck_assert_int_eq(canvas_create(width, height, is_ascii, &canvas), 0);
	bytes_init(&dump, 1 << 16);
}

static void teardown(void)
{
	bytes_finish(&dump);
	canvas_destroy(&canvas);
}

static const char *dumped(bool with_styles)
{
	bytes_reset(&dump);
	ck_assert_int_eq(canvas_dump(&canvas, with_styles, &dump), 0);
	return dump.data;
}

START_TEST(cuts_text_with_an_ellipsis)
{
	static const struct {
		const char *text;
		int x, width, used;
		bool is_ascii;
		const char *expected;
	} rows[] = {
		{ "hello", 0, -1, 5, false, "hello\n" },
		{ "hello world", 0, -1, 8, false, "hello w…\n" },
		{ "hello world", 0, -1, 8, true, "hello w~\n" },
		{ "hello", 2, 3, 3, false, "  he…\n" },
		{ "hello", 0, 1, 1, false, "…\n" },
		{ "hello", 0, 0, 0, false, "\n" },
		{ "hello", 9, -1, 0, false, "\n" },
		{ "hello", 6, 5, 2, false, "      h…\n" },
		{ "", 0, -1, 0, false, "\n" },
		{ "abcdefgh", 0, -1, 8, false, "abcdefgh\n" },
		{ "日本語", 0, -1, 6, false, "日本語\n" },
		{ "日本語", 0, 5, 5, false, "日本…\n" },
		{ "日本語", 0, 4, 3, false, "日…\n" },
		{ "日本語", 0, -1, 6, true, "??????\n" },
		{ "e\u0301te\u0301", 0, -1, 3, false, "e\u0301te\u0301\n" },
		{ "e\u0301te\u0301", 0, 2, 2, false, "e\u0301…\n" },
		{ "élan · 5µs", 0, -1, 8, true, "elan . ~\n" },
		{ "hello", -2, -1, 5, false, "llo\n" },
		{ "日本", -1, -1, 4, false, " 本\n" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		setup_size(8, 1, rows[i].is_ascii);
		ck_assert_int_eq(canvas_text(&canvas, rows[i].x, 0, rows[i].width, STYLE_TEXT, rows[i].text),
				 rows[i].used);
		ck_assert_str_eq(dumped(false), rows[i].expected);
		teardown();
	}
}
END_TEST

START_TEST(sets_text_flush_right)
{
	static const struct {
		const char *text, *expected;
		int x, width;
	} rows[] = {
		{ "42", "      42\n", 0, -1 }, { "42", "   42\n", 2, 3 }, { "12345", "  12…\n", 2, 3 },
		{ "日", "  日\n", 0, 4 },      { "7", "\n", 0, 0 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		setup_size(8, 1, false);
		canvas_text_right(&canvas, rows[i].x, 0, rows[i].width, STYLE_TEXT, rows[i].text);
		ck_assert_str_eq(dumped(false), rows[i].expected);
		teardown();
	}
}
END_TEST

START_TEST(formats_and_cuts_what_is_longer_than_any_field)
{
	char text[8192];

	memset(text, 'x', sizeof text);
	for (size_t i = 4090; i < 4098; i += 2)
		memcpy(text + i, "é", 2);
	text[sizeof text - 1] = '\0';
	setup_size(5000, 1, false);
	ck_assert_int_eq(canvas_textf(&canvas, 0, 0, 9, STYLE_TEXT, "%d of %s", 3, "22"), 7);
	ck_assert_str_eq(dumped(false), "3 of 22\n");
	ck_assert_int_eq(canvas_textf(&canvas, 0, 0, -1, STYLE_TEXT, "%s", text), 4092);
	teardown();
}
END_TEST

START_TEST(never_leaves_half_of_a_wide_character)
{
	struct canvas part;

	setup_size(6, 1, false);
	canvas_text(&canvas, 0, 0, -1, STYLE_TEXT, "日本語");
	canvas_glyph(&canvas, 1, 0, 'x', STYLE_TEXT);
	ck_assert_str_eq(dumped(false), " x本語\n");
	canvas_glyph(&canvas, 4, 0, 'y', STYLE_TEXT);
	ck_assert_str_eq(dumped(false), " x本y\n");
	part = canvas_part(&canvas, 3, 0, 3, 1);
	canvas_clear(&part, STYLE_TEXT);
	ck_assert_str_eq(dumped(false), " x\n");
	canvas_glyph(&canvas, 5, 0, 0x65e5, STYLE_BAD);
	ck_assert_int_eq(canvas_cell(&canvas, 5, 0)->glyph, ' ');
	ck_assert_int_eq(canvas_cell(&canvas, 5, 0)->style, STYLE_BAD);
	teardown();
}
END_TEST

START_TEST(draws_only_inside_its_window)
{
	struct canvas part;

	setup_size(6, 3, false);
	part = canvas_part(&canvas, 2, 1, 3, 9);
	ck_assert_int_eq(part.height, 2);
	canvas_text(&part, 0, 0, -1, STYLE_TEXT, "abcdef");
	canvas_text(&part, 0, 5, -1, STYLE_TEXT, "below");
	canvas_text(&part, 0, -1, -1, STYLE_TEXT, "above");
	canvas_fill(&part, -5, 1, 100, 100, '#', STYLE_TEXT);
	ck_assert_str_eq(dumped(false), "\n  ab…\n  ###\n");
	ck_assert_ptr_null(canvas_cell(&part, 3, 0));
	ck_assert_ptr_null(canvas_cell(&part, 0, -1));
	part = canvas_part(&canvas, -2, -2, 4, 4);
	ck_assert_int_eq(part.width, 2);
	ck_assert_int_eq(part.x, 0);
	part = canvas_part(&canvas, 9, 9, 4, 4);
	ck_assert_int_eq(part.width, 0);
	part = canvas_part(&canvas, 0, 0, -4, 2);
	ck_assert_int_eq(part.width, 0);
	teardown();
}
END_TEST

START_TEST(draws_boxes)
{
	setup_size(12, 3, false);
	canvas_box(&canvas, STYLE_BORDER, "Agents", STYLE_TITLE);
	ck_assert_str_eq(dumped(true), "╭─ Agents ─╮\n│          │\n╰──────────╯\n"
				       "---\n---tttttt---\n-          -\n------------\n");
	teardown();
	setup_size(9, 2, true);
	canvas_box(&canvas, STYLE_BORDER, "Timeline", STYLE_TITLE);
	ck_assert_str_eq(dumped(false), "+- Ti~ -+\n+-------+\n");
	teardown();
	setup_size(4, 1, true);
	canvas_box(&canvas, STYLE_BORDER, "no room", STYLE_TITLE);
	ck_assert_str_eq(dumped(false), "----\n");
	teardown();
}
END_TEST

START_TEST(shows_roles_and_flags_as_letters)
{
	setup_size(6, 1, false);
	for (int i = 0; i < 6; i++)
		canvas_glyph(&canvas, i, 0, (uint32_t)('a' + i), STYLE_OK);
	canvas_restyle(&canvas, 1, 0, 1, 1, STYLE_BOLD);
	ck_assert_str_eq(dumped(true), "abcdef\n---\ngGgggg\n");
	canvas_restyle(&canvas, 2, 0, 1, 1, STYLE_DIM);
	canvas_restyle(&canvas, 3, 0, 1, 1, STYLE_REVERSE);
	canvas_restyle(&canvas, 4, 0, 1, 1, STYLE_UNDERLINE);
	canvas_restyle(&canvas, 5, 0, 9, 9, STYLE_SELECTED);
	canvas_restyle(&canvas, 4, 0, 1, 1, STYLE_SELECTED);
	ck_assert_str_eq(dumped(true), "abcdef\n---\ngGgggg\n---\n..dr+s\n");
	canvas_clear(&canvas, STYLE_HEADER);
	ck_assert_str_eq(dumped(true), "\n---\nhhhhhh\n");
	teardown();
}
END_TEST

START_TEST(every_role_has_a_letter_of_its_own)
{
	setup_size(STYLE_ROLE_COUNT + 1, 1, false);
	for (int i = 0; i <= STYLE_ROLE_COUNT; i++)
		canvas_glyph(&canvas, i, 0, 'x', (style_t)i);
	ck_assert_str_eq(dumped(true), "xxxxxxxxxxxxxxxxxxxxxx\n---\namf-tpsgwbiuhckl1234d?\n");
	teardown();
}
END_TEST

START_TEST(forgets_marks_when_it_is_cleared)
{
	char text[64];

	setup_size(4, 1, false);
	for (int frame = 0; frame < 200000; frame++) {
		canvas_clear(&canvas, STYLE_TEXT);
		canvas_text(&canvas, 0, 0, -1, STYLE_TEXT, "e\u0301o\u0308");
	}
	ck_assert_str_eq(dumped(false), "e\u0301o\u0308\n");
	ck_assert_uint_eq(canvas_cell_text(&canvas, canvas_cell(&canvas, 0, 0), text, sizeof text), 3);
	ck_assert_uint_eq(canvas_cell_text(&canvas, canvas_cell(&canvas, 0, 0), text, 3), 0);
	ck_assert_uint_eq(canvas_cell_text(&canvas, canvas_cell(&canvas, 0, 0), text, 0), 0);
	teardown();
}
END_TEST

START_TEST(drops_marks_when_their_table_is_full)
{
	setup_size(4, 1, false);
	for (int i = 0; i < 400000; i++)
		canvas_text(&canvas, 0, 0, -1, STYLE_TEXT, "e\u0301");
	ck_assert_str_eq(dumped(false), "e\n");
	teardown();
}
END_TEST

START_TEST(resizes_to_anything)
{
	setup_size(3, 2, false);
	canvas_text(&canvas, 0, 0, -1, STYLE_TEXT, "abc");
	ck_assert_int_eq(canvas_resize(&canvas, 5, 1), 0);
	ck_assert_str_eq(dumped(false), "\n");
	ck_assert_int_eq(canvas_resize(&canvas, 0, 0), 0);
	canvas_text(&canvas, 0, 0, -1, STYLE_TEXT, "abc");
	canvas_box(&canvas, STYLE_BORDER, "x", STYLE_TITLE);
	ck_assert_int_eq(canvas_resize(&canvas, -1, 4), 0);
	ck_assert_int_eq(canvas.width, 0);
	mem_fail_after(0);
	ck_assert_int_eq(canvas_resize(&canvas, 900, 900), -ENOMEM);
	mem_fail_after(-1);
	teardown();
}
END_TEST

START_TEST(reports_want_of_memory)
{
	struct canvas none;

	for (int n = 0; n < 2; n++) {
		mem_fail_after(n);
		ck_assert_int_eq(canvas_create(3, 3, false, &none), -ENOMEM);
	}
	mem_fail_after(-1);
	canvas_destroy(NULL);
	setup_size(40, 4, false);
	dump.max = 5;
	ck_assert_int_eq(canvas_dump(&canvas, true, &dump), -EMSGSIZE);
	teardown();
}
END_TEST

SUITE("canvas", cuts_text_with_an_ellipsis, sets_text_flush_right, formats_and_cuts_what_is_longer_than_any_field,
      never_leaves_half_of_a_wide_character, draws_only_inside_its_window, draws_boxes,
      shows_roles_and_flags_as_letters, every_role_has_a_letter_of_its_own, forgets_marks_when_it_is_cleared,
      drops_marks_when_their_table_is_full, resizes_to_anything, reports_want_of_memory)
