// SPDX-License-Identifier: Apache-2.0
/* Sessions and who is told what, with a hub and its clients in one process. */
#include "tests/support/suite.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "hub/access_internal.h"
#include "hub/internal.h"
#include "tests/support/event_dice.h"
#include "tests/unit/hub/hub_bench.h"

enum { AGENTS = 300 };

static void ask(struct hub_bench *bench, struct hub_caller *peer, struct request request, int error)
{
	size_t n = peer->n_answers;

	hub_caller_request(peer, 100 + n, &request);
	bench_wait(bench, peer->n_answers == n + 1);
	ck_assert_uint_eq(peer->answered, 100 + n);
	ck_assert_int_eq(peer->answer.error, error);
}

// The last events of all have come.
static bool is_even(const struct hub_bench *bench, const struct hub_caller *peer)
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

START_TEST(a_snapshot_and_what_happens_meanwhile_are_one)
{
	struct hub_bench bench;
	struct hub_caller *peer;

	bench_init(&bench);
	bench_add_agents(&bench, 4 * AGENTS);
	bench_open(&bench);
	peer = bench_connect(&bench);
	hub_caller_hello(peer, NULL, NULL, WIRE_CHANNELS_ALL);
	// It reads nothing while agents that were told and agents that were not change, come and go.
	for (uint32_t i = 0; i < 40; i++) {
		bench_turn(&bench);
		bench_health(&bench, 1 + i * 17 % (4 * AGENTS), i % 3 ? OBSERVED_UP : OBSERVED_DOWN);
		bench_health(&bench, 4 * AGENTS - i, OBSERVED_DOWN);
		if (i % 8 == 3)
			bench_publish(&bench, event_new(EVENT_AGENT_REMOVED, 1764100000000, 100 + i));
	}
	ck_assert_uint_eq(peer->n_snapshots, 0);
	bench_wait(&bench, peer->n_snapshots == 1 && is_even(&bench, peer));
	bench_expect_same(&bench, peer);
	ck_assert_uint_eq(peer->n_gaps + peer->n_doubled + peer->n_resyncs, 0);
	bench_health(&bench, 5, OBSERVED_DOWN);
	bench_wait(&bench, is_even(&bench, peer));
	bench_expect_same(&bench, peer);
	bench_close(&bench);
}
END_TEST

START_TEST(who_is_behind_gets_the_newest_state_and_ends_the_same)
{
	struct hub_bench bench;
	struct hub_caller *quick, *slow;
	size_t n;

	bench_init(&bench);
	bench_add_agents(&bench, AGENTS);
	bench_open(&bench);
	quick = bench_join(&bench);
	slow = bench_join(&bench);
	n = slow->n_by_type[EVENT_AGENT_HEALTH];
	for (int round = 0; round < 200; round++) {
		for (uint32_t i = 0; i < 50; i++)
			bench_health(&bench, 1 + i, round % 2 ? OBSERVED_UP : OBSERVED_DOWN);
		bench_turn(&bench);
		while (hub_caller_turn(quick, 0))
			;
	}
	bench_wait(&bench, is_even(&bench, slow) && is_even(&bench, quick));
	ck_assert_uint_eq(slow->n_resyncs + slow->n_gaps + slow->n_doubled, 0);
	ck_assert_uint_lt(slow->n_by_type[EVENT_AGENT_HEALTH] - n, 10000 - 1000);
	ck_assert_uint_eq(fleet_counts(slow->fleet)->by_state[HEALTH_UP], 50);
	ck_assert_uint_eq(quick->n_resyncs + quick->n_gaps + quick->n_doubled, 0);
	bench_expect_same(&bench, quick);
	bench_close(&bench);
}
END_TEST

// What is no state fills the queue: it is dropped, and how it stands is told instead.
static void fill(struct hub_bench *bench, size_t n)
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

