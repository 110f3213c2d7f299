// SPDX-License-Identifier: Apache-2.0
#include "feeds/websocket_manager.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agents/shard.h"
#include "base/memory.h"
#include "feeds/websocket_manager_internal.h"
#include "poll/http.h"

static void options_finish(struct websocket_manager_options *options)
{
	mem_free((char *)options->token_file);
	mem_free((char *)options->tls.ca_file);
	mem_free((char *)options->tls.cert_file);
	mem_free((char *)options->tls.key_file);
	mem_free((char *)options->who);
	mem_free((char *)options->host);
	mem_free((char *)options->tty);
}

static bool copy(const char **to, const char *from)
{
	*to = mem_strdup(from);
	return *to || !from;
}

static int options_copy(struct websocket_manager_options *to, const struct websocket_manager_options *from)
{
	bool is_whole;

	*to = *from;
	to->addresses = NULL;
	is_whole = copy(&to->token_file, from->token_file);
	is_whole &= copy(&to->tls.ca_file, from->tls.ca_file);
	is_whole &= copy(&to->tls.cert_file, from->tls.cert_file);
	is_whole &= copy(&to->tls.key_file, from->tls.key_file);
	is_whole &= copy(&to->who, from->who ? from->who : "");
	is_whole &= copy(&to->host, from->host ? from->host : "");
	is_whole &= copy(&to->tty, from->tty ? from->tty : "");
	return is_whole ? 0 : -ENOMEM;
}

static void manager_free(struct websocket_manager *manager)
{
	for (size_t i = 0; i < manager->n_hubs; i++)
		attached_finish(&manager->hubs[i]);
	mem_free(manager->environments);
	hub_ids_destroy(manager->ids);
	options_finish(&manager->options);
	mem_free(manager);
}

static void on_client_closed(void *ctx)
{
	struct websocket_manager *manager = ctx;
	void (*closed_cb)(void *ctx) = manager->options.closed_cb;
	void *closed_ctx = manager->options.ctx;

	manager_free(manager);
	if (closed_cb)
		closed_cb(closed_ctx);
}

// The client may go only after those who use it.
void manager_part_closed(struct websocket_manager *manager)
{
	if (--manager->n_open)
		return;
	if (manager->client)
		http_client_close(manager->client, on_client_closed, manager);
	else
		on_client_closed(manager);
}

static void stop(struct feed *feed)
{
	struct websocket_manager *manager = (struct websocket_manager *)feed;

	if (manager->is_stopping)
		return;
	manager->is_stopping = true;
	manager->n_open++; // this call's own hold
	for (size_t i = 0; i < manager->n_hubs; i++)
		attached_stop(&manager->hubs[i]);
	manager_part_closed(manager);
}

static const struct feed_class websocket_class = { .name = "websocket", .request = manager_request, .stop = stop };

// Hubs of one host are told apart by their ports, sockets of one name by their paths.
static void name_apart(struct websocket_manager *manager, const struct hub_address *addresses, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++) {
			const char *text = addresses[i].text, *place = strstr(text, "://");

			if (k == i || strcmp(addresses[k].name, addresses[i].name) != 0)
				continue;
			place = place ? place + 3 : text + strlen("unix:");
			snprintf(manager->hubs[i].address.name, HUB_NAME_MAX, "%.79s", place);
			break;
		}
}

static int start(struct websocket_manager *manager, const struct websocket_manager_options *options)
{
	const struct http_options http = { .timeout_ms = HUB_STATE_CONNECT_MS,
					   .limits = { .max_wire_bytes = 32 << 20, .max_body_bytes = 64 << 20 } };
	int r = options_copy(&manager->options, options);

	if (r == 0)
		r = hub_ids_create(&manager->ids);
	if (r == 0)
		r = http_client_create(manager->loop, &http, &manager->client);
	for (size_t i = 0; r == 0 && i < options->n_addresses; i++) {
		struct attached *hub = &manager->hubs[manager->n_hubs++];

		hub->manager = manager;
		hub->no = (uint8_t)(i + 1);
		hub->address = options->addresses[i];
		r = attached_start(hub);
	}
	if (r == 0)
		name_apart(manager, options->addresses, options->n_addresses);
	return r;
}

