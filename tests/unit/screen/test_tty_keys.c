// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <pty.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "screen/tty_keys.h"

static int typed; // what is written there is typed
static struct tty_keys keys;

static void set_up(void)
{
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	typed = ends[1];
	tty_keys_init(&keys, ends[0]);
}

static void tear_down(void)
{
	tty_keys_finish(&keys);
	close(keys.fd);
	close(typed);
}

static void type(const char *bytes)
{
	ck_assert_int_eq(write(typed, bytes, strlen(bytes)), (ssize_t)strlen(bytes));
}

static uint32_t next(struct key *key)
{
	return tty_keys_read(&keys, key) == 1 ? key->code : 0;
}

START_TEST(a_key_of_a_paste_is_a_part_of_it)
{
	struct key key;

	set_up();
	type("\033[200~one");
	ck_assert_uint_eq(next(&key), 0);
	type("\x03");
	ck_assert_uint_eq(next(&key), 0);
	type("\x1a\x1c two\033[201~q");
	ck_assert_uint_eq(next(&key), KEY_CODE_PASTE);
	ck_assert_str_eq(key.text, "one^C^Z^\\ two");
	ck_assert_uint_eq(next(&key), 'q');
	ck_assert_uint_eq(next(&key), 0);
	tear_down();
}
END_TEST

START_TEST(a_paste_without_an_end_is_given_up_by_hand)
{
	struct key key;

	set_up();
	type("\033[200~stuck");
	ck_assert_uint_eq(next(&key), 0);
	type("\x03"); // too early to tell from a part of it
	ck_assert_uint_eq(next(&key), 0);
	keys.came_ms -= TTY_PASTE_STALLED_MS;
	type("\x03"); // and no news of the paste
	ck_assert_uint_eq(next(&key), KEY_CODE_PASTE);
	ck_assert_str_eq(key.text, "stuck^C");
	type("\x03");
	ck_assert_uint_eq(next(&key), 'c');
	ck_assert_uint_eq(key.mods, KEY_MOD_CTRL);
	tear_down();
}
END_TEST

START_TEST(an_escape_byte_alone_is_the_key)
{
	struct key key;

	set_up();
	type("\033");
	ck_assert_uint_eq(next(&key), KEY_CODE_ESCAPE);
	type("\033[");
	ck_assert_uint_eq(next(&key), 0);
	type("A");
	ck_assert_uint_eq(next(&key), KEY_CODE_UP);
	tear_down();
}
END_TEST

START_TEST(an_end_is_the_end)
{
	struct key key;

	set_up();
	close(typed);
	ck_assert_int_eq(tty_keys_read(&keys, &key), -EIO);
	tear_down();
}
END_TEST

START_TEST(keys_ask_for_the_signals_that_the_shell_has_given_them)
{
	static const struct {
		const char *key;
		int usual, odd, off; // signals
	} rows[] = {
		{ "C-c", SIGINT, 0, 0 },     { "C-\\", SIGQUIT, SIGQUIT, 0 }, { "C-z", SIGTSTP, 0, 0 },
		{ "C-g", 0, SIGINT, 0 },     { "BSpace", 0, SIGTSTP, 0 },     { "c", 0, 0, 0 },
		{ "M-c", 0, 0, 0 },          { "C-space", 0, 0, 0 },          { "Enter", 0, 0, 0 },
		{ "\xe6\x97\xa5", 0, 0, 0 },
	};
	struct tty_settings usual, odd, off, none = { .is_known = false };
	int master, slave;

	ck_assert_int_eq(openpty(&master, &slave, NULL, NULL, NULL), 0);
	tty_settings_read(&usual, slave);
	odd = off = usual;
	odd.shell.c_cc[VINTR] = 'G' & 0x1f;
	odd.shell.c_cc[VSUSP] = 0x7f;
	off.shell.c_lflag &= ~(tcflag_t)ISIG;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct key key;

		ck_assert_int_eq(key_from_name(rows[i].key, &key), 0);
		ck_assert_int_eq(tty_keys_signal(&usual, &key), rows[i].usual);
		ck_assert_int_eq(tty_keys_signal(&odd, &key), rows[i].odd);
		ck_assert_int_eq(tty_keys_signal(&off, &key), rows[i].off);
		ck_assert_int_eq(tty_keys_signal(&none, &key), 0);
	}
	odd.shell.c_cc[VINTR] = _POSIX_VDISABLE;
	ck_assert_int_eq(tty_keys_signal(&odd, &(struct key){ .code = ' ', .mods = KEY_MOD_CTRL }), 0);
	close(slave);
	close(master);
}
END_TEST

SUITE("tty_keys", a_key_of_a_paste_is_a_part_of_it, a_paste_without_an_end_is_given_up_by_hand,
      an_escape_byte_alone_is_the_key, an_end_is_the_end, keys_ask_for_the_signals_that_the_shell_has_given_them)
