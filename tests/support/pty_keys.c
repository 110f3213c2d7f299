// SPDX-License-Identifier: Apache-2.0
#include "tests/support/pty_internal.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* A table of its own, not key_from_name(): a harness that shares the code under test would share its mistakes. */
static const struct {
	const char *name;
	VTermKey key;
	VTermModifier mod;
} keys[] = {
	{ "Up", VTERM_KEY_UP, VTERM_MOD_NONE },       { "Down", VTERM_KEY_DOWN, VTERM_MOD_NONE },
	{ "Left", VTERM_KEY_LEFT, VTERM_MOD_NONE },   { "Right", VTERM_KEY_RIGHT, VTERM_MOD_NONE },
	{ "Home", VTERM_KEY_HOME, VTERM_MOD_NONE },   { "End", VTERM_KEY_END, VTERM_MOD_NONE },
	{ "PgUp", VTERM_KEY_PAGEUP, VTERM_MOD_NONE }, { "PgDn", VTERM_KEY_PAGEDOWN, VTERM_MOD_NONE },
	{ "Del", VTERM_KEY_DEL, VTERM_MOD_NONE },     { "S-Tab", VTERM_KEY_TAB, VTERM_MOD_SHIFT },
};

static const struct {
	const char *name, *bytes;
} plain[] = {
	{ "Enter", "\r" }, { "Tab", "\t" }, { "Esc", "\x1b" }, { "BSpace", "\x7f" }, { "space", " " },
};

static bool is_name(const char *name, size_t n, const char *wanted)
{
	return strlen(wanted) == n && memcmp(name, wanted, n) == 0;
}

static bool send_function_key(struct term *t, const char *name, size_t n)
{
	char digits[3] = "";
	int number;

	if (n < 2 || n > 3 || name[0] != 'F')
		return false;
	memcpy(digits, name + 1, n - 1);
	number = atoi(digits);
	if (number < 1 || number > 12)
		return false;
	vterm_keyboard_key(t->vt, (VTermKey)VTERM_KEY_FUNCTION(number), VTERM_MOD_NONE);
	return true;
}

// "C-l" and "M-x"; libvterm would send some controls in a protocol of its own.
static bool send_modified(struct term *t, const char *name, size_t n)
{
	char bytes[2] = { '\x1b', name[n - 1] };

	if (n != 3 || name[1] != '-' || (name[0] != 'C' && name[0] != 'M'))
		return false;
	if (name[0] == 'C')
		bytes[0] = (char)(name[2] & 0x1f);
	term_send_bytes(t, bytes, name[0] == 'C' ? 1 : 2);
	return true;
}

static bool is_one_character(const char *name, size_t n)
{
	size_t i = 1;

	while (i < n && (name[i] & 0xc0) == 0x80)
		i++;
	return n > 0 && i == n;
}

bool term_key_send(struct term *t, const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		if (is_name(name, n, keys[i].name)) {
			vterm_keyboard_key(t->vt, keys[i].key, keys[i].mod);
			term_flush_output(t);
			return true;
		}
	}
	for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
		if (is_name(name, n, plain[i].name)) {
			term_send_bytes(t, plain[i].bytes, 1);
			return true;
		}
	}
	if (is_one_character(name, n)) {
		term_send_bytes(t, name, n);
		return true;
	}
	if (send_modified(t, name, n))
		return true;
	if (!send_function_key(t, name, n))
		return false;
	term_flush_output(t);
	return true;
}

void term_send(struct term *t, const char *text)
{
	if (strncmp(text, "text:", 5) == 0) {
		term_send_bytes(t, text + 5, strlen(text + 5));
		return;
	}
	if (strncmp(text, "paste:", 6) == 0) {
		vterm_keyboard_start_paste(t->vt); // says nothing unless the program asked for brackets
		term_flush_output(t);
		term_send_bytes(t, text + 6, strlen(text + 6));
		vterm_keyboard_end_paste(t->vt);
		term_flush_output(t);
		return;
	}
	while (*text) {
		size_t n = strcspn(text, " ");

		if (n && !term_key_send(t, text, n))
			ck_abort_msg("no key is called '%.*s'", (int)n, text);
		text += n;
		text += strspn(text, " ");
	}
}
