// SPDX-License-Identifier: Apache-2.0
/* What is asked of the engine, what it refuses, and what is on record of either. */
#include "tests/support/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "tests/unit/services/engine_bench.h"

static struct engine_bench b;

static void plan(enum verb verb, size_t n)
{
	struct operation_params params = bench_params(verb);

	ck_assert_int_eq(bench_plan(&b, &params, n), 0);
}

static int request(enum request_type type, uint32_t operation)
{
	const struct request asked = { .type = type, .who = "bob", .operation = operation };

	return provisioning_engine_request(b.engine, &asked, b.now);
}

static int observe(uint32_t agent)
{
	const struct request asked = { .type = REQUEST_OBSERVE, .agent = agent };

	return provisioning_engine_request(b.engine, &asked, b.now);
}

static bool is_never(struct engine_bench *bench)
{
	(void)bench;
	return false;
}

static bool is_running(struct engine_bench *bench)
{
	return bench->operation && bench->operation->state == OPERATION_RUNNING;
}

static bool has_seen(struct engine_bench *bench)
{
	return bench->lives[0].is_observed;
}

// ---- plans

START_TEST(plans_after_a_look_at_each_target)
{
	bench_init(&b, 12, true);
	for (size_t i = 0; i < 12; i++)
		b.agents[i].sight.state = LIFECYCLE_STOPPED;
	plan(VERB_START, 12);
	ck_assert_uint_eq(b.plan->n_targets, 12);
	for (size_t i = 0; i < 12; i++) {
		ck_assert(b.plan->targets[i].is_lifecycle_known);
		ck_assert_int_eq(b.plan->targets[i].lifecycle, LIFECYCLE_STOPPED);
		ck_assert_str_eq(b.plan->targets[i].refusal, "");
	}
	ck_assert_uint_eq(b.plan->targets[0].n_dependents, 1);
	ck_assert_str_eq(b.plan->targets[0].dependents[0], "a1");
	ck_assert_uint_eq(b.plan->token, b.token);
	bench_finish(&b);
}
END_TEST

START_TEST(looks_at_no_more_than_ten_at_once)
{
	size_t n = 0;

	bench_init(&b, 16, true);
	for (size_t i = 0; i < 16; i++)
		bench_script(&b, i, (struct bench_row){ .step = PRIMITIVE_OBSERVE, .delay_ms = 1000 });
	{
		const uint32_t ids[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };
		struct operation_params params = bench_params(VERB_RESTART);
		const struct request asked = { .type = REQUEST_PLAN, .agents = ids, .n_agents = 16, .params = &params };

		ck_assert_int_eq(provisioning_engine_request(b.engine, &asked, b.now), 0);
	}
	n = b.engine->calls.n;
	ck_assert_uint_eq(n, OPERATION_CONCURRENT_MAX);
	bench_finish(&b); // with all of them under way
}
END_TEST

START_TEST(plans_without_what_cannot_be_seen)
{
	bench_init(&b, 2, true);
	bench_script(&b, 0, (struct bench_row){ .step = PRIMITIVE_OBSERVE, .is_silent = true });
	bench_script(&b, 1, (struct bench_row){ .step = PRIMITIVE_OBSERVE, .begin_error = -EMFILE });
	plan(VERB_RESTART, 2);
	ck_assert(!b.plan->targets[0].is_lifecycle_known && !b.plan->targets[1].is_lifecycle_known);
	bench_finish(&b);
}
END_TEST

START_TEST(does_not_take_what_was_seen_once_for_how_it_stands)
{
	const char *action;

	bench_init(&b, 1, true);
	plan(VERB_STOP, 1);
	ck_assert_int_eq(b.plan->targets[0].lifecycle, LIFECYCLE_RUNNING);
	bench_script(&b, 0, (struct bench_row){ .step = PRIMITIVE_OBSERVE, .outcome = DRIVER_REFUSED });
	plan(VERB_RESUME, 1); // which makes no sense for one that runs; but who knows whether it does
	ck_assert_str_eq(b.plan->targets[0].refusal, "");
	ck_assert(!b.plan->targets[0].is_lifecycle_known);
	action = b.plan->targets[0].steps[0].action;
	ck_assert_msg(strstr(action, "; not seen since 20") && strstr(action, "Z, it was running then"), "%s", action);
	plan(VERB_STOP, 1); // it answers again
	ck_assert(b.plan->targets[0].is_lifecycle_known);
	ck_assert_ptr_null(strstr(b.plan->targets[0].steps[0].action, "not seen"));
	bench_finish(&b);
}
END_TEST

START_TEST(plans_with_the_figures_that_are_configured_where_it_runs)
{
	struct operation_params params = bench_params(VERB_RESTART);

	bench_init(&b, 3, false);
	b.config.rollout.batch = 2;
	b.config.rollout.verify_ms = 7000;
	b.config.canary_wait_ms = 4000;
	params.rollout.kind = ROLLOUT_CANARY;
	params.unsaid = ROLLOUT_FIGURES_ALL & ~(1U << ROLLOUT_FIGURE_KIND | 1U << ROLLOUT_FIGURE_MAX_UNAVAILABLE);
	params.rollout.max_unavailable = 3;
	ck_assert_int_eq(bench_plan(&b, &params, 3), 0);
	ck_assert_int_eq(b.plan->params.rollout.kind, ROLLOUT_CANARY);
	ck_assert_uint_eq(b.plan->params.rollout.batch, 2);
	ck_assert_uint_eq(b.plan->params.rollout.wait_ms, 4000);
	ck_assert_uint_eq(b.plan->params.rollout.verify_ms, 7000);
	ck_assert_uint_eq(b.plan->params.rollout.max_unavailable, 3);
	ck_assert_uint_eq(b.plan->params.unsaid, 0);
	ck_assert_int_eq(bench_submit(&b), 0); // made again, it is the same
	bench_finish(&b);
}
END_TEST

START_TEST(makes_no_plan_of_nonsense)
{
	struct operation_params params = bench_params(VERB_UPGRADE);
	const uint32_t twice[] = { 1, 1 }, gone[] = { 9 };

	bench_init(&b, 2, true);
	params.version = "";
	ck_assert_int_eq(bench_plan(&b, &params, 1), -EINVAL);
	ck_assert_ptr_nonnull(strstr(b.notice, "that makes no plan"));
	params.version = "2.0";
	ck_assert_int_eq(bench_plan_of(&b, &params, twice, 2), -EINVAL);
	ck_assert_int_eq(bench_plan_of(&b, &params, gone, 1), -ENOENT);
	ck_assert_int_eq(bench_plan_of(&b, &params, NULL, 0), -EINVAL);
	ck_assert_int_eq(request(REQUEST_WATCH, 0), -EINVAL);
	bench_finish(&b);
}
END_TEST

