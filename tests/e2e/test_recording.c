// SPDX-License-Identifier: Apache-2.0
/* A run that is recorded, and looked at again: our own one, and one that is kept (tests/corpus/recordings). */
#include "tests/support/suite.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/e2e/scene.h"

#define KEPT TEST_SOURCE_ROOT "/tests/corpus/recordings/demo.rec"

static void expect_has(const char *text, const char *part)
{
	ck_assert_msg(strstr(text, part), "no '%s' in: %s", part, text);
}

static void expect_info(const struct scene *s, const char *name, const char *part)
{
	struct process_result result = scene_run(s, (const char *[]){ "record", "--info", name, NULL });

	ck_assert_msg(result.status == 0, "%d %s", result.status, result.err);
	expect_has(result.out, part);
	process_result_finish(&result);
}

static struct process_result replay(const struct scene *s, const char *name, const char *script)
{
	scene_write("keys.script", script);
	return scene_run(s, (const char *[]){ "replay", "--utc", "--script", "keys.script", name, NULL });
}

START_TEST(a_run_is_recorded_played_and_cut)
{
	struct process_result result;
	struct scene s;
	char count[64], *screen;

	scene_open(&s);
	scene_simulate(&s, (const char *[]){ "--agents", "6", NULL });
	result = scene_run(&s, (const char *[]){ "record", "--config", "opscon.yml", "--for", "3s", "own.rec", NULL });
	ck_assert_msg(result.status == 0, "%d %s", result.status, result.err);
	expect_has(result.err, "own.rec: ");
	snprintf(count, sizeof count, "events    %lu, in ", strtoul(strstr(result.err, "own.rec: ") + 9, NULL, 10));
	process_result_finish(&result);
	expect_info(&s, "own.rec", count); // what it said that it has written is what is there
	expect_info(&s, "own.rec", "end       closed");
	result = scene_run(&s, (const char *[]){ "record", "--config", "opscon.yml", "own.rec", NULL });
	ck_assert_int_eq(result.status, 2); // it is there
	expect_has(result.err, "own.rec: File exists");
	process_result_finish(&result);
	result = replay(&s, "own.rec", "key + + + +\nwait 20s REPLAY end\nwait 20s 6 of 6 agents up\ndump screen\n");
	ck_assert_msg(result.status == 0, "%d %s", result.status, result.err);
	screen = scene_read("screen");
	expect_has(screen, "< > step");
	free(screen);
	process_result_finish(&result);
	result = scene_run(&s, (const char *[]){ "record", "--export", "--from", "+1s", "own.rec", "cut.rec", NULL });
	ck_assert_msg(result.status == 0, "%d %s", result.status, result.err);
	expect_has(result.out, "left out: excerpts of answers\n");
	snprintf(count, sizeof count, "events    %lu, in ", strtoul(strstr(result.out, "cut.rec: ") + 9, NULL, 10));
	process_result_finish(&result);
	expect_info(&s, "cut.rec", count);
	expect_info(&s, "cut.rec", "left out  excerpts of answers, ");
	result = replay(&s, "cut.rec", "key + + + +\nwait 20s 6 of 6 agents up\n");
	ck_assert_msg(result.status == 0, "%d %s", result.status, result.err);
	process_result_finish(&result);
	scene_close(&s);
}
END_TEST

START_TEST(it_ends_whole_when_it_is_told_to)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct scene s;

	scene_open(&s);
	scene_simulate(&s, (const char *[]){ "--agents", "2", NULL });
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
		char name[] = "0.rec";
		struct term *t;

		name[0] = (char)('0' + i);
		t = scene_start(&s, (const char *[]){ "record", "--config", "opscon.yml", name, NULL }, NULL, 80, 24);
		while (access(name, F_OK) < 0)
			term_listen(t, 10);
		term_signal(t, signals[i]);
		ck_assert_int_eq(term_wait_exit(t, SCENE_MS), 0);
		term_finish(t);
		expect_info(&s, name, "end       closed");
	}
	scene_close(&s);
}
END_TEST

