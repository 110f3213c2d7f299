// SPDX-License-Identifier: Apache-2.0
/* The screen on a real pty, read back through a terminal emulator. */
#include "screen/curses.h"

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <vterm.h>

#include "base/memory.h"
#include "tests/support/suite.h"

enum { WIDTH = 40, HEIGHT = 8 };

static int master, slave;
static FILE *tty_in, *tty_out;
static VTerm *vt;
static VTermScreen *vt_screen;
static struct screen *screen;
static struct canvas canvas;
static char written[1 << 16];
static size_t n_written;

// Feeds what was written to the emulator and returns how many bytes that was.
static size_t pump(void)
{
	struct pollfd readable = { .fd = master, .events = POLLIN };
	ssize_t n;

	n_written = 0;
	while (n_written < sizeof written && poll(&readable, 1, 0) > 0) {
		n = read(master, written + n_written, sizeof written - n_written);
		if (n <= 0)
			break;
		vterm_input_write(vt, written + n_written, (size_t)n);
		n_written += (size_t)n;
	}
	return n_written;
}

static bool was_written(const char *bytes)
{
	return memmem(written, n_written, bytes, strlen(bytes)) != NULL;
}

static void open_pty(const char *term)
{
	struct winsize size = { .ws_col = WIDTH, .ws_row = HEIGHT };

	ck_assert_int_eq(openpty(&master, &slave, NULL, NULL, &size), 0);
	tty_in = fdopen(slave, "r");
	tty_out = fdopen(dup(slave), "w");
	setenv("TERM", term, 1);
	setenv("LC_ALL", "C.utf8", 1);
	unsetenv("NO_COLOR");
	unsetenv("COLORTERM");
	unsetenv("CLICOLOR");
	vt = vterm_new(HEIGHT, WIDTH);
	vterm_set_utf8(vt, 1);
	vt_screen = vterm_obtain_screen(vt);
	vterm_screen_enable_altscreen(vt_screen, 1);
	vterm_screen_reset(vt_screen, 1);
}

static void open_screen(const char *term, struct screen_options options)
{
	const char *why;

	open_pty(term);
	options.in = tty_in;
	options.out = tty_out;
	ck_assert_int_eq(screen_open(&options, &screen, &why), 0);
	ck_assert_int_eq(canvas_create(WIDTH, HEIGHT, !screen_has_unicode(screen), &canvas), 0);
}

static void close_all(void)
{
	screen_close(screen);
	canvas_destroy(&canvas);
	vterm_free(vt);
	fclose(tty_in);
	fclose(tty_out);
	close(master);
}

static void emulated_row(int y, char *out, size_t size)
{
	VTermRect rect = { .start_row = y, .end_row = y + 1, .start_col = 0, .end_col = WIDTH };
	size_t n = vterm_screen_get_text(vt_screen, out, size - 1, rect);

	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
}

static VTermScreenCell emulated_cell(int x, int y)
{
	VTermScreenCell cell;

	ck_assert(vterm_screen_get_cell(vt_screen, (VTermPos){ .row = y, .col = x }, &cell));
	return cell;
}

static void check_row(int y, const char *expected)
{
	char row[512];

	emulated_row(y, row, sizeof row);
	ck_assert_str_eq(row, expected);
}

START_TEST(shows_what_was_drawn)
{
	VTermScreenCell blank;

	open_screen("xterm-256color", (struct screen_options){ 0 });
	canvas_text(&canvas, 0, 0, -1, STYLE_BAD, "✖ down");
	canvas_text(&canvas, 0, 1, -1, STYLE_TEXT, "日本語 e\u0301t\u00e9 x");
	canvas_text(&canvas, WIDTH - 4, HEIGHT - 1, -1, STYLE_ENV_PROD, "edge");
	ck_assert_int_eq(screen_depth(screen), DEPTH_256);
	ck_assert_int_gt(screen_show(screen, &canvas), 0);
	pump();
	check_row(0, "✖ down");
	check_row(1, "日本語 e\u0301té x");
	check_row(HEIGHT - 1, "                                    edge");
	ck_assert_int_eq(emulated_cell(2, 0).fg.indexed.idx, 203);
	ck_assert_int_eq(emulated_cell(WIDTH - 1, HEIGHT - 1).bg.indexed.idx, 160);
	blank = emulated_cell(20, 4);
	ck_assert(VTERM_COLOR_IS_DEFAULT_BG(&blank.bg));
	close_all();
}
END_TEST

