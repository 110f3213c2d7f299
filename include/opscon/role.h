#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What somebody may do through a hub. Each role may what those before it may; see opscon.yml(5), "hub". */

#include "opscon/operation.h"

enum role {
	ROLE_NONE,     // nothing at all: what a zeroed struct means
	ROLE_VIEWER,   // looks
	ROLE_OPERATOR, // alerts, maintenance, probes; start, stop, restart, suspend, resume; pauses and aborts
	ROLE_DEPLOYER, // upgrade, rollback, configure, create
	ROLE_ADMIN,    // everything
	ROLE_COUNT,
};

const char *role_name(enum role role);                // "none" "viewer" "operator" "deployer" "admin"; "?"
int role_from_name(const char *name, enum role *out); // any case; 0 or -EINVAL
const char *role_words(enum role role);               // "a viewer" "an operator"; "somebody without a role"

enum role role_for_verb(enum verb verb); // the least that may plan it and carry it out; ROLE_COUNT: nobody