START_TEST(a_hub_records_into_its_directory)
{
	struct scene s;
	struct term *t;

	scene_open(&s);
	scene_write("hub.yml", "fleet: {name: Platform}\nhub: {record: {dir: recordings, size: 64MiB, age: 1d}}\n");
	t = scene_start(
		&s,
		(const char *[]){ "hub", "--demo", "--config", "hub.yml", "--no-state", "--socket", "hub.sock", NULL },
		NULL, 120, 24);
	term_wait_for(t, "records into", SCENE_MS);
	term_wait_for(t, "listens on", SCENE_MS);
	term_signal(t, SIGTERM);
	ck_assert_int_eq(term_wait_exit(t, SCENE_MS), 0);
	term_finish(t);
	expect_info(&s, "recordings", "fleet     Platform (simulated)");
	expect_info(&s, "recordings", "end       closed");
	scene_write("bad.yml", "hub: {record: {dir: hub.yml}}\n"); // it serves all the same
	t = scene_start(
		&s,
		(const char *[]){ "hub", "--demo", "--config", "bad.yml", "--no-state", "--socket", "hub.sock", NULL },
		NULL, 120, 24);
	term_wait_for(t, "nothing is recorded: ", SCENE_MS);
	term_wait_for(t, "listens on", SCENE_MS);
	term_signal(t, SIGTERM);
	ck_assert_int_eq(term_wait_exit(t, SCENE_MS), 0);
	term_finish(t);
	scene_close(&s);
}
END_TEST

// In the second run the agents have the numbers of others: whoever looks at one must not find itself at another.
START_TEST(what_is_looked_at_stays_the_same_from_run_to_run)
{
	static const char *const configs[] = {
		"agents:\n- {name: first, url: 'http://127.0.0.1:11'}\n- {name: third, url: 'http://127.0.0.1:13'}\n",
		"agents:\n- {name: third, url: 'http://127.0.0.1:13'}\n- {name: first, url: 'http://127.0.0.1:11'}\n",
	};
	struct process_result result;
	struct scene s;
	char *screen;

	scene_open(&s);
	for (size_t i = 0; i < 2; i++) {
		char text[400];
		struct term *t;

		snprintf(text, sizeof text, "%shub: {record: {dir: recordings}}\n", configs[i]);
		scene_write("hub.yml", text);
		t = scene_start(
			&s,
			(const char *[]){ "hub", "--config", "hub.yml", "--no-state", "--socket", "hub.sock", NULL },
			NULL, 120, 24);
		term_wait_for(t, "listens on", SCENE_MS);
		term_signal(t, SIGTERM);
		ck_assert_int_eq(term_wait_exit(t, SCENE_MS), 0);
		term_finish(t);
	}
	result = replay(&s, "recordings",
			"key Space\nwait 20s first\nkey /\ntext first\nkey Enter Enter\nwait 20s 127.0.0.1:11\n"
			"key Space + + + +\nwait 20s REPLAY end\ndump screen\n");
	ck_assert_msg(result.status == 0, "%d %s", result.status, result.err);
	screen = scene_read("screen");
	expect_has(screen, "127.0.0.1:11");
	ck_assert_msg(!strstr(screen, "127.0.0.1:13"), "%s", screen);
	free(screen);
	process_result_finish(&result);
	scene_close(&s);
}
END_TEST