START_TEST(plans_what_a_filter_hides_and_not_who_is_gone)
{
	const uint32_t ids[] = { 1, 2, 3 };
	const bool is_hidden[] = { false, true, false };
	struct operation_params params = bench_params(VERB_RESTART);
	const struct request asked = { .type = REQUEST_PLAN,
				       .agents = ids,
				       .is_hidden = is_hidden,
				       .n_agents = 3,
				       .params = &params,
				       .token = 7 };

	bench_init(&b, 16, true);
	b.token = 7;
	b.agents[2].is_gone = true;
	ck_assert_int_eq(provisioning_engine_request(b.engine, &asked, b.now), 0);
	bench_until(&b, bench_has_plan, 10000);
	ck_assert_uint_eq(b.plan->n_targets, 2);
	ck_assert(!b.plan->targets[0].is_hidden && b.plan->targets[1].is_hidden);
	bench_finish(&b);
}
END_TEST

START_TEST(forgets_plans_that_are_old)
{
	bench_init(&b, 1, true);
	plan(VERB_RESTART, 1);
	b.now = instant_add(b.now, ENGINE_PLAN_AGE_MS + 1);
	ck_assert_int_eq(bench_submit(&b), -ENOENT);
	for (int i = 0; i < ENGINE_PLANS_KEPT + 1; i++)
		plan(VERB_RESTART, 1);
	ck_assert_int_eq(bench_submit(&b), 0);
	bench_until(&b, bench_is_over, 60000);
	bench_finish(&b);
}
END_TEST

// ---- looking

START_TEST(tells_how_an_agent_stands_when_asked)
{
	bench_init(&b, 2, false);
	ck_assert_uint_eq(b.n_lifecycles, 2); // what its driver can do is known at once
	ck_assert_uint_eq(b.lives[0].verbs & (1u << VERB_RESTART), 1u << VERB_RESTART);
	ck_assert(!b.lives[0].is_observed);
	ck_assert_int_eq(observe(1), 0);
	ck_assert_int_eq(observe(1), 0); // it is being looked at
	bench_until(&b, has_seen, 10000);
	ck_assert_int_eq(b.lives[0].observed, LIFECYCLE_RUNNING);
	ck_assert_int_eq(b.lives[0].provisioning, PROVISIONING_RUNNING);
	ck_assert_ptr_nonnull(provisioning_engine_lifecycle(b.engine, 1));
	ck_assert_ptr_null(provisioning_engine_lifecycle(b.engine, 77));
	ck_assert_int_eq(observe(77), -ENOENT);
	bench_finish(&b);
}
END_TEST

START_TEST(keeps_what_contradicts_the_record)
{
	bench_init(&b, 1, true);
	bench_do(&b, VERB_STOP, 1);
	b.agents[0].sight.state = LIFECYCLE_RUNNING; // somebody else has started it
	b.lives[0].is_observed = false;
	ck_assert_int_eq(observe(1), 0);
	bench_until(&b, has_seen, 10000);
	ck_assert_int_eq(b.lives[0].recorded, LIFECYCLE_STOPPED);
	ck_assert_int_eq(b.lives[0].observed, LIFECYCLE_RUNNING);
	bench_finish(&b);
}
END_TEST

START_TEST(says_that_it_cannot_be_seen)
{
	bench_init(&b, 1, true);
	bench_script(&b, 0, (struct bench_row){ .step = PRIMITIVE_OBSERVE, .outcome = DRIVER_REFUSED });
	ck_assert_int_eq(observe(1), 0);
	bench_advance(&b, 100);
	ck_assert_str_eq(b.notice, "it cannot be said how it stands: fake: as told");
	b.agents[0].agent.driver = NULL;
	ck_assert_int_eq(observe(1), -ENOTSUP); // it has gone, and that was not told yet
	provisioning_engine_agent(b.engine, &b.agents[0].agent, false, b.now);
	ck_assert_int_eq(observe(1), -ENOTSUP);
	bench_finish(&b);
}
END_TEST

// ---- refusals

static void check_refused(int error, const char *why)
{
	ck_assert_int_eq(bench_submit(&b), error);
	ck_assert_msg(strstr(b.notice, why) != NULL, "%s", b.notice);
	ck_assert_ptr_null(b.engine->ops);
	bench_settle(&b);
}

START_TEST(refuses_what_was_not_shown)
{
	struct request asked = { .type = REQUEST_SUBMIT, .who = "bob" };

	bench_init(&b, 2, false);
	plan(VERB_RESTART, 2);
	asked.operation = b.plan->no;
	asked.typed = b.plan->typed;
	ck_assert_int_eq(provisioning_engine_request(b.engine, &asked, b.now), -ESTALE);
	asked.hash = "0000";
	ck_assert_int_eq(provisioning_engine_request(b.engine, &asked, b.now), -ESTALE);
	asked.hash = b.plan->hash;
	asked.typed = "something else";
	ck_assert_int_eq(provisioning_engine_request(b.engine, &asked, b.now), -EPERM);
	asked.operation = 4711;
	ck_assert_int_eq(provisioning_engine_request(b.engine, &asked, b.now), -ENOENT);
	bench_kill(&b);
	ck_assert_uint_eq(bench_count(&b, ".jsonl", "\"phase\":\"decision\""), 4);
	ck_assert_uint_eq(bench_count(&b, ".jsonl", "\"result\":\"refused\""), 4);
	ck_assert_uint_eq(b.agents[0].n_changes, 0);
	bench_finish(&b);
}
END_TEST

START_TEST(refuses_where_it_may_only_be_read)
{
	bench_init(&b, 1, false);
	plan(VERB_RESTART, 1);
	b.config.is_read_only = true;
	check_refused(-EROFS, "read-only");
	bench_kill(&b);
	ck_assert_uint_eq(bench_count(&b, ".jsonl", "\"result\":\"refused\""), 1);
	bench_finish(&b);
}
END_TEST

START_TEST(refuses_when_things_are_not_as_they_were)
{
	bench_init(&b, 2, false);
	plan(VERB_RESTART, 2);
	b.agents[1].sight.state = LIFECYCLE_STOPPED;
	bench_advance(&b, 10); // it is down
	check_refused(-ESTALE, "a1: was up, is down");
	plan(VERB_RESTART, 2);
	b.agents[0].is_gone = true;
	provisioning_engine_agent(b.engine, &b.agents[0].agent, true, b.now);
	check_refused(-ESTALE, "a0: it is gone");
	b.agents[1].is_gone = true;
	provisioning_engine_agent(b.engine, &b.agents[1].agent, true, b.now);
	check_refused(-ESTALE, "none of its agents is listed any more");
	bench_finish(&b);
}
END_TEST

START_TEST(does_nothing_to_a_target_that_was_replaced)
{
	bench_init(&b, 1, false);
	plan(VERB_RESTART, 1);
	bench_agent_start(&b.agents[0]); // between the plan and the first step
	ck_assert_int_eq(bench_submit(&b), 0);
	bench_until(&b, bench_is_over, 60000);
	ck_assert_ptr_nonnull(strstr(bench_target(&b, 0)->error, "it was replaced since the plan was made"));
	ck_assert_uint_eq(b.agents[0].n_changes, 0);
	ck_assert_int_eq(b.operation->state, OPERATION_FAILED);
	bench_finish(&b);
}
END_TEST

