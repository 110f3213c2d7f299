// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <string.h>

#include "model/plan_drift.h"
#include "tests/unit/operations/plan_bench.h"

static struct plan_bench bench;
static char memory[4096];
static struct strbuf told;

static void set_up(void)
{
	plan_bench_init(&bench);
	plan_bench_add(&bench, "wow-event-3", "dev", "event");
	strbuf_init(&told, memory, sizeof memory);
}

static size_t drift_from(struct plan *before)
{
	struct plan *now = plan_bench_make(&bench);
	size_t n = plan_drift(before, now, &told);

	plan_unref(now);
	plan_unref(before);
	return n;
}

START_TEST(nothing_has_changed_when_all_is_as_it_was)
{
	struct plan *before;

	set_up();
	before = plan_bench_make(&bench);
	ck_assert_uint_eq(drift_from(before), 0);
	ck_assert_str_eq(memory, "");
}
END_TEST

START_TEST(each_difference_is_told_in_words)
{
	struct agent_lifecycle *life;
	struct plan *before;

	set_up();
	before = plan_bench_make(&bench);
	life = plan_bench_life(&bench, 0);
	bench.subjects[0].health = HEALTH_DOWN;
	life->observed = LIFECYCLE_ERRORED;
	life->version = "1.5";
	life->previous = "";
	life->instance = "77aa";
	ck_assert_uint_eq(drift_from(before), 1);
	ck_assert_str_eq(memory, "wow-event-3: was up, is down; was running, is errored; version 1.4 -> 1.5; "
				 "version before 1.3 -> not known; instance changed\n");
}
END_TEST

START_TEST(what_was_not_known_before_has_not_changed)
{
	struct agent_lifecycle *life, known;
	struct plan *before;

	set_up();
	life = plan_bench_life(&bench, 0);
	known = *life;
	life->is_observed = false;
	life->version = life->previous = life->instance = "";
	before = plan_bench_make(&bench);
	*life = known;
	ck_assert_uint_eq(drift_from(before), 0);
	before = plan_bench_make(&bench);
	life->is_observed = false;
	ck_assert_uint_eq(drift_from(before), 1);
	ck_assert_str_eq(memory, "wow-event-3: nobody knows any more whether it runs\n");
}
END_TEST

START_TEST(surroundings_count_as_well)
{
	static const char *const one[] = { "a" }, *const two[] = { "a", "b" }, *const other[] = { "c", "b" };
	struct plan *before;

	set_up();
	bench.subjects[0].dependents = two;
	bench.subjects[0].n_dependents = 2;
	before = plan_bench_make(&bench);
	bench.subjects[0].dependents = other;
	ck_assert_uint_eq(drift_from(before), 1);
	before = plan_bench_make(&bench);
	bench.subjects[0].dependents = one;
	bench.subjects[0].n_dependents = 1;
	bench.subjects[0].is_last_healthy = true;
	strbuf_reset(&told);
	ck_assert_uint_eq(drift_from(before), 2); // more is asked now
	ck_assert_str_eq(memory, "wow-event-3: other agents depend on it than before; it is the last healthy one\n"
				 "confirmation: something else is asked for\n");
	before = plan_bench_make(&bench);
	bench.subjects[0].is_last_healthy = false;
	strbuf_reset(&told);
	drift_from(before);
	ck_assert_ptr_nonnull(strstr(memory, "it is not the last healthy one"));
}
END_TEST

START_TEST(refusals_and_other_steps_are_told)
{
	struct plan *before;

	set_up();
	before = plan_bench_make(&bench);
	plan_bench_life(&bench, 0)->holder = "bob, pid 7";
	ck_assert_uint_eq(drift_from(before), 2);
	ck_assert_ptr_nonnull(strstr(memory, "wow-event-3: refused now: bob, pid 7 is operating on it\n"));
	before = plan_bench_make(&bench);
	plan_bench_life(&bench, 0)->holder = "";
	strbuf_reset(&told);
	drift_from(before);
	ck_assert_ptr_nonnull(strstr(memory, "wow-event-3: no longer refused\n"));
	before = plan_bench_make(&bench);
	bench.driver.action = "POST /elsewhere";
	strbuf_reset(&told);
	ck_assert_uint_eq(drift_from(before), 1);
	ck_assert_str_eq(memory, "wow-event-3: other steps\n");
	before = plan_bench_make(&bench);
	bench.driver.has_blue_green = true;
	bench.params.rollout.kind = ROLLOUT_BLUE_GREEN;
	strbuf_reset(&told);
	ck_assert_uint_eq(drift_from(before), 1);
	before = plan_bench_make(&bench);
	bench.driver.undo_result = -1;
	strbuf_reset(&told);
	ck_assert_uint_eq(drift_from(before), 1);
	ck_assert_str_eq(memory, "wow-event-3: other steps\n");
}
END_TEST

START_TEST(steps_of_another_kind_are_other_steps)
{
	struct plan_step observe = { .primitive = PRIMITIVE_OBSERVE }, verify = { .primitive = PRIMITIVE_VERIFY };
	struct plan_target was = { .name = "a",
				   .environment = "",
				   .service = "",
				   .driver = "",
				   .version = "",
				   .previous = "",
				   .instance = "",
				   .refusal = "",
				   .steps = &observe,
				   .n_steps = 1 };
	struct plan_target is = was;
	struct plan before = { .targets = &was, .n_targets = 1, .typed = "" };
	struct plan now = { .targets = &is, .n_targets = 1, .typed = "" };

	set_up();
	is.steps = &verify;
	ck_assert_uint_eq(plan_drift(&before, &now, &told), 1);
	ck_assert_str_eq(memory, "a: other steps\n");
}
END_TEST

START_TEST(who_is_gone_is_named_and_the_list_ends)
{
	struct plan *before;
	char name[] = "wow-0";

	set_up();
	for (int i = 0; i < 12; i++) {
		name[4] = (char)('a' + i);
		plan_bench_add(&bench, name, "", "");
	}
	before = plan_bench_make(&bench);
	for (size_t i = 1; i < 13; i++)
		bench.subjects[i].health = HEALTH_DEGRADED;
	bench.n = 12;
	memmove(&bench.subjects[0], &bench.subjects[1], 12 * sizeof bench.subjects[0]);
	ck_assert_uint_eq(drift_from(before), 14); // one is gone, and what is typed has the number in it
	ck_assert_ptr_nonnull(strstr(memory, "wow-a: "));
	ck_assert_ptr_nonnull(strstr(memory, "wow-event-3: it is gone\n"));
	ck_assert_ptr_nonnull(strstr(memory, "\nand 6 more\n"));
}
END_TEST

START_TEST(a_short_buffer_holds_what_it_can)
{
	struct plan *before;

	set_up();
	before = plan_bench_make(&bench);
	bench.subjects[0].health = HEALTH_DOWN;
	strbuf_init(&told, memory, 12);
	ck_assert_uint_eq(drift_from(before), 1);
	ck_assert_str_eq(memory, "wow-event-3");
	ck_assert(told.truncated);
}
END_TEST

SUITE("drift", nothing_has_changed_when_all_is_as_it_was, each_difference_is_told_in_words,
      what_was_not_known_before_has_not_changed, surroundings_count_as_well, refusals_and_other_steps_are_told,
      steps_of_another_kind_are_other_steps, who_is_gone_is_named_and_the_list_ends, a_short_buffer_holds_what_it_can)
