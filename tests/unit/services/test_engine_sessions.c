// SPDX-License-Identifier: Apache-2.0
/* Several people at one engine: who gets an agent, who comes too late, and who has to agree. */
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "tests/unit/services/engine_bench.h"
#include "text/text.h"

enum { ALICE = 7, BOB = 9, S = 1000 };

static struct engine_bench b;

static const char *name_of(uint32_t session)
{
	return session == ALICE ? "alice" : session == BOB ? "bob" : "carol";
}

static int ask(uint32_t session, enum verb verb, const uint32_t *ids, size_t n)
{
	struct operation_params params = bench_params(verb);
	const struct request asked = {
		.type = REQUEST_PLAN,
		.who = name_of(session),
		.text = session == ALICE ? "ops1" : "ops2",
		.session = session,
		.agents = ids,
		.n_agents = n,
		.params = &params,
		.token = ++b.token,
	};

	return provisioning_engine_request(b.engine, &asked, b.now);
}

// A reference.
static struct plan *plan_of(uint32_t session, enum verb verb, size_t n)
{
	static const uint32_t ids[] = { 1, 2, 3, 4 };

	ck_assert_int_eq(ask(session, verb, ids, n), 0);
	bench_until(&b, bench_has_plan, 20000);
	return plan_ref(b.plan);
}

static int tell(uint32_t session, enum request_type type, uint32_t no)
{
	const struct request asked = { .type = type, .who = name_of(session), .session = session, .operation = no };

	return provisioning_engine_request(b.engine, &asked, b.now);
}

static int submit(uint32_t session, const struct plan *plan)
{
	const struct request asked = {
		.type = REQUEST_SUBMIT,
		.who = name_of(session),
		.session = session,
		.operation = plan->no,
		.hash = plan->hash,
		.typed = plan->typed,
		.reason = "because",
	};

	return provisioning_engine_request(b.engine, &asked, b.now);
}

static int answer_to(const char *who, enum request_type type, const struct plan *plan, const char *reason)
{
	const struct request asked = {
		.type = type,
		.who = who,
		.session = 11,
		.operation = plan->no,
		.hash = plan->hash,
		.text = "looks right",
		.reason = reason,
	};

	return provisioning_engine_request(b.engine, &asked, b.now);
}

static int answer(const char *who, enum request_type type, const struct plan *plan)
{
	return answer_to(who, type, plan, NULL); // as a console that does not say what it was shown
}

static bool is_sent(struct engine_bench *bench)
{
	return bench->agents[0].n_changes == 1;
}

static bool is_free(struct engine_bench *bench)
{
	return !bench->leases[0].holder[0];
}

// ---- a race

static char bobs_refusal[VERB_REFUSAL_MAX];

static void note_bobs(struct engine_bench *bench, const struct event *event)
{
	(void)bench;
	if (event->type == EVENT_PLAN && strcmp(event->u.plan->who, "bob") == 0)
		snprintf(bobs_refusal, sizeof bobs_refusal, "%s", event->u.plan->refusal);
}

static bool has_both(struct engine_bench *bench)
{
	return !bench->engine->plannings;
}

START_TEST(gives_an_agent_to_who_asks_first)
{
	static const uint32_t both[] = { 1, 2 }, second[] = { 2 };
	struct plan *first;

	bench_init(&b, 3, true);
	ck_assert_int_eq(ask(ALICE, VERB_RESTART, both, 2), 0);
	ck_assert_int_eq(ask(BOB, VERB_RESTART, second, 1), 0); // at the same moment
	b.on_event = note_bobs;
	bench_until(&b, has_both, 20000);
	ck_assert_str_eq(bobs_refusal, "alice on ops1 is about to restart it");
	ck_assert_uint_eq(b.leases[1].session, ALICE);
	ck_assert_uint_eq(b.leases[1].epoch, 1);
	ck_assert_str_eq(b.leases[1].holder, "alice on ops1");
	first = plan_of(ALICE, VERB_RESTART, 2); // asked again, it is still hers
	ck_assert_str_eq(first->targets[1].refusal, "");
	ck_assert_uint_eq(b.leases[1].epoch, 1);
	ck_assert_int_eq(b.leases[1].until_ms, b.now.wall_ms + ENGINE_LEASE_MS);
	plan_unref(first);
	bench_finish(&b);
}
END_TEST

