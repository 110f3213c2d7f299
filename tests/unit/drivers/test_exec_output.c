// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

#include "drivers/exec_output.h"

static char said[8192];
static unsigned n_lines;

static void on_line(void *ctx, const char *line)
{
	size_t n = strlen(said);

	(void)ctx;
	n_lines++;
	snprintf(said + n, sizeof said - n, "%s|", line);
}

static void begin(struct exec_output *output)
{
	said[0] = '\0';
	n_lines = 0;
	exec_output_init(output, on_line, NULL);
}

static void add(struct exec_output *output, enum exec_stream stream, const char *text)
{
	exec_output_add(output, stream, text, strlen(text));
}

START_TEST(lines_are_passed_on_as_they_end)
{
	struct exec_output output;

	begin(&output);
	add(&output, EXEC_STDOUT, "one\ntw");
	ck_assert_str_eq(said, "one|");
	add(&output, EXEC_STDERR, "err\n");
	add(&output, EXEC_STDOUT, "o\n\n\nthree");
	ck_assert_str_eq(said, "one|err|two|");
	exec_output_end(&output);
	ck_assert_str_eq(said, "one|err|two|three|");
	ck_assert_uint_eq(output.n_bytes, 19);
	ck_assert_str_eq(output.head, "one\ntwo\n\n\nthree");
}
END_TEST

START_TEST(any_cut_of_the_same_bytes_gives_the_same_lines)
{
	static const char text[] = "a\r\nprogress 1\rprogress 2\r\n\xc3\xa4\xe2\x82\xac\n\nlast";
	struct exec_output output;

	for (size_t step = 1; step < sizeof text; step++) {
		begin(&output);
		for (size_t at = 0; at < sizeof text - 1; at += step)
			exec_output_add(&output, EXEC_STDOUT, text + at,
					at + step < sizeof text ? step : sizeof text - 1 - at);
		exec_output_end(&output);
		ck_assert_str_eq(said, "a|progress 2|\xc3\xa4\xe2\x82\xac|last|");
	}
}
END_TEST

START_TEST(what_is_printed_is_made_displayable)
{
	struct exec_output output;
	char last[DRIVER_DETAIL_MAX];

	begin(&output);
	exec_output_add(&output, EXEC_STDERR, "\x1b[31mbad\x1b]52;c;x\a\xff\0end\n", 24);
	ck_assert_ptr_null(strpbrk(said, "\x1b\a\xff"));
	ck_assert_ptr_nonnull(strstr(said, "bad"));
	ck_assert_ptr_nonnull(strstr(said, "end"));
	exec_output_last(&output, last);
	ck_assert_ptr_null(strpbrk(last, "\x1b\a\xff"));
}
END_TEST

START_TEST(long_lines_are_cut)
{
	struct exec_output output;

	begin(&output);
	for (int i = 0; i < 3 * EXEC_LINE_MAX; i++)
		add(&output, EXEC_STDOUT, "x");
	add(&output, EXEC_STDOUT, "\nnext\n");
	ck_assert_uint_eq(n_lines, 2);
	ck_assert_uint_eq(strcspn(said, "|"), EXEC_LINE_MAX);
	ck_assert_str_eq(said + EXEC_LINE_MAX, "|next|");
}
END_TEST

START_TEST(past_the_limit_bytes_are_counted_only)
{
	struct exec_output output;
	char last[DRIVER_DETAIL_MAX];

	begin(&output);
	for (int i = 0; i < 10000; i++)
		add(&output, i % 2 ? EXEC_STDOUT : EXEC_STDERR, "0123456789abcde\n");
	ck_assert_uint_eq(n_lines, EXEC_OUTPUT_MAX / 16);
	add(&output, EXEC_STDERR, "the reason");
	exec_output_end(&output);
	ck_assert_uint_eq(n_lines, EXEC_OUTPUT_MAX / 16 + 1);
	ck_assert_uint_eq(output.n_bytes, 160010);
	exec_output_last(&output, last);
	ck_assert_str_eq(last, "the reason");
	said[0] = '\0';
	exec_output_end(&output);
	ck_assert_str_eq(said, "(160010 bytes in all, the rest is left out)|");
	ck_assert_uint_eq(output.n_head, EXEC_HEAD_MAX);
	ck_assert_uint_eq(strlen(output.head), EXEC_HEAD_MAX);
}
END_TEST

START_TEST(the_last_line_is_that_of_the_errors)
{
	struct exec_output output;
	char last[DRIVER_DETAIL_MAX];

	exec_output_init(&output, NULL, NULL); // nobody listens
	exec_output_last(&output, last);
	ck_assert_str_eq(last, "");
	add(&output, EXEC_STDOUT, "done\n\n");
	exec_output_last(&output, last);
	ck_assert_str_eq(last, "done");
	add(&output, EXEC_STDERR, "first\nno such unit\n");
	add(&output, EXEC_STDOUT, "more\n");
	exec_output_end(&output);
	exec_output_last(&output, last);
	ck_assert_str_eq(last, "no such unit");
}
END_TEST

SUITE("exec output", lines_are_passed_on_as_they_end, any_cut_of_the_same_bytes_gives_the_same_lines,
      what_is_printed_is_made_displayable, long_lines_are_cut, past_the_limit_bytes_are_counted_only,
      the_last_line_is_that_of_the_errors)