START_TEST(a_queue_that_is_full_is_dropped_for_a_snapshot)
{
	struct hub_bench bench;
	struct hub_caller *slow;

	bench_init(&bench);
	bench.config.queue_bytes = 64 << 10;
	bench_add_agents(&bench, AGENTS);
	bench_open(&bench);
	slow = bench_join(&bench);
	while (bench.hub->counters.n_resyncs == 0)
		fill(&bench, 10);
	bench_wait(&bench, slow->n_snapshots == 2 && is_even(&bench, slow));
	ck_assert_uint_eq(slow->n_resyncs, 1);
	ck_assert_uint_gt(bench.hub->counters.n_dropped, 10);
	ck_assert_uint_eq(slow->n_gaps + slow->n_doubled, 0);
	bench_expect_same(&bench, slow);
	ck_assert(!slow->is_closed);
	bench_close(&bench);
}
END_TEST

static void publish_plan(struct hub_bench *bench, uint32_t token)
{
	struct event_dice dice = { .state = 5 };
	struct event *event = event_new(EVENT_PLAN, 1764100000000, 0);
	struct plan *plan = dice_plan(&dice, 7, 1764100000000);

	plan->token = token;
	event->u.plan = plan;
	bench_publish(bench, event);
	event_dice_finish(&dice);
}

static void ask_for_plan(struct hub_bench *bench, struct hub_caller *peer, uint32_t token)
{
	static const uint32_t agents[] = { 1 };
	static const struct operation_params params = {
		.verb = VERB_RESTART, .version = "", .patch = "", .reason = ""
	};

	ask(bench, peer,
	    (struct request){
		    .type = REQUEST_PLAN, .token = token, .agents = agents, .n_agents = 1, .params = &params },
	    0);
}

// No snapshot has it, and nobody would make it again.
START_TEST(a_plan_that_was_asked_for_survives_the_loss_of_its_queue)
{
	struct hub_bench bench;
	struct hub_caller *slow;

	bench_init(&bench);
	bench.config.queue_bytes = 64 << 10;
	bench_add_agents(&bench, AGENTS);
	bench_open(&bench);
	slow = bench_join(&bench);
	ask_for_plan(&bench, slow, 4711);
	while (!bench.hub->clients->is_polling_out || bench.hub->clients->outbox.n < 10)
		fill(&bench, 10);
	publish_plan(&bench, bench.asked[0].token);
	while (bench.hub->counters.n_resyncs == 0)
		fill(&bench, 10);
	bench_wait(&bench, slow->n_snapshots == 2 && is_even(&bench, slow));
	ck_assert_uint_eq(slow->n_by_type[EVENT_PLAN], 1);
	ck_assert_uint_eq(slow->newest[EVENT_PLAN]->u.plan->token, 4711);
	ck_assert_uint_eq(slow->n_gaps + slow->n_doubled, 0);
	bench_expect_same(&bench, slow);
	bench_close(&bench);
}
END_TEST

// Even as the one for which there is no room any more.
START_TEST(a_plan_that_comes_to_a_full_queue_is_told)
{
	struct hub_bench bench;
	struct hub_caller *slow;

	bench_init(&bench);
	bench.config.queue_bytes = 64 << 10;
	bench_add_agents(&bench, AGENTS);
	bench_open(&bench);
	slow = bench_join(&bench);
	ask_for_plan(&bench, slow, 4711);
	while (!bench.hub->clients->is_polling_out)
		fill(&bench, 10);
	bench.hub->clients->outbox.bytes_max = bench.hub->clients->outbox.n_bytes + 10;
	if (bench.hub->clients->outbox.n == 0)
		fill(&bench, 1);
	publish_plan(&bench, bench.asked[0].token);
	ck_assert_uint_eq(bench.hub->counters.n_resyncs, 1);
	bench.hub->clients->outbox.bytes_max = 64 << 10;
	fill(&bench, 1);
	bench_wait(&bench, slow->n_snapshots == 2 && is_even(&bench, slow));
	ck_assert_uint_eq(slow->n_by_type[EVENT_PLAN], 1);
	ck_assert_uint_eq(slow->n_gaps + slow->n_doubled, 0);
	bench_close(&bench);
}
END_TEST