START_TEST(leaves_out_only_what_another_has)
{
	struct plan *alices, *bobs;

	bench_init(&b, 3, true);
	alices = plan_of(ALICE, VERB_RESTART, 1);
	bobs = plan_of(BOB, VERB_RESTART, 3);
	ck_assert_str_eq(bobs->refusal, "");
	ck_assert_str_ne(bobs->targets[0].refusal, "");
	ck_assert_str_eq(bobs->targets[1].refusal, "");
	ck_assert_uint_eq(b.leases[1].session, BOB);
	bench_advance(&b, 10 * S);
	ck_assert_int_eq(tell(ALICE, REQUEST_PLAN_KEEP, alices->no), 0); // that it is hers for longer is no news
	ck_assert_int_eq(submit(BOB, bobs), 0);
	bench_until(&b, bench_is_over, 120 * S);
	ck_assert_uint_eq(b.agents[0].n_changes, 0);
	ck_assert_uint_eq(b.agents[1].n_changes, 2);
	ck_assert_uint_eq(b.agents[2].n_changes, 2);
	plan_unref(alices);
	plan_unref(bobs);
	bench_finish(&b);
}
END_TEST

START_TEST(plans_again_once_it_is_free)
{
	struct plan *alices, *bobs;

	bench_init(&b, 2, true);
	alices = plan_of(ALICE, VERB_RESTART, 1);
	bobs = plan_of(BOB, VERB_RESTART, 2);
	ck_assert_int_eq(tell(ALICE, REQUEST_PLAN_DROP, alices->no), 0);
	ck_assert(is_free(&b));
	ck_assert_int_eq(submit(BOB, bobs), -ESTALE); // it is not as it was shown
	ck_assert_msg(strstr(b.notice, "a0: no longer refused") != NULL, "%s", b.notice);
	plan_unref(alices);
	plan_unref(bobs);
	bench_finish(&b);
}
END_TEST

START_TEST(takes_no_plan_of_another_console)
{
	struct plan *alices;

	bench_init(&b, 1, false);
	alices = plan_of(ALICE, VERB_RESTART, 1);
	ck_assert_int_eq(submit(BOB, alices), -EPERM);
	ck_assert_ptr_nonnull(strstr(b.notice, "it is the plan of another console"));
	ck_assert_int_eq(tell(BOB, REQUEST_PLAN_DROP, alices->no), -ENOENT);
	ck_assert_int_eq(tell(BOB, REQUEST_PLAN_KEEP, alices->no), -ENOENT);
	ck_assert_int_eq(tell(BOB, REQUEST_PLAN_DROP, 0), 0); // all of bob's: there is none
	ck_assert_int_eq(submit(ALICE, alices), 0);
	plan_unref(alices);
	bench_finish(&b);
}
END_TEST

// ---- somebody goes away

START_TEST(is_free_again_when_its_holder_says_nothing_any_more)
{
	struct plan *alices, *bobs;

	bench_init(&b, 1, true);
	alices = plan_of(ALICE, VERB_RESTART, 1);
	for (int i = 0; i < 5; i++) { // she reads it for a while
		bench_advance(&b, 10 * S);
		ck_assert_int_eq(tell(ALICE, REQUEST_PLAN_KEEP, alices->no), 0);
		ck_assert_uint_eq(b.leases[0].session, ALICE);
		ck_assert_int_eq(b.leases[0].until_ms, b.now.wall_ms + ENGINE_LEASE_MS);
	}
	bench_until(&b, is_free, ENGINE_LEASE_MS); // and then her console is gone
	bobs = plan_of(BOB, VERB_RESTART, 1);
	ck_assert_str_eq(bobs->refusal, "");
	ck_assert_uint_eq(b.leases[0].epoch, 2);
	plan_unref(alices);
	plan_unref(bobs);
	bench_finish(&b);
}
END_TEST

