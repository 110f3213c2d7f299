#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Calls that only look, and those of libraries, which hardly ever fail: they go through this program's own, which can
 * fail the n-th of those chosen. For programs that are linked with bad_calls.c; bad_disk.h has those that change files.
 */
#include <stdbool.h>

enum {
	CALL_OPENAT = 1 << 0,
	CALL_FSTAT = 1 << 1,
	CALL_FSTATAT = 1 << 2,
	CALL_PREAD = 1 << 3,
	CALL_FDOPENDIR = 1 << 4,
	CALL_FCHMOD = 1 << 5,
	CALL_SOCKET = 1 << 6,
	CALL_THREAD = 1 << 7, // pthread_create()
	CALL_SODIUM = 1 << 8, // sodium_init()
	CALL_JSON = 1 << 9,   // json_tokener_new_ex()
	CALLS_THAT_LOOK = CALL_OPENAT | CALL_FSTAT | CALL_FSTATAT | CALL_PREAD | CALL_FDOPENDIR,
};

// After n more of these calls one fails with `error`; goes_on: so do all that follow.
void calls_break(unsigned calls, long n, int error, bool goes_on);
bool calls_mend(void); // whether one has failed
