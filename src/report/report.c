// SPDX-License-Identifier: Apache-2.0
#include "report/report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"

static const struct {
	const char *name;
	report_writer write;
} writers[] = {
	{ "csv", report_csv },   { "json", report_json },   { "jsonl", report_jsonl }, { "nagios", report_nagios },
	{ "prom", report_prom }, { "table", report_table }, { "tmux", report_tmux },
};

report_writer report_writer_find(const char *format)
{
	for (size_t i = 0; i < sizeof writers / sizeof writers[0]; i++)
		if (strcmp(writers[i].name, format) == 0)
			return writers[i].write;
	return NULL;
}

const char *report_format_name(size_t i)
{
	return i < sizeof writers / sizeof writers[0] ? writers[i].name : NULL;
}

const char *report_formats(void)
{
	return "csv|json|jsonl|nagios|prom|table|tmux";
}

const struct fleet_agent *report_next(const struct report *report, size_t *at)
{
	while (*at < fleet_n_agents(report->fleet)) {
		const struct fleet_agent *agent = fleet_agent_at(report->fleet, (*at)++);

		if (selector_matches(report->selector, agent->agent))
			return agent;
	}
	return NULL;
}

void report_count(const struct report *report, struct fleet_counts *out)
{
	const struct fleet_agent *agent;

	*out = (struct fleet_counts){ 0 };
	for (size_t at = 0; (agent = report_next(report, &at));) {
		out->total++;
		if (agent->agent->is_paused)
			out->n_paused++;
		else if (health_is_in_maintenance(&agent->health))
			out->n_maintenance++;
		else
			out->by_state[agent->state]++;
		if (!agent->agent->is_paused && !health_is_in_maintenance(&agent->health))
			out->n_checking += health_is_checking(&agent->health);
	}
}

enum health_state report_overall(const struct report *report, const struct fleet_counts *counts)
{
	enum health_state overall = health_overall(counts->by_state);

	if (overall == HEALTH_UP && (report->n_away || fleet_sources_failed(report->fleet, NULL, 0)))
		return HEALTH_UNKNOWN;
	return overall;
}

const char *report_checking(const struct fleet_counts *counts, char *out, size_t size)
{
	out[0] = '\0';
	if (counts->n_checking && counts->n_checking == counts->by_state[HEALTH_UNKNOWN])
		snprintf(out, size, " (checking)");
	else if (counts->n_checking)
		snprintf(out, size, " (%zu checking)", counts->n_checking);
	return out;
}

const char *report_aside(const struct fleet_counts *counts, const char *before, char *out, size_t size)
{
	struct strbuf text;

	strbuf_init(&text, out, size);
	if (counts->n_paused)
		strbuf_addf(&text, "%s%zu paused", before, counts->n_paused);
	if (counts->n_maintenance)
		strbuf_addf(&text, "%s%zu in maintenance", before, counts->n_maintenance);
	return out;
}

const char *report_unread(const struct report *report, char *out, size_t size)
{
	size_t n = fleet_sources_failed(report->fleet, NULL, 0);

	struct strbuf text;

	strbuf_init(&text, out, size);
	if (n)
		strbuf_addf(&text, "%zu %s could not be read", n, n == 1 ? "list" : "lists");
	if (report->n_away)
		strbuf_addf(&text, "%s%zu of %zu hubs away", n ? ", " : "", report->n_away, report->n_hubs);
	return out;
}

const char *report_reason(const struct fleet_agent *agent)
{
	return agent->health.reason == REASON_NONE ? "" : reason_name(agent->health.reason);
}

const char *report_detail(const struct fleet_agent *agent)
{
	const struct health *health = &agent->health;

	return health->detail[0] || health->reason == REASON_NONE ? health->detail : reason_text(health->reason);
}

const char *report_url(const struct fleet_agent *agent)
{
	const char *base = agent->agent->url, *key = agent->agent->key;

	return strncmp(key, base, strlen(base)) == 0 ? key : base;
}

double report_latency_ms(const struct fleet_agent *agent)
{
	int32_t latency_us = fleet_agent_latency_us(agent);

	return latency_us < 0 ? (double)NAN : (double)latency_us / 1000.0;
}
