// SPDX-License-Identifier: Apache-2.0
/* A console among others: what it keeps and gives back, what waits for it, and what it waits for. */
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
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

// How many of what an open list offers is grey with such a hint.
static unsigned n_grey(const char *hint)
{
	const struct picker_view *picker = &console_fixture_view(&f)->picker;
	unsigned n = 0;

	for (size_t i = 0; i < picker->n_items; i++) {
		bool is_ours = strncmp(picker->items[i].hint, hint, strlen(hint)) == 0;

		ck_assert(!is_ours || picker->items[i].is_disabled);
		n += is_ours;
	}
	return n;
}

// Which actions of the menu are grey for the role, and that the hint says so.
static unsigned greyed(const char *role, const char *hint)
{
	unsigned n;

	presence_fixture_role(&f.fleet, role);
	console_fixture_keys(&f, ".");
	ck_assert_uint_eq(console_fixture_view(&f)->picker.n_items, ACTION_COUNT);
	n = n_grey(hint);
	console_fixture_keys(&f, "Esc");
	return n;
}

START_TEST(a_menu_has_nothing_that_the_role_at_the_hub_may_not)
{
	size_t n;

	begin();
	ck_assert_str_eq(fleet_role(f.fleet.fleet, f.fleet.ids[0]), ""); // another hub's
	ck_assert_uint_eq(greyed("viewer", "your role viewer does not allow "), ACTION_COUNT);
	ck_assert_str_eq(fleet_role(f.fleet.fleet, f.fleet.ids[0]), "viewer");
	n = f.feed.n;
	ask("restart");
	ck_assert(says("restart: your role viewer does not allow to restart"));
	ck_assert_uint_eq(f.feed.n, n);
	console_fixture_keys(&f, "Esc");
	ck_assert_uint_eq(greyed("operator", "your role operator does not allow "), 5);
	ck_assert_uint_eq(greyed("deployer", "your role deployer does not allow "), 1);
	ck_assert_uint_eq(greyed("admin", "your role "), 0);
	ck_assert_str_eq(fleet_role(f.fleet.fleet, 4711), "");
	console_fixture_finish(&f);
}
END_TEST

// The hub's process holds it for a person.
START_TEST(the_menu_names_the_person_that_operates_on_it)
{
	const struct agent_lifecycle life = { .is_observed = true,
					      .observed = LIFECYCLE_RUNNING,
					      .driver = "http",
					      .verbs = (1U << VERB_COUNT) - 1,
					      .version = "",
					      .previous = "",
					      .instance = "",
					      .holder = "root, pid 12874" };
	uint32_t id;

	begin();
	presence_fixture_role(&f.fleet, "admin");
	id = console_fixture_view(&f)->selected;
	lifecycle_fixture_send(&f.fleet, id, &life);
	console_fixture_keys(&f, ".");
	ck_assert_uint_gt(n_grey("root, pid 12874 is operating on it"), 0);
	lease_fixture_send(&f.fleet, id, 4, "alice on vm pts/12", "restart", 12 * SECOND_MS); // who only plans
	console_fixture_draw(&f, 120, 36);
	ck_assert_uint_gt(n_grey("root, pid 12874 is operating on it"), 0);
	lease_fixture_send(&f.fleet, id, 4, "alice on vm pts/12", "restart", 0);
	console_fixture_draw(&f, 120, 36);
	ck_assert_uint_gt(n_grey("alice on vm pts/12 is operating on it"), 0);
	ck_assert_uint_eq(n_grey("root, pid 12874"), 0);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(what_the_role_may_not_is_said_before_anything_is_asked)
{
	static const struct {
		const char *keys, *what;
	} table[] = {
		{ "A a", "acknowledge" }, { "A m", "write notes" }, { "O P", "go on with it" },
		{ "O X", "abort" },       { "1 !", "answer" },
	};
	struct event *question = event_new(EVENT_NOTICE, FIXTURE_NOW_MS, 0);
	struct plan *plan;
	size_t n;

	begin();
	question->u.notice.title = mem_strdup("12 of 22 agents are no longer listed");
	question->u.notice.needs_answer = true;
	fleet_fixture_apply(&f.fleet, question);
	plan = plan_of("bob", 7);
	operation_fixture_send(&f.fleet, operation_fixture(plan, OPERATION_PAUSED)); // which has a reference of its own
	plan_unref(plan);
	console_fixture_draw(&f, 120, 36);
	ck_assert(!console_fixture_shows(&f, "! answers")); // an operator may not
	ck_assert(console_fixture_shows(&f, "12 of 22 agents are no longer listed"));
	presence_fixture_role(&f.fleet, "viewer");
	n = f.feed.n;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		char words[128];

		snprintf(words, sizeof words, " does not allow to %s", table[i].what);
		console_fixture_keys(&f, table[i].keys);
		ck_assert_msg(says(words), "%s: %s", table[i].keys, console_fixture_view(&f)->message);
		ck_assert(!console_fixture_view(&f)->dialog.is_open && !console_fixture_view(&f)->prompt.is_open);
	}
	ck_assert_uint_eq(f.feed.n, n);
	presence_fixture_role(&f.fleet, "admin");
	console_fixture_wait(&f, MESSAGE_MS);
	ck_assert(console_fixture_shows(&f, "! answers: 12 of 22"));
	console_fixture_finish(&f);
}
END_TEST