// More in one turn of the loop than a queue holds.
START_TEST(a_burst_makes_nobody_slow_whose_socket_has_room)
{
	struct hub_bench bench;
	struct hub_caller *peer;

	bench_init(&bench);
	bench.config.queue_bytes = 64 << 10;
	bench_open(&bench);
	peer = bench_join(&bench);
	bench_add_agents(&bench, AGENTS);
	bench_wait(&bench, is_even(&bench, peer));
	ck_assert_uint_eq(peer->n_resyncs + peer->n_gaps + peer->n_doubled, 0);
	bench_expect_same(&bench, peer);
	bench_close(&bench);
}
END_TEST

// The fleet has an event already when it is given to the clients: a snapshot that overtakes it tells it as well.
START_TEST(a_snapshot_does_not_overtake_what_waits_for_room)
{
	struct hub_bench bench;
	struct hub_caller *peer;
	struct outbox *outbox;

	bench_init(&bench);
	bench_add_agents(&bench, 3);
	bench_open(&bench);
	peer = bench_connect(&bench);
	hub_caller_hello(peer, NULL, NULL, WIRE_CHANNELS_ALL);
	while (bench.hub->clients->state != CLIENT_SNAPSHOT)
		bench_turn(&bench);
	outbox = &bench.hub->clients->outbox;
	ck_assert_uint_gt(outbox->n, 0); // that it has come
	outbox->bytes_max = 10;
	fill(&bench, 1);
	outbox->bytes_max = 1 << 20;
	bench_wait(&bench, peer->n_snapshots == 1 && is_even(&bench, peer));
	ck_assert_uint_eq(peer->n_resyncs + peer->n_gaps + peer->n_doubled, 0);
	bench_expect_same(&bench, peer);
	bench_close(&bench);
}
END_TEST

static void publish_operation(struct hub_bench *bench, struct event_dice *dice)
{
	struct event *event = NULL;

	do {
		event_unref(event);
		event = dice_event(dice, EVENT_OPERATION, 1764100000000);
	} while (event->u.operation->no != 1);
	event->is_restated = false;
	bench_publish(bench, event);
}

// Of an operation whose turn in the snapshot is yet to come nothing else is told; but it counts as told.
START_TEST(what_a_snapshot_stands_for_is_not_told_again_to_who_comes_back)
{
	struct event_dice dice = { .state = 3 };
	struct hub_bench bench;
	struct hub_caller *peer, *again;
	uint64_t last[CHANNEL_COUNT];

	bench_init(&bench);
	bench_add_agents(&bench, 4 * AGENTS);
	bench_open(&bench);
	bench_join(&bench);
	publish_operation(&bench, &dice);
	peer = bench_connect(&bench);
	hub_caller_hello(peer, NULL, NULL, WIRE_CHANNELS_ALL);
	while (bench.hub->clients->next->state != CLIENT_SNAPSHOT)
		bench_turn(&bench);
	publish_operation(&bench, &dice);
	ck_assert_uint_gt(bench.hub->clients->next->left_out, 0);
	bench_wait(&bench, peer->n_snapshots == 1 && is_even(&bench, peer));
	ck_assert_uint_eq(peer->n_resyncs + peer->n_gaps + peer->n_doubled, 0);
	bench_expect_same(&bench, peer);
	for (int c = 0; c < CHANNEL_COUNT; c++)
		last[c] = peer->last[c] > peer->welcome.last[c] ? peer->last[c] : peer->welcome.last[c];
	again = bench_connect(&bench);
	hub_caller_hello(again, peer->welcome.boot, last, WIRE_CHANNELS_ALL);
	bench_wait(&bench, again->is_welcome && again->n_by_type[EVENT_PRESENCE]);
	ck_assert(again->welcome.is_resumed);
	ck_assert_uint_eq(again->n_by_type[EVENT_OPERATION], 0);
	event_dice_finish(&dice);
	bench_close(&bench);
}
END_TEST

