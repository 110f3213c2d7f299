// SPDX-License-Identifier: Apache-2.0
#include "hub/outbox.h"

#include <errno.h>
#include <string.h>

#include "base/table.h"

struct outbox_key {
	uint32_t type, subject, part;
};

struct outbox_entry {
	struct stream_item *item;         // a reference
	struct outbox_entry *prev, *next; // outbox::first
	struct outbox_key key;
	bool is_indexed;
	UT_hash_handle hh; // outbox::index
};

void outbox_init(struct outbox *outbox, size_t bytes_max)
{
	*outbox = (struct outbox){ .bytes_max = bytes_max };
}

static size_t weight(const struct stream_item *item)
{
	return sizeof(struct outbox_entry) + stream_item_bytes(item);
}

// Takes it out and hands its item over.
static struct stream_item *take_out(struct outbox *outbox, struct outbox_entry *entry)
{
	struct stream_item *item = entry->item;

	if (entry->is_indexed && outbox->index)
		HASH_DEL(outbox->index, entry);
	DL_DELETE(outbox->first, entry);
	outbox->n--;
	outbox->n_bytes -= weight(item);
	mem_free(entry);
	return item;
}

void outbox_clear(struct outbox *outbox)
{
	while (outbox->first)
		stream_item_unref(take_out(outbox, outbox->first));
}

struct stream_item *outbox_pop(struct outbox *outbox)
{
	return outbox->first ? take_out(outbox, outbox->first) : NULL;
}

// From now on a newer one finds it. Without memory it just stays.
static void put_in_index(struct outbox *outbox, struct outbox_entry *entry)
{
	HASH_ADD(hh, outbox->index, key, sizeof entry->key, entry);
	entry->is_indexed = !TABLE_ADD_FAILED(entry);
}

int outbox_push(struct outbox *outbox, struct stream_item *item, bool conflates)
{
	const struct outbox_key key = { (uint32_t)item->type, item->subject, item->part };
	struct outbox_entry *entry, *older = NULL;

	if (conflates && item->is_replaceable)
		HASH_FIND(hh, outbox->index, &key, sizeof key, older);
	if (outbox->n_bytes - (older ? weight(older->item) : 0) + weight(item) > outbox->bytes_max &&
	    outbox->n > (older ? 1 : 0))
		return -ENOBUFS;
	entry = mem_calloc(1, sizeof *entry);
	if (!entry)
		return -ENOMEM;
	if (older) {
		stream_item_unref(take_out(outbox, older));
		outbox->n_conflated++;
	}
	entry->item = stream_item_ref(item);
	entry->key = key;
	DL_APPEND(outbox->first, entry);
	outbox->n++;
	outbox->n_bytes += weight(item);
	if (conflates && item->is_replaceable)
		put_in_index(outbox, entry);
	return 0;
}
