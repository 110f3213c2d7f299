// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/strbuf.h"
#include "model/agent.h"
#include "tests/support/fleet_fixture.h"
#include "tests/support/golden.h"
#include "tests/support/operation_fixture.h"
#include "widgets/agent_detail.h"
#include "widgets/detail_axes.h"
#include "widgets/phase_bar.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct widget detail = { .class = &agent_detail_class };

static struct fleet_fixture f;
static struct view view;

START_TEST(tells_verdict_and_why)
{
	static const struct golden_case cases[] = { { "wide", 140, 26, false },
						    { "80", 80, 36, false },
						    { "ascii", 80, 12, true },
						    { "narrow", 30, 12, false },
						    { "narrowest", 20, 30, false } };

	fleet_fixture_init(&f);
	fleet_fixture_platform(&f);
	fleet_fixture_view(&f, &view);
	view.agent = fleet_agent_by_key(f.fleet, "WowCache")->agent->id;
	for (size_t i = 0; i < COUNT(cases); i++)
		golden_draw(&detail, f.fleet, &view, &cases[i]);
	view.detail_top = 6;
	golden_draw(&detail, f.fleet, &view, &(struct golden_case){ "scrolled", 80, 12, false });
	view.detail_top = (size_t)-1;
	golden_draw(&detail, f.fleet, &view, &(struct golden_case){ "past_the_end", 40, 2, false });
	view.detail_top = 0;
	view.agent = fleet_agent_by_key(f.fleet, "WowReserved")->agent->id;
	golden_draw(&detail, f.fleet, &view, &(struct golden_case){ "empty", 80, 14, false });
	view.agent = fleet_agent_by_key(f.fleet, "WowSearch")->agent->id;
	golden_draw(&detail, f.fleet, &view, &(struct golden_case){ "degraded", 140, 20, false });
	golden_sweep(&detail, f.fleet, &view, 110, 6);
	view.agent = 4711;
	golden_draw(&detail, f.fleet, &view, &(struct golden_case){ "gone", 60, 2, false });
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(tells_its_life)
{
	struct agent_lifecycle life = { .is_recorded = true,
					.is_observed = true,
					.recorded = LIFECYCLE_STOPPED,
					.observed = LIFECYCLE_RUNNING,
					.observed_at_ms = FIXTURE_NOW_MS - 12 * SECOND_MS,
					.provisioning = PROVISIONING_FAILED,
					.driver = "docker",
					.version = "0.4.3",
					.previous = "0.4.2",
					.instance = "3f2a",
					.holder = "alice, pid 4711",
					.operation = 7 };

	fleet_fixture_init(&f);
	fleet_fixture_platform(&f);
	fleet_fixture_view(&f, &view);
	view.agent = fleet_agent_by_key(f.fleet, "WowCache")->agent->id;
	view.operations.key = "O";
	lifecycle_fixture_send(&f, view.agent, &life);
	golden_draw(&detail, f.fleet, &view, &(struct golden_case){ "lifecycle", 80, 20, false });
	life = (struct agent_lifecycle){ .is_recorded = true,
					 .recorded = LIFECYCLE_RUNNING,
					 .provisioning = PROVISIONING_RUNNING,
					 .driver = "",
					 .version = "",
					 .previous = "",
					 .instance = "",
					 .holder = "" };
	lifecycle_fixture_send(&f, view.agent, &life);
	golden_draw(&detail, f.fleet, &view, &(struct golden_case){ "no_driver", 80, 18, false });
	fleet_fixture_finish(&f);
}
END_TEST

static void add_insecure(uint32_t id)
{
	struct event *event = event_new(EVENT_AGENT_CHANGED, FIXTURE_NOW_MS, id);
	struct agent *agent = agent_copy(fleet_agent(f.fleet, id)->agent);

	agent->tls.is_insecure = true;
	mem_free((char *)agent->health_url);
	mem_free((char *)agent->metrics_url);
	agent->health_url = agent->metrics_url = NULL;
	event->u.agent = agent;
	fleet_fixture_apply(&f, event);
}

static void probe_with_checks(uint32_t id)
{
	struct event *event = event_new(EVENT_AGENT_PROBED, FIXTURE_NOW_MS - SECOND_MS, id);
	struct event_probed *probed = &event->u.probed;
	struct health health = fleet_fixture_healthy(HOUR_MS);

	health.overlays = OVERLAY_MAINTENANCE | OVERLAY_DRAINING;
	health.quality = PROBE_SUSPECT;
	health.freshness = FRESHNESS_LATE;
	health.is_flapping = true;
	health.flap_percent = 37;
	health.attempt_n = 1;
	health.toward = OBSERVED_DEGRADED;
	health.reason = REASON_WARN;
	health.last_failure_ms = FIXTURE_NOW_MS - MINUTE_MS;
	for (int i = 0; i < 22; i++)
		health_recent_push(&health, i % 7 == 3 ? OBSERVED_DOWN : i % 5 == 4 ? OBSERVED_DEGRADED : OBSERVED_UP);
	snprintf(health.detail, sizeof health.detail, "disk 91 %%");
	probed->http_status = 200;
	probed->dialect = DIALECT_ACTUATOR;
	probed->timing = (struct probe_timing){ 0, 0, 0, 11000, 12000 };
	probed->excerpt = mem_strdup("{\"status\":\"UP\",\n \"components\":{\"db\":{\"status\":\"UP\"}}}");
	probed->checks = mem_calloc(2, sizeof *probed->checks);
	probed->checks[0] = (struct health_check){ mem_strdup("db"), mem_strdup(""), HEALTH_UP };
	probed->checks[1] = (struct health_check){ mem_strdup("disk"), mem_strdup("91 % used"), HEALTH_DEGRADED };
	probed->n_checks = 2;
	probed->health = health;
	fleet_fixture_health_event(&f, id, &health);
	fleet_fixture_apply(&f, event);
}

static void scrape_with_bad_lines(uint32_t id)
{
	struct event *event = event_new(EVENT_AGENT_PROBED, FIXTURE_NOW_MS, id);
	struct event_probed *probed = &event->u.probed;

	probed->kind = PROBE_METRICS;
	probed->http_status = 200;
	probed->body_bytes = 4096;
	probed->n_bad_lines = 2;
	probed->first_bad_line = 17;
	probed->health = fleet_agent(f.fleet, id)->health;
	fleet_fixture_apply(&f, event);
}

START_TEST(says_every_axis_checks_and_insecurity)
{
	uint32_t id;

	fleet_fixture_init(&f);
	id = fleet_fixture_add(&f, "one", "web", "dev");
	add_insecure(id);
	probe_with_checks(id);
	scrape_with_bad_lines(id);
	for (int i = 0; i < 7; i++)
		fleet_fixture_alert(&f, id, SEVERITY_WARNING, ALERT_ACTIVE, "slow", "answers slowly", MINUTE_MS);
	fleet_fixture_view(&f, &view);
	view.agent = id;
	golden_draw(&detail, f.fleet, &view, &(struct golden_case){ "overflow", 120, 24, false });
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(names_the_phase_in_which_a_probe_ended)
{
	static const struct {
		struct probe_timing timing;
		int rows;
	} rows[] = { { { 1, 2, 3, 4, 5 }, 6 },
		     { { -1, -1, -1, -1, 5 }, 2 },
		     { { 1, -1, -1, -1, 9 }, 3 },
		     { { 0, 0, 0, 4, 5 }, 4 },
		     { { -1, -1, -1, -1, 0 }, 1 } };
	struct canvas canvas;

	ck_assert_int_eq(canvas_create(60, 30, false, &canvas), 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		ck_assert_int_eq(phase_bar_rows(&rows[i].timing), rows[i].rows);
		ck_assert_int_eq(phase_bar_draw(&canvas, (int)i * 6, &rows[i].timing), rows[i].rows);
	}
	golden_check("agent_detail", "phases", &canvas);
	canvas_destroy(&canvas);
}
END_TEST

START_TEST(scrolls_no_further_than_its_last_line)
{
	struct canvas canvas;
	struct bytes text;

	fleet_fixture_init(&f);
	fleet_fixture_platform(&f);
	fleet_fixture_view(&f, &view);
	view.agent = fleet_agent_by_key(f.fleet, "WowCache")->agent->id;
	for (int width = 16; width < 160; width += 12)
		for (int height = 1; height < 60; height += 9) {
			size_t last = agent_detail_last_top(f.fleet, &view, width, height);

			view.detail_top = (size_t)-1;
			ck_assert_int_eq(canvas_create(width, height, false, &canvas), 0);
			widget_draw(&detail, f.fleet, &view, &canvas);
			bytes_init(&text, 1 << 16);
			ck_assert_int_eq(canvas_dump(&canvas, false, &text), 0);
			ck_assert(last == 0 || strstr(text.data, "config")); // the source, which is its last line
			bytes_finish(&text);
			canvas_destroy(&canvas);
		}
	ck_assert_uint_eq(agent_detail_last_top(f.fleet, &view, 80, 200), 0);
	view.agent = 4711;
	ck_assert_uint_eq(agent_detail_last_top(f.fleet, &view, 80, 2), 0);
	fleet_fixture_finish(&f);
}
END_TEST

SUITE("agent_detail", tells_verdict_and_why, tells_its_life, says_every_axis_checks_and_insecurity,
      names_the_phase_in_which_a_probe_ended, scrolls_no_further_than_its_last_line)