START_TEST(who_needs_three_snapshots_in_a_minute_goes)
{
	struct hub_bench bench;
	struct hub_caller *slow, *other;

	bench_init(&bench);
	bench.config.queue_bytes = 64 << 10;
	bench_add_agents(&bench, AGENTS);
	bench_open(&bench);
	other = bench_join(&bench);
	slow = bench_join(&bench);
	while (bench.hub->counters.n_disconnected_slow == 0) {
		fill(&bench, 400);
		while (hub_caller_turn(other, 0))
			;
	}
	bench_wait(&bench, slow->is_closed);
	ck_assert_int_eq(slow->error, WIRE_ERROR_SLOW);
	bench_wait(&bench, is_even(&bench, other));
	ck_assert_uint_eq(other->n_resyncs + other->n_gaps + other->n_doubled, 0);
	bench_wait(&bench, other->newest[EVENT_PRESENCE]->u.presence.is_gone);
	ck_assert_uint_eq(hub_n_clients(bench.hub), 1);
	bench_close(&bench);
}
END_TEST

START_TEST(a_notice_to_a_request_is_its_askers_alone)
{
	struct hub_bench bench;
	struct hub_caller *one, *other, *late;

	bench_init(&bench);
	bench_add_agents(&bench, 2);
	bench_open(&bench);
	one = bench_join(&bench);
	other = bench_join(&bench);
	bench.notice = "that takes a moment";
	ask(&bench, one, (struct request){ .type = REQUEST_PROBE_NOW, .agent = 1 }, 0);
	bench_wait(&bench, one->n_by_type[EVENT_NOTICE] == 1);
	bench.notice = NULL;
	late = bench_join(&bench);
	bench_wait(&bench, other->n_by_type[EVENT_PRESENCE] > 0 && late->n_snapshots == 1);
	ck_assert_uint_eq(other->n_by_type[EVENT_NOTICE], 0);
	bench_expect_same(&bench, late); // nobody who comes later sees it either
	bench_expect_same(&bench, other);
	ck_assert_uint_eq(one->n_gaps + other->n_gaps + late->n_gaps, 0);
	bench_close(&bench);
}
END_TEST

static pthread_t looked_up_in;

static int name_elsewhere(void *ctx, int64_t uid, char *out, size_t size)
{
	(void)ctx;
	(void)uid;
	looked_up_in = pthread_self();
	snprintf(out, size, "somebody");
	return 0;
}

// A directory of users can take half a minute to answer.
START_TEST(nobody_waits_for_the_name_of_another)
{
	struct hub_bench bench;
	struct hub_caller *one, *other;

	bench_init(&bench);
	bench_open(&bench);
	looked_up_in = pthread_self();
	bench.hub->access->world.user_name = name_elsewhere;
	one = bench_join(&bench);
	ck_assert_str_eq(one->welcome.you, "somebody");
	ck_assert(!pthread_equal(looked_up_in, pthread_self()));
	looked_up_in = pthread_self();
	other = bench_join(&bench);
	ck_assert_str_eq(other->welcome.you, "somebody");
	ck_assert(pthread_equal(looked_up_in, pthread_self())); // once is enough
	bench_close(&bench);
}
END_TEST

// Each time it is told everything anew.
START_TEST(who_subscribes_without_end_goes)
{
	struct hub_bench bench;
	struct hub_caller *one;

	bench_init(&bench);
	bench.config.n_requests_a_minute = 20;
	bench_add_agents(&bench, 3);
	bench_open(&bench);
	one = bench_join(&bench);
	for (int i = 0; i < 60; i++) {
		hub_caller_send(one, "{\"type\":\"unsubscribe\",\"channels\":[\"metrics\"]}");
		hub_caller_send(one, "{\"type\":\"subscribe\",\"channels\":[\"metrics\"]}");
	}
	bench_wait(&bench, one->is_closed);
	ck_assert_int_eq(one->error, WIRE_ERROR_LIMIT);
	ck_assert_uint_le(bench.hub->counters.n_snapshots, 22);
	bench_close(&bench);
}
END_TEST

