// SPDX-License-Identifier: Apache-2.0
/* Plans and operations that are larger than a message: said so, and nobody is asked to come back for them. */
#include "tests/support/suite.h"

#include <string.h>

#include "base/memory.h"
#include "hub/internal.h"
#include "tests/support/event_dice.h"
#include "tests/unit/hub/hub_bench.h"

enum { N_TARGETS = 5000, LONG = 3600, SHORT = 8 };

static void publish_plan(struct hub_bench *bench, struct plan *plan)
{
	struct event *event = event_new(EVENT_PLAN, plan->at_ms, 0);

	event->u.plan = plan_ref(plan);
	bench_publish(bench, event);
}

static void publish_operation(struct hub_bench *bench, const struct plan *plan, enum operation_state state)
{
	struct event *event = event_new(EVENT_OPERATION, plan->at_ms, 0);
	struct operation *operation = dice_large_operation(plan);

	operation->state = state;
	event->u.operation = operation;
	bench_publish(bench, event);
}

// Asks for a plan that comes out like that.
static const struct plan *ask_plan(struct hub_bench *bench, struct hub_caller *peer, struct plan *plan)
{
	const uint32_t agents[] = { 1 };

	bench_ask(bench, peer,
		  (struct request){
			  .type = REQUEST_PLAN, .agents = agents, .n_agents = 1, .params = &plan->params, .token = 77 },
		  0);
	plan->token = bench->asked[bench->n_asked - 1].token;
	publish_plan(bench, plan);
	bench_wait(bench, peer->newest[EVENT_PLAN] && peer->newest[EVENT_PLAN]->u.plan->no == plan->no);
	return peer->newest[EVENT_PLAN]->u.plan;
}

// News come as before, in order, and nobody was told to begin anew.
static void expect_well(struct hub_bench *bench, struct hub_caller *peer)
{
	size_t n = peer->n_by_type[EVENT_AGENT_HEALTH];

	bench_health(bench, 1, OBSERVED_DOWN);
	bench_wait(bench, peer->n_by_type[EVENT_AGENT_HEALTH] > n);
	ck_assert(!peer->is_closed);
	ck_assert_uint_eq(peer->n_resyncs, 0);
	ck_assert_uint_eq(peer->n_gaps, 0);
	ck_assert_uint_eq(peer->n_snapshots, 1);
}

START_TEST(a_plan_that_is_larger_than_a_message_is_refused_in_words)
{
	struct plan *fits = dice_large_plan(1, 20, LONG, SHORT);
	struct plan *large = dice_large_plan(2, N_TARGETS, LONG, SHORT);
	struct plan *larger = dice_large_plan(3, N_TARGETS, SHORT, LONG);
	const struct plan *told;
	struct hub_bench bench;
	struct hub_caller *peer;

	bench_init(&bench);
	bench_add_agents(&bench, 2);
	bench_open(&bench);
	peer = bench_join(&bench);
	told = ask_plan(&bench, peer, fits);
	ck_assert_str_eq(told->refusal, "");
	ck_assert_str_eq(told->hash, fits->hash);
	told = ask_plan(&bench, peer, large);
	ck_assert_str_eq(told->refusal,
			 "too large to be shown: the steps of 5000 agents do not fit into one message of "
			 "16 MiB; choose fewer agents at a time");
	ck_assert_uint_eq(told->token, 77);
	ck_assert_uint_eq(told->n_targets, N_TARGETS); // whom it would be about
	ck_assert_uint_eq(told->targets[0].n_steps, 0);
	ck_assert_str_ne(told->hash, large->hash); // nobody agrees to what they were not shown
	ck_assert_str_eq(large->refusal, "");
	told = ask_plan(&bench, peer, larger);
	ck_assert_ptr_nonnull(strstr(told->refusal, "the steps of 5000 agents"));
	ck_assert_uint_eq(told->n_targets, 0);
	expect_well(&bench, peer);
	plan_unref(fits);
	plan_unref(large);
	plan_unref(larger);
	bench_close(&bench);
}
END_TEST

// As when another process on the hub's machine carries it out.
START_TEST(an_operation_that_is_larger_than_a_message_is_told_without_its_steps)
{
	struct plan *plan = dice_large_plan(1, N_TARGETS, LONG, SHORT);
	struct hub_caller *peer, *late;
	struct hub_bench bench;

	bench_init(&bench);
	bench_add_agents(&bench, 2);
	bench_open(&bench);
	peer = bench_join(&bench);
	publish_operation(&bench, plan, OPERATION_RUNNING);
	expect_well(&bench, peer);
	late = bench_join(&bench);
	publish_operation(&bench, plan, OPERATION_PAUSED);
	expect_well(&bench, peer);
	expect_well(&bench, late);
	ck_assert_uint_eq(fleet_n_operations(peer->fleet), 1);
	ck_assert_uint_eq(fleet_n_operations(late->fleet), 1);
	ck_assert_int_eq(fleet_operation_at(late->fleet, 0)->state, OPERATION_PAUSED);
	ck_assert_int_eq(fleet_operation_at(peer->fleet, 0)->targets[0].state, TARGET_RUNNING);
	ck_assert_uint_eq(fleet_operation_at(peer->fleet, 0)->plan->targets[0].n_steps, 0);
	plan_unref(plan);
	bench_close(&bench);
}
END_TEST

START_TEST(one_that_is_larger_even_so_is_not_told_and_nothing_else_is_lost)
{
	struct plan *plan = dice_large_plan(1, N_TARGETS, SHORT, LONG);
	struct hub_caller *peer, *late;
	struct hub_bench bench;

	bench_init(&bench);
	bench_add_agents(&bench, 2);
	bench_open(&bench);
	peer = bench_join(&bench);
	publish_operation(&bench, plan, OPERATION_RUNNING);
	publish_operation(&bench, plan, OPERATION_PAUSED); // which alone would fit
	late = bench_join(&bench);
	publish_operation(&bench, plan, OPERATION_RUNNING);
	expect_well(&bench, peer);
	expect_well(&bench, late);
	ck_assert_uint_eq(fleet_n_operations(peer->fleet), 0);
	ck_assert_uint_eq(fleet_n_operations(late->fleet), 0);
	plan_unref(plan);
	bench_close(&bench);
}
END_TEST

SUITE("hub: what is larger than a message", a_plan_that_is_larger_than_a_message_is_refused_in_words,
      an_operation_that_is_larger_than_a_message_is_told_without_its_steps,
      one_that_is_larger_even_so_is_not_told_and_nothing_else_is_lost)
