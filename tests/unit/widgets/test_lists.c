// SPDX-License-Identifier: Apache-2.0
/* The list of alerts and the list of an agent's series. */
#include "tests/support/suite.h"

#include <math.h>

#include "base/memory.h"
#include "tests/support/fleet_fixture.h"
#include "tests/support/golden.h"
#include "widgets/alert_list.h"
#include "widgets/metrics_list.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct widget alerts = { .class = &alert_list_class };
static const struct widget metrics = { .class = &metrics_list_class };

static struct fleet_fixture f;
static struct view view;
static uint32_t ids[64];

static void list_alerts(void)
{
	view.alerts.n_ids = 0;
	for (size_t i = 0; i < fleet_n_alerts(f.fleet) && i < COUNT(ids); i++)
		ids[view.alerts.n_ids++] = fleet_alert_at(f.fleet, i)->id;
	view.alerts.ids = ids;
}

START_TEST(shows_alerts_in_every_state)
{
	static const struct golden_case cases[] = {
		{ "wide", 120, 8, false },  { "80", 80, 8, false },       { "ascii", 80, 8, true },
		{ "narrow", 40, 7, false }, { "overflow", 80, 3, false },
	};

	fleet_fixture_init(&f);
	fleet_fixture_platform(&f);
	fleet_fixture_alert(&f, 0, SEVERITY_INFO, ALERT_ACTIVE, "fleet_down", "12 agents are down", HOUR_MS);
	fleet_fixture_view(&f, &view);
	list_alerts();
	for (view.alerts.cursor = 0; view.alerts.cursor < COUNT(cases); view.alerts.cursor++)
		golden_draw(&alerts, f.fleet, &view, &cases[view.alerts.cursor]);
	golden_sweep(&alerts, f.fleet, &view, 90, 7);
	fleet_fixture_alert(&f, 2, SEVERITY_CRITICAL, ALERT_ACTIVE, "agent_down",
			    "WowAgentFactory is down: HTTP 500: what is cut in the list stands whole below it, in one "
			    "row or in two",
			    0);
	list_alerts();
	for (view.alerts.cursor = 0; fleet_alert(f.fleet, ids[view.alerts.cursor])->agent != 2; view.alerts.cursor++)
		;
	golden_draw(&alerts, f.fleet, &view, &(struct golden_case){ "whole_summary", 80, 14, false });
	view.alerts.n_ids = 0;
	golden_draw(&alerts, f.fleet, &view, &(struct golden_case){ "filtered", 60, 3, false });
	fleet_fixture_finish(&f);
	ck_assert_int_eq(alert_list_rows(20), 16);
	ck_assert_int_eq(alert_list_rows(10), 8);
	ck_assert_int_eq(alert_list_rows(1), 1);
	ck_assert_int_eq(alert_list_rows(0), 0);
}
END_TEST

START_TEST(says_that_there_are_no_alerts)
{
	uint32_t gone = 77;

	fleet_fixture_init(&f);
	fleet_fixture_view(&f, &view);
	golden_draw(&alerts, f.fleet, &view, &(struct golden_case){ "empty", 60, 3, false });
	view.alerts.ids = &gone;
	view.alerts.n_ids = 1;
	golden_draw(&alerts, f.fleet, &view, &(struct golden_case){ "gone", 60, 3, false });
	fleet_fixture_finish(&f);
}
END_TEST

static void scrape(uint32_t id, size_t n, size_t n_bad)
{
	static const struct scrape_row rows[] = {
		{ "http_requests_total{code=\"200\",method=\"get\"}", "counter", 1027 },
		{ "go_goroutines", "gauge", 42 },
		{ "process_cpu_seconds_total", "counter", 12.47 },
		{ "up_ratio", "gauge", NAN },
		{ "node_memory_MemTotal_bytes", "gauge", 16714080256.0 },
		{ "tiny", "untyped", 1.2345678901234567e-7 },
	};
	struct event *event = event_new(EVENT_SCRAPE, FIXTURE_NOW_MS - 2 * SECOND_MS, id);

	event->u.scrape.rows = mem_calloc(n + 1, sizeof *event->u.scrape.rows);
	for (size_t i = 0; i < n; i++) {
		event->u.scrape.rows[i] = rows[i % COUNT(rows)];
		event->u.scrape.rows[i].series = mem_strdup(rows[i % COUNT(rows)].series);
	}
	event->u.scrape.n_rows = n;
	event->u.scrape.n_bad_lines = n_bad;
	event->u.scrape.first_bad_line = n_bad ? 17 : 0;
	event->u.scrape.is_truncated = n_bad > 0;
	fleet_fixture_apply(&f, event);
}

START_TEST(shows_series_as_they_were_exposed)
{
	static const struct golden_case cases[] = { { "wide", 100, 8, false },
						    { "ascii", 60, 8, true },
						    { "narrow", 30, 6, false },
						    { "overflow", 60, 3, false } };
	static const uint32_t rows[] = { 0, 1, 2, 3, 4, 5, 99 };

	fleet_fixture_init(&f);
	view.agent = fleet_fixture_add(&f, "WowCache", "", "");
	scrape(view.agent, 6, 0);
	fleet_fixture_view(&f, &view);
	view.agent = 1;
	view.metrics.rows = rows;
	view.metrics.n_rows = COUNT(rows) - 1;
	view.metrics.cursor = 2;
	for (size_t i = 0; i < COUNT(cases); i++)
		golden_draw(&metrics, f.fleet, &view, &cases[i]);
	golden_sweep(&metrics, f.fleet, &view, 70, 5);
	scrape(view.agent, 6, 3);
	view.metrics.text = "go_";
	view.metrics.rows = rows + 1;
	view.metrics.n_rows = 1;
	golden_draw(&metrics, f.fleet, &view, &(struct golden_case){ "filtered_bad_lines", 100, 3, false });
	view.metrics.rows = rows + 6; // of a scrape that was longer
	golden_draw(&metrics, f.fleet, &view, &(struct golden_case){ "past_the_end", 60, 2, false });
	fleet_fixture_finish(&f);
	ck_assert_int_eq(metrics_list_rows(10), 9);
	ck_assert_int_eq(metrics_list_rows(1), 1);
}
END_TEST

START_TEST(says_why_there_are_no_series)
{
	struct event *event;

	fleet_fixture_init(&f);
	fleet_fixture_add(&f, "WowCache", "", "");
	fleet_fixture_view(&f, &view);
	golden_draw(&metrics, f.fleet, &view, &(struct golden_case){ "gone", 60, 2, false });
	view.agent = 1;
	golden_draw(&metrics, f.fleet, &view, &(struct golden_case){ "empty", 60, 2, false });
	event = event_new(EVENT_AGENT_PROBED, FIXTURE_NOW_MS, 1);
	event->u.probed.kind = PROBE_METRICS;
	event->u.probed.reason = REASON_TIMEOUT_BODY;
	fleet_fixture_apply(&f, event);
	golden_draw(&metrics, f.fleet, &view, &(struct golden_case){ "failed", 60, 2, false });
	scrape(1, 0, 0);
	golden_draw(&metrics, f.fleet, &view, &(struct golden_case){ "no_series", 60, 2, false });
	scrape(1, 2, 0);
	golden_draw(&metrics, f.fleet, &view, &(struct golden_case){ "none_pass", 60, 2, false });
	fleet_fixture_finish(&f);
}
END_TEST

SUITE("lists", shows_alerts_in_every_state, says_that_there_are_no_alerts, shows_series_as_they_were_exposed,
      says_why_there_are_no_series)