START_TEST(requests_are_of_who_came_in)
{
	struct hub_bench bench;
	struct hub_caller *one, *other;

	bench_init(&bench);
	bench_add_agents(&bench, 2);
	bench_open(&bench);
	one = bench_join(&bench);
	other = bench_join(&bench);
	ask(&bench, one, (struct request){ .type = REQUEST_PROBE_NOW, .agent = 1, .who = "somebody else" }, 0);
	ask(&bench, other, (struct request){ .type = REQUEST_PROBE_NOW, .agent = 2 }, 0);
	ck_assert_uint_eq(bench.n_asked, 2);
	ck_assert_str_eq(bench.asked[0].who, one->welcome.you);
	ck_assert_str_ne(bench.asked[0].who, "somebody else");
	ck_assert_uint_eq(bench.asked[0].session, one->welcome.session);
	ck_assert_uint_eq(bench.asked[1].session, other->welcome.session);
	bench.result = -ESTALE;
	ask(&bench, one, (struct request){ .type = REQUEST_PROBE_NOW, .agent = 1 }, -ESTALE);
	ck_assert_str_ne(one->answer.why, "");
	bench_close(&bench);
}
END_TEST

static size_t n_asked(const struct hub_bench *bench, enum request_type type)
{
	size_t n = 0;

	for (size_t i = 0; i < bench->n_asked; i++)
		n += bench->asked[i].type == type;
	return n;
}

START_TEST(what_a_session_asked_for_ends_with_it)
{
	struct hub_bench bench;
	struct hub_caller *one, *other;

	bench_init(&bench);
	bench_add_agents(&bench, 3);
	bench_open(&bench);
	one = bench_join(&bench);
	other = bench_join(&bench);
	ask(&bench, one, (struct request){ .type = REQUEST_WATCH, .agent = 1 }, 0);
	ask(&bench, one, (struct request){ .type = REQUEST_WATCH, .agent = 2 }, 0);
	ask(&bench, one, (struct request){ .type = REQUEST_WATCH, .agent = 2 }, 0); // once is enough
	ask(&bench, other, (struct request){ .type = REQUEST_WATCH, .agent = 2 }, 0);
	ck_assert_uint_eq(n_asked(&bench, REQUEST_WATCH), 3);
	ask(&bench, one, (struct request){ .type = REQUEST_AUDIT_LIST }, 0);
	ask(&bench, other, (struct request){ .type = REQUEST_AUDIT_LIST }, 0);
	ask(&bench, other, (struct request){ .type = REQUEST_AUDIT_CLOSE }, 0); // one still reads
	ck_assert_uint_eq(n_asked(&bench, REQUEST_AUDIT_CLOSE), 0);
	hub_caller_close(one);
	bench_wait(&bench, other->newest[EVENT_PRESENCE]->u.presence.is_gone);
	ck_assert_uint_eq(n_asked(&bench, REQUEST_UNWATCH), 2);
	ck_assert_uint_eq(n_asked(&bench, REQUEST_AUDIT_CLOSE), 1);
	ck_assert_uint_eq(n_asked(&bench, REQUEST_PLAN_DROP), 1);
	ck_assert_int_eq(bench.asked[bench.n_asked - 1].type, REQUEST_PLAN_DROP);
	ck_assert_uint_eq(bench.asked[bench.n_asked - 1].operation, 0);
	bench_close(&bench);
}
END_TEST

static void publish_scrape(struct hub_bench *bench, uint32_t agent)
{
	bench_publish(bench, event_new(EVENT_SCRAPE, 1764100000000, agent));
}

START_TEST(scrapes_go_to_who_watches)
{
	struct hub_bench bench;
	struct hub_caller *one, *other;

	bench_init(&bench);
	bench_add_agents(&bench, 3);
	bench_open(&bench);
	one = bench_join(&bench);
	other = bench_join(&bench);
	ask(&bench, one, (struct request){ .type = REQUEST_WATCH, .agent = 1 }, 0);
	ask(&bench, other, (struct request){ .type = REQUEST_WATCH, .agent = 2 }, 0);
	publish_scrape(&bench, 1);
	publish_scrape(&bench, 2);
	publish_scrape(&bench, 1);
	publish_scrape(&bench, 3);
	bench_health(&bench, 3, OBSERVED_UP);
	bench_wait(&bench, one->n_by_type[EVENT_AGENT_HEALTH] && one->last[CHANNEL_AGENTS] &&
				   other->last[CHANNEL_AGENTS] && one->n_by_type[EVENT_SCRAPE] == 2);
	ck_assert_uint_eq(other->n_by_type[EVENT_SCRAPE], 1);
	ck_assert_uint_eq(one->n_gaps + other->n_gaps, 0); // those of others are no gaps
	bench_close(&bench);
}
END_TEST

