// SPDX-License-Identifier: Apache-2.0
/* Whatever happens, an operation comes to an end, and nothing is dispatched that is not on the disk. */
#include "tests/support/suite.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "tests/unit/services/engine_bench.h"

static struct engine_bench b;

// ---- at random

static uint32_t seed;

static uint32_t draw(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

static const enum verb verbs[] = { VERB_RESTART, VERB_UPGRADE, VERB_STOP, VERB_CONFIGURE, VERB_ROLLBACK };
static const unsigned steps[] = { PRIMITIVE_OBSERVE, BENCH_FIRST, BENCH_SECOND, BENCH_UNDO };

static void draw_script(void)
{
	for (uint32_t n = draw(6); n > 0; n--)
		bench_script(&b, draw((uint32_t)b.n_agents),
			     (struct bench_row){
				     .step = steps[draw(4)],
				     .outcome = (enum driver_outcome)draw(4),
				     .happens = draw(2),
				     .is_silent = draw(8) == 0,
				     .begin_error = draw(8) == 0 ? -5 : 0,
				     .delay_ms = 1 + (int64_t)draw(3000),
			     });
}

static struct operation_params draw_params(void)
{
	struct operation_params params = bench_params(verbs[draw(5)]);

	params.rollout.kind = draw(2) ? ROLLOUT_CANARY : ROLLOUT_ROLLING;
	params.rollout.batch = (uint16_t)(1 + draw(4));
	params.rollout.max_unavailable = (uint16_t)(1 + draw(3));
	params.rollout.rolls_back = draw(4) != 0;
	return params;
}

static void draw_request(void)
{
	static const enum request_type types[] = {
		REQUEST_OPERATION_PAUSE,    REQUEST_OPERATION_RESUME, REQUEST_OPERATION_ABORT,
		REQUEST_OPERATION_ROLLBACK, REQUEST_PAUSE_ALL,        REQUEST_OPERATION_RESUME,
	};

	if (b.operation && draw(12) == 0)
		bench_ask(&b, types[draw(6)]);
	if (draw(60) == 0)
		b.agents[draw((uint32_t)b.n_agents)].is_sick ^= true;
	if (draw(60) == 0)
		b.agents[draw((uint32_t)b.n_agents)].error_share = draw(2) ? 0.2 : 0;
}

static bool is_waiting_for_a_person(void)
{
	return b.engine->ops && b.engine->ops->state == OPERATION_PAUSED;
}

static void check_end(void)
{
	const struct operation *operation = b.operation;
	size_t n = 0;

	ck_assert(operation_is_over(operation->state));
	for (size_t i = 0; i < operation->plan->n_targets; i++) {
		enum target_state state = operation->targets[i].state;

		ck_assert_msg(state != TARGET_PENDING && state != TARGET_RUNNING && state != TARGET_VERIFYING &&
				      state != TARGET_ROLLING_BACK,
			      "seed %u: %s: %s", seed, operation_state_name(operation->state),
			      target_state_name(state));
		n += state == TARGET_INDETERMINATE;
		for (size_t k = 0; k < operation->plan->targets[i].n_steps; k++)
			ck_assert_int_ne(operation->targets[i].steps[k].state, STEP_CURRENT);
	}
	ck_assert_int_eq(n > 0, operation->state == OPERATION_INDETERMINATE);
	for (size_t i = 0; i < b.n_agents; i++)
		ck_assert(!b.agents[i].is_operated);
}

static void run_at_random(void)
{
	for (unsigned n = 0; !bench_is_over(&b) && n < 4000; n++) {
		draw_request();
		if (is_waiting_for_a_person() && draw(20) == 0)
			bench_ask(&b, REQUEST_OPERATION_ABORT);
		bench_advance(&b, 1 + (int64_t)draw(1500));
	}
	ck_assert_msg(bench_is_over(&b), "seed %u: %s", seed, b.states);
	check_end();
}

START_TEST(ends_every_operation_whatever_becomes_of_its_steps)
{
	unsigned n_by_state[OPERATION_STATE_COUNT] = { 0 };

	for (uint32_t i = 0; i < 400; i++) {
		struct operation_params params;

		seed = i;
		bench_init(&b, 1 + draw(6), true);
		params = draw_params();
		ck_assert_int_eq(bench_plan(&b, &params, b.n_agents), 0);
		draw_script();
		if (bench_submit(&b) == 0) {
			run_at_random();
			n_by_state[b.operation->state]++;
		}
		bench_finish(&b);
	}
	for (int state = OPERATION_SUCCEEDED; state < OPERATION_STATE_COUNT; state++) // else it has shown nothing
		ck_assert_msg(n_by_state[state] >= 5, "%s", operation_state_name((enum operation_state)state));
}
END_TEST

// ---- without memory

static void try_without_memory(enum verb verb, long n, bool is_demo, bool *has_failed)
{
	unsigned long before;
	struct operation_params params = bench_params(verb);

	bench_init(&b, 2, is_demo);
	bench_script(&b, 1, (struct bench_row){ .step = BENCH_SECOND, .outcome = DRIVER_FAILED });
	before = mem_n_failed();
	mem_fail_once(n);
	if (bench_plan_quietly(&b, &params, 2) && bench_submit(&b) == 0) {
		bench_until(&b, bench_is_over, 3600000);
		ck_assert(b.operation && operation_is_over(b.operation->state));
		check_end();
	}
	mem_fail_once(-1);
	*has_failed = mem_n_failed() > before;
	bench_finish(&b);
}

START_TEST(comes_to_an_end_without_memory_at_any_allocation)
{
	bool has_failed = true;
	long n_tried;

	for (n_tried = 0; has_failed; n_tried++)
		try_without_memory(VERB_UPGRADE, n_tried, true, &has_failed);
	ck_assert_int_gt(n_tried, 100);
}
END_TEST

START_TEST(configures_without_memory_on_record)
{
	bool has_failed = true;

	for (long n = 0; has_failed; n++)
		try_without_memory(VERB_CONFIGURE, n, false, &has_failed);
}
END_TEST

START_TEST(knows_nothing_of_agents_that_there_is_no_memory_for)
{
	bool has_failed = true;
	unsigned long before;
	struct agent another = { .id = 1, .refs = 1, .key = "http://another.test", .driver = "fake" };

	for (long n = 0; has_failed; n++) {
		bench_init(&b, 0, true);
		before = mem_n_failed();
		mem_fail_once(n);
		provisioning_engine_agent(b.engine, &another, false, b.now);
		mem_fail_once(-1);
		has_failed = mem_n_failed() > before;
		ck_assert(has_failed || provisioning_engine_lifecycle(b.engine, 1));
		provisioning_engine_agent(b.engine, &another, true, b.now);
		provisioning_engine_agent(b.engine, &another, true, b.now); // of whom nothing is known
		ck_assert_ptr_null(provisioning_engine_lifecycle(b.engine, 1));
		bench_finish(&b);
	}
}
END_TEST

START_TEST(leaves_out_without_memory_what_nothing_operates)
{
	struct operation_params params = bench_params(VERB_RESTART);
	bool has_failed = true;
	unsigned long before;

	for (long n = 0; has_failed; n++) {
		bench_prepare(&b, 2, true);
		b.agents[1].agent.driver = NULL;
		bench_start(&b);
		ck_assert_int_eq(bench_plan(&b, &params, 2), 0);
		before = mem_n_failed();
		mem_fail_once(n);
		if (bench_submit(&b) == 0) {
			bench_until(&b, bench_is_over, 60000);
			check_end();
			ck_assert_int_eq(bench_target(&b, 1)->state, TARGET_SKIPPED);
		}
		mem_fail_once(-1);
		has_failed = mem_n_failed() > before;
		bench_finish(&b);
	}
}
END_TEST

START_TEST(comes_to_an_end_without_memory_on_record)
{
	bool has_failed = true;
	long n_tried;

	for (n_tried = 0; has_failed; n_tried += 3)
		try_without_memory(VERB_UPGRADE, n_tried, false, &has_failed);
	ck_assert_int_gt(n_tried, 300);
}
END_TEST

// ---- without a disk

// Files may grow to so much and no further: journal and audit trail alike, each at its own record.
static int try_without_disk(void *ctx)
{
	struct operation_params params = bench_params(VERB_UPGRADE);
	bool has_failed;
	int r;

	bench_init(&b, 2, false);
	bench_script(&b, 1, (struct bench_row){ .step = BENCH_SECOND, .outcome = DRIVER_FAILED });
	ck_assert_int_eq(bench_plan(&b, &params, 2), 0);
	suite_fill_disk(*(unsigned long *)ctx);
	r = bench_submit(&b);
	if (r == 0)
		bench_until(&b, bench_is_over, 3600000);
	suite_fill_disk(ULONG_MAX);
	has_failed =
		r < 0 || audit_logger_state(b.audit)->status == AUDIT_LOGGER_BROKEN || !strstr(b.states, "rolled back");
	if (r == 0)
		check_end();
	bench_finish(&b);
	return has_failed;
}

START_TEST(comes_to_an_end_without_a_disk_at_any_record)
{
	unsigned long bytes = 300;

	for (; suite_apart(try_without_disk, &bytes); bytes += 400)
		;
	ck_assert_uint_gt(bytes, 8000); // both files are longer than that
}
END_TEST

SUITE("provisioning_engine: faults", ends_every_operation_whatever_becomes_of_its_steps,
      comes_to_an_end_without_memory_at_any_allocation, configures_without_memory_on_record,
      knows_nothing_of_agents_that_there_is_no_memory_for, leaves_out_without_memory_what_nothing_operates,
      comes_to_an_end_without_memory_on_record, comes_to_an_end_without_a_disk_at_any_record)
