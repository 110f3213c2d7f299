// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/pty.h"

static struct term *shell(const char *script, const char *const env[])
{
	return term_start((const char *[]){ "sh", "-c", script, NULL }, env, 40, 6);
}

START_TEST(shows_what_a_program_writes)
{
	struct term *t = shell("printf 'one\\n  two\\n'; exit 3", NULL);
	int col;

	term_wait_for(t, "two", 5000);
	ck_assert_str_eq(term_row(t, 0), "one");
	ck_assert_str_eq(term_row(t, 1), "  two");
	ck_assert_int_eq(term_find(t, "two", &col), 1);
	ck_assert_int_eq(col, 2);
	ck_assert_int_eq(term_find(t, "three", NULL), -1);
	ck_assert_int_eq(term_wait_exit(t, 5000), 3);
	ck_assert_uint_eq(term_bytes_received(t), strlen("one\r\n  two\r\n"));
	term_assert_restored(t);
	term_finish(t);
}
END_TEST

START_TEST(types_keys_and_text)
{
	struct term *t = term_start((const char *[]){ "cat", "-v", NULL }, NULL, 40, 10);

	term_send(t, "text:hello world");
	term_wait_for(t, "hello world", 5000);
	term_send(t, "Enter Up F5 PgDn S-Tab M-x space z Enter");
	term_wait_for(t, "^[[A^[[15~^[[6~^[[Z^[x z", 5000);
	term_send(t, "paste:pasted");
	term_send(t, "Enter");
	term_wait_for(t, "pasted", 5000);
	term_send(t, "C-d");
	ck_assert_int_eq(term_wait_exit(t, 5000), 0);
	term_finish(t);
}
END_TEST

START_TEST(cursor_keys_and_pastes_follow_the_modes)
{
	struct term *t = shell("printf '\\033[?1h\\033[?2004hready\\n'; exec cat -v", NULL);

	term_wait_for(t, "ready", 5000);
	term_send(t, "Up");
	term_send(t, "paste:x");
	term_send(t, "Enter");
	term_wait_for(t, "^[OA^[[200~x^[[201~", 5000);
	term_finish(t);
}
END_TEST

START_TEST(reads_wide_characters_and_colours)
{
	struct term *t =
		shell("printf '\\033[1;4;31m\\346\\227\\245\\033[0m|\\033[38;5;214;48;2;1;2;3me\\314\\201!\\n'", NULL);
	struct term_cell cell;
	int col;

	term_wait_for(t, "!", 5000);
	ck_assert_str_eq(term_row(t, 0), "\xe6\x97\xa5|e\xcc\x81!");
	cell = term_cell(t, 0, 0);
	ck_assert_str_eq(cell.text, "\xe6\x97\xa5");
	ck_assert_int_eq(cell.width, 2);
	ck_assert_int_eq(cell.fg, 1);
	ck_assert_int_eq(cell.bg, TERM_COLOUR_DEFAULT);
	ck_assert(cell.is_bold && cell.is_underlined && !cell.is_reversed && !cell.is_italic);
	ck_assert_str_eq(term_cell(t, 0, 1).text, "");
	cell = term_cell(t, 0, 3);
	ck_assert_str_eq(cell.text, "e\xcc\x81");
	ck_assert_int_eq(cell.fg, 214);
	ck_assert_int_eq(cell.bg, TERM_COLOUR_RGB | 0x010203);
	ck_assert_int_eq(term_find(t, "!", &col), 0);
	ck_assert_int_eq(col, 4);
	term_finish(t);
}
END_TEST

START_TEST(tells_what_was_not_restored)
{
	static const struct {
		const char *script, *what;
	} table[] = {
		{ "printf '\\033[?1049h\\033[?25l\\033[?1000;1006h'; printf '\\033[?1006;1000l\\033[?25h\\033[?1049l'",
		  NULL },
		{ "printf '\\033[?1049h'", "the alternate screen is shown" },
		{ "printf '\\033[?25l'", "the cursor is hidden" },
		{ "printf '\\033[?1000;1006h'", "mouse reports are on" },
		{ "printf '\\033[?2004h'", "bracketed paste is on" },
		{ "stty raw -echo", "termios differ" },
		{ "old=$(stty -g); stty raw -echo; stty $old", NULL },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct term *t = shell(table[i].script, NULL);
		const char *what;

		ck_assert_int_eq(term_wait_exit(t, 5000), 0);
		what = term_unrestored(t);
		ck_assert_pstr_eq(what, table[i].what);
		term_finish(t);
	}
}
END_TEST

