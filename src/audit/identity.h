#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Who this process acts for: the login that began the session, across sudo and su, and where it came from. */
#include "opscon/audit.h"

// Where to look, so that tests can say.
struct audit_surroundings {
	const char *(*variable)(const char *name); // getenv
	const char *login_uid_file;                // "/proc/self/loginuid"
	int64_t uid, pid;
	const char *host, *tty;                                 // tty "" when there is none
	void (*user_name)(int64_t uid, char *out, size_t size); // "" when there is no such user
};

void audit_identity_read(const struct audit_surroundings *surroundings, struct audit_identity *out);
void audit_identity_here(struct audit_identity *out); // of this process, before it has threads
