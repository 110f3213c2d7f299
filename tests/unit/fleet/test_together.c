// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>

#include "base/memory.h"
#include "fleet/fleet.h"
#include "tests/support/operation_fixture.h"
#include "tests/support/together_fixture.h"

static struct fleet_fixture f;
static uint32_t a, b;

static void begin(void)
{
	fleet_fixture_init(&f);
	a = fleet_fixture_add(&f, "WowCache", "", "prod");
	b = fleet_fixture_add(&f, "WowEvent", "", "prod");
}

static const struct plan *plan(uint32_t no)
{
	return plan_fixture(&f, &(struct plan_wish){ .verb = VERB_RESTART, .agents = &a, .n = 1, .no = no });
}

START_TEST(knows_who_is_here_and_where_they_look)
{
	begin();
	ck_assert_uint_eq(fleet_n_presence(f.fleet), 0);
	presence_fixture_send(&f, FIXTURE_OWN_SESSION, "alice", 0, "");
	presence_fixture_send(&f, 4, "bob", a, "");
	ck_assert_uint_eq(fleet_n_presence(f.fleet), 2);
	ck_assert(fleet_presence_at(f.fleet, 0)->is_own);
	ck_assert_str_eq(fleet_presence_at(f.fleet, 1)->who, "bob");
	ck_assert_str_eq(fleet_presence_at(f.fleet, 1)->from, "ops1 pts/3");
	ck_assert_uint_eq(fleet_presence_at(f.fleet, 1)->agent, a);
	presence_fixture_send(&f, 4, "bob", b, "restart WowEvent");
	ck_assert_uint_eq(fleet_n_presence(f.fleet), 2);
	ck_assert_uint_eq(fleet_presence_at(f.fleet, 1)->agent, b);
	ck_assert_str_eq(fleet_presence_at(f.fleet, 1)->doing, "restart WowEvent");
	presence_fixture_leave(&f, FIXTURE_OWN_SESSION);
	presence_fixture_leave(&f, 77);
	ck_assert_uint_eq(fleet_n_presence(f.fleet), 1);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(knows_who_has_an_agent)
{
	begin();
	ck_assert_ptr_null(fleet_lease(f.fleet, a));
	lease_fixture_send(&f, a, 4, "bob on ops2", "restart", 12 * SECOND_MS);
	ck_assert_str_eq(fleet_lease(f.fleet, a)->holder, "bob on ops2");
	ck_assert_int_eq(fleet_lease(f.fleet, a)->until_ms, FIXTURE_NOW_MS + 12 * SECOND_MS);
	ck_assert(!fleet_lease(f.fleet, a)->is_own);
	lease_fixture_send(&f, b, FIXTURE_OWN_SESSION, "alice on ops1", "", 0);
	ck_assert(!fleet_lease(f.fleet, b)->is_own); // who we are is not known yet
	presence_fixture_send(&f, FIXTURE_OWN_SESSION, "alice", 0, "");
	ck_assert(fleet_lease(f.fleet, b)->is_own);
	lease_fixture_send(&f, a, FIXTURE_OWN_SESSION, "alice on ops1", "", 0);
	ck_assert(fleet_lease(f.fleet, a)->is_own);
	lease_fixture_send(&f, a, 0, "", "", 0);
	lease_fixture_send(&f, a, 0, "", "", 0);
	ck_assert_ptr_null(fleet_lease(f.fleet, a));
	lease_fixture_send(&f, 4711, 4, "bob", "", 0); // of nobody who is here
	ck_assert_ptr_null(fleet_lease(f.fleet, 4711));
	fleet_fixture_apply(&f, event_new(EVENT_AGENT_REMOVED, FIXTURE_NOW_MS, b));
	ck_assert_ptr_null(fleet_lease(f.fleet, b));
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(knows_what_waits_for_a_second_person)
{
	const struct timeline_item *item;

	begin();
	approval_fixture_send(&f, plan(5), APPROVAL_WANTED, "alice", "", "restart WowCache in prod");
	approval_fixture_send(&f, plan(6), APPROVAL_WANTED, "bob", "", "stop WowCache in prod");
	ck_assert_uint_eq(fleet_n_approvals(f.fleet), 2);
	ck_assert_uint_eq(fleet_approval_at(f.fleet, 0)->plan, 6);
	ck_assert_ptr_null(fleet_approval(f.fleet, 7));
	item = fleet_timeline_at(f.fleet, 0);
	ck_assert_str_eq(item->title, "asks for a second person: stop WowCache in prod");
	ck_assert_str_eq(item->who, "bob");
	approval_fixture_send(&f, plan(5), APPROVAL_GIVEN, "alice", "bob", "restart WowCache in prod");
	ck_assert_int_eq(fleet_approval(f.fleet, 5)->state, APPROVAL_GIVEN);
	ck_assert_str_eq(fleet_approval(f.fleet, 5)->by, "bob");
	ck_assert_str_eq(fleet_approval(f.fleet, 5)->whole->targets[0].name, "WowCache");
	item = fleet_timeline_at(f.fleet, 0);
	ck_assert_str_eq(item->title, "agreed: restart WowCache in prod");
	ck_assert_str_eq(item->who, "bob");
	approval_fixture_send(&f, plan(5), APPROVAL_LAPSED, "alice", "bob", "");
	approval_fixture_send(&f, plan(77), APPROVAL_LAPSED, "alice", "", "");
	ck_assert_uint_eq(fleet_n_approvals(f.fleet), 1);
	ck_assert_ptr_null(fleet_approval(f.fleet, 5));
	for (uint32_t no = 100; no < 100 + FLEET_APPROVALS_MAX; no++) // the oldest goes
		approval_fixture_send(&f, plan(no), APPROVAL_WANTED, "alice", "", "x");
	ck_assert_uint_eq(fleet_n_approvals(f.fleet), FLEET_APPROVALS_MAX);
	ck_assert_ptr_null(fleet_approval(f.fleet, 6));
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(forgets_what_a_snapshot_does_not_restate)
{
	begin();
	presence_fixture_send(&f, 4, "bob", a, "");
	presence_fixture_send(&f, 5, "carol", 0, "");
	lease_fixture_send(&f, a, 4, "bob", "", 0);
	lease_fixture_send(&f, b, 5, "carol", "", 0);
	approval_fixture_send(&f, plan(5), APPROVAL_WANTED, "alice", "", "x");
	approval_fixture_send(&f, plan(6), APPROVAL_WANTED, "alice", "", "y");
	fleet_together_begin(f.fleet, 2); // of another hub
	fleet_together_end(f.fleet, 2);
	ck_assert_uint_eq(fleet_n_presence(f.fleet), 2);
	ck_assert_uint_eq(fleet_n_approvals(f.fleet), 2);
	ck_assert_ptr_nonnull(fleet_lease(f.fleet, a));
	fleet_together_begin(f.fleet, 1);
	presence_fixture_send(&f, 5, "carol", 0, "");
	lease_fixture_send(&f, b, 5, "carol", "", 0);
	approval_fixture_send(&f, plan(6), APPROVAL_WANTED, "alice", "", "y");
	fleet_together_end(f.fleet, 1);
	ck_assert_uint_eq(fleet_n_presence(f.fleet), 1);
	ck_assert_str_eq(fleet_presence_at(f.fleet, 0)->who, "carol");
	ck_assert_ptr_null(fleet_lease(f.fleet, a));
	ck_assert_ptr_nonnull(fleet_lease(f.fleet, b));
	ck_assert_uint_eq(fleet_n_approvals(f.fleet), 1);
	ck_assert_uint_eq(fleet_approval_at(f.fleet, 0)->plan, 6);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(want_of_memory_is_remembered)
{
	struct event *event = event_new(EVENT_PRESENCE, FIXTURE_NOW_MS, 0), *lease;

	begin();
	event->u.presence.session = 4;
	mem_fail_after(0);
	ck_assert_int_eq(fleet_apply(f.fleet, event), -ENOMEM);
	mem_fail_after(-1);
	event_unref(event);
	ck_assert_uint_eq(fleet_n_presence(f.fleet), 0);
	ck_assert(fleet_is_incomplete(f.fleet));
	lease = event_new(EVENT_LEASE, FIXTURE_NOW_MS, a); // its maker had none
	ck_assert_int_eq(fleet_apply(f.fleet, lease), -ENOMEM);
	event_unref(lease);
	fleet_fixture_finish(&f);
}
END_TEST

SUITE("fleet: together", knows_who_is_here_and_where_they_look, knows_who_has_an_agent,
      knows_what_waits_for_a_second_person, forgets_what_a_snapshot_does_not_restate, want_of_memory_is_remembered)
