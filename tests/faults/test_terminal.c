// SPDX-License-Identifier: Apache-2.0
/* Faults of the terminal and of what is shown on it, with the program itself: 31, 39 to 44 and 46 of the list. */
#include "tests/support/suite.h"

#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/e2e/scene.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct term *start_demo(struct scene *s)
{
	struct term *t;

	scene_open(s);
	t = scene_start(s, (const char *[]){ "demo", NULL }, NULL, 120, 36);
	term_wait_for(t, "DEMO", SCENE_MS);
	term_wait_for(t, "WowSearch", SCENE_MS);
	return t;
}

START_TEST(a_storm_of_sizes_ends_in_a_whole_screen)
{
	static const struct {
		int cols, rows;
	} sizes[] = { { 1, 1 }, { 300, 1 }, { 1, 90 }, { 20, 5 }, { 2, 2 }, { 240, 60 }, { 80, 24 }, { 3, 40 } };
	struct scene s;
	struct term *t = start_demo(&s);

	for (size_t i = 0; i < 10 * COUNT(sizes); i++)
		term_resize(t, sizes[i % COUNT(sizes)].cols, sizes[i % COUNT(sizes)].rows);
	for (size_t i = 0; i < COUNT(sizes); i++) { // and slowly
		term_resize(t, sizes[i].cols, sizes[i].rows);
		term_listen(t, 40);
	}
	term_resize(t, 120, 36);
	term_wait_row(t, "opscon", "DEMO", SCENE_MS);
	term_wait_for(t, "WowSearch", SCENE_MS);
	scene_quit(t);
	scene_close(&s);
}
END_TEST

START_TEST(a_lost_terminal_ends_the_console_within_a_second)
{
	struct scene s;
	struct term *t = start_demo(&s);
	int64_t began_ms = now_ms();

	term_hang_up(t);
	ck_assert_int_eq(term_wait_exit(t, 3000), 0);
	ck_assert_int_lt(now_ms() - began_ms, 2000); // one, and what a busy machine adds
	term_finish(t);
	scene_close(&s);
}
END_TEST

START_TEST(signals_that_end_it_leave_the_terminal_as_it_was)
{
	static const int signals[] = { SIGHUP, SIGTERM, SIGINT };

	for (size_t i = 0; i < COUNT(signals); i++) {
		struct scene s;
		struct term *t = start_demo(&s);

		term_signal(t, signals[i]);
		ck_assert_int_eq(term_wait_exit(t, SCENE_MS), 0);
		term_assert_restored(t);
		term_finish(t);
		scene_close(&s);
	}
}
END_TEST

START_TEST(a_crash_leaves_the_terminal_as_it_was)
{
	struct scene s;
	struct term *t = start_demo(&s);

	term_signal(t, SIGSEGV);
	ck_assert_int_ne(term_wait_exit(t, SCENE_MS), 0);
	term_assert_restored(t);
	term_finish(t);
	scene_close(&s);
}
END_TEST

START_TEST(it_steps_aside_and_comes_back)
{
	struct scene s;
	struct term *t = start_demo(&s);

	for (int round = 0; round < 3; round++) {
		int64_t deadline_ms = now_ms() + SCENE_MS;

		// One that comes right after a stop belongs to that stop: asked for again until it is heard.
		while (process_state(term_pid(t)) != 'T' && now_ms() < deadline_ms) {
			term_signal(t, SIGTSTP);
			term_listen(t, 50);
		}
		term_listen(t, 20);
		ck_assert_int_eq(process_state(term_pid(t)), 'T');
		term_assert_restored(t);
		term_signal(t, SIGCONT);
		term_wait_row(t, "opscon", "DEMO", SCENE_MS);
		term_send(t, "?");
		term_wait_for(t, "Moving", SCENE_MS);
		term_send(t, "Esc");
		term_wait_gone(t, "Moving", SCENE_MS);
	}
	scene_quit(t);
	scene_close(&s);
}
END_TEST

// A key that comes while the terminal is given back and taken again is lost with what was typed to whoever had it.
static void press_until(struct term *t, const char *key, const char *shown)
{
	int64_t deadline_ms = now_ms() + SCENE_MS;

	while (!term_has(t, shown) && now_ms() < deadline_ms) {
		term_send(t, key);
		for (int i = 0; i < 20 && !term_has(t, shown); i++)
			term_listen(t, 50);
	}
	ck_assert(term_has(t, shown));
}

