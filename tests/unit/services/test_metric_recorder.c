// SPDX-License-Identifier: Apache-2.0
/* Panels and the recorder together, on the captured exporters in tests/corpus. */
#include "tests/support/suite.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "services/metric_recorder.h"

struct bench {
	struct panels *panels;
	struct metric_recorder *recorder;
	struct agent *agent;
	struct instant now;
	bool is_defined[SERIES_MAX];
	double values[SERIES_MAX]; // of the last EVENT_METRICS
	bool has_value[SERIES_MAX];
	size_t n_metrics, n_scrapes, n_rows, n_notices;
	char notice[256];
	struct event **kept; // of EVENT_METRICS, a reference each; NULL: none
};

static void take(void *ctx, struct event *event)
{
	struct bench *bench = ctx;

	if (event->type == EVENT_SERIES_DEFINED) {
		ck_assert_int_eq(bench->is_defined[event->u.series.no], event->u.series.is_dropped); // once
		bench->is_defined[event->u.series.no] = !event->u.series.is_dropped;
	} else if (event->type == EVENT_METRICS) {
		if (bench->kept)
			bench->kept[bench->n_metrics] = event_ref(event);
		bench->n_metrics++;
		for (size_t i = 0; i < event->u.metrics.n; i++) {
			const struct metric_reading *reading = &event->u.metrics.items[i];

			ck_assert(bench->is_defined[reading->series]); // and before its first reading
			bench->values[reading->series] = reading->value;
			bench->has_value[reading->series] = true;
		}
	} else if (event->type == EVENT_NOTICE) {
		bench->n_notices++;
		ck_assert_uint_eq(event->agent, bench->agent->id);
		snprintf(bench->notice, sizeof bench->notice, "%s: %s", event->u.notice.title, event->u.notice.text);
	} else {
		ck_assert_int_eq(event->type, EVENT_SCRAPE);
		bench->n_scrapes++;
		bench->n_rows = event->u.scrape.n_rows;
	}
	event_unref(event);
}

static void begin(struct bench *bench, const struct config *config)
{
	struct event_sink sink = { .emit = take, .ctx = bench };
	char why[200] = "";

	*bench = (struct bench){ .now = { .mono_ms = 1000, .wall_ms = 1700000000000 } };
	ck_assert_msg(panels_create(config, &bench->panels, why, sizeof why) == 0, "%s", why);
	ck_assert_int_eq(metric_recorder_create(bench->panels, &sink, &bench->recorder), 0);
	bench->agent = mem_calloc(1, sizeof *bench->agent);
	bench->agent->id = bench->agent->refs = 1;
	bench->agent->name = mem_strdup("web-1");
	ck_assert_int_eq(metric_recorder_add(bench->recorder, bench->agent), 0);
}

static void end(struct bench *bench)
{
	metric_recorder_destroy(bench->recorder);
	panels_destroy(bench->panels);
	agent_unref(bench->agent);
}

static struct metric_summary scrape_as(struct bench *bench, const char *body, int http_status, const char *type)
{
	struct metric_summary summary;
	struct sample sample = {
		.agent = bench->agent,
		.kind = PROBE_METRICS,
		.http_status = http_status,
		.content_type = type,
		.body = body,
		.body_len = body ? strlen(body) : 0,
	};

	bench->now = instant_add(bench->now, 10000);
	sample.at = bench->now;
	memset(bench->has_value, 0, sizeof bench->has_value);
	metric_recorder_scrape(bench->recorder, &sample, &summary);
	return summary;
}

static struct metric_summary scrape(struct bench *bench, const char *body)
{
	return scrape_as(bench, body, 200, NULL);
}

static double value(const struct bench *bench, const char *id)
{
	int no = panels_find(bench->panels, id);

	ck_assert_msg(no >= 0 && bench->has_value[no], "no reading of %s", id);
	return bench->values[no];
}

static bool has(const struct bench *bench, const char *id)
{
	int no = panels_find(bench->panels, id);

	return no >= 0 && bench->has_value[no];
}