START_TEST(drops_all_plans_of_a_console_that_has_gone)
{
	struct plan *alices;

	bench_init(&b, 2, true);
	alices = plan_of(ALICE, VERB_RESTART, 1);
	plan_unref(alices);
	alices = plan_of(ALICE, VERB_STOP, 2);
	ck_assert_int_eq(tell(ALICE, REQUEST_PLAN_DROP, 0), 0);
	ck_assert(is_free(&b));
	ck_assert_str_eq(b.leases[1].holder, "");
	ck_assert_int_eq(submit(ALICE, alices), -ENOENT);
	plan_unref(alices);
	bench_finish(&b);
}
END_TEST

START_TEST(carries_out_what_was_read_for_long_when_nobody_else_came)
{
	struct plan *alices;

	bench_init(&b, 1, true);
	alices = plan_of(ALICE, VERB_RESTART, 1);
	bench_advance(&b, 60 * S);
	ck_assert(is_free(&b));
	ck_assert_int_eq(submit(ALICE, alices), 0);
	ck_assert_str_eq(b.leases[0].holder, "alice on ops1");
	ck_assert_uint_eq(b.leases[0].epoch, 1);
	ck_assert_int_eq(b.leases[0].until_ms, 0); // as long as it runs
	bench_until(&b, bench_is_over, 120 * S);
	ck_assert(is_free(&b));
	plan_unref(alices);
	bench_finish(&b);
}
END_TEST

START_TEST(refuses_a_submit_that_comes_too_late)
{
	struct plan *alices, *bobs;

	bench_init(&b, 1, false);
	alices = plan_of(ALICE, VERB_RESTART, 1);
	bench_advance(&b, 31 * S); // her console was frozen
	bobs = plan_of(BOB, VERB_RESTART, 1);
	ck_assert_int_eq(submit(ALICE, alices), -ESTALE);
	ck_assert_msg(strstr(b.notice, "a0: bob on ops2 has it now, for 30s") != NULL, "%s", b.notice);
	ck_assert_int_eq(tell(ALICE, REQUEST_PLAN_KEEP, alices->no), -ESTALE);
	ck_assert_int_eq(tell(BOB, REQUEST_PLAN_DROP, bobs->no), 0);
	ck_assert_int_eq(submit(ALICE, alices), -ESTALE); // nobody has it, but bob has had it
	ck_assert_msg(strstr(b.notice, "a0: bob on ops2 has had it since") != NULL, "%s", b.notice);
	plan_unref(bobs);
	bobs = plan_of(BOB, VERB_RESTART, 1);
	ck_assert_int_eq(submit(BOB, bobs), 0);
	ck_assert_int_eq(submit(ALICE, alices), -ESTALE);
	ck_assert_msg(strstr(b.notice, "a0: bob on ops2 is operating on it") != NULL, "%s", b.notice);
	bench_kill(&b);
	ck_assert_uint_eq(bench_count(&b, ".jsonl", "\"result\":\"refused\""), 3);
	plan_unref(alices);
	plan_unref(bobs);
	bench_finish(&b);
}
END_TEST

// ---- while it runs

