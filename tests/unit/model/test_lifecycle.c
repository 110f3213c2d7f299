// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>

#include "opscon/lifecycle.h"

// The table as people wrote it: a row for each state, a column for each state that may follow.
START_TEST(eight_states_follow_each_other_as_written)
{
	static const char *const names[] = { "draft",   "provisioned", "deployed", "running",
					     "stopped", "suspended",   "errored",  "revoked" };
	static const char *const table[] = {
		".p.....x", // draft
		"..d...ex", // provisioned
		"...rs.ex", // deployed
		"....sSex", // running
		"..dr...x", // stopped
		"...rs..x", // suspended
		"..drs..x", // errored
		"........", // revoked
	};

	for (int from = 0; from < LIFECYCLE_COUNT; from++) {
		ck_assert_str_eq(lifecycle_name((enum lifecycle)from), names[from]);
		for (int to = 0; to < LIFECYCLE_COUNT; to++)
			ck_assert_msg(lifecycle_is_allowed((enum lifecycle)from, (enum lifecycle)to) ==
					      (table[from][to] != '.'),
				      "%s to %s", names[from], names[to]);
	}
	ck_assert(lifecycle_is_final(LIFECYCLE_REVOKED));
	ck_assert(!lifecycle_is_final(LIFECYCLE_ERRORED));
	ck_assert(!lifecycle_is_allowed(LIFECYCLE_COUNT, LIFECYCLE_RUNNING));
	ck_assert_str_eq(lifecycle_name(LIFECYCLE_COUNT), "?");
}
END_TEST

START_TEST(names_are_read_in_any_case)
{
	enum lifecycle state;
	enum lifecycle_action action;

	ck_assert_int_eq(lifecycle_from_name("Running", &state), 0);
	ck_assert_int_eq((int)state, LIFECYCLE_RUNNING);
	ck_assert_int_eq(lifecycle_from_name("alive", &state), -EINVAL);
	ck_assert_int_eq(lifecycle_action_from_name("RESTART", &action), 0);
	ck_assert_int_eq((int)action, LIFECYCLE_RESTART);
	ck_assert_int_eq(lifecycle_action_from_name("reboot", &action), -EINVAL);
	ck_assert_str_eq(lifecycle_action_name(LIFECYCLE_ACTION_COUNT), "?");
}
END_TEST

START_TEST(an_action_never_leads_where_no_transition_does)
{
	enum lifecycle to;

	for (int from = 0; from < LIFECYCLE_COUNT; from++) {
		for (int action = 0; action < LIFECYCLE_ACTION_COUNT; action++) {
			if (lifecycle_after((enum lifecycle)from, (enum lifecycle_action)action, &to) < 0)
				continue;
			// A stop of what has failed and a restart of what runs pass through "stopped".
			ck_assert_msg(lifecycle_is_allowed((enum lifecycle)from, to) ||
					      (action == LIFECYCLE_RESTART && from == LIFECYCLE_RUNNING),
				      "%s from %s", lifecycle_action_name((enum lifecycle_action)action),
				      lifecycle_name((enum lifecycle)from));
		}
	}
	// Starting what runs was accepted by the portal.
	ck_assert_int_eq(lifecycle_after(LIFECYCLE_RUNNING, LIFECYCLE_START, &to), -EPERM);
	ck_assert_int_eq(lifecycle_after(LIFECYCLE_REVOKED, LIFECYCLE_REVOKE, &to), -EPERM);
	ck_assert_int_eq(lifecycle_after(LIFECYCLE_SUSPENDED, LIFECYCLE_RESUME, &to), 0);
	ck_assert_int_eq((int)to, LIFECYCLE_RUNNING);
}
END_TEST

SUITE("lifecycle", eight_states_follow_each_other_as_written, names_are_read_in_any_case,
      an_action_never_leads_where_no_transition_does)
