// SPDX-License-Identifier: Apache-2.0
/* What happens to targets outside of operations, and what of it an operation takes for its own. */
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "tests/unit/services/engine_bench.h"

static struct engine_bench b, other;
static char told[2048]; // "agent@ms title: text|", ms since the news
static int64_t news_ms; // wall: of the last one

static void on_event(struct engine_bench *bench, const struct event *event)
{
	size_t n = strlen(told);

	(void)bench;
	if (event->type == EVENT_NOTICE)
		snprintf(told + n, sizeof told - n, "%u@%lld %s: %s|", event->agent,
			 (long long)(event->at_ms - news_ms),
			 event->u.notice.title ? event->u.notice.title : "no memory",
			 event->u.notice.text ? event->u.notice.text : "");
}

static void begin(size_t n_agents, bool is_demo)
{
	bench_init(&b, n_agents, is_demo);
	b.on_event = on_event;
	b.agents[0].agent.control_target = "box-0";
	told[0] = '\0';
}

static void happen(struct engine_bench *bench, uint32_t agent, enum driver_happening what, int64_t code)
{
	const struct driver_news news = {
		.agent = agent, .what = what, .at_ms = bench->now.wall_ms - 20, .exit_code = code
	};

	news_ms = news.at_ms;
	provisioning_engine_happened(bench->engine, &news, bench->now);
}

static void pass(struct engine_bench *bench, int64_t ms)
{
	for (int64_t i = 0; i < ms; i += 50)
		bench_advance(bench, 50);
}

START_TEST(what_others_do_is_told_with_its_time_and_looked_at)
{
	begin(2, true);
	b.agents[0].sight.state = LIFECYCLE_STOPPED;
	happen(&b, 1, HAPPENED_ENDED, 137);
	ck_assert_uint_eq(b.n_probes, 0);
	ck_assert_int_le(provisioning_engine_deadline(b.engine), b.now.mono_ms);
	bench_advance(&b, 1);
	ck_assert_uint_eq(b.n_probes, 1); // at once
	pass(&b, 700);
	ck_assert_str_eq(told, "1@0 a0 died: exit code 137: fake: box-0|");
	ck_assert_int_eq(b.lives[0].observed, LIFECYCLE_STOPPED);
	ck_assert(b.lives[0].is_observed && !b.lives[1].is_observed);
	pass(&b, 1000);
	ck_assert_uint_eq(b.n_probes, 2);
	bench_finish(&b);
}
END_TEST

START_TEST(whom_nobody_knows_is_nobodys_news)
{
	begin(2, true);
	happen(&b, 7, HAPPENED_ENDED, 1);
	happen(&b, 1, HAPPENED_ENDED, 1);
	b.agents[0].is_gone = true;
	provisioning_engine_agent(b.engine, &b.agents[0].agent, true, b.now);
	pass(&b, 1000);
	ck_assert_str_eq(told, "");
	bench_finish(&b);
}
END_TEST

START_TEST(a_crowd_has_its_names)
{
	begin(12, true);
	for (uint32_t i = 1; i <= 12; i++)
		happen(&b, i, HAPPENED_PAUSED, -1);
	pass(&b, 11000);
	ck_assert_ptr_nonnull(strstr(told, "|0@0 4 more agents were paused from outside: a"));
	bench_finish(&b);
}
END_TEST

// ---- operations

static bool is_sent(struct engine_bench *bench)
{
	return bench->engine->ops && bench->engine->ops->targets[0].phase == PHASE_SENT;
}

static bool is_verifying(struct engine_bench *bench)
{
	return bench->engine->ops && bench->engine->ops->targets[0].phase == PHASE_VERIFYING;
}

static void submit(size_t n)
{
	struct operation_params params = bench_params(VERB_RESTART);

	ck_assert_int_eq(bench_plan(&b, &params, n), 0);
	ck_assert_int_eq(bench_submit(&b), 0);
}

START_TEST(what_a_step_does_is_the_steps)
{
	begin(1, false);
	submit(1);
	bench_until(&b, is_sent, 10000);
	happen(&b, 1, HAPPENED_ENDED, 143);
	happen(&b, 1, HAPPENED_STARTED, -1);
	happen(&b, 1, HAPPENED_OUT_OF_MEMORY, -1); // no step asks for that
	bench_until(&b, is_verifying, 10000);
	happen(&b, 1, HAPPENED_ENDED, 9);
	bench_until(&b, bench_is_over, 60000);
	ck_assert_ptr_nonnull(strstr(b.operation->output, "it ran out of memory"));
	ck_assert_ptr_nonnull(strstr(b.operation->output, "it ended: exit code 9"));
	ck_assert_ptr_null(strstr(b.operation->output, "143"));
	ck_assert_ptr_null(strstr(b.operation->output, "started"));
	ck_assert_str_eq(told, "");
	// It is heard of late, and nobody else's doing for that.
	happen(&b, 1, HAPPENED_STARTED, -1);
	pass(&b, 1000);
	ck_assert_str_eq(told, "");
	happen(&b, 1, HAPPENED_STARTED, -1);
	pass(&b, 1000);
	ck_assert_str_eq(told, "1@0 a0 was started: fake: box-0|");
	bench_finish(&b);
}
END_TEST

