// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "tests/unit/operations/rollout_sim.h"

static struct sim sim;

static void check(uint16_t n_concurrent, const char *expected)
{
	sim_start(&sim, n_concurrent);
	ck_assert_str_eq(sim_finish(&sim), expected);
	sim_free(&sim);
}

// Of n one fails.
static void sim_failing(size_t n, size_t who)
{
	sim_init(&sim, n);
	sim.actors[who].then = TARGET_FAILED;
}

START_TEST(one_target_is_begun_and_is_done_when_it_stays_well)
{
	sim_init(&sim, 1);
	check(10, "0+a 13=a 13E succeeded");
	sim_init(&sim, 1);
	sim.actors[0].up_after = 20;
	check(10, "0+a 32=a 32E succeeded");
	sim_init(&sim, 1);
	sim.actors[0].then = TARGET_DONE; // not judged by health
	check(10, "0+a 2E succeeded");
}
END_TEST

START_TEST(waves_wait_for_each_other)
{
	sim_init(&sim, 3);
	check(10, "0+a 13=a 73+b 86=b 146+c 159=c 159E succeeded");
	sim_init(&sim, 4);
	sim.targets[1].wave = 0;
	sim.targets[2].wave = sim.targets[3].wave = 1;
	sim.actors[1].runs = 9;
	check(10, "0+a 0+b 13=a 20=b 80+c 80+d 93=c 93=d 93E succeeded");
}
END_TEST

START_TEST(no_more_run_at_once_than_there_is_room_for)
{
	sim_init(&sim, 4);
	for (size_t i = 0; i < 4; i++)
		sim.targets[i].wave = 0;
	check(2, "0+a 0+b 13=a 13=b 13+c 13+d 26=c 26=d 26E succeeded");
	sim_init(&sim, 2);
	sim.targets[1].wave = 0;
	check(0, "0+a 13=a 13+b 26=b 26E succeeded");
	sim_init(&sim, 12);
	for (size_t i = 0; i < 12; i++)
		sim.targets[i].wave = 0;
	sim_start(&sim, 500);
	sim_until(&sim, 1);
	ck_assert_uint_eq(rollout_n_at_once(sim.run), OPERATION_CONCURRENT_MAX);
	sim_free(&sim);
}
END_TEST

START_TEST(refused_targets_are_left_out)
{
	sim_init(&sim, 3);
	sim.targets[0].refusal = "it is stopped";
	check(10, "0+b 13=b 73+c 86=c 86E succeeded");
}
END_TEST

START_TEST(who_is_not_well_in_time_is_taken_back_with_all_before)
{
	sim_init(&sim, 3);
	sim.plan.params.rollout.verify_ms = 20000;
	sim.actors[1].up_after = -1;
	check(10, "0+a 13=a 73+b 95!b 95T 95-c 95<b 95<a 97E rolled back");
	sim_init(&sim, 2);
	sim.targets[1].wave = 0;
	sim.actors[0].then = TARGET_FAILED;
	sim.actors[1].runs = 5; // what runs is not cut off, and then taken back as well
	check(10, "0+a 0+b 2T 2<a 5<b 10E rolled back");
}
END_TEST

START_TEST(who_is_being_verified_is_taken_back_without_waiting)
{
	sim_init(&sim, 2);
	sim.targets[1].wave = 0;
	sim.actors[0].then = TARGET_FAILED;
	sim.actors[0].runs = 6;
	check(10, "0+a 0+b 6T 6<b 6<a 12E rolled back");
}
END_TEST

START_TEST(where_there_is_no_way_back_it_ends_there)
{
	sim_init(&sim, 3);
	for (size_t i = 0; i < 3; i++)
		sim.targets[i].n_undo = 0;
	sim.actors[0].then = TARGET_FAILED;
	sim_start(&sim, 10);
	ck_assert_str_eq(sim_finish(&sim), "0+a 2T 2-b 2-c 2E failed");
	ck_assert_str_eq(sim.last.why, "a has failed");
	ck_assert_str_eq(rollout_why(sim.run), "a has failed");
	sim_free(&sim);
	sim_init(&sim, 2); // some have one: it has failed all the same
	sim.targets[0].n_undo = 0;
	sim.actors[1].then = TARGET_FAILED;
	check(10, "0+a 13=a 73+b 75T 75<b 77E failed");
	sim_init(&sim, 2); // nobody waits for one without a way back, but for its verdict
	sim.targets[1].wave = 0;
	sim.targets[1].n_undo = 0;
	sim.actors[0].then = TARGET_FAILED;
	check(10, "0+a 0+b 2T 2<a 13=b 13E failed");
}
END_TEST

