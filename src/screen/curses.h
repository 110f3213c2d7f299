#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The terminal: shows canvases, reads keys. The only place that knows ncurses, through newterm() on the caller's tty.
 *
 * screen_show() compares with what was shown last and touches only the cells that differ; when none does, not one byte
 * is written. Nothing here waits for a terminal that takes no bytes: a frame leaves as it is taken, and until its last
 * byte has left the screen is busy and no other begins. So a slow link gets the newest frame, never a queue of old
 * ones. The terminal is put back by screen_close(), for the time of a suspension by screen_suspend(), and after a
 * crash by screen_restore(), which a signal handler may call.
 *
 * Signals are the caller's: the handlers that ncurses installs are taken back. One screen at a time.
 */
#include <stdbool.h>
#include <stdio.h>

#include "opscon/canvas.h"
#include "opscon/key.h"
#include "screen/theme.h"

struct screen;

struct screen_options {
	FILE *in, *out;    // borrowed: the terminal
	const char *theme; // NULL: dark; what is not known is dark
	bool is_ascii;     // even where the locale has more
	bool has_mouse;
};

/* Takes the terminal over. 0 or, with *why (borrowed, one line) telling the reason: -ENOTTY no terminal, -ENOTSUP one
 * that cannot place text or is not described, -ENOMEM. Reads TERM, COLORTERM, NO_COLOR, CLICOLOR and the locale's
 * character set. The process's own must have been settled (base/user_locale.h).
 */
int screen_open(const struct screen_options *options, struct screen **out, const char **why);
void screen_close(struct screen *screen); // NULL is fine

bool screen_has_unicode(const struct screen *screen);
enum colour_depth screen_depth(const struct screen *screen);
int screen_fd(const struct screen *screen);        // to wait on for keys
int screen_output_fd(const struct screen *screen); // to wait on for room, while it is busy
void screen_set_theme(struct screen *screen, const char *theme);

// Cells of the terminal; 80x24 when it does not say.
void screen_size(const struct screen *screen, int *width, int *height);
bool screen_resized(struct screen *screen); // after SIGWINCH: asks again; true when the size is another

// The number of cells that were touched, 0 when nothing was written; -EBUSY: show the newest once it is not busy any
// more; -ENOMEM, or -EIO when the terminal is gone.
int screen_show(struct screen *screen, const struct canvas *canvas);
bool screen_is_busy(const struct screen *screen);
int screen_flush(struct screen *screen); // 0 all has left, 1 it is busy still, or -EIO

void screen_redraw(struct screen *screen); // the next show writes everything (C-l, a terminal that was disturbed)

// Before the process stops. What is pending is given up; takes less than a second, whatever the terminal does.
void screen_suspend(struct screen *screen);
void screen_resume(struct screen *screen); // after it goes on
// After a stop that nobody announced (SIGSTOP): others have written to the terminal and set it as they like. All of it
// is set again, and the next show writes everything.
void screen_reclaim(struct screen *screen);
void screen_title(struct screen *screen, const char *text); // clean text; ignored where there is no title

/* 1 with a key; 0 when there is none now; -EIO when the terminal is gone. Waits for nothing but, after an escape byte,
 * at most 25 ms for what may follow it. A paste's text stays valid until the next call.
 */
int screen_read_key(struct screen *screen, struct key *out);

/* The signal that a key asks for, 0: none. The terminal's driver sends none itself, since it would for bytes of a
 * paste; the caller sends it to its process group, as the driver would.
 */
int screen_key_signal(const struct screen *screen, const struct key *key);

// Puts the terminal back. Async-signal-safe, for a crash: the screen is of no use afterwards.
void screen_restore(const struct screen *screen);
