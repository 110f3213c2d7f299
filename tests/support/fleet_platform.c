// SPDX-License-Identifier: Apache-2.0
/* The Platform CoE fleet of the fixtures: names and tiers as in examples/, and a bad afternoon. */
#include <math.h>
#include <string.h>

#include "tests/support/fleet_fixture.h"
#include "tests/support/suite.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct {
	const char *name, *tier;
} members[] = {
	{ "WowVisionPrime", "guardian" },
	{ "WowAgentFactory", "creation" },
	{ "WowDomain", "creation" },
	{ "WowEvent", "communication" },
	{ "WowCommunication", "communication" },
	{ "WowMemory", "intelligence" },
	{ "WowCache", "intelligence" },
	{ "WowSearch", "intelligence" },
	{ "WowSecurity", "security" },
	{ "WowSupport", "security" },
	{ "WowNotification", "security" },
	{ "WowScaling", "scale" },
	{ "WowIntegration", "scale" },
	{ "WowAnalytics", "scale" },
	{ "WowTester", "creation" },
	{ "WowBenchmark", "creation" },
	{ "WowTrialManager", "scale" },
	{ "WowMatcher", "intelligence" },
	{ "WowHealer", "guardian" },
	{ "WowDeployment", "creation" },
	{ "WowDesigner", "creation" },
	{ "WowReserved", "guardian" },
};

static uint32_t id_of(struct fleet_fixture *f, const char *name)
{
	const struct fleet_agent *agent = fleet_agent_by_key(f->fleet, name);

	ck_assert_ptr_nonnull(agent);
	return agent->agent->id;
}

// An hour of points, one a minute: what a sparkline of the default range shows.
static void hour_of(struct fleet_fixture *f, uint32_t id, uint16_t series, double low, double high)
{
	for (int i = 59; i >= 0; i--)
		fleet_fixture_point(f, id, series, i * MINUTE_MS,
				    low + (high - low) * (0.5 + 0.5 * sin((double)(i * 5 + (int)id * 7) / 11.0)));
}

static void add_member(struct fleet_fixture *f, size_t i)
{
	uint32_t id = fleet_fixture_add(f, members[i].name, members[i].tier, "prod");

	if (strcmp(members[i].name, "WowReserved") == 0) // planned, and never seen
		return;
	fleet_fixture_health(f, id, OBSERVED_UP, REASON_NONE, 2 * HOUR_MS);
	fleet_fixture_probed(f, id, REASON_NONE, 200, (int32_t)(2100 + 700 * i));
	hour_of(f, id, FIXTURE_CPU, 10 + (double)i, 30 + (double)i * 2);
	hour_of(f, id, FIXTURE_MEMORY, 40, 44 + (double)i);
	hour_of(f, id, FIXTURE_RATE, 100, 400 + (double)i * 10);
	hour_of(f, id, FIXTURE_ERRORS, 0, 0.4);
	hour_of(f, id, FIXTURE_LATENCY, 2, 4 + (double)i);
}

static void lose_cache(struct fleet_fixture *f)
{
	uint32_t cache = id_of(f, "WowCache");

	fleet_fixture_health(f, cache, OBSERVED_DOWN, REASON_CONNECT_REFUSED, 14 * MINUTE_MS);
	fleet_fixture_probed(f, cache, REASON_CONNECT_REFUSED, 0, 310);
	fleet_fixture_alert(f, cache, SEVERITY_CRITICAL, ALERT_ACKNOWLEDGED, "agent_down",
			    "WowCache is down: connection refused", 14 * MINUTE_MS);
	fleet_fixture_action(f, cache, "maria", "acknowledged agent_down", "rack move, CHG-1207", 12 * MINUTE_MS);
}

