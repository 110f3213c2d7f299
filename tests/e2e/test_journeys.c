// SPDX-License-Identifier: Apache-2.0
/* What an operator does when something is wrong: is it well, why is this one bad, who cares for it, what else. */
#include "tests/support/suite.h"

#include <signal.h>
#include <stdio.h>

#include "tests/e2e/scene.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char *const one_down[] = { "--agents", "6", "--fault", "error500=1", NULL };
enum { DEMO_COLS = 140 };

// Sends keys and counts them: what a journey may cost is part of what is promised.
static void press(struct term *t, const char *keys, int *n_keys)
{
	for (const char *at = keys; *at; at++)
		*n_keys += at[0] != ' ' && (at[1] == ' ' || !at[1]);
	term_send(t, keys);
}

static struct term *demo(struct scene *s, const char *selector)
{
	scene_open(s);
	return scene_start(s, (const char *[]){ "demo", "--interval", "1s", "--timeout", "1800ms", selector, NULL },
			   NULL, DEMO_COLS, 36);
}

START_TEST(a_glance_tells_whether_it_is_well_since_when_and_how_live_with_no_key)
{
	static const struct {
		const char *selector, *verdict, *rest, *counts;
	} fleets[] = {
		{ NULL, "✖ DOWN  ", " of 22 agents down", "22 ─" },
		{ "tier=creation", "● UP  ", "2 of 2 agents up", "● 2 up  ▲ 0 degraded  ✖ 0 down  ○ 0 unknown" },
		{ "name=WowSearch", "▲ DEGRADED  ", "1 of 1 agent degraded",
		  "● 0 up  ▲ 1 degraded  ✖ 0 down  ○ 0 unknown" },
		{ "name=WowSupport", "✖ DOWN  ", "1 of 1 agent down", "● 0 up  ▲ 0 degraded  ✖ 1 down  ○ 0 unknown" },
	};
	struct scene s;
	struct term *t;

	for (size_t i = 0; i < COUNT(fleets); i++) {
		t = demo(&s, fleets[i].selector);
		term_wait_row(t, fleets[i].verdict, fleets[i].rest, SCENE_MS);
		term_wait_row(t, fleets[i].verdict, " · for ", SCENE_MS);
		term_wait_for(t, fleets[i].counts, SCENE_MS);
		scene_quit(t);
		scene_close(&s);
	}
}
END_TEST

START_TEST(why_one_is_bad_takes_two_keys_at_most)
{
	static const char *const ways[] = { "Enter", "n Enter" }; // the worst is on top; or the latest that turned bad
	struct scene s;
	struct term *t = demo(&s, "tier=security");

	term_wait_for(t, "1 of 3 agents down", SCENE_MS);
	term_wait_row(t, "✖ down          WowSupport", "bad HTTP status", SCENE_MS);
	for (size_t i = 0; i < COUNT(ways); i++) {
		int n_keys = 0;

		press(t, ways[i], &n_keys);
		term_wait_for(t, "✖ down  WowSupport", SCENE_MS);
		term_wait_row(t, "reason", "bad HTTP status (http_status)", SCENE_MS);
		term_wait_row(t, "observed", "since", SCENE_MS);
		term_wait_row(t, "failures", "in a row", SCENE_MS);
		term_wait_for(t, "{\"error\":\"internal error\"}", SCENE_MS);
		ck_assert_int_le(n_keys, 2);
		term_send(t, "Esc");
		term_wait_for(t, "1 of 3 agents down", SCENE_MS);
	}
	scene_quit(t);
	scene_close(&s);
}
END_TEST

START_TEST(an_outage_of_everybody_is_no_doubt)
{
	char url[64];
	struct scene s;
	struct term *t;

	scene_open(&s);
	snprintf(url, sizeof url, "http://127.0.0.1:%d/health", process_free_port());
	t = scene_start(&s, (const char *[]){ "--interval", "300ms", url, NULL }, NULL, 120, 36);
	term_wait_row(t, "✖ DOWN", "1 of 1 agent down", SCENE_MS);
	term_wait_for(t, "● live", SCENE_MS);
	scene_quit(t);
	scene_simulate(&s, (const char *[]){ "--agents", "2", NULL });
	t = scene_console(&s, NULL, 120, 36);
	term_wait_for(t, "2 of 2 agents up", SCENE_MS);
	kill(s.simulator, SIGSTOP);
	term_wait_row(t, "✖ DOWN", "2 of 2 agents down", SCENE_MS);
	term_wait_for(t, "no answer in time", SCENE_MS);
	kill(s.simulator, SIGCONT);
	term_wait_for(t, "2 of 2 agents up", SCENE_MS);
	scene_quit(t);
	scene_close(&s);
}
END_TEST

START_TEST(an_alert_is_taken_care_of_with_a_name_on_it)
{
	struct scene s;
	struct term *t;

	scene_open(&s);
	scene_simulate(&s, one_down);
	t = scene_console(&s, NULL, 120, 36);
	term_wait_for(t, "1 of 6 agents down", SCENE_MS);
	scene_take_care(t);
	term_send(t, "Enter");
	term_wait_row(t, "reason", "bad HTTP status (http_status)", SCENE_MS);
	term_send(t, "5");
	term_wait_for(t, "acknowledged agent_down on Wow", SCENE_MS);
	term_wait_for(t, "noted on agent_down on Wow", SCENE_MS);
	term_wait_for(t, "snoozed agent_down on Wow", SCENE_MS);
	term_wait_for(t, "looking into it", SCENE_MS);
	scene_quit(t);
	scene_close(&s);
}
END_TEST

SUITE("journeys", a_glance_tells_whether_it_is_well_since_when_and_how_live_with_no_key,
      why_one_is_bad_takes_two_keys_at_most, an_outage_of_everybody_is_no_doubt,
      an_alert_is_taken_care_of_with_a_name_on_it)
