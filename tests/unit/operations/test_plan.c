// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "tests/unit/operations/plan_bench.h"

static struct plan_bench bench;

static void set_up(void)
{
	plan_bench_init(&bench);
}

START_TEST(a_plan_says_who_how_and_what_is_done_step_by_step)
{
	static const char *const dependents[] = { "WowApi", "WowWeb" };
	struct plan_subject *subject;
	const struct plan_target *target;
	struct plan *plan;

	set_up();
	subject = plan_bench_add(&bench, "WowCache", "staging", "cache");
	subject->dependents = dependents;
	subject->n_dependents = 2;
	subject->is_hidden = true;
	bench.params.reason = "it\033leaks";
	plan = plan_bench_make(&bench);
	target = &plan->targets[0];
	ck_assert_uint_eq(plan->no, 3);
	ck_assert_uint_eq(plan->token, 7);
	ck_assert_str_eq(plan->who, "alice");
	ck_assert_str_eq(plan->params.reason, "it^[leaks");
	ck_assert_str_eq(target->key, "key-of-WowCache");
	ck_assert_str_eq(target->environment, "staging");
	ck_assert_str_eq(target->service, "cache");
	ck_assert_str_eq(target->instance, "3f2a");
	ck_assert_uint_eq(target->n_dependents, 2);
	ck_assert_str_eq(target->dependents[1], "WowWeb");
	ck_assert(target->is_hidden);
	ck_assert_str_eq(target->refusal, "");
	ck_assert_uint_eq(target->n_steps, 4);
	ck_assert_uint_eq(target->steps[0].primitive, PRIMITIVE_OBSERVE);
	ck_assert_str_eq(target->steps[0].postcondition, "it is running, instance 3f2a, version 1.4");
	ck_assert_str_eq(target->steps[2].label, "Start");
	ck_assert(target->steps[2].is_mutating);
	ck_assert_uint_eq(target->steps[3].primitive, PRIMITIVE_VERIFY);
	ck_assert_uint_eq(target->steps[3].timeout_ms, 300000);
	ck_assert_str_eq(target->steps[3].postcondition, "it is up, and stays up for 10s");
	ck_assert_uint_eq(target->n_undo, 2);
	ck_assert_str_eq(target->undo[0].label, "Back");
	ck_assert_uint_eq(target->undo[1].primitive, PRIMITIVE_VERIFY);
	ck_assert(plan_has_undo(target));
	ck_assert_uint_eq(plan_n_able(plan), 1);
	ck_assert_str_eq(plan->refusal, "");
	ck_assert_int_eq(plan->guard, GUARD_CONFIRM);
	ck_assert_str_eq(plan->typed, "");
	plan_unref(plan);
}
END_TEST

START_TEST(what_is_looked_for_in_the_end_goes_by_the_verb)
{
	static const struct {
		enum verb verb;
		bool is_probed, is_undo, is_health, has_state;
		enum lifecycle state;
	} table[] = {
		{ VERB_RESTART, true, false, true, true, LIFECYCLE_RUNNING },
		{ VERB_UPGRADE, true, false, true, true, LIFECYCLE_RUNNING },
		{ VERB_START, false, false, false, true, LIFECYCLE_RUNNING },
		{ VERB_STOP, true, false, false, true, LIFECYCLE_STOPPED },
		{ VERB_SUSPEND, true, false, false, true, LIFECYCLE_SUSPENDED },
		{ VERB_DELETE, true, false, false, true, LIFECYCLE_REVOKED },
		{ VERB_CREATE, true, false, false, false, LIFECYCLE_REVOKED },
		{ VERB_CREATE, true, true, false, true, LIFECYCLE_REVOKED },
		{ VERB_CONFIGURE, true, false, true, true, LIFECYCLE_ERRORED },
		{ VERB_STOP, true, true, true, true, LIFECYCLE_ERRORED },
		{ VERB_UPGRADE, false, true, false, true, LIFECYCLE_ERRORED },
	};
	struct plan_target target = { .health = HEALTH_DEGRADED,
				      .is_lifecycle_known = true,
				      .lifecycle = LIFECYCLE_ERRORED };

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct plan plan = { .params.verb = table[i].verb };
		struct plan_expectation got = plan_expects(&plan, &target, table[i].is_probed, table[i].is_undo);

		ck_assert_msg(got.is_health == table[i].is_health, "health of %zu", i);
		ck_assert_msg(got.has_state == table[i].has_state, "state of %zu", i);
		ck_assert_msg(!got.has_state || got.state == table[i].state, "which state of %zu", i);
	}
	target.health = HEALTH_DOWN; // nobody can ask for more than there was
	ck_assert(!plan_expects(&(struct plan){ .params.verb = VERB_STOP }, &target, true, true).is_health);
}
END_TEST

