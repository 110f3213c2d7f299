// SPDX-License-Identifier: Apache-2.0
/* The console and its terminal: every way out puts it back, every size and kind of it works, nothing is written for
 * nothing.
 */
#include "tests/support/suite.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "tests/e2e/scene.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char *const demo[] = { "demo", NULL };

static void await_stopped(struct term *t)
{
	char stat[1024];
	int n = 0;

	do {
		ck_assert_int_lt(n++, SCENE_MS / 10);
		term_listen(t, 10);
		process_stat(term_pid(t), stat, sizeof stat);
	} while (stat[0] != 'T');
}

static struct term *start(struct scene *s, const char *const env[], int cols, int rows)
{
	scene_open(s);
	return scene_start(s, demo, env, cols, rows);
}

static void end(struct term *t, struct scene *s)
{
	term_finish(t);
	scene_close(s);
}

START_TEST(every_way_out_puts_the_terminal_back)
{
	static const struct {
		const char *key;
		int signal, status;
	} ways[] = {
		{ "q", 0, 0 },
		{ "C-c", 0, 0 },
		{ "C-\\", 0, 0 },
		{ NULL, SIGTERM, 0 },
		{ NULL, SIGHUP, 0 },
		{ NULL, SIGINT, 0 },
		{ NULL, SIGQUIT, 0 },
		{ NULL, SIGSEGV, -1 - SIGSEGV },
		{ NULL, SIGABRT, -1 - SIGABRT },
	};
	struct scene s;
	struct term *t;

	for (size_t i = 0; i < COUNT(ways); i++) {
		t = start(&s, NULL, 100, 30);
		term_wait_for(t, "● live", SCENE_MS);
		ck_assert_ptr_nonnull(term_unrestored(t));
		if (ways[i].key)
			term_send(t, ways[i].key);
		else
			term_signal(t, ways[i].signal);
		ck_assert_int_eq(term_wait_exit(t, SCENE_MS), ways[i].status);
		term_assert_restored(t);
		end(t, &s);
	}
}
END_TEST

START_TEST(a_closed_terminal_ends_it_within_a_second)
{
	struct scene s;
	struct term *t = start(&s, NULL, 100, 30);

	term_wait_for(t, "● live", SCENE_MS);
	term_hang_up(t);
	ck_assert_int_eq(term_wait_exit(t, 1000), 0);
	end(t, &s);
}
END_TEST

// Nobody reads what it draws, as on a frozen link: it must not wait in a write for ever.
START_TEST(a_terminal_that_takes_nothing_does_not_hold_it)
{
	struct scene s;
	struct term *t = start(&s, NULL, 300, 100);
	char stat[1024];
	int n = 0;

	term_wait_for(t, "● live", SCENE_MS);
	for (int i = 0; i < 20; i++)
		term_signal(t, i % 2 ? SIGWINCH : SIGCONT);
	for (int i = 0; i < 200; i++)
		term_send_bytes(t, "\x0c", 1);
	term_signal(t, SIGTERM);
	do {
		poll(NULL, 0, 10);
		process_stat(term_pid(t), stat, sizeof stat);
	} while (stat[0] != 'Z' && n++ < 300);
	ck_assert_int_eq(stat[0], 'Z');
	ck_assert_int_eq(term_wait_exit(t, SCENE_MS), 0);
	end(t, &s);
}
END_TEST

START_TEST(it_is_suspended_and_goes_on)
{
	struct scene s;
	struct term *t = start(&s, NULL, 100, 30);

	for (int i = 0; i < 2; i++) {
		term_wait_for(t, "● live", SCENE_MS);
		if (i)
			term_signal(t, SIGTSTP);
		else
			term_send(t, "C-z C-z C-z"); // one wish
		await_stopped(t);
		term_assert_restored(t);
		term_resize(t, 80 + i, 24);
		term_signal(t, SIGCONT);
		term_wait_for(t, "? help", SCENE_MS);
		ck_assert_ptr_nonnull(term_unrestored(t));
		term_listen(t, 500); // another wish, not the same
	}
	scene_quit(t);
	scene_close(&s);
}
END_TEST

// As a shell that got the terminal without a word: its own settings, the main screen, and lines of its own.
static void have_terminal(struct term *t, struct termios *shell)
{
	static const char lines[] = "\033[?1049l\033[?25h\033[?2004l\033[3;9r\033[31mroot# ls\r\nfoo bar\r\nroot# ";
	char path[64];
	int fd;

	snprintf(path, sizeof path, "/proc/%d/fd/1", (int)term_pid(t));
	fd = open(path, O_WRONLY | O_NOCTTY);
	ck_assert_int_ge(fd, 0);
	tcgetattr(fd, shell);
	shell->c_lflag |= ICANON | ECHO | ISIG;
	shell->c_oflag |= OPOST;
	tcsetattr(fd, TCSANOW, shell);
	ck_assert_int_eq(write(fd, lines, sizeof lines - 1), sizeof lines - 1);
	close(fd);
	term_wait_for(t, "foo bar", SCENE_MS);
}