START_TEST(a_cursor_that_cannot_be_hidden_stays_in_the_corner)
{
	VTermPos cursor;

	open_screen("vt100", (struct screen_options){ 0 });
	for (int row = 0; row < 3; row++) {
		canvas_text(&canvas, 0, row, -1, STYLE_TEXT, "down");
		ck_assert_int_gt(screen_show(screen, &canvas), 0);
		pump();
		vterm_state_get_cursorpos(vterm_obtain_state(vt), &cursor);
		ck_assert_int_eq(cursor.row, HEIGHT - 1);
		ck_assert_int_eq(cursor.col, WIDTH - 1);
	}
	ck_assert_int_eq(screen_show(screen, &canvas), 0);
	ck_assert_uint_eq(pump(), 0);
	close_all();
}
END_TEST

START_TEST(writes_nothing_when_no_cell_changed)
{
	open_screen("xterm-256color", (struct screen_options){ 0 });
	canvas_text(&canvas, 0, 0, -1, STYLE_OK, "e\u0301 日 steady");
	screen_show(screen, &canvas);
	pump();
	for (int frame = 0; frame < 100; frame++) {
		canvas_clear(&canvas, STYLE_TEXT);
		canvas_text(&canvas, 0, 0, -1, STYLE_OK, "e\u0301 日 steady");
		ck_assert_int_eq(screen_show(screen, &canvas), 0);
	}
	ck_assert_uint_eq(pump(), 0);
	close_all();
}
END_TEST

START_TEST(touches_only_the_cells_that_changed)
{
	open_screen("xterm-256color", (struct screen_options){ 0 });
	for (int y = 0; y < HEIGHT; y++)
		canvas_text(&canvas, 0, y, -1, STYLE_TEXT, "latency 12ms    state up");
	screen_show(screen, &canvas);
	pump();
	canvas_text(&canvas, 8, 3, -1, STYLE_TEXT, "34");
	ck_assert_int_eq(screen_show(screen, &canvas), 2);
	ck_assert_uint_le(pump(), 16);
	check_row(3, "latency 34ms    state up");
	canvas_restyle(&canvas, 0, 5, WIDTH, 1, STYLE_SELECTED);
	ck_assert_int_eq(screen_show(screen, &canvas), WIDTH);
	pump();
	ck_assert_int_eq(emulated_cell(0, 5).bg.indexed.idx, 238);
	close_all();
}
END_TEST

START_TEST(replaces_wide_characters_by_narrow_ones_and_back)
{
	open_screen("xterm-256color", (struct screen_options){ 0 });
	for (int round = 0; round < 3; round++) {
		canvas_clear(&canvas, STYLE_TEXT);
		canvas_text(&canvas, round, 0, -1, STYLE_TEXT, round == 1 ? "ab日c" : "日本e\u0301");
		screen_show(screen, &canvas);
		pump();
		check_row(0, round == 1 ? " ab日c" : round ? "  日本e\u0301" : "日本e\u0301");
	}
	close_all();
}
END_TEST

START_TEST(redraws_and_follows_the_size)
{
	struct winsize size = { .ws_col = 20, .ws_row = 4 };
	int width, height;

	open_screen("xterm-256color", (struct screen_options){ 0 });
	canvas_text(&canvas, 0, 0, -1, STYLE_TEXT, "content");
	screen_show(screen, &canvas);
	pump();
	vterm_input_write(vt, "\033[2J", 4);
	screen_redraw(screen);
	ck_assert_int_eq(screen_show(screen, &canvas), WIDTH * HEIGHT);
	pump();
	check_row(0, "content");
	ck_assert(!screen_resized(screen));
	ck_assert_int_eq(ioctl(slave, TIOCSWINSZ, &size), 0);
	ck_assert(screen_resized(screen));
	screen_size(screen, &width, &height);
	ck_assert_int_eq(width, 20);
	ck_assert_int_eq(height, 4);
	vterm_set_size(vt, 4, 20);
	ck_assert_int_eq(canvas_resize(&canvas, width, height), 0);
	canvas_text(&canvas, 16, 3, -1, STYLE_TEXT, "last");
	ck_assert_int_eq(screen_show(screen, &canvas), 80);
	pump();
	ck_assert_uint_eq(emulated_cell(19, 3).chars[0], 't');
	close_all();
}
END_TEST