START_TEST(the_last_step_says_what_it_looks_for)
{
	static const struct {
		enum verb verb;
		enum lifecycle state;
		const char *postcondition;
	} table[] = {
		{ VERB_STOP, LIFECYCLE_RUNNING, "it is stopped" },
		{ VERB_DELETE, LIFECYCLE_RUNNING, "it is gone" },
		{ VERB_CREATE, LIFECYCLE_DRAFT, "it is there" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		const struct plan_target *target;
		struct plan *plan;

		set_up();
		plan_bench_add(&bench, "WowCache", "", "");
		bench.params.verb = table[i].verb;
		plan_bench_life(&bench, 0)->observed = table[i].state;
		plan = plan_bench_make(&bench);
		target = &plan->targets[0];
		ck_assert_str_eq(target->refusal, "");
		ck_assert_str_eq(target->steps[target->n_steps - 1].postcondition, table[i].postcondition);
		ck_assert_str_eq(target->steps[target->n_steps - 1].action, "ask how it stands (paper)");
		plan_unref(plan);
	}
}
END_TEST

START_TEST(what_is_not_probed_or_paused_is_judged_by_its_driver)
{
	const struct agent neither = { .url = "x" }, paused = { .health_url = "x", .is_paused = true };
	const struct agent scraped = { .metrics_url = "x" }, healthy = { .health_url = "x" };

	ck_assert(!plan_is_probed(&neither));
	ck_assert(!plan_is_probed(&paused));
	ck_assert(plan_is_probed(&scraped));
	ck_assert(plan_is_probed(&healthy));
}
END_TEST

START_TEST(what_is_not_known_is_not_made_up)
{
	struct plan *plan;

	set_up();
	plan_bench_add(&bench, "WowCache", "", "");
	plan_bench_life(&bench, 0)->is_observed = false;
	plan_bench_life(&bench, 0)->version = plan_bench_life(&bench, 0)->instance = "";
	bench.driver.undo_result = -ENOTSUP;
	plan = plan_bench_make(&bench);
	ck_assert(!plan->targets[0].is_lifecycle_known);
	ck_assert_str_eq(plan->targets[0].steps[0].postcondition, "");
	ck_assert(!plan_has_undo(&plan->targets[0]));
	plan_unref(plan);
	plan_bench_life(&bench, 0)->version = "1.4";
	plan = plan_bench_make(&bench);
	ck_assert_str_eq(plan->targets[0].steps[0].postcondition, "it is version 1.4");
	plan_unref(plan);
	plan_bench_life(&bench, 0)->is_recorded = true;
	plan_bench_life(&bench, 0)->recorded = LIFECYCLE_ERRORED;
	plan = plan_bench_make(&bench);
	ck_assert_int_eq(plan->targets[0].lifecycle, LIFECYCLE_ERRORED);
	plan_unref(plan);
}
END_TEST

static const char *const frozen[] = { "frozen*" };

static void refuse_by_policy(struct plan_subject *subject)
{
	(void)subject;
	bench.config.read_only = frozen;
	bench.config.n_read_only = 1;
}

static void refuse_by_state(struct plan_subject *subject)
{
	(void)subject;
	plan_bench_life(&bench, 0)->observed = LIFECYCLE_SUSPENDED;
}

static void refuse_by_absence(struct plan_subject *subject)
{
	subject->driver = NULL;
}

static void refuse_by_driver(struct plan_subject *subject)
{
	(void)subject;
	bench.driver.recipe_result = -ENOTSUP;
}

static void refuse_with_words(struct plan_subject *subject)
{
	refuse_by_driver(subject);
	bench.driver.why = "its label unit is missing";
}

static void refuse_by_length(struct plan_subject *subject)
{
	(void)subject;
	bench.driver.is_wordy = true;
}

static void refuse_by_failure(struct plan_subject *subject)
{
	(void)subject;
	bench.driver.recipe_result = -ENOENT;
}

static void refuse_by_rollout(struct plan_subject *subject)
{
	(void)subject;
	bench.params.rollout.kind = ROLLOUT_BLUE_GREEN;
}

START_TEST(a_target_that_cannot_be_done_says_why_and_has_no_steps)
{
	static const struct {
		void (*prepare)(struct plan_subject *subject);
		const char *refusal;
	} table[] = {
		{ refuse_by_policy, "frozen-eu is read-only" },
		{ refuse_by_state, "it is suspended" },
		{ refuse_by_absence, "nothing operates it: its driver is not there" },
		{ refuse_by_driver, "its driver, paper, cannot do that" },
		{ refuse_with_words, "its label unit is missing" },
		{ refuse_by_length, "its driver, paper, has more to say than there is room for" },
		{ refuse_by_failure, "its driver, paper: No such file or directory" },
		{ refuse_by_rollout, "its driver, paper, has no blue-green rollout" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct plan *plan;

		set_up();
		table[i].prepare(plan_bench_add(&bench, "WowCache", "frozen-eu", ""));
		plan = plan_bench_make(&bench);
		ck_assert_str_eq(plan->targets[0].refusal, table[i].refusal);
		ck_assert_str_eq(plan->refusal, table[i].refusal);
		ck_assert_uint_eq(plan->targets[0].n_steps, 0);
		ck_assert_uint_eq(plan->targets[0].n_undo, 0);
		ck_assert_uint_eq(plan->n_waves, 0);
		ck_assert_int_eq(plan->guard, GUARD_VIEW);
		plan_unref(plan);
	}
}
END_TEST

START_TEST(blue_green_is_for_drivers_with_steps_of_their_own_for_it)
{
	struct plan *plan;

	set_up();
	plan_bench_add(&bench, "WowCache", "", "");
	bench.params.rollout.kind = ROLLOUT_BLUE_GREEN;
	bench.driver.has_blue_green = true;
	plan = plan_bench_make(&bench);
	ck_assert_str_eq(plan->refusal, "");
	ck_assert_str_eq(plan->targets[0].steps[3].label, "Swap");
	plan_unref(plan);
	bench.driver.is_short = true;
	plan = plan_bench_make(&bench);
	ck_assert_str_eq(plan->refusal, "");
	ck_assert_uint_eq(plan->targets[0].n_steps, 4);
	plan_unref(plan);
}
END_TEST

START_TEST(a_plan_is_refused_when_every_target_is)
{
	struct plan *plan;

	set_up();
	plan_bench_add(&bench, "WowCache", "", "");
	plan_bench_add(&bench, "WowApi", "", "");
	plan_bench_life(&bench, 0)->observed = LIFECYCLE_SUSPENDED;
	plan = plan_bench_make(&bench);
	ck_assert_str_eq(plan->refusal, "");
	ck_assert_uint_eq(plan_n_able(plan), 1);
	ck_assert_uint_eq(plan->n_waves, 1);
	ck_assert_int_eq(plan->guard, GUARD_CONFIRM); // of the one that something happens to
	plan_unref(plan);
	plan_bench_life(&bench, 1)->observed = LIFECYCLE_SUSPENDED;
	plan = plan_bench_make(&bench);
	ck_assert_str_eq(plan->refusal, "it is suspended");
	plan_unref(plan);
	plan_bench_life(&bench, 1)->observed = LIFECYCLE_REVOKED;
	plan = plan_bench_make(&bench);
	ck_assert_str_eq(plan->refusal, "nothing can be done to any of them");
	plan_unref(plan);
}
END_TEST

// How many targets each wave has, by its letter: "aab" is two in the first and one in the second.
static void check_waves(size_t n, const char *expected)
{
	struct plan *plan;

	for (size_t i = bench.n; i < n; i++)
		plan_bench_add(&bench, "Wow", "", "");
	plan = plan_bench_make(&bench);
	for (size_t i = 0; i < n; i++)
		ck_assert_msg(plan->targets[i].wave == expected[i] - 'a', "%zu of %zu is in %d", i, n,
			      plan->targets[i].wave);
	ck_assert_uint_eq(plan->n_waves, (unsigned)(expected[n - 1] - 'a' + 1));
	plan_unref(plan);
}

START_TEST(waves_go_by_the_rollout)
{
	set_up();
	check_waves(1, "a");
	check_waves(3, "abc");
	bench.params.rollout.batch = 2;
	check_waves(5, "aabbc");
	bench.params.rollout.batch = 100;
	check_waves(6, "aaaaaa");
	set_up();
	bench.params.rollout.kind = ROLLOUT_CANARY;
	check_waves(1, "a");
	check_waves(2, "ab"); // one is half of two already
	check_waves(3, "abc");
	check_waves(10, "abbbbccccc");
	check_waves(22, "aaabbbbbbbbccccccccccc");
}
END_TEST

START_TEST(refused_targets_take_no_place_in_a_wave)
{
	struct plan *plan;

	set_up();
	for (size_t i = 0; i < 5; i++)
		plan_bench_add(&bench, "Wow", "", "");
	plan_bench_life(&bench, 0)->driver = "";
	plan_bench_life(&bench, 2)->driver = "";
	plan = plan_bench_make(&bench);
	ck_assert_uint_eq(plan->n_waves, 3);
	ck_assert_uint_eq(plan->targets[1].wave, 0);
	ck_assert_uint_eq(plan->targets[3].wave, 1);
	plan_unref(plan);
	bench.params.rollout.kind = ROLLOUT_CANARY;
	plan = plan_bench_make(&bench);
	ck_assert_uint_eq(plan->n_waves, 3);
	plan_unref(plan);
}
END_TEST

static void set(const char *version, const char *patch, enum verb verb)
{
	bench.params.version = version;
	bench.params.patch = patch;
	bench.params.verb = verb;
}

START_TEST(a_question_that_makes_no_sense_is_refused_with_why)
{
	static const struct {
		enum verb verb;
		const char *version, *patch, *why;
	} table[] = {
		{ VERB_COUNT, "", "", "there is no such verb" },
		{ VERB_UPGRADE, "", "", "an upgrade needs a version" },
		{ VERB_UPGRADE, NULL, NULL, "an upgrade needs a version" },
		{ VERB_RESTART, "1.5", "", "only create and upgrade take a version" },
		{ VERB_UPGRADE, "1\n5", "", "the version is too long, or has characters that cannot be shown" },
		{ VERB_RESTART, "", "{}", "only configure takes a patch" },
		{ VERB_CONFIGURE, "", "", "configure needs a patch" },
		{ VERB_CONFIGURE, "", "[1]", "the patch is not a JSON object" },
		{ VERB_CONFIGURE, "", "{\"a\":}", "the patch is no JSON: " },
	};
	struct plan *plan;
	char why[128];

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		set_up();
		plan_bench_add(&bench, "Wow", "", "");
		set(table[i].version, table[i].patch, table[i].verb);
		ck_assert_int_eq(plan_bench_try(&bench, &plan, why), -EINVAL);
		ck_assert_ptr_null(plan);
		ck_assert_msg(strncmp(why, table[i].why, strlen(table[i].why)) == 0, "%s", why);
	}
	set_up();
	plan_bench_add(&bench, "Wow", "", "");
	bench.params.is_forced = true;
	ck_assert_int_eq(plan_bench_try(&bench, &plan, why), -EINVAL);
	ck_assert_str_eq(why, "only stop can be forced");
	set("", "{\"level\":\"debug\"}", VERB_CONFIGURE);
	bench.params.is_forced = false;
	ck_assert_int_eq(plan_bench_try(&bench, &plan, why), 0);
	plan_unref(plan);
}
END_TEST

START_TEST(a_rollout_out_of_range_is_refused)
{
	static const struct rollout sound = {
		.kind = ROLLOUT_CANARY,
		.batch = 1,
		.max_unavailable = 1,
		.verify_ms = 2,
		.min_healthy_ms = 1,
		.canary_percent = { 100 },
	};
	struct rollout bad[10];
	struct plan *plan;
	char why[128];

	for (size_t i = 0; i < 10; i++)
		bad[i] = sound;
	bad[0].kind = ROLLOUT_KIND_COUNT;
	bad[1].batch = 0;
	bad[2].max_unavailable = 0;
	bad[3].verify_ms = 0;
	bad[4].canary_percent[0] = 50;
	bad[5].canary_percent[1] = 100;
	bad[6].canary_percent[0] = 0;
	bad[7].max_error_share = 1.5;
	bad[8].max_error_share = NAN;
	bad[9].max_latency_growth = -1;
	set_up();
	plan_bench_add(&bench, "Wow", "", "");
	for (size_t i = 0; i < 10; i++) {
		bench.params.rollout = bad[i];
		ck_assert_msg(plan_bench_try(&bench, &plan, why) == -EINVAL, "%zu", i);
		ck_assert_str_ne(why, "");
	}
	bench.params.rollout = sound;
	ck_assert_int_eq(plan_bench_try(&bench, &plan, why), 0);
	plan_unref(plan);
}
END_TEST

START_TEST(targets_are_some_and_not_too_many_and_none_twice)
{
	struct plan *plan;
	char why[128];

	set_up();
	ck_assert_int_eq(plan_bench_try(&bench, &plan, why), -EINVAL);
	ck_assert_str_eq(why, "there is no target");
	bench.n = OPERATION_TARGETS_MAX + 1;
	ck_assert_int_eq(plan_bench_try(&bench, &plan, why), -EINVAL);
	ck_assert_str_eq(why, "10001 targets; at most 10000");
	bench.n = 0;
	plan_bench_add(&bench, "Wow", "", "");
	plan_bench_add(&bench, "Wow", "", "");
	plan_bench_add(&bench, "Wow", "", "");
	bench.agents[2].agent.id = 1;
	ck_assert_int_eq(plan_bench_try(&bench, &plan, why), -EINVAL);
	ck_assert_str_eq(why, "a target is named twice");
}
END_TEST

START_TEST(the_same_question_has_the_same_hash_and_any_other_has_another)
{
	struct plan *plan, *again;

	set_up();
	plan_bench_add(&bench, "WowCache", "prod", "cache");
	plan = plan_bench_make(&bench);
	again = plan_bench_make(&bench);
	ck_assert_uint_eq(strlen(plan->hash), PLAN_HASH_HEX);
	ck_assert_str_eq(plan->hash, again->hash);
	plan_unref(again);
	plan_bench_life(&bench, 0)->instance = "3f2b";
	again = plan_bench_make(&bench);
	ck_assert_str_ne(plan->hash, again->hash);
	plan_unref(again);
	plan_bench_life(&bench, 0)->instance = "3f2a";
	bench.params.reason = "a";
	again = plan_bench_make(&bench);
	ck_assert_str_ne(plan->hash, again->hash);
	plan_unref(again);
	plan_unref(plan);
}
END_TEST

START_TEST(production_is_asked_about_by_its_service)
{
	struct plan *plan;

	set_up();
	plan_bench_add(&bench, "WowCache", "prod", "cache");
	plan = plan_bench_make(&bench);
	ck_assert_int_eq(plan->guard, GUARD_TYPE_NAME);
	ck_assert_str_eq(plan->typed, "cache");
	plan_unref(plan);
	set("2.0", "", VERB_UPGRADE);
	plan_bench_add(&bench, "WowApi", "dev", "api");
	plan = plan_bench_make(&bench);
	ck_assert_int_eq(plan->guard, GUARD_REASON);
	ck_assert_str_eq(plan->typed, "upgrade 2");
	plan_unref(plan);
}
END_TEST

START_TEST(without_memory_there_is_no_plan_and_no_leak)
{
	static const char *const dependents[] = { "WowApi" };
	struct plan_subject *subject;
	struct plan *plan;
	char why[128];

	set_up();
	subject = plan_bench_add(&bench, "WowCache", "prod", "cache");
	subject->dependents = dependents;
	subject->n_dependents = 1;
	plan_bench_add(&bench, "WowCache", "prod", "cache");
	set("", "{}", VERB_CONFIGURE);
	bench.params.reason = "why not";
	for (long n = 0;; n++) {
		int r;

		mem_fail_after(n);
		r = plan_bench_try(&bench, &plan, why);
		mem_fail_after(-1);
		if (r == 0)
			break;
		ck_assert_int_eq(r, -ENOMEM);
		ck_assert_ptr_null(plan);
	}
	plan_unref(plan);
}
END_TEST

SUITE("plan", a_plan_says_who_how_and_what_is_done_step_by_step, what_is_looked_for_in_the_end_goes_by_the_verb,
      the_last_step_says_what_it_looks_for, what_is_not_probed_or_paused_is_judged_by_its_driver,
      what_is_not_known_is_not_made_up, a_target_that_cannot_be_done_says_why_and_has_no_steps,
      blue_green_is_for_drivers_with_steps_of_their_own_for_it, a_plan_is_refused_when_every_target_is,
      waves_go_by_the_rollout, refused_targets_take_no_place_in_a_wave,
      a_question_that_makes_no_sense_is_refused_with_why, a_rollout_out_of_range_is_refused,
      targets_are_some_and_not_too_many_and_none_twice, the_same_question_has_the_same_hash_and_any_other_has_another,
      production_is_asked_about_by_its_service, without_memory_there_is_no_plan_and_no_leak)
