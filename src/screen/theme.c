// SPDX-License-Identifier: Apache-2.0
#include "screen/theme.h"

#include <stdbool.h>
#include <stddef.h>
#include <strings.h>

struct colour {
	int32_t rgb;
	int16_t x256; // nearest xterm index; 0: the terminal's own colour
	int16_t ansi; // of 16
};

struct role_look {
	struct colour fg, bg;
	uint16_t attributes;
	uint16_t mono; // attributes when there are no colours
	bool is_set;
};

struct theme {
	const char *name;
	struct colour page;   // behind everything
	struct colour cursor; // behind the selected row
	struct colour strong; // text that must be seen on `cursor`
	struct colour softer; // tertiary text there
	struct role_look roles[STYLE_ROLE_COUNT];
};

enum { BOLD = THEME_BOLD, DIM = THEME_DIM, REVERSE = THEME_REVERSE };

// Palette: components of the portal, as nearest xterm indices.
static const struct theme themes[THEME_COUNT] = {
	[THEME_DARK] = {
		.name = "dark",
		.page = { 0 },
		.cursor = { 0x3f3f46, 238, 8 },
		.strong = { 0xffffff, 231, 15 },
		.softer = { 0xa1a1aa, 248, 7 },
		.roles = {
			[STYLE_TEXT] = { { 0 }, { 0 }, 0, 0, true },
			[STYLE_MUTED] = { { 0xa1a1aa, 248, 7 }, { 0 }, 0, 0, true },
			[STYLE_FAINT] = { { 0x71717a, 243, 8 }, { 0 }, 0, DIM, true },
			[STYLE_BORDER] = { { 0x3f3f46, 238, 8 }, { 0 }, 0, DIM, true },
			[STYLE_TITLE] = { { 0 }, { 0 }, BOLD, BOLD, true },
			[STYLE_PRIMARY] = { { 0x00f2fe, 51, 14 }, { 0 }, 0, BOLD, true },
			[STYLE_SECONDARY] = { { 0x667eea, 68, 13 }, { 0 }, 0, 0, true },
			[STYLE_OK] = { { 0x10b981, 36, 2 }, { 0 }, 0, 0, true },
			[STYLE_WARN] = { { 0xf59e0b, 214, 11 }, { 0 }, 0, BOLD, true },
			[STYLE_BAD] = { { 0xef4444, 203, 9 }, { 0 }, 0, BOLD, true },
			[STYLE_INFO] = { { 0x3b82f6, 69, 12 }, { 0 }, 0, 0, true },
			[STYLE_UNKNOWN] = { { 0x71717a, 243, 8 }, { 0 }, 0, 0, true },
			[STYLE_HEADER] = { { 0xffffff, 231, 0 }, { 0x27272a, 235, 7 }, BOLD, BOLD | REVERSE, true },
			[STYLE_CURSOR] = { { 0xffffff, 231, 15 }, { 0x3f3f46, 238, 8 }, 0, REVERSE, true },
			[STYLE_KEY] = { { 0 }, { 0 }, BOLD, BOLD, true },
			[STYLE_CHART] = { { 0x667eea, 68, 13 }, { 0 }, 0, 0, true },
			[STYLE_ENV_PROD] = { { 0xffffff, 231, 15 }, { 0xdc2626, 160, 1 }, BOLD, BOLD | REVERSE, true },
			[STYLE_ENV_STAGING] = { { 0x0a0a0a, 232, 0 }, { 0xf59e0b, 214, 3 }, BOLD, REVERSE, true },
			[STYLE_ENV_DEV] = { { 0x0a0a0a, 232, 0 }, { 0x10b981, 36, 2 }, BOLD, REVERSE, true },
			[STYLE_ENV_OTHER] = { { 0xffffff, 231, 15 }, { 0x5a67d8, 62, 4 }, BOLD, REVERSE, true },
			[STYLE_DEMO] = { { 0x0a0a0a, 232, 0 }, { 0xf093fb, 213, 5 }, BOLD, BOLD | REVERSE, true },
		},
	},
	[THEME_LIGHT] = {
		.name = "light",
		.page = { 0xffffff, 231, 15 },
		.cursor = { 0xced4da, 252, 7 },
		.strong = { 0x1a1a1a, 234, 0 },
		.softer = { 0x495057, 239, 0 },
		.roles = {
			[STYLE_TEXT] = { { 0x1a1a1a, 234, 0 }, { 0 }, 0, 0, true },
			[STYLE_MUTED] = { { 0x495057, 239, 8 }, { 0 }, 0, 0, true },
			[STYLE_FAINT] = { { 0x6c757d, 243, 8 }, { 0 }, 0, DIM, true },
			[STYLE_BORDER] = { { 0xced4da, 252, 8 }, { 0 }, 0, DIM, true },
			[STYLE_TITLE] = { { 0x1a1a1a, 234, 0 }, { 0 }, BOLD, BOLD, true },
			[STYLE_PRIMARY] = { { 0x0099ff, 33, 4 }, { 0 }, 0, BOLD, true },
			[STYLE_SECONDARY] = { { 0x5a67d8, 62, 5 }, { 0 }, 0, 0, true },
			[STYLE_OK] = { { 0x059669, 29, 2 }, { 0 }, 0, 0, true },
			[STYLE_WARN] = { { 0xd97706, 172, 3 }, { 0 }, 0, BOLD, true },
			[STYLE_BAD] = { { 0xdc2626, 160, 1 }, { 0 }, 0, BOLD, true },
			[STYLE_INFO] = { { 0x2563eb, 26, 4 }, { 0 }, 0, 0, true },
			[STYLE_UNKNOWN] = { { 0x6c757d, 243, 8 }, { 0 }, 0, 0, true },
			[STYLE_HEADER] = { { 0x1a1a1a, 234, 15 }, { 0xdee2e6, 254, 8 }, BOLD, BOLD | REVERSE, true },
			[STYLE_CURSOR] = { { 0x1a1a1a, 234, 0 }, { 0xced4da, 252, 7 }, 0, REVERSE, true },
			[STYLE_KEY] = { { 0x1a1a1a, 234, 0 }, { 0 }, BOLD, BOLD, true },
			[STYLE_CHART] = { { 0x5a67d8, 62, 5 }, { 0 }, 0, 0, true },
			[STYLE_ENV_PROD] = { { 0xffffff, 231, 15 }, { 0xdc2626, 160, 1 }, BOLD, BOLD | REVERSE, true },
			[STYLE_ENV_STAGING] = { { 0x1a1a1a, 234, 0 }, { 0xf59e0b, 214, 3 }, BOLD, REVERSE, true },
			[STYLE_ENV_DEV] = { { 0xffffff, 231, 15 }, { 0x059669, 29, 2 }, BOLD, REVERSE, true },
			[STYLE_ENV_OTHER] = { { 0xffffff, 231, 15 }, { 0x5a67d8, 62, 4 }, BOLD, REVERSE, true },
			[STYLE_DEMO] = { { 0xffffff, 231, 15 }, { 0xd946ef, 171, 5 }, BOLD, BOLD | REVERSE, true },
		},
	},
	// What is not set here is as in the dark theme.
	[THEME_COLOURBLIND] = {
		.name = "colourblind",
		.page = { 0 },
		.cursor = { 0x3f3f46, 238, 8 },
		.strong = { 0xffffff, 231, 15 },
		.softer = { 0xa1a1aa, 248, 7 },
		.roles = {
			[STYLE_OK] = { { 0x56b4e9, 74, 14 }, { 0 }, 0, 0, true },
			[STYLE_WARN] = { { 0xf0e442, 227, 11 }, { 0 }, 0, BOLD, true },
			[STYLE_BAD] = { { 0xd55e00, 166, 9 }, { 0 }, BOLD, BOLD, true },
			[STYLE_INFO] = { { 0xcc79a7, 175, 13 }, { 0 }, 0, 0, true },
			[STYLE_PRIMARY] = { { 0xffffff, 231, 15 }, { 0 }, BOLD, BOLD, true },
			[STYLE_ENV_PROD] = { { 0xffffff, 231, 15 }, { 0xd55e00, 166, 1 }, BOLD, BOLD | REVERSE, true },
			[STYLE_ENV_STAGING] = { { 0x0a0a0a, 232, 0 }, { 0xf0e442, 227, 3 }, BOLD, REVERSE, true },
			[STYLE_ENV_DEV] = { { 0x0a0a0a, 232, 0 }, { 0x56b4e9, 74, 6 }, BOLD, REVERSE, true },
		},
	},
};

