#pragma once
// SPDX-License-Identifier: Apache-2.0
/* One file of a recording, while it is written: appended to only, and closed with an index.
 *
 * FILE: 16 bytes "OPSCON RECORDING", the version of the format, four zeros; blocks; and, of a file that was closed, an
 * index block (of each block before it where it begins and its head) and 16 bytes that say where that is. What a
 * failed write left half done is cut off again; where even that fails, readers stop before it.
 */
#include <stdbool.h>

#include "recording/about.h"
#include "recording/block.h"

enum {
	RECORDING_VERSION = 1,
	RECORDING_START_BYTES = 24,
	RECORDING_END_BYTES = 16,
	RECORDING_INDEX_ROW = 8 + BLOCK_HEAD_BYTES,
};

extern const char recording_magic[16], recording_end_magic[8];

struct file_writer {
	int fd; // -1: none is open
	uint64_t size;
	struct bytes index; // rows
	struct bytes block; // the one being written
	bool is_indexed;    // false: there was no room for all rows, readers look for the blocks
	int error;          // of the first failure: nothing is written after it
};

void file_writer_init(struct file_writer *writer);

/* Makes a file of mode 0600 that must not be there yet, and locks it, so that nobody takes it for an old one. `name` is
 * relative to the directory `at`, or AT_FDCWD. 0 or negative errno.
 */
int file_writer_open(struct file_writer *writer, int at, const char *name, struct block_codec *codec,
		     const struct about *about);

// A block, packed and written. 0 or negative errno, which stays.
int file_writer_add(struct file_writer *writer, struct block_codec *codec, struct block_head *head, const void *raw,
		    size_t n);

int file_writer_sync(struct file_writer *writer); // what was written is on the disk: 0 or negative errno

// Index and end, as far as it can still be written; then the file is closed, whatever happens. 0 or the first error.
int file_writer_close(struct file_writer *writer, struct block_codec *codec);
void file_writer_finish(struct file_writer *writer); // closes without an index, and gives back memory