static char *read_corpus(const char *name)
{
	char path[600];
	char *body = mem_calloc(1, 1 << 20);
	FILE *file;

	snprintf(path, sizeof path, "%s/tests/corpus/metrics/%s.prom", TEST_SOURCE_ROOT, name);
	file = fopen(path, "re");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_gt(fread(body, 1, (1 << 20) - 1, file), 0);
	fclose(file);
	return body;
}

START_TEST(exporters_are_recognised_and_get_their_panels)
{
	static const struct {
		const char *file, *kind, *has[7], *has_not[3];
	} table[] = {
		{ "node_exporter",
		  "node_exporter",
		  { "cpu", "memory", "disk", "load", "net_in", "net_out" },
		  { "process_cpu", "goroutines" } },
		{ "redis_exporter",
		  "redis_exporter",
		  { "redis_up", "redis_memory", "redis_clients", "redis_ops", "redis_hits" },
		  { "rss" } },
		{ "prometheus",
		  "prometheus",
		  { "prom_series", "prom_samples", "prom_requests", "prom_p95", "rss" },
		  { "http_rate" } },
		{ "alertmanager",
		  "alertmanager",
		  { "am_alerts", "am_sent", "am_failed", "process_cpu", "goroutines" },
		  { "cpu" } },
		{ "blackbox_probe_failed", "blackbox_exporter", { "probe_success", "probe_duration" }, { "rss" } },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		char *body = read_corpus(table[i].file);
		struct bench bench;

		begin(&bench, NULL);
		ck_assert_str_eq(metric_recorder_kind(bench.recorder, 1), "");
		ck_assert_int_eq(scrape(&bench, body).reason, REASON_NONE);
		ck_assert_str_eq(metric_recorder_kind(bench.recorder, 1), table[i].kind);
		for (int j = 0; table[i].has[j]; j++)
			ck_assert_msg(has(&bench, table[i].has[j]), "%s: %s", table[i].file, table[i].has[j]);
		for (int j = 0; table[i].has_not[j]; j++)
			ck_assert_msg(!has(&bench, table[i].has_not[j]), "%s: %s", table[i].file, table[i].has_not[j]);
		end(&bench);
		mem_free(body);
	}
}
END_TEST

START_TEST(values_of_captured_exporters_are_what_a_person_computes)
{
	struct bench bench;
	char *node = read_corpus("node_exporter");
	char *blackbox = read_corpus("blackbox_probe_failed");

	begin(&bench, NULL);
	scrape(&bench, node);
	ck_assert_double_eq_tol(value(&bench, "memory"), 100 * (1 - 2.4644173824e+10 / 2.5276510208e+10), 1e-6);
	ck_assert_double_eq_tol(value(&bench, "disk"), 100 * (1 - 8.1394368512e+10 / 2.70553174016e+11), 1e-6);
	ck_assert_double_eq(value(&bench, "load"), 1.01);
	ck_assert_double_nan(value(&bench, "cpu")); // no rate of one scrape
	scrape(&bench, node);
	ck_assert_double_nan(value(&bench, "cpu")); // nothing was counted, so no share of it
	ck_assert_double_eq(value(&bench, "net_in"), 0);
	end(&bench);
	begin(&bench, NULL);
	scrape(&bench, blackbox);
	ck_assert_double_eq(value(&bench, "probe_success"), 0);
	end(&bench);
	mem_free(node);
	mem_free(blackbox);
}
END_TEST

START_TEST(cpu_is_what_is_neither_idle_nor_waiting)
{
	struct bench bench;

	begin(&bench, NULL);
	scrape(&bench, "node_cpu_seconds_total{cpu=\"0\",mode=\"idle\"} 100\n"
		       "node_cpu_seconds_total{cpu=\"0\",mode=\"iowait\"} 5\n"
		       "node_cpu_seconds_total{cpu=\"0\",mode=\"user\"} 50\n");
	scrape(&bench, "node_cpu_seconds_total{cpu=\"0\",mode=\"idle\"} 105\n"
		       "node_cpu_seconds_total{cpu=\"0\",mode=\"iowait\"} 6\n"
		       "node_cpu_seconds_total{cpu=\"0\",mode=\"user\"} 54\n");
	ck_assert_double_eq_tol(value(&bench, "cpu"), 40, 1e-9);
	end(&bench);
}
END_TEST

