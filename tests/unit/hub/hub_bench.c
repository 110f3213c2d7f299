// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/hub/hub_bench.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/container_of.h"
#include "base/memory.h"
#include "fleet/snapshot.h"
#include "model/agent.h"

// ---- the feed

static int on_request(struct feed *feed, const struct request *request)
{
	struct hub_bench *bench = container_of(feed, struct hub_bench, feed);

	ck_assert_uint_lt(bench->n_asked, BENCH_ASKED_MAX);
	bench->asked[bench->n_asked].type = request->type;
	bench->asked[bench->n_asked].agent = request->agent;
	bench->asked[bench->n_asked].session = request->session;
	bench->asked[bench->n_asked].operation = request->operation;
	bench->asked[bench->n_asked].token = request->token;
	snprintf(bench->asked[bench->n_asked].who, sizeof bench->asked[0].who, "%s", request->who);
	bench->n_asked++;
	if (bench->notice) {
		struct event *event = event_new(EVENT_NOTICE, clock_now().wall_ms, 0);

		event->u.notice.title = mem_strdup(bench->notice);
		event->u.notice.text = mem_strdup("");
		bench_publish(bench, event);
	}
	return bench->result;
}

static const struct feed_class feed_class = { .name = "bench", .request = on_request };

// ---- events

void bench_publish(struct hub_bench *bench, struct event *event)
{
	broadcaster_publish(bench->broadcaster, event);
}

void bench_add_agents(struct hub_bench *bench, uint32_t n)
{
	for (uint32_t id = 1; id <= n; id++) {
		struct agent *agent = mem_calloc(1, sizeof *agent);
		struct event *event = event_new(EVENT_AGENT_ADDED, 1000 * id, id);
		char text[64];

		agent->refs = 1;
		agent->id = id;
		snprintf(text, sizeof text, "http://10.0.0.1:%u", id);
		agent->key = mem_strdup(text);
		agent->url = mem_strdup(text);
		snprintf(text, sizeof text, "agent-%u", id);
		agent->name = mem_strdup(text);
		agent->source = mem_strdup("bench");
		ck_assert_int_eq(labels_set(&agent->labels, "tier", id % 2 ? "web" : "db"), 0);
		event->u.agent = agent;
		bench_publish(bench, event);
	}
}

void bench_health(struct hub_bench *bench, uint32_t agent, enum observed observed)
{
	static int64_t at_ms = 1764100000000;
	struct event *event = event_new(EVENT_AGENT_HEALTH, ++at_ms, agent);

	event->u.health.observed = observed;
	event->u.health.toward = event->u.health.observed;
	event->u.health.last_probe_ms = at_ms;
	bench_publish(bench, event);
}

// ---- lifetimes

static void on_event(void *ctx, const struct event *event)
{
	struct hub_bench *bench = ctx;

	if (!bench->hub || !hub_is_private(bench->hub, event))
		ck_assert_int_eq(fleet_apply(bench->fleet, event), 0);
}

static void on_closed(void *ctx)
{
	struct hub_bench *bench = ctx;

	bench->has_closed = true;
}

void bench_init(struct hub_bench *bench)
{
	struct config config;

	*bench = (struct hub_bench){ .dir = "/tmp/opscon-hub-XXXXXX", .feed = { &feed_class } };
	config_defaults(&config);
	bench->config = config.hub;
	bench->config.n_requests_a_minute = 100000;
	config_finish(&config);
	ck_assert_ptr_nonnull(mkdtemp(bench->dir));
	snprintf(bench->socket, sizeof bench->socket, "%s/hub.sock", bench->dir);
	ck_assert_int_eq(uv_loop_init(&bench->loop), 0);
	ck_assert_int_eq(broadcaster_create(10, &bench->broadcaster), 0);
	ck_assert_int_eq(fleet_create(NULL, &bench->fleet), 0);
	ck_assert_int_gt(broadcaster_subscribe(bench->broadcaster, ~0u, on_event, bench), 0);
}

void bench_open(struct hub_bench *bench)
{
	const struct hub_options options = {
		.config = &bench->config,
		.whole = bench->whole,
		.fleet_name = "bench",
		.socket = bench->socket,
		.token_file = "/nonexistent/tokens.json",
		.broadcaster = bench->broadcaster,
		.fleet = bench->fleet,
		.feed = &bench->feed,
		.closed = on_closed,
		.ctx = bench,
	};
	char why[HUB_WHY_MAX];

	ck_assert_msg(hub_create(&bench->loop, &options, &bench->hub, why) == 0, "%s", why);
}

