// SPDX-License-Identifier: Apache-2.0
#include "config/arena.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/memory.h"

struct block {
	struct block *next;
	max_align_t data[];
};

struct place_item {
	struct place_item *next;
	struct arena_place place;
};

struct arena {
	struct block *blocks;
	struct place_item *places; // newest first
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

int arena_mark(struct arena *arena, const char *text, unsigned line, unsigned column)
{
	struct place_item *item = arena_alloc(arena, sizeof *item);

	if (!item)
		return -ENOMEM;
	*item = (struct place_item){ arena->places, { text, line, column } };
	arena->places = item;
	return 0;
}

const struct arena_place *arena_place(const struct arena *arena, const char *text)
{
	const struct place_item *item = arena->places;

	while (item && item->place.text != text)
		item = item->next;
	return item ? &item->place : NULL;
}
