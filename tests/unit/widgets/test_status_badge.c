// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <ctype.h>
#include <string.h>

#include "screen/theme.h"
#include "tests/support/golden.h"
#include "widgets/status_badge.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct badge every_status[] = {
	{ "healthy", "" },  { "success", NULL }, { "online", "" },  { "active", "" },   { "degraded", "" },
	{ "warning", "" },  { "working", "" },   { "pending", "" }, { "critical", "" }, { "error", "" },
	{ "failed", "" },   { "offline", "" },   { "info", "" },    { "unknown", "" },  { "stopped", "" },
	{ "Critical", "" }, { "no such", "" },   { "", "blank" },   { NULL, "none" },
};

static void draw_list(const struct badge_list *list, const struct golden_case *golden)
{
	const struct widget widget = { .class = &status_badge_class, .options = list };
	struct view view = { 0 };

	golden_draw(&widget, NULL, &view, golden);
}

START_TEST(shows_every_status_with_glyph_word_and_colour)
{
	static const struct golden_case cases[] = { { "all", 60, 5, false },
						    { "ascii", 60, 5, true },
						    { "narrow", 12, 4, false } };

	for (size_t i = 0; i < COUNT(cases); i++)
		draw_list(&(struct badge_list){ every_status, COUNT(every_status), BADGE_MD, 0 }, &cases[i]);
}
END_TEST

START_TEST(comes_in_three_sizes)
{
	static const struct badge items[] = { { "online", "up" }, { "failed", "down" }, { "working", "" } };

	draw_list(&(struct badge_list){ items, 3, BADGE_SM, 0 }, &(struct golden_case){ "small", 20, 1, false });
	draw_list(&(struct badge_list){ items, 3, BADGE_LG, 0 }, &(struct golden_case){ "large", 40, 1, false });
	draw_list(&(struct badge_list){ items, 3, BADGE_MD, BADGE_NO_GLYPH },
		  &(struct golden_case){ "no_glyph", 40, 1, false });
	draw_list(&(struct badge_list){ items, 0, BADGE_MD, 0 }, &(struct golden_case){ "empty", 20, 1, false });
	draw_list(NULL, &(struct golden_case){ "empty", 20, 1, false });
	ck_assert_int_eq(badge_size_from_name("sm"), BADGE_SM);
	ck_assert_int_eq(badge_size_from_name("LG"), BADGE_LG);
	ck_assert_int_eq(badge_size_from_name("huge"), BADGE_MD);
	ck_assert_int_eq(badge_size_from_name(NULL), BADGE_MD);
}
END_TEST

START_TEST(takes_any_label)
{
	char hundred[101];
	const struct badge items[] = { { "error", hundred }, { "info", "日本 e\u0301 <b>&\"" } };

	memset(hundred, 'x', 100);
	hundred[100] = '\0';
	draw_list(&(struct badge_list){ items, 2, BADGE_MD, 0 }, &(struct golden_case){ "overflow", 24, 2, false });
	draw_list(&(struct badge_list){ items, 2, BADGE_LG, 0 },
		  &(struct golden_case){ "overflow_large", 24, 2, false });
}
END_TEST

START_TEST(uses_the_cells_it_says)
{
	struct canvas canvas;

	ck_assert_int_eq(canvas_create(30, 1, false, &canvas), 0);
	for (enum badge_size size = BADGE_SM; size <= BADGE_LG; size++)
		for (unsigned flags = 0; flags <= BADGE_NO_GLYPH; flags++)
			for (int status = 0; status <= STATUS_COUNT; status++)
				ck_assert_int_eq(
					status_badge_draw(&canvas, 0, 0, -1, (enum status)status, "word", size, flags),
					status_badge_width((enum status)status, "word", size, flags));
	for (int width = 0; width < 9; width++)
		ck_assert_int_le(status_badge_draw(&canvas, 0, 0, width, STATUS_ERROR, "word", BADGE_LG, 0), width);
	ck_assert_int_eq(status_badge_draw(&canvas, 30, 0, -1, STATUS_ERROR, "word", BADGE_MD, 0), 0);
	canvas_destroy(&canvas);
}
END_TEST

// The fifteen statuses by group, as the portal had them, and what is none of them.
static const struct {
	const char *names[5];
	int32_t dark, light;
	uint32_t glyph;
	char ascii;
} groups[] = {
	{ { "healthy", "success", "online", "active" }, 0x10b981, 0x059669, 0x25cf, 'o' },
	{ { "degraded", "warning", "working", "pending" }, 0xf59e0b, 0xd97706, 0x25b2, '!' },
	{ { "critical", "error", "failed", "offline" }, 0xef4444, 0xdc2626, 0x2716, 'X' },
	{ { "info" }, 0x3b82f6, 0x2563eb, 0x25c6, 'i' },
	{ { "unknown", "stopped" }, 0x71717a, 0x6c757d, 0x25cb, '?' },
	{ { "cancelled", "", "no such status" }, 0x71717a, 0x6c757d, 0x25cc, '-' },
};

// Draws a status given by its word, and checks what stands in the first cell.
static void check_face(const char *name, size_t group, bool is_ascii)
{
	enum status status = status_from_name(name);
	const struct cell *cell;
	struct canvas canvas;

	ck_assert_int_eq(canvas_create(20, 1, is_ascii, &canvas), 0);
	ck_assert_int_ge(status_badge_draw(&canvas, 0, 0, -1, status, NULL, BADGE_MD, 0), 3);
	cell = canvas_cell(&canvas, 0, 0);
	ck_assert_msg(cell->glyph == (is_ascii ? (uint32_t)groups[group].ascii : groups[group].glyph), "%s", name);
	ck_assert_int_eq(theme_resolve(THEME_DARK, DEPTH_TRUE, cell->style).fg, groups[group].dark);
	ck_assert_int_eq(theme_resolve(THEME_LIGHT, DEPTH_TRUE, cell->style).fg, groups[group].light);
	canvas_destroy(&canvas);
}

START_TEST(has_the_glyph_and_the_colours_of_its_group_in_any_case)
{
	for (size_t group = 0; group < COUNT(groups); group++)
		for (size_t i = 0; i < COUNT(groups[group].names) && groups[group].names[i]; i++) {
			char shouted[32];
			size_t n = 0;

			for (const char *c = groups[group].names[i]; *c; c++)
				shouted[n++] = (char)toupper((unsigned char)*c);
			shouted[n] = '\0';
			check_face(groups[group].names[i], group, false);
			check_face(shouted, group, true);
		}
}
END_TEST

SUITE("status_badge", shows_every_status_with_glyph_word_and_colour, comes_in_three_sizes, takes_any_label,
      uses_the_cells_it_says, has_the_glyph_and_the_colours_of_its_group_in_any_case)