START_TEST(without_a_shell_to_come_back_to_it_stays)
{
	struct scene s;
	struct term *t;

	scene_open(&s);
	t = term_start_alone((const char *[]){ OPSCON, "demo", "--no-state", NULL }, NULL, 120, 36);
	term_wait_for(t, "WowSearch", SCENE_MS);
	term_signal(t, SIGTSTP);
	press_until(t, "A", "0 snoozed");
	press_until(t, "1", "WowSearch"); // the signal came before these two
	term_send(t, "?");
	term_wait_for(t, "Moving", SCENE_MS);
	ck_assert_int_ne(process_state(term_pid(t)), 'T');
	term_send(t, "Esc");
	term_wait_gone(t, "Moving", SCENE_MS);
	scene_quit(t);
	scene_close(&s);
}
END_TEST

START_TEST(without_a_terminal_it_says_what_to_do)
{
	static const struct {
		const char *env, *says;
	} terms[] = { { "TERM", "TERM is not set" },
		      { "TERM=dumb", "TERM=dumb" },
		      { "TERM=nonesuch", "not described" } };
	struct process_result result;
	struct scene s;

	scene_open(&s);
	for (size_t i = 0; i < COUNT(terms); i++) {
		struct term *t = scene_start(&s, (const char *[]){ "demo", NULL },
					     (const char *[]){ terms[i].env, NULL }, 160, 24);

		term_wait_for(t, terms[i].says, SCENE_MS);
		ck_assert(term_has(t, "opscon status"));
		ck_assert_int_eq(term_wait_exit(t, SCENE_MS), 2);
		term_assert_restored(t);
		term_finish(t);
	}
	result = scene_run(&s, (const char *[]){ "console", "127.0.0.1:9", NULL });
	ck_assert_int_eq(result.status, 2);
	ck_assert_ptr_nonnull(strstr(result.err, "opscon status"));
	process_result_finish(&result);
	scene_close(&s);
}
END_TEST

START_TEST(an_output_that_takes_nothing_is_a_failure_of_ours)
{
	static const char *const commands[] = {
		OPSCON " status --timeout 200ms 127.0.0.1:9 >/dev/full",
		OPSCON " status --timeout 200ms --format json 127.0.0.1:9 >/dev/full",
		OPSCON " watch --help >/dev/full",
		OPSCON " --version >/dev/full",
		OPSCON " check-config --config opscon.yml >/dev/full",
		"{ sleep 0.1; " OPSCON " status --timeout 200ms 127.0.0.1:9; echo $? >code; } | :; exit $(cat code)",
	};
	struct scene s;

	scene_open(&s);
	scene_write("opscon.yml", "agents: [{url: 'http://127.0.0.1:9'}]\n");
	for (size_t i = 0; i < COUNT(commands); i++) {
		struct process_result result = process_run((const char *[]){ "sh", "-c", commands[i], NULL },
							   (const char *[]){ s.state, NULL });

		ck_assert_msg(result.status == 1, "%s: %d, %s", commands[i], result.status, result.err);
		process_result_finish(&result);
	}
	scene_close(&s);
}
END_TEST

START_TEST(a_reader_that_has_had_enough_hears_no_complaint)
{
	static const char command[] = "mkfifo f; exec 3<>f 4>f 3<&-; " OPSCON " --help >&4";
	struct process_result result;
	struct scene s;

	scene_open(&s);
	result = process_run((const char *[]){ "sh", "-c", command, NULL }, NULL);
	ck_assert_int_eq(result.status, 1);
	ck_assert_str_eq(result.err, "");
	process_result_finish(&result);
	scene_close(&s);
}
END_TEST

// ---- keys

static void paste_megabyte(struct term *t)
{
	enum { N = 1 << 20 };
	char *text = malloc(N + 7);

	ck_assert_ptr_nonnull(text);
	memcpy(text, "paste:", 6);
	for (int i = 0; i < N; i++)
		text[6 + i] = "q\r!j\x03\x1a\x1c\n"[i % 8];
	text[6 + N] = '\0';
	term_send(t, text);
	free(text);
}