START_TEST(what_is_no_recording_is_said)
{
	static const struct {
		const char *const args[7];
		int status;
		const char *what;
	} rows[] = {
		{ { "record", NULL }, 2, "expected a file" },
		{ { "record", "--info", "none.rec", NULL }, 2, "none.rec: No such file" },
		{ { "record", "--info", "text", NULL }, 2, "text: this is no recording" },
		{ { "record", "--from", "02:15", "a.rec", NULL }, 2, "are for --export" },
		{ { "record", "--export", KEPT, NULL }, 2, "expected a recording and a new file" },
		{ { "record", "--export", KEPT, "text", NULL }, 2, "text: File exists" },
		{ { "record", "--export", "--from=+2s", "--to=+1s", KEPT, "cut.rec", NULL },
		  2,
		  "--from +2s is later than --to +1s" },
		{ { "record", "--for", "soon", "a.rec", NULL }, 2, "expected a duration" },
		{ { "record", "info", KEPT, NULL }, 2, "info: did you mean --info? A file of that name is ./info" },
		{ { "replay", "--script", "text", "text", NULL }, 2, "text: this is no recording" },
		{ { "replay", "--script", "text", "--at", "noon", KEPT, NULL }, 2, "expected a time, like 02:15" },
		{ { "replay", "--speed", "0", KEPT, NULL }, 2, "a number from 0.25 to 1000" },
		{ { "replay", KEPT, NULL }, 2, "it needs a terminal" },
		{ { "replay", "--at", "noon", KEPT, NULL }, 2, "expected a time" }, // before a terminal is looked for
		{ { "replay", "none.rec", NULL }, 2, "none.rec: No such file" },
		{ { "replay", NULL }, 2, "expected one recording" },
	};
	struct process_result result;
	struct scene s;

	scene_open(&s);
	scene_write("text", "hello\n");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		result = scene_run(&s, rows[i].args);
		ck_assert_msg(result.status == rows[i].status, "%zu: %d %s", i, result.status, result.err);
		expect_has(result.err, rows[i].what);
		process_result_finish(&result);
	}
	scene_close(&s);
}
END_TEST

// A copy of the kept one: zeros in its middle, and more behind its end.
static void write_damaged(const char *name, bool is_overwritten)
{
	static const char zeros[200];
	static char bytes[1 << 20];
	FILE *from = fopen(KEPT, "rb"), *to = fopen(name, "wb");
	size_t n;

	ck_assert(from && to);
	n = fread(bytes, 1, sizeof bytes, from);
	if (is_overwritten)
		memcpy(bytes + n / 2, zeros, sizeof zeros);
	ck_assert_uint_eq(fwrite(bytes, 1, n, to), n);
	if (!is_overwritten)
		ck_assert_uint_eq(fwrite(zeros, 1, 9, to), 9);
	fclose(from);
	ck_assert_int_eq(fclose(to), 0);
}

START_TEST(a_damaged_recording_says_so)
{
	static const struct {
		const char *const args[5];
		int status;
		const char *out, *err;
	} rows[] = {
		{ { "record", "--info", KEPT, NULL }, 0, "end       closed\n", "" },
		{ { "record", "--info", "zeros.rec", NULL },
		  1,
		  "\ndamaged   1 block could not be read, from 2026-",
		  "" },
		{ { "record", "--export", "zeros.rec", "cut.rec", NULL },
		  0,
		  "cut.rec: ",
		  "damaged: 1 block could not" },
		{ { "record", "--info", "cut.rec", NULL }, 0, "gaps      1: events are missing there\n", "" },
		{ { "record", "--info", "more.rec", NULL }, 1, "closed; 9 bytes behind it are no part of it\n", "" },
		{ { "record", "--export", "more.rec", "all.rec", NULL }, 0, "all.rec: ", "damaged: 9 bytes behind" },
	};
	struct scene s;

	scene_open(&s);
	write_damaged("zeros.rec", true);
	write_damaged("more.rec", false);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct process_result result = scene_run(&s, rows[i].args);

		ck_assert_msg(result.status == rows[i].status, "%zu: %d %s", i, result.status, result.err);
		expect_has(result.out, rows[i].out);
		expect_has(result.err, rows[i].err);
		process_result_finish(&result);
	}
	scene_close(&s);
}
END_TEST

