#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What the terminal can show, from what the environment says of it. Pure: the caller reads the environment.
 *
 * NO_COLOR: https://no-color.org; CLICOLOR, CLICOLOR_FORCE: https://bixense.com/clicolors; COLORTERM: "truecolor" or
 * "24bit" from terminals that can do more than their terminfo entry says.
 */
#include <stdbool.h>

#include "screen/theme.h"

struct terminal_env { // borrowed; NULL where unset
	const char *term, *colorterm, *no_color, *clicolor, *clicolor_force;
	bool is_utf8; // the user's locale: locale_wants_utf8()
};

void terminal_env_read(struct terminal_env *out); // from the environment

// Why the console cannot run on such a terminal, or NULL when it can.
const char *terminal_refusal(const struct terminal_env *env);

bool terminal_has_unicode(const struct terminal_env *env);

// `n_colours` and `is_direct` are terminfo's "colors" and "RGB".
enum colour_depth terminal_depth(const struct terminal_env *env, int n_colours, bool is_direct);

enum { TERMINAL_NAMES = 3, TERMINAL_NAME_MAX = 64 };

/* The terminfo entries to try, best first, the last being TERM itself: with COLORTERM=truecolor the direct-colour
 * sibling, and the one with 256 colours. Returns how many.
 */
int terminal_names(const struct terminal_env *env, char names[TERMINAL_NAMES][TERMINAL_NAME_MAX]);

bool terminal_takes_titles(const char *term); // knows OSC 2
