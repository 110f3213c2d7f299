#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What waits to be sent to one client: bounded in bytes, in the order of the stream. Pure.
 *
 * Who is behind gets the newest state of a thing, not each change of it: while `conflates`, a newer item makes an older
 * replaceable one of the same type, subject and part superfluous. The older one goes and the newer one takes its place
 * at the end, so that numbers only ever rise.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/stream.h"

struct outbox_entry;

struct outbox {
	struct outbox_entry *first; // outbox_entry::prev, next
	struct outbox_entry *index; // hash of those that can be replaced
	size_t n, n_bytes, bytes_max;
	uint64_t n_conflated; // ever
};

void outbox_init(struct outbox *outbox, size_t bytes_max);
void outbox_clear(struct outbox *outbox); // empties it, and ends it

// Keeps a reference. An item that is alone always fits: an operation of 10,000 targets is larger than most limits.
// 0; -ENOBUFS: it does not fit any more; -ENOMEM. Then nothing has changed.
int outbox_push(struct outbox *outbox, struct stream_item *item, bool conflates);

struct stream_item *outbox_pop(struct outbox *outbox); // the oldest, with its reference; NULL: none