START_TEST(does_nothing_to_a_target_in_which_the_verb_makes_no_sense_any_more)
{
	bench_init(&b, 1, true);
	b.agents[0].sight.instance[0] = '\0';
	plan(VERB_STOP, 1);
	b.agents[0].sight.state = LIFECYCLE_STOPPED;
	ck_assert_int_eq(bench_submit(&b), 0);
	bench_until(&b, bench_is_over, 60000);
	ck_assert_str_eq(bench_target(&b, 0)->error, "Observe: it is stopped");
	bench_finish(&b);
}
END_TEST

START_TEST(operates_on_an_agent_once_at_a_time)
{
	struct plan *first;

	bench_init(&b, 2, false);
	plan(VERB_RESTART, 1);
	first = plan_ref(b.plan);
	plan(VERB_RESTART, 2);
	ck_assert_int_eq(bench_submit(&b), 0);
	plan_unref(b.plan);
	b.plan = first;
	ck_assert_int_eq(bench_submit(&b), -EBUSY);
	ck_assert_ptr_nonnull(strstr(b.notice, "a0 is being operated on: "));
	bench_advance(&b, 1);
	ck_assert(b.agents[0].is_operated);
	ck_assert(!b.agents[1].is_operated); // its turn comes
	ck_assert_str_eq(provisioning_engine_lifecycle(b.engine, 1)->holder, "alice, pid 1");
	ck_assert_uint_ne(provisioning_engine_lifecycle(b.engine, 1)->operation, 0);
	bench_until(&b, bench_is_over, 120000);
	bench_finish(&b);
}
END_TEST

START_TEST(sees_the_lock_of_another_process)
{
	struct lock lock = { 0 };
	char other[LOCK_HOLDER_MAX], dir[160];

	bench_init(&b, 1, false);
	plan(VERB_RESTART, 1);
	snprintf(dir, sizeof dir, "%s/locks", b.state_dir);
	ck_assert_int_eq(lock_take(dir, b.agents[0].key, "bob, pid 2, restart", &lock, other), 0);
	check_refused(-EBUSY, "a0 is being operated on by bob, pid 2, restart");
	ck_assert_str_eq(provisioning_engine_lifecycle(b.engine, 1)->holder, "bob, pid 2, restart");
	ck_assert(b.agents[0].is_operated);
	plan(VERB_RESTART, 1);
	ck_assert_str_eq(b.plan->targets[0].refusal, "bob, pid 2, restart is operating on it");
	lock_release(&lock);
	bench_advance(&b, 5000); // locks are looked at by themselves
	ck_assert_str_eq(provisioning_engine_lifecycle(b.engine, 1)->holder, "");
	ck_assert(!b.agents[0].is_operated);
	bench_finish(&b);
}
END_TEST

START_TEST(refuses_when_nothing_would_be_audited)
{
	const struct audit_record record = { .phase = AUDIT_EVENT, .resource_kind = "console" };
	int r;

	bench_init(&b, 1, false);
	plan(VERB_RESTART, 1);
	suite_fill_disk(10);
	r = audit_logger_append(b.audit, &record, b.now, NULL, NULL, NULL);
	while (r == 0 && audit_logger_state(b.audit)->status != AUDIT_LOGGER_BROKEN)
		audit_logger_dispatch(b.audit);
	suite_fill_disk(ULONG_MAX);
	ck_assert_int_eq(r, 0);
	check_refused(-EIO, "the audit trail cannot be written: ");
	bench_finish(&b);
}
END_TEST

START_TEST(refuses_without_a_state_directory)
{
	bench_init(&b, 1, true);
	plan(VERB_RESTART, 1);
	b.engine->is_demo = false;
	check_refused(-ENOTSUP, "there is no state directory");
	bench_finish(&b);
}
END_TEST

START_TEST(fails_when_its_journal_cannot_be_made)
{
	char path[200];

	bench_init(&b, 1, false);
	plan(VERB_RESTART, 1);
	snprintf(path, sizeof path, "%s/operations", b.state_dir);
	close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600)); // a file where the directory belongs
	rmdir(path);
	ck_assert_int_eq(bench_submit(&b), 0);
	bench_until(&b, bench_is_over, 60000);
	ck_assert_ptr_nonnull(strstr(b.operation->why, "nothing was done: it could not be recorded"));
	ck_assert_int_eq(b.operation->state, OPERATION_FAILED);
	ck_assert_int_eq(bench_target(&b, 0)->state, TARGET_SKIPPED);
	ck_assert_uint_eq(b.agents[0].n_changes, 0);
	bench_finish(&b);
}
END_TEST

// ---- while it runs

START_TEST(pauses_before_the_next_target_and_goes_on)
{
	bench_init(&b, 3, false);
	plan(VERB_RESTART, 3);
	ck_assert_int_eq(bench_submit(&b), 0);
	bench_until(&b, is_running, 10000);
	ck_assert_int_eq(bench_ask(&b, REQUEST_OPERATION_PAUSE), 0);
	ck_assert_int_eq(bench_ask(&b, REQUEST_OPERATION_PAUSE), -EALREADY);
	for (int i = 0; i < 60; i++)
		bench_advance(&b, 1000);
	ck_assert_int_eq(b.operation->state, OPERATION_PAUSED);
	ck_assert_str_eq(b.operation->why, "paused by bob");
	ck_assert_int_eq(bench_target(&b, 0)->state, TARGET_DONE); // what runs goes on
	ck_assert_int_eq(bench_target(&b, 1)->state, TARGET_PENDING);
	ck_assert_int_eq(bench_ask(&b, REQUEST_OPERATION_RESUME), 0);
	ck_assert_int_eq(bench_ask(&b, REQUEST_OPERATION_RESUME), -EALREADY);
	bench_until(&b, bench_is_over, 120000);
	ck_assert_str_eq(b.states, "queued running paused running succeeded ");
	ck_assert_int_eq(bench_ask(&b, REQUEST_OPERATION_RESUME), -ENOENT);
	bench_finish(&b);
}
END_TEST

// About as long as the first ones took, for each that is left.
static void check_left(int64_t least_ms, int64_t most_ms)
{
	int64_t left_ms = b.operation->estimated_ms - (b.now.wall_ms - b.operation->started_ms);

	ck_assert_msg(least_ms <= left_ms && left_ms <= most_ms, "%lld ms left", (long long)left_ms);
}

START_TEST(pauses_do_not_make_the_rest_take_longer)
{
	const int64_t hour_ms = 3600000;
	int64_t took_ms;

	bench_init(&b, 6, true);
	plan(VERB_RESTART, 6);
	ck_assert_int_eq(bench_submit(&b), 0);
	while (b.operation->n_by_state[TARGET_DONE] < 2)
		bench_advance(&b, 300);
	took_ms = b.now.wall_ms - b.operation->started_ms;
	check_left(took_ms, took_ms * 3);
	ck_assert_int_eq(bench_ask(&b, REQUEST_OPERATION_PAUSE), 0);
	bench_advance(&b, hour_ms);
	ck_assert_int_eq(bench_ask(&b, REQUEST_OPERATION_RESUME), 0);
	bench_advance(&b, 200);
	check_left(took_ms, took_ms * 3);
	bench_until(&b, bench_is_over, 120000);
	bench_finish(&b);
}
END_TEST