// In the order in which it happened, as a feed would tell it.
static void break_some(struct fleet_fixture *f)
{
	uint32_t search = id_of(f, "WowSearch"), event = id_of(f, "WowEvent");

	fleet_fixture_alert(f, id_of(f, "WowMemory"), SEVERITY_WARNING, ALERT_RESOLVED, "memory_high",
			    "Memory used above 85 %", 50 * MINUTE_MS);
	fleet_fixture_notice(f, id_of(f, "WowDomain"), SEVERITY_INFO, ACTION_UPDATE, "version 0.4.1 -> 0.4.2",
			     "seen in its health answer", 26 * MINUTE_MS);
	lose_cache(f);
	fleet_fixture_health(f, search, OBSERVED_DEGRADED, REASON_WARN, 9 * MINUTE_MS);
	fleet_fixture_probed(f, search, REASON_WARN, 200, 41000);
	fleet_fixture_alert(f, search, SEVERITY_WARNING, ALERT_SNOOZED, "agent_degraded", "WowSearch reports a warning",
			    9 * MINUTE_MS);
	fleet_fixture_health(f, event, OBSERVED_DOWN, REASON_TIMEOUT_HEADERS, 3 * MINUTE_MS);
	fleet_fixture_probed(f, event, REASON_TIMEOUT_HEADERS, 0, 2000000);
	fleet_fixture_alert(f, event, SEVERITY_CRITICAL, ALERT_ACTIVE, "agent_down",
			    "WowEvent is down: no answer in time", 3 * MINUTE_MS);
	fleet_fixture_health(f, id_of(f, "WowAnalytics"), OBSERVED_DEGRADED, REASON_SLOW, 40 * SECOND_MS);
	fleet_fixture_probed(f, id_of(f, "WowAnalytics"), REASON_SLOW, 200, 940000);
}

void fleet_fixture_platform(struct fleet_fixture *f)
{
	fleet_fixture_feed(f, FEED_LIVE, 2 * HOUR_MS, SECOND_MS, 0, "");
	fleet_fixture_series(f);
	fleet_fixture_notice(f, 0, SEVERITY_INFO, ACTION_INFO, "discovery: 22 agents from config", "", 2 * HOUR_MS);
	for (size_t i = 0; i < COUNT(members); i++)
		add_member(f, i);
	break_some(f);
}

static void fill_scope(struct fleet_fixture *f, struct view *view)
{
	const struct fleet_counts *counts = fleet_counts(f->fleet);

	for (size_t i = 0; i < HEALTH_STATE_COUNT; i++)
		view->scope.by_state[i] = counts->by_state[i];
	view->scope.n_checking = counts->n_checking;
	view->scope.n_paused = counts->n_paused;
	view->scope.n_maintenance = counts->n_maintenance;
	view->scope.total = counts->total;
	for (int state = 0; state < ALERT_STATE_COUNT; state++)
		view->scope.alerts[state] = fleet_n_alerts_in(f->fleet, (enum alert_state)state);
	view->scope.overall = fleet_overall(f->fleet);
	view->scope.overall_since_ms = fleet_overall_since_ms(f->fleet);
	view->scope.n_tiers = fleet_tiers(f->fleet, &view->scope.tiers);
	view->scope.n_bad = fleet_newly_bad(f->fleet, f->newly_bad, COUNT(f->newly_bad));
	view->scope.n_newly_bad = view->scope.n_bad < COUNT(f->newly_bad) ? view->scope.n_bad : COUNT(f->newly_bad);
	view->scope.newly_bad = f->newly_bad;
}

void fleet_fixture_view(struct fleet_fixture *f, struct view *view)
{
	memset(view, 0, sizeof *view);
	view->now = (struct instant){ .mono_ms = 7200000, .wall_ms = FIXTURE_NOW_MS };
	view->screen = SCREEN_OVERVIEW;
	view->range = RANGE_1H;
	view->environment = "prod";
	view->environment_style = STYLE_ENV_PROD;
	view->context = view->message = "";
	view->fleet_name = "Platform CoE";
	view->has_unicode = true;
	view->table.ids = f->ids;
	view->table.n_ids = view->table.n_total = f->n_agents;
	view->table.filter = view->timeline.text = view->metrics.text = "";
	view->selected = f->n_agents ? f->ids[0] : 0;
	view->timeline.is_following = true;
	fill_scope(f, view);
}
