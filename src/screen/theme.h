#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Themes: from what a cell means to what the terminal can show.
 *
 * The dark theme and the one for colour-blind eyes leave the background and plain text to the terminal, so they can be
 * read on any; the light theme paints its own. Status colours of "colourblind" are those of Okabe and Ito (2008),
 * chosen to stay apart under every form of colour blindness. Whatever the depth, the cursor's row and the header stand
 * out: with eight colours or none by reverse video and bold.
 */
#include <stdint.h>

#include "opscon/style.h"

enum colour_depth { DEPTH_NONE, DEPTH_8, DEPTH_16, DEPTH_256, DEPTH_TRUE };

enum theme_id { THEME_DARK, THEME_LIGHT, THEME_COLOURBLIND, THEME_COUNT };

enum theme_attribute { THEME_BOLD = 1, THEME_DIM = 2, THEME_UNDERLINE = 4, THEME_REVERSE = 8 };

struct look {
	int32_t fg, bg;      // an index, or 0xRRGGBB at DEPTH_TRUE; -1 the terminal's own
	uint16_t attributes; // enum theme_attribute
};

const char *theme_name(enum theme_id theme);     // "dark" "light" "colourblind"
enum theme_id theme_from_name(const char *name); // any case; what is not known is THEME_DARK
struct look theme_resolve(enum theme_id theme, enum colour_depth depth, style_t style);