START_TEST(aborts_after_the_step_under_way)
{
	bench_init(&b, 3, false);
	plan(VERB_RESTART, 3);
	bench_script(&b, 0, (struct bench_row){ .step = BENCH_FIRST, .delay_ms = 2000 });
	ck_assert_int_eq(bench_submit(&b), 0);
	bench_until(&b, is_running, 10000);
	bench_advance(&b, 100);
	bench_advance(&b, 100);
	ck_assert_uint_eq(b.agents[0].n_changes, 1);
	ck_assert_int_eq(bench_ask(&b, REQUEST_OPERATION_ABORT), 0);
	bench_until(&b, bench_is_over, 60000);
	ck_assert_int_eq(b.operation->state, OPERATION_ABORTED);
	ck_assert_str_eq(b.operation->why, "aborted by bob");
	ck_assert_str_eq(bench_target(&b, 0)->error, "Start: not begun: aborted by bob");
	ck_assert_int_eq(bench_target(&b, 0)->steps[1].state, STEP_COMPLETED);
	ck_assert_int_eq(bench_target(&b, 2)->state, TARGET_SKIPPED);
	ck_assert_uint_eq(b.agents[0].n_changes, 1);
	bench_finish(&b);
}
END_TEST

START_TEST(takes_back_what_it_has_changed_when_asked)
{
	bench_init(&b, 3, false);
	plan(VERB_UPGRADE, 3);
	ck_assert_int_eq(bench_submit(&b), 0);
	while (!b.operation || b.operation->n_by_state[TARGET_DONE] < 1)
		bench_advance(&b, 500);
	ck_assert_int_eq(bench_ask(&b, REQUEST_OPERATION_ROLLBACK), 0);
	bench_until(&b, bench_is_over, 120000);
	ck_assert_int_eq(b.operation->state, OPERATION_ROLLED_BACK);
	ck_assert_str_eq(b.operation->why, "rolled back by bob");
	ck_assert_int_eq(bench_target(&b, 0)->state, TARGET_ROLLED_BACK);
	ck_assert_int_eq(bench_target(&b, 2)->state, TARGET_SKIPPED);
	ck_assert_str_eq(b.agents[0].sight.version, "1.0");
	ck_assert_int_eq(b.lives[0].recorded, LIFECYCLE_RUNNING);
	bench_finish(&b);
}
END_TEST

START_TEST(rolls_a_sick_version_back_by_itself)
{
	int64_t began_ms;

	bench_init(&b, 10, false);
	b.sick_version = "2.0";
	{
		struct operation_params params = bench_params(VERB_UPGRADE);

		params.rollout.kind = ROLLOUT_CANARY;
		ck_assert_int_eq(bench_plan(&b, &params, 10), 0);
	}
	ck_assert_int_eq(bench_submit(&b), 0);
	began_ms = b.now.mono_ms;
	bench_until(&b, bench_is_over, 120000);
	ck_assert_int_eq(b.operation->state, OPERATION_ROLLED_BACK);
	ck_assert_str_eq(b.states, "queued running rolling back rolled back ");
	ck_assert_ptr_nonnull(strstr(b.operation->why, "a0 has failed"));
	ck_assert_uint_eq(b.operation->n_by_state[TARGET_SKIPPED], 9);
	ck_assert_str_eq(b.agents[0].sight.version, "1.0");
	ck_assert_int_le(b.now.mono_ms - began_ms, 30000);
	ck_assert_uint_gt(b.n_probes, 5);
	bench_finish(&b);
}
END_TEST

START_TEST(rolls_back_when_there_are_too_many_errors)
{
	bench_init(&b, 4, true);
	plan(VERB_UPGRADE, 4);
	ck_assert_int_eq(bench_submit(&b), 0);
	while (b.operation->n_by_state[TARGET_DONE] < 2)
		bench_advance(&b, 300);
	b.agents[1].error_share = 0.06;
	bench_until(&b, bench_is_over, 120000);
	ck_assert_int_eq(b.operation->state, OPERATION_ROLLED_BACK);
	ck_assert_ptr_nonnull(strstr(b.operation->why, "a1: errors 6.0 %"));
	for (size_t i = 0; i < 4; i++)
		ck_assert_str_eq(b.agents[i].sight.version, "1.0");
	bench_finish(&b);
}
END_TEST

static bool is_verifying(struct engine_bench *bench)
{
	return bench->operation && bench_target(bench, 0)->state == TARGET_VERIFYING;
}

// What whoever reads the journal makes of the operation is what was told of it.
static void check_journal(void)
{
	struct journal_story story;
	char dir[160];

	snprintf(dir, sizeof dir, "%s/operations", b.state_dir);
	ck_assert_int_eq(journal_read(dir, b.operation->id, 1, &story), 0);
	ck_assert_int_eq(story.operation->state, b.operation->state);
	ck_assert_str_eq(story.operation->why, b.operation->why);
	for (size_t i = 0; i < b.operation->plan->n_targets; i++) {
		const struct operation_target *read = &story.operation->targets[i], *told = bench_target(&b, i);

		ck_assert_int_eq(read->state, told->state);
		ck_assert_pstr_eq(read->error, told->error);
		for (size_t k = 0; k < b.operation->plan->targets[i].n_steps; k++)
			ck_assert_int_eq(read->steps[k].state, told->steps[k].state);
	}
	journal_story_finish(&story);
}

static void cut_verifying_short(int64_t after_ms)
{
	size_t last;

	bench_init(&b, 1, false);
	plan(VERB_RESTART, 1);
	ck_assert_int_eq(bench_submit(&b), 0);
	bench_until(&b, is_verifying, 10000);
	for (int64_t ms = 0; ms < after_ms; ms += 1000)
		bench_advance(&b, 1000);
	ck_assert(is_verifying(&b));
	ck_assert_int_eq(bench_ask(&b, REQUEST_OPERATION_ABORT), 0);
	bench_until(&b, bench_is_over, 1000);
	ck_assert_int_eq(b.operation->state, OPERATION_ABORTED);
	ck_assert_str_eq(b.operation->why, "aborted by bob");
	ck_assert_int_eq(bench_target(&b, 0)->state, TARGET_FAILED);
	last = b.operation->plan->targets[0].n_steps - 1;
	ck_assert_int_eq(bench_target(&b, 0)->steps[last - 1].state, STEP_COMPLETED);
	ck_assert_int_eq(bench_target(&b, 0)->steps[last].state, STEP_ERROR);
	check_journal();
}

START_TEST(has_not_succeeded_when_its_verification_was_cut_short)
{
	cut_verifying_short(0);
	ck_assert_str_eq(bench_target(&b, 0)->error,
			 "the change was made; its health was not verified: aborted by bob");
	bench_finish(&b);
	cut_verifying_short(2000);
	ck_assert_str_eq(bench_target(&b, 0)->error,
			 "the change was made; it is up, that it stays so was not verified: aborted by bob");
	ck_assert_int_eq(b.lives[0].recorded, LIFECYCLE_RUNNING); // nothing is wrong with it that anybody knows
	ck_assert_int_eq(b.lives[0].provisioning, PROVISIONING_RUNNING);
	bench_finish(&b);
}
END_TEST

