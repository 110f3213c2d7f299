// SPDX-License-Identifier: Apache-2.0
#include "feeds/direct.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "drivers/table.h"
#include "feeds/direct_internal.h"
#include "services/provisioning_engine.h"

struct watched *direct_watched(struct direct_feed *feed, uint32_t id)
{
	struct watched *watched;

	HASH_FIND(hh, feed->watched, &id, sizeof id, watched);
	return watched;
}

static void feed_free(struct direct_feed *feed)
{
	direct_agents_finish(feed);
	direct_index_drop(feed);
	alerts_destroy(feed->alerts);
	metric_recorder_destroy(feed->recorder);
	panels_destroy(feed->panels);
	health_checker_destroy(feed->health);
	direct_trail_finish(feed);
	direct_standing_finish(feed);
	mem_free(feed->state_dir);
	mem_free(feed);
}

static void part_closed(struct direct_feed *feed)
{
	void (*closed_cb)(void *ctx) = feed->closed_cb;
	void *ctx = feed->closed_ctx;

	if (--feed->n_open)
		return;
	feed_free(feed);
	if (closed_cb)
		closed_cb(ctx);
}

static void on_client_closed(void *ctx)
{
	part_closed(ctx);
}

// The client may go only after those who use it.
void direct_part_closed(struct direct_feed *feed)
{
	if (feed->n_open == 2 && feed->client) {
		struct http_client *client = feed->client;

		feed->client = NULL;
		http_client_close(client, on_client_closed, feed);
	}
	part_closed(feed);
}

static void on_user_closed(void *ctx)
{
	direct_part_closed(ctx);
}

static void on_handle_closed(uv_handle_t *handle)
{
	direct_part_closed(handle->data);
}

static void stop(struct feed *base)
{
	struct direct_feed *feed = (struct direct_feed *)base;

	if (feed->is_stopping)
		return;
	feed->is_stopping = true;
	direct_operations_stop(feed);
	feed->audit = NULL;
	if (feed->memory_is_dirty)
		direct_memory_save(feed, clock_now());
	direct_standing_stop(feed);
	broadcaster_unsubscribe(feed->broadcaster, feed->subscription);
	// Two timers and this call's own hold; then each part that is there.
	feed->n_open = 3u + feed->standing.is_saving + (feed->client != NULL) + (feed->prober != NULL) +
		       (feed->contact != NULL) + (feed->discovery != NULL) + (feed->drivers != NULL) +
		       feed->has_journal_wake;
	direct_trail_stop(feed);
	uv_close((uv_handle_t *)&feed->deadline_timer, on_handle_closed);
	uv_close((uv_handle_t *)&feed->state_timer, on_handle_closed);
	if (feed->has_journal_wake)
		uv_close((uv_handle_t *)&feed->journal_wake, on_handle_closed);
	driver_table_close(feed->drivers, on_user_closed, feed);
	if (feed->discovery)
		discovery_close(feed->discovery, on_user_closed, feed);
	if (feed->contact)
		contact_close(feed->contact, on_user_closed, feed);
	if (feed->prober)
		prober_close(feed->prober, on_user_closed, feed);
	direct_part_closed(feed);
}

static const struct feed_class direct_class = {
	.name = "direct",
	.request = direct_request,
	.stop = stop,
};

// Says which part it was, unless more was said already.
static int name_failure(int r, const char *part, char *why, size_t why_size)
{
	if (r < 0 && !why[0])
		snprintf(why, why_size, "cannot start %s: %s", part, strerror(-r));
	return r;
}

static int create_rules(struct direct_feed *feed, char *why, size_t why_size)
{
	const struct config *config = feed->config;
	struct rule *rules = mem_calloc(config->n_rules, sizeof *rules);
	size_t n = 0;
	int r = rules ? 0 : -ENOMEM;

	for (; r == 0 && n < config->n_rules; n++) {
		int series = panels_rule_series(feed->panels, &config->rules[n]);

		r = series < 0 ? -EINVAL : rule_init(&rules[n], &config->rules[n], (uint16_t)series);
		if (series < 0)
			snprintf(why, why_size, "rule %s: there is no series %s", config->rules[n].name,
				 config->rules[n].series);
		else if (r == -EINVAL)
			snprintf(why, why_size, "rule %s: its selector is none", config->rules[n].name);
		if (r < 0)
			break;
	}
	if (r == 0)
		r = alerts_create(rules, n, &feed->sink, &feed->alerts);
	for (size_t i = 0; r < 0 && i < n; i++)
		rule_finish(&rules[i]);
	mem_free(rules);
	return r;
}

