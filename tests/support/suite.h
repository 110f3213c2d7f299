#pragma once
// SPDX-License-Identifier: Apache-2.0
/* One Check program a module:
 *
 *   #include "tests/support/suite.h"
 *   START_TEST(keeps_the_newest) { ... } END_TEST
 *   SUITE("ring", keeps_the_newest, ...)
 *
 * `TEST_SOURCE_ROOT` is the checkout's path, for files under tests/.
 */
#include <check.h>
#include <stddef.h>

int suite_run(const char *title, const TTest *const *cases, size_t n);

#define SUITE(title, ...)                                                                                              \
	int main(void)                                                                                                 \
	{                                                                                                              \
		const TTest *const cases[] = { __VA_ARGS__ };                                                          \
		return suite_run(title, cases, sizeof cases / sizeof cases[0]);                                        \
	}