START_TEST(an_event_lost_for_want_of_memory_is_made_good)
{
	struct hub_bench bench;
	struct hub_caller *peer;

	bench_init(&bench);
	bench_add_agents(&bench, 20);
	bench_open(&bench);
	peer = bench_join(&bench);
	bench_health(&bench, 1, OBSERVED_UP);
	bench_wait(&bench, is_even(&bench, peer));
	for (long n = 0; n < 12 && !peer->is_closed; n++) {
		struct event *event = event_new(EVENT_AGENT_HEALTH, 1764100001000 + n, 1 + (uint32_t)n);

		event->u.health.observed = OBSERVED_DOWN;
		event->u.health.toward = event->u.health.observed;
		mem_fail_once(n);
		bench_publish(&bench, event);
		mem_fail_after(-1);
		bench_wait(&bench, peer->is_closed || is_even(&bench, peer) || peer->n_resyncs);
	}
	// It was resynchronised, more than once, and so told to come again; who comes sees what the hub sees.
	peer = bench_join(&bench);
	bench_expect_same(&bench, peer);
	bench_close(&bench);
}
END_TEST

START_TEST(whom_one_looks_at_is_told_twice_a_second_at_most)
{
	struct hub_bench bench;
	struct hub_caller *one, *other;
	size_t before;

	bench_init(&bench);
	bench_add_agents(&bench, 30);
	bench_open(&bench);
	one = bench_join(&bench);
	other = bench_join(&bench);
	bench_wait(&bench, one->n_by_type[EVENT_PRESENCE] && other->n_by_type[EVENT_PRESENCE]);
	before = other->n_by_type[EVENT_PRESENCE];
	for (uint32_t agent = 1; agent <= 30; agent++)
		ask(&bench, one, (struct request){ .type = REQUEST_LOOK, .agent = agent }, 0);
	ask(&bench, one, (struct request){ .type = REQUEST_LOOK, .agent = 31 }, -ENOENT);
	bench_wait(&bench, other->newest[EVENT_PRESENCE]->agent == 30);
	ck_assert_uint_le(other->n_by_type[EVENT_PRESENCE] - before, 4);
	bench_close(&bench);
}
END_TEST

// Nothing goes to who subscribed to what people do, as long as they do nothing: the pings alone show who is there.
START_TEST(who_answers_no_ping_is_idle)
{
	struct hub_bench bench;
	struct hub_caller *here, *away;

	bench_init(&bench);
	bench.config.idle_ms = 1200;
	bench.config.sweep_ms = 100;
	bench_open(&bench);
	away = bench_connect(&bench);
	hub_caller_hello(away, NULL, NULL, 1 << CHANNEL_AUDIT);
	bench_wait(&bench, away->n_snapshots == 1);
	here = bench_connect(&bench);
	hub_caller_hello(here, NULL, NULL, 1 << CHANNEL_AUDIT);
	bench_wait(&bench, here->n_snapshots == 1);
	for (int64_t until_ms = hub_caller_now_ms() + HUB_CALLER_MS; hub_n_clients(bench.hub) == 2;) {
		ck_assert_int_lt(hub_caller_now_ms(), until_ms);
		bench_turn(&bench);
		(void)hub_caller_turn(here, 1);
	}
	ck_assert_int_eq(here->error, WIRE_ERROR_COUNT);
	bench_wait(&bench, away->is_closed);
	ck_assert_int_eq(away->error, WIRE_ERROR_IDLE);
	ck_assert_uint_eq(websocket_close_code(away->ws), WEBSOCKET_GOING_AWAY);
	hub_caller_send(here, "{\"type\":\"ping\",\"id\":1}");
	bench_wait(&bench, here->n_pongs == 1);
	bench_close(&bench);
}
END_TEST