START_TEST(http_services_show_rate_errors_and_latency)
{
	struct bench bench;

	begin(&bench, NULL);
	for (int i = 0; i < 2; i++)
		scrape(&bench, i ? "http_requests_total{code=\"200\"} 190\nhttp_requests_total{code=\"500\"} 10\n"
				   "http_request_duration_seconds_bucket{le=\"0.1\"} 100\n"
				   "http_request_duration_seconds_bucket{le=\"+Inf\"} 100\ngo_goroutines 8\n"
				 : "http_requests_total{code=\"200\"} 100\nhttp_requests_total{code=\"500\"} 0\n"
				   "http_request_duration_seconds_bucket{le=\"0.1\"} 0\n"
				   "http_request_duration_seconds_bucket{le=\"+Inf\"} 0\ngo_goroutines 9\n");
	ck_assert_double_eq_tol(value(&bench, "http_rate"), 10, 1e-9);
	ck_assert_double_eq_tol(value(&bench, "http_errors"), 10, 1e-9);
	ck_assert_double_eq_tol(value(&bench, "http_p95"), 95, 1e-9);
	ck_assert_double_eq(value(&bench, "goroutines"), 8);
	ck_assert_str_eq(metric_recorder_kind(bench.recorder, 1), "http");
	end(&bench);
}
END_TEST

START_TEST(without_server_errors_their_share_is_zero_and_not_a_gap)
{
	struct bench bench;

	begin(&bench, NULL);
	scrape(&bench, "http_requests_total{code=\"200\"} 100\n");
	scrape(&bench, "http_requests_total{code=\"200\"} 200\n");
	ck_assert_double_eq(value(&bench, "http_errors"), 0);
	end(&bench);
}
END_TEST

START_TEST(a_failed_scrape_makes_every_series_a_gap)
{
	static const struct {
		int http_status;
		const char *body, *type;
		enum reason reason;
	} table[] = {
		{ 500, "x", NULL, REASON_HTTP_STATUS },
		{ 401, "x", NULL, REASON_AUTH_REQUIRED },
		{ 403, "x", NULL, REASON_AUTH_REQUIRED },
		{ 200, NULL, NULL, REASON_BAD_BODY },
		{ 200, "<html>\n", NULL, REASON_PARSE },
		{ 200, "go_goroutines 5\n", "application/openmetrics-text; version=1.0.0", REASON_TRUNCATED },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct bench bench;

		begin(&bench, NULL);
		scrape(&bench, "go_goroutines 5\n");
		ck_assert_double_eq(value(&bench, "goroutines"), 5);
		ck_assert_int_eq(scrape_as(&bench, table[i].body, table[i].http_status, table[i].type).reason,
				 table[i].reason);
		ck_assert_double_nan(value(&bench, "goroutines"));
		scrape(&bench, "go_goroutines 6\n");
		ck_assert_double_eq(value(&bench, "goroutines"), 6);
		end(&bench);
	}
}
END_TEST

START_TEST(nothing_is_compared_with_half_a_scrape)
{
	struct bench bench;
	static const char whole[] = "process_cpu_seconds_total 10\n# EOF\n";
	static const char type[] = "application/openmetrics-text; version=1.0.0";

	begin(&bench, NULL);
	scrape_as(&bench, whole, 200, type);
	scrape_as(&bench, "process_cpu_seconds_total 1\n", 200, type);
	scrape_as(&bench, whole, 200, type);
	ck_assert_double_nan(value(&bench, "process_cpu"));
	scrape_as(&bench, whole, 200, type);
	ck_assert_double_eq(value(&bench, "process_cpu"), 0);
	end(&bench);
}
END_TEST

