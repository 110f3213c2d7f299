// SPDX-License-Identifier: Apache-2.0
/* A console among others: what it keeps and gives back, what waits for it, and what it waits for. */
#include "tests/support/suite.h"

#include <errno.h>
#include <string.h>

#include "tests/support/together_fixture.h"
#include "tests/unit/console/console_fixture.h"

static struct console_fixture f;

static const struct confirm_view *confirm(void)
{
	return &console_fixture_view(&f)->confirm;
}

static const struct request *last(void)
{
	return console_fixture_request(&f);
}

static bool says(const char *text)
{
	return strstr(console_fixture_view(&f)->message, text) != NULL;
}

static void begin(void)
{
	console_fixture_init(&f);
	presence_fixture_send(&f.fleet, FIXTURE_OWN_SESSION, "alice", 0, "");
	presence_fixture_send(&f.fleet, 4, "bob", 0, "");
	console_fixture_wait(&f, 0);
}

// As the engine would answer the last REQUEST_PLAN.
static struct plan *plan_asked(enum guard guard)
{
	ck_assert_int_eq(last()->type, REQUEST_PLAN);
	return plan_fixture(&f.fleet, &(struct plan_wish){ .verb = f.feed.params.verb,
							   .guard = guard,
							   .agents = f.feed.agents,
							   .n = last()->n_agents,
							   .no = 40 + last()->token,
							   .token = last()->token });
}

static void ask(const char *letters)
{
	console_fixture_keys(&f, ".");
	console_fixture_wait(&f, KEY_GUARD_MS);
	console_fixture_keys(&f, letters);
	console_fixture_keys(&f, "Enter");
}

static struct plan *plan_of(const char *who, uint32_t no)
{
	const uint32_t id = f.fleet.ids[0];
	struct plan *plan =
		plan_fixture(&f.fleet, &(struct plan_wish){ .verb = VERB_STOP, .agents = &id, .n = 1, .no = no });

	plan_fixture_text(&plan->who, who);
	return plan;
}

static void want(const char *who, uint32_t no, enum approval_state state)
{
	approval_fixture_send(&f.fleet, plan_of(who, no), state, who, state == APPROVAL_WANTED ? "" : "bob",
			      "stop it in prod");
	console_fixture_wait(&f, 0);
}

// ---- what we may

// Which actions of the menu are grey for the role, and that its hint says so.
static unsigned greyed(const char *role, const char *hint)
{
	const struct picker_view *picker = &console_fixture_view(&f)->picker;
	unsigned n = 0;

	presence_fixture_role(&f.fleet, role);
	console_fixture_keys(&f, ".");
	ck_assert_uint_eq(picker->n_items, ACTION_COUNT);
	for (size_t i = 0; i < picker->n_items; i++) {
		bool is_ours = strcmp(picker->items[i].hint, hint) == 0;

		ck_assert(!is_ours || picker->items[i].is_disabled);
		n += is_ours;
	}
	console_fixture_keys(&f, "Esc");
	return n;
}

START_TEST(a_menu_has_nothing_that_the_role_at_the_hub_may_not)
{
	size_t n;

	begin();
	ck_assert_str_eq(fleet_role(f.fleet.fleet, f.fleet.ids[0]), ""); // another hub's
	ck_assert_uint_eq(greyed("viewer", "not allowed to a viewer"), ACTION_COUNT);
	ck_assert_str_eq(fleet_role(f.fleet.fleet, f.fleet.ids[0]), "viewer");
	n = f.feed.n;
	ask("restart");
	ck_assert(says("restart: not allowed to a viewer"));
	ck_assert_uint_eq(f.feed.n, n);
	console_fixture_keys(&f, "Esc");
	ck_assert_uint_eq(greyed("operator", "not allowed to an operator"), 5);
	ck_assert_uint_eq(greyed("deployer", "not allowed to a deployer"), 1);
	ck_assert_uint_eq(greyed("admin", "not allowed to an admin"), 0);
	ck_assert_str_eq(fleet_role(f.fleet.fleet, 4711), "");
	console_fixture_finish(&f);
}
END_TEST