START_TEST(tells_the_program_its_new_size)
{
	struct term *t = shell("trap 'stty size' WINCH; stty size; while :; do read x; done", NULL);

	term_wait_for(t, "6 40", 5000);
	term_resize(t, 100, 30);
	term_send(t, "Enter"); // a shell runs its trap after the read
	term_wait_for(t, "30 100", 5000);
	term_finish(t);
}
END_TEST

START_TEST(notices_that_a_text_goes)
{
	struct term *t = shell("echo here; read x; printf '\\033[H\\033[2J'; read x", NULL);

	term_wait_for(t, "here", 5000);
	ck_assert(!term_await(t, "here", false, 20));
	ck_assert(!term_await(t, "there", true, 20));
	term_send(t, "Enter");
	term_wait_gone(t, "here", 5000);
	term_finish(t);
}
END_TEST

START_TEST(counts_the_bytes_of_a_quiet_time)
{
	struct term *t = shell("stty -echo; echo ready; read x; printf 12345; read x", NULL);

	term_wait_for(t, "ready", 5000);
	ck_assert_uint_eq(term_listen(t, 30), 0);
	term_send(t, "Enter");
	term_wait_for(t, "12345", 5000);
	ck_assert_uint_eq(term_listen(t, 0), 0);
	term_finish(t);
}
END_TEST

START_TEST(an_end_is_noticed_by_those_who_wait)
{
	struct term *t = shell("exit 0", NULL);

	ck_assert(!term_await(t, "never", true, 60000)); // at once, not after a minute
	term_finish(t);
	t = shell("echo up; exec sleep 60", NULL);
	term_wait_for(t, "up", 5000);
	term_signal(t, SIGTERM);
	ck_assert_int_eq(term_wait_exit(t, 5000), -1 - SIGTERM);
	term_finish(t);
	t = term_start((const char *[]){ "/nonexistent/program", NULL }, NULL, 80, 5);
	ck_assert_int_eq(term_wait_exit(t, 5000), 127);
	term_wait_for(t, "No such file", 0);
	term_finish(t);
}
END_TEST

START_TEST(a_hang_up_ends_the_program)
{
	struct term *t = shell("echo up; exec sleep 60", NULL);

	term_wait_for(t, "up", 5000);
	term_hang_up(t);
	ck_assert_int_eq(term_wait_exit(t, 5000), -1 - SIGHUP);
	ck_assert_str_eq(term_unrestored(t), "the terminal is gone");
	term_finish(t);
	term_finish(NULL);
}
END_TEST

START_TEST(the_environment_is_known)
{
	static const char *const env[] = { "TERM=vt100", "NO_COLOR=1", "HOME", NULL };
	struct term *t;

	setenv("TMUX", "/tmp/tmux", 1);
	t = shell("echo \"$TERM:$LANG:${TMUX-none}:${HOME-none}:$NO_COLOR\"", env);
	term_wait_for(t, "vt100:C.UTF-8:none:none:1", 5000);
	term_finish(t);
	t = shell("echo \"$TERM:${NO_COLOR-none}\"", NULL);
	term_wait_for(t, "xterm-256color:none", 5000);
	term_finish(t);
}
END_TEST

START_TEST(dumps_the_screen)
{
	struct term *t = shell("printf 'a\\nb'; read x", NULL);
	int row, col;
	char *dump;

	term_wait_for(t, "b", 5000);
	dump = term_dump(t);
	ck_assert_str_eq(dump, "+--- 40x6\n|a\n|b\n|\n|\n|\n|\n+---\n");
	free(dump);
	term_cursor(t, &row, &col);
	ck_assert_int_eq(row, 1);
	ck_assert_int_eq(col, 1);
	ck_assert_int_gt(term_pid(t), 1);
	term_finish(t);
}
END_TEST

START_TEST(a_scroll_by_more_than_the_screen_empties_it)
{
	struct term *t = shell("printf 'gone\\033[4'; printf '99S\\033[999T\\033[H\\033[99L\\033[99Mleft\\n'", NULL);

	term_wait_for(t, "left", 5000);
	ck_assert(!term_has(t, "gone"));
	ck_assert_int_eq(term_wait_exit(t, 5000), 0);
	term_finish(t);
}
END_TEST

SUITE("support/pty", shows_what_a_program_writes, types_keys_and_text, cursor_keys_and_pastes_follow_the_modes,
      reads_wide_characters_and_colours, tells_what_was_not_restored, tells_the_program_its_new_size,
      notices_that_a_text_goes, counts_the_bytes_of_a_quiet_time, an_end_is_noticed_by_those_who_wait,
      a_hang_up_ends_the_program, the_environment_is_known, dumps_the_screen,
      a_scroll_by_more_than_the_screen_empties_it)
