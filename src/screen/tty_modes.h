#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What is said to the terminal beside the screen library: its settings, bracketed paste, mouse, title, and the bytes
 * that put all of it back. Made once, so that a crash handler has only to write them.
 */
#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

enum { TTY_BYTES_MAX = 256, TTY_TITLE_MAX = 120 }; // cells of a title

struct tty_modes {
	char reset[TTY_BYTES_MAX]; // attributes off, the usual characters; terminated, as the others
	char enter[TTY_BYTES_MAX];
	char again[TTY_BYTES_MAX]; // enter, where it was not left: the title is kept already
	char leave[TTY_BYTES_MAX];
	char restore[TTY_BYTES_MAX]; // leave, then terminfo's own: cursor on, main screen
	bool has_title;
};

// Terminfo's strings may be NULL; their padding is dropped.
void tty_modes_init(struct tty_modes *modes, bool has_mouse, bool has_title, const char *sgr0, const char *cnorm,
		    const char *rmcup);

/* The one writer of titles: out gets the sequence that sets the title to `text`, which must be clean and is cut to
 * TTY_TITLE_MAX cells. Returns its length; 0 when the terminal has no title, the text is not clean, or size is short.
 */
size_t tty_title(const struct tty_modes *modes, const char *text, char *out, size_t size);

// The settings of a terminal's driver as the shell had them.
struct tty_settings {
	int fd; // borrowed
	struct termios shell;
	bool is_known;
};

void tty_settings_read(struct tty_settings *settings, int fd);

// Keys one by one and unseen, C-c, C-z, C-s and C-q among them; bytes go out as they are. Waits for nothing.
void tty_settings_take(const struct tty_settings *settings);
void tty_settings_restore(const struct tty_settings *settings); // async-signal-safe
