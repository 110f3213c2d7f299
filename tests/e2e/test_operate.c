// SPDX-License-Identifier: Apache-2.0
/* Agents are operated from the console: the sick ones restarted, a bad version rolled back, an operation aborted. The
 * demo fleet takes all of it, and what it tells of it is what an operator sees.
 */
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/key_guard.h"
#include "tests/e2e/scene.h"

enum { OPERATION_MS = 120000, COLS = 140, ROWS = 40 };

static struct term *demo(struct scene *s, const char *selector)
{
	scene_open(s);
	return scene_start(s, (const char *[]){ "demo", "--interval", "1s", "--timeout", "1800ms", selector, NULL },
			   NULL, COLS, ROWS);
}

// Nothing is answered in the first moment of a list or a question.
static void let_be_read(struct term *t)
{
	term_listen(t, KEY_GUARD_MS + 100);
}

// What stands between two texts in a row of the screen; "" when it is not there.
static const char *between(struct term *t, const char *before, const char *after, char *out, size_t size)
{
	int row = term_find(t, before, NULL);
	const char *from = row < 0 ? NULL : strstr(term_row(t, row), before);
	const char *to = from ? strstr(from + strlen(before), after) : NULL;

	out[0] = '\0';
	if (to)
		snprintf(out, size, "%.*s", (int)(to - from - (int)strlen(before)), from + strlen(before));
	return out;
}

// Opens the menu and takes an action; with several agents a rollout as well.
static void choose(struct term *t, const char *action, const char *rollout)
{
	char keys[80];

	term_send(t, ".");
	term_wait_for(t, "Act on ", SCENE_MS);
	let_be_read(t);
	snprintf(keys, sizeof keys, "text:%s", action);
	term_send(t, keys);
	term_wait_for(t, "1 of 11", SCENE_MS);
	term_send(t, "Enter");
	if (!rollout)
		return;
	term_wait_for(t, "How, one after the other", SCENE_MS);
	let_be_read(t);
	snprintf(keys, sizeof keys, "text:%s", rollout);
	term_send(t, keys);
	term_wait_for(t, "1 of 3", SCENE_MS);
	term_send(t, "Enter");
}

// Gives what the question asks for and presses its button.
static void confirm(struct term *t, const char *button)
{
	char typed[120], keys[160], focused[120];

	term_wait_for(t, "> Cancel <", SCENE_MS);
	let_be_read(t);
	if (*between(t, "Type ", " to confirm:", typed, sizeof typed)) {
		snprintf(keys, sizeof keys, "text:%s", typed);
		term_send(t, keys);
		term_wait_row(t, " to confirm:", typed, SCENE_MS);
	}
	if (term_has(t, "Why it is done:")) {
		term_send(t, "Tab");
		term_send(t, "text:trying it");
		term_wait_row(t, "Why it is done:", "trying it", SCENE_MS);
	}
	term_send(t, "Tab");
	snprintf(focused, sizeof focused, "> %s <", button);
	term_wait_for(t, focused, SCENE_MS);
	term_send(t, "Enter");
	term_wait_for(t, " has begun: O shows it", SCENE_MS);
}

START_TEST(the_sick_are_restarted_and_recover)
{
	struct scene s;
	struct term *t = demo(&s, "name=~WowDe*");

	term_wait_row(t, "✖ DOWN", "1 of 2 agents down", SCENE_MS);
	term_send(t, "*");
	term_wait_for(t, "act on 2 marked", SCENE_MS);
	choose(t, "restart", "rolling");
	term_wait_for(t, "Restart 2 agents?", SCENE_MS);
	confirm(t, "Restart 2 agents");
	term_wait_for(t, "1 operation (O)", SCENE_MS);
	term_send(t, "O");
	term_wait_for(t, "restart of 2 agents", SCENE_MS);
	term_wait_row(t, "succeeded", "2 of 2 done", OPERATION_MS);
	term_send(t, "o");
	term_wait_row(t, "● UP", "2 of 2 agents up", SCENE_MS);
	term_wait_for(t, "restart of 2 agents succeeded", SCENE_MS); // in the timeline
	scene_quit(t);
	scene_close(&s);
}
END_TEST

START_TEST(a_bad_version_is_rolled_back_by_itself)
{
	struct scene s;
	struct term *t = demo(&s, "tier=creation");

	term_wait_row(t, "● UP", "2 of 2 agents up", SCENE_MS);
	term_send(t, "*");
	term_send(t, ".");
	term_wait_for(t, "Act on 2 marked agents", SCENE_MS);
	let_be_read(t);
	term_send(t, "text:upgrade");
	term_wait_for(t, "1 of 11", SCENE_MS);
	term_send(t, "Enter");
	term_wait_for(t, "upgrade to version:", SCENE_MS);
	term_send(t, "text:9.9-bad");
	term_send(t, "Enter");
	term_wait_for(t, "How, one after the other", SCENE_MS);
	let_be_read(t);
	term_send(t, "text:canary");
	term_wait_for(t, "1 of 3", SCENE_MS);
	term_send(t, "Enter");
	term_wait_for(t, "Upgrade 2 agents to 9.9-bad?", SCENE_MS);
	confirm(t, "Upgrade 2 agents to 9.9-bad");
	term_send(t, "O");
	term_wait_for(t, "canary 1 of ", SCENE_MS);
	term_wait_row(t, "rolled back", "0 of 2 done", OPERATION_MS);
	term_wait_for(t, "skipped", SCENE_MS); // nobody else was touched
	scene_quit(t);
	scene_close(&s);
}
END_TEST