START_TEST(bad_lines_cost_themselves_and_are_counted)
{
	struct bench bench;
	struct metric_summary summary;

	begin(&bench, NULL);
	summary = scrape(&bench, "go_goroutines 5\n}bad\nprocess_open_fds 7\nworse{\n");
	ck_assert_int_eq(summary.reason, REASON_NONE);
	ck_assert_uint_eq(summary.n_samples, 2);
	ck_assert_uint_eq(summary.n_bad_lines, 2);
	ck_assert_uint_eq(summary.first_bad_line, 2);
	ck_assert_double_eq(value(&bench, "fds"), 7);
	end(&bench);
}
END_TEST

START_TEST(what_is_exposed_later_is_found_and_what_goes_has_a_gap)
{
	struct bench bench;

	begin(&bench, NULL);
	scrape(&bench, "go_goroutines 5\n");
	for (int i = 0; i < 20; i++)
		scrape(&bench, "go_goroutines 5\nprocess_open_fds 7\n");
	ck_assert_double_eq(value(&bench, "fds"), 7);
	scrape(&bench, "process_open_fds 7\n");
	ck_assert_double_nan(value(&bench, "goroutines"));
	end(&bench);
}
END_TEST

static struct sample health_sample(const struct bench *bench, enum reason reason)
{
	return (struct sample){ .agent = bench->agent, .at = bench->now, .reason = reason, .timing.total_us = 12500 };
}

START_TEST(latency_is_the_first_series_and_a_failure_is_a_gap)
{
	struct bench bench;
	struct sample sample;

	begin(&bench, NULL);
	ck_assert_str_eq(panels_def(bench.panels, SERIES_LATENCY)->id, "latency");
	sample = health_sample(&bench, REASON_NONE);
	metric_recorder_latency(bench.recorder, &sample);
	ck_assert_double_eq(bench.values[SERIES_LATENCY], 12.5);
	sample = health_sample(&bench, REASON_CONNECT_REFUSED);
	metric_recorder_latency(bench.recorder, &sample);
	ck_assert_double_nan(bench.values[SERIES_LATENCY]);
	metric_recorder_remove(bench.recorder, 1);
	metric_recorder_latency(bench.recorder, &sample);
	ck_assert_uint_eq(bench.n_metrics, 2);
	ck_assert_uint_eq(scrape(&bench, "a 1\n").n_samples, 1); // of an unknown agent: only summed up
	ck_assert_int_eq(scrape_as(&bench, "x", 500, NULL).reason, REASON_HTTP_STATUS);
	ck_assert_uint_eq(bench.n_metrics, 2);
	end(&bench);
}
END_TEST

START_TEST(watched_agents_send_their_whole_scrape)
{
	struct bench bench;

	begin(&bench, NULL);
	ck_assert_int_eq(metric_recorder_watch(bench.recorder, 9, true), -ENOENT);
	scrape(&bench, "a 1\nb 2\n");
	ck_assert_int_eq(metric_recorder_watch(bench.recorder, 1, true), 0);
	scrape(&bench, "a 1\nb 2\n");
	ck_assert_uint_eq(bench.n_scrapes, 1);
	ck_assert_uint_eq(bench.n_rows, 2);
	metric_recorder_watch(bench.recorder, 1, false);
	metric_recorder_watch(bench.recorder, 1, false);
	scrape(&bench, "a 1\n");
	ck_assert_uint_eq(bench.n_scrapes, 1);
	end(&bench);
}
END_TEST