START_TEST(holds_its_agents_until_it_is_over)
{
	struct plan *alices, *bobs;

	bench_init(&b, 2, true);
	alices = plan_of(ALICE, VERB_RESTART, 2);
	ck_assert_int_eq(submit(ALICE, alices), 0);
	bench_until(&b, is_sent, 10 * S);
	ck_assert_int_eq(tell(ALICE, REQUEST_OPERATION_PAUSE, alices->no), 0);
	for (int i = 0; i < 9; i++) // longer than any lease is without being kept
		bench_advance(&b, 10 * S);
	ck_assert_str_eq(b.leases[0].holder, "alice on ops1");
	bobs = plan_of(BOB, VERB_RESTART, 1);
	ck_assert_str_eq(bobs->refusal, "alice on ops1 is operating on it");
	plan_unref(bobs);
	ck_assert_int_eq(tell(ALICE, REQUEST_PLAN_DROP, alices->no), 0); // the plan, not what was made of it
	ck_assert_str_eq(b.leases[0].holder, "alice on ops1");
	ck_assert_int_eq(tell(BOB, REQUEST_OPERATION_RESUME, alices->no), 0);
	bench_until(&b, bench_is_over, 240 * S);
	ck_assert_int_eq(b.operation->state, OPERATION_SUCCEEDED);
	ck_assert(is_free(&b));
	plan_unref(alices);
	bench_finish(&b);
}
END_TEST

START_TEST(does_not_send_a_step_that_comes_too_late)
{
	static const uint32_t first[] = { 1 };
	struct plan *alices;

	bench_init(&b, 1, false);
	bench_script(&b, 0, (struct bench_row){ .step = BENCH_FIRST, .happens = true, .delay_ms = 50 * S });
	alices = plan_of(ALICE, VERB_RESTART, 1);
	ck_assert_int_eq(submit(ALICE, alices), 0);
	bench_until(&b, is_sent, 10 * S);
	b.now = instant_add(b.now, 60 * S); // everything was frozen; what comes first then is bob
	ck_assert_int_eq(ask(BOB, VERB_RESTART, first, 1), 0);
	bench_until(&b, bench_has_plan, 10 * S);
	bench_until(&b, bench_is_over, 60 * S);
	ck_assert_uint_eq(b.leases[0].epoch, 2);
	ck_assert_uint_eq(b.agents[0].n_changes, 1); // the second step was never sent
	ck_assert_int_eq(b.operation->state, OPERATION_FAILED);
	ck_assert_str_eq(bench_target(&b, 0)->error, "Start: too late: bob on ops2 has had it since");
	bench_kill(&b);
	ck_assert_uint_eq(bench_count(&b, ".journal", "too late: bob on ops2 has had it since"), 2); // result, target
	ck_assert_uint_ge(bench_count(&b, ".jsonl", "too late: bob on ops2 has had it since"), 1);
	plan_unref(alices);
	bench_finish(&b);
}
END_TEST

START_TEST(goes_on_after_it_was_frozen_when_nobody_else_came)
{
	struct plan *alices;

	bench_init(&b, 1, true);
	bench_script(&b, 0, (struct bench_row){ .step = BENCH_FIRST, .happens = true, .delay_ms = 50 * S });
	alices = plan_of(ALICE, VERB_RESTART, 1);
	ck_assert_int_eq(submit(ALICE, alices), 0);
	bench_until(&b, is_sent, 10 * S);
	bench_advance(&b, 60 * S);
	bench_until(&b, bench_is_over, 60 * S);
	ck_assert_int_eq(b.operation->state, OPERATION_SUCCEEDED);
	ck_assert_uint_eq(b.leases[0].epoch, 1);
	plan_unref(alices);
	bench_finish(&b);
}
END_TEST

START_TEST(has_its_agents_after_a_restart)
{
	struct plan *alices;

	bench_init(&b, 1, false);
	bench_script(&b, 0, (struct bench_row){ .step = BENCH_FIRST, .happens = true, .is_silent = true });
	alices = plan_of(ALICE, VERB_RESTART, 1);
	ck_assert_int_eq(submit(ALICE, alices), 0);
	bench_until(&b, is_sent, 10 * S);
	bench_kill(&b);
	memset(b.leases, 0, sizeof b.leases); // another process has epochs of its own
	bench_start(&b);
	ck_assert_str_eq(b.leases[0].holder, "alice");
	ck_assert_uint_eq(b.leases[0].session, 0);
	ck_assert_int_eq(b.leases[0].until_ms, 0);
	plan_unref(alices);
	bench_finish(&b);
}
END_TEST

