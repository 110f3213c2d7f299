// SPDX-License-Identifier: Apache-2.0
#include "agents/endpoint_memory.h"

#include <errno.h>
#include <string.h>

#include "agents/endpoint_file.h"
#include "base/table.h"

struct memory_item {
	UT_hash_handle hh;         // endpoint_memory::items, in the order remembered
	char *key;                 // owned
	struct endpoint_memo memo; // texts owned
};

struct endpoint_memory {
	struct memory_item *items;
};

int endpoint_memory_create(struct endpoint_memory **out)
{
	*out = mem_calloc(1, sizeof **out);
	return *out ? 0 : -ENOMEM;
}

static void item_free(struct memory_item *item)
{
	if (!item)
		return;
	mem_free(item->key);
	mem_free((char *)item->memo.health_path);
	mem_free((char *)item->memo.metrics_path);
	mem_free(item);
}

static struct memory_item *item_new(const char *key, const struct endpoint_memo *memo)
{
	struct memory_item *item = mem_calloc(1, sizeof *item);

	if (!item)
		return NULL;
	item->key = mem_strdup(key);
	item->memo.health_path = mem_strdup(memo->health_path);
	item->memo.metrics_path = mem_strdup(memo->metrics_path);
	item->memo.dialect = memo->dialect;
	if (!item->key || !item->memo.health_path != !memo->health_path ||
	    !item->memo.metrics_path != !memo->metrics_path) {
		item_free(item);
		return NULL;
	}
	return item;
}

static void forget(struct endpoint_memory *memory, struct memory_item *item)
{
	HASH_DEL(memory->items, item);
	item_free(item);
}

static void forget_all(struct endpoint_memory *memory)
{
	struct memory_item *item, *next;

	HASH_ITER(hh, memory->items, item, next)
		forget(memory, item);
}

void endpoint_memory_destroy(struct endpoint_memory *memory)
{
	if (memory)
		forget_all(memory);
	mem_free(memory);
}

static struct memory_item *find(const struct endpoint_memory *memory, const char *key)
{
	struct memory_item *item;

	HASH_FIND(hh, memory->items, key, strlen(key), item);
	return item;
}

size_t endpoint_memory_n(const struct endpoint_memory *memory)
{
	return HASH_COUNT(memory->items);
}

const struct endpoint_memo *endpoint_memory_get(const struct endpoint_memory *memory, const char *key)
{
	struct memory_item *item = find(memory, key);

	return item ? &item->memo : NULL;
}

static bool is_same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

int endpoint_memory_set(struct endpoint_memory *memory, const char *key, const struct endpoint_memo *memo)
{
	struct memory_item *old = find(memory, key), *item;

	if (old && old->memo.dialect == memo->dialect && is_same_text(old->memo.health_path, memo->health_path) &&
	    is_same_text(old->memo.metrics_path, memo->metrics_path))
		return 0;
	item = item_new(key, memo);
	if (!item)
		return -ENOMEM;
	if (old)
		forget(memory, old);
	else if (HASH_COUNT(memory->items) == ENDPOINT_MEMORY_MAX)
		forget(memory, memory->items);
	HASH_ADD_KEYPTR(hh, memory->items, item->key, strlen(item->key), item);
	if (TABLE_ADD_FAILED(item)) {
		item_free(item);
		return -ENOMEM;
	}
	return 1;
}

void endpoint_memory_forget(struct endpoint_memory *memory, const char *key)
{
	struct memory_item *item = find(memory, key);

	if (item)
		forget(memory, item);
}

int endpoint_memory_load(struct endpoint_memory *memory, const char *dir, char *why, size_t why_size)
{
	int r = endpoint_file_read(dir, memory, why, why_size);

	if (r == -EINVAL) // nothing of a file is believed that has a mistake in it
		forget_all(memory);
	return r;
}

int endpoint_memory_save(const struct endpoint_memory *memory, const char *dir)
{
	struct bytes text;
	struct json_writer writer;
	int r;

	bytes_init(&text, ENDPOINT_FILE_MAX);
	endpoint_file_begin(&writer, &text);
	for (const struct memory_item *item = memory->items; item; item = item->hh.next)
		endpoint_file_add(&writer, item->key, &item->memo);
	endpoint_file_end(&writer);
	r = writer.error;
	if (r == 0)
		r = endpoint_file_write(dir, &text);
	bytes_finish(&text);
	return r;
}
