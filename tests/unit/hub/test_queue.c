// SPDX-License-Identifier: Apache-2.0
/* What waits for a client, and what becomes of it when there is too much. */
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "hub/internal.h"
#include "tests/support/event_dice.h"
#include "tests/unit/hub/hub_bench.h"

enum { AGENTS = 300 };

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
	bench_wait(&bench, peer->n_snapshots == 1 && bench_is_even(&bench, peer));
	bench_expect_same(&bench, peer);
	ck_assert_uint_eq(peer->n_gaps + peer->n_doubled + peer->n_resyncs, 0);
	bench_health(&bench, 5, OBSERVED_DOWN);
	bench_wait(&bench, bench_is_even(&bench, peer));
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
	bench_wait(&bench, bench_is_even(&bench, slow) && bench_is_even(&bench, quick));
	ck_assert_uint_eq(slow->n_resyncs + slow->n_gaps + slow->n_doubled, 0);
	ck_assert_uint_lt(slow->n_by_type[EVENT_AGENT_HEALTH] - n, 10000 - 1000);
	ck_assert_uint_eq(fleet_counts(slow->fleet)->by_state[HEALTH_UP], 50);
	ck_assert_uint_eq(quick->n_resyncs + quick->n_gaps + quick->n_doubled, 0);
	bench_expect_same(&bench, quick);
	bench_close(&bench);
}
END_TEST

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
		bench_fill(&bench, 10);
	bench_wait(&bench, slow->n_snapshots == 2 && bench_is_even(&bench, slow));
	ck_assert_uint_eq(slow->n_resyncs, 1);
	ck_assert_uint_gt(bench.hub->counters.n_dropped, 10);
	ck_assert_uint_eq(slow->n_gaps + slow->n_doubled, 0);
	bench_expect_same(&bench, slow);
	ck_assert(!slow->is_closed);
	bench_close(&bench);
}
END_TEST

START_TEST(a_limit_that_is_read_again_counts_for_who_is_there)
{
	struct hub_config config;
	struct hub_bench bench;
	struct hub_caller *slow;
	char why[HUB_WHY_MAX];

	bench_init(&bench);
	bench_add_agents(&bench, AGENTS);
	bench_open(&bench);
	slow = bench_join(&bench);
	config = bench.config;
	config.queue_bytes = 64 << 10;
	ck_assert_int_eq(hub_reload(bench.hub, &config, why), 0);
	while (bench.hub->counters.n_resyncs == 0) {
		ck_assert_uint_le(bench.hub->clients->outbox.n_bytes, 64 << 10);
		bench_fill(&bench, 10);
	}
	bench_wait(&bench, slow->n_snapshots == 2 && bench_is_even(&bench, slow));
	config.queue_bytes = 2 << 20;
	ck_assert_int_eq(hub_reload(bench.hub, &config, why), 0);
	ck_assert_uint_eq(bench.hub->clients->outbox.bytes_max, 2 << 20);
	bench_close(&bench);
}
END_TEST

START_TEST(a_limit_of_messages_that_is_read_again_counts_for_who_is_there)
{
	static char message[3000]; // a ping with much behind it
	struct hub_config config;
	struct hub_bench bench;
	struct hub_caller *peer;
	char why[HUB_WHY_MAX];

	snprintf(message, sizeof message, "{\"type\":\"ping\",\"id\":1,\"more\":\"%02600d\"}", 0);
	bench_init(&bench);
	bench_open(&bench);
	peer = bench_join(&bench);
	hub_caller_send(peer, message);
	bench_wait(&bench, peer->n_pongs == 1);
	config = bench.config;
	config.message_bytes = 2048;
	ck_assert_int_eq(hub_reload(bench.hub, &config, why), 0);
	hub_caller_send(peer, message);
	bench_wait(&bench, peer->is_closed);
	ck_assert_uint_eq(websocket_close_code(peer->ws), WEBSOCKET_TOO_BIG);
	ck_assert_uint_eq(peer->n_pongs, 1);
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

	bench_ask(bench, peer,
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
		bench_fill(&bench, 10);
	publish_plan(&bench, bench.asked[0].token);
	while (bench.hub->counters.n_resyncs == 0)
		bench_fill(&bench, 10);
	bench_wait(&bench, slow->n_snapshots == 2 && bench_is_even(&bench, slow));
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
		bench_fill(&bench, 10);
	bench.hub->clients->outbox.bytes_max = bench.hub->clients->outbox.n_bytes + 10;
	if (bench.hub->clients->outbox.n == 0)
		bench_fill(&bench, 1);
	publish_plan(&bench, bench.asked[0].token);
	ck_assert_uint_eq(bench.hub->counters.n_resyncs, 1);
	bench.hub->clients->outbox.bytes_max = 64 << 10;
	bench_fill(&bench, 1);
	bench_wait(&bench, slow->n_snapshots == 2 && bench_is_even(&bench, slow));
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
	bench_wait(&bench, bench_is_even(&bench, peer));
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
	bench_fill(&bench, 1);
	outbox->bytes_max = 1 << 20;
	bench_wait(&bench, peer->n_snapshots == 1 && bench_is_even(&bench, peer));
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
	bench_wait(&bench, peer->n_snapshots == 1 && bench_is_even(&bench, peer));
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
		bench_fill(&bench, 400);
		while (hub_caller_turn(other, 0))
			;
	}
	bench_wait(&bench, slow->is_closed);
	ck_assert_int_eq(slow->error, WIRE_ERROR_SLOW);
	bench_wait(&bench, bench_is_even(&bench, other));
	ck_assert_uint_eq(other->n_resyncs + other->n_gaps + other->n_doubled, 0);
	bench_wait(&bench, other->newest[EVENT_PRESENCE]->u.presence.is_gone);
	ck_assert_uint_eq(hub_n_clients(bench.hub), 1);
	bench_close(&bench);
}
END_TEST

SUITE("hub/queue", a_snapshot_and_what_happens_meanwhile_are_one, who_is_behind_gets_the_newest_state_and_ends_the_same,
      a_queue_that_is_full_is_dropped_for_a_snapshot, a_limit_of_messages_that_is_read_again_counts_for_who_is_there,
      a_limit_that_is_read_again_counts_for_who_is_there, a_plan_that_was_asked_for_survives_the_loss_of_its_queue,
      a_plan_that_comes_to_a_full_queue_is_told, a_burst_makes_nobody_slow_whose_socket_has_room,
      a_snapshot_does_not_overtake_what_waits_for_room, what_a_snapshot_stands_for_is_not_told_again_to_who_comes_back,
      who_needs_three_snapshots_in_a_minute_goes)
