#pragma once
// SPDX-License-Identifier: Apache-2.0
/* One operation an agent at a time, in however many processes: a file an agent, locked while it is operated on.
 *
 * The lock belongs to the open file, so that it ends with its process, however that ends. The holder's words stand in
 * the file, which stays when it is released: no file is ever removed here, so nobody locks one that has lost its name.
 * It is taken when an operation begins, and is for processes: among the people of one process there are leases
 * (leases.h), which are taken when somebody begins to think about it.
 */
#include <stddef.h>

enum { LOCK_HOLDER_MAX = 160 };

// Zeroed: not held.
struct lock {
	int fd_plus_one; // so that zero is none
};

/* Takes the lock of an agent's key. The directory's parent is there; it is made where it is missing, 0700. `holder`:
 * clean, "alice, pid 4711, restart 20261125-225130-restart-1a2b3c4d"; cut at LOCK_HOLDER_MAX. 0; -EBUSY with the
 * other's words in `other` (this process counts as another when it holds it already); other negative errno: it cannot
 * be locked, so do not operate.
 */
int lock_take(const char *dir, const char *key, const char *holder, struct lock *out, char other[LOCK_HOLDER_MAX]);
void lock_release(struct lock *lock);

// Who holds it, without taking it: 1 with the words (clean; "somebody" while they are being written), 0 nobody, or
// negative errno.
int lock_look(const char *dir, const char *key, char holder[LOCK_HOLDER_MAX]);