START_TEST(tells_who_has_an_agent_that_comes_back)
{
	struct plan *alices;
	size_t n_told;

	bench_init(&b, 2, true);
	alices = plan_of(ALICE, VERB_RESTART, 1);
	n_told = b.leases[0].n_told;
	b.agents[0].is_gone = true;
	provisioning_engine_agent(b.engine, &b.agents[0].agent, true, b.now);
	b.agents[0].is_gone = false;
	provisioning_engine_agent(b.engine, &b.agents[0].agent, false, b.now);
	ck_assert_uint_eq(b.leases[0].n_told, n_told + 1);
	ck_assert_str_eq(b.leases[0].holder, "alice on ops1");
	plan_unref(alices);
	bench_finish(&b);
}
END_TEST

// ---- a second person

static const struct approval_rule rules[] = {
	{ .environment = "test", .verbs = 1U << VERB_START, .is_needed = false },
	{ .environment = "te*", .is_needed = true },
};

static void begin_with_rules(bool is_demo)
{
	bench_prepare(&b, 2, is_demo);
	b.approval_rules = rules;
	b.n_approval_rules = 2;
	bench_start(&b);
}

START_TEST(waits_for_a_second_person)
{
	struct plan *alices;

	begin_with_rules(false);
	alices = plan_of(ALICE, VERB_UPGRADE, 1);
	ck_assert_str_eq(b.approvals, "unasked-wanted "); // she has not confirmed it
	ck_assert_int_eq(answer("bob", REQUEST_APPROVE, alices), -EPERM);
	ck_assert_str_eq(b.notice, "refused: whoever made it has not confirmed it yet");
	b.notice[0] = '\0';
	ck_assert_int_eq(submit(ALICE, alices), -EAGAIN);
	ck_assert_str_eq(b.notice, ""); // which is no refusal
	ck_assert_str_eq(b.approvals, "unasked-wanted wanted ");
	ck_assert_str_eq(b.approval_what, "alice on ops1: upgrade a0 to 2.0 in test");
	ck_assert_str_eq(b.approval_reason, "because");
	ck_assert_int_eq(submit(ALICE, alices), -EPERM);
	ck_assert_str_eq(b.notice, "refused: a second person has to agree to it");
	ck_assert_int_eq(answer("alice", REQUEST_APPROVE, alices), -EPERM); // from another console
	ck_assert_str_eq(b.notice, "refused: it takes somebody else than who asks for it");
	ck_assert_int_eq(answer("", REQUEST_APPROVE, alices), -EPERM);
	ck_assert_int_eq(answer("bob", REQUEST_APPROVE, alices), 0);
	ck_assert_str_eq(b.approvals, "unasked-wanted wanted given ");
	ck_assert_str_eq(b.approval_by, "bob");
	ck_assert_int_eq(submit(ALICE, alices), 0);
	ck_assert_str_eq(b.approvals, "unasked-wanted wanted given lapsed "); // once is enough
	bench_until(&b, bench_is_over, 120 * S);
	ck_assert_int_eq(submit(ALICE, alices), -EPERM);
	bench_kill(&b);
	ck_assert_uint_eq(bench_count(&b, ".jsonl", "\"approval\":\"wanted\""), 1);
	ck_assert_uint_eq(bench_count(&b, ".jsonl", "\"request\":\"approve\""), 4);
	ck_assert_uint_eq(bench_count(&b, ".jsonl", "\"approval\":\"lapsed\""), 1);
	ck_assert_uint_ge(bench_count(&b, ".jsonl", "looks right"), 1);
	ck_assert_uint_ge(bench_count(&b, ".jsonl", "because"), 1);
	plan_unref(alices);
	bench_finish(&b);
}
END_TEST

static int submit_saying(const struct plan *plan, const char *reason, const char *text)
{
	const struct request asked = { .type = REQUEST_SUBMIT,
				       .who = "alice",
				       .session = ALICE,
				       .operation = plan->no,
				       .hash = plan->hash,
				       .typed = plan->typed,
				       .text = text,
				       .reason = reason };

	return provisioning_engine_request(b.engine, &asked, b.now);
}

