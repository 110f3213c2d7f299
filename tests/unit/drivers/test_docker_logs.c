// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

#include "drivers/docker_logs.h"

#define FRAME(stream, length) stream "\0\0\0\0\0\0" length
#define OUT(length) FRAME("\1", length)
#define ERR(length) FRAME("\2", length)

static char said[40000];
static size_t n_lines;

static void line_cb(void *ctx, const char *line)
{
	size_t n = strlen(said);

	(void)ctx;
	snprintf(said + n, sizeof said - n, "%s|", line);
	n_lines++;
}

static const char *read_log(const char *bytes, size_t n, bool is_plain)
{
	said[0] = '\0';
	n_lines = 0;
	docker_logs_read(bytes, n, is_plain, line_cb, NULL);
	return said;
}

#define READ(bytes) read_log(bytes, sizeof(bytes) - 1, false)

START_TEST(frames_are_taken_apart)
{
	ck_assert_str_eq(READ(OUT("\4") "one\n" ERR("\4") "two\n"), "one|two|");
	ck_assert_str_eq(READ(OUT("\2") "on" OUT("\2") "e\n"), "one|"); // a line in two frames
	ck_assert_str_eq(READ(OUT("\10") "one\ntwo\n"), "one|two|");
	ck_assert_str_eq(READ(OUT("\3") "one"), "one|");     // no end of line
	ck_assert_str_eq(READ(OUT("\5") "one\r\n"), "one|"); // as a terminal would have it
	ck_assert_str_eq(READ(OUT("\2") "\n\n"), "");        // nothing to say
	ck_assert_str_eq(READ(OUT("\0") OUT("\4") "one\n"), "one|");
	ck_assert_str_eq(READ(""), "");
}
END_TEST

START_TEST(what_is_cut_or_none_is_shown_as_far_as_it_goes)
{
	ck_assert_str_eq(READ(OUT("\100") "half of it"), "half of it|");
	ck_assert_str_eq(READ("\1\0\0\0\0"), "^A^@^@^@^@|");
	ck_assert_str_eq(READ("plain text\nand more\n"), "plain text|and more|");
	ck_assert_str_eq(READ(OUT("\4") "one\n"
					"then text\n"),
			 "one|then text|");
	ck_assert_str_eq(READ("\1\0\0\0\377\377\377\377"
			      "all"),
			 "all|");
	ck_assert_str_eq(read_log("\1one\n", 5, true), "^Aone|");
}
END_TEST

START_TEST(lines_are_clean_and_have_bounds)
{
	char bytes[3 * DOCKER_LOG_LINE_MAX];

	ck_assert_str_eq(READ(OUT("\14") "a\33[2Jb\xff\tc\n\n\n"), "a^[[2Jb\xef\xbf\xbd        c|");
	memset(bytes, 'x', sizeof bytes);
	bytes[sizeof bytes - 3] = '\n';
	ck_assert_uint_eq(strlen(read_log(bytes, sizeof bytes, true)), DOCKER_LOG_LINE_MAX - 1 + 1 + 3);
}
END_TEST

START_TEST(the_last_lines_are_told)
{
	char bytes[4000] = "";
	char last[32];

	for (int i = 0; i < 200; i++) {
		size_t n = strlen(bytes);

		snprintf(bytes + n, sizeof bytes - n, "line %d\n", i);
	}
	read_log(bytes, strlen(bytes), true);
	ck_assert_uint_eq(n_lines, DOCKER_LOG_LINES_MAX);
	snprintf(last, sizeof last, "line %d|", 200 - DOCKER_LOG_LINES_MAX);
	ck_assert_int_eq(strncmp(said, last, strlen(last)), 0);
	ck_assert_ptr_nonnull(strstr(said, "line 199|"));
}
END_TEST

SUITE("docker logs", frames_are_taken_apart, what_is_cut_or_none_is_shown_as_far_as_it_goes,
      lines_are_clean_and_have_bounds, the_last_lines_are_told)
