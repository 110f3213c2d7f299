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

int suite_run(const char *title, const TTest *const *cases, size_t n);

// For a test that has nothing to test with here: say why, then return. A program of skipped tests alone exits with 77.
void suite_skip(const char *why);

#define SUITE(title, ...)                                                                                              \
	int main(void)                                                                                                 \
	{                                                                                                              \
		const TTest *const cases[] = { __VA_ARGS__ };                                                          \
		return suite_run(title, cases, sizeof cases / sizeof cases[0]);                                        \
	}
