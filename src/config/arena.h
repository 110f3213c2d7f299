#pragma once
// SPDX-License-Identifier: Apache-2.0
// Memory that is freed all at once: every text and list of one configuration.
#include <stddef.h>

struct arena;

struct arena *arena_create(void); // NULL for want of memory
void arena_destroy(struct arena *arena);

void *arena_alloc(struct arena *arena, size_t n); // zeroed; NULL for want of memory
char *arena_strdup(struct arena *arena, const char *text);
