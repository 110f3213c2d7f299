#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Other people in a fleet that tests make: presence, leases, approvals, as hub 1 would tell them. */
#include "tests/support/fleet_fixture.h"

enum { FIXTURE_OWN_SESSION = 3 }; // of the console under test

// Somebody looks at an agent (0: the fleet); the session that is ours is FIXTURE_OWN_SESSION.
void presence_fixture_send(struct fleet_fixture *f, uint32_t session, const char *who, uint32_t agent,
			   const char *doing);
// This console itself, as what the hub of the fixture's agents knows it.
void presence_fixture_role(struct fleet_fixture *f, const char *role);
void presence_fixture_leave(struct fleet_fixture *f, uint32_t session);

// in_ms: until when, from now; 0: its operation runs. holder "": nobody.
void lease_fixture_send(struct fleet_fixture *f, uint32_t agent, uint32_t session, const char *holder,
			const char *doing, int64_t in_ms);

// Takes the plan's reference over; its hash and number are what is agreed to.
void approval_fixture_send(struct fleet_fixture *f, const struct plan *plan, enum approval_state state,
			   const char *asker, const char *by, const char *what);
// The same while its asker has not confirmed it, and with why they want it.
void approval_fixture_unasked(struct fleet_fixture *f, const struct plan *plan, const char *asker, const char *what);
void approval_fixture_reason(struct fleet_fixture *f, const struct plan *plan, const char *asker, const char *what,
			     const char *reason);
