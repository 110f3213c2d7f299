#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Memory that is freed all at once: every text and list of one configuration. With it go the places in the file of the
 * texts that are checked later (expressions).
 */
#include <stddef.h>

struct arena;

struct arena_place {
	const char *text; // as allotted
	unsigned line, column;
};

struct arena *arena_create(void); // NULL for want of memory
void arena_destroy(struct arena *arena);

void *arena_alloc(struct arena *arena, size_t n); // zeroed; NULL for want of memory
char *arena_strdup(struct arena *arena, const char *text);

int arena_mark(struct arena *arena, const char *text, unsigned line, unsigned column); // 0 or -ENOMEM
const struct arena_place *arena_place(const struct arena *arena, const char *text);    // NULL when not marked