START_TEST(a_pinned_series_is_kept_until_it_is_unpinned)
{
	struct bench bench;
	static const char total[] = "jobs_total{queue=\"a\"}";

	begin(&bench, NULL);
	ck_assert_int_eq(metric_recorder_pin(bench.recorder, 1, "depth", 0), 0);
	ck_assert_int_eq(metric_recorder_pin(bench.recorder, 0, total, 0), 0);
	ck_assert_int_eq(metric_recorder_pin(bench.recorder, 0, total, 0), 0);
	scrape(&bench, "depth 5\njobs_total{queue=\"a\"} 10\njobs_total{queue=\"b\"} 10\n");
	scrape(&bench, "depth 6\njobs_total{queue=\"a\"} 30\njobs_total{queue=\"b\"} 99\n");
	ck_assert_double_eq(value(&bench, "depth"), 6);
	ck_assert_double_eq(value(&bench, total), 2);
	ck_assert_int_eq(metric_recorder_unpin(bench.recorder, "depth", 0), 0);
	ck_assert_int_eq(metric_recorder_unpin(bench.recorder, "depth", 0), -ENOENT);
	ck_assert_int_eq(metric_recorder_unpin(bench.recorder, "never", 0), -ENOENT);
	ck_assert(!bench.is_defined[panels_find(bench.panels, "depth")]);
	scrape(&bench, "depth 7\n");
	ck_assert(!has(&bench, "depth"));
	ck_assert_int_eq(metric_recorder_pin(bench.recorder, 1, "depth", 0), 0);
	scrape(&bench, "depth 8\n");
	ck_assert_double_eq(value(&bench, "depth"), 8);
	ck_assert_int_eq(metric_recorder_pin(bench.recorder, 9, "depth", 0), -ENOENT);
	ck_assert_int_eq(metric_recorder_pin(bench.recorder, 1, "a + b", 0), -EINVAL);
	ck_assert_int_eq(metric_recorder_pin(bench.recorder, 1, "a) + sum(b", 0), -EINVAL);
	ck_assert_int_eq(metric_recorder_pin(bench.recorder, 1, "max(a)", 0), -EINVAL);
	end(&bench);
}
END_TEST

START_TEST(a_pin_is_told_before_its_first_value_and_can_be_taken_back)
{
	struct bench bench;

	begin(&bench, NULL);
	ck_assert_int_eq(metric_recorder_pin(bench.recorder, 1, "depth", 0), 0);
	ck_assert(bench.is_defined[panels_find(bench.panels, "depth")]);
	ck_assert_int_eq(metric_recorder_unpin(bench.recorder, "depth", 0), 0);
	ck_assert(!bench.is_defined[panels_find(bench.panels, "depth")]);
	scrape(&bench, "depth 5\n");
	ck_assert(!has(&bench, "depth"));
	end(&bench);
}
END_TEST

static const double no = NAN;

START_TEST(configuration_adds_replaces_and_selects)
{
	struct panel_config panel_configs[] = {
		{ .id = "depth", .title = "Queue depth", .expr = "depth", .warn = 5, .critical = 9 },
		{ .id = "goroutines", .expr = "go_goroutines * 2", .warn = no, .critical = no },
		{ .id = "other", .expr = "go_goroutines", .selector = "name=other", .warn = no, .critical = no },
		{ .id = "latency", .title = "Answer time", .warn = 100, .critical = 200 },
	};
	struct rule_config rules[] = {
		{ .name = "deep", .series = "depth" },
		{ .name = "busy", .expr = "go_goroutines + 1" },
		{ .name = "none", .series = "nothing" },
	};
	struct config config = { .panels = panel_configs, .n_panels = 4, .rules = rules, .n_rules = 3 };
	struct bench bench;

	begin(&bench, &config);
	ck_assert_int_eq(panels_find(bench.panels, "depth"), 1); // after latency, before ours
	ck_assert_str_eq(panels_def(bench.panels, 1)->title, "Queue depth");
	ck_assert_str_eq(panels_def(bench.panels, 0)->title, "Answer time");
	ck_assert_double_eq(panels_def(bench.panels, 0)->critical, 200);
	ck_assert_int_eq(panels_rule_series(bench.panels, &rules[0]), 1);
	ck_assert_int_eq(panels_rule_series(bench.panels, &rules[1]), panels_find(bench.panels, "rule:busy"));
	ck_assert_int_eq(panels_rule_series(bench.panels, &rules[2]), -ENOENT);
	scrape(&bench, "go_goroutines 5\n");
	ck_assert_double_eq(value(&bench, "goroutines"), 10);
	ck_assert_double_eq(value(&bench, "rule:busy"), 6);
	ck_assert(!has(&bench, "other"));
	ck_assert(!has(&bench, "depth"));
	mem_free((char *)bench.agent->name);
	bench.agent->name = mem_strdup("other");
	metric_recorder_add(bench.recorder, bench.agent);
	scrape(&bench, "go_goroutines 5\ndepth 2\n");
	ck_assert(has(&bench, "other"));
	ck_assert_double_eq(value(&bench, "depth"), 2);
	end(&bench);
}
END_TEST

