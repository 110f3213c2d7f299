// SPDX-License-Identifier: Apache-2.0
#include "config/arena.h"

#include <stddef.h>
#include <string.h>

#include "base/memory.h"

struct block {
	struct block *next;
	max_align_t data[];
};

struct arena {
	struct block *blocks;
};

struct arena *arena_create(void)
{
	return mem_calloc(1, sizeof(struct arena));
}

void arena_destroy(struct arena *arena)
{
	struct block *next;

	if (!arena)
		return;
	for (struct block *block = arena->blocks; block; block = next) {
		next = block->next;
		mem_free(block);
	}
	mem_free(arena);
}

void *arena_alloc(struct arena *arena, size_t n)
{
	struct block *block = mem_calloc(1, sizeof *block + n);

	if (!block)
		return NULL;
	block->next = arena->blocks;
	arena->blocks = block;
	return block->data;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	size_t n = strlen(text) + 1;
	char *copy = arena_alloc(arena, n);

	if (copy)
		memcpy(copy, text, n);
	return copy;
}
