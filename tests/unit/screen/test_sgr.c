// SPDX-License-Identifier: Apache-2.0
#include "screen/sgr.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <vterm.h>

#include "base/memory.h"
#include "tests/support/suite.h"

enum { COLS = 24, ROWS = 6, FRAMES = 4000 };

static struct sgr_filter filter;
static struct bytes out;

static void setup(void)
{
	sgr_filter_init(&filter);
	bytes_init(&out, 1 << 20);
}

static const char *filtered(const char *bytes)
{
	bytes_reset(&out);
	ck_assert_int_eq(sgr_filter_run(&filter, bytes, strlen(bytes), &out), 0);
	return out.len ? out.data : "";
}

START_TEST(sequences_are_said_together_and_only_when_something_shows)
{
	static const struct {
		const char *written, *said;
	} rows[] = {
		{ "plain", "plain" }, // as on a terminal that knows no colours
		{ "\033[m\033[1;1Hx", "\033[1;1H\033[mx" },
		{ "\033[38;5;36m\033[48;5;238my\033[39;49m\033(B\033[m", "\033[38;5;36;48;5;238my\033(B" },
		{ "\033[38;5;36m\033[48;5;238mz", "z" },
		{ "\033(B\033[0;1m\033[38;5;36m\033[48;5;238mbold", "\033[1mbold" },
		{ "\033(B\033[0m\033[38;5;36m\033[48;5;238mplain", "\033[0;38;5;36;48;5;238mplain" },
		{ "\033[39m\033[49m.", "\033[39;49m." },
		{ "\033[31m\033[2;5H\r\b\033[3d\033[m-", "\033[2;5H\r\b\033[3d-" },
		{ "\033[7m\033[K", "\033[7m\033[K" }, // what is erased has a colour
		{ "\033[m\033[5X\n", "\033[m\033[5X\n" },
		{ "\033[38;2;1;2;3mt\033[38:2::4:5:6mu", "\033[38;2;1;2;3mt\033[38:2::4:5:6mu" },
		{ "\033[97;104ma\033[93mb", "\033[97;104ma\033[93mb" },
		{ "\033[1;2;4m\033[22mc", "\033[4mc" },
		{ "\033[?25l\033[1;5r\033[2S", "\033[?25l\033[1;5r\033[2S" },
		{ "\033[4;77mq", "\033[4;77mq" }, // 77 is nobody's
		{ "\033[24mr\033[ms", "\033[0;93;104mr\033[ms" },
		{ "\033(0lqk\033(Bx", "\033(0lqk\033(Bx" },
		{ "\016a\017b\017c", "\016a\017bc" },
	};

	setup();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		ck_assert_str_eq(filtered(rows[i].written), rows[i].said);
	bytes_finish(&out);
}
END_TEST

START_TEST(a_blank_needs_no_colour_of_its_letters)
{
	static const struct {
		const char *written, *said;
	} rows[] = {
		{ "\033[m\033[31mred\033[39m  \033[32mgreen", "\033[0;31mred  \033[32mgreen" },
		{ "\033[39m  plain", "  \033[39mplain" },
		{ "\033[1;35m \033[m\033[K", " \033[K" },
		{ "\033[31m\033[4X \033[2J", "\033[4X \033[2J" },
		{ "\033[34mblue \033[44m on", "\033[34mblue \033[44m on" }, // what is behind it shows
		{ "\033[49m back", "\033[49m back" },
		{ "\033[4m under", "\033[4m under" }, // a line shows on a blank
		{ "\033[24m not", "\033[0;34m not" },
		{ "\033[7m turned", "\033[7m turned" },
		{ "\033[35m turned", "\033[35m turned" }, // its colour is behind it now
		{ "\033[5;55m strange", "\033[5m\033[5;55m strange" },
	};

	setup();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		ck_assert_str_eq(filtered(rows[i].written), rows[i].said);
	sgr_filter_forget(&filter);
	ck_assert_str_eq(filtered("\033[m "), "\033[m ");
	bytes_finish(&out);
}
END_TEST

START_TEST(what_others_wrote_is_taken_back)
{
	setup();
	filtered("\033[m\033[31mred");
	ck_assert_str_eq(filtered("red"), "red");
	sgr_filter_forget(&filter);
	ck_assert_str_eq(filtered("\033(Bred"), "\033(B\033[0;31mred");
	bytes_finish(&out);
}
END_TEST

START_TEST(a_colour_that_only_a_reset_takes_back_is_taken_back)
{
	setup();
	ck_assert_str_eq(filtered("\033[m\033[1;31mred\033[m\033[1mbold"), "\033[0;1;31mred\033[0;1mbold");
	bytes_finish(&out);
}
END_TEST

