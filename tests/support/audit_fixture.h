#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Pages of an audit trail, as a feed would send them. */
#include "tests/support/fleet_fixture.h"

enum { AUDIT_FIXTURE_ENTRIES = 5 }; // numbers 412 down to 408

void audit_fixture_page(struct fleet_fixture *f, size_t n, const char *why); // the newest n
void audit_fixture_check(struct fleet_fixture *f, enum audit_check_state state, uint64_t n_checked, const char *why);
