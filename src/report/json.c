// SPDX-License-Identifier: Apache-2.0
#include "base/strbuf.h"
#include "formats/json_writer.h"
#include "report/report.h"

static void write_labels(struct json_writer *w, const struct labels *labels)
{
	json_open(w, "labels", '{');
	for (size_t i = 0; i < labels->n; i++)
		json_text(w, labels->items[i].name, labels->items[i].value);
	json_close(w, '}');
}

static void write_metrics(struct json_writer *w, const struct report *report, uint32_t agent)
{
	uint16_t series[SERIES_MAX];
	size_t n = fleet_agent_series(report->fleet, agent, series, SERIES_MAX);

	json_open(w, "metrics", '{');
	for (size_t i = 0; i < n && i < SERIES_MAX; i++) {
		const struct series_def *def = fleet_series_def(report->fleet, series[i]);

		if (def)
			json_double(w, def->id, fleet_last(report->fleet, agent, series[i]));
	}
	json_close(w, '}');
}

static void write_agent(struct json_writer *w, const struct report *report, const struct fleet_agent *agent)
{
	static const char *const freshness[] = { "fresh", "late", "stale" };
	const struct health *health = &agent->health;

	json_open(w, NULL, '{');
	json_text(w, "name", agent->agent->name);
	json_text(w, "url", report_url(agent));
	write_labels(w, &agent->agent->labels);
	json_text(w, "state", health_state_name(agent->state));
	json_text(w, "reason", report_reason(agent));
	json_text(w, "detail", report_detail(agent));
	json_int(w, "http_status", health->http_status);
	json_double(w, "latency_ms", report_latency_ms(agent));
	json_text(w, "freshness", freshness[health->freshness]);
	json_time(w, "since", agent->state_since_ms);
	write_metrics(w, report, agent->agent->id);
	json_text(w, "status", status_name(health_status(health)));
	json_text(w, "word", health_word(health));
	json_bool(w, "flapping", health->is_flapping);
	json_time(w, "last_probe", health->last_probe_ms);
	json_time(w, "last_success", health->last_success_ms);
	json_close(w, '}');
}

static void write_sources(struct json_writer *w, const char *name, const char *one, const struct fleet_source *sources,
			  size_t n)
{
	json_open(w, name, '[');
	for (size_t i = 0; i < n && i < REPORT_SOURCES_MAX; i++) {
		json_open(w, NULL, '{');
		json_text(w, one, sources[i].name);
		json_text(w, "why", sources[i].why);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void write_hubs(struct json_writer *w, const struct report *report)
{
	if (!report->n_hubs)
		return;
	json_open(w, "hubs_away", '[');
	for (size_t i = 0; i < report->n_away; i++) {
		json_open(w, NULL, '{');
		json_text(w, "hub", report->away[i].address);
		json_text(w, "why", report->away[i].why);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void write_trouble(struct json_writer *w, const struct fleet *fleet)
{
	struct fleet_source sources[REPORT_SOURCES_MAX];
	size_t n = fleet_sources_failed(fleet, sources, REPORT_SOURCES_MAX);

	write_sources(w, "sources_failed", "source", sources, n);
	n = fleet_recordings_stopped(fleet, sources, REPORT_SOURCES_MAX);
	write_sources(w, "recordings_stopped", "recording", sources, n);
}

int report_json(const struct report *report, struct bytes *out)
{
	const struct fleet_agent *agent;
	struct fleet_counts counts;
	struct json_writer w;

	report_count(report, &counts);
	json_writer_init(&w, out);
	json_open(&w, NULL, '{');
	json_int(&w, "schema_version", REPORT_SCHEMA_VERSION);
	json_time(&w, "at", report->at_ms);
	json_text(&w, "overall", health_state_name(report_overall(report, &counts)));
	json_open(&w, "counts", '{');
	for (int i = 0; i < HEALTH_STATE_COUNT; i++)
		json_int(&w, health_state_name((enum health_state)i), (int64_t)counts.by_state[i]);
	json_int(&w, "paused", (int64_t)counts.n_paused);
	json_int(&w, "maintenance", (int64_t)counts.n_maintenance);
	json_int(&w, "checking", (int64_t)counts.n_checking); // of the unknown ones
	json_close(&w, '}');
	json_open(&w, "agents", '[');
	for (size_t at = 0; (agent = report_next(report, &at));)
		write_agent(&w, report, agent);
	json_close(&w, ']');
	write_trouble(&w, report->fleet);
	write_hubs(&w, report);
	if (report->more)
		report->more(&w, report->more_ctx);
	json_close(&w, '}');
	json_newline(&w);
	return w.error;
}

int report_jsonl(const struct report *report, struct bytes *out)
{
	const struct fleet_agent *agent;
	struct json_writer w;

	json_writer_init(&w, out);
	for (size_t at = 0; (agent = report_next(report, &at));) {
		write_agent(&w, report, agent);
		json_newline(&w);
	}
	return w.error;
}