START_TEST(an_undo_that_fails_is_a_failure)
{
	sim_failing(1, 0);
	sim.actors[0].undo = TARGET_FAILED;
	check(10, "0+a 2T 2<a 4E failed");
	sim.actors[0].undo = TARGET_INDETERMINATE;
	sim.log[0] = '\0';
	sim.now_ms = 1000000;
	check(10, "0+a 2T 2<a 4E indeterminate");
}
END_TEST

START_TEST(an_undo_can_be_judged_by_health)
{
	sim_failing(1, 0);
	sim.actors[0].undo = TARGET_VERIFYING;
	check(10, "0+a 2T 2<a 15=a 15E rolled back");
	sim_failing(1, 0);
	sim.actors[0].undo = TARGET_VERIFYING;
	sim.actors[0].up_after = -1;
	check(10, "0+a 2T 2<a 304!a 304E failed");
}
END_TEST

START_TEST(who_was_well_and_goes_down_trips_it)
{
	sim_init(&sim, 2);
	sim.actors[0].down_at = 40;
	sim_start(&sim, 10);
	ck_assert_str_eq(sim_finish(&sim), "0+a 13=a 40T 40-b 40<a 42E rolled back");
	ck_assert_str_eq(sim.last.why, "a is not up any more");
	sim_free(&sim);
}
END_TEST

START_TEST(some_may_be_bad_at_once_when_it_is_allowed)
{
	sim_init(&sim, 4);
	sim.plan.params.rollout.max_unavailable = 2;
	sim.actors[0].then = TARGET_FAILED;
	check(10, "0+a 62+b 75=b 135+c 148=c 208+d 221=d 221E failed");
	sim_init(&sim, 4);
	sim.plan.params.rollout.max_unavailable = 2;
	sim.actors[0].then = sim.actors[1].then = TARGET_FAILED;
	sim_start(&sim, 10);
	ck_assert_str_eq(sim_finish(&sim), "0+a 62+b 64T 64-c 64-d 64<b 64<a 66E rolled back");
	ck_assert_str_eq(sim.last.why, "2 are bad at once, b has failed");
	sim_free(&sim);
}
END_TEST

START_TEST(who_was_not_well_before_holds_up_nobody)
{
	sim_init(&sim, 3);
	sim.plan.params.verb = VERB_RESTART;
	sim.targets[0].health = HEALTH_DOWN;
	sim.actors[0].then = TARGET_FAILED;
	check(10, "0+a 62+b 75=b 135+c 148=c 148E failed");
	sim_init(&sim, 3); // one that was well: the restart is what makes them bad
	sim.plan.params.verb = VERB_RESTART;
	sim.actors[0].then = TARGET_FAILED;
	check(10, "0+a 2T 2-b 2-c 2<a 4E rolled back");
	sim_init(&sim, 2); // a new version must work wherever it comes
	sim.plan.params.verb = VERB_UPGRADE;
	sim.targets[0].health = HEALTH_DEGRADED;
	sim.actors[0].then = TARGET_FAILED;
	check(10, "0+a 2T 2-b 2<a 4E rolled back");
}
END_TEST

