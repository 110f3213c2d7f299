#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A recording as its readers have it: the records of one file, or of a directory of files that follow each other, in
 * order, and places in it. What is in memory at once is where the blocks are and two of them.
 */
#include <stdbool.h>

#include "recording/file_reader.h"
#include "recording/records.h"

struct tape;

// Between two records: those before it have been, `record` of `block` comes next.
struct tape_place {
	size_t block; // of all files; that of their number: the end
	size_t record;
};

enum { TAPE_FILES_MAX = 4096 };

// A file, or a directory of them. 0 or negative errno with why, in words.
int tape_open(const char *path, struct tape **out, char *why, size_t why_size);
void tape_close(struct tape *tape); // NULL is fine

struct tape_facts {
	const struct about *about; // of the first file
	int64_t from_ms, to_ms;    // wall: of the first and the last record
	size_t n_files, n_blocks, n_snapshots;
	uint64_t n_records, n_changes, n_transitions, n_bytes, n_raw_bytes;
	bool was_torn;          // a file was not closed
	uint64_t n_cut;         // bytes at the end of those that are no whole block
	size_t n_gaps;          // in which events are missing
	uint64_t n_stray;       // bytes behind the end of files that were closed
	size_t n_damaged_files; // whose first block or index cannot be read, which says what is in them
};
void tape_look(const struct tape *tape, struct tape_facts *out);

struct tape_damage {
	size_t n_blocks;        // that are damaged
	size_t n_places;        // beside them, in which no block is found, ...
	uint64_t n_bytes;       // ... of so many bytes together
	int64_t from_ms, to_ms; // wall: within which all of that was
};
// Reads all of it. 0 or negative errno: it could not be found out.
int tape_check(struct tape *tape, struct tape_damage *out);
void tape_damage_add(const struct tape *tape, size_t block, struct tape_damage *damage);
// The bytes right before a place in which no block is found. False: there are none.
bool tape_damage_add_lost(const struct tape *tape, const struct tape_place *place, struct tape_damage *damage);

// "2 blocks and 3412 bytes in 1 place".
enum { TAPE_DAMAGE_WORDS_MAX = 80 };
void tape_damage_words(const struct tape_damage *damage, char out[TAPE_DAMAGE_WORDS_MAX]);

/* What cannot be read right before a place: bytes in which no block is found, and damaged blocks that somebody tried to
 * read; its time is from the last record before it to the first one behind it. False: nothing.
 */
bool tape_hole(const struct tape *tape, const struct tape_place *place, struct tape_damage *out);

struct tape_place tape_begin(const struct tape *tape);
struct tape_place tape_end(const struct tape *tape);
int tape_compare(const struct tape_place *a, const struct tape_place *b);

// Behind the last record of that time or before. 0 or negative errno.
int tape_at_time(struct tape *tape, int64_t at_ms, struct tape_place *out);

// Where to begin to know everything at a place: before the nearest whole snapshot that ends before it.
struct tape_place tape_snapshot_before(struct tape *tape, struct tape_place place);
// When the next one begins, at a place or behind it: its first record. False: there is none.
bool tape_next_snapshot(const struct tape *tape, struct tape_place place, int64_t *from_ms);
// Whether one that has begun before a block has its end from there on: it may be in what cannot be read.
bool tape_snapshot_goes_on(const struct tape *tape, size_t block);

/* The next record, and moves on. 1; 0 at the end; negative errno: the block cannot be read, and the place is behind it.
 * The record is valid until the next call of any kind.
 */
int tape_next(struct tape *tape, struct tape_place *place, struct record *out);
int tape_peek(struct tape *tape, const struct tape_place *place, struct record *out); // the same without moving on
// The one before: 1; 0 at the beginning; negative errno.
int tape_before(struct tape *tape, struct tape_place place, struct record *out);

// What is to be known at a place between blocks: enum block_flag of the block that comes, BLOCK_AFTER_GAP also where a
// file of its run is missing before it or lacks its end, and whether it is of another run than the one before.
unsigned tape_flags(const struct tape *tape, const struct tape_place *place); // 0 inside of a block
bool tape_is_other_run(const struct tape *tape, const struct tape_place *place);

// Which run of the recorder a block is of; valid as long as the tape. block < the number of all.
const char *tape_boot(const struct tape *tape, size_t block);

// Whether there is nothing of a while at a place, not recorded or not to be read any more: from the last record before
// it to the first one behind it.
bool tape_gap(const struct tape *tape, const struct tape_place *place, int64_t *from_ms, int64_t *to_ms);

/* Behind the next record that has one of the flags (and is no restatement), or, backwards, behind the last one that
 * ends before the place. 1, 0 when there is none, negative errno.
 */
int tape_find(struct tape *tape, struct tape_place from, int direction, unsigned flags, struct tape_place *out);
