// SPDX-License-Identifier: Apache-2.0
/* A list that somebody else keeps, through the console: agents come and go, and a list that shrinks by much asks. */
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/dialog.h"
#include "tests/e2e/scene.h"

static const char *const eight[] = { "--agents", "8", NULL };

// Keeps the first agents of the list, one a line; the file is put in place whole, as others do it.
static void shrink_to(int n_agents)
{
	char *list = scene_read("targets.json"), *at = list;

	for (int line = 0; line <= n_agents; line++)
		at = strchr(at, '\n') + 1;
	snprintf(at - 2, 4, "\n]\n"); // over the comma
	scene_write("new.json", list);
	ck_assert_int_eq(rename("new.json", "targets.json"), 0);
	free(list);
}

static struct term *ask(struct scene *s)
{
	struct term *t;

	scene_open(s);
	scene_simulate(s, eight);
	t = scene_console(s, NULL, 120, 36);
	term_wait_for(t, "8 of 8 agents up", SCENE_MS);
	shrink_to(3);
	term_wait_row(t, "! answers: file_sd:", "no longer lists 5 of 8 agents", SCENE_MS);
	term_wait_for(t, "8 of 8 agents up", SCENE_MS); // nobody goes before it is answered
	term_send(t, "!");
	term_wait_for(t, "> Cancel <", SCENE_MS);
	return t;
}

// The dialog takes no answer in its first moment, so that nobody answers what they have not read.
static void answer(struct term *t)
{
	term_listen(t, DIALOG_GUARD_MS + 100);
	term_send(t, "Enter");
	term_wait_gone(t, "[ Cancel ]", SCENE_MS);
}

START_TEST(agents_are_dropped_when_the_question_is_answered_so)
{
	struct scene s;
	struct term *t = ask(&s);

	term_send(t, "Tab Tab");
	term_wait_for(t, "> Drop them <", SCENE_MS);
	answer(t);
	term_wait_for(t, "3 of 3 agents up", SCENE_MS);
	term_wait_gone(t, "! answers:", SCENE_MS);
	term_send(t, "5");
	term_wait_for(t, "dropped the agents that are not listed any more", SCENE_MS);
	scene_quit(t);
	scene_close(&s);
}
END_TEST

START_TEST(agents_are_kept_when_the_question_is_answered_so)
{
	struct scene s;
	struct term *t = ask(&s);

	term_send(t, "Tab");
	term_wait_for(t, "> Keep them <", SCENE_MS);
	answer(t);
	term_send(t, "5");
	term_wait_for(t, "kept the agents that are not listed any more", SCENE_MS);
	term_send(t, "1");
	term_wait_for(t, "8 of 8 agents up", SCENE_MS);
	term_send(t, "!");
	term_wait_for(t, "there is no open question", SCENE_MS);
	scene_quit(t);
	scene_close(&s);
}
END_TEST

START_TEST(a_little_less_is_not_asked_about_and_a_broken_list_changes_nothing)
{
	struct scene s;
	struct term *t;
	char *list;

	scene_open(&s);
	scene_simulate(&s, eight);
	t = scene_console(&s, NULL, 120, 36);
	term_wait_for(t, "8 of 8 agents up", SCENE_MS);
	shrink_to(6);
	term_wait_for(t, "6 of 6 agents up", SCENE_MS);
	list = scene_read("targets.json");
	scene_write("targets.json", "[{\"targets\": [");
	term_wait_for(t, "targets.json cannot be read", SCENE_MS);
	term_wait_for(t, "6 of 6 agents up", SCENE_MS);
	scene_write("targets.json", list);
	term_wait_for(t, "targets.json is read again", SCENE_MS);
	free(list);
	scene_quit(t);
	scene_close(&s);
}
END_TEST

SUITE("discovery", agents_are_dropped_when_the_question_is_answered_so,
      agents_are_kept_when_the_question_is_answered_so,
      a_little_less_is_not_asked_about_and_a_broken_list_changes_nothing)
