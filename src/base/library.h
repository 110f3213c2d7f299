#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A shared library that is loaded when it is first called, not when the program starts.
 *
 * For libraries that bring many others with them: placing those costs several times what all the rest of a start does.
 * A file of the directory that knows the library defines its functions, each handing on to the one that was found.
 */
#include <stddef.h>

struct library_function {
	const char *name;
	void *to; // where the address goes: a pointer to a pointer to the function
};

enum { LIBRARY_WHY_MAX = 256 };

/* Finds every function, or none. 0, or -ELIBACC with the loader's words in `why` when the library or one of them is not
 * there; it is tried anew the next time. What was loaded stays.
 */
int library_load(const char *file, const struct library_function *functions, size_t n, char why[LIBRARY_WHY_MAX]);