START_TEST(has_succeeded_when_it_was_aborted_after_all_was_done)
{
	bench_init(&b, 1, false);
	plan(VERB_RESTART, 1);
	ck_assert_int_eq(bench_submit(&b), 0);
	bench_until(&b, is_verifying, 10000);
	ck_assert_int_eq(bench_ask(&b, REQUEST_OPERATION_PAUSE), 0);
	for (int i = 0; i < 60 && bench_target(&b, 0)->state != TARGET_DONE; i++)
		bench_advance(&b, 1000);
	ck_assert_int_eq(bench_target(&b, 0)->state, TARGET_DONE);
	ck_assert_int_eq(b.operation->state, OPERATION_PAUSED);
	ck_assert_int_eq(bench_ask(&b, REQUEST_OPERATION_ABORT), 0);
	bench_until(&b, bench_is_over, 1000);
	ck_assert_int_eq(b.operation->state, OPERATION_SUCCEEDED);
	ck_assert_str_eq(b.operation->why, "");
	bench_finish(&b);
}
END_TEST

START_TEST(fails_when_it_does_not_come_to_run)
{
	bench_init(&b, 1, true);
	plan(VERB_RESTART, 1);
	ck_assert_int_eq(bench_submit(&b), 0);
	bench_until(&b, is_verifying, 10000);
	b.agents[0].is_unjudged = true;
	bench_advance(&b, 100);
	bench_advance(&b, 3000);
	ck_assert(is_verifying(&b)); // it runs, and nobody knows how well
	b.agents[0].is_unjudged = false;
	b.agents[0].is_sick = true;
	bench_until(&b, bench_is_over, 60000);
	ck_assert_str_eq(bench_target(&b, 0)->error, "not well after 20s");
	ck_assert_int_eq(b.lives[0].provisioning, PROVISIONING_FAILED);
	ck_assert_int_eq(b.lives[0].recorded, LIFECYCLE_ERRORED);
	bench_finish(&b);
}
END_TEST

START_TEST(fails_when_it_ends_again_at_once)
{
	bench_init(&b, 1, true);
	plan(VERB_RESTART, 1);
	ck_assert_int_eq(bench_submit(&b), 0);
	bench_until(&b, is_verifying, 10000);
	b.agents[0].sight.state = LIFECYCLE_ERRORED;
	bench_until(&b, bench_is_over, 60000);
	ck_assert_str_eq(bench_target(&b, 0)->error, "not well after 20s");
	bench_finish(&b);
}
END_TEST

START_TEST(goes_on_when_one_that_is_done_is_not_listed_any_more)
{
	bench_init(&b, 3, true);
	plan(VERB_RESTART, 3);
	ck_assert_int_eq(bench_submit(&b), 0);
	while (b.operation->n_by_state[TARGET_DONE] < 1)
		bench_advance(&b, 300);
	ck_assert(!b.agents[0].is_operated); // nobody is at it any more
	ck_assert_uint_ne(provisioning_engine_lifecycle(b.engine, 1)->operation, 0);
	b.agents[0].is_gone = true;
	provisioning_engine_agent(b.engine, &b.agents[0].agent, true, b.now);
	bench_until(&b, bench_is_over, 60000);
	ck_assert_int_eq(b.operation->state, OPERATION_SUCCEEDED);
	bench_finish(&b);
}
END_TEST

START_TEST(leaves_the_status_of_who_is_skipped)
{
	bench_init(&b, 2, true);
	plan(VERB_RESTART, 2);
	bench_script(&b, 0, (struct bench_row){ .step = BENCH_FIRST, .outcome = DRIVER_FAILED });
	ck_assert_int_eq(bench_submit(&b), 0);
	ck_assert_int_eq(b.lives[1].provisioning, PROVISIONING_PENDING);
	bench_until(&b, bench_is_over, 60000);
	ck_assert_int_eq(bench_target(&b, 1)->state, TARGET_SKIPPED);
	ck_assert_int_eq(b.lives[1].provisioning, PROVISIONING_RUNNING);
	bench_finish(&b);
}
END_TEST

START_TEST(rolls_back_when_answers_grow_slow)
{
	bench_init(&b, 10, true);
	for (size_t i = 0; i < 10; i++)
		b.agents[i].p95_ms = 100;
	plan(VERB_UPGRADE, 10);
	ck_assert_int_eq(bench_submit(&b), 0);
	while (b.operation->n_by_state[TARGET_DONE] < 2)
		bench_advance(&b, 300);
	b.agents[1].p95_ms = 149; // not half as slow again
	bench_advance(&b, 6000);
	bench_advance(&b, 1);
	ck_assert_int_eq(b.operation->state, OPERATION_RUNNING);
	b.agents[1].p95_ms = 160;
	bench_until(&b, bench_is_over, 120000);
	ck_assert_int_eq(b.operation->state, OPERATION_ROLLED_BACK);
	ck_assert_ptr_nonnull(strstr(b.operation->why, "a1: latency 100ms -> 160ms"));
	bench_finish(&b);
}
END_TEST

START_TEST(runs_ten_operations_at_once_and_queues_the_rest)
{
	size_t n_running = 0, n_queued = 0;
	const struct op *op;

	bench_init(&b, 12, false);
	for (uint32_t id = 1; id <= 12; id++) {
		struct operation_params params = bench_params(VERB_RESTART);

		ck_assert_int_eq(bench_plan_of(&b, &params, &id, 1), 0);
		ck_assert_int_eq(bench_submit(&b), 0);
	}
	bench_settle(&b);
	DL_FOREACH(b.engine->ops, op) {
		n_running += op->state == OPERATION_RUNNING;
		n_queued += op->state == OPERATION_QUEUED;
	}
	ck_assert_uint_eq(n_running, 10);
	ck_assert_uint_eq(n_queued, 2);
	ck_assert_uint_eq(provisioning_engine_n_open(b.engine), 12);
	ck_assert_int_eq(request(REQUEST_PAUSE_ALL, 0), 0);
	ck_assert_int_eq(request(REQUEST_PAUSE_ALL, 0), -EALREADY);
	DL_FOREACH(b.engine->ops, op)
		ck_assert_int_eq(op->state, OPERATION_PAUSED);
	DL_FOREACH(b.engine->ops, op)
		ck_assert_int_eq(request(REQUEST_OPERATION_RESUME, op->no), 0);
	bench_until(&b, bench_is_over, 120000);
	ck_assert_uint_eq(b.n_over, 12);
	for (size_t i = 0; i < 12; i++)
		ck_assert_uint_eq(b.agents[i].n_started, 2);
	bench_finish(&b);
}
END_TEST

START_TEST(ends_what_is_queued_without_beginning_it)
{
	bench_init(&b, 1, false);
	plan(VERB_RESTART, 1);
	ck_assert_int_eq(bench_submit(&b), 0);
	ck_assert_int_eq(b.operation->state, OPERATION_QUEUED);
	ck_assert_int_eq(bench_ask(&b, REQUEST_OPERATION_ABORT), 0);
	bench_until(&b, bench_is_over, 10000);
	ck_assert_int_eq(b.operation->state, OPERATION_ABORTED);
	ck_assert_uint_eq(b.agents[0].n_changes, 0);
	bench_finish(&b);
}
END_TEST