void bench_close(struct hub_bench *bench)
{
	hub_stop(bench->hub, 500);
	for (int64_t until_ms = hub_caller_now_ms() + HUB_CALLER_MS; bench->hub && !bench->has_closed;) {
		ck_assert_int_lt(hub_caller_now_ms(), until_ms);
		uv_run(&bench->loop, UV_RUN_NOWAIT);
		for (size_t i = 0; i < bench->n_peers; i++)
			if (bench->peers[i].fd >= 0)
				hub_caller_turn(&bench->peers[i], 0);
	}
	for (size_t i = 0; i < bench->n_peers; i++)
		hub_caller_close(&bench->peers[i]);
	ck_assert_int_eq(uv_loop_close(&bench->loop), 0);
	broadcaster_destroy(bench->broadcaster);
	fleet_destroy(bench->fleet);
	ck_assert_int_eq(access(bench->socket, F_OK), -1);
	ck_assert_int_eq(rmdir(bench->dir), 0);
}

// ---- clients

void bench_turn(struct hub_bench *bench)
{
	uv_run(&bench->loop, UV_RUN_NOWAIT);
}

void bench_turn_all(struct hub_bench *bench)
{
	bench_turn(bench);
	for (size_t i = 0; i < bench->n_peers; i++)
		while (bench->peers[i].fd >= 0 && !bench->peers[i].is_closed && hub_caller_turn(&bench->peers[i], 0))
			;
}

// The loop answers between what is sent and what is read.
struct hub_caller *bench_connect(struct hub_bench *bench)
{
	struct hub_caller *peer = &bench->peers[bench->n_peers++];

	ck_assert_uint_le(bench->n_peers, BENCH_PEERS_MAX);
	hub_caller_begin(peer, hub_caller_connect_unix(bench->socket), NULL);
	for (int64_t until_ms = hub_caller_now_ms() + HUB_CALLER_MS; !hub_caller_answered(peer);) {
		ck_assert_int_lt(hub_caller_now_ms(), until_ms);
		bench_turn(bench);
	}
	ck_assert_uint_eq(peer->http_status, 101);
	return peer;
}

struct hub_caller *bench_join(struct hub_bench *bench)
{
	struct hub_caller *peer = bench_connect(bench);

	hub_caller_hello(peer, NULL, NULL, WIRE_CHANNELS_ALL);
	bench_wait(bench, peer->n_snapshots == 1);
	return peer;
}

void bench_expect_same(struct hub_bench *bench, const struct hub_caller *peer)
{
	struct bytes ours;
	char *theirs = hub_caller_dump(peer);

	bytes_init(&ours, 64 << 20);
	ck_assert_int_eq(fleet_dump(bench->fleet, FLEET_DUMP_NO_FEED, &ours), 0);
	if (strcmp(theirs, ours.data) != 0) { // both are long
		const char *a = theirs, *b = ours.data;

		while (*a == *b) {
			a++;
			b++;
		}
		a -= a - theirs < 100 ? a - theirs : 100;
		b -= b - ours.data < 100 ? b - ours.data : 100;
		ck_abort_msg("the fleets differ: \"%.300s\" and \"%.300s\"", a, b);
	}
	bytes_finish(&ours);
	mem_free(theirs);
}

// ---- together

void bench_ask(struct hub_bench *bench, struct hub_caller *peer, struct request request, int error)
{
	size_t n = peer->n_answers;

	hub_caller_request(peer, 100 + n, &request);
	bench_wait(bench, peer->n_answers == n + 1);
	ck_assert_uint_eq(peer->answered, 100 + n);
	ck_assert_int_eq(peer->answer.error, error);
}

bool bench_is_even(const struct hub_bench *bench, const struct hub_caller *peer)
{
	for (int c = 0; c < CHANNEL_COUNT; c++) {
		struct channel_stats stats;
		uint64_t seen = peer->last[c] > peer->welcome.last[c] ? peer->last[c] : peer->welcome.last[c];

		broadcaster_stats(bench->broadcaster, (enum channel)c, &stats);
		if (stats.published > seen)
			return false;
	}
	return true;
}

void bench_fill(struct hub_bench *bench, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct event *event = event_new(EVENT_ACTION, 1764100000000, 1);

		event->u.action.who = mem_strdup("alice");
		event->u.action.title = mem_strdup("wrote something that takes some room in the queue");
		event->u.action.text = mem_strdup("");
		bench_publish(bench, event);
		if (i % 100 == 0)
			bench_turn(bench);
	}
}
