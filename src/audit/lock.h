#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The lock of a trail: who has it may write. It is taken for a batch and let go, and a crash lets it go as well.
 *
 * Whoever waits has its turn: there is a second lock to wait in, and who has written gets in line behind it. `lock` in
 * the directory names who wrote last, for people.
 */
#include <stdbool.h>

struct audit_trouble;

enum { AUDIT_HOLDER_MAX = 160 };

struct audit_lock {
	int dir_fd;                   // borrowed
	int fd;                       // owned; -1: not open yet
	char words[AUDIT_HOLDER_MAX]; // our process id and who we are
};

void audit_lock_init(struct audit_lock *lock, int dir_fd, const char *holder);
void audit_lock_finish(struct audit_lock *lock); // lets it go

/* Waits up to limit_ms; blocks. 0; -EBUSY when another process has it all that time, named in the trouble; other
 * negative errno with the trouble told.
 */
int audit_lock_take(struct audit_lock *lock, unsigned limit_ms, struct audit_trouble *trouble);
void audit_lock_release(struct audit_lock *lock);

bool audit_lock_is_taken(int dir_fd); // by anybody
