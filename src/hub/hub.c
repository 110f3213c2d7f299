// SPDX-License-Identifier: Apache-2.0
#include "hub/internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"

enum {
	STOP_TICK_MS = 20,
	REFRESH_MS = 2000,
	LAG_WINDOW_MS = 60000,
	SCRATCH_MORE = 16, // what ends a frame
};

struct instant hub_now(void)
{
	return clock_now();
}

void hub_warm(struct hub *hub)
{
	hub->cold_at_ms = INT64_MAX;
}

size_t hub_n_clients(const struct hub *hub)
{
	return hub->n_clients;
}

// ---- lifetimes

static void hub_free(struct hub *hub)
{
	void (*closed)(void *ctx) = hub->closed;
	void *ctx = hub->ctx;

	for (size_t i = 0; i < HUB_PLANS; i++)
		plan_unref((struct plan *)hub->plans[i].plan);
	stream_finish(&hub->stream);
	bytes_finish(&hub->scratch);
	access_destroy(hub->access);
	mem_free(hub->fleet_name);
	mem_free(hub->socket);
	mem_free(hub);
	if (closed)
		closed(ctx);
}

void hub_handle_opened(struct hub *hub)
{
	hub->n_handles++;
}

void hub_handle_closed(struct hub *hub)
{
	if (--hub->n_handles == 0 && hub->is_ended)
		hub_free(hub);
}

static void on_closed(uv_handle_t *handle)
{
	hub_handle_closed(handle->data);
}

// Whoever is left goes without a word.
static void end_all(struct hub *hub)
{
	hub->is_ended = true;
	while (hub->clients)
		hub_client_end(hub->clients);
	hub_listen_end(hub);
	if (hub->status)
		MHD_destroy_response(hub->status);
	hub->status = NULL;
	hub_http_stop(&hub->http);
	tls_server_stop(hub->tls);
	hub->tls = NULL;
	broadcaster_unsubscribe(hub->broadcaster, hub->subscription);
	uv_close((uv_handle_t *)&hub->tick, on_closed);
	uv_close((uv_handle_t *)&hub->prepare, on_closed);
	uv_close((uv_handle_t *)&hub->idle, on_closed);
}

// ---- the clock

static void note_lag(struct hub *hub, int64_t now_ms)
{
	int64_t lag_ms = now_ms > hub->tick_due_ms ? now_ms - hub->tick_due_ms : 0;

	if (lag_ms >= hub->lag_ms || now_ms - hub->lag_at_ms >= LAG_WINDOW_MS) {
		hub->lag_ms = lag_ms;
		hub->lag_at_ms = now_ms;
	}
	hub->tick_due_ms = now_ms + HUB_TICK_MS;
}

static void recheck_all(struct hub *hub, struct instant now)
{
	for (struct hub_client *client = hub->clients, *next; client; client = next) {
		next = client->next;
		hub_client_recheck(client, now);
	}
}

// Who was told that it is not read is told when it is.
static void note_tokens(struct hub *hub, bool is_read)
{
	if (is_read && hub->is_token_file_unread)
		log_line(LOG_INFO, "the token file is read again");
	hub->is_token_file_unread = !is_read;
}

void hub_look_at_tokens(struct hub *hub, struct instant now)
{
	char why[ACCESS_WHY_MAX] = "";
	int r = access_refresh(hub->access, now, why);

	if (r < 0)
		log_line(LOG_WARN, "the token file is not read: %s", why);
	if (r)
		note_tokens(hub, r > 0);
}

// Tokens may be others now, and those there are may have expired.
static void refresh(struct hub *hub, struct instant now)
{
	if (now.mono_ms < hub->refreshed_ms)
		return;
	hub->refreshed_ms = now.mono_ms + REFRESH_MS;
	hub_look_at_tokens(hub, now);
	recheck_all(hub, now);
}