START_TEST(survives_a_storm_of_sizes)
{
	open_screen("xterm-256color", (struct screen_options){ 0 });
	for (unsigned short n = 1; n < 60; n++) {
		struct winsize size = { .ws_col = (unsigned short)(1 + n * 7 % 50),
					.ws_row = (unsigned short)(1 + n % 9) };

		ioctl(slave, TIOCSWINSZ, &size);
		screen_resized(screen);
		screen_show(screen, &canvas); // still of the old size
		ck_assert_int_eq(canvas_resize(&canvas, size.ws_col, size.ws_row), 0);
		canvas_box(&canvas, STYLE_BORDER, "title", STYLE_TITLE);
		screen_show(screen, &canvas);
		pump();
	}
	canvas_resize(&canvas, 0, 0);
	ck_assert_int_eq(screen_show(screen, &canvas), 0);
	close_all();
}
END_TEST

START_TEST(puts_the_terminal_back)
{
	struct termios before, within, after;

	open_pty("xterm-256color");
	ck_assert_int_eq(tcgetattr(slave, &before), 0);
	close_all();
	screen = NULL;
	open_screen("xterm-256color", (struct screen_options){ .has_mouse = true });
	tcgetattr(slave, &within);
	ck_assert(!(within.c_lflag & (ICANON | ECHO)));
	ck_assert(!(within.c_iflag & IXON));
	screen_title(screen, "opscon: 3 of 22 down");
	screen_show(screen, &canvas);
	pump();
	ck_assert(was_written("\033[?2004h"));
	ck_assert(was_written("\033[?1006h"));
	ck_assert(was_written("\033[?1049h"));
	ck_assert(was_written("\033]2;opscon: 3 of 22 down\007"));
	screen_title(screen, "\033]52;c;AAAA\007");
	ck_assert_uint_eq(pump(), 0);
	screen_close(screen);
	screen = NULL;
	pump();
	tcgetattr(slave, &after);
	ck_assert(was_written("\033[?2004l"));
	ck_assert(was_written("\033[?1000l"));
	ck_assert(was_written("\033[?1049l"));
	ck_assert_uint_eq(after.c_lflag, before.c_lflag);
	ck_assert_uint_eq(after.c_iflag, before.c_iflag);
	close_all();
}
END_TEST

START_TEST(steps_aside_and_comes_back)
{
	struct termios aside;

	open_screen("xterm-256color", (struct screen_options){ 0 });
	canvas_text(&canvas, 0, 0, -1, STYLE_TEXT, "content");
	screen_show(screen, &canvas);
	pump();
	screen_suspend(screen);
	screen_suspend(screen);
	pump();
	tcgetattr(slave, &aside);
	ck_assert(aside.c_lflag & ICANON);
	ck_assert(was_written("\033[?1049l"));
	ck_assert_int_eq(screen_show(screen, &canvas), 0);
	ck_assert_uint_eq(pump(), 0);
	screen_resume(screen);
	screen_resume(screen);
	ck_assert_int_eq(screen_show(screen, &canvas), WIDTH * HEIGHT);
	pump();
	ck_assert(was_written("\033[?1049h"));
	ck_assert(was_written("\033[?2004h"));
	check_row(0, "content");
	tcgetattr(slave, &aside);
	ck_assert(!(aside.c_lflag & ICANON));
	close_all();
}
END_TEST