// What somebody has agreed to is what it was asked for with.
START_TEST(asks_anew_when_the_reason_is_another_one)
{
	struct plan *alices;

	begin_with_rules(true);
	alices = plan_of(ALICE, VERB_UPGRADE, 1);
	ck_assert_int_eq(submit_saying(alices, "a fix", NULL), -EAGAIN);
	ck_assert_int_eq(answer("bob", REQUEST_APPROVE, alices), 0);
	ck_assert_int_eq(submit_saying(alices, "for fun", NULL), -EAGAIN);
	ck_assert_str_eq(b.approvals, "unasked-wanted wanted given wanted ");
	ck_assert_str_eq(b.approval_reason, "for fun");
	ck_assert_str_eq(b.approval_by, "");
	ck_assert_int_eq(submit_saying(alices, "for fun", NULL), -EPERM);
	ck_assert_int_eq(answer_to("bob", REQUEST_APPROVE, alices, "a fix"), -EPERM); // as it was shown to him
	ck_assert_str_eq(b.notice, "refused: it is asked for with another reason now");
	ck_assert_int_eq(submit_saying(alices, "for fun", NULL), -EPERM);
	ck_assert_int_eq(answer_to("bob", REQUEST_APPROVE, alices, "for fun"), 0);
	ck_assert_int_eq(submit_saying(alices, "for fun", NULL), 0);
	plan_unref(alices);
	bench_finish(&b);
}
END_TEST

// However long it is, and whatever cannot be shown of it: the second time it is the same.
START_TEST(knows_a_reason_again_that_is_kept_otherwise)
{
	static char reason[TEXT_FIELD_MAX + 100];
	struct plan *alices;

	memset(reason, 'a', sizeof reason - 1);
	memcpy(reason, "one\ntwo\x1b", 8);
	begin_with_rules(true);
	alices = plan_of(ALICE, VERB_UPGRADE, 1);
	ck_assert_int_eq(submit_saying(alices, reason, NULL), -EAGAIN);
	ck_assert_int_eq(submit_saying(alices, reason, NULL), -EPERM);
	ck_assert_str_eq(b.approvals, "unasked-wanted wanted ");
	ck_assert_int_eq(answer("bob", REQUEST_APPROVE, alices), 0);
	ck_assert_int_eq(submit_saying(alices, reason, NULL), 0);
	plan_unref(alices);
	bench_finish(&b);
}
END_TEST

START_TEST(asks_nobody_when_it_is_now_or_never)
{
	struct plan *alices;

	begin_with_rules(true);
	alices = plan_of(ALICE, VERB_UPGRADE, 1);
	ck_assert_int_eq(submit_saying(alices, "", "now"), -EPERM);
	ck_assert_str_eq(b.notice, "refused: a second person has to agree to it");
	ck_assert_str_eq(b.approvals, "unasked-wanted ");
	ck_assert_int_eq(tell(ALICE, REQUEST_PLAN_DROP, alices->no), 0);
	ck_assert_str_eq(b.approvals, "unasked-wanted unasked-lapsed ");
	plan_unref(alices);
	bench_finish(&b);
}
END_TEST

// Nobody is asked about what would be refused all the same.
START_TEST(asks_nobody_when_things_are_not_as_they_were)
{
	struct plan *alices;

	begin_with_rules(true);
	alices = plan_of(ALICE, VERB_UPGRADE, 1);
	b.agents[0].health.freshness = FRESHNESS_STALE;
	b.agents[0].is_gone = true;
	ck_assert_int_eq(submit(ALICE, alices), -ESTALE);
	ck_assert_str_eq(b.approvals, "unasked-wanted ");
	plan_unref(alices);
	bench_finish(&b);
}
END_TEST