START_TEST(a_paste_and_a_stuck_key_do_no_harm)
{
	struct scene s;
	struct term *t = start_demo(&s);
	char stuck[4096];
	int64_t began_ms;

	paste_megabyte(t);
	term_send(t, "?");
	term_wait_for(t, "Moving", SCENE_MS);
	term_send(t, "Esc / ");
	paste_megabyte(t);
	term_send(t, "C-u Esc");
	memset(stuck, 'j', sizeof stuck);
	began_ms = now_ms();
	for (int i = 0; i < 16; i++)
		term_send_bytes(t, stuck, sizeof stuck);
	term_send(t, "?");
	term_wait_for(t, "Moving", SCENE_MS);
	ck_assert_int_lt(now_ms() - began_ms, 5000); // 65,536 of them
	scene_quit(t);
	scene_close(&s);
}
END_TEST

static const char twelve[] = "[{\"targets\":[\"127.0.0.1:1\",\"127.0.0.1:2\",\"127.0.0.1:3\",\"127.0.0.1:4\","
			     "\"127.0.0.1:5\",\"127.0.0.1:6\",\"127.0.0.1:7\",\"127.0.0.1:8\",\"127.0.0.1:9\","
			     "\"127.0.0.1:10\",\"127.0.0.1:11\",\"127.0.0.1:12\"]}]";

static void replace_targets(const char *text)
{
	scene_write("targets.new", text);
	ck_assert_int_eq(rename("targets.new", "targets.json"), 0);
}

START_TEST(late_replies_and_pastes_answer_no_dialog)
{
	static const char replies[] =
		"\033[?62;1;4c\033]11;rgb:0000/0000/0000\033\\\033[24;80R\033P1+r436f3d323536\033\\"
		"\033[?2026;2$y\033[I\033[O";
	struct scene s;
	struct term *t;

	scene_open(&s);
	replace_targets(twelve);
	scene_write("opscon.yml", "defaults: {interval: 60s, timeout: 300ms}\n"
				  "discovery: {file_sd: [{files: [targets.json]}]}\n");
	t = scene_console(&s, NULL, 120, 36);
	term_wait_for(t, "127.0.0.1:12", SCENE_MS);
	replace_targets("[{\"targets\":[\"127.0.0.1:1\"]}]");
	term_wait_for(t, "no longer", SCENE_MS);
	term_send(t, "!");
	term_wait_for(t, "Cancel", SCENE_MS);
	term_send_bytes(t, replies, sizeof replies - 1);
	term_send(t, "paste:\r\n\t\r y");
	term_listen(t, 700); // past the time in which no key counts
	term_send_bytes(t, replies, sizeof replies - 1);
	term_send(t, "paste:\r\n\t\r y");
	term_listen(t, 200);
	ck_assert(term_has(t, "Cancel"));
	term_send(t, "Esc");
	term_wait_gone(t, "Cancel", SCENE_MS);
	ck_assert(term_has(t, "127.0.0.1:12")); // nothing was dropped
	scene_quit(t);
	scene_close(&s);
}
END_TEST

// ---- text

#define HOSTILE "x\\u001b]52;c;QQ==\\u0007\\u001b[2J\\u009b31m\\u202eevil;rm -rf ~ ../../$(id)`id`#{e}"

static void assert_displayable(const char *what, const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		ck_assert_msg(*c >= ' ' || *c == '\n' || *c == '\r', "%s: control %02x", what, *c);
		ck_assert_msg(*c != 0x7f, "%s: DEL", what);
		ck_assert_msg(!(c[0] == 0xc2 && c[1] < 0xa0), "%s: C1 %02x", what, c[1]);
	}
	ck_assert_msg(!strstr(text, "\xe2\x80\xae"), "%s: U+202E", what);
}

static void write_hostile_targets(void)
{
	char text[16384];
	size_t n = (size_t)snprintf(text, sizeof text,
				    "[{\"targets\":[\"127.0.0.1:1\"],\"labels\":{\"__agent_name__\":\"" HOSTILE
				    "\",\"tier\":\"" HOSTILE "\"}},{\"targets\":[\"127.0.0.1:2\"],\"labels\":"
				    "{\"__agent_name__\":\"marks e");

	for (int i = 0; i < 1000; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "\u0301");
	n += (size_t)snprintf(text + n, sizeof text - n,
			      "\"}},{\"targets\":[\"127.0.0.1:3\"],\"labels\":{\"__agent_name__\":\"long ");
	memset(text + n, 'y', 4000);
	n += 4000;
	snprintf(text + n, sizeof text - n, "\"}}]");
	replace_targets(text);
}