// What a shell does that got the terminal without a word: its own settings, main screen, cursor, and text.
START_TEST(takes_the_terminal_back_from_whoever_had_it)
{
	struct winsize size = { .ws_col = WIDTH, .ws_row = HEIGHT };
	struct termios shell, again;

	open_pty("xterm-256color");
	tcgetattr(slave, &shell);
	close_all();
	screen = NULL;
	open_screen("xterm-256color", (struct screen_options){ .has_mouse = true });
	canvas_text(&canvas, 0, 0, -1, STYLE_TEXT, "content");
	screen_show(screen, &canvas);
	pump();
	tcsetattr(slave, TCSANOW, &shell);
	vterm_input_write(vt, "\033[?1049l\033[?25h\033[?2004l\033[2;4r\033[31m$ ls\r\n", 36);
	canvas_text(&canvas, 0, 1, -1, STYLE_TEXT, "newer");
	screen_reclaim(screen);
	ck_assert_int_eq(screen_show(screen, &canvas), WIDTH * HEIGHT);
	pump();
	tcgetattr(slave, &again);
	ck_assert(!(again.c_lflag & (ICANON | ECHO | ISIG)));
	ck_assert(was_written("\033[?1049h"));
	ck_assert(was_written("\033[?25l"));
	ck_assert(was_written("\033[?2004h"));
	ck_assert(was_written("\033[?1006h"));
	ck_assert(!was_written("\033[?1049l"));
	ck_assert(!was_written("\033[22;2t")); // the shell's title is kept already
	check_row(0, "content");
	check_row(1, "newer");
	for (int y = 2; y < HEIGHT; y++)
		check_row(y, "");
	size.ws_col = 30; // and it was made smaller
	ioctl(slave, TIOCSWINSZ, &size);
	screen_reclaim(screen);
	ck_assert_int_eq(canvas_resize(&canvas, 30, HEIGHT), 0);
	ck_assert_int_eq(screen_show(screen, &canvas), 30 * HEIGHT);
	pump();
	screen_suspend(screen);
	screen_reclaim(screen); // as resume does
	pump();
	ck_assert(was_written("\033[22;2t"));
	close_all();
}
END_TEST

START_TEST(restores_after_a_crash_without_the_library)
{
	struct termios after;

	open_screen("xterm-256color", (struct screen_options){ 0 });
	screen_show(screen, &canvas);
	pump();
	screen_restore(screen);
	pump();
	tcgetattr(slave, &after);
	ck_assert(after.c_lflag & ICANON);
	ck_assert(was_written("\033[?1049l"));
	ck_assert(was_written("\033[?2004l"));
	ck_assert(!was_written("$<"));
	close_all();
}
END_TEST

START_TEST(knows_colours_and_letters_by_the_environment)
{
	static const struct {
		const char *term, *variable, *value;
		enum colour_depth depth;
		bool has_unicode;
	} rows[] = {
		{ "xterm-256color", "LC_ALL", "C.utf8", DEPTH_256, true },
		{ "xterm-256color", "LC_ALL", "C", DEPTH_256, false },
		{ "xterm-256color", "NO_COLOR", "1", DEPTH_NONE, true },
		{ "xterm", "CLICOLOR", "1", DEPTH_8, true },
		{ "xterm", "COLORTERM", "truecolor", DEPTH_256, true },
		{ "vt100", "CLICOLOR", "1", DEPTH_NONE, true },
		{ "tmux-256color", "CLICOLOR", "1", DEPTH_256, true },
		{ "linux", "CLICOLOR", "0", DEPTH_NONE, true },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct screen_options options = { 0 };
		const char *why;

		open_pty(rows[i].term);
		setenv(rows[i].variable, rows[i].value, 1);
		options.in = tty_in;
		options.out = tty_out;
		ck_assert_int_eq(screen_open(&options, &screen, &why), 0);
		ck_assert_int_eq(canvas_create(WIDTH, HEIGHT, !screen_has_unicode(screen), &canvas), 0);
		ck_assert_int_eq(screen_has_unicode(screen), rows[i].has_unicode);
		ck_assert_int_eq(screen_depth(screen), rows[i].depth);
		ck_assert_str_eq(setlocale(LC_CTYPE, NULL), "C.UTF-8"); // no other locale's letters
		canvas_box(&canvas, STYLE_BORDER, "Agents", STYLE_TITLE);
		canvas_text(&canvas, 1, 1, -1, STYLE_CURSOR, "row");
		screen_show(screen, &canvas);
		pump();
		ck_assert(!was_written("[37b"));
		if (rows[i].depth <= DEPTH_8)
			ck_assert(emulated_cell(1, 1).attrs.reverse);
		check_row(1, rows[i].has_unicode ? "│row                                   │"
						 : "|row                                   |");
		close_all();
	}
}
END_TEST