static void on_tick(uv_timer_t *timer)
{
	struct hub *hub = timer->data;
	struct instant now = hub_now();

	note_lag(hub, now.mono_ms);
	refresh(hub, now);
	hub_http_sweep(hub, now.mono_ms);
	if (hub->tls)
		tls_server_sweep(hub->tls, now.mono_ms);
	hub_listen_resume(hub);
	for (struct hub_client *client = hub->clients, *next; client; client = next) {
		next = client->next;
		hub_client_tick(client, now);
	}
	hub_presence_sweep(hub);
	if (now.mono_ms >= hub->swept_ms)
		hub->swept_ms = now.mono_ms + hub->config.sweep_ms;
}

static void on_stop_tick(uv_timer_t *timer)
{
	struct hub *hub = timer->data;
	struct instant now = hub_now();

	for (struct hub_client *client = hub->clients, *next; client; client = next) {
		next = client->next;
		hub_client_tick(client, now);
	}
	if (!hub->clients || now.mono_ms >= hub->stop_by_ms)
		end_all(hub);
}

void hub_stop(struct hub *hub, unsigned grace_ms)
{

	if (!hub || hub->is_stopping)
		return;
	hub->is_stopping = true;
	hub->stop_by_ms = hub_now().mono_ms + grace_ms;
	hub_listen_end(hub);
	for (struct hub_client *client = hub->clients, *next; client; client = next) {
		next = client->next;
		hub_client_close(client, WIRE_ERROR_SHUTDOWN, "the hub ends");
	}
	uv_timer_start(&hub->tick, on_stop_tick, 0, STOP_TICK_MS);
}

static void on_prepare(uv_prepare_t *prepare)
{
	hub_clients_flush(prepare->data);
}

// ---- the beginning

static void start_clock(struct hub *hub)
{
	(void)uv_timer_init(hub->loop, &hub->tick); // none of these can fail
	(void)uv_prepare_init(hub->loop, &hub->prepare);
	(void)uv_idle_init(hub->loop, &hub->idle);
	hub->tick.data = hub->prepare.data = hub->idle.data = hub;
	hub->n_handles += 3;
	hub->tick_due_ms = hub->started_ms + HUB_TICK_MS;
	hub->swept_ms = hub->started_ms + hub->config.sweep_ms;
	(void)uv_timer_start(&hub->tick, on_tick, HUB_TICK_MS, HUB_TICK_MS);
	(void)uv_prepare_start(&hub->prepare, on_prepare);
}

// The numbers; what its texts say was read when it began.
static void take_config(struct hub *hub, const struct hub_config *config)
{
	hub->config = (struct hub_config){
		.unauthenticated_ms = config->unauthenticated_ms,
		.queue_bytes = config->queue_bytes,
		.message_bytes = config->message_bytes,
		.idle_ms = config->idle_ms,
		.sweep_ms = config->sweep_ms,
		.ring_bytes = config->ring_bytes,
	};
}

static void draw_boot(char out[WIRE_BOOT_HEX + 1])
{
	unsigned char random[WIRE_BOOT_HEX / 2];

	while (getrandom(random, sizeof random, 0) != sizeof random)
		;
	for (size_t i = 0; i < sizeof random; i++)
		snprintf(out + 2 * i, 3, "%02x", random[i]);
}

static int start_http(struct hub *hub, const struct hub_config *config, char why[HUB_WHY_MAX])
{
	char reason[LIBRARY_WHY_MAX];
	int r = libmicrohttpd_load(reason);

	if (r < 0) {
		snprintf(why, HUB_WHY_MAX, "libmicrohttpd cannot be loaded: %s", reason);
		return r;
	}
	r = hub_http_start(&hub->http, hub, why);
	return r < 0 ? r : hub_tls_start(hub, config, why);
}

// A certificate that is there for nobody is most often a mistake: somebody believes that the way is encrypted.
static void warn_of_unused(const struct hub_config *config)
{
	if (config->cert_file && !config_hub_uses_tls(config))
		log_line(LOG_WARN, "%s", "the certificate of hub: tls: is used by no address: loopback gets no TLS");
}