START_TEST(errors_and_latency_trip_it)
{
	static const struct {
		double errors, latency_ms;
		int trouble_at;
		const char *log, *why;
	} table[] = {
		{ 0.12, 0, 0, "0+a 13!a 13T 13-b 13<a 15E rolled back", "a: errors 12.0 %, more than 5.0 %" },
		{ 0.12, 0, 20, "0+a 13=a 30T 30-b 30<a 32E rolled back", "a: errors 12.0 %, more than 5.0 %" },
		{ 0.05, 0, 0, "0+a 13=a 73+b 86=b 86E succeeded", "" },
		{ 0, 40, 20, "0+a 13=a 30T 30-b 30<a 32E rolled back", "a: latency 10ms -> 40ms, more than +50 %" },
		{ 0, 19, 0, "0+a 13=a 73+b 86=b 86E succeeded", "" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		sim_init(&sim, 2);
		sim.plan.params.rollout.max_unavailable = 2; // one is past a limit: that is enough
		sim.actors[0].errors = table[i].errors;
		sim.actors[0].latency_ms = table[i].latency_ms;
		sim.actors[0].trouble_at = table[i].trouble_at;
		sim_start(&sim, 10);
		ck_assert_str_eq(sim_finish(&sim), table[i].log);
		ck_assert_str_eq(sim.last.why, table[i].why);
		sim_free(&sim);
	}
}
END_TEST

START_TEST(a_short_trouble_is_none)
{
	sim_init(&sim, 2);
	sim.actors[0].errors = 0.5;
	sim.actors[0].trouble_at = 20;
	sim.actors[0].trouble_for = 9;
	sim_start(&sim, 10);
	sim_until(&sim, 21);
	ck_assert_int_eq(sim.last.until_ms, sim.now_ms + 9000);
	sim_until(&sim, 30);
	sim.actors[0].trouble_at = 35; // once more: that begins anew
	ck_assert_str_eq(sim_finish(&sim), "0+a 13=a 73+b 86=b 86E succeeded");
	sim_free(&sim);
	sim_init(&sim, 1); // while it is verified it must be over before it is well
	sim.actors[0].errors = 0.5;
	sim.actors[0].trouble_at = 5;
	sim.actors[0].trouble_for = 9;
	sim_start(&sim, 10);
	sim_until(&sim, 13);
	ck_assert_int_eq(sim.last.until_ms, sim.now_ms + 2000);
	ck_assert_str_eq(sim_finish(&sim), "0+a 14=a 14E succeeded");
	sim_free(&sim);
}
END_TEST

START_TEST(single_probes_must_be_much_slower_and_all_trouble_lasts)
{
	sim_init(&sim, 1);
	sim.actors[0].latency_ms = 90;
	sim.actors[0].floor_ms = ROLLOUT_PROBE_FLOOR_MS;
	check(10, "0+a 13=a 13E succeeded");
	sim_init(&sim, 1);
	sim.actors[0].latency_ms = 120;
	sim.actors[0].floor_ms = ROLLOUT_PROBE_FLOOR_MS;
	check(10, "0+a 13!a 13T 13<a 15E rolled back");
	sim_init(&sim, 1);
	sim.plan.params.rollout.min_healthy_ms = 1000; // five seconds all the same
	sim.actors[0].errors = 1;
	check(10, "0+a 8!a 8T 8<a 10E rolled back");
}
END_TEST

START_TEST(without_rolling_back_a_person_is_waited_for)
{
	sim_init(&sim, 3);
	sim.plan.params.rollout.rolls_back = false;
	sim.actors[0].then = TARGET_FAILED;
	sim_start(&sim, 10);
	sim_until(&sim, 500);
	ck_assert_str_eq(sim.log, "0+a 2T");
	ck_assert_int_eq(rollout_state(sim.run), OPERATION_PAUSED);
	ck_assert_str_eq(rollout_why(sim.run), "a has failed");
	ck_assert_int_eq(sim.last.until_ms, INT64_MAX);
	ck_assert_int_eq(rollout_resume(sim.run), 0); // it is accepted, and the wait is long over
	ck_assert_str_eq(sim_finish(&sim), "0+a 2T 500+b 513=b 573+c 586=c 586E failed");
	sim_free(&sim);
}
END_TEST

START_TEST(of_whom_nobody_knows_it_ends)
{
	sim_init(&sim, 3);
	sim.targets[1].wave = 0;
	sim.actors[0].then = TARGET_INDETERMINATE;
	sim_start(&sim, 10);
	ck_assert_str_eq(sim_finish(&sim), "0+a 0+b 2T 2-c 13=b 13E indeterminate");
	ck_assert_str_eq(sim.last.why, "a: nobody knows what became of it");
	sim_free(&sim);
}
END_TEST

START_TEST(a_pause_begins_nothing_and_a_resume_goes_on)
{
	sim_init(&sim, 2);
	sim_start(&sim, 10);
	sim_until(&sim, 5);
	ck_assert_int_eq(rollout_resume(sim.run), -EALREADY);
	ck_assert_int_eq(rollout_pause(sim.run, "alice said so"), 0);
	ck_assert_int_eq(rollout_pause(sim.run, "again"), -EALREADY);
	sim_until(&sim, 100);
	ck_assert_str_eq(sim.log, "0+a 13=a");
	ck_assert_int_eq(rollout_state(sim.run), OPERATION_PAUSED);
	ck_assert_str_eq(rollout_why(sim.run), "alice said so");
	ck_assert_int_eq(rollout_resume(sim.run), 0);
	ck_assert_int_eq(rollout_state(sim.run), OPERATION_RUNNING);
	ck_assert_str_eq(sim_finish(&sim), "0+a 13=a 100+b 113=b 113E succeeded");
	ck_assert_int_eq(rollout_pause(sim.run, ""), -EPERM);
	ck_assert_int_eq(rollout_resume(sim.run), -EPERM);
	ck_assert_int_eq(rollout_abort(sim.run, ""), -EPERM);
	ck_assert_int_eq(rollout_roll_back(sim.run, ""), -EPERM);
	rollout_tell(sim.run, 0, TARGET_FAILED, sim.now_ms);
	ck_assert_int_eq(rollout_target_state(sim.run, 0), TARGET_DONE);
	sim_free(&sim);
}
END_TEST

START_TEST(what_goes_bad_in_a_pause_trips_after_it)
{
	sim_init(&sim, 2);
	sim.actors[0].down_at = 20;
	sim_start(&sim, 10);
	sim_until(&sim, 15);
	rollout_pause(sim.run, "");
	sim_until(&sim, 30);
	rollout_resume(sim.run);
	ck_assert_str_eq(sim_finish(&sim), "0+a 13=a 30T 30-b 30<a 32E rolled back");
	sim_free(&sim);
}
END_TEST

START_TEST(an_abort_settles_what_runs_and_begins_nothing)
{
	sim_init(&sim, 4);
	sim.targets[1].wave = sim.targets[2].wave = 0;
	sim.actors[0].runs = 20;
	sim.actors[1].up_after = 30;
	sim_start(&sim, 10);
	sim_until(&sim, 5); // a runs, b is not up yet, c is
	ck_assert_int_eq(rollout_abort(sim.run, "alice said so"), 0);
	ck_assert_int_eq(rollout_abort(sim.run, "again"), -EALREADY);
	ck_assert_int_eq(rollout_pause(sim.run, ""), -EPERM);
	ck_assert_int_eq(rollout_roll_back(sim.run, ""), -EPERM);
	ck_assert_str_eq(sim_finish(&sim), "0+a 0+b 0+c 5!b 5!c 5-d 20!a 20E aborted");
	ck_assert_str_eq(sim.last.why, "alice said so");
	sim_free(&sim);
}
END_TEST

START_TEST(an_abort_when_all_is_done_comes_too_late)
{
	sim_init(&sim, 2);
	sim.targets[0].refusal = "it is stopped";
	sim_start(&sim, 10);
	sim_until(&sim, 5);
	ck_assert_int_eq(rollout_pause(sim.run, ""), 0);
	sim_until(&sim, 20);
	ck_assert_int_eq(rollout_abort(sim.run, "alice said so"), 0);
	ck_assert_str_eq(sim_finish(&sim), "0+b 13=b 20E succeeded");
	ck_assert_str_eq(sim.last.why, "");
	sim_free(&sim);
}
END_TEST

static void check_cut_short(int up_after, const char *why)
{
	sim_init(&sim, 1);
	sim.actors[0].up_after = up_after;
	sim_start(&sim, 10);
	sim_until(&sim, 5);
	ck_assert_int_eq(rollout_target_state(sim.run, 0), TARGET_VERIFYING);
	ck_assert_int_eq(rollout_abort(sim.run, "aborted by alice"), 0);
	sim_until(&sim, 5);
	ck_assert_int_eq(rollout_target_state(sim.run, 0), TARGET_FAILED);
	ck_assert_str_eq(sim.failed_why, why);
	ck_assert_str_eq(sim_finish(&sim), "0+a 5!a 5E aborted");
	ck_assert_str_eq(rollout_why(sim.run), "aborted by alice");
	sim_free(&sim);
}

START_TEST(what_an_abort_did_not_let_be_verified_has_not_succeeded)
{
	check_cut_short(1, "the change was made; it is up, that it stays so was not verified: aborted by alice");
	check_cut_short(30, "the change was made; its health was not verified: aborted by alice");
}
END_TEST

START_TEST(nothing_is_taken_back_of_what_was_not_changed)
{
	sim_init(&sim, 2);
	sim.actors[0].runs = 20;
	sim_start(&sim, 10);
	sim_until(&sim, 1);
	rollout_tell_unchanged(sim.run, 0, sim.now_ms);
	ck_assert_int_eq(rollout_roll_back(sim.run, ""), -ENOTSUP);
	ck_assert_str_eq(sim_finish(&sim), "0+a 1T 1-b 1E failed");
	sim_free(&sim);
	sim_init(&sim, 3);
	sim.plan.params.rollout.wait_ms = 0;
	sim.actors[1].runs = 20;
	sim_start(&sim, 10);
	sim_until(&sim, 14);
	rollout_tell_unchanged(sim.run, 1, sim.now_ms);
	ck_assert_str_eq(sim_finish(&sim), "0+a 13=a 13+b 14T 14-c 14<a 16E rolled back");
	ck_assert_int_eq(rollout_target_state(sim.run, 1), TARGET_FAILED);
	sim_free(&sim);
	sim_init(&sim, 2); // the other one is stopped before it has changed anything, too
	sim.targets[1].wave = 0;
	sim.actors[0].runs = sim.actors[1].runs = 20;
	sim_start(&sim, 10);
	sim_until(&sim, 1);
	rollout_tell_unchanged(sim.run, 0, sim.now_ms);
	sim_until(&sim, 2);
	ck_assert_int_eq(rollout_state(sim.run), OPERATION_ROLLING_BACK);
	rollout_tell_unchanged(sim.run, 1, sim.now_ms);
	ck_assert_str_eq(sim_finish(&sim), "0+a 0+b 1T 2E failed");
	sim_free(&sim);
}
END_TEST

START_TEST(an_abort_also_ends_a_pause_and_a_rollback)
{
	sim_init(&sim, 2);
	sim_start(&sim, 10);
	sim_until(&sim, 20);
	rollout_pause(sim.run, "");
	ck_assert_int_eq(rollout_abort(sim.run, "enough"), 0);
	ck_assert_str_eq(sim_finish(&sim), "0+a 13=a 20-b 20E aborted");
	sim_free(&sim);
	sim_init(&sim, 2);
	sim.plan.params.rollout.wait_ms = 0;
	sim_start(&sim, 1);
	sim_until(&sim, 20);
	ck_assert_int_eq(rollout_roll_back(sim.run, "alice said so"), 0);
	ck_assert_int_eq(rollout_roll_back(sim.run, "again"), -EALREADY);
	sim_until(&sim, 20);
	ck_assert_int_eq(rollout_state(sim.run), OPERATION_ROLLING_BACK);
	ck_assert_int_eq(rollout_abort(sim.run, "enough"), 0);
	ck_assert_str_eq(sim_finish(&sim), "0+a 13=a 13+b 20<b 22E aborted");
	sim_free(&sim);
}
END_TEST

START_TEST(a_person_can_have_it_taken_back)
{
	sim_init(&sim, 3);
	sim_start(&sim, 10);
	ck_assert_int_eq(rollout_roll_back(sim.run, ""), -ENOTSUP); // nothing was done yet
	sim_until(&sim, 75);
	ck_assert_int_eq(rollout_wave(sim.run), 1);
	ck_assert_int_eq(rollout_roll_back(sim.run, "alice said so"), 0);
	ck_assert_str_eq(sim_finish(&sim), "0+a 13=a 73+b 75-c 75<b 75<a 77E rolled back");
	sim_free(&sim);
}
END_TEST

START_TEST(a_past_life_is_told_and_gone_on_with)
{
	sim_init(&sim, 4);
	sim_start(&sim, 10);
	rollout_tell(sim.run, 0, TARGET_DONE, sim.now_ms);
	rollout_tell(sim.run, 1, TARGET_INDETERMINATE, sim.now_ms);
	rollout_pause(sim.run, "it was interrupted");
	sim_until(&sim, 5);
	ck_assert_int_eq(rollout_wave(sim.run), 1);
	ck_assert_int_eq(rollout_state(sim.run), OPERATION_PAUSED);
	rollout_resume(sim.run); // somebody has looked at it
	ck_assert_str_eq(sim_finish(&sim), "60+c 73=c 133+d 146=d 146E indeterminate");
	sim_free(&sim);
	sim_init(&sim, 2); // it died while it rolled back: what is back stays, the rest goes as a person says
	sim_start(&sim, 10);
	ck_assert_uint_eq(rollout_wave(sim.run), 0);
	rollout_tell(sim.run, 0, TARGET_DONE, sim.now_ms);
	rollout_tell(sim.run, 1, TARGET_ROLLED_BACK, sim.now_ms);
	ck_assert_int_eq(rollout_roll_back(sim.run, ""), 0);
	ck_assert_str_eq(sim_finish(&sim), "0<a 2E rolled back");
	sim_free(&sim);
}
END_TEST

START_TEST(it_says_when_to_ask_again)
{
	sim_init(&sim, 2);
	sim_start(&sim, 10);
	sim_until(&sim, 0);
	ck_assert_int_eq(sim.last.until_ms, INT64_MAX); // what runs says when it is through
	sim_until(&sim, 2);
	ck_assert_int_eq(sim.last.until_ms, sim.now_ms + 300000);
	sim_until(&sim, 4);
	ck_assert_int_eq(sim.last.until_ms, sim.now_ms + 9000);
	rollout_measured(sim.run, 0, &(struct rollout_measure){ .up_since_ms = 5, .error_share = NAN }); // from before
	sim.last = rollout_ask(sim.run, sim.now_ms);
	ck_assert_int_eq(sim.last.what, ROLLOUT_DO_WAIT);
	ck_assert_int_eq(sim.last.until_ms, sim.now_ms + 8000);
	sim_until(&sim, 20);
	ck_assert_int_eq(sim.last.until_ms, sim.now_ms + 53000);
	sim_free(&sim);
}
END_TEST

START_TEST(without_memory_there_is_no_rollout)
{
	struct rollout_run *run;

	sim_init(&sim, 2);
	for (long n = 0; n < 3; n++) {
		mem_fail_once(n);
		ck_assert_int_eq(rollout_create(&sim.plan, 1, &run), -ENOMEM);
		mem_fail_after(-1);
		ck_assert_ptr_null(run);
	}
	rollout_destroy(NULL);
}
END_TEST

// ---- whatever happens

struct dice {
	uint64_t state;
};

static unsigned roll(struct dice *dice, unsigned sides)
{
	dice->state += 0x9e3779b97f4a7c15;
	return (unsigned)(hash_mix(dice->state) % sides);
}

static void make_random(struct dice *dice)
{
	static const enum target_state thens[] = { TARGET_VERIFYING, TARGET_VERIFYING, TARGET_DONE, TARGET_FAILED,
						   TARGET_INDETERMINATE };
	static const enum target_state undos[] = { TARGET_ROLLED_BACK, TARGET_VERIFYING, TARGET_FAILED };
	size_t n = 1 + roll(dice, 20), batch = 1 + roll(dice, 8);

	sim_init(&sim, n);
	sim.plan.params.rollout.wait_ms = 1000 * roll(dice, 30);
	sim.plan.params.rollout.verify_ms = 11000 + 1000 * roll(dice, 40);
	sim.plan.params.rollout.max_unavailable = (uint16_t)(1 + roll(dice, 4));
	sim.plan.params.rollout.rolls_back = roll(dice, 4) > 0;
	for (size_t i = 0; i < n; i++) {
		sim.targets[i].wave = (uint16_t)(i / batch);
		sim.targets[i].n_undo = roll(dice, 5) > 0;
		sim.targets[i].refusal = roll(dice, 9) ? "" : "it is stopped";
		if (roll(dice, 6))
			continue;
		sim.actors[i] = (struct sim_actor){
			.runs = (int)roll(dice, 20),
			.then = thens[roll(dice, 5)],
			.up_after = (int)roll(dice, 60) - 5,
			.down_at = roll(dice, 3) ? 0 : (int)roll(dice, 200),
			.errors = roll(dice, 4) ? 0 : 0.2,
			.trouble_at = (int)roll(dice, 100),
			.undo = undos[roll(dice, 3)],
		};
	}
}

// Reads what was written down, of which `aborted_at` is how much there was when it was aborted.
static void check_log(unsigned seed, size_t aborted_at)
{
	bool is_begun[SIM_TARGETS_MAX] = { 0 };

	for (const char *at = strchr(sim.log, '+'); at; at = strchr(at + 1, '+')) {
		int who = at[1] - 'a';

		ck_assert_msg((size_t)(at - sim.log) < aborted_at, "%u begins after the abort: %s", seed, sim.log);
		ck_assert_msg(!is_begun[who], "%u begins twice: %s", seed, sim.log);
		is_begun[who] = true;
	}
}

static void interfere(struct dice *dice, size_t *aborted_at)
{
	unsigned what = roll(dice, 60);

	if (what == 0)
		rollout_pause(sim.run, "x");
	else if (what < 20 && rollout_state(sim.run) == OPERATION_PAUSED)
		rollout_resume(sim.run);
	else if (what == 20)
		rollout_roll_back(sim.run, "x");
	else if (what == 21 && rollout_abort(sim.run, "x") == 0)
		*aborted_at = strlen(sim.log);
}

static void check_waves(unsigned seed)
{
	for (size_t i = 0; i < sim.plan.n_targets; i++) {
		enum target_state state = rollout_target_state(sim.run, i);

		if (state == TARGET_RUNNING && sim.last.what == ROLLOUT_DO_WAIT)
			for (size_t k = 0; k < i; k++)
				ck_assert_msg(sim.targets[k].wave == sim.targets[i].wave ||
						      rollout_target_state(sim.run, k) > TARGET_VERIFYING,
					      "%u: %zu runs beside %zu: %s", seed, i, k, sim.log);
	}
}

START_TEST(whatever_happens_it_ends_and_never_does_too_much)
{
	for (unsigned seed = 1; seed <= 3000; seed++) {
		struct dice dice = { seed };
		uint16_t limit = (uint16_t)(1 + roll(&dice, 10));
		size_t aborted_at = SIM_LOG_MAX;

		make_random(&dice);
		sim_start(&sim, limit);
		for (int second = 0; second < 20000 && sim.last.what != ROLLOUT_DO_END; second++) {
			sim_until(&sim, second);
			ck_assert_msg(rollout_n_at_once(sim.run) <= limit, "%u: %s", seed, sim.log);
			check_waves(seed);
			interfere(&dice, &aborted_at);
		}
		ck_assert_msg(sim.last.what == ROLLOUT_DO_END, "%u does not end: %s", seed, sim.log);
		check_log(seed, aborted_at);
		for (size_t i = 0; i < sim.plan.n_targets; i++) {
			enum target_state state = rollout_target_state(sim.run, i);

			ck_assert_msg(state > TARGET_VERIFYING && state != TARGET_ROLLING_BACK, "%u leaves %s: %s",
				      seed, target_state_name(state), sim.log);
		}
		ck_assert(operation_is_over(sim.last.state));
		ck_assert_int_eq(rollout_ask(sim.run, sim.now_ms + 1).state, sim.last.state);
		sim_free(&sim);
	}
}
END_TEST

SUITE("rollout", one_target_is_begun_and_is_done_when_it_stays_well, waves_wait_for_each_other,
      no_more_run_at_once_than_there_is_room_for, refused_targets_are_left_out,
      who_is_not_well_in_time_is_taken_back_with_all_before, who_is_being_verified_is_taken_back_without_waiting,
      where_there_is_no_way_back_it_ends_there, an_undo_that_fails_is_a_failure, an_undo_can_be_judged_by_health,
      who_was_well_and_goes_down_trips_it, some_may_be_bad_at_once_when_it_is_allowed,
      who_was_not_well_before_holds_up_nobody, errors_and_latency_trip_it, a_short_trouble_is_none,
      single_probes_must_be_much_slower_and_all_trouble_lasts, without_rolling_back_a_person_is_waited_for,
      of_whom_nobody_knows_it_ends, a_pause_begins_nothing_and_a_resume_goes_on,
      what_goes_bad_in_a_pause_trips_after_it, an_abort_when_all_is_done_comes_too_late,
      what_an_abort_did_not_let_be_verified_has_not_succeeded, nothing_is_taken_back_of_what_was_not_changed,
      an_abort_settles_what_runs_and_begins_nothing, an_abort_also_ends_a_pause_and_a_rollback,
      a_person_can_have_it_taken_back, a_past_life_is_told_and_gone_on_with, it_says_when_to_ask_again,
      without_memory_there_is_no_rollout, whatever_happens_it_ends_and_never_does_too_much)
