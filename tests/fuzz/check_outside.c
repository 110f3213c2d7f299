// SPDX-License-Identifier: Apache-2.0
/* The fixtures assert with Check, which wants a test runner around it. Here there is none: these two stand in for it.
 */
#include <check.h>
#include <stdio.h>

#include "tests/fuzz/fuzz.h"

void _mark_point(const char *file, int line)
{
	(void)file;
	(void)line;
}

void _ck_assert_failed(const char *file, int line, const char *expr, const char *msg, ...)
{
	(void)msg;
	fprintf(stderr, "%s:%d\n", file, line);
	fuzz_expect(false, expr);
	__builtin_unreachable();
}
