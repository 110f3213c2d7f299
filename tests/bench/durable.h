#pragma once
// SPDX-License-Identifier: Apache-2.0
/* How long something takes to be on the disk, beside the bare calls that append as much: in turn, each waited for. For
 * writers with a thread of their own, of which one is measured at a time.
 */
#include <stddef.h>

enum { DURABLE_EACH = 5 }; // a turn

double durable_now_s(void);
_Noreturn void durable_fail(const char *what, int error); // ends the program; `error` is negative

void durable_wake(void *ctx);            // for the writer to call, on its thread
void durable_sleep(unsigned long *seen); // until it has; *seen is 0 at first
size_t durable_bytes(const char *path);  // of a file

// Prints `KEY OURS THEIRS`, records a second. `ours` writes DURABLE_EACH and waits for each; a record is n bytes.
void durable_bench(const char *key, const char *dir, size_t n, void (*ours)(void *ctx), void *ctx);
