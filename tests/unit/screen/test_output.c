// SPDX-License-Identifier: Apache-2.0
/* What goes to a terminal that takes it slowly, or not at all. */
#include "screen/tty_output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/memory.h"
#include "tests/support/suite.h"

enum { LOT = 300000 };

typedef int (*opener)(struct tty_output *out, int fd);
static const opener openers[] = { tty_output_open, tty_output_share };

static int master, slave;
static struct tty_output output;
static char *lot;

static void begin(opener open_it)
{
	struct termios raw;

	ck_assert_int_eq(openpty(&master, &slave, NULL, NULL, NULL), 0);
	tcgetattr(slave, &raw);
	cfmakeraw(&raw);
	tcsetattr(slave, TCSANOW, &raw);
	ck_assert_int_eq(open_it(&output, slave), 0);
	lot = malloc(LOT);
	ck_assert_ptr_nonnull(lot);
	for (size_t i = 0; i < LOT; i++)
		lot[i] = (char)('a' + i * 31 % 25);
}

static void end(void)
{
	ck_assert_int_eq(fcntl(slave, F_GETFL) & O_NONBLOCK, 0); // it is the shell's
	tty_output_close(&output);
	free(lot);
	close(slave);
	if (master >= 0)
		close(master);
}

static size_t drain(char *out, size_t size)
{
	size_t n_all = 0;
	struct pollfd readable = { .fd = master, .events = POLLIN };

	while (n_all < size && poll(&readable, 1, 0) > 0) {
		ssize_t n = read(master, out + n_all, size - n_all);

		if (n <= 0)
			break;
		n_all += (size_t)n;
	}
	return n_all;
}

START_TEST(bytes_leave_as_they_are_taken_and_in_order)
{
	for (size_t i = 0; i < 2; i++) {
		char *got = malloc(LOT + 1);
		size_t n = 0;
		int r, n_rounds = 0;

		ck_assert_ptr_nonnull(got);
		begin(openers[i]);
		ck_assert_int_eq(output.is_shared, (int)i);
		ck_assert_int_eq(tty_output_add(&output, lot, LOT), 0);
		while ((r = tty_output_flush(&output)) == 1) {
			ck_assert(tty_output_is_pending(&output));
			ck_assert_int_eq(fcntl(slave, F_GETFL) & O_NONBLOCK, 0);
			n += drain(got + n, LOT + 1 - n);
			n_rounds++;
		}
		ck_assert_int_eq(r, 0);
		ck_assert(!tty_output_is_pending(&output));
		n += drain(got + n, LOT + 1 - n);
		ck_assert_int_gt(n_rounds, 1);
		ck_assert_uint_eq(n, LOT);
		ck_assert_mem_eq(got, lot, LOT);
		free(got);
		end();
	}
}
END_TEST

START_TEST(a_frame_comes_out_of_its_file)
{
	char got[64];

	begin(tty_output_open);
	ck_assert_int_eq(tty_output_add_frame(&output), 0);
	ck_assert(!tty_output_is_pending(&output));
	fputs("first frame", output.frame);
	ck_assert_int_eq(tty_output_add_frame(&output), 0);
	fputs("second", output.frame);
	ck_assert_int_eq(tty_output_add_frame(&output), 0);
	ck_assert_int_eq(tty_output_flush(&output), 0);
	ck_assert_uint_eq(drain(got, sizeof got), 17);
	ck_assert_mem_eq(got, "first framesecond", 17);
	ck_assert_uint_eq(fwrite(lot, 1, LOT, output.frame), LOT);
	mem_fail_after(0);
	ck_assert_int_eq(tty_output_add_frame(&output), -ENOMEM);
	mem_fail_after(-1);
	ck_assert(!tty_output_is_pending(&output));
	fputs("third", output.frame);
	ck_assert_int_eq(tty_output_end_frame(&output, "last: "), 0);
	ck_assert_uint_eq(drain(got, sizeof got), 11);
	ck_assert_mem_eq(got, "last: third", 11);
	end();
}
END_TEST

static void check_end(const char *expected)
{
	static char got[LOT];
	size_t n = drain(got, sizeof got), n_expected = strlen(expected);

	ck_assert_uint_ge(n, n_expected);
	ck_assert_mem_eq(got + n - n_expected, expected, n_expected);
}

START_TEST(last_words_are_said_whatever_is_pending)
{
	static const struct {
		bool is_stuck, is_read;
		const char *ends;
	} rows[] = { { false, false, "bye" }, { true, true, "\030bye" }, { true, false, "\030bye" } };

	for (size_t i = 0; i < 2 * 3; i++) {
		bool is_stuck = rows[i / 2].is_stuck, is_read = rows[i / 2].is_read;
		static char got[LOT];

		begin(openers[i % 2]);
		if (is_stuck)
			tty_output_add(&output, lot, LOT);
		ck_assert_int_eq(tty_output_flush(&output), is_stuck);
		if (is_read)
			drain(got, sizeof got);
		ck_assert_int_eq(tty_output_end(&output, "bye", 3), 0);
		tty_output_drop(&output);
		ck_assert_int_eq(tty_output_flush(&output), 0);
		check_end(rows[i / 2].ends);
		end();
	}
}
END_TEST

START_TEST(what_has_not_begun_to_leave_needs_no_end)
{
	char got[64];

	begin(tty_output_open);
	tty_output_add(&output, "never", 5);
	ck_assert_int_eq(tty_output_end(&output, "bye", 3), 0);
	tty_output_drop(&output);
	ck_assert_uint_eq(drain(got, sizeof got), 3);
	ck_assert_mem_eq(got, "bye", 3);
	end();
}
END_TEST

START_TEST(a_terminal_that_is_gone_is_told)
{
	for (size_t i = 0; i < 2; i++) {
		begin(openers[i]);
		close(master);
		master = -1;
		tty_output_add(&output, "x", 1);
		ck_assert_int_eq(tty_output_flush(&output), -EIO);
		ck_assert_int_eq(tty_output_end(&output, "bye", 3), -EIO);
		end();
	}
	ck_assert_int_lt(tty_output_open(&output, -1), 0);
	tty_output_close(&output);
	tty_output_close(&output);
}
END_TEST

SUITE("output", bytes_leave_as_they_are_taken_and_in_order, a_frame_comes_out_of_its_file,
      last_words_are_said_whatever_is_pending, what_has_not_begun_to_leave_needs_no_end,
      a_terminal_that_is_gone_is_told)
