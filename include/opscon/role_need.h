#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Who may ask for what: the hub decides by it, and a console knows by it what to grey. */
#include <stdbool.h>

#include "opscon/feed.h"
#include "opscon/role.h"

// What is asked of who makes a request: a role (ROLE_COUNT: nobody has it), and whether it must be within their scopes.
// `verb` is that of the plan or operation, VERB_COUNT where there is none.
struct role_need {
	enum role role;
	bool is_scoped;
};
struct role_need role_for_request(enum request_type type, enum verb verb);