const char *theme_name(enum theme_id theme)
{
	return (unsigned)theme < THEME_COUNT ? themes[theme].name : themes[THEME_DARK].name;
}

enum theme_id theme_from_name(const char *name)
{
	for (int i = 0; name && i < THEME_COUNT; i++)
		if (strcasecmp(themes[i].name, name) == 0)
			return (enum theme_id)i;
	return THEME_DARK;
}

static int32_t colour_at(const struct colour *colour, enum colour_depth depth)
{
	if (colour->x256 == 0)
		return -1;
	if (depth == DEPTH_TRUE)
		return colour->rgb;
	if (depth == DEPTH_256)
		return colour->x256;
	return colour->ansi;
}

static const struct role_look *look_of(enum theme_id theme, enum style_role role)
{
	if (role >= STYLE_ROLE_COUNT)
		role = STYLE_TEXT;
	return themes[theme].roles[role].is_set ? &themes[theme].roles[role] : &themes[THEME_DARK].roles[role];
}

static uint16_t flag_attributes(style_t style)
{
	return (uint16_t)((style & STYLE_BOLD ? THEME_BOLD : 0) | (style & STYLE_DIM ? THEME_DIM : 0) |
			  (style & STYLE_UNDERLINE ? THEME_UNDERLINE : 0) |
			  (style & STYLE_REVERSE ? THEME_REVERSE : 0));
}

