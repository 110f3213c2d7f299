// SPDX-License-Identifier: Apache-2.0
/* What a fleet weighs: fleet_memory PORT TARGETS EXPOSITION
 *
 * Every target's health and metrics are polled until all have answered, so that the connections, the states and the
 * endpoints are there. Then 720 scrapes' worth of readings of 12 series an agent go through the broadcaster to the
 * fleet, as 5 s apart: the values that the recorder makes of the exposition as its values move. Prints `rss_bytes`.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "feeds/direct.h"
#include "services/metric_recorder.h"
#include "services/panels.h"
#include "tests/bench/moving.h"
#include "tests/bench/pace.h"
#include "tests/bench/watching.h"

enum { SCRAPES = 720, SERIES = 12, APART_MS = 5000, LOOK_MS = 20, POLL_INTERVAL_MS = 600000, AT_ONCE = 50 };

// With the six that a node_exporter has by itself there are twelve.
static struct panel_config more_panels[] = {
	{ .id = "switches", .title = "Context switches", .expr = "rate(node_context_switches_total)" },
	{ .id = "interrupts", .title = "Interrupts", .expr = "rate(node_intr_total)" },
	{ .id = "running", .title = "Running", .expr = "node_procs_running" },
	{ .id = "sockets", .title = "TCP sockets", .expr = "node_sockstat_TCP_inuse" },
	{ .id = "reads", .title = "Disk reads", .expr = "rate(node_disk_read_bytes_total)" },
	{ .id = "cached", .title = "Cached", .expr = "node_memory_Cached_bytes" },
};

struct readings {
	struct metric_reading of[SCRAPES][SERIES];
	size_t n_scrapes;
	size_t n_series;
};

struct weighed {
	struct pace_options options;
	struct watching watching;
	struct readings readings;
	const char *exposition;
	uv_timer_t look;
};

static void keep_readings(void *ctx, struct event *event)
{
	struct readings *readings = ctx;

	if (event->type == EVENT_METRICS && readings->n_scrapes < SCRAPES) {
		size_t n = event->u.metrics.n < SERIES ? event->u.metrics.n : SERIES;

		memcpy(readings->of[readings->n_scrapes++], event->u.metrics.items,
		       n * sizeof event->u.metrics.items[0]);
		readings->n_series = n;
	}
	event_unref(event);
}

// What the recorder says of one agent whose exposition moves.
static void record(struct readings *readings, const struct config *config, const char *path)
{
	struct event_sink sink = { .emit = keep_readings, .ctx = readings };
	struct moving *moving = moving_create(path);
	struct agent *agent = mem_calloc(1, sizeof *agent);
	struct metric_recorder *recorder;
	struct metric_summary summary;
	struct panels *panels;
	char why[256];

	if (!moving || panels_create(config, &panels, why, sizeof why) < 0 ||
	    metric_recorder_create(panels, &sink, &recorder) < 0)
		exit(1);
	agent->id = agent->refs = 1;
	agent->name = mem_strdup("one");
	agent->url = mem_strdup("http://127.0.0.1/");
	metric_recorder_add(recorder, agent);
	for (uint64_t step = 0; step < SCRAPES; step++) {
		struct sample sample = { .agent = agent, .kind = PROBE_METRICS, .http_status = 200 };

		sample.at = instant_add((struct instant){ 0 }, (int64_t)step * APART_MS);
		sample.content_type = "text/plain; version=0.0.4";
		sample.body = moving_render(moving, step, &sample.body_len);
		metric_recorder_scrape(recorder, &sample, &summary);
	}
	metric_recorder_destroy(recorder);
	panels_destroy(panels);
	agent_unref(agent);
	moving_destroy(moving);
}

static void publish(struct weighed *weighed, uint32_t agent, size_t scrape, int64_t at_ms)
{
	const struct readings *readings = &weighed->readings;
	struct event *event = event_new(EVENT_METRICS, at_ms, agent);

	event->u.metrics.items = mem_calloc(readings->n_series, sizeof *event->u.metrics.items);
	event->u.metrics.n = readings->n_series;
	memcpy(event->u.metrics.items, readings->of[scrape], readings->n_series * sizeof *event->u.metrics.items);
	broadcaster_publish(weighed->watching.broadcaster, event);
}

// Scrape by scrape, as a fleet's come; some agents at a time, so that it does not take minutes.
static void publish_scrapes(struct weighed *weighed, size_t from, size_t to)
{
	int64_t begin_ms = clock_now().wall_ms;

	for (size_t scrape = 0; scrape < SCRAPES; scrape++)
		for (size_t i = from; i < to; i++)
			publish(weighed, (uint32_t)i + 1, scrape, begin_ms + (int64_t)(scrape + 1) * APART_MS);
}

static void print_weight(void)
{
	unsigned long long n_resident = 0;
	FILE *file = fopen("/proc/self/statm", "re");

	if (!file || fscanf(file, "%*u %llu", &n_resident) != 1)
		exit(1);
	(void)fclose(file);
	printf("rss_bytes %llu\n", n_resident * (unsigned long long)sysconf(_SC_PAGESIZE));
}

static void look_cb(uv_timer_t *look)
{
	struct weighed *weighed = look->data;

	if (!direct_feed_is_settled(weighed->watching.feed))
		return;
	record(&weighed->readings, &weighed->watching.config, weighed->exposition);
	if (weighed->readings.n_series != SERIES || weighed->readings.n_scrapes != SCRAPES) {
		fprintf(stderr, "%zu series of %zu scrapes\n", weighed->readings.n_series, weighed->readings.n_scrapes);
		exit(1);
	}
	for (size_t i = 0; i < weighed->options.n; i += AT_ONCE)
		publish_scrapes(weighed, i, i + AT_ONCE < weighed->options.n ? i + AT_ONCE : weighed->options.n);
	print_weight();
	fflush(stdout);
	_Exit(0);
}

static void ignore_cb(void *ctx, const struct event *event)
{
	(void)ctx;
	(void)event;
}

int main(int argc, char **argv)
{
	static struct weighed weighed;

	if (argc != 4) {
		fprintf(stderr, "usage: %s PORT TARGETS EXPOSITION\n", argv[0]);
		return 2;
	}
	weighed.options.port = (uint16_t)strtoul(argv[1], NULL, 10);
	weighed.options.n = strtoul(argv[2], NULL, 10);
	weighed.options.interval_ms = POLL_INTERVAL_MS;
	weighed.options.path = "";
	weighed.watching.panels = more_panels;
	weighed.watching.n_panels = sizeof more_panels / sizeof more_panels[0];
	weighed.exposition = argv[3];
	watching_start(&weighed.watching, &weighed.options, WATCH_HEALTH | WATCH_METRICS, ignore_cb, NULL);
	uv_timer_init(&weighed.watching.loop, &weighed.look);
	weighed.look.data = &weighed;
	uv_timer_start(&weighed.look, look_cb, LOOK_MS, LOOK_MS);
	return uv_run(&weighed.watching.loop, UV_RUN_DEFAULT);
}