// ---- our plan

START_TEST(an_open_plan_is_kept_and_a_closed_one_given_back)
{
	struct plan *plan;
	size_t n;

	begin();
	ask("restart");
	plan = plan_asked(GUARD_CONFIRM);
	plan_fixture_send(&f.fleet, plan);
	console_fixture_wait(&f, 0);
	ck_assert(confirm()->is_open);
	n = f.feed.n;
	console_fixture_wait(&f, PLAN_KEEP_MS - 1);
	ck_assert_uint_eq(f.feed.n, n);
	ck_assert_int_le(console_next_wake_ms(f.console), f.now.mono_ms + 1);
	console_fixture_wait(&f, 1);
	ck_assert_uint_eq(f.feed.n, n + 1);
	ck_assert_int_eq(last()->type, REQUEST_PLAN_KEEP);
	ck_assert_uint_eq(last()->operation, 40 + f.console->acting.token);
	console_fixture_wait(&f, PLAN_KEEP_MS);
	ck_assert_uint_eq(f.feed.n, n + 2);
	f.feed.answer = -ESTALE;
	console_fixture_wait(&f, PLAN_KEEP_MS);
	ck_assert_str_eq(confirm()->note, "Somebody else has had an agent of it since.");
	f.feed.answer = 0;
	console_fixture_keys(&f, "Esc");
	ck_assert_int_eq(last()->type, REQUEST_PLAN_DROP);
	n = f.feed.n;
	console_fixture_wait(&f, PLAN_KEEP_MS);
	ck_assert_uint_eq(f.feed.n, n);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(a_plan_that_comes_too_late_is_given_back)
{
	struct plan *plan;

	begin();
	ask("restart");
	plan = plan_asked(GUARD_CONFIRM);
	console_fixture_keys(&f, "Esc");
	plan_fixture_send(&f.fleet, plan);
	console_fixture_wait(&f, 0);
	ck_assert(!confirm()->is_open);
	ck_assert_int_eq(last()->type, REQUEST_PLAN_DROP);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(what_needs_a_second_person_is_not_begun_before_they_agree)
{
	struct plan *plan;

	begin();
	ask("start"); // which would else happen at once
	plan = plan_asked(GUARD_REVERSIBLE);
	approval_fixture_send(&f.fleet, plan_ref(plan), APPROVAL_WANTED, "alice", "", "start it");
	plan_fixture_send(&f.fleet, plan_ref(plan));
	console_fixture_wait(&f, KEY_GUARD_MS);
	console_fixture_wait(&f, KEY_GUARD_MS);
	ck_assert(confirm()->is_open);
	ck_assert_str_eq(confirm()->approval, "It waits for a second person.");
	console_fixture_keys(&f, "Tab");
	console_fixture_wait(&f, KEY_GUARD_MS);
	console_fixture_keys(&f, "Enter");
	ck_assert(confirm()->is_open);
	ck_assert_str_eq(confirm()->note, "Not before a second person has agreed.");
	ck_assert(!confirm()->is_ready);
	approval_fixture_send(&f.fleet, plan_ref(plan), APPROVAL_GIVEN, "alice", "bob", "start it");
	console_fixture_wait(&f, KEY_GUARD_MS);
	ck_assert_str_eq(confirm()->approval, "bob has agreed: it can go on.");
	ck_assert(confirm()->is_ready && confirm()->is_approved);
	console_fixture_keys(&f, "Enter");
	ck_assert_int_eq(last()->type, REQUEST_SUBMIT);
	ck_assert(!confirm()->is_open);
	plan_unref(plan);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(what_a_hub_finds_out_of_date_is_planned_anew)
{
	size_t n;

	begin();
	ask("restart");
	plan_fixture_send(&f.fleet, plan_asked(GUARD_CONFIRM));
	console_fixture_wait(&f, KEY_GUARD_MS);
	console_fixture_wait(&f, KEY_GUARD_MS);
	console_fixture_keys(&f, "Tab Enter");
	ck_assert_int_eq(last()->type, REQUEST_SUBMIT);
	n = f.feed.n;
	console_refused(f.console, REQUEST_PLAN_DROP, -ENOENT, "it is gone"); // which nobody asked for
	console_refused(f.console, REQUEST_AUDIT_HASH, -EBUSY, "too many");
	ck_assert_uint_eq(f.feed.n, n);
	console_refused(f.console, REQUEST_SUBMIT, -ESTALE, "bob has it now");
	ck_assert_int_eq(last()->type, REQUEST_PLAN);
	ck_assert(console_view(f.console)->confirm.is_open || f.console->confirm.is_open);
	n = f.feed.n;
	console_refused(f.console, REQUEST_SUBMIT, -ESTALE, "bob has it now"); // not twice
	ck_assert_uint_eq(f.feed.n, n);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(what_a_second_person_refused_cannot_go_on)
{
	struct plan *plan;

	begin();
	ask("restart");
	plan = plan_asked(GUARD_CONFIRM);
	plan_fixture_send(&f.fleet, plan_ref(plan));
	approval_fixture_send(&f.fleet, plan, APPROVAL_REFUSED, "alice", "carol", "restart it");
	console_fixture_wait(&f, KEY_GUARD_MS);
	ck_assert_str_eq(confirm()->approval, "carol does not agree.");
	ck_assert(!confirm()->is_ready);
	console_fixture_finish(&f);
}
END_TEST

// ---- theirs

START_TEST(the_plan_of_another_is_shown_whole_before_it_is_agreed_to)
{
	begin();
	console_fixture_keys(&f, "Y");
	ck_assert(says("no plan of somebody else waits for a second person"));
	want("alice", 8, APPROVAL_WANTED); // our own
	console_fixture_keys(&f, "Y");
	ck_assert(!confirm()->is_open);
	want("bob", 9, APPROVAL_WANTED);
	console_fixture_keys(&f, "O");
	ck_assert(console_fixture_shows(&f, "Y answers: stop it in prod, bob asks"));
	ck_assert(console_fixture_shows(&f, "waits: stop it in prod, alice asks"));
	console_fixture_keys(&f, "Y");
	ck_assert(confirm()->is_open);
	ck_assert(console_fixture_shows(&f, "bob asks: Stop "));
	ck_assert(console_fixture_shows(&f, "Steps"));
	ck_assert_int_eq(confirm()->focus, CONFIRM_CANCEL);
	console_fixture_keys(&f, "Tab Tab Enter"); // before anybody can have read it
	ck_assert(confirm()->is_open);
	console_fixture_wait(&f, KEY_GUARD_MS);
	ck_assert_int_eq(confirm()->focus, CONFIRM_GO);
	console_fixture_keys(&f, "Enter");
	ck_assert_int_eq(last()->type, REQUEST_APPROVE);
	ck_assert_uint_eq(last()->operation, 9);
	ck_assert_str_eq(f.feed.hash, fleet_approval(f.fleet.fleet, 9)->hash);
	ck_assert(says("you have agreed: bob is told"));
	console_fixture_finish(&f);
}
END_TEST

START_TEST(of_several_that_wait_one_is_chosen)
{
	begin();
	want("bob", 9, APPROVAL_WANTED);
	want("carol", 10, APPROVAL_WANTED);
	console_fixture_keys(&f, "Y");
	ck_assert(console_fixture_view(&f)->picker.is_open);
	ck_assert_uint_eq(console_fixture_view(&f)->picker.n_items, 2);
	console_fixture_keys(&f, "carol Enter");
	ck_assert(confirm()->is_open);
	console_fixture_wait(&f, KEY_GUARD_MS);
	console_fixture_keys(&f, "Tab");
	ck_assert_int_eq(confirm()->focus, CONFIRM_REFUSE);
	console_fixture_keys(&f, "Enter");
	ck_assert_int_eq(last()->type, REQUEST_DISAPPROVE);
	ck_assert_uint_eq(last()->operation, 10);
	ck_assert(says("you do not agree: carol is told"));
	console_fixture_finish(&f);
}
END_TEST

START_TEST(what_waits_no_longer_is_not_agreed_to)
{
	size_t n;

	begin();
	want("bob", 9, APPROVAL_WANTED);
	console_fixture_keys(&f, "Y");
	console_fixture_wait(&f, KEY_GUARD_MS);
	n = f.feed.n;
	want("bob", 9, APPROVAL_LAPSED);
	ck_assert(!confirm()->is_open);
	ck_assert(says("that plan waits no longer"));
	ck_assert_uint_eq(f.feed.n, n); // it was not ours to give back
	want("bob", 9, APPROVAL_WANTED);
	want("carol", 10, APPROVAL_WANTED);
	console_fixture_keys(&f, "Y");
	want("carol", 10, APPROVAL_GIVEN); // while the list is open
	console_fixture_keys(&f, "carol Enter");
	ck_assert(!confirm()->is_open);
	ck_assert(says("not done: it waits no longer"));
	console_fixture_finish(&f);
}
END_TEST

// ---- looking

START_TEST(where_it_looks_is_told_at_most_twice_a_second)
{
	size_t n;

	begin();
	n = f.feed.n;
	console_fixture_keys(&f, "Enter");
	console_fixture_wait(&f, 0);
	ck_assert_uint_eq(f.feed.n, n + 1);
	ck_assert_int_eq(last()->type, REQUEST_LOOK);
	ck_assert_uint_eq(last()->agent, console_fixture_view(&f)->agent);
	console_fixture_keys(&f, "Esc");
	console_fixture_wait(&f, LOOK_EVERY_MS - 1);
	ck_assert_uint_eq(f.feed.n, n + 1);
	ck_assert_int_le(console_next_wake_ms(f.console), f.now.mono_ms + 1);
	console_fixture_wait(&f, 1);
	ck_assert_uint_eq(f.feed.n, n + 2);
	ck_assert_uint_eq(last()->agent, 0);
	console_fixture_wait(&f, MINUTE_MS);
	ck_assert_uint_eq(f.feed.n, n + 2);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(who_is_alone_tells_nobody_anything)
{
	console_fixture_init(&f);
	console_fixture_keys(&f, "Enter");
	console_fixture_wait(&f, MINUTE_MS);
	ck_assert_uint_eq(f.feed.n, 0);
	ck_assert(!console_fixture_shows(&f, " here"));
	console_fixture_finish(&f);
}
END_TEST

START_TEST(others_are_seen_on_every_screen)
{
	begin();
	ck_assert(console_fixture_shows(&f, "2 here: bob"));
	presence_fixture_send(&f.fleet, 4, "bob", console_fixture_view(&f)->selected, "");
	lease_fixture_send(&f.fleet, console_fixture_view(&f)->selected, 4, "bob on ops2", "restart", 12 * SECOND_MS);
	console_fixture_keys(&f, "Enter");
	ck_assert(console_fixture_shows(&f, "bob on ops2 is about to restart it (1"));
	ck_assert(console_fixture_shows(&f, "bob looks at it too"));
	lease_fixture_send(&f.fleet, console_fixture_view(&f)->agent, 0, "", "", 0);
	presence_fixture_leave(&f.fleet, 4);
	console_fixture_draw(&f, 120, 36);
	ck_assert(!console_fixture_shows(&f, "bob"));
	console_fixture_finish(&f);
}
END_TEST

SUITE("console: together", a_menu_has_nothing_that_the_role_at_the_hub_may_not,
      an_open_plan_is_kept_and_a_closed_one_given_back, a_plan_that_comes_too_late_is_given_back,
      what_needs_a_second_person_is_not_begun_before_they_agree, what_a_hub_finds_out_of_date_is_planned_anew,
      what_a_second_person_refused_cannot_go_on, the_plan_of_another_is_shown_whole_before_it_is_agreed_to,
      of_several_that_wait_one_is_chosen, what_waits_no_longer_is_not_agreed_to,
      where_it_looks_is_told_at_most_twice_a_second, who_is_alone_tells_nobody_anything,
      others_are_seen_on_every_screen)
