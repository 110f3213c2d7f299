// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/attached_bench.h"

#include <stdio.h>
#include <string.h>

#include "base/list.h"
#include "base/memory.h"
#include "tests/fuzz/fuzz.h"

enum { NEVER_MS = INT32_MAX, TEXT_MAX = 1 << 20 };

// ---- links without a socket: what feeds/hub_link would do

struct hub_link {
	const struct hub_link_class *class;
	void *ctx;
	bool is_open, is_closed;
	void (*closed_cb)(void *ctx);
	void *closed_ctx;
	struct hub_link *prev, *next; // closed_links
};

static struct hub_link *closed_links; // whose closed_cb is due

int hub_link_open(struct http_client *client, uv_loop_t *loop, const struct hub_link_options *options,
		  const struct hub_link_class *class, void *ctx, struct hub_link **out)
{
	struct hub_link *link = mem_calloc(1, sizeof *link);

	(void)client;
	(void)loop;
	(void)options;
	fuzz_expect(link != NULL, "there is memory");
	link->class = class;
	link->ctx = ctx;
	*out = link;
	return 0;
}

int hub_link_send(struct hub_link *link, const char *text, size_t n)
{
	struct wire_message message;
	char why[EVENT_JSON_WHY_MAX] = "";

	if (!link->is_open || link->is_closed)
		return -EPIPE;
	fuzz_expect(n <= WIRE_CLIENT_MESSAGE_MAX, "what is sent is no longer than a hub takes");
	fuzz_expect(wire_message_read(WIRE_CLIENT, NULL, text, n, &message, why) == 0, "what is sent is a message");
	wire_message_finish(&message);
	return 0;
}

int hub_link_ping(struct hub_link *link)
{
	return link->is_open && !link->is_closed ? 0 : -EPIPE;
}

void hub_link_close(struct hub_link *link, void (*closed_cb)(void *ctx), void *ctx)
{
	fuzz_expect(!link->is_closed, "a link is closed once");
	link->is_closed = true;
	link->closed_cb = closed_cb;
	link->closed_ctx = ctx;
	DL_APPEND(closed_links, link);
}

static void end_links(void)
{
	while (closed_links) {
		struct hub_link *link = closed_links;

		DL_DELETE(closed_links, link);
		if (link->closed_cb)
			link->closed_cb(link->closed_ctx);
		mem_free(link);
	}
}

// ---- what must hold of events

static void see_agent(struct attached_bench *bench, uint32_t id, const char *key)
{
	fuzz_expect(id > 0 && id < ATTACHED_IDS_MAX, "an agent has a number, and these are not wasted");
	if (bench->keys[id]) {
		fuzz_expect(strcmp(bench->keys[id], key) == 0, "a number of an agent is never another one's");
		return;
	}
	for (uint32_t i = 1; i < ATTACHED_IDS_MAX && bench->keys[i]; i++)
		fuzz_expect(strcmp(bench->keys[i], key) != 0, "an agent has one number");
	bench->keys[id] = mem_strdup(key);
	fuzz_expect(bench->keys[id] != NULL, "there is memory");
}

static void see(struct attached_bench *bench, const struct event *event, enum hub_id_kind kind, uint32_t id)
{
	struct attached_sight *sight = id < ATTACHED_IDS_MAX ? &bench->sights[kind][id] : NULL;
	unsigned start = bench->starts[event->origin];

	if (!id)
		return;
	fuzz_expect(sight != NULL, "numbers are not wasted");
	if (!sight)
		return; // never
	if (!sight->hub)
		*sight = (struct attached_sight){ event->origin, start };
	fuzz_expect(sight->hub == event->origin, "a number of one hub is never another's");
	fuzz_expect(sight->start == start, "nor that of a thing of before its start");
}

static void look_at(struct attached_bench *bench, const struct event *event)
{
	switch (event->type) {
	case EVENT_AGENT_ADDED:
	case EVENT_AGENT_CHANGED:
		fuzz_expect(event->u.agent->id == event->agent, "an agent is what its event is about");
		see_agent(bench, event->agent, event->u.agent->key);
		break;
	case EVENT_ALERT:
		see(bench, event, HUB_ID_ALERT, event->u.alert.id);
		break;
	case EVENT_PROGRESS:
		see(bench, event, HUB_ID_PROGRESS, event->u.progress.id);
		break;
	case EVENT_PLAN:
		see(bench, event, HUB_ID_OPERATION, event->u.plan->no);
		break;
	case EVENT_OPERATION:
		see(bench, event, HUB_ID_OPERATION, event->u.operation->no);
		break;
	case EVENT_APPROVAL:
		see(bench, event, HUB_ID_OPERATION, event->u.approval.plan);
		break;
	case EVENT_PRESENCE:
		see(bench, event, HUB_ID_SESSION, event->u.presence.session);
		break;
	default:
		break;
	}
}