// What waits for a second person waits for minutes.
START_TEST(plans_of_others_take_no_plan_away)
{
	struct plan *alices, *first, *last;

	begin_with_rules(true);
	alices = plan_of(ALICE, VERB_UPGRADE, 1);
	first = plan_of(BOB, VERB_RESTART, 2);
	for (int i = 0; i < ENGINE_PLANS_KEPT; i++)
		plan_unref(plan_of(BOB, VERB_RESTART, 2));
	last = plan_of(BOB, VERB_RESTART, 2);
	ck_assert_int_eq(answer("carol", REQUEST_APPROVE, first), -ENOENT); // his own go
	ck_assert_int_eq(answer("carol", REQUEST_APPROVE, last), -EPERM);   // not confirmed
	ck_assert_int_eq(submit(ALICE, alices), -EAGAIN);
	ck_assert_int_eq(answer("bob", REQUEST_APPROVE, alices), 0);
	ck_assert_int_eq(submit(ALICE, alices), 0);
	plan_unref(alices);
	plan_unref(first);
	plan_unref(last);
	bench_finish(&b);
}
END_TEST

START_TEST(needs_nobody_where_the_rules_say_so)
{
	struct plan *alices;

	begin_with_rules(true);
	b.agents[0].sight.state = LIFECYCLE_STOPPED;
	alices = plan_of(ALICE, VERB_START, 1);
	ck_assert_str_eq(b.approvals, "");
	ck_assert_int_eq(answer("bob", REQUEST_APPROVE, alices), -EPERM);
	ck_assert_ptr_nonnull(strstr(b.notice, "nobody has to agree to it"));
	ck_assert_int_eq(submit(ALICE, alices), 0);
	bench_until(&b, bench_is_over, 60 * S);
	plan_unref(alices);
	bench_finish(&b);
}
END_TEST

START_TEST(does_nothing_that_somebody_refused)
{
	struct plan *alices;

	begin_with_rules(true);
	alices = plan_of(ALICE, VERB_RESTART, 2);
	ck_assert_str_eq(b.approval_what, "alice on ops1: restart 2 agents in test");
	ck_assert_int_eq(submit(ALICE, alices), -EAGAIN);
	ck_assert_int_eq(answer("bob", REQUEST_APPROVE, alices), 0);
	ck_assert_int_eq(answer("carol", REQUEST_DISAPPROVE, alices), 0);
	ck_assert_str_eq(b.approvals, "unasked-wanted wanted given refused ");
	ck_assert_int_eq(submit(ALICE, alices), -EPERM);
	ck_assert_str_eq(b.notice, "refused: carol does not agree to it");
	ck_assert_int_eq(answer("bob", REQUEST_APPROVE, alices), -EPERM);
	ck_assert_ptr_nonnull(strstr(b.notice, "it was refused; it has to be planned again"));
	plan_unref(alices);
	bench_finish(&b);
}
END_TEST

START_TEST(agrees_to_one_plan_and_no_other)
{
	struct plan *alices, *another;

	begin_with_rules(true);
	alices = plan_of(ALICE, VERB_RESTART, 1);
	another = plan_of(ALICE, VERB_STOP, 1);
	ck_assert_int_eq(submit(ALICE, alices), -EAGAIN);
	memcpy(another->hash, alices->hash, sizeof another->hash); // the number of one, the hash of the other
	{
		const struct request asked = {
			.type = REQUEST_APPROVE, .who = "bob", .session = BOB, .operation = alices->no, .hash = "0000"
		};

		ck_assert_int_eq(provisioning_engine_request(b.engine, &asked, b.now), -ESTALE);
	}
	ck_assert_int_eq(answer("bob", REQUEST_APPROVE, alices), 0);
	ck_assert_int_eq(submit(ALICE, another), -EAGAIN);
	ck_assert_int_eq(tell(11, REQUEST_APPROVE, 4711), -ENOENT);
	plan_unref(alices);
	plan_unref(another);
	bench_finish(&b);
}
END_TEST

static bool has_lapsed(struct engine_bench *bench)
{
	return strstr(bench->approvals, "lapsed");
}

