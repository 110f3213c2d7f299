#pragma once
// SPDX-License-Identifier: Apache-2.0
/* One file of a recording, while it is read: by its index, or, where that was never written or has been cut off, by
 * looking for its blocks. What is damaged costs no more than itself: blocks that are whole are read before it and
 * behind it. Files come from anywhere and are believed in nothing.
 */
#include <stdbool.h>

#include "recording/about.h"
#include "recording/block_file.h"

enum { FILE_BLOCKS_MAX = 1 << 20 };

struct file_reader {
	int fd;
	uint64_t size;
	struct about about;
	struct block_place *blocks; // owned: those of events, in order
	size_t n_blocks;
	bool has_magic;      // it begins as a recording does
	bool is_about_lost;  // what it says of itself is damaged: it counts as a run of its own
	bool is_index_lost;  // it was closed, and its index is damaged
	bool was_torn;       // it was not closed: its end may be missing
	uint64_t n_lost_end; // bytes behind the last block that is whole; of one that was torn the cut off one, perhaps
	uint64_t n_stray;    // bytes behind the end of one that was closed: nobody writes them
	struct bytes stored; // of the block that is read
};

/* `name` is relative to the directory `at`, or AT_FDCWD. 0; -EBADMSG: this is no recording, or there is nothing in it
 * that can be read; -ENOTSUP: one of a later format; negative errno.
 */
int file_reader_open(struct file_reader *reader, int at, const char *name, struct block_codec *codec);
void file_reader_close(struct file_reader *reader); // of a zeroed one, too

// The i-th block, undone into `out`. 0, -EBADMSG when it is damaged, negative errno.
int file_reader_block(struct file_reader *reader, size_t i, struct block_codec *codec, struct bytes *out);
