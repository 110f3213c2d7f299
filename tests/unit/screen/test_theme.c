// SPDX-License-Identifier: Apache-2.0
/* Themes, and what the environment says of the terminal. */
#include "screen/theme.h"

#include <stdlib.h>
#include <string.h>

#include "screen/capabilities.h"
#include "tests/support/suite.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

START_TEST(resolves_the_palette_at_every_depth)
{
	static const struct {
		enum theme_id theme;
		enum colour_depth depth;
		style_t style;
		struct look look;
	} rows[] = {
		{ THEME_DARK, DEPTH_TRUE, STYLE_OK, { 0x10b981, -1, 0 } },
		{ THEME_DARK, DEPTH_256, STYLE_OK, { 36, -1, 0 } },
		{ THEME_DARK, DEPTH_256, STYLE_WARN, { 214, -1, 0 } },
		{ THEME_DARK, DEPTH_256, STYLE_BAD, { 203, -1, 0 } },
		{ THEME_DARK, DEPTH_256, STYLE_INFO, { 69, -1, 0 } },
		{ THEME_DARK, DEPTH_256, STYLE_UNKNOWN, { 243, -1, 0 } },
		{ THEME_DARK, DEPTH_256, STYLE_TEXT, { -1, -1, 0 } },
		{ THEME_DARK, DEPTH_256, STYLE_MUTED, { 248, -1, 0 } },
		{ THEME_DARK, DEPTH_256, STYLE_PRIMARY, { 51, -1, 0 } },
		{ THEME_DARK, DEPTH_256, STYLE_BORDER, { 238, -1, 0 } },
		{ THEME_DARK, DEPTH_16, STYLE_BAD, { 9, -1, 0 } },
		{ THEME_DARK, DEPTH_8, STYLE_BAD, { 1, -1, THEME_BOLD } },
		{ THEME_DARK, DEPTH_8, STYLE_FAINT, { -1, -1, THEME_DIM } },
		{ THEME_DARK, DEPTH_8, STYLE_OK | STYLE_SELECTED, { -1, -1, THEME_REVERSE } },
		{ THEME_DARK, DEPTH_8, STYLE_CURSOR, { -1, -1, THEME_REVERSE } },
		{ THEME_DARK, DEPTH_NONE, STYLE_BAD, { -1, -1, THEME_BOLD } },
		{ THEME_DARK, DEPTH_NONE, STYLE_OK | STYLE_UNDERLINE, { -1, -1, THEME_UNDERLINE } },
		{ THEME_DARK, DEPTH_NONE, STYLE_FAINT | STYLE_SELECTED, { -1, -1, THEME_REVERSE } },
		{ THEME_DARK, DEPTH_NONE, STYLE_HEADER, { -1, -1, THEME_BOLD | THEME_REVERSE } },
		{ THEME_DARK, DEPTH_256, STYLE_OK | STYLE_SELECTED, { 36, 238, 0 } },
		{ THEME_DARK, DEPTH_256, STYLE_TEXT | STYLE_SELECTED, { 231, 238, 0 } },
		{ THEME_DARK, DEPTH_256, STYLE_FAINT | STYLE_SELECTED, { 248, 238, 0 } },
		{ THEME_DARK, DEPTH_256, STYLE_ENV_PROD, { 231, 160, THEME_BOLD } },
		{ THEME_DARK,
		  DEPTH_256,
		  STYLE_OK | STYLE_BOLD | STYLE_DIM | STYLE_REVERSE,
		  { 36, -1, THEME_BOLD | THEME_DIM | THEME_REVERSE } },
		{ THEME_DARK, DEPTH_256, 0xff, { -1, -1, 0 } },
		{ THEME_LIGHT, DEPTH_256, STYLE_TEXT, { 234, 231, 0 } },
		{ THEME_LIGHT, DEPTH_256, STYLE_OK, { 29, 231, 0 } },
		{ THEME_LIGHT, DEPTH_256, STYLE_WARN, { 172, 231, 0 } },
		{ THEME_LIGHT, DEPTH_256, STYLE_BAD, { 160, 231, 0 } },
		{ THEME_LIGHT, DEPTH_256, STYLE_INFO, { 26, 231, 0 } },
		{ THEME_LIGHT, DEPTH_8, STYLE_TEXT, { 0, 7, 0 } },
		{ THEME_COLOURBLIND, DEPTH_TRUE, STYLE_OK, { 0x56b4e9, -1, 0 } },
		{ THEME_COLOURBLIND, DEPTH_TRUE, STYLE_WARN, { 0xf0e442, -1, 0 } },
		{ THEME_COLOURBLIND, DEPTH_TRUE, STYLE_BAD, { 0xd55e00, -1, THEME_BOLD } },
		{ THEME_COLOURBLIND, DEPTH_256, STYLE_MUTED, { 248, -1, 0 } },
		{ (enum theme_id)99, DEPTH_256, STYLE_OK, { 36, -1, 0 } },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct look look = theme_resolve(rows[i].theme, rows[i].depth, rows[i].style);

		ck_assert_msg(look.fg == rows[i].look.fg && look.bg == rows[i].look.bg &&
				      look.attributes == rows[i].look.attributes,
			      "row %zu: %d on %d, %x", i, look.fg, look.bg, look.attributes);
	}
}
END_TEST

