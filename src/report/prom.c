// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "base/number.h"
#include "base/strbuf.h"
#include "report/report.h"

// A label value: backslash, quote and newline escaped, as the exposition format asks.
static int put_label(struct bytes *out, const char *name, const char *value)
{
	int r = bytes_addf(out, "%s=\"", name);

	for (; r == 0 && *value; value++) {
		if (*value == '\\' || *value == '"')
			r = bytes_add(out, "\\", 1);
		if (r == 0)
			r = *value == '\n' ? bytes_add(out, "\\n", 2) : bytes_add(out, value, 1);
	}
	return r ? r : bytes_add(out, "\"", 1);
}

static int put_identity(struct bytes *out, const char *metric, const struct fleet_agent *agent)
{
	int r = bytes_addf(out, "%s{", metric);

	r = r ? r : put_label(out, "agent", agent->agent->name);
	r = r ? r : bytes_add(out, ",", 1);
	return r ? r : put_label(out, "url", report_url(agent));
}

static int put_head(struct bytes *out, const char *metric, const char *help)
{
	return bytes_addf(out, "# HELP %s %s\n# TYPE %s gauge\n", metric, help, metric);
}

static int put_states(const struct report *report, struct bytes *out)
{
	const struct fleet_agent *agent;
	int r = put_head(out, "opscon_agent_state", "1 for the state the agent is in.");

	for (size_t at = 0; r == 0 && (agent = report_next(report, &at));)
		for (int i = 0; r == 0 && i < HEALTH_STATE_COUNT; i++) {
			r = put_identity(out, "opscon_agent_state", agent);
			r = r ? r
			      : bytes_addf(out, ",state=\"%s\"} %d\n", health_state_name((enum health_state)i),
					   agent->state == (enum health_state)i);
		}
	return r;
}

static int put_latencies(const struct report *report, struct bytes *out)
{
	static const char metric[] = "opscon_agent_probe_duration_seconds";
	const struct fleet_agent *agent;
	int r = put_head(out, metric, "Time of the newest answer.");

	for (size_t at = 0; r == 0 && (agent = report_next(report, &at));) {
		double ms = report_latency_ms(agent);
		char number[40];

		if (isnan(ms))
			continue;
		number_format(ms / 1000, number, sizeof number);
		r = put_identity(out, metric, agent);
		r = r ? r : bytes_addf(out, "} %s\n", number);
	}
	return r;
}

int report_prom(const struct report *report, struct bytes *out)
{
	struct fleet_counts counts;
	int r = put_head(out, "opscon_fleet_agents", "Agents by state.");

	report_count(report, &counts);
	for (int i = 0; r == 0 && i < HEALTH_STATE_COUNT; i++)
		r = bytes_addf(out, "opscon_fleet_agents{state=\"%s\"} %zu\n", health_state_name((enum health_state)i),
			       counts.by_state[i]);
	r = r ? r : bytes_addf(out, "opscon_fleet_agents{state=\"paused\"} %zu\n", counts.n_paused);
	r = r ? r : bytes_addf(out, "opscon_fleet_agents{state=\"maintenance\"} %zu\n", counts.n_maintenance);
	r = r ? r : put_head(out, "opscon_sources_failed", "Lists of agents that could not be read.");
	r = r ? r : bytes_addf(out, "opscon_sources_failed %zu\n", fleet_sources_failed(report->fleet, NULL, 0));
	r = r ? r : put_head(out, "opscon_recordings_stopped", "Recordings that could not be written.");
	r = r ? r
	      : bytes_addf(out, "opscon_recordings_stopped %zu\n", fleet_recordings_stopped(report->fleet, NULL, 0));
	if (report->n_hubs) {
		r = r ? r : put_head(out, "opscon_hubs_away", "Hubs that are not reached now.");
		r = r ? r : bytes_addf(out, "opscon_hubs_away %zu\n", report->n_away);
	}
	r = r ? r : put_states(report, out);
	return r ? r : put_latencies(report, out);
}
