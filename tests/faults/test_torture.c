// SPDX-License-Identifier: Apache-2.0
/* Fault 33: each allocation in turn fails, alone or with all that follow, until a run completes without. */
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/strbuf.h"
#include "commands/exit_code.h"
#include "commands/session.h"
#include "feeds/direct_internal.h"
#include "formats/scrape.h"
#include "tests/unit/console/console_fixture.h"
#include "tests/unit/feeds/live_fleet.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { RUNS_MAX = 20000 }; // a loop that does not come to its end is a failure

// How allocations fail from the n-th on.
static void (*const modes[])(long n) = { mem_fail_after, mem_fail_once };

static bool ran_well(unsigned long n_failed_before)
{
	bool is_well = mem_n_failed() == n_failed_before;

	mem_fail_after(-1);
	return is_well;
}

// ---- what is read

static void read_scrape(void)
{
	static const char body[] = "# TYPE a counter\na{l=\"v\\n\",m=\"\xff\"} 1\nb 2\nbad\nc{le=\"+Inf\"} 3\n";
	struct scrape scrape;
	int r = scrape_read(body, sizeof body - 1, "text/plain", &scrape);

	ck_assert(r == 0 || r == -ENOMEM);
	scrape_finish(&scrape);
}

static void read_health(void)
{
	static const char body[] =
		"{\"status\":\"DOWN\",\"components\":{\"db\":{\"status\":\"DOWN\",\"details\":{\"error\":"
		"\"no\"}},\"disk\":{\"status\":\"UP\"}}}";
	const struct agent agent = { .id = 1, .refs = 1, .key = "a", .name = "a", .url = "http://a" };
	const struct sample sample = { .agent = &agent,
				       .http_status = 503,
				       .content_type = "application/json",
				       .body = body,
				       .body_len = sizeof body - 1 };
	struct verdict verdict = { 0 };

	verdict_read(&sample, 0, &verdict);
	ck_assert_int_eq(verdict.level, VERDICT_FAIL);
	verdict_finish(&verdict);
}

static void load_config(void)
{
	struct config_errors errors;
	struct config config;
	int r = config_load(TEST_SOURCE_ROOT "/examples/opscon.yml", &config, &errors);

	ck_assert_msg(r == 0 || r == -ENOMEM, "%d: %s", r, errors.items[0].text);
	if (r == 0)
		config_finish(&config);
}

START_TEST(what_is_read_survives_each_failure)
{
	static void (*const reads[])(void) = { read_scrape, read_health, load_config };

	for (size_t i = 0; i < COUNT(reads); i++) {
		for (size_t mode = 0; mode < COUNT(modes); mode++) {
			unsigned long n_failed;
			long n = 0;

			do {
				ck_assert_int_lt(n, RUNS_MAX);
				n_failed = mem_n_failed();
				modes[mode](n++);
				reads[i]();
			} while (!ran_well(n_failed));
			ck_assert_int_gt(n, 2);
		}
	}
}
END_TEST

// ---- the feed

START_TEST(a_start_that_fails_leaves_nothing)
{
	for (size_t mode = 0; mode < COUNT(modes); mode++) {
		unsigned long n_failed;
		long n = 0;

		do {
			struct fleet_options options;
			struct session session;
			int r;

			ck_assert_int_lt(n, RUNS_MAX);
			fleet_options_init(&options);
			config_defaults(&options.config);
			n_failed = mem_n_failed();
			modes[mode](n++);
			r = session_start(&session, &options, 0);
			ck_assert(r == 0 || r == EXIT_OURS || r == EXIT_USAGE);
			session_stop(&session);
			config_finish(&options.config);
		} while (!ran_well(n_failed));
		ck_assert_int_gt(n, 20);
	}
}
END_TEST

static bool all_are_up(struct live_fleet *live, const void *arg)
{
	(void)arg;
	return fleet_counts(live->fleet)->by_state[HEALTH_UP] == live->n_agents;
}

static struct prober *prober_of(struct live_fleet *live)
{
	return ((struct direct_feed *)live->feed)->prober;
}

static bool has_polled(struct live_fleet *live, const void *arg)
{
	return prober_stats_read(prober_of(live)).n_polls >= *(const uint64_t *)arg;
}

// One cycle: asked now, each agent's health and metrics. Polls that could not be begun for want of memory are made good
// by those of the next interval.
static void poll_once(struct live_fleet *live)
{
	uint64_t n = prober_stats_read(prober_of(live)).n_polls + 2 * live->n_agents;

	live_request(live, REQUEST_PROBE_NOW, 0, 0, NULL);
	live_until(live, has_polled, &n, "the polls to end");
}

START_TEST(a_poll_cycle_survives_each_failure)
{
	struct live_fleet live;

	live_start(&live, 2);
	live.config.probe.timeout_ms = 2000;
	live_open(&live, false);
	live_publish(&live, false);
	live_until(&live, all_are_up, NULL, "the agents to be up");
	live_request(&live, REQUEST_WATCH, live_agent(&live, 0)->agent->id, 0, NULL);
	poll_once(&live);
	live.may_lack_memory = true;
	for (long n = 0;; n++) {
		unsigned long n_failed = mem_n_failed();

		ck_assert_int_lt(n, RUNS_MAX);
		mem_fail_once(n);
		poll_once(&live);
		if (ran_well(n_failed))
			break;
	}
	live_until(&live, all_are_up, NULL, "the agents to be up again");
	for (size_t i = 0; i < live.n_agents; i++)
		ck_assert_int_eq(live_agent(&live, i)->health.quality, PROBE_OK);
	live_finish(&live);
}
END_TEST

START_TEST(a_shutdown_needs_no_memory)
{
	for (int n = 0; n < 3; n++) {
		struct live_fleet live;

		live_start(&live, 3);
		live_open(&live, false);
		live_publish(&live, n == 2);
		if (n)
			live_until(&live, all_are_up, NULL, "the agents to be up");
		mem_fail_after(0);
		live_stop_feed(&live);
		mem_fail_after(-1);
		live_finish(&live);
	}
}
END_TEST

// ---- the screen

static char *dump(struct console_fixture *f)
{
	struct bytes text;

	bytes_init(&text, 1 << 20);
	ck_assert_int_eq(canvas_dump(&f->canvas, true, &text), 0);
	return text.data;
}

START_TEST(a_frame_survives_each_failure)
{
	static const char *const screens[] = { "1", "2", "3", "4", "5", "?" };
	struct console_fixture f;

	console_fixture_init(&f);
	for (size_t i = 0; i < COUNT(screens); i++) {
		char *expected, *drawn;
		unsigned long n_failed;
		long n = 0;

		console_fixture_keys(&f, screens[i]);
		expected = dump(&f);
		do {
			ck_assert_int_lt(n, RUNS_MAX);
			canvas_clear(&f.canvas, STYLE_TEXT);
			n_failed = mem_n_failed();
			mem_fail_once(n++);
			console_key(f.console, &(struct key){ .code = 'l', .mods = KEY_MOD_CTRL }, f.now);
			console_draw(f.console, &f.canvas, f.now);
		} while (!ran_well(n_failed));
		console_fixture_draw(&f, 120, 36);
		drawn = dump(&f);
		ck_assert_str_eq(drawn, expected);
		mem_free(drawn);
		mem_free(expected);
		console_fixture_keys(&f, "Esc");
	}
	console_fixture_finish(&f);
}
END_TEST

SUITE("torture", what_is_read_survives_each_failure, a_start_that_fails_leaves_nothing,
      a_poll_cycle_survives_each_failure, a_shutdown_needs_no_memory, a_frame_survives_each_failure)