START_TEST(everyone_is_told_that_it_ends)
{
	struct hub_bench bench;
	struct hub_caller *one, *fresh;

	bench_init(&bench);
	bench_add_agents(&bench, 3);
	bench_open(&bench);
	one = bench_join(&bench);
	fresh = bench_connect(&bench); // has not said hello
	hub_stop(bench.hub, 5000);
	bench_wait(&bench, one->is_closed && fresh->is_closed && bench.has_closed);
	ck_assert_int_eq(one->error, WIRE_ERROR_SHUTDOWN);
	ck_assert_int_eq(fresh->error, WIRE_ERROR_SHUTDOWN);
	ck_assert_uint_eq(websocket_close_code(one->ws), WEBSOCKET_GOING_AWAY);
	bench.hub = NULL;
	bench_close(&bench);
}
END_TEST

START_TEST(one_that_does_not_answer_does_not_hold_up_the_end)
{
	struct hub_bench bench;
	struct hub_caller *slow;
	int64_t began_ms;

	bench_init(&bench);
	bench_add_agents(&bench, AGENTS);
	bench_open(&bench);
	slow = bench_join(&bench);
	fill(&bench, 3000);
	began_ms = hub_caller_now_ms();
	hub_stop(bench.hub, 300);
	while (!bench.has_closed) {
		ck_assert_int_lt(hub_caller_now_ms() - began_ms, HUB_CALLER_MS);
		bench_turn(&bench);
	}
	ck_assert(!slow->is_closed);
	bench.hub = NULL;
	bench_close(&bench);
}
END_TEST

START_TEST(a_hub_that_cannot_be_made_leaves_nothing)
{
	struct hub_bench bench;
	const struct hub_listen listens[] = { { .text = "0.0.0.0:1", .host = "0.0.0.0", .port = 1, .is_any = true } };

	bench_init(&bench);
	for (long n = 0; n < 40; n++) {
		const struct hub_options options = { .config = &bench.config,
						     .socket = bench.socket,
						     .token_file = "/nonexistent/tokens.json",
						     .broadcaster = bench.broadcaster,
						     .fleet = bench.fleet,
						     .feed = &bench.feed };
		char why[HUB_WHY_MAX] = "";
		struct hub *hub = NULL;

		mem_fail_once(n);
		if (hub_create(&bench.loop, &options, &hub, why) == 0)
			hub_stop(hub, 0);
		mem_fail_after(-1);
		uv_run(&bench.loop, UV_RUN_DEFAULT);
		ck_assert_int_eq(access(bench.socket, 0), -1);
	}
	bench.config.listens = listens;
	bench.config.n_listens = 1;
	{
		const struct hub_options options = { .config = &bench.config,
						     .broadcaster = bench.broadcaster,
						     .fleet = bench.fleet,
						     .feed = &bench.feed,
						     .token_file = "/nonexistent/tokens.json" };
		char why[HUB_WHY_MAX] = "";
		struct hub *hub = NULL;

		ck_assert_int_eq(hub_create(&bench.loop, &options, &hub, why), -EINVAL);
		ck_assert_ptr_nonnull(strstr(why, "needs TLS"));
		uv_run(&bench.loop, UV_RUN_DEFAULT);
	}
	bench_close(&bench);
}
END_TEST

SUITE("hub", a_snapshot_and_what_happens_meanwhile_are_one, who_is_behind_gets_the_newest_state_and_ends_the_same,
      a_queue_that_is_full_is_dropped_for_a_snapshot, a_plan_that_was_asked_for_survives_the_loss_of_its_queue,
      a_plan_that_comes_to_a_full_queue_is_told, a_burst_makes_nobody_slow_whose_socket_has_room,
      a_snapshot_does_not_overtake_what_waits_for_room, what_a_snapshot_stands_for_is_not_told_again_to_who_comes_back,
      who_needs_three_snapshots_in_a_minute_goes, a_notice_to_a_request_is_its_askers_alone,
      nobody_waits_for_the_name_of_another, who_subscribes_without_end_goes, requests_are_of_who_came_in,
      what_a_session_asked_for_ends_with_it, scrapes_go_to_who_watches, an_event_lost_for_want_of_memory_is_made_good,
      whom_one_looks_at_is_told_twice_a_second_at_most, who_answers_no_ping_is_idle, everyone_is_told_that_it_ends,
      one_that_does_not_answer_does_not_hold_up_the_end, a_hub_that_cannot_be_made_leaves_nothing)
