#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Blocks: what a recording's file is made of. Each is compressed and summed by itself, so that one is read without
 * those before it, and what a crash has cut off costs no more than the last one.
 *
 * A block is a head of BLOCK_HEAD_BYTES (little-endian: "OBLK", kind, flags, sizes, counts, the time range, the sum of
 * all of it) and a zstd frame. Nothing in a head is believed before it was checked.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

enum block_kind {
	BLOCK_ABOUT = 1, // JSON: what is recorded here, the first of a file
	BLOCK_EVENTS,    // records, in the order in which they happened
	BLOCK_INDEX,     // where the blocks are, the last of a file that was closed
	BLOCK_KIND_END,
};

enum block_flag {
	BLOCK_BEGINS_SNAPSHOT = 1 << 0, // with its first record
	BLOCK_ENDS_SNAPSHOT = 1 << 1,   // with its last record
	BLOCK_AFTER_GAP = 1 << 2,       // events are missing before it; it begins a snapshot, not to be passed over
};

#define BLOCK_TIME_MAX (INT64_C(1) << 53) // no time is further from 1970: whoever counts with two of them may

enum {
	BLOCK_HEAD_BYTES = 56,
	BLOCK_RAW_MAX = 32 << 20,   // greater ones are refused
	BLOCK_CUT_BYTES = 256 << 10 // a block that is filled is closed there
};

struct block_head {
	uint8_t kind, flags;
	uint32_t stored_bytes, raw_bytes;
	uint32_t n_records, n_changes, n_transitions;
	int64_t from_ms, to_ms; // wall, of its records
	uint64_t sum;
};

struct block_codec { // memory that the compressor keeps from block to block
	void *packer, *unpacker;
	int level; // 1..19; 0: 3
};

void block_codec_finish(struct block_codec *codec); // of a zeroed one, too

/* Compresses raw[0..n) and puts head and frame behind what is in `out`. The sizes and the sum of *head are set here. 0,
 * -EMSGSIZE (n, or what `out` takes), -ENOMEM.
 */
int block_pack(struct block_codec *codec, struct block_head *head, const void *raw, size_t n, struct bytes *out);

void block_put_head(const struct block_head *head, uint8_t out[BLOCK_HEAD_BYTES]);

// 0, or -EBADMSG when that is no head, or one of a block that nobody could have written.
int block_read_head(const uint8_t bytes[BLOCK_HEAD_BYTES], struct block_head *out);

// Where the next block could begin in bytes[0..n): n when nowhere. Whether there is one its sum tells.
size_t block_look_for(const void *bytes, size_t n);

bool block_is_whole(const struct block_head *head, const void *stored); // by its sum

// The frame behind a head, checked and undone into `out`, which is emptied first. 0, -EBADMSG, -ENOMEM.
int block_unpack(struct block_codec *codec, const struct block_head *head, const void *stored, struct bytes *out);
