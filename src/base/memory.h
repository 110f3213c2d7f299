#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The one seam through which this program allocates.
 *
 * The contract is that of malloc(3): NULL on failure, mem_free(NULL) is fine. Tests make the n-th allocation fail with
 * mem_fail_after(), for the thread that calls it; production never does.
 */
#include <stddef.h>

void *mem_alloc(size_t size);
void *mem_calloc(size_t n, size_t size);
void *mem_realloc(void *old, size_t size);
char *mem_strdup(const char *text);                // NULL in, NULL out
char *mem_strndup(const char *text, size_t bytes); // copies exactly `bytes` bytes and terminates
void mem_free(void *memory);

// Makes the allocation after the next `n` ones fail, and all that follow; a negative n turns injection off.
void mem_fail_after(long n);
void mem_fail_once(long n);       // that one alone
unsigned long mem_n_failed(void); // by injection in this thread, since the program began

unsigned long mem_n_allocated(void); // how often this thread asked for memory: tests look for none

// Cleanup attribute for heap strings: `mem_auto char *name = mem_strdup(...)`.
void mem_free_pointer(void *pointer_to_pointer);
#define mem_auto __attribute__((cleanup(mem_free_pointer)))
