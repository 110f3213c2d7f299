// SPDX-License-Identifier: Apache-2.0
#include "base/memory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static long fail_after = -1; // test seam: allocations left before failure; negative when off

static bool fails(void)
{
	if (fail_after < 0)
		return false;
	if (fail_after == 0)
		return true;
	fail_after--;
	return false;
}

void mem_fail_after(long n)
{
	fail_after = n;
}

void *mem_alloc(size_t size)
{
	return fails() ? NULL : malloc(size ? size : 1);
}

void *mem_calloc(size_t n, size_t size)
{
	return fails() ? NULL : calloc(n ? n : 1, size ? size : 1);
}

void *mem_realloc(void *old, size_t size)
{
	return fails() ? NULL : realloc(old, size ? size : 1);
}

char *mem_strdup(const char *text)
{
	return text ? mem_strndup(text, strlen(text)) : NULL;
}

char *mem_strndup(const char *text, size_t bytes)
{
	char *copy = mem_alloc(bytes + 1);

	if (!copy)
		return NULL;
	memcpy(copy, text, bytes);
	copy[bytes] = '\0';
	return copy;
}

void mem_free(void *memory)
{
	free(memory);
}

void mem_free_pointer(void *pointer_to_pointer)
{
	mem_free(*(void **)pointer_to_pointer);
}
