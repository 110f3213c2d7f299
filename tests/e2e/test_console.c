// SPDX-License-Identifier: Apache-2.0
/* What the console on the demo fleet says: that it is a demo, that the fleet is live, and what is wrong with whom. */
#include "tests/support/suite.h"

#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "tests/e2e/scene.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// What stands in its place is no library, and is taken away again.
START_TEST(a_missing_library_is_said_and_so_is_its_return)
{
	static const struct {
		const char *library, *sign;
	} rows[] = {
		{ "libcurl.so.4", "libcurl cannot be loaded" },
		{ "libmicrohttpd.so.12", "the simulated fleet cannot answer" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char path[96];
		struct scene s;
		struct term *t;

		scene_open(&s);
		scene_write(rows[i].library, "");
		snprintf(path, sizeof path, "LD_LIBRARY_PATH=%s", s.dir);
		t = scene_start(&s, (const char *[]){ "demo", NULL }, (const char *[]){ path, NULL }, 120, 36);
		if (i == 0)
			term_wait_row(t, "UNKNOWN", rows[i].sign, SCENE_MS);
		term_send(t, "5");
		term_wait_for(t, rows[i].sign, SCENE_MS);
		ck_assert_int_eq(unlink(rows[i].library), 0);
		term_wait_row(t, "DEMO", "● live", SCENE_MS);
		if (i == 0)
			term_wait_for(t, "libcurl can be loaded again", SCENE_MS);
		scene_quit(t);
		scene_close(&s);
	}
}
END_TEST

START_TEST(every_screen_of_the_demo_says_demo)
{
	static const struct {
		const char *keys, *sign;
	} screens[] = {
		{ "1", "Newly bad" },  { "2", "Last probe" },    { "3", "acknowledged, " }, { "4", "Metrics of" },
		{ "5", "Timeline ─" }, { "7", "Audit trail ─" }, { "?", "Moving" },
	};
	struct scene s;
	struct term *t;

	scene_open(&s);
	t = scene_start(&s, (const char *[]){ "demo", NULL }, NULL, 120, 36);
	for (size_t i = 0; i < COUNT(screens); i++) {
		term_send(t, screens[i].keys);
		term_wait_for(t, screens[i].sign, SCENE_MS);
		term_wait_row(t, "opscon", "DEMO", SCENE_MS);
	}
	scene_quit(t);
	scene_close(&s);
}
END_TEST

// Those that have no fault, at the length that a narrow column leaves of their names.
static const char *const healthy[] = {
	"WowVisionPr",  "WowAgentFac", "WowDomain",   "WowEvent",    "WowCommunic",
	"WowMemory",    "WowCache",    "WowSecurity", "WowNotifica", "WowScaling",
	"WowAnalytics", "WowTester",   "WowHealer",   "WowDeploym",  "WowReserved",
};

START_TEST(every_healthy_agent_is_live_two_seconds_after_the_start)
{
	int64_t started_ms = now_ms();
	struct scene s;
	struct term *t;

	scene_open(&s);
	t = scene_start(&s, (const char *[]){ "demo", NULL }, NULL, 120, 36);
	for (size_t i = 0; i < COUNT(healthy); i++)
		term_wait_row(t, "● up ", healthy[i], (int)(started_ms + 2000 - now_ms()));
	term_wait_row(t, "DEMO", "● live", SCENE_MS);
	term_wait_row(t, "CHECKING", " of 22 agents", SCENE_MS);
	scene_quit(t);
	scene_close(&s);
}
END_TEST

START_TEST(each_fault_shows_with_its_reason)
{
	static const struct {
		const char *agent, *reason;
	} faults[] = {
		// First: soon it changes too often to be called down again.
		{ "down          WowIntegration ", "reports itself down: HTTP 503" },
		{ "slow          WowSearch ", "answers slowly: answered in 1.5" },
		{ "down          WowSupport ", "bad HTTP status: HTTP 500" },
		{ "auth refused  WowTrialManager ", "auth refused: HTTP 401" },
		{ "down          WowDesigner ", "wrong kind of answer: a web page: Sign in" },
		{ "flapping ", "changes too often" },
		{ "down          WowMatcher ", "no answer in time: connected, but no answer in time" },
		{ "unreachable   WowBenchmark ", "connection refused" },
	};
	struct scene s;
	struct term *t;

	scene_open(&s);
	t = scene_start(&s, (const char *[]){ "demo", "--interval", "1s", "--timeout", "1800ms", NULL }, NULL, 200, 50);
	for (size_t i = 0; i < COUNT(faults); i++)
		term_wait_row(t, faults[i].agent, faults[i].reason, SCENE_MS);
	scene_quit(t);
	scene_close(&s);
}
END_TEST

SUITE("console", a_missing_library_is_said_and_so_is_its_return, every_screen_of_the_demo_says_demo,
      every_healthy_agent_is_live_two_seconds_after_the_start, each_fault_shows_with_its_reason)