static void put_control(const char *word)
{
	char path[400], whole[400];
	FILE *file;

	snprintf(path, sizeof path, "%s/operations/%s.tmp", b.state_dir, b.operation->id);
	snprintf(whole, sizeof whole, "%s/operations/%s.control", b.state_dir, b.operation->id);
	file = fopen(path, "we");
	fprintf(file, "%s\n", word);
	fclose(file);
	ck_assert_int_eq(rename(path, whole), 0);
	for (int i = 0; i < 3; i++)
		bench_advance(&b, ENGINE_LOOK_EVERY_MS);
	ck_assert_int_lt(access(whole, F_OK), 0);
}

START_TEST(does_what_the_command_line_asks)
{
	bench_init(&b, 3, false);
	plan(VERB_RESTART, 3);
	ck_assert_int_eq(bench_submit(&b), 0);
	bench_until(&b, is_running, 10000);
	put_control("nonsense");
	ck_assert_ptr_nonnull(strstr(b.notice, "refused what the command line asked for"));
	put_control("pause");
	ck_assert_int_eq(b.operation->state, OPERATION_PAUSED);
	ck_assert_str_eq(b.operation->why, "paused by the command line");
	put_control("pause");
	ck_assert_str_eq(b.notice, "refused what the command line asked for: it is paused already");
	put_control("resume");
	put_control("abort");
	bench_until(&b, bench_is_over, 120000);
	ck_assert_int_eq(b.operation->state, OPERATION_ABORTED);
	bench_finish(&b);
}
END_TEST

START_TEST(goes_on_with_an_agent_that_comes_back_under_another_number)
{
	bench_init(&b, 2, true);
	plan(VERB_RESTART, 2);
	ck_assert_int_eq(bench_submit(&b), 0);
	b.agents[1].is_gone = true;
	provisioning_engine_agent(b.engine, &b.agents[1].agent, true, b.now);
	bench_until(&b, bench_is_over, 120000);
	ck_assert_str_eq(bench_target(&b, 1)->error, "Observe: the agent is not listed any more");
	bench_finish(&b);
}
END_TEST

START_TEST(ends_in_the_midst_of_everything)
{
	bench_init(&b, 3, false);
	plan(VERB_UPGRADE, 3);
	ck_assert_int_eq(bench_submit(&b), 0);
	bench_until(&b, is_running, 10000);
	bench_advance(&b, 15);
	ck_assert(!is_never(&b));
	bench_finish(&b); // a step is on its way, and records are
}
END_TEST

START_TEST(leaves_out_what_cannot_be_done_to_some)
{
	bench_init(&b, 3, false);
	b.agents[1].sight.state = LIFECYCLE_SUSPENDED;
	b.agents[1].is_sick = true;
	bench_advance(&b, 10);
	bench_do(&b, VERB_RESTART, 3);
	ck_assert_int_eq(b.operation->state, OPERATION_SUCCEEDED);
	ck_assert_int_eq(bench_target(&b, 1)->state, TARGET_SKIPPED);
	ck_assert_str_eq(bench_target(&b, 1)->error, "it is suspended");
	ck_assert_uint_eq(b.agents[1].n_changes, 0);
	ck_assert_uint_eq(b.operation->n_by_state[TARGET_DONE], 2);
	bench_finish(&b);
}
END_TEST

START_TEST(takes_an_answer_that_comes_at_once)
{
	bench_init(&b, 12, true);
	for (size_t i = 0; i < 12; i++) {
		bench_script(&b, i,
			     (struct bench_row){ .step = PRIMITIVE_OBSERVE, .is_early = true, .is_lasting = true });
		bench_script(&b, i, (struct bench_row){ .step = BENCH_FIRST, .is_early = true });
		bench_script(&b, i, (struct bench_row){ .step = BENCH_SECOND, .is_early = true });
	}
	bench_do(&b, VERB_RESTART, 12);
	ck_assert_int_eq(b.operation->state, OPERATION_SUCCEEDED);
	ck_assert_uint_eq(b.operation->n_by_state[TARGET_DONE], 12);
	bench_finish(&b);
}
END_TEST

START_TEST(pauses_what_is_queued)
{
	bench_init(&b, 1, false);
	plan(VERB_RESTART, 1);
	ck_assert_int_eq(bench_submit(&b), 0);
	ck_assert_int_eq(bench_ask(&b, REQUEST_OPERATION_PAUSE), 0); // before it is on the disk
	bench_advance(&b, 5000);
	ck_assert_int_eq(b.operation->state, OPERATION_PAUSED);
	ck_assert_uint_eq(b.agents[0].n_changes, 0);
	ck_assert_int_eq(bench_ask(&b, REQUEST_OPERATION_RESUME), 0);
	bench_until(&b, bench_is_over, 60000);
	ck_assert_str_eq(b.states, "queued paused running succeeded ");
	bench_finish(&b);
}
END_TEST

START_TEST(is_confirmed_only_once)
{
	bench_init(&b, 2, true);
	plan(VERB_RESTART, 2);
	ck_assert_int_eq(bench_submit(&b), 0);
	ck_assert_int_eq(bench_submit(&b), -EBUSY);
	ck_assert_ptr_nonnull(strstr(b.notice, "it is being carried out already"));
	bench_until(&b, bench_is_over, 60000);
	plan(VERB_RESTART, 2);
	b.engine->n_ops = ENGINE_OPERATIONS_KEPT;
	ck_assert_int_eq(bench_submit(&b), -ENOBUFS);
	b.engine->n_ops = 0;
	bench_finish(&b);
}
END_TEST

// Whoever listens asks for something right away.
static void pause_at_once(struct engine_bench *bench, const struct event *event)
{
	if (event->type == EVENT_OPERATION && event->u.operation->state == OPERATION_RUNNING)
		ck_assert_int_ne(bench_ask(bench, REQUEST_OPERATION_PAUSE), -EINVAL);
}

START_TEST(is_asked_while_it_tells)
{
	bench_init(&b, 2, true);
	plan(VERB_RESTART, 2);
	b.on_event = pause_at_once;
	ck_assert_int_eq(bench_submit(&b), 0);
	ck_assert_str_eq(b.states, "running paused ");
	b.on_event = NULL;
	ck_assert_int_eq(bench_ask(&b, REQUEST_OPERATION_RESUME), 0);
	bench_until(&b, bench_is_over, 60000);
	bench_finish(&b);
}
END_TEST