static void on_event(void *ctx, const struct event *event)
{
	struct attached_bench *bench = ctx;

	fuzz_expect(event->origin >= 1 && event->origin <= ATTACHED_HUBS, "an event says of which hub it is");
	fuzz_expect(event->agent < ATTACHED_IDS_MAX, "whom it is about has a number of ours");
	if (event->agent && event->type != EVENT_AGENT_ADDED && event->type != EVENT_AGENT_CHANGED)
		fuzz_expect(bench->keys[event->agent] != NULL, "nothing is told of who was not named");
	look_at(bench, event);
	fuzz_expect(fleet_apply(bench->fleet, event) == 0, "what is told can be folded");
}

// ---- what must hold between two messages

static void note_starts(struct attached_bench *bench)
{
	for (unsigned no = 1; no <= ATTACHED_HUBS; no++) {
		const struct attached *hub = attached_bench_hub(bench, no);

		if (!hub->has_welcome)
			continue;
		if (hub->is_by_status != bench->was_by_status[no] || strcmp(hub->welcome.boot, bench->boots[no]) != 0)
			bench->starts[no]++;
		bench->was_by_status[no] = hub->is_by_status;
		memcpy(bench->boots[no], hub->welcome.boot, sizeof bench->boots[no]);
	}
}

static void look_at_fleet(const struct attached_bench *bench)
{
	const struct hub_ids *ids = bench->manager->ids;

	for (size_t i = 0; i < fleet_n_agents(bench->fleet); i++) {
		const struct agent *agent = fleet_agent_at(bench->fleet, i)->agent;

		fuzz_expect(hub_ids_owner(ids, HUB_ID_AGENT, agent->id) != 0, "whoever is shown is somebody's");
		fuzz_expect(bench->keys[agent->id] && strcmp(bench->keys[agent->id], agent->key) == 0,
			    "and is who was told");
	}
	for (unsigned no = 1; no <= ATTACHED_HUBS; no++) {
		const struct attached *hub = &bench->manager->hubs[no - 1];

		fuzz_expect(hub->n_pending <= ATTACHED_PENDING_MAX, "what waits is bounded");
		fuzz_expect(!hub->link || hub->state.phase != HUB_WAITING, "who waits has no connection");
		fuzz_expect(hub->link || hub->n_pending == 0, "nobody waits for an answer of who is lost");
	}
}

static void settle(struct attached_bench *bench)
{
	end_links();
	note_starts(bench);
	look_at_fleet(bench);
}

// ---- a life

static void on_closed(void *ctx)
{
	struct attached_bench *bench = ctx;

	bench->is_closed = true;
}

static void on_refused(void *ctx, enum request_type type, int error, const char *why)
{
	(void)ctx;
	fuzz_expect(type < REQUEST_TYPE_COUNT && error < 0, "what is refused was asked for");
	fuzz_expect_clean(why, "the reason is clean");
}

// Its numbers mean something new from now on.
static void on_welcomed(void *ctx, uint8_t no, const struct hub_address *address, const struct wire_welcome *welcome)
{
	(void)address;
	fuzz_expect(no >= 1 && no <= ATTACHED_HUBS, "a hub has a number");
	fuzz_expect_clean(welcome->fleet, "a name is clean");
	note_starts(ctx);
}

void attached_bench_open(struct attached_bench *bench)
{
	static const char *const texts[ATTACHED_HUBS] = { "ws://127.0.0.1:1", "ws://127.0.0.1:2" };
	struct hub_address addresses[ATTACHED_HUBS];
	const struct websocket_manager_options options = {
		.addresses = addresses,
		.n_addresses = ATTACHED_HUBS,
		.state = { .base_ms = NEVER_MS, .cap_ms = NEVER_MS }, // only when the input says so
		.refused = on_refused,
		.welcomed = on_welcomed,
		.ctx = bench,
		.closed_cb = on_closed,
	};
	const struct fleet_limits limits = { .n_timeline = 100 };
	struct websocket_manager_options own = options;
	char why[256] = "";

	memset(bench, 0, sizeof *bench);
	for (size_t i = 0; i < ATTACHED_HUBS; i++)
		fuzz_expect(hub_address_parse(texts[i], &addresses[i], why, sizeof why) == 0, "an address is one");
	fuzz_expect(uv_loop_init(&bench->loop) == 0, "there is a loop");
	fuzz_expect(broadcaster_create(BROADCASTER_BUFFER_DEFAULT, &bench->broadcaster) == 0, "there is memory");
	fuzz_expect(fleet_create(&limits, &bench->fleet) == 0, "and more");
	fuzz_expect(broadcaster_subscribe(bench->broadcaster, ~0u, on_event, bench) > 0, "and more");
	own.broadcaster = bench->broadcaster;
	fuzz_expect(websocket_manager_create(&bench->loop, &own, &bench->feed, why, sizeof why) == 0, "a feed begins");
	bench->manager = (struct websocket_manager *)bench->feed;
	uv_run(&bench->loop, UV_RUN_NOWAIT);
	for (unsigned no = 1; no <= ATTACHED_HUBS; no++)
		attached_bench_connect(bench, no);
}