START_TEST(after_a_stop_from_outside_all_of_it_is_back)
{
	struct termios shell;
	struct scene s;
	struct term *t = start(&s, NULL, 100, 30);

	term_wait_for(t, "● live", SCENE_MS);
	for (int i = 0; i < 2; i++) {
		term_signal(t, SIGSTOP);
		await_stopped(t);
		have_terminal(t, &shell);
		if (i)
			term_resize(t, 80, 24);
		term_signal(t, SIGCONT);
		term_wait_gone(t, "foo bar", SCENE_MS);
		term_wait_for(t, "? help", SCENE_MS);
		term_wait_for(t, "Agents ─", SCENE_MS);
		term_send(t, "?"); // a key, and no line
		term_wait_for(t, "Moving", SCENE_MS);
		ck_assert(!term_has(t, "root#"));
		term_send(t, "Esc");
		term_wait_gone(t, "Moving", SCENE_MS);
	}
	scene_quit(t);
	scene_close(&s);
}
END_TEST

START_TEST(it_fits_itself_to_any_size_at_once)
{
	static const struct {
		int cols, rows;
		const char *sign; // NULL: there is no room for one
	} sizes[] = {
		{ 200, 50, "q quit" }, { 1, 1, NULL },       { 80, 24, "Agents ─" },
		{ 40, 12, "✖ DOWN" },  { 20, 5, "✖ DOWN" },  { 500, 200, "q quit" },
		{ 1, 50, NULL },       { 200, 1, "✖ DOWN" }, { 80, 24, "Agents ─" },
	};
	struct scene s;
	struct term *t = start(&s, NULL, 100, 30);

	term_wait_for(t, "✖ DOWN", SCENE_MS);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		term_resize(t, sizes[i].cols, sizes[i].rows);
		if (sizes[i].sign)
			term_wait_for(t, sizes[i].sign, SCENE_MS);
	}
	for (int i = 0; i < 100; i++) // a storm, and nobody waits for the screen
		term_resize(t, 1 + i * 37 % 200, 1 + i * 13 % 50);
	term_resize(t, 80, 24);
	term_wait_for(t, "Agents ─", SCENE_MS);
	while (term_find(t, "? help", NULL) != 23)
		ck_assert(term_listen(t, SCENE_MS / 10) > 0);
	scene_quit(t);
	scene_close(&s);
}
END_TEST

START_TEST(small_terminals_still_answer_whether_it_is_well)
{
	static const struct {
		int cols, rows;
	} sizes[] = { { 80, 24 }, { 40, 12 }, { 20, 5 }, { 20, 1 } };
	struct scene s;
	struct term *t;

	for (size_t i = 0; i < COUNT(sizes); i++) {
		scene_open(&s);
		t = scene_start(&s, (const char *[]){ "demo", "--ascii", "tier=creation", NULL }, NULL, sizes[i].cols,
				sizes[i].rows);
		term_wait_for(t, "UP", SCENE_MS);
		term_wait_gone(t, "too small", SCENE_MS);
		scene_quit(t);
		scene_close(&s);
	}
}
END_TEST

START_TEST(every_kind_of_terminal_is_drawn_on_and_put_back)
{
	static const struct {
		const char *term;
		bool has_colours;
	} kinds[] = {
		{ "TERM=xterm", true },  { "TERM=xterm-256color", true },  { "TERM=tmux-256color", true },
		{ "TERM=vt100", false }, { "TERM=screen-256color", true },
	};
	struct scene s;
	struct term *t;
	int row, col;

	for (size_t i = 0; i < COUNT(kinds); i++) {
		t = start(&s, (const char *[]){ kinds[i].term, NULL }, 80, 24);
		term_wait_for(t, "● live", SCENE_MS);
		row = term_find(t, "● live", &col);
		ck_assert_msg((term_cell(t, row, col).fg != TERM_COLOUR_DEFAULT) == kinds[i].has_colours, "%s",
			      kinds[i].term);
		term_send(t, "Down");
		term_send(t, "?");
		term_wait_for(t, "Moving", SCENE_MS);
		scene_quit(t);
		scene_close(&s);
	}
}
END_TEST

START_TEST(a_terminal_that_cannot_place_text_is_refused_politely)
{
	static const char *const names[] = { "TERM=dumb", "TERM=", "TERM=nonesuch", "TERM" };
	struct process_result result;
	struct scene s;
	struct term *t;

	for (size_t i = 0; i < COUNT(names); i++) {
		t = start(&s, (const char *[]){ names[i], NULL }, 80, 24);
		ck_assert_int_eq(term_wait_exit(t, SCENE_MS), 2);
		ck_assert_msg(term_has(t, "opscon status"), "%s", term_dump(t));
		term_assert_restored(t);
		end(t, &s);
	}
	scene_open(&s);
	result = scene_run(&s, (const char *[]){ "http://127.0.0.1:1", NULL });
	ck_assert_int_eq(result.status, 2);
	ck_assert_str_eq(result.err, "opscon: the console needs a terminal; without one: opscon status\n");
	process_result_finish(&result);
	scene_close(&s);
}
END_TEST

