#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A key as it was pressed. Pastes arrive whole, never as keys. */
#include <stddef.h>
#include <stdint.h>

enum key_code { // above Unicode; a printable key's code is its code point
	KEY_NAMED = 0x110000,
	KEY_CODE_UP,
	KEY_CODE_DOWN,
	KEY_CODE_LEFT,
	KEY_CODE_RIGHT,
	KEY_CODE_HOME,
	KEY_CODE_END,
	KEY_CODE_PAGE_UP,
	KEY_CODE_PAGE_DOWN,
	KEY_CODE_ENTER,
	KEY_CODE_TAB,
	KEY_CODE_BACKTAB,
	KEY_CODE_ESCAPE,
	KEY_CODE_BACKSPACE,
	KEY_CODE_DELETE,
	KEY_CODE_F1, // F1..F12 follow each other
	KEY_CODE_F12 = KEY_CODE_F1 + 11,
	KEY_CODE_PASTE, // text holds what was pasted
	KEY_CODE_MOUSE, // x, y: a click on the cell
	KEY_CODE_WHEEL_UP,
	KEY_CODE_WHEEL_DOWN,
};

enum key_mod { KEY_MOD_CTRL = 1, KEY_MOD_ALT = 2 };

struct key {
	uint32_t code; // a code point, or enum key_code; with KEY_MOD_CTRL the lower-case letter
	unsigned mods;
	int x, y;         // mouse
	const char *text; // borrowed: KEY_CODE_PASTE, clean; else NULL
};

/* Names as written in key maps, scripts and help: "q", "G", "space", "Enter", "Esc", "Tab", "S-Tab", "C-l", "M-x",
 * "F5", "Up", "PgDn", "Home", "BSpace", "Del".
 */
int key_from_name(const char *name, struct key *out); // 0 or -EINVAL
size_t key_name(const struct key *key, char *out, size_t size);