static int create_services(struct direct_feed *feed, char *why, size_t why_size)
{
	const struct probe_options *probe = &feed->config->probe;
	const struct health_options health = {
		.interval_ms = probe->interval_ms,
		.timeout_ms = probe->timeout_ms,
		.fall = feed->is_once ? 1 : probe->fall,
		.rise = feed->is_once ? 1 : probe->rise,
	};
	int r = health_checker_create(&health, &feed->sink, &feed->health);

	if (r == 0)
		r = panels_create(feed->config, &feed->panels, why, why_size);
	if (r == 0)
		r = metric_recorder_create(feed->panels, &feed->sink, &feed->recorder);
	return r ? r : create_rules(feed, why, why_size);
}

static int create_poll(struct direct_feed *feed)
{
	const struct probe_options *probe = &feed->config->probe;
	const struct http_options http = {
		.limits = { .max_body_bytes = probe->max_body_bytes,
			    .max_wire_bytes = probe->max_wire_bytes,
			    .max_header_bytes = probe->max_header_bytes,
			    .max_headers = probe->max_headers },
		.connect_timeout_ms = probe->connect_timeout_ms,
		.timeout_ms = probe->timeout_ms,
		.proxy = probe->proxy,
		.ca_file = probe->ca_file,
	};
	const struct contact_options contact = {
		.timeout_ms = probe->timeout_ms < 2000 ? probe->timeout_ms : 2000,
		.interval_ms = probe->interval_ms,
	};
	int r = http_client_create(feed->loop, &http, &feed->client);

	if (r == 0)
		r = prober_create(feed->loop, feed->client, probe, direct_on_sample, feed, &feed->prober);
	if (r == 0)
		r = contact_create(feed->loop, feed->client, &contact, direct_on_contact, feed, &feed->contact);
	return r;
}

int direct_feed_create(uv_loop_t *loop, const struct direct_options *options, struct feed **out, char *why,
		       size_t why_size)
{
	struct direct_feed *feed = mem_calloc(1, sizeof *feed);
	int r;

	*out = NULL;
	why[0] = '\0';
	if (!feed)
		return -ENOMEM;
	*feed = (struct direct_feed){
		.feed.class = &direct_class,
		.loop = loop,
		.config = options->config,
		.broadcaster = options->broadcaster,
		.sink = broadcaster_sink(options->broadcaster),
		.selector = options->selector,
		.shard = options->shard,
		.audit = options->audit,
		.is_once = options->is_once,
	};
	r = direct_trail_init(feed, options);
	if (r == 0)
		r = name_failure(create_services(feed, why, why_size), "the services", why, why_size);
	if (r < 0) { // nothing of it is on the loop yet
		feed_free(feed);
		return r;
	}
	r = name_failure(direct_state_start(feed), "the feed's timers", why, why_size);
	if (r == 0)
		r = name_failure(create_poll(feed), "the HTTP client", why, why_size);
	if (r == 0)
		r = name_failure(direct_operations_start(feed, options), "operations", why, why_size);
	if (r == 0)
		r = name_failure(direct_agents_start(feed, options), "discovery", why, why_size);
	if (r < 0) {
		stop(&feed->feed);
		return r;
	}
	feed->closed_cb = options->closed_cb;
	feed->closed_ctx = options->closed_ctx;
	*out = &feed->feed;
	return 0;
}

bool direct_feed_is_recovering(const struct feed *base)
{
	const struct direct_feed *feed = (const struct direct_feed *)base;

	return feed->engine && provisioning_engine_is_recovering(feed->engine);
}

bool direct_feed_is_settled(const struct feed *base)
{
	const struct direct_feed *feed = (const struct direct_feed *)base;
	const struct direct_counts *counts = &feed->counts;

	if (feed->discovery && discovery_n_pending(feed->discovery))
		return false;
	return counts->n_settled == counts->n_agents;
}
