// SPDX-License-Identifier: Apache-2.0
#include "opscon/canvas.h"

#include "screen/canvas_grid.h"
#include "tests/support/suite.h"

START_TEST(every_named_glyph_is_one_cell_in_both_forms)
{
	struct canvas unicode = { .is_ascii = false }, ascii = { .is_ascii = true };

	for (int i = 0; i < GLYPH_COUNT; i++) {
		char text[5];

		text_encode(canvas_named_glyph(&unicode, (enum glyph)i), text);
		ck_assert_msg(text_width(text) == 1, "glyph %d is %d wide", i, text_width(text));
		ck_assert_uint_gt(canvas_named_glyph(&unicode, (enum glyph)i), 0x7e);
		ck_assert_uint_lt(canvas_named_glyph(&ascii, (enum glyph)i), 0x7f);
		ck_assert_uint_gt(canvas_named_glyph(&ascii, (enum glyph)i), 0x20);
	}
	ck_assert_uint_eq(canvas_named_glyph(&ascii, GLYPH_COUNT), '-');
}
END_TEST

START_TEST(each_status_has_the_glyph_and_style_of_its_group)
{
	static const struct {
		enum status status;
		enum glyph glyph;
		style_t style;
	} rows[] = {
		{ STATUS_HEALTHY, GLYPH_OK, STYLE_OK },
		{ STATUS_SUCCESS, GLYPH_OK, STYLE_OK },
		{ STATUS_ONLINE, GLYPH_OK, STYLE_OK },
		{ STATUS_ACTIVE, GLYPH_OK, STYLE_OK },
		{ STATUS_DEGRADED, GLYPH_WARN, STYLE_WARN },
		{ STATUS_WARNING, GLYPH_WARN, STYLE_WARN },
		{ STATUS_WORKING, GLYPH_WARN, STYLE_WARN },
		{ STATUS_PENDING, GLYPH_WARN, STYLE_WARN },
		{ STATUS_CRITICAL, GLYPH_BAD, STYLE_BAD },
		{ STATUS_ERROR, GLYPH_BAD, STYLE_BAD },
		{ STATUS_FAILED, GLYPH_BAD, STYLE_BAD },
		{ STATUS_OFFLINE, GLYPH_BAD, STYLE_BAD },
		{ STATUS_INFO, GLYPH_INFO, STYLE_INFO },
		{ STATUS_UNKNOWN, GLYPH_UNKNOWN, STYLE_UNKNOWN },
		{ STATUS_STOPPED, GLYPH_UNKNOWN, STYLE_UNKNOWN },
		{ STATUS_UNRECOGNISED, GLYPH_UNRECOGNISED, STYLE_UNKNOWN },
		{ (enum status)99, GLYPH_UNRECOGNISED, STYLE_UNKNOWN },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ck_assert_int_eq(glyph_of_status(rows[i].status), rows[i].glyph);
		ck_assert_int_eq(style_of_status(rows[i].status), rows[i].style);
	}
	ck_assert_int_eq(style_of_group((enum status_group)99), STYLE_UNKNOWN);
}
END_TEST

START_TEST(severities_have_styles)
{
	ck_assert_int_eq(style_of_severity(SEVERITY_INFO), STYLE_INFO);
	ck_assert_int_eq(style_of_severity(SEVERITY_WARNING), STYLE_WARN);
	ck_assert_int_eq(style_of_severity(SEVERITY_CRITICAL), STYLE_BAD);
}
END_TEST

START_TEST(ascii_keeps_what_is_alike)
{
	static const struct {
		uint32_t codepoint;
		char ascii;
	} rows[] = {
		{ 'a', 'a' },    { '~', '~' },    { 0x07, '?' },   { 0xe9, 'e' },   { 0xc4, 'A' },   { 0x2026, '~' },
		{ 0xb7, '.' },   { 0x2192, '>' }, { 0x2500, '-' }, { 0x2502, '|' }, { 0x256d, '+' }, { 0x2588, '#' },
		{ 0x25cf, 'o' }, { 0x2716, 'x' }, { 0x65e5, '?' }, { 0x28ff, '?' },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		ck_assert_int_eq(glyph_ascii(rows[i].codepoint), rows[i].ascii);
}
END_TEST

SUITE("glyphs", every_named_glyph_is_one_cell_in_both_forms, each_status_has_the_glyph_and_style_of_its_group,
      severities_have_styles, ascii_keeps_what_is_alike)
