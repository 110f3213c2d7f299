// SPDX-License-Identifier: Apache-2.0
#include "base/memory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// The test seam.
static _Thread_local long fail_after = -1; // allocations left before failure; negative when off
static _Thread_local bool fails_once;
static _Thread_local unsigned long n_failed, n_allocated;

static bool fails(void)
{
	n_allocated++;
	if (fail_after < 0)
		return false;
	if (fail_after > 0) {
		fail_after--;
		return false;
	}
	if (fails_once)
		fail_after = -1;
	n_failed++;
	return true;
}

void mem_fail_after(long n)
{
	fail_after = n;
	fails_once = false;
}

void mem_fail_once(long n)
{
	fail_after = n;
	fails_once = true;
}

unsigned long mem_n_failed(void)
{
	return n_failed;
}

unsigned long mem_n_allocated(void)
{
	return n_allocated;
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