START_TEST(lapses_with_its_plan)
{
	struct plan *alices;

	begin_with_rules(true);
	alices = plan_of(ALICE, VERB_RESTART, 1);
	ck_assert_int_eq(submit(ALICE, alices), -EAGAIN);
	ck_assert_int_eq(answer("bob", REQUEST_APPROVE, alices), 0);
	ck_assert_int_eq(tell(ALICE, REQUEST_PLAN_DROP, alices->no), 0);
	ck_assert_str_eq(b.approvals, "unasked-wanted wanted given lapsed ");
	plan_unref(alices);
	b.approvals[0] = '\0';
	alices = plan_of(ALICE, VERB_RESTART, 1);
	ck_assert_int_eq(submit(ALICE, alices), -EAGAIN);
	ck_assert_int_eq(answer("bob", REQUEST_APPROVE, alices), 0);
	bench_until(&b, has_lapsed, ENGINE_PLAN_AGE_MS + S); // nobody did anything for a quarter of an hour
	ck_assert_int_eq(submit(ALICE, alices), -ENOENT);
	plan_unref(alices);
	bench_finish(&b);
}
END_TEST

START_TEST(asks_nobody_without_memory)
{
	struct plan *alices;
	int r = 0;

	begin_with_rules(true);
	alices = plan_of(ALICE, VERB_RESTART, 1);
	for (int n = 0; r != -EAGAIN && n < 1000; n++) {
		ck_assert_str_eq(b.approvals, "unasked-wanted ");
		mem_fail_after(n);
		r = submit(ALICE, alices);
		mem_fail_after(-1);
		ck_assert_msg(r == -EAGAIN || r == -ENOMEM, "%d: %d", n, r);
	}
	ck_assert_int_eq(r, -EAGAIN);
	plan_unref(alices);
	bench_finish(&b);
}
END_TEST

START_TEST(agrees_to_nothing_without_memory)
{
	struct plan *alices;
	int r;

	begin_with_rules(true);
	alices = plan_of(ALICE, VERB_RESTART, 1);
	ck_assert_int_eq(submit(ALICE, alices), -EAGAIN);
	mem_fail_after(0);
	r = answer("bob", REQUEST_APPROVE, alices);
	mem_fail_after(-1);
	ck_assert_int_eq(r, -ENOMEM);
	ck_assert_int_eq(submit(ALICE, alices), -EPERM);
	mem_fail_after(1); // it is agreed to, and nobody is told
	r = answer("bob", REQUEST_APPROVE, alices);
	mem_fail_after(-1);
	ck_assert_int_eq(r, 0);
	ck_assert_str_eq(b.approvals, "unasked-wanted wanted ");
	ck_assert_int_eq(submit(ALICE, alices), 0);
	plan_unref(alices);
	bench_finish(&b);
}
END_TEST

SUITE("provisioning_engine: sessions", gives_an_agent_to_who_asks_first, leaves_out_only_what_another_has,
      plans_again_once_it_is_free, takes_no_plan_of_another_console,
      is_free_again_when_its_holder_says_nothing_any_more, drops_all_plans_of_a_console_that_has_gone,
      carries_out_what_was_read_for_long_when_nobody_else_came, refuses_a_submit_that_comes_too_late,
      holds_its_agents_until_it_is_over, does_not_send_a_step_that_comes_too_late,
      goes_on_after_it_was_frozen_when_nobody_else_came, has_its_agents_after_a_restart,
      tells_who_has_an_agent_that_comes_back, waits_for_a_second_person, asks_anew_when_the_reason_is_another_one,
      knows_a_reason_again_that_is_kept_otherwise, asks_nobody_when_it_is_now_or_never,
      asks_nobody_when_things_are_not_as_they_were, plans_of_others_take_no_plan_away,
      needs_nobody_where_the_rules_say_so, does_nothing_that_somebody_refused, agrees_to_one_plan_and_no_other,
      lapses_with_its_plan, asks_nobody_without_memory, agrees_to_nothing_without_memory)
