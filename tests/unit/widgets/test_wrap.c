// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <string.h>

#include "base/strbuf.h"
#include "widgets/heading.h"
#include "widgets/wrap.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void check_canvas(const struct canvas *canvas, const char *expected)
{
	struct bytes dump;

	bytes_init(&dump, 65536);
	ck_assert_int_eq(canvas_dump(canvas, false, &dump), 0);
	ck_assert_str_eq(dump.data, expected);
	bytes_finish(&dump);
}

START_TEST(breaks_at_spaces_where_it_can)
{
	static const struct {
		const char *text;
		int width;
		const char *lines; // joined by |
	} cases[] = {
		{ "", 10, "" },
		{ "one", 10, "one" },
		{ "one two three", 7, "one two|three" },
		{ "one two three", 8, "one two|three" },
		{ "onetwothree", 4, "onet|woth|ree" },
		{ "a bcdefgh", 4, "a|bcde|fgh" },
		{ "one\ntwo three", 20, "one|two three" },
		{ "日本語", 4, "日本|語" },
		{ "日本", 1, "日|本" },
		{ "x", 0, "x" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text = cases[i].text, *line;
		struct strbuf joined;
		char memory[256];
		size_t n_bytes;

		strbuf_init(&joined, memory, sizeof memory);
		while (wrap_next(&text, cases[i].width, &line, &n_bytes)) {
			if (joined.len)
				strbuf_add_char(&joined, '|');
			strbuf_add_bytes(&joined, line, n_bytes);
		}
		ck_assert_str_eq(memory, cases[i].lines);
	}
	ck_assert_int_eq(wrap_count("one two three", 5, 10), 3);
	ck_assert_int_eq(wrap_count("one two three", 5, 2), 2);
}
END_TEST

START_TEST(ends_the_last_row_in_an_ellipsis)
{
	struct canvas canvas;

	ck_assert_int_eq(canvas_create(7, 2, false, &canvas), 0);
	ck_assert_int_eq(wrap_draw(&canvas, 0, 0, 7, 2, STYLE_TEXT, "one two three four"), 2);
	check_canvas(&canvas, "one two\nthree …\n");
	canvas_destroy(&canvas);
}
END_TEST

START_TEST(heads_a_pane_and_drops_the_note_first)
{
	static const struct {
		int width;
		const char *expected;
	} cases[] = {
		{ 40, "Timeline errors ───────────── 3 of 340 ─\n" },
		{ 24, "Timeline err… 3 of 340 ─\n" },
		{ 17, "Timeline errors ─\n" },
		{ 6, "Timel…\n" },
	};
	static const struct heading heading = { .title = "Timeline", .detail = "errors", .note = "3 of 340" };

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct canvas canvas, rest;

		ck_assert_int_eq(canvas_create(cases[i].width, 1, false, &canvas), 0);
		rest = heading_draw(&canvas, &heading);
		ck_assert_int_eq(rest.height, 0);
		check_canvas(&canvas, cases[i].expected);
		canvas_destroy(&canvas);
	}
}
END_TEST

SUITE("wrap", breaks_at_spaces_where_it_can, ends_the_last_row_in_an_ellipsis, heads_a_pane_and_drops_the_note_first)