static void palette(void)
{
	console_fixture_keys(&f, ":");
	ck_assert(console_fixture_view(&f)->picker.is_open);
}

START_TEST(commands_that_the_role_may_not_are_grey_and_ask_nothing)
{
	size_t n;

	begin();
	palette();
	ck_assert_uint_eq(n_grey("your role operator does not allow to reopen"), 1);
	ck_assert_uint_eq(n_grey("your role "), 1); // of whom the agents are, nobody has said which it is
	console_fixture_keys(&f, "Esc");
	presence_fixture_role(&f.fleet, "viewer");
	palette();
	ck_assert_uint_ge(n_grey("your role viewer does not allow "), 2); // probe, maintenance
	console_fixture_keys(&f, "Esc");
	n = f.feed.n;
	console_fixture_keys(&f, "D"); // for how long is not asked
	ck_assert(says("not done: your role viewer does not allow to begin or end maintenance"));
	ck_assert(!console_fixture_view(&f)->picker.is_open);
	ck_assert_uint_eq(f.feed.n, n);
	presence_fixture_role(&f.fleet, "admin");
	palette();
	ck_assert_uint_eq(n_grey("your role "), 0);
	console_fixture_keys(&f, "Esc");
	console_fixture_keys(&f, "D");
	ck_assert(console_fixture_view(&f)->picker.is_open);
	console_fixture_finish(&f);
}
END_TEST

// Its agents are the hub's from then on, and so is our role.
static void own(uint32_t id, uint8_t hub)
{
	struct event *event = event_new(EVENT_AGENT_CHANGED, FIXTURE_NOW_MS, id);

	event->origin = hub;
	event->u.agent = agent_ref(fleet_agent(f.fleet.fleet, id)->agent);
	fleet_fixture_apply(&f.fleet, event);
}

