// SPDX-License-Identifier: Apache-2.0
#include "screen/canvas_grid.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct {
	uint32_t unicode;
	char ascii;
} glyphs[GLYPH_COUNT] = {
	[GLYPH_OK] = { 0x25cf, 'o' },       [GLYPH_WARN] = { 0x25b2, '!' },
	[GLYPH_BAD] = { 0x2716, 'X' },      [GLYPH_INFO] = { 0x25c6, 'i' },
	[GLYPH_UNKNOWN] = { 0x25cb, '?' },  [GLYPH_UNRECOGNISED] = { 0x25cc, '-' },
	[GLYPH_UP] = { 0x2191, '^' },       [GLYPH_DOWN] = { 0x2193, 'v' },
	[GLYPH_FLAT] = { 0x2192, '>' },     [GLYPH_DONE] = { 0x2713, '+' },
	[GLYPH_CURRENT] = { 0x25b6, '*' },  [GLYPH_PENDING] = { 0x25cb, '.' },
	[GLYPH_ERROR] = { 0x2715, 'x' },    [GLYPH_SKIPPED] = { 0x2298, '-' },
	[GLYPH_CHECKED] = { 0x2611, 'x' },  [GLYPH_UNCHECKED] = { 0x2610, '.' },
	[GLYPH_RADIO_ON] = { 0x25c9, '*' }, [GLYPH_RADIO_OFF] = { 0x25cb, '.' },
	[GLYPH_SORT_ASC] = { 0x25b2, '^' }, [GLYPH_SORT_DESC] = { 0x25bc, 'v' },
	[GLYPH_CURSOR] = { 0x258c, '>' },   [GLYPH_ELLIPSIS] = { 0x2026, '~' },
	[GLYPH_BULLET] = { 0xb7, '.' },
};

// Look-alikes for what widgets and people write, by range. Latin letters lose their accents.
static const struct {
	uint32_t first, last;
	char ascii;
} alikes[] = {
	{ 0xa0, 0xa0, ' ' },     { 0xb5, 0xb5, 'u' },     { 0xb7, 0xb7, '.' },     { 0xc0, 0xc5, 'A' },
	{ 0xc7, 0xc7, 'C' },     { 0xc8, 0xcb, 'E' },     { 0xcc, 0xcf, 'I' },     { 0xd1, 0xd1, 'N' },
	{ 0xd2, 0xd6, 'O' },     { 0xd7, 0xd7, 'x' },     { 0xd9, 0xdc, 'U' },     { 0xe0, 0xe5, 'a' },
	{ 0xe7, 0xe7, 'c' },     { 0xe8, 0xeb, 'e' },     { 0xec, 0xef, 'i' },     { 0xf1, 0xf1, 'n' },
	{ 0xf2, 0xf6, 'o' },     { 0xf9, 0xfc, 'u' },     { 0x2010, 0x2015, '-' }, { 0x2018, 0x2019, '\'' },
	{ 0x201c, 0x201d, '"' }, { 0x2022, 0x2022, '*' }, { 0x2026, 0x2026, '~' }, { 0x2190, 0x2190, '<' },
	{ 0x2191, 0x2191, '^' }, { 0x2192, 0x2192, '>' }, { 0x2193, 0x2193, 'v' }, { 0x2264, 0x2264, '<' },
	{ 0x2265, 0x2265, '>' }, { 0x2298, 0x2298, '-' }, { 0x2500, 0x2501, '-' }, { 0x2502, 0x2503, '|' },
	{ 0x2504, 0x2505, '-' }, { 0x2506, 0x2507, '|' }, { 0x2508, 0x2509, '-' }, { 0x250a, 0x250b, '|' },
	{ 0x250c, 0x254b, '+' }, { 0x254c, 0x254d, '-' }, { 0x254e, 0x254f, '|' }, { 0x2550, 0x2550, '=' },
	{ 0x2551, 0x2551, '|' }, { 0x2552, 0x2570, '+' }, { 0x2571, 0x2571, '/' }, { 0x2572, 0x2572, '\\' },
	{ 0x2574, 0x257f, '-' }, { 0x2580, 0x2593, '#' }, { 0x2594, 0x259f, '#' }, { 0x25cc, 0x25cc, '-' },
	{ 0x2610, 0x2610, '.' }, { 0x2611, 0x2612, 'x' }, { 0x2713, 0x2714, '+' }, { 0x2715, 0x2718, 'x' },
};

char glyph_ascii(uint32_t codepoint)
{
	if (codepoint >= 0x20 && codepoint < 0x7f)
		return (char)codepoint;
	for (size_t i = 0; i < COUNT(alikes); i++)
		if (codepoint >= alikes[i].first && codepoint <= alikes[i].last)
			return alikes[i].ascii;
	for (size_t i = 0; i < COUNT(glyphs); i++)
		if (codepoint == glyphs[i].unicode)
			return glyphs[i].ascii;
	return '?';
}

uint32_t canvas_named_glyph(const struct canvas *canvas, enum glyph glyph)
{
	if ((unsigned)glyph >= GLYPH_COUNT)
		glyph = GLYPH_UNRECOGNISED;
	return canvas->is_ascii ? (unsigned char)glyphs[glyph].ascii : glyphs[glyph].unicode;
}

enum glyph glyph_of_status(enum status status)
{
	static const enum glyph by_group[] = {
		[STATUS_GROUP_GREEN] = GLYPH_OK,  [STATUS_GROUP_YELLOW] = GLYPH_WARN,  [STATUS_GROUP_RED] = GLYPH_BAD,
		[STATUS_GROUP_BLUE] = GLYPH_INFO, [STATUS_GROUP_GREY] = GLYPH_UNKNOWN,
	};

	if ((unsigned)status >= STATUS_COUNT)
		return GLYPH_UNRECOGNISED;
	return by_group[status_group(status)];
}