START_TEST(a_lack_of_memory_is_told)
{
	setup();
	mem_fail_after(0);
	ck_assert_int_eq(sgr_filter_run(&filter, "text", 4, &out), -ENOMEM);
	mem_fail_after(-1);
	bytes_finish(&out);
}
END_TEST

// ---- both on a terminal

struct emulator {
	VTerm *vt;
	VTermScreen *screen;
};

static void emulator_init(struct emulator *e)
{
	e->vt = vterm_new(ROWS, COLS);
	vterm_set_utf8(e->vt, 1);
	e->screen = vterm_obtain_screen(e->vt);
	vterm_screen_reset(e->screen, 1);
}

static void add_frame(struct bytes *frame)
{
	static const char *const pieces[] = {
		"\033[31m",
		"\033[38;5;120m",
		"\033[48;5;17m",
		"\033[39m",
		"\033[49m",
		"\033[39;49m",
		"\033[38;2;9;8;7m",
		"\033[0m",
		"\033[m",
		"\033(B\033[m",
		"\033[0;1m",
		"\033(B\033[0;1;7m",
		"\033[1m",
		"\033[4m",
		"\033[24m",
		"\033[7m",
		"\033[27m",
		"\033[22m",
		"abc",
		"é",
		"⣿⣤",
		" ",
		"\033[K",
		"\033[1K",
		"\033[3X",
		"\033[2P",
		"\033[2@",
		"\r",
		"\b",
		"\n",
		"\033M",
		"\033[J",
		"\033[2S",
		"\033[1T",
		"\033[2;4r",
		"\033[r",
		"\033[L",
		"\033[2M",
		"\033[5;55m",
		"\033[94;101m",
		"\033[C",
		"\033[3D",
	};
	int n = 1 + rand() % 30;

	for (int i = 0; i < n; i++) {
		const char *piece = pieces[(size_t)rand() % (sizeof pieces / sizeof pieces[0])];

		ck_assert_int_eq(rand() % 3 ? bytes_addf(frame, "%s", piece)
					    : bytes_addf(frame, "\033[%d;%dH", 1 + rand() % ROWS, 1 + rand() % COLS),
				 0);
	}
}

// What of two cells shows. On a blank that is not reversed, ink does not.
static bool look_alike(VTermScreenCell *x, VTermScreenCell *y)
{
	bool is_blank = (x->chars[0] == 0 || x->chars[0] == ' ') && !x->attrs.reverse;

	if (is_blank) {
		x->attrs.bold = y->attrs.bold;
		x->fg = y->fg;
	}
	return memcmp(&x->attrs, &y->attrs, sizeof x->attrs) == 0 && vterm_color_is_equal(&x->fg, &y->fg) &&
	       vterm_color_is_equal(&x->bg, &y->bg);
}

static void check_same(const struct emulator *a, const struct emulator *b, const char *frame)
{
	for (VTermPos at = { 0 }; at.row < ROWS; at.row++)
		for (at.col = 0; at.col < COLS; at.col++) {
			VTermScreenCell x = { 0 }, y = { 0 };

			vterm_screen_get_cell(a->screen, at, &x);
			vterm_screen_get_cell(b->screen, at, &y);
			ck_assert_msg(memcmp(x.chars, y.chars, sizeof x.chars) == 0 && look_alike(&x, &y),
				      "row %d, column %d differ after %s", at.row, at.col, frame);
		}
}

START_TEST(the_picture_is_the_same)
{
	struct emulator plain, shorter;
	struct bytes frame;
	size_t n_written = 0, n_said = 0;

	setup();
	bytes_init(&frame, 1 << 16);
	emulator_init(&plain);
	emulator_init(&shorter);
	srand(1);
	for (int i = 0; i < FRAMES; i++) {
		bytes_reset(&frame);
		add_frame(&frame);
		filtered(frame.data);
		vterm_input_write(plain.vt, frame.data, frame.len);
		if (out.len)
			vterm_input_write(shorter.vt, out.data, out.len);
		n_written += frame.len;
		n_said += out.len;
		check_same(&plain, &shorter, frame.data);
	}
	ck_assert_uint_lt(n_said, n_written);
	vterm_free(plain.vt);
	vterm_free(shorter.vt);
	bytes_finish(&frame);
	bytes_finish(&out);
}
END_TEST

SUITE("sgr", sequences_are_said_together_and_only_when_something_shows, a_blank_needs_no_colour_of_its_letters,
      what_others_wrote_is_taken_back, a_colour_that_only_a_reset_takes_back_is_taken_back, a_lack_of_memory_is_told,
      the_picture_is_the_same)
