// SPDX-License-Identifier: Apache-2.0
/* The recorder on metrics bodies, and memchr() over the same bytes: parse_metrics EXPOSITION [GENERATED]
 *
 * Prints `KEY OURS THEIRS` lines: MB/s of a known exporter with moving values scraped again, the allocations of one
 * such scrape, and the CPU seconds that an exporter never seen before takes (GENERATED, a large one).
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "services/metric_recorder.h"
#include "tests/bench/moving.h"

enum {
	VARIANTS = 16,  // bodies in turn, as many scrapes apart
	SCRAPES = 8000, // in one measurement
	WARM_UP = 300,  // scrapes until everything is known
	INTERVAL_MS = 10000,
};

struct body {
	char *text; // owned
	size_t n;
};

struct stage {
	struct panels *panels;
	struct metric_recorder *recorder;
	struct agent agent;
	struct instant now;
	size_t n_readings;
};

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void take(void *ctx, struct event *event)
{
	struct stage *stage = ctx;

	if (event->type == EVENT_METRICS)
		stage->n_readings += event->u.metrics.n;
	event_unref(event);
}

static void fail(const char *what)
{
	fprintf(stderr, "parse_metrics: %s\n", what);
	exit(1);
}

static void stage_init(struct stage *stage)
{
	struct event_sink sink = { .emit = take, .ctx = stage };
	char why[200];

	*stage = (struct stage){ .now = { .mono_ms = 1000, .wall_ms = 1700000000000 } };
	stage->agent = (struct agent){ .refs = 1, .id = 1, .name = "web-1" };
	if (panels_create(NULL, &stage->panels, why, sizeof why) < 0 ||
	    metric_recorder_create(stage->panels, &sink, &stage->recorder) < 0 ||
	    metric_recorder_add(stage->recorder, &stage->agent) < 0)
		fail("no recorder");
}

static void stage_finish(struct stage *stage)
{
	metric_recorder_destroy(stage->recorder);
	panels_destroy(stage->panels);
}

static struct metric_summary scrape(struct stage *stage, const struct body *body)
{
	struct sample sample = { .agent = &stage->agent,
				 .kind = PROBE_METRICS,
				 .http_status = 200,
				 .body = body->text,
				 .body_len = body->n };
	struct metric_summary summary;

	stage->now = instant_add(stage->now, INTERVAL_MS);
	sample.at = stage->now;
	metric_recorder_scrape(stage->recorder, &sample, &summary);
	if (summary.reason != REASON_NONE || summary.n_bad_lines)
		fail("the exposition cannot be read");
	return summary;
}

static void read_bodies(const char *path, struct body bodies[VARIANTS])
{
	struct moving *moving = moving_create(path);

	if (!moving)
		exit(1);
	for (uint64_t i = 0; i < VARIANTS; i++) {
		const char *text = moving_render(moving, i, &bodies[i].n);

		bodies[i].text = mem_strndup(text, bodies[i].n);
		if (!bodies[i].text)
			fail("no memory");
	}
	moving_destroy(moving);
}

static size_t count_lines(const struct body *body)
{
	const char *end = body->text + body->n;
	size_t n = 0;

	for (const char *p = body->text; p < end && (p = memchr(p, '\n', (size_t)(end - p))); p++)
		n++;
	return n;
}

static void measure_again(const struct body bodies[VARIANTS])
{
	struct stage stage;
	double start, ours, theirs, bytes = 0;
	unsigned long allocated;
	size_t n_lines = 0;

	stage_init(&stage);
	for (int i = 0; i < WARM_UP; i++)
		scrape(&stage, &bodies[i % VARIANTS]);
	allocated = mem_n_allocated();
	start = cpu_seconds();
	for (int i = 0; i < SCRAPES; i++)
		scrape(&stage, &bodies[i % VARIANTS]);
	ours = cpu_seconds() - start;
	allocated = mem_n_allocated() - allocated;
	start = cpu_seconds();
	for (int i = 0; i < SCRAPES; i++) {
		n_lines += count_lines(&bodies[i % VARIANTS]);
		bytes += (double)bodies[i % VARIANTS].n;
	}
	theirs = cpu_seconds() - start;
	if (!n_lines || !stage.n_readings)
		fail("nothing was read");
	printf("parse.again %f %f\n", bytes / ours / 1e6, bytes / theirs / 1e6);
	printf("parse.allocations %f -\n", (double)allocated / SCRAPES);
	stage_finish(&stage);
}

static void measure_first(const char *path)
{
	struct moving *moving = moving_create(path);
	struct stage stage;
	struct body body;
	double start;

	if (!moving)
		exit(1);
	body.text = (char *)(uintptr_t)moving_render(moving, 0, &body.n);
	stage_init(&stage);
	start = cpu_seconds();
	scrape(&stage, &body);
	printf("parse.first %f -\n", cpu_seconds() - start);
	stage_finish(&stage);
	moving_destroy(moving);
}

int main(int argc, char **argv)
{
	struct body bodies[VARIANTS];

	if (argc < 2) {
		fprintf(stderr, "usage: parse_metrics EXPOSITION [GENERATED]\n");
		return 2;
	}
	read_bodies(argv[1], bodies);
	measure_again(bodies);
	for (int i = 0; i < VARIANTS; i++)
		mem_free(bodies[i].text);
	if (argc > 2)
		measure_first(argv[2]);
	return 0;
}
