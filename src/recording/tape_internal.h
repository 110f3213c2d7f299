#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Inside a tape: tape.c has its blocks and places, tape_damage.c what of them cannot be read. */
#include "recording/tape.h"

struct page { // a block in memory
	size_t block;
	bool is_valid;
	struct bytes raw;
	struct record_table table;
};

struct tape {
	struct file_reader *files; // owned
	size_t n_files;
	size_t *first;      // owned: of each file's blocks; one more, the number of all
	bool *is_after_gap; // owned: of each file, whether something of its run is missing before it
	size_t n_blocks;
	struct block_codec codec;
	struct page pages[2]; // one that is read on, one for whoever looks for something
};

enum { PAGE_READ, PAGE_LOOK };

size_t tape_file_of(const struct tape *tape, size_t block);               // block < n_blocks
struct block_place *tape_place_of(const struct tape *tape, size_t block); // the same

// The records of a block, in one of the pages. 0; -EBADMSG when it is damaged, which is noted; negative errno.
int tape_load(struct tape *tape, int page, size_t block, const struct record_table **out);

bool tape_begins_run(const struct tape *tape, size_t block);
bool tape_is_after_hole(const struct tape *tape, size_t block); // something right before it cannot be read