void attached_bench_close(struct attached_bench *bench)
{
	bench->feed->class->stop(bench->feed);
	while (!bench->is_closed) {
		end_links();
		uv_run(&bench->loop, UV_RUN_NOWAIT);
	}
	uv_run(&bench->loop, UV_RUN_DEFAULT);
	fuzz_expect(uv_loop_close(&bench->loop) == 0, "nothing is left open");
	broadcaster_destroy(bench->broadcaster);
	fleet_destroy(bench->fleet);
	for (size_t i = 0; i < ATTACHED_IDS_MAX; i++)
		mem_free(bench->keys[i]);
}

// ---- what happens

struct attached *attached_bench_hub(struct attached_bench *bench, unsigned no)
{
	return &bench->manager->hubs[no - 1];
}

void attached_bench_connect(struct attached_bench *bench, unsigned no)
{
	struct attached *hub = attached_bench_hub(bench, no);

	if (!hub->link) {
		hub_state_retry(&hub->state, clock_now());
		attached_settle(hub, clock_now());
	}
	fuzz_expect(hub->link != NULL, "who is to be tried is tried");
	if (!hub->link->is_open) {
		hub->link->is_open = true;
		hub->link->class->opened(hub->link->ctx);
	}
	settle(bench);
}

void attached_bench_break(struct attached_bench *bench, unsigned no)
{
	struct hub_link *link = attached_bench_hub(bench, no)->link;

	if (link)
		link->class->failed(link->ctx, HUB_LOST, "the connection broke");
	settle(bench);
}

void attached_bench_pong(struct attached_bench *bench, unsigned no)
{
	struct hub_link *link = attached_bench_hub(bench, no)->link;

	if (link)
		link->class->heard(link->ctx);
	if (link && !link->is_closed)
		link->class->answered(link->ctx);
	settle(bench);
}

void attached_bench_say(struct attached_bench *bench, unsigned no, const char *text, size_t n)
{
	struct hub_link *link;

	attached_bench_connect(bench, no);
	link = attached_bench_hub(bench, no)->link;
	link->class->heard(link->ctx);
	if (!link->is_closed)
		link->class->message(link->ctx, text, n);
	settle(bench);
}

void attached_bench_poll(struct attached_bench *bench, unsigned no, const char *text, size_t n)
{
	struct attached *hub = attached_bench_hub(bench, no);
	char why[HUB_STATE_WHY_MAX] = "";
	int r;

	attached_bench_break(bench, no); // else the socket was quicker
	r = attached_take_status(hub, text, n, why, sizeof why);
	fuzz_expect(r == 0 || (r == -EINVAL && why[0]), "what is refused has a reason");
	hub_state_polled(&hub->state, r == 0, clock_now());
	attached_settle(hub, clock_now());
	settle(bench);
}

void attached_bench_hello(struct attached_bench *bench, unsigned no, const char *boot, bool is_resumed)
{
	char text[400];
	int n = snprintf(text, sizeof text,
			 "{\"type\":\"hello\",\"protocol\":1,\"boot\":\"%s\",\"session\":1,\"fleet\":\"f\"%s}", boot,
			 is_resumed ? ",\"resumed\":true" : "");

	attached_bench_say(bench, no, text, (size_t)n);
}

void attached_bench_event(struct attached_bench *bench, unsigned no, const char *event, size_t n, bool is_numbered)
{
	static const enum channel channel = CHANNEL_AGENTS;
	const struct attached *hub = attached_bench_hub(bench, no);
	uint64_t prev = hub->prev[channel];
	char prefix[WIRE_PREFIX_MAX];
	size_t n_prefix = wire_event_prefix(channel, is_numbered ? prev + 1 : 0, is_numbered ? prev : 0, prefix);
	struct bytes text;

	bytes_init(&text, TEXT_MAX);
	fuzz_expect(bytes_add(&text, prefix, n_prefix) == 0 && bytes_add(&text, event, n) == 0 &&
			    bytes_add(&text, WIRE_EVENT_END, strlen(WIRE_EVENT_END)) == 0,
		    "there is memory");
	attached_bench_say(bench, no, text.data, text.len);
	bytes_finish(&text);
}