START_TEST(an_operation_is_aborted_half_way)
{
	struct scene s;
	struct term *t = demo(&s, "tier=creation");

	term_wait_row(t, "● UP", "2 of 2 agents up", SCENE_MS);
	term_send(t, "*");
	choose(t, "restart", "rolling");
	confirm(t, "Restart 2 agents");
	term_send(t, "O");
	term_wait_for(t, "batch 1 of 2", SCENE_MS);
	term_send(t, "P");
	term_wait_for(t, "paused by", OPERATION_MS);
	term_send(t, "X");
	term_wait_for(t, "> Cancel <", SCENE_MS);
	let_be_read(t);
	term_send(t, "Tab Enter");
	term_wait_row(t, "aborted", " done", OPERATION_MS);
	term_wait_for(t, "skipped", SCENE_MS);
	scene_quit(t);
	scene_close(&s);
}
END_TEST

// What is pasted, and what came before anybody could have read the question, restarts nothing.
START_TEST(a_paste_and_hasty_keys_begin_nothing)
{
	char typed[120], keys[160];
	struct scene s;
	struct term *t = demo(&s, "name=WowMemory");

	term_wait_row(t, "● UP", "1 of 1 agent up", SCENE_MS);
	choose(t, "restart", NULL);
	term_send(t, "Tab Tab Enter Enter");
	term_wait_for(t, "Restart WowMemory?", SCENE_MS);
	term_wait_for(t, "Type ", SCENE_MS);
	let_be_read(t);
	between(t, "Type ", " to confirm:", typed, sizeof typed);
	ck_assert_str_ne(typed, "");
	snprintf(keys, sizeof keys, "paste:%s\n\n", typed);
	term_send(t, keys);
	term_wait_for(t, "A paste is not taken here.", SCENE_MS);
	term_send(t, "Esc");
	term_wait_gone(t, "Restart WowMemory?", SCENE_MS);
	term_send(t, "O");
	term_wait_for(t, "No operations yet.", SCENE_MS);
	scene_quit(t);
	scene_close(&s);
}
END_TEST

// The question that P or X asks of the operation under the cursor.
static void press(struct term *t, const char *key, const char *button)
{
	char focused[80];

	term_send(t, key);
	term_wait_for(t, "> Cancel <", SCENE_MS);
	let_be_read(t);
	term_send(t, "Tab");
	snprintf(focused, sizeof focused, "> %s", button);
	term_wait_for(t, focused, SCENE_MS);
	term_send(t, "Enter");
}

START_TEST(of_two_consoles_one_at_a_time_has_an_agent)
{
	static const char config[] = "defaults: {interval: 1s, timeout: 500ms, fall: 2}\n"
				     "discovery:\n"
				     "  file_sd:\n"
				     "    - files: [targets.json]\n"
				     "operations: {wait: 200ms, min_healthy: 1s, verify: 6s}\n";
	const char *const some[] = { "env=prod", NULL };
	struct term *first, *second;
	char holder[80];
	struct scene s;

	scene_open(&s);
	scene_simulate(&s, (const char *[]){ "--agents", "6", NULL });
	scene_write("opscon.yml", config);
	first = scene_console(&s, some, COLS, ROWS);
	second = scene_console(&s, some, COLS, ROWS);
	term_wait_for(first, "● UP", SCENE_MS);
	term_wait_for(second, "● UP", SCENE_MS);
	term_send(first, "*");
	choose(first, "restart", "rolling");
	confirm(first, "Restart 5 agents");
	// The other one sees who has them, and is refused.
	term_send(second, "O");
	term_wait_for(second, "restart of 5 agents", SCENE_MS);
	term_wait_row(second, "running", "of 5 done", SCENE_MS);
	snprintf(holder, sizeof holder, ", pid %ld", (long)term_pid(first));
	term_wait_for(second, holder, SCENE_MS);
	term_send(second, "o");
	term_wait_for(second, "1 operation (O)", SCENE_MS);
	term_send(second, ".");
	term_wait_row(second, "restart", holder, SCENE_MS);
	let_be_read(second);
	term_send(second, "text:restart");
	term_wait_for(second, "1 of 11", SCENE_MS);
	term_send(second, "Enter");
	term_wait_for(second, " is operating on it", SCENE_MS);
	term_send(second, "Esc");
	term_wait_gone(second, "Act on ", SCENE_MS);
	term_listen(second, KEY_GUARD_MS); // Esc and a letter at once are another key
	// It pauses all there is, and ends it.
	term_send(second, "Z");
	term_send(first, "O");
	term_wait_for(first, "paused by ", OPERATION_MS);
	term_send(second, "O");
	term_wait_row(second, "paused", "of 5 done", SCENE_MS);
	press(second, "X", "Abort");
	term_wait_row(first, "aborted", " done", OPERATION_MS);
	term_wait_row(second, "aborted", " done", SCENE_MS);
	// What is free again it takes.
	term_send(second, "o");
	choose(second, "restart", NULL);
	confirm(second, "Restart WowDomain");
	term_send(second, "O");
	term_wait_row(second, "succeeded", "1 of 1 done", OPERATION_MS);
	scene_quit(first);
	scene_quit(second);
	scene_close(&s);
}
END_TEST

SUITE("operate", the_sick_are_restarted_and_recover, a_bad_version_is_rolled_back_by_itself,
      an_operation_is_aborted_half_way, of_two_consoles_one_at_a_time_has_an_agent,
      a_paste_and_hasty_keys_begin_nothing)
