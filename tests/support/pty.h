#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A program on a terminal of its own, for end-to-end tests: a pty, and libvterm that keeps the screen.
 *
 *   struct term *t = term_start((const char *[]){ OPSCON, "demo", NULL }, NULL, 120, 36);
 *   term_wait_for(t, "DEMO", 2000);
 *   term_send(t, "j j Enter");
 *   term_wait_for(t, "WowDomain", 1000);
 *   term_send(t, "q");
 *   ck_assert_int_eq(term_wait_exit(t, 1000), 0);
 *   term_assert_restored(t);
 *   term_finish(t);
 *
 * Nothing sleeps: what waits reads the pty and returns with the byte that makes it true. Functions that wait fail the
 * test with a dump of the screen; those that return bool only look. Bytes are read only while something waits, sends or
 * listens.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct term;

/* Starts argv[0] (looked up in PATH) with the terminal as stdin, stdout and stderr. Its environment is ours with
 * TERM=xterm-256color, COLORTERM, NO_COLOR, TMUX, COLUMNS, LINES and the LC_* out of it and LANG=C.UTF-8; then each
 * of env (NULL-terminated, may be NULL): "NAME=value" sets, "NAME" removes.
 */
struct term *term_start(const char *const argv[], const char *const env[], int cols, int rows);
// The same, where nobody in its session could bring it back from a stop.
struct term *term_start_alone(const char *const argv[], const char *const env[], int cols, int rows);
void term_finish(struct term *t); // hangs up, kills what is left; NULL is fine

/* Keys by name, blanks between them, as in opscon/key.h: "q", "G", "space", "Enter", "Esc", "Tab", "S-Tab", "C-l",
 * "M-x", "F5", "Up", "PgDn", "Home", "BSpace", "Del". Or "text:..." to type the rest, or "paste:..." to paste it (in
 * brackets when the program asked for that). Cursor keys follow the terminal's mode.
 */
void term_send(struct term *t, const char *keys);
void term_send_bytes(struct term *t, const char *bytes, size_t n);
void term_resize(struct term *t, int cols, int rows); // with SIGWINCH
void term_signal(struct term *t, int signal);
void term_hang_up(struct term *t); // closes the terminal, as a lost connection does

/* Fills what the kernel holds for the terminal, so that the program finds no room until something here reads again.
 * What fills shows nothing. Returns the number of bytes, which are received later like any others.
 */
size_t term_clog(struct term *t);

// The text stands in one row of the screen; blanks count.
bool term_has(struct term *t, const char *text);
bool term_await(struct term *t, const char *text, bool is_there, int timeout_ms); // false: it did not come (or go)
void term_wait_for(struct term *t, const char *text, int timeout_ms);
void term_wait_gone(struct term *t, const char *text, int timeout_ms);

// Some row of the screen has the one text, and after it the other.
bool term_has_row(struct term *t, const char *text, const char *then);
void term_wait_row(struct term *t, const char *text, const char *then, int timeout_ms);

// Reads for that long whatever comes; the number of bytes that came.
uint64_t term_listen(struct term *t, int ms);
uint64_t term_bytes_received(const struct term *t);     // since the start
uint64_t term_bytes_beyond_ascii(const struct term *t); // of them those of 0x80 and more
pid_t term_pid(const struct term *t);

// The exit status, or -1 - signal of a program that was killed.
int term_wait_exit(struct term *t, int timeout_ms);
int term_wait_exit_unread(struct term *t, int timeout_ms); // reads nothing until the program has ended

/* The terminal is as the program found it: termios, blocking, cursor shown, the main screen, no mouse, paste or focus
 * reports, normal cursor keys.
 */
void term_assert_restored(struct term *t);
const char *term_unrestored(struct term *t); // what is not as it was; NULL when all is

const char *term_row(struct term *t, int row); // UTF-8 without trailing blanks; until the next call for any row
char *term_dump(struct term *t);               // the whole screen, framed; free() it
int term_find(struct term *t, const char *text, int *col); // its row (the first), or -1; col may be NULL, in cells
void term_cursor(struct term *t, int *row, int *col);

enum { TERM_COLOUR_DEFAULT = -1, TERM_COLOUR_RGB = 1 << 24 };

struct term_cell {
	char text[32]; // UTF-8; "" for a blank and for the right half of a wide character
	int width;     // 1 or 2
	int fg, bg;    // TERM_COLOUR_DEFAULT, 0..255, or TERM_COLOUR_RGB | 0xrrggbb
	bool is_bold, is_underlined, is_reversed, is_italic;
};

struct term_cell term_cell(struct term *t, int row, int col);
