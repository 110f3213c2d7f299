// SPDX-License-Identifier: Apache-2.0
/* Operations: the provisioning engine, its drivers and its journal, and what it asks of the world. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/memory.h"
#include "drivers/table.h"
#include "feeds/direct_internal.h"
#include "operations/journal.h"
#include "operations/journal_watch.h"
#include "services/provisioning_engine.h"

enum { OPERATIONS_DIR_MAX = 1024 };

// ---- the world, as the engine sees it

static struct instant world_now(void *ctx)
{
	(void)ctx;
	return clock_now();
}

// Only to tell names apart that were made within one second: the clock does where there is no randomness.
static uint32_t world_random(void *ctx)
{
	uint32_t random;

	(void)ctx;
	if (getrandom(&random, sizeof random, GRND_NONBLOCK) != sizeof random)
		random = (uint32_t)clock_now().mono_ms;
	return random;
}

static const struct agent *world_agent(void *ctx, uint32_t id)
{
	const struct watched *watched = direct_watched(ctx, id);

	return watched ? watched->agent : NULL;
}

static const struct agent *world_agent_by_key(void *ctx, const char *key)
{
	const struct agent *known = registry_agent_by_key(((struct direct_feed *)ctx)->registry, key);

	return known ? world_agent(ctx, known->id) : NULL;
}

static struct driver *world_driver(void *ctx, const struct agent *agent)
{
	return driver_table_of(((struct direct_feed *)ctx)->drivers, agent);
}

static const struct health *world_health(void *ctx, uint32_t id)
{
	return health_checker_health(((struct direct_feed *)ctx)->health, id);
}

static void world_vitals(void *ctx, uint32_t id, uint32_t after, struct engine_vitals *out)
{
	direct_vitals_get(direct_watched(ctx, id), after, out);
}

static size_t world_dependents(void *ctx, uint32_t id, const char **names, size_t n)
{
	const struct agent *agent = world_agent(ctx, id);

	return agent ? direct_dependents(ctx, agent, names, n) : 0;
}

static bool world_is_last_healthy(void *ctx, uint32_t id)
{
	const struct agent *agent = world_agent(ctx, id);

	return agent && direct_is_last_healthy(ctx, agent);
}

static void world_probe(void *ctx, uint32_t id)
{
	prober_probe_now(((struct direct_feed *)ctx)->prober, id); // -ENOENT: it is not probed, and known not to be
}

static void world_overlay(void *ctx, uint32_t id, bool is_operated)
{
	health_checker_overlay(((struct direct_feed *)ctx)->health, id, OVERLAY_OPERATION, is_operated, 0, clock_now());
}

static void world_rearm(void *ctx)
{
	direct_rearm(ctx);
}

// ---- what happens to targets otherwise

static void on_happened(void *ctx, const struct driver_news *news)
{
	struct direct_feed *feed = ctx;

	if (feed->engine)
		provisioning_engine_happened(feed->engine, news, clock_now());
}

static void on_said(void *ctx, bool is_trouble, const char *title, const char *text)
{
	struct direct_feed *feed = ctx;

	if (!feed->is_stopping)
		direct_notice(feed, is_trouble ? SEVERITY_WARNING : SEVERITY_INFO,
			      is_trouble ? ACTION_ERROR : ACTION_INFO, title, text, false);
}

// ---- the journal's thread

static void wake(void *ctx)
{
	uv_async_send(&((struct direct_feed *)ctx)->journal_wake);
}

static void on_wake(uv_async_t *handle)
{
	struct direct_feed *feed = handle->data;

	if (feed->journal)
		journal_dispatch(feed->journal);
	if (feed->watch)
		journal_watch_dispatch(feed->watch);
}

static int start_watch(struct direct_feed *feed, const char *state_dir)
{
	char dir[OPERATIONS_DIR_MAX];
	const struct journal_watch_options options = { .dir = dir, .wake = wake, .ctx = feed };
	int n = snprintf(dir, sizeof dir, "%s/operations", state_dir);

	return n < (int)sizeof dir ? journal_watch_create(&options, &feed->watch) : -ENAMETOOLONG;
}

static int start_journal(struct direct_feed *feed)
{
	const struct journal_writer_options options = { .wake = wake, .ctx = feed };
	int r = uv_async_init(feed->loop, &feed->journal_wake, on_wake);

	if (r < 0)
		return r;
	feed->journal_wake.data = feed;
	feed->has_journal_wake = true;
	return journal_writer_create(&options, &feed->journal);
}

// ---- lifetime

static int start_engine(struct direct_feed *feed, const struct direct_options *options)
{
	const struct engine_world world = {
		.now = world_now,
		.random = world_random,
		.agent = world_agent,
		.agent_by_key = world_agent_by_key,
		.driver = world_driver,
		.health = world_health,
		.vitals = world_vitals,
		.dependents = world_dependents,
		.is_last_healthy = world_is_last_healthy,
		.probe = world_probe,
		.overlay = world_overlay,
		.rearm = world_rearm,
		.ctx = feed,
	};
	const struct engine_options engine = {
		.world = &world,
		.sink = &feed->sink,
		.config = &feed->config->operations,
		.journal = feed->journal,
		.watch = feed->watch,
		.audit = feed->audit,
		.state_dir = options->state_dir,
		.holder = options->holder,
		.approvals = feed->config->hub.approvals,
		.n_approvals = options->is_shared ? feed->config->hub.n_approvals : 0,
		.is_demo = options->is_demo,
	};

	return provisioning_engine_create(&engine, &feed->engine);
}

int direct_operations_start(struct direct_feed *feed, const struct direct_options *options)
{
	const struct driver_watcher watcher = { .happened = on_happened, .said = on_said, .ctx = feed };
	const struct driver_options drivers = {
		.loop = feed->loop, .client = feed->client, .config = feed->config, .watcher = &watcher
	};
	int errors = panels_find(feed->panels, "http_errors"), p95 = panels_find(feed->panels, "http_p95"), r;

	feed->errors_series = errors < 0 ? -1 : errors;
	feed->p95_series = p95 < 0 ? -1 : p95;
	if (!options->holder)
		return 0;
	r = driver_table_create(&drivers, &feed->drivers);
	if (r == 0 && options->state_dir && !options->is_demo)
		r = start_journal(feed);
	if (r == 0 && feed->journal)
		r = start_watch(feed, options->state_dir);
	return r ? r : start_engine(feed, options);
}

void direct_operations_agent(struct direct_feed *feed, const struct agent *agent, bool is_gone)
{
	direct_index_drop(feed);
	if (feed->engine)
		provisioning_engine_agent(feed->engine, agent, is_gone, clock_now());
	if (feed->engine)
		driver_table_attend(feed->drivers, agent, is_gone, clock_now());
}

int direct_operations_request(struct direct_feed *feed, const struct request *request)
{
	return feed->engine ? provisioning_engine_request(feed->engine, request, clock_now()) : -ENOTSUP;
}

void direct_operations_stop(struct direct_feed *feed)
{
	provisioning_engine_destroy(feed->engine);
	feed->engine = NULL;
	journal_writer_destroy(feed->journal, JOURNAL_CLOSE_MS); // -ETIMEDOUT: the thread keeps what it has
	feed->journal = NULL;
	journal_watch_destroy(feed->watch, JOURNAL_CLOSE_MS); // the same
	feed->watch = NULL;
}
