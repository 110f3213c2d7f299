// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <string.h>

#include "drivers/exec_sight.h"

static const struct exec_reading readings[] = {
	{ .word = "active", .state = LIFECYCLE_RUNNING },
	{ .word = "inactive", .state = LIFECYCLE_STOPPED },
	{ .word = "failed", .state = LIFECYCLE_ERRORED },
	{ .word = "lost", .is_gone = true },
	{ .exit_code = 0, .is_gone = true },
	{ .exit_code = 3, .state = LIFECYCLE_STOPPED },
};

static struct exec_profile profile = {
	.name = "p",
	.words = { EXEC_WORD_STATE, EXEC_WORD_IGNORED, EXEC_WORD_VERSION, EXEC_WORD_PREVIOUS, EXEC_WORD_INSTANCE },
	.n_words = 5,
	.readings = readings,
	.n_readings = sizeof readings / sizeof readings[0],
};

START_TEST(words_and_exit_codes_say_how_it_stands)
{
	static const struct {
		const char *text;
		int exit_code;
		bool is_known, exists;
		enum lifecycle state;
		const char *version, *previous, *instance;
	} table[] = {
		{ "active", 0, true, true, LIFECYCLE_RUNNING, "", "", "" },
		{ "active\n", 7, true, true, LIFECYCLE_RUNNING, "", "", "" },
		{ "  inactive\t", 3, true, true, LIFECYCLE_STOPPED, "", "", "" },
		{ "failed\r\n-\n2.1\n", 3, true, true, LIFECYCLE_ERRORED, "2.1", "", "" },
		{ "active x 2.1 2.0 3f2a more", 0, true, true, LIFECYCLE_RUNNING, "2.1", "2.0", "3f2a" },
		{ "lost x 2.1 2.0 3f2a", 0, true, false, 0, "", "", "" },
		{ "", 0, true, false, 0, "", "", "" },
		{ "", 3, true, true, LIFECYCLE_STOPPED, "", "", "" },
		{ "", 1, false, false, 0, "", "", "" },
		{ "activ", 1, false, false, 0, "", "", "" },
		{ "actives", 1, false, false, 0, "", "", "" },
		{ "Active", 1, false, false, 0, "", "", "" },
		{ "unheard-of", 3, true, true, LIFECYCLE_STOPPED, "", "", "" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct driver_sight sight;

		ck_assert_msg(exec_sight_read(&profile, table[i].exit_code, table[i].text, &sight) == table[i].is_known,
			      "%zu", i);
		ck_assert_msg(sight.exists == table[i].exists, "%zu", i);
		if (sight.exists)
			ck_assert_int_eq((int)sight.state, (int)table[i].state);
		ck_assert_str_eq(sight.version, table[i].version);
		ck_assert_str_eq(sight.previous, table[i].previous);
		ck_assert_str_eq(sight.instance, table[i].instance);
	}
}
END_TEST

START_TEST(hostile_words_come_out_clean_and_cut)
{
	struct driver_sight sight;
	char text[2048] = "active - \x1b[2J\xff ";
	size_t n = strlen(text);

	memset(text + n, 'v', sizeof text - n - 1);
	ck_assert(exec_sight_read(&profile, 0, text, &sight));
	ck_assert_ptr_null(strpbrk(sight.version, "\x1b\xff"));
	ck_assert_uint_eq(strlen(sight.previous), DRIVER_VERSION_MAX - 1);
}
END_TEST

START_TEST(a_command_that_goes_back_has_something_to_go_back_to)
{
	static const char *const undo[] = { "undo", NULL };
	struct exec_profile other = profile;
	struct driver_sight sight;

	other.verbs[VERB_ROLLBACK] = undo;
	ck_assert(exec_sight_read(&other, 0, "active", &sight));
	ck_assert_str_eq(sight.previous, EXEC_PREVIOUS);
	ck_assert(exec_sight_read(&other, 0, "active - 2 1", &sight));
	ck_assert_str_eq(sight.previous, "1");
	ck_assert(exec_sight_read(&other, 0, "lost", &sight));
	ck_assert_str_eq(sight.previous, "");
}
END_TEST

SUITE("exec sight", words_and_exit_codes_say_how_it_stands, hostile_words_come_out_clean_and_cut,
      a_command_that_goes_back_has_something_to_go_back_to)