static bool is_second_sent(struct engine_bench *bench)
{
	return bench->engine->ops && bench->engine->ops->targets[1].phase == PHASE_SENT;
}

START_TEST(what_happens_to_another_target_is_said_of_that_one)
{
	begin(2, false);
	submit(2);
	bench_until(&b, is_second_sent, 120000);
	happen(&b, 2, HAPPENED_OUT_OF_MEMORY, -1);
	bench_until(&b, bench_is_over, 120000);
	ck_assert_ptr_nonnull(strstr(b.operation->output, "a1: it ran out of memory"));
	ck_assert_ptr_null(strstr(b.operation->output, "a0: it ran out of memory"));
	bench_finish(&b);
}
END_TEST

// It was to be looked at, and by then a step is carried out: that one looks when it is done.
START_TEST(who_is_at_work_is_not_probed_for_what_happened_before)
{
	size_t n_probes;

	begin(1, false);
	bench_script(&b, 0, (struct bench_row){ .step = BENCH_FIRST, .happens = true, .delay_ms = 4000 });
	happen(&b, 1, HAPPENED_PAUSED, -1);
	bench_advance(&b, 1);
	ck_assert_uint_eq(b.n_probes, 1); // at once; the second time when it has come to rest
	submit(1);
	bench_until(&b, is_sent, 900);
	n_probes = b.n_probes;
	pass(&b, 2000);
	ck_assert(is_sent(&b));
	ck_assert_uint_eq(b.n_probes, n_probes);
	ck_assert_ptr_nonnull(strstr(told, "was paused from outside"));
	bench_until(&b, bench_is_over, 60000);
	bench_finish(&b);
}
END_TEST

START_TEST(whose_turn_has_not_come_is_told_of)
{
	begin(2, false);
	submit(2);
	bench_until(&b, is_sent, 10000);
	ck_assert_ptr_nonnull(life_of(b.engine, 2)->op);
	happen(&b, 2, HAPPENED_PAUSED, -1);
	pass(&b, 200);
	ck_assert_str_eq(told, "2@0 a1 was paused from outside: |");
	bench_until(&b, bench_is_over, 60000);
	bench_finish(&b);
}
END_TEST

START_TEST(what_another_process_operates_on_is_its_to_tell)
{
	begin(1, false);
	bench_prepare(&other, 1, true);
	other.is_demo = false;
	other.holder = "bob, pid 2";
	strcpy(other.state_dir, b.state_dir);
	snprintf(other.audit_dir, sizeof other.audit_dir, "%s/audit2", b.root);
	strcpy(other.root, "/tmp/opscon-engine-none");
	bench_start(&other);
	other.on_event = on_event;
	submit(1);
	bench_until(&b, is_sent, 10000);
	happen(&other, 1, HAPPENED_ENDED, 143);
	bench_until(&b, bench_is_over, 60000);
	pass(&other, 1000);
	ck_assert_str_eq(told, "");
	happen(&other, 1, HAPPENED_ENDED, 1);
	pass(&other, 1000);
	ck_assert_str_eq(told, "1@0 a0 died: exit code 1: |");
	bench_finish(&other);
	bench_finish(&b);
}
END_TEST

START_TEST(much_news_at_once_is_one_look_at_the_lock)
{
	int64_t anew_ms;

	begin(1, false);
	happen(&b, 1, HAPPENED_ENDED, 1);
	anew_ms = life_of(b.engine, 1)->lock_anew_ms;
	ck_assert_int_gt(anew_ms, b.now.mono_ms);
	bench_advance(&b, 1);
	happen(&b, 1, HAPPENED_STARTED, -1);
	ck_assert_int_eq(life_of(b.engine, 1)->lock_anew_ms, anew_ms);
	bench_advance(&b, 20);
	happen(&b, 1, HAPPENED_ENDED, 1);
	ck_assert_int_gt(life_of(b.engine, 1)->lock_anew_ms, anew_ms);
	bench_finish(&b);
}
END_TEST

START_TEST(want_of_memory_loses_the_news_and_nothing_else)
{
	for (long i = 0; i < 40; i++) {
		begin(1, true);
		mem_fail_once(i);
		happen(&b, 1, HAPPENED_PAUSED, -1);
		bench_advance(&b, 1);
		bench_advance(&b, HAPPENINGS_SETTLE_MS);
		mem_fail_once(-1);
		pass(&b, 2000);
		ck_assert(!told[0] || strstr(told, "was paused from outside") || strstr(told, "no memory"));
		bench_finish(&b);
	}
	ck_assert_str_eq(told, "1@0 a0 was paused from outside: fake: box-0|");
}
END_TEST

SUITE("engine: outside", what_others_do_is_told_with_its_time_and_looked_at, whom_nobody_knows_is_nobodys_news,
      a_crowd_has_its_names, what_a_step_does_is_the_steps, what_happens_to_another_target_is_said_of_that_one,
      who_is_at_work_is_not_probed_for_what_happened_before, whose_turn_has_not_come_is_told_of,
      what_another_process_operates_on_is_its_to_tell, much_news_at_once_is_one_look_at_the_lock,
      want_of_memory_loses_the_news_and_nothing_else)