START_TEST(mistakes_in_the_configuration_are_said)
{
	struct panel_config panel = { .id = "p", .expr = "1 +" };
	struct config config = { .panels = &panel, .n_panels = 1 };
	struct panels *panels;
	char why[200] = "";

	ck_assert_int_eq(panels_create(&config, &panels, why, sizeof why), -EINVAL);
	ck_assert_ptr_nonnull(strstr(why, "p: column 4"));
	panel.expr = "a";
	panel.selector = "=";
	ck_assert_int_eq(panels_create(&config, &panels, why, sizeof why), -EINVAL);
	ck_assert_ptr_nonnull(strstr(why, "selector"));
}
END_TEST

START_TEST(there_is_room_for_256_series)
{
	struct bench bench;
	char name[20];
	int n = 0;

	begin(&bench, NULL);
	do
		snprintf(name, sizeof name, "m%d", n++);
	while (metric_recorder_pin(bench.recorder, 1, name, 0) == 0);
	ck_assert_int_eq(metric_recorder_pin(bench.recorder, 1, "more", 0), -ENOSPC);
	ck_assert_uint_eq(panels_n(bench.panels), SERIES_MAX);
	ck_assert_ptr_null(panels_def(bench.panels, SERIES_MAX));
	end(&bench);
	panels_destroy(NULL);
	metric_recorder_destroy(NULL);
}
END_TEST

START_TEST(what_was_passed_over_is_read_once_somebody_wants_it)
{
	static const char body[] = "http_requests_total 1\nmine{a=\"b\"} 5\nother 1\n";
	struct bench bench;

	begin(&bench, NULL);
	for (int i = 0; i < 3; i++)
		ck_assert_uint_eq(scrape(&bench, body).n_samples, 3);
	ck_assert_int_eq(metric_recorder_pin(bench.recorder, 1, "mine", 0), 0);
	ck_assert_uint_eq(scrape(&bench, body).n_samples, 3);
	ck_assert_double_eq(value(&bench, "mine"), 5);
	end(&bench);
}
END_TEST

// As many of other values as there are scrapes before all has been seen: its name, its series, its events.
START_TEST(a_known_exporter_is_scraped_again_without_memory)
{
	struct bench bench;
	char *node = read_corpus("node_exporter"), *load = strstr(node, "\nnode_load1 ") + strlen("\nnode_load1 ");
	unsigned long before = 0;

	begin(&bench, NULL);
	for (int i = 0; i < 100; i++) {
		load[0] = (char)('1' + i % 9);
		if (i == 2)
			before = mem_n_allocated();
		ck_assert_int_eq(scrape(&bench, node).reason, REASON_NONE);
		ck_assert_double_eq(floor(value(&bench, "load")), 1 + i % 9);
	}
	ck_assert_uint_eq(mem_n_allocated(), before);
	end(&bench);
	mem_free(node);
}
END_TEST

// Somebody may still look at the readings of the scrapes before: those are theirs.
START_TEST(readings_that_somebody_keeps_do_not_change)
{
	struct event *kept[200] = { 0 };
	struct bench bench;
	char body[40];

	begin(&bench, NULL);
	bench.kept = kept;
	for (int i = 0; i < 200; i++) {
		snprintf(body, sizeof body, "probe_success %d\n", i);
		scrape(&bench, body);
	}
	ck_assert_uint_eq(bench.n_metrics, 200);
	for (size_t i = 0; i < 200; i++) {
		ck_assert_uint_eq(kept[i]->refs, i < 128 ? 2 : 1); // ours, and the pool's
		ck_assert_double_eq(kept[i]->u.metrics.items[0].value, (double)i);
		event_unref(kept[i]);
	}
	end(&bench);
}
END_TEST