// GOLDEN_UPDATE=1 writes the picture; look at it.
static void expect_picture(const char *dump, const char *name)
{
	char path[256], *is = scene_read(dump), *expected;
	const char *update = getenv("GOLDEN_UPDATE");

	snprintf(path, sizeof path, TEST_SOURCE_ROOT "/tests/golden/replay/%s.screen", name);
	if (update && *update)
		scene_write(path, is);
	expected = scene_read(path);
	ck_assert_msg(strcmp(is, expected) == 0, "%s is:\n%s\nand not:\n%s", name, is, expected);
	free(is);
	free(expected);
}

// What was recorded once looks the same for good: stopped, set to a time, at a turn, at its end.
START_TEST(a_kept_recording_gives_the_same_pictures)
{
	static const char script[] = "key p\n" // wherever it stands
				     "wait 20s REPLAY paused\n"
				     "key @\ntext 2026-11-26T03:12:50Z\nkey Enter\n"
				     "wait 20s REPLAY paused\n"
				     "key } } {\n"
				     "wait 20s REPLAY paused\n"
				     "dump turn\n"
				     "key Enter\n"
				     "wait 20s Last probe\n"
				     "dump agent\n"
				     "key Esc @\ntext 03:13:05\nkey Enter\n"
				     "wait 20s REPLAY paused\n"
				     "key > > <\n"
				     "wait 20s REPLAY paused\n"
				     "size 80x24\n"
				     "dump narrow\n"
				     "key ?\n"
				     "wait 20s The recording\n"
				     "dump help\n";
	struct process_result result;
	struct scene s;

	scene_open(&s);
	result = replay(&s, KEPT, script);
	ck_assert_msg(result.status == 0, "%d %s", result.status, result.err);
	process_result_finish(&result);
	expect_picture("turn", "turn");
	expect_picture("agent", "agent");
	expect_picture("narrow", "narrow");
	expect_picture("help", "help");
	scene_close(&s);
}
END_TEST

START_TEST(its_keys_work_on_a_terminal_and_nothing_can_be_done)
{
	struct scene s;
	struct term *t;

	scene_open(&s);
	t = scene_start(&s, (const char *[]){ "replay", "--utc", "--speed", "2", KEPT, NULL }, NULL, 80, 24);
	term_wait_for(t, "REPLAY 2x", SCENE_MS);
	term_send(t, "-");
	term_wait_for(t, "REPLAY 1x", SCENE_MS);
	term_send(t, "p");
	term_wait_for(t, "REPLAY paused", SCENE_MS);
	term_wait_for(t, "p play", SCENE_MS);
	term_send(t, "}");
	term_wait_for(t, "Agents", SCENE_MS);
	term_send(t, "r");
	term_wait_for(t, "this feed can only be watched", SCENE_MS);
	term_send(t, "@");
	term_wait_for(t, "go to:", SCENE_MS);
	term_send(t, "text:noon");
	term_send(t, "Enter");
	term_wait_for(t, "a time, like 02:15 or -10m", SCENE_MS);
	term_send(t, "Esc");
	term_wait_gone(t, "go to:", SCENE_MS);
	term_send(t, "p");
	term_wait_for(t, "REPLAY 1x", SCENE_MS);
	term_send(t, "+ + + + + + + + +");
	term_wait_for(t, "REPLAY end", SCENE_MS);
	term_send(t, "}");
	term_wait_for(t, "no state turns any more in this recording", SCENE_MS);
	scene_quit(t);
	scene_close(&s);
}
END_TEST

SUITE("recordings", a_run_is_recorded_played_and_cut, it_ends_whole_when_it_is_told_to,
      a_hub_records_into_its_directory, what_is_looked_at_stays_the_same_from_run_to_run, what_is_no_recording_is_said,
      a_damaged_recording_says_so, a_kept_recording_gives_the_same_pictures,
      its_keys_work_on_a_terminal_and_nothing_can_be_done)