START_TEST(knows_an_agent_by_its_key)
{
	bench_init(&b, 2, true);
	plan(VERB_RESTART, 1);
	ck_assert_int_eq(bench_submit(&b), 0);
	ck_assert(b.agents[0].is_operated);
	// The list that named it is read anew, and it has another number: the second agent's place stands for it.
	provisioning_engine_agent(b.engine, &b.agents[1].agent, true, b.now);
	strcpy(b.agents[1].key, b.agents[0].key);
	b.agents[1].sight = b.agents[0].sight;
	provisioning_engine_agent(b.engine, &b.agents[1].agent, false, b.now);
	ck_assert(b.agents[1].is_operated);
	ck_assert_ptr_null(provisioning_engine_lifecycle(b.engine, 1));
	ck_assert_uint_ne(provisioning_engine_lifecycle(b.engine, 2)->operation, 0);
	bench_until(&b, bench_is_over, 120000);
	ck_assert(!b.agents[1].is_operated);
	b.agents[0].is_operated = false;
	bench_finish(&b);
}
END_TEST

START_TEST(ends_with_records_on_their_way)
{
	bench_init(&b, 2, false);
	plan(VERB_RESTART, 2);
	ck_assert_int_eq(bench_submit(&b), 0);
	ck_assert_ptr_nonnull(b.engine->tickets);
	bench_finish(&b); // they arrive, and find nobody
}
END_TEST

START_TEST(says_which_journal_is_damaged)
{
	char path[300];
	FILE *file;

	bench_init(&b, 2, false);
	plan(VERB_RESTART, 2);
	ck_assert_int_eq(bench_submit(&b), 0);
	bench_until(&b, is_running, 10000);
	bench_advance(&b, 100);
	bench_advance(&b, 100);
	snprintf(path, sizeof path, "%s/operations/%s.journal", b.state_dir, b.operation->id);
	bench_kill(&b);
	file = fopen(path, "r+e");
	ck_assert_ptr_nonnull(file);
	fseek(file, -400, SEEK_END); // in a line that others follow
	fputs("########", file);
	fclose(file);
	bench_start(&b);
	bench_advance(&b, 10);
	ck_assert_msg(strstr(b.notice, "an operation was left whose journal is damaged") != NULL, "%s", b.notice);
	ck_assert_ptr_null(b.engine->ops);
	bench_finish(&b);
}
END_TEST

START_TEST(leaves_alone_what_another_process_runs)
{
	static struct engine_bench other;

	bench_init(&b, 2, false);
	plan(VERB_RESTART, 2);
	ck_assert_int_eq(bench_submit(&b), 0);
	bench_until(&b, is_running, 10000);
	bench_prepare(&other, 2, true);
	other.is_demo = false;
	strcpy(other.state_dir, b.state_dir);
	snprintf(other.audit_dir, sizeof other.audit_dir, "%s/audit2", b.root);
	strcpy(other.root, "/tmp/opscon-engine-none");
	bench_start(&other);
	ck_assert_ptr_null(other.engine->ops);
	bench_advance(&other, 3000);
	ck_assert_ptr_nonnull(strstr(provisioning_engine_lifecycle(other.engine, 1)->holder, "alice, pid 1, 2025"));
	{
		struct operation_params params = bench_params(VERB_RESTART);

		ck_assert_int_eq(bench_plan(&other, &params, 1), 0);
		ck_assert_ptr_nonnull(strstr(other.plan->targets[0].refusal, "is operating on it"));
		ck_assert_int_eq(bench_submit(&other), -EPERM);
	}
	bench_finish(&other);
	bench_until(&b, bench_is_over, 60000);
	ck_assert_int_eq(b.operation->state, OPERATION_SUCCEEDED);
	bench_finish(&b);
}
END_TEST

START_TEST(cannot_lock_without_a_directory)
{
	char path[200];

	bench_init(&b, 1, false);
	plan(VERB_RESTART, 1);
	snprintf(path, sizeof path, "%s/locks", b.state_dir);
	rmdir(path);
	close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	ck_assert_int_lt(bench_submit(&b), 0);
	ck_assert_ptr_nonnull(strstr(b.notice, "a0 cannot be locked"));
	bench_finish(&b);
}
END_TEST

START_TEST(is_not_made_where_its_paths_do_not_fit)
{
	char dir[ENGINE_DIR_MAX + 10];
	struct provisioning_engine *engine;
	const struct engine_world world = { 0 };
	const struct event_sink sink = { 0 };
	struct engine_options options = { .world = &world, .sink = &sink, .holder = "x", .state_dir = dir };

	memset(dir, 'd', sizeof dir);
	dir[sizeof dir - 1] = '\0';
	bench_init(&b, 1, false);
	options.journal = b.journal;
	ck_assert_int_eq(provisioning_engine_create(&options, &engine), -ENAMETOOLONG);
	options.state_dir = "/tmp";
	for (long n = 0; n < 3; n++) {
		mem_fail_once(n);
		ck_assert_int_eq(provisioning_engine_create(&options, &engine), -ENOMEM);
		ck_assert_ptr_null(engine);
	}
	mem_fail_once(-1);
	provisioning_engine_destroy(NULL);
	bench_finish(&b);
	bench_init(&b, 1, true);
	mem_fail_once(0);
	ck_assert_int_eq(request(REQUEST_SUBMIT, 4711), -ENOENT); // even that it is refused cannot be told
	mem_fail_once(-1);
	ck_assert_uint_eq(b.n_notices, 0);
	bench_finish(&b);
}
END_TEST

// ---- on record

START_TEST(puts_each_phase_on_record)
{
	bench_init(&b, 1, false);
	bench_do(&b, VERB_RESTART, 1);
	bench_kill(&b);
	ck_assert_uint_eq(bench_count(&b, ".jsonl", "\"phase\":\"request\""), 1);
	ck_assert_uint_eq(bench_count(&b, ".jsonl", "\"phase\":\"decision\""), 1);
	ck_assert_uint_eq(bench_count(&b, ".jsonl", "\"phase\":\"intent\""), 2);
	ck_assert_uint_eq(bench_count(&b, ".jsonl", "\"phase\":\"result\""), 3); // two steps and the target
	ck_assert_uint_eq(bench_count(&b, ".jsonl", "\"phase\":\"end\""), 1);
	ck_assert_uint_eq(bench_count(&b, ".jsonl", b.operation->id), 8);
	ck_assert_uint_ge(bench_count(&b, ".jsonl", "it is slow"), 7);
	ck_assert_uint_ge(bench_count(&b, ".jsonl", b.agents[0].key), 8);
	ck_assert_uint_ge(bench_count(&b, ".jsonl", "\"instance\":\"a0-1\""), 2);
	ck_assert_uint_ge(bench_count(&b, ".jsonl", "\"instance\":\"a0-2\""), 2);
	bench_finish(&b);
}
END_TEST

static const struct audit_person alice = {
	.user = "alice", .origin = "192.0.2.7 port 5 (token)", .role = "operator", .session = 3, .uid = -1
};
static const struct audit_person bob = { .user = "bob", .origin = "unix socket, pid 9", .role = "admin", .uid = 1001 };