// Without TLS nothing but this machine is listened to.
static int check_listens(const struct hub_config *config, char why[HUB_WHY_MAX])
{
	for (size_t i = 0; i < config->n_listens; i++) {
		if (config->listens[i].is_loopback || config->cert_file)
			continue;
		snprintf(why, HUB_WHY_MAX, "%s is not loopback: it needs TLS (hub: tls: cert and key)",
			 config->listens[i].text);
		return -EINVAL;
	}
	return 0;
}

static int start(struct hub *hub, const struct hub_options *options, char why[HUB_WHY_MAX])
{
	const struct access_options access = { .token_file = options->token_file,
					       .record = options->record,
					       .ctx = options->ctx };
	uint64_t last[CHANNEL_COUNT];
	int r = check_listens(options->config, why);

	if (r == 0)
		r = access_create(&access, options->config, hub_now(), &hub->access, why);
	if (r < 0)
		return r;
	if (why[0])
		log_line(LOG_WARN, "%s", why);
	warn_of_unused(options->config);
	r = start_http(hub, options->config, why);
	if (r < 0)
		return r;
	for (int c = 0; c < CHANNEL_COUNT; c++) {
		struct channel_stats stats;

		broadcaster_stats(hub->broadcaster, (enum channel)c, &stats);
		last[c] = stats.published;
	}
	stream_init(&hub->stream, hub->config.ring_bytes, last);
	hub->is_replaying = true; // what is still buffered: the fleet has it
	hub->subscription = broadcaster_subscribe(hub->broadcaster, ~0u, hub_on_event, hub);
	hub->is_replaying = false;
	if (hub->subscription < 0)
		return hub->subscription;
	return hub_listen_all(hub, options->config, why);
}

static int copy_texts(struct hub *hub, const struct hub_options *options)
{
	hub->shard = options->shard;
	hub->fleet_name = mem_strdup(options->fleet_name ? options->fleet_name : "");
	hub->socket = mem_strdup(options->socket);
	return !hub->fleet_name || (options->socket && !hub->socket) ? -ENOMEM : 0;
}

int hub_create(uv_loop_t *loop, const struct hub_options *options, struct hub **out, char why[HUB_WHY_MAX])
{
	struct hub *hub = mem_calloc(1, sizeof *hub);
	int r;

	snprintf(why, HUB_WHY_MAX, "%s", "");
	if (!hub)
		return -ENOMEM;
	hub->loop = loop;
	hub->broadcaster = options->broadcaster;
	hub->fleet = options->fleet;
	hub->feed = options->feed;
	hub->is_demo = options->is_demo;
	hub->is_read_only = options->is_read_only;
	hub->is_ready = options->is_ready;
	hub->audit = options->audit;
	hub->recording = options->recording;
	hub->ctx = options->ctx;
	hub->whole = options->whole;
	hub->started_ms = hub_now().mono_ms;
	take_config(hub, options->config);
	draw_boot(hub->boot);
	bytes_init(&hub->scratch, EVENT_JSON_MAX + SCRATCH_MORE);
	start_clock(hub);
	r = copy_texts(hub, options);
	if (r == 0)
		r = start(hub, options, why);
	if (r < 0) {
		if (!why[0])
			snprintf(why, HUB_WHY_MAX, "%s", strerrordesc_np(-r));
		hub->is_stopping = true;
		end_all(hub);
		return r;
	}
	hub->closed = options->closed;
	*out = hub;
	return 0;
}

int hub_reload(struct hub *hub, const struct hub_config *config, char why[HUB_WHY_MAX])
{
	struct instant now = hub_now();
	struct hub_client *client;
	int r;

	snprintf(why, HUB_WHY_MAX, "%s", "");
	r = access_reload(hub->access, config, now, why);
	if (r < 0)
		return r;
	note_tokens(hub, true);
	take_config(hub, config);
	hub->stream.bytes_max = config->ring_bytes;
	DL_FOREACH(hub->clients, client) {
		client->outbox.bytes_max = config->queue_bytes;
		websocket_limit(client->ws, config->message_bytes);
	}
	hub_tls_renew(hub, config);
	recheck_all(hub, now);
	return 0;
}