static void check_cells(struct term *t, int cols, int rows, bool is_ascii, bool has_colours)
{
	for (int row = 0; row < rows; row++)
		for (int col = 0; col < cols; col++) {
			struct term_cell cell = term_cell(t, row, col);

			ck_assert(has_colours || (cell.fg == TERM_COLOUR_DEFAULT && cell.bg == TERM_COLOUR_DEFAULT));
			ck_assert(!is_ascii || (unsigned char)cell.text[0] < 0x80);
		}
}

START_TEST(no_color_and_the_c_locale_are_honoured)
{
	static const char *const screens[] = { "1", "2", "3", "4", "5", "?" };
	struct scene s;
	struct term *t = start(&s, (const char *[]){ "NO_COLOR=1", NULL }, 120, 36);

	term_wait_for(t, "● live", SCENE_MS);
	check_cells(t, 120, 36, false, false);
	scene_quit(t);
	scene_close(&s);
	t = start(&s, (const char *[]){ "LC_ALL=C", NULL }, 120, 36);
	term_wait_for(t, "DOWN", SCENE_MS);
	for (size_t i = 0; i < COUNT(screens); i++) {
		term_send(t, screens[i]);
		term_listen(t, 100);
		check_cells(t, 120, 36, true, true);
	}
	term_wait_for(t, "Moving", SCENE_MS);
	ck_assert_uint_eq(term_bytes_beyond_ascii(t), 0);
	scene_quit(t);
	scene_close(&s);
}
END_TEST

START_TEST(a_view_that_is_paused_writes_nothing_and_an_idle_one_little)
{
	struct scene s;
	struct term *t;
	long before_ms;

	scene_open(&s);
	scene_simulate(&s, (const char *[]){ "--agents", "4", NULL });
	t = scene_console(&s, NULL, 120, 36);
	term_wait_for(t, "4 of 4 agents up", SCENE_MS);
	before_ms = process_cpu_ms(term_pid(t));
	ck_assert_uint_lt(term_listen(t, 2000), 20000);
	ck_assert_int_lt(process_cpu_ms(term_pid(t)) - before_ms, 1000);
	term_send(t, "p");
	term_wait_for(t, "paused", SCENE_MS);
	term_listen(t, 200);
	ck_assert_uint_eq(term_listen(t, 3000), 0);
	term_send(t, "p");
	term_wait_gone(t, "paused", SCENE_MS);
	scene_quit(t);
	scene_close(&s);
}
END_TEST

START_TEST(a_paste_is_never_a_command)
{
	enum { PASTE = 1 << 20 };
	static const char lines[] = "q\rDza+rp!\r:quit\r\x1bq\x1b[A\x0c";
	char *paste = calloc(1, PASTE + 16);
	struct scene s;
	struct term *t = start(&s, NULL, 100, 30);
	size_t n;

	n = (size_t)snprintf(paste, PASTE, "paste:");
	while (n + sizeof lines < PASTE) {
		memcpy(paste + n, lines, sizeof lines - 1);
		n += sizeof lines - 1;
	}
	term_wait_for(t, "● live", SCENE_MS);
	term_send(t, paste);
	term_send(t, "?");
	term_wait_for(t, "Moving", SCENE_MS);
	term_send(t, "5");
	term_wait_for(t, "Timeline ─", SCENE_MS);
	term_wait_gone(t, "root ", SCENE_MS);
	term_send(t, "/");
	term_send(t, "paste:DOWN\rq");
	term_wait_for(t, "/DOWN", SCENE_MS);
	term_send(t, "Esc");
	term_wait_gone(t, "/DOWN", SCENE_MS);
	scene_quit(t);
	scene_close(&s);
	free(paste);
}
END_TEST

START_TEST(what_others_wrote_over_it_is_drawn_anew)
{
	struct scene s;
	struct term *t = start(&s, NULL, 100, 30);
	uint64_t before;

	term_wait_for(t, "● live", SCENE_MS);
	term_send(t, "p");
	term_wait_for(t, "paused", SCENE_MS);
	term_listen(t, 100);
	before = term_bytes_received(t);
	term_send(t, "C-l");
	while (term_bytes_received(t) - before < 1000) // all of it
		ck_assert_uint_gt(term_listen(t, SCENE_MS / 100), 0);
	term_wait_for(t, "Agents ─", SCENE_MS);
	term_wait_for(t, "? help", SCENE_MS);
	scene_quit(t);
	scene_close(&s);
}
END_TEST

SUITE("terminal", every_way_out_puts_the_terminal_back, a_closed_terminal_ends_it_within_a_second,
      a_terminal_that_takes_nothing_does_not_hold_it, it_is_suspended_and_goes_on,
      after_a_stop_from_outside_all_of_it_is_back, it_fits_itself_to_any_size_at_once,
      small_terminals_still_answer_whether_it_is_well, every_kind_of_terminal_is_drawn_on_and_put_back,
      a_terminal_that_cannot_place_text_is_refused_politely, no_color_and_the_c_locale_are_honoured,
      a_view_that_is_paused_writes_nothing_and_an_idle_one_little, a_paste_is_never_a_command,
      what_others_wrote_over_it_is_drawn_anew)