START_TEST(refuses_politely)
{
	static const struct {
		const char *term;
		int err;
		const char *why;
	} rows[] = {
		{ "dumb", -ENOTSUP, "TERM=dumb" },
		{ "", -ENOTSUP, "TERM is not set" },
		{ "no-such-terminal", -ENOTSUP, "not described" },
		{ "../../etc/passwd", -ENOTSUP, "not the name" },
	};
	struct screen_options options;
	const char *why;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		open_pty(rows[i].term);
		options = (struct screen_options){ .in = tty_in, .out = tty_out };
		ck_assert_int_eq(screen_open(&options, &screen, &why), rows[i].err);
		ck_assert_ptr_nonnull(strstr(why, rows[i].why));
		ck_assert_uint_eq(pump(), 0);
		screen = NULL;
		close_all();
	}
	options = (struct screen_options){ .in = fopen("/dev/null", "r"), .out = fopen("/dev/null", "w") };
	ck_assert_int_eq(screen_open(&options, &screen, &why), -ENOTTY);
	fclose(options.in);
	fclose(options.out);
	mem_fail_after(0);
	ck_assert_int_eq(screen_open(&options, &screen, &why), -ENOMEM);
	mem_fail_after(-1);
	screen_close(NULL);
}
END_TEST

START_TEST(changes_its_theme)
{
	open_screen("xterm-256color", (struct screen_options){ .theme = "no such theme" });
	canvas_text(&canvas, 0, 0, -1, STYLE_OK, "up");
	screen_show(screen, &canvas);
	pump();
	ck_assert_int_eq(emulated_cell(0, 0).fg.indexed.idx, 36);
	screen_set_theme(screen, "light");
	screen_show(screen, &canvas);
	pump();
	ck_assert_int_eq(emulated_cell(0, 0).fg.indexed.idx, 29);
	ck_assert_int_eq(emulated_cell(0, 0).bg.indexed.idx, 231);
	ck_assert_int_eq(emulated_cell(30, 6).bg.indexed.idx, 231);
	close_all();
}
END_TEST

static void type(const char *bytes, size_t n)
{
	struct pollfd readable = { .fd = slave, .events = POLLIN };

	ck_assert_int_eq(write(master, bytes, n), (ssize_t)n);
	ck_assert_int_eq(poll(&readable, 1, 5000), 1);
}

START_TEST(reads_keys_as_they_come)
{
	struct key key;

	open_screen("xterm-256color", (struct screen_options){ 0 });
	ck_assert_int_eq(screen_fd(screen), slave);
	ck_assert_int_eq(screen_read_key(screen, &key), 0);
	type("j\033OA\033", 5);
	ck_assert_int_eq(screen_read_key(screen, &key), 1);
	ck_assert_uint_eq(key.code, 'j');
	ck_assert_int_eq(screen_read_key(screen, &key), 1);
	ck_assert_uint_eq(key.code, KEY_CODE_UP);
	ck_assert_int_eq(screen_read_key(screen, &key), 1);
	ck_assert_uint_eq(key.code, KEY_CODE_ESCAPE);
	ck_assert_int_eq(screen_read_key(screen, &key), 0);
	type("\033[?62;1;4c", 10);
	ck_assert_int_eq(screen_read_key(screen, &key), 0);
	ck_assert_int_eq(screen_read_key(screen, &key), 0);
	close_all();
}
END_TEST

START_TEST(tells_that_the_terminal_is_gone)
{
	struct key key;

	open_screen("xterm-256color", (struct screen_options){ 0 });
	screen_show(screen, &canvas);
	close(master);
	ck_assert_int_eq(screen_read_key(screen, &key), -EIO);
	ck_assert_int_eq(screen_read_key(screen, &key), -EIO);
	canvas_text(&canvas, 0, 0, -1, STYLE_TEXT, "nobody sees this");
	screen_show(screen, &canvas);
	master = -1;
	close_all();
}
END_TEST

SUITE("curses", shows_what_was_drawn, a_cursor_that_cannot_be_hidden_stays_in_the_corner,
      writes_nothing_when_no_cell_changed, touches_only_the_cells_that_changed,
      replaces_wide_characters_by_narrow_ones_and_back, redraws_and_follows_the_size, survives_a_storm_of_sizes,
      puts_the_terminal_back, steps_aside_and_comes_back, takes_the_terminal_back_from_whoever_had_it,
      restores_after_a_crash_without_the_library, knows_colours_and_letters_by_the_environment, refuses_politely,
      changes_its_theme, reads_keys_as_they_come, tells_that_the_terminal_is_gone)
