// SPDX-License-Identifier: Apache-2.0
#include "widgets/provenance.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/human.h"

// What an agent without its own figures is probed at (config.h).
enum { INTERVAL_MS = 60000, TIMEOUT_MS = 5000 };

style_t style_of_provenance(enum provenance_state state)
{
	switch (state) {
	case PROVENANCE_LIVE:
		return STYLE_OK;
	case PROVENANCE_LATE:
		return STYLE_WARN;
	case PROVENANCE_STALE:
		return STYLE_BAD;
	case PROVENANCE_UNAVAILABLE:
		break;
	}
	return STYLE_UNKNOWN;
}

// States in which nothing can have arrived, however young the last value looks.
static bool is_feed_gone(enum feed_state state)
{
	return state == FEED_STALE || state == FEED_RECONNECTING || state == FEED_OFFLINE || state == FEED_REFUSED;
}

// The limits are those of health freshness, at the agent's present pace, so a panel and its agent never disagree.
static enum provenance_state state_of_age(const struct fleet *fleet, const struct fleet_agent *agent, int64_t age_ms)
{
	uint32_t interval_ms = agent->agent->interval_ms ? agent->agent->interval_ms : INTERVAL_MS;
	uint32_t timeout_ms = agent->agent->timeout_ms ? agent->agent->timeout_ms : TIMEOUT_MS;
	enum feed_state feed = fleet_feed_state_of(fleet, agent->agent->id);
	bool is_late = age_ms > health_late_after_ms(&agent->health, interval_ms, timeout_ms);

	if (age_ms > health_stale_after_ms(&agent->health, interval_ms, timeout_ms) || is_feed_gone(feed))
		return PROVENANCE_STALE;
	return is_late || feed == FEED_LATE ? PROVENANCE_LATE : PROVENANCE_LIVE;
}

// A rate needs two scrapes before there is anything to say.
static bool is_rate(const struct series_def *def)
{
	return strstr(def->expr, "rate(") || strstr(def->expr, "increase(") || strstr(def->expr, "delta(");
}

// More than two scrapes made a gap of it: what it counts is not there, or a share of nothing.
static bool has_waited(const struct fleet *fleet, const struct fleet_agent *agent, const struct series_def *def)
{
	struct metric_point points[3];

	return fleet_points(fleet, agent->agent->id, def->no, INT64_MIN, INT64_MAX, points, 3) == 3;
}

// From the most deliberate reason to the most accidental one.
static const char *why_without(const struct fleet *fleet, const struct fleet_agent *agent, const struct series_def *def)
{
	if (agent->agent->is_paused)
		return "paused: not probed";
	if (def && !*def->expr)
		return agent->probed_at_ms[PROBE_HEALTH] ? "no answer to measure" : "waiting for the first probe";
	if (agent->agent->is_discovering)
		return "looking for a metrics endpoint";
	if (!agent->agent->metrics_url)
		return "no metrics endpoint";
	if (!agent->probed_at_ms[PROBE_METRICS])
		return "waiting for the first scrape";
	if (!def)
		return "nothing here that a panel names";
	if (!is_rate(def))
		return "not in the last scrape";
	return has_waited(fleet, agent, def) ? "nothing to count in the last scrapes" : "waiting for a second scrape";
}

// The last finite value of what is kept; 0 when there is none.
static int64_t last_value_ms(const struct fleet *fleet, const struct view *view, uint32_t agent, uint16_t series)
{
	struct series_summary summary;

	if (fleet_totals(fleet, agent, series, view->now.wall_ms - time_range_ms(view->range), view->now.wall_ms,
			 &summary) < 0)
		return 0;
	return summary.count ? summary.last_ms : 0;
}

// A failed probe says why itself, and since when the last good value is gone; otherwise nothing has come yet.
static void explain(const struct fleet *fleet, const struct view *view, const struct fleet_agent *agent,
		    const struct series_def *def, struct provenance *out)
{
	enum probe_kind kind = def && !*def->expr ? PROBE_HEALTH : PROBE_METRICS;
	bool is_failed = agent->probed_at_ms[kind] && agent->probed[kind]->reason != REASON_NONE;
	char since[HUMAN_MAX];

	out->state = PROVENANCE_UNAVAILABLE;
	if (!is_failed || agent->agent->is_paused) {
		snprintf(out->text, sizeof out->text, "%s", why_without(fleet, agent, def));
		return;
	}
	snprintf(out->text, sizeof out->text, "%s failed%s%s: %s", kind == PROBE_METRICS ? "scrape" : "probe",
		 out->since_ms ? " since " : "",
		 out->since_ms ? human_time_of_day(out->since_ms, view->utc_offset_s, since) : "",
		 reason_text(agent->probed[kind]->reason));
}

void provenance_read(const struct fleet *fleet, const struct view *view, uint32_t agent, const struct series_def *def,
		     struct provenance *out)
{
	const struct fleet_agent *entry = fleet_agent(fleet, agent);
	char since[HUMAN_MAX];

	*out = (struct provenance){ .state = PROVENANCE_UNAVAILABLE, .text = "agent is gone" };
	if (!entry)
		return;
	out->since_ms = last_value_ms(fleet, view, agent, def->no);
	if (!out->since_ms || isnan(fleet_last(fleet, agent, def->no))) {
		explain(fleet, view, entry, def, out);
		return;
	}
	out->state = state_of_age(fleet, entry, view->now.wall_ms - out->since_ms);
	if (out->state == PROVENANCE_STALE)
		snprintf(out->text, sizeof out->text, "stale since %s",
			 human_time_of_day(out->since_ms, view->utc_offset_s, since));
	else
		snprintf(out->text, sizeof out->text, out->state == PROVENANCE_LATE ? "late" : "live");
}

void provenance_read_agent(const struct fleet *fleet, const struct view *view, uint32_t agent, struct provenance *out)
{
	const struct fleet_agent *entry = fleet_agent(fleet, agent);

	*out = (struct provenance){ .state = PROVENANCE_UNAVAILABLE, .text = "agent is gone" };
	if (entry)
		explain(fleet, view, entry, NULL, out);
}
