// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/watching.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "feeds/direct.h"

static void fold_cb(void *ctx, const struct event *event)
{
	struct watching *watching = ctx;

	if (fleet_apply(watching->fleet, event) < 0)
		fprintf(stderr, "the fleet is out of memory\n");
}

static char *url_of(const struct pace_options *options, size_t i, const char *path)
{
	struct pace_options asked = *options;
	char url[PACE_URL_MAX];

	asked.path = path;
	pace_url(&asked, i, url);
	return mem_strdup(url);
}

static struct agent *make_agent(const struct pace_options *options, size_t i, unsigned what)
{
	struct agent *agent = mem_calloc(1, sizeof *agent);
	char name[32];

	snprintf(name, sizeof name, "agent-%zu", i);
	agent->refs = 1;
	agent->key = url_of(options, i, options->path);
	agent->url = url_of(options, i, "");
	agent->name = mem_strdup(name);
	agent->source = mem_strdup("bench");
	if (what & WATCH_HEALTH)
		agent->health_url = url_of(options, i, "health");
	if (what & WATCH_METRICS)
		agent->metrics_url = url_of(options, i, "metrics");
	return agent;
}

void watching_start(struct watching *watching, const struct pace_options *options, unsigned what, broadcaster_cb cb,
		    void *ctx)
{
	struct direct_options direct = { .config = &watching->config };
	struct agent **agents = calloc(options->n, sizeof(struct agent *));
	char why[256];

	signal(SIGPIPE, SIG_IGN);
	uv_loop_init(&watching->loop);
	config_defaults(&watching->config);
	watching->config.panels = watching->panels;
	watching->config.n_panels = watching->n_panels;
	watching->config.probe.interval_ms = options->interval_ms;
	if (broadcaster_create(BROADCASTER_BUFFER_DEFAULT, &watching->broadcaster) < 0 ||
	    fleet_create(NULL, &watching->fleet) < 0 ||
	    broadcaster_subscribe(watching->broadcaster, ~0u, fold_cb, watching) < 0 ||
	    broadcaster_subscribe(watching->broadcaster, ~0u, cb, ctx) < 0)
		exit(1);
	direct.broadcaster = watching->broadcaster;
	if (direct_feed_create(&watching->loop, &direct, &watching->feed, why, sizeof why) < 0) {
		fprintf(stderr, "no feed: %s\n", why);
		exit(1);
	}
	for (size_t i = 0; i < options->n; i++)
		agents[i] = make_agent(options, i, what);
	direct_feed_publish(watching->feed, "bench", agents, options->n);
	for (size_t i = 0; i < options->n; i++)
		agent_unref(agents[i]);
	free(agents);
}
