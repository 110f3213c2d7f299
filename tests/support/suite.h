#pragma once
// SPDX-License-Identifier: Apache-2.0
/* One Check program a module:
 *
 *   #include "tests/support/suite.h"
 *   START_TEST(keeps_the_newest) { ... } END_TEST
 *   SUITE("ring", keeps_the_newest, ...)
 *
 * Each test is a case of its own name, so CK_RUN_CASE=keeps_the_newest runs it alone; a name that is none fails.
 * `TEST_SOURCE_ROOT` is the checkout's path, for files under tests/.
 */
#include <check.h>
#include <stddef.h>

/* For a forked child that may be killed at any moment: it says nothing to Check any more, since half a message would
 * spoil the whole run. An assertion that fails then ends it with a status that is not 0.
 */
void suite_hush(void);

/* Does `work` in a process of its own, in which files may not grow past so many bytes once suite_fill_disk() was
 * called: as on a disk that is full. Check writes files, too, so that nothing may be asserted under a limit elsewhere.
 * Returns what `work` does, 0 to 99; an assertion that fails in it fails the test.
 */
int suite_apart(int (*work)(void *ctx), void *ctx);
void suite_fill_disk(unsigned long n_bytes); // ULONG_MAX: there is room again

int suite_run(const char *title, const TTest *const *cases, size_t n);

// For a test that has nothing to test with here: say why, then return. A program of skipped tests alone exits with 77.
void suite_skip(const char *why);

#define SUITE(title, ...)                                                                                              \
	int main(void)                                                                                                 \
	{                                                                                                              \
		const TTest *const cases[] = { __VA_ARGS__ };                                                          \
		return suite_run(title, cases, sizeof cases / sizeof cases[0]);                                        \
	}