START_TEST(puts_on_record_who_asked_for_it_through_a_hub)
{
	static const char who[] =
		"\"who\":{\"user\":\"alice\",\"origin\":\"192.0.2.7 port 5 (token)\",\"role\":\"operator\","
		"\"session\":\"3\",\"hub\":{\"user\":";
	struct audit_person gone = alice;
	struct operation_params params = bench_params(VERB_RESTART);

	bench_init(&b, 2, false);
	ck_assert_int_eq(bench_plan(&b, &params, 2), 0);
	b.person = &gone;
	ck_assert_int_eq(bench_submit(&b), 0);
	gone = (struct audit_person){ .user = "nobody",
				      .origin = "nowhere",
				      .uid = -1 }; // her session may end before it
	b.person = &bob;
	ck_assert_int_eq(bench_ask(&b, REQUEST_OPERATION_PAUSE), 0);
	ck_assert_int_eq(bench_ask(&b, REQUEST_OPERATION_RESUME), 0);
	bench_until(&b, bench_is_over, 3600000);
	ck_assert_int_eq(bench_submit(&b), -ESTALE); // once is enough
	bench_kill(&b);
	ck_assert_uint_eq(bench_count(&b, ".jsonl", who), 2 + 2 * 5 + 1); // asked; steps and targets; the end
	ck_assert_uint_eq(bench_count(&b, ".jsonl", "\"user\":\"bob\",\"uid\":1001,"), 5); // paused twice: asked, done
	ck_assert_uint_eq(bench_count(&b, ".jsonl", "nowhere"), 0);
	b.person = NULL;
	bench_finish(&b);
}
END_TEST

START_TEST(puts_on_record_who_lets_go_on_what_was_left)
{
	struct operation_params params = bench_params(VERB_RESTART);

	bench_init(&b, 1, false);
	ck_assert_int_eq(bench_plan(&b, &params, 1), 0);
	b.person = &alice;
	ck_assert_int_eq(bench_submit(&b), 0);
	bench_settle(&b);
	bench_kill(&b);
	bench_start(&b);
	bench_advance(&b, 10);
	ck_assert_int_eq(b.operation->state, OPERATION_PAUSED);
	b.person = &bob;
	ck_assert_int_eq(bench_ask(&b, REQUEST_OPERATION_RESUME), 0);
	bench_until(&b, bench_is_over, 3600000);
	bench_kill(&b);
	ck_assert_uint_ge(bench_count(&b, ".jsonl", "\"user\":\"alice\",\"origin\":\"192.0.2.7"), 2);
	ck_assert_uint_ge(bench_count(&b, ".jsonl", "\"user\":\"bob\",\"uid\":1001,"), 3);
	ck_assert_uint_eq(bench_count(&b, ".jsonl", "\"phase\":\"end\""), 1);
	b.person = NULL;
	bench_finish(&b);
}
END_TEST

START_TEST(puts_on_record_that_it_was_forced)
{
	struct operation_params params = bench_params(VERB_STOP);

	bench_init(&b, 2, false);
	params.is_forced = true;
	ck_assert_int_eq(bench_plan(&b, &params, 2), 0);
	ck_assert_int_eq(bench_submit(&b), 0);
	bench_until(&b, bench_is_over, 60000);
	bench_kill(&b);
	ck_assert_uint_eq(bench_count(&b, ".jsonl", "\"forced\":true"), 1);
	ck_assert_uint_eq(bench_count(&b, ".jsonl", "\"targets\":2"), 1);
	ck_assert_uint_eq(bench_count(&b, ".jsonl", "\"agents\":\"a0, a1\""), 1);
	bench_finish(&b);
}
END_TEST

START_TEST(puts_no_secret_on_record)
{
	bench_init(&b, 1, false);
	bench_do(&b, VERB_CONFIGURE, 1);
	bench_settle(&b);
	ck_assert_int_eq(b.operation->state, OPERATION_SUCCEEDED);
	ck_assert_uint_eq(bench_count(&b, ".jsonl", "hunter2"), 0);
	ck_assert_uint_eq(bench_count(&b, ".jsonl", "patch.token"), 1);
	ck_assert_uint_eq(bench_count(&b, ".jsonl", "\"patch.level\":3"), 1);
	ck_assert_uint_eq(bench_count(&b, ".jsonl", "\"action\":\"modify_config\""), 6);
	bench_finish(&b);
}
END_TEST

START_TEST(learns_from_journals_how_agents_were_left)
{
	bench_init(&b, 2, false);
	bench_do(&b, VERB_STOP, 2);
	bench_kill(&b);
	memset(b.lives, 0, sizeof b.lives);
	bench_start(&b);
	bench_advance(&b, 10);
	ck_assert(b.lives[1].is_recorded);
	ck_assert_int_eq(b.lives[1].recorded, LIFECYCLE_STOPPED);
	ck_assert_int_eq(b.lives[1].provisioning, PROVISIONING_STOPPED);
	bench_finish(&b);
}
END_TEST

SUITE("provisioning_engine: requests", plans_after_a_look_at_each_target, looks_at_no_more_than_ten_at_once,
      plans_without_what_cannot_be_seen, does_not_take_what_was_seen_once_for_how_it_stands,
      plans_with_the_figures_that_are_configured_where_it_runs, makes_no_plan_of_nonsense,
      plans_what_a_filter_hides_and_not_who_is_gone, forgets_plans_that_are_old, tells_how_an_agent_stands_when_asked,
      keeps_what_contradicts_the_record, says_that_it_cannot_be_seen, refuses_what_was_not_shown,
      refuses_where_it_may_only_be_read, refuses_when_things_are_not_as_they_were,
      does_nothing_to_a_target_that_was_replaced, does_nothing_to_a_target_in_which_the_verb_makes_no_sense_any_more,
      operates_on_an_agent_once_at_a_time, sees_the_lock_of_another_process, refuses_when_nothing_would_be_audited,
      refuses_without_a_state_directory, fails_when_its_journal_cannot_be_made,
      pauses_before_the_next_target_and_goes_on, pauses_do_not_make_the_rest_take_longer,
      aborts_after_the_step_under_way, takes_back_what_it_has_changed_when_asked, rolls_a_sick_version_back_by_itself,
      has_succeeded_when_it_was_aborted_after_all_was_done, has_not_succeeded_when_its_verification_was_cut_short,
      fails_when_it_does_not_come_to_run, fails_when_it_ends_again_at_once,
      goes_on_when_one_that_is_done_is_not_listed_any_more, leaves_the_status_of_who_is_skipped,
      rolls_back_when_there_are_too_many_errors, rolls_back_when_answers_grow_slow,
      runs_ten_operations_at_once_and_queues_the_rest, ends_what_is_queued_without_beginning_it,
      does_what_the_command_line_asks, goes_on_with_an_agent_that_comes_back_under_another_number,
      ends_in_the_midst_of_everything, leaves_out_what_cannot_be_done_to_some, takes_an_answer_that_comes_at_once,
      pauses_what_is_queued, is_confirmed_only_once, is_asked_while_it_tells, knows_an_agent_by_its_key,
      ends_with_records_on_their_way, says_which_journal_is_damaged, leaves_alone_what_another_process_runs,
      cannot_lock_without_a_directory, is_not_made_where_its_paths_do_not_fit, puts_each_phase_on_record,
      puts_on_record_who_asked_for_it_through_a_hub, puts_on_record_who_lets_go_on_what_was_left,
      puts_on_record_that_it_was_forced, puts_no_secret_on_record, learns_from_journals_how_agents_were_left)