START_TEST(a_later_process_is_told_once)
{
	static const struct {
		const char *body;
		size_t n_notices;
	} rows[] = {
		{ "up 1\n", 0 },
		{ "process_start_time_seconds 1700000000.25\n", 0 },    // first sight
		{ "process_start_time_seconds 1700000001.25\n", 0 },    // an exporter that counts back from its age
		{ "process_start_time_seconds 1700000600.5\n", 1 },     // another one
		{ "process_start_time_seconds 1.7000006005e+09\n", 1 }, // the same
		{ "process_start_time_seconds 1700000000\n", 1 },       // an older one that shares its address
		{ "process_start_time_seconds 1700000600.5\n", 1 },
		{ "process_start_time_seconds{job=\"a\"} 1700009000\n", 1 }, // somebody else's
		{ "process_start_time_seconds NaN\n", 1 },
		{ "process_start_time_seconds +Inf\n", 1 },
		{ "process_start_time_seconds -5\n", 1 },
		{ "up 1\n", 1 },
		{ NULL, 1 },
		{ "process_start_time_seconds 1700000700\n", 2 }, // while nobody looked
	};
	struct bench bench;

	begin(&bench, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		scrape(&bench, rows[i].body);
		ck_assert_msg(bench.n_notices == rows[i].n_notices, "row %zu: %s", i, bench.notice);
		if (i == 3)
			ck_assert_str_eq(bench.notice,
					 "web-1 was restarted: its process began 2023-11-14T22:23:20.500Z, "
					 "the one before 2023-11-14T22:13:21.250Z");
	}
	end(&bench);
}
END_TEST

START_TEST(want_of_memory_is_survived_everywhere)
{
	struct bench bench;
	struct panels *panels = NULL;
	char why[200];
	int result = -ENOMEM;
	struct agent other = { .id = 2, .refs = 1 };

	for (long n = 0; result < 0; n++) {
		mem_fail_after(n);
		result = panels_create(NULL, &panels, why, sizeof why);
		mem_fail_after(-1);
		ck_assert(result == 0 || result == -ENOMEM);
	}
	panels_destroy(panels);
	begin(&bench, NULL);
	for (long n = 0; n < 60; n++) {
		struct sample sample = health_sample(&bench, REASON_NONE);

		mem_fail_after(n);
		metric_recorder_watch(bench.recorder, 1, true);
		scrape(&bench, "http_requests_total 1\nhttp_request_duration_seconds_bucket{le=\"1\"} 1\n");
		metric_recorder_latency(bench.recorder, &sample);
		metric_recorder_pin(bench.recorder, 1, n % 2 ? "a" : "b_total", 0);
		metric_recorder_add(bench.recorder, &other);
		metric_recorder_remove(bench.recorder, 2);
		mem_fail_after(-1);
	}
	scrape(&bench, "http_requests_total 1\n");
	ck_assert(has(&bench, "http_rate"));
	end(&bench);
}
END_TEST

SUITE("metric_recorder", exporters_are_recognised_and_get_their_panels,
      values_of_captured_exporters_are_what_a_person_computes, cpu_is_what_is_neither_idle_nor_waiting,
      http_services_show_rate_errors_and_latency, without_server_errors_their_share_is_zero_and_not_a_gap,
      a_failed_scrape_makes_every_series_a_gap, nothing_is_compared_with_half_a_scrape,
      bad_lines_cost_themselves_and_are_counted, what_is_exposed_later_is_found_and_what_goes_has_a_gap,
      latency_is_the_first_series_and_a_failure_is_a_gap, watched_agents_send_their_whole_scrape,
      a_pinned_series_is_kept_until_it_is_unpinned, a_pin_is_told_before_its_first_value_and_can_be_taken_back,
      configuration_adds_replaces_and_selects, mistakes_in_the_configuration_are_said, there_is_room_for_256_series,
      what_was_passed_over_is_read_once_somebody_wants_it, a_known_exporter_is_scraped_again_without_memory,
      readings_that_somebody_keeps_do_not_change, a_later_process_is_told_once, want_of_memory_is_survived_everywhere)