int websocket_manager_create(uv_loop_t *loop, const struct websocket_manager_options *options, struct feed **out,
			     char *why, size_t why_size)
{
	struct websocket_manager *manager;
	int r;

	*out = NULL;
	if (options->n_addresses == 0 || options->n_addresses > HUBS_MAX) {
		snprintf(why, why_size, "expected 1 to %d hubs", HUBS_MAX);
		return -EINVAL;
	}
	manager = mem_calloc(1, sizeof *manager);
	if (!manager)
		return -ENOMEM;
	manager->feed.class = &websocket_class;
	manager->loop = loop;
	manager->broadcaster = options->broadcaster;
	r = start(manager, options);
	if (r < 0) {
		snprintf(why, why_size, "cannot start: %s", strerror(-r));
		manager->options.closed_cb = NULL;
		stop(&manager->feed);
		return r;
	}
	*out = &manager->feed;
	return 0;
}

// Each name once, in the order of the hubs.
static void add_name(char *out, size_t size, const char *name)
{
	size_t len = strlen(out);
	const char *at = strstr(out, name);

	if (!*name || (at && (at == out || at[-1] == ' ')))
		return;
	snprintf(out + len, size - len, "%s%s", len ? " + " : "", name);
}

// Behind the name, what part of the fleet is looked at: " (shard 2/4)", " (shards 1/4, 2/4)"; nothing when it is all.
static void put_shards(const struct websocket_manager *manager, char *out, size_t size)
{
	char all[256] = "";
	struct shard shard = { 0 };
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < manager->n_hubs; i++) {
		const struct attached *hub = &manager->hubs[i];
		char piece[WIRE_NAME_MAX + 2];
		size_t len = strlen(all);

		if (!hub->has_welcome)
			continue;
		if (shard_parse(hub->welcome.shard, &shard) < 0)
			return; // this one watches everybody
		snprintf(piece, sizeof piece, " %s,", hub->welcome.shard);
		if (strstr(all, piece))
			continue;
		snprintf(all + len, sizeof all - len, "%s", piece);
		n++;
	}
	if (n && n != shard.n)
		snprintf(out, size, " (shard%s%.*s)", n == 1 ? "" : "s", (int)strlen(all) - 1, all);
}

// ---- what they say of environments

static size_t add_environments(const struct attached *hub, struct environment_said *to)
{
	for (size_t i = 0; i < hub->welcome.n_environments; i++)
		to[i] = (struct environment_said){ .name = hub->welcome.environments[i].name,
						   .colour = hub->welcome.environments[i].colour,
						   .is_production = hub->welcome.environments[i].is_production,
						   .hub = hub->no };
	return hub->welcome.n_environments;
}

// Without memory nothing is said of any, and the usual names count.
static void gather_environments(struct websocket_manager *manager)
{
	size_t n = 0;

	for (size_t i = 0; i < manager->n_hubs; i++)
		n += manager->hubs[i].welcome.n_environments;
	mem_free(manager->environments);
	manager->n_environments = 0;
	manager->environments = mem_calloc(n + 1, sizeof *manager->environments);
	for (size_t i = 0; manager->environments && i < manager->n_hubs; i++)
		manager->n_environments +=
			add_environments(&manager->hubs[i], manager->environments + manager->n_environments);
}

// That of all, or ROLLOUT_KIND_COUNT.
static enum rollout_kind common_strategy(const struct websocket_manager *manager)
{
	enum rollout_kind common = ROLLOUT_KIND_COUNT, kind;
	bool is_first = true;

	for (size_t i = 0; i < manager->n_hubs; i++) {
		const struct attached *hub = &manager->hubs[i];

		if (!hub->has_welcome)
			continue;
		if (rollout_kind_from_name(hub->welcome.strategy, &kind) < 0 || (!is_first && kind != common))
			return ROLLOUT_KIND_COUNT;
		common = kind;
		is_first = false;
	}
	return common;
}