START_TEST(every_role_can_be_read_in_every_theme)
{
	for (int theme = 0; theme < THEME_COUNT; theme++)
		for (int depth = DEPTH_8; depth <= DEPTH_TRUE; depth++)
			for (int style = 0; style < STYLE_ROLE_COUNT * 2; style++) {
				style_t full = (style_t)(style / 2 | (style % 2 ? STYLE_SELECTED : 0));
				struct look look = theme_resolve((enum theme_id)theme, (enum colour_depth)depth, full);

				ck_assert_msg(look.fg != look.bg || look.fg == -1, "theme %d depth %d style %x", theme,
					      depth, full);
			}
}
END_TEST

START_TEST(knows_themes_by_name)
{
	ck_assert_int_eq(theme_from_name("light"), THEME_LIGHT);
	ck_assert_int_eq(theme_from_name("Colourblind"), THEME_COLOURBLIND);
	ck_assert_int_eq(theme_from_name("neon"), THEME_DARK);
	ck_assert_int_eq(theme_from_name(NULL), THEME_DARK);
	ck_assert_str_eq(theme_name(THEME_LIGHT), "light");
	ck_assert_str_eq(theme_name((enum theme_id)99), "dark");
}
END_TEST

START_TEST(reads_the_depth_from_the_environment)
{
	static const struct {
		struct terminal_env env;
		int n_colours;
		bool is_direct;
		enum colour_depth depth;
	} rows[] = {
		{ { .term = "xterm" }, 8, false, DEPTH_8 },
		{ { .term = "xterm" }, 16, false, DEPTH_16 },
		{ { .term = "xterm" }, 256, false, DEPTH_256 },
		{ { .term = "xterm" }, 1 << 24, true, DEPTH_TRUE },
		{ { .term = "xterm" }, 1 << 24, false, DEPTH_256 },
		{ { .term = "vt100" }, -1, false, DEPTH_NONE },
		{ { .no_color = "1" }, 256, false, DEPTH_NONE },
		{ { .no_color = "" }, 256, false, DEPTH_256 },
		{ { .clicolor = "0" }, 256, false, DEPTH_NONE },
		{ { .clicolor = "1" }, 256, false, DEPTH_256 },
		{ { .clicolor = "0", .clicolor_force = "1" }, 256, false, DEPTH_256 },
		{ { .clicolor = "0", .clicolor_force = "0" }, 256, false, DEPTH_NONE },
		{ { .no_color = "1", .clicolor_force = "1" }, 256, false, DEPTH_NONE },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		ck_assert_int_eq(terminal_depth(&rows[i].env, rows[i].n_colours, rows[i].is_direct), rows[i].depth);
}
END_TEST

START_TEST(tries_better_descriptions_first)
{
	static const struct {
		struct terminal_env env;
		const char *names; // joined by spaces
	} rows[] = {
		{ { .term = "xterm" }, "xterm" },
		{ { .term = "xterm", .colorterm = "truecolor" }, "xterm-direct xterm-256color xterm" },
		{ { .term = "tmux-256color", .colorterm = "24bit" }, "tmux-direct tmux-256color" },
		{ { .term = "xterm-direct", .colorterm = "truecolor" }, "xterm-direct" },
		{ { .term = "xterm", .colorterm = "yes" }, "xterm" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char names[TERMINAL_NAMES][TERMINAL_NAME_MAX], joined[256] = "";
		int n = terminal_names(&rows[i].env, names);

		for (int k = 0; k < n; k++) {
			strcat(joined, k ? " " : "");
			strcat(joined, names[k]);
		}
		ck_assert_str_eq(joined, rows[i].names);
	}
}
END_TEST

START_TEST(reads_the_rest_of_the_environment)
{
	struct terminal_env env;

	setenv("TERM", "xterm", 1);
	setenv("NO_COLOR", "1", 1);
	terminal_env_read(&env);
	ck_assert_str_eq(env.term, "xterm");
	ck_assert_str_eq(env.no_color, "1");
	ck_assert_ptr_null(terminal_refusal(&env));
	ck_assert(terminal_has_unicode(&(struct terminal_env){ .is_utf8 = true }));
	ck_assert(!terminal_has_unicode(&(struct terminal_env){ .is_utf8 = false }));
	ck_assert(!terminal_has_unicode(&(struct terminal_env){ 0 }));
	ck_assert(terminal_takes_titles("xterm-256color"));
	ck_assert(terminal_takes_titles("tmux"));
	ck_assert(!terminal_takes_titles("linux"));
}
END_TEST

SUITE("theme", resolves_the_palette_at_every_depth, every_role_can_be_read_in_every_theme, knows_themes_by_name,
      reads_the_depth_from_the_environment, tries_better_descriptions_first, reads_the_rest_of_the_environment)
