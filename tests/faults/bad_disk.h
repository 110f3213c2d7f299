#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A disk that fails: the calls that change files go through this program's own, which can fail the n-th of them, or die
 * in the middle of it. For programs that are linked with bad_disk.c.
 */
#include <stdbool.h>

enum { DISK_DIES = -1 };

// After n more calls (negative: never) one fails with `error`, or the process dies in it; goes_on: so do all that
// follow.
void disk_break(long n, int error, bool goes_on);
void disk_mend(void);
bool disk_was_bad(void); // since it was broken last
unsigned long disk_n_folder_syncs(void);

// Right before the next lock of an open file is asked for, somebody else does this, once.
void disk_meanwhile(void (*call)(void *ctx), void *ctx);