void manager_greet(struct websocket_manager *manager)
{
	struct hub_greeting greeting = { .fleet = manager->fleet, .hub = manager->name, .is_read_only = true };
	char shards[200];
	size_t len;

	manager->fleet[0] = '\0';
	for (size_t i = 0; i < manager->n_hubs; i++) {
		const struct attached *hub = &manager->hubs[i];

		greeting.names[greeting.n_names++] = hub->address.name;
		if (!hub->has_welcome)
			continue;
		add_name(manager->fleet, sizeof manager->fleet, hub->welcome.fleet);
		greeting.is_known = true;
		greeting.hubs |= 1u << hub->no;
		greeting.is_demo |= hub->welcome.is_demo;
		greeting.is_read_only &= hub->welcome.is_read_only;
	}
	if (manager->n_hubs == 1)
		snprintf(manager->name, sizeof manager->name, "%s", manager->hubs[0].address.name);
	else
		snprintf(manager->name, sizeof manager->name, "%zu hubs", manager->n_hubs);
	put_shards(manager, shards, sizeof shards);
	len = strlen(manager->name);
	snprintf(manager->name + len, sizeof manager->name - len, "%s", shards);
	gather_environments(manager);
	greeting.environments = manager->environments;
	greeting.n_environments = manager->n_environments;
	greeting.strategy = common_strategy(manager);
	if (manager->options.greeted)
		manager->options.greeted(manager->options.ctx, &greeting);
}

void manager_answer(struct websocket_manager *manager, const struct attached_pending *pending, int error)
{
	if (manager->options.answered && !manager->is_stopping)
		manager->options.answered(manager->options.ctx, pending->type, pending->about, error);
}

void manager_refuse(struct websocket_manager *manager, enum request_type type, int error, const char *why)
{
	if (manager->options.refused && !manager->is_stopping)
		manager->options.refused(manager->options.ctx, type, error, why);
}

static void note_worst(const struct attached *hub, struct websocket_manager_summary *out)
{
	struct hub_feed feed;

	hub_state_show(&hub->state, &feed);
	if (out->state != FEED_LIVE || feed.state == FEED_LIVE)
		return;
	out->state = feed.state;
	out->since_ms = feed.since_ms;
}

static bool is_live(const struct attached *hub)
{
	return attached_is_live(hub) || hub->state.is_polled;
}

static const char *why_away(const struct attached *hub)
{
	if (hub_state_is_stale(&hub->state))
		return "it does not answer";
	return hub->state.why[0] ? hub->state.why : "no answer yet";
}

size_t websocket_manager_away(const struct feed *feed, struct websocket_manager_away out[HUBS_MAX])
{
	const struct websocket_manager *manager = (const struct websocket_manager *)feed;
	size_t n = 0;

	for (size_t i = 0; i < manager->n_hubs; i++) {
		const struct attached *hub = &manager->hubs[i];

		if (!is_live(hub))
			out[n++] = (struct websocket_manager_away){ hub->address.text, why_away(hub) };
	}
	return n;
}

void websocket_manager_summary(const struct feed *feed, struct websocket_manager_summary *out)
{
	const struct websocket_manager *manager = (const struct websocket_manager *)feed;

	*out = (struct websocket_manager_summary){ .n_hubs = manager->n_hubs, .state = FEED_LIVE };
	for (size_t i = 0; i < manager->n_hubs; i++) {
		const struct attached *hub = &manager->hubs[i];

		note_worst(hub, out);
		out->n_live += is_live(hub);
		out->n_reached += hub->state.is_known;
		out->n_refused += !is_live(hub) && hub->state.trouble == HUB_REFUSED;
		out->n_tried += hub->state.phase != HUB_READING && (is_live(hub) || hub->was_tried);
		if (!is_live(hub) && !out->why[0])
			snprintf(out->why, sizeof out->why, "%s: %s", hub->address.text, why_away(hub));
	}
}