// Status colours stay themselves on the selected row; what is muted elsewhere would sink into it.
static const struct colour *selected_fg(const struct theme *theme, const struct role_look *look, enum style_role role)
{
	switch (role) {
	case STYLE_TEXT:
	case STYLE_MUTED:
	case STYLE_TITLE:
	case STYLE_KEY:
		return &theme->strong;
	case STYLE_FAINT:
	case STYLE_BORDER:
	case STYLE_UNKNOWN:
		return &theme->softer;
	default:
		return &look->fg;
	}
}

// With eight colours a tinted row would swallow half of them: the row is reversed whole, and glyph and word tell.
static struct look reversed(uint16_t attributes)
{
	return (struct look){ .fg = -1, .bg = -1, .attributes = (uint16_t)(attributes | THEME_REVERSE) };
}

// Bright colours are bold ones. Bold black is grey on some terminals and nothing at all on others: plain and dim is
// safe.
static struct look of_eight(const struct colour *fg, const struct colour *bg, uint16_t attributes)
{
	struct look look = { colour_at(fg, DEPTH_8), colour_at(bg, DEPTH_8), attributes };

	if (look.bg >= 8)
		look.bg -= 8;
	if (look.fg == 8) {
		look.fg = look.bg < 0 ? -1 : 0;
		look.attributes |= look.bg < 0 ? THEME_DIM : 0;
	}
	if (look.fg > 8) {
		look.fg -= 8;
		look.attributes |= THEME_BOLD;
	}
	return look;
}

struct look theme_resolve(enum theme_id id, enum colour_depth depth, style_t style)
{
	const struct theme *theme = &themes[(unsigned)id < THEME_COUNT ? id : THEME_DARK];
	enum style_role role = style_role(style);
	const struct role_look *look = look_of((enum theme_id)(theme - themes), role);
	const struct colour *fg = &look->fg, *bg = look->bg.x256 == 0 ? &theme->page : &look->bg;
	uint16_t attributes = (uint16_t)(look->attributes | flag_attributes(style));
	bool is_selected = style & STYLE_SELECTED;

	if (depth == DEPTH_NONE) {
		attributes = (uint16_t)(look->mono | flag_attributes(style));
		return is_selected ? reversed((uint16_t)(attributes & ~(unsigned)THEME_DIM))
				   : (struct look){ .fg = -1, .bg = -1, .attributes = attributes };
	}
	if (depth == DEPTH_8 && (is_selected || role == STYLE_CURSOR))
		return reversed(attributes);
	if (is_selected) {
		fg = selected_fg(theme, look, role);
		bg = &theme->cursor;
	}
	if (depth == DEPTH_8)
		return of_eight(fg, bg, attributes);
	return (struct look){ colour_at(fg, depth), colour_at(bg, depth), attributes };
}
