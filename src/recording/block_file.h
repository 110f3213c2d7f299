#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Blocks where they stand in a file, and how they are found when nobody says where that is: each behind the one before
 * it, and where that one is damaged, the next whose sum is right. A sector that cannot be read is like one that is
 * wrong.
 */
#include <stdbool.h>

#include "recording/block.h"

enum block_state { BLOCK_IS_UNREAD, BLOCK_IS_WHOLE, BLOCK_IS_BAD };

struct block_place {
	uint64_t at; // in the file
	struct block_head head;
	uint64_t n_lost; // bytes right before it in which there is no block
	enum block_state state;
};

uint64_t block_end(const struct block_place *place);

// Exactly n bytes: 0, -ENODATA when the file ends before, or negative errno.
int block_read_bytes(int fd, uint64_t at, void *out, size_t n);

// The frame of a block into `stored`, which grows as needed, unchecked. 0, -EBADMSG when the file ends before, negative
// errno.
int block_read_stored(int fd, const struct block_place *place, struct bytes *stored);

struct block_scan {
	int fd;
	uint64_t size;        // of the file
	uint64_t n_left;      // bytes that may still be read in vain: many heads could promise much
	struct bytes *stored; // borrowed; of the block that was found
};

void block_scan_init(struct block_scan *scan, int fd, uint64_t size, struct bytes *stored);

// The first whole block that begins at `from` or behind it, with how much stands before it. 0; -ENODATA: there is none;
// negative errno.
int block_scan_next(struct block_scan *scan, uint64_t from, struct block_place *out);