START_TEST(hostile_names_steer_nothing)
{
	static const char *const formats[] = { "table", "json", "jsonl", "csv", "prom" };
	struct scene s;
	struct term *t;

	scene_open(&s);
	write_hostile_targets();
	scene_write("opscon.yml", "defaults: {interval: 60s, timeout: 300ms}\n"
				  "discovery: {file_sd: [{files: [targets.json]}]}\n");
	for (size_t i = 0; i < COUNT(formats); i++) {
		struct process_result result = scene_run(
			&s, (const char *[]){ "status", "--config", "opscon.yml", "--format", formats[i], NULL });

		ck_assert_msg(result.status == 4, "%s: %d %s", formats[i], result.status, result.err);
		assert_displayable(formats[i], result.out);
		process_result_finish(&result);
	}
	t = scene_console(&s, NULL, 200, 36);
	term_wait_for(t, "marks e\u0301", SCENE_MS);
	ck_assert(term_has(t, "]52;c"));
	term_send(t, "2");
	term_wait_for(t, "Last probe", SCENE_MS);
	ck_assert(term_has_row(t, "opscon", "live"));
	scene_quit(t);
	scene_close(&s);
}
END_TEST

// ---- locales

static bool make_locale(const char *name)
{
	char command[256];

	snprintf(command, sizeof command, "localedef -f UTF-8 -i %.5s ./%s >/dev/null 2>&1", name, name);
	return system(command) == 0;
}

// Every dialect of health, and numbers with a fraction.
START_TEST(no_locale_changes_what_is_read_or_written)
{
	static const char no_leaks[] = "ASAN_OPTIONS=detect_leaks=0"; // glibc never frees what it reads of LOCPATH
	static const char *const locales[] = { "C", "de_DE.UTF-8", "tr_TR.UTF-8" };
	struct scene s;
	char where[96], all[64];

	scene_open(&s);
	if (!make_locale(locales[1]) || !make_locale(locales[2])) {
		suite_skip("localedef has no de_DE and tr_TR here");
		scene_close(&s);
		return;
	}
	scene_simulate(&s, (const char *[]){ "--agents", "8", NULL });
	snprintf(where, sizeof where, "LOCPATH=%s", s.dir);
	for (size_t i = 0; i < COUNT(locales); i++) {
		struct process_result result;
		const char *latency;

		snprintf(all, sizeof all, "LC_ALL=%s", locales[i]);
		result = process_run(
			(const char *[]){ OPSCON, "status", "--config", "opscon.yml", "--format", "json", NULL },
			(const char *[]){ s.state, where, all, no_leaks, NULL });
		ck_assert_msg(result.status == 0, "%s: %d %.300s", locales[i], result.status, result.out);
		latency = strstr(result.out, "\"latency_ms\":");
		ck_assert_ptr_nonnull(latency);
		latency += strcspn(latency, "0123456789");
		latency += strspn(latency, "0123456789");
		ck_assert_msg(*latency == '.' || !isdigit((unsigned char)latency[1]), "%s: %.20s", locales[i], latency);
		process_result_finish(&result);
	}
	for (size_t i = 1; i < COUNT(locales); i++) {
		struct term *t;

		snprintf(all, sizeof all, "LC_ALL=%s", locales[i]);
		t = scene_start(&s, (const char *[]){ "--config", "opscon.yml", NULL },
				(const char *[]){ where, all, no_leaks, NULL }, 120, 36);
		term_wait_row(t, "UP", "8", SCENE_MS);
		ck_assert_uint_gt(term_bytes_beyond_ascii(t), 0); // it is UTF-8
		scene_quit(t);
	}
	scene_close(&s);
}
END_TEST

SUITE("terminal", a_storm_of_sizes_ends_in_a_whole_screen, a_lost_terminal_ends_the_console_within_a_second,
      signals_that_end_it_leave_the_terminal_as_it_was, a_crash_leaves_the_terminal_as_it_was,
      it_steps_aside_and_comes_back, without_a_shell_to_come_back_to_it_stays, without_a_terminal_it_says_what_to_do,
      an_output_that_takes_nothing_is_a_failure_of_ours, a_reader_that_has_had_enough_hears_no_complaint,
      a_paste_and_a_stuck_key_do_no_harm, late_replies_and_pastes_answer_no_dialog, hostile_names_steer_nothing,
      no_locale_changes_what_is_read_or_written)