START_TEST(agents_outside_the_scope_are_left_alone)
{
	static const char outside[] = "agent outside your scope";
	const char *deny[] = { "deny name=~Wow*", "what is no scope", "allow =" };
	const char *allow[] = { "allow name=~Wow*" };
	uint32_t id;
	size_t n;

	begin();
	id = console_fixture_view(&f)->selected;
	own(id, 1);
	ck_assert_uint_eq(fleet_origin(f.fleet.fleet, id), 1);
	ck_assert_uint_eq(fleet_origin(f.fleet.fleet, 4711), 0);
	console_set_limits(f.console, 1, deny, 3);
	console_set_limits(f.console, 0, deny, 3); // there is no such hub
	console_set_limits(f.console, 200, deny, 3);
	n = f.feed.n_observed;
	console_fixture_keys(&f, ".");
	ck_assert_uint_gt(n_grey(outside), 0);
	ck_assert_uint_eq(f.feed.n_observed, n);    // to look at a menu is nothing that the hub has to refuse
	console_set_limits(f.console, 1, allow, 1); // while the menu is open
	console_fixture_wait(&f, 0);
	ck_assert_uint_eq(n_grey(outside), 0);
	console_fixture_keys(&f, "Esc");
	console_fixture_keys(&f, ".");
	ck_assert_uint_eq(f.feed.n_observed, n + 1);
	console_fixture_keys(&f, "Esc");
	palette();
	ck_assert_uint_eq(n_grey(outside), 0);
	ck_assert_uint_gt(n_grey("the whole fleet is outside your scope"), 0); // to pause every operation
	console_fixture_keys(&f, "Esc");
	console_set_limits(f.console, 1, deny, 1);
	console_fixture_keys(&f, "D");
	ck_assert(says("not done: agent outside your scope"));
	console_set_limits(f.console, 1, NULL, 0);
	console_fixture_keys(&f, "D");
	ck_assert(console_fixture_view(&f)->picker.is_open);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(what_the_role_may_not_it_cannot_agree_to_either)
{
	begin();
	presence_fixture_role(&f.fleet, "viewer");
	want("bob", 9, APPROVAL_WANTED);
	console_fixture_keys(&f, "Y");
	ck_assert(says("not done: your role viewer does not allow to stop"));
	ck_assert(!confirm()->is_open);
	console_fixture_finish(&f);
}
END_TEST

// ---- our plan

START_TEST(what_some_were_left_out_for_is_seen_to_pass)
{
	struct plan *plan;
	uint32_t id, token;
	size_t n;

	begin();
	id = console_fixture_view(&f)->selected;
	lease_fixture_send(&f.fleet, id, 4, "bob on ops2", "restart", 12 * SECOND_MS);
	ask("restart");
	plan = plan_asked(GUARD_CONFIRM);
	token = last()->token;
	plan_fixture_text(&plan->targets[0].refusal, "bob on ops2 is about to restart it");
	plan_fixture_text(&plan->refusal, "bob on ops2 is about to restart it");
	plan_fixture_send(&f.fleet, plan);
	console_fixture_wait(&f, KEY_GUARD_MS);
	ck_assert(confirm()->is_open);
	ck_assert_uint_eq(confirm()->n_passed, 0);
	n = f.feed.n;
	console_fixture_keys(&f, "C-r"); // it would be the same
	ck_assert_uint_eq(f.feed.n, n);
	lease_fixture_send(&f.fleet, id, 0, "", "", 0);
	console_fixture_draw(&f, 120, 36);
	ck_assert_uint_eq(confirm()->n_passed, 1);
	ck_assert(console_fixture_shows(&f, "It could be done by now: C-r plans anew"));
	ck_assert(console_fixture_shows(&f, "C-r plan anew")); // at the foot
	console_fixture_keys(&f, "C-r");
	ck_assert_int_eq(last()->type, REQUEST_PLAN);
	ck_assert_uint_eq(last()->token, token + 1);
	ck_assert(confirm()->is_open);
	ck_assert_ptr_null(confirm()->plan);
	console_fixture_finish(&f);
}
END_TEST

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

static struct plan *ask_unasked(const char *letters, enum guard guard)
{
	struct plan *plan;

	begin();
	ask(letters);
	plan = plan_asked(guard);
	plan_fixture_text(&plan->typed, "cache");
	approval_fixture_unasked(&f.fleet, plan_ref(plan), "alice", "start it");
	plan_fixture_send(&f.fleet, plan_ref(plan));
	console_fixture_wait(&f, KEY_GUARD_MS);
	console_fixture_wait(&f, KEY_GUARD_MS);
	return plan;
}

static void confirm_now(void)
{
	console_fixture_keys(&f, "Tab");
	console_fixture_wait(&f, KEY_GUARD_MS);
	console_fixture_keys(&f, "Enter");
}

START_TEST(a_second_person_is_asked_once_it_is_confirmed)
{
	struct plan *plan = ask_unasked("start", GUARD_REVERSIBLE);

	ck_assert(confirm()->is_open);
	ck_assert_str_eq(confirm()->approval, "A second person has to agree, and is asked when you confirm it.");
	ck_assert(confirm()->is_ready);
	ck_assert(!confirm()->is_approved);
	confirm_now();
	ck_assert_int_eq(last()->type, REQUEST_SUBMIT);
	ck_assert(confirm()->is_open);
	console_refused(f.console, REQUEST_SUBMIT, -EAGAIN, "a second person is asked to agree to it");
	ck_assert(confirm()->is_open);
	ck_assert(!says("not done"));
	approval_fixture_send(&f.fleet, plan_ref(plan), APPROVAL_WANTED, "alice", "", "start it");
	console_fixture_wait(&f, KEY_GUARD_MS);
	ck_assert_str_eq(confirm()->approval, "It waits for a second person.");
	console_fixture_keys(&f, "Enter");
	ck_assert_str_eq(confirm()->note, "Not before a second person has agreed.");
	console_fixture_wait(&f, PLAN_KEEP_MS);
	ck_assert_int_eq(last()->type, REQUEST_PLAN_KEEP);
	approval_fixture_send(&f.fleet, plan_ref(plan), APPROVAL_GIVEN, "alice", "bob", "start it");
	console_fixture_wait(&f, KEY_GUARD_MS);
	console_fixture_keys(&f, "Enter");
	ck_assert_int_eq(last()->type, REQUEST_SUBMIT);
	ck_assert(!confirm()->is_open);
	plan_unref(plan);
	console_fixture_finish(&f);
}
END_TEST

// What was confirmed is what they are asked about.
START_TEST(what_was_typed_stays_while_a_second_person_is_asked)
{
	struct plan *plan = ask_unasked("restart", GUARD_REASON);

	console_fixture_keys(&f, "cache Tab fix Tab");
	console_fixture_wait(&f, KEY_GUARD_MS);
	console_fixture_keys(&f, "Enter");
	ck_assert_int_eq(last()->type, REQUEST_SUBMIT);
	ck_assert_str_eq(confirm()->reason, "fix");
	console_fixture_keys(&f, "x y Tab z");
	ck_assert_str_eq(confirm()->reason, "fix");
	ck_assert_str_eq(confirm()->name, plan->typed);
	ck_assert_int_eq(confirm()->focus, CONFIRM_CANCEL);
	plan_unref(plan);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(what_nobody_can_be_asked_about_is_closed)
{
	struct plan *plan = ask_unasked("restart", GUARD_CONFIRM);
	size_t n;

	confirm_now();
	ck_assert_int_eq(last()->type, REQUEST_SUBMIT);
	n = f.feed.n;
	console_refused(f.console, REQUEST_SUBMIT, -ESTALE, "bob has it now");
	ck_assert_int_eq(f.feed.requests[n].type, REQUEST_PLAN_DROP);
	ck_assert_int_eq(last()->type, REQUEST_PLAN); // it is planned anew
	plan_unref(plan);
	console_fixture_finish(&f);
}
END_TEST

START_TEST(whoever_agrees_sees_why)
{
	begin();
	approval_fixture_reason(&f.fleet, plan_of("bob", 9), "bob", "stop it in prod", "it leaks");
	console_fixture_wait(&f, 0);
	console_fixture_keys(&f, "O");
	ck_assert(console_fixture_shows(&f, "Y answers: stop it in prod, bob asks"));
	console_fixture_keys(&f, "Y");
	ck_assert(console_fixture_shows(&f, "Why: it leaks"));
	approval_fixture_reason(&f.fleet, plan_of("bob", 9), "bob", "stop it in prod", "for fun"); // while it is read
	console_fixture_wait(&f, KEY_GUARD_MS);
	ck_assert(!confirm()->is_open);
	ck_assert(says("that plan is asked for with another reason now"));
	console_fixture_keys(&f, "Y");
	ck_assert(console_fixture_shows(&f, "Why: for fun"));
	console_fixture_keys(&f, "Esc");
	approval_fixture_unasked(&f.fleet, plan_of("bob", 9), "bob", "stop it in prod");
	console_fixture_wait(&f, 0);
	console_fixture_keys(&f, "Y");
	ck_assert(says("no plan of somebody else waits for a second person"));
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

SUITE("console: together", what_the_role_may_not_is_said_before_anything_is_asked,
      the_menu_names_the_person_that_operates_on_it, commands_that_the_role_may_not_are_grey_and_ask_nothing,
      agents_outside_the_scope_are_left_alone, what_the_role_may_not_it_cannot_agree_to_either,
      what_some_were_left_out_for_is_seen_to_pass, a_menu_has_nothing_that_the_role_at_the_hub_may_not,
      an_open_plan_is_kept_and_a_closed_one_given_back, a_plan_that_comes_too_late_is_given_back,
      what_needs_a_second_person_is_not_begun_before_they_agree, a_second_person_is_asked_once_it_is_confirmed,
      what_was_typed_stays_while_a_second_person_is_asked, what_nobody_can_be_asked_about_is_closed,
      whoever_agrees_sees_why, what_a_hub_finds_out_of_date_is_planned_anew, what_a_second_person_refused_cannot_go_on,
      the_plan_of_another_is_shown_whole_before_it_is_agreed_to, of_several_that_wait_one_is_chosen,
      what_waits_no_longer_is_not_agreed_to, where_it_looks_is_told_at_most_twice_a_second,
      who_is_alone_tells_nobody_anything, others_are_seen_on_every_screen)
