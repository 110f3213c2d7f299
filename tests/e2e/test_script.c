// SPDX-License-Identifier: Apache-2.0
/* The console driven by a script: what the verbs do, and what is wrong with a script is said with its line. */
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/scene.h"

static struct process_result run_script(struct scene *s, const char *script, const char *option, const char *value)
{
	scene_write("keys.script", script);
	return scene_run(
		s, (const char *[]){ "demo", "--interval", "1s", "--script", "keys.script", option, value, NULL });
}

static void check_size(const char *name, size_t width, size_t n_lines)
{
	char *text = scene_read(name), *line, *rest = NULL;
	size_t n = 0, widest = 0;

	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		widest = strlen(line) > widest ? strlen(line) : widest;
	free(text);
	text = scene_read(name);
	for (const char *at = text; *at; at++)
		n += *at == '\n';
	free(text);
	ck_assert_uint_eq(n, n_lines);
	ck_assert_uint_gt(widest, width * 3 / 4); // ASCII: as many bytes as cells, without trailing blanks
	ck_assert_uint_le(widest, width);
}

static void check_has(const char *name, const char *text)
{
	char *dump = scene_read(name);

	ck_assert_msg(strstr(dump, text), "no %s in %s", text, dump);
	free(dump);
}

START_TEST(a_script_types_waits_resizes_and_dumps)
{
	static const char script[] = "# a comment, and an empty line\n"
				     "\n"
				     "wait 20s DEMO\n"
				     "  wait 20s WowDomain\n"
				     "dump first\n"
				     "key /\n"
				     "text WowDom\n"
				     "key Enter\n"
				     "wait 20s 1 of 22\n"
				     "size 80x24\n"
				     "dump second\n"
				     "key Enter\n"
				     "wait 20s Last probe\n"
				     "dump third\n"
				     "key Esc C-l ? q\n"
				     "dump never\n";
	struct process_result result;
	struct scene s;

	scene_open(&s);
	result = run_script(&s, script, "--ascii", NULL);
	ck_assert_msg(result.status == 0, "%d %s", result.status, result.err);
	ck_assert_str_eq(result.err, "");
	ck_assert_str_eq(result.out, "");
	check_size("first", 120, 36);
	check_size("second", 80, 24);
	check_has("first", "DEMO");
	check_has("second", "Agents \"WowDom\"");
	check_has("third", "up  WowDomain");
	ck_assert_ptr_null(fopen("never", "r")); // q has quit
	process_result_finish(&result);
	result = run_script(&s, "wait 20s DEMO\ndump small\ntext é\n", "--size", "60x10");
	ck_assert_int_eq(result.status, 0);
	check_has("small", "DEMO");
	process_result_finish(&result);
	scene_close(&s);
}
END_TEST

START_TEST(a_wait_in_vain_shows_the_screen_it_waited_on)
{
	struct process_result result;
	struct scene s;

	scene_open(&s);
	result = run_script(&s, "wait 20s DEMO\nwait 200ms no such text\ndump never\n", NULL, NULL);
	ck_assert_int_eq(result.status, 8);
	ck_assert_ptr_nonnull(strstr(result.err, "keys.script:2: 'no such text' is not on the screen:\n"));
	ck_assert_ptr_nonnull(strstr(result.err, "DEMO"));
	ck_assert_ptr_null(fopen("never", "r"));
	process_result_finish(&result);
	scene_close(&s);
}
END_TEST

START_TEST(what_is_wrong_with_a_script_is_said_with_its_line)
{
	static const struct {
		const char *script;
		int status;
		const char *error;
	} table[] = {
		{ "key q\n\nkey NoSuchKey\n", 0, "" }, // it has quit before
		{ "\nkey NoSuchKey\n", 2, "keys.script:2: no such key: NoSuchKey\n" },
		{ "jump\n", 2, "keys.script:1: expected dump, key, size, text or wait: jump\n" },
		{ "wait 5s\n", 2, "keys.script:1: expected: wait DURATION TEXT\n" },
		{ "wait soon text\n", 2, "keys.script:1: expected a duration: soon\n" },
		{ "size big\n", 2, "keys.script:1: expected COLSxROWS: big\n" },
		{ "size 80x0\n", 2, "keys.script:1: expected COLSxROWS: 80x0\n" },
		{ "size 80x24x5\n", 2, "keys.script:1: expected COLSxROWS: 80x24x5\n" },
		{ "dump no/such/directory\n", 1, "keys.script:1: no/such/directory: No such file or directory\n" },
		{ "dump\n", 2, "keys.script:1: expected a file to dump to\n" },
		{ "", 0, "" },
		{ "key ?", 0, "" }, // without a line's end
	};
	struct process_result result;
	struct scene s;

	scene_open(&s);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		result = run_script(&s, table[i].script, NULL, NULL);
		ck_assert_msg(result.status == table[i].status && strcmp(result.err, table[i].error) == 0, "%s: %d, %s",
			      table[i].script, result.status, result.err);
		process_result_finish(&result);
	}
	scene_close(&s);
}
END_TEST

START_TEST(wrong_options_of_the_console_are_explained)
{
	static const struct {
		const char *args[6];
		const char *error;
	} table[] = {
		{ { "console", "--script", "nowhere", "http://127.0.0.1:1" }, "nowhere: No such file" },
		{ { "demo", "--script", "keys.script", "--size", "80" }, "expected COLSxROWS, like 80x24" },
		{ { "demo", "--script", "keys.script", "--size", "80x24000" }, "expected COLSxROWS" },
		{ { "demo", "--script", "keys.script", "--theme", "pink" }, "expected dark, light or colourblind" },
		{ { "demo", "--config", "opscon.yml" }, "it has a fleet of its own" },
		{ { "demo", "http://127.0.0.1:1" }, "it has a fleet of its own" },
		{ { "demo", "--log", "no/such/directory" }, "--log no/such/directory: No such file" },
		{ { "demo", "--nonesuch" }, "nonesuch" },
		{ { "--nonesuch" }, "nonesuch" },
	};
	struct process_result result;
	struct scene s;

	scene_open(&s);
	scene_write("keys.script", "key q\n");
	scene_write("opscon.yml", "fleet: {name: shop}\n");
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		result = scene_run(&s, table[i].args);
		ck_assert_msg(result.status == 2 && strstr(result.err, table[i].error), "%zu: %d, %s", i, result.status,
			      result.err);
		process_result_finish(&result);
	}
	scene_close(&s);
}
END_TEST

START_TEST(themes_mouse_utc_and_a_log_are_options)
{
	struct process_result result;
	struct scene s;
	char *log;

	scene_open(&s);
	scene_write("keys.script", "wait 20s DEMO\nkey T\nwait 5s Theme\nkey Down Enter u u\nwait 9s UTC\nkey q\n");
	result = scene_run(&s, (const char *[]){ "demo", "--utc", "--mouse", "--theme", "light", "--log", "log",
						 "--script", "keys.script", NULL });
	ck_assert_msg(result.status == 0, "%d %s", result.status, result.err);
	process_result_finish(&result);
	log = scene_read("log");
	free(log);
	scene_close(&s);
}
END_TEST

SUITE("script", a_script_types_waits_resizes_and_dumps, a_wait_in_vain_shows_the_screen_it_waited_on,
      what_is_wrong_with_a_script_is_said_with_its_line, wrong_options_of_the_console_are_explained,
      themes_mouse_utc_and_a_log_are_options)
